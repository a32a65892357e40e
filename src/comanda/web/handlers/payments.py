"""Payments over HTTP: the waiter's payment attempt, its proof, the cashier's verdict."""

import logging
import time

from aiohttp import web

from comanda import workflow
from comanda.config import Config, Method
from comanda.config import Payments as PaymentsConfig
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
from comanda.domain.payments import Payment, PaymentRules, Proof, Submission
from comanda.media import inspection
from comanda.store import examinations, payments
from comanda.web.contract.path_names import ORDER_ID, PAYMENT
from comanda.web.contract.requests import Form, KnownWarnings, NewVerdict, ProofQuery, check
from comanda.web.plumbing.json_replies import reply_outcome
from comanda.web.plumbing.keys import CONFIG, DATABASE, EXAMINATIONS, LOOKS, STAFF
from comanda.web.plumbing.request_data import (
    idempotency_key,
    json_body,
    query,
)
from comanda.web.plumbing.uploads import Upload, finish_in_thread, uploaded

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
        submission = await _read_submission(config, upload)
        method, proof, claim = submission.method, submission.proof, submission.claim
        about = (order_id, method, actor.username)
        log.info("📤 [Backend] Recibiendo comprobante… orden %s · %s · %s", *about)
        claim_values = [value for value in (claim.reference, claim.amount) if value is not None]
        sha256 = proof and proof.sha256
        key = idempotency_key(request, "submit_payment", order_id, method, sha256, *claim_values)
        outcome = await database.write(
            workflow.submit_payment,
            actor,
            order_id,
            method,
            proof,
            key,
            claim=claim,
            default_house=config.house,
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
    )
    return reply_outcome(outcome, actor.role)


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


async def _read_submission(config: Config, upload: Upload) -> Submission:
    """Return the payment form, checked against the house's methods. Raises ValidationFailed."""
    fields = check(Form, upload.fields)
    method = config.payments.method(fields["method"])
    if method is None:
        method_names = ", ".join(method.name for method in config.payments.methods)
        raise ValidationFailed({"method": [f"Las formas de pago son: {method_names}"]})
    if upload.file is None and method.proof == "required":
        raise ValidationFailed({"file": ["Falta la foto del comprobante"]})
    claim = Claim(_reference(method, fields["reference"]), fields["amount"], fields["taken_at"])
    if upload.file is None:
        return Submission(method.name, None, claim)
    return Submission(method.name, await _inspect(upload.file, upload.sha256), claim)


async def _inspect(data: bytes, sha256: str) -> Proof:
    """Return the proof for a file; look at a slow one in a thread. Raises UnsupportedFile."""
    if inspection.is_quick(data):
        return inspection.inspect(data, sha256)
    return await finish_in_thread(inspection.inspect, data, sha256)


def _reference(method: Method, reference: str | None) -> str | None:
    """Return the reference if it fits the rules of `method`. Raises ValidationFailed."""
    if method.reference == "required" and reference is None:
        raise ValidationFailed({"reference": [f"Falta este dato: {method.reference_label}"]})
    if method.reference == "none" and reference is not None:
        raise ValidationFailed({"reference": [f"{method.label} no lleva referencia"]})
    return reference
