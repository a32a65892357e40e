"""What a page shows of a statement before it is imported."""

from collections.abc import Iterator

from comanda.domain.wire import Wire, money
from comanda.statements.layouts import Layout
from comanda.statements.lines import Line, tidy
from comanda.statements.reading import Reading
from comanda.statements.tables import Table

MOST_SHOWN = 20  # rows
_SAMPLES = 3  # cells of a column
_LONGEST_CELL = 80  # characters of a cell on the page


def preview(reading: Reading, known: int) -> Wire:
    """Return what was found out and read; `known` lines have been imported before."""
    arriving = reading.arriving
    days = [line.day for line in arriving.lines]
    return {
        "kind": reading.kind.value,
        "encoding": reading.encoding,
        **_layout(reading.layout),
        "bank": reading.bank,
        "lacks": reading.lacks,
        "columns": list(_columns(reading.table, reading.layout)),
        "rows": [_row(reading, line) for line in reading.movements.lines[:MOST_SHOWN]],
        "credits": len(days),
        "debits": arriving.debits,
        "zeros": arriving.zeros,
        "known": known,
        "unreadable": reading.movements.unreadable,
        "complaints": [
            {"line": line, "why": why} for line, why in sorted(reading.movements.complaints)
        ],
        "total": money(sum(line.amount for line in arriving.lines)),
        "first": min(days).isoformat() if days else None,
        "last": max(days).isoformat() if days else None,
    }


def _layout(layout: Layout | None) -> Wire:
    names = ("separator", "header_row", "date_order", "decimal_mark")
    told = {} if layout is None else layout.wire()
    return {name: told.get(name) for name in names}


def _columns(table: Table | None, layout: Layout | None) -> Iterator[Wire]:
    if table is None or layout is None:
        return
    samples = [row for _, row in table.below(layout.header_row)[:MOST_SHOWN]]
    headings = table.headings(layout.header_row)
    roles = {at: role.value for role, at in layout.columns.items()}
    for at in range(max([len(headings), *map(len, samples)])):
        cells = [_shown(row[at]) for row in samples if at < len(row) and row[at].strip()]
        heading = headings[at] if at < len(headings) else ""
        yield {
            "index": at,
            "heading": _shown(heading),
            "role": roles.get(at),
            "samples": cells[:_SAMPLES],
        }


def _shown(text: str) -> str:
    return tidy(text, _LONGEST_CELL) or ""


def _row(reading: Reading, line: Line) -> Wire:
    local = line.moment and line.moment.astimezone(reading.zone)
    clock = local.time() if local else line.clock
    return {
        "line": line.number,
        "date": (local.date() if local else line.day).isoformat(),
        "time": None if clock is None else f"{clock:%H:%M}",
        "amount": money(line.amount),
        "reference": line.reference,
        "description": line.description,
        "sender": line.sender,
        "is_credit": line.amount > 0,
    }
