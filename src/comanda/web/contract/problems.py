"""Errors as RFC 9457 problem details. Only this table maps a code to an HTTP status."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda.domain.errors import DomainError, FileTooLarge, NotFound, StorageUnavailable
from comanda.domain.errors import ValidationFailed as Invalid
from comanda.domain.wire import encode

log = logging.getLogger(__name__)

STATUSES: Mapping[str, int] = {
    "malformed_body": 400,
    "not_signed_in": 401,
    "bad_credentials": 401,
    "bad_signature": 401,
    "forbidden": 403,
    "cross_origin": 403,
    "own_payment": 403,
    "bad_setup_token": 403,
    "not_found": 404,
    "old_version": 404,
    "order_not_found": 404,
    "payment_not_found": 404,
    "deposit_not_found": 404,
    "product_not_found": 404,
    "staff_not_found": 404,
    "session_not_found": 404,
    "proof_not_examined": 404,
    "no_thumbnail": 404,
    "method_not_allowed": 405,
    "upload_timeout": 408,
    "illegal_transition": 409,
    "other_user": 409,
    "product_exists": 409,
    "username_taken": 409,
    "last_admin": 409,
    "nothing_due": 409,
    "order_has_payments": 409,
    "payment_already_decided": 409,
    "deposit_taken": 409,
    "proof_expired": 410,
    "file_too_large": 413,
    "unsupported_file": 415,
    "unsupported_media_type": 415,
    "wrong_host": 421,
    "validation_failed": 422,
    "idempotency_key_reused": 422,
    "too_many_attempts": 429,
    "too_many_connections": 429,
    "server_busy": 503,
    "backup_failed": 507,
    "internal_error": 500,
    "storage_unavailable": 503,
    "feed_down": 503,
    "storage_full": 507,
}


@web.middleware
async def problem_details(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every refusal as a problem. Log an unexpected error and answer it without details."""
    try:
        return await handler(request)
    except StorageUnavailable as error:
        log.error("%s in %s %s: %s", error.code, request.method, request.path, error.__cause__)
        return refusal(error)
    except DomainError as error:
        return refusal(error)
    except web.HTTPException as error:
        return _http_problem(error)
    except Exception:
        log.exception(
            "Unexpected error in %s %s", request.method, request.raw_path.partition("?")[0]
        )
        return problem(500, "internal_error", "Algo falló en el servidor. Inténtalo otra vez")


def problem(
    status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any
) -> web.Response:
    """Return the answer `{type, title, status, code, detail}` with the fields of `more`."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return web.Response(
        status=status,
        body=encode(body).encode(errors="replace"),  # the text may quote half a surrogate pair
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def refusal(error: DomainError) -> web.Response:
    """Return the answer to a refused request."""
    status = STATUSES[error.code]
    if isinstance(error, Invalid):
        return problem(status, error.code, error.detail, errors=error.errors)
    headers = None if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return problem(status, error.code, error.detail, headers)


def _http_problem(error: web.HTTPException) -> web.Response:
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = {"Allow": ", ".join(sorted(error.allowed_methods))}
        return problem(405, "method_not_allowed", "Esta dirección no admite ese método", allowed)
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return refusal(FileTooLarge("Lo que se envió es demasiado grande"))
    if isinstance(error, web.HTTPNotFound):
        return refusal(NotFound())
    raise error
