"""Pages of words made from rows of text, as a pass over a receipt would read them."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from comanda.examiner.words import Hints, Page, Word

WIDTH, HEIGHT = 720.0, 1280.0
LETTER, LINE, BLANK, TOP = 12.0, 44.0, 9.0, 180.0
TODAY = date(2026, 12, 18)
HINTS = Hints(TODAY)
_MISREAD = {
    "o": "0", "i": "l", "l": "1", "m": "rn", "e": "c", "a": "s", "n": "r", "t": "f", "u": "v",
}  # fmt: skip


def page(rows: Sequence[str], *, confidence: float = 100.0, tilt: float = 0.0) -> Page:
    """Return a page with these rows from top to bottom.

    Two blanks or more part cells: the last cell of a row stands at the right edge. A row that
    begins with `!` has letters twice as large; an empty row is a gap.
    """
    words: list[Word] = []
    top = TOP
    for row in rows:
        scale = 2.0 if row.startswith("!") else 1.0
        words += _words(row.removeprefix("!"), top, scale, confidence)
        top += LINE * scale
    height = max(HEIGHT, top + 100)
    return Page(
        WIDTH, height, tuple(replace(w, top=w.top + tilt * (w.left + w.width / 2)) for w in words)
    )


def _words(row: str, top: float, scale: float, confidence: float) -> list[Word]:
    cells = [cell.split() for cell in row.split("  ") if cell.strip()]
    widths = [sum(len(w) * LETTER + BLANK for w in cell) * scale for cell in cells]
    lefts = [40.0 + 220.0 * at for at in range(len(cells))]
    if len(cells) > 1:
        lefts[-1] = max(lefts[-2] + widths[-2] + 60, WIDTH - 40 - widths[-1])
    words = []
    for cell, edge in zip(cells, lefts, strict=True):
        left = edge
        for text in cell:
            width = len(text) * LETTER * scale
            words.append(Word(text, left, top, width, 20.0 * scale, confidence))
            left += width + BLANK * scale
    return words


def damaged(original: Page, seed: int, share: float = 0.06) -> Page:
    """Return the page as a bad pass reads it: letters misread, words lost, split and joined."""
    chance = random.Random(seed)
    words: list[Word] = []
    for word in original.words:
        text = "".join(
            _MISREAD.get(c.lower(), c) if c.isalpha() and chance.random() < share else c
            for c in word.text
        )
        fate = chance.random()
        if fate < share / 3:
            continue
        parts = [text]
        if fate < share and len(text) > 5 and text.isalpha():
            parts = [text[: len(text) // 2], text[len(text) // 2 :]]
        step = word.width / len(parts)
        for at, part in enumerate(parts):
            place = replace(word, left=word.left + at * (step + 3), width=step - 3 * at)
            words.append(replace(place, text=part, confidence=chance.uniform(45, 96)))
    return replace(original, words=tuple(words))
