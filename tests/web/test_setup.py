"""The first start: one token, one hour, one house; and how its phones join."""

import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from comanda.config import Config
from comanda.lan import is_loopback, reachable_host, url
from comanda.web.plumbing.setup_token import SETUP_TOKEN, issue_token
from tests.house import ROSA, FixedClock, House, open_house

FOUNDED: dict[str, Any] = {
    "restaurant": "La Fonda",
    "currency": "Q",
    "time_zone": "America/Guatemala",
    "username": "zoe",
    "name": "Zoé",
    "pin": "884197",
}
CSV = "name,category,price\nFlan,Postres,55.50\n"


@pytest.fixture
async def empty_house(config: Config, clock: FixedClock) -> AsyncIterator[House]:
    async with open_house(config, clock, new=False) as opened:
        yield opened


async def token(house: House) -> str:
    issued = await issue_token(house.app)
    assert issued is not None
    return issued


async def page(house: House) -> int:
    client = await house.client(None)
    async with client.get("/instalar") as response:
        return response.status


async def found(house: House, **change: Any) -> tuple[int, Any]:
    return await house.call(None, "POST", "/setup", json=FOUNDED | change)


async def test_a_house_is_founded_once_and_the_page_is_gone(empty_house: House) -> None:
    issued = await token(empty_house)
    assert await page(empty_house) == 200
    status, answer = await found(empty_house, token=issued, csv=CSV)
    assert (status, answer["user"]) == (201, {"username": "zoe", "name": "Zoé", "role": "admin"})
    assert await page(empty_house) == 404
    assert (await found(empty_house, token=issued, username="eva"))[0] == 404
    assert await issue_token(empty_house.app) is None

    assert (
        await empty_house.call(None, "POST", "/session", json={"username": "zoe", "pin": "884197"})
    )[0] == 201
    _, settings = await empty_house.call(None, "GET", "/settings")
    assert [settings[name] for name in ("restaurant", "currency", "time_zone")] == [
        "La Fonda",
        "Q",
        "America/Guatemala",
    ]
    _, menu = await empty_house.call(None, "GET", "/menu")
    assert [product["name"] for product in menu["products"]] == ["Flan"]


async def test_a_house_may_begin_with_a_sample_or_without_a_menu(
    empty_house: House, config: Config
) -> None:
    await found(empty_house, token=await token(empty_house), sample=True)
    assert empty_house.rows()["products"] == 12
    other = replace(config, database=replace(config.database, path=config.database.path + "2"))
    async with open_house(other, new=False) as second:
        assert (await found(second, token=await token(second), csv=None))[0] == 201
        assert second.rows()["products"] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"restaurant": ""}, "restaurant"),
        ({"currency": "pesos!"}, "currency"),
        ({"currency": "$1"}, "currency"),
        ({"time_zone": "America/Macondo"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"username": "Zoé"}, "username"),
        ({"username": "comanda"}, "username"),
        ({"username": "consola"}, "username"),
        ({"name": ""}, "name"),
        ({"pin": "88"}, "pin"),
        ({"csv": "hola"}, "csv"),
        ({"sample": "yes"}, "sample"),
        ({"extra": 1}, "extra"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_founded(
    empty_house: House, change: dict[str, Any], field: str
) -> None:
    issued, before = await token(empty_house), empty_house.rows()
    status, problem = await found(empty_house, **{"token": issued, **change})
    assert (status, list(problem["errors"])) == (422, [field])
    assert empty_house.rows() == before
    assert (await found(empty_house, token=issued))[0] == 201


async def test_another_token_opens_nothing(empty_house: House) -> None:
    assert (await found(empty_house, token="x"))[0] == 404
    older, issued = await token(empty_house), await token(empty_house)
    before = empty_house.rows()
    for wrong in (older, issued[:-1], issued + "x", "ñ", "\ud800"):
        status, problem = await found(empty_house, token=wrong)
        assert (status, problem["code"]) in ((403, "bad_setup_token"), (422, "validation_failed"))
    assert empty_house.rows() == before


async def test_a_token_expires(empty_house: House, clock: FixedClock) -> None:
    issued = await token(empty_house)
    clock.advance(minutes=59)
    assert await page(empty_house) == 200
    clock.advance(minutes=1)
    assert await page(empty_house) == 404
    assert (await found(empty_house, token=issued))[0] == 404


async def test_the_token_is_kept_nowhere(
    empty_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    issued = await token(empty_house)
    await found(empty_house, token=issued)
    for file in empty_house.path.parent.glob(f"{empty_house.path.name}*"):
        assert issued.encode() not in file.read_bytes()
    assert issued not in caplog.text
    assert issued not in str(vars(empty_house.app[SETUP_TOKEN]))


async def test_a_house_with_an_administrator_is_never_set_up_again(house: House) -> None:
    assert await issue_token(house.app) is None
    assert await page(house) == 404
    issued = house.app[SETUP_TOKEN].issue()
    before = house.rows()
    assert (await found(house, token=issued))[0] == 404
    assert house.rows() == before


UNCHANGED = (
    "day_ends",
    "country",
    "currency_after",
    "decimals",
    "decimal_mark",
    "own_verdicts",
    "tips",
)


async def test_the_house_can_be_described_anew(house: House) -> None:
    _, before = await house.call(ROSA, "GET", "/settings")
    assert (before["restaurant"], before["currency"]) == ("Comanda", "$")
    body = {"restaurant": "Doña Mary", "currency": "Bs", "time_zone": "America/La_Paz"}
    for _ in range(2):
        told = {name: before[name] for name in UNCHANGED} | body
        assert await house.call(ROSA, "PUT", "/house", json=body) == (200, told)
    _, after = await house.call(ROSA, "GET", "/settings")
    assert after == before | body
    status, problem = await house.call(ROSA, "PUT", "/house", json=body | {"time_zone": "Marte"})
    assert (status, list(problem["errors"])) == (422, ["time_zone"])


async def test_the_end_of_a_day_is_the_configurations_until_somebody_says_it(
    config: Config,
) -> None:
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": "America/Bogota"}
    late = replace(config, pages=replace(config.pages, day_ends="04:00"))
    async with open_house(late) as house:

        async def day_ends() -> object:
            return (await house.call(ROSA, "GET", "/settings"))[1]["day_ends"]

        assert await day_ends() == "04:00"
        _, told = await house.call(ROSA, "PUT", "/house", json=body)
        assert told["day_ends"] == await day_ends() == "04:00"
        _, told = await house.call(ROSA, "PUT", "/house", json=body | {"day_ends": "12:00"})
        assert told["day_ends"] == await day_ends() == "12:00"
        await house.call(ROSA, "PUT", "/house", json=body | {"day_ends": "00:00"})
        assert await day_ends() == "00:00"  # said, and so no longer the configuration's
        await house.call(ROSA, "PUT", "/house", json=body | {"currency": "Bs"})
        assert await day_ends() == "00:00"


@pytest.mark.parametrize(
    "day_ends",
    [
        "",
        "4:00",
        "04:60",
        "24:00",
        "12:01",
        "-1:00",
        "04:00:00",
        "\u0660\u0664:\u0660\u0660",
        "04:00\n",
        4,
        None,
    ],
)
async def test_what_is_no_end_of_a_day_is_refused(house: House, day_ends: object) -> None:
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": "America/Bogota"}
    status, problem = await house.call(ROSA, "PUT", "/house", json=body | {"day_ends": day_ends})
    assert (status, list(problem["errors"])) == (422, ["day_ends"])


async def test_the_address_to_join_by_is_the_one_configured(config: Config) -> None:
    public = replace(config, server=replace(config.server, public_url="http://comanda.local"))
    async with open_house(public) as house:
        assert await house.call(ROSA, "GET", "/connect") == (
            200,
            {"url": "http://comanda.local", "reachable": True},
        )
        client = await house.client(ROSA)
        async with client.get("/connect.svg") as response:
            assert response.content_type == "image/svg+xml"
            assert "script" not in await response.text()


async def test_the_address_to_join_by_is_never_this_computer_alone(
    house: House, config: Config
) -> None:
    status, answer = await house.call(ROSA, "GET", "/connect")
    assert status == 200
    assert "127.0.0.1" not in str(answer)
    assert answer["url"] is None or answer["url"].endswith(house.url[house.url.rindex(":") :])
    client = await house.client(ROSA)
    async with client.get("/connect.svg") as response:
        assert response.status == (404 if answer["url"] is None else 200)
    alone = replace(config, server=replace(config.server, host="127.0.0.1"))
    async with open_house(alone, new=False) as quiet:
        assert (await quiet.call(ROSA, "GET", "/connect"))[1]["reachable"] is False


def test_the_way_out_of_the_house_is_an_address_of_this_computer() -> None:
    host = reachable_host("127.0.0.1")
    if host is not None:
        with contextlib.closing(socket.socket()) as probe:
            probe.bind((host, 0))
    assert host is None or not is_loopback(host)


@pytest.mark.parametrize(
    ("local", "kept"),
    [("192.168.1.20", True), ("10.0.0.7", True), ("127.0.0.1", False), ("::1", False),
     ("::ffff:127.0.0.1", False), ("fe80::1", False), ("", False)],
)  # fmt: skip
def test_where_one_was_reached_is_the_best_answer(local: str, kept: bool) -> None:  # noqa: FBT001
    assert (reachable_host(local) == local) == kept


def test_an_ipv6_address_goes_in_brackets() -> None:
    assert url("http", "fd00::7", 8080) == "http://[fd00::7]:8080"
    assert url("https", "10.0.0.7", 443) == "https://10.0.0.7:443"
