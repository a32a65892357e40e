"""Which cashier has which payment on show: the others are told, for some minutes; no ghosts."""

import asyncio
from typing import Any

import pytest

from comanda.app import LOOKS_OF_MEMBER
from comanda.config import Config
from comanda.domain.staff import Staff
from tests.house import ANA, BETO, COCO, LUIS, MARA, ROSA, House, as_an_event, open_house
from tests.web.test_evidence import with_methods


async def waiting(
    house: House, table: int = 12, waiter: Staff = ANA, method: str = "efectivo"
) -> str:
    """The id of a payment that waits for its verdict."""
    order = await house.deliver(table)
    status, submitted = await house.submit(order["id"], waiter, method=method)
    assert status == 201, submitted
    return str(submitted["payment"]["id"])


async def view(house: House, payment_id: str, cashier: Staff = LUIS) -> dict[str, Any]:
    status, order = await house.call(cashier, "PUT", f"/payments/{payment_id}/viewer")
    assert status == 200, order
    return as_an_event(order)


async def leave(house: House, payment_id: str, cashier: Staff = LUIS) -> None:
    assert await house.call(cashier, "DELETE", f"/payments/{payment_id}/viewer") == (204, None)


async def viewers(house: House) -> dict[str, list[str]]:
    """payment's id → who views it, for each that somebody views."""
    _, told = await house.call(MARA, "GET", "/orders")
    payments = [order["payment"] for order in told["orders"] if order["payment"]]
    return {
        one["id"]: [viewer["username"] for viewer in one["viewers"]]
        for one in payments
        if one["viewers"]
    }


async def test_the_others_are_told_who_has_it_on_show(house: House) -> None:
    payment = await waiting(house)
    async with house.stream(MARA) as cashier, house.stream(ANA) as waiter:
        order = await view(house, payment)
        assert order["payment"]["viewers"] == [
            {"username": "luis", "name": "Luis", "since": "2026-11-28T20:41:00.000Z"}
        ]
        assert order["payment"]["seen_by"] == "luis"
        told = await cashier.next()
        assert (told.type, told.data) == ("order_updated", order)
        assert await cashier.is_silent()
        assert [event.type for event in await waiter.take(2)] == ["order_updated", "payment_seen"]
        order = await view(house, payment, MARA)
        assert [one["name"] for one in order["payment"]["viewers"]] == ["Luis", "Mara"]
        assert order["payment"]["seen_by"] == "luis"
        assert (await waiter.next()).type == "order_updated"
        assert await waiter.is_silent()
    assert await viewers(house) == {payment: ["luis", "mara"]}
    _, detail = await house.call(ANA, "GET", f"/orders/{order['id']}")
    assert [len(one["viewers"]) for one in detail["payments"]] == [2]


async def test_who_is_the_first_to_see_it_has_it_on_show(house: House) -> None:
    payment = await waiting(house)
    _, order = await house.call(LUIS, "PUT", f"/payments/{payment}/seen")
    assert [one["username"] for one in order["payment"]["viewers"]] == ["luis"]
    assert await house.call(MARA, "PUT", f"/payments/{payment}/seen") == (200, order)


async def test_a_cashier_views_one_payment_at_a_time(house: House) -> None:
    first, second = await waiting(house, 4), await waiting(house, 5)
    await view(house, first)
    async with house.stream(MARA) as cashier:
        await view(house, second)
        left, opened = await cashier.take(2)
        assert (left.data["table_number"], left.data["payment"]["viewers"]) == (4, [])
        assert opened.data["table_number"] == 5
        assert [one["name"] for one in opened.data["payment"]["viewers"]] == ["Luis"]
        await leave(house, first)  # late news of what was closed long ago
        assert await cashier.is_silent()
        assert await viewers(house) == {second: ["luis"]}
        await leave(house, second)
        assert (await cashier.next()).data["payment"]["viewers"] == []
        await leave(house, second)
        assert await cashier.is_silent()
    assert await viewers(house) == {}


async def test_saying_it_again_soon_changes_nothing_and_later_it_lasts_longer(
    house: House,
) -> None:
    payment = await waiting(house)
    order = await view(house, payment)
    before = house.rows()
    house.clock.advance(seconds=59)
    assert await view(house, payment) == order
    assert house.rows() == before
    house.clock.advance(seconds=61)
    renewed = await view(house, payment)
    assert renewed["payment"]["viewers"][0]["since"] == "2026-11-28T20:43:00.000Z"
    assert house.rows()["events"] == before["events"] + 1
    house.clock.advance(minutes=2, seconds=59)
    assert await viewers(house) == {payment: ["luis"]}
    house.clock.advance(seconds=1)
    assert await viewers(house) == {}
    before = house.rows()
    await leave(house, payment)
    assert house.rows() == before
    assert [one["username"] for one in (await view(house, payment))["payment"]["viewers"]] == [
        "luis"
    ]


@pytest.mark.parametrize("verdict", ["aprobado", "rechazado"])
async def test_a_decided_payment_has_no_viewers(house: House, verdict: str) -> None:
    payment = await waiting(house)
    await view(house, payment)
    await view(house, payment, MARA)
    async with house.stream(MARA) as cashier:
        _, decided = await house.judge(payment, verdict, LUIS, "ilegible")
        assert decided["payment"]["viewers"] == []
        assert (await cashier.next()).data == decided
        before = house.rows()
        assert before["viewers"] == 0
        assert (await view(house, payment, MARA))["payment"]["viewers"] == []
        await leave(house, payment, MARA)
        assert house.rows() == before
        assert await cashier.is_silent()


async def test_what_one_may_not_decide_keeps_nobody_away(house: House) -> None:
    other, own = await waiting(house, 4), await waiting(house, 5, ROSA, "transferencia")
    await view(house, other, ROSA)
    assert (await view(house, own, ROSA))["payment"]["viewers"] == []
    assert await viewers(house) == {}


async def test_in_a_one_person_house_ones_own_is_viewed(config: Config) -> None:
    async with open_house(with_methods(config, own_verdicts=True)) as alone:
        own = await waiting(alone, 5, ROSA)
        assert len((await view(alone, own, ROSA))["payment"]["viewers"]) == 1


async def test_only_the_till_says_what_it_views(house: House) -> None:
    payment = await waiting(house)
    before = house.rows()
    for method in ("PUT", "DELETE"):
        for member in (ANA, BETO, COCO):
            status, problem = await house.call(member, method, f"/payments/{payment}/viewer")
            assert (status, problem["code"]) == (403, "forbidden")
        status, problem = await house.call(LUIS, method, "/payments/999/viewer")
        assert (status, problem["code"]) == (404, "payment_not_found")
    assert house.rows() == before
    async with house.stream(COCO) as kitchen:
        await view(house, payment)
        assert (await kitchen.next()).data["payment"] is None


async def sign_out(house: House) -> None:
    assert (await house.call(LUIS, "DELETE", "/session"))[0] == 204


async def disable(house: House) -> None:
    path = "/staff/luis/active"
    assert (await house.call(ROSA, "PUT", path, json={"active": False}))[0] == 200


async def demote(house: House) -> None:
    path = "/staff/luis/role"
    assert (await house.call(ROSA, "PUT", path, json={"role": "waiter"}))[0] == 200


async def change_pin(house: House) -> None:
    assert (await house.call(ROSA, "PUT", "/staff/luis/pin", json={"pin": "96187402"}))[0] < 300


async def end_device(house: House) -> None:
    _, told = await house.call(ROSA, "GET", "/sessions")
    (held,) = [one for one in told["sessions"] if one["username"] == "luis"]
    assert (await house.call(ROSA, "DELETE", f"/sessions/{held['id']}"))[0] == 204


@pytest.mark.parametrize("end", [sign_out, disable, demote, change_pin, end_device])
async def test_who_is_gone_views_nothing(house: House, end: Any) -> None:
    payment = await waiting(house)
    await view(house, payment)
    async with house.stream(MARA) as cashier:
        await end(house)
        told = await cashier.next()
        assert (told.type, told.data["payment"]["viewers"]) == ("order_updated", [])
        assert await cashier.is_silent()
    assert await viewers(house) == {}


async def test_a_view_that_races_with_a_verdict_leaves_no_ghost(house: House) -> None:
    for cashier in (LUIS, MARA, ROSA):
        await house.client(cashier)
    for table in range(1, 9):
        payment = await waiting(house, table)
        await asyncio.gather(
            view(house, payment, MARA),
            house.judge(payment, "aprobado", LUIS),
            view(house, payment, LUIS),
            view(house, payment, ROSA),
        )
    assert await viewers(house) == {}
    assert house.rows()["viewers"] == 0


async def test_views_at_once_of_two_payments_end_with_one(house: House) -> None:
    first, second = await waiting(house, 4), await waiting(house, 5)
    await house.client(LUIS)
    await asyncio.gather(*(view(house, one) for one in (first, second) * 4))
    assert sorted((await viewers(house)).values()) == [["luis"]]


async def test_the_events_alone_tell_the_same_as_a_snapshot(house: House) -> None:
    """Each change of who views what is in the log, within its own transaction."""
    payments = [await waiting(house, table) for table in (1, 2, 3)]
    told: dict[str, list[str]] = {}
    steps = [(LUIS, 0), (MARA, 0), (LUIS, 1), (MARA, 2), (LUIS, 2), (MARA, None), (LUIS, 0)]
    async with house.stream(ROSA) as stream:
        for cashier, place in steps:
            if place is None:
                await leave(house, payments[2], cashier)
            else:
                await view(house, payments[place], cashier)
        await house.void((await house.place(99))["id"], ROSA)
        while (event := await stream.next()).type != "order_voided":
            payment = event.data.get("payment")
            if event.type == "order_updated" and payment:
                told[payment["id"]] = [one["username"] for one in payment["viewers"]]
    assert {key: names for key, names in told.items() if names} == await viewers(house)
    assert await viewers(house) == {payments[0]: ["luis"]}


async def test_whoever_leafs_without_end_fills_no_log(house: House) -> None:
    first, second = await waiting(house, 1), await waiting(house, 2)
    before = house.rows()["events"]
    for _ in range(100):
        await view(house, first)
        await leave(house, first)
        await view(house, second)
    assert house.rows()["events"] - before <= 2 * LOOKS_OF_MEMBER + 2
    third = await waiting(house, 3)
    seen = await view(house, third)
    assert seen["payment"]["seen_by"] == "luis", "its waiter is told all the same"
    assert [one["username"] for one in (await view(house, first, MARA))["payment"]["viewers"]] == [
        "mara"
    ]
