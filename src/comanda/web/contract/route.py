"""The entry of a route in the table: who may use it, its handler, its requests and answers."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from aiohttp.typedefs import Handler
from marshmallow import Schema

from comanda.domain.staff import Role
from comanda.web.contract.path_names import PATH_NAMES

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# The codes that every route can answer.
EVERYWHERE = ("internal_error", "too_many_connections", "wrong_host")
SMALL_BODY = 4 * 1024  # bytes; most requests need a tenth of it

Media = tuple[str, ...]


class Header(NamedTuple):
    """A request header: its purpose, and the pattern of accepted values."""

    name: str
    purpose: str
    pattern: str | None = None


# Every route that needs a session accepts this header.
PAGE_USER = Header(
    "Comanda-User",
    "The user of the page. If the session belongs to another user, the answer is 409 `other_user`.",
)


SEEN_CORRECTIONS = Header(
    "Comanda-Corrections",
    "The number of `former_claims` that the cashier saw. If the payment was corrected since, an "
    "approval answers 409 `illegal_transition`.",
    "^[0-9]{1,6}$",
)


class Route(NamedTuple):
    """A route of the table. An `audience` of None means everybody, without a session.

    `answers` maps a status to the schema of a JSON body, the media types of another body, or None
    for no body. `refuses` are the codes that `refusals` can't derive from the other fields. `body`
    is the schema of a JSON body, `form` of a multipart form. `body_bytes` limits a JSON body; the
    configuration has the limits of a form. `notes` are sentences for readers of the document.
    """

    method: str
    path: str
    handler: Handler
    audience: frozenset[Role] | None
    summary: str
    answers: Mapping[int, type[Schema] | Media | None]
    refuses: tuple[str, ...] = ()
    body: type[Schema] | None = None
    form: type[Schema] | None = None
    query: type[Schema] | None = None
    headers: tuple[Header, ...] = ()
    body_bytes: int = SMALL_BODY
    notes: str = ""

    @property
    def is_stream(self) -> bool:
        """Whether the answer is an event stream, which never ends by itself and has no HEAD."""
        return ("text/event-stream",) in self.answers.values()

    @property
    def path_names(self) -> list[str]:
        """The names in the path, such as `order_id`, in their order."""
        return re.findall(r"{(\w+)", self.path)

    def refusals(self) -> frozenset[str]:
        """Return every error code that this route can answer, derived from its fields."""
        codes = {*EVERYWHERE, *self.refuses}
        if self.audience is not None:
            codes |= {"not_signed_in", "other_user", "storage_unavailable"}
            codes |= set() if self.audience == frozenset(Role) else {"forbidden"}
        if self.method not in SAFE_METHODS:
            codes |= {"cross_origin", "storage_unavailable", "storage_full"}
        if self.body or self.form:
            codes |= {"malformed_body", "file_too_large", "validation_failed", "upload_timeout"}
        if self.body:
            codes |= {"unsupported_media_type", "server_busy"}
        if self.query or self.headers:
            codes |= {"validation_failed"}
        for name in self.path_names:
            codes |= {"not_found", PATH_NAMES[name].refusal().code}
        return frozenset(codes)
