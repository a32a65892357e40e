"""Keeping the menu: what changes reaches everybody at once, and no order that was placed."""

import asyncio
from typing import Any

import pytest

from comanda.domain.staff import Role
from comanda.store import events
from comanda.web.plumbing.keys import DATABASE
from tests.house import AGUA, ANA, COCO, LUIS, ROSA, SOPA, TACOS, House

FLAN = {"name": "Flan", "category": "Postres", "price": 55.5}


async def names(house: House) -> list[str]:
    _, menu = await house.call(ANA, "GET", "/menu")
    return [product["name"] for product in menu["products"]]


async def test_what_is_sold_out_is_told_to_all_and_refused_by_name(house: House) -> None:
    async with (
        house.stream(ANA) as waiter,
        house.stream(COCO) as kitchen,
        house.stream(LUIS) as cashier,
    ):
        status, sopa = await house.call(
            COCO, "PUT", f"/products/{SOPA}/available", json={"available": False}
        )
        assert (status, sopa["available"]) == (200, False)
        for stream in (waiter, kitchen, cashier):
            event = await stream.next()
            assert (event.type, event.data) == ("menu_updated", {"products": [sopa], "removed": []})
    before = house.rows()
    items = [{"product_id": SOPA, "quantity": 1}]
    status, problem = await house.call(
        ANA, "POST", "/orders", json={"table_number": 3, "items": items}
    )
    assert (status, problem["errors"]) == (422, {"items.0.product_id": ["Sopa: agotado"]})
    assert house.rows() == before
    await house.call(ROSA, "PUT", f"/products/{SOPA}/available", json={"available": True})
    assert (await house.place())["status"] == "pendiente"


async def test_the_same_again_changes_nothing_and_tells_nobody(house: House) -> None:
    before = house.rows()
    for path, body in (
        (f"/products/{SOPA}/available", {"available": True}),
        (f"/products/{SOPA}", {"name": "Sopa", "category": "Sopas", "price": 70}),
        ("/menu/order", {"product_ids": [TACOS, SOPA, AGUA]}),
    ):
        assert (await house.call(ROSA, "PUT", path, json=body))[0] == 200
    assert house.rows() == before


async def test_a_new_price_changes_no_order_that_was_placed(house: House) -> None:
    order = await house.place()
    body = {"name": "Tacos de la casa", "category": "Tacos", "price": 99}
    assert (await house.call(ROSA, "PUT", f"/products/{TACOS}", json=body))[0] == 200
    _, shown = await house.call(ANA, "GET", f"/orders/{order['id']}")
    assert (shown["total"], shown["items"]) == (order["total"], order["items"])
    assert (await house.place())["total"] == 268.0


async def test_a_product_that_is_removed_frees_its_name_and_stays_in_its_orders(
    house: House,
) -> None:
    order = await house.place()
    async with house.stream(LUIS) as cashier:
        assert await house.call(ROSA, "DELETE", f"/products/{SOPA}") == (204, None)
        event = await cashier.next()
    assert event.data == {"products": [], "removed": [SOPA]}
    assert await names(house) == ["Tacos al pastor", "Agua"]
    _, shown = await house.call(ANA, "GET", f"/orders/{order['id']}")
    assert [item["name"] for item in shown["items"]] == ["Tacos al pastor", "Sopa"]
    items = {"table_number": 3, "items": [{"product_id": SOPA, "quantity": 1}]}
    status, problem = await house.call(ANA, "POST", "/orders", json=items)
    assert (status, problem["errors"]) == (422, {"items.0.product_id": ["No está en el menú"]})
    status, sopa = await house.call(
        ROSA, "POST", "/products", json={"name": "Sopa", "category": "Sopas", "price": 75}
    )
    assert (status, sopa["id"]) == (201, "4")
    assert (await house.call(ROSA, "DELETE", f"/products/{SOPA}"))[0] == 404


async def test_the_menu_stands_in_the_order_that_was_asked_for(house: House) -> None:
    _, answer = await house.call(
        ROSA, "PUT", "/menu/order", json={"product_ids": [AGUA, "999", TACOS]}
    )
    assert [product["id"] for product in answer["products"]] == [AGUA, TACOS, SOPA]
    await house.call(ROSA, "POST", "/products", json=FLAN)
    assert await names(house) == ["Agua", "Tacos al pastor", "Sopa", "Flan"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "F" * 81}, "name"),
        ({"name": "Fl\x00an"}, "name"),
        ({"category": None}, "category"),
        ({"price": -1}, "price"),
        ({"price": 55.555}, "price"),
        ({"price": "55"}, "price"),
        ({"price": True}, "price"),
        ({"price": 10**9}, "price"),
        ({"price": 1e300}, "price"),
        ({"available": False}, "available"),
    ],
)
async def test_a_product_that_can_not_be_is_refused_and_leaves_nothing(
    house: House, change: dict[str, Any], field: str
) -> None:
    before = house.rows()
    for method, path in (("POST", "/products"), ("PUT", f"/products/{SOPA}")):
        status, problem = await house.call(ROSA, method, path, json=FLAN | change)
        assert (status, list(problem["errors"])) == (422, [field])
    assert house.rows() == before


async def test_two_products_can_not_share_a_name(house: House) -> None:
    for method, path in (("POST", "/products"), ("PUT", f"/products/{AGUA}")):
        status, problem = await house.call(ROSA, method, path, json=FLAN | {"name": " Sopa "})
        assert (status, problem["code"]) == (409, "product_exists")
        assert "Sopa" in problem["detail"]


SPELLINGS = [
    "SOPA",
    "sopa",
    " Sopa\xa0",
    "So\u200bpa",
    "\uff33\uff4f\uff50\uff41",
    "Sopa\ufe0f",
]


@pytest.mark.parametrize("name", SPELLINGS)
async def test_what_looks_the_same_is_one_product_however_it_is_spelled(
    house: House, name: str
) -> None:
    before = house.rows()
    for method, path in (("POST", "/products"), ("PUT", f"/products/{AGUA}")):
        status, problem = await house.call(ROSA, method, path, json=FLAN | {"name": name})
        assert (status, problem["code"]) == (409, "product_exists")
        assert problem["detail"] == "«Sopa» ya está en el menú"
    csv = {"csv": f"name,category,price\n{name},Sopas,70\n"}
    _, changes = await house.call(ROSA, "POST", "/menu/import", json=csv)
    assert changes == {"added": [], "changed": [], "same": 1}
    assert house.rows() == before
    own = {"name": "SOPA", "category": "Sopas", "price": 70}
    status, sopa = await house.call(ROSA, "PUT", f"/products/{SOPA}", json=own)
    assert (status, sopa["name"]) == (200, "SOPA")
    await house.call(ROSA, "DELETE", f"/products/{SOPA}")
    assert (await house.call(ROSA, "POST", "/products", json=FLAN | {"name": name}))[0] == 201


NAMES = [
    "👨‍👩‍👧‍👦 Combo familiar",
    'Café  «fuerte»; "doble", 2 tazas',
    "=1+1",
    "\u200e\u05e9\u05dc\u05d5\u05dd",
    "🏳️‍🌈",
    "Cafe\u0301",
]


@pytest.mark.parametrize("name", NAMES)
async def test_what_the_menu_takes_by_hand_comes_back_from_its_own_file(
    house: House, name: str
) -> None:
    product = {"name": name, "category": f"{name} y más", "price": 0.5}
    status, kept = await house.call(ROSA, "POST", "/products", json=product)
    assert status == 201, kept
    client = await house.client(ROSA)
    async with client.get("/menu.csv") as response:
        text = (await response.read()).decode()
    _, changes = await house.call(ROSA, "POST", "/menu/import", json={"csv": text})
    assert changes == {"added": [], "changed": [], "same": 4}


@pytest.mark.parametrize("bad", ["\u200b", "x" * 81, "a\x07b"])
async def test_a_name_is_refused_in_the_same_words_by_hand_and_by_file(
    house: House, bad: str
) -> None:
    _, by_hand = await house.call(ROSA, "POST", "/products", json=FLAN | {"name": bad})
    csv = {"csv": f"name,category,price\n{bad},Postres,55\n"}
    _, by_file = await house.call(ROSA, "POST", "/menu/import", json=csv)
    (words,) = by_hand["errors"]["name"]
    assert by_file["errors"]["csv"][0].startswith(f"línea 2, nombre: {words}")


CSV = "\r\n".join(
    (
        "nombre;categoría;precio",
        "Sopa;Sopas;75,50",
        "Tacos al pastor;Tacos;85,50",
        "Flan;Postres;55",
    )
)


async def test_an_import_is_shown_before_it_is_done(house: House) -> None:
    expected = {
        "added": [{"name": "Flan", "category": "Postres", "price": 55.0}],
        "changed": [
            {
                "before": {"name": "Sopa", "category": "Sopas", "price": 70.0},
                "after": {"name": "Sopa", "category": "Sopas", "price": 75.5},
            }
        ],
        "same": 1,
    }
    before = house.rows()
    assert await house.call(ROSA, "POST", "/menu/preview", json={"csv": CSV}) == (200, expected)
    assert house.rows() == before
    async with house.stream(ANA) as waiter:
        assert await house.call(ROSA, "POST", "/menu/import", json={"csv": CSV}) == (200, expected)
        event = await waiter.next()
    assert [product["name"] for product in event.data["products"]] == ["Flan", "Sopa"]
    assert await names(house) == ["Tacos al pastor", "Sopa", "Agua", "Flan"]


@pytest.mark.parametrize(
    ("csv", "word"),
    [
        ("", "vacío"),
        ("hola", "primera línea"),
        ("name,category,price\nFlan,Postres,gratis", "línea 2"),
        ("name,category,price\nFlan,Postres,55\nFlan,Otros,5", "repetido"),
        ("name,category,price\nFl\x1fan,Postres,5", "línea 2"),
        ('name,category,price\n"Flan,Postres,5', "línea 2"),
    ],
)
async def test_a_file_that_is_no_menu_is_refused_whole(house: House, csv: str, word: str) -> None:
    before = house.rows()
    for path in ("/menu/preview", "/menu/import"):
        status, problem = await house.call(ROSA, "POST", path, json={"csv": csv})
        assert (status, list(problem["errors"])) == (422, ["csv"])
    assert word in problem["errors"]["csv"][0]
    assert house.rows() == before


async def test_what_is_exported_can_be_imported(house: House) -> None:
    client = await house.client(ROSA)
    async with client.get("/menu.csv") as response:
        raw = await response.read()
        assert response.headers["Content-Disposition"] == 'attachment; filename="menu.csv"'
    assert raw.startswith(b"\xef\xbb\xbfname,category,price\n")
    _, changes = await house.call(
        ROSA, "POST", "/menu/preview", json={"csv": raw.decode("utf-8-sig")}
    )
    assert changes == {"added": [], "changed": [], "same": 3}


async def test_who_changed_the_menu_is_in_the_log_and_in_no_orders_history(house: House) -> None:
    order = await house.place()
    await house.call(COCO, "PUT", f"/products/{SOPA}/available", json={"available": False})
    told = await house.app[DATABASE].read(lambda view: list(events.each_after(view, 2, 9)))
    assert [(event.type, event.actor) for event in told] == [("menu_updated", "coco")]
    _, shown = await house.call(ROSA, "GET", f"/orders/{order['id']}")
    assert {entry["type"] for entry in shown["history"]} == {"order_updated", "order_placed"}


async def test_a_page_that_was_away_hears_of_the_menu_where_it_left_off(house: House) -> None:
    for product in (SOPA, AGUA):
        await house.call(COCO, "PUT", f"/products/{product}/available", json={"available": False})
    headers = {"Last-Event-ID": "1"}
    async with house.stream(ANA, Role.WAITER, headers=headers) as waiter, asyncio.timeout(10):
        event = await waiter.next()
    assert [product["id"] for product in event.data["products"]] == [AGUA]
