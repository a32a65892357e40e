"""`GET /start/{role}`: a page begins with one answer, which is what the single questions answer."""

from typing import Any

import pytest

from comanda import workflow
from comanda.domain.examinations import Facts
from comanda.domain.staff import Role, Staff
from comanda.web.plumbing.keys import DATABASE
from tests.house import ANA, COCO, LUIS, ROSA, House

PAGES = [(Role.WAITER, ANA), (Role.KITCHEN, COCO), (Role.CASHIER, LUIS), (Role.ADMIN, ROSA)]


async def begin(house: House, member: Staff, role: Role) -> dict[str, Any]:
    status, answer = await house.call(member, "GET", f"/start/{role}")
    assert status == 200
    return dict(answer)


def ids(answer: dict[str, Any]) -> list[str]:
    return [order["id"] for order in answer["orders"]]


@pytest.mark.parametrize(("role", "member"), [*PAGES, *((role, ROSA) for role, _ in PAGES)])
async def test_a_start_holds_what_the_single_questions_answer(
    house: House, role: Role, member: Staff
) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    await house.place(2)
    start = await begin(house, member, role)
    _, session = await house.call(member, "GET", "/session")
    _, settings = await house.call(member, "GET", "/settings")
    _, menu = await house.call(member, "GET", "/menu")
    _, orders = await house.call(member, "GET", "/orders")
    assert start["session"] == session
    assert start["settings"] == settings
    assert start.get("menu") == (menu if role in ("waiter", "kitchen") else None)
    assert start["last_event_id"] == orders["last_event_id"]
    known = {order["id"]: order for order in orders["orders"]}
    assert start["orders"]
    assert all(known[order["id"]] == order for order in start["orders"])


async def test_each_page_begins_with_the_orders_that_it_shows(house: House) -> None:
    placed = await house.place(1)
    waiting = await house.deliver(2)
    await house.submit(waiting["id"])
    paid = await house.deliver(3)
    _, submitted = await house.submit(paid["id"])
    await house.judge(submitted["payment"]["id"], "aprobado")
    void = await house.void((await house.place(4))["id"], LUIS)
    starts = {role: ids(await begin(house, member, role)) for role, member in PAGES}
    assert starts[Role.WAITER] == [waiting["id"], placed["id"]]
    assert starts[Role.KITCHEN] == [placed["id"], void["id"]]
    assert starts[Role.CASHIER] == [waiting["id"], placed["id"], paid["id"]]
    assert starts[Role.ADMIN] == [waiting["id"]]


async def test_paid_today_is_by_the_houses_own_day(house: House) -> None:
    """The clock stands at 14:41 in the house; its day ends at four in the morning."""
    rules = {
        "restaurant": "Fonda",
        "currency": "$",
        "time_zone": "America/Mexico_City",
        "day_ends": "04:00",
    }
    assert (await house.call(ROSA, "PUT", "/house", json=rules))[0] == 200
    order = await house.deliver()
    _, submitted = await house.submit(order["id"])
    await house.judge(submitted["payment"]["id"], "aprobado")
    house.clock.advance(hours=13)  # 03:41
    assert ids(await begin(house, LUIS, Role.CASHIER)) == [order["id"]]
    house.clock.advance(hours=1)
    assert ids(await begin(house, LUIS, Role.CASHIER)) == []


async def test_the_till_begins_with_late_warnings_of_earlier_days(house: House) -> None:
    order = await house.deliver()
    _, submitted = await house.submit(order["id"])
    payment_id = submitted["payment"]["id"]
    await house.judge(payment_id, "aprobado")
    damage = Facts(is_damaged=True)
    await house.app[DATABASE].write(workflow.record_examination, int(payment_id), damage)
    house.clock.advance(hours=10)  # 00:41 in the house
    assert set(ids(await begin(house, LUIS, Role.CASHIER))) == {order["id"]}
    known = {"types": ["file_damaged"]}
    assert (await house.call(LUIS, "PUT", f"/payments/{payment_id}/known", json=known))[0] == 200
    assert ids(await begin(house, LUIS, Role.CASHIER)) == []


async def test_what_was_voided_long_ago_is_not_for_the_kitchen(house: House) -> None:
    void = await house.void((await house.place(4))["id"], LUIS)
    house.clock.advance(hours=6)
    assert ids(await begin(house, COCO, Role.KITCHEN)) == [void["id"]]
    house.clock.advance(seconds=1)
    assert ids(await begin(house, COCO, Role.KITCHEN)) == []


async def test_a_stream_from_the_start_on_misses_nothing_and_repeats_nothing(
    house: House,
) -> None:
    await house.place(1)
    start = await begin(house, COCO, Role.KITCHEN)
    second = await house.place(2)
    async with house.stream(COCO, params={"after": start["last_event_id"]}) as stream:
        event = await stream.until("order_updated")
        assert event.data["id"] == second["id"]
