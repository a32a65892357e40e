"""A request that names another host than this house's is refused: no other site passes for it."""

import asyncio
import socket
from dataclasses import replace

import aiohttp
import pytest

from comanda.config import Config, Server
from tests.house import ANA, House, open_house

OWN = socket.gethostname().lower().partition(".")[0]


async def asked(
    url: str, host: str, method: str = "GET", path: str = "/healthz"
) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(url) as client,
        client.request(method, path, headers={"Host": host}) as response,
    ):
        return response.status, await response.text()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "8.8.8.8",
        "[2001:db8::1]:80",
        "0.0.0.0",  # noqa: S104 - no listener
        "",
        "a b",
        "[",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        f"{OWN}.evil.example",
        "comanda.evil.example",
        "comanda.example",
        "x@localhost",
    ],
)
async def test_another_host_is_refused_whatever_is_asked(house: House, host: str) -> None:
    for method, path in (("GET", "/healthz"), ("GET", "/"), ("POST", "/session"), ("GET", "/nada")):
        status, told = await asked(house.url, host, method, path)
        assert (status, "wrong_host" in told) == (421, True), path
        assert "allowed_hosts" in told


@pytest.mark.parametrize(
    "target", ["http://evil.example/healthz", "http://127.0.0.1@evil.example/"]
)
async def test_a_host_beside_the_path_counts_too(house: House, target: str) -> None:
    host, port = house.runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    assert b" 421 " in await reader.readline()
    writer.write(
        f"GET http://{host}:{port}/healthz HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    )
    await reader.readuntil(b"}")
    await reader.readuntil(b" 200 ")
    writer.transport.abort()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:1",
        "localhost.",
        "comanda.localhost",
        "comanda.local:8080",
        "127.0.0.1",
        "127.0.0.2:99",
        "[::1]",
        "[::1]:8080",
        OWN,
        OWN.upper(),
        f"{OWN}.local",
        f"{OWN}.lan:8080",
    ],
)
async def test_this_computers_own_names_and_addresses_are_ours(house: House, host: str) -> None:
    assert (await asked(house.url, host))[0] == 200


async def test_what_the_configuration_names_is_ours(config: Config) -> None:
    named = replace(
        Server(),
        public_url="https://comanda.example.com:444",
        allowed_hosts=("Fonda.example", "cafetería.example", "10.1.2.3"),
    )
    async with open_house(replace(config, server=named)) as house:
        for host in ("comanda.example.com", "fonda.example:8080", "xn--cafetera-i2a.example"):
            assert (await asked(house.url, host))[0] == 200, host
        assert (await asked(house.url, "10.1.2.3"))[0] == 200
        assert (await asked(house.url, "10.1.2.4"))[0] == 421


async def test_the_refusal_says_what_to_write_and_repeats_no_rubbish(house: House) -> None:
    _, told = await asked(house.url, "fonda.example:8080")
    assert 'allowed_hosts = [\\"fonda.example\\"]' in told
    _, told = await asked(house.url, "<script>")
    assert "script" not in told


async def test_who_names_no_host_is_no_browser(house: House) -> None:
    caller = await house.dial(ANA, "GET /healthz HTTP/1.0")
    caller.close()
    async with (
        aiohttp.ClientSession(house.url) as client,
        client.get("/healthz", skip_auto_headers=["Host"]) as response,
    ):
        assert response.status == 200
