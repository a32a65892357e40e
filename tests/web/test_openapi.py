"""The OpenAPI document tells of every route, and of nothing else."""

import re
from typing import Any

from comanda.web.contract.problems import STATUSES
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
        assert schema["additionalProperties"] is False, name
