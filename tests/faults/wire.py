"""Event streams on bare sockets: clients that read little, late, or by the thousand."""

import asyncio
import contextlib
import re
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.faults.server import WAIT

WHOLE_EVENT = re.compile(rb"id: (\d+)\nevent: ([a-z_]+)\ndata: [^\n]*\n\n")
TINY = 4096


def request(url: str, cookie: str, role: str, last: int) -> bytes:
    lines = (
        f"GET /events/{role} HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        f"Cookie: {cookie}",
        f"Last-Event-ID: {last}",
    )
    return "\r\n".join([*lines, "", ""]).encode()


async def dial(url: str, receive_buffer: int | None = None) -> socket.socket:
    host, _, port = urlsplit(url).netloc.partition(":")
    caller = socket.socket()
    if receive_buffer is not None:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    caller.settimeout(0)
    try:
        await asyncio.get_running_loop().sock_connect(caller, (host, int(port)))
    except BaseException:
        caller.close()
        raise
    return caller


async def open_stalled(url: str, cookie: str, role: str, last: int) -> socket.socket:
    """A stream of which nothing but its first bytes is ever read."""
    caller = await dial(url, TINY)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(caller, request(url, cookie, role, last))
    async with asyncio.timeout(WAIT):
        assert (await loop.sock_recv(caller, 15)).startswith(b"HTTP/1.1 200")
    return caller


async def read_to_the_end(caller: socket.socket) -> list[int]:
    """The whole events that a connection still delivers before it ends, however it ends."""
    received = bytearray()
    async with asyncio.timeout(WAIT):
        with contextlib.suppress(ConnectionError):
            while piece := await asyncio.get_running_loop().sock_recv(caller, 1 << 18):
                received += piece
    caller.close()
    return [int(found) for found, _ in WHOLE_EVENT.findall(received)]


@dataclass(slots=True)
class Listener:
    """One of many streams; `heard` goes on growing over reconnections."""

    heard: list[int] = field(default_factory=list)
    strange: int = 0

    async def follow(self, url: str, cookie: str, role: str) -> None:
        """Read on from the last event heard until the connection ends."""
        last = self.heard[-1] if self.heard else 0
        with contextlib.suppress(OSError):
            caller = await dial(url)
            try:
                await self._read(caller, request(url, cookie, role, last))
            finally:
                caller.close()

    async def _read(self, caller: socket.socket, head: bytes) -> None:
        loop, rest = asyncio.get_running_loop(), b""
        await loop.sock_sendall(caller, head)
        while piece := await loop.sock_recv(caller, 1 << 16):
            rest += piece
            whole, mark, rest = rest.rpartition(b"\n\n")
            for found, kind in WHOLE_EVENT.findall(whole + mark):
                self.strange += kind == b"resync"
                self.heard.append(int(found))
