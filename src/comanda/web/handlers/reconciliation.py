"""Conciliación: approved payments beside the bank's statement."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from comanda import workflow
from comanda.config import Method
from comanda.domain.errors import ValidationFailed
from comanda.domain.house import House
from comanda.domain.payments import Payment
from comanda.domain.reconciliation import (
    Period,
    ReconcilablePayment,
    findings,
    period_of,
    totals,
)
from comanda.domain.wire import Wire, time
from comanda.store import house, reconciliation, staff
from comanda.store.database import Snapshot
from comanda.web.contract.path_names import PAYMENT
from comanda.web.contract.requests import NewReconciliation, Statement
from comanda.web.plumbing.json_replies import reply_change
from comanda.web.plumbing.keys import CONFIG, DATABASE, STAFF
from comanda.web.plumbing.long_answers import reply_with_long
from comanda.web.plumbing.request_data import json_body, query
from comanda.web.plumbing.spreadsheets import Amount, Cell, download, written

_HEADER = (
    "Fecha y hora",
    "Orden",
    "Mesa",
    "Forma de pago",
    "Referencia",
    "Monto",
    "De la cuenta",
    "Propina",
    "Envió",
    "Aprobó",
    "Motivo",
    "Encontrado en el banco",
)
Names = Mapping[str, str]  # username → name for the cashier


async def show_reconciliation(request: web.Request) -> web.Response:
    """`GET /reconciliation?from=&to=&method=`: whole days or times. The default is today."""
    return await reply_with_long(request, _reconciliation_wire, *_read_query(request))


async def download_reconciliation(request: web.Request) -> web.Response:
    """`GET /reconciliation.csv`: the reconciliation for a spreadsheet, in Spanish."""
    methods = {method.name: method for method in request.app[CONFIG].payments.methods}
    name, text = await request.app[DATABASE].read_long(_csv, methods, *_read_query(request))
    return download(name, text)


async def reconcile_payment(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/reconciliation`."""
    body = await json_body(request, NewReconciliation)
    payment_id, actor = request[PAYMENT].id, request[STAFF]
    reconciled = await request.app[DATABASE].write(
        workflow.reconcile_payment, actor, payment_id, is_found=body["found"]
    )
    return reply_change(reconciled.payment.wire(), reconciled.last_event_id)


def _read_query(request: web.Request) -> tuple[dict[str, Any], House]:
    """Return the query, and the default house of the configuration. Raises ValidationFailed."""
    filters = query(request, Statement)
    config = request.app[CONFIG]
    if filters["method"] is not None and config.payments.method(filters["method"]) is None:
        raise ValidationFailed({"method": ["No es una forma de pago"]})
    return filters, config.house


def _reconciliation_wire(view: Snapshot, filters: dict[str, Any], default: House) -> Wire:
    period, lines, names = _find(view, filters, default)
    return {
        "from": time(period.start),
        "to": time(period.end),
        "payments": (payment.wire() for payment in lines),
        "totals": totals(lines),
        **findings(lines),
        "people": [{"username": username, "name": name} for username, name in names.items()],
    }


def _csv(
    view: Snapshot, methods: Mapping[str, Method], filters: dict[str, Any], default: House
) -> tuple[str, bytes]:
    """Return the spreadsheet's file name and text."""
    period, lines, names = _find(view, filters, default)
    rows = (_row(line, methods, names, period.house) for line in view.in_pieces(lines))
    name = f"conciliacion-{period.house.day_of(period.start)}.csv"
    return name, written(_HEADER, rows, period.house.money)


def _find(
    view: Snapshot, filters: dict[str, Any], default: House
) -> tuple[Period, list[ReconcilablePayment], Names]:
    period = period_of(filters["from"], filters["to"], house.get(view, default), view.now)
    lines = reconciliation.approved(view, period.start, period.end, filters["method"])
    if len(lines) > reconciliation.MOST:
        raise ValidationFailed({"to": ["Son demasiados pagos para una vez: pide menos días"]})
    return period, lines, _names(view, lines)


def _names(view: Snapshot, lines: Sequence[ReconcilablePayment]) -> Names:
    """Return the names of the members who submitted, decided or reconciled these payments."""
    usernames = {
        username
        for payment in (line.payment for line in lines)
        for username in (payment.submitted_by, payment.decided_by, payment.reconciled_by)
    }
    return {username: name for username, name in staff.names(view).items() if username in usernames}


def _row(
    line: ReconcilablePayment, methods: Mapping[str, Method], names: Names, house: House
) -> Sequence[Cell]:
    payment = line.payment
    method = methods.get(payment.method)
    decided_at = payment.decided_at or payment.submitted_at
    return (
        f"{house.local(decided_at):%Y-%m-%d %H:%M}",
        " ".join(map(str, payment.order_ids)),
        _places(payment),
        method.label if method else payment.method,
        payment.reference,
        Amount(line.arrives),
        Amount(payment.amount),
        Amount(payment.tip),
        _name(payment.submitted_by, names),
        _name(payment.decided_by, names),
        payment.reason,
        _in_statement(payment, method, names),
    )


def _places(payment: Payment) -> str:
    """Return the tables and customers whose orders the payment pays, each once."""
    places = (part.customer or str(part.table_number) for part in payment.allocations)
    return ", ".join(dict.fromkeys(places))


def _in_statement(payment: Payment, method: Method | None, names: Names) -> str:
    """Return whether the payment was found; `no aplica` if a statement can't show its method."""
    if payment.reconciled_at is not None:
        return f"sí, {_name(payment.reconciled_by, names)}"
    is_in_statement = method and (method.verify == "account" or method.reference != "none")
    return "no" if is_in_statement else "no aplica"


def _name(username: str | None, names: Names) -> str | None:
    return username and names.get(username, username)
