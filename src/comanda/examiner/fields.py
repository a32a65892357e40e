"""A receipt's fields, from the words that several passes read on it (DESIGN, section 7)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from comanda.domain.readings import FieldName, ReadField, Reading, ReadLine
from comanda.examiner.cells import Layout, lay_out
from comanda.examiner.dates import number_day
from comanda.examiner.field_amount import find_amount
from comanda.examiner.field_at import find_day_and_time
from comanda.examiner.field_party import find_account, find_bank, find_holder
from comanda.examiner.field_reference import find_reference
from comanda.examiner.lines import box_of, text_of
from comanda.examiner.text import clean
from comanda.examiner.votes import Mention, T
from comanda.examiner.words import Hints, Page

_MOST_PAGES = 12  # passes, or pages of a PDF
_MOST_LINES, _LONGEST_LINE = 300, 200


def read_fields(pages: Sequence[Page], hints: Hints) -> Reading:
    """Return what passes over a receipt agree on. A field that isn't sure is left out."""
    layouts = [lay_out(page) for page in pages[:_MOST_PAGES]]
    amount = find_amount(layouts)
    reference = find_reference(layouts, hints)
    day, time = find_day_and_time(layouts, hints.today)
    account, holder, bank = find_account(layouts), find_holder(layouts), find_bank(layouts)
    return Reading(
        amount=_value(amount),
        reference=_value(reference),
        day=_value(day),
        time=_value(time),
        number_day=number_day(reference.value, hints.today) if reference else None,
        account=_value(account),
        holder=_value(holder),
        bank=_value(bank),
        fields=tuple(
            _field(name, mention)
            for name, mention in zip(
                FieldName, (amount, reference, day, account, holder, bank), strict=True
            )
            if mention is not None
        ),
        lines=_lines(layouts),
    )


def merge(first: Reading, second: Reading) -> Reading:
    """Return the first reading, with fields from the second where the first has none."""
    return replace(
        first,
        amount=second.amount if first.amount is None else first.amount,
        reference=first.reference or second.reference,
        day=first.day or second.day,
        time=first.time if first.day else second.time,
        number_day=first.number_day if first.reference else second.number_day,
        account=first.account or second.account,
        holder=first.holder or second.holder,
        bank=first.bank or second.bank,
        fields=_merged_fields(first, second),
        lines=first.lines or second.lines,
    )


def _merged_fields(first: Reading, second: Reading) -> tuple[ReadField, ...]:
    names = {field.name for field in first.fields}
    both = (*first.fields, *(field for field in second.fields if field.name not in names))
    order = list(FieldName)
    return tuple(sorted(both, key=lambda field: order.index(field.name)))


def _value(mention: Mention[T] | None) -> T | None:
    return None if mention is None else mention.value


def _field(name: FieldName, mention: Mention[Any]) -> ReadField:
    return ReadField(name, clean(mention.shown), mention.box)


def _lines(layouts: Sequence[Layout]) -> tuple[ReadLine, ...]:
    """Return the rows of each page's best pass, from top to bottom."""
    passes: defaultdict[int, list[Layout]] = defaultdict(list)
    for layout in layouts:
        passes[layout.page.index].append(layout)
    lines = [
        ReadLine(clean(text_of(row), _LONGEST_LINE), box_of(row, layout.page))
        for _, of_page in sorted(passes.items())
        for layout in [max(of_page, key=_quality)]
        for row in layout.rows
    ]
    return tuple(lines[:_MOST_LINES])


def _quality(layout: Layout) -> float:
    return sum(token.confidence * len(token.text) for row in layout.rows for token in row)
