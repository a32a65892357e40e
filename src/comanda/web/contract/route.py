"""A route: who may take it, what it does, what it takes and answers, in one line of the table."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from aiohttp.typedefs import Handler
from marshmallow import Schema

from comanda.domain.staff import Role
from comanda.web.contract.path_names import PATH_NAMES

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# What any request may be answered, whatever its route.
EVERYWHERE = ("internal_error", "too_many_connections", "wrong_host")
SMALL_BODY = 4 * 1024  # bytes; what most requests need is a tenth of it

Media = tuple[str, ...]


class Header(NamedTuple):
    """A request header: what it is for, and the values that are taken."""

    name: str
    purpose: str
    pattern: str | None = None


# Every route that needs a session takes it.
PAGE_USER = Header(
    "Comanda-User",
    "Whose page asks: with the session of anybody else the answer is 409 `other_user`.",
)


class Route(NamedTuple):
    """`audience` None is everybody.

    `answers`: status → the schema of its JSON, or the media types of a body that is none, or None
    for no body. `refuses`: the codes beside those that `refusals` knows by itself. `body` is JSON,
    `form` multipart; `body_bytes` is the most that a JSON body may have, while a form's limits are
    in the configuration. `notes` are sentences for who reads the document.
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
        """Whether its answer does not end by itself; it has no HEAD."""
        return ("text/event-stream",) in self.answers.values()

    @property
    def path_name(self) -> str | None:
        """What its path names, as `order_id`; a path names one thing at most."""
        names = re.findall(r"{(\w+)", self.path)
        return names[0] if names else None

    def refusals(self) -> frozenset[str]:
        """Every code that this route can answer, from what is in its line."""
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
        if self.path_name is not None:
            codes |= {"not_found", PATH_NAMES[self.path_name].refusal().code}
        return frozenset(codes)
