"""When a backup is due, which are kept, and when somebody must be told that one is missing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from comanda.domain.hours import DAY, last_at

# A night's copy may take a while, and must not raise the alarm while it does.
OVERDUE = DAY + timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class BackupRules:
    """What the house asks of its backups: made every night at `hour` o'clock, if `enabled`.

    All of the last `keep_days` days are kept, and the newest of each of `keep_months` months.
    """

    enabled: bool
    hour: int
    keep_days: int
    keep_months: int


def last_before(moments: Collection[datetime], now: datetime) -> datetime | None:
    """The newest backup, whatever a clock that once ran ahead has left behind."""
    return max((moment for moment in moments if moment <= now + DAY), default=None)


def is_due(last: datetime | None, now: datetime, hour: int, zone: tzinfo | None) -> bool:
    """Whether `hour` o'clock in `zone` has come since the last backup; it may be days ago."""
    return last is None or last < last_at(hour, now, zone)


def is_overdue(last: datetime | None, now: datetime) -> bool:
    """Whether the last backup is older than a day."""
    return last is None or now - last > OVERDUE


def kept(
    moments: Collection[datetime], now: datetime, *, days: int, months: int, zone: tzinfo | None
) -> set[datetime]:
    """The backups to keep: all of the last `days` days, the newest of each of the last `months`
    months in `zone`, this one included, and in any case the newest.
    """
    recent = {moment for moment in moments if now - moment < days * DAY}
    newest_of_month: dict[int, datetime] = {}
    for moment in sorted(moments):
        newest_of_month[_month(moment, zone)] = moment
    first = _month(now, zone) - months + 1
    monthly = {moment for month, moment in newest_of_month.items() if month >= first}
    last = last_before(moments, now)
    return recent | monthly | ({last} if last else set())


def _month(moment: datetime, zone: tzinfo | None) -> int:
    local = moment.astimezone(zone)
    return local.year * 12 + local.month
