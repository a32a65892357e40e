"""The amount that a receipt is about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from comanda.domain.readings import Box
from comanda.examiner.amounts import Money, find_money, is_glued, may_be_glued, money_text
from comanda.examiner.cells import Cell, Layout
from comanda.examiner.labels import Kind, is_other_amount
from comanda.examiner.lines import Token, box_of
from comanda.examiner.votes import Mention, Place, elect, overlaps, places

_LARGE = 1.35  # times the usual height of letters
_LARGER = 1.15  # times the next amount's height
_LARGE_RANK, _UNSIGNED_RANK, _PLAIN_RANK, _LARGE_BONUS = 45, 40, 10, 16
_OWN_RANK = 56  # from which labels mean the amount itself, and no total
_JUNK = 3  # letters before an amount without a sign
_FEW = 9_99  # minor units; one digit alone, without a sign, is no amount
_CENTS = re.compile("[1-9%°]")  # what raised cents are read as
_LONGEST_CENTS, _LEAST_SEEN = 3, 2  # signs; passes
_NEVER = (Kind.OTHER_AMOUNT, Kind.NOTE)


@dataclass(frozen=True, slots=True)
class _Found:
    """An amount on a page, with its letters' height."""

    money: Money
    cell: Cell
    tokens: Sequence[Token]
    source: int

    @property
    def height(self) -> float:
        heights = [t.height for t in self.tokens if any(c.isdigit() for c in t.text)]
        return max(heights, default=0.0)

    @property
    def box(self) -> Box:
        return box_of(self.tokens, self.cell.page)


def find_amount(layouts: Sequence[Layout]) -> Mention[int] | None:
    """Return the amount in minor units, by its label, else by its size; None if it isn't sure."""
    found = [amount for at, layout in enumerate(layouts) for amount in _amounts(layout, at)]
    barred = [amount.box for amount in found if _is_other(amount)]
    mentions: list[Mention[int]] = []
    signed, marked = set(), set()
    for at, layout in enumerate(layouts):
        usual = median([t.height for row in layout.rows for t in row] or [1.0])
        own = [amount for amount in found if amount.source == at and not _is_other(amount)]
        for amount in own:
            rank = _rank(amount, own, usual)
            if rank and (_is_labelled(amount) or not any(overlaps(amount.box, b) for b in barred)):
                mentions.append(_mention(amount, rank))
                signed |= {amount.money.units} if amount.money.has_sign else set()
                marked |= {amount.money.units} if amount.money.has_mark else set()
    least = _least_rank(layouts)
    mentions = [mention for mention in mentions if mention.rank >= least]
    chosen = _choose(_without_misread(mentions, signed, marked), signed, marked)
    return None if chosen is not None and _has_lost_cents(chosen, layouts) else chosen


def _has_lost_cents(amount: Mention[int], layouts: Sequence[Layout]) -> bool:
    """Whether passes saw something behind an amount's last digit that others read no cents from.

    These are cents in small raised digits.
    """
    if amount.value % 100:
        return False
    whole = str(amount.value // 100)
    seen = 0
    for layout in layouts:
        texts = (
            re.sub(r"[^0-9%:°'*»-]", "", token.text).lstrip("%:°'*»-")
            for row in layout.rows
            for token in row
            if overlaps(box_of([token], layout.page), amount.box)
        )
        rests = (text[len(whole) :] for text in texts if text.startswith(whole))
        seen += any(len(rest) <= _LONGEST_CENTS and _CENTS.search(rest) for rest in rests)
    return seen >= _LEAST_SEEN


def _least_rank(layouts: Sequence[Layout]) -> int:
    """Return the rank that an amount must have: no total stands in for an amount not read."""
    ranks = [
        cell.label.rank
        for layout in layouts
        for cell in layout.cells
        if cell.is_label and cell.label and cell.label.kind is Kind.AMOUNT
    ]
    best = max(ranks, default=0)
    return _UNSIGNED_RANK if best >= _OWN_RANK else _PLAIN_RANK + 1 if best else 0


def _choose(
    mentions: list[Mention[int]], signed: set[int], marked: set[int]
) -> Mention[int] | None:
    ordered = places(mentions)
    if not ordered:
        return None
    best = ordered[0]
    elected = elect(best.mentions, _elsewhere(ordered, best))
    if elected is None:
        return None
    for place in ordered[1:]:
        if place.rank == best.rank:
            rival = elect(place.mentions)
            if rival is not None and rival.value != elected.value:
                return None
    if _is_suspicious(elected.value, mentions, signed, marked):
        return None
    return elected


def _elsewhere(ordered: Sequence[Place[int]], best: Place[int]) -> list[Mention[int]]:
    return [mention for place in ordered if place is not best for mention in place.mentions]


def _is_suspicious(
    units: int, mentions: Sequence[Mention[int]], signed: set[int], marked: set[int]
) -> bool:
    """Whether all passes may have read a sign as a digit.

    Other amounts have a sign, or this one has half of one; and it stands at one place alone.
    """
    return bool(
        units not in signed
        and (signed or units in marked)
        and may_be_glued(units, has_mark=units in marked)
        and len(places(m for m in mentions if m.value == units)) == 1
    )


def _without_misread(
    mentions: list[Mention[int]], signed: set[int], marked: set[int]
) -> list[Mention[int]]:
    """Leave out amounts that another pass explains: a sign read as a digit, a decimal mark lost.

    The first kind of pass read all other digits, so it counts for the amount without the sign.
    """
    values = {mention.value for mention in mentions}
    lost_mark = {other * 100 for other in values if other % 100}
    glued = {
        value: other
        for value in values - signed
        for other in values & (signed | marked)
        if is_glued(value, other)
    }
    return [
        replace(mention, value=glued.get(mention.value, mention.value))
        for mention in mentions
        if mention.value not in lost_mark
    ]


def _amounts(layout: Layout, source: int) -> Iterator[_Found]:
    for cell in layout.values:
        if not cell.is_first:
            continue
        tokens = cell.row_tokens
        text = money_text(tokens)
        for money in find_money(text):
            yield _Found(money, cell, _tokens_at(tokens, money), source)
            if cell.kind is Kind.AMOUNT:
                break


def _tokens_at(tokens: Sequence[Token], money: Money) -> Sequence[Token]:
    start, taken = 0, []
    for token in tokens:
        end = start + len(token.text)
        if start < money.end and end > money.start:
            taken.append(token)
        start = end + 1
    return taken or tokens


def _is_labelled(amount: _Found) -> bool:
    return amount.cell.kind is Kind.AMOUNT


def _is_other(amount: _Found) -> bool:
    before = money_text(amount.cell.row_tokens)[: amount.money.start].split()
    return amount.cell.kind in _NEVER or any(map(is_other_amount, before))


def _rank(amount: _Found, others: Sequence[_Found], usual: float) -> int:
    is_large = amount.height >= _LARGE * usual and all(
        amount.height >= _LARGER * other.height
        for other in others
        if other.money.units != amount.money.units
    )
    label = amount.cell.label
    money = amount.money
    if label is not None and label.kind is Kind.AMOUNT:
        is_clear = money.has_sign or (
            money.start <= _JUNK and (money.has_form or money.units > _FEW)
        )
        return label.rank + (_LARGE_BONUS if is_large else 0) if is_clear else 0
    if not money.has_sign:
        return _UNSIGNED_RANK if is_large and money.has_form and label is None else 0
    return _LARGE_RANK if is_large else _PLAIN_RANK


def _mention(amount: _Found, rank: int) -> Mention[int]:
    weight = min(token.confidence for token in amount.tokens) / 100
    if amount.money.is_repaired:
        weight *= 0.5
    money = amount.money
    return Mention(money.units, money.text, amount.box, weight, rank, amount.source)
