"""What a receipt says, beside what the house knows: kind to what can't be compared."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from comanda.domain.accounts import Account
from comanda.domain.comparison import (
    LONGEST_LINE,
    MOST_LINES,
    Circumstances,
    account_fits,
    check_fields,
    find_differences,
    is_old,
    presentable,
    summarize,
)
from comanda.domain.evidence import WarningType
from comanda.domain.house import House
from comanda.domain.readings import Box, FieldName, Read, ReadField, Reading, ReadLine

HOUSE = House("La Fonda", "$", "America/Mexico_City")  # UTC-6 all year
NEW_YORK = House("La Fonda", "$", "America/New_York")
BBVA = Account("transferencia", "BBVA", "Rosa Mora García", "012180001234564821")
NEQUI = Account("transferencia", "Nequi", "Rosa Mora", "300 123 45 67", alias="@fonda.rosa")
ALIAS = Account("transferencia", "Mercado Pago", "Rosa Mora", "fonda.rosa.mp")
ORDERED = datetime(2026, 12, 18, 1, 50, tzinfo=UTC)  # the 17th, 19:50, in Mexico City
SENT = datetime(2026, 12, 18, 2, 41, tzinfo=UTC)
KNOWN = Circumstances(
    total=18550,
    typed=None,
    ordered_at=ORDERED,
    submitted_at=SENT,
    house=HOUSE,
    accounts=(BBVA, NEQUI),
)
BOX = Box(0.1, 0.2, 0.3, 0.04)
DAY = date(2026, 12, 17)


def at(wall: str, **more: Any) -> Reading:
    moment = datetime.fromisoformat(wall)
    return Reading(day=moment.date(), time=moment.time(), **more)


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (at("2026-12-17 20:41"), False),
        (at("2026-12-17 19:50"), False),
        (at("2026-12-17 19:35"), False),  # a quarter of an hour before the order
        (at("2026-12-17 19:34:59"), True),
        (at("2026-12-17 20:56"), False),
        (at("2026-12-17 20:56:01"), True),
        (at("2026-12-16 20:41"), True),
        (at("2026-11-17 20:41"), True),
        (at("2026-12-18 20:41"), True),
        (at("2025-12-17 20:41"), True),
        (Reading(day=DAY), False),
        (Reading(day=DAY - timedelta(days=1)), True),
        (Reading(day=DAY + timedelta(days=1)), True),
        (Reading(number_day=DAY), False),
        (Reading(number_day=DAY - timedelta(days=1)), True),
        (at("2026-12-17 20:41", number_day=DAY), False),
        (at("2026-12-17 20:41", number_day=DAY - timedelta(days=400)), True),
        (at("2026-12-10 20:41", number_day=DAY), True),
        (Reading(day=DAY, number_day=DAY - timedelta(days=1)), True),
        (Reading(time=time(3, 0)), False),
        (Reading(), False),
        (Reading(day=date.min, time=time.min), True),
        (Reading(day=date.max, time=time.max), True),
    ],
)
def test_a_receipt_is_from_between_its_order_and_its_announcement(
    reading: Reading, *, expected: bool
) -> None:
    assert is_old(reading, KNOWN) is expected
    assert (WarningType.RECEIPT_OLD in find_differences(reading, KNOWN)) is expected


def test_a_receipt_without_a_time_may_be_of_both_days_around_midnight() -> None:
    """Ordered at 23:50, paid at 0:10; and a clock that is ten minutes wrong."""
    over = replace(
        KNOWN,
        ordered_at=datetime(2026, 12, 18, 5, 50, tzinfo=UTC),
        submitted_at=datetime(2026, 12, 18, 6, 10, tzinfo=UTC),
    )
    for day, old in ((16, True), (17, False), (18, False), (19, True)):
        assert is_old(Reading(day=date(2026, 12, day)), over) is old
    just_after = replace(over, ordered_at=datetime(2026, 12, 18, 6, 5, tzinfo=UTC))
    assert not is_old(Reading(day=date(2026, 12, 17)), just_after)


@pytest.mark.parametrize("utc_hour", [5, 6])
def test_a_time_that_the_clock_shows_twice_is_read_the_kinder_way(utc_hour: int) -> None:
    """On 1 November 2026, 1:30 comes twice in New York: at 5:30 and at 6:30 UTC."""
    sent = datetime(2026, 11, 1, utc_hour, 35, tzinfo=UTC)
    known = replace(
        KNOWN, house=NEW_YORK, ordered_at=sent - timedelta(minutes=10), submitted_at=sent
    )
    assert not is_old(at("2026-11-01 01:30"), known)
    assert is_old(at("2026-11-01 00:30"), known)
    assert is_old(at("2026-11-01 03:30"), known)


def test_a_time_that_the_clock_skips_is_no_error() -> None:
    sent = datetime(2026, 3, 8, 7, 10, tzinfo=UTC)  # 3:10; at 2:00 it became 3:00
    known = replace(KNOWN, house=NEW_YORK, ordered_at=sent, submitted_at=sent)
    assert not is_old(at("2026-03-08 02:10"), known)


@pytest.mark.parametrize(
    ("read", "account", "expected"),
    [
        ("4821", BBVA, True),
        ("••4821", BBVA, True),
        ("*4821", BBVA, True),
        ("821", BBVA, True),
        ("1", BBVA, True),
        ("9", BBVA, False),
        ("4822", BBVA, False),
        ("012180001234564821", BBVA, True),
        ("0121 8000 1234 5648 21", BBVA, True),
        ("4567", NEQUI, True),
        ("300 1234567", NEQUI, True),
        ("+57 300 123 4567", NEQUI, True),
        ("@Fonda.Rosa", NEQUI, True),
        ("fonda rosa", NEQUI, True),
        ("@otra.cuenta", NEQUI, False),
        ("@otra.cuenta", BBVA, None),  # which may have an alias that nobody entered
        ("fonda.rosa.mp", ALIAS, True),
        ("otra.cuenta.mp", ALIAS, False),
        ("4821", ALIAS, None),
        ("", BBVA, None),
        ("••••", BBVA, None),
        ("\u0664\u0668\u0662\u0661", BBVA, True),
    ],
)
def test_an_account_is_known_by_its_ending_or_its_alias(
    read: str, account: Account, *, expected: bool | None
) -> None:
    assert account_fits(read, account) is expected


@pytest.mark.parametrize(
    ("reading", "accounts", "differs"),
    [
        (Reading(account="4821"), (BBVA, NEQUI), False),
        (Reading(account="4567"), (BBVA, NEQUI), False),
        (Reading(account="9999"), (BBVA, NEQUI), True),
        (Reading(account="9999"), (), False),
        (Reading(account="9999"), (BBVA, ALIAS), False),
        (Reading(holder="Rosa Mora"), (BBVA,), False),
        (Reading(holder="R*** M***"), (BBVA,), False),
        (Reading(holder="Juan Pérez"), (BBVA, NEQUI), True),
        (Reading(holder="Juan Pérez"), (), False),
        (Reading(holder="La Fonda"), (BBVA,), False),  # the house's own name
        (Reading(holder="****"), (BBVA,), False),
        (Reading(account="4821", holder="Juan Pérez"), (BBVA,), True),
        (Reading(account="9999", holder="Rosa Mora"), (BBVA,), True),
        (Reading(account="4821", holder="Rosa M*"), (BBVA,), False),
        (Reading(), (BBVA,), False),
    ],
)
def test_a_receipt_to_somebody_else_differs(
    reading: Reading, accounts: tuple[Account, ...], *, differs: bool
) -> None:
    found = find_differences(reading, replace(KNOWN, accounts=accounts))
    assert found == ([WarningType.ACCOUNT_DIFFERS] if differs else [])


def test_the_label_is_a_name_where_the_holder_is_a_business() -> None:
    firm = replace(BBVA, label="Tacos Lupita", holder="Operadora del Norte SA de CV")
    person = replace(BBVA, label="Tacos Lupita")
    reading = Reading(holder="TACOS LUP*")
    assert find_differences(reading, replace(KNOWN, accounts=(firm,))) == []
    assert find_differences(reading, replace(KNOWN, accounts=(person,))) != []


@pytest.mark.parametrize("amount", [18549, 18551, 0, 1855000])
def test_another_amount_differs(amount: int) -> None:
    assert find_differences(Reading(amount=amount), KNOWN) == [WarningType.AMOUNT_DIFFERS]
    assert find_differences(Reading(amount=18550), KNOWN) == []


def checks(reading: Reading, known: Circumstances = KNOWN) -> list[tuple[Any, ...]]:
    return [
        (one.name.value, one.value, one.check, one.against) for one in check_fields(reading, known)
    ]


def test_each_field_stands_beside_what_it_is_compared_with() -> None:
    reading = at(
        "2026-12-17 20:41",
        amount=18550,
        reference="88412201937",
        account="4821",
        holder="ROSA M*",
        bank="BBVA",
    )
    assert checks(reading) == [
        ("amount", "185.5", "matches", "185.5"),
        ("reference", "88412201937", "matches", None),
        ("at", "2026-12-18T02:41:00.000Z", "matches", "2026-12-18T01:50:00.000Z"),
        ("account", "4821", "matches", "BBVA"),
        ("holder", "ROSA M*", "matches", "BBVA"),
        ("bank", "BBVA", None, None),
    ]
    assert checks(replace(reading, amount=100000), replace(KNOWN, same_number=52))[:2] == [
        ("amount", "1000", "differs", "185.5"),
        ("reference", "88412201937", "differs", "52"),
    ]
    assert checks(Reading(account="4821", holder="Ana"), replace(KNOWN, accounts=())) == [
        ("account", "4821", None, None),
        ("holder", "Ana", None, None),
    ]
    assert checks(Reading()) == []


@pytest.mark.parametrize(
    ("typed", "check"),
    [
        (None, "matches"),
        ("88412201937", "matches"),
        ("8841 2201 937", "matches"),
        ("1937", "matches"),  # the last digits: nobody types twenty
        ("937", "differs"),
        ("88412201938", "differs"),
        ("8841", "differs"),
    ],
)
def test_a_number_that_the_waiter_typed_otherwise_differs(typed: str | None, check: str) -> None:
    reading = Reading(reference="88412201937")
    assert checks(reading, replace(KNOWN, typed=typed)) == [
        ("reference", "88412201937", check, None)
    ]


def test_a_day_alone_is_the_houses_day_and_a_numbers_day_stands_in() -> None:
    assert checks(Reading(day=DAY))[0][:3] == ("at", "2026-12-17", "matches")
    reading = Reading(
        reference="2026121712345",
        number_day=DAY,
        fields=(ReadField(FieldName.REFERENCE, "Ref. 2026121712345", BOX),),
    )
    (number, day) = check_fields(reading, KNOWN)
    assert (number.box, day.box) == (BOX, BOX)
    assert (day.value, day.text, day.check) == ("2026-12-17", "Ref. 2026121712345", "matches")
    summary = summarize(reading, HOUSE)
    assert summary == Read(reference="2026121712345", at=DAY)


def test_a_field_tells_where_it_stands_and_as_it_stands() -> None:
    reading = Reading(
        amount=18550,
        account="4821",
        fields=(
            ReadField(FieldName.AMOUNT, "$185.50", BOX),
            ReadField(FieldName.AMOUNT, "185.50", Box(0.5, 0.5, 0.1, 0.1)),
            ReadField(FieldName.ACCOUNT, "••4821"),
        ),
    )
    amount, account = check_fields(reading, KNOWN)
    assert (amount.text, amount.box) == ("$185.50", BOX)
    assert (account.text, account.box) == ("••4821", None)
    assert amount.wire()["box"] == {
        "left": 0.1, "top": 0.2, "width": 0.3, "height": 0.04, "page": 0
    }  # fmt: skip


def test_nothing_read_is_no_reading() -> None:
    assert summarize(Reading(), HOUSE) is None
    assert summarize(Reading(bank="BBVA", time=time(3, 0)), HOUSE) is None
    assert summarize(Reading(amount=0), HOUSE) == Read(amount=0)


def test_hostile_text_stays_text_and_short() -> None:
    bad = "=cmd\u202e<b>\x00\ud800 \n a"
    reading = Reading(
        amount=10**15,
        reference="9" * 1_000_000,
        account="\x00",
        holder=bad,
        bank="\u200f",
        fields=(
            ReadField(FieldName.HOLDER, bad * 1000, Box(float("nan"), 0, 1, 1)),
            ReadField(FieldName.AMOUNT, "", Box(0, 0, 1, 1, page=-1)),
        ),
        lines=(
            *(ReadLine(bad * 1000, BOX) for _ in range(MOST_LINES + 100)),
            ReadLine("x", Box(float("inf"), 0, 1, 1)),
        ),
    )
    shown = presentable(reading)
    assert shown.amount is None
    assert shown.reference == "9" * 64
    assert (shown.account, shown.bank) == (None, None)
    assert shown.holder == "=cmd<b> a"
    assert [field.box for field in shown.fields] == [None, None]
    assert len(shown.lines) == MOST_LINES
    assert all(len(line.text) <= LONGEST_LINE for line in shown.lines)
    for line in shown.lines:
        line.text.encode()


@pytest.mark.parametrize(
    ("account", "holder", "differs"),
    [
        ("4827", "Rosa Mora", False),  # one digit misread, and the holder is the house's
        ("4827", None, True),
        ("4827", "Pedro Ruiz", True),
        ("4877", "Rosa Mora", True),
        ("4821", "Pedro Ruiz", True),
    ],
)
def test_one_digit_is_a_slip_where_the_holder_is_the_houses(
    account: str, holder: str | None, *, differs: bool
) -> None:
    reading = Reading(account=account, holder=holder)
    expected = [WarningType.ACCOUNT_DIFFERS] if differs else []
    assert find_differences(reading, KNOWN) == expected
    checks = {field.name: field.check for field in check_fields(reading, KNOWN)}
    if not differs:
        assert checks[FieldName.ACCOUNT] is None
