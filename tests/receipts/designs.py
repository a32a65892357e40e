"""The designs: each is a kind of layout that banks and wallets of Latin America use, as data."""

from dataclasses import dataclass
from enum import StrEnum

from tests.receipts import labels
from tests.receipts.facts import Theme


class Pairing(StrEnum):
    """Where a value stands beside its label."""

    RIGHT = "at the right edge"
    COLUMN = "in a column of its own"
    BELOW = "below, at the left"
    CENTRED = "below, centred"
    INLINE = "behind, in the same line"
    GRID = "below, two to a row"


LIGHT, DARK, COLOURED = Theme.LIGHT, Theme.DARK, Theme.COLOURED
RIGHT, COLUMN, BELOW = Pairing.RIGHT, Pairing.COLUMN, Pairing.BELOW
CENTRED, INLINE, GRID = Pairing.CENTRED, Pairing.INLINE, Pairing.GRID


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A layout. `hero` are the facts on top, without labels; `rows` the labelled ones below them.

    `head` is what stands above: bar, brand, check, close. A row that ends in `?` is there every
    second time; one that starts with `#` is a heading, and `sections` call both parties' rows alike
    below theirs. `numbers` are the forms that the operation's number has, `others` further numbers,
    as label and form. Shares are from 0 to 1: `split` of receipts have the day and the time in two
    rows, `near` say Hoy, `timeless` show no time, `coded` have a QR code. A `page` is a letter or a
    web page, without an app's bars. `tail` is how many digits of the account are shown at least.
    """

    name: str
    country: str
    banks: tuple[str, ...]
    themes: tuple[Theme, ...]
    hues: tuple[str, ...]
    rows: tuple[str, ...]
    numbers: tuple[str, ...]
    reference: tuple[str, ...]
    pairings: tuple[Pairing, ...]
    head: tuple[str, ...] = ("bar", "check")
    hero: tuple[str, ...] = ("title", "amount")
    titles: tuple[str, ...] = labels.DONE
    amount: tuple[str, ...] = labels.AMOUNT
    holder: tuple[str, ...] = labels.HOLDER
    cents: tuple[str, ...] = ("plain",)
    others: tuple[tuple[str, str], ...] = ()
    card: bool = False
    centred: bool = True
    page: bool = False
    mono: bool = False
    sections: bool = False
    tail: int = 4
    coded: float = 0.12
    split: float = 0.3
    near: float = 0.04
    timeless: float = 0.05


DESIGNS: tuple[Design, ...] = (
    Design(
        name="mx-spei-rows", country="MX", banks=("BBVA México", "Santander", "Banorte"),
        themes=(LIGHT, LIGHT, DARK), hues=("#004481", "#d01020", "#1464a5"),
        rows=("holder", "to_bank", "account", "from_account", "concept?", "at", "reference",
              "others?", "kind?", "fee?", "tax?"),
        numbers=("folio", "long number"), pairings=(RIGHT, COLUMN, BELOW), cents=("plain", "small"),
        reference=("Folio de operación", "Folio", "Número de operación", "Folio único"),
        others=(("Referencia numérica", "six"),),
    ),
    Design(
        name="mx-tracking-key", country="MX",
        banks=("Banorte", "HSBC", "Scotiabank", "Citibanamex", "Inbursa"),
        themes=(LIGHT, LIGHT, COLOURED), hues=("#b00024", "#db0011", "#056dae"),
        head=("brand", "bar"), hero=("title",), card=True, centred=False,
        rows=("amount", "holder", "to_bank?", "account", "sender?", "from_account", "at",
              "concept?", "reference", "others?", "fee?", "tax?", "balance?"),
        numbers=("tracking key",), reference=labels.TRACKING,
        pairings=(RIGHT, BELOW, COLUMN, INLINE),
        others=(("Referencia", "six"), ("Folio interno", "folio")),
    ),
    Design(
        name="mx-dark-neobank", country="MX", banks=("Nu México", "Klar", "Stori"),
        themes=(DARK, DARK, LIGHT), hues=("#820ad1", "#7b2cbf", "#00927f"),
        head=("close",), hero=("title", "amount", "at"), centred=False,
        titles=("Transferencia enviada", "Detalle de la transferencia", "Enviaste dinero"),
        rows=("holder", "to_bank", "account", "kind?", "concept?", "reference", "others?",
              "sender?", "from_account?"),
        numbers=("tracking key", "mixed"), pairings=(RIGHT, BELOW), near=0.4,
        reference=("Clave de rastreo", "ID de transacción", "Código de rastreo"),
        others=(("Referencia", "six"),),
    ),
    Design(
        name="mx-wallet", country="MX", banks=("Mercado Pago",), themes=(LIGHT, LIGHT, COLOURED),
        hues=("#009ee3", "#2d6cdf"), head=("brand",), hero=("title", "at", "amount"), centred=False,
        titles=("Comprobante de transferencia", "Transferencia", "Comprobante de pago"),
        rows=("concept?", "sender", "from_account?", "holder", "to_bank", "account", "reference",
              "others?"),
        numbers=("long number",), pairings=(BELOW, CENTRED), cents=("plain", "raised", "bare"),
        reference=("Número de operación", "N.º de operación de Mercado Pago"), near=0.25,
        others=(("Código de identificación", "code"),),
    ),
    Design(
        name="co-purple-wallet", country="CO", banks=("Nequi",),
        themes=(COLOURED, COLOURED, LIGHT, DARK), hues=("#200020", "#da0081", "#5b1a8b"),
        head=("bar",), hero=("title",), card=True, coded=0.5, split=0.0,
        titles=("Detalle del movimiento", "¡Envío listo!", "Envío realizado", "Movimiento hecho"),
        rows=("holder", "amount", "account?", "at", "reference", "source?", "concept?", "balance?"),
        numbers=("letter and number",), reference=("Referencia",),
        amount=("¿Cuánto?", "¿Cuánto enviaste?", "Valor"), holder=("Para", "¿A quién?"),
        pairings=(BELOW, CENTRED, RIGHT),
    ),
    Design(
        name="co-voucher", country="CO", banks=("Bancolombia", "Banco de Bogotá"),
        themes=(LIGHT, LIGHT, DARK, COLOURED), hues=("#2c2a29", "#9a7400", "#00448d"), card=True,
        hero=("title", "reference", "at"),
        titles=("¡Transferencia exitosa!", "Transferencia exitosa", "Transferencia lista"),
        rows=("amount", "fee?", "from_account", "holder", "account", "to_bank?", "concept?"),
        numbers=("voucher", "mixed"), pairings=(BELOW, RIGHT),
        reference=("Comprobante No.", "Comprobante No. :", "Comprobante N.º"),
        amount=("Valor de la transferencia", "Valor enviado", "Valor"),
    ),
    Design(
        name="co-red-wallet", country="CO", banks=("Daviplata", "Davivienda"),
        themes=(LIGHT, COLOURED, LIGHT), hues=("#e1111c", "#c8102e"), head=("bar", "brand"),
        hero=("title",), centred=False, mono=True,
        titles=("Pasó plata", "Transacción exitosa", "Resultado de la transacción"),
        rows=("amount", "fee", "debit?", "holder", "account", "at", "reference", "others?",
              "balance?"),
        numbers=("six", "folio"), reference=(*labels.AUTHORIZATION, "Aprobación No."),
        amount=("Valor", "Valor de la transacción", "¿Cuánta plata?"),
        pairings=(RIGHT, COLUMN, INLINE), others=(("Id. de terminal", "eight"),),
    ),
    Design(
        name="pe-purple-wallet", country="PE", banks=("Yape",), themes=(COLOURED, COLOURED, LIGHT),
        hues=("#742284", "#6b1f7c", "#0f9d8a"), head=("brand",), card=True, tail=3,
        hero=("title", "amount", "holder", "at"), titles=("¡Yapeaste!", "Te quedó listo el yapeo"),
        rows=("security", "account", "destination", "reference", "concept?"),
        cents=("plain", "small"),
        numbers=("eight",), reference=("Nro. de operación", "N.º de operación", "Nº de operación"),
        pairings=(RIGHT, RIGHT, BELOW), split=0.0, timeless=0.0, coded=0.05,
    ),
    Design(
        name="pe-bank", country="PE", banks=("BCP", "Interbank", "BBVA Perú"),
        themes=(LIGHT, LIGHT, DARK, COLOURED), hues=("#002a8d", "#05be50", "#0066b1", "#e35205"),
        hero=("title", "labelled amount"), amount=("Monto", "Monto enviado", "Pagaste", "Enviaste"),
        titles=("¡Operación exitosa!", "Constancia de operación", "¡Plineaste!", "¡Pago enviado!"),
        rows=("holder", "destination", "account", "from_account", "at", "reference", "fee?",
              "concept?"),
        numbers=("eight", "six"), reference=(*labels.OPERATION, "Código de operación"),
        pairings=(RIGHT, CENTRED, BELOW),
    ),
    Design(
        name="cr-mobile", country="CR",
        banks=("Banco Nacional", "Banco de Costa Rica", "BAC Credomatic", "Banco Popular"),
        themes=(LIGHT, LIGHT, DARK, COLOURED), hues=("#00603c", "#0054a6", "#c8102e"),
        head=("bar", "brand"), hero=("title",), centred=False,
        titles=("SINPE Móvil realizado", "Comprobante SINPE Móvil", "Transferencia SINPE Móvil"),
        rows=("amount", "holder", "account", "to_bank?", "from_account", "sender?", "at",
              "reference", "concept", "fee?"),
        numbers=("dated",), pairings=(BELOW, RIGHT, COLUMN, INLINE),
        reference=("Número de comprobante", "Comprobante", "Referencia", "Referencia SINPE"),
    ),
    Design(
        name="cl-transfer", country="CL",
        banks=("Banco de Chile", "BancoEstado", "Santander Chile", "Bci", "Tenpo"),
        themes=(LIGHT, LIGHT, DARK), hues=("#002464", "#ff7a00", "#e00000", "#0a7a5b"), card=True,
        hero=("title", "labelled amount"), amount=("Monto", "Monto transferido", "Transferiste"),
        titles=("Transferencia exitosa", "Comprobante de transferencia", "¡Transferiste!"),
        rows=("holder", "rut", "to_bank", "account", "email?", "from_account?", "at", "concept?",
              "reference"),
        numbers=("transfer code", "long number", "folio"), pairings=(RIGHT, BELOW, COLUMN),
        reference=("Código de transferencia", "N° de operación", "Número de comprobante", "Folio"),
    ),
    Design(
        name="ar-wallet", country="AR", banks=("Mercado Pago", "Ualá", "Naranja X", "Brubank"),
        themes=(LIGHT, LIGHT, COLOURED, DARK), hues=("#009ee3", "#3d3aa8", "#fe5000", "#6b2fd8"),
        head=("brand",), hero=("title", "at", "amount"), centred=False, near=0.25,
        titles=("Comprobante de transferencia", "Transferencia enviada", "Le enviaste plata"),
        rows=("concept?", "sender", "from_account", "holder", "cuit", "to_bank", "account",
              "alias?", "others", "reference"),
        numbers=("long number",), reference=("Número de operación", "N° de operación"),
        pairings=(BELOW, RIGHT), cents=("plain", "raised", "bare"),
        others=(("Código de identificación", "code"),),
    ),
    Design(
        name="ar-provincial", country="AR", banks=("Cuenta DNI", "Banco Galicia", "Banco Nación"),
        themes=(LIGHT, COLOURED, LIGHT), hues=("#00a94f", "#fa6400", "#006c89"), hero=("title",),
        titles=("¡Transferencia enviada!", "Comprobante", "Transferencia inmediata"),
        rows=("amount", "holder", "cuit?", "alias?", "account", "to_bank?", "from_account?", "at",
              "concept", "reference"),
        numbers=("eight", "long number"), cents=("plain", "small", "raised"), card=True,
        reference=("N° de comprobante", "Nro. de transacción", "Número de referencia", "Control"),
        pairings=(RIGHT, BELOW, CENTRED),
    ),
    Design(
        name="ec-bank", country="EC",
        banks=("Banco Pichincha", "Banco Guayaquil", "Produbanco", "DeUna"),
        themes=(LIGHT, LIGHT, DARK, COLOURED), hues=("#8a6d00", "#d2006e", "#007a33", "#4b2e83"),
        hero=("title", "labelled amount", "holder"), amount=("Monto", "Valor"),
        rows=("at", "reference", "account", "to_bank?", "from_account", "sender?", "concept?",
              "fee?", "tax?", "debit?"),
        numbers=("eight", "voucher", "long number"), pairings=(RIGHT, BELOW, COLUMN),
        reference=(*labels.VOUCHER, "Documento", "No. de documento"),
    ),
    Design(
        name="gt-bank", country="GT", banks=("Banco Industrial", "Banrural", "BAM"),
        themes=(LIGHT, LIGHT, COLOURED), hues=("#003a70", "#00693e", "#c8102e"),
        head=("brand", "check"), hero=("title",), centred=False,
        rows=("reference", "at", "from_account", "sender?", "account", "holder", "amount", "fee?",
              "concept?", "balance?", "state?"),
        numbers=("eight", "six", "folio"), pairings=(COLUMN, RIGHT, INLINE, BELOW),
        reference=(*labels.AUTHORIZATION, "No. de transacción", "Referencia"),
    ),
    Design(
        name="two-parties", country="CL",
        banks=("Banco de Chile", "BancoEstado", "Scotiabank Chile", "Bci"),
        themes=(LIGHT, LIGHT, DARK, COLOURED), hues=("#0f3d8c", "#d35400", "#7a1fa2"),
        hero=("title", "amount"), centred=False, sections=True, holder=("Nombre", "Titular"),
        rows=("#from", "sender", "from_account", "#to", "holder", "to_bank", "account",
              "#operation", "at", "reference", "concept?", "state?"),
        numbers=("long number", "transfer code", "eight"), pairings=(RIGHT, BELOW, COLUMN, INLINE),
        reference=(*labels.OPERATION, *labels.TRANSACTION),
    ),
    Design(
        name="letter", country="MX", banks=("BBVA México", "Santander", "HSBC", "Banco Azteca"),
        themes=(LIGHT, LIGHT, LIGHT, DARK), hues=("#1a56a0", "#444444", "#006847"),
        head=("letter",), hero=("sentence",), centred=False, page=True,
        rows=("amount", "at", "holder", "account", "to_bank?", "from_account", "reference",
              "others?", "concept?", "fee?"),
        numbers=("tracking key", "folio"), pairings=(COLUMN, INLINE, RIGHT),
        reference=("Clave de rastreo", "Folio", "Número de folio", "Referencia de la operación"),
        others=(("Referencia numérica", "six"),),
    ),
    Design(
        name="web-page", country="EC", banks=("Banco del Pacífico", "Produbanco"),
        themes=(LIGHT, LIGHT, COLOURED), hues=("#00529b", "#333366", "#a4123f"),
        head=("brand",), hero=("title",), centred=False, page=True, card=True,
        rows=("reference", "state?", "at", "sender", "from_account", "holder", "to_bank", "account",
              "concept?", "amount", "fee", "tax", "debit?"),
        numbers=("voucher", "mixed"), pairings=(COLUMN, RIGHT),
        reference=(*labels.VOUCHER, *labels.TRANSACTION),
    ),
    Design(
        name="tiny-labels", country="CO", banks=("BBVA Colombia", "Bancolombia", "Banco de Bogotá"),
        themes=(LIGHT, DARK, COLOURED), hues=("#072146", "#3a3a8c", "#0b6e4f"),
        head=("close",), hero=("title",), centred=False, card=True,
        titles=("Detalle", "Detalle de movimiento", "Información del envío"),
        rows=("amount", "state", "at", "holder", "account", "from_account", "to_bank", "kind",
              "reference", "concept", "fee?", "balance?"),
        numbers=("mixed", "long number", "folio"), pairings=(GRID, GRID, BELOW),
        reference=(*labels.TRANSACTION, *labels.REFERENCE), amount=labels.AMOUNT + labels.SENT,
    ),
    Design(
        name="fees-and-balance", country="MX", banks=("Banco Azteca", "BanCoppel", "Citibanamex"),
        themes=(LIGHT, COLOURED, DARK), hues=("#007a3d", "#1c3f94", "#5c2d91"), hero=("title",),
        rows=("holder", "account", "from_account", "amount", "fee", "tax", "debit", "balance", "at",
              "reference", "others?"),
        numbers=("folio", "six", "eight"), pairings=(RIGHT, COLUMN, BELOW),
        reference=(*labels.AUTHORIZATION, "Folio", "Movimiento"), split=0.5,
        others=(("Sucursal", "six"),),
    ),
)  # fmt: skip
BY_NAME = {design.name: design for design in DESIGNS}
