"""The words that receipts write beside their values, in Spanish, English and Portuguese.

A phrase is found though some of its letters were misread (`text.allowed_errors`); where several
phrases fit, the longest wins. So a phrase that means something else than its beginning is listed
for itself: `monto` is the amount, `monto de la comision` is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from comanda.examiner.text import allowed_errors, pieces, prefix_errors, skeleton


class Kind(Enum):
    """What a label says of its value."""

    AMOUNT = auto()
    OTHER_AMOUNT = auto()  # a fee, a balance, a limit
    REFERENCE = auto()
    OTHER_NUMBER = auto()
    DATE = auto()
    OTHER_DATE = auto()
    TIME = auto()
    PARTY = auto()  # who pays or gets paid: name, account and bank follow
    ACCOUNT = auto()
    HOLDER = auto()
    BANK = auto()
    NOTE = auto()  # words of the payer's own
    TITLE = auto()  # has no value


class Side(Enum):
    """Whose account or name a label is about."""

    RECIPIENT = auto()
    SENDER = auto()


@dataclass(frozen=True, slots=True)
class Label:
    """A phrase, and what it means; of two labels of a kind, the one with the higher `rank` wins.

    `bare` is the phrase's skeleton.
    """

    bare: str
    kind: Kind
    rank: int = 10
    side: Side | None = None
    words: int = 1


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """A label at the beginning of a text, of whose skeleton it takes `length` letters."""

    label: Label
    length: int
    errors: int


_TO, _FROM = Side.RECIPIENT, Side.SENDER
_TABLE: tuple[tuple[Kind, int, Side | None, str], ...] = (
    (Kind.AMOUNT, 60, None, """
        monto|importe|monto enviado|monto transferido|monto pagado|monto de la transferencia
        monto de transferencia|monto del pago|monto de pago|monto de la operacion
        monto operacion|monto a transferir|monto transferencia|monto acreditado|monto recibido
        monto depositado|monto debitado|monto de la transaccion|monto transaccion
        monto del envio|monto neto|monto en soles|monto en pesos|monto en colones
        monto en quetzales|monto en dolares|monto usd|monto en balboas|monto mxn|monto crc
        importe transferido|importe enviado|importe de la transferencia|importe de la operacion
        importe del pago|importe de transferencia|importe a transferir|importe operacion
        importe pagado|importe neto|importe debitado|cantidad|cantidad enviada
        cantidad transferida|cantidad a transferir|cantidad pagada|amount|amount sent
        amount paid|transfer amount|you sent|you paid|quantia"""),
    (Kind.AMOUNT, 58, _TO, """
        enviaste|transferiste|yapeaste|plineaste|pagaste|le enviaste|le transferiste|le pagaste
        has enviado|has transferido|has pagado|ya enviaste|ya pagaste|listo enviaste|tu enviaste
        hiciste un pago de|hiciste una transferencia de|hiciste un envio de
        realizaste una transferencia de|realizaste un pago de|realizaste un pago por|se enviaron
        se envio|depositaste|enviaste la cantidad de|enviaste dinero|transferencia enviada por
        voce enviou|plin enviado"""),
    (Kind.AMOUNT, 58, None, """
        recibio|recibiste|te yapearon|transferencia de|transferencia por|pago de|pago por
        envio de|dinero enviado|se transfirieron"""),
    (Kind.AMOUNT, 56, None, """
        valor|valor enviado|valor transferido|valor pagado|valor de la transferencia
        valor transferencia|valor de la transaccion|valor transaccion|valor del pago|valor pago
        valor a transferir|valor operacion|valor del envio|valor de la operacion|valor neto
        cuanto|cuanto enviaste|plata enviada|dinero|importe en moneda local|monto local"""),
    (Kind.AMOUNT, 30, None, """
        total|monto total|importe total|valor total|total pagado|total transferido|total enviado
        total a pagar|total transferencia|total operacion|total de la operacion"""),
    (Kind.AMOUNT, 20, None, """
        total cargado|total debitado|total cobrado|monto total debitado|monto total cargado
        cargo|importe cargado|total cargado a tu cuenta|total a debitar|total a cargar
        valor debitado|total con comision|total mas comision|total descontado|monto cargado
        total retirado|importe total cargado|cargo a tu cuenta|total con cargos
        valor total debitado"""),
    (Kind.OTHER_AMOUNT, 10, None, """
        comision|comisiones|costo|costo de la transferencia|costo de transferencia
        costo del envio|costo de envio|costo del servicio|costo de la transaccion
        costo transaccion|costo operacion|costo de la operacion|tarifa|tarifas|cargos
        cargo por servicio|cargo por transferencia|cargo por comision|cargo del servicio|iva
        iva comision|iva de la comision|impuesto|impuestos|gmf|4x1000|gravamen|igv|itbms|itf|isd
        iva incluido|monto de la comision|monto comision|comision por transferencia
        comision por servicio|comision iva|comision + iva|comision spei|importe comision
        importe de la comision|valor comision|valor de la comision|valor iva|valor del impuesto
        total comision|total comisiones|total impuestos|fee|transfer fee|tax|propina|propinas
        propina sugerida|servicio|retencion|retenciones|descuento|descuentos|ahorro
        tipo de cambio|costo total de comision|monto iva|importe iva|comision cobrada
        comision total|cashback|recargo|intereses|subtotal|sub total|cuota|portes|valor tarifa
        valor costo|costo total|costo por transferencia|monto del impuesto|monto impuesto|taxa
        tarifa bancaria"""),
    (Kind.OTHER_AMOUNT, 10, None, """
        saldo|saldo disponible|saldo actual|saldo final|saldo anterior|saldo restante
        nuevo saldo|tu saldo|tu nuevo saldo|disponible|dinero disponible|balance|saldo en cuenta
        saldo total|saldo contable|saldo nequi|tu dinero
        saldo despues de la operacion|valor disponible|monto disponible|cupo|cupo disponible
        limite|limite diario|limite de envio|limite disponible|monto maximo|monto limite
        monto minimo|tope|tope diario|credito disponible|te puedes gastar|puedes enviar hasta
        hasta|monto diario|acumulado|acumulado del dia|disponible en tu cuenta
        saldo despues del pago|total disponible|ganaste|ahorraste"""),
    (Kind.REFERENCE, 99, None, """
        clave de rastreo|clave rastreo|cve rastreo|cve de rastreo|numero de rastreo|rastreo
        clave de rastreo spei|clave de seguimiento|tracking key|codigo de rastreo"""),
    (Kind.REFERENCE, 92, None, """
        numero de operacion|nro de operacion|no de operacion|n de operacion|num de operacion
        nro operacion|no operacion|n operacion|num operacion|numero operacion
        codigo de operacion|cod operacion|cod de operacion|operacion|id de operacion
        id operacion|id de la operacion|operacion n|operacion nro|numero de la operacion
        operation number|operacion no|codigo operacion|folio de operacion|folio operacion
        folio de la operacion|op"""),
    (Kind.REFERENCE, 90, None, """
        numero de transaccion|nro de transaccion|no de transaccion|n de transaccion
        num de transaccion|numero transaccion|nro transaccion|no transaccion|id de transaccion
        id transaccion|id de la transaccion|codigo de transaccion|codigo transaccion
        transaction id|transaccion|numero de la transaccion|transaction number|id da transacao
        id de transferencia|id transferencia|id de la transferencia|numero de transferencia
        nro de transferencia|codigo de transferencia|coelsa id|id coelsa
        codigo de identificacion|identificador de la transferencia|id de pago|id del pago
        id pago|id|cus|codigo unico|numero de la transferencia|no de transferencia|trace
        numero de movimiento|nro de movimiento|identificador|identificador unico|transaction
        folio transaccion|folio de transaccion"""),
    (Kind.REFERENCE, 88, None, """
        autorizacion|codigo de autorizacion|numero de autorizacion|nro de autorizacion
        no de autorizacion|num de autorizacion|n de autorizacion|numero autorizacion
        no autorizacion|nro autorizacion|codigo autorizacion|cod autorizacion
        clave de autorizacion|autorizacion no|folio de autorizacion|folio autorizacion
        numero de aprobacion|aprobacion|codigo de aprobacion|no aprobacion|authorization
        authorization code|aut|cod de autorizacion|num autorizacion|no de aprobacion
        authorization number|codigo de autenticacion"""),
    (Kind.REFERENCE, 80, None, """
        folio|folio de internet|folio internet|numero de folio|no de folio|folio unico|folio no
        folio de pago|folio de transferencia|folio del movimiento|folio de confirmacion
        folio interno|folio fiscal spei|folio de seguimiento|folio movil|folio bancario
        folio digital"""),
    (Kind.REFERENCE, 70, None, """
        comprobante|comprobante no|comprobante n|comprobante nro|numero de comprobante
        nro de comprobante|no de comprobante|n de comprobante|num de comprobante
        numero comprobante|nro comprobante|no comprobante|id del comprobante|codigo comprobante
        documento|numero de documento|no documento|no de documento|nro documento
        nro de documento|n documento|numero documento|boleta|no boleta|numero de boleta
        no de boleta|recibo|numero de recibo|no de recibo|receipt|receipt number
        numero de control|nro de control|nro de control de transferencia|codigo de comprobante
        numero de confirmacion|no confirmacion|codigo de confirmacion|no de confirmacion
        confirmacion|confirmation|n confirmacion"""),
    (Kind.REFERENCE, 60, None, """
        referencia|numero de referencia|nro de referencia|no de referencia|n de referencia
        num de referencia|num referencia|no referencia|nro referencia|numero referencia|ref
        referencia no|codigo de referencia|referencia de pago|referencia del pago|reference
        reference number|referencia bancaria|referencia sinpe|referencia interna|referencia n
        referencia de la transferencia|referencia de transferencia|referencia unica
        referencia ach|referencia de operacion|referencia de la operacion|cod referencia
        referencia de transaccion"""),
    (Kind.REFERENCE, 50, None, "referencia numerica|ref numerica"),
    (Kind.REFERENCE, 40, None, "codigo|numero|nro|code|cod|secuencial|secuencia|n|no|num"),
    (Kind.OTHER_NUMBER, 10, None, """
        rfc|curp|nit|ruc|rut|dni|cedula|cedula juridica|cuit|cuil|cuit cuil|rnc|identificacion
        rfc beneficiario|rfc del beneficiario|rfc curp|codigo de seguridad|cod de seguridad
        token|cvv|telefono|tel|atencion a clientes|linea de atencion|whatsapp|sucursal|caja
        terminal|cajero|codigo postal|cp|version|serie|numero de serie|certificado|sello digital
        cadena|cadena original|sello|numero de cliente|no de cliente
        numero de serie del certificado|folio fiscal|codigo qr|dispositivo|ip|llave de seguridad
        numero de aprobacion anterior|documento de identidad|tipo de documento
        numero de identificacion|id cliente|llama al|codigo de verificacion|atencion al cliente
        cliente|usuario|clave dinamica|servicio al cliente|rut destinatario|rut destino
        cuit destinatario|cuit destino|dni destinatario|clave bancaria|referencia 1|codigo swift
        swift|aba|cuit originante|cuit del destinatario|numero de tarjeta|codigo de comercio
        codigo del comercio|convenio|numero de convenio"""),
    (Kind.DATE, 30, None, """
        fecha de operacion|fecha de la operacion|fecha operacion|fecha y hora de operacion
        fecha y hora de la operacion|fecha de pago|fecha del pago|fecha pago
        fecha de transferencia|fecha de la transferencia|fecha transferencia
        fecha de transaccion|fecha transaccion|fecha de la transaccion|fecha y hora|fecha hora
        fecha de envio|fecha del envio|fecha y hora de la transaccion
        fecha y hora de transaccion|fecha y hora del pago|fecha y hora de pago
        fecha de movimiento|fecha del movimiento|fecha y hora de envio
        fecha y hora de la transferencia|date and time|date time|fecha de realizacion
        data e hora|realizada el|realizado el|enviado el|enviada el|transferido el|efectuada el
        pagado el"""),
    (Kind.DATE, 26, None, "fecha|date|data|dia|cuando|fecha movimiento"),
    (Kind.DATE, 14, None, """
        fecha de aplicacion|fecha aplicacion|fecha de liquidacion|fecha valor|fecha de emision
        fecha de proceso|fecha contable|fecha de registro|fecha de ejecucion|fecha efectiva
        fecha de acreditacion|fecha de abono|fecha de creacion|fecha de alta|fecha de captura"""),
    (Kind.OTHER_DATE, 10, None, """
        fecha de vencimiento|vencimiento|vence|vence el|vigencia|fecha de vigencia|valido hasta
        valida hasta|fecha de nacimiento|nacimiento|proximo|proximo pago|fecha limite
        vigente hasta|fecha limite de pago|fecha de corte|proxima fecha|fecha de expiracion
        expira|expira el|fecha de impresion|impreso el|fecha de consulta|consultado el
        fecha de descarga|generado el|fecha de generacion|cliente desde|miembro desde
        valid until|due date|expires|disponible hasta|fecha de apertura|ultima actualizacion
        ultimo acceso|actualizado|ultima conexion|desde el"""),
    (Kind.TIME, 10, None, """
        hora|hora de operacion|hora de la operacion|hora de pago|hora de transferencia|time
        hora de envio|hora operacion|hora de la transaccion|hora de transaccion|horario
        hora transaccion|hora del pago|hora transferencia|hora de la transferencia"""),
    (Kind.PARTY, 10, _TO, """
        destino|para|a|hacia|destinatario|beneficiario|beneficiaria|recibe|enviado a|enviada a
        transferido a|pagado a|pago a|datos del beneficiario|datos del destinatario
        datos de destino|enviaste a|transferiste a|yapeaste a|le enviaste a|pagaste a
        quien recibe|destinataria|quien recibe el dinero|persona que recibe|receptor
        datos del receptor|envio a|plineaste a|transferencia a|transferencia para|envio para
        a quien|to|sent to|recipient|favorecido|a favor de|a la cuenta de|para la cuenta de
        acreditado a|abonado a|comercio|datos de la cuenta destino|informacion del destinatario
        informacion del beneficiario|acreedor|enviado para|depositado a|llave destino
        destino de la transferencia|tercero|a donde|cuenta que recibe|donde llego la plata
        donde llega|establecimiento|le enviaste dinero a|tu contacto|quien recibio|contraparte
        enviaste dinero a|pague a|pagado en|pagaste en|has enviado a
        paso plata a|pasaste plata a|le pasaste plata a|has transferido a
        se envio a|para quien|comercio afiliado"""),
    (Kind.PARTY, 10, _FROM, """
        origen|de|desde|ordenante|remitente|pagador|quien envia|datos del ordenante|envia
        enviado por|datos del remitente|datos de origen|enviada por|realizado por|emisor
        pagado con|from|sender|quien envia el dinero|de donde salio la plata|de donde sale
        titular ordenante|originante|retirado de|retiro de|debitado de|cargado a|pagaste con
        pagado desde|enviado desde|origen de|datos de la cuenta origen|informacion del ordenante
        donante|deudor|forma de pago|medio de pago|metodo de pago|tu cuenta|desde tu cuenta
        desde la cuenta|de la cuenta|producto origen|de donde salio|mi cuenta|desde mi cuenta
        de parte de|salio de|de tu cuenta|informacion del remitente|cliente ordenante
        cuenta que envia|con cargo a|desde donde"""),
    (Kind.ACCOUNT, 10, _TO, """
        cuenta destino|cuenta de destino|cuenta beneficiaria|cuenta beneficiario|cuenta abono
        cuenta del beneficiario|cuenta destinatario|cuenta del destinatario|cuenta de abono
        cuenta receptora|cuenta a abonar|cuenta acreditada|cuenta credito
        numero de cuenta destino|no de cuenta destino|celular destino|celular de destino
        telefono destino|clabe destino|clabe beneficiario|clabe del beneficiario
        clabe interbancaria destino|numero destino|celular beneficiario
        numero de celular destino|celular del destinatario|tarjeta destino|telefono de destino
        telefono del destinatario|telefono destinatario|numero de destino|cuenta clabe destino
        cvu destino|cbu destino|cbu destinatario|cvu destinatario|alias destino|producto destino
        numero nequi|nequi destino|numero de nequi|numero daviplata|iban destino
        daviplata destino|numero de daviplata|cuenta cliente destino|cuenta iban destino
        cci destino|cuenta a acreditar|cuenta de credito|alias del destinatario
        telefono beneficiario|celular que recibe|cbu cvu destino|clabe o tarjeta destino
        telefono sinpe|numero de telefono destino|cuenta bancaria destino|cbu del destinatario
        cvu del destinatario|numero que recibe"""),
    (Kind.ACCOUNT, 8, _TO, """
        clabe|clabe interbancaria|cuenta clabe|cvu|cbu|cbu cvu|cvu cbu|alias|cci|alias cbu
        alias cvu|numero yape|llave|cuenta interbancaria"""),
    (Kind.ACCOUNT, 10, _FROM, """
        cuenta origen|cuenta de origen|cuenta ordenante|cuenta del ordenante|cuenta de retiro
        cuenta retiro|cuenta de cargo|cuenta cargo|cuenta debito|cuenta debitada
        cuenta a debitar|cuenta emisora|numero de cuenta origen|cuenta remitente|celular origen
        telefono origen|cuenta de debito|tarjeta origen|clabe origen|clabe ordenante|cvu origen
        cbu origen|producto de origen|cuenta del remitente|cuenta iban origen
        cuenta cliente origen|iban origen|cci origen|alias origen|numero origen|cuenta pagadora
        cuenta de pago|tarjeta de debito|tarjeta de credito|cuenta a cargar|cuenta cargada
        celular del ordenante|telefono remitente"""),
    (Kind.ACCOUNT, 6, None, """
        cuenta|numero de cuenta|no de cuenta|nro de cuenta|n de cuenta|num de cuenta|no cuenta
        nro cuenta|celular|numero de celular|numero celular|tarjeta|iban|cuenta iban
        cuenta cliente|cuenta de ahorros|cuenta de ahorro|cuenta corriente|cuenta ahorros
        cuenta vista|ahorros|account|producto|numero de telefono|numero de tarjeta de debito
        cuenta rut|movil|cta|numero de producto|num cuenta|numero de cuenta clabe
        cuenta bancaria"""),
    (Kind.HOLDER, 10, _TO, """
        nombre del beneficiario|nombre beneficiario|nombre del destinatario|nombre destinatario
        titular de la cuenta destino|titular destino|titular beneficiario|nombre destino
        nombre del receptor|nombre de quien recibe|razon social destino|titular cuenta destino
        nombre del titular destino|nombre de destino|titular de destino|nombre del comercio
        beneficiario nombre|nombre de la cuenta destino|titular cuenta beneficiaria"""),
    (Kind.HOLDER, 8, _TO, "a nombre de|titular|titular de la cuenta|nombre del titular"),
    (Kind.HOLDER, 10, _FROM, """
        nombre del ordenante|nombre ordenante|nombre del remitente|nombre de quien envia
        titular origen|nombre origen|nombre remitente|titular cuenta origen|nombre del pagador
        titular de la cuenta origen|titular de origen|nombre del originante|nombre originante
        ordenante nombre|nombre de origen|nombre cliente|nombre del cliente"""),
    (Kind.HOLDER, 6, None, "nombre|razon social|nombre completo|name|nombre y apellido"),
    (Kind.BANK, 10, _TO, """
        banco destino|banco de destino|banco receptor|banco beneficiario|institucion receptora
        banco del beneficiario|institucion beneficiaria|entidad destino|entidad receptora
        banco destinatario|banco del destinatario|billetera destino|institucion destino
        entidad de destino|entidad financiera destino|banco que recibe"""),
    (Kind.BANK, 10, _FROM, """
        banco emisor|banco origen|banco de origen|banco ordenante|institucion emisora
        entidad origen|institucion ordenante|entidad emisora|banco del ordenante|banco remitente
        institucion origen|billetera origen|entidad de origen|banco que envia"""),
    (Kind.BANK, 6, None, """
        banco|institucion|entidad|entidad financiera|institucion financiera|bank"""),
    (Kind.NOTE, 10, None, """
        concepto|concepto de pago|concepto del pago|motivo|mensaje|descripcion|nota|detalle
        glosa|motivo de la transferencia|motivo de pago|observaciones|observacion|comentario
        asunto|leyenda|concept|note|description|descripcion del pago|razon|mensaje opcional
        detalles|concepto de la transferencia|conversacion|como se la enviaste|para que
        referencia de concepto"""),
    (Kind.TITLE, 10, None, """
        comprobante de transferencia|comprobante de pago|comprobante electronico de pago
        comprobante de operacion|comprobante digital|comprobante electronico
        comprobante de la transferencia|transferencia exitosa|transferencia enviada
        transferencia realizada|pago exitoso|envio exitoso|operacion exitosa|operacion realizada
        transaccion exitosa|pago realizado|listo|exito|exitoso|detalle de la operacion
        detalles de la operacion|detalle de la transferencia|estado|estatus
        detalle de la transaccion|detalle del movimiento|detalles del movimiento
        datos de la operacion|datos de la transaccion|datos de la transferencia
        tipo de operacion|tipo de transferencia|tipo de cuenta|tipo|moneda|canal|compartir
        descargar|copiar|guardar|aceptar|volver|finalizar|codigo de barras
        transferencia interbancaria|transferencia|movimiento|status|resultado
        transferencia a terceros|transferencia spei|transferencia electronica
        transferencia inmediata|pago con qr|numero de cuotas|envio realizado
        dinero enviado con exito|transferencia completada|comprobante sinpe movil|pago movil
        pago aprobado|constancia|constancia de transferencia|informacion de la transaccion
        informacion de la operacion|operaciones|operacion completada
        transferencia a otros bancos|transferencia entre cuentas|pago enviado|envio de dinero
        operacion aprobada|transaccion aprobada|transaccion realizada|transferencia en proceso
        transferencia recibida|tipo de transaccion|transferencia programada|envio completado
        operacion finalizada|transferencia bancaria|transferencia ach|transferencias
        pago de servicio|transferencia de dinero|transferencia de fondos|pago de servicios
        pago de tarjeta|plazo|hora de corte|comprobante del pago|comprobante de envio
        recibo de pago|recibo de transferencia|pago qr|transferencia sinpe movil|sinpe movil
        moneda de la operacion|pago de la cuenta|envio de dinero exitoso"""),
)  # fmt: skip


_NOT_THE_AMOUNT = """
    comision comisiones costo iva saldo disponible propina limite impuesto impuestos cargos
    gmf anterior maximo minimo tarifa descuento ganaste ahorra premio cashback
"""
_OTHER_WORDS = frozenset(map(skeleton, _NOT_THE_AMOUNT.split()))


def _labels() -> tuple[Label, ...]:
    labels: dict[str, Label] = {}
    for kind, rank, side, phrases in _TABLE:
        for phrase in phrases.replace("\n", "|").split("|"):
            bare = skeleton(phrase)
            if bare:
                labels.setdefault(bare, Label(bare, kind, rank, side, len(phrase.split())))
    return tuple(sorted(labels.values(), key=lambda label: -len(label.bare)))


LABELS = _labels()
LONGEST_LABEL = len(LABELS[0].bare)
LOOKED_AT = LONGEST_LABEL + allowed_errors(LONGEST_LABEL)
_PIECES = tuple((label, pieces(label.bare)) for label in LABELS)


def label_at_start(text: str, ends: Mapping[int, int]) -> LabelMatch | None:
    """Return the label that a skeleton begins with, if it stops at one of `ends`.

    `ends` are the places where words end, with the number of words up to there. Words that were
    joined or split and misread as well are counted as one error more.
    """
    best, best_score = None, 0.0
    for label, errors, length in _likely(text[:LOOKED_AT]):
        fitting = [
            (count, abs(at - length), at)
            for at, errors_there in enumerate(errors)
            if at in ends
            and (count := errors_there + (errors_there > 0 and ends[at] != label.words))
            <= allowed_errors(length)
        ]
        if fitting:
            count, _, at = min(fitting)
            score = length - 2.1 * count
            if score > best_score:
                best, best_score = LabelMatch(label, at, count), score
    return best


@lru_cache(8192)
def _likely(text: str) -> tuple[tuple[Label, tuple[int, ...], int], ...]:
    """Return the labels that the text may begin with, with the errors of each end."""
    likely = []
    for label, parts in _PIECES:
        if any(text.find(part, start, end) >= 0 for part, start, end in parts):
            length = len(label.bare)
            most = allowed_errors(length)
            window = text[: length + most]
            errors = tuple(prefix_errors(label.bare, window))
            if min(errors) <= most:
                likely.append((label, errors, length))
    return tuple(likely)


def is_other_amount(word: str) -> bool:
    """Whether a word within a label says that the amount is a fee, a balance or a limit."""
    return skeleton(word) in _OTHER_WORDS
