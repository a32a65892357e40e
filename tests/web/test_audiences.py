"""Who hears what of money: the kitchen hears none, whatever staff do with a bill."""

import json
import re
from typing import Any

from comanda.domain.staff import Role, Staff
from tests.house import ANA, COCO, LUIS, ROSA, House
from tests.web.test_bill import CASH, pay, rounds

# A word of each thing that the kitchen has no business with, and what stands there instead.
MONEY: dict[str, Any] = {
    "payment": None,
    "payments": [],
    "paid": 0.0,
    "waiting": 0.0,
}
SECRETS = re.compile("8841220|0121800|99\\.25|secreto", re.IGNORECASE)


async def do_everything(house: House) -> list[str]:
    """Each verb of bills once; the secrets are a reference, an account, a tip and a reason."""
    await house.call(ROSA, "PUT", "/accounts", json={"accounts": [account()]})
    first, second, third = await rounds(house, 3)
    secrets = [("reference", "8841220"), ("tip", "99.25"), ("also", second)]
    sent = await pay(house, first, *secrets, ("amount", "300"), method="transferencia")
    payment = f"/payments/{sent['payment']['id']}"
    await done(house, LUIS, "PUT", f"{payment}/seen")
    await done(house, LUIS, "PUT", f"{payment}/viewer")
    await house.judge(sent["payment"]["id"], "aprobado", LUIS, "secreto")
    await done(house, LUIS, "PUT", f"{payment}/reconciliation", json={"found": True})
    await house.judge(sent["payment"]["id"], "rechazado", ROSA, "secreto")
    part = await pay(house, first, ("amount", "100"), ("tendered", "199.25"), method=CASH)
    await done(house, ANA, "DELETE", f"/payments/{part['payment']['id']}")
    whole = await pay(house, first, method=CASH)
    await house.judge(whole["payment"]["id"], "aprobado")
    await done(house, ANA, "PUT", f"/orders/{third}/place", json={"customer": "Lupita"})
    less = {"quantity": 1, "reason": "se cayó"}
    await done(house, LUIS, "PUT", f"/orders/{third}/items/0", json=less)
    await house.call(ROSA, "PUT", "/accounts", json={"accounts": []})
    return [first, second, third]


def account() -> dict[str, Any]:
    return {"method": "transferencia", "label": "B", "holder": "H", "number": "0121800"}


async def done(house: House, member: Staff, *call: Any, **request: Any) -> None:
    status, answer = await house.call(member, *call, **request)
    assert status == 200, answer


def assert_no_money(data: dict[str, Any]) -> None:
    told = {name: data[name] for name in MONEY if name in data}
    assert told == {name: MONEY[name] for name in told}
    assert not SECRETS.search(json.dumps(data)), data
    assert not {"tip", "tendered", "change", "reference", "warnings", "amount"} & set(data)


async def test_the_kitchens_stream_carries_no_money(house: House) -> None:
    async with house.stream(COCO) as kitchen, house.stream(ROSA) as owner:
        ids = await do_everything(house)
        last = await house.place(99)
        heard: dict[str, set[str]] = {}
        for name, stream in (("kitchen", kitchen), ("owner", owner)):
            while True:
                event = await stream.next()
                heard.setdefault(name, set()).add(event.type)
                if event.data.get("id") == last["id"]:
                    break
                if name == "kitchen":
                    assert_no_money(event.data)
    assert heard["kitchen"] == {"order_updated", "order_placed"}
    assert {"payment_verification_pending", "payment_rejected", "payment_approved"} <= heard[
        "owner"
    ]
    for order_id in ids:
        _, order = await house.call(COCO, "GET", f"/orders/{order_id}")
        assert_no_money(order)
        for entry in order["history"]:
            assert not {"payments", "late", "known"} & set(entry)
    for path in ("/start/kitchen", "/orders?status=entregado&status=pagado", "/settings"):
        _, answer = await house.call(COCO, "GET", path)
        assert not SECRETS.search(json.dumps(answer)), path
        for order in answer.get("orders", []):
            assert_no_money(order)


async def test_a_replay_to_the_kitchen_carries_no_money_either(house: House) -> None:
    await do_everything(house)
    last = await house.place(99)
    async with house.stream(COCO, params={"after": "0"}) as kitchen:
        while (event := await kitchen.next()).data.get("id") != last["id"]:
            assert_no_money(event.data)


async def test_a_waiter_and_a_cashier_hear_what_is_for_them(house: House) -> None:
    async with house.stream(ANA) as waiter, house.stream(LUIS, Role.CASHIER) as cashier:
        await do_everything(house)
        last = await house.place(99)
        heard: list[set[str]] = []
        for stream in (waiter, cashier):
            types = set()
            while (event := await stream.next()).data.get("id") != last["id"]:
                types.add(event.type)
            heard.append(types)
    both = {"order_updated"}
    assert heard[0] == both | {
        "order_ready", "payment_seen", "payment_approved", "payment_rejected",
    }  # fmt: skip
    assert heard[1] == both | {"payment_verification_pending"}


async def test_no_cell_of_a_spreadsheet_runs_what_a_guest_is_called(house: House) -> None:
    formulas = ("=HYPERLINK(1)", "+uno", "-1+cmd|' /C x'!A1", "@SUM(A1)", "\uff1dA1", "a;=1+1")
    for formula in formulas:
        (order,) = await rounds(house, 1, customer=formula)
        sent = await pay(house, order, method=CASH)
        await house.judge(sent["payment"]["id"], "aprobado", LUIS, formula)
        await house.judge(sent["payment"]["id"], "rechazado", ROSA, formula)
        less = {"quantity": 1, "reason": formula}
        await done(house, LUIS, "PUT", f"/orders/{order}/items/0", json=less)
        again = await pay(house, order, method=CASH)
        await house.judge(again["payment"]["id"], "aprobado", LUIS, formula)
    client = await house.client(ROSA)
    for path in ("/reconciliation.csv", "/days/2026-11-28.csv"):
        async with client.get(path) as response:
            text = (await response.text()).removeprefix("\ufeff")
        assert "HYPERLINK" in text
        assert not re.search('(^|[,;"\\n])\\s*[=+@\uff1d]', text), path
        assert not re.search('(^|[,;"\\n])\\s*-[^0-9]', text), path
        assert "-1+cmd" not in re.sub("'-1\\+cmd", "", text), path
