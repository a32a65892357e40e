"""A proof's file, judged by what it is: really parsed, cleaned of metadata, made comparable."""

import hashlib
import io
import struct
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise

from PIL import ExifTags, Image, ImageOps

from comanda.domain.errors import UnsupportedFile
from comanda.domain.payments import Proof
from comanda.metadata import strip_jpeg, strip_png, strip_webp

THUMBNAIL_SIDE = 320
HASH_SIZE = (64, 16)  # columns and rows; more columns than rows, since a receipt's lines are wide
MAX_PIXELS = {
    "JPEG": 50_000_000,
    "MPO": 50_000_000,
    "PNG": 50_000_000,
    "WEBP": 25_000_000,
    "HEIF": 50_000_000,
}
_FORMATS = ("JPEG", "PNG", "WEBP")
_DECODED = (256, 256)
_COMPARABLE_PIXELS = 16_000_000  # a larger PNG or WebP can't be decoded small: it has no hash
_STEP = 2  # grey levels: less than that is the packing's noise
_LEAST_BITS = 24  # a picture with less structure is like every other one
_UPRIGHT = 1
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    OverflowError,
    IndexError,
    struct.error,
    MemoryError,
)

Image.MAX_IMAGE_PIXELS = None  # `_open` has limits of its own, before anything is decoded


def inspect(data: bytes) -> Proof:
    """The proof that `data`, an uploaded file, is. Raises UnsupportedFile.

    What is kept has no metadata and shows the same picture; `sha256` is of `data` itself.
    """
    received = hashlib.sha256(data).hexdigest()
    if data.startswith(b"%PDF-"):
        _check_pdf(data)
        return Proof("application/pdf", data, received)
    try:
        return _inspect_image(data, received)
    except _DAMAGED as error:
        raise UnsupportedFile from error


def _check_pdf(data: bytes) -> None:
    """A PDF's trailer stands at its end, so one that was cut off has none (ISO 32000-1, 7.5.5)."""
    end = data[-2048:]
    if b"startxref" not in end or b"%%EOF" not in end:
        raise UnsupportedFile


def _inspect_image(data: bytes, received: str) -> Proof:
    with _open(data) as image:
        kind = image.format or ""
        if kind == "PNG" and image.width * image.height > _COMPARABLE_PIXELS:
            image.verify()
            fingerprint = None
        else:
            fingerprint = _hash(image)
        exif = _exif(image)
        content_type, kept = _kept(kind, data, exif)
    return Proof(
        content_type=content_type,
        data=kept,
        sha256=received,
        stored_sha256="" if kept == data else hashlib.sha256(kept).hexdigest(),
        image_hash=fingerprint,
        taken_at=_taken_at(exif),
    )


def _open(data: bytes) -> Image.Image:
    """The picture, its header parsed and nothing decoded yet. Raises UnsupportedFile, OSError."""
    image = Image.open(io.BytesIO(data), formats=(*_FORMATS, *_heif()))
    if image.width * image.height > MAX_PIXELS[image.format or ""]:
        raise UnsupportedFile("La imagen tiene demasiados píxeles")
    return image


@cache
def _heif() -> tuple[str, ...]:
    """The iPhone's own format, where the extra `heic` is installed."""
    try:
        import pillow_heif  # noqa: PLC0415 - an extra
    except ImportError:
        return ()
    pillow_heif.register_heif_opener(thumbnails=False)
    return ("HEIF",)


def _hash(image: Image.Image) -> bytes | None:
    """The picture's difference hash of 1,024 bits: where it grows brighter from left to right.

    Decodes the picture, as small as its format allows, so a truncated one shows here.
    """
    image.draft("L", _DECODED)
    image.load()
    columns, rows = HASH_SIZE
    grey = _shrunk(image, (columns + 1, rows)).tobytes()
    bits = 0
    for row in range(rows):
        line = grey[row * (columns + 1) : (row + 1) * (columns + 1)]
        for left, right in pairwise(line):
            bits = bits << 1 | (right > left + _STEP)
    return bits.to_bytes(columns * rows // 8) if bits.bit_count() >= _LEAST_BITS else None


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture in grey, on white where it is transparent."""
    if image.mode == "P":
        image = image.convert("RGBA")
    small = image.resize(size, Image.Resampling.BILINEAR)
    if "A" in small.getbands():
        small = small.convert("RGBA")
        small = Image.alpha_composite(Image.new("RGBA", size, "white"), small)
    return small.convert("L")


def _exif(image: Image.Image) -> Image.Exif:
    """The picture's EXIF; Pillow's own method would decode a PNG for it."""
    if image.format != "PNG":
        return image.getexif()
    exif = Image.Exif()
    exif.load(image.info.get("exif", b""))
    return exif


def _kept(kind: str, data: bytes, exif: Image.Exif) -> tuple[str, bytes]:
    """What is kept to be served: its type, and its bytes without metadata."""
    orientation = exif.get(ExifTags.Base.Orientation, _UPRIGHT)
    if kind in ("JPEG", "MPO"):
        turned = orientation if orientation in range(1, 9) else _UPRIGHT
        return "image/jpeg", strip_jpeg(data, turned)
    if kind == "HEIF" or orientation != _UPRIGHT:
        return "image/jpeg", _as_jpeg(data)
    return ("image/png", strip_png(data)) if kind == "PNG" else ("image/webp", strip_webp(data))


def _as_jpeg(data: bytes) -> bytes:
    """What every browser shows; pixels only, and upright."""
    with _open(data) as image:
        packed = io.BytesIO()
        ImageOps.exif_transpose(image).convert("RGB").save(packed, "JPEG", quality=90)
        return packed.getvalue()


def _taken_at(exif: Image.Exif) -> datetime | None:
    """When the camera says it took the picture, in UTC; as the wall's time where it has no zone."""
    tags = exif.get_ifd(ExifTags.IFD.Exif)
    text = str(tags.get(ExifTags.Base.DateTimeOriginal, "")).strip("\x00 ")
    zone = str(tags.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\x00 ")
    for pattern, value in (("%Y:%m:%d %H:%M:%S%z", text + zone), ("%Y:%m:%d %H:%M:%S", text)):
        try:
            taken_at = datetime.strptime(value, pattern)  # noqa: DTZ007 - the house's zone is not known here
            return taken_at if taken_at.tzinfo is None else taken_at.astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def thumbnail(data: bytes) -> bytes:
    """A stored picture as WebP, its long side at most 320 px, upright. Raises OSError."""
    with _open(data) as image:
        image.draft("RGB", (2 * THUMBNAIL_SIDE, 2 * THUMBNAIL_SIDE))
        small = ImageOps.exif_transpose(image)
        small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        packed = io.BytesIO()
        small.convert("RGBA" if "A" in small.getbands() else "RGB").save(packed, "WEBP", quality=70)
        return packed.getvalue()
