"""The menu as a CSV file, as `menu import` and the pages read and write it.

A file may come from any spreadsheet on any system, so many spellings of the same value are
accepted. A cell has the same limits as a field of the API, and the same error messages.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from comanda.domain.cells import guarded, plain
from comanda.domain.menu import HIGHEST_PRICE, Entry, Product
from comanda.domain.money import PLAIN_MONEY, MoneyFormat
from comanda.domain.names import fold, read_name

if TYPE_CHECKING:
    import _csv

T = TypeVar("T")

COLUMNS = ["name", "category", "price"]
HEADERS = (COLUMNS, ["nombre", "categoria", "precio"])

_SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?[,;\t ]*(?:\r\n|\r|\n)", re.IGNORECASE)


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


def read_menu(text: str, money: MoneyFormat = PLAIN_MONEY) -> list[Entry]:
    """Return the entries of a CSV text, its prices read as `money` is. Raises MenuUnreadable.

    The separator is the character that a first line `sep=` names. Without that line, it is the
    semicolon or the tab that the first line contains, or else the comma.
    """
    text = text.removeprefix("\ufeff")
    separator_line = _SEPARATOR_LINE.match(text)
    text, skipped_lines = (text[separator_line.end() :], 1) if separator_line else (text, 0)
    separator = separator_line[1] if separator_line else _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(_entries(rows, skipped_lines, money))
    except csv.Error as error:
        line = rows.line_num + skipped_lines
        raise MenuUnreadable(
            f"línea {line}: las comillas no cierran, o hay algo que no es texto"
        ) from error


def write_menu(products: Iterable[Product], money: MoneyFormat = PLAIN_MONEY) -> str:
    """Return a CSV text that `read_menu` reads, for the spreadsheets of a house with this `money`.

    A price has the house's decimal mark, and neither sign nor groups.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=money.separator, lineterminator="\n")
    writer.writerow(COLUMNS)
    for product in products:
        cells = [guarded(product.name), guarded(product.category), money.plain(product.price)]
        writer.writerow(cells)
    return text.getvalue()


def read_price(text: str, money: MoneyFormat = PLAIN_MONEY) -> int:
    """Return a price in minor units. Raises ValueError.

    Examples: `85`, `85.50`, `85,50`, `$ 1,234.50`, `1.234,50 €`. What has two meanings in a house
    that writes `money` this way is refused.
    """
    return money.read(text, HIGHEST_PRICE)


def _separator(text: str) -> str:
    first_line = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return next((separator for separator in ";\t" if separator in first_line), ",")


def _entries(rows: "_csv.Reader", skipped_lines: int, money: MoneyFormat) -> Iterator[Entry]:
    if [_fold_heading(cell) for cell in _without_empty_columns(next(rows, []))] not in HEADERS:
        raise MenuUnreadable(
            f"la primera línea debe ser {','.join(COLUMNS)} o nombre,categoría,precio"
        )
    line_of: dict[str, int] = {}
    for row in rows:
        if any(cells := _without_empty_columns(row)):
            line = rows.line_num + skipped_lines
            entry = _entry(cells, f"línea {line}", money)
            first_line = line_of.setdefault(fold(entry.name), line)
            if first_line != line:
                raise MenuUnreadable(
                    f"línea {line}: «{entry.name}» está repetido; ya está en la línea {first_line}"
                )
            yield entry


def _without_empty_columns(row: list[str]) -> list[str]:
    """Return the cells without the empty columns that spreadsheets append."""
    cells = [cell.strip() for cell in row]
    while len(cells) > len(COLUMNS) and not cells[-1]:
        cells.pop()
    return cells


def _fold_heading(cell: str) -> str:
    """Return a heading without accents, capitals and surrounding blanks."""
    letters = unicodedata.normalize("NFKD", cell.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _entry(cells: list[str], place: str, money: MoneyFormat) -> Entry:
    if len(cells) != len(COLUMNS):
        raise MenuUnreadable(f"{place}: hay {len(cells)} columnas y deben ser {len(COLUMNS)}")
    name, category, price = (plain(cell) for cell in cells)
    return Entry(
        _cell(read_name, name, f"{place}, nombre"),
        _cell(read_name, category, f"{place}, categoría"),
        _cell(partial(read_price, money=money), price, f"{place}, precio"),
    )


def _cell(read: Callable[[str], T], text: str, place: str) -> T:
    try:
        return read(text)
    except ValueError as error:
        printable = "".join(letter if letter.isprintable() else " " for letter in text)
        raise MenuUnreadable(f"{place}: {error} («{printable}»)") from error
