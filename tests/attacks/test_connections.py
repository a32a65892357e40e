"""Connections: of one address so many, a request's head in time, and files kept for the till."""

import asyncio
import logging
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from aiohttp import web

from comanda.config import Config, Server
from comanda.web.plumbing import connections
from comanda.web.plumbing.connections import (
    CONNECTIONS,
    OF_ADDRESS,
    OUTSIDE,
    Connections,
    OutOfFiles,
)
from comanda.web.plumbing.keys import STREAMS
from tests.faults.server import ENVIRONMENT, furnish
from tests.house import ANA, LUIS, SLOW, House, eventually, open_house

FEW_FILES = 300


@asynccontextmanager
async def knock(
    url: str, sent: bytes = b"", address: str = "127.0.0.1"
) -> AsyncIterator[asyncio.StreamReader]:
    """A bare connection from an address of this machine."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    reader, writer = await asyncio.open_connection(host, port, local_addr=(address, 0))
    try:
        writer.write(sent)
        yield reader
    finally:
        writer.transport.abort()


def asking(url: str, *headers: str, path: str = "/healthz") -> bytes:
    lines = (f"GET {path} HTTP/1.1", f"Host: {urlsplit(url).netloc}", *headers, "", "")
    return "\r\n".join(lines).encode()


async def status(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(SLOW):
        return int((await reader.readuntil(b"\r\n\r\n")).split(maxsplit=2)[1])


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HT", b"GET /healthz HTTP/1.1\r\nX: a\r\n"])
async def test_a_head_that_does_not_come_ends_its_connection(
    house: House, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    async with knock(house.url, sent) as reader, asyncio.timeout(SLOW):
        assert await reader.read() == b""


async def test_a_second_head_has_no_longer_and_bytes_that_trickle_in_gain_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with knock(house.url, asking(house.url)) as reader:
        assert await status(reader) == 200
        await reader.readexactly(len('{"status":"ok"}'))
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    host, port = house.runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(asking(house.url))
    assert await status(reader) == 200
    ended = asyncio.create_task(reader.read())
    async with asyncio.timeout(SLOW):
        while not ended.done():
            writer.write(b"G")
            await asyncio.sleep(0.05)
    writer.transport.abort()


async def test_a_connection_on_which_nothing_more_is_asked_ends(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comanda.app.KEEP_ALIVE_SECONDS", 0.3)
    async with open_house(config) as house, knock(house.url, asking(house.url)) as reader:
        assert await status(reader) == 200
        async with asyncio.timeout(SLOW):
            await reader.read()


def test_the_times_are_those_that_were_agreed_on() -> None:
    assert (connections.HEAD_SECONDS, connections.KEEP_ALIVE_SECONDS, OF_ADDRESS) == (10, 30, 64)


async def test_a_tls_handshake_that_does_not_come_ends_its_connection(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    tls, authority = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), trustme.CA()
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    await connections.Site(house.runner, "127.0.0.1", 0, ssl_context=tls).start()
    port = house.runner.addresses[-1][1]
    async with knock(f"https://127.0.0.1:{port}") as reader, asyncio.timeout(SLOW):
        with suppress(ConnectionError):
            assert await reader.read() == b""


async def test_one_too_many_of_an_address_is_told_so_and_others_come_in(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.2)
    async with AsyncExitStack() as streams:
        for _ in range(OF_ADDRESS):
            await streams.enter_async_context(house.stream(ANA))
        async with knock(house.url, asking(house.url)) as reader:
            assert await status(reader) == 429
            said = (await reader.read()).decode()
        assert "too_many_connections" in said
        assert "Cierra las pestañas" in said
        assert [
            line for line in caplog.messages if "127.0.0.1" in line and "trusted_proxies" in line
        ]
        async with knock(house.url, asking(house.url), "127.0.0.2") as reader:
            assert await status(reader) == 200
    await eventually(lambda: len(house.app[STREAMS]) == 0)
    assert (await house.call(None, "GET", "/healthz"))[0] == 200


async def test_who_only_rests_gives_its_place_to_who_asks(house: House) -> None:
    async with AsyncExitStack() as others:
        for _ in range(OF_ADDRESS + 10):
            reader = await others.enter_async_context(knock(house.url, asking(house.url)))
            assert await status(reader) == 200


async def test_a_request_that_a_busy_server_has_not_read_yet_keeps_its_place(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "RESTS_SECONDS", 0)
    host, port = urlsplit(house.url).hostname, urlsplit(house.url).port
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(asking(house.url))
    assert await status(reader) == 200
    (visit,) = house.app[CONNECTIONS]._inside["127.0.0.1"].values()
    assert visit is not None
    await eventually(lambda: visit.rests)
    writer.write(asking(house.url))  # and the server's loop has no time for it
    assert not visit.rests
    assert await status(reader) == 200
    writer.transport.abort()


async def test_a_client_whose_answer_took_long_does_not_rest_yet(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has just been answered, and may ask at once for more."""
    read = connections.Visit.data_received

    def read_long_ago(visit: connections.Visit, data: bytes) -> None:
        read(visit, data)
        visit._active -= 100

    monkeypatch.setattr(connections.Visit, "data_received", read_long_ago)
    monkeypatch.setattr(connections, "RESTS_SECONDS", 50)
    async with knock(house.url, asking(house.url)) as reader:
        assert await status(reader) == 200
        (visit,) = house.app[CONNECTIONS]._inside["127.0.0.1"].values()
        assert visit is not None
        await eventually(lambda: visit._waiter is not None)
        assert not visit.rests


async def test_however_many_come_of_an_address_few_stay(house: House) -> None:
    inside = house.app[CONNECTIONS]._open
    async with AsyncExitStack() as others:
        for _ in range(3 * OF_ADDRESS):
            await others.enter_async_context(knock(house.url))
        await eventually(lambda: len(inside) == OF_ADDRESS + OUTSIDE)
        async with knock(house.url, asking(house.url), "127.0.0.2") as reader:
            assert await status(reader) == 200
    await eventually(lambda: len(inside) == 0)


async def test_a_proxy_is_excepted_and_its_clients_are_not(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.2)
    trusting = replace(config, server=replace(Server(), trusted_proxies=("127.0.0.1",)))
    async with open_house(trusting) as house, AsyncExitStack() as streams:
        for _ in range(OF_ADDRESS):
            headers = {"X-Forwarded-For": "10.0.0.7"}
            await streams.enter_async_context(house.stream(ANA, headers=headers))
        for address, expected in (("10.0.0.7", 429), ("10.0.0.8", 200)):
            request = asking(house.url, f"X-Forwarded-For: {address}")
            async with knock(house.url, request) as reader:
                assert await status(reader) == expected
        for _ in range(OF_ADDRESS + 1):
            await streams.enter_async_context(house.stream(LUIS))


async def test_a_full_house_lets_the_till_in_and_says_so_once(tmp_path: Path) -> None:
    database, told = tmp_path / "comanda.db", tmp_path / "log"
    tokens = await furnish(database)
    cookie = f"Cookie: comanda_session={tokens[LUIS.username]}"
    limited = (shutil.which("prlimit") or "prlimit", f"--nofile={FEW_FILES}:{FEW_FILES}")
    command = (sys.executable, "-m", "comanda", "serve", "--host", "127.0.0.1", "--port", "0")
    with told.open("w") as log:
        process = subprocess.Popen(
            [*limited, *command, "--database", str(database)],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=ENVIRONMENT,
        )
    try:
        assert process.stdout
        url = re.findall(r"http://\S+", process.stdout.readline())[0]
        async with AsyncExitStack() as crowd:
            stream = await crowd.enter_async_context(
                knock(url, asking(url, cookie, path="/events/cashier"), "127.0.0.9")
            )
            assert await status(stream) == 200
            for number in range(2 * FEW_FILES):
                address = f"127.0.1.{1 + number // 50}"
                await crowd.enter_async_context(knock(url, address=address))
            async with knock(url, asking(url, cookie, path="/orders"), "127.0.0.9") as till:
                assert await status(till) == 200
            assert not stream.at_eof()
    finally:
        process.terminate()
        process.wait(SLOW)
        process.stdout and process.stdout.close()
    lines = [line for line in told.read_text().splitlines() if "🚪" in line]
    assert 1 <= len(lines) <= 2, lines
    assert "Traceback" not in told.read_text()


async def test_out_of_files_is_said_once_and_other_faults_as_ever(
    caplog: pytest.LogCaptureFixture,
) -> None:
    loop, handler = asyncio.get_running_loop(), OutOfFiles()
    for _ in range(1_000):
        handler(loop, {"message": "accept", "exception": OSError(24, os.strerror(24))})
    assert len(caplog.records) == 1
    assert "LimitNOFILE" in caplog.text
    handler(loop, {"message": "another fault", "exception": ValueError("x")})
    assert [one.levelno for one in caplog.records] == [logging.WARNING, logging.ERROR]


def in_chunks(url: str, body: bytes, size: int) -> bytes:
    """A request to sign in whose body comes in chunks of `size` bytes."""
    said = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces)
    return asking(url, *said, path="/session").replace(b"GET", b"POST") + chunks + b"0\r\n\r\n"


async def test_a_small_body_may_come_byte_by_byte_and_a_large_one_not(house: House) -> None:
    body = b'{"username": "ana", "pin": "1234"}'
    async with knock(house.url, in_chunks(house.url, body, 1)) as reader:
        assert b" 201 " in await reader.readline()
    async with knock(house.url, in_chunks(house.url, body + b" " * 3_000, 1)) as reader:
        with suppress(ConnectionError):
            assert await reader.read() == b""
    async with knock(house.url, in_chunks(house.url, body + b" " * 3_000, 500)) as reader:
        assert b" 201 " in await reader.readline()


async def test_what_costs_much_to_read_makes_its_own_address_wait() -> None:
    counted = Connections(Server())
    assert counted.owe("10.0.0.1", 0.5) == pytest.approx(5, abs=0.1)
    assert counted.owe("10.0.0.1", 0.5) == pytest.approx(10, abs=0.1)
    assert counted.owe("10.0.0.2", 0.1) == pytest.approx(1, abs=0.1)


async def test_broken_requests_are_told_of_once_a_minute(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        async with knock(house.url, b"GET / HTTP/1.1\r\nno header\r\n\r\n") as reader:
            assert b" 400 " in await reader.readline()
    assert sum("no es HTTP" in one.getMessage() for one in caplog.records) <= 1
    assert not [one for one in caplog.records if "Error handling request" in one.getMessage()]


async def test_a_body_that_has_come_hides_no_costly_bytes_behind_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The body of a request that waits for the one before it counts once."""
    hidden, body = list[int](), b"{" + b" " * 50_000
    receive = web.RequestHandler.data_received

    def note(visit: connections.Visit, data: bytes) -> None:
        if b"Transfer-Encoding" in data and len(data) <= visit._body_left:
            hidden.append(len(data))
        receive(visit, data)

    monkeypatch.setattr(web.RequestHandler, "data_received", note)
    said = "Content-Type: application/json"
    slow = asking(house.url, said, "Content-Length: 34", path="/session")
    waiting = asking(house.url, said, f"Content-Length: {len(body)}", path="/session")
    first = slow + b'{"username": "ana", "pin": "0000"}'
    host, port = urlsplit(house.url).hostname, urlsplit(house.url).port
    _, writer = await asyncio.open_connection(host, port)
    writer.transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in (
        first.replace(b"GET", b"POST", 1) + waiting.replace(b"GET", b"POST", 1) + body[:100],
        body[100:] + b"POST /session HT",
        in_chunks(house.url, b" " * 400, 1).partition(b"HT")[2],
    ):
        writer.write(piece)
        await asyncio.sleep(0.002)
    await asyncio.sleep(0.3)
    writer.transport.abort()
    assert hidden == []
