"""The staff: who comes, who goes, and whose devices are signed out at once."""

from typing import Any

import aiohttp
import pytest

from comanda import office
from comanda.domain.errors import ValidationFailed
from comanda.domain.staff import Role, Staff, is_weak
from comanda.store import staff
from comanda.web.plumbing.keys import DATABASE
from comanda.web.plumbing.user_agent import device_name
from tests.house import ANA, BETO, COCO, LUIS, PIN, PIN_HASH, ROSA, House

ZOE = {"username": "zoe", "name": "Zoé", "role": "waiter", "pin": "8841"}
CHROME = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0 Mobile Safari/537.36"
)


async def sign_in(house: House, username: str, pin: str, agent: str = CHROME) -> int:
    body = {"username": username, "pin": pin}
    headers = {"User-Agent": agent}
    async with (
        aiohttp.ClientSession(house.url, cookie_jar=aiohttp.DummyCookieJar()) as client,
        client.post("/session", json=body, headers=headers) as response,
    ):
        return response.status


async def test_somebody_new_can_sign_in(house: House) -> None:
    status, member = await house.call(ROSA, "POST", "/staff", json=ZOE)
    assert (status, member) == (
        201,
        {"username": "zoe", "name": "Zoé", "role": "waiter", "active": True},
    )
    assert await sign_in(house, "zoe", "8841") == 201
    _, listed = await house.call(ROSA, "GET", "/staff")
    assert member in listed["staff"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "Zoé"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "zoe\n"}, "username"),
        ({"username": "z" * 41}, "username"),
        ({"username": "comanda"}, "username"),
        ({"username": "consola"}, "username"),
        ({"name": " "}, "name"),
        ({"name": "Z" * 81}, "name"),
        ({"role": "chef"}, "role"),
        ({"pin": "123"}, "pin"),
        ({"pin": "1" * 129}, "pin"),
        ({"pin": 8841}, "pin"),
        ({"active": False}, "active"),
    ],
)
async def test_somebody_who_can_not_be_is_refused(
    house: House, change: dict[str, Any], field: str
) -> None:
    before = house.rows()
    status, problem = await house.call(ROSA, "POST", "/staff", json=ZOE | change)
    assert (status, list(problem["errors"])) == (422, [field])
    assert house.rows() == before


@pytest.mark.parametrize("username", ["comanda", "consola"])
async def test_somebody_whose_username_signs_for_nobody_now_goes_on_working(
    house: House, username: str
) -> None:
    _, problem = await house.call(ROSA, "POST", "/staff", json=ZOE | {"username": username})
    assert f"«{username}»" in problem["errors"]["username"][0]
    earlier = Staff(username, "Zoé", Role.WAITER)
    with pytest.raises(ValidationFailed):
        await house.app[DATABASE].write(office.hire, earlier, PIN_HASH)
    await house.app[DATABASE].write(staff.add, earlier, PIN_HASH)
    assert await sign_in(house, username, PIN) == 201
    status, member = await house.call(
        ROSA, "PUT", f"/staff/{username}/name", json={"name": "Zoé L."}
    )
    assert (status, member["name"]) == (200, "Zoé L.")
    assert (await house.call(ROSA, "PUT", f"/staff/{username}/pin", json={"pin": "8842"}))[0] == 200
    assert await sign_in(house, username, "8842") == 201


async def test_a_new_name_ends_no_session(house: House) -> None:
    status, member = await house.call(ROSA, "PUT", "/staff/ana/name", json={"name": " Ana López "})
    assert (status, member["name"]) == (200, "Ana López")
    _, session = await house.call(ANA, "GET", "/session")
    assert session["user"]["name"] == "Ana López"


@pytest.mark.parametrize(
    ("part", "body"),
    [("active", {"active": False}), ("role", {"role": "cashier"}), ("pin", {"pin": "8841"})],
)
async def test_a_change_of_what_one_may_do_ends_sessions_and_streams_at_once(
    house: House, part: str, body: dict[str, Any]
) -> None:
    async with house.stream(ANA) as hers, house.stream(BETO) as his:
        assert (await house.call(ROSA, "PUT", f"/staff/ana/{part}", json=body))[0] == 200
        assert await hers.ends()
        assert (await house.call(ANA, "GET", "/session"))[0] == 401
        assert (await house.call(BETO, "GET", "/session"))[0] == 200
        await house.place(waiter=BETO)
        assert (await his.next()).type == "order_updated"
    pin = body.get("pin", PIN)
    assert await sign_in(house, "ana", pin) == (401 if part == "active" else 201)


async def test_the_same_again_ends_nothing(house: House) -> None:
    await house.call(ANA, "GET", "/session")
    for part, body in (("active", {"active": True}), ("role", {"role": "waiter"})):
        assert (await house.call(ROSA, "PUT", f"/staff/ana/{part}", json=body))[0] == 200
    assert (await house.call(ANA, "GET", "/session"))[0] == 200


async def test_who_left_can_come_back(house: House) -> None:
    for active in (False, True):
        body = {"active": active}
        _, member = await house.call(ROSA, "PUT", "/staff/ana/active", json=body)
        assert member["active"] == active
    assert await sign_in(house, "ana", PIN) == 201


async def test_who_left_gets_no_new_pin(house: House) -> None:
    await house.call(ROSA, "PUT", "/staff/ana/active", json={"active": False})
    status, problem = await house.call(ROSA, "PUT", "/staff/ana/pin", json={"pin": "8841"})
    assert (status, problem["code"]) == (404, "staff_not_found")


@pytest.mark.parametrize(("part", "body"), [("active", False), ("role", "waiter")])
async def test_the_last_administrator_stays(house: House, part: str, body: object) -> None:
    before = house.rows()
    status, problem = await house.call(ROSA, "PUT", f"/staff/rosa/{part}", json={part: body})
    assert (status, problem["code"]) == (409, "last_admin")
    assert house.rows() == before
    assert (await house.call(ROSA, "GET", "/session"))[0] == 200
    await house.call(ROSA, "PUT", "/staff/luis/role", json={"role": "admin"})
    assert (await house.call(ROSA, "PUT", f"/staff/rosa/{part}", json={part: body}))[0] == 200
    assert (await house.call(ROSA, "GET", "/session"))[0] == 401


async def test_a_disabled_administrator_is_none(house: House) -> None:
    await house.call(ROSA, "PUT", "/staff/luis/role", json={"role": "admin"})
    await house.call(ROSA, "PUT", "/staff/luis/active", json={"active": False})
    status, _ = await house.call(ROSA, "PUT", "/staff/rosa/active", json={"active": False})
    assert status == 409


async def test_who_is_signed_in_is_listed_by_device_and_can_be_signed_out(house: House) -> None:
    assert await sign_in(house, "coco", PIN) == 201
    async with house.stream(LUIS) as cashier:
        _, listed = await house.call(ROSA, "GET", "/sessions")
        by_name = {one["username"]: one for one in listed["sessions"]}
        assert set(by_name) == {"coco", "luis", "rosa"}
        assert by_name["coco"]["device"] == "Android · Chrome"
        assert by_name["coco"]["since"] == "2026-11-28T20:41:00.000Z"
        assert [by_name[name]["online"] for name in ("coco", "luis")] == [False, True]
        assert [by_name[name]["current"] for name in ("luis", "rosa")] == [False, True]
        assert "token" not in str(listed)
        path = f"/sessions/{by_name['luis']['id']}"
        assert await house.call(ROSA, "DELETE", path) == (204, None)
        assert await cashier.ends()
    assert (await house.call(LUIS, "GET", "/session"))[0] == 401
    assert (await house.call(ROSA, "DELETE", path))[0] == 404


@pytest.mark.parametrize("username", ["nadie", "ANA", "%00", "..%2F", "ñ"])
async def test_nobody_by_that_name_is_not_found(house: House, username: str) -> None:
    status, problem = await house.call(
        ROSA, "PUT", f"/staff/{username}/name", json={"name": "Nadie"}
    )
    assert (status, problem["code"]) == (404, "staff_not_found")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Android · Chrome"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1", "iPhone · Safari"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Windows · Edge"),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/127.0", "Linux · Firefox"),
        ("curl/8.0", "Otro aparato"),
        ("", "Otro aparato"),
        ("Android <script>" * 999, "Android"),
    ],
)  # fmt: skip
def test_a_device_is_named_in_two_words(agent: str, words: str) -> None:
    assert device_name(agent) == words


async def test_only_administrators_see_the_staff(house: House) -> None:
    for member in (ANA, COCO, LUIS):
        for path in ("/staff", "/sessions", "/connect"):
            assert (await house.call(member, "GET", path))[0] == 403


@pytest.mark.parametrize("pin", ["8841", "88419", "casa"])
@pytest.mark.parametrize("role", ["cashier", "admin"])
async def test_whoever_handles_money_gets_six_digits_or_a_word(
    house: House, role: str, pin: str
) -> None:
    before = house.rows()
    asked = ZOE | {"role": role, "pin": pin}
    status, problem = await house.call(ROSA, "POST", "/staff", json=asked)
    assert (status, list(problem["errors"])) == (422, ["pin"])
    assert "al menos 6 cifras o letras" in problem["errors"]["pin"][0]
    who = {"cashier": "luis", "admin": "rosa"}[role]
    status, problem = await house.call(ROSA, "PUT", f"/staff/{who}/pin", json={"pin": pin})
    assert (status, list(problem["errors"])) == (422, ["pin"])
    assert house.rows() == before
    for good in ("884197", "tamales"):
        asked = ZOE | {"username": f"zoe-{good}", "role": role, "pin": good}
        assert (await house.call(ROSA, "POST", "/staff", json=asked))[0] == 201


@pytest.mark.parametrize(
    "pin",
    [
        "0000",
        "1234",
        "4321",
        "7890",
        "1212",
        "123456",
        "000000",
        "121212",
        "123123",
        "987654",
        "comanda",
        "Password",
        "zoezoe",
    ],
)
async def test_a_pin_that_is_tried_first_is_taken_and_whoever_handles_money_is_asked_for_another(
    house: House, pin: str
) -> None:
    for role in ("waiter", "cashier") if len(pin) >= 6 else ("waiter",):
        asked = ZOE | {"username": f"zoe-{role}", "role": role, "pin": pin}
        status, member = await house.call(ROSA, "POST", "/staff", json=asked)
        assert (status, "short_pin" in member) == (201, role == "cashier")
    for fine in ("051299", "casa roja", "884197"):
        assert not is_weak(fine)


async def test_a_short_pin_from_before_opens_and_the_page_asks_for_a_longer_one(
    house: House,
) -> None:
    def shown(answer: Any) -> list[str]:
        return [one["username"] for one in answer["staff"] if one.get("short_pin")]

    assert shown((await house.call(ROSA, "GET", "/staff"))[1]) == []  # nobody knows yet
    for name, asks in (("luis", True), ("ana", False)):
        body = {"username": name, "pin": PIN}
        status, answer = await house.call(None, "POST", "/session", json=body)
        assert (status, answer.get("short_pin", False)) == (201, asks)
        _, answer = await house.call(None, "GET", "/session")
        assert answer.get("short_pin", False) == asks
    assert shown((await house.call(ROSA, "GET", "/staff"))[1]) == ["luis"]
    status, answer = await house.call(ROSA, "PUT", "/staff/luis/pin", json={"pin": "884197"})
    assert (status, "short_pin" in answer) == (200, False)
    assert shown((await house.call(ROSA, "GET", "/staff"))[1]) == []


async def test_a_waiter_who_becomes_a_cashier_keeps_the_pin_and_is_asked_for_a_longer_one(
    house: House,
) -> None:
    assert (await house.call(ROSA, "POST", "/staff", json=ZOE))[0] == 201
    _, member = await house.call(ROSA, "PUT", "/staff/zoe/role", json={"role": "cashier"})
    assert member["short_pin"] is True
    body = {"username": "zoe", "pin": "8841"}
    status, answer = await house.call(None, "POST", "/session", json=body)
    assert (status, answer["short_pin"]) == (201, True)
    _, member = await house.call(ROSA, "PUT", "/staff/zoe/role", json={"role": "waiter"})
    assert "short_pin" not in member
