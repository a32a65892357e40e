"""Behind nginx, with exactly the lines of /ayuda/operacion but for the ports."""

import io
import logging
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from comanda.config import Config, Proofs, Server
from tests.attacks.wire import until_it_answers
from tests.guide import block
from tests.house import COCO, PDF, PIN, House, Stream, open_house, skip_without

MAIN = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    gzip on;  # for all that comes by, as some have it in nginx.conf
    gzip_types *;
    gzip_min_length 1;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""
REACHABLE = "127.0.0.2"  # another address of this computer than the proxy's own


@pytest.fixture(scope="session")
def nginx() -> str:
    """The program; without it the tests skip, except in CI, where that is a failure."""
    own = Path(sys.prefix) / "nginx" / "usr" / "sbin"
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:{own}")
    if found is None:
        message = "NO NGINX: the guide's lines are NOT tested; install the package `nginx`"
        skip_without(message)
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def serving(nginx: str, house: House, folder: Path) -> Iterator[str]:
    """nginx in front of the house, on a port that isn't 80."""
    port, site = free_port(), block("server {")
    for line, ours in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:8080;", f"{house.url};"),
    ):
        assert site.count(line) == 1
        site = site.replace(line, ours)
    config = folder / "nginx.conf"
    config.write_text(MAIN.format(folder=folder, site=site))
    process = subprocess.Popen([nginx, "-p", folder, "-c", config], stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
async def house(config: Config) -> AsyncIterator[House]:
    server = replace(Server(), trusted_proxies=("127.0.0.1",))
    async with open_house(replace(config, server=server)) as opened:
        yield opened


@pytest.fixture
async def phone(nginx: str, house: House, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """Ana's browser, at another address than the proxy's, signed in through it."""
    with serving(nginx, house, tmp_path) as url:
        connector = aiohttp.TCPConnector(local_addr=(REACHABLE, 0))
        jar = aiohttp.CookieJar(unsafe=True)
        # What a browser sends over plain HTTP in a house's network: its Origin, with the port.
        async with aiohttp.ClientSession(
            url, connector=connector, cookie_jar=jar, headers={"Origin": url}
        ) as client:
            await until_it_answers(client)
            right = {"username": "ana", "pin": PIN}
            async with client.post("/session", json=right) as response:
                assert response.status == 201, await response.text()
            yield client


async def test_a_phone_signs_in_on_a_port_that_is_not_80(
    phone: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with phone.get("/session") as response:
        assert (await response.json())["user"]["username"] == "ana"
    (line,) = [one for one in caplog.messages if one.startswith("GET /session")]
    assert line.endswith(f" {REACHABLE}")


async def test_another_sites_page_is_still_refused(phone: aiohttp.ClientSession) -> None:
    for origin in ("http://127.0.0.1", "http://127.0.0.1:1", "http://evil.example"):
        async with phone.delete("/session", headers={"Origin": origin}) as response:
            assert response.status == 403


def proof(size: int) -> aiohttp.FormData:
    """The form, with a PDF of so many bytes."""
    padding = b"%" + b" " * (size - len(PDF) - 2) + b"\n"
    form = aiohttp.FormData({"method": "transferencia"})
    form.add_field("file", io.BytesIO(PDF.replace(b"\n", b"\n" + padding, 1)), filename="x.pdf")
    return form


async def test_the_largest_proof_arrives(house: House, phone: aiohttp.ClientSession) -> None:
    order = await house.deliver(12)
    form = proof(Proofs().max_bytes)
    async with phone.post(f"/orders/{order['id']}/proof", data=form) as response:
        assert response.status == 201, await response.text()


async def test_a_larger_one_is_refused_in_comandas_words(
    house: House, phone: aiohttp.ClientSession
) -> None:
    order = await house.deliver(12)
    form = proof(Proofs().max_bytes + 1)
    async with phone.post(f"/orders/{order['id']}/proof", data=form) as response:
        assert response.status == 413
        assert (await response.json())["code"] == "file_too_large"


async def test_news_flows_at_once(house: House, phone: aiohttp.ClientSession) -> None:
    async with phone.get("/events/waiter") as response:
        stream = Stream(response)
        order = await house.place()
        assert (await stream.next(20)).data["id"] == order["id"]
        await house.advance(order["id"], "en_preparacion", COCO)
        assert (await stream.next(20)).data["status"] == "en_preparacion"
