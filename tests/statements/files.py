"""Statements as banks write them, all names made up, and what is read of them."""

from datetime import UTC, datetime
from typing import Any

from comanda.domain.deposits import NewDeposit
from comanda.domain.house import House
from comanda.statements.layouts import Layout
from comanda.statements.reading import Choice, Reading, read_statement

HOUSE = House("La Fonda", "$", "America/Mexico_City")
NOW = datetime(2026, 11, 28, 20, 41, tzinfo=UTC)

BBVA = """BBVA México
Cuenta:,0123456789
Periodo:,01/11/2026 al 28/11/2026

Fecha,Concepto,Referencia,Cargo,Abono,Saldo
26/11/2026,SALDO ANTERIOR,,,,"1,000.00"
27/11/2026,"SPEI RECIBIDO
MARCOS PEÑA",8841220193,,"1,185.50","2,185.50"
27/11/2026,RETIRO CAJERO,771,"500.00",,"1,685.50"
28/11/2026,"=HYPERLINK(""http://x"")",8841220194,,185.50,"1,871.00"
Total,,,500.00,"1,371.00",
"""
OFX1 = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><BANKACCTFROM><ACCTID>0123456789
</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101
<STMTTRN>
<TRNTYPE>CREDIT
<DTPOSTED>20261127204100[-6:CST]
<TRNAMT>185.50
<FITID>88412201937
<NAME>MARCOS PEÑA &amp; CIA
<MEMO>SPEI
</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20261127120000<TRNAMT>50.00<FITID>2001</STMTTRN>
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261126<TRNAMT>70.00<FITID>2002
</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
OFX2 = """<?xml version="1.0" encoding="UTF-8"?>
<?OFX OFXHEADER="200" VERSION="211"?>
<OFX><BANKTRANLIST>
  <STMTTRN>
    <TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20261127</DTPOSTED><TRNAMT>+185,50</TRNAMT>
    <REFNUM>88412201937</REFNUM><NAME>Marcos Peña</NAME><MEMO>Cena</MEMO>
  </STMTTRN>
</BANKTRANLIST></OFX>
"""
MT940 = """:20:STARTUMSE
:25:10020030/1234567
:28C:00001/001
:60F:C261126MXN1000,00
:61:2611271127CR185,50NTRFNONREF//88412201937
:86:166?00GUTSCHRIFT?20Cena mesa 12?32MARCOS PENA
:61:2611271127DR50,00NMSC123
:86:Compra
:61:2611281128RD12,00NTRF5550001
:86:Devolucion
:62F:C261128MXN1147,50
-
"""


def read(
    text: str | bytes, choice: Choice | None = None, profiles: dict[str, Layout] | None = None
) -> Reading:
    """What is read of a file; a text is a file in UTF-8."""
    data = text.encode() if isinstance(text, str) else text
    return read_statement(data, choice or Choice(), profiles or {}, HOUSE, NOW)


def deposits(text: str | bytes, **mapping: Any) -> list[NewDeposit]:
    return read(text, Choice(mapping=mapping)).arriving.deposits


def amounts(text: str | bytes, **mapping: Any) -> list[int]:
    return [deposit.amount for deposit in deposits(text, **mapping)]
