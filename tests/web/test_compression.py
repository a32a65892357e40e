"""Long JSON is compressed for whoever takes that; streams and pictures never are."""

import gzip
import json

import aiohttp
import pytest

from comanda.domain.staff import Role
from tests.house import ANA, LUIS, House, jpeg

TAKES = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.fixture
async def plain(house: House) -> aiohttp.ClientSession:
    """Luis's browser, which leaves what it gets as it came."""
    session = aiohttp.ClientSession(
        house.url,
        cookies=await house.cookies(LUIS),
        cookie_jar=aiohttp.CookieJar(unsafe=True),
        auto_decompress=False,
        skip_auto_headers=["Accept-Encoding"],
    )
    house.clients["plain"] = session
    return session


@pytest.mark.parametrize("orders", [8, 60], ids=["at once", "in a thread"])
async def test_a_long_answer_is_a_fraction_of_its_size(
    house: House, plain: aiohttp.ClientSession, orders: int
) -> None:
    for number in range(orders):
        await house.place(1 + number)
    async with plain.get("/orders") as response:
        whole = await response.read()
        assert "Content-Encoding" not in response.headers
        assert response.headers["Vary"] == "Accept-Encoding"
    async with plain.get("/orders", headers=TAKES) as response:
        packed = await response.read()
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.headers["Vary"] == "Accept-Encoding"
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        assert int(response.headers["Content-Length"]) == len(packed) < len(whole) / 3
    assert gzip.decompress(packed) == whole
    assert len(json.loads(whole)["orders"]) == orders
    async with plain.head("/orders", headers=TAKES) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert int(response.headers["Content-Length"]) == len(packed)
        assert await response.read() == b""


@pytest.mark.parametrize(
    ("offered", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "gzip"),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", "gzip"),
        ("gzip;q=0.5, identity;q=0.5", "gzip"),
        ("", None),
        ("identity", None),
        ("br", None),
        ("gzipped", None),
        ("gzip;q=0", None),
        ("gzip; q=0.000", None),
        ("gzip;q=0, *", None),
        ("*;q=0", None),
        ("identity;q=1, gzip;q=0.5", None),
        ("gzip;q=x", None),
        ("gzip;q=", None),
        (";,;q=1,,", None),
    ],
)
@pytest.mark.parametrize("path", ["/orders", "/static/css/comanda.css", "/openapi.json"])
async def test_the_client_says_what_it_takes(
    house: House, plain: aiohttp.ClientSession, path: str, offered: str, coding: str | None
) -> None:
    for table in range(8):
        await house.place(1 + table)
    async with plain.get(path, headers={"Accept-Encoding": offered}) as response:
        assert response.status == 200
        assert response.headers.get("Content-Encoding") == coding
        assert response.headers["Vary"] == "Accept-Encoding"


async def test_what_is_short_goes_as_it_is(plain: aiohttp.ClientSession) -> None:
    for path in ("/session", "/healthz", "/orders/999"):
        async with plain.get(path, headers=TAKES) as response:
            assert "Content-Encoding" not in response.headers


async def test_a_spreadsheet_is_compressed_too(house: House, plain: aiohttp.ClientSession) -> None:
    for table in range(20):
        order = await house.deliver(1 + table)
        _, sent = await house.submit(order["id"])
        await house.judge(sent["payment"]["id"], "aprobado")
    path = "/reconciliation.csv?from=2026-11-01&to=2026-12-01"
    async with plain.get(path, headers=TAKES) as response:
        assert response.status == 200, await response.read()
        assert response.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(await response.read()).startswith(b"\xef\xbb\xbf")


async def test_a_stream_is_never_compressed(house: House, plain: aiohttp.ClientSession) -> None:
    async with house.stream(LUIS, headers=TAKES) as stream:
        assert "Content-Encoding" not in stream.response.headers
        order = await house.place()
        assert (await stream.next()).data["id"] == order["id"]
    for role, member in ((Role.WAITER, ANA), (Role.CASHIER, LUIS)):
        async with house.stream(member, role, headers={"Accept-Encoding": "*"}) as stream:
            assert "Content-Encoding" not in stream.response.headers


async def test_a_photo_goes_as_it_is(house: House, plain: aiohttp.ClientSession) -> None:
    photo = jpeg()
    order = await house.deliver()
    _, sent = await house.submit(order["id"], photo=photo)
    async with plain.get(f"/payments/{sent['payment']['id']}/proof", headers=TAKES) as response:
        assert "Content-Encoding" not in response.headers
        assert await response.read() == photo


async def test_an_unchanged_file_is_not_sent_again_compressed_or_not(
    plain: aiohttp.ClientSession,
) -> None:
    async with plain.get("/static/css/comanda.css", headers=TAKES) as response:
        etag = response.headers["ETag"]
    for headers in ({}, TAKES):
        known = {**headers, "If-None-Match": etag}
        async with plain.get("/static/css/comanda.css", headers=known) as response:
            assert response.status == 304
            assert response.headers["ETag"] == etag
            assert response.headers["Vary"] == "Accept-Encoding"
            assert "Content-Encoding" not in response.headers
