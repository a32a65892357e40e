"""Check a WebP's chunks; keep only what is needed to show it (the WebP container specification)."""

import re
import struct
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
from comanda.media.exif import UPRIGHT, orientation_tiff, read_exif
from comanda.media.trimming import trimmed_profile

MOST_PIXELS = 16_000_000
_LOSSLESS, _PICTURE = b"VP8L", b"VP8"
_FRAMES = frozenset({b"VP8 ", _LOSSLESS})
_SHOWN = _FRAMES | {b"VP8X", b"ALPH", b"ICCP"}
_KNOWN = _SHOWN | {b"ANIM", b"ANMF", b"EXIF", b"XMP "}
_PROFILE_FLAG, _ALPHA_FLAG, _EXIF_FLAG, _ANIMATION_FLAG = 0x20, 0x10, 0x08, 0x02
_HEADER_BYTES, _FRAME_BYTES = 10, 10
_LOSSLESS_MARK, _KEY_FRAME_MARK = 0x2F, b"\x9d\x01\x2a"
_SIDE = (1 << 14) - 1
_ZEROS = re.compile(rb"\x00*")


def strip_webp(data: bytes, most_pixels: int = MOST_PIXELS) -> BarePicture:
    """Return the WebP without EXIF and XMP but its turn, and with flags to match.

    Raises ValueError for an animation and for a file whose chunks can't be followed to the end of
    the picture, and UnsupportedFile for too many pixels.
    """
    places: dict[bytes, range] = {}  # only the first chunk of a kind counts
    for kind, place in _read_chunks(data):
        places.setdefault(_PICTURE if kind in _FRAMES else kind, place)
    if _PICTURE not in places:
        raise ValueError("no picture")
    frame = _read_frame(data, places[_PICTURE])
    check_size(frame.width, frame.height, most_pixels)
    exif_place = places.get(b"EXIF", range(0))
    facts = read_exif(data[exif_place.start : exif_place.stop])
    parts = _kept_parts(data, places, frame, facts.orientation)
    size = sum(len(part) for part in parts)
    head = part_or_new(data, range(12), b"RIFF" + struct.pack("<I", 4 + size) + b"WEBP")
    return BarePicture("image/webp", join_parts(data, [head, *parts]), facts)


def _read_chunks(data: bytes) -> Iterator[tuple[bytes, range]]:
    """Yield the kind of each chunk of a known kind, and the place of its body.

    The file's stated size and wrong padding don't count.
    """
    position = 12
    for _ in range(most_pieces(data)):
        if position + 8 > len(data):
            return
        kind = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        end = position + 8 + size
        if kind in _SHOWN and len(data) < end:
            raise ValueError("cut off")
        if kind in _KNOWN:
            yield kind, range(position + 8, end)
        position = end
        if size % 2 and data[end : end + 4] not in _KNOWN:
            position += 1
        if zeros := _ZEROS.match(data, position):
            position = zeros.end()
    raise ValueError("in too many pieces")


class _Frame(NamedTuple):
    width: int
    height: int
    has_alpha: bool


def _read_frame(data: bytes, place: range) -> _Frame:
    """Return the size of the picture from its own header, and whether it may be transparent."""
    head = data[place.start : place.start + _FRAME_BYTES]
    if data[place.start - 8 : place.start - 4] == _LOSSLESS:
        mark, bits = struct.unpack_from("<BI", head)
        if mark != _LOSSLESS_MARK or bits >> 29:
            raise ValueError("no picture")
        return _Frame((bits & _SIDE) + 1, (bits >> 14 & _SIDE) + 1, bool(bits >> 28 & 1))
    width, height = struct.unpack_from("<HH", head, 6)
    partition_bytes = int.from_bytes(head[:3], "little") >> 5
    if head[0] & 1 or head[3:6] != _KEY_FRAME_MARK or _FRAME_BYTES + partition_bytes > len(place):
        raise ValueError("no whole picture")
    return _Frame(width & _SIDE, height & _SIDE, has_alpha=False)


def _kept_parts(
    data: bytes, places: dict[bytes, range], frame: _Frame, orientation: int
) -> list[Part]:
    """Return the parts after the file's head: the picture alone, or an extended file's chunks."""
    if b"VP8X" not in places and orientation == UPRIGHT:
        return list(_unchanged_parts(data, places[_PICTURE]))
    is_simple = b"VP8X" not in places
    header = _header_part(data, places, frame, orientation)
    parts: list[Part] = [header]
    for kind, place in places.items():
        if kind == _PICTURE or (kind == b"ALPH" and not is_simple):
            parts += _unchanged_parts(data, place)
        elif kind == b"ICCP" and not is_simple:
            profile = trimmed_profile(data[place.start : place.stop])
            parts.append(part_or_new(data, _whole(place), _chunk(kind, profile)))
    if orientation != UPRIGHT:
        exif = _chunk(b"EXIF", orientation_tiff(orientation))
        parts.append(part_or_new(data, _whole(places[b"EXIF"]), exif))
    return parts


def _header_part(data: bytes, places: dict[bytes, range], frame: _Frame, orientation: int) -> Part:
    """Return the extended header with the flags of what is kept.

    Raises ValueError for an animation and for a header that doesn't fit the picture.
    """
    place = places.get(b"VP8X")
    canvas = b"".join(struct.pack("<I", side - 1)[:3] for side in (frame.width, frame.height))
    flags = _EXIF_FLAG if orientation != UPRIGHT else 0
    if place is None:
        flags |= _ALPHA_FLAG if frame.has_alpha else 0
        return _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + canvas)
    body = data[place.start : place.stop]
    if len(body) < _HEADER_BYTES or next(iter(places)) != b"VP8X":
        raise ValueError("no extended header")
    if body[0] & _ANIMATION_FLAG or body[4:_HEADER_BYTES] != canvas:
        raise ValueError("an animation, or a header of another picture")
    flags |= body[0] & _ALPHA_FLAG
    flags |= _PROFILE_FLAG if b"ICCP" in places else 0
    return part_or_new(data, _whole(place), _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + canvas))


def _whole(place: range) -> range:
    """Return the place of a chunk with its kind, its length and its padding."""
    return range(place.start - 8, place.stop + len(place) % 2)


def _unchanged_parts(data: bytes, place: range) -> Iterator[Part]:
    """Yield a chunk as it is, with its padding set right."""
    has_padding = len(place) % 2 == 0 or data[place.stop : place.stop + 1] == b"\x00"
    if has_padding:
        yield _whole(place)
    else:
        yield range(place.start - 8, place.stop)
        yield b"\x00"


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)
