"""Bad input, as a table: each gets its code, in problem-details form, and leaves no trace."""

import asyncio
import io
import json
import re
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from comanda.web.contract.route import SMALL_BODY
from comanda.web.routes import ORDER_BYTES, ROUTES
from tests.house import ANA, COCO, LUIS, PDF, SLOW, TACOS, House, image, jpeg

NOBODYS_IDS = ("999", "0", "-1", "abc", "1.0", "٣", "1" * 40, "01", "%00", "1%20")
LINE = {"product_id": TACOS, "quantity": 1}
ENGLISH = re.compile(r"\b(missing|not|unknown|must|invalid|field|length)\b", re.IGNORECASE)


def order(**changes: Any) -> dict[str, Any]:
    return {"table_number": 12, "items": [LINE]} | changes


def line(**changes: Any) -> dict[str, Any]:
    return order(items=[LINE | changes])


BODIES: dict[str, tuple[str, str, Any]] = {
    # what is wrong: (method, path, body)
    "no table": ("POST", "/orders", {"items": [LINE]}),
    "no items": ("POST", "/orders", {"table_number": 12}),
    "empty items": ("POST", "/orders", order(items=[])),
    "101 items": ("POST", "/orders", order(items=[LINE] * 101)),
    "items no list": ("POST", "/orders", order(items={"0": LINE})),
    "items of strings": ("POST", "/orders", order(items=["tacos"])),
    "unknown field": ("POST", "/orders", order(total=1)),
    "unknown field in a line": ("POST", "/orders", line(unit_price=1)),
    "unknown field with half a character for a name": ("POST", "/orders", order(**{"\ud800": 1})),
    "null for a line": ("POST", "/orders", order(items=[None])),
    "no product": ("POST", "/orders", order(items=[{"quantity": 1}])),
    "no quantity": ("POST", "/orders", order(items=[{"product_id": TACOS}])),
    "unknown product": ("POST", "/orders", line(product_id="999")),
    "product id 0": ("POST", "/orders", line(product_id=0)),
    "product id of 40 digits": ("POST", "/orders", line(product_id="1" * 40)),
    "product id true": ("POST", "/orders", line(product_id=True)),
    "product id null": ("POST", "/orders", line(product_id=None)),
    "quantity 0": ("POST", "/orders", line(quantity=0)),
    "quantity -3": ("POST", "/orders", line(quantity=-3)),
    "quantity 1000": ("POST", "/orders", line(quantity=1000)),
    "quantity 10^30": ("POST", "/orders", line(quantity=10**30)),
    "quantity 1.5": ("POST", "/orders", line(quantity=1.5)),
    "quantity text": ("POST", "/orders", line(quantity="2")),
    "quantity true": ("POST", "/orders", line(quantity=True)),
    "quantity null": ("POST", "/orders", line(quantity=None)),
    "table 0": ("POST", "/orders", order(table_number=0)),
    "table -1": ("POST", "/orders", order(table_number=-1)),
    "table 10^30": ("POST", "/orders", order(table_number=10**30)),
    "table 1.5": ("POST", "/orders", order(table_number=1.5)),
    "table true": ("POST", "/orders", order(table_number=True)),
    "table null": ("POST", "/orders", order(table_number=None)),
    "table text": ("POST", "/orders", order(table_number="doce")),
    "NUL in a note": ("POST", "/orders", line(note="sin\x00cebolla")),
    "line break in a note": ("POST", "/orders", line(note="sin\ncebolla")),
    "C1 control in a note": ("POST", "/orders", line(note="sin\x85cebolla")),
    "line separator in a note": ("POST", "/orders", line(note="sin\u2028cebolla")),
    "lone surrogate in a note": ("POST", "/orders", line(note="\ud800")),
    "201 characters in a note": ("POST", "/orders", line(note="x" * 201)),
    "1 MB in a note": ("POST", "/orders", line(note="x" * 2**20)),
    "note a list": ("POST", "/orders", line(note=["sin cebolla"])),
    "a list": ("POST", "/orders", [order()]),
    "a string": ("POST", "/orders", "orden"),
    "null": ("POST", "/orders", None),
    "no status": ("PUT", "/orders/1/status", {}),
    "unknown status": ("PUT", "/orders/1/status", {"status": "cocido"}),
    "status null": ("PUT", "/orders/1/status", {"status": None}),
    "status a list": ("PUT", "/orders/1/status", {"status": ["listo"]}),
    "status and more": ("PUT", "/orders/1/status", {"status": "listo", "by": "ana"}),
    "no verdict": ("PUT", "/payments/1/verdict", {}),
    "unknown verdict": ("PUT", "/payments/1/verdict", {"verdict": "quizás"}),
    "a pending verdict": ("PUT", "/payments/1/verdict", {"verdict": "por_verificar"}),
    "NUL in a reason": ("PUT", "/payments/1/verdict", {"verdict": "rechazado", "reason": "\0"}),
    "lone surrogate in a reason": (
        "PUT",
        "/payments/1/verdict",
        {"verdict": "rechazado", "reason": "\ud800"},
    ),
    "verdict and more": ("PUT", "/payments/1/verdict", {"verdict": "aprobado", "by": "ana"}),
    "verdict null": ("PUT", "/payments/1/verdict", {"verdict": None}),
    "1 MB reason": ("PUT", "/payments/1/verdict", {"verdict": "rechazado", "reason": "x" * 2**20}),
    "reason a number": ("PUT", "/payments/1/verdict", {"verdict": "rechazado", "reason": 5}),
    "no PIN": ("POST", "/session", {"username": "ana"}),
    "no username": ("POST", "/session", {"pin": "1234"}),
    "sign-in and more": ("POST", "/session", {"username": "ana", "pin": "1234", "role": "admin"}),
    "lone surrogate in a username": ("POST", "/session", {"username": "\ud800", "pin": "1234"}),
    "PIN a number": ("POST", "/session", {"username": "ana", "pin": 1234}),
    "NUL in a username": ("POST", "/session", {"username": "a\0na", "pin": "1234"}),
    "1 MB username": ("POST", "/session", {"username": "a" * 2**20, "pin": "1234"}),
    "1 MB PIN": ("POST", "/session", {"username": "ana", "pin": "1" * 2**20}),
}

BROKEN = {
    "nothing": b"",
    "half an object": b'{"table_number": 12',
    "NaN": b'{"table_number": NaN}',
    "Infinity": b'{"table_number": Infinity}',
    "nesting": b"[" * 100_000,
    "nested objects": b'{"a":' * 100_000,
    "two documents": b"{}{}",
    "UTF-16": '{"table_number": 12}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "-Infinity": b"[-Infinity]",
    "Latin-1": '{"username": "peña"}'.encode("latin-1"),
    "nesting of a few": b"[" * 100,
    "nested objects of a few": b'{"a":' * 100,
    "a name that stands twice": b'{"username": "ana", "username": "ana", "pin": "1234"}',
    "4,301 digits": b'{"table_number": ' + b"1" * 4301 + b"}",
    "binary": bytes(range(256)),
}

QUERIES = (
    "/orders?status=cocido",
    "/orders?limit=0",
    "/orders?limit=501",
    "/orders?limit=muchos",
    "/orders?limit=1_0",
    "/orders?limit=٣",
    "/orders?limit=1&limit=2",
    "/orders?since=ayer",
    "/orders?since=2026-11-28T20:41:00",
    "/orders?since=",
    "/orders?before=abc",
    "/orders?before=0",
    "/orders?before=" + "1" * 40,
    "/orders?color=azul",
    "/events/waiter?after=abc",
    "/events/waiter?after=-1",
    "/events/waiter?after=",
    "/events/waiter?after=1&after=2",
    "/events/waiter?before=1",
)


@pytest.fixture
async def busy_house(house: House) -> AsyncIterator[House]:
    """A house with one order that waits for a verdict (payment 1), and one delivered (order 2)."""
    first = await house.deliver()
    await house.submit(first["id"])
    await house.deliver()
    before = house.rows()
    yield house
    assert house.rows() == before, "a refused request left something behind"


def packed(body: Any) -> io.BytesIO:
    """JSON as a file: aiohttp's client sends those in pieces, however large."""
    return io.BytesIO(json.dumps(body).encode())


async def refused(
    house: House, member: Any, method: str, path: str, **request: Any
) -> tuple[int, str, dict[str, Any]]:
    """Send a request that must be refused; its status, code and problem."""
    client = await house.client(member)
    if isinstance(request.get("data"), (bytes, io.BytesIO)):
        request = {"headers": {"Content-Type": "application/json"}} | request
    async with client.request(method, path, **request) as response:
        assert response.content_type == "application/problem+json", await response.text()
        problem = await response.json(content_type=None)
        complaints = {"errors"} if problem["code"] == "validation_failed" else set()
        assert set(problem) == {"type", "title", "status", "code", "detail"} | complaints
        assert not ENGLISH.search(f"{problem['detail']} {problem.get('errors', {}).values()}")
        assert problem["status"] == response.status < 500
        assert problem["detail"]
        return response.status, problem["code"], problem


async def test_a_wrong_body_is_refused(busy_house: House) -> None:
    for wrong, (method, path, body) in BODIES.items():
        member = LUIS if "payments" in path else COCO if "status" in path else ANA
        status, code, problem = await refused(busy_house, member, method, path, data=packed(body))
        if wrong.startswith("1 MB"):  # more than its route takes
            assert (status, code) == (413, "file_too_large"), wrong
            continue
        assert (status, code) == (422, "validation_failed"), wrong
        assert all(
            isinstance(sentence, str) for told in problem["errors"].values() for sentence in told
        )


@pytest.mark.parametrize("wrong", BROKEN)
async def test_broken_json_is_refused(busy_house: House, wrong: str) -> None:
    for member, method, path in (
        (ANA, "POST", "/orders"),
        (None, "POST", "/session"),
        (COCO, "PUT", "/orders/1/status"),
        (LUIS, "PUT", "/payments/1/verdict"),
    ):
        answer = await refused(busy_house, member, method, path, data=BROKEN[wrong])
        if len(BROKEN[wrong]) > (ORDER_BYTES if path == "/orders" else SMALL_BODY):
            assert answer[:2] == (413, "file_too_large"), path
        else:
            assert answer[:2] == (400, "malformed_body"), path


@pytest.mark.parametrize("number", ["1e400", "-1e400"])
async def test_a_number_beyond_all_floats_is_refused(busy_house: House, number: str) -> None:
    for body in (json.dumps(line(quantity="?")), json.dumps(order(table_number="?"))):
        raw = body.replace('"?"', number).encode()
        answer = await refused(busy_house, ANA, "POST", "/orders", data=raw)
        assert answer[:2] == (422, "validation_failed")


@pytest.mark.parametrize("path", ["/orders", "/orders/2/proof"])
async def test_a_body_whose_compression_is_damaged_is_refused(busy_house: House, path: str) -> None:
    damaged = "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n{xx}"
    async with speak(busy_house, path, damaged) as (reader, _), asyncio.timeout(SLOW):
        assert (await reader.readuntil(b"malformed_body")).startswith(b"HTTP/1.1 400 ")


@asynccontextmanager
async def speak(
    house: House, path: str, rest: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare connection on which Ana's POST was begun; `rest` ends its head."""
    url = urlsplit(house.url)
    token = (await house.cookies(ANA))["comanda_session"]
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    head = (
        f"POST {path} HTTP/1.1",
        f"Host: {url.netloc}",
        f"Cookie: comanda_session={token}",
        "Content-Type: multipart/form-data; boundary=xyz",
        rest,
    )
    writer.write("\r\n".join(head).encode())
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def test_the_complaint_names_the_field_in_the_line(busy_house: House) -> None:
    *_, problem = await refused(busy_house, ANA, "POST", "/orders", json=line(quantity=0))
    assert problem["errors"] == {"items.0.quantity": ["De 1 a 999"]}


async def test_three_megabytes_of_json_are_too_large(busy_house: House) -> None:
    for member, path in ((ANA, "/orders"), (None, "/session")):
        body = packed(line(note="x" * 3 * 2**20))
        answer = await refused(busy_house, member, "POST", path, data=body)
        assert answer[:2] == (413, "file_too_large")


@pytest.mark.parametrize(
    ("member", "method", "path", "code"),
    [
        (ANA, "GET", "/orders/{}", "order_not_found"),
        (COCO, "PUT", "/orders/{}/status", "order_not_found"),
        (ANA, "POST", "/orders/{}/proof", "order_not_found"),
        (LUIS, "GET", "/payments/{}/proof", "payment_not_found"),
        (LUIS, "PUT", "/payments/{}/verdict", "payment_not_found"),
    ],
)
async def test_an_id_that_nothing_has_is_not_found_whatever_the_body(
    busy_house: House, member: Any, method: str, path: str, code: str
) -> None:
    for wrong in NOBODYS_IDS:
        url = path.format(wrong)
        answer = await refused(busy_house, member, method, url, data=b"{")
        assert answer[:2] == (404, code), wrong


async def test_a_wrong_query_is_refused(busy_house: House) -> None:
    for path in QUERIES:
        answer = await refused(busy_house, ANA, "GET", path)
        assert answer[:2] == (422, "validation_failed"), path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/orders/1"),
        ("POST", "/orders/1/status"),
        ("GET", "/orders/1/proof"),
        ("PATCH", "/payments/1/verdict"),
        ("POST", "/events/waiter"),
        ("HEAD", "/events/waiter"),
        ("PUT", "/session"),
    ],
)
async def test_a_wrong_verb_is_told_the_right_ones(
    busy_house: House, method: str, path: str
) -> None:
    client = await busy_house.client(ANA)
    async with client.request(method, path) as response:
        assert response.status == 405
        assert response.headers["Allow"]
        assert response.content_type == "application/problem+json"


async def test_every_path_refuses_the_verbs_it_does_not_have(busy_house: House) -> None:
    paths = {path for _, path, *_ in ROUTES}
    for path in paths:
        right = {method for method, other, *_ in ROUTES if other == path}
        if "GET" in right and not path.startswith("/events/"):
            right.add("HEAD")
        url = re.sub(r"{[^}]*}", "1", path)
        client = await busy_house.client(ANA)
        for verb in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - right:
            async with client.request(verb, url) as response:
                problem = await response.json(content_type="application/problem+json")
                assert (response.status, problem["code"]) == (405, "method_not_allowed")
                assert set(response.headers["Allow"].split(", ")) == right, path


@pytest.mark.parametrize("path", ["/nada", "/orders/1/nada", "/events/chef", "/static/../x"])
async def test_an_unknown_path_is_not_found(busy_house: House, path: str) -> None:
    assert (await refused(busy_house, ANA, "GET", path))[:2] == (404, "not_found")


@pytest.mark.parametrize("key", ["", "x" * 256, "con espacio", "ñandú"])
async def test_a_wrong_idempotency_key_is_refused(busy_house: House, key: str) -> None:
    headers = {"Idempotency-Key": key}
    form = io.BytesIO(multipart(METHOD, FILE))
    for path, body in (
        ("/orders", {"json": order(), "headers": headers}),
        ("/orders/2/proof", {"data": form, "headers": FORM | headers}),
    ):
        *answer, problem = await refused(busy_house, ANA, "POST", path, **body)
        assert answer == [422, "validation_failed"]
        assert set(problem["errors"]) == {"Idempotency-Key"}


def forged_png() -> bytes:
    """A PNG that says it is 50,000 by 50,000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


FILES = {
    "empty": b"",
    "half a JPEG": jpeg()[: len(jpeg()) // 2],
    "most of a JPEG": jpeg()[:-40],
    "a JPEG's first bytes": jpeg()[:20],
    "half a PNG": image("PNG")[: len(image("PNG")) // 2],
    "a PNG without its end": image("PNG")[:-12],
    "a PNG with a flipped bit": image("PNG")[:45] + b"\x00" + image("PNG")[46:],
    "half a WebP": image("WEBP")[: len(image("WEBP")) // 2],
    "half a PDF": PDF[: len(PDF) // 2],
    "only a PDF's mark": b"%PDF-1.4",
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(200),
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "GIF": image("GIF"),
    "BMP": image("BMP"),
    "TIFF": image("TIFF"),
    "JPEG's mark, then noise": b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8,
    "a huge PNG": forged_png(),
    "text": b"Transferencia exitosa $ 185.50",
}


async def test_what_is_no_whole_picture_or_pdf_is_unsupported_whatever_its_name(
    busy_house: House,
) -> None:
    for wrong, content in FILES.items():
        answer = await send_as_photo(busy_house, content)
        assert answer[:2] == (415, "unsupported_file"), wrong


async def send_as_photo(house: House, content: bytes) -> tuple[int, str, dict[str, Any]]:
    form = aiohttp.FormData({"method": "transferencia"})
    form.add_field("file", io.BytesIO(content), filename="foto.jpg", content_type="image/jpeg")
    return await refused(house, ANA, "POST", "/orders/2/proof", data=form)


@pytest.mark.parametrize(
    "whole",
    [jpeg(), image("PNG", (320, 480)), image("WEBP", (320, 480)), PDF],
    ids=["JPEG", "PNG", "WebP", "PDF"],
)
async def test_a_file_that_was_cut_off_anywhere_is_unsupported(
    busy_house: House, whole: bytes
) -> None:
    for tenths in range(10):
        answer = await send_as_photo(busy_house, whole[: len(whole) * tenths // 10])
        assert answer[:2] == (415, "unsupported_file"), f"cut after {tenths} tenths"


def multipart(*parts: tuple[str, bytes], boundary: bytes = b"xyz", end: bytes = b"--\r\n") -> bytes:
    """A form by hand: (disposition's parameters, content)."""
    body = b"".join(
        b"--"
        + boundary
        + b"\r\nContent-Disposition: form-data; "
        + name.encode()
        + b"\r\n\r\n"
        + content
        + b"\r\n"
        for name, content in parts
    )
    return body + b"--" + boundary + end


METHOD = ('name="method"', b"transferencia")
FILE = ('name="file"; filename="foto.jpg"', jpeg())
FORM = {"Content-Type": "multipart/form-data; boundary=xyz"}

FORMS: dict[str, tuple[int, str, dict[str, str], bytes]] = {
    "JSON": (400, "malformed_body", {"Content-Type": "application/json"}, b"{}"),
    "no content type": (400, "malformed_body", {"Content-Type": ""}, multipart(METHOD, FILE)),
    "no boundary": (
        400,
        "malformed_body",
        {"Content-Type": "multipart/form-data"},
        multipart(METHOD, FILE),
    ),
    "another boundary": (
        400,
        "malformed_body",
        {"Content-Type": "multipart/form-data; boundary=abc"},
        multipart(METHOD, FILE),
    ),
    "mixed": (
        400,
        "malformed_body",
        {"Content-Type": "multipart/mixed; boundary=xyz"},
        multipart(METHOD, FILE),
    ),
    "nothing": (400, "malformed_body", FORM, b""),
    "only garbage": (400, "malformed_body", FORM, b"garbage\r\n" * 100),
    "a text field with half a character for a name": (
        400,
        "malformed_body",
        FORM,
        multipart(METHOD, FILE).replace(b'name="method"', b'name="\xed\xa0\x80"'),
    ),
    "cut off in the file": (400, "malformed_body", FORM, multipart(METHOD, FILE)[:-300]),
    "cut off in a header": (400, "malformed_body", FORM, multipart(METHOD, FILE)[:30]),
    "no last boundary": (400, "malformed_body", FORM, multipart(METHOD, FILE, end=b"\r\n")),
    "a part without a name": (
        422,
        "validation_failed",
        FORM,
        multipart(METHOD, FILE, ("x=y", b"")),
    ),
    "a method that is no text": (
        400,
        "malformed_body",
        FORM,
        multipart(('name="method"', b"\xff\xfe"), FILE),
    ),
    "10,000 parts": (
        400,
        "malformed_body",
        FORM,
        multipart(*[(f'name="f{number}"', b"") for number in range(10_000)]),
    ),
    "two files": (422, "validation_failed", FORM, multipart(METHOD, FILE, FILE)),
    "two methods": (422, "validation_failed", FORM, multipart(METHOD, METHOD, FILE)),
    "no method": (422, "validation_failed", FORM, multipart(FILE)),
    "unknown method": (
        422,
        "validation_failed",
        FORM,
        multipart(('name="method"', b"trueque"), FILE),
    ),
    "unknown field": (
        422,
        "validation_failed",
        FORM,
        multipart(METHOD, FILE, ('name="total"', b"1")),
    ),
    "no file": (422, "validation_failed", FORM, multipart(METHOD)),
    "a file input left empty": (
        422,
        "validation_failed",
        FORM,
        multipart(METHOD, ('name="file"; filename=""', b"")),
    ),
    "a long method": (
        422,
        "validation_failed",
        FORM,
        multipart(('name="method"', b"x" * 5000), FILE),
    ),
    "64 KB of header": (
        400,
        "malformed_body",
        FORM,
        multipart((f'name="{"x" * 65536}"', b""), METHOD, FILE),
    ),
}


async def test_a_wrong_form_is_refused(busy_house: House) -> None:
    for wrong, (status, code, headers, body) in FORMS.items():
        answer = await refused(
            busy_house, ANA, "POST", "/orders/2/proof", data=io.BytesIO(body), headers=headers
        )
        assert answer[:2] == (status, code), wrong


async def test_a_form_may_come_with_its_fields_in_either_order_and_a_slow_ending(
    house: House,
) -> None:
    for parts in ((METHOD, FILE), (FILE, METHOD)):
        made = await house.deliver()

        async def slowly(parts: Any = parts) -> AsyncIterator[bytes]:
            body = multipart(*parts)
            for start in range(0, len(body), 700):
                yield body[start : start + 700]
                await asyncio.sleep(0)
            yield b"an epilogue that means nothing"

        status, _ = await house.call(
            ANA, "POST", f"/orders/{made['id']}/proof", data=slowly(), headers=FORM
        )
        assert status == 201


async def test_what_stands_before_the_first_boundary_means_nothing(house: House) -> None:
    made = await house.deliver()
    body = io.BytesIO(b"This is a form.\r\n" + multipart(METHOD, FILE))  # RFC 2046, 5.1.1
    status, answer = await house.call(
        ANA, "POST", f"/orders/{made['id']}/proof", data=body, headers=FORM
    )
    assert (status, answer["status"]) == (201, "por_verificar")


@pytest.mark.parametrize(
    "start",
    [
        multipart(METHOD, ('name="file"; filename="foto.jpg"', b""), end=b"")[:-7],
        multipart(METHOD, FILE),  # whole: what follows belongs to no part, and counts all the same
    ],
    ids=["in the file", "after the form"],
)
async def test_what_is_too_large_is_refused_while_it_streams_in(
    busy_house: House, start: bytes
) -> None:
    more = b"\xff" * 2**16
    head = "Transfer-Encoding: chunked\r\n\r\n"
    async with speak(busy_house, "/orders/2/proof", head) as (reader, writer):
        answer = asyncio.create_task(reader.readuntil(b"file_too_large"))
        writer.write(b"%x\r\n%b\r\n" % (len(start), start))
        sent = 0
        while not answer.done():  # the body never ends, so no answer can have waited for its end
            writer.write(b"%x\r\n%b\r\n" % (len(more), more))
            await writer.drain()
            await asyncio.sleep(0)
            sent += len(more)
            assert sent < 100 * 2**20
        assert (await answer).startswith(b"HTTP/1.1 413 ")


async def test_a_length_that_can_only_be_too_large_is_refused_before_a_byte_is_read(
    busy_house: House,
) -> None:
    head = "Content-Length: 99999999\r\n\r\n"
    async with speak(busy_house, "/orders/2/proof", head) as (reader, _), asyncio.timeout(SLOW):
        assert (await reader.readuntil(b"file_too_large")).startswith(b"HTTP/1.1 413 ")


async def test_a_file_of_just_the_largest_size_passes_and_one_byte_more_does_not(
    house: House,
) -> None:
    largest = 10 * 2**20
    whole = io.BytesIO(jpeg())
    padded = whole.getvalue() + b"\0" * (largest - len(whole.getvalue()))
    made = await house.deliver()
    assert (await house.submit(made["id"], photo=padded + b"\0"))[0] == 413
    assert (await house.submit(made["id"], photo=padded))[0] == 201
