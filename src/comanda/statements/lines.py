"""What a bank's statement says, line by line, whatever its format."""

import time as clock
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple, TypeVar

from comanda.domain.errors import ValidationFailed

MOST_LINES = 200_000
LONGEST_CELL = 2_000  # characters
MOST_TOLD = 50  # unreadable lines that are told by their number
_PIECE = 400  # lines between two pauses
_PAUSE_SECONDS = 0.0002
T = TypeVar("T")


class Kind(StrEnum):
    """The format of a statement's file."""

    CSV = "csv"
    OFX = "ofx"
    MT940 = "mt940"


class Line(NamedTuple):
    """A movement of the account; `amount` in minor units, a credit above 0.

    `clock` is the wall clock's time by the statement; `moment` is the exact time, where the file
    tells a time zone; without both the day alone is known. `number` is the line in the file. `own`
    are the words by which the line is recognised in another file of the same bank.
    """

    number: int
    day: date
    amount: int
    clock: time | None = None
    moment: datetime | None = None
    reference: str | None = None
    description: str | None = None
    sender: str | None = None
    own: str = ""


@dataclass(slots=True)
class Movements:
    """The lines that were understood, and those that were not, with a sentence why."""

    lines: list[Line] = field(default_factory=list)
    complaints: list[tuple[int, str]] = field(default_factory=list)
    unreadable: int = 0

    def complain(self, number: int, why: str) -> None:
        """Count an unreadable line; the first of them are told."""
        self.unreadable += 1
        if len(self.complaints) < MOST_TOLD:
            self.complaints.append((number, why))


def refused(sentence: str, field_name: str = "file") -> ValidationFailed:
    """The refusal of a whole file, or of what was picked for it, with a sentence for people."""
    return ValidationFailed({field_name: [sentence]})


def in_pieces(items: Iterable[T]) -> Iterator[T]:
    """Yield `items` with pauses: Python runs one thread at a time, and others wait meanwhile."""
    for number, item in enumerate(items, 1):
        yield item
        if number % _PIECE == 0:
            clock.sleep(_PAUSE_SECONDS)


def tidy(text: str, longest: int = LONGEST_CELL) -> str | None:
    """Return a cell's text on one line without characters that can't be shown; None if empty."""
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())[:longest] or None


def fold(text: str) -> str:
    """Return a text without case, accents and surrounding blanks, to compare words."""
    if text.isascii():
        return " ".join(text.lower().split())
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())
