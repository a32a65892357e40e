"""Signing in and out, guessing, and requests that other sites send."""

import contextlib
import hashlib
import io
import logging
from dataclasses import replace

import aiohttp
import pytest
from argon2 import PasswordHasher

from comanda import office
from comanda.config import Config
from comanda.domain.staff import Role, Staff
from comanda.store import staff
from comanda.store.connection import connect
from comanda.web.plumbing.keys import DATABASE
from tests.house import ANA, PIN, FixedClock, House, jpeg, open_house

RIGHT = {"username": "ana", "pin": PIN}


async def test_the_cookie_is_for_this_site_and_no_script_and_only_its_hash_is_kept(
    house: House,
) -> None:
    client = await house.client(None)
    async with client.post("/session", json=RIGHT) as response:
        assert response.status == 201
        assert await response.json() == {
            "user": {"username": "ana", "name": "Ana", "role": "waiter"}
        }
        cookie = response.cookies["comanda_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert not cookie["secure"]
    with contextlib.closing(connect(house.path)) as connection:
        kept = [row[0] for row in connection.execute("SELECT token_hash FROM sessions")]
        assert kept == [hashlib.sha256(cookie.value.encode()).hexdigest()]
    for file in house.path.parent.glob(f"{house.path.name}*"):  # the WAL and its index too
        assert cookie.value.encode() not in file.read_bytes()


async def test_a_wrong_pin_an_unknown_user_and_a_disabled_one_sound_the_same(
    house: House,
) -> None:
    await house.app[DATABASE].write(office.set_active, "beto", active=False)
    heard = [
        await house.call(None, "POST", "/session", json={"username": name, "pin": pin})
        for name, pin in (("ana", "0000"), ("nadie", PIN), ("beto", PIN))
    ]
    assert heard[0] == heard[1] == heard[2]
    assert heard[0][0] == 401


async def test_signing_out_ends_the_session(house: House) -> None:
    mine, other = await house.cookies(ANA), await house.cookies(ANA)
    async with aiohttp.ClientSession(house.url) as client:
        async with client.delete("/session", cookies=mine) as response:
            assert response.status == 204
            assert response.cookies["comanda_session"]["max-age"] == "0"
        for cookies, status in ((mine, 401), (other, 200)):
            async with client.get("/session", cookies=cookies) as response:
                assert response.status == status


@pytest.mark.parametrize(("scheme", "told"), [("https", '"cache"'), ("http", None)])
async def test_signing_out_over_https_empties_the_browsers_cache_and_nothing_else(
    config: Config, clock: FixedClock, scheme: str, told: str | None
) -> None:
    """What others have not sent yet is in the browser's storage, and stays."""
    proxied = replace(config, server=replace(config.server, trusted_proxies=("127.0.0.1",)))
    async with open_house(proxied, clock) as house:
        client = await house.client(ANA)
        headers = {"X-Forwarded-Proto": scheme}
        async with client.delete("/session", headers=headers) as response:
            assert response.status == 204
            assert response.headers.get("Clear-Site-Data") == told


async def test_a_session_ends_after_its_shift(house: House, clock: FixedClock) -> None:
    cookies = await house.cookies(ANA)
    clock.advance(hours=15, minutes=59)
    async with aiohttp.ClientSession(house.url, cookies=cookies) as client:
        assert (await client.get("/session")).status == 200
        clock.advance(minutes=1)
        assert (await client.get("/session")).status == 401


async def test_a_disabled_member_is_out_at_once(house: House) -> None:
    await house.call(ANA, "GET", "/session")
    await house.app[DATABASE].write(office.set_active, "ana", active=False)
    assert (await house.call(ANA, "GET", "/session"))[0] == 401


async def test_signing_in_again_replaces_the_session_that_the_browser_held(house: House) -> None:
    client = await house.client(None)
    async with client.post("/session", json=RIGHT) as response:
        first = response.cookies["comanda_session"].value
    async with client.post("/session", json=RIGHT) as response:
        assert response.cookies["comanda_session"].value != first
    async with aiohttp.ClientSession(house.url, cookies={"comanda_session": first}) as old:
        assert (await old.get("/session")).status == 401


@pytest.mark.parametrize("cookie", ["", "x", "\xff", "a" * 4000])
async def test_a_cookie_that_is_no_session_is_nobody(house: House, cookie: str) -> None:
    headers = {"Cookie": f"comanda_session={cookie}"}
    assert (await house.call(None, "GET", "/session", headers=headers))[0] == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 422),
        ({"Sec-Fetch-Site": "same-origin"}, 422),
        ({"Sec-Fetch-Site": "none"}, 422),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "OWN"}, 403),
        ({"Origin": "OWN"}, 422),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://a]b"}, 403),
        ({"Origin": ""}, 403),
    ],
)
async def test_only_our_own_pages_may_change_anything(
    house: House, headers: dict[str, str], status: int
) -> None:
    sent = {name: house.url if value == "OWN" else value for name, value in headers.items()}
    answer, _ = await house.call(ANA, "POST", "/orders", json={}, headers=sent)
    assert answer == status
    assert (await house.call(ANA, "GET", "/menu", headers=sent))[0] == 200


async def test_nobody_is_signed_in_or_out_by_another_site(house: House) -> None:
    before = await house.cookies(ANA)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    status, problem = await house.call(None, "POST", "/session", json=RIGHT, headers=foreign)
    assert (status, problem["code"]) == (403, "cross_origin")
    async with aiohttp.ClientSession(house.url, cookies=before) as client:
        async with client.delete("/session", headers=foreign) as response:
            assert response.status == 403
        async with client.get("/session") as response:
            assert response.status == 200


async def test_no_pin_and_no_token_is_ever_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    right, wrong = "pin-that-is-right", "pin-that-is-wrong"  # no number in a log is like them
    pin_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(right)
    await house.app[DATABASE].write(staff.add, Staff("zoe", "Zoe", Role.WAITER), pin_hash)
    caplog.set_level(logging.DEBUG)
    client = await house.client(None)
    async with client.post("/session", json={"username": "zoe", "pin": wrong}) as response:
        assert response.status == 401
    async with client.post("/session", json={"username": "zoe", "pin": right}) as response:
        assert response.status == 201
        token = response.cookies["comanda_session"].value
    order = await house.deliver()
    form = aiohttp.FormData({"method": "transferencia"})
    form.add_field("file", io.BytesIO(jpeg()), filename="foto.jpg", content_type="image/jpeg")
    async with client.post(f"/orders/{order['id']}/proof", data=form) as response:
        assert response.status == 201
    assert "POST /session 201" in caplog.text
    assert f"POST /orders/{order['id']}/proof 201" in caplog.text
    digest = hashlib.sha256(token.encode()).hexdigest()
    for secret in (token, digest, wrong, right, pin_hash):
        assert secret not in caplog.text
