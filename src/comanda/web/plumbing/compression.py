"""Answers that are compressed on their way (RFC 9110, section 8.4): JSON and spreadsheets.

Streams, pictures and PDFs never are: a stream's events would wait in the compressor, and pictures
gain nothing. The pages' own files are compressed once, see `assets`. No answer holds a secret
beside somebody else's words (a session's token is in a cookie alone), so their length tells nothing
(BREACH).
"""

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

PACKED = frozenset({"application/json", "application/problem+json", "text/csv"})
SMALLEST = 1024  # bytes; less fits in one packet anyway
ASIDE = 16 * 1024  # bytes; more is compressed in a thread, and the streams go on meanwhile

LONGEST = 512  # characters of what a client says that it takes; a browser's has 30


@web.middleware
async def pack(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Compress an answer that is worth it, for a client that takes gzip."""
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
    """Whether the client takes gzip, and likes nothing at all no better (section 12.5.3)."""
    offered: dict[str, float] = {}
    said = ",".join(request.headers.getall(hdrs.ACCEPT_ENCODING, ()))
    for part in said[:LONGEST].split(","):
        coding, *parameters = part.split(";")
        offered[coding.strip().lower()] = _weight(parameters)
    gzip = offered.get("gzip", offered.get("x-gzip", offered.get("*", 0.0)))
    return gzip > 0 and gzip >= offered.get("identity", 0.0)


def _weight(parameters: list[str]) -> float:
    """The `q` of a coding, 1 without one; what is no number refuses the coding."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
