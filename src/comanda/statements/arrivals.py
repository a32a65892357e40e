"""The deposits that a statement's movements are: only what came in counts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from comanda.domain.deposits import LONGEST_SENDER, LONGEST_TEXT, DepositSource, NewDeposit
from comanda.domain.evidence import LONGEST_REFERENCE
from comanda.statements.lines import Line, Movements, in_pieces

KEY = "estado:"
_KEY_DIGITS = 32  # of 64: enough that no two lines of a house share them
_FIRST = date(2000, 1, 1)
_AHEAD = timedelta(days=1)
_MIDNIGHT = time()
_MOST_OF_A_NUMBER = 3  # lines; a number that more of them have names no operation


@dataclass(slots=True)
class Arriving:
    """The deposits of a statement, the earliest first, and how many movements are none."""

    deposits: list[NewDeposit] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)  # of the deposits, in the same order
    debits: int = 0
    zeros: int = 0

    @property
    def skipped(self) -> int:
        return self.debits + self.zeros


def arrivals(
    movements: Movements, zone: ZoneInfo, now: datetime, account: str | None = None
) -> Arriving:
    """Return the deposits. A date that can't be right is added to the movements' complaints.

    A line's key is made of its day, its amount and its words, and of how many such lines came
    before it in the file. So the same file again, and another one of overlapping days, give the
    same keys, whichever columns were picked.
    """
    arriving = Arriving()
    latest = (now + _AHEAD).astimezone(zone).date()
    found = sorted(_credits(movements, arriving, latest), key=lambda line: line.day)
    numbers = Counter(line.reference for line in found if line.reference is not None)
    seen: Counter[tuple[date, int, str]] = Counter()
    firsts: dict[date, datetime] = {}
    for line in in_pieces(found):
        same = (line.day, line.amount, line.own)
        seen[same] += 1
        if line.day not in firsts:
            firsts[line.day] = _moment(line.day, _MIDNIGHT, zone)
        at = line.moment or (
            _moment(line.day, line.clock, zone) if line.clock else firsts[line.day]
        )
        is_number = line.reference is not None and numbers[line.reference] <= _MOST_OF_A_NUMBER
        arriving.lines.append(line)
        arriving.deposits.append(
            NewDeposit(
                source=DepositSource.STATEMENT,
                amount=line.amount,
                at=at,
                key=_key(line, seen[same]),
                is_day=line.clock is None and line.moment is None,
                sender=line.sender and line.sender[:LONGEST_SENDER],
                reference=line.reference[:LONGEST_REFERENCE]
                if line.reference and is_number
                else None,
                account=account,
                text=line.description and line.description[:LONGEST_TEXT],
            )
        )
    return arriving


def _credits(movements: Movements, arriving: Arriving, latest: date) -> Iterator[Line]:
    for line in movements.lines:
        if line.amount == 0:
            arriving.zeros += 1
        elif line.amount < 0:
            arriving.debits += 1
        elif line.day > latest:
            movements.complain(line.number, f"La fecha está por venir: {line.day:%d/%m/%Y}")
        elif line.day < _FIRST:
            movements.complain(line.number, f"La fecha es muy antigua: {line.day:%d/%m/%Y}")
        else:
            yield line


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _key(line: Line, occurrence: int) -> str:
    day = line.day.isoformat()  # first: the keys of one day are stored side by side
    words = f"{day}|{line.amount}|{line.own}|{occurrence}"
    return f"{KEY}{day}:" + sha256(words.encode(errors="replace")).hexdigest()[:_KEY_DIGITS]
