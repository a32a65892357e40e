"""Cutting what a picture needs to what is shown of it: nothing rides behind a header's last field.

Sources: ITU-T T.81 annex B and JFIF 1.02 (JPEG), PNG third edition sections 9 to 11, ICC.1 7.2.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence

_APP0, _APP14 = 0xE0, 0xEE
_DHT, _DQT, _DRI, _SOS = 0xC4, 0xDB, 0xDD, 0xDA
_HEAD = 4  # bytes of a segment's marker and length
_JFIF_BYTES, _ADOBE_BYTES, _DRI_BYTES = 12, 12, 2  # a JFIF's without the size of its thumbnail
_DHT_HEAD, _DQT_VALUES = 17, 64
_SIZE_BYTES, _LEAST_PROFILE = 4, 128
_PROFILE_HEAD = 18  # of a JPEG's segment: marker, length, name, number, count
_LARGEST_SEGMENT = 65_533
# Of an interlaced picture: the first column and row of each pass, and how far apart they are.
_PASSES = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # fmt: skip
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by colour type
_FED_AT_ONCE, _AT_ONCE = 1 << 16, 1 << 20


def trimmed_segment(marker: int, piece: bytes, frames: frozenset[int]) -> bytes:
    """A JPEG's segment, with its marker and a scan with its data, without what is behind it.

    `frames` are the markers that begin a frame.
    """
    body_end = 2 + int.from_bytes(piece[2:4])
    body, data = piece[_HEAD:body_end], piece[body_end:]
    if marker == _APP0:
        body = body[:_JFIF_BYTES] + b"\x00\x00"  # a thumbnail of no size
    elif marker == _APP14:
        body = body[:_ADOBE_BYTES]
    elif marker == _DRI:
        body = body[:_DRI_BYTES]
    elif marker == _SOS:
        body, data = body[: 4 + 2 * body[0]], data.rstrip(b"\xff")
    elif marker in frames:
        body = body[: 6 + 3 * int.from_bytes(body[5:6])]
    elif marker in (_DHT, _DQT):
        body = body[: _tables_end(marker, body)]
    return piece[:2] + struct.pack(">H", len(body) + 2) + body + data


def _tables_end(marker: int, body: bytes) -> int:
    """Where the last whole table of a segment ends."""
    at = 0
    while at < len(body):
        if marker == _DHT:
            size = _DHT_HEAD + sum(body[at + 1 : at + _DHT_HEAD])
        else:
            size = 1 + _DQT_VALUES * (2 if body[at] >> 4 else 1)
        if at + size > len(body):
            break
        at += size
    return at


def joined_profile(segments: Sequence[bytes]) -> list[bytes]:
    """A JPEG's colour profile in its segments, cut to its size; nothing where a part is missing."""
    parts = {piece[16]: piece[_PROFILE_HEAD:] for piece in segments}
    count = segments[0][17] if segments else 0
    if not count or sorted(parts) != list(range(1, count + 1)):
        return []
    profile = b"".join(parts[number] for number in sorted(parts))
    if len(segments) == count and trimmed_profile(profile) == profile:
        return list(segments)
    return list(_profile_segments(trimmed_profile(profile)))


def _profile_segments(profile: bytes) -> Iterable[bytes]:
    most = _LARGEST_SEGMENT - 14
    parts = [profile[at : at + most] for at in range(0, len(profile), most)]
    for number, part in enumerate(parts, 1):
        head = b"ICC_PROFILE\x00" + bytes([number, len(parts)])
        yield b"\xff\xe2" + struct.pack(">H", 2 + len(head) + len(part)) + head + part


def trimmed_profile(profile: bytes) -> bytes:
    """A colour profile without what is behind the size that it says it has."""
    size = int.from_bytes(profile[:_SIZE_BYTES])
    return profile[:size] if _LEAST_PROFILE <= size < len(profile) else profile


def trimmed_png_profile(body: bytes) -> bytes:
    """A sound iCCP chunk's body; its name, which nobody is shown, is the one that most have."""
    _, _, packed = body.partition(b"\x00")
    unpacker = zlib.decompressobj()
    profile = unpacker.decompress(packed[1:])
    rest = unpacker.unused_data
    packed = packed[: len(packed) - len(rest)]
    kept = trimmed_profile(profile)
    if kept != profile:
        packed = b"\x00" + zlib.compress(kept)
    return b"ICC Profile\x00" + packed


def exact_pixels(head: bytes, packed: bytes) -> bytes | None:
    """A PNG's packed pixels where more than they are in its IDAT chunks; else None.

    `head` is the IHDR's body. What is too short, or damaged, is left to the decoder.
    """
    size, count, used = _pixel_bytes(head), 0, 0
    unpacker = zlib.decompressobj()
    try:
        for start in range(0, len(packed), _FED_AT_ONCE):
            waiting = packed[start : start + _FED_AT_ONCE]
            while waiting and not unpacker.eof:
                count += len(unpacker.decompress(waiting, _AT_ONCE))
                waiting = unpacker.unconsumed_tail
            used = min(start + _FED_AT_ONCE, len(packed)) - len(unpacker.unused_data)
            if unpacker.eof or count > size:
                break
    except zlib.error:
        return None
    if count > size:
        return zlib.compress(zlib.decompressobj().decompress(packed, size))
    return packed[:used] if unpacker.eof and count == size and used < len(packed) else None


def _pixel_bytes(head: bytes) -> int:
    """How many bytes a PNG's lines have, unpacked, each with its filter's byte."""
    width, height, depth, color_type = struct.unpack(">IIBB", head[:10])
    bits = depth * _SAMPLES.get(color_type, 0)
    if not head[12]:
        return int(height * (1 + (width * bits + 7) // 8))
    total = 0
    for left, top, across, down in _PASSES:
        columns = max(0, -(-(width - left) // across))
        rows = max(0, -(-(height - top) // down))
        total += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    return total
