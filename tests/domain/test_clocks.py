"""When a clock may be believed before anything is deleted by its date."""

from datetime import UTC, datetime, timedelta

import pytest

from comanda.domain.clocks import Belief

START = datetime(2026, 11, 28, 20, 41, tzinfo=UTC)


def hear(*days: float) -> list[bool]:
    """Whether each look, at so many days after START, may delete."""
    belief, sound = Belief(START), []
    for day in days:
        belief = belief.hear(START + timedelta(days=day))
        sound.append(belief.is_sound)
    return sound


@pytest.mark.parametrize(
    ("days", "sound"),
    [
        ((0, 1, 2, 4), [True] * 4),
        ((2.001,), [False]),
        ((1095,), [False]),
        ((1095, 1095.5, 0.1, 1), [False, False, True, True]),
        ((7, 7.5, 8, 9), [False, False, True, True]),
        ((7, 9.5, 10.5), [False, False, True]),
        ((-20000, 0.01), [False, True]),
        ((-30, -29), [False, True]),
        ((1095, 400, 401), [False, False, True]),
        ((-2888, 35, 35.4, -2888, 36), [False, False, False, False, True]),
        ((-20000, 35, -20000.001, -20000, 36.2), [False, False, False, False, True]),
        ((7, 14, 21), [False, False, True]),
        ((7, 1095, 1102), [False, False, False]),
        ((1095, 7, 7.1, 1095.1, 7.2), [False] * 5),
    ],
    ids=["each day", "just over", "years", "for a while", "closed", "seldom on", "no battery",
         "set back", "from one to another", "closed, and no battery", "the same, at other seconds",
         "once a week", "a week, then years", "back and forth within the day"],
)  # fmt: skip
def test_another_time_has_to_be_told_on_a_second_day(
    days: tuple[float, ...], sound: list[bool]
) -> None:
    assert hear(*days) == sound


def test_somebody_has_to_look_where_it_will_not_come_right_by_itself() -> None:
    week, years = START + timedelta(days=7), START + timedelta(days=1095)
    assert not Belief(START).hear(week).needs_somebody(week)
    assert Belief(START).hear(years).needs_somebody(years)
    no_battery = Belief(START)
    for day in (-2888, 35, -2888, 35.2, -2888, 35.3, -2888, 35.4):
        no_battery = no_battery.hear(START + timedelta(days=day))
    assert not no_battery.needs_somebody(START + timedelta(days=35.4))
    belief = Belief(START)
    for day in (10, 20, 30):
        belief = belief.hear(START + timedelta(days=day))
    assert belief.needs_somebody(START + timedelta(days=30))
