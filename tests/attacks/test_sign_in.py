"""Guessing PINs: slow from everywhere, and no way to keep a colleague out."""

import asyncio
import statistics
import sys
import time
from contextlib import closing
from dataclasses import replace

import aiohttp
import pytest
from argon2 import PasswordHasher, extract_parameters

from comanda import access, office
from comanda.config import Config, Server
from comanda.domain.errors import StaffNotFound
from comanda.store import staff
from comanda.store.connection import connect
from comanda.web.plumbing.keys import DATABASE, PINS, STREAMS
from comanda.web.plumbing.pins import MOST_WAITING, PinHasher
from tests.house import ANA, BETO, COCO, PIN, ROSA, FixedClock, House, eventually, open_house

LANES = 60


@pytest.fixture
def config(config: Config) -> Config:
    """A house behind a proxy of its own, so that a test can come from any address."""
    return replace(config, server=replace(Server(), trusted_proxies=("127.0.0.1",)))


async def enter(
    house: House,
    pin: str = PIN,
    *,
    username: str = "ana",
    address: str = "10.0.0.1",
    browser: str | None = None,
) -> tuple[int, aiohttp.ClientResponse]:
    """Try to sign in from an address, with what an earlier sign-in left in the browser."""
    cookies = {"comanda_browser": browser} if browser else {}
    if "forgetful" not in house.clients:
        forgetful = aiohttp.ClientSession(house.url, cookie_jar=aiohttp.DummyCookieJar())
        house.clients["forgetful"] = forgetful
    async with house.clients["forgetful"].post(
        "/session",
        json={"username": username, "pin": pin},
        headers={"X-Forwarded-For": address},
        cookies=cookies,
    ) as response:
        await response.read()
        return response.status, response


async def statuses(house: House, count: int, **how: str) -> list[int]:
    return [(await enter(house, "0000", **how))[0] for _ in range(count)]


async def test_a_user_at_one_place_may_guess_five_times_a_minute(
    house: House, clock: FixedClock
) -> None:
    assert await statuses(house, 5) == [401] * 5
    status, response = await enter(house)
    assert (status, response.headers["Retry-After"]) == (429, "60")
    clock.advance(seconds=59.5)
    status, response = await enter(house)
    assert (status, response.headers["Retry-After"]) == (429, "1")
    clock.advance(seconds=0.5)
    assert (await enter(house))[0] == 201


async def test_the_right_pin_forgives_what_was_mistyped_before_it(house: House) -> None:
    assert await statuses(house, 4) == [401] * 4
    assert (await enter(house))[0] == 201
    assert await statuses(house, 5) == [401] * 5


async def test_signing_in_as_oneself_does_not_buy_more_guesses_at_others(
    config: Config, clock: FixedClock
) -> None:
    few = replace(config, sessions=replace(config.sessions, attempts_per_address=6))
    async with open_house(few, clock) as house:
        for name in ("luis", "mara", "rosa"):
            assert (await enter(house, "0000", username=name))[0] == 401
            assert (await enter(house, username="beto"))[0] == 201
            assert (await enter(house, "0000", username=name))[0] == 401
        assert (await enter(house, "0000", username="coco"))[0] == 429


async def test_one_address_may_guess_twenty_times_whomever_it_names(house: House) -> None:
    names = [f"nobody-{number}" for number in range(20)]
    assert [(await enter(house, "0000", username=name))[0] for name in names] == [401] * 20
    assert (await enter(house, "0000", username="luis"))[0] == 429
    assert (await enter(house, username="luis", address="10.0.0.2"))[0] == 201


async def test_an_ipv6_device_is_its_whole_network(house: House) -> None:
    for number in range(5):
        assert await statuses(house, 1, address=f"2001:db8::{number + 1:x}") == [401]
    assert await statuses(house, 1, address="2001:db8::ffff") == [429]
    assert await statuses(house, 1, address="2001:db8:0:1::1") == [401]


async def test_a_flood_of_guesses_from_everywhere_does_not_keep_out_a_known_phone(
    house: House,
) -> None:
    _, response = await enter(house)
    phone = response.cookies["comanda_browser"].value
    for number in range(25):
        for _ in range(4):
            await enter(house, "0000", address=f"10.0.1.{number}")
    assert (await enter(house, address="10.0.2.1"))[0] == 429  # a new phone has to wait,
    assert (await enter(house, browser=phone))[0] == 201  # a known one has not, at any address
    assert (await enter(house, browser=phone, address="10.0.1.3"))[0] == 201


async def test_a_known_phone_may_not_guess_more_than_others(house: House) -> None:
    _, response = await enter(house)
    phone = response.cookies["comanda_browser"].value
    assert await statuses(house, 6, browser=phone) == [401] * 5 + [429]
    # It is known for Ana alone, and a made-up one is known for nobody.
    assert (await enter(house, "0000", username="luis", browser=phone))[0] == 401
    assert await statuses(house, 6, browser="x" * 43, address="10.0.0.9") == [401] * 5 + [429]


async def test_the_pause_grows_with_each_wrong_pin_and_a_minute_forgets_nothing(
    house: House, clock: FixedClock
) -> None:
    assert await statuses(house, 5) == [401] * 5
    for minutes in (1, 2, 4, 8, 16, 32, 60, 60):
        status, response = await enter(house)
        assert (status, response.headers["Retry-After"]) == (429, str(60 * minutes))
        clock.advance(minutes=minutes)
        assert await statuses(house, 1) == [401]
    clock.advance(minutes=60)
    assert (await enter(house))[0] == 201


async def guessed(house: House, clock: FixedClock, hours: int, lanes: list[dict[str, str]]) -> int:
    """How many PINs somebody gets to try who asks in every lane, every minute, for hours."""
    tried = 0
    for _ in range(60 * hours):
        for lane in lanes:
            tried += (await statuses(house, 1, **lane)).count(401)
        clock.advance(minutes=1)
    return tried


async def test_a_night_is_not_enough_for_a_pin_of_four_digits(
    house: House, clock: FixedClock
) -> None:
    """From many addresses at one user: the user's limit. 40 of 10,000 are 0.4 %."""
    lanes = [{"address": f"10.0.3.{number}"} for number in range(8)]
    assert await guessed(house, clock, 4, lanes) <= 40


async def test_one_guess_at_each_of_many_users_is_counted_too(
    house: House, clock: FixedClock
) -> None:
    names = [member.username for member in (ANA, BETO, COCO)] + ["luis", "mara", "rosa"]
    lanes = [{"username": name, "address": "10.0.4.1"} for name in names]
    assert await guessed(house, clock, 3, lanes) <= 40
    lanes = [
        {"username": name, "address": f"10.0.5.{number}"} for name in names for number in range(4)
    ]
    assert await guessed(house, clock, 1, lanes) <= 120


async def test_whoever_gets_a_new_pin_gets_in_on_a_new_phone_whatever_was_guessed(
    house: House,
) -> None:
    """Who forgot the PIN, or was guessed at all evening, goes to the administrator."""
    for number in range(25):
        await statuses(house, 1, address=f"10.0.1.{number}")
    await statuses(house, 5, address="10.0.0.1")
    assert (await enter(house))[0] == 429
    assert (await house.call(ROSA, "PUT", "/staff/ana/pin", json={"pin": "8841"}))[0] == 200
    assert (await enter(house, "8841"))[0] == 201


async def test_a_new_pin_lets_in_whoever_shares_an_address_with_somebody_who_guesses(
    house: House, clock: FixedClock
) -> None:
    """A tablet, or all phones behind one proxy; the guesses are at names that nobody has."""
    for number in range(20):
        assert (await enter(house, username=f"nobody{number}"))[0] == 401
    assert (await enter(house))[0] == 429
    assert (await house.call(ROSA, "PUT", "/staff/ana/pin", json={"pin": "8841"}))[0] == 200
    assert (await enter(house, "8841"))[0] == 201
    clock.advance(hours=2)
    for number in range(20):
        assert (await enter(house, username=f"nobody{number}"))[0] == 401
    assert (await enter(house, username="beto"))[0] == 429


async def test_a_new_pin_lets_in_after_the_alarm_was_read_too(house: House) -> None:
    await statuses(house, 5, address="10.0.0.1")
    await statuses(house, 5, address="10.0.0.2")
    assert len((await house.call(ROSA, "GET", "/guesses"))[1]["guesses"]) == 2
    assert (await house.call(ROSA, "DELETE", "/guesses"))[0] == 204
    assert (await house.call(ROSA, "PUT", "/staff/ana/pin", json={"pin": "8841"}))[0] == 200
    assert (await enter(house, "8841", address="10.0.0.1"))[0] == 201


async def test_what_was_read_is_not_told_again_with_what_comes_after_it(
    house: House, clock: FixedClock
) -> None:
    await statuses(house, 5, address="10.0.0.1")
    await statuses(house, 5, address="10.0.0.2")
    assert (await house.call(ROSA, "DELETE", "/guesses"))[0] == 204
    clock.advance(hours=2)
    for address in ("10.0.0.1", "10.0.0.3", "10.0.0.4"):
        await statuses(house, 5, address=address, username="luis")
    assert (await statuses(house, 1, address="10.0.0.1")) == [401]
    _, told = await house.call(ROSA, "GET", "/guesses")
    seen = {(one["username"], one["address"], one["tries"]) for one in told["guesses"]}
    assert seen == {("luis", f"10.0.0.{number}", 5) for number in (1, 3, 4)} | {
        ("ana", "10.0.0.1", 1)
    }
    assert {one["first_at"] for one in told["guesses"]} == {"2026-11-28T22:41:00.000Z"}


async def test_a_mark_that_the_server_never_gave_is_not_taken_over(house: House) -> None:
    """Somebody puts a mark of their own into Ana's browser, and waits for her to sign in."""
    planted = "x" * 43
    _, response = await enter(house, browser=planted)
    given = response.cookies["comanda_browser"].value
    assert given != planted
    assert await statuses(house, 6, browser=planted, address="10.0.0.8") == [401] * 5 + [429]
    _, response = await enter(house, browser=given)
    assert response.cookies["comanda_browser"].value == given
    assert (await enter(house, browser=given, address="10.0.0.8"))[0] == 201


async def test_the_administrator_is_told_who_was_guessed_at_from_where_and_when(
    house: House, clock: FixedClock
) -> None:
    assert await statuses(house, 5, address="10.0.0.7") == [401] * 5
    assert await statuses(house, 4, address="10.0.0.8", username="luis") == [401] * 4
    assert (await house.call(ROSA, "GET", "/guesses"))[1] == {"guesses": []}
    clock.advance(minutes=3)
    assert await statuses(house, 1, address="10.0.0.9", username="4471") == [401]
    _, told = await house.call(ROSA, "GET", "/guesses")
    at = "2026-11-28T20:41:00.000Z"
    same = {"device": "Otro aparato", "known": False, "entered_at": None}
    then = {"first_at": "2026-11-28T20:44:00.000Z", "last_at": "2026-11-28T20:44:00.000Z"}
    assert told["guesses"] == [
        {"username": None, "name": None, "address": "10.0.0.9", "tries": 1} | then | same,
        {"username": "ana", "name": "Ana", "address": "10.0.0.7", "tries": 5}
        | {"first_at": at, "last_at": at}
        | same,
        {"username": "luis", "name": "Luis", "address": "10.0.0.8", "tries": 4}
        | {"first_at": at, "last_at": at}
        | same,
    ]
    clock.advance(hours=15)  # and all night
    assert len((await house.call(ROSA, "GET", "/guesses"))[1]["guesses"]) == 3
    assert (await enter(house, address="10.0.0.7"))[0] == 201
    _, told = await house.call(ROSA, "GET", "/guesses")
    entered = {one["address"]: one["entered_at"] for one in told["guesses"]}
    assert entered == {
        "10.0.0.9": None,
        "10.0.0.8": None,
        "10.0.0.7": "2026-11-29T11:44:00.000Z",
    }
    assert (await house.call(ROSA, "DELETE", "/guesses"))[0] == 204
    assert (await house.call(ROSA, "GET", "/guesses"))[1] == {"guesses": []}


async def test_whoever_mistypes_and_gets_in_is_no_news(house: House) -> None:
    for number in range(6):
        assert await statuses(house, 3, address=f"10.0.0.{number}") == [401] * 3
        assert (await enter(house, address=f"10.0.0.{number}"))[0] == 201
    assert (await house.call(ROSA, "GET", "/guesses"))[1] == {"guesses": []}


async def test_guesses_at_the_same_moment_do_not_slip_through(house: House) -> None:
    tried = await asyncio.gather(*(enter(house, "0000") for _ in range(30)))
    assert sorted(status for status, _ in tried) == [401] * 5 + [429] * 25


async def test_a_restart_forgets_no_guess(config: Config, clock: FixedClock) -> None:
    async with open_house(config, clock) as house:
        assert await statuses(house, 5) == [401] * 5
        _, response = await enter(house, address="10.0.0.2")
        phone = response.cookies["comanda_browser"].value
    async with open_house(config, clock, new=False) as house:
        assert (await enter(house))[0] == 429
        assert (await enter(house, browser=phone))[0] == 201


async def test_a_clock_that_is_put_back_locks_nobody_out(house: House, clock: FixedClock) -> None:
    assert await statuses(house, 5) == [401] * 5
    clock.advance(hours=-1)
    assert (await enter(house))[0] == 201


async def test_what_was_typed_for_a_username_is_not_kept_in_clear(house: House) -> None:
    assert (await enter(house, "ana", username="my-secret-pin-8841"))[0] == 401
    for file in house.path.parent.glob(f"{house.path.name}*"):
        assert b"my-secret-pin-8841" not in file.read_bytes()


async def test_old_attempts_and_browsers_are_cleared_away(house: House, clock: FixedClock) -> None:
    for number in range(3):
        await statuses(house, 5, address=f"10.0.0.{number}")
    clock.advance(days=1, minutes=2)
    for _ in range(25):
        assert (await enter(house))[0] == 201
    connection = connect(house.path)
    count = {
        table: connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
        for table in ("sign_in_attempts", "known_browsers")
    }
    connection.close()
    assert count == {"sign_in_attempts": 0, "known_browsers": 20}


async def test_too_many_who_wait_are_sent_away_before_they_cost_anything(house: House) -> None:
    _, response = await enter(house)
    phone = response.cookies["comanda_browser"].value
    house.app[PINS]._waiting += MOST_WAITING
    status, response = await enter(house, address="10.0.0.7")
    assert (status, response.headers["Retry-After"]) == (429, "5")
    assert (await enter(house, browser=phone))[0] == 201
    house.app[PINS]._waiting -= MOST_WAITING
    assert (await enter(house, address="10.0.0.7"))[0] == 201


async def test_a_new_pin_ends_sessions_and_open_streams_and_the_old_pin_opens_nothing(
    house: House,
) -> None:
    async with house.stream(ANA) as mine, house.stream(BETO) as other:
        new = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("8841")
        change = await house.app[DATABASE].write(access.change_pin, "ana", new)
        assert change.ended_sessions
        for session in change.ended_sessions:
            house.app[STREAMS].end_session(session)
        assert await mine.ends()
        await house.place(waiter=BETO)
        assert (await other.next()).type == "order_updated"
    assert (await house.call(ANA, "GET", "/session"))[0] == 401
    assert (await enter(house))[0] == 401
    assert (await enter(house, "8841"))[0] == 201
    with pytest.raises(StaffNotFound):
        await house.app[DATABASE].write(access.change_pin, "nadie", new)


async def test_a_stream_of_somebody_who_was_disabled_elsewhere_ends_within_a_heartbeat(
    house: House,
) -> None:
    async with house.stream(ANA) as mine:
        await house.app[DATABASE].write(
            office.set_active, "ana", active=False
        )  # as the command line does
        assert await mine.ends()


@pytest.mark.parametrize("what", ["pin", "disabled"])
async def test_a_pin_that_changes_while_it_is_checked_lets_nobody_in(
    house: House, what: str
) -> None:
    slow = PasswordHasher(time_cost=8, memory_cost=65536, parallelism=1).hash(PIN)
    await house.app[DATABASE].write(staff.change_pin, "ana", slow)
    entering = asyncio.create_task(enter(house))
    await eventually(lambda: house.app[PINS]._waiting > 0)
    if what == "pin":
        await house.app[DATABASE].write(access.change_pin, "ana", "another hash")
    else:
        await house.app[DATABASE].write(office.set_active, "ana", active=False)
    assert (await entering)[0] == 401
    connection = connect(house.path)
    assert connection.execute("SELECT COUNT(*) FROM sessions").fetchone()[0] == 0
    connection.close()


async def test_an_unknown_users_hash_costs_what_a_members_does_and_no_pin_fits_it() -> None:
    """Argon2's work follows from what a hash says of itself, so equal words are equal work."""
    with closing(PinHasher()) as pins:
        asked: list[str] = []
        matches = pins._matches

        def matches_and_notes(pin_hash: str, pin: str) -> bool:
            asked.append(pin_hash)
            return matches(pin_hash, pin)

        pins._matches = matches_and_notes  # type: ignore[method-assign]
        assert not await pins.verify(None, PIN)
        assert not await pins.verify(None, "")
        assert await pins.verify(await pins.hash(PIN), PIN)
    first, second, members = asked
    assert first == second
    assert extract_parameters(first) == extract_parameters(members)


@pytest.mark.costly_pins
async def test_an_unknown_user_takes_the_same_work_as_a_wrong_pin(house: House) -> None:
    """Prints the medians; the work is the same hash, whatever the clock says of it."""
    took: dict[str, list[float]] = {"ana": [], "nobody": []}
    strong = PasswordHasher().hash(PIN)  # as `staff add` hashes it: 64 MiB
    await house.app[DATABASE].write(staff.change_pin, "ana", strong)
    for number in range(5):
        for name, times in took.items():
            start = time.perf_counter()
            status, _ = await enter(house, "0000", username=name, address=f"10.1.{number}.1")
            times.append(time.perf_counter() - start)
            assert status == 401
    for name, times in took.items():
        print(f"sign-in as {name}: median {1000 * statistics.median(times):.1f} ms")


@pytest.mark.costly_pins
async def test_a_flood_of_sign_ins_does_not_stop_the_streams(house: House) -> None:
    """Prints how long an order takes to the kitchen's stream, in peace and in the flood."""

    async def notices(count: int) -> list[float]:
        took = []
        async with house.stream(COCO) as stream:
            for table in range(count):
                start = time.perf_counter()
                await house.place(table + 1)
                await stream.until("order_placed")
                took.append(1000 * (time.perf_counter() - start))
        return took

    peace = await notices(20)
    flood = (sys.executable, "-m", "tests.attacks.flood", house.url, str(LANES))
    process = await asyncio.create_subprocess_exec(*flood)
    try:
        await eventually(lambda: house.app[PINS]._waiting >= MOST_WAITING, timeout=30)
        siege = await notices(20)
    finally:
        process.terminate()
        await process.wait()
    for name, took in (("in peace", peace), ("in the flood", siege)):
        print(
            f"order to the kitchen's stream {name}: median {statistics.median(took):.1f} ms, "
            f"slowest {max(took):.1f} ms"
        )
