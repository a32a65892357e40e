"""Rows, labels and values, by their places on the receipt."""

from dataclasses import replace

import pytest

from comanda.examiner.cells import lay_out
from comanda.examiner.fields import read_fields
from comanda.examiner.labels import Kind, label_at_start
from comanda.examiner.lines import text_of
from comanda.examiner.text import is_like, pieces, skeleton
from tests.examiner.rows import HINTS, page


@pytest.mark.parametrize("tilt", [-0.15, -0.05, 0.0, 0.02, 0.1, 0.2])
def test_rows_are_found_though_the_picture_is_tilted(tilt: float) -> None:
    rows = ["Comprobante de pago", "Monto enviado  $185.50", "Folio de la operación  8841220193"]
    layout = lay_out(page(rows, tilt=tilt))
    assert [text_of(row).split() for row in layout.rows] == [row.split() for row in rows]


@pytest.mark.parametrize(
    ("rows", "field", "value"),
    [
        (["Nombre del  Fonda El Luchador", "beneficiario"], "holder", "Fonda El Luchador"),
        (["Folio de  8841220193", "operación"], "reference", "8841220193"),
        (["Monto de la  $185.50", "comisión"], "amount", None),
    ],
)
def test_a_label_may_take_two_lines(rows: list[str], field: str, value: str | None) -> None:
    read = getattr(read_fields([page(rows)], HINTS), field)
    assert read == value


def test_a_value_that_is_like_a_label_stays_a_value() -> None:
    reading = read_fields(
        [page(["Titular destino  Carlos Gómez", "Concepto  Transferencia"])], HINTS
    )
    assert reading.holder == "Carlos Gómez"
    cells = lay_out(page(["Canal  Transferencia", "Para  Carlos Gómez"])).values
    assert [cell.text for cell in cells] == ["Transferencia", "Carlos Gómez"]


def test_a_total_never_stands_in_for_an_amount_that_was_not_read() -> None:
    rows = ["Monto  $1x5.50", "Comisión  $5.00", "Total debitado  $190.50"]
    assert read_fields([page(rows)], HINTS).amount is None
    assert read_fields([page(["Total  $190.50"])], HINTS).amount == 19050


def test_a_sentence_at_the_foot_is_no_name() -> None:
    rows = ["Destinatario", "Consulta tus movimientos cuando quieras en la app."]
    assert read_fields([page(rows)], HINTS).holder is None


def test_the_grain_of_a_photo_is_left_out() -> None:
    receipt = page(["Monto  $185.50", "Folio  8841220193"])
    first = receipt.words[0]
    grain = [replace(first, text="e", left=4.0 * at, width=3, confidence=8) for at in range(12)]
    reading = read_fields([replace(receipt, words=(*receipt.words, *grain))], HINTS)
    assert (reading.amount, reading.lines[0].text) == (18550, "Monto $185.50")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Monto", Kind.AMOUNT),
        ("M0nt0", Kind.AMOUNT),
        ("Monto de la comisión", Kind.OTHER_AMOUNT),
        ("Clave de rastre0", Kind.REFERENCE),
        ("Cl ave derastreo", Kind.REFERENCE),
        ("Código de seguridad", Kind.OTHER_NUMBER),
        ("Fecha de vencimiento", Kind.OTHER_DATE),
        ("Cuenta origen", Kind.ACCOUNT),
        ("Fonda El Luchador", None),
        ("Ana López", None),
    ],
)
def test_the_longest_label_that_fits_wins(text: str, kind: Kind | None) -> None:
    bare = skeleton(text)
    match = label_at_start(bare, {len(bare): len(text.split())})
    assert (match.label.kind if match else None) == kind


def test_names_are_like_each_other_in_proportion_to_their_length() -> None:
    assert is_like("noviembre", "novlembra")
    assert not is_like("hora", "hera")
    assert not is_like("monto", "manta")
    assert [piece for piece, _, _ in pieces("monto")] == ["mo", "nto"]
