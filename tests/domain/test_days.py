"""Days where clocks are put forward and back, borders of zones, and what a day adds up to."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from comanda.domain.days import (
    Day,
    Decision,
    OpenOrder,
    PaidDish,
    PaidOrders,
    Report,
    Tally,
    Void,
    report,
)
from comanda.domain.evidence import WarningType
from comanda.domain.house import House


def day(of: str, zone: str, ends: str = "00:00") -> Day:
    return Day(date.fromisoformat(of), House("La Fonda", "$", zone, time.fromisoformat(ends)))


A_DAY = day("2026-11-28", "America/Mexico_City")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("of", "zone", "start", "hours"),
    [
        ("2026-11-28", "America/Mexico_City", "2026-11-28T06:00", 24),
        ("2026-11-28", "UTC", "2026-11-28T00:00", 24),
        ("2026-11-28", "Pacific/Kiritimati", "2026-11-27T10:00", 24),  # UTC+14
        ("2026-11-28", "Pacific/Pago_Pago", "2026-11-28T11:00", 24),  # UTC-11
        ("2026-11-28", "Asia/Kathmandu", "2026-11-27T18:15", 24),  # UTC+5:45
        ("2026-03-08", "America/Tijuana", "2026-03-08T08:00", 23),  # 02:00 is 03:00
        ("2026-11-01", "America/Tijuana", "2026-11-01T07:00", 25),  # 02:00 is 01:00
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00", 23),  # midnight is 01:00
        ("2026-04-04", "America/Santiago", "2026-04-04T03:00", 25),  # midnight is 23:00
        ("2026-03-08", "America/Havana", "2026-03-08T05:00", 23),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00", 25),  # 01:00 is midnight again
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00", 0),  # the day that Samoa left out
    ],
)
def test_a_day_is_from_midnight_to_midnight_on_the_wall(
    of: str, zone: str, start: str, hours: int
) -> None:
    found = day(of, zone)
    assert found.start == utc(start)
    assert found.end - found.start == timedelta(hours=hours)
    assert len(found.hours()) == hours


def test_days_follow_each_other_without_gap_or_overlap_all_year() -> None:
    for zone in ("America/Mexico_City", "America/Santiago", "Australia/Lord_Howe", "Asia/Beirut"):
        one = day("2026-01-01", zone)
        for _ in range(366):
            after = Day(one.date + timedelta(days=1), one.house)
            assert one.start < one.end == after.start
            assert one.house.local(one.start).date() == one.date
            one = after


@pytest.mark.parametrize(
    ("of", "zone", "ends", "start", "hours"),
    [
        ("2026-11-28", "America/Mexico_City", "04:00", "2026-11-28T10:00", 24),
        ("2026-11-28", "Asia/Kathmandu", "04:00", "2026-11-27T22:15", 24),
        # The night before the change and the one of it: the day before has the odd hours.
        ("2026-03-07", "America/Tijuana", "04:00", "2026-03-07T12:00", 23),
        ("2026-03-08", "America/Tijuana", "04:00", "2026-03-08T11:00", 24),
        ("2026-10-31", "America/Tijuana", "04:00", "2026-10-31T11:00", 25),
        ("2026-11-01", "America/Tijuana", "04:00", "2026-11-01T12:00", 24),
        ("2026-03-08", "America/Tijuana", "02:30", "2026-03-08T10:30", 23),  # 02:30 is 03:30
        ("2026-11-01", "America/Tijuana", "01:30", "2026-11-01T08:30", 25),  # the first 01:30
        ("2026-09-05", "America/Santiago", "04:00", "2026-09-05T08:00", 23),
        ("2026-09-06", "America/Santiago", "00:30", "2026-09-06T04:30", 23),  # 00:30 is 01:30
        ("2026-04-04", "America/Santiago", "04:00", "2026-04-04T07:00", 25),
        ("2026-11-01", "America/Havana", "00:30", "2026-11-01T04:30", 25),  # the first 00:30
        ("2023-10-01", "America/Asuncion", "00:00", "2023-10-01T04:00", 23),
        ("2024-03-23", "America/Asuncion", "02:00", "2024-03-23T05:00", 25),
        ("2026-04-04", "Australia/Lord_Howe", "02:00", "2026-04-03T15:00", 24.5),
        ("2011-12-29", "Pacific/Apia", "04:00", "2011-12-29T14:00", 24),
    ],
)
def test_a_day_ends_in_the_night_after_it(
    of: str, zone: str, ends: str, start: str, hours: float
) -> None:
    found = day(of, zone, ends)
    assert found.start == utc(start)
    assert found.end - found.start == timedelta(hours=hours)
    begins = [moment for moment, _ in found.hours()]
    assert begins == sorted(set(begins))
    assert begins[0] == found.start


def test_every_moment_belongs_to_the_one_day_that_holds_it() -> None:
    zones = ("America/Tijuana", "America/Santiago", "America/Havana", "Australia/Lord_Howe")
    for zone in (*zones, "America/St_Johns", "Pacific/Apia"):
        for ends in ("00:00", "00:30", "02:30", "04:00", "12:00"):
            house = day("2010-01-01", zone, ends).house
            for year in (2010, 2011, 2026):  # St. John's changed its clocks at one past midnight
                moment = utc(f"{year}-01-01")
                while moment.year == year:
                    found = Day(house.day_of(moment), house)
                    assert found.start <= moment < found.end
                    moment += timedelta(hours=7, minutes=30)


def test_an_evening_that_passes_midnight_is_one_day() -> None:
    house = day("2026-11-28", "America/Mexico_City", "04:00").house
    assert str(house.day_of(utc("2026-11-29T09:59:59"))) == "2026-11-28"
    assert str(house.day_of(utc("2026-11-29T10:00:00"))) == "2026-11-29"


@pytest.mark.parametrize(
    ("ends", "first", "last"),
    [
        ("04:00", ["04:00", "05:00"], ["02:00", "03:00"]),
        ("04:30", ["04:30", "05:00"], ["03:00", "04:00"]),
        ("04:10", ["04:10", "05:00"], ["03:00", "04:00"]),
    ],
)
def test_the_hours_follow_the_wall_from_the_days_beginning(
    ends: str, first: list[str], last: list[str]
) -> None:
    found = day("2026-11-28", "America/Mexico_City", ends)
    names = [name for _, name in found.hours()]
    assert (names[:2], names[-2:]) == (first, last)
    assert [one for one, name in found.hours() if name == "05:00"] == [utc("2026-11-28T11:00")]


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-11-28T14:41", "America/Mexico_City", "2026-11-28T20:41"),
        ("2026-11-28T14:41", "America/Bogota", "2026-11-28T19:41"),
        ("2026-11-01T01:30", "America/Tijuana", "2026-11-01T09:30"),  # twice: the second one
        ("2026-03-08T02:30", "America/Tijuana", "2026-03-08T10:30"),  # never: as if nothing changed
        ("2026-04-04T23:30", "America/Santiago", "2026-04-05T03:30"),
    ],
)
def test_a_time_without_a_zone_is_the_latest_that_the_wall_showed(
    wall: str, zone: str, moment: str
) -> None:
    house = House("La Fonda", "$", zone)
    assert house.latest(datetime.fromisoformat(wall)) == utc(moment)


def test_a_time_outside_the_calendar_is_none() -> None:
    last = datetime(9999, 12, 31, 23, 59)  # noqa: DTZ001
    assert House("La Fonda", "$", "America/Bogota").latest(last) is None


@pytest.mark.parametrize(
    ("of", "zone", "around"),
    [
        ("2026-03-08", "America/Tijuana", ["01:00", "03:00"]),
        ("2026-11-01", "America/Tijuana", ["01:00", "01:00", "02:00"]),
        ("2026-04-05", "Australia/Lord_Howe", ["01:00", "01:00", "02:00"]),  # by half an hour
        ("2026-10-04", "Australia/Lord_Howe", ["01:00", "02:00", "03:00"]),
    ],
)
def test_the_hours_are_those_that_the_clock_shows(of: str, zone: str, around: list[str]) -> None:
    found = day(of, zone).hours()
    begins = [moment for moment, _ in found]
    names = [name for _, name in found]
    assert begins == sorted(set(begins))
    assert names[0] == "00:00"
    assert names[-1] == "23:00"
    assert names[1 : 1 + len(around)] == around


def sale(at: str, total: int = 100, method: str = "transferencia", wait: float = 10) -> Decision:
    return Decision(method, True, None, utc(at), wait, total)  # noqa: FBT003


def refusal(at: str, reason: str | None, wait: float = 10) -> Decision:
    return Decision("transferencia", False, reason, utc(at), wait, 100)  # noqa: FBT003


def busy_hours(found: Report) -> list[tuple[str, int, int]]:
    return [(one.name, one.count, one.total) for one in found.by_hour if one.count]


def test_a_sale_stands_in_the_hour_that_the_clock_showed() -> None:
    found = report(
        A_DAY,
        [
            sale("2026-11-28T06:00:00", 1),
            sale("2026-11-28T20:59:59.999", 2),
            sale("2026-11-28T21:00:00", 4),
            sale("2026-11-29T05:59:59.999", 8),
        ],
        [],
    )
    assert busy_hours(found) == [("00:00", 1, 1), ("14:00", 1, 2), ("15:00", 1, 4), ("23:00", 1, 8)]
    assert len(found.by_hour) == 24


def test_the_hour_that_comes_twice_is_counted_apart() -> None:
    found = report(
        day("2026-11-01", "America/Tijuana"),
        [sale("2026-11-01T08:30:00", 1), sale("2026-11-01T09:30:00", 2)],
        [],
    )
    assert busy_hours(found) == [("01:00", 1, 1), ("01:00", 1, 2)]


def test_what_is_alike_is_added_up_the_most_frequent_first() -> None:
    at = "2026-11-28T20:00:00"
    found = report(
        A_DAY,
        [
            sale(at, 10_00, "efectivo"),
            sale(at, 20_00),
            sale(at, 30_50),
            refusal(at, "ilegible"),
            refusal(at, None),
            refusal(at, "ilegible"),
        ],
        [Void("se fueron", 500), Void("repetida", 900), Void("se fueron", 100)],
    ).wire()
    assert found["sales"] == {"count": 3, "total": 60.5}
    assert found["by_method"] == [
        {"method": "transferencia", "count": 2, "total": 50.5},
        {"method": "efectivo", "count": 1, "total": 10.0},
    ]
    assert found["rejections"] == [
        {"reason": "ilegible", "count": 2, "total": 2.0},
        {"reason": "", "count": 1, "total": 1.0},
    ]
    assert found["voids"] == [
        {"reason": "se fueron", "count": 2, "total": 6.0},
        {"reason": "repetida", "count": 1, "total": 9.0},
    ]


def test_tips_are_no_sales_and_go_to_who_charged() -> None:
    at = "2026-11-28T20:00:00"
    tipped = replace(sale(at, 10_00), tip=150, waiter="Ana")
    refused = replace(refusal(at, "x"), tip=900, waiter="Ana")
    found = report(
        A_DAY, [tipped, tipped, replace(tipped, waiter="Beto"), sale(at), refused], []
    ).wire()
    assert found["sales"] == {"count": 4, "total": 31.0}
    assert found["tips"] == {"count": 3, "total": 4.5}
    assert found["tips_by_waiter"] == [
        {"name": "Ana", "count": 2, "total": 3.0},
        {"name": "Beto", "count": 1, "total": 1.5},
    ]


def test_dishes_add_up_by_name_and_by_category_the_largest_sum_first() -> None:
    dishes = [
        PaidDish("Agua", "Bebidas", 9, 900),
        PaidDish("Sopa", "Sopas", 1, 7000),
        PaidDish("Agua", "Del día", 1, 100),
    ]
    orders = PaidOrders(dishes, [Tally("Ana", 3, 8000)])
    removed = [Tally("Agua", 1, 100), Tally("Sopa", 2, 14_000)]
    found = report(A_DAY, [], [], orders, removed=removed).wire()
    assert found["paid_orders"] == {"count": 3, "total": 80.0}
    assert found["by_dish"] == [
        {"name": "Sopa", "count": 1, "total": 70.0},
        {"name": "Agua", "count": 10, "total": 10.0},
    ]
    assert [one["name"] for one in found["by_category"]] == ["Sopas", "Bebidas", "Del día"]
    assert found["removed"] == [
        {"name": "Sopa", "count": 2, "total": 140.0},
        {"name": "Agua", "count": 1, "total": 1.0},
    ]


def test_open_orders_of_one_table_are_one_bill() -> None:
    orders = [OpenOrder("12", 100, 30, 20), OpenOrder("12", 100), OpenOrder("Lupita", 7)]
    found = report(A_DAY, [], [], open_orders=orders).wire()["open"]
    assert found == {
        "bills": 2,
        "due": 1.57,
        "waiting": 0.2,
        "partly_paid": {"count": 1, "total": 0.5},
    }
    assert report(A_DAY, [], []).wire()["open"] is None


def test_a_warning_is_counted_once_a_payment_by_weight_and_by_what_became_of_it() -> None:
    at = "2026-11-28T20:00:00"
    amount, number = WarningType.AMOUNT_DIFFERS, WarningType.REFERENCE_REUSED
    found = report(
        A_DAY,
        [
            replace(sale(at), warnings=(amount,)),
            replace(sale(at), warnings=(number, number, amount), reason="lo vi"),
            replace(refusal(at, "repetido"), warnings=(number,)),
            sale(at),
        ],
        [],
    )
    why = [{"reason": "lo vi", "count": 1}]
    assert found.wire()["warnings"] == [
        {"type": "reference_reused", "count": 2, "approved": 1, "reasons": why},
        {"type": "amount_differs", "count": 2, "approved": 2, "reasons": why},
    ]


@pytest.mark.parametrize(
    ("waits", "middle", "most"),
    [
        ([], None, None),
        ([7], 7, 7),
        ([1, 3], 2, 3),
        (range(1, 101), 50.5, 95),
        (range(1, 21), 10.5, 19),
        ([600, *[5] * 19], 5, 5),
        ([600, 600, *[5] * 18], 5, 600),
    ],
)
def test_verification_times_are_a_median_and_what_nearly_all_stay_within(
    waits: list[float], middle: float | None, most: float | None
) -> None:
    decisions = [
        sale("2026-11-28T20:00:00", wait=wait)
        if wait % 2
        else refusal("2026-11-28T20:00:00", "x", wait)
        for wait in waits
    ]
    found = report(A_DAY, decisions, []).wire()["verification"]
    assert found == {"count": len(waits), "median_seconds": middle, "p95_seconds": most}


def test_deposits_are_told_of_approvals_to_the_account_with_their_waits_sorted() -> None:
    at = utc("2026-11-28T15:00")

    def transfer(arrival: float | None, *, has_deposit: bool = True) -> Decision:
        return Decision(
            "transferencia",
            approved=True,
            reason=None,
            at=at,
            wait=1.0,
            total=100,
            to_account=True,
            has_deposit=has_deposit,
            arrival=arrival,
        )

    refused = replace(transfer(1.0), approved=False)
    cash = replace(transfer(None, has_deposit=False), to_account=False)
    decisions = [
        *[transfer(9.0), transfer(0.0), transfer(4.0)],
        *[transfer(None), transfer(None, has_deposit=False), refused, cash],
    ]
    told = report(A_DAY, decisions, [], tells_deposits=True).wire()["deposits"]
    assert told == {"approvals": 5, "with_deposit": 4, "median_seconds": 4.0, "p95_seconds": 9.0}
    assert report(A_DAY, decisions, []).wire()["deposits"] is None
    nothing = report(A_DAY, [cash], [], tells_deposits=True).wire()["deposits"]
    assert nothing == {
        "approvals": 0,
        "with_deposit": 0,
        "median_seconds": None,
        "p95_seconds": None,
    }
