"""Deposits over HTTP: money that the bank says has arrived, and the payment of each."""

from typing import Any

from aiohttp import web

from comanda import till
from comanda.config import Config
from comanda.domain.errors import ValidationFailed
from comanda.domain.house import House
from comanda.domain.reconciliation import period_of
from comanda.domain.wire import Wire
from comanda.store import bank_phone, deposits, events, house
from comanda.store.database import Snapshot
from comanda.store.deposits import DepositFilter
from comanda.web.contract.path_names import DEPOSIT
from comanda.web.contract.requests import DepositQuery, NewTie
from comanda.web.plumbing.json_replies import reply, reply_change
from comanda.web.plumbing.keys import CONFIG, DATABASE, STAFF
from comanda.web.plumbing.long_answers import reply_with_long
from comanda.web.plumbing.request_data import json_body, query

MOST = 30_000
_TIED = {"true": True, "false": False, None: None}


async def list_deposits(request: web.Request) -> web.Response:
    """`GET /deposits?from=&to=&tied=`: whole days or times. The default is today."""
    filters = query(request, DepositQuery)
    return await reply_with_long(request, _deposits_wire, filters, request.app[CONFIG].house)


def _deposits_wire(view: Snapshot, filters: dict[str, Any], default: House) -> Wire:
    period = period_of(filters["from"], filters["to"], house.get(view, default), view.now)
    wanted = DepositFilter(period.start, period.end, _TIED[filters["tied"]], MOST + 1)
    found = deposits.find_all(view, wanted)
    if len(found) > MOST:
        raise ValidationFailed({"to": ["Son demasiados ingresos para una vez: pide menos días"]})
    return {
        "deposits": (deposit.wire() for deposit in found),
        "last_event_id": str(events.head(view)),
    }


async def tie_deposit(request: web.Request) -> web.Response:
    """`PUT /deposits/{deposit_id}/payment`: tie a deposit by hand, or take its tie back."""
    body = await json_body(request, NewTie)
    arrival = await request.app[DATABASE].write(
        till.tie_deposit,
        request[STAFF],
        request[DEPOSIT].id,
        body["payment_id"],
        default_house=request.app[CONFIG].house,
    )
    return reply_change(arrival.deposit.wire(), arrival.last_event_id)


async def show_phone(request: web.Request) -> web.Response:
    """`GET /deposits/phone`: whether the bank's phone is in reach."""
    return reply(await request.app[DATABASE].read(phone_wire, request.app[CONFIG]))


def phone_wire(view: Snapshot, config: Config) -> Wire:
    """Return what the till sees of the bank's phone."""
    is_enabled = bank_phone.is_set_up(view, config.deposits.secret)
    return bank_phone.get(view).wire(enabled=is_enabled)
