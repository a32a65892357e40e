"""Compression of answers (RFC 9110, section 8.4): JSON and spreadsheets.

Streams, pictures and PDFs are never compressed: the events of a stream would wait in the
compressor, and pictures gain nothing. The files of the pages are compressed once, see `assets`.

The length of a compressed answer must not reveal a secret (BREACH). No answer contains a secret
next to text from another person: a session's token is only in a cookie.
"""

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

PACKED = frozenset({"application/json", "application/problem+json", "text/csv"})
SMALLEST = 1024  # bytes; a smaller answer fits in one packet anyway
ASIDE = 16 * 1024  # bytes; larger bodies are processed in a thread, so that the streams don't wait

LONGEST = 512  # characters read of `Accept-Encoding`; a browser sends about 30


@web.middleware
async def pack(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Compress an answer that is worth the work, for a client that accepts gzip."""
    response = await handler(request)
    if isinstance(response, web.Response) and _is_worth_it(response):
        response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        if takes_gzip(request):
            response.enable_compression(web.ContentCoding.gzip)
    return response


def _is_worth_it(response: web.Response) -> bool:
    return (
        response.content_type in PACKED
        and isinstance(response.body, bytes)
        and len(response.body) >= SMALLEST
        and hdrs.CONTENT_ENCODING not in response.headers
    )


def takes_gzip(request: web.Request) -> bool:
    """Whether the client accepts gzip and doesn't prefer `identity` (section 12.5.3)."""
    offered: dict[str, float] = {}
    accepted = ",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ()))
    for part in accepted[:LONGEST].split(","):
        coding, *parameters = part.split(";")
        offered[coding.strip().lower()] = _weight(parameters)
    gzip = offered.get("gzip", offered.get("x-gzip", offered.get("*", 0.0)))
    return gzip > 0 and gzip >= offered.get("identity", 0.0)


def _weight(parameters: list[str]) -> float:
    """Return the `q` of a coding: 1 if it is missing, 0 (a refusal) if it is not a number."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
