"""`GET /openapi.json`: the table of routes as an OpenAPI 3.1 document, for programs and `/docs`."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import version
from operator import itemgetter
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from comanda.domain.staff import Role
from comanda.web.contract.about import ABOUT
from comanda.web.contract.event_data import EVENTS
from comanda.web.contract.examples import EVENT_EXAMPLES, EXAMPLES
from comanda.web.contract.path_names import PATH_NAMES
from comanda.web.contract.problems import STATUSES
from comanda.web.contract.responses import Problem
from comanda.web.contract.route import PAGE_USER, Media, Route

Part = dict[str, Any]


def encoded_document(routes: Iterable[Route]) -> bytes:
    """Return the document of `routes`, as JSON."""
    spec = APISpec(
        title="Comanda",
        version=version("comanda"),
        openapi_version="3.1.0",
        info={"description": ABOUT},
        plugins=[MarshmallowPlugin(schema_name_resolver=_name_of)],
    )
    cookie = {"type": "apiKey", "in": "cookie", "name": "comanda_session"}
    spec.components.security_scheme("session", cookie)
    spec.components.schema("Problem", {"examples": [EXAMPLES[Problem]]}, schema=Problem)
    for route in routes:
        path = re.sub(r"{(\w+):[^}]*}", r"{\1}", route.path)
        spec.path(path=path, operations={route.method.lower(): _operation(route)})
    for schema in {event.data for event in EVENTS.values()}:
        if _name_of(schema) not in spec.components.schemas:
            spec.components.schema(_name_of(schema), schema=schema)
    document = {**spec.to_dict(), "x-problems": _problems()}
    return json.dumps(document, ensure_ascii=False).encode()


def _name_of(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__)


def _operation(route: Route) -> Part:
    """Return a route as an OpenAPI Operation Object."""
    operation: Part = {
        "operationId": f"{route.method.lower()}{re.sub(r'[^a-zA-Z]+', '_', route.path)}",
        "summary": route.summary,
        "description": f"{_audience(route)} {route.notes}".strip(),
        "parameters": list(_parameters(route)),
        "responses": {**_answers(route), **_refusals(route)},
        "security": [] if route.audience is None else [{"session": []}],
        "x-roles": None if route.audience is None else sorted(route.audience),
    }
    if route.body is not None:
        operation["requestBody"] = _body("application/json", route.body, _most(route.body_bytes))
    if route.form is not None:
        operation["requestBody"] = _body("multipart/form-data", route.form, "")
    if route.is_stream:
        operation["x-events"] = list(_events())
    return operation


def _body(media: str, schema: type[Schema], limit: str) -> Part:
    content = {media: {"schema": schema, "example": EXAMPLES[schema]}}
    return {"required": True, "content": content} | ({"description": limit} if limit else {})


def _most(size: int) -> str:
    return f"At most {size // 2**20} MB." if size >= 2**20 else f"At most {size // 2**10} KB."


def _events() -> Iterable[Part]:
    for name, event in EVENTS.items():
        yield {
            "type": name,
            "description": event.when,
            "x-roles": sorted(event.audience),
            "data": {"$ref": f"#/components/schemas/{_name_of(event.data)}"},
            "example": EVENT_EXAMPLES[name],
        }


def _problems() -> list[Part]:
    """Return every code with its status, sorted by status."""
    by_status = sorted(STATUSES.items(), key=itemgetter(1))
    return [{"code": code, "status": status} for code, status in by_status]


def _audience(route: Route) -> str:
    if route.audience is None:
        return "For everybody."
    if route.audience == frozenset(Role):
        return "For everybody who is signed in."
    return f"For {', '.join(sorted(route.audience))}."


def _parameters(route: Route) -> Iterable[Part]:
    for name in route.path_names:
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
    content = {"application/json": {"schema": kind, "example": EXAMPLES[kind]}}
    return {"description": phrase, "content": content}


def _refusals(route: Route) -> Part:
    """Return a route's problem responses, by status."""
    codes: dict[int, list[str]] = defaultdict(list)
    for code in sorted(route.refusals()):
        codes[STATUSES[code]].append(code)
    return {str(status): _problem(group) for status, group in sorted(codes.items())}


def _problem(codes: list[str]) -> Part:
    schema = {"$ref": "#/components/schemas/Problem", "properties": {"code": {"enum": codes}}}
    return {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {"application/problem+json": {"schema": schema}},
    }
