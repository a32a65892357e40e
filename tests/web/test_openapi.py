"""The OpenAPI document tells of every route, and of nothing else."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema

from comanda.domain.events import AUDIENCE, EventType
from comanda.web.contract.event_data import EVENTS
from comanda.web.contract.examples import EVENT_EXAMPLES, EXAMPLES
from comanda.web.contract.problems import STATUSES
from comanda.web.contract.requests import Request, check
from comanda.web.contract.route import Route
from comanda.web.routes import ROUTES
from tests.house import House


async def document(house: House) -> Any:
    status, found = await house.call(None, "GET", "/openapi.json")
    assert status == 200
    return found


async def test_every_route_is_told_with_its_answers_its_refusals_and_its_audience(
    house: House,
) -> None:
    paths = (await document(house))["paths"]
    told = {(method.upper(), path) for path, item in paths.items() for method in item}
    assert told == {(route.method, plain(route.path)) for route in ROUTES}
    for route in ROUTES:
        operation = paths[plain(route.path)][route.method.lower()]
        assert operation["summary"] == route.summary
        assert any(int(status) < 300 for status in operation["responses"])
        assert codes_of(operation) == route.refusals()
        roles = None if route.audience is None else sorted(route.audience)
        assert operation["x-roles"] == roles
        assert bool(operation["security"]) is (route.audience is not None)


def plain(path: str) -> str:
    return re.sub(r":[^}]*}", "}", path)


def codes_of(operation: Any) -> set[str]:
    """The codes that an operation tells of, each under its status."""
    found = set()
    for status, response in operation["responses"].items():
        schema = response.get("content", {}).get("application/problem+json", {}).get("schema")
        for code in schema["properties"]["code"]["enum"] if schema else ():
            assert STATUSES[code] == int(status)
            found.add(code)
    return found


async def test_every_reference_of_the_document_is_in_it(house: House) -> None:
    found = await document(house)
    names = set(re.findall(r"#/components/schemas/(\w+)", str(found)))
    assert {"Order", "Payment", "Problem", "NewOrder", "ProofForm"} <= names
    assert names <= set(found["components"]["schemas"])


async def test_the_document_tells_the_limits_that_are_checked(house: House) -> None:
    schemas = (await document(house))["components"]["schemas"]
    quantity = schemas["Line"]["properties"]["quantity"]
    assert (quantity["minimum"], quantity["maximum"]) == (1, 999)
    assert schemas["SignIn"]["properties"]["pin"]["maxLength"] == 128
    for name, schema in schemas.items():
        assert schema["additionalProperties"] is (name == "Notice"), name


async def test_every_body_and_answer_in_json_has_an_example(house: House) -> None:
    paths = (await document(house))["paths"]
    for route in ROUTES:
        operation = paths[plain(route.path)][route.method.lower()]
        for schema, contents in schemas_of(route, operation):
            assert contents["example"] == EXAMPLES[schema], route


def schemas_of(route: Route, operation: Any) -> Iterator[tuple[type[Schema], Any]]:
    """The schemas of a route in its line, each with what the document tells of it."""
    for schema, media in ((route.body, "application/json"), (route.form, "multipart/form-data")):
        if schema is not None:
            yield schema, operation["requestBody"]["content"][media]
    for status, answer in route.answers.items():
        if isinstance(answer, type):
            yield answer, operation["responses"][str(status)]["content"]["application/json"]


@pytest.mark.parametrize("schema", EXAMPLES)
def test_every_example_is_true(schema: type[Schema]) -> None:
    if issubclass(schema, Request):
        check(schema, EXAMPLES[schema])
    else:
        schema().load(EXAMPLES[schema])


@pytest.mark.parametrize("name", EVENTS)
def test_every_example_of_an_event_is_true(name: str) -> None:
    EVENTS[name].data().load(EVENT_EXAMPLES[name])


async def test_every_event_is_told_with_its_audience_and_its_data(house: House) -> None:
    found = await document(house)
    told = {event["type"]: event for event in found["paths"]["/events/{role}"]["get"]["x-events"]}
    assert set(told) == {*EventType, "resync", "beat"}
    for event_type, audience in AUDIENCE.items():
        event = told[event_type]
        assert event["x-roles"] == sorted(audience)
        assert event["data"]["$ref"].split("/")[-1] in found["components"]["schemas"]
        assert event["example"] == EVENT_EXAMPLES[event_type]
        assert event["description"]


async def test_every_code_is_told_with_its_status(house: House) -> None:
    told = {each["code"]: each["status"] for each in (await document(house))["x-problems"]}
    assert told == STATUSES


async def test_every_limit_of_a_body_is_told(house: House) -> None:
    paths = (await document(house))["paths"]
    assert paths["/orders"]["post"]["requestBody"]["description"] == "At most 256 KB."
    assert paths["/menu/import"]["post"]["requestBody"]["description"] == "At most 2 MB."
    assert paths["/session"]["post"]["requestBody"]["description"] == "At most 4 KB."
