"""Every answer that a test's house gives is held against its route's line in web/routes.py.

So whatever a test makes the server say, `GET /openapi.json` tells of it.
"""

import json
import re
from typing import Any

from aiohttp import web
from marshmallow import ValidationError

from comanda.web.contract.problems import STATUSES
from comanda.web.contract.responses import Problem
from comanda.web.contract.route import EVERYWHERE, Route
from comanda.web.routes import ROUTES

READ_WHOLE = 64 * 1024  # a longer list is like its first rows
BY_PATH = {(route.method, re.sub(r":[^}]*}", "}", route.path)): route for route in ROUTES}


class Contract:
    """An `on_response_prepare` signal that notes what the table of routes doesn't tell of."""

    def __init__(self) -> None:
        self.breaches: list[str] = []

    async def check(self, request: web.Request, response: web.StreamResponse) -> None:
        try:
            self._check(request, response)
        except (AssertionError, ValidationError, ValueError) as error:
            told = f"{request.method} {request.path} answered {response.status}: {error}"
            self.breaches.append(told)

    def _check(self, request: web.Request, response: web.StreamResponse) -> None:
        resource = request.match_info.route.resource
        method = "GET" if request.method == "HEAD" else request.method
        route = BY_PATH.get((method, resource.canonical if resource else ""))
        body = response.body if isinstance(response, web.Response) else None
        content = body if isinstance(body, bytes) else b""
        if response.status >= 400:
            assert response.content_type == "application/problem+json", "no problem document"
            _check_refusal(route, response.status, json.loads(content))
        else:
            assert route is not None, "there is no such route"
            assert response.status in route.answers, "a status that its line does not tell of"
            _check_answer(route.answers[response.status], response.content_type, content)


def _check_refusal(route: Route | None, status: int, problem: Any) -> None:
    Problem().load(problem)
    code = problem["code"]
    assert STATUSES[code] == problem["status"] == status, f"{code} with another status"
    known = {"not_found", "method_not_allowed", "cross_origin", *EVERYWHERE}
    assert code in (route.refusals() if route else known), f"{code}: its line does not refuse so"


def _check_answer(kind: Any, content_type: str, content: bytes) -> None:
    if kind is None:
        assert not content, "a body where its line tells of none"
    elif isinstance(kind, tuple):
        assert content_type in kind or kind == ("*/*",), content_type
    else:
        assert content_type == "application/json", content_type
        if len(content) <= READ_WHOLE:
            kind().loads(content)
