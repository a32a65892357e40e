"""What other sites, broken HTTP and headers made of somebody's words can do: nothing."""

import asyncio
import io
import json
import re
from contextlib import suppress

import aiohttp
import pytest

from comanda.domain.staff import Role, Staff
from comanda.store import staff
from comanda.web.plumbing.keys import DATABASE
from comanda.web.routes import ROUTES
from tests.house import ANA, LUIS, PIN_HASH, House, jpeg

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "server": "Comanda",
}
BROKEN = {
    "no HTTP": b"hello\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "a bad version": b"GET / HTTP/9\r\n\r\n",
    "a bad method": b"G<script>T / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost a\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    "two lengths": b"POST /orders HTTP/1.1\r\nHost: a\r\n"
    b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a length and chunks": b"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a bad length": b"POST /orders HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
    "a long request line": b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a long header": b"GET / HTTP/1.1\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n",
    "a thousand long headers": b"GET / HTTP/1.1\r\n" + b"X: aaaa\r\n" * 120_000 + b"\r\n",
}


async def raw(house: House, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """What is answered to these bytes: status, headers, body."""
    host, port = house.runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    received = b""
    try:
        with suppress(ConnectionError):
            writer.write(sent)
            await writer.drain()
        async with asyncio.timeout(20):
            with suppress(ConnectionError):
                received = await reader.readuntil(b"\r\n\r\n")
                received += await reader.read(65536)
    finally:
        writer.transport.abort()
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), headers, body


@pytest.mark.parametrize("what", BROKEN)
async def test_broken_http_is_refused_with_all_headers_and_never_quoted(
    house: House, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    status, headers, body = await raw(house, BROKEN[what])
    assert status == 400
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["code"] == "malformed_body"
    assert b"script" not in body
    assert "script" not in caplog.text
    assert "aaaa" not in caplog.text
    assert HEADERS.items() <= headers.items()
    assert "default-src 'none'" in headers["content-security-policy"]
    assert (await house.call(None, "GET", "/healthz"))[0] == 200


async def test_every_route_answers_everybody_with_all_headers(house: House) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    for route in ROUTES:
        path = re.sub(r"{\w+}", "1", route.path.replace("{path:.+}", "js/lib/dom.js"))
        for member in (None, ANA, LUIS):
            client = await house.client(member)
            async with client.request(route.method, path, data=b"{") as response:
                for name, value in HEADERS.items():
                    assert response.headers[name] == value, (path, response.status)
                policy = response.headers["Content-Security-Policy"]
                assert "unsafe" not in policy


async def test_another_site_can_change_nothing_whatever_it_forges(house: House) -> None:
    order = await house.deliver()
    before = house.rows()
    host = house.url.removeprefix("http://")
    forged = [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://{host}.evil.example"},
        {"Origin": f"http://evil.example#{house.url}"},
        {"Origin": f"http://evil.example/{host}"},
        {"Origin": f"http://{host}@evil.example"},
        {"Origin": house.url, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {
            "Origin": "http://evil.example",
            "Host": "evil.example:80",
            "Sec-Fetch-Site": "cross-site",
        },
    ]
    for headers in forged:
        for route in ROUTES:
            if route.method == "GET":
                continue
            path = re.sub(r"{\w+}", order["id"], route.path)
            status, problem = await house.call(ANA, route.method, path, headers=headers)
            assert (status, problem["code"]) == (403, "cross_origin"), (headers, path)
    assert house.rows() == before


async def test_no_answer_lets_another_site_read_it(house: House) -> None:
    for path in ("/orders", "/menu", "/session", "/", "/healthz", "/events/waiter"):
        client = await house.client(ANA)
        async with client.get(path, headers={"Origin": "http://evil.example"}) as response:
            assert not [name for name in response.headers if name.startswith("Access-Control")]


async def test_names_can_not_add_a_header(house: House) -> None:
    """Whatever goes into a header is ours: the order's number, the attempt's, the file's type."""
    evil = Staff("eva", "Eva\r\nSet-Cookie: comanda_session=stolen", Role.WAITER)
    await house.app[DATABASE].write(staff.add, evil, PIN_HASH)
    order = await house.deliver()
    form = aiohttp.FormData({"method": "transferencia"})
    form.add_field(
        "file",
        io.BytesIO(jpeg()),
        filename='a"; filename=evil.html; x="',
        content_type="text/html",
    )
    status, sent = await house.call(evil, "POST", f"/orders/{order['id']}/proof", data=form)
    assert status == 201
    client = await house.client(LUIS)
    async with client.get(f"/payments/{sent['payment']['id']}/proof") as response:
        assert response.headers["Content-Type"] == "image/jpeg"
        disposition = f'inline; filename="comprobante-{order["id"]}-1.jpg"'
        assert response.headers["Content-Disposition"] == disposition
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert not {"X-Evil", "Set-Cookie"} & set(response.headers)
    for path in ("/session", "/orders"):
        async with (await house.client(evil)).get(path) as response:
            assert not {"X-Evil", "Set-Cookie"} & set(response.headers)
    async with client.get("/orders/1%0d%0aSet-Cookie:%20a=b") as response:
        assert response.status == 404
        assert "Set-Cookie" not in response.headers


async def test_a_pdf_that_is_a_page_as_well_stays_a_pdf_without_rights(house: House) -> None:
    order = await house.deliver()
    form = aiohttp.FormData({"method": "transferencia"})
    page = b"<html><script>document.title = 'owned'</script></html>"
    pdf = b"%PDF-1.4\n" + page + b"\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
    form.add_field("file", pdf, filename="pago.html", content_type="text/html")
    status, sent = await house.call(ANA, "POST", f"/orders/{order['id']}/proof", data=form)
    assert status == 201
    client = await house.client(LUIS)
    async with client.get(f"/payments/{sent['payment']['id']}/proof") as response:
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/session"),
        ("GET", "/orders"),
        ("GET", "/orders/99"),
        ("GET", "/orders/x"),
        ("GET", "/nowhere"),
        ("PUT", "/session"),
        ("POST", "/orders"),
        ("GET", "/days/2026-11-28"),
        ("GET", "/static/js/lib/api.js"),
        ("GET", "/caja"),
        ("GET", "/healthz"),
    ],
)
async def test_every_answer_tells_the_servers_time(house: House, method: str, path: str) -> None:
    """Pages count by it; what a cache would give again with an old time is never learned from."""
    for member in (None, LUIS):
        client = await house.client(member)
        async with client.request(method, path) as response:
            assert response.headers.getall("Date") == ["Sat, 28 Nov 2026 20:41:00 GMT"]
            if response.content_type.endswith("json"):
                assert response.headers["Cache-Control"] == "no-store"
    house.clock.advance(seconds=59.9)
    async with client.request(method, path) as response:
        assert response.headers["Date"] == "Sat, 28 Nov 2026 20:41:59 GMT"
