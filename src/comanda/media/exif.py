"""Read a photo's orientation and time from its EXIF; write an EXIF of the orientation alone.

Damaged or oversized parts count as missing, and nothing raises. Sources: TIFF 6.0 section 2,
EXIF 2.32 section 4.6.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

UPRIGHT = 1
_ORIENTATIONS = range(1, 9)
_ORIENTATION, _EXIF_DIRECTORY, _TAKEN_AT, _ZONE = 0x0112, 0x8769, 0x9003, 0x9011
_WANTED = frozenset({_ORIENTATION, _EXIF_DIRECTORY, _TAKEN_AT, _ZONE})
_NAME = b"Exif\x00\x00"
_BYTE_ORDERS = {b"MM": ">", b"II": "<"}
_VERSIONS = (b"\x00\x2a", b"\x2a\x00")  # some programs swap its bytes
_HEAD_BYTES, _ENTRY_BYTES, _INLINE_BYTES = 8, 12, 4
_MOST_ENTRIES = 500  # of a directory; a camera writes some dozens
_LONGEST_VALUE = 256
_TEXT = 2  # a type
_NUMBERS = {3: "H", 4: "I", 13: "I"}  # type → its format
_SIZES = {_TEXT: 1, 3: 2, 4: 4, 13: 4}  # type → bytes of a value
_TIME = "%Y:%m:%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """A picture's orientation, 1 to 8, and the camera's time: in UTC, or naive without a zone."""

    orientation: int = UPRIGHT
    taken_at: datetime | None = None


def read_exif(exif: bytes) -> ExifFacts:
    """Return what the EXIF, a TIFF with or without its name before it, tells."""
    tiff = exif.removeprefix(_NAME).removeprefix(_NAME)
    order = _BYTE_ORDERS.get(tiff[:2])
    if order is None or tiff[2:4] not in _VERSIONS or len(tiff) < _HEAD_BYTES:
        return ExifFacts()
    directory = _Directory(tiff, order, int(struct.unpack_from(order + "I", tiff, 4)[0]))
    orientation = directory.number(_ORIENTATION)
    exif_directory = _Directory(tiff, order, directory.number(_EXIF_DIRECTORY))
    return ExifFacts(
        orientation if orientation in _ORIENTATIONS else UPRIGHT, _read_time(exif_directory)
    )


class _Directory:
    """The entries of a directory of a TIFF (tag, type, count, value) that begins at an offset."""

    def __init__(self, tiff: bytes, order: str, offset: int) -> None:
        self._tiff, self._order = tiff, order
        self._entries: dict[int, tuple[int, int, bytes]] = {}
        if offset + 2 > len(tiff):
            return
        first = offset + 2
        count = min(struct.unpack_from(order + "H", tiff, offset)[0], _MOST_ENTRIES)
        count = min(count, (len(tiff) - first) // _ENTRY_BYTES)
        block = tiff[first : first + count * _ENTRY_BYTES]
        for tag, kind, length, value in struct.iter_unpack(order + "HHI4s", block):
            if tag in _WANTED and kind in _SIZES and length:
                self._entries.setdefault(tag, (kind, length, value))

    def number(self, tag: int) -> int:
        """Return the first number of an entry, or 0 without a readable entry."""
        kind, data = self._value(tag)
        if kind not in _NUMBERS or not data:
            return 0
        return int(struct.unpack_from(self._order + _NUMBERS[kind], data)[0])

    def text(self, tag: int) -> str:
        kind, data = self._value(tag)
        return data.decode("latin-1").strip("\x00 ") if kind == _TEXT else ""

    def _value(self, tag: int) -> tuple[int, bytes]:
        """Return an entry's type and bytes; no bytes if they lie beyond the file."""
        kind, length, value = self._entries.get(tag, (0, 0, b""))
        size = length * _SIZES.get(kind, 0)
        if size <= _INLINE_BYTES:
            return kind, value[:size]
        (offset,) = struct.unpack(self._order + "I", value)
        is_within = size <= _LONGEST_VALUE and offset + size <= len(self._tiff)
        return kind, self._tiff[offset : offset + size] if is_within else b""


def _read_time(directory: _Directory) -> datetime | None:
    text, zone = directory.text(_TAKEN_AT), directory.text(_ZONE)
    if not text:
        return None
    for pattern, value in ((_TIME + "%z", text + zone), (_TIME, text)):
        try:
            taken_at = datetime.strptime(value, pattern)  # noqa: DTZ007 - the house's zone is not known here
            return taken_at if taken_at.tzinfo is None else taken_at.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def orientation_tiff(orientation: int) -> bytes:
    """Return a TIFF that holds only the orientation (tag 0x0112, 1 to 8)."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)  # 3: a SHORT
    return b"MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
