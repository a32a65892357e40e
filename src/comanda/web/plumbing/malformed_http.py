"""Answers to malformed HTTP, which aiohttp answers itself and never gives to a handler.

aiohttp's answer would quote the bytes and lack our headers. Here its answer becomes a problem with
our headers.
"""

import logging
from typing import Any

from aiohttp import web
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.log import server_logger
from aiohttp.web_protocol import ERROR

from comanda.web.contract.problems import problem
from comanda.web.plumbing.rate_limited_log import RateLimitedLog
from comanda.web.plumbing.response_headers import add_security_headers

log = logging.getLogger(__name__)


class MalformedRequest(web.Request):
    """A request without method, path, headers and application."""

    async def _prepare_hook(self, resp: web.StreamResponse) -> None:
        if isinstance(resp, web.Response):
            answer = problem(resp.status, "malformed_body", "La petición no es HTTP válido")
            resp.body = answer.body
            resp.headers["Content-Length"] = str(answer.content_length)
            resp.content_type = answer.content_type
            resp.charset = None
        await add_security_headers(self, resp)


class _NoQuotes(logging.Filter):
    """A log filter. aiohttp logs each malformed request in full, with its cookie.

    Anybody can send thousands. So log a single line a minute, without their content.
    """

    def __init__(self) -> None:
        super().__init__()
        self._quiet = RateLimitedLog(log)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
            address = record.args[0] if isinstance(record.args, tuple) and record.args else "-"
            self._quiet.warn("🚪 [Backend] Lo que llega de %s no es HTTP válido", address)
            return False
        return True


_NO_QUOTES = _NoQuotes()


def answer_malformed_http(server: web.Server | None) -> None:
    """Make the `server` of a set-up runner answer malformed HTTP with a problem and all headers."""
    server_logger.addFilter(_NO_QUOTES)
    if server is None:
        raise ValueError("the runner has not been set up")
    make = server.request_factory

    def make_request(message: RawRequestMessage, *parts: Any) -> Any:
        request = make(message, *parts)
        if message is ERROR and isinstance(request, web.Request):
            request.__class__ = MalformedRequest
        return request

    server.request_factory = make_request
