"""The protocol on the pipes between the server and the examiner: frames, without any I/O.

A frame is a header of `HEADER_BYTES` and a body. The body is JSON, then raw bytes that the JSON
gives the lengths of. The header holds both lengths and a CRC-32 of the body. So a cut frame is
found by its length, a damaged frame by its checksum: no reader gets half an answer.

The examiner sends `READY` once. Then the server sends one request at a time, and gets one answer.
"""

import json
import re
import struct
import zlib
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from types import NoneType
from typing import Any

from comanda.domain.examinations import Facts, Shown, Source
from comanda.domain.readings import Reading
from comanda.examiner.packing import pack_reading, unpack_reading
from comanda.examiner.words import Hints

LARGEST_BODY = 64 * 1024 * 1024  # a proof has 10 MB at most; the JPEG of a large HEIC has some more
_LARGEST_FIELDS = 512 * 1024  # a reading's lines take most
_HEADER = struct.Struct(">4sBIII")  # mark, kind, bytes of JSON, raw bytes, checksum
_MARK = b"cmd1"
HEADER_BYTES = _HEADER.size
_CONTENT = re.compile("(?:[0-9a-f]{64})?")
_CODE = re.compile("[0-9a-f]{64}")
_IMAGE_HASH = re.compile("[0-9a-f]{256}")
_SHOWN_TYPES = ("image/jpeg", "image/png")


class Kind(IntEnum):
    """The kind of a frame."""

    READY = 0
    EXAMINE = 1
    FACTS = 2
    UNREADABLE = 3


class BrokenFrame(Exception):
    """The bytes on the pipe are no frame of this protocol, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a frame; `body_bytes` follow on the pipe."""

    kind: Kind
    fields_bytes: int
    raw_bytes: int
    checksum: int

    @property
    def body_bytes(self) -> int:
        return self.fields_bytes + self.raw_bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A file to examine; without `hints` its text is not read."""

    content_type: str
    data: bytes
    hints: Hints | None = None


def encode_request(
    content_type: str, data: bytes, hints: Hints | None = None
) -> tuple[bytes, bytes]:
    """Return the two parts of the frame that asks for an examination; the second is the file."""
    fields = {
        "content_type": content_type,
        "today": None if hints is None else hints.today.isoformat(),
        "reference_pattern": "" if hints is None else hints.reference_pattern,
    }
    return _encode_head(Kind.EXAMINE, fields, data), data


def encode_answer(facts: Facts | None) -> bytes:
    """Return the frame of an answer; None says that the limits did not suffice for the file."""
    if facts is None:
        return _encode(Kind.UNREADABLE, {})
    shown = facts.shown
    fields = {
        "is_damaged": facts.is_damaged,
        "content": facts.content,
        "image_hash": None if facts.image_hash is None else facts.image_hash.hex(),
        "thumbnail_bytes": None if facts.thumbnail is None else len(facts.thumbnail),
        "shown_as": None if shown is None else shown.content_type,
        "source": facts.source,
        "code": facts.code,
        "reading": None if facts.reading is None else pack_reading(facts.reading),
    }
    return _encode(Kind.FACTS, fields, (facts.thumbnail or b"") + (shown.data if shown else b""))


def decode_header(data: bytes) -> Header:
    """Return the header of a frame. Raises BrokenFrame, also for a frame of an absurd size."""
    if len(data) != HEADER_BYTES:
        raise BrokenFrame("a header of another size")
    mark, kind, fields_bytes, raw_bytes, checksum = _HEADER.unpack(data)
    if mark != _MARK or kind not in frozenset(Kind):
        raise BrokenFrame("no header of a frame")
    if fields_bytes > _LARGEST_FIELDS or raw_bytes > LARGEST_BODY:
        raise BrokenFrame("a frame of an absurd size")
    return Header(Kind(kind), fields_bytes, raw_bytes, checksum)


def check_ready(header: Header, body: bytes) -> None:
    """Raise BrokenFrame if a frame is not the examiner's `READY`."""
    _decode(header, body, Kind.READY)


def decode_request(header: Header, body: bytes) -> Request:
    """Return the request in a frame. Raises BrokenFrame."""
    fields = _decode(header, body, Kind.EXAMINE)
    today = _field(fields, "today", str, NoneType)
    pattern = _field(fields, "reference_pattern", str)
    hints = None if today is None else Hints(_decode_day(today), pattern)
    return Request(_field(fields, "content_type", str), body[header.fields_bytes :], hints)


def decode_answer(header: Header, body: bytes) -> Facts | None:
    """Return the facts in a frame, or None for a file that is unreadable within the limits.

    Raises BrokenFrame.
    """
    fields = _decode(header, body, Kind.FACTS, Kind.UNREADABLE)
    if header.kind is Kind.UNREADABLE:
        return None
    thumbnail_bytes = _field(fields, "thumbnail_bytes", int, NoneType)
    shown_as = _field(fields, "shown_as", str, NoneType)
    thumbnail_end = header.fields_bytes + (thumbnail_bytes or 0)
    if not header.fields_bytes <= thumbnail_end <= len(body):
        raise BrokenFrame("a thumbnail beyond its frame")
    return Facts(
        is_damaged=_field(fields, "is_damaged", bool),
        content=_decode_content(_field(fields, "content", str)),
        image_hash=_decode_hash(_field(fields, "image_hash", str, NoneType)),
        thumbnail=None if thumbnail_bytes is None else body[header.fields_bytes : thumbnail_end],
        shown=None if shown_as is None else _decode_shown(shown_as, body[thumbnail_end:]),
        reading=_decode_reading(_field(fields, "reading", dict, NoneType)),
        source=_decode_source(_field(fields, "source", str, NoneType)),
        code=_decode_code(_field(fields, "code", str, NoneType)),
    )


def _encode(kind: Kind, fields: dict[str, Any], raw: bytes = b"") -> bytes:
    return _encode_head(kind, fields, raw) + raw


def _encode_head(kind: Kind, fields: dict[str, Any], raw: bytes) -> bytes:
    """Return a frame up to its raw bytes."""
    packed_fields = json.dumps(fields).encode()
    checksum = zlib.crc32(raw, zlib.crc32(packed_fields))
    return _HEADER.pack(_MARK, kind, len(packed_fields), len(raw), checksum) + packed_fields


def _decode(header: Header, body: bytes, *kinds: Kind) -> dict[str, Any]:
    """Return the fields of a whole, undamaged frame of one of `kinds`."""
    if header.kind not in kinds:
        raise BrokenFrame(f"an unexpected frame: {header.kind.name}")
    if len(body) != header.body_bytes or zlib.crc32(body) != header.checksum:
        raise BrokenFrame("a cut or damaged frame")
    try:
        fields = json.loads(body[: header.fields_bytes])
    except ValueError as error:
        raise BrokenFrame("no JSON") from error
    if not isinstance(fields, dict):
        raise BrokenFrame("no fields")
    return fields


def _field(fields: dict[str, Any], name: str, *types: type) -> Any:
    value = fields.get(name)
    if type(value) not in types:
        raise BrokenFrame(f"a wrong field: {name}")
    return value


# A decoder that a file took over may answer anything. The database takes these values, and browsers
# get the file.
def _decode_hash(digits: str | None) -> bytes | None:
    if digits is not None and not _IMAGE_HASH.fullmatch(digits):
        raise BrokenFrame("a wrong hash of a picture")
    return None if digits is None else bytes.fromhex(digits)


def _decode_content(digits: str) -> str:
    if not _CONTENT.fullmatch(digits):
        raise BrokenFrame("a wrong hash of the content")
    return digits


def _decode_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BrokenFrame("no date") from error


def _decode_reading(packed: dict[str, Any] | None) -> Reading | None:
    try:
        return None if packed is None else unpack_reading(packed)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        raise BrokenFrame("a wrong reading") from error


def _decode_source(source: str | None) -> Source | None:
    try:
        return None if source is None else Source(source)
    except ValueError as error:
        raise BrokenFrame("a wrong source") from error


def _decode_code(digits: str | None) -> str | None:
    if digits is not None and not _CODE.fullmatch(digits):
        raise BrokenFrame("a wrong hash of a code")
    return digits


def _decode_shown(content_type: str, data: bytes) -> Shown:
    if content_type not in _SHOWN_TYPES:
        raise BrokenFrame("a file that is no picture")
    return Shown(content_type, data)


READY = _encode(Kind.READY, {})
