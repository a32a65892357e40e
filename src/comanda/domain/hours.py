"""The times at which the restaurant's clock shows a full hour."""

from datetime import datetime, timedelta, tzinfo

DAY = timedelta(days=1)


def last_at(hour: int, now: datetime, zone: tzinfo | None) -> datetime:
    """Return the latest time, `now` included, at which it was `hour` o'clock in `zone`."""
    local = now.astimezone(zone)
    today = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= local else today - DAY


def next_at(hour: int, now: datetime, zone: tzinfo | None) -> datetime:
    """Return the next time after `now` at which the clock in `zone` shows `hour` o'clock."""
    return last_at(hour, now, zone) + DAY
