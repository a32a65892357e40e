"""What the bank's phone says over HTTP: notices, and that it lives (DESIGN, section 8).

The phone has no session: it proves that it is the house's by the house's secret. Whoever knows the
secret is always heard. So nobody in the Wi-Fi can keep the phone out by wrong signatures.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import time
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from comanda import till
from comanda.config import Config
from comanda.domain.bank_phone import heartbeat_key, signature
from comanda.domain.deposits import LONGEST_SENDER, LONGEST_TEXT, DepositSource, NewDeposit
from comanda.domain.errors import BadSignature, DomainError, MalformedBody, ValidationFailed
from comanda.domain.house import House
from comanda.domain.notice_text import clean
from comanda.domain.notice_vetoes import Why
from comanda.domain.notices import Verdict, examine
from comanda.domain.sign_in import network_of
from comanda.store import bank_phone, house
from comanda.store.database import Snapshot
from comanda.web.contract.requests import Notice, check
from comanda.web.plumbing.body_memory import Share
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import (
    CONFIG,
    DATABASE,
    ROUTE,
    SIGNATURES,
    SLOW_RULES,
    STRANGERS_BODIES,
)
from comanda.web.plumbing.proxy import address_of
from comanda.web.plumbing.request_data import parse_json, read_body, refuse_packed

AHEAD = timedelta(minutes=15)  # by which a phone's clock may be fast
LONGEST_NUMBER = 40  # characters of who is no bank, as the till shows them

log = logging.getLogger(__name__)


async def receive_notice(request: web.Request) -> web.Response:
    """`POST /deposits/notices`: first the size, then the signature, then what the notice says."""
    with Share(request.app[STRANGERS_BODIES]) as share:
        raw = bytes(await read_body(request, share))
        secret, current_house = await request.app[DATABASE].read(_look, request.app[CONFIG])
        _require(request, _is_signed(request, raw, secret))
        try:
            refuse_packed(request)
            notice = _read(raw, request)
        except (MalformedBody, ValidationFailed) as error:
            await _hear_refused(request, error)
            raise
        return await _receive(request, notice, current_house)


def _look(view: Snapshot, config: Config) -> tuple[str, House]:
    """Return the house's secret, or "" if it has none, and the house."""
    secret = config.deposits.secret or bank_phone.get(view).secret or ""
    return secret, house.get(view, config.house)


def _is_signed(request: web.Request, raw: bytes, secret: str) -> bool:
    signed = request.headers.get("X-Signature", "").strip().lower().removeprefix("sha256=")
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    is_signed = _is_same(signed, signature(secret, raw))
    is_known = _is_same(token.strip(), secret)
    return bool(secret) and (is_signed or (is_known and scheme.lower() == "bearer"))


def _is_same(sent: str, expected: str) -> bool:
    """Compare in a time that tells nothing of where the two differ."""
    return hmac.compare_digest(sent.encode(errors="surrogateescape"), expected.encode())


def _require(request: web.Request, is_ours: bool) -> None:  # noqa: FBT001 - what is required
    """Raises BadSignature, or TooManyAttempts after too many of them."""
    if not is_ours:
        address = address_of(request)
        request.app[SIGNATURES].count(network_of(address), time.monotonic())
        log.warning("🔏 [Backend] Aviso del banco sin la firma de esta casa, desde %s", address)
        raise BadSignature


def _read(raw: bytes, request: web.Request) -> dict[str, Any]:
    """Return the notice's fields. Raises MalformedBody and ValidationFailed.

    An app that fills in a template may put a notice of several lines in as it is.
    """
    data = parse_json(raw, request[ROUTE].body_bytes, strict=False)
    if not isinstance(data, dict):
        raise MalformedBody
    notice = check(Notice, data)
    latest = request.app[DATABASE].clock() + AHEAD
    ahead = [name for name in ("sentStamp", "receivedStamp") if (notice[name] or latest) > latest]
    if ahead:
        raise ValidationFailed({name: ["El reloj está adelantado"] for name in ahead})
    return notice


async def _hear_refused(request: web.Request, error: DomainError) -> None:
    """Note that the house's own phone sends what can't be read: the administrator's page tells."""
    log.warning("📨 [Backend] Aviso del banco que no se entiende: %s", error.code)
    await request.app[DATABASE].write(till.hear_refused, error.code)


async def _receive(request: web.Request, notice: dict[str, Any], current: House) -> web.Response:
    """Store what the notice says, and answer with the deposit, or why there is none."""
    database = request.app[DATABASE]
    verdict = await asyncio.to_thread(
        examine,
        _title(notice),
        notice["text"],
        request.app[CONFIG].deposits.notice_rules,
        current.money,
        current.country or "",
    )
    _tell_slow(request, verdict)
    stamp = notice["sentStamp"] or notice["receivedStamp"]
    new = None
    if verdict.amount is not None:
        new = _deposit(verdict, notice, stamp or database.clock(), _key(notice, stamp))
    arrival = await database.write(till.hear_notice, new)
    if arrival is None or not arrival.is_new:
        why = verdict.why if arrival is None else Why.REPEATED
        log.info("📨 [Backend] Aviso del banco sin ingreso: %s", why)
        return reply({"ignored": why})
    log.info("💰 [Backend] Aviso del banco: un ingreso, por la regla «%s»", verdict.rule)
    return reply(arrival.deposit.wire(), status=201)


def _tell_slow(request: web.Request, verdict: Verdict) -> None:
    """Log each own rule whose pattern ran out of time once."""
    told = request.app[SLOW_RULES]
    for name in sorted(set(verdict.slow).difference(told)):
        told.append(name)
        log.warning(
            "🐌 [Backend] Un patrón de la regla «%s» tarda demasiado y no encuentra nada: "
            "corrígelo en config.toml, en [[deposits.rules]]",
            name,
        )


def _deposit(verdict: Verdict, notice: dict[str, Any], at: datetime, key: str) -> NewDeposit:
    return NewDeposit(
        source=DepositSource.NOTICE,
        amount=verdict.amount or 0,
        at=at,
        key=key,
        sender=_sender(verdict, notice),
        reference=verdict.reference,
        account=verdict.account,
        rule=verdict.rule,
        text=notice["text"].strip()[:LONGEST_TEXT],
        is_doubtful=verdict.why is Why.PRIVATE_NUMBER,
    )


def _title(notice: dict[str, Any]) -> str:
    return " ".join(filter(None, (notice["from"], notice["title"])))


def _sender(verdict: Verdict, notice: dict[str, Any]) -> str | None:
    """Return whose money it is, and the number of a person who says so in place of the bank."""
    if verdict.why is not Why.PRIVATE_NUMBER:
        return verdict.sender
    number = f"desde {clean(_title(notice), LONGEST_NUMBER)}"
    name = (verdict.sender or "")[: LONGEST_SENDER - len(number) - 3]
    return " · ".join(filter(None, (name, number)))[:LONGEST_SENDER]


def _key(notice: dict[str, Any], stamp: datetime | None) -> str:
    """Return the same key for the same notice, whenever and however often it comes."""
    told = [notice["from"] or "", notice["title"] or "", notice["text"]]
    moment = None if stamp is None else stamp.timestamp()
    return f"aviso:{hashlib.sha256(json.dumps([*told, moment]).encode()).hexdigest()}"


async def hear_heartbeat(request: web.Request) -> web.Response:
    """`POST /deposits/heartbeat`: from an app that can't sign this, with a key in its address."""
    with Share(request.app[STRANGERS_BODIES]) as share:
        raw = bytes(await read_body(request, share))
    secret, _ = await request.app[DATABASE].read(_look, request.app[CONFIG])
    has_key = _is_same(request.query.get("key", "").strip().lower(), heartbeat_key(secret))
    _require(request, _is_signed(request, raw, secret) or (has_key and bool(secret)))
    await request.app[DATABASE].write(till.hear_heartbeat)
    return web.Response(status=204)
