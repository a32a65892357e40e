"""What a QR code's text says of a payment: an address, a payment string (EMVCo) or JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from comanda.domain.readings import FieldName, ReadField, Reading
from comanda.examiner.accounts import alias_in, name_in
from comanda.examiner.amounts import find_money
from comanda.examiner.banks import BANKS
from comanda.examiner.dates import find_moments, number_day
from comanda.examiner.numbers import compile_pattern, fit_to, number_in
from comanda.examiner.text import clean, skeleton
from comanda.examiner.words import Hints

_LONGEST = 4_096
_MOST_KEYS = 60
_EMV = re.compile("0002[0-9]{2}")
_KEYS = {
    FieldName.AMOUNT: "monto|amount|importe|valor|total|monto total|amt|value|cantidad",
    FieldName.REFERENCE: """reference|referencia|ref|operacion|numero operacion|folio|rastreo|id
        clave rastreo|clave de rastreo|transaccion|id transaccion|transaction id|comprobante
        autorizacion|operation id|transaction|numero de operacion|id operacion|claverastreo|cr""",
    FieldName.AT: "fecha|date|fecha operacion|datetime|fecha hora|fecha y hora|timestamp",
    FieldName.ACCOUNT: """cuenta destino|clabe|cuenta beneficiario|cbu|cvu|alias|destination account
        cuenta beneficiaria|clabe destino|account|celular destino""",
    FieldName.HOLDER: "beneficiario|nombre beneficiario|merchant name|beneficiary|comercio|titular",
    FieldName.BANK: "banco emisor|banco|bank|institucion emisora|emisor",
}
_NAMES = {
    skeleton(key): name
    for name, keys in _KEYS.items()
    for key in keys.replace("\n", "|").split("|")
    if skeleton(key)
}


def read_code(content: str, hints: Hints) -> Reading:
    """Return the fields that a code's text names, without places; nothing for any other text."""
    text = content[:_LONGEST].strip()
    values: dict[FieldName, str] = {}
    for key, value in _pairs(text):
        name = _NAMES.get(skeleton(key))
        if name is not None and value:
            values.setdefault(name, clean(value))
    return _reading(values, hints)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    if _EMV.match(text):
        yield from _emv_pairs(text)
    elif text.startswith(("{", "[")):
        yield from _json_pairs(text)
    elif re.match(r"[a-z][a-z0-9+.\-]{1,20}:", text, re.IGNORECASE):
        yield from _address_pairs(text)


def _address_pairs(text: str) -> Iterator[tuple[str, str]]:
    try:
        query = urlsplit(text).query
        yield from parse_qsl(query, max_num_fields=_MOST_KEYS)
    except ValueError:
        return


def _json_pairs(text: str) -> Iterator[tuple[str, str]]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(content, Mapping):
        for key, value in list(content.items())[:_MOST_KEYS]:
            if isinstance(value, Mapping):
                yield from ((k, str(v)) for k, v in value.items() if _is_plain(v))
            elif _is_plain(value):
                yield key, str(value)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _emv_pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield amount, name and reference of a payment string: tag, length, value, and so on."""
    fields = dict(_tags(text))
    yield "amount", fields.get("54", "")
    yield "merchant name", fields.get("59", "")
    further = dict(_tags(fields.get("62", "")))
    yield "reference", further.get("05", "") or further.get("01", "")


def _tags(text: str) -> Iterator[tuple[str, str]]:
    """Yield tags with their values, up to the first that is cut off or wrong."""
    at = 0
    while at + 4 <= len(text) and text[at : at + 4].isascii() and text[at : at + 4].isdigit():
        length = int(text[at + 2 : at + 4])
        value = text[at + 4 : at + 4 + length]
        if len(value) < length:
            return
        yield text[at : at + 2], value
        at += 4 + length


def _reading(values: Mapping[FieldName, str], hints: Hints) -> Reading:
    get = values.get
    written = get(FieldName.AMOUNT, "")  # a program writes 185.5, too
    money = find_money(f"{written}0" if re.fullmatch(r"[0-9]+[.,][0-9]", written) else written)
    words = get(FieldName.REFERENCE, "").split()
    bare = re.sub(r"[\W_]", "", "".join(words))
    pattern = compile_pattern(hints.reference_pattern)
    reference = fit_to(pattern, bare) or number_in(words, hints.today)
    moments = find_moments(get(FieldName.AT, ""), hints.today)
    account = _account(get(FieldName.ACCOUNT, ""))
    holder = name_in(get(FieldName.HOLDER, "").split())
    bank = BANKS.get(skeleton(get(FieldName.BANK, "")))
    amount = money[0].units if len(money) == 1 else None
    moment = moments[0] if len(moments) == 1 else None
    read = (amount, reference, moment, account, holder, bank)
    return Reading(
        amount=amount,
        reference=reference,
        day=moment.day if moment else None,
        time=moment.time if moment else None,
        number_day=number_day(reference, hints.today) if reference else None,
        account=account,
        holder=holder,
        bank=bank,
        fields=tuple(
            ReadField(name, get(name, ""))
            for name, value in zip(FieldName, read, strict=True)
            if value is not None
        ),
    )


def _account(text: str) -> str | None:
    digits = re.sub(r"[\s\-]", "", text)
    ending = re.fullmatch("[0-9]*([0-9]{4})", digits)
    return ending[1] if ending else alias_in(text)
