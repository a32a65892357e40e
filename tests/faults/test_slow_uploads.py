"""Phones that send for ever: others go through meanwhile, memory stays bounded, all are ended."""

import asyncio
import contextlib
import random
import re
import socket
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from comanda.store.backup import check
from tests.faults.evening import receipt
from tests.faults.figures import report, scaled, spread
from tests.faults.server import WAIT, Phones, Server, furnish, phones, serving, settings
from tests.faults.wire import dial
from tests.house import ANA, COCO, eventually

PHONES = scaled(40, 100)
SILENT = 8  # of those, send nothing more after the first burst
SIZE = 8 * 1024 * 1024
BURST = SIZE - 512 * 1024  # what has arrived before it gets slow: the most that they can cost
PROMISED = SIZE + 1024 * 1024  # it would take longer than any limit
MUCH = bytes(BURST)
RATE = 20 * 1024  # bytes a second
MOST = 200 * 1024 * 1024
BOUNDARY = "frontera"
CODE = re.compile(r'"code":"(\w+)"')
TIMEOUT = "408 upload_timeout"
CONFIG = "[proofs]\nidle_seconds = {idle}\nupload_seconds = {whole}\n"


class Slow:
    """One phone's upload, and what came of it."""

    def __init__(self, *, silent: bool) -> None:
        self.sent = 0
        self.told = "closed"
        self._silent = silent

    async def send(self, server: Server, cookie: str, order_id: str) -> None:
        loop, caller = asyncio.get_running_loop(), await dial(server.url)
        try:
            await loop.sock_sendall(caller, head(server, cookie, order_id))
            answer = asyncio.create_task(loop.sock_recv(caller, 65536))
            with contextlib.suppress(OSError):
                await self._trickle(caller, answer)
            with contextlib.suppress(OSError):
                received = (await answer).decode()
                self.told = " ".join([*received.split(" ", 2)[1:2], *CODE.findall(received)])
        finally:
            caller.close()

    async def _trickle(self, caller: socket.socket, answer: "asyncio.Task[bytes]") -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(caller, MUCH)
        self.sent = BURST
        while not answer.done():
            if not self._silent:
                await loop.sock_sendall(caller, bytes(RATE // 4))
                self.sent += RATE // 4
            await asyncio.wait({answer}, timeout=0.25)  # the phone's pace


def head(server: Server, cookie: str, order_id: str) -> bytes:
    part = 'Content-Disposition: form-data; name="file"; filename="f.jpg"'
    lines = (
        f"POST /orders/{order_id}/proof HTTP/1.1",
        f"Host: {urlsplit(server.url).netloc}",
        f"Cookie: {cookie}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {PROMISED}",
    )
    return "\r\n".join([*lines, "", f"--{BOUNDARY}", part, "", ""]).encode()


async def delivered(crowd: Phones) -> str:
    order_id = (await crowd.place(ANA))[1]["id"]
    for member, status in ((COCO, "en_preparacion"), (COCO, "listo"), (ANA, "entregado")):
        assert (await crowd.advance(member, order_id, status))[0] == 200
    return str(order_id)


async def others(crowd: Phones, photo: bytes, count: int) -> list[float]:
    """Proofs of everybody else, one after the other; the seconds that each took."""
    waits = []
    for _ in range(count):
        order_id = await delivered(crowd)
        started = time.monotonic()
        status, told = await crowd.submit(ANA, order_id, photo)
        assert status == 201, told
        waits.append(time.monotonic() - started)
    return waits


async def test_slow_uploads(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    database = tmp_path / "db" / "c.db"
    config = settings(tmp_path, CONFIG.format(idle=scaled(5, 20), whole=scaled(10, 60)))
    tokens = await furnish(database)
    photo = receipt(random.Random(3))
    slow = [Slow(silent=number < SILENT) for number in range(PHONES)]
    with serving(database, config=config) as server:
        async with phones(server, tokens) as crowd:
            alone = await others(crowd, photo, 20)
            order_id = await delivered(crowd)
            start = highest = server.memory
            cookie = crowd.headers(ANA)["Cookie"]
            sending = [asyncio.create_task(one.send(server, cookie, order_id)) for one in slow]
            await eventually(lambda: all(one.sent >= BURST for one in slow), WAIT)
            beside: list[float] = []
            while not all(task.done() for task in sending):
                beside += await others(crowd, photo, 1)
                highest = max(highest, server.memory)
            await asyncio.gather(*sending)
            answers = Counter(one.told for one in slow)
            assert (await crowd.submit(ANA, order_id, photo))[0] == 201, "it can be sent again"
        left = [path for path in database.parent.glob("[!c]*") if path.is_file()]
    assert set(answers) <= {TIMEOUT, "closed"}, answers
    assert answers[TIMEOUT] > 0
    assert left == [], "nothing of the uploads is left"
    assert check(database) == []
    report(
        "slow uploads",
        phones=PHONES,
        sent_before_they_stalled=f"{sum(one.sent for one in slow) / 2**20:.0f} MB",
        memory_before=f"{start / 2**20:.0f} MB",
        memory_at_most=f"{highest / 2**20:.0f} MB",
        ended_with_408=answers[TIMEOUT],
        closed=answers["closed"],
        others_proofs_meanwhile=len(beside),
    )
    report("a proof of somebody else", alone=spread(alone), beside_them=spread(beside))
    assert highest <= MOST
