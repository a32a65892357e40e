"""What a comparison found, as a table for people and as JSON."""

import json
import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.benchmarks.sides import Side

S = TypeVar("S", bound=Side)


@dataclass(frozen=True)
class Goal:
    """The figure of `of` against `against`'s: at most (or, where `least`, at least) `factor` of it.

    Without `against`, `factor` is the figure itself; with `more`, by how much it may be more. A
    figure of `enough` is enough, whatever the ratio. Without `factor` nothing is asked for.
    """

    factor: float | None
    against: str = ""
    least: bool = False
    of: str = "comanda"
    enough: float | None = None
    more: bool = False

    def mark(self, ratio: float, figure: float) -> str:
        if self.factor is None:
            return "·"
        return "✅" if self._holds(ratio, self.factor) or self._holds(figure, self.enough) else "❌"

    def _holds(self, figure: float, limit: float | None) -> bool:
        return limit is not None and (figure >= limit if self.least else figure <= limit)

    def __str__(self) -> str:
        if self.factor is None:
            return f"{self.of} of {self.against}, no goal"
        sign = "≥" if self.least else "≤"
        against = f" {'more than' if self.more else 'of'} {self.against}" if self.against else ""
        enough = "" if self.enough is None else f" or {sign} {self.enough:g}"
        return f"goal {sign} {self.factor:g}{against}{enough}"


@dataclass
class Work:
    """One piece of work: for each side, the figures of each of its rounds."""

    name: str
    unit: str
    goals: Sequence[Goal] = ()
    rounds: dict[str, list[list[float]]] = field(default_factory=dict)
    load_share: dict[str, list[float]] = field(default_factory=dict)

    def add(self, side: str, figures: list[float], load_share: float | None = None) -> None:
        """One round's figures; `load_share` of its time the load's own processor was busy."""
        self.rounds.setdefault(side, []).append(figures)
        if load_share is not None:
            self.load_share.setdefault(side, []).append(load_share)

    def median(self, side: str) -> float:
        return statistics.median(self._all(side))

    def spread(self, side: str) -> tuple[float, float]:
        """The quartiles."""
        figures = self._all(side)
        if len(figures) < 2:
            return figures[0], figures[0]
        low, _, high = statistics.quantiles(figures, n=4, method="inclusive")
        return low, high

    def ratio(self, goal: Goal) -> tuple[float, float, float]:
        """Of the medians round by round: the median, the least and the most of what they are."""
        ours = [statistics.median(figures) for figures in self.rounds[goal.of]]
        if not goal.against:
            return statistics.median(ours), min(ours), max(ours)
        theirs = [statistics.median(figures) for figures in self.rounds[goal.against]]
        pairs = zip(ours, theirs, strict=True)
        ratios = [our - their if goal.more else our / their for our, their in pairs]
        return statistics.median(ratios), min(ratios), max(ratios)

    def _all(self, side: str) -> list[float]:
        return [figure for figures in self.rounds[side] for figure in figures]


def alternate(
    work: Work, sides: Sequence[S], rounds: int, measure: Callable[[S], list[float]]
) -> None:
    """A B A B: whatever else the machine does meets all sides alike."""
    for _ in range(rounds):
        for side in sides:
            work.add(side.name, measure(side))


def table(works: Iterable[Work]) -> Iterator[str]:
    """Lines of Markdown."""
    yield "| work | figures: median (quartiles) | against its goal: median (rounds) |"
    yield "|---|---|---|"
    for work in works:
        figures = "<br>".join(_figure(work, side) for side in work.rounds)
        goals = "<br>".join(_verdict(work, goal) for goal in work.goals if _known(work, goal))
        yield f"| {work.name}, {work.unit} | {figures} | {goals} |"


def _known(work: Work, goal: Goal) -> bool:
    return goal.of in work.rounds and (not goal.against or goal.against in work.rounds)


def _figure(work: Work, side: str) -> str:
    low, high = work.spread(side)
    shares = work.load_share.get(side)
    busy = f", load {statistics.median(shares):.0%}" if shares else ""
    return f"{side} **{work.median(side):.3g}** ({low:.3g}-{high:.3g}{busy})"


def _verdict(work: Work, goal: Goal) -> str:
    ratio, low, high = work.ratio(goal)
    return f"{goal.mark(ratio, work.median(goal.of))} {ratio:.2f} ({low:.2f}-{high:.2f}), {goal}"


def write_json(works: Iterable[Work], path: Path) -> None:
    found = [
        {
            **asdict(work),
            "medians": {side: work.median(side) for side in work.rounds},
            "spreads": {side: work.spread(side) for side in work.rounds},
            "verdicts": [_verdict(work, goal) for goal in work.goals if _known(work, goal)],
        }
        for work in works
    ]
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
