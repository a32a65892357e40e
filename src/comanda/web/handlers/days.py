"""The figures of a day, for pages and for spreadsheets."""

from collections.abc import Iterator
from datetime import date

from aiohttp import web

from comanda.config import Config
from comanda.domain.days import Arrivals, Day, Report, Tally
from comanda.domain.evidence import WARNINGS
from comanda.domain.wire import Wire
from comanda.store import bank_phone, days, house
from comanda.store.database import Snapshot
from comanda.web.contract.path_names import DAY
from comanda.web.plumbing.keys import CONFIG, DATABASE
from comanda.web.plumbing.long_answers import reply_with_long
from comanda.web.plumbing.spreadsheets import Amount, Cell, spreadsheet

_COLUMNS = ("sección", "concepto", "cantidad", "importe", "segundos")
_Row = tuple[Cell, ...]


async def show_day(request: web.Request) -> web.Response:
    """`GET /days/{date}`."""
    return await reply_with_long(request, _report_wire, request[DAY], request.app[CONFIG])


async def export_day(request: web.Request) -> web.Response:
    """`GET /days/{date}.csv`: the figures as CSV, a line for each number."""
    day, config = request[DAY], request.app[CONFIG]
    labels = {method.name: method.label for method in config.payments.methods}
    database = request.app[DATABASE]
    report = await database.read_long(_of_house, day, config)
    style = (await database.read(house.get, config.house)).money
    return spreadsheet(f"dia-{day}.csv", _COLUMNS, _rows(report, labels), style)


def _report_wire(view: Snapshot, day: date, config: Config) -> Wire:
    return _of_house(view, day, config).wire()


def _of_house(view: Snapshot, day: date, config: Config) -> Report:
    """Return the report of a date, in the restaurant's time zone."""
    has_bank_phone = bank_phone.is_set_up(view, config.deposits.secret)
    return days.of(view, Day(day, house.get(view, config.house)), has_bank_phone=has_bank_phone)


def _rows(report: Report, labels: dict[str, str]) -> Iterator[_Row]:
    yield _row("Ventas", "Total", report.sales)
    for tally in report.by_hour:
        yield _row("Ventas por hora", tally.name, tally)
    for tally in report.by_method:
        yield _row("Ventas por forma de pago", labels.get(tally.name, tally.name), tally)
    yield "Verificación", "Mediana", len(report.waits), None, report.median_wait
    yield "Verificación", "95 de cada 100", len(report.waits), None, report.p95_wait
    for tally in report.rejections:
        yield _row("Rechazos", tally.name or "Sin motivo", tally)
    for warned in report.warnings:
        short = WARNINGS[warned.type].short
        yield "Avisos", short, warned.count, None, None
        yield "Avisos aprobados", short, warned.approved, None, None
        for reason, count in warned.reasons:
            yield f"Por qué se aprobó: {short}", reason, count, None, None
    yield "Comprobantes", "Leídos", report.readings.read, None, None
    yield "Comprobantes", "No se pudieron leer", report.readings.unreadable, None, None
    yield from _deposit_rows(report.deposits)
    for tally in report.voids:
        yield _row("Anuladas", tally.name, tally)
    for tally in report.reopened:
        yield _row("Pagos reabiertos", tally.name, tally)
    for section, tallies in (
        ("Propinas por mesero", report.tips),
        ("Órdenes pagadas por mesero", report.paid_orders.by_waiter),
        ("Órdenes pagadas por categoría", report.by_category),
        ("Órdenes pagadas por platillo", report.by_dish),
        ("Platillos quitados", report.removed),
    ):
        for tally in tallies:
            yield _row(section, tally.name, tally)


def _deposit_rows(arrivals: Arrivals | None) -> Iterator[_Row]:
    if arrivals is None:
        return
    yield "Ingresos", "Aprobados", arrivals.approvals, None, None
    yield "Ingresos", "Con ingreso", arrivals.with_deposit, None, None
    yield "Ingresos", "Mediana hasta el aviso", len(arrivals.waits), None, arrivals.median_wait
    yield "Ingresos", "95 de cada 100 avisos", len(arrivals.waits), None, arrivals.p95_wait


def _row(section: str, name: str, tally: Tally) -> _Row:
    return section, name, tally.count, Amount(tally.total), None
