"""Words with their places, from one reading of a picture or from a page of a PDF."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its place, in pixels of the upright picture; `confidence` from 0 to 100."""

    text: str
    left: float
    top: float
    width: float
    height: float
    confidence: float = 100.0

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        """The height of the word's middle."""
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Page:
    """The words of one pass over a picture of this size, in any order.

    A picture is read in several passes, each of which misses or misreads other words. A PDF's text
    is one pass a page, without mistakes; `index` is the page's, from 0. Words that were read
    `as_code` are so by a model that expects no Spanish: it is better at letters among digits. The
    page is the picture turned left by so many `quarters`, so that its text is upright.
    """

    width: float
    height: float
    words: tuple[Word, ...]
    index: int = 0
    as_code: bool = False
    quarters: int = 0


@dataclass(frozen=True, slots=True)
class Hints:
    """What helps to read a receipt, and is no evidence.

    `today` is the house's day when the payment was sent. `reference_pattern` is the form that the
    operation's number of this method has, as a regular expression, or "".
    """

    today: date
    reference_pattern: str = ""
