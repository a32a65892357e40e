"""Clients that vanish, stall, or hold on: nobody else notices, and nothing is kept of them."""

import asyncio
import contextlib
import logging
import re
import socket
import time
from pathlib import Path

import pytest

from comanda.feed import PAGE_BYTES
from comanda.web.plumbing.keys import FEED, STREAMS
from comanda.web.plumbing.stream import EventStream
from tests.house import (
    AGUA,
    ANA,
    LUIS,
    SLOW,
    House,
    eventually,
    hang_up,
    open_house,
    quick_config,
)

TINY = 4096
KERNEL_TAKES_AT_MOST = 400  # orders; sockets of the loopback device take some 60 of them
WHOLE_EVENT = re.compile(rb"id: (\d+)\nevent: [a-z_]+\ndata: [^\n]*\n\n")

cancellation = pytest.mark.parametrize("cancellation", [True, False])


async def place_huge(house: House) -> None:
    """An order of about 50 KB, so that a client which reads nothing is soon full."""
    items = [{"product_id": AGUA, "quantity": 1, "note": "🌮" * 200}] * 60
    body = {"table_number": 1, "items": items}
    assert (await house.call(ANA, "POST", "/orders", json=body))[0] == 201


def backlog(stream: EventStream) -> int:
    """Bytes that wait in our memory for the stream's client."""
    transport = stream.connection
    return 0 if transport is None else transport.get_write_buffer_size()


async def open_stalled(house: House) -> tuple[socket.socket, EventStream]:
    """A cashier's stream whose client reads nothing, and our end of it."""
    others = set(house.app[STREAMS]._open)
    caller = await house.dial(LUIS, "GET /events/cashier HTTP/1.1", receive_buffer=TINY)
    await eventually(lambda: len(house.app[STREAMS]) > len(others))
    (stream,) = house.app[STREAMS]._open - others
    return caller, stream


async def read_to_the_end(caller: socket.socket) -> bytes:
    """All that a connection still delivers before it ends, however it ends."""
    received = b""
    async with asyncio.timeout(SLOW):
        with contextlib.suppress(ConnectionError):
            while piece := await asyncio.get_running_loop().sock_recv(caller, 65536):
                received += piece
    return received


async def nothing_is_left(house: House, tasks: int) -> None:
    streams, feed = house.app[STREAMS], house.app[FEED]
    await eventually(lambda: len(streams) == 0)
    await eventually(lambda: len(asyncio.all_tasks()) <= tasks)
    assert feed.listeners.total() == 0
    assert not any(streams._resting.values())


@cancellation
async def test_clients_that_vanish_leave_nothing_behind(
    tmp_path: Path, *, cancellation: bool
) -> None:
    config = quick_config(tmp_path / "c.db", heartbeat_seconds=0.1)
    async with open_house(config, cancellation=cancellation) as house:
        await house.place()
        tasks = len(asyncio.all_tasks())
        callers = [await house.dial(ANA, "GET /events/waiter HTTP/1.1") for _ in range(20)]
        await eventually(lambda: len(house.app[STREAMS]) == 20)
        await eventually(lambda: len(asyncio.all_tasks()) == tasks)  # no task waits for a stream
        for number, caller in enumerate(callers):
            hang_up(caller, rudely=number % 2 == 0)
        await nothing_is_left(house, tasks)


@cancellation
async def test_clients_that_vanish_in_the_rush_leave_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, cancellation: bool
) -> None:
    config = quick_config(tmp_path / "c.db", heartbeat_seconds=0.1)
    async with open_house(config, cancellation=cancellation) as house:
        await house.place()
        tasks = len(asyncio.all_tasks())
        with caplog.at_level(logging.WARNING):
            for number in range(40):
                caller = await house.dial(ANA, "GET /events/waiter?after=0 HTTP/1.1")
                await house.place()
                await asyncio.sleep(0.001 * (number % 7))
                hang_up(caller, rudely=number % 2 == 0)
            await nothing_is_left(house, tasks)
        async with house.stream(LUIS) as stream:
            order = await house.place()
            assert (await stream.next()).data == order
    assert caplog.records == []


@cancellation
async def test_clients_that_vanish_before_they_are_answered_leave_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, cancellation: bool
) -> None:
    config = quick_config(tmp_path / "c.db", heartbeat_seconds=0.1)
    async with open_house(config, cancellation=cancellation) as house:
        await house.place()
        tasks = len(asyncio.all_tasks())
        with caplog.at_level(logging.WARNING):
            for number in range(80):
                caller = await house.dial(ANA, "GET /events/waiter?after=0 HTTP/1.1")
                await asyncio.sleep(0.0001 * (number % 20))
                hang_up(caller, rudely=number % 2 == 0)
            await nothing_is_left(house, tasks)
    assert caplog.records == []


async def test_a_client_that_reads_nothing_keeps_nobody_waiting_and_costs_little_memory(
    tmp_path: Path,
) -> None:
    config = quick_config(tmp_path / "c.db", heartbeat_seconds=0.2, tail_events=5)
    async with open_house(config) as house:
        caller, stalled = await open_stalled(house)
        async with house.stream(LUIS) as live:
            placed = 0
            while backlog(stalled) == 0 and placed < KERNEL_TAKES_AT_MOST:
                await place_huge(house)
                await live.next()
                placed += 1
            for _ in range(40):
                await place_huge(house)
                await live.next()
                assert backlog(stalled) < 1024 * 1024
            assert stalled in house.app[STREAMS]._open, "it was stalled all the while"
            assert backlog(stalled) > 0
        hang_up(caller)
        await eventually(lambda: len(house.app[STREAMS]) == 0)


async def test_a_client_that_stalls_is_cut_off_and_catches_up_when_it_comes_back(
    tmp_path: Path,
) -> None:
    config = quick_config(
        tmp_path / "c.db", heartbeat_seconds=0.2, send_timeout_seconds=0.5, tail_events=20
    )
    async with open_house(config) as house:
        caller, stalled = await open_stalled(house)
        async with house.stream(ANA) as live:
            expected: list[int] = []
            while stalled in house.app[STREAMS]._open and len(expected) < KERNEL_TAKES_AT_MOST:
                await place_huge(house)
                expected.append((await live.next()).id)
        await eventually(lambda: len(house.app[STREAMS]) == 0)
        assert len(expected) < KERNEL_TAKES_AT_MOST

        heard = [int(found) for found in WHOLE_EVENT.findall(await read_to_the_end(caller))]
        hang_up(caller)
        assert heard == expected[: len(heard)]
        assert len(heard) < len(expected), "some of it must have been lost with the connection"
        headers = {"Last-Event-ID": str(heard[-1] if heard else 0)}
        async with house.stream(LUIS, headers=headers) as back:
            heard += [event.id for event in await back.take(len(expected) - len(heard))]
            order = await house.place()
            assert (await back.next()).data == order
        assert heard == expected


async def test_a_stalled_client_that_signs_out_elsewhere_is_cut_off_too(tmp_path: Path) -> None:
    config = quick_config(tmp_path / "c.db", heartbeat_seconds=0.1, send_timeout_seconds=0.5)
    async with open_house(config) as house:
        caller, stalled = await open_stalled(house)
        for _ in range(KERNEL_TAKES_AT_MOST):
            await place_huge(house)
            if backlog(stalled) > PAGE_BYTES:
                break
        house.app[STREAMS].end_session(stalled.session)
        await eventually(lambda: len(house.app[STREAMS]) == 0)
        await eventually(lambda: backlog(stalled) == 0)
        hang_up(caller)


@cancellation
async def test_open_streams_do_not_hold_up_the_end(tmp_path: Path, *, cancellation: bool) -> None:
    config = quick_config(tmp_path / "c.db", heartbeat_seconds=60.0, send_timeout_seconds=60.0)
    async with (
        open_house(config, cancellation=cancellation, shutdown=60.0) as house,
        contextlib.AsyncExitStack() as stack,
    ):
        # One by one, so that they stall at different points: some in the middle of a send, some
        # with nothing left to send but what their client doesn't take.
        stalled = []
        for _ in range(8):
            caller, stream = await open_stalled(house)
            stack.callback(hang_up, caller)
            stalled.append(stream)
            await place_huge(house)
        for _ in range(KERNEL_TAKES_AT_MOST):
            await place_huge(house)
            if min(map(backlog, stalled)) > PAGE_BYTES:
                break
        healthy = [await stack.enter_async_context(house.stream(ANA)) for _ in range(12)]
        order = await house.place()
        for open_stream in healthy:
            assert (await open_stream.next()).data == order
        assert len(house.app[STREAMS]) == 20

        started = time.monotonic()
        async with asyncio.timeout(SLOW):
            await house.runner.cleanup()
        took = time.monotonic() - started
        print(f"20 streams, eight of them stalled, ended in {took:.3f} s")
        assert took < 15, "waiting for clients would take a minute; the design says a second"
        for open_stream in healthy:
            assert await open_stream.ends()


async def test_a_stream_that_comes_during_the_end_is_ended_too(house: House) -> None:
    await house.app[STREAMS].end_all()
    async with house.stream(ANA) as stream:
        assert await stream.ends()
