"""Uploads that never end are ended; large ones go over the disk, and nothing is left of them."""

import asyncio
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from comanda.app import UPLOADS_AT_ONCE
from comanda.config import Config, Proofs
from comanda.domain.errors import UnsupportedFile
from comanda.domain.payments import Proof
from comanda.media import inspection
from comanda.web.plumbing import request_data
from comanda.web.plumbing.connections import CONNECTIONS
from comanda.web.plumbing.keys import LARGE_UPLOADS, UPLOADS
from comanda.web.plumbing.spool import IN_MEMORY
from tests.house import ANA, LARGE_PDF, LUIS, PDF, House, eventually, hang_up, open_house

BOUNDARY = "frontera"
START = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="f.jpg"\r\n\r\n'
).encode()
FORM = (f"Content-Type: multipart/form-data; boundary={BOUNDARY}", "Content-Length: 1000000")


async def answer(caller: socket.socket) -> str:
    """What the server answers at last."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(20):
        received = b""
        while b"}" not in received and (piece := await loop.sock_recv(caller, 65536)):
            received += piece
    hang_up(caller)
    return received.decode()


@pytest.mark.parametrize("limits", [Proofs(upload_seconds=0.3), Proofs(idle_seconds=0.3)])
async def test_an_upload_that_does_not_come_to_its_end_is_given_up(
    config: Config, limits: Proofs
) -> None:
    strict = replace(config, proofs=limits)
    async with open_house(strict) as house:
        order = await house.deliver()
        path, before = f"/orders/{order['id']}/proof", house.rows()
        body = START + bytes(IN_MEMORY + 65_536)
        caller = await house.dial(ANA, f"POST {path} HTTP/1.1", *FORM, body=body)
        told = await answer(caller)
        assert "HTTP/1.1 408 " in told
        assert '"code":"upload_timeout"' in told
        assert house.rows() == before
        assert (await house.submit(order["id"]))[0] == 201, "the phone tries again"


async def test_json_that_does_not_come_to_its_end_is_given_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_data, "JSON_SECONDS", 0.3)
    head = ("Content-Type: application/json", "Content-Length: 1000")
    told = await answer(await house.dial(ANA, "POST /orders HTTP/1.1", *head, body=b"{"))
    assert "HTTP/1.1 408 " in told
    assert '"code":"upload_timeout"' in told


async def test_a_large_proof_goes_over_the_disk_and_leaves_no_file(
    house: House, tmp_path: Path
) -> None:
    order = await house.deliver()
    files = set(tmp_path.iterdir())
    status, paid = await house.submit(order["id"], photo=LARGE_PDF)
    assert status == 201
    client = await house.client(LUIS)
    async with client.get(f"/payments/{paid['payment']['id']}/proof") as response:
        assert await response.read() == LARGE_PDF
    assert set(tmp_path.iterdir()) == files


async def test_a_large_proof_waits_for_another_large_one_and_small_ones_do_not(
    house: House,
) -> None:
    large, small = await house.deliver(1), await house.deliver(2)
    async with house.app[LARGE_UPLOADS]:
        waiting = asyncio.create_task(house.submit(large["id"], photo=LARGE_PDF))
        assert (await house.submit(small["id"]))[0] == 201
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 1)
    assert (await waiting)[0] == 201


async def test_a_text_field_is_no_way_to_fill_the_memory(house: House) -> None:
    order = await house.deliver()
    status, told = await house.submit(order["id"], method="x" * 100_000)
    assert (status, told["code"]) == (413, "file_too_large")


async def test_who_hangs_up_keeps_the_turn_until_the_thread_has_looked_at_the_file(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise everybody's threads would work on files that nobody sends any more."""
    looks: list[int] = []
    go_on = threading.Event()

    def look(data: bytes, sha256: str) -> Proof:
        looks.append(len(data))
        go_on.wait(20)
        raise UnsupportedFile

    order, turns = await house.deliver(), house.app[UPLOADS]
    with monkeypatch.context() as patched:
        patched.setattr(inspection, "inspect", look)
        visits = house.app[CONNECTIONS]._open
        before, body = set(visits), START + PDF + f"\r\n--{BOUNDARY}--\r\n".encode()
        method = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="method"\r\n\r\n'.encode()
        body = method + b"transferencia\r\n" + body
        head = (FORM[0], f"Content-Length: {len(body)}")
        path = f"POST /orders/{order['id']}/proof HTTP/1.1"
        callers = [await house.dial(ANA, path, *head, body=body) for _ in range(UPLOADS_AT_ONCE)]
        try:
            await eventually(lambda: len(looks) == UPLOADS_AT_ONCE)
            for caller in callers:
                hang_up(caller, rudely=True)
            await eventually(lambda: not visits - before)
            for _ in range(100):
                await asyncio.sleep(0)  # whoever was cancelled has run by now
            assert turns.locked()
        finally:
            go_on.set()
        await eventually(lambda: not turns.locked())
    assert (await house.submit(order["id"]))[0] == 201
