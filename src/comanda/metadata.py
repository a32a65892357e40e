"""Taking a picture's metadata away without touching its pixels: no place, no owner, no thumbnail.

Each function takes a whole file and returns it with only what is needed to show it. They raise
ValueError for a file whose structure they can't follow. Sources: ITU-T T.81 annex B (JPEG), PNG
third edition section 5, the WebP container specification.
"""

import re
import struct
from collections.abc import Iterator

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE2, 0xEE, 0xEF, 0xFE
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_SHOWS_JPEG = {_APP0: b"JFIF\x00", _APP2: b"ICC_PROFILE\x00", _APP14: b"Adobe"}
_SHOWS_PNG = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs".split()
)
_SHOWS_WEBP = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"})
_EXIF_FLAG, _XMP_FLAG, _ANIMATION_FLAG = 0x08, 0x04, 0x02


def strip_jpeg(data: bytes, orientation: int) -> bytes:
    """The JPEG without its metadata, but for how it is to be turned (EXIF 0x0112, 1 to 8)."""
    kept = [b"\xff\xd8"]
    if orientation != 1:
        kept.append(_orientation_segment(orientation))
    for marker, piece in _jpeg_pieces(data):
        if _APP0 <= marker <= _APP15:
            shows = _SHOWS_JPEG.get(marker)
            if shows is None or not piece[4:].startswith(shows):
                continue
        if marker != _COMMENT:
            kept.append(piece)
    return b"".join(kept)


def _jpeg_pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment with its marker; a scan goes with its data. What follows the end is no part."""
    position = 2
    while True:
        while data[position : position + 2] == b"\xff\xff":
            position += 1  # fill bytes, B.1.1.2
        if data[position : position + 1] != b"\xff" or len(data) < position + 2:
            raise ValueError("no marker where one belongs")
        marker = data[position + 1]
        if marker == _EOI:
            yield marker, b"\xff\xd9"
            return
        end = position + 2 + _length(data, position + 2)
        if marker == _SOS:
            following = _NEXT_MARKER.search(data, end)
            end = following.start() if following else len(data)
        yield marker, data[position:end]
        position = end


def _length(data: bytes, position: int) -> int:
    if len(data) < position + 2:
        raise ValueError("cut off")
    return int.from_bytes(data[position : position + 2])


def _orientation_segment(orientation: int) -> bytes:
    """An EXIF segment that holds the orientation and nothing else (TIFF 6.0, section 2)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = b"Exif\x00\x00" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def strip_png(data: bytes) -> bytes:
    """The PNG with only the chunks that make up its picture."""
    kept, position, kind = [data[:8]], 8, b""
    while kind != b"IEND":
        if len(data) < position + 12:
            raise ValueError("cut off")
        kind = data[position + 4 : position + 8]
        end = position + 12 + int.from_bytes(data[position : position + 4])
        if kind in _SHOWS_PNG:
            kept.append(data[position:end])
        position = end
    return b"".join(kept)


def strip_webp(data: bytes) -> bytes:
    """The WebP without EXIF and XMP, its header's flags in keeping. Raises for an animation."""
    kept = b"".join(_webp_chunks(data))
    return b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WEBP" + kept


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    position, end = 12, 8 + int.from_bytes(data[4:8], "little")
    while position + 8 <= min(end, len(data)):
        kind = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        after = position + 8 + size + size % 2
        if kind == b"VP8X":
            flags = data[position + 8]
            if flags & _ANIMATION_FLAG:
                raise ValueError("an animation is no photo")
            plain = bytes([flags & ~(_EXIF_FLAG | _XMP_FLAG)])
            yield data[position : position + 8] + plain + data[position + 9 : after]
        elif kind in _SHOWS_WEBP:
            yield data[position:after]
        position = after
