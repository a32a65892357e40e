"""The menu as a CSV file: what `menu import` and the pages read, and what they write."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from comanda.domain.menu import LONGEST_NAME, Entry, Product

if TYPE_CHECKING:
    import _csv

COLUMNS = ["name", "category", "price"]
HEADERS = (COLUMNS, ["nombre", "categoria", "precio"], ["nombre", "categoría", "precio"])
PRICE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?", re.ASCII)


class MenuUnreadable(Exception):
    """The text is no menu; the message says where and why, for people."""


def read_menu(text: str) -> list[Entry]:
    """The entries of a CSV text; a comma or a semicolon separates. Raises MenuUnreadable.

    Where a semicolon separates, a price may be written `85,50`, as spreadsheets then do.
    """
    separator = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(_entries(rows, decimal_comma=separator == ";"))
    except csv.Error as error:
        raise MenuUnreadable(f"línea {rows.line_num}: {error}") from error


def write_menu(products: Iterable[Product]) -> str:
    """A CSV text that `read_menu` reads."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for product in products:
        writer.writerow([product.name, product.category, f"{Decimal(product.price) / 100:.2f}"])
    return text.getvalue()


def _entries(rows: "_csv.Reader", *, decimal_comma: bool) -> Iterator[Entry]:
    header = [cell.strip().lower() for cell in next(rows, [])]
    if header not in HEADERS:
        raise MenuUnreadable(
            f"la primera línea debe ser {','.join(COLUMNS)} o nombre,categoría,precio"
        )
    seen: set[str] = set()
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        place = f"línea {rows.line_num}"
        entry = _entry([cell.strip() for cell in row], place, decimal_comma=decimal_comma)
        if entry.name in seen:
            raise MenuUnreadable(f"{place}: «{entry.name}» está repetido")
        seen.add(entry.name)
        yield entry


def _entry(cells: list[str], place: str, *, decimal_comma: bool) -> Entry:
    if len(cells) != len(COLUMNS):
        raise MenuUnreadable(f"{place}: hay {len(cells)} columnas y deben ser {len(COLUMNS)}")
    for cell in cells[:2]:
        if not 1 <= len(cell) <= LONGEST_NAME or not cell.isprintable():
            raise MenuUnreadable(f"{place}: nombre y categoría llevan de 1 a {LONGEST_NAME} letras")
    price = cells[2].replace(",", ".") if decimal_comma else cells[2]
    if not PRICE.fullmatch(price):
        raise MenuUnreadable(f"{place}: «{cells[2]}» no es un precio como 85 u 85.50")
    return Entry(cells[0], cells[1], int(Decimal(price) * 100))
