"""Behind a real proxy, and with TLS of our own: streams flow, and nobody's word is taken."""

import logging
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from http.cookies import Morsel
from pathlib import Path

import aiohttp
import pytest
import trustme

from comanda.config import Config, Server
from tests.attacks.wire import until_it_answers
from tests.flow.program import comanda, furnish, serving
from tests.guide import block
from tests.house import COCO, NEW_PIN, PIN, House, Stream, open_house

CADDY = Path(sys.executable).parent / "caddy"
RIGHT = {"username": "ana", "pin": PIN}
CADDYFILE = """
{{
    admin off
    auto_https off
    storage file_system {folder}
}}
"""
SITE = """\
https://127.0.0.1:{port} {{
    bind 127.0.0.1
    tls {folder}/cert.pem {folder}/key.pem
"""


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    """A certificate for 127.0.0.1 in cert.pem and key.pem, and the authority that issued it."""
    made = trustme.CA()
    issued = made.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    return made


@contextmanager
def caddy(house: House, folder: Path) -> Iterator[str]:
    """Caddy in front of the house, as https: the guide's lines with a certificate of our own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    name, upstream = "comanda.example.com {\n", "127.0.0.1:8080"
    lines = block(name)
    assert lines.count(upstream) == 1
    lines = lines.replace(upstream, house.url.removeprefix("http://"))
    site = lines.replace(name, SITE.format(folder=folder, port=port))
    (folder / "Caddyfile").write_text(CADDYFILE.format(folder=folder) + site)
    process = subprocess.Popen(
        [CADDY, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"],
        env={**os.environ, "HOME": str(folder)},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@asynccontextmanager
async def browser(
    url: str, authority: trustme.CA, address: str = "127.0.0.1"
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client at an address of this machine that trusts the certificate."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    connector = aiohttp.TCPConnector(ssl=context, local_addr=(address, 0))
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(url, connector=connector, cookie_jar=jar) as client:
        await until_it_answers(client)
        yield client


async def sign_in(
    client: aiohttp.ClientSession, pin: str = PIN, **headers: str
) -> dict[str, Morsel[str]]:
    async with client.post("/session", json=RIGHT | {"pin": pin}, headers=headers) as response:
        assert response.status == 201, await response.text()
        return dict(response.cookies)


@pytest.fixture
def trusting(config: Config) -> Config:
    return replace(config, server=replace(Server(), trusted_proxies=("127.0.0.1",)))


async def test_streams_flow_through_a_proxy_and_cookies_are_secure(
    trusting: Config, tmp_path: Path, authority: trustme.CA
) -> None:
    async with open_house(trusting) as house:
        with caddy(house, tmp_path) as url:
            async with browser(url, authority) as client:
                cookies = await sign_in(client)
                assert set(cookies) == {"comanda_session", "comanda_browser"}
                assert all(cookie["secure"] for cookie in cookies.values())
                async with client.get("/events/waiter") as response:
                    stream = Stream(response)
                    order = await house.place()
                    assert (await stream.next(20)).data["id"] == order["id"]
                    await house.advance(order["id"], "en_preparacion", COCO)
                    assert (await stream.next(20)).data["status"] == "en_preparacion"
                    while stream.beats < 2:  # a heartbeat comes at once, too
                        assert await stream.is_silent()
                async with client.delete("/session") as response:
                    assert response.status == 204
                    assert response.cookies["comanda_session"]["secure"]


async def test_the_client_is_who_the_proxy_says_and_not_who_the_client_says(
    trusting: Config, tmp_path: Path, authority: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_house(trusting) as house:
        with caddy(house, tmp_path) as url:
            async with browser(url, authority, "127.0.0.2") as client:
                caplog.clear()
                await sign_in(client, **{"X-Forwarded-For": "10.9.9.9"})
    (line,) = [one for one in caplog.messages if one.startswith("POST /session")]
    assert line.endswith(" 127.0.0.2")


async def test_a_proxy_that_is_not_configured_is_not_believed(
    config: Config, tmp_path: Path, authority: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_house(config) as house:
        with caddy(house, tmp_path) as url:
            async with browser(url, authority, "127.0.0.2") as client:
                caplog.clear()
                cookies = await sign_in(client)
                assert not cookies["comanda_session"]["secure"]
    (line,) = [one for one in caplog.messages if one.startswith("POST /session")]
    assert line.endswith(" 127.0.0.1")


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        (["10.0.0.1"], "10.0.0.1"),
        (["10.9.9.9, 10.0.0.1"], "10.0.0.1"),
        (["10.9.9.9, 10.0.0.1, 192.168.7.2"], "10.0.0.1"),
        (["10.9.9.9", "10.0.0.1"], "10.0.0.1"),
        (["2001:db8::1"], "2001:db8::1"),
        (["::ffff:192.168.7.2"], "::ffff:192.168.7.2"),
        (["10.0.0.1, not an address"], "127.0.0.1"),
        (["10.0.0.1:4711"], "127.0.0.1"),
        ([""], "127.0.0.1"),
        ([], "127.0.0.1"),
        (["192.168.7.1, 192.168.7.2"], "192.168.7.1"),
    ],
)
async def test_the_first_from_the_right_that_is_no_proxy_of_ours_is_the_client(
    config: Config, forwarded: list[str], address: str, caplog: pytest.LogCaptureFixture
) -> None:
    proxies = replace(Server(), trusted_proxies=("127.0.0.1", "192.168.7.0/24"))
    caplog.set_level(logging.INFO)
    async with open_house(replace(config, server=proxies)) as house:
        headers = [("X-Forwarded-For", one) for one in forwarded]
        async with aiohttp.ClientSession(house.url) as client:
            await (await client.get("/healthz", headers=headers)).read()
    (line,) = [one for one in caplog.messages if one.startswith("GET /healthz")]
    assert line.endswith(f" {address}")


async def test_a_header_of_a_stranger_makes_no_cookie_secure_and_no_other_address(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    forged = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https"}
    async with aiohttp.ClientSession(house.url) as client:
        assert not (await sign_in(client, **forged))["comanda_session"]["secure"]
    assert caplog.messages[-1].endswith(" 127.0.0.1")


async def test_tls_of_our_own(tmp_path: Path, authority: trustme.CA) -> None:
    database, config = tmp_path / "comanda.db", tmp_path / "tls.toml"
    furnish(database, tmp_path)
    config.write_text(
        f"[server]\ntls_cert = '{tmp_path}/cert.pem'\ntls_key = '{tmp_path}/key.pem'\n"
    )
    with serving(database, "serve", "--config", str(config)) as (_, url, _):
        assert url.startswith("https://127.0.0.1:")
        async with browser(url, authority) as client:
            cookies = await sign_in(client, NEW_PIN)
            assert all(cookie["secure"] for cookie in cookies.values())
            async with client.get("/events/waiter") as response:
                assert (await response.content.readline()).startswith(b"retry:")
        with pytest.raises(aiohttp.ClientError):
            async with aiohttp.ClientSession() as plain:
                await plain.get(url.replace("https", "http") + "/healthz")


def test_a_certificate_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    config = tmp_path / "tls.toml"
    (tmp_path / "cert.pem").write_text("no certificate")
    for key in ("cert.pem", "missing.pem"):
        config.write_text(
            f"[server]\ntls_cert = '{tmp_path}/cert.pem'\ntls_key = '{tmp_path}/{key}'\n"
        )
        status, out, err = comanda("serve", "--config", str(config), cwd=tmp_path)
        assert (status, out) == (1, "")
        assert err.startswith("comanda: ")
        assert err.count("\n") == 1
        assert str(tmp_path / key) in err
