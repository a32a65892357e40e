"""A bill over HTTP: one payment for several orders, several for one, and what is refused."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest

from comanda.domain.staff import Staff
from comanda.store.connection import connect
from tests.house import (
    ANA,
    BETO,
    COCO,
    LUIS,
    MARA,
    ROSA,
    SOPA,
    TACOS,
    House,
    as_an_event,
    jpeg,
)

CASH = "efectivo"
PHOTO = jpeg("teal")
Fields = Sequence[tuple[str, str]]


async def rounds(house: House, count: int, **place: Any) -> list[str]:
    """The ids of delivered orders of one place: 2 tacos at 85.50 and 1 soup at 70.00 each."""
    where = place or {"table_number": 12}
    items = [{"product_id": TACOS, "quantity": 2}, {"product_id": SOPA, "quantity": 1}]
    ids = []
    for _ in range(count):
        status, order = await house.call(ANA, "POST", "/orders", json={**where, "items": items})
        assert status == 201, order
        await house.serve(order["id"])
        ids.append(order["id"])
    return ids


async def pay(
    house: House, order_id: str, *more: tuple[str, str], by: Staff = ANA, method: str = CASH
) -> dict[str, Any]:
    status, order = await house.submit(order_id, by, method=method, more=more)
    assert status == 201, order
    return dict(order)


async def get(house: House, order_id: str) -> dict[str, Any]:
    _, order = await house.call(ANA, "GET", f"/orders/{order_id}")
    return dict(order)


def sums(order: dict[str, Any]) -> tuple[str, float, float, float]:
    return order["status"], order["paid"], order["waiting"], order["due"]


async def test_one_transfer_pays_three_rounds_and_is_one_piece_of_news(house: House) -> None:
    first, second, third = await rounds(house, 3)
    assert [(await get(house, one))["round"] for one in (first, second, third)] == [1, 2, 3]
    async with house.stream(LUIS) as cashier:
        order = await pay(house, second, ("also", third), ("also", first), method="transferencia")
        told = await cashier.take(4)
    assert [event.type for event in told] == ["order_updated"] * 3 + [
        "payment_verification_pending"
    ]
    assert [event.data["id"] for event in told[:3]] == [first, second, third]
    notice = told[3].data
    assert notice["order_ids"] == [first, second, third]
    assert (notice["order_id"], notice["amount"], notice["total"]) == (first, 723.0, 723.0)
    assert notice["warnings"] == []
    assert order["id"] == second
    payment = order["payment"]
    assert [(one["order_id"], one["amount"]) for one in payment["orders"]] == [
        (first, 241.0),
        (second, 241.0),
        (third, 241.0),
    ]
    await house.judge(payment["id"], "rechazado", reason="ilegible")
    assert [sums(await get(house, one))[0] for one in (first, second, third)] == ["entregado"] * 3
    again = await pay(house, first, ("also", second), ("also", third), ("replaces", payment["id"]))
    assert (again["payment"]["replaces"], again["payment"]["attempt"]) == (payment["id"], 2)
    await house.judge(again["payment"]["id"], "aprobado")
    for one in (first, second, third):
        assert sums(await get(house, one)) == ("pagado", 241.0, 0.0, 0.0)


async def test_four_friends_pay_one_order_with_four_payments(house: House) -> None:
    (order_id,) = await rounds(house, 1)
    for number, amount in enumerate(("60.25", "60.25", "60.25", "60.25"), start=1):
        order = await pay(house, order_id, ("amount", amount), by=ANA if number % 2 else BETO)
        assert order["waiting"] == 60.25 * number
    assert sums(order) == ("por_verificar", 0.0, 241.0, 0.0)
    ids = [payment["id"] for payment in order["payments"]]
    assert len(ids) == 4
    for payment_id in ids[:3]:
        await house.judge(payment_id, "aprobado")
    assert sums(await get(house, order_id)) == ("por_verificar", 180.75, 60.25, 0.0)
    await house.judge(ids[3], "rechazado", reason="no alcanza")
    assert sums(await get(house, order_id)) == ("entregado", 180.75, 0.0, 60.25)
    last = await pay(house, order_id)
    assert (last["payment"]["amount"], last["payment"]["replaces"]) == (60.25, ids[3])
    await house.judge(last["payment"]["id"], "aprobado")
    assert sums(await get(house, order_id)) == ("pagado", 241.0, 0.0, 0.0)


async def test_a_part_pays_the_oldest_order_first(house: House) -> None:
    first, second = await rounds(house, 2)
    order = await pay(house, second, ("also", first), ("amount", "300"))
    assert [(one["order_id"], one["amount"]) for one in order["payment"]["orders"]] == [
        (first, 241.0),
        (second, 59.0),
    ]
    assert sums(order) == ("por_verificar", 0.0, 59.0, 182.0)


async def test_tip_and_change_stand_apart_from_what_is_paid(house: House) -> None:
    (order_id,) = await rounds(house, 1)
    order = await pay(house, order_id, ("tip", "24.10"), ("tendered", "300"))
    payment = order["payment"]
    told = {name: payment[name] for name in ("amount", "tip", "tendered", "change")}
    assert told == {"amount": 241.0, "tip": 24.1, "tendered": 300.0, "change": 34.9}
    assert sums(order) == ("por_verificar", 0.0, 241.0, 0.0)


async def test_dishes_are_paid_once(house: House) -> None:
    (order_id,) = await rounds(house, 1)
    order = await pay(house, order_id, ("items", f"{order_id}:0:1"))
    assert order["payment"]["orders"][0]["items"] == [{"position": 0, "quantity": 1}]
    assert sums(order) == ("por_verificar", 0.0, 85.5, 155.5)
    status, problem = await house.submit(
        order_id, BETO, method=CASH, more=[("items", f"{order_id}:0:2")]
    )
    assert (status, list(problem["errors"])) == (422, ["items"])
    order = await pay(house, order_id, ("items", f"{order_id}:0:1"), ("items", f"{order_id}:1:1"))
    assert sums(order) == ("por_verificar", 0.0, 241.0, 0.0)


async def test_what_is_withdrawn_is_due_again_and_is_no_evidence(house: House) -> None:
    first, second = await rounds(house, 2)
    order = await pay(house, first, ("also", second), method="transferencia")
    payment_id = order["payment"]["id"]
    for member in (BETO, LUIS):
        status, problem = await house.call(member, "DELETE", f"/payments/{payment_id}")
        assert (status, problem["code"]) == (403, "forbidden")
    status, back = await house.call(ANA, "DELETE", f"/payments/{payment_id}")
    assert (status, back["payment"]["status"], back["payment_method"]) == (200, "retirado", None)
    for one in (first, second):
        assert sums(await get(house, one)) == ("entregado", 0.0, 0.0, 241.0)
    before = house.rows()
    status, again = await house.call(ANA, "DELETE", f"/payments/{payment_id}")
    assert (status, as_an_event(again), house.rows()) == (200, as_an_event(back), before)
    status, problem = await house.judge(payment_id, "aprobado")
    assert (status, problem["code"]) == (409, "payment_already_decided")
    sent = await pay(house, first)
    await house.call(LUIS, "PUT", f"/payments/{sent['payment']['id']}/seen")
    status, problem = await house.call(ANA, "DELETE", f"/payments/{sent['payment']['id']}")
    assert (status, problem["code"]) == (409, "illegal_transition")


async def test_an_administrator_reopens_a_payment_with_a_reason(house: House) -> None:
    first, second = await rounds(house, 2)
    order = await pay(house, first, ("also", second))
    payment_id = order["payment"]["id"]
    await house.judge(payment_id, "aprobado")
    status, problem = await house.judge(payment_id, "rechazado", MARA, "mal")
    assert (status, problem["code"]) == (409, "payment_already_decided")
    for reason in (None, " ", "\u200b"):
        status, problem = await house.judge(payment_id, "rechazado", ROSA, reason)
        assert (status, list(problem["errors"])) == (422, ["reason"])
    async with house.stream(ANA) as waiter:
        status, back = await house.judge(payment_id, "rechazado", ROSA, "era de otra mesa")
        assert (status, back["status"]) == (200, "entregado")
        told = await waiter.take(3)
    assert [event.type for event in told] == ["order_updated"] * 2 + ["payment_rejected"]
    assert told[2].data["reason"] == "era de otra mesa"
    assert sums(await get(house, second)) == ("entregado", 0.0, 0.0, 241.0)
    await pay(house, first, ("also", second))


async def test_a_reopening_whose_answer_was_lost_is_answered_again(house: House) -> None:
    """Also that of a transfer that the administrator charged, and somebody else approved."""
    (order_id,) = await rounds(house, 1)
    sent = await pay(house, order_id, by=ROSA, method="transferencia")
    payment_id = sent["payment"]["id"]
    await house.judge(payment_id, "aprobado", LUIS)
    reopened = await house.judge(payment_id, "rechazado", ROSA, "no llegó")
    before = house.rows()
    assert reopened[0] == 200
    assert await house.judge(payment_id, "rechazado", ROSA, "no llegó") == reopened
    assert house.rows() == before


async def test_a_cashier_decides_an_own_payment_in_cash_and_no_own_transfer(house: House) -> None:
    first, second = await rounds(house, 2)
    cash = await pay(house, first, by=LUIS)
    assert (await house.judge(cash["payment"]["id"], "aprobado", LUIS))[0] == 200
    transfer = await pay(house, second, by=LUIS, method="transferencia")
    status, problem = await house.judge(transfer["payment"]["id"], "aprobado", LUIS)
    assert (status, problem["code"]) == (403, "own_payment")
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": "America/Bogota"}
    await house.call(ROSA, "PUT", "/house", json={**body, "own_verdicts": True})
    assert (await house.judge(transfer["payment"]["id"], "aprobado", LUIS))[0] == 200


async def test_a_take_away_has_a_name_in_place_of_a_table(house: House) -> None:
    (first,) = await rounds(house, 1, customer="  Lupita   Díaz ")
    (second,) = await rounds(house, 1, customer="lupita díaz")
    one, two = await get(house, first), await get(house, second)
    assert (one["customer"], one["table_number"], one["round"]) == ("Lupita Díaz", None, 1)
    assert two["round"] == 2
    order = await pay(house, first, ("also", second))
    assert [part["customer"] for part in order["payment"]["orders"]] == [
        "Lupita Díaz",
        "lupita díaz",
    ]


async def test_an_order_changes_its_table_and_everybody_hears(house: House) -> None:
    (order_id,) = await rounds(house, 1)
    await rounds(house, 1, table_number=4)
    async with house.stream(COCO) as kitchen:
        path = f"/orders/{order_id}/place"
        status, order = await house.call(LUIS, "PUT", path, json={"table_number": 4})
        assert (status, order["table_number"], order["round"]) == (200, 4, 2)
        assert (await kitchen.next()).data["table_number"] == 4
        before = house.rows()
        assert (await house.call(ANA, "PUT", path, json={"table_number": 4}))[0] == 200
        assert house.rows() == before
    history = (await get(house, order_id))["history"]
    assert history[-1]["moved_from"] == {"table_number": 12, "customer": None}
    part = await pay(house, order_id, ("amount", "100"))
    await house.judge(part["payment"]["id"], "aprobado")
    status, problem = await house.call(ANA, "PUT", path, json={"customer": "Lupita"})
    assert (status, problem["code"]) == (409, "order_has_payments")
    status, problem = await house.call(
        LUIS, "PUT", f"/orders/{order_id}/status", json={"status": "anulado", "reason": "x"}
    )
    assert (status, problem["code"]) == (409, "order_has_payments")


async def test_a_round_that_moves_tells_its_place_to_whoever_shares_its_payment(
    house: House,
) -> None:
    first, second = await rounds(house, 2)
    (other,) = await rounds(house, 1)
    await pay(house, first, ("also", second))
    async with house.stream(LUIS) as cashier:
        body = {"customer": "Lupita"}
        await house.call(ANA, "PUT", f"/orders/{second}/place", json=body)
        told = await cashier.take(2)
        assert await cashier.is_silent(), f"order {other} shares nothing"
    assert [(event.type, event.data["id"]) for event in told] == [
        ("order_updated", first),
        ("order_updated", second),
    ]
    for event in told:
        assert [part["customer"] for part in event.data["payment"]["orders"]] == [None, "Lupita"]
        detail = await get(house, event.data["id"])
        assert event.data == {name: detail[name] for name in event.data}


async def test_a_dish_is_taken_off_and_the_total_follows(house: House) -> None:
    items = [{"product_id": TACOS, "quantity": 2}, {"product_id": SOPA, "quantity": 1}]
    _, order = await house.call(ANA, "POST", "/orders", json={"table_number": 12, "items": items})
    path = f"/orders/{order['id']}/items/0"
    async with house.stream(COCO) as kitchen:
        status, less = await house.call(
            ANA, "PUT", path, json={"quantity": 1, "reason": "se acabó"}
        )
        assert (status, less["total"]) == (200, 155.5)
        line = (await kitchen.next()).data["items"][0]
    assert (line["quantity"], line["removed"], line["removed_reason"]) == (1, 1, "se acabó")
    status, less = await house.call(ANA, "PUT", path, json={"quantity": 0, "reason": "no quiso"})
    assert (status, less["total"], less["items"][0]["removed"]) == (200, 70.0, 2)
    last = f"/orders/{order['id']}/items/1"
    status, problem = await house.call(ANA, "PUT", last, json={"quantity": 0, "reason": "x"})
    assert (status, problem["code"]) == (409, "illegal_transition")
    removed = [
        entry["removed"]
        for entry in (await get(house, order["id"]))["history"]
        if "removed" in entry
    ]
    assert removed[0] == [{"name": "Tacos al pastor", "quantity": 1, "reason": "se acabó"}]
    await house.advance(order["id"], "en_preparacion", COCO)
    status, problem = await house.call(ANA, "PUT", path, json={"quantity": 0, "reason": "x"})
    assert (status, problem["code"]) == (403, "forbidden")


BAD_PARTS: dict[str, tuple[Fields, int, str]] = {
    "nothing": ([("amount", "0")], 422, "amount"),
    "negative": ([("amount", "-5")], 422, "amount"),
    "three decimals": ([("amount", "1.005")], 422, "amount"),
    "no number": ([("amount", "mucho")], 422, "amount"),
    "more than is due": ([("amount", "241.01")], 422, "amount"),
    "more than two orders owe": ([("also", "2"), ("amount", "482.01")], 422, "amount"),
    "a negative tip": ([("tip", "-1")], 422, "tip"),
    "a tip beyond the total": ([("tip", "241.01")], 422, "tip"),
    "too little cash": ([("tendered", "240.99")], 422, "tendered"),
    "too little cash for the tip": ([("tip", "10"), ("tendered", "250.99")], 422, "tendered"),
    "itself, too": ([("also", "1")], 422, "also"),
    "one twice": ([("also", "2"), ("also", "2")], 422, "also"),
    "thirty": ([("also", str(number)) for number in range(100, 130)], 422, "also"),
    "no id": ([("also", "dos")], 422, "also"),
    "an unknown order": ([("also", "999")], 404, "order_not_found"),
    "another customer's paid order": ([("also", "3")], 409, "nothing_due"),
    "an order in the kitchen": ([("also", "4")], 409, "illegal_transition"),
    "dishes that are none": ([("items", "1:9:1")], 422, "items"),
    "dishes of another order": ([("items", "2:0:1")], 422, "items"),
    "more dishes than there are": ([("items", "1:0:3")], 422, "items"),
    "no dish": ([("items", "1:0:0")], 422, "items"),
    "a dish twice": ([("items", "1:0:1"), ("items", "1:0:2")], 422, "items"),
    "dishes for less": ([("items", "1:0:1"), ("amount", "85.49")], 422, "amount"),
    "dishes for more": ([("items", "1:0:1"), ("amount", "85.51")], 422, "amount"),
    "an approved payment again": ([("replaces", "1")], 422, "replaces"),
    "another order's payment": ([("replaces", "2")], 422, "replaces"),
    "an unknown payment": ([("replaces", "999")], 422, "replaces"),
    "a payment replaced already": ([("replaces", "3")], 422, "replaces"),
}


@pytest.fixture
async def night(house: House) -> House:
    """Orders 1 and 2 delivered, 3 paid, 4 in the kitchen, 5 with a rejected payment, 1 with two
    attempts, of which the second, rejected, replaced the first."""
    await rounds(house, 2)
    (third,) = await rounds(house, 1, customer="Otra")
    await house.place(9)
    paid = await pay(house, third)
    await house.judge(paid["payment"]["id"], "aprobado")
    (fifth,) = await rounds(house, 1, table_number=7)
    foreign = await pay(house, fifth)
    await house.judge(foreign["payment"]["id"], "rechazado", reason="no")
    for _ in range(2):
        sent = await pay(house, "1")
        await house.judge(sent["payment"]["id"], "rechazado", reason="no")
    return house


@pytest.mark.parametrize(("fields", "status", "named"), BAD_PARTS.values(), ids=BAD_PARTS)
async def test_a_bad_payment_is_refused_by_name_and_leaves_nothing(
    night: House, fields: Fields, status: int, named: str
) -> None:
    before = night.rows()
    async with night.stream(LUIS) as cashier:
        answer, problem = await night.submit("1", method=CASH, more=fields)
        assert answer == status, problem
        assert named in (problem.get("errors") or {problem["code"]: None})
        assert await cashier.is_silent()
    assert night.rows() == before


async def test_cash_is_tendered_in_cash_alone(night: House) -> None:
    status, problem = await night.submit("1", more=[("tendered", "300")])
    assert (status, list(problem["errors"])) == (422, ["tendered"])


async def test_a_surplus_is_named_with_what_to_do(night: House) -> None:
    status, problem = await night.submit("1", more=[("amount", "255.50")])
    (sentence,) = problem["errors"]["amount"]
    assert status == 422
    assert sentence.startswith("Sobran $ 14.50")
    assert "propina" in sentence


async def test_hundredths_of_an_older_order_are_paid_in_one_of_its_parts(house: House) -> None:
    """An order of 85.50 may still be open when the house gives its hundredths up."""
    items = [{"product_id": TACOS, "quantity": 1, "note": None}]
    _, order = await house.call(ANA, "POST", "/orders", json={"table_number": 3, "items": items})
    for step, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        await house.advance(order["id"], step, member)
    tacos = {"name": "Tacos al pastor", "category": "Tacos", "price": 86}
    await house.call(ROSA, "PUT", f"/products/{TACOS}", json=tacos)
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": "America/Bogota"}
    await house.call(ROSA, "PUT", "/house", json={**body, "decimals": 0})
    status, problem = await house.submit(order["id"], method=CASH, more=[("amount", "43.25")])
    assert (status, list(problem["errors"])) == (422, ["amount"])
    status, paid = await house.submit(order["id"], method=CASH, more=[("amount", "43.50")])
    assert (status, paid["due"]) == (201, 42)
    status, paid = await house.submit(order["id"], method=CASH, more=[("amount", "42")])
    assert (status, paid["due"]) == (201, 0)


BAD_PLACES: dict[str, dict[str, Any]] = {
    "neither": {},
    "both": {"table_number": 3, "customer": "Lupita"},
    "no table": {"table_number": 0},
    "41 characters": {"customer": "x" * 41},
    "blank": {"customer": "   "},
    "nothing to see": {"customer": "\u200b\u2060"},
    "a table's number": {"customer": "12"},
    "a table's number in circles": {"customer": "\u2460\u2461"},
    "a table's number in other digits": {"customer": "\u0661\u0662"},
    "a table": {"customer": "Mesa 12"},
    "an accent on a table": {"customer": "M\u00e9sa 12"},
    "two tables": {"customer": "Mesa 12, mesa 13"},
    "several tables": {"customer": "mesas 12, 13 y 14"},
    "a table in capitals": {"customer": " MESA-12."},
    "a table in Cyrillic letters": {"customer": "\u041c\u0435\u0455\u0430 12"},
    "a control character": {"customer": "Lu\u0007pita"},
    "no text": {"customer": 7},
    "null": {"table_number": None, "customer": None},
}


@pytest.mark.parametrize("where", BAD_PLACES.values(), ids=BAD_PLACES)
async def test_a_place_is_a_table_or_a_name(house: House, where: dict[str, Any]) -> None:
    order = await house.place()
    before = house.rows()
    items = [{"product_id": TACOS, "quantity": 1}]
    status, problem = await house.call(ANA, "POST", "/orders", json={**where, "items": items})
    assert (status, problem["code"]) == (422, "validation_failed")
    status, problem = await house.call(ANA, "PUT", f"/orders/{order['id']}/place", json=where)
    assert (status, problem["code"]) == (422, "validation_failed")
    assert house.rows() == before


async def test_a_customers_name_is_stored_as_it_looks(house: House) -> None:
    """With unseen marks in it, one customer would have two bills that look alike."""
    items = [{"product_id": TACOS, "quantity": 1}]
    names = ("Ana 12", "A\u200bna  12", "\u202aAna\u202c 12\u00ad", "\ufeffAna 12\ufe0f")
    for number, name in enumerate(names, start=1):
        body = {"customer": name, "items": items}
        status, order = await house.call(ANA, "POST", "/orders", json=body)
        assert (status, order["customer"], order["round"]) == (201, "Ana 12", number)


BAD_LINES: dict[str, tuple[str, dict[str, Any], int]] = {
    "more than there are": ("0", {"quantity": 3, "reason": "x"}, 422),
    "no reason": ("0", {"quantity": 1}, 422),
    "a blank reason": ("0", {"quantity": 1, "reason": " "}, 422),
    "a reason that nobody sees": ("0", {"quantity": 1, "reason": "\u200b\u2800"}, 422),
    "negative": ("0", {"quantity": -1, "reason": "x"}, 422),
    "no such line": ("9", {"quantity": 0, "reason": "x"}, 404),
    "no position": ("x", {"quantity": 0, "reason": "x"}, 404),
}


@pytest.mark.parametrize(("position", "body", "status"), BAD_LINES.values(), ids=BAD_LINES)
async def test_a_bad_correction_of_a_line_leaves_nothing(
    house: House, position: str, body: dict[str, Any], status: int
) -> None:
    order = await house.place()
    before = house.rows()
    path = f"/orders/{order['id']}/items/{position}"
    assert (await house.call(ANA, "PUT", path, json=body))[0] == status
    assert house.rows() == before


async def test_the_history_tells_of_each_payment_though_the_orders_state_stays(
    house: House,
) -> None:
    """A part withdrawn, refused or reopened beside another leaves the order where it was."""
    (order_id,) = await rounds(house, 1)
    ids = [(await pay(house, order_id, ("amount", "50")))["payment"]["id"] for _ in range(4)]
    await house.call(ANA, "DELETE", f"/payments/{ids[0]}")
    await house.judge(ids[1], "rechazado", reason="x")
    await house.judge(ids[2], "aprobado")
    await house.judge(ids[2], "rechazado", reason="x", cashier=ROSA)
    told = [
        (entry["by"], change["payment_id"], change["was"], change["status"])
        for entry in (await get(house, order_id))["history"]
        for change in entry.get("payments", ())
    ]
    assert told[:4] == [("ana", one, None, "por_verificar") for one in ids]
    assert told[4:] == [
        ("ana", ids[0], "por_verificar", "retirado"),
        ("luis", ids[1], "por_verificar", "rechazado"),
        ("luis", ids[2], "por_verificar", "aprobado"),
        ("rosa", ids[2], "aprobado", "rechazado"),
    ]
    _, order = await house.call(COCO, "GET", f"/orders/{order_id}")
    assert not any("payments" in entry for entry in order["history"])


async def refused_of_two(house: House) -> tuple[str, str, str]:
    """The ids of two orders, and of a payment of both that was rejected."""
    first, second = await rounds(house, 2)
    refused_id = (await pay(house, first, ("also", second)))["payment"]["id"]
    assert (await house.judge(refused_id, "rechazado", reason="x"))[0] == 200
    return first, second, refused_id


async def test_a_refused_payment_of_two_orders_is_replaced_once(house: House) -> None:
    first, second, refused_id = await refused_of_two(house)
    again = await pay(house, first, ("replaces", refused_id))
    assert again["payment"]["replaces"] == refused_id
    before = house.rows()
    more = [("replaces", refused_id)]
    status, problem = await house.submit(second, method=CASH, more=more)
    assert (status, list(problem["errors"])) == (422, ["replaces"])
    assert house.rows() == before
    other = await pay(house, second)
    assert other["payment"]["replaces"] is None, "the refused one has been replaced"


async def test_a_refused_payment_can_be_replaced_again_once_its_successor_is_withdrawn(
    house: House,
) -> None:
    first, second, refused_id = await refused_of_two(house)
    again = await pay(house, first, ("replaces", refused_id))
    path = f"/payments/{again['payment']['id']}"
    assert (await house.call(ANA, "DELETE", path))[0] == 200
    assert (await pay(house, second))["payment"]["replaces"] == refused_id


async def test_two_phones_never_replace_one_refused_payment_twice(house: House) -> None:
    for _ in range(5):
        first, second, refused_id = await refused_of_two(house)
        more = [("replaces", refused_id)]
        answers = await asyncio.gather(
            *(house.submit(one, method=CASH, more=more) for one in (first, second))
        )
        assert sorted(status for status, _ in answers) == [201, 422]
        sql = "SELECT COUNT(*) FROM payments WHERE replaces = ?"
        assert house.row(sql, int(refused_id))[0] == 1


async def test_the_database_itself_takes_no_second_replacement(house: House) -> None:
    first, second, refused_id = await refused_of_two(house)
    await pay(house, first, ("replaces", refused_id))
    other = await pay(house, second)
    sql = f"UPDATE payments SET replaces = {refused_id} WHERE id = {other['payment']['id']}"
    with (
        contextlib.closing(connect(house.path)) as connection,
        pytest.raises(sqlite3.IntegrityError),
    ):
        connection.execute(sql)


@pytest.mark.parametrize("more", [[], [("amount", "200")], [("items", "{}:0:2")]], ids=str)
async def test_two_phones_never_take_more_than_is_due(house: House, more: Fields) -> None:
    for _ in range(5):
        (order_id,) = await rounds(house, 1)
        fields = [(name, value.format(order_id)) for name, value in more]
        answers = await asyncio.gather(
            *(house.submit(order_id, member, method=CASH, more=fields) for member in (ANA, BETO))
        )
        assert min(status for status, _ in answers) == 201
        order = await get(house, order_id)
        assert order["due"] >= 0
        assert order["waiting"] + order["due"] == order["total"]
        assert sum(status == 201 for status, _ in answers) == len(order["payments"]) == 1


async def test_a_withdrawal_and_a_verdict_at_once_leave_one_of_the_two(house: House) -> None:
    for _ in range(5):
        (order_id,) = await rounds(house, 1)
        sent = await pay(house, order_id)
        payment_id = sent["payment"]["id"]
        answers = await asyncio.gather(
            house.call(ANA, "DELETE", f"/payments/{payment_id}"),
            house.judge(payment_id, "aprobado"),
        )
        assert sorted(status for status, _ in answers) == [200, 409]
        order = await get(house, order_id)
        assert sums(order) in (
            ("pagado", 241.0, 0.0, 0.0),
            ("entregado", 0.0, 0.0, 241.0),
        )


async def test_the_same_request_again_is_done_once_with_all_its_fields(house: House) -> None:
    first, second = await rounds(house, 2)
    more = [("also", second), ("amount", "300"), ("tip", "10")]
    status, order = await house.submit(first, key="k2", method=CASH, more=more, photo=PHOTO)
    assert status == 201
    before = house.rows()
    assert await house.submit(first, key="k2", method=CASH, more=more, photo=PHOTO) == (200, order)
    for other in ([("also", second), ("amount", "300"), ("tip", "11")], [("amount", "300")]):
        status, problem = await house.submit(first, key="k2", method=CASH, more=other, photo=PHOTO)
        assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert house.rows() == before
