"""A picture whose header or structure no browser follows is refused before anybody decodes it."""

import io
import struct

import pytest
from PIL import Image

from comanda.domain.errors import UnsupportedFile
from comanda.media import heif
from tests.proofs import inspected, pixels
from tests.test_metadata import SIZE, chunk, extended_webp, ifd, saved, segment, webp_chunk

JPEG, PNG, WEBP, HEIC = (saved(kind) for kind in ("JPEG", "PNG", "WEBP", "HEIF"))
SCAN = JPEG.index(b"\xff\xda")
HEAD = struct.unpack(">IIBBBBB", PNG[16:29])


def frame(body: bytes, marker: int = 0xC0) -> bytes:
    """The JPEG with another frame's header."""
    at = JPEG.index(b"\xff\xc0")
    return JPEG[:at] + segment(marker, body) + JPEG[at + 19 :]


COMPONENTS = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
JPEGS = {
    "no scan": JPEG[:SCAN] + b"\xff\xd9",
    "a scan before its frame": JPEG[:2] + JPEG[SCAN:-2] + JPEG[2:],
    "two frames": JPEG[:SCAN] + frame(struct.pack(">BHHB", 8, 64, 96, 3) + COMPONENTS)[2:],
    "a lossless frame": frame(struct.pack(">BHHB", 8, 64, 96, 3) + COMPONENTS, 0xC3),
    "twelve bits": frame(struct.pack(">BHHB", 12, 64, 96, 3) + COMPONENTS),
    "two components": frame(struct.pack(">BHHB", 8, 64, 96, 2) + COMPONENTS[:6]),
    "no lines": frame(struct.pack(">BHHB", 8, 0, 96, 3) + COMPONENTS),
    "a frame of a byte": frame(b"\x08"),
    "a frame without its components": frame(struct.pack(">BHHB", 8, 64, 96, 3)),
    "a scan of no components": JPEG[:SCAN] + segment(0xDA, bytes(8)) + JPEG[SCAN + 14 :],
    "a scan without its components": JPEG[:SCAN] + segment(0xDA, b"\x03\0\0\0") + JPEG[SCAN + 14 :],
    "an unknown marker after a scan": JPEG[:-2] + b"\xff\x02" + JPEG[-2:],
    "a second beginning": JPEG[:-2] + b"\xff\xd8" + JPEG[-2:],
    "a frame of too many pixels": frame(struct.pack(">BHHB", 8, 65_500, 65_500, 3) + COMPONENTS),
}


def headed(*head: int) -> bytes:
    """The PNG with another header."""
    return PNG[:8] + chunk(b"IHDR", struct.pack(">IIBBBBB", *head)) + PNG[33:]


PNGS = {
    "a palette that is not there": headed(*HEAD[:2], 8, 3, 0, 0, 0),
    "three bits": headed(*HEAD[:2], 3, 2, 0, 0, 0),
    "an unknown colour type": headed(*HEAD[:2], 8, 5, 0, 0, 0),
    "an unknown packing": headed(*HEAD[:4], 1, 0, 0),
    "an unknown filter": headed(*HEAD[:4], 0, 1, 0),
    "an unknown interlacing": headed(*HEAD[:4], 0, 0, 2),
    "no header": PNG[:8] + PNG[33:],
    "a long header": PNG[:8] + chunk(b"IHDR", PNG[16:29] + b"?") + PNG[33:],
    "a second header": PNG[:33] + PNG[8:33] + PNG[33:],
    "no pixels": PNG[:33] + chunk(b"IEND", b""),
    "no end": PNG[:-12],
    "an unknown critical chunk with a wrong checksum": PNG[:33] + chunk(b"ABCD", b"", 0) + PNG[33:],
}


def lossy(change: int, data: bytes) -> bytes:
    return WEBP[: 20 + change] + data + WEBP[20 + change + len(data) :]


WEBPS = {
    "no key frame": lossy(0, bytes([WEBP[20] | 1])),
    "no mark": lossy(3, b"???"),
    "a first part beyond the picture": lossy(0, b"\xf0\xff\xff"),
    "no width": lossy(6, bytes(2)),
    "a frame of three bytes": WEBP[:12] + webp_chunk(b"VP8 ", bytes(3)),
    "a lossless picture without its mark": WEBP[:12] + webp_chunk(b"VP8L", bytes(20)),
    "a lossless picture of another version": (
        WEBP[:12] + webp_chunk(b"VP8L", b"\x2f\xff\xff\xff\xff" + bytes(9))
    ),
    "a picture before its extended header": WEBP + extended_webp(WEBP)[12:30],
    "a canvas that is none of the picture's": (
        extended_webp(WEBP)[:24] + bytes(6) + extended_webp(WEBP)[30:]
    ),
    "cut off": WEBP[:-3],
    "no picture": WEBP[:12] + webp_chunk(b"EXIF", b""),
}


def box(kind: bytes, data: bytes = HEIC) -> int:
    """Where the content of a HEIF's box begins."""
    return data.index(kind) + 4


def put(at: int, new: bytes) -> bytes:
    return HEIC[:at] + new + HEIC[at + len(new) :]


def doubled(kind: bytes) -> bytes:
    """The HEIF with a box twice, within a larger `meta`."""
    at = HEIC.index(kind) - 4
    size = int.from_bytes(HEIC[at : at + 4])
    meta = HEIC.index(b"meta") - 4
    length = struct.pack(">I", int.from_bytes(HEIC[meta : meta + 4]) + size)
    return (
        HEIC[:meta] + length + HEIC[meta + 4 : at + size] + HEIC[at : at + size] + HEIC[at + size :]
    )


HEICS = {
    "another brand": put(8, b"avif"),
    "no list of items": put(box(b"iinf") - 4, b"free"),
    "no primary item": put(box(b"pitm") + 4, b"\x77\x77"),
    "a primary item of another kind": HEIC.replace(b"hvc1", b"av01", 1),
    "no sizes": HEIC.replace(b"ispe", b"free"),
    "two lists of locations": doubled(b"iloc"),
    "two primary items": doubled(b"pitm"),
    "a second table of contents": HEIC + HEIC[HEIC.index(b"meta") - 4 :],
    "more extents than there is room for": put(box(b"iloc") + 16, b"\xff\xff"),
    "an item without data": put(box(b"iloc") + 22, bytes(4)),
    "an item beyond the end": put(box(b"iloc") + 18, b"\x00\x00\xff\xff"),
}


@pytest.mark.parametrize("what", [*JPEGS, *PNGS, *WEBPS, *HEICS])
def test_what_no_browser_follows_is_refused(what: str) -> None:
    assert all(map(inspected, (JPEG, PNG, WEBP, HEIC)))
    with pytest.raises(UnsupportedFile):
        inspected({**JPEGS, **PNGS, **WEBPS, **HEICS}[what])


def test_too_many_pixels_are_told_so_and_what_to_do() -> None:
    for data in (JPEGS["a frame of too many pixels"], headed(8000, 8000, *HEAD[2:])):
        with pytest.raises(UnsupportedFile, match=r"demasiados píxeles.*captura"):
            inspected(data)


@pytest.mark.parametrize("lossless", [False, True])
def test_a_simple_webp_with_an_orientation_gets_the_header_that_announces_it(
    *, lossless: bool
) -> None:
    packed = io.BytesIO()
    picture = Image.new("RGBA", SIZE, (9, 9, 9, 90 if lossless else 255))
    picture.save(packed, "WEBP", lossless=lossless)
    plain = packed.getvalue()
    plain = plain if plain[12:16] != b"VP8X" else WEBP
    data = plain + webp_chunk(b"EXIF", ifd((0x0112, 3, 1, 6 << 16)) + b"SECRET")
    kept = inspected(data).data
    assert b"SECRET" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert dict(image.getexif()) == {0x0112: 6}
        assert ("A" in image.getbands()) == lossless
    assert inspected(kept).data is kept
    assert pixels(kept).tobytes() == pixels(plain).tobytes()


def test_an_odd_picture_chunk_of_a_webp_gets_its_padding() -> None:
    body = WEBP[20:-1] if WEBP[-1:] == b"\x00" else WEBP[20:]
    odd = body + b"\x07" * (len(body) % 2 == 0)
    data = b"RIFF\x00\x00\x00\x00WEBPVP8 " + struct.pack("<I", len(odd)) + odd
    kept = inspected(data).data
    assert kept[:4] == b"RIFF"
    assert int.from_bytes(kept[4:8], "little") == len(kept) - 8
    assert kept.endswith(odd + b"\x00")


def test_where_nobody_could_show_an_iphones_picture_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert inspected(HEIC).content_type == "image/heic"
    monkeypatch.setattr(heif, "is_decodable", lambda: False)
    with pytest.raises(UnsupportedFile):
        inspected(HEIC)
