"""Tesseract's table of the words in a picture, as tab-separated values."""

from comanda.examiner.lines import MOST_WORDS
from comanda.examiner.text import LONGEST_WORD
from comanda.examiner.words import Word

_COLUMNS = 12
_WORD_LEVEL = "5"  # the other levels are pages, blocks, paragraphs and lines


def read_table(table: bytes) -> list[Word]:
    """Return the words of a table, in the picture's pixels; rows that are none are left out."""
    words = []
    for row in table.decode("utf-8", "replace").split("\n"):
        columns = row.split("\t", _COLUMNS - 1)
        if len(columns) < _COLUMNS or columns[0] != _WORD_LEVEL:
            continue
        text = columns[-1].strip()[:LONGEST_WORD]
        try:
            left, top, width, height, confidence = map(float, columns[6:11])
        except ValueError:
            continue
        if text:
            words.append(Word(text, left, top, width, height, confidence))
        if len(words) >= MOST_WORDS:
            break
    return words
