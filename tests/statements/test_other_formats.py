"""OFX and MT940."""

import logging
from datetime import UTC, datetime

import pytest

from comanda.domain.errors import ValidationFailed
from comanda.statements.lines import Kind
from tests.statements.files import MT940, OFX1, OFX2, read

PAID_AT = datetime(2026, 11, 28, 2, 41, tzinfo=UTC)


def test_the_tags_of_sgml_need_no_end() -> None:
    reading = read(OFX1.encode("cp1252"))
    assert (reading.kind, reading.encoding) == (Kind.OFX, "cp1252")
    day, exact = reading.arriving.deposits
    assert (day.amount, day.is_day, day.reference) == (7_000, True, "2002")
    assert (exact.amount, exact.at, exact.is_day) == (18_550, PAID_AT, False)
    assert (exact.sender, exact.text) == ("MARCOS PEÑA & CIA", "SPEI")
    assert (exact.reference, exact.account) == ("88412201937", "0123456789")
    assert reading.arriving.debits == 1


def test_ofx_as_xml_is_read_too() -> None:
    (deposit,) = read(OFX2).arriving.deposits
    assert (deposit.amount, deposit.reference) == (18_550, "88412201937")
    assert (deposit.sender, deposit.text, deposit.is_day) == ("Marcos Peña", "Cena", True)


def test_a_time_without_its_zone_is_a_day() -> None:
    """By the standard it would be UTC; many banks write their own clock's."""
    text = OFX2.replace("20261127<", "20261127204100<")
    (deposit,) = read(text).arriving.deposits
    assert (deposit.at, deposit.is_day) == (datetime(2026, 11, 27, 6, tzinfo=UTC), True)


@pytest.mark.parametrize("declared", ["<!DOCTYPE x [<!ENTITY a 'b'>]>", "<!ENTITY a 'b'>"])
def test_ofx_that_declares_entities_is_refused(declared: str) -> None:
    bomb = OFX2.replace("<OFX>", f"{declared}<OFX>").replace("Cena", "&a;" * 1_000)
    with pytest.raises(ValidationFailed) as refusal:
        read(bomb)
    assert "declara entidades" in refusal.value.errors["file"][0]


def test_a_movement_of_ofx_that_is_not_understood_is_told() -> None:
    broken = OFX2.replace("20261127", "20261399") + OFX2.replace("+185,50", "mucho")
    reading = read(broken)
    assert (reading.arriving.deposits, reading.movements.unreadable) == ([], 2)


def test_a_file_of_ofx_may_have_no_movement() -> None:
    reading = read(OFX2.partition("<STMTTRN>")[0] + "</BANKTRANLIST></OFX>")
    assert (reading.kind, reading.movements.lines) == (Kind.OFX, [])


@pytest.mark.parametrize("posted", ["00010101000100[+14:X]", "99991231235900[-12:X]"])
def test_a_time_outside_the_calendar_is_told(posted: str) -> None:
    reading = read(OFX2.replace("20261127", posted))
    assert (reading.arriving.deposits, reading.movements.unreadable) == ([], 1)


def test_a_movement_that_never_ends_is_cut() -> None:
    endless = OFX1.partition("<STMTTRN>")[0] + "<STMTTRN><TRNAMT>1.00<MEMO>" + "x" * 1_000_000
    assert read(endless).movements.unreadable == 1


def test_mt940_tells_what_came_in_and_what_was_given_back() -> None:
    reading = read(MT940)
    assert reading.kind is Kind.MT940
    paid, returned = reading.arriving.deposits
    assert (paid.amount, paid.sender, paid.text) == (18_550, "MARCOS PENA", "Cena mesa 12")
    assert (paid.reference, paid.is_day) == ("88412201937", True)
    assert (returned.amount, returned.reference) == (1_200, "5550001")
    assert reading.arriving.debits == 1


def test_a_line_of_mt940_that_is_not_understood_is_told_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        reading = read(MT940.replace(":61:2611271127CR185,50", ":61:MARCOS PENA"))
    assert reading.movements.complaints == [(5, "El renglón :61: no se entiende")]
    assert "MARCOS" not in caplog.text


def test_long_lines_of_mt940_take_no_time() -> None:
    hostile = MT940.replace(":86:166", ":86:" + "?20" * 300_000)
    hostile += ":61:2611271127CR1,00NTRF" + "/" * 1_000_000 + "\n"
    assert read(hostile).arriving.deposits


@pytest.mark.parametrize("text", [OFX1, OFX2, MT940])
def test_the_same_file_has_the_same_keys(text: str) -> None:
    keys = [[deposit.key for deposit in read(text).arriving.deposits] for _ in range(2)]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == len(keys[0])
