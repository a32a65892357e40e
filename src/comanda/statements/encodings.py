"""The text of a statement's file, and its encoding."""

import re

from comanda.domain.errors import UnsupportedFile
from comanda.statements.lines import refused

ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1")
TAKEN = "Se leen estados de cuenta en CSV, TSV, OFX y MT940"
_AS_CSV = "Es un libro de Excel: guárdalo como CSV y elige ese archivo"
_BEGINNINGS = {
    b"PK\x03\x04": _AS_CSV,
    b"\xd0\xcf\x11\xe0": _AS_CSV,
    b"%PDF": f"Es un PDF: descárgalo del banco como CSV. {TAKEN}",
    b"\x89PNG": f"Es una imagen. {TAKEN}",
    b"\xff\xd8\xff": f"Es una imagen. {TAKEN}",
    b"GIF8": f"Es una imagen. {TAKEN}",
    b"RIFF": f"Es una imagen. {TAKEN}",
    b"\x1f\x8b": f"Es un archivo comprimido: ábrelo antes. {TAKEN}",
    b"Rar!": f"Es un archivo comprimido: ábrelo antes. {TAKEN}",
    b"7z\xbc\xaf": f"Es un archivo comprimido: ábrelo antes. {TAKEN}",
    b"{\\rtf": f"Es un documento de texto con formato. {TAKEN}",
}
_PAGE = re.compile(
    rb"\s*<(?:!doctype html|html|table|\?xml[^>]*>\s*<\?mso-application)", re.IGNORECASE
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
# A letter with an accent, as UTF-8 writes it. Such a pair is no word in Windows-1252.
_TWO_BYTES = re.compile(rb"[\xc2\xc3][\x80-\xbf]")
_SIXTEEN = (b"\xff\xfe", b"\xfe\xff")


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding, which is found out if not given.

    Raises UnsupportedFile for files of other kinds, and ValidationFailed for bytes that the
    encoding does not have.
    """
    _refuse_other_kinds(data)
    name = encoding or _find_encoding(data)
    codec = "utf-8-sig" if name == "utf-8" else name
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise refused(f"El archivo no está en {name}: elige otra codificación") from error
    control = _CONTROLS.search(text)
    if control is not None:
        raise UnsupportedFile(f"No es un archivo de texto. {TAKEN}")
    return text, name


def _refuse_other_kinds(data: bytes) -> None:
    for beginning, sentence in _BEGINNINGS.items():
        if data.startswith(beginning):
            raise UnsupportedFile(sentence)
    if _PAGE.match(data[:1024]):
        raise UnsupportedFile(
            f"Es una página web, aunque se llame .xls: guárdala como CSV. {TAKEN}"
        )


def _find_encoding(data: bytes) -> str:
    if data.startswith(_SIXTEEN):
        return "utf-16"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _TWO_BYTES.search(data):
            line = data.count(b"\n", 0, error.start) + 1
            raise refused(
                f"El archivo mezcla dos codificaciones (UTF-8 y otra, línea {line}): "
                "descárgalo otra vez del banco, sin pegarle nada"
            ) from error
    else:
        return "utf-8"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"
