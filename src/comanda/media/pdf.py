"""Check from its structure whether a file is a PDF that readers open (ISO 32000-2, 7.5).

Readers look for the header within the first 1,024 bytes and for the end near the last byte. They
accept other bytes before and after. The check reads the trailer and the encryption dictionary. It
runs and unpacks nothing.
"""

import re
from collections.abc import Iterator
from itertools import islice

from comanda.domain.errors import UnsupportedFile
from comanda.media.pdf_password import Encryption, opens_without_password

HEAD_BYTES = 1024
TAIL_BYTES = 32 * 1024  # servers append an epilogue or an HTML page of their own
_FIRST_OBJECT_BYTES = 64 * 1024  # the first object begins within them
_DICTIONARY_BYTES = 64 * 1024  # no trailer or encryption dictionary is longer
_MARK = b"%PDF-"
_BLANK = b"\x00\t\n\x0c\r "
_END = re.compile(rb"startxref[\x00\t\n\x0c\r ]+([0-9]+)")
_OBJECT = re.compile(rb"[0-9][\x00\t\n\x0c\r ]+[0-9]+[\x00\t\n\x0c\r ]+obj")
_ZIP_HEAD = b"PK\x03\x04"  # a ZIP archive may hold a PDF near its beginning
_END_OF_FILE = b"%%EOF"
_ENCRYPT = b"/Encrypt"
_REFERENCE = re.compile(rb"0*([0-9]+) 0*([0-9]+) R")
_MOST_TRAILERS = 10
_MOST_HEADINGS = 100_000  # a limit of work for finding one object
_TOKEN = re.compile(
    rb"""
    %[^\r\n]* | <<|>>|[\[\]()] | <[0-9A-Fa-f\x00\t\n\x0c\r ]*> | /[^\x00\t\n\x0c\r ()<>\[\]{}/%]* |
    [^\x00\t\n\x0c\r ()<>\[\]{}/%]+
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(rb"\\(\r\n|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MOST_TOKENS = 5000
Dictionary = dict[bytes, list[bytes]]
LOCKED = (
    "El PDF pide una contraseña para abrirse. Guárdalo sin contraseña o toma una captura de "
    "pantalla y envía esa foto"
)


def check_pdf(data: bytes) -> bool:
    """Return whether `data` is a PDF.

    Raises UnsupportedFile if the PDF was cut off or asks for a password.
    """
    start = data.find(_MARK, 0, HEAD_BYTES + len(_MARK) - 1)
    if start < 0 or data.startswith(_ZIP_HEAD):
        return False
    if start > 0 and not _OBJECT.search(data, start, start + _FIRST_OBJECT_BYTES):
        return False  # a text that mentions PDFs
    if not _has_end(data, start):
        raise UnsupportedFile
    if _asks_for_password(data):
        raise UnsupportedFile(LOCKED)
    return True


def _has_end(data: bytes, start: int) -> bool:
    """Return whether the file has its end: `startxref` with the offset of the trailer.

    A linearized file has a `startxref` near its beginning, too, usually with a zero and followed
    by objects; that is not the end. Readers also open a file that ends with a bare `%%EOF`: they
    search the file for its objects.
    """
    end = len(data.rstrip(_BLANK))
    tail = max(start, end - TAIL_BYTES)
    ends = list(_END.finditer(data, tail, end))
    if not ends:
        return _has_bare_end(data, start, tail)
    return bool(ends[-1][1].strip(b"0")) or not _OBJECT.search(data, ends[-1].end())


def _has_bare_end(data: bytes, start: int, tail: int) -> bool:
    at = data.rfind(_END_OF_FILE, tail)
    has_object = _OBJECT.search(data, start, start + _FIRST_OBJECT_BYTES)
    return at >= 0 and has_object is not None and not _OBJECT.search(data, at)


def _asks_for_password(data: bytes) -> bool:
    """Return whether the newest trailer names an encryption that needs a password."""
    position = len(data)
    for _ in range(_MOST_TRAILERS):
        position = _find_encrypt_before(data, position)
        if position < 0:
            return False
        trailer = _read_trailer_around(data, position)
        if b"Encrypt" in trailer:
            return not opens_without_password(_read_encryption(data, trailer))
    return False


def _find_encrypt_before(data: bytes, position: int) -> int:
    """Return the offset of the last `/Encrypt` before `position`, or -1 without a match."""
    while (position := data.rfind(_ENCRYPT, 0, position)) >= 0:
        after = position + len(_ENCRYPT)
        if not data[after : after + 1].isalpha():
            break
    return position


def _read_trailer_around(data: bytes, position: int) -> Dictionary:
    """Return the dictionary of the trailer or cross-reference stream around `position`."""
    start = max(data.rfind(word, 0, position) for word in (b"trailer", b"obj"))
    first = data.find(b"<<", start, position) if start >= 0 else -1
    return {} if first < 0 else _read_dictionary(data, first)


def _read_encryption(data: bytes, trailer: Dictionary) -> Encryption:
    entries = _find_encryption_dictionary(data, trailer)
    return Encryption(
        handler=b"".join(entries.get(b"Filter", [b"/Standard"]))[1:],
        revision=_read_number(entries, b"R", 0),
        key_bits=_read_number(entries, b"Length", 40),
        owner=_read_first_string(entries, b"O"),
        user=_read_first_string(entries, b"U"),
        permissions=_read_number(entries, b"P", 0),
        file_id=_read_first_string(trailer, b"ID"),
        has_open_metadata=entries.get(b"EncryptMetadata") == [b"false"],
    )


def _read_number(entries: Dictionary, key: bytes, default: int) -> int:
    """Return an entry's integer, or `default` if the value is no integer of up to 12 digits."""
    value = b"".join(entries.get(key, []))
    return int(value) if re.fullmatch(rb"[+-]?[0-9]{1,12}", value) else default


def _find_encryption_dictionary(data: bytes, trailer: Dictionary) -> Dictionary:
    """Return the encryption dictionary, from the trailer or from the object it refers to."""
    value = trailer[b"Encrypt"]
    reference = _REFERENCE.fullmatch(b" ".join(value))
    if reference is None:
        return _parse_entries(value)
    blanks = rb"[\x00\t\n\x0c\r ]{1,20}"  # a search that begins with digits is fast
    heading = re.compile(reference[1] + blanks + reference[2] + blanks + b"obj")
    heading_end = -1
    for match in islice(heading.finditer(data), _MOST_HEADINGS):
        if not data[max(match.start() - 1, 0) : match.start()].isdigit():
            heading_end = match.end()
    first = data.find(b"<<", heading_end) if heading_end >= 0 else -1
    return {} if first < 0 else _read_dictionary(data, first)


def _read_first_string(entries: Dictionary, key: bytes) -> bytes:
    strings = [token for token in entries.get(key, []) if token[:1] in (b"(", b"<")]
    return _decode_string(strings[0]) if strings else b""


def _read_dictionary(data: bytes, start: int) -> Dictionary:
    """Return the dictionary that begins at `start`; nested values stay tokens."""
    tokens: list[bytes] = []
    depth = 0
    for token in _tokens(data[start : start + _DICTIONARY_BYTES], 0):
        depth += {b"<<": 1, b">>": -1}.get(token, 0)
        tokens.append(token)
        if depth == 0:
            break
    return _parse_entries(tokens)


def _parse_entries(tokens: list[bytes]) -> Dictionary:
    """Return each key of the outermost dictionary with the tokens of its value."""
    entries: Dictionary = {}
    depth, key = 0, b""
    for token in tokens:
        depth += {b"<<": 1, b"[": 1, b">>": -1, b"]": -1}.get(token, 0)
        if depth == 1 and token[:1] == b"/" and (not key or entries[key]):
            key = token[1:]
            entries[key] = []
        elif key and depth >= 1:
            entries[key].append(token)
    return entries


def _tokens(data: bytes, start: int) -> Iterator[bytes]:
    """Yield the tokens from `start` on: a string as one token, comments left out."""
    position = start
    for _ in range(_MOST_TOKENS):
        match = _TOKEN.search(data, position)
        if match is None:
            return
        position = match.end()
        if match[0] == b"(":
            position = _find_end_of_string(data, match.start())
            yield data[match.start() : position]
        elif match[0][:1] != b"%":
            yield match[0]


def _find_end_of_string(data: bytes, start: int) -> int:
    """Return the end of a literal string; brackets within the string are paired or escaped."""
    depth = 0
    for match in re.compile(rb"\\.|[()]", re.DOTALL).finditer(data, start):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(data)


def _decode_string(token: bytes) -> bytes:
    """Return the bytes that a literal or hexadecimal string stands for."""
    if token[:1] == b"<":
        digits = bytes(byte for byte in token if byte in b"0123456789abcdefABCDEF")
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    return _ESCAPED.sub(_unescape, token[1:-1])


def _unescape(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    if escape.isdigit() and escape < b"8":
        return bytes([int(escape, 8) & 0xFF])
    return b"" if escape in (b"\r\n", b"\n", b"\r") else _ESCAPES.get(escape, escape)
