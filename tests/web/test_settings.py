"""`GET /settings`: the rules that pages tell people, from the place where the server has them."""

import io
from typing import Any

import aiohttp
import pytest

from comanda.domain.evidence import WarningType
from comanda.domain.staff import Role
from tests.house import ANA, COCO, LUIS, ROSA, TACOS, House, jpeg


async def limits(house: House) -> dict[str, int]:
    return dict((await house.call(ANA, "GET", "/settings"))[1]["limits"])


async def test_everybody_reads_every_warnings_words(house: House) -> None:
    status, settings = await house.call(COCO, "GET", "/settings")
    assert status == 200
    assert set(settings["warnings"]) == set(WarningType)
    assert settings["warnings"]["reference_reused"] == {
        "short": "Referencia repetida",
        "sentence": "Referencia ya usada en {order}",
        "strong": True,
    }
    assert not settings["warnings"]["image_similar"]["strong"]


async def test_an_approval_over_a_warning_that_the_settings_call_strong_needs_a_reason(
    house: House,
) -> None:
    warnings = (await house.call(LUIS, "GET", "/settings"))[1]["warnings"]
    photo = jpeg()
    for _ in range(2):
        order = await house.deliver()
        _, sent = await house.submit(order["id"], photo=photo)
    kinds = [warning["type"] for warning in sent["payment"]["warnings"]]
    assert any(warnings[kind]["strong"] for kind in kinds)
    status, problem = await house.judge(sent["payment"]["id"], "aprobado")
    assert (status, list(problem["errors"])) == (422, ["reason"])


def order(**line: Any) -> dict[str, Any]:
    return {"table_number": 1, "items": [{"product_id": TACOS, "quantity": 1, **line}]}


async def test_an_order_may_reach_every_limit_and_go_beyond_none(house: House) -> None:
    told = await limits(house)
    reached: list[dict[str, Any]] = [
        order(note="x" * told["note"]),
        order(quantity=told["quantity"]),
        order() | {"table_number": told["table_number"]},
        order() | {"items": order()["items"] * told["items"]},
    ]
    beyond: list[dict[str, Any]] = [
        order(note="x" * (told["note"] + 1)),
        order(quantity=told["quantity"] + 1),
        order() | {"table_number": told["table_number"] + 1},
        order() | {"items": order()["items"] * (told["items"] + 1)},
    ]
    for body in reached:
        assert (await house.call(ANA, "POST", "/orders", json=body))[0] == 201
    for body in beyond:
        assert (await house.call(ANA, "POST", "/orders", json=body))[0] == 422


@pytest.mark.parametrize(("over", "status"), [(0, 201), (1, 422)])
async def test_a_number_of_an_operation_is_as_long_as_its_limit(
    house: House, over: int, status: int
) -> None:
    reference = "7" * ((await limits(house))["reference"] + over)
    form = aiohttp.FormData({"method": "transferencia", "reference": reference})
    form.add_field("file", io.BytesIO(jpeg()), filename="foto.jpg", content_type="image/jpeg")
    path = f"/orders/{(await house.deliver())['id']}/proof"
    assert (await house.call(ANA, "POST", path, data=form))[0] == status


@pytest.mark.parametrize(("over", "status"), [(0, 200), (1, 422)])
async def test_a_reason_is_as_long_as_its_limit(house: House, over: int, status: int) -> None:
    placed = await house.place()
    body = {"status": "anulado", "reason": "x" * ((await limits(house))["reason"] + over)}
    assert (await house.call(LUIS, "PUT", f"/orders/{placed['id']}/status", json=body))[0] == status


@pytest.mark.parametrize(
    ("field", "limit", "step", "role"),
    [
        ("name", "name", 1, Role.WAITER),
        ("username", "username", 1, Role.WAITER),
        ("pin", "pin", 1, Role.WAITER),
        ("pin", "shortest_pin", -1, Role.WAITER),
        ("pin", "shortest_money_pin", -1, Role.CASHIER),
    ],
)
async def test_a_new_member_may_reach_every_limit_and_go_beyond_none(
    house: House, field: str, limit: str, step: int, role: Role
) -> None:
    length = (await limits(house))[limit]
    member = {"username": "zoe", "name": "Zoe", "role": role, "pin": "88419702"}
    beyond = member | {field: "z" * (length + step)}
    status, problem = await house.call(ROSA, "POST", "/staff", json=beyond)
    assert (status, list(problem["errors"])) == (422, [field])
    reached = member | {field: "z" * length}
    assert (await house.call(ROSA, "POST", "/staff", json=reached))[0] == 201


async def test_a_house_and_a_list_may_reach_their_limits_and_go_beyond_none(house: House) -> None:
    told = await limits(house)
    described = {"restaurant": "x" * told["name"], "time_zone": "UTC"}
    for over, status in ((0, 200), (1, 422)):
        body = described | {"currency": "$" * (told["currency"] + over)}
        assert (await house.call(ROSA, "PUT", "/house", json=body))[0] == status
        path = f"/orders?limit={told['orders'] + over}"
        assert (await house.call(ANA, "GET", path))[0] == status
