"""The access log: a line per request, without PINs, tokens or contents of files."""

import re

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from comanda.web.plumbing.keys import STAFF
from comanda.web.plumbing.malformed_http import MalformedRequest
from comanda.web.plumbing.proxy import address_of

_KEY = re.compile(
    r"([?&]key=)[^&\s]+"
)  # the address of the bank phone's heartbeat proves whose it is


class AccessLogger(AbstractAccessLogger):
    """A logger of requests. The path stays percent-encoded, so that it can't forge a line."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        member, address = None, request.remote
        if isinstance(request, web.Request) and not isinstance(request, MalformedRequest):
            member, address = request.get(STAFF), address_of(request)
        entry = {
            "method": request.method,
            "path": _KEY.sub(r"\1…", request.raw_path),
            "status": response.status,
            "ms": round(time * 1000),
            "user": member.username if member else "-",
            "address": address or "-",
        }
        line = "%(method)s %(path)s %(status)d %(ms)d ms %(user)s %(address)s"
        self.logger.info(line, entry, extra={"request": entry})
