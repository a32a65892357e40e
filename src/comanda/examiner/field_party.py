"""Whose account got the money, and which bank the receipt is of."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from comanda.examiner.accounts import account_ending, alias_in, name_in
from comanda.examiner.banks import banks_in
from comanda.examiner.cells import Cell, Layout
from comanda.examiner.labels import Kind, Side
from comanda.examiner.lines import Token, box_of, text_of
from comanda.examiner.votes import (
    SURE,
    Mention,
    elect,
    elect_letters,
    elect_parts,
    overlaps,
    places,
)

_OF_PARTY = (Kind.PARTY, Kind.ACCOUNT, Kind.HOLDER, Kind.BANK)
_CLOCK = re.compile("[0-9]:[0-9]")
_LENGTHS = {"clabe": 18, "cvu": 22, "cbu": 22}  # digits
_MASKED_DIGITS = 10  # digits, at most, of a number that is shown masked
_FAR = 3  # rows below a heading, whose values still belong to the heading
_HEADER = 0.25  # of the picture's height, where the app names itself
_ACCOUNT_RANKS = {Kind.ACCOUNT: 30, Kind.PARTY: 20, Kind.HOLDER: 12, Kind.BANK: 12, None: 12}
_HOLDER_RANKS = {Kind.HOLDER: 30, Kind.PARTY: 25, Kind.ACCOUNT: 14, None: 13}


@dataclass(frozen=True, slots=True)
class _Party:
    """A value about one of the two parties: words on a row, and whose they are."""

    cell: Cell
    source: int
    kind: Kind | None
    side: Side | None

    @property
    def words(self) -> list[str]:
        return [token.text for token in self.cell.row_tokens]


def find_account(layouts: Sequence[Layout]) -> Mention[str] | None:
    """Return the end or the alias of the account that got the money, or None if it isn't sure."""
    return _find(layouts, _account, _ACCOUNT_RANKS, elect_letters)


def find_holder(layouts: Sequence[Layout]) -> Mention[str] | None:
    """Return the name of who got the money, as shown, or None if it isn't sure.

    A model for codes leaves accents out: its passes count only where the others don't suffice.
    """
    of_words = [layout for layout in layouts if not layout.page.as_code]
    found = _find(of_words, _holder, _HOLDER_RANKS, elect_parts)
    return found or _find(layouts, _holder, _HOLDER_RANKS, elect_parts)


def _find(
    layouts: Sequence[Layout],
    read: Callable[[_Party], str | None],
    ranks: dict[Kind | None, int],
    vote: Callable[[Sequence[Mention[str]]], Mention[str] | None],
) -> Mention[str] | None:
    """Vote among the recipient's values.

    A place that a pass gives the sender, or reads as a label, is out.
    """
    mentions: list[Mention[str]] = []
    barred = [cell.box for layout in layouts for cell in layout.cells if cell.is_label]
    for at, layout in enumerate(layouts):
        for party in _parties(layout, at):
            value = read(party)
            if value is None:
                continue
            tokens = _tokens_of(party, value)
            box = box_of(tokens, layout.page)
            weight = min(token.confidence for token in tokens) / 100
            if party.side is Side.SENDER:
                barred.append(box)
            elif party.side is Side.RECIPIENT and party.kind in ranks:
                mentions.append(Mention(value, value, box, weight, ranks[party.kind], at))
    free = [m for m in mentions if not any(overlaps(m.box, box) for box in barred)]
    ordered = [place for place in places(free) if place.weight >= SURE]
    if not ordered:
        return None
    best, *others = ordered
    elected = elect(best.mentions, [m for place in others for m in place.mentions])
    elected = elected or vote(best.mentions)
    for place in others:
        rival = elect(place.mentions) if place.rank == best.rank else None
        if elected is not None and rival is not None and rival.value != elected.value:
            return None
    return elected


def _tokens_of(party: _Party, value: str) -> list[Token]:
    """The words that a value was read from; for an account's end, all of its number."""
    parts = value.split()
    if value.isdigit():
        return [t for t in party.cell.row_tokens if any(c.isdigit() for c in t.text)]
    own = [
        token
        for token in party.cell.row_tokens
        if any(part in token.text or token.text in part for part in parts)
    ]
    return own or list(party.cell.row_tokens)


def _parties(layout: Layout, source: int) -> Iterator[_Party]:
    for cell in layout.values:
        if not cell.is_first:
            continue
        if cell.kind in _OF_PARTY:
            yield _Party(cell, source, cell.kind, cell.side)
        elif cell.kind is None and cell.sided and cell.distance <= _FAR:
            yield _Party(cell, source, None, cell.sided)


def _account(party: _Party) -> str | None:
    text = text_of(party.cell.row_tokens)
    if _CLOCK.search(text):
        return None
    is_labelled = party.kind is Kind.ACCOUNT
    is_beside_bank = party.kind in (Kind.HOLDER, Kind.BANK) and bool(banks_in(party.words))
    ending = account_ending(
        text, is_labelled=is_labelled or party.kind is Kind.PARTY or is_beside_bank
    )
    label = party.cell.label
    if ending is not None and label is not None and _is_cut(label.bare, text):
        return None
    if ending is None and is_labelled and label is not None and "allas" in label.bare:
        return alias_in(text)
    return ending


def _is_cut(label: str, text: str) -> bool:
    """Whether a pass lost digits of a number whose length its label says."""
    length = next((length for name, length in _LENGTHS.items() if name in label), None)
    digits = sum(c.isdigit() for c in text)
    return length is not None and digits > _MASKED_DIGITS and digits != length


def _holder(party: _Party) -> str | None:
    name = name_in(party.words)
    if party.kind in (Kind.HOLDER, Kind.PARTY):
        return name
    has_number = party.kind is Kind.ACCOUNT and any(c.isdigit() for c in "".join(party.words))
    return name if name and " " in name and not has_number else None


def find_bank(layouts: Sequence[Layout]) -> Mention[str] | None:
    """Return the bank that a receipt is of: as labelled, else the only one, else the header's."""
    named = [mention for at, layout in enumerate(layouts) for mention in _banks(layout, at)]
    for least in (2, 1, 0):
        fitting = [mention for mention in named if mention.rank >= least]
        weights: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for mention in fitting:
            by_source = weights[mention.value]
            by_source[mention.source] = max(mention.weight, by_source.get(mention.source, 0.0))
        sure = [name for name, by_source in weights.items() if sum(by_source.values()) >= SURE]
        if len(sure) == 1:
            return next(mention for mention in fitting if mention.value == sure[0])
        if sure:
            return None
    return None


def _banks(layout: Layout, source: int) -> Iterator[Mention[str]]:
    """Yield the banks named: labelled as the sender's, in the header, elsewhere, in this order."""
    for cell in layout.cells:
        if cell.kind is Kind.NOTE or _is_of_recipient(cell):
            continue
        names = banks_in([token.text for token in cell.tokens])
        if len(names) == 1:
            is_labelled = cell.kind is Kind.BANK and cell.side is Side.SENDER
            is_header = cell.box.top < _HEADER
            rank = 2 if is_labelled else 1 if is_header else 0
            name = names.pop()
            yield Mention(name, cell.text, cell.box, cell.weight, rank, source)


def _is_of_recipient(cell: Cell) -> bool:
    if cell.kind is None:
        return cell.sided is Side.RECIPIENT and cell.distance <= _FAR
    return cell.kind in _OF_PARTY and cell.side is Side.RECIPIENT
