"""The times at which the restaurant's clock shows a full hour."""

from datetime import datetime, timedelta, tzinfo

DAY = timedelta(days=1)


def last_at(hour: int, now: datetime, zone: tzinfo | None) -> datetime:
    """The latest time, `now` included, at which it was `hour` o'clock in `zone`."""
    local = now.astimezone(zone)
    today = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= local else today - DAY


def next_at(hour: int, now: datetime, zone: tzinfo | None) -> datetime:
    """The next time after `now` at which it is `hour` o'clock in `zone`, by the wall clock."""
    return last_at(hour, now, zone) + DAY
