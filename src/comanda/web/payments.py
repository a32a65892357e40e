"""Payments over HTTP: the waiter's attempt, its proof, the cashier's verdict."""

import logging

from aiohttp import web

from comanda import workflow
from comanda.domain.errors import NotFound, ValidationFailed
from comanda.domain.payments import Payment, Proof
from comanda.store import orders, payments
from comanda.store.database import Snapshot
from comanda.web.keys import CONFIG, DATABASE, STAFF
from comanda.web.proofs import inspect, read_upload
from comanda.web.reading import idempotency_key, json_body, order_id, payment_id
from comanda.web.replies import reply
from comanda.web.schemas import Form, NewVerdict, check

log = logging.getLogger(__name__)

_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}


async def submit_payment(request: web.Request) -> web.Response:
    """`POST /orders/{order_id}/proof`: 201, or 200 where this key's attempt was made before."""
    database, found, actor = request.app[DATABASE], order_id(request), request[STAFF]
    await database.read(orders.require, found)
    method, proof = await _read_attempt(request)
    about = (found, method, actor.username)
    log.info("📤 [Backend] Recibiendo comprobante… orden %s · %s · %s", *about)
    key = idempotency_key(request, "submit_payment", found, method, proof and proof.sha256)
    outcome = await database.write(workflow.submit_payment, actor, found, method, proof, key)
    return reply(
        outcome.order.wire(actor.role),
        status=201 if outcome.changed else 200,
        location=f"/orders/{found}",
    )


async def show_proof(request: web.Request) -> web.Response:
    """`GET /payments/{payment_id}/proof`: the file, which can do nothing in a browser but show."""
    found = payment_id(request)
    payment, proof = await request.app[DATABASE].read(_payment_with_proof, found)
    if proof is None:
        raise NotFound("Este pago no tiene comprobante")
    name = f"comprobante-{payment.order_id}-{payment.attempt}.{_EXTENSIONS[proof.content_type]}"
    response = web.Response(
        body=proof.data,
        content_type=proof.content_type,
        headers={
            "Cache-Control": "private, max-age=3600",
            "Content-Disposition": f'inline; filename="{name}"',
            "Content-Security-Policy": "sandbox",
        },
    )
    response.etag = proof.sha256
    return response


async def decide_payment(request: web.Request) -> web.Response:
    """`PUT /payments/{payment_id}/verdict`."""
    database, found, actor = request.app[DATABASE], payment_id(request), request[STAFF]
    await database.read(payments.require, found)
    body = await json_body(request, NewVerdict)
    outcome = await database.write(
        workflow.decide_payment, actor, found, body["verdict"], body["reason"] or None
    )
    return reply(outcome.order.wire(actor.role))


async def _read_attempt(request: web.Request) -> tuple[str, Proof | None]:
    """The method and the proof of a payment form, checked against the house's methods."""
    config = request.app[CONFIG]
    upload = await read_upload(request, config.proofs.max_bytes)
    name = check(Form, upload.fields)["method"]
    method = config.payments.method(name)
    if method is None:
        known = ", ".join(method.name for method in config.payments.methods)
        raise ValidationFailed({"method": [f"Las formas de pago son: {known}"]})
    if upload.file is not None:
        return name, await inspect(upload.file)
    if method.proof == "required":
        raise ValidationFailed({"file": ["Falta la foto del comprobante"]})
    return name, None


def _payment_with_proof(view: Snapshot, found: int) -> tuple[Payment, Proof | None]:
    return payments.require(view, found), payments.proof(view, found)
