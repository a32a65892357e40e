"""The operation's number."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from comanda.examiner.cells import Cell, Layout
from comanda.examiner.labels import Kind
from comanda.examiner.lines import Token, box_of, text_of
from comanda.examiner.numbers import LONGEST, carries_date, compile_pattern, fit_to, number_in
from comanda.examiner.votes import Mention, Place, elect, elect_letters, places
from comanda.examiner.words import Hints

_FITTING, _FITTING_ALONE, _DATED = 300, 150, 55
_STRONG = 70  # rank that a label must have where the house expects another form
_KEY_RANK = 90  # of a label of the number that banks find a transfer by
_WRAPPED_RANK = 60  # labels from this rank on have numbers that take two lines
_NEXT_LINE = 1.5  # heights between a line and the next
_LEAST_PASSES = 2  # that see the same two lines
_LEAST_LINE = 4  # letters in a number's last line
_LONG_LINE = 12  # letters of a number's first line
_NEVER = {
    Kind.OTHER_NUMBER, Kind.ACCOUNT, Kind.NOTE, Kind.AMOUNT, Kind.OTHER_AMOUNT, Kind.PARTY,
    Kind.HOLDER, Kind.BANK,
}  # fmt: skip


def find_reference(layouts: Sequence[Layout], hints: Hints) -> Mention[str] | None:
    """Return the number of the highest-ranking label, or None if it isn't sure."""
    pattern = compile_pattern(hints.reference_pattern)
    mentions = [
        mention
        for at, layout in enumerate(layouts)
        for mention in _mentions(layout, at, pattern, hints.today)
    ]
    least = max(_STRONG if pattern else 1, _least_rank(layouts))
    ordered = [place for place in places(mentions) if place.rank >= least]
    if not ordered:
        return None
    best = Place(tuple(_whole(ordered[0].mentions)))
    as_code = {at for at, layout in enumerate(layouts) if layout.page.as_code}
    elected = _elect_code(best, mentions, as_code) or _elect(best, mentions)
    if elected is not None and best.rank == _FITTING_ALONE:
        rivals = [place for place in ordered[1:] if place.rank == best.rank]
        if any(m.value != elected.value for place in rivals for m in place.mentions):
            return None
    return elected


def _least_rank(layouts: Sequence[Layout]) -> int:
    """Return the rank that a number must have: no other stands in for a tracking key not read."""
    keys = sum(
        any(
            cell.is_label and cell.following and cell.label and cell.label.rank >= _KEY_RANK
            and cell.label.kind is Kind.REFERENCE
            for cell in layout.cells
        )
        for layout in layouts
    )  # fmt: skip
    return _KEY_RANK if keys >= _LEAST_PASSES else 0


def _elect_code(
    place: Place[str], mentions: Sequence[Mention[str]], as_code: set[int]
) -> Mention[str] | None:
    """Return the number that the passes which read codes best agree on, if it has letters."""
    best = [mention for mention in place.mentions if mention.source in as_code]
    elected = _elect(Place(tuple(best)), mentions) if best else None
    return None if elected is None or elected.value.isdigit() else elected


def _elect(place: Place[str], mentions: Sequence[Mention[str]]) -> Mention[str] | None:
    here = list(place.mentions)
    fitting = [m for m in here if m.rank >= _FITTING_ALONE]
    elsewhere = [mention for mention in mentions if mention not in here]
    return elect(fitting or here, elsewhere) or elect_letters(here)


def _whole(mentions: Sequence[Mention[str]]) -> list[Mention[str]]:
    """Leave out what is one line of a number that another mention has whole.

    Where two passes found a number on two lines, what has its first line alone is none.
    """
    whole = max(mention.rank for mention in mentions)
    of_two_lines = [m for m in mentions if m.rank == whole]
    if len({m.source for m in of_two_lines}) >= _LEAST_PASSES:
        first_lines = {m.value for m in mentions if m.rank < whole}
        values = {m.value for m in of_two_lines}
        if any(value.startswith(line) for value in values for line in first_lines):
            return of_two_lines
    longest = max((m.value for m in mentions if m.rank >= _WRAPPED_RANK), key=len, default="")
    shortest = len(longest) - _LEAST_LINE
    return [m for m in mentions if len(m.value) > shortest or m.value not in longest]


def _mentions(
    layout: Layout, source: int, pattern: re.Pattern[str] | None, today: date
) -> Iterator[Mention[str]]:
    for cell in layout.values:
        if not cell.is_first or (cell.kind in _NEVER):
            continue
        for tokens, is_wrapped in _runs(layout, cell):
            number = number_in([token.text for token in tokens], today)
            rank = _rank(cell, number, today) + is_wrapped if number else 0
            fitting = _fitting(pattern, tokens)
            if fitting:
                number = fitting
                rank = _FITTING + rank if cell.kind is Kind.REFERENCE else _FITTING_ALONE
            if number:
                weight = min(token.confidence for token in tokens) / 100
                box = box_of(tokens, layout.page)
                yield Mention(number, text_of(tokens), box, weight, rank, source)
                break


def _fitting(pattern: re.Pattern[str] | None, tokens: Sequence[Token]) -> str | None:
    """Return the text of a value in the form that the house expects."""
    if pattern is None:
        return None
    bares = [re.sub(r"[\W_]", "", token.text) for token in tokens]
    return next((fit for bare in ("".join(bares), *bares) if (fit := fit_to(pattern, bare))), None)


def _rank(cell: Cell, number: str, today: date) -> int:
    if cell.label is not None and cell.label.kind is Kind.REFERENCE:
        return cell.label.rank
    return _DATED if carries_date(number, today) else 0


def _runs(layout: Layout, cell: Cell) -> Iterator[tuple[tuple[Token, ...], bool]]:
    """Yield a value's tokens and whether they take two lines, those of both lines first."""
    tokens = cell.row_tokens
    rest = _continuation(layout, cell, tokens)
    if rest:
        yield tokens + rest, True
    yield tokens, False


def _continuation(layout: Layout, cell: Cell, tokens: Sequence[Token]) -> tuple[Token, ...]:
    label = cell.label
    if label is None or label.kind is not Kind.REFERENCE or label.rank < _WRAPPED_RANK:
        return ()
    first = re.sub("[-.]", "", "".join(token.text for token in tokens))
    if len(first) < _LONG_LINE or not first.isalnum():
        return ()
    below = [
        other
        for other in layout.cells
        if other.row == cell.row + 1 and other.right > cell.left  # else the label's second line
    ]
    if len(below) != 1 or below[0].is_label or below[0].owner is not None:
        return ()
    rest = below[0]
    text = re.sub("[-.]", "", "".join(token.text for token in rest.tokens))
    gap = rest.top - cell.bottom
    is_near = gap < _NEXT_LINE * cell.height and abs(rest.height - cell.height) < 0.4 * cell.height
    is_part = text.isalnum() and text.isascii() and any(c.isdigit() for c in text)
    is_aligned = min(abs(rest.left - cell.left), abs(rest.right - cell.right)) < 1.5 * cell.height
    if is_near and is_part and is_aligned and len(first) + len(text) <= LONGEST:
        return rest.tokens
    return ()
