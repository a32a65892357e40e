"""Read a proof's text and its QR code, and find the fields of the receipt in them."""

import hashlib
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import zxingcpp
from PIL import Image

from comanda.domain.examinations import Source
from comanda.domain.readings import Reading
from comanda.examiner.codes import read_code
from comanda.examiner.fields import merge, read_fields
from comanda.examiner.passes import read_picture
from comanda.examiner.reader import Reader
from comanda.examiner.words import Hints, Page

_LONGEST_CODE = 4_000
# A code that each receipt of a bank shows alike, such as its address, says nothing about this one.
_OWN_DIGITS = 8
_CODE_FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


@dataclass(frozen=True, slots=True)
class Text:
    """What a proof says; `source` is where text was looked for, None if nothing looked for any.

    `code` is the hash of a QR code that belongs to this receipt alone, or None.
    """

    reading: Reading | None = None
    source: Source | None = None
    code: str | None = None


def text_of_picture(
    picture: Image.Image, hints: Hints, readers: Sequence[Reader], end: float
) -> Text:
    """Return what a grey, upright picture says; `end` is when the reading is over, as monotonic."""
    content = _find_code(picture)
    reading = _read(picture, hints, readers, end)
    return _with_code(reading, Source.PICTURE if readers else None, content, hints)


def text_of_pages(pages: Sequence[Page], picture: Image.Image | None, hints: Hints) -> Text:
    """Return what a PDF's own text says; `picture` is its first page, for a QR code."""
    content = None if picture is None else _find_code(picture)
    return _with_code(_kept(read_fields(pages, hints)), Source.TEXT, content, hints)


def _read(
    picture: Image.Image, hints: Hints, readers: Sequence[Reader], end: float
) -> Reading | None:
    """Read a picture in rounds until two agree on all that matters, or time is over."""
    reading = None
    with suppress(OSError):  # a reader ended: what it read until then counts
        for pages in read_picture(picture, readers, end - time.monotonic()):
            earlier, reading = reading, read_fields(pages, hints)
            reading = _turned_back(reading, pages[0].quarters if pages else 0)
            if earlier is not None and _is_complete(reading) and _agree(earlier, reading):
                break
    return None if reading is None else _kept(reading)


def _agree(one: Reading, other: Reading) -> bool:
    """Whether two readings say the same, so that another round would hardly say anything else."""
    facts = [
        (reading.amount, reading.reference, reading.day, reading.account)
        for reading in (one, other)
    ]
    return facts[0] == facts[1]


def _turned_back(reading: Reading, quarters: int) -> Reading:
    """Return the reading of a turned picture with its places on the picture as it is shown."""
    return replace(
        reading,
        fields=tuple(
            replace(field, box=field.box and field.box.turned_back(quarters))
            for field in reading.fields
        ),
        lines=tuple(replace(line, box=line.box.turned_back(quarters)) for line in reading.lines),
    )


def _is_complete(reading: Reading) -> bool:
    return None not in (reading.amount, reading.reference, reading.day)


def _kept(reading: Reading) -> Reading | None:
    """Return the reading, or None if it has neither a field nor a line."""
    return reading if reading.fields or reading.lines else None


def _with_code(
    reading: Reading | None, source: Source | None, content: str | None, hints: Hints
) -> Text:
    if content is None:
        return Text(reading, source)
    of_code = read_code(content, hints)
    merged = _kept(of_code if reading is None else merge(reading, of_code))
    is_own = len(re.findall("[0-9]", content)) >= _OWN_DIGITS
    code = hashlib.sha256(content.encode("utf-8", "replace")).hexdigest() if is_own else None
    return Text(merged, source or Source.PICTURE, code)


def _find_code(picture: Image.Image) -> str | None:
    """Return the text of the only QR code on a picture, else None."""
    codes = zxingcpp.read_barcodes(picture, formats=_CODE_FORMATS)
    contents = {code.text for code in codes if code.text}
    if len(contents) != 1:
        return None
    (content,) = contents
    return content[:_LONGEST_CODE]
