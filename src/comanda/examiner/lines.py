"""Rows of a receipt, from the places of its words; a photo's rows may be tilted."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from comanda.domain.readings import Box
from comanda.examiner.text import clean
from comanda.examiner.words import Page, Word

MOST_WORDS = 4_000  # of a page
_MOST_LETTERS = 24_000  # of a page; no receipt has a tenth of that
_GOOD_PASS = 62  # mean confidence; a pass that is worse counts for less
_NOISE, _SHORT = 25, 2  # confidence and letters, at most, of a word that is none
_SAYS_SOMETHING = re.compile(r"[0-9$₡₲€*•·/]")
_FURTHEST = 1_000_000  # pixels
_LEAST_NEIGHBOURS = 3  # pairs of words to measure a slope by
_LEAST_TILT, _MOST_TILT = 0.004, 0.25  # rise by width; beyond that, the slope was measured wrong
_WIDE_GAP = 1.15  # between two cells of a row, in heights of the letters
_LONE_SIGNS = {"$", "S/", "S/.", "₡", "Q", "Bs", "Bs.", "L", "C$", "US$", "RD$", "B/.", "MXN"}
_LEAST_OVERLAP = 0.5  # of two words of a row, in the height of the lower one


@dataclass(frozen=True, slots=True)
class Token:
    """A word, made harmless. `top` and `bottom` are as if the picture was not tilted.

    `width` and `drop` lead back to the word's place on the picture: it lies `drop` lower.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float
    drop: float = 0.0

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def cut(self, start: int, end: int) -> "Token":
        """Return a part of the word."""
        step = (self.right - self.left) / len(self.text)
        left, right = self.left + step * start, self.left + step * end
        return replace(self, text=self.text[start:end], left=left, right=right)


@dataclass(slots=True)
class _Band:
    """A row that still grows."""

    tokens: list[Token] = field(default_factory=list)
    top: float = 0.0
    bottom: float = 0.0

    def takes(self, token: Token) -> bool:
        overlap = min(self.bottom, token.bottom) - max(self.top, token.top)
        least = min(self.bottom - self.top, token.height)
        return overlap >= _LEAST_OVERLAP * least and not any(
            _is_below(token, other) for other in self.tokens
        )

    def add(self, token: Token) -> None:
        self.tokens.append(token)
        if len(self.tokens) > _SETTLED:
            return
        largest = max(self.tokens, key=lambda other: other.height)
        tops = [t.top for t in self.tokens if t.height > 0.6 * largest.height]
        bottoms = [t.bottom for t in self.tokens if t.height > 0.6 * largest.height]
        self.top, self.bottom = median(tops), median(bottoms)


def _is_below(token: Token, other: Token) -> bool:
    """Whether a word stands under another one, in the next row, however close the rows are."""
    shared = min(token.right, other.right) - max(token.left, other.left)
    drop = token.middle - other.middle
    is_wide = shared > _SHARED * min(token.right - token.left, other.right - other.left)
    return is_wide and drop > _DROP * max(token.height, other.height)


_SHARED, _DROP = 0.6, 0.45  # of the narrower word's width, of the higher one's height
_SETTLED = 12  # words, after which a row's place is known
_RECENT_ROWS = 4  # that a word may still belong to, when words come from top to bottom


def tokens_of(page: Page) -> list[Token]:
    """Return the words of a page that have a text and a sane place, level."""
    words: list[Word] = []
    letters = 0
    for word in page.words[:MOST_WORDS]:
        text = clean(word.text) if _is_sane(word, page) else ""
        letters += len(text)
        if letters > _MOST_LETTERS:
            break
        confidence = min(100.0, max(0.0, word.confidence))
        if text and not _is_noise(text, confidence):
            words.append(replace(word, text=text, confidence=confidence))
    quality = min(1.0, _mean_confidence(words) / _GOOD_PASS)
    slope = _slope(words)
    return [_level(word, slope, quality) for word in words]


def _is_noise(text: str, confidence: float) -> bool:
    """Whether a word is what a pass makes of a picture's grain or of an icon."""
    return confidence < _NOISE and len(text) <= _SHORT and not _SAYS_SOMETHING.search(text)


def _mean_confidence(words: Sequence[Word]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / max(1, letters)


def _is_sane(word: Word, page: Page) -> bool:
    edges = (word.left, word.top, word.width, word.height, word.confidence)
    return (
        all(abs(edge) < _FURTHEST for edge in edges)
        and word.width > 0
        and 0 < word.height <= page.height
    )


def _level(word: Word, slope: float, quality: float) -> Token:
    drop = slope * (word.left + word.width / 2)
    return Token(
        word.text,
        word.left,
        word.top - drop,
        word.right,
        word.bottom - drop,
        word.confidence * quality,
        drop,
    )


def _slope(words: Sequence[Word]) -> float:
    """Return how much rows fall by width: the median of neighbours, wide words counting more."""
    slopes: list[tuple[float, float]] = []
    ordered = sorted(words, key=lambda word: word.left)
    for at, word in enumerate(ordered):
        for other in ordered[at + 1 : at + 40]:
            gap = other.left - word.right
            height = max(word.height, other.height)
            if -0.3 * height < gap < 1.2 * height and _are_beside(word, other):
                run = other.left + other.width / 2 - word.left - word.width / 2
                if run > height:
                    slopes.append(((other.middle - word.middle) / run, run))
                break
    if len(slopes) < _LEAST_NEIGHBOURS:
        return 0.0
    slope = _weighted_median(slopes)
    return slope if _LEAST_TILT < abs(slope) < _MOST_TILT else 0.0


def _weighted_median(values: list[tuple[float, float]]) -> float:
    half, passed = sum(weight for _, weight in values) / 2, 0.0
    for value, weight in sorted(values):
        passed += weight
        if passed >= half:
            return value
    return 0.0


def _are_beside(word: Word, other: Word) -> bool:
    low, high = sorted((word.height, other.height))
    return low > 0.5 * high and abs(word.middle - other.middle) < 0.6 * low


def rows_of(tokens: Iterable[Token]) -> list[list[Token]]:
    """Put tokens into rows from top to bottom, each from left to right."""
    bands: list[_Band] = []
    for token in sorted(tokens, key=lambda token: token.middle):
        band = next((band for band in reversed(bands[-_RECENT_ROWS:]) if band.takes(token)), None)
        if band is None:
            band = _Band()
            bands.append(band)
        band.add(token)
    bands.sort(key=lambda band: band.top + band.bottom)
    return [sorted(band.tokens, key=lambda token: token.left) for band in bands]


def segments_of(row: Sequence[Token]) -> list[list[Token]]:
    """Cut a row where the gap is too wide for a blank."""
    segments = [[row[0]]]
    for token, following in pairwise(row):
        widest = _WIDE_GAP * (token.height + following.height) / 2
        if following.left - token.right > widest * (1.8 if token.text in _LONE_SIGNS else 1):
            segments.append([])
        segments[-1].append(following)
    return segments


def text_of(tokens: Iterable[Token]) -> str:
    return " ".join(token.text for token in tokens)


def box_of(tokens: Sequence[Token], page: Page) -> Box:
    """Return the place of tokens on their page, in fractions."""
    left = _fraction(min(token.left for token in tokens), page.width)
    top = _fraction(min(token.top + token.drop for token in tokens), page.height)
    right = _fraction(max(token.right for token in tokens), page.width)
    bottom = _fraction(max(token.bottom + token.drop for token in tokens), page.height)
    return Box(left, top, round(right - left, 4), round(bottom - top, 4), page.index)


def _fraction(place: float, whole: float) -> float:
    return round(min(1.0, max(0.0, place / whole if whole > 0 else 0.0)), 4)
