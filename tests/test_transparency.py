"""Black text stays black on white and in its place, whatever the picture is made of and however
it is turned: what is kept and its thumbnail are looked at pixel by pixel."""

import io
import struct
import zlib
from collections.abc import Callable

import pillow_heif
import pytest
from PIL import Image, ImageOps

from comanda.media import pictures
from tests.test_metadata import chunk

WIDTH, HEIGHT = 96, 64
CORNER = (8, 8, 40, 24)  # where the "text" stands: upper left, wider than high
BACK = Image.Transpose  # what an upright picture is turned by, to lie as the camera had it
LAID = {
    1: None,
    2: BACK.FLIP_LEFT_RIGHT,
    3: BACK.ROTATE_180,
    4: BACK.FLIP_TOP_BOTTOM,
    5: BACK.TRANSPOSE,
    6: BACK.ROTATE_90,
    7: BACK.TRANSVERSE,
    8: BACK.ROTATE_270,
}


Colour = str | float | tuple[float, ...]


def drawn(mode: str, back: Colour, text: Colour) -> Image.Image:
    image = Image.new(mode, (WIDTH, HEIGHT), back)
    image.paste(text, CORNER)
    return image


def laid(image: Image.Image, orientation: int) -> Image.Image:
    turn = LAID[orientation]
    return image if turn is None else image.transpose(turn)


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def saved(image: Image.Image, kind: str, orientation: int, **more: object) -> bytes:
    packed = io.BytesIO()
    laid(image, orientation).save(packed, kind, exif=exif(orientation), **more)
    return packed.getvalue()


def png(image: Image.Image, orientation: int, **more: object) -> bytes:
    return saved(image, "PNG", orientation, **more)


def raw_png(
    orientation: int, depth: int, color_type: int, back: bytes, text: bytes, transparency: bytes
) -> bytes:
    """A PNG by hand, of values that Pillow does not write; one value is `back`, or `text`."""
    upright = laid(drawn("L", 0, 1), orientation)
    lines = []
    for row in range(upright.height):
        values = [text if upright.getpixel((x, row)) else back for x in range(upright.width)]
        if depth >= 8:
            lines.append(b"\x00" + b"".join(values))
        else:
            bits = "".join(f"{value[0]:0{depth}b}" for value in values)
            bits += "0" * (-len(bits) % 8)
            lines.append(b"\x00" + int(bits, 2).to_bytes(len(bits) // 8))
    head = struct.pack(">IIBBBBB", *upright.size, depth, color_type, 0, 0, 0)
    chunks = [chunk(b"IHDR", head), chunk(b"eXIf", exif(orientation).removeprefix(b"Exif\x00\x00"))]
    chunks += [chunk(b"tRNS", transparency)] if transparency else []
    chunks += [chunk(b"IDAT", zlib.compress(b"".join(lines))), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def heic(image: Image.Image, orientation: int) -> bytes:
    packed = io.BytesIO()
    file = pillow_heif.from_pillow(laid(image, orientation))
    file.save(packed, quality=-1, exif=exif(orientation))
    return packed.getvalue()


def palette(back: tuple[int, int, int]) -> Image.Image:
    image = drawn("P", 0, 1)
    image.putpalette([*back, 0, 0, 0])
    return image


CLEAR = (0, 0, 0, 0)  # transparent, and black where nobody looks at that
BLACK = (0, 0, 0, 255)


def animated(image: Image.Image, orientation: int) -> bytes:
    """A PNG with a second frame, all black."""
    more = laid(drawn("RGBA", BLACK, BLACK), orientation)
    return png(image, orientation, save_all=True, append_images=[more], duration=100)


def cmyk() -> Image.Image:
    return drawn("CMYK", (0, 0, 0, 0), (0, 0, 0, 255))


MADE: dict[str, Callable[[int], bytes]] = {
    "JPEG": lambda way: saved(drawn("RGB", "white", "black"), "JPEG", way, quality=95),
    "JPEG, progressive": lambda way: saved(
        drawn("RGB", "white", "black"), "JPEG", way, quality=95, progressive=True
    ),
    "JPEG, grey": lambda way: saved(drawn("L", 255, 0), "JPEG", way, quality=95),
    "JPEG, CMYK of Adobe": lambda way: saved(cmyk(), "JPEG", way, quality=95),
    "PNG, RGB": lambda way: png(drawn("RGB", "white", "black"), way),
    "PNG, RGBA": lambda way: png(drawn("RGBA", CLEAR, BLACK), way),
    "PNG, LA": lambda way: png(drawn("LA", (0, 0), (0, 255)), way),
    "PNG, L": lambda way: png(drawn("L", 255, 0), way),
    "PNG, L with one transparent grey": lambda way: png(drawn("L", 9, 0), way, transparency=9),
    "PNG, RGB with one transparent colour": lambda way: png(
        drawn("RGB", (9, 0, 0), (0, 0, 0)), way, transparency=(9, 0, 0)
    ),
    "PNG, palette": lambda way: png(palette((255, 255, 255)), way),
    "PNG, palette with one transparent colour": lambda way: png(
        palette((0, 0, 0)), way, transparency=0
    ),
    "PNG, palette with degrees": lambda way: png(palette((0, 0, 0)), way, transparency=b"\x01\xff"),
    "PNG, 1 bit": lambda way: png(drawn("1", 1, 0), way),
    "PNG, 1 bit with transparency": lambda way: raw_png(way, 1, 0, b"\x01", b"\x00", b"\x00\x01"),
    "PNG, 2 bits with transparency": lambda way: raw_png(way, 2, 0, b"\x01", b"\x00", b"\x00\x01"),
    "PNG, 4 bits with transparency": lambda way: raw_png(way, 4, 0, b"\x05", b"\x00", b"\x00\x05"),
    "PNG, 16 bits": lambda way: raw_png(way, 16, 0, b"\xff\xff", b"\x00\x40", b""),
    "PNG, 16 bits with transparency": lambda way: raw_png(
        way, 16, 0, b"\x12\x34", b"\x00\x01", b"\x12\x34"
    ),
    "PNG, 16 bits with alpha": lambda way: raw_png(way, 16, 4, bytes(4), b"\x00\x00\xff\xff", b""),
    "PNG, 48 bits with transparency": lambda way: raw_png(
        way, 16, 2, b"\x12\x34" * 3, b"\x00\x01" * 3, b"\x12\x34" * 3
    ),
    "PNG, 64 bits": lambda way: raw_png(way, 16, 6, bytes(8), bytes(6) + b"\xff\xff", b""),
    "PNG, animated": lambda way: animated(drawn("RGBA", CLEAR, BLACK), way),
    "WebP": lambda way: saved(drawn("RGB", "white", "black"), "WEBP", way, quality=95),
    "WebP with alpha": lambda way: saved(drawn("RGBA", CLEAR, BLACK), "WEBP", way, quality=95),
    "WebP, lossless with alpha": lambda way: saved(
        drawn("RGBA", CLEAR, BLACK), "WEBP", way, lossless=True, exact=True
    ),
    "HEIC": lambda way: heic(drawn("RGB", "white", "black"), way),
    "HEIC with alpha": lambda way: heic(drawn("RGBA", CLEAR, BLACK), way),
}


# Kept as they are: every browser shows them right, and Pillow by itself looks for another colour.
MISREAD = {f"PNG, {bits} bits with transparency" for bits in (2, 4, 16, 48)}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", MADE)
def test_black_text_stays_black_on_white_and_where_it_stood(kind: str, orientation: int) -> None:
    proof = pictures.inspect(MADE[kind](orientation))
    is_misread = kind in MISREAD and proof.content_type == "image/png"
    for shown in (pictures.thumbnail(proof.data), *([] if is_misread else [proof.data])):
        with Image.open(io.BytesIO(shown)) as image:
            if proof.content_type == "image/jpeg":
                assert "A" not in image.getbands()
            seen = on_white(ImageOps.exif_transpose(image))
        assert seen.size == (WIDTH, HEIGHT)
        left, top, right, bottom = CORNER
        for x in range(2, WIDTH, 4):
            for y in range(2, HEIGHT, 4):
                grey = seen.getpixel((x, y))
                assert isinstance(grey, int)
                if left + 1 < x < right - 2 and top + 1 < y < bottom - 2:
                    assert grey < 48, f"no black at {x}, {y}"
                elif not (left - 3 < x < right + 3 and top - 3 < y < bottom + 3):
                    assert grey > 207, f"no white at {x}, {y}"


def on_white(image: Image.Image) -> Image.Image:
    """As a browser shows it on a white page: a PNG that is upright is kept as it is."""
    if image.mode == "I;16":
        image = image.point(lambda value: value / 256).convert("L")
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("L")


@pytest.mark.parametrize("kind", MADE)
def test_what_it_is_made_of_makes_no_other_hash(kind: str) -> None:
    """A thing with so little structure has none; it must not fail, and a black one has none too."""
    assert pictures.inspect(MADE[kind](1)).image_hash is None


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_thumbnail_of_what_is_transparent_is_white(kind: str) -> None:
    packed = io.BytesIO()
    Image.new("RGBA", (800, 600), CLEAR).save(packed, kind)
    with Image.open(io.BytesIO(pictures.thumbnail(packed.getvalue()))) as small:
        assert small.mode == "RGB"
        assert small.getextrema() == ((255, 255),) * 3
