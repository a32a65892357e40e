"""Decide from its structure whether a proof's file is taken, and remove its metadata.

Nothing is decoded: the examiner looks at what the file shows, later and in a process of its own.
"""

import hashlib
import struct

from comanda.domain.errors import UnsupportedFile
from comanda.domain.examinations import THUMBNAIL_SIDE
from comanda.domain.payments import Proof
from comanda.media.bare_picture import BarePicture
from comanda.media.exif import ExifFacts
from comanda.media.heif import is_heif, strip_heif
from comanda.media.jpeg import strip_jpeg
from comanda.media.pdf import check_pdf
from comanda.media.pdf_objects import Pdf
from comanda.media.png import SIGNATURE, strip_png
from comanda.media.webp import strip_webp

# To inspect the slowest picture of this size takes about two milliseconds.
INLINE_BYTES = 512 * 1024
_INLINE_PNG_BYTES = 128 * 1024  # a PNG may have more pieces
_DAMAGE_ERRORS = (ValueError, LookupError, ArithmeticError, struct.error)


def inspect(data: bytes, sha256: str) -> Proof:
    """Return the proof for `data`, a received file whose hash is `sha256`. Raises UnsupportedFile.

    The proof's file looks like the received file and has no metadata, scripts or attached files.
    """
    try:
        bare_picture = _strip(data)
    except _DAMAGE_ERRORS as error:
        raise UnsupportedFile from error
    is_changed = bare_picture.data is not data and bare_picture.data != data
    return Proof(
        content_type=bare_picture.content_type,
        data=bare_picture.data if is_changed else data,
        sha256=sha256,
        stored_sha256=hashlib.sha256(bare_picture.data).hexdigest() if is_changed else "",
        taken_at=bare_picture.exif.taken_at,
    )


def is_quick(data: bytes) -> bool:
    """Return whether `inspect` takes so little time that it may run on the event loop."""
    if _is_png(data):
        return len(data) <= _INLINE_PNG_BYTES
    return len(data) <= INLINE_BYTES and (_is_jpeg(data) or _is_webp(data))


def is_bare(content_type: str, data: bytes) -> bool:
    """Return whether `data` is a whole picture of this type, and nothing else is in the file."""
    try:
        bare_picture = _strip(data)
    except (UnsupportedFile, *_DAMAGE_ERRORS):
        return False
    return bare_picture.content_type == content_type and bare_picture.data == data


def is_thumbnail(data: bytes) -> bool:
    """Return whether `data` is a whole WebP of a thumbnail's size, and nothing else is in it."""
    try:
        return strip_webp(data, THUMBNAIL_SIDE * THUMBNAIL_SIDE).data == data
    except (UnsupportedFile, *_DAMAGE_ERRORS):
        return False


def _strip(data: bytes) -> BarePicture:
    if _is_jpeg(data):
        return strip_jpeg(data)
    if _is_png(data):
        return strip_png(data)
    if _is_webp(data):
        return strip_webp(data)
    if is_heif(data):
        return strip_heif(data)
    if check_pdf(data):
        return BarePicture("application/pdf", Pdf(data).cleaned_bytes(), ExifFacts())
    raise ValueError("another kind of file")


def _is_jpeg(data: bytes) -> bool:
    return data.startswith(b"\xff\xd8")


def _is_png(data: bytes) -> bool:
    return data.startswith(SIGNATURE)


def _is_webp(data: bytes) -> bool:
    return data.startswith(b"RIFF") and data.startswith(b"WEBP", 8)
