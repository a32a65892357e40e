"""Small things that grow when they are opened: refused cheaply."""

import gzip
import io
import json
import struct
import time
import zlib
from collections.abc import Callable

import pytest
from PIL import Image, PngImagePlugin

from tests.attacks.test_fuzz import FORM, form
from tests.attacks.wire import MEGABYTE, Wire, resident
from tests.house import ANA, PIN, House

GROWTH = 128.0  # what the largest picture that is taken needs while it is looked at
JSON = b"Content-Type: application/json\r\n"


def chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def huge_png(side: int = 50_000) -> bytes:
    """A whole and right PNG, black and white: 312 MB of nothing in 300 KB."""
    packer, packed = zlib.compressobj(9), io.BytesIO()
    row = bytes(1 + side // 8)
    for _ in range(side):
        packed.write(packer.compress(row))
    packed.write(packer.flush())
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    data = chunk(b"IHDR", head) + chunk(b"IDAT", packed.getvalue()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def huge_jpeg() -> bytes:
    """A small picture that says it is 65,500 pixels wide and high."""
    packed = io.BytesIO()
    Image.new("RGB", (64, 64)).save(packed, "JPEG")
    data = bytearray(packed.getvalue())
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", 65_500, 65_500)
    return bytes(data)


def png_with_much_to_say() -> bytes:
    """A picture whose comment is 200 MB once it is unpacked."""
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "a" * 200 * MEGABYTE, zip=True)
    packed = io.BytesIO()
    Image.new("RGB", (64, 64)).save(packed, "PNG", pnginfo=words)
    return packed.getvalue()


def many_frames() -> bytes:
    frames = [Image.new("RGB", (2000, 2000), (number, 0, 0)) for number in range(20)]
    packed = io.BytesIO()
    frames[0].save(packed, "WEBP", save_all=True, append_images=frames[1:])
    return packed.getvalue()


def packed_zeros(size: int = 200 * MEGABYTE) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    whole = b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE))
    return whole + packer.flush()


def parts(count: int) -> bytes:
    head = b"--xyz\r\nContent-Disposition: form-data; name=f\r\n\r\n\r\n"
    return head * count + b"--xyz--\r\n"


def lines(count: int, line: str) -> bytes:
    """An order of many lines."""
    return f'{{"table_number": 1, "items": [{",".join([line] * count)}]}}'.encode()


GZIP = b"Content-Encoding: gzip\r\n"
ORDERS, PROOF = "POST /orders", "POST /orders/1/proof"
BOMBS: dict[str, tuple[str, bytes, Callable[[], bytes], set[int]]] = {
    # name: request, headers, body, what it may be answered
    "a PNG of 50,000 by 50,000": (PROOF, FORM, lambda: form(huge_png()), {415}),
    "a JPEG of 65,500 by 65,500": (PROOF, FORM, lambda: form(huge_jpeg()), {415}),
    "a PNG with 200 MB of words": (PROOF, FORM, lambda: form(png_with_much_to_say()), {201, 415}),
    "a WebP of many frames": (PROOF, FORM, lambda: form(many_frames()), {201, 415}),
    "10,000 parts": (PROOF, FORM, lambda: parts(10_000), {400, 422}),
    "9 MB of one part's header": (
        PROOF,
        FORM,
        lambda: b"--xyz\r\nX: " + b"a" * 9 * MEGABYTE,
        {400},
    ),
    "200 MB of zeros as a packed form": (PROOF, FORM + GZIP, packed_zeros, {400, 413}),
    "200 MB of zeros as packed JSON": (ORDERS, JSON + GZIP, packed_zeros, {400, 413}),
    "a million brackets": (ORDERS, JSON, lambda: b"[" * 1_000_000, {413}),
    "a number of a million digits": (ORDERS, JSON, lambda: b"1" * 1_000_000, {413}),
    "100,000 keys that are one": (
        ORDERS,
        JSON,
        lambda: b"{" + b'"items": [],' * 100_000 + b'"table_number": 1}',
        {413},
    ),
    "90,000 unknown fields": (
        ORDERS,
        JSON,
        lambda: json.dumps({f"field{number}": 1 for number in range(90_000)}).encode(),
        {413},
    ),
    "400,000 lines": (ORDERS, JSON, lambda: lines(400_000, "{}"), {413}),
    "a thousand brackets": (ORDERS, JSON, lambda: b"[" * 1_000, {400}),
    "60,000 lines": (ORDERS, JSON, lambda: lines(60_000, "{}"), {400}),
    "100,000 zeros": (ORDERS, JSON, lambda: b"[" + b"0," * 100_000 + b"0]", {400}),
    "5,000 keys that are one": (
        ORDERS,
        JSON,
        lambda: b"{" + b'"items": [],' * 5_000 + b'"table_number": 1}',
        {400},
    ),
    "5,000 lines with 30 unknown fields each": (
        ORDERS,
        JSON,
        lambda: lines(5_000, json.dumps({f"f{number}": 1 for number in range(30)})),
        {413},
    ),
}


@pytest.mark.parametrize("what", BOMBS)
async def test_a_bomb_is_refused_cheaply(house: House, what: str) -> None:
    request, headers, make, expected = BOMBS[what]
    await house.deliver()
    await house.submit((await house.deliver(13))["id"])  # the picture's code is in memory now
    wire = Wire(house, (await house.cookies(ANA))["comanda_session"])
    body, before = make(), house.rows()
    held, start = resident(), time.perf_counter()
    status = await wire.ask(request, headers, body)
    took, grown = time.perf_counter() - start, resident() - held
    wire.close()
    print(f"{what}: {len(body) / 1024:,.0f} KB, {status} in {1000 * took:,.0f} ms, {grown:+.1f} MB")
    assert status in expected
    assert grown < GROWTH
    assert status == 201 or house.rows() == before
    assert (await house.call(ANA, "GET", "/menu"))[0] == 200


def test_the_packed_zeros_are_what_they_say() -> None:
    assert gzip.decompress(packed_zeros(3 * MEGABYTE)) == bytes(3 * MEGABYTE)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "GZIP", "br", "gzip, identity"])
async def test_a_packed_request_is_not_unpacked(house: House, encoding: str) -> None:
    """Unpacking would hold the event loop, and whoever is in the Wi-Fi may send."""
    body = json.dumps({"username": "ana", "pin": PIN}).encode()
    packed = {"deflate": zlib.compress}.get(encoding, gzip.compress)(body)
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    status, told = await house.call(None, "POST", "/session", data=packed, headers=headers)
    assert (status, told["code"]) == (400, "malformed_body")
