"""A page acts for the user whose page it is, whoever has signed in beside it."""

from typing import Any

import pytest

from comanda.web.contract.route import SAFE_METHODS
from comanda.web.routes import ROUTES
from tests.house import ANA, BETO, COCO, LUIS, ROSA, SOPA, House, jpeg

SOUP = {"table_number": 9, "items": [{"product_id": SOPA, "quantity": 1}]}
ANAS_PAGE = {"Comanda-User": "ana"}


async def test_nothing_that_needs_a_session_is_done_for_the_page_of_another_user(
    house: House,
) -> None:
    """Nor read: whatever else is wrong with the request, and whatever role the session has."""
    order = await house.deliver()
    await house.submit(order["id"])
    before = house.rows()
    guarded = [route for route in ROUTES if route.audience is not None]
    assert len(guarded) > 20
    for route in guarded:
        path = route.path.replace("{order_id}", "1").replace("{payment_id}", "1")
        path = path.replace("{role}", "admin").replace("{username}", "ana")
        path = path.replace("{product_id}", "1").replace("{session_id}", "1")
        path = path.replace("{date}", "2026-11-28").replace("{position}", "0")
        path = path.replace("{key}", "a-key").replace("{deposit_id}", "1")
        for member in (COCO, ROSA):
            status, problem = await house.call(member, route.method, path, headers=ANAS_PAGE)
            assert (status, problem["code"]) == (409, "other_user"), (route.method, path)
            assert problem["detail"] == f"Aquí ahora está {member.name}. No se hizo nada"
    assert house.rows() == before
    assert (await house.call(COCO, "GET", "/session"))[0] == 200


@pytest.mark.parametrize("name", ["", "ANA", "ana, beto", "an\xe1", "ana%20", "x" * 5000, "\t"])
async def test_a_header_that_is_no_ones_name_is_not_the_sessions(house: House, name: str) -> None:
    status, problem = await house.call(
        ANA, "POST", "/orders", json=SOUP, headers={"Comanda-User": name}
    )
    assert (status, problem["code"]) == (409, "other_user")
    assert house.rows()["orders"] == 0


async def test_a_header_sent_twice_counts_twice(house: House) -> None:
    client = await house.client(ANA)
    headers = [("Comanda-User", "ana"), ("Comanda-User", "beto")]
    async with client.post("/orders", json=SOUP, headers=headers) as answer:
        assert answer.status == 409
    assert house.rows()["orders"] == 0


async def test_the_users_own_page_and_what_is_no_page_go_on(house: House) -> None:
    for headers in (ANAS_PAGE, {}):
        status, order = await house.call(ANA, "POST", "/orders", json=SOUP, headers=headers)
        assert (status, order["waiter"]) == (201, "ana")
    client = await house.client(None)
    pin = {"username": "luis", "pin": "1234"}
    async with client.post("/session", json=pin, headers=ANAS_PAGE) as answer:
        assert answer.status == 201


async def test_without_a_session_it_says_so_first(house: House) -> None:
    status, problem = await house.call(None, "POST", "/orders", json=SOUP, headers=ANAS_PAGE)
    assert (status, problem["code"]) == (401, "not_signed_in")


async def test_a_page_does_not_sign_out_whoever_came_after_it(house: House) -> None:
    status, _ = await house.call(LUIS, "DELETE", "/session", headers=ANAS_PAGE)
    assert status == 409
    assert (await house.call(LUIS, "GET", "/session"))[0] == 200


async def test_a_stream_that_comes_back_with_another_users_session_is_refused(
    house: House,
) -> None:
    async with house.stream(ANA, params={"user": "ana"}) as stream:
        await house.place()
        assert (await stream.next()).type == "order_updated"
    client = await house.client(BETO)
    async with client.get("/events/waiter", params={"user": "ana", "after": "0"}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (409, "other_user")


async def test_signing_in_beside_ends_the_stream_and_it_does_not_go_on_as_somebody_else(
    house: House,
) -> None:
    async with house.stream(ANA, params={"user": "ana"}) as stream:
        client = await house.client(ANA)
        async with client.post("/session", json={"username": "beto", "pin": "1234"}) as answer:
            assert answer.status == 201
        assert await stream.ends()
        async with client.get("/events/waiter", params={"user": "ana"}) as answer:
            assert answer.status == 409


async def test_every_route_that_needs_a_session_tells_of_it(house: House) -> None:
    _, document = await house.call(None, "GET", "/openapi.json")
    for route in ROUTES:
        told = "other_user" in route.refusals()
        assert told is (route.audience is not None), route.path
        if route.audience is None or route.method in SAFE_METHODS:
            continue
        path = next(one for one in document["paths"] if one == route.path.replace(":.+", ""))
        operation: dict[str, Any] = document["paths"][path][route.method.lower()]
        assert "Comanda-User" in {one.get("name") for one in operation["parameters"]}
        assert "`other_user`" in operation["responses"]["409"]["description"]


async def test_a_key_is_its_users(house: House) -> None:
    key = {"Idempotency-Key": "the-same"}
    _, first = await house.call(ANA, "POST", "/orders", json=SOUP, headers=key)
    status, problem = await house.call(BETO, "POST", "/orders", json=SOUP, headers=key)
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert problem["detail"] == "Esto ya lo envió ana, y llegó"
    assert house.rows()["orders"] == 1
    status, again = await house.call(ANA, "POST", "/orders", json=SOUP, headers=key)
    assert (status, again["id"]) == (200, first["id"])


async def test_a_proofs_key_is_its_users(house: House) -> None:
    order = await house.deliver()
    photo = jpeg("white")
    assert (await house.submit(order["id"], ANA, photo, key="k"))[0] == 201
    status, problem = await house.submit(order["id"], ROSA, photo, key="k")
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert (await house.submit(order["id"], ANA, photo, key="k"))[0] == 200
    assert house.rows()["payments"] == 1
