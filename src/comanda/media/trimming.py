"""Trim a picture's segments and chunks: cut hidden data after a header's last field.

Sources: ITU-T T.81 annex B and JFIF 1.02 (JPEG), PNG third edition sections 9 to 11, ICC.1 7.2.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence

_APP0, _APP14 = 0xE0, 0xEE
_DHT, _DQT, _DRI, _SOS = 0xC4, 0xDB, 0xDD, 0xDA
_JFIF_BYTES, _ADOBE_BYTES, _DRI_BYTES = 12, 12, 2  # JFIF: without its thumbnail's size
_DHT_HEAD, _DQT_VALUES, _MOST_TABLES = 17, 64, 8
_SIZE_BYTES, _LEAST_PROFILE = 4, 128
_PROFILE_HEAD = 18  # in a JPEG's segment: marker, length, name, number, count
_LARGEST_SEGMENT = 65_533
_LARGEST_PROFILE, _PROFILE_NAME = 1 << 18, b"ICC Profile\x00"  # in a PNG
# Passes of an interlaced picture: the first column and row, and the steps to the next ones.
_PASSES = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # fmt: skip
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type → samples of a pixel
_FAST = 1  # zlib's level
_INPUT_BYTES_AT_ONCE, _OUTPUT_BYTES_AT_ONCE = 1 << 16, 1 << 20


def trimmed_body(marker: int, body: bytes, frames: frozenset[int]) -> bytes:
    """Return the body of a JPEG's segment without data after its last field.

    `frames` are the markers that begin a frame.
    """
    if marker == _APP0:
        return body[:_JFIF_BYTES] + b"\x00\x00"  # a thumbnail of 0 by 0 pixels
    if marker == _APP14:
        return body[:_ADOBE_BYTES]
    if marker == _DRI:
        return body[:_DRI_BYTES]
    if marker == _SOS:
        return body[: 4 + 2 * body[0]]
    if marker in frames:
        return body[: 6 + 3 * int.from_bytes(body[5:6])]
    return body[: _tables_end(marker, body)] if marker in (_DHT, _DQT) else body


def _tables_end(marker: int, body: bytes) -> int:
    """Return the end of a segment's last complete table. A decoder has room for eight tables."""
    at = 0
    for _ in range(_MOST_TABLES):
        if marker == _DHT:
            size = _DHT_HEAD + sum(body[at + 1 : at + _DHT_HEAD])
        else:
            size = 1 + _DQT_VALUES * (2 if body[at : at + 1] >= b"\x10" else 1)
        if at + size > len(body):
            break
        at += size
    return at


def joined_profile(segments: Sequence[bytes]) -> list[bytes]:
    """Return the segments of a JPEG's colour profile, cut to its size.

    The list is empty if a part is missing.
    """
    parts = {piece[16]: piece[_PROFILE_HEAD:] for piece in segments}
    count = segments[0][17] if segments else 0
    if not count or sorted(parts) != list(range(1, count + 1)):
        return []
    profile = b"".join(parts[number] for number in sorted(parts))
    if len(segments) == count and trimmed_profile(profile) == profile:
        return list(segments)
    return list(_profile_segments(trimmed_profile(profile)))


def _profile_segments(profile: bytes) -> Iterable[bytes]:
    most_bytes = _LARGEST_SEGMENT - 14
    parts = [profile[at : at + most_bytes] for at in range(0, len(profile), most_bytes)]
    for number, part in enumerate(parts, 1):
        head = b"ICC_PROFILE\x00" + bytes([number, len(parts)])
        yield b"\xff\xe2" + struct.pack(">H", 2 + len(head) + len(part)) + head + part


def trimmed_profile(profile: bytes) -> bytes:
    """Return a colour profile cut to the size in its header."""
    size = int.from_bytes(profile[:_SIZE_BYTES])
    return profile[:size] if _LEAST_PROFILE <= size < len(profile) else profile


def trimmed_png_profile(body: bytes) -> bytes | None:
    """Return the trimmed body of an iCCP chunk, under the usual name, or None for a damaged chunk.

    The original name is never shown, and may hold hidden data. A profile of more than 256 KB counts
    as damaged: to unpack it would take too long.
    """
    _, _, packed = body.partition(b"\x00")
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], _LARGEST_PROFILE)
    except zlib.error:
        return None
    if packed[:1] != b"\x00" or not unpacker.eof:
        return None
    short_profile = trimmed_profile(profile)
    if short_profile != profile:
        return _PROFILE_NAME + b"\x00" + zlib.compress(short_profile, 0)
    return _PROFILE_NAME + packed[: len(packed) - len(unpacker.unused_data)]


def exact_pixels(head: bytes, packed: bytes) -> bytes | None:
    """Return a PNG's packed pixels if its IDAT chunks hold more than the pixels, else None.

    `head` is the IHDR's body. For pixels that are too short or damaged, return None, too: the
    decoder reports them.
    """
    pixel_bytes, unpacked_bytes, used_bytes = _pixel_bytes(head), 0, 0
    unpacker = zlib.decompressobj()
    try:
        for start in range(0, len(packed), _INPUT_BYTES_AT_ONCE):
            pending_bytes = packed[start : start + _INPUT_BYTES_AT_ONCE]
            while pending_bytes and not unpacker.eof:
                unpacked_bytes += len(unpacker.decompress(pending_bytes, _OUTPUT_BYTES_AT_ONCE))
                pending_bytes = unpacker.unconsumed_tail
            used_bytes = min(start + _INPUT_BYTES_AT_ONCE, len(packed)) - len(unpacker.unused_data)
            if unpacker.eof or unpacked_bytes > pixel_bytes:
                break
    except zlib.error:
        return None
    if unpacked_bytes > pixel_bytes:
        return _repack(packed, pixel_bytes)
    return (
        packed[:used_bytes]
        if unpacker.eof and unpacked_bytes == pixel_bytes and used_bytes < len(packed)
        else None
    )


def _repack(packed: bytes, size: int) -> bytes:
    """Pack the first `size` unpacked bytes anew, without ever holding all of them."""
    unpacker, packer, pieces = zlib.decompressobj(), zlib.compressobj(_FAST), []
    for start in range(0, len(packed), _INPUT_BYTES_AT_ONCE):
        pending_bytes = packed[start : start + _INPUT_BYTES_AT_ONCE]
        while pending_bytes and size:
            piece = unpacker.decompress(pending_bytes, min(size, _OUTPUT_BYTES_AT_ONCE))
            pending_bytes = unpacker.unconsumed_tail
            pieces.append(packer.compress(piece))
            size -= len(piece)
    return b"".join((*pieces, packer.flush()))


def _pixel_bytes(head: bytes) -> int:
    """Return the unpacked size of a PNG's lines, each with its filter byte."""
    width, height, depth, color_type = struct.unpack(">IIBB", head[:10])
    bits = depth * _SAMPLES.get(color_type, 0)
    if not head[12]:
        return int(height * (1 + (width * bits + 7) // 8))
    total = 0
    for left, top, column_step, row_step in _PASSES:
        columns = max(0, -(-(width - left) // column_step))
        rows = max(0, -(-(height - top) // row_step))
        total += rows * (1 + (columns * bits + 7) // 8) if columns else 0
    return total
