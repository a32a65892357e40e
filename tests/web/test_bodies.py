"""How much a request may bring: its route's limit, JSON alone, and a room that all bodies share."""

import io
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from comanda.store.connection import connect
from comanda.web.contract.route import SMALL_BODY
from comanda.web.plumbing.keys import BODIES, STRANGERS_BODIES
from comanda.web.routes import ROUTES
from tests.house import AGUA, ANA, LARGE_PDF, PIN, ROSA, House

JSON = {"Content-Type": "application/json"}
ORDER = {"table_number": 5, "items": [{"product_id": AGUA, "quantity": 1}]}


async def pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(0, size, 1024):
        yield b" " * 1024


def test_most_routes_take_4_kilobytes() -> None:
    taken = {route.path: route.body_bytes for route in ROUTES if route.body is not None}
    larger = {path for path, size in taken.items() if size > SMALL_BODY}
    assert SMALL_BODY == 4096
    assert larger == {
        "/accounts",
        "/orders",
        "/errors",
        "/deposits/notices",
        "/deposits/try",
        "/setup",
        "/menu/order",
        "/menu/preview",
        "/menu/import",
    }


@pytest.mark.parametrize("chunked", [False, True], ids=["a length", "chunks"])
async def test_a_byte_more_than_a_route_takes_is_refused(house: House, *, chunked: bool) -> None:
    for route in ROUTES:
        if route.body is None or route.path == "/setup" or "{" in route.path:
            continue
        more = io.BytesIO(b" " * (route.body_bytes + 1))
        data = pieces(route.body_bytes + 1024) if chunked else more
        status, told = await house.call(ROSA, route.method, route.path, data=data, headers=JSON)
        assert (status, told["code"]) == (413, "file_too_large"), route.path
        size = route.body_bytes // 1024
        assert f" {size} KB" in told["detail"] or f" {size // 1024} MB" in told["detail"]


async def test_as_many_bytes_as_a_route_takes_are_taken(house: House) -> None:
    body = json.dumps({"username": "ana", "pin": "0000"}).encode()
    padded = body + b" " * (SMALL_BODY - len(body))
    assert (await house.call(None, "POST", "/session", data=padded, headers=JSON))[0] == 401


async def test_the_largest_order_passes_however_its_letters_are_written(house: House) -> None:
    line = {"product_id": AGUA, "quantity": 1, "note": "\U0001f32e" * 200}
    body = json.dumps({"table_number": 5, "items": [line] * 100}).encode()
    assert len(body) > 200_000
    assert (await house.call(ANA, "POST", "/orders", data=body, headers=JSON))[0] == 201


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "text/json",
        "application/json-patch+json",
        "application/jsonx",
    ],
)
async def test_json_comes_as_json_alone(house: House, kind: str) -> None:
    before = house.rows()
    for member, path, body in (
        (ANA, "/orders", ORDER),
        (None, "/session", {}),
        (None, "/errors", {}),
    ):
        data, headers = json.dumps(body).encode(), {"Content-Type": kind}
        status, told = await house.call(member, "POST", path, data=data, headers=headers)
        assert (status, told["code"]) == (415, "unsupported_media_type"), path
    assert house.rows() == before


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
async def test_json_may_say_how_it_is_written(house: House, kind: str) -> None:
    data = json.dumps(ORDER).encode()
    status, _ = await house.call(ANA, "POST", "/orders", data=data, headers={"Content-Type": kind})
    assert status == 201


async def test_a_form_that_is_packed_is_refused_before_it_is_read(house: House) -> None:
    order = await house.deliver()
    headers = {"Content-Type": "multipart/form-data; boundary=xyz", "Content-Encoding": "gzip"}
    path = f"/orders/{order['id']}/proof"
    status, told = await house.call(ANA, "POST", path, data=b"x", headers=headers)
    assert (status, told["code"]) == (400, "malformed_body")
    assert "Content-Encoding" in told["detail"]


async def test_without_room_json_comes_again_and_a_proof_goes_on(house: House) -> None:
    order = await house.deliver()
    room = house.app[BODIES]
    room.left, most = 10, room.left
    client = await house.client(ANA)
    async with client.post("/orders", json=ORDER) as response:
        assert response.status == 503
        assert (await response.json(content_type=None))["code"] == "server_busy"
        assert int(response.headers["Retry-After"]) > 0
    assert (await house.submit(order["id"]))[0] == 201
    assert room.left == 10
    room.left = most
    assert (await house.call(ANA, "POST", "/orders", json=ORDER))[0] == 201
    assert room.left == most


async def test_strangers_fill_no_room_but_their_own(house: House) -> None:
    room = house.app[STRANGERS_BODIES]
    room.left, most = 10, room.left
    body = {"username": ANA.username, "pin": PIN}
    async with aiohttp.ClientSession(house.url) as stranger:
        async with stranger.post("/session", json=body) as response:
            assert response.status == 503
        assert (await house.call(ANA, "POST", "/orders", json=ORDER))[0] == 201
        room.left = most
        async with stranger.post("/session", json=body) as response:
            assert response.status == 201
    assert room.left == most


async def test_what_bodies_held_is_given_back_however_they_end(house: House) -> None:
    order, room = await house.deliver(), house.app[BODIES]
    most = room.left
    for body in (b"{", b"[" * 50, json.dumps(ORDER).encode(), b" " * 10**6):
        await house.call(ANA, "POST", "/orders", data=io.BytesIO(body), headers=JSON)
        assert room.left == most
    for photo in (None, LARGE_PDF, b"no picture"):
        await house.submit(order["id"], photo=photo)
        assert room.left == most


async def test_all_fields_of_a_form_have_their_limit_together(house: House) -> None:
    order = await house.deliver()
    field = '--xyz\r\nContent-Disposition: form-data; name="{}"\r\n\r\n' + "x" * 30_000 + "\r\n"
    body = ("".join(field.format(name) for name in "abc") + "--xyz--\r\n").encode()
    status, told = await house.call(
        ANA,
        "POST",
        f"/orders/{order['id']}/proof",
        data=body,
        headers={"Content-Type": "multipart/form-data; boundary=xyz"},
    )
    assert (status, told["code"]) == (413, "file_too_large")


async def test_a_query_of_more_than_any_request_asks_is_refused(house: House) -> None:
    status, told = await house.call(ANA, "GET", "/orders?" + "a=1&" * 500)
    assert (status, told["code"]) == (422, "validation_failed")


async def test_a_menu_larger_than_any_house_has_is_brought_in_by_pieces(house: House) -> None:
    dishes = [f"Platillo {number}" for number in range(6_000)]
    text = "nombre,categoría,precio\n" + "".join(f"{dish},Varios,{85}.50\n" for dish in dishes)
    status, told = await house.call(ROSA, "POST", "/menu/import", json={"csv": text})
    assert (status, len(told["added"])) == (200, 6_000)
    _, menu = await house.call(ANA, "GET", "/menu")
    assert [product["name"] for product in menu["products"]][3:] == dishes
    connection = connect(house.path)
    rows = connection.execute("SELECT data FROM events WHERE type = 'menu_updated'").fetchall()
    connection.close()
    sizes = [len(json.loads(row["data"])["products"]) for row in rows]
    assert (sum(sizes), max(sizes)) == (6_000, 1_000)
    status, told = await house.call(ROSA, "POST", "/menu/import", json={"csv": text})
    assert (status, told["same"], told["added"]) == (200, 6_000, [])


async def test_a_name_that_is_there_twice_brings_nothing_in(house: House) -> None:
    before = house.rows()
    text = "nombre,categoría,precio\nFlan,Postres,5\nFLAN,Postres,6\n"
    assert (await house.call(ROSA, "POST", "/menu/import", json={"csv": text}))[0] == 422
    assert house.rows() == before
