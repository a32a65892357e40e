"""Draw a PDF's first page, take its own text, and compare the PDF by its pages' content."""

import codecs
import math

import pypdfium2
from PIL import Image

from comanda.domain.examinations import THUMBNAIL_SIDE, Facts
from comanda.examiner.pictures import (
    DAMAGE_ERRORS,
    pack_thumbnail,
    to_thumbnail_size,
)
from comanda.examiner.words import Page, Word
from comanda.media.pdf_objects import Pdf

_DRAWN_SIDE = 2 * THUMBNAIL_SIDE  # pixels of the longer side; thin letters survive the reduction
_READ_SIDE = 2000  # pixels, for reading
_MOST_PAGES = 3  # a receipt has one
_MOST_CHARACTERS = 20_000  # of a page
_LEAST_LETTERS = 30  # a page that is a photo may have a stamp as text

codecs.lookup("utf-16-le")  # pypdfium2 decodes text by it; the limits let nothing be loaded later


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


def text_pages(data: bytes) -> list[Page]:
    """Return the words of a PDF's own text, a page each; empty if there is next to none.

    Raises DAMAGE_ERRORS.
    """
    with pypdfium2.PdfDocument(data) as document:
        pages = [_page_words(document, index) for index in range(min(len(document), _MOST_PAGES))]
    letters = sum(len(word.text) for page in pages for word in page.words)
    return pages if letters >= _LEAST_LETTERS else []


def _page_words(document: pypdfium2.PdfDocument, index: int) -> Page:
    """Return a page's words with their places, from the top left, in points.

    What stands beside the page is not shown, so it is not read either. Of a page that is turned
    the places are unknown.
    """
    page = document[index]
    width, height = page.get_size()
    edges = page.get_bbox()
    is_turned = page.get_rotation() != 0
    text_page = page.get_textpage()
    try:
        words = []
        count = min(text_page.count_chars(), _MOST_CHARACTERS)
        letters: list[str] = []
        boxes: list[tuple[float, float, float, float]] = []
        for place in range(count):
            letter = text_page.get_text_range(place, 1)
            box = _on_page(text_page.get_charbox(place), edges)
            if not is_turned and not _is_shown(box, width, height):
                continue
            is_apart = bool(boxes) and _is_apart(boxes[-1], box)
            if letters and (letter.isspace() or is_apart):
                words.append(_word(letters, boxes, height))
                letters, boxes = [], []
            if letter and not letter.isspace():
                letters.append(letter)
                boxes.append(box)
        if letters:
            words.append(_word(letters, boxes, height))
        return Page(width, height, tuple(words), index)
    finally:
        text_page.close()
        page.close()


def _on_page(
    box: tuple[float, float, float, float], edges: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Return a letter's box from the page's lower left corner, which need not be 0, 0."""
    (left, bottom, right, top), (page_left, page_bottom, _, _) = box, edges
    return left - page_left, bottom - page_bottom, right - page_left, top - page_bottom


def _is_shown(box: tuple[float, float, float, float], width: float, height: float) -> bool:
    left, bottom, right, top = box
    return 0 <= (left + right) / 2 <= width and 0 <= (bottom + top) / 2 <= height


def _is_apart(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    """Return whether a letter does not follow another one in a word: there is a gap, or a line."""
    (_, bottom, right, top), (left, other_bottom, _, other_top) = one, other
    size = max(top - bottom, other_top - other_bottom, 1)
    return not -size < left - right < size / 2 or other_bottom > top or other_top < bottom


def _word(
    letters: list[str], boxes: list[tuple[float, float, float, float]], height: float
) -> Word:
    left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return Word("".join(letters), left, height - top, right - left, top - bottom)


def first_page(data: bytes) -> Image.Image | None:
    """Return a PDF's first page grey, as large as it takes to read it, or None without one."""
    try:
        with pypdfium2.PdfDocument(data) as document:
            page = document[0]
            try:
                return _draw(page, _READ_SIDE).convert("L")
            finally:
                page.close()
    except DAMAGE_ERRORS:
        return None


def _draw_thumbnail(data: bytes) -> bytes | None:
    try:
        with pypdfium2.PdfDocument(data) as document:
            page = document[0]
            try:
                return pack_thumbnail(to_thumbnail_size(_draw(page, _DRAWN_SIDE)))
            finally:
                page.close()
    except DAMAGE_ERRORS:  # PdfiumError is a RuntimeError
        return None


def _draw(page: pypdfium2.PdfPage, side: int) -> Image.Image:
    """Draw a page with its annotations on white, without form fields and scripts.

    The picture's size doesn't depend on the page's, which may be absurd.
    """
    longer_side = max(page.get_size())
    if not (math.isfinite(longer_side) and longer_side > 0):
        raise ValueError("a page without a size")
    bitmap = page.render(scale=side / longer_side, may_draw_forms=False, rev_byteorder=True)
    try:
        picture: Image.Image = bitmap.to_pil()
        return picture.convert("RGB")
    finally:
        bitmap.close()
