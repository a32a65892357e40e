"""The day and the time, in all the ways that banks write them."""

from dataclasses import replace
from datetime import date, time

import pytest

from comanda.examiner.dates import find_moments
from comanda.examiner.fields import read_fields
from tests.examiner.rows import HINTS, TODAY, damaged, page

DAY, EVENING = date(2026, 12, 18), time(20, 41)


def at(*rows: str) -> tuple[date | None, time | None]:
    reading = read_fields([page(rows)], HINTS)
    return reading.day, reading.time


@pytest.mark.parametrize(
    "text",
    [
        "18/12/2026", "18-12-2026", "18.12.2026", "18/12/26", "18-12-26", "18.12.26", "2026-12-18",
        "2026/12/18", "18 dic 2026", "18 dic. 2026", "18 de dic. 2026", "18 de dic de 2026",
        "18 de diciembre de 2026", "18 de diciembre del 2026", "18 diciembre 2026", "Dic 18, 2026",
        "Dic. 18 2026", "December 18, 2026", "viernes 18 de diciembre de 2026",
        "Viernes, 18 de diciembre de 2026", "vie 18 dic 2026", "18/dic/2026", "18-dic-2026",
        "18/DIC/2026", "18 DIC 2026", "18-Dic-26", "18/dic/26", "18 de diciembre", "18 dic",
        "18 de dezembro de 2026", "18 dez 2026", "18 Dec 2026", "12/18/2026", "hoy", "Hoy",
        "18 d1c 2026", "18 de diciernbre de 2026", "18 de dicicmbre de 2026", "I8/12/2O26",
        "18 /12/ 2026", "l8 dic 2026", "18dic2026", "18 de Diciembre,2026",
    ],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["Fecha: {}", "Fecha  {}", "Fecha\n{}", "{}"])
def test_a_day_is_read(text: str, layout: str) -> None:
    assert at("Monto  $185.50", *layout.format(text).split("\n")) == (DAY, None)


@pytest.mark.parametrize(
    "text",
    [
        "20:41", "8:41 p. m.", "08:41 p. m.", "08:41 p.m.", "8:41 pm", "08:41 PM", "8:41PM",
        "08:41 P.M.", "8:41 p.m", "20:41 h", "20:41 hrs", "20:41 hrs.", "20h41", "20:41 horas",
        "08:41 p. rn.", "a las 20:41", "a las 08:41 p. m.", "- 20:41", "| 20:41", "· 20:41",
        "20.41 hrs", "20:41 Hs", "08:41:00 pm", "20:41:00",
    ],
)  # fmt: skip
def test_a_time_is_read(text: str) -> None:
    for day in (
        "18/12/2026",
        "18 de diciembre de 2026",
        "18 dic. 2026",
        "18 dic",
        "hoy",
        "2026-12-18",
    ):
        assert at("Monto  $185.50", f"Fecha  {day} {text}") == (DAY, EVENING), day
        assert at("Monto  $185.50", f"{day}, {text}") == (DAY, EVENING), day
        assert at("Monto  $185.50", f"{day}  {text}") == (DAY, EVENING), day
        assert at("Monto  $185.50", day, text) == (DAY, EVENING), day
        assert at(f"Fecha  {day}", "Folio  88412201", f"Hora  {text}") == (DAY, EVENING), day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("18/12/2026 20:41:07", time(20, 41, 7)),
        ("2026-12-18T20:41:07-06:00", time(20, 41, 7)),
        ("2026-12-18 20:41:07.123", time(20, 41, 7)),
        ("18/12/2026 12:05 a. m.", time(0, 5)),
        ("18/12/2026 12:05 p. m.", time(12, 5)),
        ("18/12/2026 11:59 AM", time(11, 59)),
        ("18/12/2026 24:41", None),
        ("18/12/2026 20:61", None),
        ("18/12/2026 8:41", None),  # the half of the day may be lost
        ("18/12/2026 8:41 x. m.", None),
        ("20:41 18/12/2026", time(20, 41)),
        ("20:41 - 18 dic 2026", time(20, 41)),
    ],
)
def test_a_time_is_exact_or_none(text: str, expected: time | None) -> None:
    assert at(f"Fecha y hora  {text}") == (DAY, expected)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("ayer", date(2026, 12, 17)),
        ("Ayer, 20:41", date(2026, 12, 17)),
        ("3 ene", date(2027, 1, 3)),
        ("20 nov", date(2026, 11, 20)),
        ("03/04/2026", date(2026, 4, 3)),
        ("31/12/2025", date(2025, 12, 31)),
        ("18 de septiembre de 2026", date(2026, 9, 18)),
        ("18 set. 2026", date(2026, 9, 18)),
        ("1 de marzo de 2026", date(2026, 3, 1)),
        ("1º de marzo de 2026", date(2026, 3, 1)),
        ("5 may 2026", date(2026, 5, 5)),
        ("7 de jul. de 2026", date(2026, 7, 7)),
        ("24 ago 2026 10:15 a.m.", date(2026, 8, 24)),
        ("31/02/2026", None),
        ("00/12/2026", None),
        ("18/12/2062", None),
        ("18/12/1926", None),
        ("18712/2026", None),
        ("8841220193", None),
        ("185.50", None),
        ("1.12.20.26", None),
    ],
)
def test_a_day_is_a_real_one_near_today_or_none(text: str, day: date | None) -> None:
    assert at(f"Fecha  {text}")[0] == day


@pytest.mark.parametrize(
    "label",
    [
        "Vencimiento", "Fecha de vencimiento", "Vigencia", "Fecha de nacimiento", "Válido hasta",
        "Próximo pago", "Vence el", "Expira", "Fecha límite", "Vencirniento", "Fecha de impresión",
    ],
)  # fmt: skip
def test_other_dates_are_not_the_payments(label: str) -> None:
    assert at(f"{label}  20/12/2026") == (None, None)
    assert at(label, "20/12/2026", "", "18/12/2026 20:41") == (DAY, EVENING)
    assert at(f"{label}: 20/12/2026", "Fecha: 18/12/2026 20:41") == (DAY, EVENING)


def test_the_labelled_date_wins() -> None:
    assert at("17/12/2026", "", "Fecha de operación  18/12/2026 20:41", "x") == (DAY, EVENING)
    assert at("Fecha de aplicación  19/12/2026", "Fecha  18/12/2026")[0] == DAY


def test_two_different_dates_of_the_same_worth_are_none() -> None:
    assert at("17/12/2026", "", "18/12/2026") == (None, None)
    assert at("18/12/2026", "", "18 dic 2026 20:41") == (DAY, EVENING)


def test_the_clock_of_the_status_bar_is_not_the_time() -> None:
    receipt = page(["12:31", "18/12/2026", "Monto  $185.50"])
    clock, *others = receipt.words
    assert (
        read_fields([replace(receipt, words=(replace(clock, top=20), *others))], HINTS).time is None
    )
    assert at("12:31", "Monto  $185.50") == (None, None)


def test_a_lost_half_of_the_day_is_found_by_another_pass() -> None:
    passes = [page([f"Fecha  18/12/2026 {t}"]) for t in ("08:41 p. m.", "08:41", "08:41")]
    assert read_fields(passes, HINTS).time == EVENING


def test_passes_that_disagree_give_no_date() -> None:
    passes = [page(["Fecha  18/12/2026 20:41"]), page(["Fecha  13/12/2026 20:41"])]
    assert read_fields(passes, HINTS).day is None


def test_a_damaged_date_is_never_another_date() -> None:
    receipt = page(["Fecha y hora  18 de diciembre de 2026 a las 08:41 p. m.", "Folio  8841220193"])
    readings = [
        read_fields([damaged(receipt, 4 * seed + k) for k in range(4)], HINTS) for seed in range(40)
    ]
    assert {reading.day for reading in readings} <= {DAY, None}
    assert sum(reading.day == DAY for reading in readings) >= 30
    assert {reading.time for reading in readings} <= {EVENING, None}


def test_a_text_can_have_several_dates() -> None:
    days = [moment.day for moment in find_moments("del 17/12/2026 al 18/12/2026", TODAY)]
    assert days == [date(2026, 12, 17), DAY]
