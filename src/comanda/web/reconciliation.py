"""Conciliación: approved payments beside the bank's statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web

from comanda import workflow
from comanda.domain.errors import ValidationFailed
from comanda.domain.house import House
from comanda.domain.wire import money, time
from comanda.store import house, payments, reconciliation
from comanda.store.database import Snapshot
from comanda.store.reconciliation import Entry
from comanda.web.keys import CONFIG, DATABASE, STAFF
from comanda.web.pages import default_house
from comanda.web.reading import json_body, payment_id, query
from comanda.web.replies import reply
from comanda.web.schemas import Found, Statement
from comanda.web.spreadsheets import spreadsheet

LONGEST = timedelta(days=93)
_HEADER = (
    "Fecha y hora",
    "Orden",
    "Mesa",
    "Forma de pago",
    "Referencia",
    "Monto del comprobante",
    "Total",
    "Envió",
    "Aprobó",
    "Motivo",
    "Encontrado en el banco",
)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`, by the clock of `house`."""

    start: datetime
    end: datetime
    house: House


async def show_reconciliation(request: web.Request) -> web.Response:
    """`GET /reconciliation?from=&to=&method=`: days, whole, or times; today by default."""
    period, entries = await _read(request)
    return reply(
        {
            "from": time(period.start),
            "to": time(period.end),
            "payments": [entry.wire() for entry in entries],
            "totals": reconciliation.totals(entries),
        }
    )


async def download_reconciliation(request: web.Request) -> web.Response:
    """`GET /reconciliation.csv`: the same for a spreadsheet."""
    period, entries = await _read(request)
    day = period.house.local(period.start).date()
    return spreadsheet(
        f"conciliacion-{day}.csv", _HEADER, [_row(entry, period.house) for entry in entries]
    )


async def reconcile_payment(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/reconciliation`."""
    database, found, actor = request.app[DATABASE], payment_id(request), request[STAFF]
    await database.read(payments.require, found)
    body = await json_body(request, Found)
    entry = await database.write(workflow.reconcile_payment, actor, found, is_found=body["found"])
    return reply(entry.wire())


async def _read(request: web.Request) -> tuple[Period, Sequence[Entry]]:
    asked = query(request, Statement)
    config = request.app[CONFIG]
    if asked["method"] is not None and config.payments.method(asked["method"]) is None:
        raise ValidationFailed({"method": ["No es una forma de pago"]})
    return await request.app[DATABASE].read(_find, asked, default_house(config))


def _find(view: Snapshot, asked: dict[str, Any], default: House) -> tuple[Period, list[Entry]]:
    period = _period(asked["from"], asked["to"], house.get(view, default), view.now)
    return period, reconciliation.approved(view, period.start, period.end, asked["method"])


def _period(
    first: date | datetime | None, last: date | datetime | None, house: House, now: datetime
) -> Period:
    """Raises ValidationFailed for one that ends before it begins, or is too long."""
    first = first or house.local(now).date()
    last = last or (house.local(first).date() if isinstance(first, datetime) else first)
    try:
        start = first if isinstance(first, datetime) else house.start_of(first)
        end = last if isinstance(last, datetime) else house.start_of(last + timedelta(days=1))
    except OverflowError as error:
        raise ValidationFailed({"from": ["No es válido"]}) from error
    if end <= start:
        raise ValidationFailed({"to": ["El final va después del principio"]})
    if end - start > LONGEST:
        raise ValidationFailed({"to": [f"Pide {LONGEST.days} días a lo más"]})
    return Period(start, end, house)


def _row(entry: Entry, house: House) -> Sequence[str | int | float | None]:
    payment = entry.payment
    decided_at = payment.decided_at or payment.submitted_at
    return (
        f"{house.local(decided_at):%Y-%m-%d %H:%M}",
        payment.order_id,
        entry.table_number,
        payment.method,
        payment.reference,
        None if payment.amount is None else money(payment.amount),
        money(entry.total),
        payment.submitted_by,
        payment.decided_by,
        payment.reason,
        f"sí, {payment.reconciled_by}" if entry.is_reconciled else "no",
    )
