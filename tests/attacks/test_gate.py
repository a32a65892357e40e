"""Files that explode when they are decoded, or made to be read slowly, cost the server nothing."""

import io
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from comanda.domain.errors import UnsupportedFile
from comanda.domain.payments import Proof
from comanda.media.inspection import INLINE_BYTES, is_quick
from tests.attacks.wire import MEGABYTE
from tests.house import PDF
from tests.long import LONG
from tests.proofs import inspected
from tests.test_metadata import chunk, jpeg_parts, saved, segment, webp_chunk
from tests.test_pictures import exif, photo

LARGEST = (10 if LONG else 2) * MEGABYTE
EXAMPLES = 20_000 if LONG else 150
DECODERS = ("PIL", "pi_heif", "pillow_heif", "pypdfium2")


def wide_png() -> bytes:
    """A whole PNG of 49 megapixels in some 100 KB."""
    packed = io.BytesIO()
    Image.new("RGB", (7000, 7000), "white").save(packed, "PNG")
    return packed.getvalue()


def tiny_webp() -> bytes:
    """16 megapixels, all of one colour, in 34 bytes."""
    side = 3999
    body = b"\x2f" + struct.pack("<I", side | side << 14) + bytes(9)
    return b"RIFF" + struct.pack("<I", 26) + b"WEBP" + b"VP8L" + struct.pack("<I", 13) + body


def small_heic() -> bytes:
    """A small picture that says it has 49 megapixels."""
    data = bytearray(photo("HEIF"))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", 7000, 7000)
    return bytes(data)


def jpeg_of_scans() -> bytes:
    """A large picture with a hundred thousand scans that each say almost nothing."""
    data = saved("JPEG", progressive=True)
    last = [part for part in jpeg_parts(data) if part[1] == 0xDA][-1]
    return data[:-2] + last * (LARGEST // len(last) - 200) + data[-2:]


def pdf(objects: bytes) -> bytes:
    return PDF.replace(b"trailer", objects[: LARGEST - 1000] + b"\ntrailer")


def pages() -> bytes:
    return b"9 0 obj<</Kids[" + b"3 0 R " * 1_000_000 + b"]>>endobj\n"


def packed_objects(plain: bytes) -> bytes:
    packed = zlib.compress(plain)
    head = b"7 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    return head + packed + b"\nendstream endobj\n"


def scattered(head: bytes, piece: bytes, tail: bytes) -> bytes:
    return head + piece * ((LARGEST - len(head + tail)) // len(piece)) + tail


JPEG, PNG, WEBP = saved("JPEG"), saved("PNG"), saved("WEBP")
TO_SCAN = JPEG[: JPEG.index(b"\xff\xda") + 14]
FILES: dict[str, Callable[[], bytes]] = {
    "a PNG of 49 megapixels": wide_png,
    "a WebP of 34 bytes": tiny_webp,
    "an iPhone's picture of 49 megapixels": small_heic,
    "a JPEG of thousands of scans": jpeg_of_scans,
    "a JPEG of fill bytes": lambda: scattered(TO_SCAN, b"\xff", b"\xff\xd9"),
    "a JPEG of escaped bytes": lambda: scattered(TO_SCAN, b"\xff\x00", b"\xff\xd9"),
    "a JPEG of filled escapes": lambda: scattered(TO_SCAN, b"\xff\xff\x00", b"\xff\xd9"),
    "a JPEG of stray markers": lambda: scattered(JPEG[:2], b"\xff\x01", JPEG[2:]),
    "a JPEG of tables": lambda: scattered(JPEG[:2], segment(0xC4, bytes(60_000)), JPEG[2:]),
    "a PNG of empty chunks": lambda: scattered(PNG[:33], chunk(b"IDAT", b""), PNG[33:]),
    "a PNG of words": lambda: scattered(PNG[:33], chunk(b"tEXt", b"a"), PNG[33:]),
    "a PNG's profile that explodes": lambda: (
        PNG[:33] + chunk(b"iCCP", b"a\x00\x00" + zlib.compress(bytes(200 * MEGABYTE))) + PNG[33:]
    ),
    "a WebP of chunks": lambda: scattered(WEBP, webp_chunk(b"EXIF", b""), b""),
    "a WebP of zeros": lambda: scattered(WEBP, bytes(4096), b""),
    "an iPhone's picture of boxes": lambda: scattered(
        photo("HEIF"), b"\x00\x00\x00\x08free", b""
    ),
    "a PDF of a million pages": lambda: pdf(pages()),
    "a PDF of brackets": lambda: pdf(b"9 0 obj" + b"[" * LARGEST),
    "a PDF of objects": lambda: pdf(b"9 0 obj 1 endobj\n" * (LARGEST // 17)),
    "a PDF that explodes": lambda: pdf(packed_objects(bytes(30 * MEGABYTE)) * 60),
}  # fmt: skip


def work(data: bytes) -> tuple[Proof | None, int, int]:
    """The proof, how many functions were called for it, and the most bytes in use at once."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    tracemalloc.start()
    sys.setprofile(count)
    proof = None
    try:
        proof = inspected(data)
    except UnsupportedFile:
        pass
    finally:
        sys.setprofile(None)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return proof, calls, peak


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_explodes_costs_the_server_nothing(what: str) -> None:
    data = FILES[what]()
    proof, calls, peak = work(data)
    print(f"{what}: {len(data):,} bytes, {calls:,} calls, {peak:,} bytes, taken: {bool(proof)}")
    is_pdf = data.startswith(b"%PDF")
    assert calls < (6_000_000 if is_pdf else 3_000_000)
    assert peak < 3 * len(data) + (40 if is_pdf else 2) * MEGABYTE
    if is_quick(data):
        assert calls < 20_000
        assert peak < 4 * INLINE_BYTES


def test_no_decoder_comes_with_the_gate() -> None:
    code = f"""
import sys
import comanda.media.inspection
assert not sys.modules.keys() & set({DECODERS!r}), sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_costly_kinds_and_large_files_are_not_quick() -> None:
    assert is_quick(JPEG)
    assert is_quick(PNG)
    assert is_quick(WEBP)
    assert not is_quick(PDF)
    assert not is_quick(photo("HEIF"))
    assert not is_quick(JPEG + bytes(INLINE_BYTES))
    assert not is_quick(PNG + bytes(INLINE_BYTES // 2))


def seeds() -> list[bytes]:
    turned: dict[str, Any] = {"exif": exif(6, "2026:11:28 14:30:05", "-06:00")}
    kinds = ("JPEG", "PNG", "WEBP")
    return [
        *(photo(kind) for kind in kinds),
        *(photo(kind, **turned) for kind in kinds),
        photo("JPEG", progressive=True, icc_profile=bytes(300)),
        photo("PNG", "RGBA", icc_profile=bytes(300)),
        photo("WEBP", "RGBA", lossless=True, icc_profile=bytes(300), xmp=b"<x/>"),
        photo("HEIF", exif=exif(6).tobytes(), xmp=b"<x/>"),
        PDF.replace(b"/Count 0", b"/Count 0/AA<</O<</S/JavaScript/JS(x)>>>>"),
    ]


SEEDS = seeds()
PIECES = [b"", b"\xff", b"\xff\xd8", b"\xff\xd9", b"\xff\xda\x00\x08", bytes(4), b"\xff" * 4]
PIECES += [b"\x00\x00\x00\x01", b"IDAT", b"IEND", b"VP8X", b"meta", b"<<", b"]", b"1 0 obj"]


@settings(max_examples=EXAMPLES, deadline=None, derandomize=not LONG)
@given(st.data())
def test_a_damaged_file_is_taken_or_refused_and_nothing_else(data: st.DataObject) -> None:
    file = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(file), data.draw(st.sampled_from([64, 700, 10**6])))))
        size = data.draw(st.sampled_from([0, 1, 2, 4, 20, len(file)]))
        new = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)))
        file[at : at + size] = new
    try:
        proof = inspected(bytes(file))
    except UnsupportedFile:
        return
    assert proof.content_type in DECODED
    assert (proof.stored_sha256 == "") == (proof.data == bytes(file))
    assert inspected(proof.data).data == proof.data


DECODED = {"image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf"}


@settings(max_examples=EXAMPLES, deadline=None, derandomize=not LONG)
@given(st.sampled_from(SEEDS), st.integers(0, 2**20))
def test_a_file_that_is_cut_off_anywhere_is_refused_or_whole(seed: bytes, at: int) -> None:
    """An iPhone's picture may lack its metadata, which stand at its end."""
    cut = seed[: at % len(seed)]
    try:
        proof = inspected(cut)
    except UnsupportedFile:
        return
    assert proof.content_type in ("application/pdf", "image/heic", "image/webp")
