"""Requests as bytes on a bare connection, and bytes that are nearly right."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path

import aiohttp

from tests.house import House

MEGABYTE = 2**20


class Wire:
    """One connection after another to the house; a request is whatever bytes it is given."""

    def __init__(self, house: House, cookie: str) -> None:
        self._address = house.runner.addresses[0][:2]
        self._cookie = cookie
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, request: str, headers: bytes = b"", body: bytes = b"", *, signed: bool = True
    ) -> int:
        """The status of the answer; `headers` are whole lines."""
        cookie = f"Cookie: comanda_session={self._cookie}\r\n" if signed else ""
        host = ":".join(map(str, self._address))
        head = f"{request} HTTP/1.1\r\nHost: {host}\r\n{cookie}Content-Length: {len(body)}\r\n"
        reader, writer = await self._connection()
        try:
            async with asyncio.timeout(60):
                with suppress(ConnectionError):  # a refusal comes before all has been sent
                    writer.write(head.encode() + headers + b"\r\n" + body)
                    await writer.drain()
                return await self._answer(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.close()
            return 0

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._open is None:
            self._open = await asyncio.open_connection(*self._address)
        return self._open

    async def _answer(self, reader: asyncio.StreamReader) -> int:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(maxsplit=2)[1])
        _, found, rest = head.partition("content-length: ")
        if found:
            await reader.readexactly(int(rest.partition("\r")[0]))
        if not found or status >= 400:  # a stream, or what may leave a body unread
            self.close()
        return status

    def close(self) -> None:
        if self._open is not None:
            self._open[1].transport.abort()
            self._open = None


class Mutator:
    """Makes bytes that are nearly one of a corpus; the same from the same seed."""

    def __init__(self, seed: int, corpus: list[bytes], tokens: list[bytes]) -> None:
        self._random = random.Random(seed)
        self._corpus = corpus
        self._tokens = tokens

    def next(self) -> bytes:
        data = bytearray(self._random.choice(self._corpus))
        for _ in range(self._random.choice((1, 1, 2, 4, 16))):
            self._change(data)
        return bytes(data)

    def _change(self, data: bytearray) -> None:
        start = self._random.randrange(len(data) + 1)
        end = min(len(data), start + self._random.choice((1, 2, 4, 32, 1024)))
        match self._random.randrange(6):
            case 0:
                data[start:end] = self._random.randbytes(end - start)
            case 1:
                del data[start:end]
            case 2:
                data[start:start] = data[start:end] * self._random.choice((1, 2, 50))
            case 3:
                data[start:start] = self._random.choice(self._tokens)
            case 4:
                data[start:end] = self._random.choice(self._corpus)[start:end]
            case _ if start < len(data):
                data[start] ^= 1 << self._random.randrange(8)


def resident() -> float:
    """What this process holds in memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / MEGABYTE


async def until_it_answers(client: aiohttp.ClientSession) -> None:
    """Wait for a proxy that has just been started, and for the server behind it."""
    async with asyncio.timeout(30):
        while not await _answers(client):
            await asyncio.sleep(0.05)


async def _answers(client: aiohttp.ClientSession) -> bool:
    try:
        async with client.get("/healthz") as response:
            return response.status == 200
    except aiohttp.ClientConnectorError:
        return False
