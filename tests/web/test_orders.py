"""Orders over HTTP: their shape, their lists, and what a phone may safely send twice."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from comanda.config import Config, DatabaseConfig
from comanda.domain.staff import Staff
from comanda.store import menu, orders
from comanda.web.plumbing.keys import DATABASE
from tests.house import AGUA, ANA, BETO, COCO, LUIS, MENU, TACOS, FixedClock, House, open_house

ORDER = {"table_number": 4, "items": [{"product_id": TACOS, "quantity": 2, "note": "sin cebolla"}]}


async def test_a_new_order_has_the_contracts_shape_and_the_menus_prices(house: House) -> None:
    client = await house.client(ANA)
    async with client.post("/orders", json=ORDER) as response:
        assert response.status == 201
        order = await response.json()
        assert response.headers["Location"] == f"/orders/{order['id']}"
    assert order == {
        "id": "1",
        "table_number": 4,
        "customer": None,
        "round": 1,
        "status": "pendiente",
        "payment_method": None,
        "total": 171.0,
        "items": [
            {
                "product_id": "1",
                "name": "Tacos al pastor",
                "quantity": 2,
                "unit_price": 85.5,
                "note": "sin cebolla",
                "removed": 0,
                "removed_reason": None,
            }
        ],
        "waiter": "ana",
        "payment": None,
        "paid": 0.0,
        "waiting": 0.0,
        "due": 171.0,
        "payments": [],
        "void_reason": None,
        "created_at": "2026-11-28T20:41:00.000Z",
        "updated_at": "2026-11-28T20:41:00.000Z",
        "last_event_id": "2",
    }


async def test_the_menu_is_listed_with_prices(house: House) -> None:
    status, answer = await house.call(COCO, "GET", "/menu")
    assert status == 200
    assert answer["products"][0] == {
        "id": "1",
        "name": "Tacos al pastor",
        "category": "Tacos",
        "price": 85.5,
        "available": True,
    }
    assert len(answer["products"]) == len(MENU)


async def test_a_new_price_changes_no_order_that_was_placed(house: House) -> None:
    order = await house.place()
    await house.app[DATABASE].write(menu.put_all, [("Tacos al pastor", "Tacos", 9900)], by="rosa")
    _, shown = await house.call(ANA, "GET", f"/orders/{order['id']}")
    assert shown["total"] == order["total"] == 241.0
    assert (await house.place())["total"] == 268.0


async def test_a_product_id_may_be_a_number_too(house: House) -> None:
    body = {"table_number": 4, "items": [{"product_id": 3, "quantity": 1}]}
    status, order = await house.call(ANA, "POST", "/orders", json=body)
    assert (status, order["items"][0]["product_id"]) == (201, AGUA)


async def test_the_state_it_already_has_is_no_news(house: House) -> None:
    order = await house.place()
    await house.advance(order["id"], "en_preparacion", COCO)
    before = house.rows()
    assert (await house.advance(order["id"], "en_preparacion", COCO))["status"] == "en_preparacion"
    assert house.rows() == before


async def test_lists_are_newest_first_and_filtered(house: House, clock: FixedClock) -> None:
    for table in (1, 2, 3):
        await house.place(table)
        clock.advance(minutes=1)
    await house.advance("2", "en_preparacion", COCO)

    async def tables(query: str) -> list[int]:
        _, answer = await house.call(LUIS, "GET", f"/orders{query}")
        return [order["table_number"] for order in answer["orders"]]

    assert await tables("") == [3, 2, 1]
    assert await tables("?status=pendiente") == [3, 1]
    assert await tables("?status=pendiente&status=en_preparacion&limit=2") == [3, 2]
    assert await tables("?before=3") == [2, 1]
    assert await tables("?since=2026-11-28T20:43:30Z") == [2]
    assert await tables("?since=2026-11-28T14:43:30-06:00") == [2]
    assert await tables("?status=pagado") == []


async def test_a_snapshot_says_where_its_stream_goes_on(house: House) -> None:
    await house.place()
    _, snapshot = await house.call(LUIS, "GET", "/orders")
    order = await house.place()
    async with house.stream(LUIS, params={"after": snapshot["last_event_id"]}) as stream:
        assert (await stream.next()).data == order
        assert await stream.is_silent()


async def test_one_order_comes_with_its_attempts_and_its_history(house: House) -> None:
    order = await house.deliver()
    _, first = await house.submit(order["id"])
    await house.judge(first["payment"]["id"], "rechazado", reason="monto distinto")
    _, second = await house.submit(order["id"])
    _, detail = await house.call(LUIS, "GET", f"/orders/{order['id']}")

    assert [payment["attempt"] for payment in detail["payments"]] == [1, 2]
    assert detail["payments"][1] == detail["payment"] == second["payment"]
    assert detail["payments"][0]["reason"] == "monto distinto"
    assert detail["history"][0] == {
        "type": "order_updated",
        "status": "pendiente",
        "by": "ana",
        "at": "2026-11-28T20:41:00.000Z",
    }
    moves = [
        (entry["status"], entry["by"])
        for entry in detail["history"]
        if entry["type"] == "order_updated"
    ]
    assert moves == [
        ("pendiente", "ana"),
        ("en_preparacion", "coco"),
        ("listo", "coco"),
        ("entregado", "ana"),
        ("por_verificar", "ana"),
        ("entregado", "luis"),
        ("por_verificar", "ana"),
    ]


async def test_one_key_is_for_one_kind_of_request(house: House) -> None:
    order = await house.deliver()
    assert (await send(house, "a"))[0] == 201
    assert (await house.submit(order["id"], key="b"))[0] == 201
    other = await house.deliver()
    before = house.rows()
    status, problem = await house.submit(other["id"], key="a")
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    status, problem = await send(house, "b")
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert house.rows() == before


async def test_a_list_is_the_orders_and_the_cursor_and_nothing_else(house: House) -> None:
    assert await house.call(LUIS, "GET", "/orders") == (200, {"orders": [], "last_event_id": "0"})
    order = await house.place()
    _, listed = await house.call(LUIS, "GET", "/orders")
    assert listed == {"orders": [order], "last_event_id": "2"}
    _, detail = await house.call(LUIS, "GET", f"/orders/{order['id']}")
    assert set(detail) == set(order) | {"payments", "history"}


async def send(house: House, key: str, body: Any = ORDER) -> tuple[int, Any]:
    return await house.call(ANA, "POST", "/orders", json=body, headers={"Idempotency-Key": key})


async def test_an_order_sent_twice_with_one_key_is_placed_once_also_after_a_restart(
    config: Config,
) -> None:
    async with open_house(config) as house:
        status, order = await send(house, "a")
        assert status == 201
        before = house.rows()
        assert await send(house, "a") == (200, order)
        status, problem = await send(house, "a", {**ORDER, "table_number": 5})
        assert (status, problem["code"]) == (422, "idempotency_key_reused")
        assert house.rows() == before
    async with open_house(config, new=False) as house:
        assert await send(house, "a") == (200, order)
        assert house.rows() == before
        assert (await send(house, "b"))[0] == 201


@pytest.fixture
async def well_read(config: Config, clock: FixedClock) -> AsyncIterator[House]:
    """A house with as many readers as the program has."""
    readers = DatabaseConfig().readers
    config = replace(config, database=replace(config.database, readers=readers))
    async with open_house(config, clock) as house:
        yield house


async def test_long_lists_leave_readers_for_small_questions(
    well_read: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = well_read
    await house.place()
    begun, go_on, find_all = threading.Event(), threading.Event(), orders.find_all

    def slowly(*arguments: Any) -> Any:
        begun.set()
        go_on.wait(20)
        return find_all(*arguments)

    monkeypatch.setattr(orders, "find_all", slowly)
    lists = [asyncio.create_task(house.call(ANA, "GET", "/orders")) for _ in range(8)]
    await asyncio.to_thread(begun.wait, 20)
    async with asyncio.timeout(10):
        assert (await house.call(LUIS, "GET", "/session"))[0] == 200
        assert (await house.call(LUIS, "GET", "/orders/1"))[0] == 200
    go_on.set()
    assert [status for status, _ in await asyncio.gather(*lists)] == [200] * 8


@pytest.mark.parametrize("member", [ANA, BETO, LUIS])
async def test_a_request_that_was_called_off_is_refused_when_it_comes(
    house: House, member: Staff
) -> None:
    order = await house.deliver()
    before = house.rows()
    assert await house.call(member, "DELETE", "/requests/a") == (204, None)
    assert await house.call(member, "DELETE", "/requests/a") == (204, None)
    for status, problem in (await send(house, "a"), await house.submit(order["id"], key="a")):
        assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert house.rows() == {**before, "idempotency_keys": before["idempotency_keys"] + 1}


async def test_a_request_that_came_is_not_called_off(house: House) -> None:
    _, placed = await send(house, "a")
    assert await house.call(BETO, "DELETE", "/requests/a") == (200, placed)
    order = await house.deliver()
    await house.submit(order["id"], key="b")
    before = house.rows()
    status, paid = await house.call(ANA, "DELETE", "/requests/b")
    assert (status, paid["id"], paid["status"]) == (200, order["id"], "por_verificar")
    assert house.rows() == before
