"""A picture keeps its pixels and its turn, whatever it is made of."""

import io
import struct
import zlib
from collections.abc import Callable

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageOps

from tests.proofs import inspected
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


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", MADE)
def test_what_is_kept_shows_the_same_and_the_same_side_up(kind: str, orientation: int) -> None:
    data = MADE[kind](orientation)
    kept = inspected(data).data
    assert upright(kept).size == (WIDTH, HEIGHT)
    assert ImageChops.difference(upright(kept), upright(data)).getbbox() is None


def upright(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return ImageOps.exif_transpose(image).convert("RGBA")
