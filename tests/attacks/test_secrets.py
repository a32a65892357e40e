"""No PIN, token or cookie in logs, errors, arguments or the database; files for one's own eyes."""

import asyncio
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.flow.program import ENVIRONMENT, comanda
from tests.house import House, eventually

PIN, WRONG = "pin-that-is-right-8841", "pin-that-is-wrong-1488"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "comanda.db"
    added = comanda(
        *("staff", "add", "zoe", "--role", "admin", "--pin-stdin", "--database", str(path)),
        stdin=f"{PIN}\n",
    )
    assert added == (0, "Alta: zoe (admin)\n", "")
    return path


@contextmanager
def logging_all(database: Path) -> Iterator[tuple[str, Path, int]]:
    """The real program at its most talkative: its address, its log, its process id."""
    told, log = database.with_suffix(".out"), database.with_suffix(".log")
    command = [sys.executable, "-m", "comanda", "serve", "--port", "0", "--host", "127.0.0.1"]
    command += ["--database", str(database), "--log-level", "debug"]
    with told.open("w") as out, log.open("w") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=ENVIRONMENT)
        try:
            yield str(told), log, process.pid
        finally:
            process.terminate()
            process.wait(20)


async def test_a_whole_evening_leaves_no_secret_anywhere(database: Path) -> None:
    with logging_all(database) as (told, log, pid):
        await eventually(lambda: "http://" in Path(told).read_text(), timeout=30)
        text = Path(told).read_text()
        url = text[text.index("http://") :].split()[0]
        secrets = {PIN, WRONG, *await an_evening(url)}
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes()
        for file in database.parent.iterdir():  # while its write-ahead log is there, too
            kept = file.read_bytes()
            for secret in secrets:
                assert secret.encode() not in kept, file.name
    assert b"comanda" in arguments
    said = log.read_text()
    assert "POST /session 401" in said
    assert "POST /session 201" in said
    hashes = {hashlib.sha256(secret.encode()).hexdigest() for secret in secrets}
    for secret in secrets | hashes:
        assert secret.encode() not in arguments
        assert secret not in said
        assert secret not in Path(told).read_text()


async def an_evening(url: str) -> set[str]:
    """Sign in wrongly and rightly, be refused in many ways; the tokens that were handed out."""
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
        async with client.post("/session", json={"username": "zoe", "pin": WRONG}) as response:
            assert response.status == 401
        async with client.post("/session", json={"username": WRONG, "pin": PIN}) as response:
            assert response.status == 401
        async with client.post("/session", json={"username": "zoe", "pin": PIN}) as response:
            assert response.status == 201
            tokens = {cookie.value for cookie in response.cookies.values()}
        for path in ("/orders", "/nada", "/payments/1/proof", "/events/waiter?after=x"):
            async with client.get(path) as response:
                answer = await response.text()
                assert not [token for token in tokens if token in answer]
        async with client.get("/events/admin") as response:
            assert response.status == 200
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    cookie = next(iter(tokens))
    writer.write(f"GET / HTTP/1.1\r\nHost: a\r\nCookie: a={cookie}\0\r\n\r\n".encode())
    assert (await reader.readline()).split()[1] == b"400"
    writer.close()
    return tokens


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        f'{{"username": "ana", "pin": "{WRONG}", "more": "{WRONG}"}}',
        f'{{"username": "ana", "pin": ["{WRONG}"]}}',
        f'{{"username": "ana", "pin": "{WRONG}\\u0000"}}',
        f'{{"username": "ana", "pin": "{WRONG}"',
        f'{{"username": "ana", "pin": "{WRONG * 8}"}}',
        f'{{"username": "ana", "pin": "{WRONG}"}}',
    ],
    ids=["too much", "a list", "a NUL", "cut off", "too long", "wrong"],
)
async def test_no_refusal_repeats_a_pin(
    house: House, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = await house.client(None)
    async with client.post("/session", data=body, headers=JSON) as response:
        assert response.status in (400, 401, 422)
        assert WRONG not in await response.text()
        assert WRONG not in str(response.headers)
    assert WRONG not in caplog.text


@pytest.mark.parametrize("command", ["add", "pin"])
def test_a_pin_is_no_argument_that_others_could_see(tmp_path: Path, command: str) -> None:
    more = ("--role", "waiter") if command == "add" else ()
    for way in (("--pin", PIN), (PIN,), (f"--pin={PIN}",)):
        status, _, _ = comanda("staff", command, "ana", *more, *way, cwd=tmp_path)
        assert status == 2


async def test_the_files_are_for_nobody_elses_eyes(database: Path) -> None:
    before = os.umask(0)
    try:
        with logging_all(database) as (told, _, _):
            await eventually(lambda: "http://" in Path(told).read_text(), timeout=30)
            copy = database.with_name("copy.db")
            assert comanda("backup", str(copy), "--database", str(database))[0] == 0
            found = [database, copy, *database.parent.glob("comanda.db-*")]
            assert {"comanda.db-wal", "comanda.db-shm"} <= {path.name for path in found}
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in found}
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}, modes
