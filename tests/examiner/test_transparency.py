"""Black text stays black on white and in its place, in the thumbnail and in what is shown.

The pictures are those of `tests/test_transparency.py`: each kind of file, turned in each way.
"""

import hashlib
import io

import pytest
from PIL import Image, ImageOps

from comanda.examiner.examination import examine
from comanda.media.inspection import inspect
from tests.test_transparency import CORNER, HEIGHT, MADE, WIDTH

# Kept as they are: every browser shows them right, and Pillow by itself looks for another colour.
MISREAD = {f"PNG, {bits} bits with transparency" for bits in (2, 4, 16, 48)}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", MADE)
def test_black_text_stays_black_on_white_and_where_it_stood(kind: str, orientation: int) -> None:
    received = MADE[kind](orientation)
    proof = inspect(received, hashlib.sha256(received).hexdigest())
    facts = examine(proof.content_type, proof.data)
    assert facts is not None
    assert not facts.is_damaged
    assert facts.image_hash is None  # so little structure has none, and a black picture neither
    assert facts.thumbnail
    pictures = [facts.thumbnail]
    if facts.shown:
        assert facts.shown.content_type == "image/jpeg"
        pictures.append(facts.shown.data)
    elif kind not in MISREAD:
        pictures.append(proof.data)
    for data in pictures:
        with Image.open(io.BytesIO(data)) as image:
            seen = on_white(ImageOps.exif_transpose(image))
        assert seen.size == (WIDTH, HEIGHT)
        assert_text_in_its_corner(seen)


def assert_text_in_its_corner(seen: Image.Image) -> None:
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
    """As a browser shows it on a white page."""
    if image.mode == "I;16":
        image = image.point(lambda value: value / 256).convert("L")
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("L")
