"""Payments over HTTP: the waiter's payment attempt, its proof, the cashier's verdict."""

import logging
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from comanda import workflow
from comanda.config import Config, Method
from comanda.config import Payments as PaymentsConfig
from comanda.domain.bill import Tender
from comanda.domain.comparison import check_fields
from comanda.domain.errors import (
    DomainError,
    NotFound,
    NoThumbnail,
    ProofExpired,
    ProofNotExamined,
    TooManyAttempts,
    ValidationFailed,
)
from comanda.domain.evidence import Claim
from comanda.domain.house import House
from comanda.domain.payments import Correction, Payment, PaymentRules, Proof
from comanda.domain.wire import Wire
from comanda.media import inspection
from comanda.store import examinations, house, payments, readings
from comanda.store.database import Snapshot
from comanda.web.contract.path_names import ORDER_ID, PAYMENT
from comanda.web.contract.requests import (
    Form,
    KnownWarnings,
    NewClaim,
    NewVerdict,
    ProofQuery,
    check,
)
from comanda.web.contract.route import SEEN_CORRECTIONS
from comanda.web.plumbing.json_replies import reply_outcome
from comanda.web.plumbing.keys import CONFIG, DATABASE, EXAMINATIONS, LOOKS, STAFF
from comanda.web.plumbing.long_answers import reply_with
from comanda.web.plumbing.request_data import (
    idempotency_key,
    json_body,
    query,
)
from comanda.web.plumbing.uploads import Upload, finish_in_thread, uploaded
from comanda.workflow import Charge

log = logging.getLogger(__name__)

_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/pdf": "pdf",
}


async def submit_payment(request: web.Request) -> web.Response:
    """`POST /orders/{order_id}/proof`: submit a payment attempt.

    Answer 201, or 200 if an earlier request with this key submitted the attempt.
    """
    config, database = request.app[CONFIG], request.app[DATABASE]
    order_id, actor = request[ORDER_ID], request[STAFF]
    async with uploaded(request) as upload:
        fields = check(Form, upload.fields)
        method, claim = _method(config, upload, fields)
        charge = _charge(method, fields)
        proof = await _inspect(upload)
        about = (order_id, method.name, actor.username)
        log.info("📤 [Backend] Recibiendo comprobante… orden %s · %s · %s", *about)
        asked = (order_id, method.name, proof and proof.sha256, *_asked(fields))
        outcome = await database.write(
            workflow.submit_payment,
            actor,
            order_id,
            method.name,
            proof,
            idempotency_key(request, "submit_payment", *asked),
            claim=claim,
            charge=charge,
            default_house=config.house,
            to_account=method.verify == "account",
        )
    return reply_outcome(outcome, actor.role, creates=True)


async def show_proof(request: web.Request) -> web.Response:
    """`GET /payments/{payment_id}/proof`: the file, in a sandbox where it can run nothing.

    `?size=thumb` answers a small WebP of the photo, or of the PDF's first page.
    """
    payment = request[PAYMENT]
    if query(request, ProofQuery)["size"] is not None:
        return await _thumbnail(request.app, payment)
    proof = await request.app[DATABASE].read(payments.proof, payment.id)
    if proof is None:
        raise _no_file(payment)
    if proof.content_type == "image/heic" and payment.examined_at is None:
        raise ProofNotExamined
    return _file(payment, proof.content_type, proof.data, _EXTENSIONS[proof.content_type])


async def _thumbnail(app: web.Application, payment: Payment) -> web.Response:
    """Answer the thumbnail of the payment's proof; that of an older proof is made now.

    Its name tells of a PDF: `comprobante-41-1.pdf.webp`. Raises ProofNotExamined, NoThumbnail,
    ProofExpired and NotFound.
    """
    database = app[DATABASE]
    content_type = await database.read(payments.file_type, payment.id)
    if content_type is None:
        raise _no_file(payment)
    data = await database.read(examinations.thumbnail, payment.id)
    if data is None and payment.examined_at is not None:
        data = await app[EXAMINATIONS].thumbnail(payment.id)
    if data is None:
        raise ProofNotExamined
    if not data:
        raise NoThumbnail
    extension = "pdf.webp" if content_type == "application/pdf" else "webp"
    return _file(payment, "image/webp", data, extension)


def _no_file(payment: Payment) -> DomainError:
    return ProofExpired() if payment.has_proof else NotFound("Este pago no tiene comprobante")


def _file(payment: Payment, content_type: str, data: bytes, extension: str) -> web.Response:
    name = f"comprobante-{payment.order_id}-{payment.attempt}.{extension}"
    return web.Response(
        body=data,
        content_type=content_type,
        headers={
            "Cache-Control": "private, no-store",  # the next user of the device finds no copy
            "Content-Disposition": f'inline; filename="{name}"',
            "Content-Security-Policy": "sandbox",
        },
    )


async def decide_payment(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/verdict`."""
    body = await json_body(request, NewVerdict)
    actor = request[STAFF]
    outcome = await request.app[DATABASE].write(
        workflow.decide_payment,
        actor,
        request[PAYMENT].id,
        body["verdict"],
        body["reason"] or None,
        seen_in_account=body["seen_in_account"],
        rules=_rules(request.app[CONFIG].payments),
        seen_corrections=_seen_corrections(request),
    )
    return reply_outcome(outcome, actor.role)


def _seen_corrections(request: web.Request) -> int | None:
    """Return how many corrections of the payment the page shows. Raises ValidationFailed."""
    name = SEEN_CORRECTIONS.name
    count = request.headers.get(name)
    if count is None:
        return None
    if not re.fullmatch("[0-9]{1,6}", count):
        raise ValidationFailed({name: ["Es el número de correcciones del pago"]})
    return int(count)


async def withdraw_payment(request: web.Request) -> web.Response:
    """`DELETE /payments/{payment_id}`: take back an own payment that no cashier has opened."""
    payment_id, actor = request[PAYMENT].id, request[STAFF]
    outcome = await request.app[DATABASE].write(workflow.withdraw_payment, actor, payment_id)
    return reply_outcome(outcome, actor.role)


async def correct_claim(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/claim`: correct an own payment that waits for its verdict."""
    body = await json_body(request, NewClaim)
    config, payment, actor = request.app[CONFIG], request[PAYMENT], request[STAFF]
    method = config.payments.method(payment.method)
    if method is not None and body["reference"] is not None:
        _reference(method, body["reference"] or None)
    outcome = await request.app[DATABASE].write(
        workflow.correct_claim,
        actor,
        payment.id,
        Correction(body["reference"], body["amount"]),
        default_house=config.house,
    )
    return reply_outcome(outcome, actor.role)


async def show_reading(request: web.Request) -> web.Response:
    """`GET /payments/{payment_id}/reading`: all that was read from a proof, and the comparison."""
    return await reply_with(request, _reading, request[PAYMENT].id, request.app[CONFIG].house)


def _reading(view: Snapshot, payment_id: int, default_house: House) -> Wire:
    payment, stored = payments.require(view, payment_id), readings.find(view, payment_id)
    if stored is None:
        return {"payment_id": str(payment_id), "source": None, "fields": [], "lines": []}
    reading = stored.reading
    known = readings.circumstances(view, payment, reading, house.get(view, default_house))
    return {
        "payment_id": str(payment_id),
        "source": stored.source,
        "fields": [field.wire() for field in check_fields(reading, known)],
        "lines": [{"text": line.text, "box": line.box.wire()} for line in reading.lines],
    }


async def see_payment(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/seen`: record that a cashier has opened the payment."""
    payment_id, actor = request[PAYMENT].id, request[STAFF]
    rules = _rules(request.app[CONFIG].payments)
    outcome = await request.app[DATABASE].write(
        workflow.see_payment, actor, payment_id, rules=rules
    )
    return reply_outcome(outcome, actor.role)


async def view_payment(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/viewer`: record that a cashier is viewing this payment.

    A cashier who opens too many payments in a minute is only recorded as having seen them, so that
    fast leafing does not tell the other cashiers of every payment.
    """
    payment_id, actor, database = request[PAYMENT].id, request[STAFF], request.app[DATABASE]
    rules = _rules(request.app[CONFIG].payments)
    if _may_show(request, actor.username):
        outcome = await database.write(workflow.view_payment, actor, payment_id, rules=rules)
    else:
        outcome = await database.write(workflow.see_payment, actor, payment_id, rules=rules)
    return reply_outcome(outcome, actor.role)


def _may_show(request: web.Request, username: str) -> bool:
    try:
        request.app[LOOKS].count(username, time.monotonic())
    except TooManyAttempts:
        return False
    return True


async def leave_payment(request: web.Request) -> web.Response:
    """`DELETE /payments/{payment_id}/viewer`: record that a cashier has closed the payment."""
    payment_id, actor = request[PAYMENT].id, request[STAFF]
    await request.app[DATABASE].write(workflow.leave_payment, actor, payment_id)
    return web.Response(status=204)


async def acknowledge_warnings(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/known`: record that a cashier knows the payment's late warnings.

    Warnings of other types than the given types stay late.
    """
    body = await json_body(request, KnownWarnings)
    actor = request[STAFF]
    outcome = await request.app[DATABASE].write(
        workflow.acknowledge_warnings, actor, request[PAYMENT].id, frozenset(body["types"])
    )
    return reply_outcome(outcome, actor.role)


def _rules(config: PaymentsConfig) -> PaymentRules:
    account = frozenset(method.name for method in config.methods if method.verify == "account")
    return PaymentRules(account, own_verdicts=config.own_verdicts)


def _method(config: Config, upload: Upload, fields: Mapping[str, Any]) -> tuple[Method, Claim]:
    """Return the form's method, and what was typed as it asks. Raises ValidationFailed."""
    method = config.payments.method(fields["method"])
    if method is None:
        method_names = ", ".join(method.name for method in config.payments.methods)
        raise ValidationFailed({"method": [f"Las formas de pago son: {method_names}"]})
    if upload.file is None and method.proof == "required":
        raise ValidationFailed({"file": ["Falta la foto del comprobante"]})
    return method, Claim(_reference(method, fields["reference"]), fields["taken_at"])


def _charge(method: Method, fields: Mapping[str, Any]) -> Charge:
    """Return what the form asks to be paid. Raises ValidationFailed."""
    if fields["tendered"] is not None and not method.is_cash:
        raise ValidationFailed({"tendered": [f"{method.label} no lleva lo recibido"]})
    tender = Tender(fields["amount"], fields["tip"], fields["tendered"])
    return Charge(tender, fields["also"], fields["items"], fields["replaces"])


def _asked(fields: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the form's values for its idempotency key.

    A form without the newer fields gives the values of earlier versions: a phone may repeat a
    request that an earlier version has carried out.
    """
    yield from (fields[name] for name in ("reference", "amount") if fields[name] is not None)
    for name in ("tip", "tendered", "also", "items", "replaces"):
        if fields[name] not in (None, 0, ()):
            yield name, fields[name]


async def _inspect(upload: Upload) -> Proof | None:
    """Return the form's proof; look at a slow one in a thread. Raises UnsupportedFile."""
    data = upload.file
    if data is None or inspection.is_quick(data):
        return None if data is None else inspection.inspect(data, upload.sha256)
    return await finish_in_thread(inspection.inspect, data, upload.sha256)


def _reference(method: Method, reference: str | None) -> str | None:
    """Return the reference if it fits the rules of `method`. Raises ValidationFailed."""
    if method.reference == "required" and reference is None:
        raise ValidationFailed({"reference": [f"Falta este dato: {method.reference_label}"]})
    if method.reference == "none" and reference is not None:
        raise ValidationFailed({"reference": [f"{method.label} no lleva referencia"]})
    return reference
