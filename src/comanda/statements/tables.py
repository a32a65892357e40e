"""The rows of a CSV: its separator, its header among what stands above, and its columns."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from comanda.statements.amounts import find_mark, is_amount, read_amount
from comanda.statements.dates import find_order, is_date
from comanda.statements.layouts import MOST_COLUMNS, SEPARATORS, Layout, Role, roles_of
from comanda.statements.lines import LONGEST_CELL, MOST_LINES, fold, in_pieces, refused

_LOOKED_AT = 60  # rows among which the header stands
_SAMPLES = 200  # rows that tell the formats
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[,;\t ]*(?:\r\n|\r|\n)', re.IGNORECASE)
_ENOUGH = 0.6  # of the cells of a column that have what the column should tell
_HEADED = 2  # headings that make a row a header
_MOST_BREAKS = 20  # line breaks in a row
_AT_THE_END = "unexpected end of data"  # csv.Error's words for quotes that are not closed
_MONEY = (Role.CREDIT, Role.DEBIT, Role.AMOUNT)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file with the number of the line that each begins on."""

    rows: list[tuple[int, list[str]]]

    def below(self, header_row: int) -> list[tuple[int, list[str]]]:
        """The rows after the header."""
        return self.rows[header_row:]

    def headings(self, header_row: int) -> tuple[str, ...]:
        """The header's cells, or none."""
        if not 0 < header_row <= len(self.rows):
            return ()
        return tuple(cell.strip() for cell in self.rows[header_row - 1][1])


def read_table(text: str, separator: str) -> Table:
    """Return all rows of a text. Raises ValidationFailed where it is no table."""
    try:
        return Table(list(_rows(text, separator, is_strict=True)))
    except csv.Error:  # quotes within a cell, which some banks don't double
        return Table(list(_rows(text, separator, is_strict=False)))


def _rows(text: str, separator: str, *, is_strict: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield each row with its line's number. Raises csv.Error if a strict reader would doubt.

    A reader that is not strict takes quotes as they come, but then no cell may have line breaks:
    quotes that are not closed would swallow the lines below.
    """
    line = _SEPARATOR_LINE.match(text)
    skipped = 1 if line else 0
    lines = io.StringIO(text[line.end() :] if line else text, newline="")
    reader = csv.reader(lines, delimiter=separator, strict=is_strict)
    begins, count = 1 + skipped, 0
    try:
        for row in in_pieces(reader):
            ends = reader.line_num + skipped
            if len(row) > MOST_COLUMNS:
                raise refused(f"Línea {begins}: hay más de {MOST_COLUMNS} columnas")
            most_breaks = _MOST_BREAKS if is_strict else 0
            if ends - begins > most_breaks or max(map(len, row), default=0) > LONGEST_CELL:
                raise _unclosed(begins)
            count += 1
            if count > MOST_LINES:
                raise refused(f"El archivo pasa de {MOST_LINES:,} líneas: pide menos días")
            yield begins, row
            begins = ends + 1
    except csv.Error as error:
        if is_strict and str(error) != _AT_THE_END:
            raise
        raise _unclosed(begins) from error


def _unclosed(number: int) -> Exception:
    return refused(
        f"Línea {number}: unas comillas no cierran, o una celda pasa de {LONGEST_CELL:,} letras"
    )


def find_separator(text: str) -> str:
    """Return the separator by which most of the first rows have the same number of cells."""
    if line := _SEPARATOR_LINE.match(text):
        return line[1] if line[1] in SEPARATORS.values() else ","
    first = "\n".join(text[: 64 * 1024].splitlines()[:_LOOKED_AT])
    return max((",", "\t", ";", "|"), key=lambda mark: _score(first, mark))


def _score(text: str, separator: str) -> int:
    try:
        lengths = [
            len(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        ]
    except csv.Error:
        return 0
    return max((lengths.count(one) * (one - 1) for one in set(lengths) if one > 1), default=0)


class Header(NamedTuple):
    """The row that names the columns, counted from 1; 0: none. `bank`: whose profile has it."""

    row: int
    bank: str | None = None


def find_header(table: Table, profiles: Mapping[str, Layout]) -> Header:
    """Return the header that a profile knows, or else the row with the most headings."""
    known = {tuple(map(fold, profile.headings)): name for name, profile in profiles.items()}
    best, best_row = 0, 0
    for number, (_, row) in enumerate(table.rows[:_LOOKED_AT], 1):
        headings = tuple(fold(cell) for cell in row)
        if any(headings) and headings in known:
            return Header(number, known[headings])
        roles = roles_of(row)
        is_header = Role.DATE in roles or any(role in roles for role in _MONEY)
        if is_header and len(roles) >= _HEADED and len(roles) > best:
            best, best_row = len(roles), number
    return Header(best_row or _above_the_first_date(table))


def _above_the_first_date(table: Table) -> int:
    """Return the number of the row right above the first one with a date, if it can be a header.

    Such a header has words that nobody knew, and no amount.
    """
    for number, (_, row) in enumerate(table.rows[:_LOOKED_AT]):
        if any(map(is_date, row)):
            above = table.rows[number - 1][1] if number else []
            is_header = sum(map(bool, map(str.strip, above))) >= _HEADED
            return number if is_header and not any(map(is_amount, above)) else 0
    return 0


def find_columns(table: Table, layout: Layout, default_mark: str) -> Layout:
    """Return the layout with its columns and formats, by its header and by what is below it."""
    samples = [row for _, row in table.below(layout.header_row)[:_SAMPLES]]
    columns = roles_of(layout.headings)
    if Role.DATE not in columns or not any(role in columns for role in _MONEY):
        columns = {**_by_content(samples, taken=columns), **columns}
    if Role.AMOUNT in columns and Role.CREDIT in columns:
        del columns[Role.AMOUNT]
    return find_formats(table, replace(layout, columns=columns), default_mark)


def find_formats(table: Table, layout: Layout, default_mark: str) -> Layout:
    """Return the layout with the order of its dates and the decimal mark of its amounts."""
    samples = [row for _, row in table.below(layout.header_row)[:_SAMPLES]]
    money = [at for role, at in layout.columns.items() if role in (*_MONEY, Role.BALANCE)]
    amounts = (cell for at in money for cell in _column(samples, at) if cell.strip())
    dates = _column(
        [row for _, row in table.below(layout.header_row)], layout.columns.get(Role.DATE)
    )
    return replace(
        layout, date_order=find_order(dates), decimal_mark=find_mark(amounts, default_mark)
    )


def _column(samples: Sequence[Sequence[str]], at: int | None) -> Iterator[str]:
    return (row[at] for row in samples if at is not None and at < len(row))


def _by_content(samples: Sequence[Sequence[str]], taken: Mapping[Role, int]) -> dict[Role, int]:
    """Return the columns of date and money by their cells, for a file without a known header."""
    width = max(map(len, samples), default=0)
    free = [at for at in range(width) if at not in taken.values()]
    cells = {at: [cell for cell in _column(samples, at) if cell.strip()] for at in free}
    dates = [at for at in free if _share(cells[at], is_date) >= _ENOUGH]
    money = [at for at in free if at not in dates and _share(cells[at], _is_money) >= _ENOUGH]
    found = {Role.DATE: dates[0]} if dates else {}
    sides = _sides(samples, money)
    if sides:
        found |= {Role.DEBIT: sides[0], Role.CREDIT: sides[1]}
    elif money:
        found[Role.AMOUNT] = money[0]
    texts = [at for at in free if at not in (*dates, *money) and cells[at]]
    if texts:
        longest = max(texts, key=lambda at: sum(map(len, cells[at])) / len(cells[at]))
        found[Role.DESCRIPTION] = longest
    return found


def _sides(samples: Sequence[Sequence[str]], money: Sequence[int]) -> tuple[int, int] | None:
    """Return two columns of which each row fills one alone."""
    for left, right in pairwise(money):
        pairs = list(zip(_column(samples, left), _column(samples, right), strict=False))
        one_alone = sum(bool(one.strip()) != bool(other.strip()) for one, other in pairs)
        if pairs and one_alone / len(pairs) >= _ENOUGH:
            return left, right
    return None


def _share(cells: Sequence[str], test: object) -> float:
    assert callable(test)  # nosec B101  # noqa: S101 - for the types
    return sum(bool(test(cell)) for cell in cells) / len(cells) if cells else 0.0


def _is_money(text: str) -> bool:
    """Whether a cell is an amount with hundredths or a sign; a long number is no amount."""
    return is_amount(text) and (not text.strip().isdigit() or read_amount(text, ".") == 0)
