"""Draw a PDF's first page, and compare the PDF by its pages' content."""

import math

import pypdfium2
from PIL import Image

from comanda.domain.examinations import THUMBNAIL_SIDE, Facts
from comanda.examiner.pictures import (
    DAMAGE_ERRORS,
    pack_thumbnail,
    to_thumbnail_size,
)
from comanda.media.pdf_objects import Pdf

_DRAWN_SIDE = 2 * THUMBNAIL_SIDE  # pixels of the longer side; thin letters survive the reduction


def examine_pdf(data: bytes) -> Facts:
    """Return the facts about a stored PDF, damaged if its first page can't be drawn."""
    thumbnail = _draw_thumbnail(data)
    return Facts(
        is_damaged=thumbnail is None,
        content=content_of(data),
        image_hash=None,
        thumbnail=thumbnail,
        shown=None,
    )


def content_of(data: bytes) -> str:
    """Return a hash of the pages' content, or "" for a file whose objects can't be read."""
    try:
        return Pdf(data).content_hash()
    except DAMAGE_ERRORS:
        return ""


def _draw_thumbnail(data: bytes) -> bytes | None:
    try:
        with pypdfium2.PdfDocument(data) as document:
            page = document[0]
            try:
                return pack_thumbnail(to_thumbnail_size(_draw(page)))
            finally:
                page.close()
    except DAMAGE_ERRORS:  # PdfiumError is a RuntimeError
        return None


def _draw(page: pypdfium2.PdfPage) -> Image.Image:
    """Draw a page with its annotations on white, without form fields and scripts.

    The picture's size doesn't depend on the page's, which may be absurd.
    """
    longer_side = max(page.get_size())
    if not (math.isfinite(longer_side) and longer_side > 0):
        raise ValueError("a page without a size")
    bitmap = page.render(scale=_DRAWN_SIDE / longer_side, may_draw_forms=False, rev_byteorder=True)
    try:
        picture: Image.Image = bitmap.to_pil()
        return picture.convert("RGB")
    finally:
        bitmap.close()
