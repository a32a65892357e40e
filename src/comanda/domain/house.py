"""The restaurant itself: what it is called, how it writes money, where its day begins."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from comanda.domain.wire import Wire

UNNAMED = "Comanda"


@dataclass(frozen=True, slots=True)
class House:
    """`currency` is the sign before amounts; `time_zone` is an IANA name."""

    name: str
    currency: str
    time_zone: str

    def start_of(self, day: date) -> datetime:
        """When `day` begins here, in UTC."""
        return datetime.combine(day, time(), ZoneInfo(self.time_zone)).astimezone(UTC)

    def local(self, moment: datetime) -> datetime:
        """A moment by the clock on the restaurant's wall."""
        return moment.astimezone(ZoneInfo(self.time_zone))

    def wire(self) -> Wire:
        """`{restaurant, currency, time_zone}`."""
        return {
            "restaurant": self.name,
            "currency": self.currency,
            "time_zone": self.time_zone,
        }
