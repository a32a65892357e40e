"""A reading on its way out of the examiner, which a file may have taken over."""

import copy
import json
from datetime import date, time
from typing import Any

import pytest

from comanda.domain.readings import Box, FieldName, ReadField, Reading, ReadLine
from comanda.examiner.packing import pack_reading, unpack_reading
from comanda.examiner.text import clean

READING = Reading(
    amount=18550,
    reference="88412201937",
    day=date(2026, 11, 28),
    time=time(20, 41),
    number_day=date(2026, 11, 28),
    account="4471",
    holder="Fonda El L*",
    bank="BBVA",
    fields=(
        ReadField(FieldName.AMOUNT, "$ 185.50", Box(0.25, 0.5, 0.5, 0.125)),
        ReadField(FieldName.BANK, "BBVA"),
    ),
    lines=(ReadLine("Monto $ 185.50", Box(0, 0, 1, 1, 2)),),
)


def test_a_reading_comes_out_as_it_went_in() -> None:
    assert unpack_reading(json.loads(json.dumps(pack_reading(READING)))) == READING
    assert unpack_reading(pack_reading(Reading())) == Reading()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", -1),
        ("amount", 185.5),
        ("amount", True),
        ("amount", 10**12),
        ("amount", "18550"),
        ("reference", 88412201937),
        ("reference", "8" * 201),
        ("day", "28/11/2026"),
        ("day", 5),
        ("time", "20:41+05:00"),
        ("time", "late"),
        ("holder", ["Fonda"]),
        ("fields", [["price", "x", None]]),
        ("fields", [["amount", "x"]]),
        ("fields", [["amount", "x", [0, 0, 1]]]),
        ("fields", [["amount", "x", [0, 0, 1, float("nan"), 0]]]),
        ("fields", [["amount", "x", [0, 0, 1, 1, -1]]]),
        ("fields", [["amount", "x", None]] * 21),
        ("lines", [["x", None]]),
        ("lines", [["x", [0, 0, 1, 1, 0]]] * 301),
        ("lines", None),
    ],
)
def test_what_is_no_reading_is_refused(name: str, value: object) -> None:
    packed: dict[str, Any] = copy.deepcopy(pack_reading(READING))
    packed[name] = value
    with pytest.raises((ValueError, TypeError, LookupError)):
        unpack_reading(packed)


def test_a_place_beyond_the_picture_ends_at_its_edge() -> None:
    packed = pack_reading(READING)
    packed["lines"] = [["x", [-3, 0.5, 7, 1e9, 0]]]
    assert unpack_reading(packed).lines[0].box == Box(0, 0.5, 1, 1)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Fonda\u202e El L", "Fonda El L"),
        ("Fon\u200bda\u0000\u0007", "Fonda"),
        (" a\t\n b\u2028c ", "a b c"),
        ("\ud800\ue000", ""),
        ("=cmd|' /C calc'!A0 <b>", "=cmd|' /C calc'!A0 <b>"),
        ("Peña Ángel", "Peña Ángel"),
    ],
)
def test_text_has_nothing_that_can_not_be_seen(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
    packed = pack_reading(READING)
    packed["holder"] = text
    assert unpack_reading(packed).holder == (cleaned or None)
