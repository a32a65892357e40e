"""Uploads that never end are ended; large ones go over the disk, and nothing is left of them."""

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from comanda.config import Config, Proofs
from comanda.web.plumbing import request_data
from comanda.web.plumbing.keys import LARGE_UPLOADS
from comanda.web.plumbing.spool import IN_MEMORY
from tests.house import ANA, LARGE_PDF, LUIS, House, hang_up, open_house

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
