"""Check a PNG's chunks; keep only what is needed to show it (PNG third edition, 5 and 11)."""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from comanda.media.bare_picture import (
    BarePicture,
    Part,
    check_size,
    join_parts,
    most_pieces,
    part_or_new,
)
from comanda.media.exif import UPRIGHT, ExifFacts, orientation_tiff, read_exif
from comanda.media.trimming import trimmed_png_profile

MOST_PIXELS = 50_000_000
# A PNG can't be decoded at a smaller size, and a turned PNG must be decoded as a whole.
MOST_TURNED_PIXELS = 16_000_000
SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIECE_BYTES = 64  # some programs write each line of pixels as a chunk
CRITICAL = frozenset(b"IHDR PLTE IDAT IEND".split())
_ANCILLARY = 0x20  # of a chunk's first letter
_FRAME_BYTES = 12  # a chunk's length, kind and checksum
# The ancillary chunks that change the look, and the lengths that each may have.
_SHOWN: dict[bytes, range] = {
    b"tRNS": range(1, 257),
    b"cHRM": range(32, 33),
    b"gAMA": range(4, 5),
    b"iCCP": range(4, 1 << 24),
    b"sBIT": range(1, 5),
    b"sRGB": range(1, 2),
    b"cICP": range(4, 5),
    b"mDCV": range(24, 25),
    b"cLLI": range(8, 9),
    b"bKGD": range(1, 7),
    b"pHYs": range(9, 10),
}
_EXIF = b"eXIf"
_HEADER_BYTES = 13
_PALETTE = 3  # a colour type
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), _PALETTE: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_LONGEST_SIDE = 2**31 - 1
_KEY_BYTES = {0: 2, 2: 6}  # colour type → length of its transparent colour


def strip_png(data: bytes) -> BarePicture:
    """Return the PNG with its critical chunks, the sound chunks that change its look, its turn.

    Raises ValueError for a file whose chunks can't be followed to IEND, and UnsupportedFile for too
    many pixels.
    """
    chunks = _read_chunks(data)
    kind, place = next(chunks)
    header = _check_header(kind, data[place.start + 8 : place.stop - 4])
    first_places, parts = {kind: place}, list[Part]()
    for kind, place in chunks:
        if kind in CRITICAL:
            parts.append(_critical_part(data, kind, place, header, first_places))
        elif kind in _SHOWN and kind not in first_places and b"IDAT" not in first_places:
            parts.append(_shown_part(data, kind, place, header, first_places))
        first_places.setdefault(kind, place)
    if b"IDAT" not in first_places or (header.is_palette and b"PLTE" not in first_places):
        raise ValueError("no picture")
    facts, orientation_part = _read_orientation(data, first_places.get(_EXIF))
    is_upright = facts.orientation == UPRIGHT
    check_size(header.width, header.height, MOST_PIXELS if is_upright else MOST_TURNED_PIXELS)
    head_parts = [range(len(SIGNATURE)), first_places[b"IHDR"], orientation_part]
    return BarePicture("image/png", join_parts(data, [*head_parts, *parts]), facts)


def _read_chunks(data: bytes) -> Iterator[tuple[bytes, range]]:
    """Yield each needed chunk's kind and place. Skip an ancillary chunk with a wrong checksum."""
    position, view = len(SIGNATURE), memoryview(data)
    for _ in range(most_pieces(data, _PIECE_BYTES)):
        end = position + _FRAME_BYTES + int.from_bytes(view[position : position + 4])
        if len(data) < end:
            raise ValueError("cut off")
        kind = data[position + 4 : position + 8]
        is_critical = not kind[0] & _ANCILLARY
        if is_critical or kind in _SHOWN or kind == _EXIF:
            checksum = int.from_bytes(view[end - 4 : end])
            if zlib.crc32(view[position + 4 : end - 4]) == checksum:
                yield kind, range(position, end)
            elif is_critical:
                raise ValueError("a wrong checksum in the picture")
        if kind == b"IEND":
            return
        position = end
    raise ValueError("in too many pieces")


class _Header(NamedTuple):
    width: int
    height: int
    depth: int
    color_type: int

    @property
    def is_palette(self) -> bool:
        return self.color_type == _PALETTE


def _check_header(kind: bytes, body: bytes) -> _Header:
    """Return the header. Raises ValueError for a header that no decoder accepts."""
    if kind != b"IHDR" or len(body) != _HEADER_BYTES:
        raise ValueError("no header")
    header = _Header(*struct.unpack_from(">IIBB", body))
    packing, filters, interlacing = body[10:]
    if header.depth not in _DEPTHS.get(header.color_type, ()) or packing or filters:
        raise ValueError("no pixels that are shown")
    if interlacing not in (0, 1) or max(header.width, header.height) > _LONGEST_SIDE:
        raise ValueError("no size that is shown")
    return header


def _critical_part(
    data: bytes, kind: bytes, place: range, header: _Header, first_places: dict[bytes, range]
) -> Part:
    """Return a critical chunk without data that no decoder shows. Raises ValueError."""
    if kind == b"IHDR":
        raise ValueError("a second header")
    if kind == b"IEND":
        return part_or_new(data, place, packed_chunk(kind, b""))
    if kind == b"PLTE":
        if not header.is_palette or kind in first_places or b"IDAT" in first_places:
            return b""
        colors = data[place.start + 8 : place.stop - 4][: 3 * 2**header.depth]
        return part_or_new(data, place, packed_chunk(kind, colors))
    return place


def _shown_part(
    data: bytes, kind: bytes, place: range, header: _Header, first_places: dict[bytes, range]
) -> Part:
    """Return an ancillary chunk that changes the look, or no bytes for an invalid chunk."""
    size = len(place) - _FRAME_BYTES
    if size not in _SHOWN[kind]:
        return b""
    if kind == b"iCCP":
        profile = trimmed_png_profile(data[place.start + 8 : place.stop - 4])
        return b"" if profile is None else part_or_new(data, place, packed_chunk(kind, profile))
    if kind == b"tRNS":
        palette = first_places.get(b"PLTE", range(_FRAME_BYTES)) if header.is_palette else ()
        colors = max(0, len(palette) - _FRAME_BYTES) // 3
        return place if size == _KEY_BYTES.get(header.color_type) or size <= colors else b""
    return place


def _read_orientation(data: bytes, place: range | None) -> tuple[ExifFacts, Part]:
    """Return what the EXIF chunk tells, and a chunk of its orientation, empty if upright."""
    if place is None:
        return ExifFacts(), b""
    facts = read_exif(data[place.start + 8 : place.stop - 4])
    if facts.orientation == UPRIGHT:
        return facts, b""
    return facts, part_or_new(data, place, packed_chunk(_EXIF, orientation_tiff(facts.orientation)))


def packed_chunk(kind: bytes, body: bytes) -> bytes:
    """Return a chunk with its length and checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
