"""Check an iPhone's picture by its boxes, and empty its metadata (ISO/IEC 14496-12 and 23008-12).

The file keeps its length: its bytes are found by offsets. A table of items tells where each item's
bytes lie; to the end of these the file must be whole.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from comanda.domain.errors import UnsupportedFile
from comanda.media.bare_picture import BarePicture, check_size, most_pieces
from comanda.media.exif import ExifFacts, read_exif

MOST_PIXELS = 50_000_000
_BRANDS = frozenset(b"heic heix heim heis hevc hevx hevm hevs mif1 msf1".split())
_CODED, _PICTURES = b"hvc1", frozenset({b"hvc1", b"grid", b"iovl", b"iden"})
_EXIF, _METADATA = b"Exif", frozenset({b"Exif", b"mime"})
# The boxes that tell a decoder how to show the items. All others hold the items, or nothing needed.
_STRUCTURE = frozenset(b"ftyp hdlr pitm iinf iloc iprp iref dinf grpl ipro".split())
_MOST_ITEMS, _MOST_EXTENTS = 4000, 8000  # a photo has some hundreds
_BOX_BYTES = 256  # the least mean size of a box
_LONGEST_EXIF, _MOST_EXIF_EXTENTS = 1 << 16, 4
_WIDE_ITEM, _WIDE_LOCATION = 3, 2  # from these versions on, an id has four bytes
_IN_FILE, _IN_META = 0, 1  # what an extent's offset is counted from


@dataclass(frozen=True, slots=True)
class _Item:
    """An item's kind, its extents as ranges of the file, and the ranges of their fields."""

    kind: bytes
    extents: list[range]
    fields: list[range]


def is_heif(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS


@cache
def is_decodable() -> bool:
    """Return whether the examiner can decode a HEIF."""
    return find_spec("pi_heif") is not None


def strip_heif(data: bytes) -> BarePicture:
    """Return the HEIF with zeros over all but its pictures, and without data after its last item.

    Raises ValueError for a file whose boxes can't be followed or whose items lie beyond its end,
    and UnsupportedFile for too many pixels, and where the extra `heic` is missing: nobody could
    ever see the picture.
    """
    if not is_decodable():
        raise UnsupportedFile
    check_heif(data)
    top_boxes = list(_boxes(data, 0, len(data)))
    meta = _only_boxes(top_boxes, b"meta")[b"meta"]
    boxes = list(_boxes(data, meta.start + 4, meta.stop))
    tables = _only_boxes(boxes, b"pitm", b"iinf", b"iloc", b"iprp")
    idat = next((content for kind, content in boxes if kind == b"idat"), range(0))
    items = _read_items(data, tables, idat.start)
    _check_picture(data, tables, items)
    shown_extents = list(_check_extents(items, len(data)))
    hidden_items = [item for item in items.values() if item.kind in _METADATA]
    exif_item = next((item for item in hidden_items if item.kind == _EXIF), None)
    facts = ExifFacts() if exif_item is None else _read_exif(data, exif_item)
    structure = [
        _whole(content) for kind, content in (*top_boxes[:1], *boxes) if kind in _STRUCTURE
    ]
    needed_end = max(meta.stop, *(extent.stop for extent in shown_extents))
    end = min((box.stop for _, box in top_boxes if box.stop >= needed_end), default=len(data))
    needless = [box for kind, box in top_boxes[1:] if kind != b"meta" and box.start < end]
    needless += [content for kind, content in boxes if kind not in _STRUCTURE]
    data = _with_zeros(data, hidden_items, needless, [*shown_extents, *structure])
    return BarePicture("image/heic", data[:end], facts)


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


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, range]]:
    """Yield each box's kind and the range of its content. Raises ValueError for too many boxes."""
    for _ in range(most_pieces(data, _BOX_BYTES)):
        if start + 8 > end:
            return
        size, head = int.from_bytes(data[start : start + 4]), 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16]), 16
        stop = min(start + size, end) if size else end
        yield data[start + 4 : start + 8], range(start + head, max(stop, start + head))
        start = max(stop, start + head)
    raise ValueError("in too many boxes")


def _whole(content: range) -> range:
    """Return the range of a box with its head."""
    return range(content.start - 8, content.stop)


def _only_boxes(boxes: Iterable[tuple[bytes, range]], *kinds: bytes) -> dict[bytes, range]:
    """Return the boxes of the given kinds. Raises ValueError unless there is one of each kind."""
    contents = [(kind, content) for kind, content in boxes if kind in kinds]
    if len(contents) != len(kinds) or len(dict(contents)) != len(kinds):
        raise ValueError("a box is missing or stands twice")
    return dict(contents)


def _read_items(data: bytes, tables: dict[bytes, range], idat_start: int) -> dict[int, _Item]:
    """Return the items by their ids."""
    items = {}
    for entry in _item_entries(data, tables[b"iinf"]):
        id_bytes = 2 if data[entry.start] < _WIDE_ITEM else 4
        after_id = entry.start + 4 + id_bytes
        item_id = int.from_bytes(data[entry.start + 4 : after_id])
        items[item_id] = _Item(data[after_id + 2 : after_id + 6], [], [])
        if len(items) > _MOST_ITEMS:
            raise ValueError("more items than any camera writes")
    _read_locations(data, tables[b"iloc"], items, idat_start)
    return items


def _item_entries(data: bytes, iinf: range) -> Iterator[range]:
    """Return the range of each item entry's content."""
    first = iinf.start + 4 + (2 if data[iinf.start] == 0 else 4)
    return (entry for kind, entry in _boxes(data, first, iinf.stop) if kind == b"infe")


def _read_locations(data: bytes, iloc: range, items: dict[int, _Item], idat_start: int) -> None:
    """Add their extents and fields to the items. Raises ValueError for a damaged table."""
    version, sizes = data[iloc.start], data[iloc.start + 4 : iloc.start + 6]
    offset_bytes, length_bytes, base_bytes = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    index_bytes = sizes[1] & 15 if version else 0
    id_bytes = 2 if version < _WIDE_LOCATION else 4
    at = iloc.start + 6 + id_bytes
    item_count, extents_left = int.from_bytes(data[iloc.start + 6 : at]), _MOST_EXTENTS
    for _ in range(min(item_count, _MOST_ITEMS + 1)):
        item = items.get(int.from_bytes(data[at : at + id_bytes]), _Item(b"", [], []))
        at += id_bytes
        method = data[at + 1] & 15 if version else _IN_FILE
        at += (2 if version else 0) + 2
        base = int.from_bytes(data[at : at + base_bytes])
        item.fields.append(range(at, at + base_bytes))
        at += base_bytes
        count = int.from_bytes(data[at : at + 2])
        at += 2
        extents_left -= 1 + count
        if extents_left < 0 or at + count * (index_bytes + offset_bytes + length_bytes) > iloc.stop:
            raise ValueError("cut off, or in too many extents")
        if method not in (_IN_FILE, _IN_META):
            raise ValueError("an item within another item")
        base += idat_start if method == _IN_META else 0
        for _ in range(count):
            at += index_bytes
            length_at, end = at + offset_bytes, at + offset_bytes + length_bytes
            start = base + int.from_bytes(data[at:length_at])
            item.extents.append(range(start, start + int.from_bytes(data[length_at:end])))
            item.fields.append(range(at, end))
            at = end


def _check_picture(data: bytes, tables: dict[bytes, range], items: dict[int, _Item]) -> None:
    """Check the kind of the primary item and the sizes of all items."""
    pitm = tables[b"pitm"]
    primary_id = int.from_bytes(data[pitm.start + 4 : pitm.stop])
    if primary_id not in items or items[primary_id].kind not in _PICTURES:
        raise ValueError("no picture that is shown")
    properties = dict(_boxes(data, tables[b"iprp"].start, tables[b"iprp"].stop))[b"ipco"]
    sizes = [
        struct.unpack_from(">II", data, content.start + 4)
        for kind, content in _boxes(data, properties.start, properties.stop)
        if kind == b"ispe"
    ]
    if not sizes:
        raise ValueError("no size")
    for width, height in sizes:
        check_size(width, height, MOST_PIXELS)


def _check_extents(items: dict[int, _Item], file_bytes: int) -> Iterator[range]:
    """Yield the extents of what is shown. Raises ValueError for a picture that was cut off."""
    for item in items.values():
        if item.kind == _CODED and not any(item.extents):
            raise ValueError("a picture without data")
        for extent in item.extents if item.kind not in _METADATA else ():
            if extent.stop > file_bytes:
                raise ValueError("cut off")
            yield extent


def _read_exif(data: bytes, item: _Item) -> ExifFacts:
    """Return what the EXIF tells. Four bytes before it say how far away its TIFF begins."""
    exif = b"".join(
        data[extent.start : min(extent.stop, extent.start + _LONGEST_EXIF)]
        for extent in item.extents[:_MOST_EXIF_EXTENTS]
    )
    tiff = exif[4 + int.from_bytes(exif[:4]) :]
    return read_exif(tiff if len(tiff) > 4 else exif[4:])  # noqa: PLR2004


def _with_zeros(
    data: bytes, hidden_items: list[_Item], needless: list[range], kept_ranges: list[range]
) -> bytes:
    """Return the file with zeros over needless ranges, the items and the fields that tell of them.

    The decoder reads metadata before the picture, and fails if they lie beyond the file. Bytes that
    the picture or the structure needs, too, stay.
    """
    emptied_file = bytearray(data)
    hidden_extents = [extent for item in hidden_items for extent in item.extents]
    for extent in _merged([*hidden_extents, *needless]):
        place = range(min(extent.start, len(data)), min(extent.stop, len(data)))
        emptied_file[place.start : place.stop] = bytes(len(place))
    for kept in _merged(kept_ranges):
        emptied_file[kept.start : kept.stop] = data[kept.start : kept.stop]
    for item in hidden_items:
        for place in item.fields:
            emptied_file[place.start : place.stop] = bytes(len(place))
    return bytes(emptied_file)


def _merged(ranges: Iterable[range]) -> Iterator[range]:
    """Yield the ranges joined where they overlap: none of the file's bytes is visited twice."""
    joined = range(0)
    for place in sorted(ranges, key=lambda place: place.start):
        if place.start > joined.stop:
            yield joined
            joined = place
        else:
            joined = range(joined.start, max(joined.stop, place.stop))
    yield joined
