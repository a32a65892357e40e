"""The menu as a CSV file, as `menu import` and the pages read and write it.

A file comes from any spreadsheet of any system, so whatever says the same is read as the same. What
a cell may hold is what the API takes, refused in the same words.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from comanda.domain.cells import guarded, plain
from comanda.domain.menu import BAD_PRICE, HIGHEST_PRICE, Entry, Product
from comanda.domain.names import fold, read_name

if TYPE_CHECKING:
    import _csv

T = TypeVar("T")

COLUMNS = ["name", "category", "price"]
HEADERS = (COLUMNS, ["nombre", "categoria", "precio"])

_SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?[,;\t ]*(?:\r\n|\r|\n)", re.IGNORECASE)
# MXN 85, S/ 85, Bs. 85, 85 MXN; signs like $ and € go by their category.
_CURRENCY = re.compile(r"^[A-Za-z]{1,3}[./]{0,2} ?| ?[A-Za-z]{1,3}\.?$", re.ASCII)
_PLAIN = re.compile(r"[0-9]{1,7}(?:[.,][0-9]{1,2})?", re.ASCII)
# 1,234.50 and 1.234,50 and 1 234,50. A lone 1,234 may be either of two numbers, and is refused.
_GROUPED = (
    re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]{1,2}|[0-9](?:,[0-9]{3}){2}", re.ASCII),
    re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}|[0-9](?:\.[0-9]{3}){2}", re.ASCII),
    re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]{1,2})?", re.ASCII),
)


class MenuUnreadable(Exception):
    """The text is not a menu; the message says where and why, for people."""


def decode_menu(content: bytes) -> str:
    """Decode a file as UTF-8 or UTF-16, else as the Windows code page that spreadsheets write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if content[1:2] == b"\0":
        return content.decode("utf-16-le", errors="replace")
    if content[:1] == b"\0":
        return content.decode("utf-16-be", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def read_menu(text: str) -> list[Entry]:
    """The entries of a CSV text. Raises MenuUnreadable.

    A comma, a semicolon or a tab separates: what `sep=` says, else what the first line has.
    """
    text = text.removeprefix("\ufeff")
    said = _SEPARATOR_LINE.match(text)
    text, before = (text[said.end() :], 1) if said else (text, 0)
    separator = said[1] if said else _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(_entries(rows, before))
    except csv.Error as error:
        raise MenuUnreadable(
            f"línea {rows.line_num + before}: las comillas no cierran, o hay algo que no es texto"
        ) from error


def write_menu(products: Iterable[Product]) -> str:
    """A CSV text that `read_menu` reads."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for product in products:
        price = f"{Decimal(product.price) / 100:.2f}"
        writer.writerow([guarded(product.name), guarded(product.category), price])
    return text.getvalue()


def read_price(text: str) -> int:
    """`85`, `85.50`, `85,50`, `$ 1,234.50`, `1.234,50 €` in minor units. Raises ValueError."""
    bare = "".join(one for one in text if unicodedata.category(one) != "Sc")
    digits = _CURRENCY.sub("", " ".join(bare.split()), count=1)
    price = None
    if _PLAIN.fullmatch(digits):
        price = digits.replace(",", ".")
    elif _GROUPED[0].fullmatch(digits):
        price = digits.replace(",", "")
    elif _GROUPED[1].fullmatch(digits):
        price = digits.replace(".", "").replace(",", ".")
    elif _GROUPED[2].fullmatch(digits):
        price = digits.replace(" ", "").replace(",", ".")
    if price is None or (units := int(Decimal(price) * 100)) > HIGHEST_PRICE:
        raise ValueError(BAD_PRICE)
    return units


def _separator(text: str) -> str:
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return next((one for one in ";\t" if one in first), ",")


def _entries(rows: "_csv.Reader", before: int) -> Iterator[Entry]:
    if [_plain(cell) for cell in _filled(next(rows, []))] not in HEADERS:
        raise MenuUnreadable(
            f"la primera línea debe ser {','.join(COLUMNS)} o nombre,categoría,precio"
        )
    seen: dict[str, int] = {}
    for row in rows:
        if any(cells := _filled(row)):
            line = rows.line_num + before
            entry = _entry(cells, f"línea {line}")
            first = seen.setdefault(fold(entry.name), line)
            if first != line:
                raise MenuUnreadable(
                    f"línea {line}: «{entry.name}» está repetido; ya está en la línea {first}"
                )
            yield entry


def _filled(row: list[str]) -> list[str]:
    """The cells without the empty columns that spreadsheets write after the last one."""
    cells = [cell.strip() for cell in row]
    while len(cells) > len(COLUMNS) and not cells[-1]:
        cells.pop()
    return cells


def _plain(cell: str) -> str:
    """A heading without accents, capitals and blanks around it."""
    letters = unicodedata.normalize("NFKD", cell.strip().casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))


def _entry(cells: list[str], place: str) -> Entry:
    if len(cells) != len(COLUMNS):
        raise MenuUnreadable(f"{place}: hay {len(cells)} columnas y deben ser {len(COLUMNS)}")
    name, category, price = (plain(cell) for cell in cells)
    return Entry(
        _cell(read_name, name, f"{place}, nombre"),
        _cell(read_name, category, f"{place}, categoría"),
        _cell(read_price, price, f"{place}, precio"),
    )


def _cell(read: Callable[[str], T], text: str, place: str) -> T:
    try:
        return read(text)
    except ValueError as error:
        shown = "".join(one if one.isprintable() else " " for one in text)
        raise MenuUnreadable(f"{place}: {error} («{shown}»)") from error
