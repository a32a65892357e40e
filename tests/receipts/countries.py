"""What differs between countries: money, accounts, banks, and the forms of operations' numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# The letters that are not taken for a digit; most codes that people have to read use these alone.
CLEAR = "ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Writing:
    """How an amount is written. `cents`: always, where there are any ("some"), or never."""

    sign: str
    group: str
    mark: str
    cents: str = "always"
    is_sign_before: bool = True
    blank: str = " "
    code: str = ""  # a currency's code behind an amount that has a sign before it


@dataclass(frozen=True, slots=True)
class Country:
    """A country's money and banks. Amounts in minor units; `#` in a form is a digit."""

    least: int
    most: int
    steps: tuple[int, ...]
    writings: tuple[Writing, ...]
    banks: tuple[str, ...]
    accounts: tuple[str, ...]
    account_names: tuple[str, ...]


COUNTRIES: dict[str, Country] = {
    "MX": Country(
        4_500, 450_000, (50, 100, 500, 1),
        (
            Writing("$", ",", "."), Writing("$", ",", ".", blank=""),
            Writing("$", ",", ".", "some"), Writing("$", ",", ".", blank="", code="MXN"),
            Writing("MXN", ",", "."), Writing("MXN", ",", ".", is_sign_before=False),
            Writing("$", ",", ".", code="M.N."),
        ),
        ("BBVA México", "Santander", "Banorte", "HSBC", "Citibanamex", "Banco Azteca", "Nu México",
         "Scotiabank", "Mercado Pago", "STP", "Inbursa", "BanCoppel"),
        ("01218001#########8", "07258000##########", "4152############", "5579############",
         "15########", "646180##########"),
        ("Cuenta", "CLABE", "Cuenta CLABE", "Tarjeta", "Cuenta destino"),
    ),
    "CO": Country(
        800_000, 45_000_000, (10_000, 50_000, 100_000),
        (
            Writing("$", ".", ",", "never"), Writing("$", ".", ",", "never", blank=""),
            Writing("$", ".", ","), Writing("COP", ".", ",", "never"),
            Writing("$", ".", ",", "never", code="COP"),
        ),
        ("Bancolombia", "Nequi", "Daviplata", "Davivienda", "Banco de Bogotá", "BBVA Colombia"),
        ("3#########", "3#########", "###########", "0550############"),
        ("Cuenta", "Número", "Celular", "Producto destino", "Cuenta de ahorros"),
    ),
    "PE": Country(
        800, 40_000, (10, 50, 100),
        (
            Writing("S/", ",", ".", "some"), Writing("S/", ",", ".", "some", blank=""),
            Writing("S/", ",", "."), Writing("S/", ",", ".", blank=""), Writing("PEN", ",", "."),
        ),
        ("BCP", "Interbank", "BBVA Perú", "Scotiabank Perú", "Yape", "Plin"),
        ("9########", "9########", "191########0##"),
        ("Celular", "Número de celular", "Cuenta", "Cuenta destino", "Enviado a"),
    ),
    "CR": Country(
        150_000, 9_500_000, (500, 1_000, 10_000),
        (
            Writing("₡", " ", ","), Writing("₡", ".", ","), Writing("₡", ",", ".", blank=""),
            Writing("CRC", ",", "."), Writing("CRC", " ", ",", is_sign_before=False),
            Writing("₡", " ", ",", blank=""), Writing("₡", ".", ",", "some"),
        ),
        ("Banco Nacional", "BAC Credomatic", "Banco de Costa Rica", "Banco Popular"),
        ("8#######", "7#######", "6#######", "CR050152020010########"),
        ("Teléfono", "Teléfono destino", "Cuenta IBAN", "Número de celular", "Monedero"),
    ),
    "CL": Country(
        250_000, 12_000_000, (1_000, 10_000, 50_000),
        (
            Writing("$", ".", ",", "never"), Writing("$", ".", ",", "never", blank=""),
            Writing("CLP", ".", ",", "never"), Writing("$", ".", ",", "never", code="CLP"),
        ),
        ("Banco de Chile", "BancoEstado", "Santander Chile", "Bci", "Scotiabank Chile", "Tenpo"),
        ("1#######", "########", "00##########"),
        ("Cuenta", "Cuenta RUT", "N° de cuenta", "Cuenta corriente", "Cuenta vista"),
    ),
    "AR": Country(
        250_000, 18_000_000, (5_000, 10_000, 1),
        (
            Writing("$", ".", ","), Writing("$", ".", ",", blank=""),
            Writing("$", ".", ",", "some"),
            Writing("ARS", ".", ","), Writing("$", ".", ",", code="ARS"),
        ),
        ("Mercado Pago", "Cuenta DNI", "Banco Galicia", "Banco Nación", "Ualá", "Brubank"),
        ("00000031000##########5", "0140######0#########53", "0000007900##########4"),
        ("CVU", "CBU", "Cuenta", "CVU/CBU"),
    ),
    "EC": Country(
        300, 12_000, (1, 5, 25),
        (
            Writing("$", ",", "."), Writing("$", ",", ".", blank=""), Writing("USD", ",", "."),
            Writing("$", ".", ","), Writing("$", ",", ".", code="USD"),
        ),
        ("Banco Pichincha", "Banco Guayaquil", "Produbanco", "Banco del Pacífico", "DeUna"),
        ("22########", "00########", "12######"),
        ("Cuenta", "Cuenta destino", "Cuenta de ahorros", "Número de cuenta"),
    ),
    "GT": Country(
        2_000, 150_000, (25, 50, 100),
        (
            Writing("Q", ",", "."), Writing("Q", ",", ".", blank=""), Writing("GTQ", ",", "."),
            Writing("Q.", ",", ".", blank=""),
        ),
        ("Banco Industrial", "Banrural", "G&T Continental", "BAM", "BAC Guatemala"),
        ("##########", "01########", "4445######"),
        ("Cuenta", "Cuenta destino", "Cuenta monetaria", "No. de cuenta"),
    ),
}  # fmt: skip


def digits(rng: Random, count: int) -> str:
    return "".join(rng.choices(DIGITS, k=count))


def letters_and_digits(rng: Random, count: int, *, digits_share: float = 0.5) -> str:
    """A random code. One in five is of all letters, the others are of those that read clearly."""
    letters = LETTERS if rng.random() < 0.2 else CLEAR
    return "".join(
        rng.choice(DIGITS if rng.random() < digits_share else letters) for _ in range(count)
    )


def filled(rng: Random, form: str) -> str:
    return "".join(rng.choice(DIGITS) if character == "#" else character for character in form)


def _tracking_key(rng: Random, at: datetime) -> str:
    """SPEI's key: 20 to 28 letters and digits, as each bank likes it."""
    return rng.choice((
        lambda: f"MBAN01{at:%y%m%d}00{digits(rng, 10)}",
        lambda: f"BNET01{at:%y%m%d}{digits(rng, rng.randint(8, 12))}",
        lambda: f"{at:%Y%m%d}40014{letters_and_digits(rng, 13)}",
        lambda: f"NU{letters_and_digits(rng, rng.randint(18, 26), digits_share=0.55)}",
        lambda: f"HSBC{digits(rng, 6)}{at:%d%m%y}{digits(rng, 8)}",
        lambda: f"{digits(rng, 4)}APR{rng.randint(1, 2)}{at:%Y%m%d}{digits(rng, 9)}",
    ))()  # fmt: skip


NumberForm = Callable[[Random, datetime], str]
# An operation's number, by the name of its form.
NUMBERS: dict[str, NumberForm] = {
    "tracking key": _tracking_key,
    "folio": lambda rng, _: digits(rng, rng.choice((7, 8, 9, 10))),
    "long number": lambda rng, _: f"{rng.randint(1, 9)}{digits(rng, rng.choice((10, 11)))}",
    "letter and number": lambda rng, _: f"{rng.choice('MS')}{digits(rng, rng.choice((7, 8)))}",
    "voucher": lambda rng, _: digits(rng, rng.choice((5, 6))).zfill(10),
    "six": lambda rng, _: f"{rng.randint(1, 9)}{digits(rng, 5)}",
    "eight": lambda rng, _: digits(rng, 8),
    "dated": lambda rng, at: f"{at:%Y%m%d}{rng.choice((151, 152, 102, 161))}{digits(rng, 14)}",
    "code": lambda rng, _: letters_and_digits(rng, 22),
    "transfer code": lambda rng, at: f"TEF{rng.choice(CLEAR)}{at:%d%m}{digits(rng, 8)}",
    "mixed": lambda rng, _: letters_and_digits(rng, rng.choice((8, 10, 12)), digits_share=0.6),
}  # fmt: skip
