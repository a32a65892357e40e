"""What a notice says that is no deposit, and which of its words are not to be believed.

All patterns look in folded text: lower case, without accents (`notice_text.fold`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why a notice brings no deposit."""

    PAYMENT_MADE = "pago_hecho"  # also a charge, a fee, a debit
    PURCHASE = "compra"
    WITHDRAWAL = "retiro"
    REQUEST = "solicitud"  # also a bill that is due
    CODE = "codigo"
    ADVERTISING = "publicidad"
    REFUSED = "rechazada"  # also reversed, pending, programmed
    BALANCE = "saldo"
    NO_AMOUNT = "sin_monto"
    BAD_AMOUNT = "monto_invalido"  # zero, too much, more than one, in another currency
    PRIVATE_NUMBER = "numero_privado"  # a text message from somebody's phone
    NO_RULE = "sin_regla"
    REPEATED = "repetido"  # the notice has come before; whoever stores it finds this out


@dataclass(frozen=True, slots=True)
class Veto:
    """A pattern of what is no deposit, and its code."""

    why: Why
    pattern: "re.Pattern[str]"


def _veto(why: Why, *patterns: str) -> Veto:
    return Veto(why, re.compile("|".join(patterns)))


_START = r"(?:^|[\n.:!\u00a1,;(] ?)"
_MADE = (
    r"pagos?|transferencias?|transf\.?|envios?|plin|yape|giro|deposito|consignacion|spei|sinpe"
    r"|sinpe movil|transaccion|operacion|traspaso|recarga"
)
_SUM = (
    r"(?:[$\u20a1]|s ?/|b ?/|[a-z]{1,3} ?\$|(?:bs|q|l|usd|mxn|cop|crc)\.? ?[0-9]|[0-9]|un |el |la )"
)

VETOES = (
    _veto(
        Why.CODE,
        r"\b(?:cod(?:igo|\.)?|clave|pin|token|otp|contrasena)(?: \w+){0,4}? ?"
        r"(?:es|:|=)+ ?:? ?[0-9]{4,10}\b(?!-)",
        r"\bcod(?:igo|\.) (?:de )?(?:verificacion|acceso|activacion|validacion|un solo uso|otp)\b",
        r"\bclave (?:dinamica|temporal|de acceso|de un solo uso|digital)\b|\botp\b|\btoken\b",
        r"\b[0-9]{4,8} es (?:tu|su) (?:codigo|clave|pin|token)\b",
        r"\b(?:usa|ingresa|utiliza|digita) (?:el|este|la|tu) (?:codigo|clave)\b",
    ),
    _veto(
        Why.REFUSED,
        r"\brechaz\w+|\bno (?:se )?pudo\b|\bno pudimos\b|\bno se ha podido\b|\bno fue posible\b",
        r"\bdevuelt[oa]s?\b|\bdevolucion\w*|\bdevolvi\w+|\brevers[aoi]\w*|\breembols\w+",
        r"\bfallid[oa]s?\b|\bfallo\b|\ben proceso\b|\bprocesandose\b|\bpendientes?\b",
        r"\bprogramad[oa]s?\b|\bcancelad[oa]s?\b|\bdeclinad[oa]s?\b|\bdenegad[oa]s?\b",
        r"\bcheque\b|\bsalvo buen cobro\b|\bsujet[oa] a\b",
        r"\bno exitos[oa]s?\b|\bsin exito\b|\banulad[oa]s?\b|\bretenid[oa]s?\b|\ben revision\b",
        r"\bsera (?:acreditad|abonad|depositad|enviad)[oa]\b|\bpor acreditar\b|\ben camino\b",
        r"\bno (?:fue |ha sido |se )(?:acredit|abon|deposit|recib|realiz|complet|proces)\w*",
        r"\bno (?:has |ha )?(?:recibiste|recibido)\b|\bexpir(?:o|ad[oa])\b|\bvencid[oa]\b"
        r"|\bintento de\b|\bbloquead[oa]\b|\bcontracargo\b",
    ),
    _veto(
        Why.REQUEST,
        r"\bte (?:ha |han |esta |estan )?(?:solicit|pid|pedi|requeri)\w*|\ble (?:ha )?solicit\w+",
        r"\bsolicit(?:ud(?:es)?|aste|o|a)\b(?: \w+)? (?:de|un|una|dinero|pago|que|[$])",
        r"\bsolicitud de (?:pago|cobro|dinero|transferencia|envio)\b|\bquiere que le\b",
        r"\b(?:te|le) (?:envio|mando|ha enviado|hizo) (?:un|una) (?:solicitud|cobro|recordatorio"
        r"|link|enlace|peticion|factura)\b",
        r"\b(?:link|enlace|boton|orden|peticion|pedido) de (?:pago|cobro|dinero)\b",
        r"\bte (?:esta )?cobr(?:o|a|ando)\b|\bcobro (?:de|por) .{0,40}(?:aprueb|acept|pagar)",
        r"\bvence(?:n|ra)?\b|\bvencimiento\b|\bfecha limite\b|\bpago minimo\b"
        r"|\bpaga (?:tu|antes)\b",
        r"\b(?:tu|su) (?:recibo|factura|estado de cuenta|mensualidad|cuota)\b|\brecuerda pagar\b",
        r"\brequerid[oa]\b|\b(?:deposito|pago) (?:de|en) garantia\b",
        r"\bdebes\b|\badeud\w+|\bpara (?:recibir|aceptar|cobrar|reclamar)(?:lo|la)?\b",
    ),
    _veto(
        Why.WITHDRAWAL,
        r"\bretir(?:o|os|aste|e|ado|aron)\b|\bavances?\b|\bdisposicion(?:es)?\b|\bsacaste\b",
        r"\bretiro sin tarjeta\b|\bcajero automatico\b",
    ),
    _veto(
        Why.PURCHASE,
        r"\bcompras?\b|\bcompraste\b|\bconsumos?\b|\bconsumiste\b|\bcomercio ?:"
        r"|\bpago en comercio\b",
        r"\bcon (?:tu|su) tarjeta\b|\btransaccion (?:aprobada|en) ",
        r"\b(?:tu|su) (?:pedido|orden|paquete|viaje)\b",
        r"\bsuscripcion\b|\bcon tarjeta (?:final|terminad|\*)",
    ),
    _veto(
        Why.PAYMENT_MADE,
        r"\b(?:enviaste|pagaste|transferiste|depositaste|yapeaste|plineaste|mandaste|consignaste"
        r"|giraste|abonaste|recargaste|traspasaste|prestaste|invertiste|donaste)\b",
        r"\bhas (?:enviado|pagado|transferido|depositado|yapeado|plineado|realizado|hecho|mandado"
        r"|consignado|recargado)\b",
        rf"{_START}(?:usted |ud\.? )?ha (?:enviado|pagado|transferido|realizado|hecho"
        rf"|depositado)\b",
        r"\b(?:usted|ud\.?) (?:le )?(?:envio|pago|transfirio|realizo|hizo|deposito)\b",
        r"\b(?:realizaste|hiciste|efectuaste|completaste|acabas de (?:hacer|realizar|enviar|pagar"
        r"|transferir|yapear))\b",
        rf"\b(?:{_MADE}) (?:realizad[oa]|enviad[oa]|efectuad[oa]|hech[oa]|saliente)s?"
        rf"(?! (?:por (?!{_SUM})[a-z]|de [a-z]|a (?:tu|su) ))",
        rf"\b(?:{_MADE})(?: \w+)? (?:realizad[oa]|enviad[oa]|efectuad[oa]) por {_SUM}",
        r"\b(?:realizad[oa]|enviad[oa]|efectuad[oa]) (?:con exito )?(?:a|para) (?!tu\b|su\b)",
        rf"\b(?:tu|su) (?:{_MADE})(?: \S+){{0,3}} (?:fue|ha sido|se (?:realizo|envio|hizo|completo)"
        r"|a|para|por|de|esta|quedo)\b",
        r"\b(?:recibi(?:mos|o|do|da)|aplicamos|registramos|procesamos|confirmamos) (?:con exito )?"
        rf"(?:tu|su) (?:{_MADE})\b",
        rf"\bgracias por (?:tu|su) (?:{_MADE})\b",
        r"\brecibi(?:do|da) por (?!sinpe|spei|un|una|la|el|yape|plin|nequi|qr|transf|concepto|medio"
        r"|mxn|cop|crc|usd|[a-z]?[$/])[a-z]",
        r"\b(?:abono|pago|deposito|aplicad[oa]|acreditad[oa]|recibido)(?: \S+){0,5}? (?:a"
        r"|en|de|al) "
        r"(?:(?:tu|su|la) )?(?:tarjeta de credito|tdc|credito|prestamo|hipoteca|capital|deuda"
        r"|servicios?|tag|telepeaje|inversion|fondo)\b",
        r"\bcargos?\b|\bdebit(?:o|ad[oa]s?|amos|aron|ara)\b(?! (?:[*x#]|terminad|final|[0-9]))"
        r"|\bdescont(?:o|ado|amos|aron)\b|\bdomiciliacion\b|\bpago automatico\b"
        r"|\bcuota de manejo\b",
        r"\b(?:comision|impuesto|mantenimiento|membresia) (?:cobrad|debitad|por manejo)\w*",
        r"\bpago (?:de|a) (?:servicio|tarjeta|tdc|luz|agua|telefono|nomina|impuesto|factura)s?\b",
        r"\btarjeta (?:de )?credito\b|\bcuentas? (?:de )?(?:destino|terceros?)\b|\ba terceros?\b",
        r"\ba (?:la )?cuenta de (?!ahorros?|cheques|corriente|nomina|debito|pago|tu|su)[a-z]",
        r"\bdesde tu (?:cuenta|nequi|daviplata|yape|plin|tarjeta|ahorros|app)\b|\brecarga (?:de|por"
        r"|exitosa)\b",
        r"\b(?:envio|envias|transferencia|pago|transferiste) (?:de dinero )?(?:exitos[oa]|listo)"
        r" (?:a|para|por)\b|\bsali(?:o|eron|da) de (?:tu|su)\b|\bpara: ",
        r"\b(?:le|les) (?:enviaste|transferiste|pagaste)\b|\bdestinatario\b"
        r"|\bbeneficiario ?: ?(?!tu)",
    ),
    _veto(
        Why.ADVERTISING,
        r"\bhasta (?:un |el |por )?(?:[$\u20a1]|s/|rd|bs|q ?[0-9]|[0-9]|mxn|cop|usd|[a-z]{1,3}\$)",
        r"\bdscto\b|\bdescuentos?\b|\bgana(?:r|s|te|ste|dor|ndo)?\b|\baprovech\w+|\bprestamos?\b",
        r"\bpre-?aprobad[oa]s?\b|\bcredito (?:aprobado|disponible|personal|de nomina|preap)",
        r"\bpromo(?:cion(?:es)?|s)?\b|\bsorteos?\b|\bparticip(?:a|as|ar|e)\b|\bcashback\b",
        r"\bbonos?\b|\bbonificacion\w*|\bcupon(?:es)?\b|\bofertas?\b|\brebajas?\b|\bgratis\b",
        r"\bpremios?\b|\bregal(?:o|os|a|amos|ate)\b|\binvit(?:a|amos|acion|ar)\b|\brefier\w+"
        r"|\brecomiend\w+|\bsin intereses\b|\bmsi\b|\btasas?\b|\bintereses\b|\brendimiento\w*",
        r"\bmillonari[oa]\b|\bafiliate\b|\bactiva (?:tu|ya)\b|\bdescarga\b|\bcrediya\b"
        r"|\bseguros?\b",
        r"\bya te (?:depositaron|pagaron|transfirieron|yapearon|llego|enviaron)\b[^.\n]{0,80}\?",
        r"\u00bf(?:ya|te (?:depositaron|pagaron|gustaria|imaginas)|necesitas|quieres|sabias|buscas"
        r"|listo|recibiste|esperas|aun|todavia|cuando|como)\b",
        r"\brecib(?:e|es|an|iras|ira) (?:hasta|tu|un|una|el|mas|[$]|s/|dinero|pagos)\b|\bpodrias\b",
        r"\bpuedes (?:recibir|ganar|enviar|pedir|solicitar)\b|\bsolo por hoy\b|\bsi (?:recibes"
        r"|depositas|envias)\b|\bpor cada\b|\bahorr(?:a|as|ando)\b|\bultimo dia\b",
    ),
)

# What the payer wrote goes on to the next label that the bank writes, to the line's end, or to the
# closing quotation mark. So no payer can write "te envió $500" into a notice about less.
_LABELS = (
    r"saldo|nuevo saldo|clave de rastreo|rastreo|ref|referencia|fecha|comprobante|folio|desde"
    r"|ordenante|monto|importe|(?:n(?:o|ro|um)?\.? ?(?:de )?)?operacion|numero de"
)
PAYERS_WORDS = re.compile(
    r"\b(?:(?:concepto|mensaje|motivo|descripcion|glosa|nota|comentario|asunto|dice|escribio)s?"
    r" ?[:=]|(?<!por )concepto(?! de\b) )"
    rf"(?P<label>[^\n]*?)(?=\n|\Z|[ .,;|](?:{_LABELS})\b)"
    rf"|\bpor concepto de (?P<of>[^\n.,;]*?)(?=[\n.,;]|\Z| por {_SUM})"
    r"|[\"\u201c\u201d](?P<quoted>[^\n\"\u201c\u201d]*)(?:[\"\u201c\u201d]|\Z)"
)

# An amount behind these words, or before those, is no deposit of its own.
BALANCE_BEFORE = re.compile(
    r"\b(?:saldos?|disponibles?|movimientos|balance|cupo|limite|comision(?:es)?|costo"
    r"|tarifa|iva|igv"
    r"|impuestos?|gmf|4x1000|4 ?x ?mil|itf|itbms|acumulad[oa]s?|bolsillo|colchon|ahorrad[oa]|llevas"
    r"|ventas|total del dia|minimo|maximo|tope|meta|retencion|recargo|propina|subtotal|tienes"
    r"|cuentas con|quedan?|anterior|cargo)\b"
)
BALANCE_BEHIND = re.compile(
    r" ?(?:de |en |es (?:tu|su) |como )?(?:(?:tu |su )?nuevo )?(?:saldo|disponibles?|de comision)\b"
)
MONEY_WORDS = re.compile(
    r"\b(?:recibi\w+|envi\w+|transfiri\w+|transferencia|pago|deposit\w+|abon\w+"
    r"|acredit\w+|consign\w+"
    r"|ingres\w+|credito|monto|importe|valor|por|lleg\w+|yape\w+|plin\w*|suma de|cantidad)\b"
)
# Without a currency beside it, a number is an amount only directly behind these words.
BARE_BEFORE = re.compile(
    r"\b(?:recibiste|recibido|recibio|recibida|por|por valor de|por la suma de"
    r"|por un monto de|monto"
    r"|importe|valor|cantidad|suma de|te (?:envio|transfirio|deposito|pago|consigno|yapeo))"
    r"(?: (?:de|es))? ?:? ?\Z"
)
# A sender that anybody can be: a person's number, which a chat's name or a count may precede, an
# address of e-mail, or a chat.
ANYBODY = re.compile(
    r"\A\+?(?:[(). -]{0,2}[0-9]){7,15}(?!\S)|\+(?:[(). -]{0,2}[0-9]){7}"
    r"|(?<!\S)[0-9](?:[(). -]{0,2}[0-9]){9,14}(?!\S)|\S@\S"
    r"|\b(?:whatsapp|telegram|messenger|instagram|signal)\b"
)
