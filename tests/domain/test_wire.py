"""Money, times and JSON have one form each."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comanda.domain.wire import encode, money, optional_time, time

MEXICO = timezone(timedelta(hours=-6))
KATHMANDU = timezone(timedelta(hours=5, minutes=45))


@pytest.mark.parametrize(
    ("minor_units", "shown"),
    [(0, "0.0"), (1, "0.01"), (10, "0.1"), (18550, "185.5"), (24100, "241.0"), (29, "0.29")],
)
def test_money_is_a_number_with_two_decimals(minor_units: int, shown: str) -> None:
    assert encode(money(minor_units)) == shown


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 10**13))
def test_no_cent_is_lost_on_the_wire(minor_units: int) -> None:
    assert json.loads(encode(money(minor_units)), parse_float=Decimal) * 100 == minor_units


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 28, 20, 41, tzinfo=UTC), "2026-11-28T20:41:00.000Z"),
        (datetime(2026, 11, 28, 20, 41, 5, 7_999, tzinfo=UTC), "2026-11-28T20:41:05.007Z"),
        (datetime(2026, 11, 28, 20, 41, tzinfo=MEXICO), "2026-11-29T02:41:00.000Z"),
        (datetime(2026, 11, 28, 2, 0, tzinfo=KATHMANDU), "2026-11-27T20:15:00.000Z"),
    ],
)
def test_a_time_is_utc_to_the_millisecond_wherever_it_was_read(
    moment: datetime, shown: str
) -> None:
    assert time(moment) == shown
    assert optional_time(moment) == shown


def test_no_time_is_null() -> None:
    assert optional_time(None) is None


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.text(), st.text()))
def test_whatever_a_waiter_types_stays_on_one_line_and_comes_back(value: dict[str, str]) -> None:
    line = encode(value)
    # A line break would end the event in the middle of its data (WHATWG HTML, section 9.2.5).
    assert "\n" not in line
    assert "\r" not in line
    assert json.loads(line) == value


def test_spanish_is_not_escaped() -> None:
    assert encode({"nota": "ñandú"}) == '{"nota":"ñandú"}'
