"""A picture is judged by its content, kept without metadata, and compared by what it shows."""

import hashlib
import io
import struct
from datetime import UTC, datetime
from typing import Any

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFile, ImageFilter, ImageFont

from comanda.domain.errors import UnsupportedFile
from comanda.media import pictures
from comanda.store.evidence import SIMILAR_BITS
from tests.house import PDF, image, jpeg

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


def decoded(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")


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
    proof = pictures.inspect(data)
    assert PLACE not in proof.data
    assert b"Exif" not in proof.data
    with Image.open(io.BytesIO(proof.data)) as kept:
        assert kept.format == kind
        assert not kept.getexif()
        assert kept.info.get("icc_profile") == save.get("icc_profile")
    assert ImageChops.difference(decoded(data), decoded(proof.data)).getbbox() is None
    assert proof.sha256 == hashlib.sha256(data).hexdigest()
    assert proof.stored_sha256 == hashlib.sha256(proof.data).hexdigest()


def test_a_picture_without_metadata_is_kept_byte_for_byte() -> None:
    for data in (jpeg(), image("PNG"), image("WEBP"), PDF):
        assert pictures.inspect(data).data == data


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_keeps_its_right_side_up_and_nothing_else(orientation: int) -> None:
    proof = pictures.inspect(photo(exif=exif(orientation)))
    with Image.open(io.BytesIO(proof.data)) as kept:
        tags = kept.getexif()
        assert tags.get(ORIENTATION, 1) == orientation
        assert set(tags) <= {ORIENTATION}
        assert not tags.get_ifd(GPS)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_turned_picture_of_another_kind_is_turned_for_good(kind: str) -> None:
    proof = pictures.inspect(photo(kind, exif=exif(6)))
    assert proof.content_type == "image/jpeg"
    assert PLACE not in proof.data
    assert decoded(proof.data).size == (200, 300)


def test_what_stands_behind_a_jpegs_end_is_not_kept() -> None:
    data = jpeg() + b"<script>alert(1)</script>" + PLACE
    assert pictures.inspect(data).data == data[: data.index(b"<script>")]


def test_bytes_in_a_scan_that_look_like_markers_stay() -> None:
    noise = Image.effect_noise((600, 400), 120).convert("RGB")
    packed = io.BytesIO()
    noise.save(packed, "JPEG", quality=95, restart_marker_blocks=4)
    data = packed.getvalue()
    assert b"\xff\xd1" in data  # a restart marker
    assert pictures.inspect(data).data == data


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
        pictures.inspect(broken)


def test_an_animation_is_no_photo() -> None:
    packed = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), color) for color in ("red", "blue")]
    frames[0].save(packed, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    with pytest.raises(UnsupportedFile):
        pictures.inspect(packed.getvalue())


def bomb(kind: str, width: int, height: int) -> bytes:
    """A small file that says it is a large picture, and would be one if it were decoded."""
    packed = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", (width, height)).save(packed, kind)
    return packed.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_hundred_megapixels_are_refused_without_being_decoded(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bomb(kind, 12_500, 8_000)
    monkeypatch.setattr(Image.Image, "load", undecodable)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", undecodable)
    with pytest.raises(UnsupportedFile, match="demasiados píxeles"):
        pictures.inspect(data)


def test_a_large_png_that_would_have_to_be_turned_is_refused_undecoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = io.BytesIO()
    Image.new("1", (5000, 4000)).save(packed, "PNG", exif=exif(6))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", undecodable)
    with pytest.raises(UnsupportedFile, match=r"demasiados píxeles.*captura"):
        pictures.inspect(packed.getvalue())


def test_large_pictures_are_decoded_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bomb("PNG", 5000, 4000)
    held = []
    load = ImageFile.ImageFile.load

    def watched(image: ImageFile.ImageFile) -> Any:
        held.append(pictures._large_picture_lock.locked())
        return load(image)

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", watched)
    pictures.thumbnail(data)
    assert held
    assert all(held)


def undecodable(_: Image.Image) -> None:
    raise AssertionError("it was decoded")


def test_a_large_png_is_checked_without_being_decoded_for_a_hash() -> None:
    assert pictures.inspect(bomb("PNG", 5000, 5000)).image_hash is None


def test_an_iphones_own_format_becomes_a_jpeg_that_every_browser_shows() -> None:
    packed = io.BytesIO()
    picture = pillow_heif.from_pillow(decoded(photo()))
    picture.save(packed, exif=exif().tobytes())
    proof = pictures.inspect(packed.getvalue())
    assert proof.content_type == "image/jpeg"
    assert PLACE not in proof.data
    shown = decoded(proof.data).getpixel((150, 10))
    assert isinstance(shown, tuple)
    assert shown[0] > 200
    assert shown[1] < 90
    assert proof.sha256 == hashlib.sha256(packed.getvalue()).hexdigest()


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
    assert pictures.inspect(photo(exif=exif(taken=taken, zone=zone))).taken_at == expected


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


def bits(picture: Image.Image, quality: int = 85) -> int:
    found = pictures.inspect(packed(picture, quality)).image_hash
    assert found is not None
    assert len(found) * 8 == 1024
    return int.from_bytes(found)


def test_copies_of_a_receipt_are_near_and_other_receipts_of_the_same_bank_are_far() -> None:
    receipts = [receipt(number) for number in range(1, 13)]
    hashes = [bits(one) for one in receipts]
    smaller = [one.resize((540, 960), Image.Resampling.LANCZOS) for one in receipts]
    copies = [
        (hashes[at] ^ bits(copy, quality)).bit_count()
        for quality in (40, 60, 95)
        for group in (receipts, smaller)
        for at, copy in enumerate(group)
    ]
    others = [(one ^ other).bit_count() for at, one in enumerate(hashes) for other in hashes[:at]]
    print(
        f"of 1,024 bits: copies differ by {max(copies)} at most, others by {min(others)} at least"
    )
    assert max(copies) <= SIMILAR_BITS < min(others)


def test_a_blank_picture_is_like_no_other() -> None:
    assert pictures.inspect(jpeg("white")).image_hash is None
    assert pictures.inspect(image("PNG")).image_hash is None


def test_transparency_counts_as_white() -> None:
    dark = Image.new("RGBA", (320, 320), (0, 0, 0, 0))
    dark.paste(receipt(3).resize((320, 320)).convert("RGBA"), (0, 0))
    out = io.BytesIO()
    dark.save(out, "PNG")
    assert pictures.inspect(out.getvalue()).image_hash is not None
    clear = Image.new("LA", (320, 320), (0, 0))
    out = io.BytesIO()
    clear.save(out, "PNG")
    assert pictures.inspect(out.getvalue()).image_hash is None
    palette = receipt(3).convert("P")
    palette.info["transparency"] = 0
    out = io.BytesIO()
    palette.save(out, "PNG", transparency=0)
    assert pictures.inspect(out.getvalue()).image_hash is not None


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB")])
def test_a_thumbnail_is_small_and_upright(kind: str, mode: str) -> None:
    picture = Image.new(mode, (1600, 1200), "white")
    picture.paste("red", (0, 0, 1600, 300))
    out = io.BytesIO()
    save = {"exif": exif(6)} if kind == "JPEG" else {}
    picture.filter(ImageFilter.GaussianBlur(1)).save(out, kind, **save)
    small = pictures.thumbnail(pictures.inspect(out.getvalue()).data)
    with Image.open(io.BytesIO(small)) as shown:
        assert shown.format == "WEBP"
        assert shown.size == ((240, 320) if kind == "JPEG" else (320, 240))
