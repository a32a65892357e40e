"""The account and the holder that got the money, never the sender's; the bank."""

from dataclasses import replace

import pytest

from comanda.examiner.fields import read_fields
from tests.examiner.rows import HINTS, page


def party(*rows: str) -> tuple[str | None, str | None]:
    reading = read_fields([page(rows)], HINTS)
    return reading.account, reading.holder


@pytest.mark.parametrize(
    "shown",
    [
        "••4821", "**** 4821", "...4821", "xxxx4821", "*4821", "terminación 4821", "·4821",
        "••••4821", "•••• 4821", "**4821", "XXXX-XXXX-4821", "4152 **** **** 4821", "ee4821",
        "«« 4821", "“4821", "012180001234564821", "012 180 0012 3456 4821", "1234 5678 4821",
        "terminada en 4821", "BBVA ••4821", "BBVA *4821", "Ahorros ***4821", "4821", "-4821",
        "…4821",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "layout", ["Cuenta destino: {}", "Cuenta destino  {}", "Cuenta destino\n{}"]
)
def test_an_account_is_read_by_its_end(shown: str, layout: str) -> None:
    rows = layout.format(shown).split("\n")
    assert party("Monto  $185.50", "", *rows, "", "Folio  8841220193")[0] == "4821"


@pytest.mark.parametrize(
    "label",
    [
        "Cuenta destino", "Cuenta de destino", "Cuenta beneficiaria", "CLABE", "Para", "Destino",
        "Número Nequi", "CVU", "Celular destino", "Cuenta del beneficiario", "Cuenta dest1no",
        "Destinatario", "Beneficiario", "Cuenta abono",
    ],
)  # fmt: skip
def test_whose_account_the_label_says(label: str) -> None:
    full = "0000003100087654324821" if label == "CVU" else "012180001234564821"
    for account in (full, "300 123 4821", "••4821"):
        assert party(f"{label}  {account}")[0] == "4821"
        assert party(label, account)[0] == "4821"


@pytest.mark.parametrize(
    "label",
    [
        "Cuenta origen", "Cuenta de retiro", "Cuenta ordenante", "Desde", "De", "Origen",
        "Ordenante",
        "Quién envía", "Cuenta cargo", "Remitente", "Pagador", "Cuenta", "Número de cuenta",
        "Cuenta 0rigen", "Cuenta de cargo",
    ],
)  # fmt: skip
def test_the_senders_and_unclear_accounts_are_left_out(label: str) -> None:
    assert party(f"{label}  ••4821", "", "Folio  8841220193")[0] is None
    assert party(label, "••4821", "Ana López", "", "Folio  8841220193") == (None, None)


def test_sections_say_whose_account_it_is() -> None:
    assert party(
        "Datos del ordenante", "Nombre  Ana López", "Cuenta  ••1234", "Banco  BBVA", "",
        "Datos del beneficiario", "Nombre  Fonda El Luchador", "Cuenta  ••4821", "Banco  Banorte",
    ) == ("4821", "Fonda El Luchador")  # fmt: skip
    assert party(
        "Destino", "Fonda El Luchador", "CLABE  012180001234564821", "Origen", "Ana López",
        "CLABE  012180001234561234",
    ) == ("4821", "Fonda El Luchador")  # fmt: skip


def test_payer_and_payee_stand_side_by_side() -> None:
    rows = ("Origen  Destino", "Ana López  Fonda El Luchador", "••1234  ••4821")
    assert party(*rows) == ("4821", "Fonda El Luchador")


@pytest.mark.parametrize(
    "name",
    [
        "Fonda El Luchador", "FONDA EL LUCHADOR", "Fonda El L*", "Fon*** El Luch*****",
        "Ana López M.",
        "María José Núñez", "TACOS Y MÁS", "Café Ñandú", "O'Higgins Grill", "Juan P***",
        "Bar La 33",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "label",
    ["Para", "Beneficiario", "A", "Nombre del beneficiario", "A nombre de", "Destinatario",
     "Titular", "Enviado a", "Recibe", "Destino", "Hacia"],
)  # fmt: skip
def test_a_holder_is_read_as_shown(name: str, label: str) -> None:
    expected = {"Bar La 33": "Bar La", "Ana López M.": "Ana López"}.get(name, name)
    for rows in ((f"{label}  {name}",), (f"{label}: {name}",), (label, name)):
        holder = party("Monto  $185.50", "", *rows, "", "Folio  8841220193")[1]
        assert holder is not None
        assert holder.startswith(expected[:6])
        assert holder in {expected, name.rstrip("."), name}


@pytest.mark.parametrize(
    "text",
    ["BBVA", "Banorte", "Cuenta de ahorros", "300 123 4567", "••4821", "$ 185.50", "18/12/2026",
     "tu cuenta", "Nequi", "Mercado Pago", "Transferencia exitosa", "Nubank", "ab", "K"],
)  # fmt: skip
def test_what_is_no_holder(text: str) -> None:
    assert party("Para", text, "", "Folio  8841220193")[1] is None


def test_a_holder_stands_in_a_sentence() -> None:
    assert party("Enviaste $ 185.50 a Fonda El Luchador")[1] == "Fonda El Luchador"
    assert party("¡Yapeaste!", "!S/ 35", "Fonda El L*", "18 dic. 2026")[1] == "Fonda El L*"
    assert party("Transferiste a", "Fonda El Luchador", "!$ 185.50")[1] == "Fonda El Luchador"


@pytest.mark.parametrize("label", ["Alias", "Alias destino", "Alias CBU"])
def test_an_alias_is_an_account(label: str) -> None:
    assert party(f"{label}  fonda.luchador.mp")[0] == "fonda.luchador.mp"
    assert party(label, "FONDA.LUCHADOR.MP")[0] == "FONDA.LUCHADOR.MP"


def test_two_accounts_that_both_may_be_the_recipients_are_none() -> None:
    assert party("CLABE  012180001234564821", "", "", "CLABE  012180001234561234")[0] is None


@pytest.mark.parametrize(
    ("rows", "bank"),
    [
        (["BBVA", "Monto  $1.00"], "BBVA"),
        (["mercado pago", "Comprobante"], "Mercado Pago"),
        (["¡Yapeaste!", "S/ 35"], "Yape"),
        (["Banco emisor  BANORTE", "Banco destino  BBVA"], "Banorte"),
        (["Banco destino  BBVA", "Monto  $1.00"], None),
        (["BBVA  Santander", "Monto  $1.00"], None),
        (["Comprobante", "Monto  $1.00"], None),
        (["Nu", "Enviaste $5.00"], "Nu"),
        (["Bancolombia", "x", "x", "x", "x", "x", "x", "x", "Destino", "Nequi"], "Bancolombia"),
    ],
)
def test_the_bank_is_the_one_that_the_receipt_is_of(rows: list[str], bank: str | None) -> None:
    assert read_fields([page(rows)], HINTS).bank == bank


def test_a_number_that_lost_digits_is_no_account() -> None:
    assert party("CLABE  0121800012345648")[0] is None
    assert party("CVU  00000031000876543248")[0] is None
    assert party("CLABE  0121 **** **** 4821")[0] == "4821"


@pytest.mark.parametrize(
    "rows",
    [
        ["Cuenta origen  Nómina *2602", "Cuenta  *0784", "Monto  $ 25.00"],
        ["Cuenta  *0784", "Monto  $ 25.00", "Cuenta de cargo  *2602"],
        ["Cuenta de retiro: *2602", "Ordenante: Juan Ospina", "Cuenta: *0784"],
    ],
)
def test_a_plain_account_is_the_recipients_where_the_sender_has_one(rows: list[str]) -> None:
    assert read_fields([page(rows)], HINTS).account == "0784"


def test_a_plain_account_alone_is_nobodys() -> None:
    assert read_fields([page(["Cuenta  *0784", "Monto  $ 25.00"])], HINTS).account is None


def test_a_plain_holder_is_the_recipients_where_the_sender_has_one() -> None:
    rows = ["Titular de origen  Gabriela Montes", "A nombre de  Tacos El Compa"]
    assert read_fields([page(rows)], HINTS).holder == "Tacos El Compa"


def test_an_account_stands_beside_its_bank() -> None:
    rows = ["Titular destino", "Café Peñalolén", "Banorte • 6558", "Desde", "Nómina • 2697"]
    assert read_fields([page(rows)], HINTS).account == "6558"


def test_a_plain_card_is_the_recipients_where_the_payer_has_an_account() -> None:
    rows = ["Nombre del beneficiario  Rosa Mora", "Tarjeta  • 2833", "Desde  • 7728"]
    assert read_fields([page(rows)], HINTS).account == "2833"


def test_accents_are_those_of_the_passes_that_know_spanish() -> None:
    rows = ["Nombre del beneficiario  María Fernanda López García"]
    bare = ["Nombre del beneficiario  Maria Fernanda Lopez Garcia"]
    passes = [page(rows), replace(page(bare), as_code=True), replace(page(bare), as_code=True)]
    assert read_fields(passes, HINTS).holder == "María Fernanda López García"
