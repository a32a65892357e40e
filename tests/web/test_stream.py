"""The event stream, as a browser holds it."""

import asyncio
import contextlib
import json
import re
import ssl
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock

import aiohttp
import pytest
import trustme
from aiohttp import web

from comanda import office
from comanda.cli.parser import main
from comanda.config import Config, Events
from comanda.domain.staff import Role
from comanda.feed import Feed
from comanda.store.connection import connect
from comanda.web.plumbing.connections import Site
from comanda.web.plumbing.keys import DATABASE, FEED, STREAMS
from comanda.web.plumbing.stream import EventStream, StreamHead, Streams
from tests.house import (
    AGUA,
    ANA,
    COCO,
    LUIS,
    PIN,
    ROSA,
    SLOW,
    FixedClock,
    House,
    Stream,
    eventually,
    hang_up,
    open_house,
    quick_config,
)

# All that a stream may consist of (WHATWG HTML, section 9.2.5).
WELL_FORMED = re.compile(
    rb"retry: 2000\n\n(event: beat\ndata: \{\}\n\n"
    rb"|id: [0-9]+\nevent: [a-z_]+\ndata: \{[^\r\n]*\}\n\n)*"
)


async def test_a_stream_begins_with_its_retry_and_starts_now(house: House) -> None:
    await house.place()
    async with house.stream(ANA) as stream:
        order = await house.place()
        assert (await stream.next()).data == order
        assert stream.raw[:2] == ["retry: 2000", ""]
        headers = stream.response.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_stream_goes_on_right_after_the_last_event_that_its_client_had(
    house: House,
) -> None:
    for table in (1, 2, 3):
        await house.place(table)
    async with house.stream(ANA, params={"after": "0"}) as stream:
        seen = await stream.take(3)
    assert [event.data["table_number"] for event in seen] == [1, 2, 3]
    headers = {"Last-Event-ID": str(seen[1].id)}
    async with house.stream(ANA, headers=headers, params={"after": "0"}) as stream:
        assert (await stream.next()) == seen[2]


@pytest.mark.parametrize("last", ["x", "-1", "1" * 40, "1e3", "٣", "0x1", "999", "1;2"])
async def test_a_last_event_id_that_is_none_of_ours_gets_a_resync_and_goes_on_live(
    house: House, last: str
) -> None:
    await house.place()
    async with house.stream(ANA, headers={"Last-Event-ID": last}) as stream:
        resync = await stream.next()
        assert (resync.id, resync.type, resync.data) == (2, "resync", {"last_event_id": "2"})
        order = await house.place()
        assert (await stream.next()).data == order


async def test_an_after_that_no_event_has_gets_a_resync(house: House) -> None:
    for head, after in ((0, "1" * 40), (2, "3"), (4, str(2**63))):
        async with house.stream(ANA, params={"after": after}) as stream:
            resync = await stream.next()
            assert (resync.id, resync.type) == (head, "resync")
            assert resync.data == {"last_event_id": str(head)}
            order = await house.place()
            assert (await stream.next()).data == order


async def test_an_after_that_is_no_number_is_refused(house: House) -> None:
    for after in ("x", "-1", "1.5", "1" * 65, ""):
        status, problem = await house.call(ANA, "GET", "/events/waiter", params={"after": after})
        assert (status, problem["code"]) == (422, "validation_failed")
        assert list(problem["errors"]) == ["after"]


async def test_an_empty_last_event_id_is_none_at_all(house: House) -> None:
    await house.place()
    headers = {"Last-Event-ID": ""}
    async with house.stream(ANA, headers=headers, params={"after": "0"}) as stream:
        assert (await stream.next()).id == 1
    async with house.stream(ANA, headers=headers) as stream:
        assert await stream.is_silent()


async def test_a_stream_can_only_be_read(house: House) -> None:
    client = await house.client(ANA)
    for method in ("HEAD", "POST", "PUT", "DELETE"):
        async with client.request(method, "/events/waiter") as response:
            assert (response.status, response.headers["Allow"]) == (405, "GET")
            assert response.content_type == "application/problem+json"
            if method != "HEAD":
                assert (await response.json())["code"] == "method_not_allowed"
    assert len(house.app[STREAMS]) == 0


async def test_a_client_that_missed_too_much_gets_a_resync(tmp_path: Path) -> None:
    async with open_house(quick_config(tmp_path / "c.db", replay_limit=3)) as house:
        await house.place()
        await house.place()
        await eventually(lambda: house.app[FEED].head == 4)
        async with house.stream(ANA, params={"after": "0"}) as stream:
            assert (await stream.next()).type == "resync"
        async with house.stream(ANA, params={"after": "1"}) as stream:
            assert (await stream.next()).type == "order_updated"


async def test_an_idle_stream_says_that_it_is_alive(house: House) -> None:
    async with house.stream(ANA) as stream:
        async with asyncio.timeout(SLOW):
            while stream.beats < 2:
                assert await stream.is_silent()


async def test_a_stream_ends_by_itself_after_its_lifetime(tmp_path: Path) -> None:
    config = quick_config(tmp_path / "c.db", stream_minutes=0.01, heartbeat_seconds=0.1)
    async with open_house(config) as house, house.stream(ANA) as stream:
        assert await stream.ends()


async def test_streams_that_open_together_do_not_all_end_together(house: House) -> None:
    loop = asyncio.get_running_loop()
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(8):
            await stack.enter_async_context(house.stream(ANA))
        left = {(stream._ends_at - loop.time()) / 60 for stream in house.app[STREAMS]._open}
    assert len(left) == 8
    assert max(left) - min(left) > 0.1
    assert all(22 < minutes < 38 for minutes in left)


async def test_a_client_whose_stream_ended_by_itself_comes_back_and_misses_nothing(
    tmp_path: Path,
) -> None:
    config = quick_config(tmp_path / "c.db", stream_minutes=0.002, heartbeat_seconds=0.05)
    seen, visits = [0], 0
    async with open_house(config) as house:

        async def serve_tables() -> None:
            for table in range(1, 61):
                await house.place(table)
                await asyncio.sleep(0.01)

        tables = asyncio.create_task(serve_tables())
        async with asyncio.timeout(SLOW):
            while seen[-1] < 120:
                visits += 1
                headers = {"Last-Event-ID": str(seen[-1])}
                async with house.stream(COCO, headers=headers) as stream:
                    with contextlib.suppress(EOFError):
                        while seen[-1] < 120:
                            seen.append((await stream.next()).id)
        await tables
    assert seen == list(range(121))
    assert visits > 1


async def test_signing_out_ends_the_sessions_streams_at_once_and_no_others(
    tmp_path: Path,
) -> None:
    config = quick_config(tmp_path / "c.db", heartbeat_seconds=60.0)
    async with (
        open_house(config) as house,
        house.stream(ANA) as stream,
        house.stream(LUIS) as other,
    ):
        await house.call(ANA, "DELETE", "/session")
        assert await stream.ends()
        order = await house.place(waiter=ROSA)
        assert (await other.next()).data == order


async def test_signing_in_again_ends_the_streams_of_the_session_it_replaces(
    tmp_path: Path,
) -> None:
    config = quick_config(tmp_path / "c.db", heartbeat_seconds=60.0)
    async with open_house(config) as house, house.stream(ANA) as stream:
        body = {"username": "ana", "pin": PIN}
        assert (await house.call(ANA, "POST", "/session", json=body))[0] == 201
        assert await stream.ends()


async def test_the_command_line_disables_someone_and_their_streams_end(house: House) -> None:
    command = ["staff", "disable", "ana", "--database", str(house.path)]
    async with house.stream(ANA) as stream, house.stream(LUIS) as other:
        assert await asyncio.to_thread(main, command) == 0
        assert await stream.ends()
        order = await house.place(waiter=ROSA)
        assert (await other.next()).data == order
    assert (await house.call(ANA, "GET", "/events/waiter"))[0] == 401


async def test_a_stream_ends_with_its_shift(house: House, clock: FixedClock) -> None:
    async with house.stream(ANA) as stream:
        assert await stream.is_silent(0.5)
        clock.advance(hours=16)
        assert await stream.ends()


async def test_a_session_that_another_program_ends_ends_its_stream_within_a_heartbeat(
    house: House,
) -> None:
    async with house.stream(ANA) as stream:
        await house.app[DATABASE].write(office.set_active, "ana", active=False)
        assert await stream.ends()
    async with house.stream(LUIS) as stream:
        with contextlib.closing(connect(house.path)) as connection:
            connection.execute("DELETE FROM sessions")
        assert await stream.ends()


async def test_a_revoked_stream_ends_though_there_is_always_news(house: House) -> None:
    async with house.stream(LUIS) as stream:
        with contextlib.closing(connect(house.path)) as connection:
            connection.execute("DELETE FROM sessions WHERE username = 'luis'")

        async def keep_busy() -> None:
            for _ in range(200):
                await house.place()
                await asyncio.sleep(0.01)

        busy = asyncio.create_task(keep_busy())
        assert await stream.ends()
        busy.cancel()
        await asyncio.gather(busy, return_exceptions=True)


async def test_every_stream_gets_every_event_once_and_in_order(house: House) -> None:
    async with contextlib.AsyncExitStack() as stack:
        waiters = [await stack.enter_async_context(house.stream(ANA)) for _ in range(5)]
        boss = await stack.enter_async_context(house.stream(ROSA, Role.ADMIN))
        await asyncio.gather(*(house.place(table) for table in range(1, 101)))
        heard = [await stream.take(100) for stream in waiters]
        everything = await boss.take(200)
    assert [event.id for event in everything] == sorted({event.id for event in everything})
    for events in heard:
        assert events == [event for event in everything if event.type == "order_updated"]
    for updated, placed in zip(everything[::2], everything[1::2], strict=True):
        assert (updated.type, placed.type) == ("order_updated", "order_placed")
        assert updated.data == placed.data


async def test_a_burst_reaches_each_role_whole_in_order_and_once(house: House) -> None:
    async with contextlib.AsyncExitStack() as stack:
        streams = [
            await stack.enter_async_context(house.stream(member))
            for member in (ANA, COCO, LUIS, ROSA) * 3
        ]
        orders = await asyncio.gather(*(house.place(table) for table in range(1, 76)))
        await asyncio.gather(
            *(house.advance(order["id"], "en_preparacion", COCO) for order in orders[:50])
        )
        with contextlib.closing(connect(house.path)) as connection:
            log = [tuple(row) for row in connection.execute("SELECT id, type FROM events")]
        assert len(log) == 200
        updates = [event for event in log if event[1] == "order_updated"]
        expected = [updates, log, updates, log] * 3
        for stream, wanted in zip(streams, expected, strict=True):
            heard = await stream.take(len(wanted))
            assert [(event.id, event.type) for event in heard] == wanted
        for stream in streams:
            assert await stream.is_silent(0.05)


async def test_an_orders_news_comes_before_what_to_do_about_it(house: House) -> None:
    order = await house.deliver()
    for verdict in ("rechazado", "aprobado"):
        _, submitted = await house.submit(order["id"])
        await house.judge(submitted["payment"]["id"], verdict)
    async with house.stream(ROSA, params={"after": "0"}) as stream:
        heard = [event.type for event in await stream.take(14)]
    assert heard == [
        *("order_updated", "order_placed"),
        "order_updated",
        *("order_updated", "order_ready"),
        "order_updated",
        *("order_updated", "payment_verification_pending"),
        *("order_updated", "payment_rejected"),
        *("order_updated", "payment_verification_pending"),
        *("order_updated", "payment_approved"),
    ]


async def test_every_byte_of_a_stream_is_well_formed(house: House) -> None:
    notes = ("🌮 sin «cebolla»", "data: x", "", '"}', "id: 7", "año ¿sí?", "\\n\\r")
    loop = asyncio.get_running_loop()
    stream = await house.dial(ROSA, "GET /events/admin?after=99 HTTP/1.0")
    received = b""
    async with asyncio.timeout(SLOW):
        while b"resync" not in received:
            received += await loop.sock_recv(stream, 65536)
    for note in notes:
        items = [{"product_id": AGUA, "quantity": 1, "note": note}]
        body = {"table_number": 1, "items": items}
        assert (await house.call(ANA, "POST", "/orders", json=body))[0] == 201
    async with asyncio.timeout(SLOW):
        while received.count(b"event: order_placed") < len(notes) or b"event: beat" not in received:
            received += await loop.sock_recv(stream, 65536)
    house.app[STREAMS].end_session(next(iter(house.app[STREAMS]._open)).session)
    async with asyncio.timeout(SLOW):
        while piece := await loop.sock_recv(stream, 65536):
            received += piece
    hang_up(stream)

    body_bytes = received.partition(b"\r\n\r\n")[2]
    assert WELL_FORMED.fullmatch(body_bytes)
    assert b"\n\nevent: beat\ndata: {}\n\n" in body_bytes
    assert body_bytes.startswith(b"retry: 2000\n\nid: ")
    lines = [line for line in body_bytes.decode().split("\n") if line.startswith("data: ")]
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line != "data: {}"]
    assert [order["items"][0]["note"] for order in told[1:]] == [
        note for note in notes for _ in range(2)
    ]


async def over_tls(house: House) -> tuple[str, int, ssl.SSLContext]:
    """Where the house is served over TLS, too, and what a client trusts it by."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    client = ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    await Site(house.runner, "127.0.0.1", 0, ssl_context=server).start()
    host, port = house.runner.addresses[-1][:2]
    return host, port, client


async def test_a_stream_goes_over_tls_and_ends_as_any_other(house: House) -> None:
    host, port, client = await over_tls(house)
    url = f"https://{host}:{port}/events/waiter"
    cookies = await house.cookies(ANA)
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session,
        session.get(url, ssl=client, cookies=cookies) as response,
    ):
        stream = Stream(response)
        for table in range(1, 4):
            order = await house.place(table)
            assert (await stream.next()).data == order
        house.app[STREAMS].end_session(next(iter(house.app[STREAMS]._open)).session)
        assert await stream.ends()
    await eventually(lambda: len(house.app[STREAMS]) == 0)


async def test_a_client_that_vanishes_in_the_middle_of_a_body_is_noticed_over_tls_too(
    house: House,
) -> None:
    host, port, client = await over_tls(house)
    cookie = (await house.cookies(ANA))["comanda_session"]
    _, writer = await asyncio.open_connection(host, port, ssl=client)
    head = (
        f"GET /events/waiter HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 400000\r\n"
        f"Cookie: comanda_session={cookie}\r\n\r\n"
    )
    writer.write(head.encode() + bytes(400_000))
    await eventually(lambda: len(house.app[STREAMS]) == 1)
    writer.close()
    await eventually(lambda: len(house.app[STREAMS]) == 0)
    assert house.app[FEED].listeners.total() == 0


def test_a_stream_takes_a_connection_over_as_it_is_read_and_written_or_not() -> None:
    class Handler:
        writing_paused = True
        transport: Any = None

        def connection_lost(self, _: object) -> None:
            """aiohttp forgets the connection."""

    async def hand_over() -> None:
        feed = SimpleNamespace(head=7, listeners=Counter())
        stream = EventStream(
            Streams(), cast(Feed, feed), "session", Role.WAITER, 0, Events(), in_chunks=True
        )
        transport = mock.Mock(asyncio.Transport)
        request = SimpleNamespace(protocol=Handler(), transport=transport)
        StreamHead(Events()).give_away(cast(web.Request, request), stream)
        transport.resume_reading.assert_called_once_with()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream._wait_for_room(), 0.05)
        stream.resume_writing()
        await asyncio.wait_for(stream._wait_for_room(), 5)
        stream.connection_lost(None)

    asyncio.run(hand_over())


async def test_what_a_client_sends_on_its_stream_is_not_listened_to(house: House) -> None:
    loop = asyncio.get_running_loop()
    caller = await house.dial(ANA, "GET /events/waiter HTTP/1.1")
    await eventually(lambda: len(house.app[STREAMS]) == 1)
    await loop.sock_sendall(caller, b"GET /orders HTTP/1.1\r\nHost: x\r\n\r\n" * 50)
    order = await house.place()
    received = b""
    async with asyncio.timeout(SLOW):
        while b"order_updated" not in received:
            received += await loop.sock_recv(caller, 65536)
    hang_up(caller)
    assert received.count(b"HTTP/1.1") == 1
    assert f'"id":"{order["id"]}"'.encode() in received


async def test_a_stream_that_cannot_read_the_log_breaks_off_and_says_nothing_wrong(
    house: House,
) -> None:
    async with house.stream(ANA) as stream:
        await house.place()
        await stream.next()
        with contextlib.closing(connect(house.path)) as saboteur:
            saboteur.execute("ALTER TABLE sessions RENAME TO hidden")
            assert await stream.ends()
            saboteur.execute("ALTER TABLE hidden RENAME TO sessions")
    assert all(
        line == "" or line.startswith((":", "id: ", "event: ", "data: ", "retry: "))
        for line in stream.raw
    )
    last = next(line for line in reversed(stream.raw) if line.startswith("id: "))
    order = await house.place()
    async with house.stream(ANA, headers={"Last-Event-ID": last.removeprefix("id: ")}) as back:
        assert (await back.next()).data == order


async def test_a_client_behind_the_tail_reads_its_way_to_the_present(config: Config) -> None:
    small = replace(config, events=replace(config.events, tail_events=4))
    async with open_house(small) as house:
        for table in range(1, 41):
            await house.place(table)
        async with house.stream(COCO, params={"after": "0"}) as stream:
            tables = [event.data["table_number"] for event in await stream.take(80)][::2]
            assert tables == list(range(1, 41))
            await house.place(99)
            assert (await stream.next()).data["table_number"] == 99


async def test_streams_are_counted_while_they_are_open(house: House) -> None:
    async with house.stream(ANA), house.stream(LUIS):
        assert len(house.app[STREAMS]) == 2


async def test_a_page_hears_heartbeats_as_events_without_an_id(house: House) -> None:
    """A browser keeps comments to itself; an id would move what a stream resumes after."""
    async with house.stream(ANA) as stream:
        seen = b""
        async with asyncio.timeout(SLOW):
            while seen.count(b"event: beat\ndata: {}\n\n") < 2:
                seen += await stream.response.content.readany()
        assert not {line[:3] for line in seen.splitlines()} & {b"id:", b": p"}


async def test_a_page_of_the_version_before_asks_for_heartbeats_and_hears(house: House) -> None:
    """It stays open over an upgrade, and would hear nothing again until somebody reloads it."""
    asked = {"after": "0", "heartbeat": "event"}
    async with house.stream(ANA, params=asked) as stream:
        await house.place()
        assert (await stream.next()).type == "order_updated"
    status, told = await house.call(ANA, "GET", "/events/waiter", params={"heartbeat": "comment"})
    assert (status, list(told["errors"])) == (422, ["heartbeat"])


@pytest.mark.parametrize("after", ["0", "1", "99"])
async def test_a_stream_that_resumes_says_at_once_that_it_has_told_everything(
    tmp_path: Path, after: str
) -> None:
    """Its headers alone don't: a proxy may pass those on and hold the rest back."""
    async with open_house(quick_config(tmp_path / "c.db", heartbeat_seconds=60.0)) as house:
        await house.place()
        async with house.stream(ANA, params={"after": after}) as stream:
            seen = b""
            async with asyncio.timeout(SLOW):
                while not seen.endswith(b"event: beat\ndata: {}\n\n"):
                    seen += await stream.response.content.readany()
            assert seen.count(b"event: beat") == 1
            assert seen.startswith(b"retry: 2000\n\n")
