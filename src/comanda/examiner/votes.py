"""What several passes read at one place, put to a vote."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from comanda.domain.readings import Box

T = TypeVar("T", bound=Hashable)
SURE = 0.8  # sum of weights: one pass that is sure of each word, or two that are half sure
_RIVAL = 0.56  # of the winner's weight; stronger rivals make the vote void
_LETTERS_RIVAL = 0.4  # the same, where single letters are voted on
_LEAST_WEIGHT = 0.35  # of the winner in the pass that is surest of it
_SAME_PLACE = 0.5  # overlap, of the smaller box
_MOST_MENTIONS = 400
_LEAST_VOTERS = 3  # passes, to vote on single letters


@dataclass(frozen=True, slots=True)
class Mention(Generic[T]):
    """A value that a pass (`source`) read at a place; `rank` says what its label is worth."""

    value: T
    shown: str
    box: Box
    weight: float
    rank: int
    source: int


@dataclass(frozen=True, slots=True)
class Place(Generic[T]):
    """All mentions at one place of the receipt."""

    mentions: tuple[Mention[T], ...]

    @property
    def rank(self) -> int:
        return max(mention.rank for mention in self.mentions)

    @property
    def weight(self) -> float:
        """How sure the passes are together that a value stands here."""
        by_source: dict[int, float] = {}
        for mention in self.mentions:
            best = by_source.get(mention.source, 0.0)
            by_source[mention.source] = max(best, mention.weight)
        return sum(by_source.values())

    @property
    def top(self) -> tuple[int, float]:
        box = self.mentions[0].box
        return box.page, box.top


def overlaps(box: Box, other: Box) -> bool:
    """Whether two boxes are about the same place."""
    if box.page != other.page:
        return False
    width = min(box.left + box.width, other.left + other.width) - max(box.left, other.left)
    height = min(box.top + box.height, other.top + other.height) - max(box.top, other.top)
    smaller = min(box.width * box.height, other.width * other.height)
    return width > 0 and height > 0 and width * height >= _SAME_PLACE * smaller


def places(mentions: Iterable[Mention[T]]) -> list[Place[T]]:
    """Return the mentions by place, the highest rank first, then from top to bottom."""
    groups: list[list[Mention[T]]] = []
    for mention in list(mentions)[:_MOST_MENTIONS]:
        group = next((g for g in groups if overlaps(g[0].box, mention.box)), None)
        if group is None:
            groups.append([mention])
        else:
            group.append(mention)
    found = [Place(tuple(group)) for group in groups]
    return sorted(found, key=lambda place: (-place.rank, place.top))


def tally(mentions: Iterable[Mention[T]]) -> dict[T, float]:
    """Return each value's weight; a pass counts once for a value."""
    weights: defaultdict[T, dict[int, float]] = defaultdict(dict)
    for mention in mentions:
        by_source = weights[mention.value]
        by_source[mention.source] = max(mention.weight, by_source.get(mention.source, 0.0))
    return {value: sum(by_source.values()) for value, by_source in weights.items()}


def elect(
    mentions: Sequence[Mention[T]],
    elsewhere: Sequence[Mention[T]] = (),
    *,
    most_rival: float = _RIVAL,
) -> Mention[T] | None:
    """Return the mention whose value most passes agree on, or None without a clear winner.

    A value that stands elsewhere, too, is so much the surer.
    """
    weights = tally(mentions)
    for value, weight in tally(elsewhere).items():
        if value in weights:
            weights[value] += min(weight, 1.0) / 2
    ordered = sorted(weights.items(), key=lambda item: -item[1])
    if not ordered or ordered[0][1] < SURE:
        return None
    if sum(weight for _, weight in ordered[1:]) > most_rival * ordered[0][1]:
        return None
    best = _best([mention for mention in mentions if mention.value == ordered[0][0]])
    return best if best.weight >= _LEAST_WEIGHT else None


def _best(mentions: Sequence[Mention[T]]) -> Mention[T]:
    return max(mentions, key=lambda mention: (mention.weight, mention.rank))


def elect_parts(mentions: Sequence[Mention[str]]) -> Mention[str] | None:
    """Return a mention whose words are voted one by one, among texts of as many words."""
    count = _commonest(mentions, lambda text: len(text.split()))
    same = [mention for mention in mentions if len(mention.value.split()) == count]
    words = []
    for at in range(count or 0):
        parts = [replace(mention, value=mention.value.split()[at]) for mention in same]
        elected = elect(parts) or elect_letters(parts)
        if elected is None:
            return None
        words.append(elected.value)
    return _nearest(same, " ".join(words)) if words else None


def elect_letters(mentions: Sequence[Mention[str]]) -> Mention[str] | None:
    """Return a mention whose letters are voted one by one, among texts of the commonest length."""
    length = _commonest(mentions, len)
    same = [mention for mention in mentions if len(mention.value) == length]
    if length is None or len({mention.source for mention in same}) < _LEAST_VOTERS:
        return None
    letters = []
    for at in range(length):
        letter = [replace(mention, value=mention.value[at]) for mention in same]
        elected = elect(letter, most_rival=_LETTERS_RIVAL)
        if elected is None:
            return None
        letters.append(elected.value)
    return _nearest(same, "".join(letters))


def _commonest(mentions: Sequence[Mention[str]], size: Callable[[str], int]) -> int | None:
    """Return the size that the values of most passes have, or None without a clear winner."""
    elected = elect(
        [Mention(size(m.value), "", m.box, m.weight, m.rank, m.source) for m in mentions]
    )
    return None if elected is None else elected.value


def _nearest(mentions: Sequence[Mention[str]], voted: str) -> Mention[str]:
    nearest = max(mentions, key=lambda m: (sum(map(str.__eq__, m.value, voted)), m.weight))
    return replace(nearest, value=voted)
