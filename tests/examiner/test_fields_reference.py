"""The operation's number: by the rank of its label, in the form that the house expects."""

from datetime import date

import pytest

from comanda.examiner.fields import read_fields
from comanda.examiner.words import Hints
from tests.examiner.rows import HINTS, TODAY, page


def reference(*rows: str, pattern: str = "") -> str | None:
    return read_fields([page(rows)], Hints(TODAY, pattern)).reference


@pytest.mark.parametrize(
    "label",
    [
        "Clave de rastreo", "Clave de rastre0", "Ciave de rastreo", "Clavede rastreo", "Folio",
        "Folio de operación", "FOLIO", "Fol io", "Referencia", "Número de referencia",
        "No. de operación",
        "N.º de operación", "Nº de operación", "N° de operación", "Nro. de operación",
        "Nro de operacion",
        "Número de operación", "Código de operación", "Operación", "ID de transacción",
        "Número de transacción", "Código de autorización", "Número de autorización", "Autorización",
        "Comprobante", "Comprobante No.", "N.º de comprobante", "Nro. de comprobante", "Código",
        "Referencia bancaria", "Ref.", "Num. operación", "Número de comprobante", "Folio interno",
        "Número de operación de Mercado Pago", "CUS", "Documento", "Recibo", "Número de aprobación",
    ],
)  # fmt: skip
@pytest.mark.parametrize("layout", ["{0}: {1}", "{0}  {1}", "{0}\n{1}", "{0} {1}"])
def test_the_number_is_found_beside_its_label(label: str, layout: str) -> None:
    for number in ("8841220193", "FT26352K9QW7"):
        rows = layout.format(label, number).split("\n")
        assert reference("Monto  $185.50", "", *rows, "", "Concepto  cena") == number


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("8841 220 1937", "88412201937"),
        ("8841-220-1937", "88412201937"),
        ("# 8841220193", "8841220193"),
        ("#8841220193", "8841220193"),
        ("M1234568", "M1234568"),
        ("mban01002412180087654321", "MBAN01002412180087654321"),
        ("BNET 0100 2412 1800 8765", "BNET0100241218008765"),
        ("8841220193 Copiar", "8841220193"),
        ("8841220193.", "8841220193"),
        ("00098471", "00098471"),
        ("884122O193", "8841220193"),
        ("B8412201937", "B8412201937"),
    ],
)
def test_groups_are_joined(shown: str, number: str) -> None:
    assert reference(f"Folio  {shown}") == number


@pytest.mark.parametrize(
    "shown",
    [
        "12345", "1234567", "7654321", "000000", "1111111", "181226", "18122026", "20261218",
        "18/12/2026", "$ 185.50", "cena", "ABCDEFGH", "AB123", "300 123 45", "1" * 31, "20:41:07",
        "+52 55 1234 5678", "+573001234567",
    ],
)  # fmt: skip
def test_what_is_no_number_of_an_operation(shown: str) -> None:
    if shown == "300 123 45":
        assert reference(f"Celular  {shown}") is None
    else:
        assert reference(f"Referencia  {shown}") is None


@pytest.mark.parametrize(
    "label",
    [
        "RFC", "NIT", "Código de seguridad", "Teléfono", "Cuenta destino", "CLABE",
        "Número de cuenta",
        "Celular", "CVU", "Concepto", "Cuenta origen", "RUT", "CUIT", "Número Nequi", "Para",
    ],
)  # fmt: skip
def test_other_numbers_are_not_the_operations(label: str) -> None:
    assert reference(f"{label}  8841220193") is None
    assert reference(label, "8841220193") is None


def test_without_a_label_no_number_counts() -> None:
    assert reference("BBVA", "8841220193", "Monto  $185.50") is None


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Clave de rastreo", "Folio"),
        ("Clave de rastreo", "Código de autorización"),
        ("Código de autorización", "Folio"),
        ("Número de operación", "Comprobante"),
        ("Folio", "Comprobante"),
        ("Comprobante", "Referencia"),
        ("Referencia", "Código"),
        ("Clave de rastreo", "Referencia numérica"),
    ],
)
def test_the_label_with_the_highest_rank_wins(better: str, worse: str) -> None:
    assert reference(f"{worse}  7700112233", f"{better}  8841220193") == "8841220193"
    assert reference(f"{better}  8841220193", f"{worse}  7700112233") == "8841220193"
    assert reference(better, "8841220193", "", worse, "7700112233") == "8841220193"


def test_a_long_number_goes_on_in_the_next_line() -> None:
    assert reference("Clave de rastreo", "MBAN01002412180", "087654321", "", "Folio  77001122") == (
        "MBAN01002412180087654321"
    )
    assert reference("Folio", "8841220193", "", "", "77001122") == "8841220193"


def test_a_number_in_the_houses_form_wins() -> None:
    pattern = r"M\d{7,9}"
    assert reference("Folio  8841220193", "Mensaje", "", "M1234568", pattern=pattern) == "M1234568"
    assert reference("Folio  8841220193", "Código  M1234568", pattern=pattern) == "M1234568"
    assert reference("Código  8841220193", pattern=pattern) is None
    assert reference("Clave de rastreo  8841220193", pattern=pattern) == "8841220193"
    assert reference("M1234568", "", "", "M7654399", pattern=pattern) is None
    assert reference("Código  884l22O193", pattern=r"\d{10}") == "8841220193"


@pytest.mark.parametrize("pattern", ["[", "(", "*", "(?P<a", "a{99999999999}"])
def test_a_wrong_form_of_the_house_is_ignored(pattern: str) -> None:
    assert reference("Código  8841220193", pattern=pattern) == "8841220193"


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("20261218", date(2026, 12, 18)),
        ("20261221", date(2026, 12, 21)),
        ("20251219", date(2025, 12, 19)),
        ("20261222", None),
        ("20241218", None),
        ("20261318", None),
        ("20261232", None),
    ],
)
def test_a_sinpe_number_carries_its_date(head: str, day: date | None) -> None:
    number = f"{head}10283010112345678"
    reading = read_fields([page([f"Referencia  {number}"])], HINTS)
    assert (reading.reference, reading.number_day) == (number, day)
    assert read_fields([page(["Referencia  8841220193"])], HINTS).number_day is None


def test_a_sinpe_number_needs_no_label() -> None:
    assert reference("SINPE", "2026121810283010112345678") == "2026121810283010112345678"


def test_passes_vote_on_a_number_and_on_its_letters() -> None:
    def read(*numbers: str) -> str | None:
        return read_fields([page([f"Folio  {n}"]) for n in numbers], HINTS).reference

    assert read("8841220193", "8841220193", "8841220198") == "8841220193"
    assert read("8841220193", "8841220198") is None
    assert read("8841220193", "8841220193", "8841220198", "8841220198") is None
    assert read("8841220198", "8341220193", "8841270193", "1841220193") == "8841220193"
    assert read("8841220198", "8341220193", "8841270193") is None
    assert read("8841220193", "884122019", "88412201931") is None


def test_a_number_counts_though_another_pass_lost_its_label() -> None:
    passes = [page(["Folio  8841220193"], confidence=50), page(["xx  8841220193"], confidence=50)]
    assert read_fields(passes, HINTS).reference == "8841220193"


def test_a_sinpe_number_whose_last_line_was_read_first_begins_with_its_date() -> None:
    rows = ["Comprobante  3 202612181623255805352512", "Monto  ₡ 4 100,00"]
    assert read_fields([page(rows)], HINTS).reference == "2026121816232558053525123"


def test_a_sinpe_number_that_lost_its_last_line_is_none() -> None:
    rows = ["Comprobante  202612181623255805352512", "Monto  ₡ 4 100,00"]
    assert read_fields([page(rows)], HINTS).reference is None


def test_a_number_may_end_in_a_group_of_letters() -> None:
    assert reference("Comprobante No.  81Z0 2J6Y GXHR") == "81Z02J6YGXHR"
    assert reference("Folio  8841 2201 OK") == "88412201"


def test_no_other_number_stands_in_for_a_tracking_key_that_was_not_read() -> None:
    rows = ["Clave de rastreo  ¿9F Z ES", "Referencia  696596"]
    passes = [page(rows)] * 3
    assert read_fields(passes, HINTS).reference is None
    assert read_fields([page(["Referencia  696596"])] * 3, HINTS).reference == "696596"
