"""Have a picture read in several passes, each of which sees other letters well.

A pass is a view of the picture and one of Tesseract's ways to look for lines. Two passes run at a
time where there are two readers. The first round finds which way up the text is, where, and how
large; the later rounds look at that part alone, at the size that Tesseract reads best.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import dist

from PIL import Image, ImageFilter

from comanda.examiner.reader import LANGUAGES, Reader
from comanda.examiner.tables import read_table
from comanda.examiner.views import (
    Slope,
    View,
    flatten,
    slope_of,
    soft_radius,
    stretch,
    turns_of,
)
from comanda.examiner.words import Page, Word

READ_SECONDS = 7.0  # for all passes; what was read until then counts
_BLOCK, _SPARSE = 6, 11  # Tesseract's page segmentation modes: one block, and text anywhere
_WORDS, _CODES = LANGUAGES  # Spanish knows the labels; English reads letters among digits better
_FIRST_SIDE = 1300  # pixels of the longer side in the first round, which finds where the text is
_WORD_HEIGHT = 34  # pixels of a word's box that Tesseract reads best
_LEAST_SCALE, _MOST_SCALE = 0.5, 3.0
_MOST_PIXELS = 6_000_000
_MARGIN = 3  # heights of a word that are left around the text
_TALL, _LEAST_TRUST = 75, 0.5  # pixels of a word's box that is trusted; of the confidence
_SURE = 80  # confidence
_LEAST_LETTERS = 24  # of fewer sure ones, the picture may be turned
_LEAST_SHARE = 0.15  # of sure letters; upside down it is half as many at most
_LEGIBLE = 60  # confidence
_LEAST_RADIUS = 0.8  # pixels of a blur
_HARDER, _SOFTER = 0.5, 1.7  # other blurs, beside the one that the noise asks for
_SHORTEST = 3  # letters of a word that shows where the text is


@dataclass(frozen=True, slots=True)
class Pass:
    """A view, one of Tesseract's ways to look for lines in it, and the model that reads it."""

    view: View
    mode: int
    language: str


@dataclass(frozen=True, slots=True)
class _Upright:
    """A picture turned left by so many quarters."""

    image: Image.Image
    quarters: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A picture the right way up, and what was read first."""

    upright: _Upright
    pages: list[Page]

    @property
    def letters(self) -> int:
        """How many letters and digits are surely read, in the pass that found the most."""
        return max((_letters(page, _SURE) for page in self.pages), default=0)

    @property
    def is_legible(self) -> bool:
        """Whether the text is surely upright. Text upside down is read, too, but hardly surely."""
        return any(
            _letters(page, _SURE) >= max(_LEAST_LETTERS, _LEAST_SHARE * _letters(page, 0))
            for page in self.pages
        )


def read_picture(
    picture: Image.Image, readers: Sequence[Reader], seconds: float = READ_SECONDS
) -> Iterator[list[Page]]:
    """Yield all that was read, after each round of passes; the caller stops when that is enough.

    `picture` is grey and as browsers show it; its text may stand in any direction. The words'
    places are in the pixels of the picture turned so that its text is upright: only there a line's
    words follow each other. Raises OSError when a reader is lost.
    """
    if not readers:
        return
    turn = _Turn(picture, readers, time.monotonic() + min(seconds, READ_SECONDS))
    found = _find_text(turn)
    if found is None:
        return
    pages = found.pages
    yield pages
    if turn.is_over:
        return
    text = _around_text(View(found.upright.image), pages)
    radius = turn.radius * text.scale
    plain, flat, slope = _straight(text, radius)
    _, other_flat, _ = _straight(text, radius * _HARDER if radius else _LEAST_RADIUS, slope)
    _, soft, _ = _straight(text, max(radius, _LEAST_RADIUS) * _SOFTER, slope)
    rounds = (
        (Pass(flat, _BLOCK, _WORDS), Pass(other_flat, _SPARSE, _CODES)),
        (Pass(soft, _BLOCK, _CODES), Pass(plain, _SPARSE, _WORDS)),
        (Pass(other_flat, _BLOCK, _CODES), Pass(soft, _SPARSE, _WORDS)),
    )
    for passes in rounds:
        if turn.is_over:
            return
        pages = pages + turn.read(passes, found.upright)
        yield pages


class _Turn:
    """The time that the readers have for one picture."""

    def __init__(self, picture: Image.Image, readers: Sequence[Reader], end: float) -> None:
        self.picture = picture
        self.radius = soft_radius(picture)
        self._readers = readers
        self._end = end

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def read(self, passes: Sequence[Pass], upright: _Upright) -> list[Page]:
        """Return a page for each pass that was read in time, as many at once as there are readers.

        The passes are of views of `upright`. Raises OSError.
        """
        pages = []
        width, height = upright.image.size
        for start in range(0, len(passes), len(self._readers)):
            at_once = list(zip(passes[start:], self._readers, strict=False))
            for one, reader in at_once:
                seconds = self._end - time.monotonic()
                reader.ask(one.view.image, one.mode, one.language, seconds)
            for one, reader in at_once:
                table = reader.answer()
                if table is not None:
                    words = tuple(_placed(word, one.view) for word in read_table(table))
                    is_code = one.language == _CODES
                    quarters = upright.quarters
                    pages.append(Page(width, height, words, as_code=is_code, quarters=quarters))
        return pages


def _find_text(turn: _Turn) -> _Found | None:
    """Read a picture as it stands, and turned where that shows no text; return what shows most.

    This is quick and coarse: it is to find where the text is.
    """
    view = View(turn.picture)
    view = view.scaled(_bounded(view, _FIRST_SIDE / max(turn.picture.size)))
    radius = turn.radius * view.scale
    best = None
    for quarters in turns_of(flatten(view.image)):
        if turn.is_over:
            break
        upright = _Upright(View(turn.picture).turned(quarters).image, quarters)
        plain, flat, _ = _straight(View(upright.image).scaled(view.scale), radius)
        passes = (Pass(flat, _SPARSE, _WORDS), Pass(plain, _BLOCK, _CODES))
        found = _Found(upright, turn.read(passes, upright))
        if best is None or found.letters > best.letters:
            best = found
        if found.is_legible:
            break
    return best


def _straight(view: View, radius: float, slope: Slope | None = None) -> tuple[View, View, Slope]:
    """Return a view blurred and with level lines: as it is, with its letters alone, and its slope.

    Without a `slope` it is looked for.
    """
    image = view.image.filter(ImageFilter.GaussianBlur(radius)) if radius else view.image
    flat = flatten(image)
    slope = slope or slope_of(flat)
    straight = view.remade(image).straightened(slope)
    straight_flat = view.remade(flat).straightened(slope)
    return (
        straight.remade(stretch(straight.image)),
        straight_flat.remade(stretch(straight_flat.image)),
        slope,
    )


def _around_text(view: View, pages: Sequence[Page]) -> View:
    """Return the part of a view that has text, at the size that Tesseract reads best.

    `pages` are what was read in the view, with places on its picture.
    """
    words = [word for page in pages for word in page.words if word.confidence >= _LEGIBLE]
    words = [word for word in words if sum(map(str.isalnum, word.text)) >= _SHORTEST]
    if not words:
        return view.scaled(_bounded(view, 1.0))
    back = view.way.inverse()
    boxes = [_box(back.corners(word.left, word.top, word.right, word.bottom)) for word in words]
    height = sorted(bottom - top for _, top, _, bottom in boxes)[len(boxes) // 3]
    margin = _MARGIN * height
    edges = (
        max(0, int(min(box[0] for box in boxes) - margin)),
        max(0, int(min(box[1] for box in boxes) - margin)),
        min(view.image.width, int(max(box[2] for box in boxes) + margin)),
        min(view.image.height, int(max(box[3] for box in boxes) + margin)),
    )
    if edges[0] >= edges[2] or edges[1] >= edges[3]:
        return view.scaled(_bounded(view, 1.0))
    part = view.cropped(edges)
    return part.scaled(_bounded(part, _WORD_HEIGHT / max(height, 1)))


def _bounded(view: View, scale: float) -> float:
    """Return a scale that keeps a view within what can be read in time."""
    scale = min(max(scale, _LEAST_SCALE), _MOST_SCALE)
    pixels = view.image.width * view.image.height
    return float(min(scale, (_MOST_PIXELS / max(pixels, 1)) ** 0.5))


def _letters(page: Page, confidence: float) -> int:
    """Return how many letters and digits the words have that were read as surely as that."""
    legible = (word.text for word in page.words if word.confidence >= confidence)
    return sum(sum(map(str.isalnum, text)) for text in legible if len(text) > 1)


def _placed(word: Word, view: View) -> Word:
    """Return a word of a view with its place on the picture: its middle there, and its own size.

    The edges of what a sloping word covers would be those of several lines. Tesseract reads large
    letters worse than it says.
    """
    x, y = word.left + word.width / 2, word.middle
    middle = view.way.point(x, y)
    width = dist(view.way.point(word.left, y), view.way.point(word.right, y))
    height = dist(view.way.point(x, word.top), view.way.point(x, word.bottom))
    left, top = middle[0] - width / 2, middle[1] - height / 2
    confidence = word.confidence * max(_LEAST_TRUST, min(1.0, _TALL / max(word.height, 1)))
    return Word(word.text, left, top, width, height, confidence)


def _box(corners: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
