"""The restaurant: its name, its currency, its time zone, and the end of its day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from comanda.domain.wire import Wire

UNNAMED = "Comanda"
MIDNIGHT = time()
DAY_ENDS = r"(0[0-9]|1[01]):[0-5][0-9]|12:00"  # a later time would end the next day
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class House:
    """`currency` is the sign before amounts; `time_zone` is an IANA name.

    `day_ends` is when a day ends by the wall's clock, at midnight or in the night after it: what is
    sold before it belongs to the day before. None leaves it as it was.
    """

    name: str
    currency: str
    time_zone: str
    day_ends: time | None = None

    def start_of(self, day: date) -> datetime:
        """When the restaurant's `day` begins, in UTC: the day before ends there.

        A time that the clock leaves out, or strikes twice, is read as RFC 5545, 3.3.5, has it: by
        the offset before the change, or the first time.
        """
        begins = self.day_ends or MIDNIGHT
        return datetime.combine(day, begins, ZoneInfo(self.time_zone)).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """The restaurant's day that `moment` belongs to."""
        day = self.local(moment).date() + _A_DAY  # clocks are put back over midnight, too
        while self.start_of(day) > moment:
            day -= _A_DAY
        return day

    def local(self, moment: datetime) -> datetime:
        """A moment by the clock on the restaurant's wall."""
        return moment.astimezone(ZoneInfo(self.time_zone))

    def latest(self, wall: datetime) -> datetime | None:
        """When the wall's clock showed `wall`, in UTC; None outside the calendar.

        The latest such moment where clocks were put back, or forward over it: nothing is called
        too early that may have been in time.
        """
        zone = ZoneInfo(self.time_zone)
        try:
            return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        except OverflowError:
            return None

    def wire(self) -> Wire:
        """`{restaurant, currency, time_zone, day_ends}`."""
        return {
            "restaurant": self.name,
            "currency": self.currency,
            "time_zone": self.time_zone,
            "day_ends": f"{self.day_ends or MIDNIGHT:%H:%M}",
        }
