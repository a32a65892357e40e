"""A delivery that is taken back, and a table that another waiter takes over."""

import pytest

from comanda.domain.staff import Staff
from tests.house import ANA, BETO, COCO, LUIS, ROSA, FixedClock, House, as_an_event


async def ready(house: House, table: int = 12) -> str:
    order = await house.place(table)
    await house.advance(order["id"], "en_preparacion", COCO)
    return str((await house.advance(order["id"], "listo", COCO))["id"])


async def delivered(house: House) -> str:
    order_id = await ready(house)
    await house.advance(order_id, "entregado", ANA)
    return order_id


@pytest.mark.parametrize("member", [ANA, BETO, ROSA])
async def test_a_delivery_is_taken_back_and_no_bell_rings(house: House, member: Staff) -> None:
    order_id = await delivered(house)
    async with house.stream(ANA) as waiter, house.stream(COCO) as kitchen:
        again = await house.advance(order_id, "listo", member)
        assert again["status"] == "listo"
        for stream in (waiter, kitchen):
            told = await stream.next()
            assert (told.type, told.data) == ("order_updated", again)
            assert await stream.is_silent()
    _, cooked = await house.call(COCO, "GET", "/orders?status=listo")
    assert [one["id"] for one in cooked["orders"]] == [order_id]
    _, detail = await house.call(LUIS, "GET", f"/orders/{order_id}")
    assert [(one["type"], one["status"], one["by"]) for one in detail["history"][-2:]] == [
        ("order_updated", "entregado", "ana"),
        ("order_updated", "listo", member.username),
    ]
    assert (await house.advance(order_id, "entregado", BETO))["status"] == "entregado"


async def test_after_a_minute_a_delivery_stays_one_and_the_refusal_says_why(
    house: House, clock: FixedClock
) -> None:
    order_id = await delivered(house)
    clock.advance(seconds=60.001)
    before = house.rows()
    status, problem = await undo(house, order_id)
    assert (status, problem["code"]) == (409, "illegal_transition")
    assert problem["detail"] == "Se entregó hace más de 60 segundos: ya no se puede deshacer"
    assert house.rows() == before


async def test_the_minute_is_that_of_the_delivery_whatever_happens_to_the_order(
    house: House, clock: FixedClock
) -> None:
    order_id = await delivered(house)
    clock.advance(seconds=50)
    await take(house, BETO, order_id)
    clock.advance(seconds=11)
    status, problem = await undo(house, order_id, BETO)
    assert (status, problem["code"]) == (409, "illegal_transition")


async def test_each_delivery_has_a_minute_of_its_own(house: House, clock: FixedClock) -> None:
    order_id = await delivered(house)
    clock.advance(seconds=59)
    assert (await undo(house, order_id))[0] == 200
    clock.advance(minutes=10)
    await house.advance(order_id, "entregado", ANA)
    clock.advance(seconds=60)
    assert (await undo(house, order_id))[0] == 200


async def test_what_a_payment_was_sent_for_is_delivered_for_good(house: House) -> None:
    order_id = await delivered(house)
    _, sent = await house.submit(order_id)
    assert (await undo(house, order_id))[0] == 409
    await house.judge(sent["payment"]["id"], "rechazado", reason="ilegible")
    status, problem = await undo(house, order_id)
    assert (status, problem["code"]) == (409, "illegal_transition")
    assert "Ya se mandó un pago" in problem["detail"]


@pytest.mark.parametrize(("member", "code"), [(COCO, 409), (LUIS, 403)])
async def test_only_waiters_take_a_delivery_back(house: House, member: Staff, code: int) -> None:
    order_id = await delivered(house)
    before = house.rows()
    assert (await undo(house, order_id, member))[0] == code
    assert house.rows() == before


async def undo(house: House, order_id: str, member: Staff = ANA) -> tuple[int, dict[str, str]]:
    return await house.call(member, "PUT", f"/orders/{order_id}/status", json={"status": "listo"})


async def take(house: House, member: Staff, order_id: str) -> tuple[int, dict[str, str]]:
    status, order = await house.call(member, "PUT", f"/orders/{order_id}/waiter")
    return status, as_an_event(order)


async def test_a_table_that_is_taken_is_the_takers_and_everybody_hears(
    house: House, clock: FixedClock
) -> None:
    order_id = await ready(house)
    _, before = await house.call(BETO, "GET", f"/orders/{order_id}")
    clock.advance(minutes=3)
    async with (
        house.stream(ANA) as waiter,
        house.stream(COCO) as kitchen,
        house.stream(LUIS) as cashier,
    ):
        status, order = await take(house, BETO, order_id)
        assert (status, order["waiter"], order["status"]) == (200, "beto", "listo")
        assert order["updated_at"] == before["updated_at"], "its state is as old as before"
        for stream in (waiter, kitchen, cashier):
            told = await stream.next()
            assert (told.type, told.data) == ("order_updated", order)
            assert await stream.is_silent()
    _, detail = await house.call(LUIS, "GET", f"/orders/{order_id}")
    assert detail["history"][-1]["by"] == "beto"
    assert [one.get("taken_from") for one in detail["history"]] == [None] * 3 + ["ana"]
    assert (detail["waiter"], detail["status"]) == ("beto", "listo")


async def test_what_is_mine_already_is_no_news(house: House) -> None:
    order = await house.place()
    before = house.rows()
    assert await take(house, ANA, order["id"]) == (200, order)
    assert house.rows() == before


@pytest.mark.parametrize("end", ["pagado", "anulado"])
async def test_nobody_takes_what_is_paid_or_void(house: House, end: str) -> None:
    order_id = await delivered(house)
    if end == "pagado":
        _, sent = await house.submit(order_id)
        await house.judge(sent["payment"]["id"], "aprobado")
    else:
        await house.void(order_id, LUIS)
    before = house.rows()
    status, problem = await take(house, BETO, order_id)
    assert (status, problem["code"]) == (409, "illegal_transition")
    assert problem["detail"] == f"Una orden en «{end}» ya no se puede tomar"
    assert house.rows() == before


async def test_an_order_is_taken_at_every_step_on_its_way(house: House) -> None:
    order = await house.place()
    for step, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        await house.advance(order["id"], step, member)
        for waiter in (BETO, ANA):
            assert (await take(house, waiter, order["id"]))[1]["waiter"] == waiter.username
    _, sent = await house.submit(order["id"])
    _, taken = await take(house, BETO, order["id"])
    assert (taken["waiter"], taken["payment"]) == ("beto", sent["payment"])


async def test_an_order_that_is_not_there_is_nobodys(house: House) -> None:
    status, problem = await take(house, ANA, "999")
    assert (status, problem["code"]) == (404, "order_not_found")


async def test_the_pages_learn_how_long_a_ready_dish_may_wait(house: House) -> None:
    _, settings = await house.call(ANA, "GET", "/settings")
    assert settings["ready_alarm_seconds"] == 75.0
