"""Rules for backups: when a backup is due, which backups to keep, when to raise the alarm."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from comanda.domain.hours import DAY, last_at

# A copy that takes a while must not raise the alarm.
OVERDUE = DAY + timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class BackupRules:
    """The house's rules for backups. If `enabled`, a backup is made every night at `hour` o'clock.

    The house keeps all backups of the last `keep_days` days, and the newest backup of each of the
    last `keep_months` months.
    """

    enabled: bool
    hour: int
    keep_days: int
    keep_months: int


def last_before(moments: Collection[datetime], now: datetime) -> datetime | None:
    """Return the newest backup; skip backups with a date more than a day after `now`."""
    return max((moment for moment in moments if moment <= now + DAY), default=None)


def is_due(last: datetime | None, now: datetime, hour: int, zone: tzinfo | None) -> bool:
    """Whether it was `hour` o'clock in `zone` since the last backup; the backup may be days old."""
    return last is None or last < last_at(hour, now, zone)


def is_overdue(last: datetime | None, now: datetime) -> bool:
    """Whether the last backup is older than a day."""
    return last is None or now - last > OVERDUE


def moments_to_keep(
    moments: Collection[datetime], now: datetime, *, days: int, months: int, zone: tzinfo | None
) -> set[datetime]:
    """Return the backups to keep, each by the moment at which it was made.

    These are all backups of the last `days` days, the newest backup of each of the last `months`
    months in `zone`, the current month included, and always the newest backup.
    """
    daily = {moment for moment in moments if now - moment < days * DAY}
    newest_of_month: dict[int, datetime] = {}
    for moment in sorted(moments):
        newest_of_month[_month(moment, zone)] = moment
    first = _month(now, zone) - months + 1
    monthly = {moment for month, moment in newest_of_month.items() if month >= first}
    last = last_before(moments, now)
    return daily | monthly | ({last} if last else set())


def _month(moment: datetime, zone: tzinfo | None) -> int:
    local = moment.astimezone(zone)
    return local.year * 12 + local.month
