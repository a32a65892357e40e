"""Whoever is disabled, signed out or given another role is out at once: what has begun, too.

Between the guard's look at the session and the change there is time: an upload takes seconds. Each
route that changes anything is asked by somebody who loses the right to do so in between.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import comanda
from comanda import access, workflow
from comanda.domain.examinations import Facts
from comanda.domain.staff import Role, Staff
from comanda.store import staff
from comanda.store.connection import connect
from comanda.web.contract.route import SAFE_METHODS
from comanda.web.plumbing.keys import BACKUPS, DATABASE
from comanda.web.plumbing.setup_token import issue_token
from comanda.web.routes import ROUTES
from tests.house import ANA, COCO, LUIS, ROSA, SOPA, House, eventually, jpeg, open_house

SOURCE = Path(comanda.__file__).parent
SOUP = {"name": "Sopa de fideo", "category": "Sopas", "price": 70}
HOUSE = {"restaurant": "La Fonda", "currency": "Q", "time_zone": "America/Guatemala"}
ACCOUNT = {"method": "transferencia", "label": "BBVA", "holder": "La Fonda", "number": "0121"}
ZOE = {"username": "zoe", "name": "Zoé", "role": "waiter", "pin": "8841"}
ITEMS = [{"product_id": SOPA, "quantity": 1}]


def photo() -> aiohttp.FormData:
    form = aiohttp.FormData({"method": "transferencia"})
    form.add_field("file", jpeg("teal"), filename="foto.jpg", content_type="image/jpeg")
    return form


def statement() -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("file", b"Fecha,Abono\n28/11/2026,185.50\n", filename="estado.csv")
    return form


# Who asks, where, and with what: of each, the rows of the house are as `furnish` leaves them.
CHANGES: dict[tuple[str, str], tuple[Staff, str, Callable[[], dict[str, Any]]]] = {
    ("DELETE", "/session"): (ANA, "/session", dict),
    ("POST", "/orders"): (
        ANA,
        "/orders",
        lambda: {"json": {"table_number": 7, "items": ITEMS}},
    ),
    ("PUT", "/orders/{order_id}/status"): (
        COCO,
        "/orders/1/status",
        lambda: {"json": {"status": "en_preparacion"}},
    ),
    ("PUT", "/orders/{order_id}/waiter"): (ROSA, "/orders/1/waiter", dict),
    ("POST", "/orders/{order_id}/proof"): (ANA, "/orders/2/proof", lambda: {"data": photo()}),
    ("PUT", "/orders/{order_id}/place"): (
        ANA,
        "/orders/1/place",
        lambda: {"json": {"customer": "Lupita"}},
    ),
    ("PUT", "/orders/{order_id}/items/{position}"): (
        LUIS,
        "/orders/1/items/0",
        lambda: {"json": {"quantity": 1, "reason": "se acabó"}},
    ),
    ("DELETE", "/requests/{key}"): (ANA, "/requests/a", dict),
    ("DELETE", "/payments/{payment_id}"): (ANA, "/payments/1", dict),
    ("PUT", "/accounts"): (ROSA, "/accounts", lambda: {"json": {"accounts": [ACCOUNT]}}),
    ("PUT", "/payments/{payment_id}/claim"): (
        ANA,
        "/payments/1/claim",
        lambda: {"json": {"reference": "0123456789"}},
    ),
    ("PUT", "/payments/{payment_id}/seen"): (LUIS, "/payments/1/seen", dict),
    ("PUT", "/payments/{payment_id}/viewer"): (LUIS, "/payments/1/viewer", dict),
    ("DELETE", "/payments/{payment_id}/viewer"): (LUIS, "/payments/1/viewer", dict),
    ("PUT", "/payments/{payment_id}/known"): (
        LUIS,
        "/payments/2/known",
        lambda: {"json": {"types": ["file_reused"]}},
    ),
    ("PUT", "/payments/{payment_id}/reconciliation"): (
        LUIS,
        "/payments/2/reconciliation",
        lambda: {"json": {"found": True}},
    ),
    ("PUT", "/deposits/{deposit_id}/payment"): (
        LUIS,
        "/deposits/1/payment",
        lambda: {"json": {"payment_id": None}},
    ),
    ("PUT", "/payments/{payment_id}/verdict"): (
        LUIS,
        "/payments/1/verdict",
        lambda: {"json": {"verdict": "aprobado", "seen_in_account": True}},
    ),
    ("POST", "/deposits/secret"): (ROSA, "/deposits/secret", dict),
    ("PUT", "/house"): (ROSA, "/house", lambda: {"json": HOUSE}),
    ("PUT", "/menu/order"): (ROSA, "/menu/order", lambda: {"json": {"product_ids": [SOPA]}}),
    ("POST", "/menu/import"): (
        ROSA,
        "/menu/import",
        lambda: {"json": {"csv": "name,category,price\nFlan,Postres,55.50\n"}},
    ),
    ("POST", "/products"): (ROSA, "/products", lambda: {"json": SOUP}),
    ("PUT", "/products/{product_id}"): (ROSA, "/products/2", lambda: {"json": SOUP}),
    ("DELETE", "/products/{product_id}"): (ROSA, "/products/2", dict),
    ("PUT", "/products/{product_id}/available"): (
        COCO,
        "/products/2/available",
        lambda: {"json": {"available": False}},
    ),
    ("POST", "/staff"): (ROSA, "/staff", lambda: {"json": ZOE}),
    ("PUT", "/staff/{username}/name"): (ROSA, "/staff/beto/name", lambda: {"json": {"name": "B"}}),
    ("PUT", "/staff/{username}/pin"): (ROSA, "/staff/beto/pin", lambda: {"json": {"pin": "8841"}}),
    ("PUT", "/staff/{username}/role"): (
        ROSA,
        "/staff/beto/role",
        lambda: {"json": {"role": "kitchen"}},
    ),
    ("PUT", "/staff/{username}/active"): (
        ROSA,
        "/staff/beto/active",
        lambda: {"json": {"active": False}},
    ),
    ("POST", "/deposits/statement"): (LUIS, "/deposits/statement", lambda: {"data": statement()}),
    ("DELETE", "/guesses"): (ROSA, "/guesses", dict),
    ("DELETE", "/sessions/{session_id}"): (ROSA, "/sessions/1", dict),
}
# These change nothing in the database: three read, one makes a file.
CHANGE_NOTHING = {
    ("POST", "/menu/preview"),
    ("POST", "/backups"),
    ("POST", "/deposits/statement/preview"),
    ("POST", "/deposits/try"),
}
WAYS = {
    "disabled": "UPDATE staff SET active = 0 WHERE username = ?",
    "signed out": "DELETE FROM sessions WHERE username = ?",
    "expired": "UPDATE sessions SET expires_at = 0 WHERE username = ?",
    "another role": (
        "UPDATE staff SET role = CASE role WHEN 'waiter' THEN 'kitchen' ELSE 'waiter' END"
        " WHERE username = ?"
    ),
}
WRITTEN = (  # and not who is signed in
    "staff", "products", "orders", "order_items", "payments", "proofs", "fingerprints", "events",
    "thumbnails", "readings",
    "idempotency_keys", "house", "viewers", "payment_allocations", "accounts",
    "house_changes", "deposits", "bank_phone",
)  # fmt: skip


async def furnish(house: House) -> None:
    """Order 1 pending, 2 delivered, 3 with a payment that waits, 4 with one that was approved,
    and that has a warning since."""
    await house.place(1)
    await house.deliver(2)
    for table in (3, 4):
        status, sent = await house.submit((await house.deliver(table))["id"], photo=jpeg())
        assert status == 201, sent
    await house.hears_of_money(24100, reference="88412201937")
    await house.hears_of_money(100)
    assert (await house.judge("2", "aprobado"))[0] == 200
    for payment_id in (1, 2):
        facts = Facts(content="a" * 64)
        await house.app[DATABASE].write(workflow.record_examination, payment_id, facts)
    for member in (ANA, COCO, LUIS, ROSA):
        assert (await house.call(member, "GET", "/session"))[0] == 200


def contents(house: House) -> dict[str, list[tuple[Any, ...]]]:
    with contextlib.closing(connect(house.path)) as connection:
        return {
            table: [tuple(row) for row in connection.execute(f"SELECT * FROM {table}")]
            for table in WRITTEN
        }


def meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch, member: Staff, sql: str
) -> list[dict[str, list[tuple[Any, ...]]]]:
    """Another program runs `sql` for `member` as soon as their request wants to write.

    Returns where it leaves what was in the database after that.
    """
    database = house.app[DATABASE]
    seen: list[dict[str, list[tuple[Any, ...]]]] = []
    write = database.write

    async def later(*work: Any, **more: Any) -> Any:
        if not seen:
            with contextlib.closing(connect(house.path)) as connection:
                assert connection.execute(sql, (member.username,)).rowcount >= 1
            seen.append(contents(house))
        return await write(*work, **more)

    monkeypatch.setattr(database, "write", later)
    return seen


def test_every_route_that_changes_anything_is_tried() -> None:
    changing = {
        (route.method, route.path)
        for route in ROUTES
        if route.audience is not None and route.method not in SAFE_METHODS
    }
    assert changing - CHANGE_NOTHING == set(CHANGES)


@pytest.mark.parametrize("route", CHANGES, ids=" ".join)
async def test_what_is_tried_is_a_change_that_would_be_made(
    house: House, route: tuple[str, str]
) -> None:
    await furnish(house)
    member, path, more = CHANGES[route]
    status, answer = await house.call(member, route[0], path, **more())
    assert status < 300, answer


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("route", CHANGES, ids=" ".join)
async def test_a_change_of_somebody_who_lost_the_right_to_it_meanwhile_is_refused(
    house: House, monkeypatch: pytest.MonkeyPatch, route: tuple[str, str], way: str
) -> None:
    await furnish(house)
    member, path, more = CHANGES[route]
    (audience,) = [one.audience for one in ROUTES if (one.method, one.path) == route]
    new = Role.KITCHEN if member.role is Role.WAITER else Role.WAITER
    is_forbidden = way == "another role" and new not in (audience or ())
    seen = meanwhile(house, monkeypatch, member, WAYS[way])
    status, problem = await house.call(member, route[0], path, **more())
    expected = (403, "forbidden") if is_forbidden else (401, "not_signed_in")
    assert (status, problem["code"]) == expected
    assert [contents(house)] == seen


async def test_a_new_pin_that_comes_while_a_proof_is_on_its_way_refuses_the_proof(
    house: House,
) -> None:
    """With nothing put in between: the upload is slow, and the administrator quick."""
    await furnish(house)
    client = await house.client(ANA)
    begun, changed = asyncio.Event(), asyncio.Event()

    async def slowly() -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="method"\r\n\r\ntransferencia\r\n'
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
        begun.set()
        await changed.wait()
        yield b"Content-Type: image/jpeg\r\n\r\n" + jpeg("teal") + b"\r\n--x--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    sending = asyncio.create_task(client.post("/orders/2/proof", data=slowly(), headers=kind))
    await begun.wait()
    before = contents(house)["payments"]
    assert (await house.call(ROSA, "PUT", "/staff/ana/pin", json={"pin": "8841"}))[0] == 200
    changed.set()
    async with await sending as response:
        assert response.status == 401
        assert json.loads(await response.text())["code"] == "not_signed_in"
    assert contents(house)["payments"] == before


async def test_units_that_share_a_commit_are_each_looked_at(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(house)
    database, asking = house.app[DATABASE], []
    write = database.write

    def counted(*work: Any, **more: Any) -> Any:
        asking.append(work)
        return write(*work, **more)

    monkeypatch.setattr(database, "write", counted)
    with contextlib.closing(connect(house.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        body = {"table_number": 9, "items": ITEMS}
        asked = [
            asyncio.create_task(house.call(member, "POST", "/orders", json=body))
            for member in (ANA, ROSA)
        ]
        await eventually(lambda: len(asking) == len(asked))
        other.execute("DELETE FROM sessions WHERE username = 'ana'")
        other.execute("COMMIT")
    refused, taken = [status for status, _ in await asyncio.gather(*asked)]
    assert (refused, taken) == (401, 201)


async def test_a_copy_is_not_told_of_to_somebody_who_was_signed_out_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.call(ROSA, "GET", "/session")
    backups = house.app[BACKUPS]
    make = backups.make

    async def slowly() -> Any:
        with contextlib.closing(connect(house.path)) as connection:
            connection.execute("DELETE FROM sessions")
        return await make()

    monkeypatch.setattr(backups, "make", slowly)
    assert (await house.call(ROSA, "POST", "/backups"))[0] == 401


async def test_who_gets_another_role_while_the_pin_is_checked_is_told_the_new_one(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = house.app[DATABASE]
    write, promoted = database.write, replace_role("ana", Role.CASHIER)

    async def later(work: Any, *more: Any, **named: Any) -> Any:
        if work is access.sign_in:
            await write(promoted)
        return await write(work, *more, **named)

    monkeypatch.setattr(database, "write", later)
    body = {"username": "ana", "pin": "1234"}
    status, answer = await house.call(None, "POST", "/session", json=body)
    assert (status, answer["user"]["role"]) == (201, "cashier")


def replace_role(username: str, role: Role) -> Callable[[Any], None]:
    def change(tx: Any) -> None:
        staff.save(tx, Staff(username, "Ana", role))

    return change


def test_no_module_of_the_web_writes_past_the_look() -> None:
    """`Database.write` alone looks again: nobody has a transaction by another way."""
    for path in (SOURCE / "web").rglob("*.py"):
        assert not re.search(r"\b(_commit|_writer|Transaction)\b", path.read_text()), path.name


async def test_a_house_is_not_founded_with_a_token_whose_hour_ended_meanwhile(
    config: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_house(config, clock, new=False) as house:
        token = await issue_token(house.app)
        database = house.app[DATABASE]
        write = database.write

        async def later(*work: Any, **more: Any) -> Any:
            clock.advance(hours=2)
            return await write(*work, **more)

        monkeypatch.setattr(database, "write", later)
        founded = HOUSE | {"token": token, "username": "zoe", "name": "Zoé", "pin": "884197"}
        assert (await house.call(None, "POST", "/setup", json=founded))[0] == 404
        assert house.rows()["staff"] == 0
