"""Whether a file is a PDF that readers open, judged by its structure (ISO 32000-2, 7.5).

Readers look for the beginning within the first 1,024 bytes and for the end within the last ones,
whatever stands before and after. Nothing in the file is run, unpacked or followed but the trailer.
"""

import re
from collections.abc import Iterator
from itertools import islice

from comanda.domain.errors import UnsupportedFile
from comanda.media.pdf_password import Encryption, opens_without

HEAD_BYTES = 1024
TAIL_BYTES = 32 * 1024  # what servers hang behind a PDF: an epilogue, a page of their own
_FIRST_OBJECT_BYTES = 64 * 1024  # within which a PDF's first object begins
_DICTIONARY_BYTES = 64 * 1024  # more than any trailer or encryption dictionary has
_MARK = b"%PDF-"
_BLANK = b"\x00\t\n\x0c\r "
_END = re.compile(rb"startxref[\x00\t\n\x0c\r ]+([0-9]+)")
_OBJECT = re.compile(rb"[0-9][\x00\t\n\x0c\r ]+[0-9]+[\x00\t\n\x0c\r ]+obj")
_ARCHIVE = b"PK\x03\x04"  # it may hold a PDF near its beginning, and is none
_END_OF_FILE = b"%%EOF"
_ENCRYPT = b"/Encrypt"
_REFERENCE = re.compile(rb"0*([0-9]+) 0*([0-9]+) R")
_MOST_TRAILERS = 10
_MOST_HEADINGS = 100_000  # looked at for one object's number
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
    """Whether `data` says that it is a PDF.

    Raises UnsupportedFile for one that was cut off or asks for a password.
    """
    start = data.find(_MARK, 0, HEAD_BYTES + len(_MARK) - 1)
    if start < 0 or data.startswith(_ARCHIVE):
        return False
    if start > 0 and not _OBJECT.search(data, start, start + _FIRST_OBJECT_BYTES):
        return False  # a text that mentions PDFs
    if not _has_end(data, start):
        raise UnsupportedFile
    if _asks_for_password(data):
        raise UnsupportedFile(LOCKED)
    return True


def _has_end(data: bytes, start: int) -> bool:
    """Whether it says, near its end, where its trailer is; a file that was cut off does not.

    A linearized file does so near its beginning too, usually with a zero, and more follows there.
    Readers also open a file that says only that it ends: they look for its objects.
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
    """Whether the newest trailer names an encryption that the empty password does not open."""
    position = len(data)
    for _ in range(_MOST_TRAILERS):
        position = _encrypt_before(data, position)
        if position < 0:
            return False
        trailer = _trailer_around(data, position)
        if b"Encrypt" in trailer:
            return not opens_without(_encryption(data, trailer))
    return False


def _encrypt_before(data: bytes, position: int) -> int:
    """Where the last `/Encrypt` before `position` stands; -1 where there is none."""
    while (position := data.rfind(_ENCRYPT, 0, position)) >= 0:
        after = position + len(_ENCRYPT)
        if not data[after : after + 1].isalpha():
            break
    return position


def _trailer_around(data: bytes, position: int) -> Dictionary:
    """The dictionary of a trailer, or of a cross-reference stream, that holds `position`."""
    start = max(data.rfind(word, 0, position) for word in (b"trailer", b"obj"))
    first = data.find(b"<<", start, position) if start >= 0 else -1
    return {} if first < 0 else _dictionary(data, first)


def _encryption(data: bytes, trailer: Dictionary) -> Encryption:
    entries = _encryption_dictionary(data, trailer)
    return Encryption(
        handler=b"".join(entries.get(b"Filter", [b"/Standard"]))[1:],
        revision=_number(entries, b"R", 0),
        key_bits=_number(entries, b"Length", 40),
        owner=_first_string(entries, b"O"),
        user=_first_string(entries, b"U"),
        permissions=_number(entries, b"P", 0),
        file_id=_first_string(trailer, b"ID"),
        has_open_metadata=entries.get(b"EncryptMetadata") == [b"false"],
    )


def _number(entries: Dictionary, key: bytes, default: int) -> int:
    """An entry's whole number; `default` for what is none, or is longer than any should be."""
    value = b"".join(entries.get(key, []))
    return int(value) if re.fullmatch(rb"[+-]?[0-9]{1,12}", value) else default


def _encryption_dictionary(data: bytes, trailer: Dictionary) -> Dictionary:
    """The encryption dictionary, which stands in the trailer or in an object of its own."""
    value = trailer[b"Encrypt"]
    reference = _REFERENCE.fullmatch(b" ".join(value))
    if reference is None:
        return _parsed(value)
    blanks = rb"[\x00\t\n\x0c\r ]{1,20}"  # begins with a number, so that the search is fast
    heading = re.compile(reference[1] + blanks + reference[2] + blanks + b"obj")
    last = -1
    for match in islice(heading.finditer(data), _MOST_HEADINGS):
        if not data[max(match.start() - 1, 0) : match.start()].isdigit():
            last = match.end()
    first = data.find(b"<<", last) if last >= 0 else -1
    return {} if first < 0 else _dictionary(data, first)


def _first_string(entries: Dictionary, key: bytes) -> bytes:
    strings = [token for token in entries.get(key, []) if token[:1] in (b"(", b"<")]
    return _meant(strings[0]) if strings else b""


def _dictionary(data: bytes, start: int) -> Dictionary:
    """The dictionary that begins at `start`; what is nested in it stays tokens."""
    tokens: list[bytes] = []
    depth = 0
    for token in _tokens(data[start : start + _DICTIONARY_BYTES], 0):
        depth += {b"<<": 1, b">>": -1}.get(token, 0)
        tokens.append(token)
        if depth == 0:
            break
    return _parsed(tokens)


def _parsed(tokens: list[bytes]) -> Dictionary:
    """Each key of the outermost dictionary with the tokens of its value."""
    found: Dictionary = {}
    depth, key = 0, b""
    for token in tokens:
        depth += {b"<<": 1, b"[": 1, b">>": -1, b"]": -1}.get(token, 0)
        if depth == 1 and token[:1] == b"/" and (not key or found[key]):
            key = token[1:]
            found[key] = []
        elif key and depth >= 1:
            found[key].append(token)
    return found


def _tokens(data: bytes, start: int) -> Iterator[bytes]:
    """The tokens from `start` on, strings whole, without comments."""
    position = start
    for _ in range(_MOST_TOKENS):
        match = _TOKEN.search(data, position)
        if match is None:
            return
        position = match.end()
        if match[0] == b"(":
            position = _end_of_string(data, match.start())
            yield data[match.start() : position]
        elif match[0][:1] != b"%":
            yield match[0]


def _end_of_string(data: bytes, start: int) -> int:
    """Where a literal string ends; brackets in it are in pairs, or escaped."""
    depth = 0
    for match in re.compile(rb"\\.|[()]", re.DOTALL).finditer(data, start):
        depth += {b"(": 1, b")": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(data)


def _meant(token: bytes) -> bytes:
    """The bytes that a string means, literal or hexadecimal."""
    if token[:1] == b"<":
        digits = bytes(one for one in token if one in b"0123456789abcdefABCDEF")
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    return _ESCAPED.sub(_unescaped, token[1:-1])


def _unescaped(match: re.Match[bytes]) -> bytes:
    one = match[1]
    if one.isdigit() and one < b"8":
        return bytes([int(one, 8) & 0xFF])
    return b"" if one in (b"\r\n", b"\n", b"\r") else _ESCAPES.get(one, one)
