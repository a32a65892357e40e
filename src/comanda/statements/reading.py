"""A statement's file as it is read: its format, its layout, its movements."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from comanda.domain.errors import UnsupportedFile, ValidationFailed
from comanda.domain.house import House
from comanda.statements.arrivals import Arriving, arrivals
from comanda.statements.csv_lines import read_rows
from comanda.statements.encodings import TAKEN, decode
from comanda.statements.layouts import SEPARATORS, Layout
from comanda.statements.lines import Kind, Movements, refused
from comanda.statements.ofx import account_of, is_ofx, read_ofx
from comanda.statements.swift import is_mt940, read_mt940
from comanda.statements.tables import (
    Table,
    find_columns,
    find_formats,
    find_header,
    find_separator,
    read_table,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody picked: the bank's name, and parts of the layout, as `check_choice` returns."""

    bank: str | None = None
    mapping: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. `layout` and `table` are those of a CSV; `bank` is whose profile it was.

    `movements` are empty while a column has still to be picked; `lacks` says which. `zone` is the
    house's.
    """

    kind: Kind
    encoding: str
    zone: ZoneInfo
    movements: Movements = field(default_factory=Movements)
    arriving: Arriving = field(default_factory=Arriving)
    layout: Layout | None = None
    table: Table | None = None
    bank: str | None = None
    lacks: str | None = None


def read_statement(
    data: bytes,
    choice: Choice,
    profiles: Mapping[str, Layout],
    house: House,
    now: datetime,
) -> Reading:
    """Read a whole file. Raises UnsupportedFile, and ValidationFailed on `file` or `mapping`."""
    if not data.strip(b"\0\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise refused("El archivo está vacío")
    text, encoding = decode(data, choice.mapping.get("encoding"))
    zone = ZoneInfo(house.time_zone)
    if is_ofx(text):
        movements, account = read_ofx(text), account_of(text)
        return Reading(Kind.OFX, encoding, zone, movements, arrivals(movements, zone, now, account))
    if is_mt940(text):
        movements = read_mt940(text)
        return Reading(Kind.MT940, encoding, zone, movements, arrivals(movements, zone, now))
    if text.lstrip().startswith("<"):
        raise UnsupportedFile(f"Es XML, y no OFX. {TAKEN}")
    separator = SEPARATORS.get(choice.mapping.get("separator", "")) or find_separator(text)
    table = read_table(text, separator)
    found = Layout(separator=separator, encoding=encoding)
    layout, bank = _lay_out(table, found, choice, profiles, house.money.mark)
    csv = Reading(Kind.CSV, encoding, zone, layout=layout, table=table, bank=bank)
    if not layout.is_complete:
        return replace(csv, lacks=_lacking(layout))
    movements = read_rows(table, layout)
    return replace(csv, movements=movements, arriving=arrivals(movements, zone, now))


def _lay_out(
    table: Table, found: Layout, choice: Choice, profiles: Mapping[str, Layout], mark: str
) -> tuple[Layout, str | None]:
    """Return the layout of a CSV, and the bank that it is kept for or known by.

    What was picked counts; then the profile of the bank that was picked, or of the bank whose
    headings these are; then what is found out.
    """
    header = find_header(table, profiles)
    layout = replace(found, header_row=header.row, headings=table.headings(header.row))
    bank = choice.bank or header.bank
    profile = profiles.get(bank or "")
    if profile is None or choice.mapping:
        layout = find_columns(table, layout, mark)
    else:
        layout = find_formats(table, replace(layout, columns=profile.columns), mark)
        layout = replace(layout, date_order=profile.date_order, decimal_mark=profile.decimal_mark)
    return _picked(table, layout, choice.mapping, mark), bank


def _picked(table: Table, layout: Layout, mapping: Mapping[str, Any], mark: str) -> Layout:
    """Return the layout with what was picked; what was not is found out anew for it."""
    if not mapping:
        return layout
    chosen = layout.picked(mapping)
    if "header_row" in mapping and mapping["header_row"] != layout.header_row:
        chosen = replace(chosen, headings=table.headings(chosen.header_row))
        if "columns" not in mapping:
            chosen = find_columns(table, chosen, mark)
    found = find_formats(table, chosen, mark)
    kept = {name: getattr(chosen, name) for name in _FORMATS if name in mapping}
    return replace(found, **kept)


_FORMATS = ("date_order", "decimal_mark")


def _lacking(layout: Layout) -> str:
    try:
        layout.check()
    except ValidationFailed as error:
        return error.errors["mapping"][0]
    return ""
