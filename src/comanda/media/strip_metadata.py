"""Taking a picture's metadata away without touching its pixels: no place, no owner, no thumbnail.

Each function takes a whole file and returns `Bare`. What browsers skip is left out: stray bytes,
damaged or oversized chunks beside the picture, what follows its end. They raise ValueError for a
file whose picture they can't follow. Sources: ITU-T T.81 annex B (JPEG), PNG third edition
section 5, the WebP container specification.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from comanda.media.trimming import (
    exact_pixels,
    joined_profile,
    trimmed_png_profile,
    trimmed_profile,
    trimmed_segment,
)

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_SEGMENTS = frozenset({*range(0xC0, 0xD0), *range(_SOS, 0xF0), _COMMENT})  # that have a length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # that say how large it is
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length that decoders skip
_DRI, _DAC = 0xDD, 0xCC
_ARITHMETIC = frozenset({0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_SKIPPED = frozenset({0xDC, 0xDE, 0xDF, _EOI, _COMMENT})  # by decoders, or by whoever collects
_LENGTH_BYTES = 2
_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
# What ends a scan: where no restart markers were announced, they do too.
_AFTER_SCAN_ALONE = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
_AFTER_SCAN = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd7]", re.DOTALL)
# What an APP segment that shows begins with, and how long it is at least, its head included.
_SHOWS_JPEG = {
    _APP0: (b"JFIF\x00", 18),
    _APP2: (b"ICC_PROFILE\x00", 19),
    _APP14: (b"Adobe", 16),
}
_EXIF = b"Exif\x00\x00"

_CRITICAL_PNG = frozenset(b"IHDR PLTE IDAT IEND".split())
_ANCILLARY = 0x20  # of a chunk's first letter
# The ancillary chunks that change what is seen, and the lengths that each may have.
_SHOWS_PNG: dict[bytes, range] = {
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
_PALETTE = 3  # a colour type
_KEY_BYTES = {0: 2, 2: 6}  # colour type: how long its one transparent colour is
_LARGEST_PROFILE = 1 << 20
_IHDR_BYTES = 13
_MOST_UNPACKED = 16_000_000  # pixels: those that are decoded anyway

_WEBP_PICTURE = frozenset({b"VP8 ", b"VP8L"})
_SHOWS_WEBP = _WEBP_PICTURE | {b"VP8X", b"ALPH", b"ICCP"}
_KNOWN_WEBP = _SHOWS_WEBP | {b"ANIM", b"ANMF", b"EXIF", b"XMP "}
_PROFILE_FLAG, _ALPHA_FLAG, _ANIMATION_FLAG = 0x20, 0x10, 0x02
_VP8X_BYTES = 10
_WIDE_ITEM, _WIDE_LOCATION = 3, 2  # the versions from which on an id has four bytes

_MOST_PIECES = 20_000  # segments or chunks, stray ones too; a large photo has some thousands
_SEARCHED_AT_ONCE = 1024 * 1024
_MOST_BOXES = 20_000  # of a HEIF, beside each other; a photo has some hundreds
_MOST_SCANNED = 800_000_000  # pixels times scans: each scan of a progressive JPEG goes over all
_ZEROS = re.compile(rb"\x00*")


@dataclass(frozen=True, slots=True)
class Bare:
    """A picture with only what is needed to show it, and the EXIF that it had (TIFF, unchecked).

    `had_end` is False where the end has been added: only its pixels tell whether it was cut off.
    """

    data: bytes
    exif: bytes = b""
    had_end: bool = True


def strip_jpeg(data: bytes) -> Bare:
    """The JPEG without its metadata; what follows its end is no part of it."""
    kept: list[tuple[int, bytes]] = []
    exif, marker, frame = b"", _SOI, 0
    for marker, piece in _few_scans(_jpeg_pieces(data)):
        if marker == _APP1 and piece[4:].startswith(_EXIF):
            exif = exif or piece[4 + len(_EXIF) :]
        frame = marker if marker in _FRAMES else frame
        if _is_of_picture(marker, piece, frame):
            kept.append((marker, trimmed_segment(marker, piece, _FRAMES)))
    has_end = marker == _EOI
    whole = b"\xff\xd8" + b"".join(_without_repeats(kept)) + b"\xff\xd9"
    return Bare(whole, exif, had_end=has_end)


def _is_of_picture(marker: int, piece: bytes, frame: int) -> bool:
    """Whether a segment is decoded; a table of arithmetic coding only after a frame that has it."""
    if _APP0 <= marker <= _APP15:
        return _shows(marker, piece)
    return marker not in _SKIPPED and (marker != _DAC or frame in _ARITHMETIC)


def _without_repeats(kept: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """The segments; of those with the same meaning the one that counts, and the profile whole."""
    profile = joined_profile([piece for marker, piece in kept if marker == _APP2])
    last_adobe = max((at for at, (marker, _) in enumerate(kept) if marker == _APP14), default=0)
    seen: set[int] = set()
    for at, (marker, piece) in enumerate(kept):
        is_first = marker not in seen
        seen.add(marker)
        if marker == _APP2:
            yield from profile if is_first else ()
        elif not ((marker == _APP0 and not is_first) or (marker == _APP14 and at != last_adobe)):
            yield piece


def turned_jpeg(data: bytes, orientation: int) -> bytes:
    """The bare JPEG with an EXIF segment that says how it is to be turned (0x0112, 1 to 8)."""
    return data if orientation == 1 else data[:2] + _orientation_segment(orientation) + data[2:]


def blanked_jpeg(data: bytes) -> bytes:
    """The JPEG in its length, its metadata overwritten with zeros; what can't be followed stays."""
    blanked, position = bytearray(data), 2
    is_picture = data[:2] == b"\xff\xd8"
    for _ in range(_MOST_PIECES if is_picture else 0):
        if data[position : position + 1] != b"\xff":
            break
        marker = data[position + 1] if position + 1 < len(data) else _SOS
        if marker not in _SEGMENTS or marker == _SOS:
            break
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4])
        piece = data[position:end]
        if marker == _COMMENT or (_APP0 <= marker <= _APP15 and not _shows(marker, piece)):
            blanked[position + 4 : end] = bytes(len(piece) - 4)
        position = max(end, position + 4)
    return bytes(blanked)


def _jpeg_pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment with its marker; a scan goes with its data. Bytes in between are skipped.

    What ends within a scan is yielded too, without an end: decoders show it.
    """
    position, in_head, after_scan = 2, True, _AFTER_SCAN_ALONE
    for _ in range(_MOST_PIECES):
        found = _search(_MARKER, data, position)
        if found is None and not in_head:
            return
        if found is None:
            raise ValueError("cut off")
        marker, position = data[found.end() - 1], found.end()
        if marker == _EOI:
            yield marker, b"\xff\xd9"
            return
        if marker == _SOI:
            raise ValueError("a second beginning")
        if marker not in _SEGMENTS:
            if not in_head and marker not in _ALONE:
                raise ValueError("no marker that may follow a scan")
            continue  # stray bytes that look like one
        position += _length(data, position)
        if marker == _DRI and any(data[position - 2 : position]):
            after_scan = _AFTER_SCAN
        if marker == _SOS:
            in_head = False
            following = _search(after_scan, data, position)
            position = following.start() if following else len(data)
        yield marker, data[found.start() : position]
    raise ValueError("in too many pieces")


def _search(marker: re.Pattern[bytes], data: bytes, position: int) -> re.Match[bytes] | None:
    """The next marker, which has two bytes; in pieces, between which other threads go on."""
    for start in range(position, len(data), _SEARCHED_AT_ONCE):
        if found := marker.search(data, start, start + _SEARCHED_AT_ONCE + 1):
            return found
    return None


def _few_scans(pieces: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The pieces of a JPEG. Raises ValueError where decoding them would take too long."""
    pixels = scanned = 0
    for marker, piece in pieces:
        if marker in _FRAMES:
            pixels = int.from_bytes(piece[5:7]) * int.from_bytes(piece[7:9])
        scanned += pixels * (marker == _SOS)
        if scanned > _MOST_SCANNED:
            raise ValueError("more scans than any camera writes")
        yield marker, piece


def _length(data: bytes, position: int) -> int:
    length = int.from_bytes(data[position : position + 2])
    if length < _LENGTH_BYTES or len(data) < position + length:
        raise ValueError("cut off")
    return length


def _shows(marker: int, piece: bytes) -> bool:
    start, least = _SHOWS_JPEG.get(marker, (b"", 0))
    return bool(start) and piece[4:].startswith(start) and len(piece) >= least


def _orientation_segment(orientation: int) -> bytes:
    """An EXIF segment that holds the orientation and nothing else (TIFF 6.0, section 2)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = _EXIF + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def strip_png(data: bytes) -> Bare:
    """The PNG with only the chunks that make up its picture, of those beside it the sound ones."""
    kept: list[tuple[bytes, bytes]] = []
    exif = b""
    bodies: dict[bytes, bytes] = {}
    for kind, piece in _png_chunks(data):
        body = piece[8:-4]
        if kind == b"eXIf":
            exif = exif or body
        elif kind in _CRITICAL_PNG or _is_sound(kind, body, bodies):
            bodies.setdefault(kind, body)
            profile = trimmed_png_profile(body) if kind == b"iCCP" else body
            kept.append((kind, piece if profile == body else _png_chunk(kind, profile)))
    return Bare(data[:8] + b"".join(_exactly(kept, bodies.get(b"IHDR", b""))), exif)


def _exactly(kept: list[tuple[bytes, bytes]], head: bytes) -> Iterator[bytes]:
    """A PNG's chunks, its pixels without what is packed behind them; a large one's as they are."""
    pixels = None
    if len(head) == _IHDR_BYTES:
        width, height = struct.unpack(">II", head[:8])
        if width * height <= _MOST_UNPACKED:
            pixels = exact_pixels(
                head, b"".join(one[8:-4] for kind, one in kept if kind == b"IDAT")
            )
    for kind, piece in kept:
        if kind != b"IDAT" or pixels is None:
            yield piece
        elif pixels:
            yield _png_chunk(kind, pixels)
            pixels = b""


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_bodies(data: bytes) -> Iterator[bytes]:
    """What makes a bare PNG's pixels: its head, palette, transparency and packed pixels."""
    for kind, piece in _png_chunks(data):
        if kind in _CRITICAL_PNG or kind == b"tRNS":
            yield piece[8:-4]


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk with its kind; one beside the picture whose checksum is wrong is skipped."""
    position, view = 8, memoryview(data)
    for _ in range(_MOST_PIECES):
        end = position + 12 + int.from_bytes(view[position : position + 4])
        if len(data) < end:
            raise ValueError("cut off")
        kind = data[position + 4 : position + 8]
        is_right = zlib.crc32(view[position + 4 : end - 4]) == int.from_bytes(view[end - 4 : end])
        if is_right:
            yield kind, data[position:end]
        elif not kind[0] & _ANCILLARY:
            raise ValueError("a wrong checksum in the picture")
        if kind == b"IEND":
            return
        position = end
    raise ValueError("in too many pieces")


def _is_sound(kind: bytes, body: bytes, before: dict[bytes, bytes]) -> bool:
    """Whether an ancillary chunk shows, the first of its kind, and is what its kind should be."""
    if len(body) not in _SHOWS_PNG.get(kind, ()) or kind in before or b"IDAT" in before:
        return False
    if kind == b"iCCP":
        return _is_profile(body)
    if kind == b"tRNS":
        color_type = int.from_bytes(before.get(b"IHDR", b"")[9:10])
        colors = len(before.get(b"PLTE", b"")) // 3 if color_type == _PALETTE else 0
        return len(body) == _KEY_BYTES.get(color_type) or len(body) <= colors
    return True


def _is_profile(body: bytes) -> bool:
    _, _, packed = body.partition(b"\x00")
    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(packed[1:], _LARGEST_PROFILE)
    except zlib.error:
        return False
    return packed[:1] == b"\x00" and unpacker.eof


def strip_webp(data: bytes) -> Bare:
    """The WebP without EXIF and XMP, its header's flags in keeping. Raises for an animation."""
    chunks: dict[bytes, bytes] = {}
    for kind, body in _webp_chunks(data):
        chunks.setdefault(b"VP8" if kind in _WEBP_PICTURE else kind, kind + _sized(body))
    if b"VP8" not in chunks:
        raise ValueError("no picture")
    if b"VP8X" in chunks:
        chunks[b"VP8X"] = _plain_header(chunks[b"VP8X"], has_profile=b"ICCP" in chunks)
    if b"ICCP" in chunks:
        size = int.from_bytes(chunks[b"ICCP"][4:8], "little")
        chunks[b"ICCP"] = b"ICCP" + _sized(trimmed_profile(chunks[b"ICCP"][8 : 8 + size]))
    shown = _SHOWS_WEBP if b"VP8X" in chunks else _WEBP_PICTURE
    kept = b"".join(chunk for chunk in chunks.values() if chunk[:4] in shown)
    whole = b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WEBP" + kept
    return Bare(whole, chunks.get(b"EXIF", b"")[8:])


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks that are known, wherever the file says that it ends and however it is padded."""
    position = 12
    for _ in range(_MOST_PIECES):
        if position + 8 > len(data):
            return
        kind = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        end = position + 8 + size
        if kind in _SHOWS_WEBP and len(data) < end:
            raise ValueError("cut off")
        if kind in _KNOWN_WEBP:
            yield kind, data[position + 8 : end]
        position = end
        if size % 2 and data[end : end + 4] not in _KNOWN_WEBP:
            position += 1
        if zeros := _ZEROS.match(data, position):
            position = zeros.end()
    raise ValueError("in too many pieces")


def _sized(body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def _plain_header(chunk: bytes, *, has_profile: bool) -> bytes:
    if len(chunk) < 8 + _VP8X_BYTES:
        raise ValueError("cut off")
    if chunk[8] & _ANIMATION_FLAG:
        raise ValueError("an animation is no photo")
    flags = chunk[8] & _ALPHA_FLAG
    plain = bytes([flags | (_PROFILE_FLAG if has_profile else 0), 0, 0, 0])
    return b"VP8X" + _sized(plain + chunk[12 : 8 + _VP8X_BYTES])


def check_heif(data: bytes) -> None:
    """Raise ValueError for a HEIF whose items have kinds or names that are no text.

    Its decoder makes words of them unasked, and one that is none ends the whole process.
    """
    for kind, content in _boxes(data, 0, len(data)):
        if kind == b"meta":
            for inner, iinf in _boxes(data, content.start + 4, content.stop):
                for entry in _item_entries(data, iinf) if inner == b"iinf" else ():
                    _check_item(data[entry.start : entry.stop])


def _check_item(entry: bytes) -> None:
    after_id = 4 + (2 if entry[0] < _WIDE_ITEM else 4)
    kind, words = entry[after_id + 2 : after_id + 6], entry[after_id + 6 :]
    if entry[0] > 1 and not (kind.isascii() and kind.decode().isprintable()):
        raise ValueError("an item of no kind")
    (words if entry[0] > 1 else entry[after_id + 2 :]).decode()


def emptied_heif(data: bytes) -> bytes:
    """The HEIF with its EXIF and XMP emptied, wherever in or beyond the file they should stand.

    Its decoder reads them before the picture, and gives up where they are out of reach. Source:
    ISO/IEC 14496-12, 8.11 (meta, iinf, iloc).
    """
    emptied = bytearray(data)
    boxes = dict(_boxes(data, 0, len(data)))
    inner = dict(_boxes(data, boxes[b"meta"].start + 4, boxes[b"meta"].stop))
    for place in _extents(data, inner[b"iloc"], _metadata_items(data, inner[b"iinf"])):
        emptied[place.start : place.stop] = bytes(len(place))
    return bytes(emptied)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, range]]:
    """Each box's kind, and where its content stands. Raises ValueError where there are too many."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            return
        size, head = int.from_bytes(data[start : start + 4]), 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16]), 16
        stop = min(start + size, end) if size else end
        yield data[start + 4 : start + 8], range(start + head, stop)
        start = max(stop, start + head)
    raise ValueError("in too many boxes")


def _metadata_items(data: bytes, iinf: range) -> set[int]:
    """The ids of the items that are EXIF or XMP."""
    found = set()
    for entry in _item_entries(data, iinf):
        width = 2 if data[entry.start] < _WIDE_ITEM else 4
        after_id = entry.start + 4 + width
        if data[after_id + 2 : after_id + 6] in (b"Exif", b"mime"):
            found.add(int.from_bytes(data[entry.start + 4 : after_id]))
    return found


def _item_entries(data: bytes, iinf: range) -> Iterator[range]:
    """Where the content of each item's entry stands."""
    first = iinf.start + 4 + (2 if data[iinf.start] == 0 else 4)
    return (entry for kind, entry in _boxes(data, first, iinf.stop) if kind == b"infe")


def _extents(data: bytes, iloc: range, items: set[int]) -> Iterator[range]:
    """Where it is written at which offset, and how long, each of the items is."""
    version, sizes = data[iloc.start], data[iloc.start + 4 : iloc.start + 6]
    offset, length, base = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    index = sizes[1] & 15 if version else 0
    wide = 2 if version < _WIDE_LOCATION else 4
    at = iloc.start + 6 + wide
    for _ in range(int.from_bytes(data[iloc.start + 6 : at])):
        item = int.from_bytes(data[at : at + wide])
        at += wide + (2 if version else 0) + 2 + base
        if at > iloc.stop:
            raise ValueError("cut off")
        count = int.from_bytes(data[at : at + 2])
        at += 2
        if item in items:
            yield range(at - 2 - base, at - 2)
            yield from (
                range(one + index, one + index + offset + length)
                for one in range(
                    at, at + count * (index + offset + length), index + offset + length
                )
            )
        at += count * (index + offset + length)
