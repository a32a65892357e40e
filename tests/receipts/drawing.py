"""Draws a receipt's picture as a page sends it."""

import io
from random import Random

from PIL import Image

from tests.receipts.designs import BY_NAME
from tests.receipts.facts import Quality, Receipt
from tests.receipts.photos import BAD, GOOD, Conditions, photographed
from tests.receipts.screen import desk_screen, screen

LONG_SIDE = 1600
JPEG_QUALITY = 85
PNG_SHARE = 0.15
CROPPED_SHARE = 0.1
DESK_SHARE = 0.3  # of letters and web pages


def draw(receipt: Receipt, quality: Quality, seed: int = 0) -> bytes:
    """A picture without EXIF, 1,600 pixels on its long side or less.

    It is a JPEG of quality 85; some screenshots are PNG.
    """
    rng = Random(f"draw {seed} {quality}")
    match quality:
        case Quality.SCREENSHOT:
            return _screenshot(receipt, rng)
        case Quality.PHOTO:
            return _taken(screen(receipt), rng, GOOD)
        case Quality.BAD_PHOTO:
            return _taken(screen(receipt), rng, BAD)


def _screenshot(receipt: Receipt, rng: Random) -> bytes:
    if BY_NAME[receipt.design].page and rng.random() < DESK_SHARE:
        return _packed(desk_screen(receipt), "PNG")
    image = screen(receipt)
    if rng.random() < CROPPED_SHARE:
        top = round(image.height * rng.uniform(0.02, 0.035))
        image = image.crop((0, top, image.width, round(image.height * rng.uniform(0.9, 0.98))))
    is_png = rng.random() < PNG_SHARE
    return _packed(image, "PNG") if is_png else _packed(image, "JPEG", JPEG_QUALITY)


def _taken(image: Image.Image, rng: Random, conditions: Conditions) -> bytes:
    """The camera packs the photo, then the page shrinks it and packs it again."""
    photo = photographed(image, conditions, rng)
    camera = io.BytesIO(_packed(photo, "JPEG", rng.randint(*conditions.quality)))
    with Image.open(camera) as opened:
        return _packed(opened.convert("RGB"), "JPEG", JPEG_QUALITY)


def _packed(image: Image.Image, kind: str, quality: int = 0) -> bytes:
    image.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    packed = io.BytesIO()
    options = {"quality": quality} if quality else {}
    image.save(packed, kind, **options)
    return packed.getvalue()
