"""The patterns of the house's own rules for notices, which run with a limit on their time.

Python's `re` can't be stopped: `(a+)+$` on a text of the wrong letters takes longer than the house
will stand. The library `regex` can. It is loaded only for a house that has rules of its own.
"""

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from comanda.domain.notice_rules import Finder, OutOfTime, Span, pattern_of

if TYPE_CHECKING:
    import regex

SECONDS = 0.05  # for one pattern on one notice
LONGEST = 300  # characters of an entry
MOST_COPIES = 10_000  # `regex` stores what is repeated so many times
_COUNTS = re.compile(r"\{([0-9]*),?([0-9]*)\}")


def is_pattern(entry: str) -> bool:
    """Whether an entry of a rule can be looked for."""
    try:
        own_finder(entry)
    except ValueError:
        return False
    return True


def own_finder(entry: str) -> Finder:
    """Return the pattern of an entry. Raises ValueError."""
    return partial(_find, _compiled(entry))


@lru_cache(maxsize=1_000)
def _compiled(entry: str) -> "regex.Pattern[str]":
    import regex  # noqa: PLC0415 - few houses have rules of their own

    if not entry.strip(" /") or len(entry) > LONGEST or _copies(entry) > MOST_COPIES:
        raise ValueError(entry)
    try:
        return regex.compile(pattern_of(entry), regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError) as error:
        raise ValueError(entry) from error


def _copies(entry: str) -> int:
    """Return how many times the innermost part of a pattern may be repeated in all."""
    copies = 1
    for fewest, most in _COUNTS.findall(entry):
        if max(len(fewest), len(most)) > len(str(MOST_COPIES)):
            return MOST_COPIES + 1
        copies *= max(int(fewest or 1), int(most or 1), 1)
    return copies


def _find(pattern: "regex.Pattern[str]", folded: str) -> Span | None:
    try:
        match = pattern.search(folded, timeout=SECONDS, concurrent=True)
    except TimeoutError as error:
        raise OutOfTime from error
    if match is None:
        return None
    start, end = match.span(1 if pattern.groups else 0)
    return (start, end) if start >= 0 else match.span()
