"""The restaurant itself: what it is called, how it writes money, where its day begins."""

from dataclasses import dataclass

from comanda.domain.wire import Wire

UNNAMED = "Comanda"


@dataclass(frozen=True, slots=True)
class House:
    """`currency` is the sign before amounts; `time_zone` is an IANA name."""

    name: str
    currency: str
    time_zone: str

    def wire(self) -> Wire:
        """`{restaurant, currency, time_zone}`."""
        return {
            "restaurant": self.name,
            "currency": self.currency,
            "time_zone": self.time_zone,
        }
