"""QR codes that say amount, number or name; and a code's fields beside a text's."""

from datetime import date, time

import pytest

from comanda.domain.readings import FieldName, ReadField, Reading
from comanda.examiner.codes import read_code
from comanda.examiner.fields import merge
from comanda.examiner.words import Hints
from tests.examiner.rows import HINTS, TODAY


def tag(number: str, value: str) -> str:
    return f"{number}{len(value):02}{value}"


EMV = (
    tag("00", "01") + tag("01", "12") + tag("54", "185.50") + tag("58", "PE")
    + tag("59", "FONDA EL LUCHADOR") + tag("62", tag("05", "8841220193")) + tag("63", "ABCD")
)  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        EMV,
        "https://pago.example/c?monto=185.50&referencia=8841220193&beneficiario=Fonda+El+Luchador",
        "https://pago.example/c?amount=185.50&ref=8841220193&merchant_name=Fonda%20El%20Luchador",
        '{"monto": 185.5, "folio": "8841220193", "beneficiario": "FONDA EL LUCHADOR"}',
        '{"p": {"importe": "185.50", "claveRastreo": 8841220193, "comercio": "Fonda El Luchador"}}',
    ],
)
def test_a_code_says_amount_number_and_name(content: str) -> None:
    reading = read_code(content, HINTS)
    assert (reading.amount, reading.reference) == (18550, "8841220193")
    assert reading.holder is not None
    assert reading.holder.casefold() == "fonda el luchador"
    assert {field.name for field in reading.fields} == {
        FieldName.AMOUNT,
        FieldName.REFERENCE,
        FieldName.HOLDER,
    }
    assert all(field.box is None for field in reading.fields)
    assert reading.lines == ()


def test_a_code_says_date_account_and_bank() -> None:
    reading = read_code(
        '{"fecha": "2026-12-18T20:41:07", "clabe": "012180001234564821", "banco": "BBVA"}', HINTS
    )
    assert (reading.day, reading.time) == (date(2026, 12, 18), time(20, 41, 7))
    assert (reading.account, reading.bank) == ("4821", "BBVA")


def test_a_code_may_carry_its_date_in_the_number_or_have_the_houses_form() -> None:
    number = "2026121810283010112345678"
    assert read_code(f"https://x?ref={number}", HINTS).number_day == TODAY
    hints = Hints(TODAY, "[A-Z]{2}[0-9]{2}")
    assert read_code("https://x?ref=AB12", hints).reference == "AB12"


@pytest.mark.parametrize(
    "content",
    [
        "8841220193", "hello", "https://example.com", "https://example.com/?q=1", "WIFI:S:casa;;",
        "[1, 2]", '{"a": [1]}', "{", "https://x?monto=abc&ref=hola", '{"monto": true}', "000201",
        "00020101021154",
    ],
)  # fmt: skip
def test_any_other_code_says_nothing(content: str) -> None:
    assert read_code(content, HINTS) == Reading()


def test_the_text_wins_and_the_code_fills_the_gaps() -> None:
    amount, number = ReadField(FieldName.AMOUNT, "$1.00"), ReadField(FieldName.REFERENCE, "1")
    text = Reading(reference="8841220193", fields=(number,))
    code = Reading(
        amount=18550, reference="77", day=TODAY, time=time(20, 41), number_day=TODAY, bank="BBVA",
        fields=(amount, ReadField(FieldName.REFERENCE, "77"), ReadField(FieldName.BANK, "BBVA")),
    )  # fmt: skip
    merged = merge(text, code)
    assert (merged.amount, merged.reference, merged.number_day) == (18550, "8841220193", None)
    assert (merged.day, merged.time, merged.bank) == (TODAY, time(20, 41), "BBVA")
    assert merged.fields == (amount, number, code.fields[2])
    assert merge(Reading(day=TODAY), code).time is None
