"""A report of one day, by the restaurant's own clock.

Sales are payments that were approved on the day, by what they pay, without tips. Dishes, categories
and waiters add up the orders that became paid on the day, by their whole totals: a part of a bill
belongs to no dish. The two sums differ where an order was paid in parts of several days, or is paid
in part at the day's end, so the report tells the orders' sum, too.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from comanda.domain import wire
from comanda.domain.evidence import WarningType
from comanda.domain.house import House
from comanda.domain.wire import Wire, money

_STEP = timedelta(minutes=15)  # time zones change their offset by quarters of an hour


@dataclass(frozen=True, slots=True)
class Day:
    """A business day; it ends at the house's `day_ends` and is not always 24 hours long."""

    date: date
    house: House

    @property
    def start(self) -> datetime:
        """The first moment of the day, in UTC."""
        return self.house.start_of(self.date)

    @property
    def end(self) -> datetime:
        """The first moment of the next day, in UTC."""
        return self.house.start_of(self.date + timedelta(days=1))

    def hours(self) -> list[tuple[datetime, str]]:
        """Return (start in UTC, name such as `13:00`) of each hour of the wall clock.

        A day that begins at 04:30 starts with the hour `04:30` and ends with the hour `04:00`. An
        hour that the clock repeats is listed twice; an hour that the clock skips is not listed.
        """
        starts: dict[tuple[date, int, timedelta | None], datetime] = {}
        moment, end = self.start, self.end
        while moment < end:
            local = self.house.local(moment)
            starts.setdefault((local.date(), local.hour, local.utcoffset()), moment)
            moment += _STEP - timedelta(minutes=moment.minute % 15)
        names = [f"{hour:02}:00" for _, hour, _ in starts]
        if names:  # a day may begin within an hour
            names[0] = f"{self.house.local(self.start):%H:%M}"
        return list(zip(starts.values(), names, strict=True))


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on a payment; `wait` in seconds, from its submission to the first verdict.

    `total` is what the payment pays of its orders, in minor units as the tip, which is not part of
    it. `waiter` is the name of the waiter of its first order. `was_read` is whether a field of its
    proof was read, or None if nothing looked for one. `to_account`: its money comes to the house's
    account; `has_deposit`: the bank says that it came. `arrival` are the seconds from the proof to
    the bank's notice of the money, 0 if the notice was first, or None if no notice told a time.
    """

    method: str
    approved: bool
    reason: str | None
    at: datetime
    wait: float
    total: int
    warnings: tuple[WarningType, ...] = ()
    tip: int = 0
    waiter: str = ""
    was_read: bool | None = None
    to_account: bool = False
    has_deposit: bool = False
    arrival: float | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """An order that was voided; `total` in minor units."""

    reason: str
    total: int


@dataclass(frozen=True, slots=True)
class PaidDish:
    """What the orders that became paid on the day had of one dish; `total` in minor units."""

    name: str
    category: str
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class PaidOrders:
    """The orders that became paid on the day: their dishes, and a tally of each waiter's."""

    dishes: Sequence[PaidDish] = ()
    by_waiter: Sequence["Tally"] = ()


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that is neither paid nor void; the amounts are in minor units.

    `bill` is the same for all orders of a table or customer.
    """

    bill: str
    total: int
    paid: int = 0
    waiting: int = 0

    @property
    def due(self) -> int:
        return self.total - self.paid - self.waiting


@dataclass(frozen=True, slots=True)
class Tally:
    """How many things of one name there were, and their total in minor units."""

    name: str
    count: int
    total: int

    def wire(self, name: str) -> Wire:
        """`{count, total}`, and the tally's name under the key `name`."""
        return {name: self.name, **self.total_wire()}

    def total_wire(self) -> Wire:
        """`{count, total}`."""
        return {"count": self.count, "total": money(self.total)}


@dataclass(frozen=True, slots=True)
class Warned:
    """How many payments had a warning of one type, and how many of them were approved, and why.

    `reasons` are those that were given, with how often, the most frequent first.
    """

    type: WarningType
    count: int
    approved: int
    reasons: Sequence[tuple[str, int]] = ()

    def wire(self) -> Wire:
        """`{type, count, approved, reasons: [{reason, count}]}`."""
        return {
            "type": self.type.value,
            "count": self.count,
            "approved": self.approved,
            "reasons": [{"reason": reason, "count": count} for reason, count in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Readings:
    """Of how many proofs a field was read, and of how many none was."""

    read: int = 0
    unreadable: int = 0

    def wire(self) -> Wire:
        """`{read, unreadable}`."""
        return {"read": self.read, "unreadable": self.unreadable}


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Of the approvals whose money comes to the account, how many had a deposit, and how soon.

    `waits` are in seconds, from the proof to the bank's notice, the shortest first.
    """

    approvals: int
    with_deposit: int
    waits: Sequence[float] = ()

    def wire(self) -> Wire:
        """`{approvals, with_deposit, median_seconds, p95_seconds}`."""
        return {
            "approvals": self.approvals,
            "with_deposit": self.with_deposit,
            "median_seconds": self.median_wait,
            "p95_seconds": self.p95_wait,
        }

    @property
    def median_wait(self) -> float | None:
        """The median wait for the bank's notice, in seconds; None without any."""
        return _median(self.waits)

    @property
    def p95_wait(self) -> float | None:
        """The seconds within which 95 of 100 notices came (nearest rank)."""
        return _p95(self.waits)


_NOTHING_PAID = PaidOrders()
_NOTHING_READ = Readings()


@dataclass(frozen=True, slots=True)
class Report:
    """The totals of a day's decisions, paid orders and voids.

    `waits` are in seconds, the shortest first. `open_orders` are the orders that are open now, or
    None for a day that is not today. `removed` are the dishes that were taken off the orders that
    became paid or void on the day, and of today off those that are open. `reopened` are payments
    that were approved or reopened on the day. `deposits` is None for a house to which no bank tells
    anything.
    """

    day: Day
    by_hour: Sequence[Tally]
    by_method: Sequence[Tally]
    waits: Sequence[float]
    rejections: Sequence[Tally]
    warnings: Sequence[Warned]
    voids: Sequence[Tally]
    tips: Sequence[Tally] = ()
    paid_orders: PaidOrders = _NOTHING_PAID
    open_orders: Sequence[OpenOrder] | None = None
    removed: Sequence[Tally] = ()
    reopened: Sequence[Tally] = ()
    readings: Readings = _NOTHING_READ
    deposits: Arrivals | None = None

    @property
    def by_dish(self) -> list[Tally]:
        return _sums((dish.name, dish.count, dish.total) for dish in self.paid_orders.dishes)

    @property
    def by_category(self) -> list[Tally]:
        return _sums((dish.category, dish.count, dish.total) for dish in self.paid_orders.dishes)

    @property
    def sales(self) -> Tally:
        return _sum(self.by_method)

    @property
    def voided(self) -> Tally:
        return _sum(self.voids)

    @property
    def median_wait(self) -> float | None:
        """The median wait for a verdict, in seconds; None on a day without verdicts."""
        return _median(self.waits)

    @property
    def p95_wait(self) -> float | None:
        """The seconds within which 95 of 100 verdicts came (nearest rank)."""
        return _p95(self.waits)

    def wire(self) -> Wire:
        """The `day`."""
        return {
            "date": self.day.date.isoformat(),
            "time_zone": self.day.house.time_zone,
            "from": wire.time(self.day.start),
            "to": wire.time(self.day.end),
            "sales": self.sales.total_wire(),
            "by_hour": [tally.wire("hour") for tally in self.by_hour],
            "by_method": [tally.wire("method") for tally in self.by_method],
            "verification": {
                "count": len(self.waits),
                "median_seconds": self.median_wait,
                "p95_seconds": self.p95_wait,
            },
            "rejections": [tally.wire("reason") for tally in self.rejections],
            "warnings": [warned.wire() for warned in self.warnings],
            "readings": self.readings.wire(),
            "voids": [tally.wire("reason") for tally in self.voids],
            "tips": _sum(self.tips).total_wire(),
            "tips_by_waiter": [tally.wire("name") for tally in self.tips],
            "paid_orders": _sum(self.paid_orders.by_waiter).total_wire(),
            "by_dish": [tally.wire("name") for tally in self.by_dish],
            "by_category": [tally.wire("name") for tally in self.by_category],
            "by_waiter": [tally.wire("name") for tally in self.paid_orders.by_waiter],
            "removed": [tally.wire("name") for tally in self.removed],
            "reopened": [tally.wire("reason") for tally in self.reopened],
            "open": None if self.open_orders is None else _open_wire(self.open_orders),
            "deposits": None if self.deposits is None else self.deposits.wire(),
        }


def _median(sorted_waits: Sequence[float]) -> float | None:
    from statistics import median  # noqa: PLC0415 - slow to load, and no start needs it

    return median(sorted_waits) if sorted_waits else None


def _p95(sorted_waits: Sequence[float]) -> float | None:
    return sorted_waits[ceil(0.95 * len(sorted_waits)) - 1] if sorted_waits else None


def report(
    day: Day,
    decisions: Sequence[Decision],
    voids: Sequence[Void],
    paid_orders: PaidOrders = _NOTHING_PAID,
    open_orders: Sequence[OpenOrder] | None = None,
    removed: Sequence[Tally] = (),
    reopened: Sequence[tuple[str, int]] = (),
    *,
    tells_deposits: bool = False,
) -> Report:
    """Add up what belongs to `day`, and the orders that are open now."""
    sales = [decision for decision in decisions if decision.approved]
    rejections = [decision for decision in decisions if not decision.approved]
    return Report(
        day,
        by_hour=_by_hour(day, sales),
        by_method=_tallies((sale.method, sale.total) for sale in sales),
        waits=sorted(decision.wait for decision in decisions),
        rejections=_tallies((rejection.reason or "", rejection.total) for rejection in rejections),
        warnings=count_warnings(
            (decision.warnings, decision.reason, decision.approved) for decision in decisions
        ),
        voids=_tallies((void.reason, void.total) for void in voids),
        tips=_tallies((sale.waiter, sale.tip) for sale in sales if sale.tip),
        paid_orders=paid_orders,
        open_orders=open_orders,
        removed=_sums((dish.name, dish.count, dish.total) for dish in removed),
        reopened=_tallies(reopened),
        readings=count_readings(decision.was_read for decision in decisions),
        deposits=_arrivals(sales) if tells_deposits else None,
    )


def _arrivals(sales: Iterable[Decision]) -> Arrivals:
    to_account = [sale for sale in sales if sale.to_account]
    waits = (sale.arrival for sale in to_account if sale.arrival is not None)
    return Arrivals(
        approvals=len(to_account),
        with_deposit=sum(sale.has_deposit for sale in to_account),
        waits=sorted(waits),
    )


def _by_hour(day: Day, sales: Iterable[Decision]) -> list[Tally]:
    """A tally for each hour of the day, also for hours without sales."""
    hours = day.hours()
    begins = [moment for moment, _ in hours]
    totals: list[list[int]] = [[] for _ in hours]
    for sale in sales:
        totals[bisect_right(begins, sale.at) - 1].append(sale.total)
    return [
        Tally(name, len(hour_totals), sum(hour_totals))
        for (_, name), hour_totals in zip(hours, totals, strict=True)
    ]


def _tallies(amounts: Iterable[tuple[str, int]]) -> list[Tally]:
    """Add up pairs of (name, minor units) by name, the most frequent name first."""
    totals: dict[str, list[int]] = defaultdict(list)
    for name, total in amounts:
        totals[name].append(total)
    tallies = (Tally(name, len(values), sum(values)) for name, values in totals.items())
    return sorted(tallies, key=lambda tally: (-tally.count, -tally.total, tally.name))


def _sums(things: Iterable[tuple[str, int, int]]) -> list[Tally]:
    """Add up triples of (name, count, minor units) by name, the largest total first."""
    sums: dict[str, tuple[int, int]] = {}
    for name, count, total in things:
        earlier_count, earlier_total = sums.get(name, (0, 0))
        sums[name] = (earlier_count + count, earlier_total + total)
    tallies = (Tally(name, count, total) for name, (count, total) in sums.items() if count)
    return sorted(tallies, key=lambda tally: (-tally.total, -tally.count, tally.name))


def _open_wire(orders: Sequence[OpenOrder]) -> Wire:
    """`{bills, due, waiting, partly_paid: {count, total}}` of open orders.

    `bills` counts tables and customers, `partly_paid` the orders of which a part was approved,
    with what is still due of them.
    """
    partly_paid = [order for order in orders if order.paid]
    return {
        "bills": len({order.bill for order in orders}),
        "due": money(sum(order.due for order in orders)),
        "waiting": money(sum(order.waiting for order in orders)),
        "partly_paid": {
            "count": len(partly_paid),
            "total": money(sum(order.due for order in partly_paid)),
        },
    }


def count_warnings(
    payments: Iterable[tuple[Sequence[WarningType], str | None, bool]],
) -> list[Warned]:
    """Count each warning type once a payment; the types that occurred, the strongest first.

    A payment is its warnings, the reason of its verdict, and whether it was approved.
    """
    counts: Counter[WarningType] = Counter()
    approved: Counter[WarningType] = Counter()
    reasons: dict[WarningType, Counter[str]] = defaultdict(Counter)
    for warnings, reason, is_approved in payments:
        counts.update(set(warnings))
        approved.update(set(warnings) if is_approved else ())
        for kind in set(warnings) if is_approved and reason else ():
            reasons[kind][reason or ""] += 1
    return [
        Warned(kind, counts[kind], approved[kind], _most_frequent(reasons[kind]))
        for kind in WarningType
        if counts[kind]
    ]


def _most_frequent(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def count_readings(were_read: Iterable[bool | None]) -> Readings:
    """Count the proofs that were read, and those in which nothing could be read."""
    counts = Counter(were_read)
    return Readings(counts[True], counts[False])


def _sum(tallies: Sequence[Tally]) -> Tally:
    return Tally("", sum(tally.count for tally in tallies), sum(tally.total for tally in tallies))
