"""Whole receipts of many banks: read as they are, tilted, and by passes that misread them."""

from dataclasses import dataclass
from datetime import date, time

import pytest

from comanda.domain.readings import FieldName, Reading
from comanda.examiner.fields import read_fields
from comanda.examiner.words import Page
from tests.examiner.rows import HINTS, damaged, page

DAY, EVENING, SECONDS = date(2026, 12, 18), time(20, 41), time(20, 41, 7)
_PASSES, _SEEDS = 4, 12


@dataclass(frozen=True)
class Receipt:
    """Rows, and what they say."""

    rows: str
    amount: int
    reference: str | None
    at: time | None = EVENING
    account: str | None = None
    holder: str | None = None
    bank: str | None = None

    def page(self, tilt: float = 0.0) -> Page:
        return page([row.strip() for row in self.rows.strip().split("\n")], tilt=tilt)

    def fields(self) -> tuple[object, ...]:
        return (self.amount, self.reference, DAY, self.at, self.account, self.holder, self.bank)


def fields(reading: Reading) -> tuple[object, ...]:
    return (
        reading.amount,
        reading.reference,
        reading.day,
        reading.time,
        reading.account,
        reading.holder,
        reading.bank,
    )


RECEIPTS = {
    "BBVA": Receipt(
        """BBVA
        Transferencia exitosa
        !$ 1,185.50
        18 de diciembre de 2026, 20:41:07 h
        Cuenta origen  •1234
        Cuenta destino  •4821
        Nombre del beneficiario  FONDA EL LUCHADOR
        Banco destino  BANORTE
        Concepto  cena mesa 4
        Comisión  $ 3.00
        IVA  $ 0.48
        Clave de rastreo  MBAN01002412180087654321
        Folio de operación  8841220193
        Referencia numérica  181226""",
        118550,
        "MBAN01002412180087654321",
        SECONDS,
        "4821",
        "FONDA EL LUCHADOR",
        "BBVA",
    ),
    "Banorte": Receipt(
        """Banorte Móvil
        Comprobante de Operación
        Fecha de operación: 18/Dic/2026
        Hora de operación: 20:41:07 hrs
        Cuenta de retiro: ****1234
        Titular: ANA LOPEZ RUIZ
        Cuenta/CLABE destino:
        072180001234564821
        Nombre del beneficiario:
        FONDA EL LUCHADOR SA DE CV
        Importe a transferir: $185.50 MXN
        Comisión: $0.00
        IVA de la comisión: $0.00
        Clave de rastreo: 8846CAP1202612180987
        Referencia: 1812261""",
        18550,
        "8846CAP1202612180987",
        SECONDS,
        "4821",
        "FONDA EL LUCHADOR SA DE CV",
        "Banorte",
    ),
    "Santander": Receipt(
        """Santander
        ¡Listo! Tu transferencia fue enviada
        Importe
        !$185.50
        Para
        Fonda El Luchador
        BBVA MEXICO *4821
        Desde
        Super Cuenta *1234
        Fecha y hora
        18 dic 2026 - 08:41 p. m.
        Referencia
        7700112
        Clave de rastreo
        2026121840014BET0000412345""",
        18550,
        "2026121840014BET0000412345",
        EVENING,
        "4821",
        "Fonda El Luchador",
        "Santander",
    ),
    "Nu": Receipt(
        """Nu
        Comprobante de transferencia
        18 DIC 2026 - 20:41:07
        Monto  $185.50
        Tipo de transferencia  SPEI
        Destino
        Nombre  Fonda El Luchador
        Institución  BANORTE
        CLABE  072 180 0012 3456 4821
        Origen
        Nombre  Ana López Ruiz
        Institución  NU MEXICO
        Cuenta  ••••1234
        Clave de rastreo  NU39KQ7M2C1B0V8T
        Saldo disponible  $9,120.33""",
        18550,
        "NU39KQ7M2C1B0V8T",
        SECONDS,
        "4821",
        "Fonda El Luchador",
        "Nu",
    ),
    "Mercado Pago, Argentina": Receipt(
        """mercado pago
        Comprobante de transferencia
        Viernes, 18 de diciembre de 2026 a las 20:41 hs
        !$ 18.550,00
        Motivo: Varios
        De
        Ana López
        CUIT/CUIL: 27-12345678-9
        CVU: 0000003100012345671234
        Para
        Fonda El Luchador
        CUIT/CUIL: 30-71234567-9
        CVU: 0000003100087654324821
        Número de operación de Mercado Pago
        98765432101""",
        1855000,
        "98765432101",
        EVENING,
        "4821",
        "Fonda El Luchador",
        "Mercado Pago",
    ),
    "Nequi": Receipt(
        """Envío realizado
        Para
        Fonda El Luchador
        ¿Cuánto?
        !$ 45.000,00
        Número Nequi
        300 123 4821
        Fecha
        18 de diciembre de 2026 a las 08:41 p. m.
        Referencia
        M12345678
        ¿De dónde salió la plata?
        Disponible""",
        4500000,
        "M12345678",
        EVENING,
        "4821",
        "Fonda El Luchador",
    ),
    "Bancolombia": Receipt(
        """Bancolombia
        ¡Transferencia exitosa!
        Comprobante No. 0000098471
        18 Dic 2026 - 08:41 p.m.
        Producto origen
        Cuenta de Ahorro
        *1234
        Producto destino
        Fonda El Luchador
        Ahorros
        *4821
        Valor enviado
        !$ 45.000,00
        Costo de la transferencia
        $ 0""",
        4500000,
        "0000098471",
        EVENING,
        "4821",
        "Fonda El Luchador",
        "Bancolombia",
    ),
    "Daviplata": Receipt(
        """DaviPlata
        Transacción exitosa
        Fecha  18/12/2026
        Hora  08:41 PM
        Pasó plata a  300 123 4821
        Valor  $45.000
        Costo de la transacción  $0
        4x1000  $180
        No. de aprobación  884122""",
        4500000,
        "884122",
        EVENING,
        "4821",
        None,
        "Daviplata",
    ),
    "Yape": Receipt(
        """¡Yapeaste!
        !S/ 35
        Fonda El L*
        18 dic. 2026 | 08:41 p. m.
        CÓDIGO DE SEGURIDAD  1 2 3
        DATOS DE LA TRANSACCIÓN
        Nro. de celular  *** *** 821
        Destino  Yape
        Nro. de operación  08841220""",
        3500,
        "08841220",
        EVENING,
        None,
        "Fonda El L*",
        "Yape",
    ),
    "BCP": Receipt(
        """BCP
        ¡Transferencia exitosa!
        !S/ 1,035.50
        Viernes, 18 diciembre 2026 - 08:41 pm
        Enviado a
        Fonda El Luchador
        BCP **** 4821
        Desde
        Cuenta Digital **** 1234
        Número de operación  05512345
        Comisión  S/ 0.00""",
        103550,
        "05512345",
        EVENING,
        "4821",
        "Fonda El Luchador",
        "BCP",
    ),
    "SINPE Móvil": Receipt(
        """SINPE Móvil
        Transferencia realizada
        Monto  ₡12.500,00
        Comisión  ₡0,00
        Fecha y hora  18/12/2026 20:41:07
        Teléfono destino  8888-4821
        A nombre de  FONDA EL LUCHADOR SRL
        Comprobante  2026121810283010112345678
        Motivo  cena""",
        1250000,
        "2026121810283010112345678",
        SECONDS,
        "4821",
        "FONDA EL LUCHADOR SRL",
    ),
    "Chile": Receipt(
        """BancoEstado
        Transferencia exitosa
        Monto transferido
        !$12.990
        Nombre destinatario  Fonda El Luchador
        RUT destinatario  76.123.456-7
        Banco destino  Banco de Chile
        Cuenta destino  001234564821
        Cuenta origen  CuentaRUT 12345671
        Fecha  18-12-2026
        Hora  20:41
        N° de operación  88412201""",
        1299000,
        "88412201",
        EVENING,
        "4821",
        "Fonda El Luchador",
        "Banco Estado",
    ),
    "Ecuador": Receipt(
        """Banco Pichincha
        ¡Transferencia exitosa!
        !$12,50
        Enviado a  Fonda El Luchador
        Cuenta destino  ******4821
        Desde  Ana López
        Cuenta origen  ******1234
        Fecha  18 dic. 2026, 20:41
        Comprobante  55667788
        Costo de transferencia  $0,36
        IVA  $0,05""",
        1250,
        "55667788",
        EVENING,
        "4821",
        "Fonda El Luchador",
        "Banco Pichincha",
    ),
    "Guatemala": Receipt(
        """Banrural
        Transferencia ACH
        Monto:  Q150.00
        Cuenta a debitar:  xxxxxx1234
        Cuenta a acreditar:  xxxxxx4821
        Nombre del beneficiario:  FONDA EL LUCHADOR
        Fecha y hora:  18/12/2026 08:41:07 PM
        No. de autorización:  99887766
        Comisión:  Q5.00
        Total debitado:  Q155.00""",
        15000,
        "99887766",
        SECONDS,
        "4821",
        "FONDA EL LUCHADOR",
        "Banrural",
    ),
    "Panama": Receipt(
        """Yappy
        Enviaste
        !B/. 12.50
        a Fonda El Luchador
        18 dic 2026 8:41 p.m.
        Confirmación
        #YPAZX-88412201""",
        1250,
        "YPAZX88412201",
        EVENING,
        None,
        "Fonda El Luchador",
        "Yappy",
    ),
    "captions below their values": Receipt(
        """Pago exitoso
        !$185.50
        Monto enviado

        8841220193
        Folio

        18/12/2026 20:41
        Fecha y hora""",
        18550,
        "8841220193",
    ),
    "two columns of captions and values": Receipt(
        """Comprobante de pago
        Monto  Fecha
        $185.50  18/12/2026 20:41

        Folio  Cuenta destino
        8841220193  ••4821""",
        18550,
        "8841220193",
        EVENING,
        "4821",
    ),
    "a sentence": Receipt(
        """Enviaste $ 185.50 a Fonda El Luchador
        Hoy, 20:41
        ID de transacción: 8841-2201-93""",
        18550,
        "8841220193",
        EVENING,
        None,
        "Fonda El Luchador",
    ),
}


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_is_read(name: str) -> None:
    receipt = RECEIPTS[name]
    assert fields(read_fields([receipt.page()], HINTS)) == receipt.fields()


@pytest.mark.parametrize("tilt", [-0.05, -0.02, 0.01, 0.03, 0.05])
@pytest.mark.parametrize("name", RECEIPTS)
def test_a_tilted_receipt_is_read(name: str, tilt: float) -> None:
    receipt = RECEIPTS[name]
    assert fields(read_fields([receipt.page(tilt)], HINTS)) == receipt.fields()


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_that_passes_misread_is_read_or_left_out(name: str) -> None:
    receipt = RECEIPTS[name]
    right = missing = 0
    for seed in range(_SEEDS):
        passes = [damaged(receipt.page(), seed * _PASSES + at, 0.03) for at in range(_PASSES)]
        read = fields(read_fields(passes, HINTS))[:4]
        for value, truth in zip(read, receipt.fields()[:4], strict=True):
            assert value in {truth, None}, (seed, read)
            right += value == truth
            missing += value is None and truth is not None
    assert missing <= right / 8


def test_a_field_tells_where_it_stands() -> None:
    reading = read_fields([RECEIPTS["BBVA"].page()], HINTS)
    assert [field.name for field in reading.fields] == list(FieldName)
    texts = {field.name: field.text for field in reading.fields}
    assert texts[FieldName.AMOUNT] == "$ 1,185.50"
    assert texts[FieldName.REFERENCE] == "MBAN01002412180087654321"
    for field in reading.fields:
        assert field.box is not None
        line = next(line for line in reading.lines if field.text in line.text)
        assert line.box.top <= field.box.top + 0.001
        assert field.box.top + field.box.height <= line.box.top + line.box.height + 0.001


def test_lines_are_those_of_the_best_pass_of_each_page() -> None:
    first = page(["Monto  $1.00", "Hola"])
    bad = page(["M0nt0  $1.0"], confidence=30)
    second = page(["Folio  8841220193"])
    pages = [bad, first, Page(second.width, second.height, second.words, index=1)]
    reading = read_fields(pages, HINTS)
    assert [line.text for line in reading.lines] == ["Monto $1.00", "Hola", "Folio 8841220193"]
    assert [line.box.page for line in reading.lines] == [0, 0, 1]
    assert (reading.amount, reading.reference) == (100, "8841220193")
