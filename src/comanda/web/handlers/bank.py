"""*Admin → Banco* over HTTP: the secret of the bank's phone, and a notice on trial."""

import asyncio
import secrets

from aiohttp import web

from comanda import office
from comanda.config import Config
from comanda.domain.bank_phone import heartbeat_key
from comanda.domain.errors import IllegalTransition
from comanda.domain.notices import Verdict, examine
from comanda.domain.wire import Wire, money, optional_time
from comanda.store import bank_phone, house, staff
from comanda.store.database import Snapshot
from comanda.web.contract.requests import NoticeOnTrial
from comanda.web.handlers.connect import is_reachable, phones_address
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import CONFIG, DATABASE, STAFF
from comanda.web.plumbing.qr_codes import draw_code
from comanda.web.plumbing.request_data import json_body

# Easy to type and to read aloud: nothing that looks like another, nor sounds like it in Spanish.
_ALPHABET = "abcdefghjkmnpqrstuwxyz23456789"
_LENGTH = 32  # 157 bits
_IN_CONFIG = "El secreto está en config.toml: se cambia ahí"


async def show_setup(request: web.Request) -> web.Response:
    """`GET /deposits/setup`: where the phone sends to, what was heard of it, and the rules."""
    known = await request.app[DATABASE].read(_setup_wire, request.app[CONFIG])
    base = phones_address(request)
    in_config = request.app[CONFIG].deposits.secret
    urls = {
        "notices_url": _notices_url(base),
        "heartbeat_url": _heartbeat_url(base, in_config) if in_config else None,
        "reachable": is_reachable(request),
    }
    return reply(urls | known)


def _setup_wire(view: Snapshot, config: Config) -> Wire:
    phone = bank_phone.get(view)
    by = phone.secret_by
    return {
        "has_secret": bool(config.deposits.secret or phone.secret),
        "secret_from_config": bool(config.deposits.secret),
        "secret_by": None if by is None else staff.names(view).get(by, by),
        "secret_at": optional_time(phone.secret_at),
        "notice_at": optional_time(phone.notice_at),
        "heartbeat_at": optional_time(phone.heartbeat_at),
        "refused_at": optional_time(phone.refused_at),
        "refused_code": phone.refused_code,
        "rules": [{"name": name, "own": is_own} for name, is_own in _rules(config).items()],
    }


def _rules(config: Config) -> dict[str, bool]:
    """Return rule's name → whether it is the house's own, in the order in which rules are tried.

    A rule without `when` only switches the built-in one of its name off.
    """
    return {rule.name: rule.is_own for rule in config.deposits.notice_rules if rule.when}


async def make_secret(request: web.Request) -> web.Response:
    """`POST /deposits/secret`: another secret, which no other answer tells.

    Raises IllegalTransition if the configuration has the secret.
    """
    if request.app[CONFIG].deposits.secret:
        raise IllegalTransition(_IN_CONFIG)
    secret = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    await request.app[DATABASE].write(office.change_bank_secret, request[STAFF], secret)
    base = phones_address(request)
    texts = {
        "notices": _notices_url(base),
        "secret": secret,
        "heartbeat": _heartbeat_url(base, secret),
    }
    codes = await asyncio.to_thread(_codes, texts)
    return reply(
        {
            "secret": secret,
            "notices_url": texts["notices"],
            "heartbeat_url": texts["heartbeat"],
            "codes": codes,
        },
        201,
    )


def _codes(texts: dict[str, str | None]) -> dict[str, str | None]:
    return {name: text and draw_code(text).decode() for name, text in texts.items()}


def _notices_url(base: str | None) -> str | None:
    return base and f"{base}/deposits/notices"


def _heartbeat_url(base: str | None, secret: str) -> str | None:
    return base and f"{base}/deposits/heartbeat?key={heartbeat_key(secret)}"


async def try_notice(request: web.Request) -> web.Response:
    """`POST /deposits/try`: what is made of a notice, and by which rule. Stores nothing."""
    notice = await json_body(request, NoticeOnTrial)
    config = request.app[CONFIG]
    current_house = await request.app[DATABASE].read(house.get, config.house)
    verdict = await asyncio.to_thread(
        examine,
        notice["from"],
        notice["text"],
        config.deposits.notice_rules,
        current_house.money,
        current_house.country or "",
    )
    return reply(_verdict_wire(verdict))


def _verdict_wire(verdict: Verdict) -> Wire:
    return {
        "kind": verdict.kind,
        "why": verdict.why,
        "rule": verdict.rule,
        "amount": None if verdict.amount is None else money(verdict.amount),
        "sender": verdict.sender,
        "reference": verdict.reference,
        "account": verdict.account,
        "slow": sorted(set(verdict.slow)),
    }
