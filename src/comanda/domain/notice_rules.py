"""The rules by which notices of money that came in are recognized, and the built-in ones.

All patterns look in folded text: lower case, without accents (`notice_text.fold`).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from comanda.domain.notice_text import MONEY, clean, fold

Span = tuple[int, int]
# A pattern that looks for itself in a folded text, and returns the place of its first group, or of
# its whole match. A pattern of the house's own raises OutOfTime.
Finder = Callable[[str], Span | None]


class OutOfTime(Exception):
    """A pattern of the house's own ran out of its time."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a kind of notice is recognized and read.

    All of `when` must be there, and none of `not_when`. `amount`, `sender`, `reference` and
    `account` are tried in their order, and the first that finds something wins. Without `amount`,
    the amount is the only one in the text that is no balance and no fee. A rule without `when`
    never holds. A rule that `insists` holds although the notice looks like no deposit.
    """

    name: str
    when: tuple[Finder, ...] = ()
    not_when: tuple[Finder, ...] = ()
    amount: tuple[Finder, ...] = ()
    sender: tuple[Finder, ...] = ()
    reference: tuple[Finder, ...] = ()
    account: tuple[Finder, ...] = ()
    insists: bool = False
    is_own: bool = False


# Words at which a name ends, and words that begin no name.
_ENDS = (
    r"en|a(?!\.)|al|por|con|desde|mediante|via|hoy|ayer|clave|cve|ref|referencia|concepto|saldo|te|le|se"
    r"|ha|han|cuenta|cta|nit|cc|dni|ced|cedula|ruc|rut|cuit|cuil|banco|tu|su|para|usando|fecha"
    r"|comprobante|operacion|no|num|nro|numero|mensaje|motivo|descripcion|segun|que|monto|importe"
    r"|por|y (?:tu|su|ya|esta|se)|de (?:tu|su|la cuenta|cuenta|banco)|del banco|el (?=[0-9]|dia\b)"
    r"|ya|transaccion|aut|autorizacion|folio|recibido|recibida|sinpe|spei|cel|celular|tel"
)
_NO_NAMES = (
    r"tu|su|se|te|la|el|los|las|un|una|uno|mi|otro|otra|este|esta|esa|ese|cuenta|cta|ahorros|dinero|pago"
    r"|fondos|rastreo|referencia|operacion|transaccion|seguridad|comprobante|transferencias?|mismo"
    r"|hoy|fecha|parte|tercero|terceros|banco|linea|manera|forma|recibir|forma|envio|abono|deposito"
    r"|monto|importe|valor|pesos|soles|colones|quetzales|dolares|lunes|martes|miercoles|jueves"
    r"|viernes|sabado|domingo|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre"
    r"|noviembre|diciembre|tarjeta|efectivo|qr|codigo|clave|no|mas|acuerdo|confirmacion|aviso"
)
_WORD = r"(?:(?:[a-z]\.)++|[^\W\d_][\w*'\u2019&+-]*+|\*++|&)"
NAME = rf"((?!(?:{_NO_NAMES})\b){_WORD}(?: (?!(?:{_ENDS})(?![\w*])){_WORD}){{0,8}})"
NUMBER = r"((?=[a-z-]*[0-9])[a-z0-9][a-z0-9-]{3,39}(?<!-))(?![\w*])"
ACCOUNT = r"(?:[*x#\u2022\u2026\u00b7. -]*)([0-9]{3,24})(?![0-9])"
_PARTS = {"{monto}": f"({MONEY})", "{nombre}": NAME, "{numero}": NUMBER, "{cuenta}": ACCOUNT}


def pattern_of(entry: str) -> str:
    """Return a rule's entry as a regular expression over folded text.

    Between two slashes it is one already; else it is words, found as whole words whatever their
    case, accents and blanks. In both, `{monto}`, `{nombre}`, `{numero}` and `{cuenta}` stand for an
    amount, a name, an operation's number and the end of an account's number, and tell where it is.
    """
    entry = clean(entry) if not entry.startswith("/") else entry
    if len(entry) > 2 and entry[0] == entry[-1] == "/":  # noqa: PLR2004 - the slashes
        return _with_parts(_without_accents(entry[1:-1]))
    words = r"\s+".join(map(re.escape, fold(entry).split()))
    for part in _PARTS:
        words = words.replace(re.escape(part), part)
    before = r"(?<!\w)" if words[:1].isalnum() else ""
    behind = r"(?!\w)" if words[-1:].isalnum() else ""
    return _with_parts(f"{before}{words}{behind}")


def _with_parts(pattern: str) -> str:
    for part, meaning in _PARTS.items():
        pattern = pattern.replace(part, meaning)
    return pattern


def _without_accents(pattern: str) -> str:
    """Return the pattern for folded text; the case stays, for `\\S` is not `\\s`."""
    return "".join(fold(c) if not c.isascii() else c for c in pattern)


def _find(pattern: "re.Pattern[str]", folded: str) -> Span | None:
    match = pattern.search(folded)
    return match and match.span(1 if pattern.groups else 0)


def finder(pattern: str) -> Finder:
    """Return a built-in pattern, whose time is known to be short."""
    return partial(_find, re.compile(pattern))


def finders(*patterns: str) -> tuple[Finder, ...]:
    return tuple(map(finder, patterns))


_START = r"(?:^|[\n.:!\u00a1,;(] ?)"
_PAST = (
    r"envi(?:o|aron|ado)|transfiri(?:o|eron)|transferido|deposit(?:o|aron|ado)|pag(?:o|aron|ado)"
    r"|yapp?e(?:o|aron|ado)|pline(?:o|aron|ado)|mand(?:o|aron|ado)|consign(?:o|aron|ado)"
    r"|abon(?:o|aron|ado)|acredit(?:o|aron|ado)|ingres(?:o|aron|ado)|pas(?:o|aron|ado)"
    r"|lleg(?:o|aron|ado)|entr(?:o|aron|ado)|gir(?:o|aron|ado)"
)
SENT = (
    rf"\b(?:te|les?) (?:(?:ha|han) )?(?:{_PAST})\b"
    r"|\bte (?:acaba|acaban) de (?:enviar|transferir|depositar|pagar|yapear|plinear|mandar)\b"
    r"|\bte (?:ha hecho|hizo|hicieron|realizo|realizaron) (?:un|una) "
    r"(?:pago|transferencia|deposito|envio|yape|plin|giro|consignacion|abono|sinpe)\b"
)
RECEIVED = (
    r"\b(?:recibiste|recibimos|recibid[oa]s?)\b|\bacaba[sn]? de recibir\b"
    rf"|(?:{_START}|\b(?:usted|ud\.?|se|sinpe|spei|yappy|cliente|cuenta \S{{1,20}}) )"
    r"recibi(?:o|eron)\b"
)
CREDITED = (
    r"\babono\b|\babonad[oa]s?\b|\babonaron\b|\babonamos\b|\bdeposito\b|\bdepositad[oa]s?\b"
    r"|\bdepositaron\b|\bacredit(?:o|ado|ada|aron|amos|acion|amento|amiento)\b|\bconsignacion\b"
    r"|\bconsign(?:o|aron|ado|ada)\b|\bingreso (?:de|por|a|en)\b|\bingresaron\b|\bingresado\b"
    r"|\bcredito (?:por|de|a su|a tu|en|recibido|aplicado)\b|\bnota de credito\b"
    r"|\ba (?:tu|su) favor\b|\btransferencia entrante\b|\bentraron\b|\bte llegaron\b"
    r"|\blleg(?:o|aron) (?:plata|dinero|una transferencia|un pago)\b"
)
_ANY = f"{SENT}|{RECEIVED}|{CREDITED}"

_OF = r"(?:de(?: parte de)?(?: (?:el|la) (?:sr|sra|senora?)\.?)?|desde)"
SENDERS = finders(
    rf"\b(?:ordenante|remitente|emisor|enviad[oa] por|enviante|de parte de|quien envia|pagador"
    rf"|nombre del ordenante|desde|origen|depositante) ?: ?{NAME}",
    rf"\b(?:ordenante|remitente) {NAME}",
    rf"{_START}(?:(?:yape|plin|nequi|yappy|daviplata|bre-b)[ :!]+)?{NAME} (?:te|les?) "
    rf"(?:(?:ha|han) |acaba de |acaban de )?(?:{_PAST}|hizo|ha hecho|realizo|enviar|transferir)\b",
    rf"\b(?:enviad[oa]|transferid[oa]|realizad[oa]|ordenad[oa]|hech[oa]|depositad[oa]) (?:por|de) "
    rf"{NAME}",
    rf"{MONEY}(?: (?:mxn|cop|usd|pesos|soles|colones|quetzales|dolares|balboas|bolivianos|m\.n\.))?"
    rf"[^\n.;]{{0,60}}? {_OF} {NAME}",
    rf"\b(?:recibiste|recibido|recibida|transferencia|pago|deposito|abono|yape|plin|sinpe|dinero)"
    rf"[^\n.;]{{0,40}}? {_OF} {NAME}",
    rf"(?:^|\n|\b(?:recibiste|recibido) ){_OF}(?: ?:)? {NAME}",
    rf"\bdesde {NAME}",
)
_SAID = r"(?: (?:es|fue))?\.? ?[:#=]? ?(?:n(?:o|ro|um)?[.\u00b0\u00ba]* ?[:#]? ?)?"
REFERENCES = finders(
    rf"\b(?:clave|cve\.?|numero|num\.?) ?(?:de )?rastreo{_SAID}{NUMBER}",
    rf"\b(?:comprobante|comp\.){_SAID}{NUMBER}",
    r"\b(?:n(?:o|ro|um|umero)?[.\u00b0\u00ba]* ?(?:de )?|codigo de |id de |id )"
    r"(?:operacion|transaccion|transferencia|confirmacion|autorizacion|referencia|comprobante)"
    rf"{_SAID}{NUMBER}",
    rf"\b(?:referencia|ref|folio|rastreo|operacion|op|transaccion|trx|autorizacion|aut|documento"
    rf"|doc|confirmacion){_SAID}{NUMBER}",
    rf"\b(?:id|codigo|cod){_SAID}((?=[a-z-]*[0-9])[a-z0-9-]{{6,40}})(?![\w*])",
)
_WALLETS = r"daviplata|nequi|yape|plin|yappy|mercado pago|uala|lemon|spin|nu|dale|movii|tpaga"
ACCOUNTS = finders(
    rf"\b(?:a|en|de) (?:tu|su) (?:cuenta|cta\.?)(?: de)?[a-z ]{{0,30}}?"
    rf"(?:terminad[ao] en|terminacion|finalizad[ao] en|que termina en|final|no\.?|num\.?|nro\.?)? ?"
    rf"{ACCOUNT}",
    rf"(?<!desde )\b(?:tu|su) (?:cuenta|cta\.?|tarjeta|debito)[a-z ]{{0,40}}? ?{ACCOUNT}",
    rf"\b(?:a|en) (?:la )?(?:cuenta|cta\.?)[a-z ]{{0,20}} ?{ACCOUNT}",
    rf"\b(?:en|a) (?:tu|su) ({_WALLETS})\b",
)


def _rule(name: str, *when: str, not_when: Sequence[str] = ()) -> Rule:
    return Rule(
        name=name,
        when=finders(*when),
        not_when=finders(*not_when),
        sender=SENDERS,
        reference=REFERENCES,
        account=ACCOUNTS,
    )


# The first that holds names the deposit; the last three are for every other bank.
RULES = (
    _rule("yape", r"\byape", _ANY),
    _rule("yape", r"confirmacion de pago", r"\bte envio un pago\b"),
    _rule("plin", r"\bplin", _ANY),
    _rule("nequi", r"\bnequi\b", _ANY),
    _rule("daviplata", r"\bdaviplata\b", _ANY),
    _rule("bre-b", r"\bbre-?b\b|\bllave\b", _ANY),
    _rule("sinpe", r"\bsinpe\b", _ANY),
    _rule("yappy", r"\byappy\b", _ANY),
    _rule("spei", r"\bspei\b|\b(?:clave|cve\.?) (?:de )?rastreo\b", _ANY),
    _rule("mercado-pago", r"\bmercado ?pago\b", _ANY),
    _rule("te-enviaron", SENT),
    _rule("recibiste", RECEIVED),
    _rule("abono", CREDITED),
)


def with_own(own: Iterable[Rule], built_in: Sequence[Rule] = RULES) -> tuple[Rule, ...]:
    """Return the house's own rules, then those built-in ones that have another name.

    An own rule with nothing but a name never holds: it switches the built-in rule off.
    """
    own_rules = tuple(own)
    names = {rule.name for rule in own_rules}
    return (*own_rules, *(rule for rule in built_in if rule.name not in names))
