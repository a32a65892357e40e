"""A picture is judged by its structure, and kept without metadata."""

import hashlib
import io
import struct
from datetime import UTC, datetime
from typing import Any

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from comanda.domain.errors import UnsupportedFile
from tests.house import PDF, image, jpeg
from tests.proofs import inspected, pixels

ORIENTATION, MAKE, ARTIST, GPS, EXIF_IFD, TAKEN, ZONE = (
    0x0112, 0x010F, 0x013B, 0x8825, 0x8769, 0x9003, 0x9011,
)  # fmt: skip
PLACE = b"SECRET-PLACE"


def exif(orientation: int = 1, taken: str = "", zone: str = "") -> Image.Exif:
    """What a phone writes: who, where, when, and which side is up."""
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    tags[MAKE] = PLACE.decode()
    tags[ARTIST] = PLACE.decode()
    tags.get_ifd(GPS)[1] = "N"
    tags.get_ifd(GPS)[2] = (19.0, 25.0, 57.0)
    tags.get_ifd(GPS)[29] = PLACE.decode()
    if taken:
        tags.get_ifd(EXIF_IFD)[TAKEN] = taken
    if zone:
        tags.get_ifd(EXIF_IFD)[ZONE] = zone
    return tags


def photo(kind: str = "JPEG", mode: str = "RGB", **save: Any) -> bytes:
    """A picture that shows where up is: a red band along its upper edge."""
    picture = Image.new(mode, (300, 200), "white")
    picture.paste("red", (0, 0, 300, 40))
    packed = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(packed, **save)
    else:
        picture.save(packed, kind, **save)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("kind", "save"),
    [
        ("JPEG", {"quality": 80}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"comment": PLACE, "dpi": (72, 72)}),
        ("JPEG", {"icc_profile": b"profile" * 20, "xmp": PLACE}),
        ("PNG", {}),
        ("WEBP", {"lossless": True, "xmp": PLACE}),
        ("WEBP", {"quality": 60}),
    ],
)
def test_what_is_kept_shows_the_same_and_tells_nothing(kind: str, save: dict[str, Any]) -> None:
    data = photo(kind, exif=exif(), **save)
    assert PLACE in data
    proof = inspected(data)
    assert PLACE not in proof.data
    assert b"Exif" not in proof.data
    with Image.open(io.BytesIO(proof.data)) as kept:
        assert kept.format == kind
        assert not kept.getexif()
        assert kept.info.get("icc_profile") == save.get("icc_profile")
    assert ImageChops.difference(pixels(data), pixels(proof.data)).getbbox() is None
    assert proof.sha256 == hashlib.sha256(data).hexdigest()
    assert proof.stored_sha256 == hashlib.sha256(proof.data).hexdigest()


def test_a_picture_without_metadata_is_kept_byte_for_byte() -> None:
    for data in (jpeg(), image("PNG"), image("WEBP"), photo("HEIF"), PDF):
        proof = inspected(data)
        assert proof.data is data
        assert proof.stored_sha256 == ""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_keeps_its_right_side_up_and_nothing_else(kind: str, orientation: int) -> None:
    proof = inspected(photo(kind, exif=exif(orientation)))
    assert PLACE not in proof.data
    assert inspected(proof.data).data is proof.data
    with Image.open(io.BytesIO(proof.data)) as kept:
        tags = kept.getexif()
        assert tags.get(ORIENTATION, 1) == orientation
        assert set(tags) <= {ORIENTATION}
        assert not tags.get_ifd(GPS)


def test_what_stands_behind_a_jpegs_end_is_not_kept() -> None:
    data = jpeg() + b"<script>alert(1)</script>" + PLACE
    assert inspected(data).data == data[: data.index(b"<script>")]


def test_bytes_in_a_scan_that_look_like_markers_stay() -> None:
    noise = Image.effect_noise((600, 400), 120).convert("RGB")
    packed = io.BytesIO()
    noise.save(packed, "JPEG", quality=95, restart_marker_blocks=4)
    data = packed.getvalue()
    assert b"\xff\xd1" in data  # a restart marker
    assert inspected(data).data == data


@pytest.mark.parametrize(
    "broken",
    [
        b"\xff\xd8" + b"\xff\xe0\x00",
        b"\xff\xd8\x00\x00",
        photo()[:-2] + b"\xff\xd8",
        photo("WEBP")[:12] + b"VP8X" + struct.pack("<I", 10) + bytes(9),
    ],
)
def test_a_structure_that_can_not_be_followed_is_refused(broken: bytes) -> None:
    with pytest.raises(UnsupportedFile):
        inspected(broken)


def test_an_animation_is_no_photo() -> None:
    packed = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), color) for color in ("red", "blue")]
    frames[0].save(packed, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    with pytest.raises(UnsupportedFile):
        inspected(packed.getvalue())


def bomb(kind: str, width: int, height: int) -> bytes:
    """A small file that says it is a large picture, and would be one if it were decoded."""
    packed = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", (width, height)).save(packed, kind)
    return packed.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_hundred_megapixels_are_refused(kind: str) -> None:
    with pytest.raises(UnsupportedFile, match="demasiados píxeles"):
        inspected(bomb(kind, 12_500, 8_000))


def test_a_large_png_that_would_have_to_be_turned_is_refused() -> None:
    packed = io.BytesIO()
    picture = Image.new("1", (5000, 4000))
    picture.save(packed, "PNG", exif=exif(6))
    with pytest.raises(UnsupportedFile, match=r"demasiados píxeles.*captura"):
        inspected(packed.getvalue())
    assert inspected(bomb("PNG", 5000, 4000))


def test_an_iphones_own_format_is_taken_and_tells_nothing() -> None:
    packed = io.BytesIO()
    picture = pillow_heif.from_pillow(pixels(photo()))
    picture.save(packed, exif=exif(taken="2026:11:28 14:30:05").tobytes(), xmp=PLACE)
    data = packed.getvalue()
    proof = inspected(data)
    assert proof.content_type == "image/heic"
    assert PLACE in data
    assert PLACE not in proof.data
    assert ImageChops.difference(pixels(data), pixels(proof.data)).getbbox() is None
    assert proof.taken_at == datetime(2026, 11, 28, 14, 30, 5)  # noqa: DTZ001
    assert proof.sha256 == hashlib.sha256(data).hexdigest()
    assert proof.stored_sha256 == hashlib.sha256(proof.data).hexdigest()


@pytest.mark.parametrize(
    ("taken", "zone", "expected"),
    [
        ("2026:11:28 14:30:05", "-06:00", datetime(2026, 11, 28, 20, 30, 5, tzinfo=UTC)),
        ("2026:11:28 14:30:05", "nonsense", datetime(2026, 11, 28, 14, 30, 5)),  # noqa: DTZ001
        ("2026:11:28 14:30:05", "", datetime(2026, 11, 28, 14, 30, 5)),  # noqa: DTZ001
        ("0000:00:00 00:00:00", "", None),
        ("yesterday", "", None),
        ("", "", None),
    ],
)
def test_a_photo_knows_when_it_was_taken(taken: str, zone: str, expected: datetime | None) -> None:
    assert inspected(photo(exif=exif(taken=taken, zone=zone))).taken_at == expected


def receipt(number: int) -> Image.Image:
    """One bank's template with this payment's own amount, date, payer and numbers."""
    picture = Image.new("RGB", (720, 1280), "#f4f6f8")
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((40, 60, 680, 1220), radius=32, fill="white", outline="#d5dbe1")
    draw.ellipse((310, 110, 410, 210), fill="#12805c")
    lines = (
        (250, 44, "Transferencia exitosa"),
        (340, 76, f"$ {(number * 7919) % 900 + 30:,}.{number % 100:02}"),
        (460, 30, f"{number % 28 + 1} nov 2026 · {number % 12 + 10}:{number * 7 % 60:02}"),
        (540, 30, "Cuenta destino  ···· 4471"),
        (680, 26, "Ordenante"),
        (715, 32, ("Ana López", "María Fernanda Ortiz", "José Hernández")[number % 3]),
        (800, 26, "Clave de rastreo"),
        (835, 40, f"{number * 104_729 * 7_368_787:016}"),
        (1040, 26, "Folio"),
        (1075, 32, str(number * 15_485_863)),
    )
    for top, size, text in lines:
        draw.text((360, top), text, "#1d2730", ImageFont.load_default(size), anchor="ma")
    return picture


def packed(picture: Image.Image, quality: int = 85) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
