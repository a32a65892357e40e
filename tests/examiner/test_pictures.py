"""What the examiner finds out about a picture: hashes as before, a thumbnail, damage."""

import hashlib
import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageFilter

from comanda.domain.examinations import Facts
from comanda.examiner import pictures
from comanda.examiner.examination import examine
from comanda.media.inspection import inspect
from comanda.store.evidence import SIMILAR_BITS
from tests.house import image, jpeg
from tests.test_pictures import exif, packed, photo, receipt

SAMPLES = Path(__file__).parent / "samples"
# What Comanda found out before there was an examiner; databases hold such values.
EXPECTED: dict[str, dict[str, str | None]] = json.loads((SAMPLES / "expected.json").read_text())
SECRET = b"SECRET-PLACE"


def facts_of(data: bytes) -> Facts:
    """What the examiner finds out about an upload, of which the structure was checked before."""
    proof = inspect(data, hashlib.sha256(data).hexdigest())
    facts = examine(proof.content_type, proof.data)
    assert facts is not None
    return facts


def shown_by(data: bytes) -> Image.Image:
    """What browsers show of an upload in the end."""
    proof = inspect(data, hashlib.sha256(data).hexdigest())
    facts = facts_of(data)
    with Image.open(io.BytesIO(facts.shown.data if facts.shown else proof.data)) as picture:
        return picture.convert("RGB")


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_pixels(png: bytes, pixels: bytes) -> bytes:
    """The PNG with other packed pixels."""
    at = png.index(b"IDAT") - 4
    end = png.index(b"IEND") - 4
    return png[:at] + chunk(b"IDAT", pixels) + png[end:]


def pixels_of(png: bytes) -> bytes:
    with_size = png[png.index(b"IDAT") - 4 :]
    return with_size[8 : 8 + int.from_bytes(with_size[:4])]


@pytest.mark.parametrize("name", EXPECTED)
def test_hashes_are_those_that_stored_proofs_have(name: str) -> None:
    facts = facts_of((SAMPLES / name).read_bytes())
    assert facts.content == EXPECTED[name]["content"]
    assert (facts.image_hash.hex() if facts.image_hash else None) == EXPECTED[name]["image_hash"]
    assert not facts.is_damaged
    assert facts.thumbnail


def bits(data: bytes) -> int:
    image_hash = facts_of(data).image_hash
    assert image_hash is not None
    assert len(image_hash) * 8 == 1024
    return int.from_bytes(image_hash)


def test_copies_of_a_receipt_are_near_and_other_receipts_of_the_same_bank_are_far() -> None:
    receipts = [receipt(number) for number in range(1, 13)]
    hashes = [bits(packed(one)) for one in receipts]
    smaller = [one.resize((540, 960), Image.Resampling.LANCZOS) for one in receipts]
    copies = [
        (hashes[at] ^ bits(packed(copy, quality))).bit_count()
        for quality in (40, 60, 95)
        for group in (receipts, smaller)
        for at, copy in enumerate(group)
    ]
    others = [(one ^ other).bit_count() for at, one in enumerate(hashes) for other in hashes[:at]]
    assert max(copies) <= SIMILAR_BITS < min(others)


def test_a_blank_picture_is_like_no_other() -> None:
    for data in (jpeg("white"), image("PNG"), photo("WEBP"), photo("HEIF")):
        facts = facts_of(data)
        assert facts.image_hash is None
        assert len(facts.content) == 64


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_thumbnail_is_small_and_upright(kind: str, orientation: int) -> None:
    picture = Image.new("RGB", (1600, 1200), "white")
    picture.paste("red", (0, 0, 1600, 300))
    out = io.BytesIO()
    blurred = picture.filter(ImageFilter.GaussianBlur(1))
    if kind == "HEIF":
        pillow_heif.from_pillow(blurred).save(out, exif=exif(orientation).tobytes())
    else:
        blurred.save(out, kind, exif=exif(orientation))
    thumbnail = facts_of(out.getvalue()).thumbnail
    assert thumbnail
    with Image.open(io.BytesIO(thumbnail)) as small:
        assert small.format == "WEBP"
        assert small.mode == "RGB"
        assert small.size == ((240, 320) if orientation == 6 else (320, 240))
        red = small.getpixel((200, 160) if orientation == 6 else (160, 20))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert red[1] < 90


@pytest.mark.parametrize("size", [(20_000, 1), (1, 20_000), (1, 1), (321, 319)])
def test_a_thumbnail_of_any_shape_stays_small(size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "PNG")
    thumbnail = facts_of(out.getvalue()).thumbnail
    assert thumbnail
    with Image.open(io.BytesIO(thumbnail)) as small:
        assert max(small.size) <= 320


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_thumbnail_of_what_is_transparent_is_white(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (800, 600), (0, 0, 0, 0)).save(out, kind)
    thumbnail = facts_of(out.getvalue()).thumbnail
    assert thumbnail
    with Image.open(io.BytesIO(thumbnail)) as small:
        assert small.getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_turned_picture_of_another_kind_is_turned_for_good(kind: str) -> None:
    facts = facts_of(photo(kind, exif=exif(6)))
    assert facts.shown
    assert facts.shown.content_type == "image/jpeg"
    assert b"Exif" not in facts.shown.data
    with Image.open(io.BytesIO(facts.shown.data)) as picture:
        assert picture.size == (200, 300)
        assert not picture.getexif()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_jpeg_stays_as_it_is(orientation: int) -> None:
    assert facts_of(photo(exif=exif(orientation))).shown is None


def test_an_iphones_own_format_becomes_a_jpeg_that_every_browser_shows() -> None:
    out = io.BytesIO()
    picture = pillow_heif.from_pillow(shown_by(photo()))
    picture.save(out, exif=exif().tobytes())
    facts = facts_of(out.getvalue())
    assert facts.shown
    assert facts.shown.content_type == "image/jpeg"
    with Image.open(io.BytesIO(facts.shown.data)) as shown:
        assert shown.format == "JPEG"
        red = shown.getpixel((150, 10))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert red[1] < 90


def test_pictures_that_browsers_show_are_left_alone() -> None:
    for data in (jpeg(), image("PNG"), image("WEBP"), photo("PNG", "RGBA"), photo("PNG", "L")):
        assert facts_of(data).shown is None


@pytest.mark.parametrize("size", [(300, 200), (6000, 4000)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "1", "P", "I;16", "LA"])
def test_nothing_rides_behind_a_pngs_pixels(mode: str, size: tuple[int, int]) -> None:
    """In a large picture, too, of which the hash is that of the received pixels."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG")
    plain = out.getvalue()
    pixels = pixels_of(plain) if size[0] < 1000 else b"".join(_idats(plain))
    for hidden in (pixels + SECRET, zlib.compress(zlib.decompress(pixels) + SECRET, 1)):
        facts = examine("image/png", with_pixels(plain, hidden))
        assert facts is not None
        assert not facts.is_damaged
        assert facts.shown
        assert facts.shown.content_type == "image/png"
        assert SECRET not in facts.shown.data
        assert zlib.decompress(pixels_of(facts.shown.data)) == zlib.decompress(pixels)
        assert examine("image/png", facts.shown.data).shown is None  # type: ignore[union-attr]


def _idats(png: bytes) -> list[bytes]:
    bodies, at = [], 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            bodies.append(png[at + 8 : at + 8 + size])
        at += 12 + size
    return bodies


def cut(kind: str, share: float) -> tuple[str, bytes]:
    """A stored picture whose last pixels are missing, with an end as if they were not."""
    out = io.BytesIO()
    save: dict[str, Any] = {"quality": 85} if kind != "PNG" else {}
    noise = Image.effect_noise((640, 480), 60).convert("RGB")
    noise.paste(receipt(1).resize((200, 480)), (0, 0))
    if kind == "PROGRESSIVE":
        noise.save(out, "JPEG", progressive=True, **save)
        return "image/jpeg", out.getvalue()[: int(len(out.getvalue()) * share)] + b"\xff\xd9"
    noise.save(out, kind, **save)
    data = out.getvalue()
    if kind == "JPEG":
        return "image/jpeg", data[: int(len(data) * share)] + b"\xff\xd9"
    if kind == "PNG":
        packed_pixels = b"".join(_idats(data))
        return "image/png", with_pixels(data, packed_pixels[: int(len(packed_pixels) * share)])
    return "image/webp", cut_webp(data, len(data) - int(len(data) * share))


def cut_webp(data: bytes, missing_bytes: int) -> bytes:
    """The WebP without its picture's last bytes, and with lengths to match."""
    body = data[20 : 20 + int.from_bytes(data[16:20], "little")][:-missing_bytes]
    picture = data[12:16] + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(picture)) + b"WEBP" + picture


@pytest.mark.parametrize("missing_bytes", [10, 40])
@pytest.mark.parametrize(
    ("kind", "save"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {"quality": 80})],
)
def test_a_receipt_without_its_last_bytes_is_compared_by_its_look(
    kind: str, save: dict[str, Any], missing_bytes: int
) -> None:
    """Browsers show it as if nothing was missing: it must not escape the comparison."""
    out = io.BytesIO()
    receipt(3).save(out, kind, **save)
    data = out.getvalue()
    if kind == "JPEG":
        data = data[:-missing_bytes] + b"\xff\xd9"
    elif kind == "PNG":
        data = with_pixels(data, b"".join(_idats(data))[:-missing_bytes])
    else:
        data = cut_webp(data, missing_bytes)
    facts = facts_of(data)
    assert facts.is_damaged
    assert facts.thumbnail
    assert facts.image_hash is not None
    distances = [
        (int.from_bytes(facts.image_hash) ^ bits(packed(receipt(number)))).bit_count()
        for number in (3, 4)
    ]
    assert distances[0] <= SIMILAR_BITS < distances[1]


def test_a_receipt_blown_up_to_a_large_png_is_compared_by_its_look() -> None:
    out = io.BytesIO()
    receipt(3).resize((3024, 5376)).save(out, "PNG", compress_level=1)
    for number, is_near in ((3, True), (4, False)):
        distance = (bits(out.getvalue()) ^ bits(packed(receipt(number)))).bit_count()
        assert (distance <= SIMILAR_BITS) is is_near


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_that_was_cut_is_damaged_and_its_thumbnail_shows_what_is_there(
    kind: str, share: float
) -> None:
    facts = examine(*cut(kind, share))
    assert facts is not None
    assert facts.is_damaged
    assert (facts.content, facts.shown) == ("", None)
    assert facts.thumbnail
    with Image.open(io.BytesIO(facts.thumbnail)) as small:
        assert small.size == (320, 240)
        top = small.crop((0, 0, 320, 12)).convert("L").getextrema()
    assert top[1] - top[0] > 100  # type: ignore[operator] # there is more to see than one grey


def test_a_progressive_jpeg_cut_in_its_first_scan_is_damaged() -> None:
    facts = examine(*cut("PROGRESSIVE", 0.04))
    assert facts is not None
    assert facts.is_damaged


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_webp_that_was_cut_is_damaged(share: float) -> None:
    facts = examine(*cut("WEBP", share))
    assert facts is not None
    assert facts.is_damaged
    assert (facts.content, facts.shown) == ("", None)


def test_a_png_whose_pixels_do_not_unpack_is_damaged() -> None:
    plain = photo("PNG")
    pixels = bytearray(pixels_of(plain))
    pixels[len(pixels) // 2] ^= 0xFF
    for broken in (bytes(pixels), b"", b"no zlib at all"):
        facts = examine("image/png", with_pixels(plain, broken))
        assert facts is not None
        assert facts.is_damaged


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_heic_that_was_cut_is_damaged(share: float) -> None:
    data = (SAMPLES / "photo.heic").read_bytes()
    assert examine("image/heic", data[: int(len(data) * share)]) == Facts(is_damaged=True)


@pytest.mark.parametrize("color", ["white", "black", "#f4f6f8", "#808080"])
@pytest.mark.parametrize("side", [8, 16, 64, 100, 333])
@pytest.mark.parametrize(
    "save",
    [{}, {"optimize": True}, {"progressive": True}, {"quality": 5}, {"restart_marker_blocks": 3}],
)
def test_a_whole_jpeg_is_never_damaged(color: str, side: int, save: dict[str, Any]) -> None:
    """A flat picture needs few bits, and its last byte may be a zero."""
    for mode in ("RGB", "L"):
        out = io.BytesIO()
        Image.new("RGB", (side, side), color).convert(mode).save(out, "JPEG", **save)
        assert not facts_of(out.getvalue()).is_damaged


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_more_pixels_than_the_limit_are_not_decoded(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", (12_500, 8_000)).save(out, kind)

    def refuse(_: Image.Image) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", refuse)
    assert examine(f"image/{kind.lower()}", out.getvalue()) is None


def test_memory_that_runs_out_is_no_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    for error in (MemoryError(), OSError("out of memory error"), ValueError("Memory allocation")):

        def fail(*_: Any, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(pictures, "_perceptual_hash", fail)
        assert examine("image/jpeg", jpeg()) is None
        assert examine("image/png", image("PNG")) is None


def test_what_is_shown_differs_in_nothing_that_can_be_seen() -> None:
    for name in ("turned.png", "turned.webp", "clear.heic", "photo.heic"):
        data = (SAMPLES / name).read_bytes()
        facts = facts_of(data)
        assert facts.thumbnail
        with Image.open(io.BytesIO(facts.thumbnail)) as small:
            full = shown_by(data).resize(small.size)
            difference = ImageChops.difference(small.convert("L"), full.convert("L"))
            assert sum(difference.histogram()[64:]) < small.width * small.height / 50, name
