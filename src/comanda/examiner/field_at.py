"""The date and the time of the payment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from comanda.examiner.cells import Cell, Layout
from comanda.examiner.dates import find_moments, find_time
from comanda.examiner.labels import Kind
from comanda.examiner.lines import box_of, text_of
from comanda.examiner.votes import Mention, elect, places

_STATUS_BAR = 0.06  # of the picture's height, where a phone shows its own clock
_PLAIN_RANK = 10
_NOON = 12
_LABELLED_TIME = 20
_NEVER = {
    Kind.OTHER_DATE, Kind.NOTE, Kind.OTHER_NUMBER, Kind.ACCOUNT, Kind.AMOUNT, Kind.OTHER_AMOUNT,
    Kind.REFERENCE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Times:
    """The times of a page that stand without a date, by row."""

    beside: dict[int, list[Mention[time]]]
    labelled: list[Mention[time]]


def find_day_and_time(
    layouts: Sequence[Layout], today: date
) -> tuple[Mention[date] | None, Mention[time] | None]:
    """Return the payment's day and time; two dates of the same worth are none."""
    days: list[Mention[date]] = []
    times: list[tuple[date | None, Mention[time]]] = []
    for at, layout in enumerate(layouts):
        loose = _loose_times(layout, at, today)
        times += [(None, mention) for mention in loose.labelled]
        for day, cell, own_time in _days(layout, at, today):
            days.append(day)
            times += [(day.value, found) for found in _times_of(day, cell, own_time, loose)]
    elected = _elect_day(days)
    if elected is None:
        return None, None
    return elected, _elect_time([found for of, found in times if of in (None, elected.value)])


def _elect_day(days: Sequence[Mention[date]]) -> Mention[date] | None:
    ordered = places(days)
    if not ordered:
        return None
    best, *others = ordered
    elected = elect(best.mentions, [mention for place in others for mention in place.mentions])
    for place in others:
        rival = elect(place.mentions) if place.rank == best.rank else None
        if elected is not None and rival is not None and rival.value != elected.value:
            return None
    return elected


def _elect_time(times: Sequence[Mention[time]]) -> Mention[time] | None:
    """Vote among the times that stand best: in the date's own cell, beside it, labelled."""
    best = max((mention.rank for mention in times), default=0)
    fuller = _fuller(times)
    return elect([mention for mention in fuller if mention.rank == best]) or elect(fuller)


def _fuller(times: Sequence[Mention[time]]) -> list[Mention[time]]:
    """Let a time in the afternoon win over the same one that lost its "p. m."."""
    values = {mention.value for mention in times}
    lost = {v.replace(hour=v.hour - _NOON) for v in values if v.hour >= _NOON}
    return [mention for mention in times if mention.value not in lost]


def _days(
    layout: Layout, source: int, today: date
) -> Iterator[tuple[Mention[date], Cell, time | None]]:
    for cell in layout.values:
        if not cell.is_first or cell.kind in _NEVER:
            continue
        tokens = cell.row_tokens
        for moment in find_moments(text_of(tokens), today)[:3]:
            label = cell.label
            rank = label.rank if label and label.kind is Kind.DATE else _PLAIN_RANK
            weight = min(token.confidence for token in tokens) / 100
            box = box_of(tokens, layout.page)
            mention = Mention(moment.day, text_of(tokens), box, weight, rank, source)
            yield mention, cell, moment.time


def _times_of(
    day: Mention[date], cell: Cell, own: time | None, loose: _Times
) -> Iterator[Mention[time]]:
    """Yield the time in a date's own cell, else that beside it, else that below."""
    if own is not None:
        yield Mention(own, day.shown, day.box, day.weight, day.rank, day.source)
        return
    for row in (cell.row, cell.row + 1):
        if row in loose.beside:
            for mention in loose.beside[row][:1]:
                yield Mention(
                    mention.value, mention.shown, mention.box, mention.weight, day.rank, day.source
                )
            return


def _loose_times(layout: Layout, source: int, today: date) -> _Times:
    loose = _Times({}, [])
    for cell in layout.values:
        if not cell.is_first or cell.kind in _NEVER:
            continue
        tokens = cell.row_tokens
        text = text_of(tokens)
        is_labelled = cell.kind is Kind.TIME
        box = box_of(tokens, layout.page)
        if find_moments(text, today) or (box.top < _STATUS_BAR and not is_labelled):
            continue
        found = find_time(text, is_labelled=is_labelled)
        if found is None:
            continue
        weight = min(token.confidence for token in tokens) / 100
        rank = _LABELLED_TIME if is_labelled else _PLAIN_RANK
        mention = Mention(found, text, box, weight, rank, source)
        if is_labelled:
            loose.labelled.append(mention)
        else:
            loose.beside.setdefault(cell.row, []).append(mention)
    return loose
