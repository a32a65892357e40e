"""`GET /openapi.json`: the table of routes as an OpenAPI 3.1 document, for programs and `/docs`."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from comanda.domain.staff import Role
from comanda.web.contract.path_names import PATH_NAMES
from comanda.web.contract.problems import STATUSES
from comanda.web.contract.responses import Problem
from comanda.web.contract.route import PAGE_USER, Media, Route

Part = dict[str, Any]

ABOUT = (
    "From the waiter's photo of a payment to the cashier's verdict. Sign in with `POST /session`; "
    "the cookie that it sets signs the requests that follow. Errors are problem details (RFC 9457) "
    "with a stable `code` and a `detail` in Spanish."
)


class Document:
    """The document, made when it is first asked for."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = tuple(routes)

    @cached_property
    def encoded(self) -> bytes:
        return json.dumps(self._make(), ensure_ascii=False).encode()

    def _make(self) -> Part:
        spec = APISpec(
            title="Comanda",
            version=version("comanda"),
            openapi_version="3.1.0",
            info={"description": ABOUT},
            plugins=[MarshmallowPlugin(schema_name_resolver=_name_of)],
        )
        cookie = {"type": "apiKey", "in": "cookie", "name": "comanda_session"}
        spec.components.security_scheme("session", cookie)
        spec.components.schema("Problem", schema=Problem)
        for route in self._routes:
            path = re.sub(r"{(\w+):[^}]*}", r"{\1}", route.path)
            spec.path(path=path, operations={route.method.lower(): _operation(route)})
        return spec.to_dict()


def _name_of(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__)


def _operation(route: Route) -> Part:
    """One route as an Operation Object."""
    made: Part = {
        "operationId": f"{route.method.lower()}{re.sub(r'[^a-zA-Z]+', '_', route.path)}",
        "summary": route.summary,
        "description": _audience(route),
        "parameters": list(_parameters(route)),
        "responses": {**_answers(route), **_refusals(route)},
        "security": [] if route.audience is None else [{"session": []}],
        "x-roles": None if route.audience is None else sorted(route.audience),
    }
    for media, schema in (("application/json", route.body), ("multipart/form-data", route.form)):
        if schema is not None:
            made["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    return made


def _audience(route: Route) -> str:
    if route.audience is None:
        return "For everybody."
    if route.audience == frozenset(Role):
        return "For everybody who is signed in."
    return f"For {', '.join(sorted(route.audience))}."


def _parameters(route: Route) -> Iterable[Part]:
    if (name := route.path_name) is not None:
        schema = dict(PATH_NAMES[name].schema)
        yield {"in": "path", "name": name, "required": True, "schema": schema}
    if route.query is not None:
        yield {"in": "query", "schema": route.query}
    page_user = () if route.audience is None else (PAGE_USER,)
    for name, purpose, pattern in (*route.headers, *page_user):
        schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
        yield {"in": "header", "name": name, "description": purpose, "schema": schema}


def _answers(route: Route) -> Part:
    return {str(status): _answer(status, kind) for status, kind in route.answers.items()}


def _answer(status: int, kind: type[Schema] | Media | None) -> Part:
    phrase = HTTPStatus(status).phrase
    if kind is None:
        return {"description": phrase}
    if isinstance(kind, tuple):
        return {"description": phrase, "content": {media: {"schema": {}} for media in kind}}
    return {"description": phrase, "content": {"application/json": {"schema": kind}}}


def _refusals(route: Route) -> Part:
    """The codes of a route, by status."""
    codes: dict[int, list[str]] = defaultdict(list)
    for code in sorted(route.refusals()):
        codes[STATUSES[code]].append(code)
    return {str(status): _problem(told) for status, told in sorted(codes.items())}


def _problem(codes: list[str]) -> Part:
    schema = {"$ref": "#/components/schemas/Problem", "properties": {"code": {"enum": codes}}}
    return {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {"application/problem+json": {"schema": schema}},
    }
