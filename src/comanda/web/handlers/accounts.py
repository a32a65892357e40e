"""The house's own accounts over HTTP, and the QR code of each."""

from aiohttp import web

from comanda import office
from comanda.domain.accounts import Account
from comanda.domain.errors import NotFound, ValidationFailed
from comanda.domain.wire import Wire
from comanda.store import accounts
from comanda.store.database import Snapshot
from comanda.web.contract.path_names import POSITION
from comanda.web.contract.requests import NewAccounts
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import CONFIG, DATABASE, STAFF
from comanda.web.plumbing.qr_codes import draw_code
from comanda.web.plumbing.request_data import json_body


async def show_accounts(request: web.Request) -> web.Response:
    """`GET /accounts`."""
    return reply(_wire(await request.app[DATABASE].read(accounts.every)))


async def put_accounts(request: web.Request) -> web.Response:
    """`PUT /accounts`: the accounts in place of all earlier ones. Raises ValidationFailed."""
    body = await json_body(request, NewAccounts)
    methods = request.app[CONFIG].payments
    for position, account in enumerate(body["accounts"]):
        if methods.method(account["method"]) is None:
            sentence = f"{account['label']}: «{account['method']}» no es una forma de pago"
            raise ValidationFailed({f"accounts.{position}.method": [sentence]})
    stored = [Account(**account) for account in body["accounts"]]
    await request.app[DATABASE].write(office.put_accounts, request[STAFF], stored)
    return reply(_wire(stored))


async def show_code(request: web.Request) -> web.Response:
    """`GET /accounts/{position}/qr`: the account's QR code, as SVG. Raises NotFound."""
    account = await request.app[DATABASE].read(_at, request[POSITION])
    return web.Response(
        body=draw_code(account.code),
        content_type="image/svg+xml",
        headers={"Cache-Control": "private, no-store", "Content-Security-Policy": "sandbox"},
    )


def _at(view: Snapshot, position: int) -> Account:
    all_accounts = accounts.every(view)
    if position >= len(all_accounts):
        raise NotFound("No hay una cuenta en ese lugar")
    return all_accounts[position]


def _wire(all_accounts: list[Account]) -> Wire:
    return {"accounts": [account.wire() for account in all_accounts]}
