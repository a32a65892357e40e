"""Remove a picture's metadata (place, owner, thumbnail) without a change of its pixels.

Each `strip_` function takes a whole file and returns a `BarePicture`. It also leaves out the data
that browsers skip: stray bytes, damaged or oversized chunks beside the picture, and data after the
picture's end. It raises ValueError for a file whose structure it can't follow. Sources: ITU-T T.81
annex B (JPEG), PNG third edition section 5, the WebP container specification.
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
_SEGMENTS = frozenset({*range(0xC0, 0xD0), *range(_SOS, 0xF0), _COMMENT})  # with a length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # frame headers: they hold the size
_LENGTHLESS_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})  # decoders skip them
_DRI, _DAC = 0xDD, 0xCC
_ARITHMETIC_FRAMES = frozenset({0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
# Decoders skip them; `strip_jpeg` adds the EOI.
_SKIPPED_MARKERS = frozenset({0xDC, 0xDE, 0xDF, _EOI, _COMMENT})
_LENGTH_BYTES = 2
_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
# The marker that ends a scan. Without an announced restart interval, restart markers end it, too.
_AFTER_SCAN_WITHOUT_RESTARTS = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
_AFTER_SCAN = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd7]", re.DOTALL)
# APP segments that change the look: the prefix, and the least length with marker and length field.
_SHOWN_JPEG = {
    _APP0: (b"JFIF\x00", 18),
    _APP2: (b"ICC_PROFILE\x00", 19),
    _APP14: (b"Adobe", 16),
}
_EXIF = b"Exif\x00\x00"

_CRITICAL_PNG = frozenset(b"IHDR PLTE IDAT IEND".split())
_ANCILLARY = 0x20  # of a chunk's first letter
# The ancillary chunks that change the look, and the lengths that each may have.
_SHOWN_PNG: dict[bytes, range] = {
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
_KEY_BYTES = {0: 2, 2: 6}  # colour type → length of its transparent colour
_LARGEST_PROFILE = 1 << 20
_IHDR_BYTES = 13
_MOST_UNPACKED = 16_000_000  # pixels; `inspect` decodes no larger PNG

_WEBP_PICTURE = frozenset({b"VP8 ", b"VP8L"})
_SHOWN_WEBP = _WEBP_PICTURE | {b"VP8X", b"ALPH", b"ICCP"}
_KNOWN_WEBP = _SHOWN_WEBP | {b"ANIM", b"ANMF", b"EXIF", b"XMP "}
_PROFILE_FLAG, _ALPHA_FLAG, _ANIMATION_FLAG = 0x20, 0x10, 0x02
_VP8X_BYTES = 10
_WIDE_ITEM, _WIDE_LOCATION = 3, 2  # from these versions on, an id has four bytes

_MOST_PIECES = 20_000  # segments or chunks, stray bytes too; a large photo has some thousands
_SEARCHED_BYTES = 1024 * 1024
_MOST_BOXES = 20_000  # of a HEIF on one level; a photo has some hundreds
_MOST_SCANNED = 800_000_000  # pixels times scans: each scan of a progressive JPEG visits all pixels
_ZEROS = re.compile(rb"\x00*")


@dataclass(frozen=True, slots=True)
class BarePicture:
    """A picture with only the data needed to show it, and its former EXIF (TIFF, unchecked).

    `had_end` is False if the JPEG's end mark was missing and has been added. Only its pixels can
    then tell whether the picture was cut off.
    """

    data: bytes
    exif: bytes = b""
    had_end: bool = True


def strip_jpeg(data: bytes) -> BarePicture:
    """Return the JPEG without its metadata and without data after its end."""
    kept_segments: list[tuple[int, bytes]] = []
    exif, marker, frame = b"", _SOI, 0
    for marker, piece in _limit_scans(_jpeg_pieces(data)):
        if marker == _APP1 and piece[4:].startswith(_EXIF):
            exif = exif or piece[4 + len(_EXIF) :]
        frame = marker if marker in _FRAMES else frame
        if _is_needed_segment(marker, piece, frame):
            kept_segments.append((marker, trimmed_segment(marker, piece, _FRAMES)))
    has_end = marker == _EOI
    bare_jpeg = b"\xff\xd8" + b"".join(_without_repeats(kept_segments)) + b"\xff\xd9"
    return BarePicture(bare_jpeg, exif, had_end=has_end)


def _is_needed_segment(marker: int, piece: bytes, frame: int) -> bool:
    """Return whether a decoder needs a segment.

    A table of arithmetic coding is needed only after a frame with arithmetic coding.
    """
    if _APP0 <= marker <= _APP15:
        return _is_shown(marker, piece)
    return marker not in _SKIPPED_MARKERS and (marker != _DAC or frame in _ARITHMETIC_FRAMES)


def _without_repeats(segments: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """Yield the segments with the colour profile whole.

    Of repeated segments, only the first JFIF and the last Adobe segment count.
    """
    profile = joined_profile([piece for marker, piece in segments if marker == _APP2])
    last_adobe = max((at for at, (marker, _) in enumerate(segments) if marker == _APP14), default=0)
    seen_markers: set[int] = set()
    for at, (marker, piece) in enumerate(segments):
        is_first = marker not in seen_markers
        seen_markers.add(marker)
        if marker == _APP2:
            yield from profile if is_first else ()
        elif not ((marker == _APP0 and not is_first) or (marker == _APP14 and at != last_adobe)):
            yield piece


def turned_jpeg(data: bytes, orientation: int) -> bytes:
    """Return the bare JPEG with an EXIF segment for its orientation (tag 0x0112, 1 to 8)."""
    return data if orientation == 1 else data[:2] + _orientation_segment(orientation) + data[2:]


def blanked_jpeg(data: bytes) -> bytes:
    """Return the JPEG with zeros over its metadata and the same length.

    Data that can't be followed stays as it is.
    """
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
        if marker == _COMMENT or (_APP0 <= marker <= _APP15 and not _is_shown(marker, piece)):
            blanked[position + 4 : end] = bytes(len(piece) - 4)
        position = max(end, position + 4)
    return bytes(blanked)


def _jpeg_pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each segment with its marker, a scan with its data. Skip bytes between segments.

    A file that ends within a scan is yielded, too, without an end mark: decoders show it.
    """
    position, in_head, after_scan = 2, True, _AFTER_SCAN_WITHOUT_RESTARTS
    for _ in range(_MOST_PIECES):
        marker_match = _search_marker(_MARKER, data, position)
        if marker_match is None and not in_head:
            return
        if marker_match is None:
            raise ValueError("cut off")
        marker, position = data[marker_match.end() - 1], marker_match.end()
        if marker == _EOI:
            yield marker, b"\xff\xd9"
            return
        if marker == _SOI:
            raise ValueError("a second beginning")
        if marker not in _SEGMENTS:
            if not in_head and marker not in _LENGTHLESS_MARKERS:
                raise ValueError("no marker that may follow a scan")
            continue  # stray bytes that look like a marker
        position += _read_length(data, position)
        if marker == _DRI and any(data[position - 2 : position]):
            after_scan = _AFTER_SCAN
        if marker == _SOS:
            in_head = False
            scan_end = _search_marker(after_scan, data, position)
            position = scan_end.start() if scan_end else len(data)
        yield marker, data[marker_match.start() : position]
    raise ValueError("in too many pieces")


def _search_marker(marker: re.Pattern[bytes], data: bytes, position: int) -> re.Match[bytes] | None:
    """Find the next two-byte marker, piece by piece: other threads run between the searches."""
    for start in range(position, len(data), _SEARCHED_BYTES):
        if match := marker.search(data, start, start + _SEARCHED_BYTES + 1):
            return match
    return None


def _limit_scans(pieces: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Yield a JPEG's pieces. Raises ValueError if decoding would take too long."""
    pixels = scanned_pixels = 0
    for marker, piece in pieces:
        if marker in _FRAMES:
            pixels = int.from_bytes(piece[5:7]) * int.from_bytes(piece[7:9])
        scanned_pixels += pixels * (marker == _SOS)
        if scanned_pixels > _MOST_SCANNED:
            raise ValueError("more scans than any camera writes")
        yield marker, piece


def _read_length(data: bytes, position: int) -> int:
    length = int.from_bytes(data[position : position + 2])
    if length < _LENGTH_BYTES or len(data) < position + length:
        raise ValueError("cut off")
    return length


def _is_shown(marker: int, piece: bytes) -> bool:
    prefix, least_bytes = _SHOWN_JPEG.get(marker, (b"", 0))
    return bool(prefix) and piece[4:].startswith(prefix) and len(piece) >= least_bytes


def _orientation_segment(orientation: int) -> bytes:
    """Return an EXIF segment that holds only the orientation (TIFF 6.0, section 2)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    body = _EXIF + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def strip_png(data: bytes) -> BarePicture:
    """Return the PNG with only its critical chunks and the sound chunks that change its look."""
    kept_chunks: list[tuple[bytes, bytes]] = []
    exif = b""
    bodies: dict[bytes, bytes] = {}
    for kind, piece in _png_chunks(data):
        body = piece[8:-4]
        if kind == b"eXIf":
            exif = exif or body
        elif kind in _CRITICAL_PNG or _is_sound(kind, body, bodies):
            bodies.setdefault(kind, body)
            profile = trimmed_png_profile(body) if kind == b"iCCP" else body
            kept_chunks.append((kind, piece if profile == body else _png_chunk(kind, profile)))
    return BarePicture(
        data[:8] + b"".join(_with_exact_pixels(kept_chunks, bodies.get(b"IHDR", b""))), exif
    )


def _with_exact_pixels(chunks: list[tuple[bytes, bytes]], head: bytes) -> Iterator[bytes]:
    """Yield a PNG's chunks, without data packed after the pixels; a large PNG's unchanged."""
    pixels = None
    if len(head) == _IHDR_BYTES:
        width, height = struct.unpack(">II", head[:8])
        if width * height <= _MOST_UNPACKED:
            pixels = exact_pixels(
                head, b"".join(chunk[8:-4] for kind, chunk in chunks if kind == b"IDAT")
            )
    for kind, piece in chunks:
        if kind != b"IDAT" or pixels is None:
            yield piece
        elif pixels:
            yield _png_chunk(kind, pixels)
            pixels = b""


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_bodies(data: bytes) -> Iterator[bytes]:
    """Yield the parts that make a bare PNG's pixels: head, palette, transparency, packed pixels."""
    for kind, piece in _png_chunks(data):
        if kind in _CRITICAL_PNG or kind == b"tRNS":
            yield piece[8:-4]


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk with its kind; skip an ancillary chunk with a wrong checksum."""
    position, view = 8, memoryview(data)
    for _ in range(_MOST_PIECES):
        end = position + 12 + int.from_bytes(view[position : position + 4])
        if len(data) < end:
            raise ValueError("cut off")
        kind = data[position + 4 : position + 8]
        has_right_checksum = zlib.crc32(view[position + 4 : end - 4]) == int.from_bytes(
            view[end - 4 : end]
        )
        if has_right_checksum:
            yield kind, data[position:end]
        elif not kind[0] & _ANCILLARY:
            raise ValueError("a wrong checksum in the picture")
        if kind == b"IEND":
            return
        position = end
    raise ValueError("in too many pieces")


def _is_sound(kind: bytes, body: bytes, earlier_bodies: dict[bytes, bytes]) -> bool:
    """Return whether an ancillary chunk changes the look, is the first of its kind and is valid."""
    if (
        len(body) not in _SHOWN_PNG.get(kind, ())
        or kind in earlier_bodies
        or b"IDAT" in earlier_bodies
    ):
        return False
    if kind == b"iCCP":
        return _is_profile(body)
    if kind == b"tRNS":
        color_type = int.from_bytes(earlier_bodies.get(b"IHDR", b"")[9:10])
        colors = len(earlier_bodies.get(b"PLTE", b"")) // 3 if color_type == _PALETTE else 0
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


def strip_webp(data: bytes) -> BarePicture:
    """Return the WebP without EXIF and XMP, and with flags to match.

    Raises ValueError for an animation.
    """
    chunks: dict[bytes, bytes] = {}
    for kind, body in _webp_chunks(data):
        chunks.setdefault(b"VP8" if kind in _WEBP_PICTURE else kind, kind + _with_size(body))
    if b"VP8" not in chunks:
        raise ValueError("no picture")
    if b"VP8X" in chunks:
        chunks[b"VP8X"] = _plain_header(chunks[b"VP8X"], has_profile=b"ICCP" in chunks)
    if b"ICCP" in chunks:
        size = int.from_bytes(chunks[b"ICCP"][4:8], "little")
        chunks[b"ICCP"] = b"ICCP" + _with_size(trimmed_profile(chunks[b"ICCP"][8 : 8 + size]))
    shown_kinds = _SHOWN_WEBP if b"VP8X" in chunks else _WEBP_PICTURE
    kept_chunks = b"".join(chunk for chunk in chunks.values() if chunk[:4] in shown_kinds)
    bare_webp = b"RIFF" + struct.pack("<I", 4 + len(kept_chunks)) + b"WEBP" + kept_chunks
    return BarePicture(bare_webp, chunks.get(b"EXIF", b"")[8:])


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of known kinds; ignore the file's stated size and wrong padding."""
    position = 12
    for _ in range(_MOST_PIECES):
        if position + 8 > len(data):
            return
        kind = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        end = position + 8 + size
        if kind in _SHOWN_WEBP and len(data) < end:
            raise ValueError("cut off")
        if kind in _KNOWN_WEBP:
            yield kind, data[position + 8 : end]
        position = end
        if size % 2 and data[end : end + 4] not in _KNOWN_WEBP:
            position += 1
        if zeros := _ZEROS.match(data, position):
            position = zeros.end()
    raise ValueError("in too many pieces")


def _with_size(body: bytes) -> bytes:
    return struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def _plain_header(chunk: bytes, *, has_profile: bool) -> bytes:
    if len(chunk) < 8 + _VP8X_BYTES:
        raise ValueError("cut off")
    if chunk[8] & _ANIMATION_FLAG:
        raise ValueError("an animation is no photo")
    flags = chunk[8] & _ALPHA_FLAG
    flags_field = bytes([flags | (_PROFILE_FLAG if has_profile else 0), 0, 0, 0])
    return b"VP8X" + _with_size(flags_field + chunk[12 : 8 + _VP8X_BYTES])


def check_heif(data: bytes) -> None:
    """Raise ValueError for a HEIF with an item whose kind or name is not text.

    The decoder converts them to text, and invalid text ends the whole process.
    """
    for kind, content in _boxes(data, 0, len(data)):
        if kind == b"meta":
            for inner_kind, iinf in _boxes(data, content.start + 4, content.stop):
                for entry in _item_entries(data, iinf) if inner_kind == b"iinf" else ():
                    _check_item(data[entry.start : entry.stop])


def _check_item(entry: bytes) -> None:
    after_id = 4 + (2 if entry[0] < _WIDE_ITEM else 4)
    kind, item_strings = entry[after_id + 2 : after_id + 6], entry[after_id + 6 :]
    if entry[0] > 1 and not (kind.isascii() and kind.decode().isprintable()):
        raise ValueError("an item of no kind")
    (item_strings if entry[0] > 1 else entry[after_id + 2 :]).decode()


def emptied_heif(data: bytes) -> bytes:
    """Return the HEIF with the locations and lengths of its EXIF and XMP set to zero.

    The decoder reads both before the picture, and fails if they lie beyond the file. Source:
    ISO/IEC 14496-12, 8.11 (meta, iinf, iloc).
    """
    emptied_file = bytearray(data)
    boxes = dict(_boxes(data, 0, len(data)))
    meta_boxes = dict(_boxes(data, boxes[b"meta"].start + 4, boxes[b"meta"].stop))
    for place in _extent_fields(
        data, meta_boxes[b"iloc"], _metadata_items(data, meta_boxes[b"iinf"])
    ):
        emptied_file[place.start : place.stop] = bytes(len(place))
    return bytes(emptied_file)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, range]]:
    """Yield each box's kind and the range of its content. Raises ValueError for too many boxes."""
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
    """Return the ids of the items that are EXIF or XMP."""
    item_ids = set()
    for entry in _item_entries(data, iinf):
        id_bytes = 2 if data[entry.start] < _WIDE_ITEM else 4
        after_id = entry.start + 4 + id_bytes
        if data[after_id + 2 : after_id + 6] in (b"Exif", b"mime"):
            item_ids.add(int.from_bytes(data[entry.start + 4 : after_id]))
    return item_ids


def _item_entries(data: bytes, iinf: range) -> Iterator[range]:
    """Return the range of each item entry's content."""
    first = iinf.start + 4 + (2 if data[iinf.start] == 0 else 4)
    return (entry for kind, entry in _boxes(data, first, iinf.stop) if kind == b"infe")


def _extent_fields(data: bytes, iloc: range, item_ids: set[int]) -> Iterator[range]:
    """Yield the ranges of the fields that hold the offsets and lengths of the given items."""
    version, sizes = data[iloc.start], data[iloc.start + 4 : iloc.start + 6]
    offset_bytes, length_bytes, base_bytes = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    index_bytes = sizes[1] & 15 if version else 0
    id_bytes = 2 if version < _WIDE_LOCATION else 4
    at = iloc.start + 6 + id_bytes
    for _ in range(int.from_bytes(data[iloc.start + 6 : at])):
        item_id = int.from_bytes(data[at : at + id_bytes])
        at += id_bytes + (2 if version else 0) + 2 + base_bytes
        if at > iloc.stop:
            raise ValueError("cut off")
        count = int.from_bytes(data[at : at + 2])
        at += 2
        if item_id in item_ids:
            yield range(at - 2 - base_bytes, at - 2)
            yield from (
                range(start + index_bytes, start + index_bytes + offset_bytes + length_bytes)
                for start in range(
                    at,
                    at + count * (index_bytes + offset_bytes + length_bytes),
                    index_bytes + offset_bytes + length_bytes,
                )
            )
        at += count * (index_bytes + offset_bytes + length_bytes)
