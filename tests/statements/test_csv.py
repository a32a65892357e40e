"""CSV and TSV: what came in is found, however a bank writes it, or a sentence says why not."""

from datetime import UTC, datetime

import pytest

from comanda.domain.errors import DomainError, UnsupportedFile, ValidationFailed
from comanda.statements.layouts import Layout, Role, check_choice, roles_of
from comanda.statements.lines import MOST_LINES
from comanda.statements.reading import Choice
from tests.statements.files import BBVA, amounts, deposits, read


def complaint(data: str | bytes, choice: Choice | None = None) -> str:
    """What is said of a file that is refused."""
    with pytest.raises(DomainError) as refusal:
        read(data, choice)
    if isinstance(refusal.value, ValidationFailed):
        return " ".join(*refusal.value.errors.values())
    return refusal.value.detail


def test_only_what_came_in_counts_among_names_totals_balances_and_line_breaks() -> None:
    reading = read(BBVA)
    assert reading.layout is not None
    assert reading.layout.header_row == 5
    first, second = reading.arriving.deposits
    assert (first.amount, first.text) == (118_550, "SPEI RECIBIDO MARCOS PEÑA")
    assert (first.at, first.is_day) == (datetime(2026, 11, 27, 6, tzinfo=UTC), True)
    assert first.reference == "8841220193"
    assert (second.amount, second.text) == (18_550, '=HYPERLINK("http://x")')
    assert (reading.arriving.debits, reading.movements.unreadable) == (1, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_encoding_and_separator_are_found_out(encoding: str, mark: str) -> None:
    text = mark.join(("Fecha", "Descripción", "Monto")) + "\n"
    text += mark.join(("27/11/2026", "Depósito de Íñigo", '"1,185.50"')) + "\n"
    (deposit,) = deposits(text.encode(encoding))
    assert (deposit.amount, deposit.text) == (118_550, "Depósito de Íñigo")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("27/11/2026", "2026-11-27"),
        ("7-1-26", "2026-01-07"),
        ("2026-11-27", "2026-11-27"),
        ("27/nov/2026", "2026-11-27"),
        ("27 nov 2026", "2026-11-27"),
        ("27-NOV-26", "2026-11-27"),
        ("02/ene/2026", "2026-01-02"),
        ("27 de noviembre de 2026", "2026-11-27"),
        ("20261127", "2026-11-27"),
        ("27112026", "2026-11-27"),
        ("20112026", "2026-11-20"),
        ("'27112026", "2026-11-27"),
        ("27.11.2026", "2026-11-27"),
        ("vie 27/11/2026", "2026-11-27"),
        ("Nov 27, 2026", "2026-11-27"),
    ],
)
def test_a_date_is_read_in_each_of_its_forms(text: str, day: str) -> None:
    (deposit,) = deposits(f'Fecha;Monto\n"{text}";185.50\n')
    assert (deposit.at.date().isoformat(), deposit.is_day) == (day, True)


def test_months_come_first_only_where_a_day_above_twelve_says_so() -> None:
    american = deposits("Date,Amount\n02/03/2026,1.00\n02/27/2026,2.00\n")
    assert [deposit.at.month for deposit in american] == [2, 2]
    assert [deposit.at.month for deposit in deposits("Date,Amount\n02/03/2026,1.00\n")] == [3]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Fecha;Hora;Monto", "27/11/2026;20:41;185.50"),
        ("Fecha;Hora;Monto", "27/11/2026;2041;185.50"),
        ("Fecha;Hora;Monto", "27/11/2026;08:41 p.m.;185.50"),
        ("Fecha y hora;Monto", "27/11/2026 20:41:00;185.50"),
        ("Fecha;Monto", "2026-11-27T20:41:00;185.50"),
        ("Fecha;Monto", "20261127204100;185.50"),
    ],
)
def test_a_time_stands_in_its_column_or_behind_the_date(header: str, cells: str) -> None:
    (deposit,) = deposits(f"{header}\n{cells}\n")
    assert (deposit.at, deposit.is_day) == (datetime(2026, 11, 28, 2, 41, tzinfo=UTC), False)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("1,234.56", 123_456),
        ("1.234,56", 123_456),
        ("$ 1,234.56", 123_456),
        ("1234", 123_400),
        ("+123.00", 12_300),
        ("123.00 CR", 12_300),
        ("S/ 56.7", 5_670),
        ("MXN 5", 500),
        ("1 234,50 €", 123_450),
        ("185.5000", 18_550),
    ],
)
def test_an_amount_is_read_in_each_of_its_forms(text: str, units: int) -> None:
    assert amounts(f'Fecha;Monto\n27/11/2026;"{text}"\n') == [units]


@pytest.mark.parametrize(
    "text", ["(123.00)", "123.00-", "-123.00", "-$ 5.00", "123.00 DB", "\u22125.00"]
)
def test_what_went_out_is_counted_and_left_out(text: str) -> None:
    reading = read(f"Fecha;Monto\n27/11/2026;{text}\n27/11/2026;0.00\n")
    assert (reading.arriving.deposits, reading.arriving.skipped) == ([], 2)


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("Abono", "Cargo"), [100]),
        (("CR", "DB"), [100]),
        (("C", "D"), [100]),
        (("A", "C"), [100]),
        (("H", "D"), [100]),
        (("+", "-"), [100]),
        (("Transferencia recibida", "Pago"), []),
        (("Depósito", "Retiro"), [100]),
    ],
)
def test_a_word_tells_whether_money_came_in(kinds: tuple[str, str], expected: list[int]) -> None:
    text = "Fecha;Tipo;Monto\n" + "".join(
        f"27/11/2026;{kind};{at}.00\n" for at, kind in enumerate(kinds, 1)
    )
    assert amounts(text) == expected


def test_a_line_that_is_not_understood_is_told_by_its_number_and_stops_no_other() -> None:
    text = (
        "Fecha,Concepto,Abono\n32/13/2026,a,1.00\n27/11/2026,b,mucho\n27/11/2126,c,1.00\n"
        "27/11/1999,d,1.00\n27/11/2026,e,9999999999999.00\n27/11/2026,f,5.00\n"
    )
    reading = read(text)
    assert [deposit.amount for deposit in reading.arriving.deposits] == [500]
    assert reading.movements.unreadable == 5
    assert dict(reading.movements.complaints) == {
        2: "La fecha no se entiende: «32/13/2026»",
        3: "El monto no se entiende",
        4: "La fecha está por venir: 27/11/2126",
        5: "La fecha es muy antigua: 27/11/1999",
        6: "El monto es demasiado grande",
    }


def test_a_file_without_a_header_is_read_by_its_cells() -> None:
    text = "20261127,8841220,123.00,Depósito de Ana\n20261126,8841221,-23.00,Pago de la luz\n"
    (deposit,) = deposits(text)
    assert (deposit.amount, deposit.text) == (12_300, "Depósito de Ana")


def test_two_columns_without_a_header_are_cargo_and_abono() -> None:
    assert amounts("27/11/2026;a;5.00;\n27/11/2026;b;;7.00\n28/11/2026;c;;8.50\n") == [700, 850]


def test_what_is_not_found_out_can_be_picked() -> None:
    text = "cuando,cuanto,quien\n27/11/2026,100,Ana\n"
    lacking = read("uno,dos\nAna,Beto\n")
    assert lacking.lacks == "Elige la columna de la fecha"
    mapping = check_choice({"header_row": 1, "columns": {"date": 0, "credit": 1, "sender": 2}})
    (deposit,) = read(text, Choice(mapping=mapping)).arriving.deposits
    assert (deposit.amount, deposit.sender) == (10_000, "Ana")


@pytest.mark.parametrize(
    "mapping",
    [
        [],
        {"columns": {"money": 1}},
        {"columns": {"date": -1}},
        {"columns": {"date": True}},
        {"columns": {"date": 5_000}},
        {"separator": "x"},
        {"encoding": "ebcdic"},
        {"header_row": 10**9},
        {"more": 1},
    ],
)
def test_a_mapping_that_says_nothing_is_refused(mapping: object) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        check_choice(mapping)
    assert list(refusal.value.errors) == ["mapping"]


def test_a_banks_next_file_is_known_by_its_header_wherever_that_stands() -> None:
    first = read(BBVA)
    assert first.layout is not None
    kept = Layout().picked({**first.layout.kept(), "columns": {"date": 0, "credit": 4}})
    later = read("Otro encabezado\n" + BBVA, profiles={"BBVA": kept})
    assert (later.bank, later.layout and later.layout.header_row) == ("BBVA", 6)
    assert later.layout is not None
    assert dict(later.layout.columns) == {Role.DATE: 0, Role.CREDIT: 4}


def test_the_same_line_has_the_same_key_whatever_else_is_in_the_file_and_is_picked() -> None:
    keys = {deposit.key for deposit in deposits(BBVA)}
    more = BBVA.replace("28/11/2026", "25/11/2026,DEPOSITO,1,,9.00,1.00\n28/11/2026")
    more = more.replace('"2,185.50"', '"9,999.00"')
    assert keys < {deposit.key for deposit in deposits(more)}
    picked = deposits(
        BBVA, header_row=5, columns={"date": 0, "credit": 4, "debit": 3, "balance": 5}
    )
    assert {deposit.key for deposit in picked} == keys


def test_lines_that_are_alike_are_told_apart_by_their_number() -> None:
    twice = "Fecha,Concepto,Abono\n" + "27/11/2026,Propina,5.00\n" * 2
    thrice = twice + "27/11/2026,Propina,5.00\n"
    keys = [deposit.key for deposit in deposits(twice)]
    assert len(set(keys)) == 2
    assert [deposit.key for deposit in deposits(thrice)][:2] == keys


def test_a_number_that_many_lines_have_names_no_operation() -> None:
    text = "Fecha,Referencia,Abono\n" + "".join(
        f"27/11/2026,0000123,{at}.00\n" for at in range(1, 6)
    )
    assert {deposit.reference for deposit in deposits(text)} == {None}
    assert deposits("Fecha,Referencia,Abono\n27/11/2026,0000123,1\n")[0].reference == "0000123"


@pytest.mark.parametrize("blank", ["0000000000", "0", "-", "--", "'0"])
def test_noughts_and_dashes_are_no_reference(blank: str) -> None:
    (deposit,) = deposits(f"Fecha,Referencia,Abono\n27/11/2026,{blank},185.50\n")
    assert deposit.reference is None


def test_quotes_that_are_not_doubled_are_taken_as_they_are() -> None:
    text = 'Fecha,Concepto,Abono\n27/11/2026,"JUAN "EL GÜERO" PÉREZ",5.00\n28/11/2026,b,6.00\n'
    assert amounts(text) == [500, 600]


BAD_FILES = {
    "picture": (b"\x89PNG\r\n\x1a\n", "imagen"),
    "photo": (b"\xff\xd8\xff\xe0", "imagen"),
    "workbook": (b"PK\x03\x04[Content_Types].xml", "guárdalo como CSV"),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1", "guárdalo como CSV"),
    "PDF": (b"%PDF-1.7\n", "PDF"),
    "page": (b"<html><table><tr><td>27/11/2026</td></tr></table>", "página web"),
    "NUL": (b"Fecha,Monto\n27/11/2026,\x005.00\n", "texto"),
    "XML": (b"<?xml version='1.0'?><a>27/11/2026</a>", "XML"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_taken(name: str) -> None:
    data, words = BAD_FILES[name]
    with pytest.raises(UnsupportedFile) as refusal:
        read(data)
    assert words in refusal.value.detail


def test_two_encodings_in_one_file_are_refused_by_the_line() -> None:
    data = "Fecha,Concepto,Abono\n27/11/2026,Peña,5.00\n".encode()
    data += "28/11/2026,Peña,6.00\n".encode("latin-1")
    assert "mezcla dos codificaciones (UTF-8 y otra, línea 3)" in complaint(data)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "vacío"),
        ("\n \n", "vacío"),
        ('Fecha,Concepto,Abono\n27/11/2026,"sin cerrar,5.00\n28/11/2026,b,6.00\n', "comillas"),
        ('Fecha,Concepto,Abono\n27/11/2026,"a,5.00\n28/11/2026,"b",6.00\n', "comillas"),
        (f"Fecha,Concepto,Abono\n27/11/2026,{'x' * 2_001},5.00\n", "2,000 letras"),
        (",".join("x" * 100_000), "más de 200 columnas"),
        ("Fecha,Abono\n" + "27/11/2026,1\n" * MOST_LINES, "200,000 líneas"),
    ],
    ids=["empty", "blank", "unclosed", "unclosed before others", "long cell", "wide", "long"],
)
def test_a_file_that_can_not_be_a_statement_is_refused_as_a_whole(text: str, words: str) -> None:
    assert words in complaint(text)


def test_an_encoding_that_was_picked_must_fit() -> None:
    data = "Fecha,Abono\n27/11/2026,5.00 ñ\n".encode("latin-1")
    assert "elige otra codificación" in complaint(data, Choice(mapping={"encoding": "utf-8"}))


def test_formulas_stay_text() -> None:
    text = "Fecha,Concepto,Abono\n27/11/2026,+1+1,5.00\n27/11/2026,@SUM(A1),6.00\n"
    assert [deposit.text for deposit in deposits(text)] == ["+1+1", "@SUM(A1)"]


@pytest.mark.parametrize(
    ("header", "roles"),
    [
        (
            "Fecha,Descripción operación,Monto,Saldo,Operación - Número,Operación - Hora",
            {Role.DATE: 0, Role.REFERENCE: 4, Role.TIME: 5, Role.DESCRIPTION: 1},
        ),
        (
            "Fecha de Transacción,Referencia de Transacción,Código de Transacción,Descripción",
            {Role.DATE: 0, Role.REFERENCE: 1, Role.DESCRIPTION: 3},
        ),
        (
            "Fecha,Descripcion,Importe,Nombre Beneficiario,Nombre Ordenante,Clave de Rastreo",
            {Role.DATE: 0, Role.SENDER: 4, Role.REFERENCE: 5},
        ),
        (
            "RELEASE_DATE,TRANSACTION_TYPE,REFERENCE_ID,TRANSACTION_NET_AMOUNT,PARTIAL_BALANCE",
            {Role.DATE: 0, Role.REFERENCE: 2, Role.AMOUNT: 3, Role.BALANCE: 4},
        ),
    ],
    ids=["BCP", "BAC", "Santander", "Mercado Pago"],
)
def test_the_headings_of_banks_name_what_they_mean(header: str, roles: dict[Role, int]) -> None:
    found = roles_of(header.split(","))
    assert {role: at for role, at in found.items() if role in roles} == roles


def test_a_row_of_balances_above_the_movements_is_no_header() -> None:
    text = "INITIAL_BALANCE;CREDITS;DEBITS;FINAL_BALANCE\n100,00;185,50;0,00;285,50\n\n"
    text += "RELEASE_DATE;REFERENCE_ID;TRANSACTION_NET_AMOUNT;PARTIAL_BALANCE\n"
    text += "27-11-2026;98765432101;185,50;285,50\n"
    (deposit,) = deposits(text)
    assert (deposit.amount, deposit.reference) == (18_550, "98765432101")
