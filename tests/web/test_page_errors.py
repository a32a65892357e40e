"""`POST /errors`: what a page failed at reaches the log as one line, and nobody can flood it."""

from typing import Any

import pytest

from comanda.domain.errors import TooManyAttempts
from comanda.files import static_folder
from comanda.web.plumbing.assets import Assets
from comanda.web.plumbing.keys import ASSETS
from comanda.web.plumbing.throttle import ADDRESSES, OF_ADDRESS, OF_ALL, WINDOW, Throttle
from tests.house import ANA, LUIS, House

FAILED: dict[str, Any] = {
    "message": "TypeError: Cannot read properties of undefined (reading 'id')",
    "page": "/caja",
    "source": "/static/js/caja/caja.js",
    "line": 12,
    "column": 3,
    "stack": "TypeError: Cannot read\n    at show (caja.js:12:3)\n    at caja.js:40:1",
    "agent": "Firefox en Android",
}


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        one.getMessage() for one in caplog.records if one.name == "comanda.web.handlers.page_errors"
    ]


def keyed_list() -> tuple[int, int, int]:
    """The line of a class of dom.js in caja's script, its line in dom.js, the script's last.

    The test's server is not asked for the script: a browser keeps it, and a server starts anew.
    """
    lines = Assets(static_folder()).bundles.bundle("js/caja/caja.js").split("\n")
    module = static_folder() / "js/lib/dom.js"
    wanted = module.read_text(encoding="utf-8").splitlines().index("export class KeyedList {") + 1
    line = lines.index("// js/lib/dom.js") + 1 + wanted
    assert lines[line - 1] == "class KeyedList {"
    return line, wanted, len(lines)


async def test_an_error_is_one_line_of_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for member in (ANA, None):
        assert await house.call(member, "POST", "/errors", json=FAILED) == (204, None)
    lines = told(caplog)
    assert len(lines) == 2
    assert lines[0] == (
        "💥 [Página] /caja: TypeError: Cannot read properties of undefined (reading 'id')"
        " · /static/js/caja/caja.js:12:3"
        " · TypeError: Cannot read | at show (caja.js:12:3) | at caja.js:40:1"
        " · 127.0.0.1 · Firefox en Android"
    )


async def test_a_line_of_a_pages_script_is_told_as_its_modules(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    source = f"/static/{house.app[ASSETS].version}/js/caja/caja.js"
    line, wanted, last = keyed_list()
    for place in (
        {"line": line},
        {"line": 1},
        {"line": last + 1},
        {"line": None},
        {"source": "/static/js/other.js"},
        {"source": "js/caja/caja.js"},
    ):
        body = {**FAILED, "source": source, "line": line, **place}
        assert await house.call(None, "POST", "/errors", json=body) == (204, None)
    assert [one.split(" · ")[1] for one in told(caplog)] == [
        f"{source}:{line}:3 (js/lib/dom.js:{wanted})",
        f"{source}:1:3",
        f"{source}:{last + 1}:3",
        f"{source}:3",
        f"/static/js/other.js:{line}:3",
        f"js/caja/caja.js:{line}:3",
    ]


async def test_the_calls_of_a_stack_are_told_as_their_modules(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """A promise that nobody caught has no other place."""
    line, wanted, last = keyed_list()
    address = f"http://caja.local/static/{house.app[ASSETS].version}/js/caja/caja.js"
    stack = f"TypeError: no\n    at show ({address}:{line}:3)\n    at {address}:{last + 1}:9"
    body = {**FAILED, "source": None, "line": None, "column": None, "stack": stack}
    assert await house.call(None, "POST", "/errors", json=body) == (204, None)
    place, calls = told(caplog)[0].split(" · ")[1:3]
    assert place == "-"
    assert calls.split(" | ") == [
        "TypeError: no",
        f"at show ({address}:{line}:3 (js/lib/dom.js:{wanted}))",
        f"at {address}:{last + 1}:9",
    ]


async def test_a_message_and_its_page_are_enough(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"message": "Script error", "page": "/"}
    assert (await house.call(None, "POST", "/errors", json=body))[0] == 204
    assert told(caplog)[0].startswith("💥 [Página] /: Script error · - · - · 127.0.0.1")


@pytest.mark.parametrize("field", ["message", "page", "source", "stack", "agent"])
async def test_no_line_of_the_log_can_be_forged(
    house: House, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    evil = "a\r\nERROR forged\x1b[2J\x00\u2028forged\u202eotra\x85b\ud800c\x0bd"
    assert (await house.call(None, "POST", "/errors", json=FAILED | {field: evil}))[0] == 204
    (line,) = told(caplog)
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    line.encode()
    assert "a | ERROR forged?[2J? | forged?otra | b?c | d" in line


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"message": "x"}, 422),
        (FAILED | {"message": "x" * 501}, 422),
        (FAILED | {"stack": "x" * 4_001}, 422),
        (FAILED | {"line": -1}, 422),
        (FAILED | {"line": "12"}, 422),
        (FAILED | {"more": "x"}, 422),
        (FAILED | {"stack": "x" * 9_000}, 413),
        ([], 422),
    ],
)
async def test_what_is_no_report_is_refused_and_logged_by_nobody(
    house: House, caplog: pytest.LogCaptureFixture, body: Any, status: int
) -> None:
    assert (await house.call(None, "POST", "/errors", json=body))[0] == status
    assert told(caplog) == []


async def test_another_sites_page_can_tell_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    status, _ = await house.call(None, "POST", "/errors", json=FAILED, headers=headers)
    assert status == 403
    assert told(caplog) == []


async def test_a_flood_is_held_back(house: House, caplog: pytest.LogCaptureFixture) -> None:
    client = await house.client(None)
    statuses = []
    for _ in range(OF_ADDRESS + 20):
        async with client.post("/errors", json=FAILED) as response:
            statuses.append(response.status)
            waits = response.headers.get("Retry-After")
    assert statuses == [204] * OF_ADDRESS + [429] * 20
    assert waits is not None
    assert 0 < int(waits) <= WINDOW
    assert len(told(caplog)) == OF_ADDRESS


async def test_rubbish_counts_too(house: House) -> None:
    for _ in range(OF_ADDRESS):
        assert (await house.call(None, "POST", "/errors", json={}))[0] == 422
    assert (await house.call(None, "POST", "/errors", json=FAILED))[0] == 429


async def test_guests_silence_nobody_who_works_here(house: House) -> None:
    """A guest behind the same proxy, or with six addresses, takes nothing from the staff."""
    for _ in range(OF_ADDRESS):
        assert (await house.call(None, "POST", "/errors", json=FAILED))[0] == 204
    assert (await house.call(None, "POST", "/errors", json=FAILED))[0] == 429
    for _ in range(OF_ADDRESS):
        assert (await house.call(ANA, "POST", "/errors", json=FAILED))[0] == 204
    assert (await house.call(ANA, "POST", "/errors", json=FAILED))[0] == 429
    assert (await house.call(LUIS, "POST", "/errors", json=FAILED))[0] == 204


async def test_no_part_of_a_line_can_be_forged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"message": "x · - · - · 10.6.6.6 · Firefox", "page": "/caja"}
    await house.call(None, "POST", "/errors", json=body)
    (line,) = told(caplog)
    assert line.split(" · ")[3] == "127.0.0.1"


def refused(throttle: Throttle, address: str, now: float) -> bool:
    try:
        throttle.count(address, now)
    except TooManyAttempts:
        return True
    return False


def test_all_addresses_together_are_held_back_too() -> None:
    throttle = Throttle()
    taken = [not refused(throttle, f"10.0.{number}.1", 0.0) for number in range(OF_ALL + 20)]
    assert taken == [True] * OF_ALL + [False] * 20
    assert refused(throttle, "10.1.0.1", WINDOW - 1)
    assert not refused(throttle, "10.1.0.1", WINDOW)


def test_no_number_of_addresses_fills_the_memory() -> None:
    throttle = Throttle()
    for number in range(ADDRESSES * 2):
        assert not refused(throttle, f"a{number}", number * WINDOW)
    assert len(throttle._by_address) <= ADDRESSES
