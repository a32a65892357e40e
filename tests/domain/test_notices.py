"""What is made of a bank's notice, line by line: deposits, and what only looks like one.

The shapes are those of banks and wallets from Mexico to Chile; the names are made up. The lines are
in `tests/notices/`.
"""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comanda.domain.money import MOST, MoneyFormat
from comanda.domain.notice_rules import RULES, Rule, finders
from comanda.domain.notice_vetoes import Why
from comanda.domain.notices import Kind, Verdict, examine

POINT = MoneyFormat()
COMMA = MoneyFormat(mark=",", decimals=0)
SOLES = MoneyFormat(sign="S/")
COLONES = MoneyFormat(sign="₡", mark=",")


FOLDER = Path(__file__).parents[1] / "notices"
DEPOSITS, IGNORED = (
    (FOLDER / name).read_text(encoding="utf-8") for name in ("deposits.txt", "ignored.txt")
)


def rows(table: str) -> list[tuple[str, ...]]:
    """The cells of each line; ⏎ is a line break in a notice."""
    lines = [line for line in table.strip().split("\n") if not line.startswith("# ")]
    return [tuple(cell.strip() for cell in line.replace("⏎", "\n").split("|")) for line in lines]


def in_units(amount: str) -> int:
    whole, _, hundredths = amount.partition(".")
    return int(whole) * 100 + int(hundredths.ljust(2, "0") or 0)


@pytest.mark.parametrize("row", rows(DEPOSITS), ids=lambda row: row[1][:60])
def test_money_that_came_in_is_read(row: tuple[str, ...]) -> None:
    title, text, amount, sender, reference, account = (*row, "", "", "")[:6]
    verdict = examine(title, text, RULES, POINT)
    assert verdict.kind is Kind.DEPOSIT, verdict
    assert verdict.amount == in_units(amount)
    assert (verdict.sender or "") == sender
    assert (verdict.reference or "") == reference
    assert (verdict.account or "") == account
    assert verdict.why is None
    assert verdict.rule


@pytest.mark.parametrize("row", rows(IGNORED), ids=lambda row: row[1][:60])
def test_what_is_no_deposit_is_ignored(row: tuple[str, ...]) -> None:
    title, text, why = row
    verdict = examine(title, text, RULES, POINT)
    assert (verdict.kind, verdict.why) == (Kind.IGNORED, Why(why))
    assert verdict.amount is None


MANY_HOUSES = """
Nequi | has recibido $50.000 de Marcos Peña | 50000
Nequi | has recibido $50.000,00 de Marcos Peña | 50000
Nequi | has recibido $1.250.000 de Marcos Peña | 1250000
Banco | Recibiste $1,234.56 de Ana | 1234.56
Banco | Recibiste $1.234,56 de Ana | 1234.56
Banco | Recibiste $ 185,5 de Ana | 185.5
Banco | Recibiste $ 185.5 de Ana | 185.5
Banco | Recibiste $1250 de Ana | 1250
Banco | Recibiste S/ 1.250 de Ana | 1250
Banco | Recibiste S/. 25 de Ana | 25
Banco | Recibiste ₡12.500 de Ana | 12500
Banco | Recibiste COP 50.000 de Ana | 50000
Banco | Recibiste MXN 185.50 de Ana | 185.50
Banco | Recibiste $185.50 MXN de Ana | 185.50
Banco | Recibiste $185.50 M.N. de Ana | 185.50
Banco | Recibiste 185.50 pesos de Ana | 185.50
Banco | Recibiste Q150.00 de Ana | 150
Banco | Recibiste B/.5.00 de Ana | 5
Banco | Recibiste 1'234,567.80 soles de Ana | 1234567.80
"""


@pytest.mark.parametrize("style", [POINT, COMMA, SOLES, COLONES], ids=["$.", "$,", "S/", "₡,"])
@pytest.mark.parametrize("row", rows(MANY_HOUSES), ids=lambda row: row[1])
def test_an_amount_is_read_as_the_bank_writes_it_in_every_house(
    row: tuple[str, ...], style: MoneyFormat
) -> None:
    """Three digits behind a lone mark are thousands: no bank writes thousandths."""
    title, text, amount = row
    assert examine(title, text, RULES, style).amount == in_units(amount)


@pytest.mark.parametrize(
    ("style", "country", "is_taken"),
    [
        (POINT, "", True),
        (POINT, "EC", True),
        (POINT, "PA", True),
        (MoneyFormat(sign="B/."), "", True),
        (POINT, "MX", False),
        (COMMA, "CO", False),
        (SOLES, "", False),
        (SOLES, "PE", False),
        (COLONES, "", False),
    ],
)
def test_dollars_are_no_pesos(style: MoneyFormat, country: str, *, is_taken: bool) -> None:
    for amount in ("USD 20.00", "US$ 20.00", "U$S20.00", "20.00 dólares", "$20.00 USD"):
        verdict = examine("Banco", f"Recibiste {amount} de Ana Paz", RULES, style, country)
        assert verdict.why is (None if is_taken else Why.BAD_AMOUNT), amount
    assert examine("Banco", "Recibiste $20.00 de Ana Paz", RULES, style, country).amount == 2000


CUES = (
    "Recibiste",
    "Has recibido",
    "Te depositaron",
    "Te transfirieron",
    "Abono por",
    "Ingreso de",
)
MADE = ("Enviaste", "Pagaste", "Transferiste", "Compra por", "Retiro de", "Cargo por")


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("cue", CUES)
def test_what_is_no_deposit_wins_in_either_order(cue: str, made: str) -> None:
    for text in (f"{cue} $10.00 de Ana. {made} $10.00", f"{made} $10.00. {cue} $10.00 de Ana"):
        assert examine("Banco", text).kind is Kind.IGNORED, text


@pytest.mark.parametrize("cue", CUES)
@pytest.mark.parametrize(
    "note",
    ["Recibiste $900.00 de Luis", "compra", "Enviaste $5.00", "te envió un pago por $900.00"],
)
@pytest.mark.parametrize("label", ["Concepto:", "Mensaje:", "Motivo :", "Nota:", "Concepto ="])
def test_what_the_payer_writes_makes_and_unmakes_nothing(cue: str, note: str, label: str) -> None:
    for text in (f"{cue} $10.00 de Ana Paz. {label} {note}", f'{cue} $10.00. "{note}"'):
        assert examine("Banco", text).amount == 1000, text


HOSTILE = (
    "",
    " ",
    "\0",
    "Recibiste $10.00 de \0Ana",
    "<script>alert(1)</script> Recibiste $10.00 de <b>Ana</b>",
    "Recibiste $10.00 de =HYPERLINK(1)",
    "Recibiste {monto} de {nombre}",
    "Recibiste $" + "9" * 4_000,
    "Recibiste " + "$1" * 2_000,
    "Recibiste " + "$1 " * 1_333,
    "1 " * 2_000,
    "recibiste por " * 285 + "5",
    "a" * 4_000,
    "a " * 2_000,
    "a. " * 1_333,
    "de a " * 800,
    "* " * 2_000,
    "Recibiste $5 de " + "a. " * 1_300,
    "Recibiste $5 de " + "a b " * 1_000,
    "te envio " * 440,
    "cuenta " * 570,
    "tu cuenta " + "a" * 3_900,
    "concepto: " * 400,
    '"' * 4_000,
    "clave de rastreo " * 235,
    "referencia " + "1" * 3_900,
    "referencia " + "a-" * 1_900,
    "saldo " * 660,
    "\u0301" * 4_000,
    "\ufdfa" * 4_000,
    "\u0661" * 4_000,
    "".join(map(chr, range(1, 4_000))),
    "\ud800" * 100,
    "🏦" * 4_000,
    "pago " * 800,
    "abono " + "a " * 1_900,
    "transferencia " + "b " * 1_900,
    "con " * 1_000,
    "-" * 4_000,
    "$" * 4_000,
    "\n" * 4_000,
    "mxn " * 1_000,
    "tu pago " * 500,
    "ya te depositaron" + "x" * 3_900,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_no_text_takes_long_or_brings_a_wrong_amount(text: str) -> None:
    started = time.process_time()
    for title in ("Banco", text[:200]):
        verdict = examine(title, text)
        assert verdict.amount is None or 0 < verdict.amount <= MOST
    assert time.process_time() - started < 20  # a guard against hanging, not a goal


@given(st.text(max_size=300), st.text(max_size=600))
def test_any_text_is_a_deposit_or_is_ignored_for_a_reason(title: str, text: str) -> None:
    verdict = examine(title, f"Recibiste $10.00 {text}")
    assert (verdict.kind is Kind.DEPOSIT) is (verdict.amount is not None)
    assert (verdict.why in (None, Why.PRIVATE_NUMBER)) is (verdict.kind is Kind.DEPOSIT)
    for words, longest in ((verdict.sender, 80), (verdict.reference, 64), (verdict.account, 40)):
        assert words is None or 0 < len(words) <= longest


@given(st.integers(1, MOST))
def test_every_amount_that_a_house_writes_is_read_back(units: int) -> None:
    for style in (POINT, COMMA, SOLES, COLONES):
        text = f"Recibiste {style.text(units)} de Ana Paz"
        assert examine("Banco", text, RULES, style).amount == units, text


def test_an_own_rule_reads_what_no_built_in_rule_knows() -> None:
    own = Rule(
        "mi-banco",
        when=finders(r"caja vecinal", r"movimiento"),
        not_when=finders(r"salida"),
        amount=finders(r"\+ ([0-9.]+)"),
        sender=finders(r"\((.*?)\)"),
        reference=finders(r"#([0-9]+)"),
        account=finders(r"cta([0-9]{4})"),
        is_own=True,
    )
    text = "Caja Vecinal movimiento + 185.50 (Elena Ríos) #778899 cta1234 total 999"
    assert examine("x", text, (own, *RULES)) == Verdict(
        Kind.DEPOSIT, None, "mi-banco", 18550, "Elena Ríos", "778899", "1234"
    )
    assert examine("x", f"{text} salida", (own, *RULES)).why is Why.NO_RULE
    assert examine("x", text, RULES).why is Why.NO_RULE
    assert examine("x", "Caja Vecinal movimiento (Elena)", (own,)).why is Why.NO_AMOUNT


def test_only_a_rule_that_insists_holds_against_what_is_no_deposit() -> None:
    text = "Compra acreditada: $185.50"
    meek = Rule("mi-banco", when=finders("acreditada"), is_own=True)
    firm = Rule("mi-banco", when=finders("acreditada"), insists=True, is_own=True)
    assert examine("Banco", text, (meek, *RULES)).why is Why.PURCHASE
    assert examine("Banco", text, (firm, *RULES)).amount == 18550


def test_an_own_rule_may_name_a_number_from_which_the_bank_writes() -> None:
    text = "Recibiste $185.50 de Elena Ríos"
    own = Rule("mi-banco", when=finders(r"\+50688887777", "recibiste"), is_own=True)
    other = Rule("mi-banco", when=finders("recibiste"), is_own=True)
    assert examine("+50688887777", text, (own, *RULES)).amount == 18550
    assert examine("+50688887777", text, (own, *RULES)).why is None
    for number, rule in (("+50688887778", own), ("+50688887777", other)):
        doubtful = examine(number, text, (rule, *RULES))
        assert (doubtful.amount, doubtful.why) == (18550, Why.PRIVATE_NUMBER)
    assert examine("85888", text).why is None


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("+573001234567", "Has recibido $50.000 de Marcos Peña"),
        ("3001234567", "Nequi: recibiste $50.000 de Marcos Peña"),
        ("+506 8888-7777", "Ha recibido 50.000,00 Colones de Ana por SINPE Móvil"),
        ("WhatsApp +57 300 123 4567", "Marcos Peña te envió $50.000"),
        ("WhatsApp Nequi", "Marcos Peña te envió $50.000"),
        ("(2) +57 300 123 4567", "Marcos Peña te envió $50.000"),
        ("Mensajes 3001234567", "Nequi: recibiste $50.000 de Marcos Peña"),
        ("nequi@example.com", "Nequi: recibiste $50.000 de Marcos Peña"),
    ],
)
def test_what_a_persons_number_sends_is_doubtful(title: str, text: str) -> None:
    verdict = examine(title, text, RULES, COMMA)
    assert (verdict.kind, verdict.why) == (Kind.DEPOSIT, Why.PRIVATE_NUMBER)
    assert verdict.amount == 5_000_000
    assert examine(title, "Enviaste $50.000 a Ana", RULES, COMMA).why is Why.PAYMENT_MADE


@pytest.mark.parametrize(
    "text",
    [
        "has recibido $1 de Comisión recibiste $500. Movimientos: $900",
        "Recibiste $1.00 de comisión. Recibiste $500.00 de Ana",
    ],
)
def test_a_payer_with_the_name_of_a_fee_makes_no_other_amount(text: str) -> None:
    verdict = examine("Nequi", text)
    assert (verdict.why, verdict.amount) == (Why.BAD_AMOUNT, None)


def test_a_fee_behind_its_amount_is_no_deposit() -> None:
    assert examine("Nequi", "Recibiste $500 de Ana. Pagas $5 de comisión").amount == 50_000
