"""Conciliación: approved payments beside the bank's word, and the bank's word beside them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from comanda import workflow
from comanda.config import Config, Method
from comanda.domain.deposits import Checked, Deposit, DepositSource, TieRule
from comanda.domain.errors import ValidationFailed
from comanda.domain.house import House
from comanda.domain.payments import Payment
from comanda.domain.reconciliation import (
    Period,
    ReconcilablePayment,
    findings,
    period_of,
    sides,
    totals,
)
from comanda.domain.staff import HOUSE
from comanda.domain.wire import Wire, time
from comanda.store import bank_phone, deposits, house, reconciliation, staff
from comanda.store.database import Snapshot
from comanda.store.deposits import DepositFilter
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
    "Qué es",
    "Ingreso",
    "Llegó",
    "De",
    "Cómo se vio",
    "Unido por",
)
_RULES = {
    TieRule.REFERENCE: "misma referencia",
    TieRule.AMOUNT: "mismo monto y hora",
    TieRule.DAY: "mismo monto ese día",
    TieRule.HAND: "a mano",
}
_CHECKED = {
    Checked.ACCOUNT: "en la cuenta",
    Checked.NOTICE: "aviso del banco",
    Checked.STATEMENT: "estado de cuenta",
}
_SOURCES = {
    DepositSource.NOTICE: _CHECKED[Checked.NOTICE],
    DepositSource.STATEMENT: _CHECKED[Checked.STATEMENT],
}
Names = Mapping[str, str]  # username → name for the cashier


async def show_reconciliation(request: web.Request) -> web.Response:
    """`GET /reconciliation?from=&to=&method=`: whole days or times. The default is today."""
    filters = _read_query(request)
    return await reply_with_long(request, _reconciliation_wire, filters, request.app[CONFIG])


async def download_reconciliation(request: web.Request) -> web.Response:
    """`GET /reconciliation.csv`: the reconciliation for a spreadsheet, in Spanish."""
    filters = _read_query(request)
    name, text = await request.app[DATABASE].read_long(_csv, filters, request.app[CONFIG])
    return download(name, text)


async def reconcile_payment(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/reconciliation`."""
    body = await json_body(request, NewReconciliation)
    payment_id, actor = request[PAYMENT].id, request[STAFF]
    reconciled = await request.app[DATABASE].write(
        workflow.reconcile_payment, actor, payment_id, is_found=body["found"]
    )
    return reply_change(reconciled.payment.wire(), reconciled.last_event_id)


def _read_query(request: web.Request) -> dict[str, Any]:
    """Return the query. Raises ValidationFailed."""
    filters = query(request, Statement)
    if (
        filters["method"] is not None
        and request.app[CONFIG].payments.method(filters["method"]) is None
    ):
        raise ValidationFailed({"method": ["No es una forma de pago"]})
    return filters


@dataclass(frozen=True, slots=True)
class _Found:
    """What was approved in a period, and what arrived in it without a payment.

    `deposits` is None where nothing is compared: the bank tells the house nothing, or the payments
    are of a method whose money does not come to the account.
    """

    period: Period
    lines: list[ReconcilablePayment]
    deposits: list[Deposit] | None
    names: Names


def _reconciliation_wire(view: Snapshot, filters: dict[str, Any], config: Config) -> Wire:
    found = _find(view, filters, config)
    lines, untied = found.lines, found.deposits
    return {
        "from": time(found.period.start),
        "to": time(found.period.end),
        "payments": (payment.wire() for payment in lines),
        "deposits": (deposit.wire() for deposit in untied or ()),
        "sides": None if untied is None else sides(lines, untied),
        "totals": totals(lines),
        **findings(lines),
        "people": [{"username": username, "name": name} for username, name in found.names.items()],
    }


def _csv(view: Snapshot, filters: dict[str, Any], config: Config) -> tuple[str, bytes]:
    """Return the spreadsheet's file name and text."""
    found = _find(view, filters, config)
    name = f"conciliacion-{found.period.house.day_of(found.period.start)}.csv"
    return name, written(_HEADER, _rows(view, found, config), found.period.house.money)


def _find(view: Snapshot, filters: dict[str, Any], config: Config) -> _Found:
    period = period_of(filters["from"], filters["to"], house.get(view, config.house), view.now)
    lines = reconciliation.approved(view, period.start, period.end, filters["method"])
    if len(lines) > reconciliation.MOST:
        raise ValidationFailed({"to": ["Son demasiados pagos para una vez: pide menos días"]})
    untied = _untied(view, period, filters["method"], config)
    is_told = (
        bool(untied)
        or any(line.payment.deposit or line.was_untied for line in lines)
        or bank_phone.is_set_up(view, config.deposits.secret)
    )
    return _Found(period, lines, untied if is_told else None, _names(view, lines, untied or ()))


def _untied(
    view: Snapshot, period: Period, method: str | None, config: Config
) -> list[Deposit] | None:
    """Return the period's deposits without a payment; None for a method that brings no deposit."""
    chosen = None if method is None else config.payments.method(method)
    if chosen is not None and chosen.verify != "account":
        return None
    most = reconciliation.MOST
    wanted = DepositFilter(period.start, period.end, tied=False, limit=most + 1)
    untied = deposits.find_all(view, wanted)
    if len(untied) > most:
        raise ValidationFailed({"to": ["Son demasiados ingresos para una vez: pide menos días"]})
    return untied


def _names(
    view: Snapshot, lines: Sequence[ReconcilablePayment], untied: Sequence[Deposit]
) -> Names:
    """Return the names of the members who had to do with these payments and deposits."""
    usernames = {
        username
        for payment in (line.payment for line in lines)
        for username in (
            payment.submitted_by,
            payment.decided_by,
            payment.reconciled_by,
            payment.deposit and payment.deposit.tie and payment.deposit.tie.by,
        )
    }
    tied = (line.payment.deposit for line in lines)
    for deposit in filter(None, (*untied, *tied)):
        usernames |= {deposit.untied_by, deposit.received_by}
    return {username: name for username, name in staff.names(view).items() if username in usernames}


def _rows(view: Snapshot, found: _Found, config: Config) -> Iterator[Sequence[Cell]]:
    methods = {method.name: method for method in config.payments.methods}
    for line in view.in_pieces(found.lines):
        yield (
            *_payment_cells(line, methods, found.names, found.period.house),
            "pago",
            *_tied_cells(line, found.names, found.period.house),
        )
    for deposit in view.in_pieces(found.deposits or ()):
        yield _deposit_row(deposit, found.names, found.period.house)


def _payment_cells(
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


def _tied_cells(line: ReconcilablePayment, names: Names, house: House) -> Sequence[Cell]:
    """Return the payment's deposit, and how its money was seen."""
    payment = line.payment
    seen = _CHECKED[payment.checked] if payment.checked else None
    if line.was_untied:
        seen = f"{seen}, y después le quitaron el ingreso"
    deposit = payment.deposit
    if deposit is None or deposit.tie is None:
        return None, None, None, seen, None
    rule = _RULES[deposit.tie.rule]
    by = f", {_name(deposit.tie.by, names)}" if deposit.tie.by else ""
    if deposit.source is DepositSource.STATEMENT:
        by += f"; el estado lo subió {_name(deposit.received_by, names)}"
    return Amount(deposit.amount), _arrived(deposit, house), deposit.sender, seen, rule + by


def _deposit_row(deposit: Deposit, names: Names, house: House) -> Sequence[Cell]:
    """Return a deposit without a payment: its amount is not in the column of the payments'."""
    at = _arrived(deposit, house)
    untied = None
    if deposit.untied_by == HOUSE.username:
        untied = "nadie: no lo avisó un banco"
    elif deposit.untied_by is not None:
        untied = f"nadie: lo soltó {_name(deposit.untied_by, names)}"
    return (
        at,
        *[None] * 3,  # order, table, method
        deposit.reference,
        *[None] * 7,  # from the payments' amount on
        "ingreso",
        Amount(deposit.amount),
        at,
        deposit.sender or deposit.text,
        _source(deposit, names),
        untied,
    )


def _source(deposit: Deposit, names: Names) -> str:
    """Return who told of the money: the bank, or whoever imported its statement."""
    words = _SOURCES[deposit.source]
    is_line = deposit.source is DepositSource.STATEMENT
    return f"{words}, lo subió {_name(deposit.received_by, names)}" if is_line else words


def _arrived(deposit: Deposit, house: House) -> str:
    return f"{house.local(deposit.at):{'%Y-%m-%d' if deposit.is_day else '%Y-%m-%d %H:%M'}}"


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
