"""Answers to changes tell the newest event that they reflect: is a page's stream ahead of it?"""

import io
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.house import AGUA, ANA, BETO, COCO, LUIS, MARA, House, jpeg

ORDER = {"table_number": 4, "items": [{"product_id": AGUA, "quantity": 1}]}
PHOTO = jpeg()
Change = Callable[[House], Awaitable[dict[str, Any]]]


async def place(house: House) -> dict[str, Any]:
    headers = {"Idempotency-Key": "first"}
    return dict((await house.call(ANA, "POST", "/orders", json=ORDER, headers=headers))[1])


async def advance(house: House) -> dict[str, Any]:
    body = {"status": "en_preparacion"}
    return dict((await house.call(COCO, "PUT", "/orders/1/status", json=body))[1])


async def take(house: House) -> dict[str, Any]:
    return dict((await house.call(BETO, "PUT", "/orders/1/waiter"))[1])


async def submit(house: House) -> dict[str, Any]:
    form = aiohttp.FormData({"method": "transferencia"})
    form.add_field("file", io.BytesIO(PHOTO), filename="foto.jpg", content_type="image/jpeg")
    headers = {"Idempotency-Key": "second"}
    return dict((await house.call(ANA, "POST", "/orders/1/proof", data=form, headers=headers))[1])


async def see(house: House) -> dict[str, Any]:
    return dict((await house.call(LUIS, "PUT", "/payments/1/seen"))[1])


async def view(house: House) -> dict[str, Any]:
    return dict((await house.call(MARA, "PUT", "/payments/1/viewer"))[1])


async def decide(house: House) -> dict[str, Any]:
    body = {"verdict": "aprobado", "seen_in_account": True}
    return dict((await house.call(LUIS, "PUT", "/payments/1/verdict", json=body))[1])


async def reconcile(house: House) -> dict[str, Any]:
    path, body = "/payments/1/reconciliation", {"found": True}
    return dict((await house.call(LUIS, "PUT", path, json=body))[1])


async def nothing(_: House) -> None:
    """What the first change needs."""


async def an_order(house: House) -> None:
    await place(house)


async def a_delivered_order(house: House) -> None:
    await house.deliver()


async def a_payment(house: House) -> None:
    await house.submit((await house.deliver())["id"])


async def an_approved_payment(house: House) -> None:
    await a_payment(house)
    await house.judge("1", "aprobado")


CHANGES = [
    (nothing, place),
    (an_order, advance),
    (an_order, take),
    (a_delivered_order, submit),
    (a_payment, see),
    (a_payment, view),
    (a_payment, decide),
    (an_approved_payment, reconcile),
]


async def head(house: House) -> str:
    return str((await house.call(LUIS, "GET", "/orders"))[1]["last_event_id"])


@pytest.mark.parametrize(("before", "change"), CHANGES, ids=lambda step: step.__name__)
async def test_a_change_tells_its_newest_event(
    house: House, before: Callable[[House], Awaitable[None]], change: Change
) -> None:
    await before(house)
    answer = await change(house)
    assert answer["last_event_id"] == await head(house)


@pytest.mark.parametrize(("before", "change"), CHANGES, ids=lambda step: step.__name__)
async def test_a_repeated_change_tells_the_newest_event_that_it_has_seen(
    house: House, before: Callable[[House], Awaitable[None]], change: Change
) -> None:
    await before(house)
    first = await change(house)
    await house.place(table=9)
    again = await change(house)
    assert again["last_event_id"] == await head(house) != first["last_event_id"]


async def test_the_order_of_an_event_or_a_list_has_no_event_of_its_own(house: House) -> None:
    async with house.stream(LUIS) as stream:
        answer = await place(house)
        updated = await stream.next()
    assert answer.pop("last_event_id") == await head(house)
    assert updated.data == answer
    _, listed = await house.call(LUIS, "GET", "/orders")
    assert listed["orders"] == [answer]
    _, shown = await house.call(LUIS, "GET", "/orders/1")
    assert "last_event_id" not in shown


async def test_an_approved_payment_in_the_list_has_no_event_of_its_own(house: House) -> None:
    await an_approved_payment(house)
    answer = await reconcile(house)
    del answer["last_event_id"]
    _, listed = await house.call(LUIS, "GET", "/reconciliation?from=2026-11-28&to=2026-11-28")
    assert listed["payments"] == [answer]
