"""When a backup is due, and which are kept."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comanda.domain.backups import is_due, is_overdue, last_before, moments_to_keep

MEXICO = ZoneInfo("America/Mexico_City")
NOW = datetime(2026, 11, 28, 20, 41, tzinfo=UTC)
END = NOW + timedelta(days=30)
MOMENTS = st.sets(
    st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: END - timedelta(minutes=minutes)),
    max_size=60,
)
DAYS = st.integers(1, 40)
MONTHS = st.integers(0, 24)


def month(moment: datetime) -> tuple[int, int]:
    local = moment.astimezone(MEXICO)
    return local.year, local.month


def keep(moments: set[datetime], now: datetime, days: int = 14, months: int = 12) -> set[datetime]:
    return moments_to_keep(moments, now, days=days, months=months, zone=MEXICO)


@given(MOMENTS, DAYS, MONTHS)
def test_what_is_kept_is_some_of_what_there_is_and_the_newest_always(
    moments: set[datetime], days: int, months: int
) -> None:
    found = keep(moments, NOW, days, months)
    assert found <= moments
    assert last_before(moments, NOW) in found or not [one for one in moments if one < NOW]


@given(MOMENTS, DAYS, MONTHS)
def test_all_of_the_last_days_is_kept(moments: set[datetime], days: int, months: int) -> None:
    recent = {one for one in moments if one > NOW - timedelta(days=days)}
    assert recent <= keep(moments, NOW, days, months)


@given(MOMENTS, DAYS, MONTHS)
def test_of_an_older_month_there_is_one_at_most_and_it_is_the_last(
    moments: set[datetime], days: int, months: int
) -> None:
    found = keep(moments, NOW, days, months)
    older = [one for one in found if one <= NOW - timedelta(days=days)]
    assert len({month(one) for one in older}) == len(older)
    newest = last_before(moments, NOW)  # kept in any case, also before one that a wrong clock made
    for one in older:
        last_of_month = max(other for other in moments if month(other) == month(one))
        assert one in (newest, last_of_month)


@given(MOMENTS, DAYS, MONTHS)
def test_keeping_twice_is_keeping_once(moments: set[datetime], days: int, months: int) -> None:
    once = keep(moments, NOW, days, months)
    assert keep(once, NOW, days, months) == once


def test_two_years_of_nights_leave_14_days_and_the_ends_of_12_months() -> None:
    nights: set[datetime] = set()
    night = datetime(2024, 11, 1, 10, tzinfo=UTC)
    while night < NOW:
        nights.add(night)
        nights = keep(nights, night + timedelta(minutes=1))
        night += timedelta(days=1)
    ends = {(2025, 12), *((2026, number) for number in range(1, 12))}
    assert {month(one) for one in nights} == ends
    assert len(nights) == 14 + 11
    for one in nights:
        tomorrow = one + timedelta(days=1)
        assert one > NOW - timedelta(days=15) or month(tomorrow) != month(one)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (NOW - timedelta(days=40), True),  # the computer was off
        (datetime(2026, 11, 28, 9, 59, tzinfo=UTC), True),  # 03:59 in Mexico
        (datetime(2026, 11, 28, 10, 0, tzinfo=UTC), False),  # 04:00
        (NOW, False),
    ],
)
def test_a_copy_is_due_once_its_hour_has_come(last: datetime | None, due: bool) -> None:  # noqa: FBT001
    assert is_due(last, NOW, 4, MEXICO) is due


def test_before_its_hour_yesterdays_copy_will_do() -> None:
    early = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)  # 02:00 in Mexico
    yesterday = datetime(2026, 11, 27, 10, 5, tzinfo=UTC)
    assert not is_due(yesterday, early, 4, MEXICO)
    assert is_due(yesterday - timedelta(hours=1), early, 4, MEXICO)


def test_a_copy_of_a_clock_that_ran_ahead_holds_nothing_up() -> None:
    ahead = NOW + timedelta(days=4000)
    assert last_before([ahead], NOW) is None
    assert last_before([ahead, NOW], NOW) == NOW


def test_older_than_a_day_is_overdue() -> None:
    assert is_overdue(None, NOW)
    assert is_overdue(NOW - timedelta(hours=25), NOW)
    assert not is_overdue(NOW - timedelta(hours=24), NOW)
