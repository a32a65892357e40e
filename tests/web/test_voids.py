"""Orders that are void, and orders that the kitchen takes back a step."""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from comanda.domain.orders import OrderStatus
from comanda.domain.staff import Role, Staff
from comanda.store import schema
from comanda.store.connection import connect, migrate
from comanda.store.database import open_database
from comanda.store.orders import require
from comanda.workflow import advance_order
from tests.house import ANA, COCO, LUIS, MARA, PIN_HASH, ROSA, FixedClock, House, as_an_event


async def put(house: House, member: Staff, order_id: str, **body: Any) -> tuple[int, Any]:
    return await house.call(member, "PUT", f"/orders/{order_id}/status", json=body)


async def test_a_void_order_keeps_its_reason_and_everybody_is_told(house: House) -> None:
    order = await house.place(table=12)
    async with (
        house.stream(ANA) as waiter,
        house.stream(COCO) as kitchen,
        house.stream(LUIS) as cashier,
        house.stream(ROSA) as admin,
    ):
        status, void = await put(house, LUIS, order["id"], status="anulado", reason="  se fueron  ")
        assert (status, void["status"], void["void_reason"]) == (200, "anulado", "se fueron")
        for stream in (waiter, kitchen, cashier, admin):
            updated, told = await stream.take(2)
            assert (updated.type, updated.data) == ("order_updated", as_an_event(void))
            assert (told.type, told.data) == (
                "order_voided",
                {
                    "order_id": order["id"],
                    "table_number": 12,
                    "customer": None,
                    "reason": "se fueron",
                    "by": "luis",
                },
            )
    _, detail = await house.call(COCO, "GET", f"/orders/{order['id']}")
    assert [(one["type"], one["status"], one["by"]) for one in detail["history"][-2:]] == [
        ("order_updated", "anulado", "luis"),
        ("order_voided", "anulado", "luis"),
    ]


async def test_a_void_order_is_in_no_list_but_its_own(house: House) -> None:
    order = await house.deliver()
    await house.void(order["id"], ROSA)
    _, open_ones = await house.call(LUIS, "GET", "/orders")
    assert open_ones["orders"] == []
    _, void = await house.call(COCO, "GET", "/orders?status=anulado")
    assert [(one["id"], one["void_reason"]) for one in void["orders"]] == [
        (order["id"], "se fueron")
    ]


@pytest.mark.parametrize(
    "reason",
    [None, "", "   ", "\u200b\u3164", "x" * 201, "dos\nrenglones", "nulo\x00", 7, ["se fueron"]],
)
async def test_a_void_without_a_proper_reason_is_refused_and_leaves_no_trace(
    house: House, reason: Any
) -> None:
    order = await house.place()
    before = house.rows()
    status, problem = await put(house, LUIS, order["id"], status="anulado", reason=reason)
    assert (status, problem["code"]) == (422, "validation_failed")
    assert list(problem["errors"]) == ["reason"]
    assert house.rows() == before
    _, shown = await house.call(LUIS, "GET", f"/orders/{order['id']}")
    assert (shown["status"], shown["void_reason"]) == ("pendiente", None)


async def test_a_reason_may_have_200_characters(house: House) -> None:
    order = await house.place()
    assert (await house.void(order["id"], ANA, "ñ" * 200))["void_reason"] == "ñ" * 200


async def test_a_reason_is_for_voiding_alone(house: House) -> None:
    order = await house.place()
    before = house.rows()
    status, problem = await put(house, COCO, order["id"], status="en_preparacion", reason="ya")
    assert (status, problem["code"], list(problem["errors"])) == (
        422,
        "validation_failed",
        ["reason"],
    )
    assert house.rows() == before


async def test_void_is_void_and_the_first_reason_stays(house: House) -> None:
    order = await house.place()
    await house.void(order["id"], LUIS, "se fueron")
    before = house.rows()
    again = await house.void(order["id"], MARA, "por error")
    assert again["void_reason"] == "se fueron"
    for member, target in ((COCO, "en_preparacion"), (COCO, "pendiente"), (ANA, "entregado")):
        status, problem = await put(house, member, order["id"], status=target)
        assert (status, problem["code"]) == (409, "illegal_transition")
    status, problem = await house.submit(order["id"])
    assert (status, problem["code"]) == (409, "illegal_transition")
    assert house.rows() == before


async def test_what_the_cashier_is_looking_at_can_not_be_voided(house: House) -> None:
    order = await house.deliver()
    _, submitted = await house.submit(order["id"])
    before = house.rows()
    for member in (LUIS, ROSA):
        status, problem = await put(house, member, order["id"], status="anulado", reason="x")
        assert (status, problem["code"]) == (409, "illegal_transition")
    assert house.rows() == before
    await house.judge(submitted["payment"]["id"], "rechazado", reason="ilegible")
    void = await house.void(order["id"], LUIS)
    assert (void["status"], void["payment"]["status"]) == ("anulado", "rechazado")


async def test_a_waiter_whose_order_the_kitchen_has_begun_is_told_why_not(house: House) -> None:
    order = await house.place()
    await house.advance(order["id"], "en_preparacion", COCO)
    status, problem = await put(house, ANA, order["id"], status="anulado", reason="se fueron")
    assert (status, problem["code"]) == (403, "forbidden")
    assert "«en_preparacion»" in problem["detail"]


async def test_what_the_kitchen_has_begun_stays_begun_when_it_goes_back_a_step(
    house: House,
) -> None:
    """Whoever reaches the kitchen's tablet could make an order that cooks one that is void."""
    order = await house.place()
    assert "begun" not in order
    await house.advance(order["id"], "en_preparacion", COCO)
    back = await house.advance(order["id"], "pendiente", COCO)
    assert (back["status"], back["begun"]) == ("pendiente", True)
    before = house.rows()
    status, problem = await put(house, ANA, order["id"], status="anulado", reason="se fueron")
    assert (status, problem["code"]) == (403, "forbidden")
    assert "La cocina ya la empezó" in problem["detail"]
    assert house.rows() == before
    _, listed = await house.call(ANA, "GET", "/orders")
    assert [one["begun"] for one in listed["orders"]] == [True]
    assert (await house.void(order["id"], LUIS))["status"] == "anulado"


@pytest.mark.parametrize("member", [LUIS, ROSA])
async def test_the_till_and_the_office_void_what_the_kitchen_put_back(
    house: House, member: Staff
) -> None:
    order = await house.place()
    for status in ("en_preparacion", "listo", "en_preparacion", "pendiente"):
        await house.advance(order["id"], status, COCO)
    assert (await house.void(order["id"], member))["status"] == "anulado"


async def test_an_order_that_nobody_began_is_its_waiters_to_void_whatever_else_was_done(
    house: House,
) -> None:
    begun, order = await house.place(table=1), await house.place(table=2)
    await house.advance(begun["id"], "en_preparacion", COCO)
    await house.call(ROSA, "PUT", f"/orders/{order['id']}/waiter")
    assert (await house.void(order["id"], ANA))["status"] == "anulado"


async def test_the_role_is_judged_before_the_reason(house: House) -> None:
    order = await house.place()
    status, problem = await put(house, COCO, order["id"], status="anulado")
    assert (status, problem["code"]) == (403, "forbidden")


async def test_the_kitchen_takes_an_order_back_and_no_waiter_thinks_that_it_is_ready(
    house: House,
) -> None:
    order = await house.place()
    for step in ("en_preparacion", "listo"):
        await house.advance(order["id"], step, COCO)
    async with house.stream(ANA) as waiter, house.stream(COCO, Role.KITCHEN) as kitchen:
        for target in ("en_preparacion", "pendiente"):
            back = await house.advance(order["id"], target, COCO)
            for stream in (waiter, kitchen):
                event = await stream.next()
                assert (event.type, event.data) == ("order_updated", back)
        assert await waiter.is_silent()
    status, problem = await put(house, ANA, order["id"], status="entregado")
    assert (status, problem["code"]) == (409, "illegal_transition")
    for step in ("en_preparacion", "listo"):
        await house.advance(order["id"], step, COCO)
    assert (await house.advance(order["id"], "entregado", ANA))["status"] == "entregado"


async def test_an_order_from_before_there_were_voids_can_be_voided(
    tmp_path: Path, clock: FixedClock
) -> None:
    path = tmp_path / "c.db"
    with contextlib.closing(connect(path)) as connection:
        for statement in schema.MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute(
            "INSERT INTO staff VALUES ('ana', 'Ana', 'waiter', :hash, 1, 0)", {"hash": PIN_HASH}
        )
        connection.execute(
            "INSERT INTO orders VALUES (7, 12, 'pendiente', NULL, 100, 'ana', 1000, 1000)"
        )
        migrate(connection, path)
    async with open_database(path, clock=clock) as database:
        order = await database.read(require, 7)
        assert (order.status, order.void_reason) == ("pendiente", None)
        await database.write(advance_order, ANA, 7, OrderStatus.VOIDED, "se fueron")
        order = await database.read(require, 7)
        assert (order.status, order.void_reason) == ("anulado", "se fueron")
