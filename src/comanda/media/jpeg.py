"""Follow a JPEG's segments to its end mark; keep only what is needed to show it (ITU-T T.81, B)."""

import re
import struct
from collections.abc import Iterable, Iterator
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
from comanda.media.trimming import joined_profile, trimmed_body

MOST_PIXELS = 50_000_000
_SOI, _EOI, _SOS, _FILL = 0xD8, 0xD9, 0xDA, 0xFF
_APP0, _APP1, _APP2, _APP14, _APP15, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_SEGMENTS = frozenset({*range(0xC0, 0xD0), *range(_SOS, 0xF0), _COMMENT})  # with a length
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # frame headers: they hold the size
# Sequential and progressive, with Huffman or arithmetic coding. Others are shown nowhere.
_SHOWN_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
_LENGTHLESS_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})  # decoders skip them
_DRI, _DAC = 0xDD, 0xCC
_ARITHMETIC_FRAMES = frozenset({0xC9, 0xCA})
_SKIPPED_MARKERS = frozenset({0xDC, 0xDE, 0xDF, _COMMENT})  # decoders skip them
_LENGTH_BYTES, _HEAD_BYTES = 2, 4  # of a segment's length; of its marker and length
_FRAME_BYTES, _SCAN_BYTES, _MOST_IN_A_SCAN = 6, 4, 4
_BITS, _COMPONENTS = 8, (1, 3, 4)  # what decoders show: grey, colours, colours of a printer
# A marker, or the first two of several fill bytes.
_MARKER = re.compile(rb"\xff[^\x00]", re.DOTALL)
# The marker that ends a scan. Without an announced restart interval, restart markers end it, too.
_AFTER_SCAN_WITHOUT_RESTARTS = _MARKER
_AFTER_SCAN = re.compile(rb"\xff[^\x00\x01\xd0-\xd7]", re.DOTALL)
_FILL_BYTES = re.compile(rb"\xff{1,1048576}")
# APP segments that change the look: the prefix, and the least length with marker and length field.
_SHOWN_APPLICATIONS = {
    _APP0: (b"JFIF\x00", 18),
    _APP2: (b"ICC_PROFILE\x00", 19),
    _APP14: (b"Adobe", 16),
}
_EXIF = b"Exif\x00\x00"
_SEARCHED_BYTES = 1024 * 1024
_MOST_SCANS = 100  # a progressive JPEG of a camera has about ten
_MOST_SCANNED = 800_000_000  # pixels times scans: each scan of a progressive JPEG visits all pixels


class _Segment(NamedTuple):
    """A segment's marker and offsets. A scan's data lie between `body_end` and `end`."""

    marker: int
    start: int
    body_end: int
    end: int


def strip_jpeg(data: bytes) -> BarePicture:
    """Return the JPEG without its metadata but the orientation, and without data after its end.

    Raises ValueError for a file that can't be followed to its end mark, and UnsupportedFile for too
    many pixels.
    """
    segments, end = _read_segments(data)
    frame = _check_frame(data, segments)
    facts, orientation_part = _read_orientation(data, segments)
    kept_segments = [segment for segment in segments if _is_needed(data, segment, frame)]
    parts = [range(2), orientation_part, *_kept_parts(data, kept_segments), range(end - 2, end)]
    return BarePicture("image/jpeg", join_parts(data, parts), facts)


def _read_segments(data: bytes) -> tuple[list[_Segment], int]:
    """Return each segment and the offset after the end mark. Skip bytes between segments."""
    segments: list[_Segment] = []
    markers, position, in_head = _Markers(data), 2, True
    after_scan = _AFTER_SCAN_WITHOUT_RESTARTS
    while True:
        start = markers.find(_MARKER, position)
        marker, position = data[start + 1], start + 2
        if marker == _EOI:
            return segments, position
        if marker == _SOI:
            raise ValueError("a second beginning")
        if marker not in _SEGMENTS:
            if not in_head and marker not in _LENGTHLESS_MARKERS:
                raise ValueError("no marker that may follow a scan")
            continue  # stray bytes that look like a marker
        position = body_end = position + _read_length(data, position)
        if marker == _DRI and any(data[position - 2 : position]):
            after_scan = _AFTER_SCAN
        if marker == _SOS:
            in_head = False
            position = markers.find(after_scan, position)
        segments.append(_Segment(marker, start, body_end, position))


class _Markers:
    """Finds markers in a JPEG. The number of searches is limited."""

    def __init__(self, data: bytes) -> None:
        self._data, self._searches_left = data, most_pieces(data)

    def find(self, marker: re.Pattern[bytes], position: int) -> int:
        """Return the offset of the next marker. Raises ValueError without a marker.

        The search goes piece by piece: other threads run between the searches. Fill bytes before
        the marker are skipped at once.
        """
        data = self._data
        while position < len(data):
            self._searches_left -= 1
            if self._searches_left < 0:
                raise ValueError("in too many pieces")
            end = position + _SEARCHED_BYTES
            match = marker.search(data, position, end + 1)
            if match is None:
                position = end
            elif data[match.start() + 1] != _FILL:
                return match.start()
            elif marker.match(data, position := _skip_fill_bytes(data, match.start())):
                return position
        raise ValueError("cut off")


def _skip_fill_bytes(data: bytes, position: int) -> int:
    """Return the offset of the last of the fill bytes that begin at `position`."""
    end = position
    while match := _FILL_BYTES.match(data, end):
        end = match.end()
    return end - 1


def _read_length(data: bytes, position: int) -> int:
    length = int.from_bytes(data[position : position + 2])
    if length < _LENGTH_BYTES or len(data) < position + length:
        raise ValueError("cut off")
    return length


def _check_frame(data: bytes, segments: list[_Segment]) -> int:
    """Return the marker of the frame. Raises ValueError for a frame or scans that nobody shows."""
    frame = pixels = scans = 0
    for segment in segments:
        if segment.marker in _FRAMES:
            if frame or segment.marker not in _SHOWN_FRAMES:
                raise ValueError("no frame that is shown")
            frame, pixels = segment.marker, _check_frame_header(data, segment)
        elif segment.marker == _SOS:
            _check_scan_header(data, segment)
            scans += 1
            if not frame or scans > _MOST_SCANS or pixels * scans > _MOST_SCANNED:
                raise ValueError("a scan without a frame, or more than any camera writes")
    if not scans:
        raise ValueError("no picture")
    return frame


def _check_frame_header(data: bytes, frame: _Segment) -> int:
    """Return how many pixels the picture has."""
    body = data[frame.start + _HEAD_BYTES : frame.body_end]
    if len(body) < _FRAME_BYTES or len(body) < _FRAME_BYTES + 3 * body[5]:
        raise ValueError("cut off")
    bits, height, width, components = struct.unpack_from(">BHHB", body)
    if bits != _BITS or components not in _COMPONENTS:
        raise ValueError("no colours that are shown")
    check_size(width, height, MOST_PIXELS)
    return int(width * height)


def _check_scan_header(data: bytes, scan: _Segment) -> None:
    body = data[scan.start + _HEAD_BYTES : scan.body_end]
    if len(body) < _SCAN_BYTES or not 1 <= body[0] <= _MOST_IN_A_SCAN:
        raise ValueError("no scan")
    if len(body) < _SCAN_BYTES + 2 * body[0]:
        raise ValueError("cut off")


def _read_orientation(data: bytes, segments: list[_Segment]) -> tuple[ExifFacts, Part]:
    """Return what the first EXIF tells, and a segment of its orientation, empty if upright."""
    for segment in segments:
        body = segment.start + _HEAD_BYTES
        if segment.marker == _APP1 and data.startswith(_EXIF, body):
            facts = read_exif(data[body + len(_EXIF) : segment.end])
            if facts.orientation == UPRIGHT:
                return facts, b""
            place = range(segment.start, segment.end)
            return facts, part_or_new(data, place, _orientation_segment(facts.orientation))
    return ExifFacts(), b""


def _orientation_segment(orientation: int) -> bytes:
    body = _EXIF + orientation_tiff(orientation)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _is_needed(data: bytes, segment: _Segment, frame: int) -> bool:
    """Return whether a decoder needs a segment.

    A table of arithmetic coding is needed only for a frame with arithmetic coding.
    """
    marker = segment.marker
    if _APP0 <= marker <= _APP15:
        return _is_shown(data, marker, segment.start, segment.end)
    return marker not in _SKIPPED_MARKERS and (marker != _DAC or frame in _ARITHMETIC_FRAMES)


def _is_shown(data: bytes, marker: int, start: int, end: int) -> bool:
    prefix, least_bytes = _SHOWN_APPLICATIONS.get(marker, (b"", 0))
    return bool(prefix) and end - start >= least_bytes and data.startswith(prefix, start + 4)


def _kept_parts(data: bytes, segments: list[_Segment]) -> Iterator[Part]:
    """Yield the segments, each without data after its last field, and the colour profile whole.

    Of repeated segments, only the first JFIF and the last Adobe segment count.
    """
    adobe_segments = [segment for segment in segments if segment.marker == _APP14]
    seen_markers: set[int] = set()
    for segment in segments:
        marker = segment.marker
        is_first = marker not in seen_markers
        seen_markers.add(marker)
        if marker == _APP2:
            yield from _profile_parts(data, segments) if is_first else ()
        elif not (
            (marker == _APP0 and not is_first)
            or (marker == _APP14 and segment is not adobe_segments[-1])
        ):
            yield from _trimmed_parts(data, segment)


def _profile_parts(data: bytes, segments: list[_Segment]) -> Iterable[Part]:
    places = [range(one.start, one.end) for one in segments if one.marker == _APP2]
    pieces = [data[place.start : place.stop] for place in places]
    profile = joined_profile(pieces)
    return places if profile == pieces else profile


def _trimmed_parts(data: bytes, segment: _Segment) -> Iterator[Part]:
    """Yield a segment's head and body, then the data of a scan without fill bytes at its end."""
    marker, start, body_end, end = segment
    body = data[start + _HEAD_BYTES : body_end]
    trimmed = trimmed_body(marker, body, _FRAMES)
    if trimmed == body:
        yield range(start, body_end)
    else:
        yield data[start : start + 2] + struct.pack(">H", len(trimmed) + 2) + trimmed
    if data[end - 1] == _FILL and end > body_end:
        end = body_end + len(data[body_end:end].rstrip(bytes([_FILL])))
    yield range(body_end, end)


def blanked_jpeg(data: bytes) -> bytes:
    """Return the JPEG with zeros over its metadata and the same length.

    Data that can't be followed stays as it is.
    """
    blanked, position = bytearray(data), 2
    is_picture = data[:2] == b"\xff\xd8"
    for _ in range(most_pieces(data) if is_picture else 0):
        if data[position : position + 1] != b"\xff":
            break
        marker = data[position + 1] if position + 1 < len(data) else _SOS
        if marker not in _SEGMENTS or marker == _SOS:
            break
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4])
        is_application = _APP0 <= marker <= _APP15
        if marker == _COMMENT or (is_application and not _is_shown(data, marker, position, end)):
            blanked[position + 4 : end] = bytes(len(data[position + 4 : end]))
        position = max(end, position + 4)
    return bytes(blanked)
