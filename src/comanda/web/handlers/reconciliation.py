"""Conciliación: approved payments beside the bank's statement."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web

from comanda import workflow
from comanda.config import Method
from comanda.domain.errors import ValidationFailed
from comanda.domain.house import House
from comanda.domain.payments import Payment
from comanda.domain.wire import Wire, money, time
from comanda.store import house, payments, reconciliation, staff
from comanda.store.database import Snapshot
from comanda.store.reconciliation import Entry
from comanda.web.contract.requests import Found, Statement
from comanda.web.handlers.pages import default_house
from comanda.web.plumbing.keys import CONFIG, DATABASE, STAFF
from comanda.web.plumbing.long import reply_with_long
from comanda.web.plumbing.reading import json_body, payment_id, query
from comanda.web.plumbing.replies import reply_change
from comanda.web.plumbing.spreadsheets import download, written

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
Names = Mapping[str, str]  # username → what colleagues call them


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` until before `end`, by the clock of `house`."""

    start: datetime
    end: datetime
    house: House


async def show_reconciliation(request: web.Request) -> web.Response:
    """`GET /reconciliation?from=&to=&method=`: days, whole, or times; today by default."""
    return await reply_with_long(request, _told, *_asked(request))


async def download_reconciliation(request: web.Request) -> web.Response:
    """`GET /reconciliation.csv`: the same for a spreadsheet, in the words of staff."""
    methods = {method.name: method for method in request.app[CONFIG].payments.methods}
    name, text = await request.app[DATABASE].read_long(_written, methods, *_asked(request))
    return download(name, text)


async def reconcile_payment(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/reconciliation`."""
    database, found, actor = request.app[DATABASE], payment_id(request), request[STAFF]
    await database.read(payments.require, found)
    body = await json_body(request, Found)
    done = await database.write(workflow.reconcile_payment, actor, found, is_found=body["found"])
    return reply_change(done.entry.wire(), done.last_event_id)


def _asked(request: web.Request) -> tuple[dict[str, Any], House]:
    """What is asked for, and the house until it is described. Raises ValidationFailed."""
    asked = query(request, Statement)
    config = request.app[CONFIG]
    if asked["method"] is not None and config.payments.method(asked["method"]) is None:
        raise ValidationFailed({"method": ["No es una forma de pago"]})
    return asked, default_house(config)


def _told(view: Snapshot, asked: dict[str, Any], default: House) -> Wire:
    period, entries, names = _find(view, asked, default)
    return {
        "from": time(period.start),
        "to": time(period.end),
        "payments": (entry.wire() for entry in entries),
        "totals": reconciliation.totals(entries),
        "people": [{"username": one, "name": name} for one, name in names.items()],
    }


def _written(
    view: Snapshot, methods: Mapping[str, Method], asked: dict[str, Any], default: House
) -> tuple[str, bytes]:
    """The spreadsheet's name and text."""
    period, entries, names = _find(view, asked, default)
    rows = (_row(entry, methods, names, period.house) for entry in view.in_pieces(entries))
    name = f"conciliacion-{period.house.day_of(period.start)}.csv"
    return name, written(_HEADER, rows)


def _find(
    view: Snapshot, asked: dict[str, Any], default: House
) -> tuple[Period, list[Entry], Names]:
    period = _period(asked["from"], asked["to"], house.get(view, default), view.now)
    entries = reconciliation.approved(view, period.start, period.end, asked["method"])
    if len(entries) > reconciliation.MOST:
        raise ValidationFailed({"to": ["Son demasiados pagos para una vez: pide menos días"]})
    return period, entries, _names(view, entries)


def _names(view: Snapshot, entries: Sequence[Entry]) -> Names:
    """The names of those who had to do with `entries`; two of the same name are told apart."""
    found = {
        username
        for payment in (entry.payment for entry in entries)
        for username in (payment.submitted_by, payment.decided_by, payment.reconciled_by)
    }
    everyone = staff.everyone(view)
    count = Counter(member.name for member in everyone)
    return {
        member.username: member.name
        if count[member.name] == 1
        else f"{member.name} ({member.username})"
        for member in everyone
        if member.username in found
    }


def _period(
    first: date | datetime | None, last: date | datetime | None, house: House, now: datetime
) -> Period:
    """Raises ValidationFailed for one that ends before it begins, or is too long."""
    try:
        first = first or house.day_of(now)
        last = last or (house.day_of(first) if isinstance(first, datetime) else first)
        start = first if isinstance(first, datetime) else house.start_of(first)
        end = last if isinstance(last, datetime) else house.start_of(last + timedelta(days=1))
    except OverflowError as error:
        raise ValidationFailed({"from": ["No es válido"]}) from error
    if end <= start:
        raise ValidationFailed({"to": ["El final va después del principio"]})
    if end - start > LONGEST:
        raise ValidationFailed({"to": [f"Pide {LONGEST.days} días a lo más"]})
    return Period(start, end, house)


def _row(
    entry: Entry, methods: Mapping[str, Method], names: Names, house: House
) -> Sequence[str | int | float | None]:
    payment = entry.payment
    method = methods.get(payment.method)
    decided_at = payment.decided_at or payment.submitted_at
    return (
        f"{house.local(decided_at):%Y-%m-%d %H:%M}",
        payment.order_id,
        entry.table_number,
        method.label if method else payment.method,
        payment.reference,
        None if payment.amount is None else money(payment.amount),
        money(entry.total),
        _name(payment.submitted_by, names),
        _name(payment.decided_by, names),
        payment.reason,
        _found(payment, method, names),
    )


def _found(payment: Payment, method: Method | None, names: Names) -> str:
    """Whether it was found in the statement, where such a payment stands in one."""
    if payment.reconciled_at is not None:
        return f"sí, {_name(payment.reconciled_by, names)}"
    is_in_statement = method and (method.verify == "account" or method.reference != "none")
    return "no" if is_in_statement else "no aplica"


def _name(username: str | None, names: Names) -> str | None:
    return username and names.get(username, username)
