"""The amount: by its label, else by its size; never the fee, the balance or the sender's total."""

from dataclasses import replace

import pytest

from comanda.examiner.amounts import find_money, read_units
from comanda.examiner.fields import read_fields
from tests.examiner.rows import HINTS, page


def amount(*rows: str) -> int | None:
    return read_fields([page(rows)], HINTS).amount


@pytest.mark.parametrize(
    ("digits", "units"),
    [
        ("35", 3500),
        ("185.50", 18550),
        ("185,50", 18550),
        ("185.5", 18550),
        ("1,234.56", 123456),
        ("1.234,56", 123456),
        ("12 500,00", 1250000),
        ("12.500,00", 1250000),
        ("185.500", 18550000),
        ("185,500", 18550000),
        ("1.234.567", 123456700),
        ("1,234,567.89", 123456789),
        ("1'234.56", 123456),
        ("1'234,500", 123450000),
        ("1, 234.56", 123456),
        ("185. 50", 18550),
        ("0.50", 50),
        ("5185.500", 18550000),  # "$185.500"
        ("12.50.00", None),
        ("1.2345", None),
        ("12.50000", None),
        ("1,23.456", None),
        ("1.234,567", None),
        ("185.50.", None),
        ("1234,567,890", None),
        ("12 50", None),
        ("9" * 30, None),
    ],
)
def test_marks_between_digits_mean_thousands_or_cents_or_are_not_sure(
    digits: str, units: int | None
) -> None:
    assert read_units(digits) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("$185.50", 18550),
        ("$ 185.50", 18550),
        ("MXN 185.50", 18550),
        ("$185.50 MXN", 18550),
        ("$ 185.50 M.N.", 18550),
        ("S/ 35", 3500),
        ("S/. 35.00", 3500),
        ("S/35.50", 3550),
        ("₡12.500,00", 1250000),
        ("₡ 12 500,00", 1250000),
        ("CRC 12,500.00", 1250000),
        ("Q150.00", 15000),
        ("Q 1,150.00", 115000),
        ("Bs 120,50", 12050),
        ("Bs. 120,50", 12050),
        ("COP 45.000", 4500000),
        ("$45.000 COP", 4500000),
        ("USD 12.50", 1250),
        ("US$ 12.50", 1250),
        ("US$12.50", 1250),
        ("PEN 35.00", 3500),
        ("CLP 12.990", 1299000),
        ("ARS 18.550,00", 1855000),
        ("₲ 120.000", 12000000),
        ("Gs. 120.000", 12000000),
        ("L 350.00", 35000),
        ("L. 350.00", 35000),
        ("C$ 350.00", 35000),
        ("RD$ 1,350.00", 135000),
        ("B/. 12.50", 1250),
        ("12.500 pesos", 1250000),
        ("35 soles", 3500),
        ("$ 12.500⁰⁰", 1250000),
        ("$185⁵⁰", 18550),
        ("$1,234⁵⁶", 123456),
        ("- $185.50", 18550),
        ("-$185.50", 18550),
        ("+$185.50", 18550),
        ("$185.50.", 18550),
        ("$ 12.500.-", 1250000),
        ("R$ 35,00", 3500),
    ],
)
def test_a_currency_stands_before_or_behind(text: str, units: int) -> None:
    assert amount("Monto", text) == units
    assert amount(f"Monto  {text}") == units
    assert amount(f"Monto: {text}") == units
    assert amount(f"!{text}") == units


@pytest.mark.parametrize(
    "text",
    ["18/12/2026", "20:41", "8841220193", "4821-4821", "15 %", "15%", "$0.00", "$ 185 50 12"],
)
def test_what_is_no_amount(text: str) -> None:
    assert [money for money in find_money(text) if money.has_sign] == []


@pytest.mark.parametrize(
    "label",
    [
        "Monto",
        "Importe",
        "Importe transferido",
        "Total",
        "Valor",
        "Cantidad",
        "Enviaste",
        "Transferiste",
        "¡Yapeaste!",
        "Le enviaste",
        "Pagaste",
        "Monto enviado",
        "Valor de la transferencia",
        "¿Cuánto?",
        "M0nto",
        "lmporte",
        "Irnporte",
        "Monlo",
        "Transfenste",
        "Trans feriste",
        "MONTO",
        "Monto (MXN)",
        "Monto en pesos",
        "@ Monto",
    ],
)
@pytest.mark.parametrize("layout", ["{0}: $185.50", "{0}  $185.50", "{0}\n$185.50", "$185.50\n{0}"])
def test_the_amount_is_found_by_its_label(label: str, layout: str) -> None:
    other = ["Comprobante", "Límite diario  $9,000.00", "", ""]
    assert amount(*other, *layout.format(label).split("\n"), "", "Comisión  $3.00") == 18550


@pytest.mark.parametrize(
    "sentence",
    [
        "Enviaste $ 185.50 a Fonda El Luchador",
        "¡Listo! Enviaste $185.50 a Fonda El Luchador",
        "Transferiste $185.50 a Fonda El Luchador",
        "Le enviaste $ 185.50 a Fonda",
        "Pagaste $185.50 a Fonda El Luchador con tu saldo",
    ],
)
def test_the_amount_stands_in_a_sentence(sentence: str) -> None:
    assert amount("Nu", sentence, "Saldo disponible  $9,999.00") == 18550


@pytest.mark.parametrize(
    "label",
    [
        "Comisión", "Costo", "Costo de la transferencia", "Cargo por servicio", "IVA", "Impuesto",
        "GMF", "4x1000", "Propina", "Saldo", "Saldo disponible", "Disponible", "Nuevo saldo",
        "Límite diario", "Monto máximo", "Comisi0n", "Sa1do disponible", "Monto de la comisión",
        "IVA de la comisión", "Tarifa", "Descuento", "Tu nuevo saldo", "Monto disponible",
    ],
)  # fmt: skip
def test_fees_and_balances_are_not_the_amount(label: str) -> None:
    assert amount("BBVA", f"{label}  $185.50") is None
    assert amount("BBVA", label, "$185.50") is None
    assert amount("BBVA", f"{label}: $185.50", "", "Monto  $20.00") == 2000
    assert amount("BBVA", f"!{label}: $185.50", "", "$20.00") == 2000


def test_the_amount_that_arrives_wins_over_the_total_that_leaves() -> None:
    for total in ("Total", "Total cargado", "Monto total debitado", "Total con comisión"):
        for rows in (
            ("Monto  $185.50", "Comisión  $5.00", f"{total}  $190.50"),
            (f"{total}  $190.50", "Comisión  $5.00", "Importe  $185.50"),
            (f"!{total} $190.50", "Monto  $185.50", "Comisión  $5.00"),
        ):
            assert amount(*rows) == 18550


def test_without_a_label_the_largest_amount_counts() -> None:
    assert amount("Transferencia exitosa", "!$185.50", "Ana", "$3.00", "$9,000.00") == 18550
    assert amount("Banco", "$185.50", "Ana López") == 18550
    assert amount("Banco", "$185.50", "", "$3.00", "Ana López") is None


def test_raised_cents_are_a_small_word_of_their_own() -> None:
    base = page(["Envío", "!$12.500", "Para  Fonda"])
    words = list(base.words)
    digits = next(word for word in words if "12.500" in word.text)
    cents = replace(
        digits, text="00", left=digits.right + 4, width=24, height=16, top=digits.top - 2
    )
    assert read_fields([replace(base, words=(*words, cents))], HINTS).amount == 1250000


def test_two_amounts_with_the_same_label_are_none() -> None:
    assert amount("Monto  $185.50", "", "Monto  $200.00") is None
    assert amount("Monto  $185.50", "", "Monto  $185.50") == 18550


def test_a_sign_that_one_pass_read_as_a_digit_is_no_digit() -> None:
    right, wrong = page(["Monto  $185.50"]), page(["Monto  8185.50"])
    assert read_fields([right, wrong, wrong], HINTS).amount == 18550
    assert read_fields([page(["Monto  S185.50"])], HINTS).amount == 18550


def test_an_amount_without_a_sign_among_others_that_have_one_is_not_sure() -> None:
    assert amount("Monto  5185.50", "Total  $300.00", "Comisión  $3.00") is None
    assert amount("Monto  5185.50", "Comisión  3.00") == 518550


def test_a_decimal_mark_that_one_pass_lost_is_there() -> None:
    assert read_fields([page(["!$185.50"]), page(["!$18550"])], HINTS).amount == 18550


def test_passes_that_disagree_give_no_amount() -> None:
    passes = [page(["Monto  $185.50"]), page(["Monto  $135.50"])]
    assert read_fields(passes, HINTS).amount is None
    assert read_fields([*passes, page(["Monto  $185.50"])], HINTS).amount == 18550


def test_a_pass_that_is_not_sure_gives_no_amount_alone() -> None:
    unsure = page(["Monto  $185.50"], confidence=55)
    assert read_fields([unsure], HINTS).amount is None
    assert read_fields([unsure, unsure], HINTS).amount == 18550
    assert read_fields([page(["Monto  $185.50"], confidence=85)], HINTS).amount == 18550


def test_small_cents_of_which_one_was_lost_are_no_amount() -> None:
    assert read_fields([page(["Comprobante de pago", "!MXN 1,724.5"])], HINTS).amount is None


def test_raised_cents_that_were_lost_leave_no_amount() -> None:
    """Cents in small raised digits are read as another sign, or not at all."""
    rows = [["!$ 50"], ["!$ 50%"], ["!$ 50-4"], ["!$ 50"], ["!$ 50"], ["!$ 50"]]
    passes = [page(["Comprobante de pago", *row, "Folio  8841220193"]) for row in rows]
    assert read_fields(passes, HINTS).amount is None
    assert read_fields([passes[0], *passes[3:]], HINTS).amount == 5000
