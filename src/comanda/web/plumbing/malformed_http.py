"""What can't be read as HTTP at all never reaches a handler: aiohttp answers it by itself.

It would quote what it got and know nothing of our headers. Here it says what we say.
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
    """It has no method, no path, no headers and no application."""

    async def _prepare_hook(self, resp: web.StreamResponse) -> None:
        if isinstance(resp, web.Response):
            said = problem(resp.status, "malformed_body", "La petición no es HTTP válido")
            resp.body = said.body
            resp.headers["Content-Length"] = str(said.content_length)
            resp.content_type = said.content_type
            resp.charset = None
        await add_security_headers(self, resp)


class _NoQuotes(logging.Filter):
    """aiohttp logs each malformed request word by word, a cookie in it too.

    Anybody can send thousands of them: they are told of once a minute, and only that they came.
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
    """Let `server`, a set-up runner's, answer malformed HTTP with a problem and all headers."""
    server_logger.addFilter(_NO_QUOTES)
    if server is None:
        raise ValueError("the runner has not been set up")
    make = server.request_factory

    def make_request(message: RawRequestMessage, *parts: Any) -> Any:
        made = make(message, *parts)
        if message is ERROR and isinstance(made, web.Request):
            made.__class__ = MalformedRequest
        return made

    server.request_factory = make_request
