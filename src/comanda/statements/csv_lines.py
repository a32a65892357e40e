"""The movements in a CSV's rows, by its layout."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from comanda.statements.amounts import read_amount
from comanda.statements.dates import read_date, read_time
from comanda.statements.layouts import Layout, Role
from comanda.statements.lines import Line, Movements, fold, in_pieces, tidy
from comanda.statements.tables import Table

_CREDIT = re.compile(r"(abono|depo|cred|ingr|haber|entra|recib|consign|\+)")
_DEBIT = re.compile(r"(carg|reti|deb|egr|sal|pago|compra|envi|-)")
_BALANCE = re.compile(r"saldo (inicial|anterior|final|al|actual|disponible)|total(es)?\b|suma")
_ONE_LETTER = {"c": 1, "a": 1, "h": 1, "d": -1, "cr": 1, "db": -1, "dr": -1}
_MONEY_ROLES = (Role.CREDIT, Role.DEBIT, Role.AMOUNT)
# Columns by which no line is recognised: other files of the bank may have other balances, and a
# time may be told later.
_NOT_OWN = (Role.DATE, Role.TIME, Role.BALANCE, *_MONEY_ROLES)
_ROW_NUMBER = re.compile(r"#|n[o°º]?\.?|num\.?|item|renglon|linea|consecutivo")
_NO_REFERENCE = "0-. "  # of which a cell is made that names no operation
_LONGEST_TOLD = 40


class _NoMovement(Exception):
    """The row is a balance, a total, or blank."""


def read_rows(table: Table, layout: Layout) -> Movements:
    """Return the movements below the header. Raises ValidationFailed without a date's column."""
    layout.check()
    movements = Movements()
    rows = _Rows(layout, _letters(table, layout))
    for number, row in in_pieces(table.below(layout.header_row)):
        try:
            movements.lines.append(rows.line(number, row))
        except _NoMovement:
            continue
        except ValueError as error:
            movements.complain(number, str(error))
    return movements


def _letters(table: Table, layout: Layout) -> Mapping[str, int]:
    """Return which letters of a column of kinds are credits: `C` beside `A` means «cargo»."""
    at = layout.columns.get(Role.KIND)
    if at is None:
        return {}
    kinds = {fold(row[at]) for _, row in table.below(layout.header_row) if at < len(row)}
    return {**_ONE_LETTER, "c": -1} if "a" in kinds and "d" not in kinds else _ONE_LETTER


@dataclass(slots=True)
class _Rows:
    """Reads one row after the other; a date that was read once is not read again."""

    layout: Layout
    letters: Mapping[str, int]
    days: dict[str, tuple[date, str]] = field(default_factory=dict)
    own_columns: tuple[int, ...] = ()
    width: int = 0  # cells of the widest row so far

    def line(self, number: int, row: Sequence[str]) -> Line:
        """Return the row's movement. Raises ValueError with a sentence, and _NoMovement."""
        day, behind = self._day(row)
        amount = self._amount(row)
        reference, description = (
            tidy(self._cell(row, role)) for role in (Role.REFERENCE, Role.DESCRIPTION)
        )
        if reference is not None and not reference.strip(_NO_REFERENCE):
            reference = None
        if description is not None and _BALANCE.match(description.lower()):
            raise _NoMovement
        return Line(
            number,
            day,
            amount,
            clock=self._time(row, behind),
            reference=reference,
            description=description,
            sender=tidy(self._cell(row, Role.SENDER)),
            own=self._own(row),
        )

    def _cell(self, row: Sequence[str], role: Role) -> str:
        at = self.layout.columns.get(role)
        # A spreadsheet's apostrophe keeps a number as text; it is no part of it.
        return row[at].removeprefix("'") if at is not None and at < len(row) else ""

    def _day(self, row: Sequence[str]) -> tuple[date, str]:
        text = self._cell(row, Role.DATE)
        if (known := self.days.get(text)) is not None:
            return known
        if not text.strip() or _BALANCE.match(fold(text)):
            raise _NoMovement
        try:
            found = read_date(text, self.layout.date_order)
        except ValueError as error:
            if not any(self._cell(row, role).strip() for role in _MONEY_ROLES):
                raise _NoMovement from error
            raise ValueError(
                f"La fecha no se entiende: «{text.strip()[:_LONGEST_TOLD]}»"
            ) from error
        if len(self.days) < 2_000:  # noqa: PLR2004 - with times in the cells each is another
            self.days[text] = found
        return found

    def _time(self, row: Sequence[str], behind: str) -> time | None:
        try:
            return read_time(self._cell(row, Role.TIME)) or (read_time(behind) if behind else None)
        except ValueError:
            return None  # the day is known all the same

    def _amount(self, row: Sequence[str]) -> int:
        mark = self.layout.decimal_mark
        columns = self.layout.columns
        if Role.AMOUNT in columns and Role.CREDIT not in columns:
            amount = read_amount(self._cell(row, Role.AMOUNT), mark)
            if amount is None:
                raise _NoMovement
            return self._side(row) * abs(amount) if Role.KIND in columns else amount
        credit = read_amount(self._cell(row, Role.CREDIT), mark)
        debit = read_amount(self._cell(row, Role.DEBIT), mark)
        if credit and debit:
            raise ValueError("Tiene cargo y abono")
        if credit:
            return credit
        if debit:
            return -abs(debit)
        if credit is None and debit is None:
            raise _NoMovement
        return 0

    def _side(self, row: Sequence[str]) -> int:
        kind = fold(self._cell(row, Role.KIND)).strip(".")
        if kind in self.letters:
            return self.letters[kind]
        if _CREDIT.match(kind):
            return 1
        if _DEBIT.match(kind):
            return -1
        raise ValueError(f"No se sabe si es cargo o abono: «{kind[:_LONGEST_TOLD]}»")

    def _own(self, row: Sequence[str]) -> str:
        if len(row) > self.width:
            self.width = len(row)
            taken = {self.layout.columns.get(role) for role in _NOT_OWN}
            headings = enumerate(self.layout.headings)
            taken |= {at for at, heading in headings if _ROW_NUMBER.fullmatch(fold(heading))}
            self.own_columns = tuple(at for at in range(len(row)) if at not in taken)
        return fold("\x1f".join([row[at] for at in self.own_columns if at < len(row)]))
