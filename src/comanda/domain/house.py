"""The restaurant: its name, its money, its time zone, the end of its day, and how it charges."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from comanda.domain.money import MoneyFormat
from comanda.domain.wire import Wire

UNNAMED = "Comanda"
MIDNIGHT = time()
DAY_ENDS = r"(0[0-9]|1[01]):[0-5][0-9]|12:00"  # a later time would end the next day
_A_DAY = timedelta(days=1)
# Files of the system's time zones that browsers do not know by these names.
_NOT_FOR_PAGES = ("posix/", "right/", "posixrules")


def is_time_zone(name: str) -> bool:
    """Whether `name` is a time zone by the IANA's name.

    Only this zone's file is read: `zoneinfo.available_timezones` reads 600 files.
    """
    if name.startswith(_NOT_FOR_PAGES):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder, such as `America`
        return False
    return True


@dataclass(frozen=True, slots=True)
class House:
    """The restaurant. `currency` is the sign beside amounts; `time_zone` is an IANA name.

    `day_ends` is the wall-clock time at which a day ends, between midnight and noon after the day:
    a sale before this time belongs to the previous date. `country` is an ISO 3166 code, or "" for
    none. `decimals` (0 or 2) and `decimal_mark` ("." or ",") tell how amounts are written;
    `currency_after` puts the sign behind them. With `own_verdicts`, for a house of one person, the
    submitter of a payment may decide it. `tips` are the per cents that a waiter can offer; without
    any, no tip is asked for. None keeps the stored value.
    """

    name: str
    currency: str
    time_zone: str
    day_ends: time | None = None
    country: str | None = None
    currency_after: bool | None = None
    decimals: int | None = None
    decimal_mark: str | None = None
    own_verdicts: bool | None = None
    tips: tuple[int, ...] | None = None

    @property
    def money(self) -> MoneyFormat:
        """How the house writes and reads amounts."""
        return MoneyFormat(
            sign=self.currency,
            sign_after=bool(self.currency_after),
            decimals=2 if self.decimals is None else self.decimals,
            mark=self.decimal_mark or ".",
        )

    def start_of(self, day: date) -> datetime:
        """Return the moment at which the restaurant's `day` begins, in UTC.

        RFC 5545, 3.3.5: a time that the clock skips is read with the offset before the change; a
        time that the clock repeats is read as the first occurrence.
        """
        start = self.day_ends or MIDNIGHT
        return datetime.combine(day, start, ZoneInfo(self.time_zone)).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """Return the restaurant's day that `moment` belongs to."""
        day = self.local(moment).date() + _A_DAY  # clocks may be put back over midnight
        while self.start_of(day) > moment:
            day -= _A_DAY
        return day

    def local(self, moment: datetime) -> datetime:
        """Return a moment in the restaurant's time zone."""
        return moment.astimezone(ZoneInfo(self.time_zone))

    def latest(self, wall: datetime) -> datetime | None:
        """Return when the wall clock showed `wall`, in UTC; None outside the calendar.

        If the clock repeats or skips that time, return the later of the two possible moments, so
        that a photo is never called earlier than it may be.
        """
        try:
            return max(self.moment(wall, fold) for fold in (0, 1))
        except OverflowError:
            return None

    def moment(self, wall: datetime, fold: int) -> datetime:
        """Return when the wall clock showed `wall`, in UTC; for the second time with `fold` 1.

        Raises OverflowError outside the calendar.
        """
        return wall.replace(tzinfo=ZoneInfo(self.time_zone), fold=fold).astimezone(UTC)

    def wire(self) -> Wire:
        """All fields; a value that is not stored is the one of a house that has chosen nothing."""
        money = self.money
        return {
            "restaurant": self.name,
            "currency": money.sign,
            "time_zone": self.time_zone,
            "day_ends": f"{self.day_ends or MIDNIGHT:%H:%M}",
            "country": self.country or "",
            "currency_after": money.sign_after,
            "decimals": money.decimals,
            "decimal_mark": money.mark,
            "own_verdicts": bool(self.own_verdicts),
            "tips": list(self.tips or ()),
        }


UNNAMED_HOUSE = House(UNNAMED, "$", "UTC")  # which has chosen nothing
