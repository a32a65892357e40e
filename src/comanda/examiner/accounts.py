"""Ends of account numbers, aliases and names of holders in text."""

import re
from collections.abc import Sequence
from functools import lru_cache

from comanda.examiner.banks import is_bank
from comanda.examiner.text import fold, is_like, skeleton

_MASKED = re.compile(
    r"(?:[*•·●∙▪◦…\u00d7#«»“”°~@©®]|[.xXeE\-—\u2013_+=>\"'\u2018\u2019]{2})[*•·●∙▪◦….xX\u00d7#«»“”°~@©®eE\-—\u2013_+=>\"'\u2018\u2019\s]{0,40}"
    r"([0-9]{4})(?![0-9])"
)
_ONE_MASK = re.compile(r"(?<![A-Za-z0-9])[\-.+eExX=>_]\s?([0-9]{4})(?![0-9])")
_ENDING = re.compile(
    r"(?:terminaci[oó]n|terminad[ao](?:\s+en)?|termina\s+en|ending(?:\s+in)?|final)\W{0,4}([0-9]{4})(?![0-9])"
)
_FULL = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{2}\s?)?[0-9](?:[\s\-]?[0-9]){6,29}(?![A-Za-z0-9])")
_TAX_NUMBER = re.compile(
    r"(?<![0-9])[0-9]{2}-[0-9]{7,8}-[0-9](?![0-9])|[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9kK]"
)
_SHORT = re.compile(r"(?<![A-Za-z0-9])([0-9]{4})(?![A-Za-z0-9])")
_ALIAS = re.compile(r"(?=[0-9.\-]*[A-Za-z])[A-Za-z0-9.\-]{6,20}")
_NAME_WORD = re.compile(r"[^\W\d_][\w.'\u2019&*•·\-]*\*{0,20}|[&*y]+|\*+", re.UNICODE)
_MASK_WORD = re.compile(r"[*•·●.…xX\u00d7]{2,}")
_LONG = 9  # digits of a phone or an account, without a label that says so
_LONGEST_NAME, _LEAST_LETTERS = 60, 3
_SMALL_WORDS = "de del la las los el y e da do dos a al en con"
_SMALL = frozenset(_SMALL_WORDS.split())
_NO_NAMES = """
    cuenta ahorros ahorro corriente debito credito tarjeta exitosa exitoso exito monto fecha
    hora total importe comision folio referencia operacion transferencia comprobante pago
    banco celular telefono numero clabe alias cvu cbu disponible saldo detalle compartir listo
    enviado enviada spei sinpe mxn cop usd concepto motivo clientes seguridad pesos soles
    colones pen ars clp gtq crc dop pyg uyu bob hnl
    destino origen beneficiario ordenante destinatario titular nombre plazas depositos
    efectivo dinero completada realizada aprobada procesada estado pendiente
"""
_NO_BEGINNINGS = (
    "tu tus su sus mas mayor consultar cualquier ver bajo aqui hoy ayer vista descarga app gratis"
)
_NOT_IN_NAMES = frozenset(map(skeleton, _NO_NAMES.split()))
_NOT_FIRST = frozenset(map(skeleton, _NO_BEGINNINGS.split()))


def account_ending(text: str, *, is_labelled: bool) -> str | None:
    """Return the last four digits of the only account in a text.

    Four digits alone, or a phone's, are one only behind a label.
    """
    text = _TAX_NUMBER.sub(" ", text)
    folded = fold(text)
    endings = {match[1] for match in _MASKED.finditer(text)}
    endings |= {match[1] for match in _ENDING.finditer(folded)}
    if not endings:
        numbers = {re.sub(r"[^0-9]", "", match[0]) for match in _FULL.finditer(text)}
        endings = {number[-4:] for number in numbers if is_labelled or len(number) >= _LONG}
    if not endings and is_labelled:
        endings = {match[1] for match in _ONE_MASK.finditer(text)}
        endings = endings or {match[1] for match in _SHORT.finditer(text)}
    return endings.pop() if len(endings) == 1 else None


def alias_in(text: str) -> str | None:
    """Return the alias that a text is: words with points between, as in Argentina."""
    bare = text.strip(" :;,")
    return bare if _ALIAS.fullmatch(bare) and not bare.isdigit() else None


def name_in(words: Sequence[str]) -> str | None:
    """Return the name that words begin with, as shown, up to an account's number or a bank's name.

    Banks cut and mask names: `Fonda El L*`. What is no name for sure gives None.
    """
    taken: list[str] = []
    for word in words:
        bare = word.strip('"“”«»()[]{}:;,|<>=~¡!¿?')
        if any(c.isdigit() for c in bare) or (_MASK_WORD.fullmatch(bare) and not taken):
            break
        if not bare or not _NAME_WORD.fullmatch(bare):
            if taken:
                break
            continue
        taken.append(bare)
    while taken and len(taken[-1]) == 1 and taken[-1] != "*":
        taken.pop()
    name = " ".join(taken).strip(" -.&")[:_LONGEST_NAME]
    return name if _is_name(name) else None


def _is_name(name: str) -> bool:
    words = [skeleton(word) for word in name.split()]
    letters = sum(c.isalpha() for c in name)
    return (
        letters >= _LEAST_LETTERS
        and any(len(word) > 1 and word[:2].isalpha() for word in name.split())
        and name[0].isupper()
        and not is_bank(name)
        and words[0] not in _NOT_FIRST
        and all(
            word[0].isupper() or not word[0].isalpha() or word in _SMALL for word in name.split()
        )
        and not any(_is_no_name(word) for word in words)
        and letters * 2 > len(name.replace(" ", "").replace("*", ""))
    )


@lru_cache(1024)
def _is_no_name(bare: str) -> bool:
    return bare in _NOT_IN_NAMES or any(is_like(word, bare) for word in _NOT_IN_NAMES)
