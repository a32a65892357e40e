"""Text as it was read: made harmless to show, and folded so that misread text compares equal."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

LONGEST_WORD = 200  # characters
_DIGITS_ONLY = str.maketrans(
    {"O": "0", "o": "0", "Q": "0", "D": "0", "I": "1", "l": "1", "i": "1", "|": "1", "!": "1",
     "S": "5", "s": "5", "B": "8", "Z": "2", "z": "2"}
)  # fmt: skip
# Characters that look alike once they are folded to lower case.
_TWINS = {
    "0": "o", "q": "o", "1": "l", "i": "l", "|": "l", "5": "s", "8": "b", "6": "b", "9": "g",
}  # fmt: skip
_MORE_ERRORS = (5, 9, 15)  # letters from which a name may have one error more
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_BLANKS = re.compile(r"\s+")


def clean(text: str, longest: int = LONGEST_WORD) -> str:
    """Return the text without what can't be seen, turns it round or piles up on a letter.

    Accents stay; digits of all scripts become ASCII digits.
    """
    composed = unicodedata.normalize("NFC", text[:longest])
    return _BLANKS.sub(" ", "".join(map(_shown, composed))).strip()[:longest]


@lru_cache(4096)
def _shown(character: str) -> str:
    if " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if character.isspace() or category[0] == "Z":
        return " "
    if category[0] in "CM":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if ord(character) in _FULL_WIDTH:
        return unicodedata.normalize("NFKC", character)
    return character


def fold(text: str) -> str:
    """Return the text in lower case, without accents."""
    return "".join(map(_folded, text))


@lru_cache(4096)
def _folded(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))[:4]


@lru_cache(4096)
def bare(character: str) -> str:
    """Return a character as it looks, among letters alone; empty for punctuation and signs."""
    return "".join(_TWINS.get(c, c) for c in _folded(character) if c.isalnum() or c == "|")


def skeleton(text: str) -> str:
    """Return what is left of a text when letters that look alike are the same and blanks gone."""
    return "".join(map(bare, text))


def to_digits(text: str) -> str:
    """Replace the letters that digits are misread as."""
    return text.translate(_DIGITS_ONLY)


def allowed_errors(length: int) -> int:
    """Return how many wrong letters a name of this length may have and still be the same name."""
    return sum(length >= longer for longer in _MORE_ERRORS)


def prefix_errors(name: str, text: str) -> list[int]:
    """Return, for each beginning of the text by its length, its edit distance from the name."""
    row = list(range(len(text) + 1))
    for count, letter in enumerate(name, 1):
        diagonal, row[0] = row[0], count
        for place, other in enumerate(text, 1):
            diagonal, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, diagonal + (letter != other)),
            )
    return row


def pieces(name: str) -> tuple[tuple[str, int, int], ...]:
    """Cut a name into one piece more than it may have errors: one of them is always unharmed.

    With each piece comes between which places of a misread name it can lie.
    """
    most = allowed_errors(len(name))
    bounds = [len(name) * at // (most + 1) for at in range(most + 2)]
    return tuple(
        (name[start:end], max(0, start - most), end + most) for start, end in pairwise(bounds)
    )


def is_like(name: str, text: str) -> bool:
    """Whether two skeletons are the same but for a few misread letters."""
    most = allowed_errors(len(name))
    return abs(len(name) - len(text)) <= most and prefix_errors(name, text)[-1] <= most
