"""A proof's file, judged by what it is: really parsed, cleaned of metadata, made comparable."""

import hashlib
import io
import struct
import zlib
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from threading import Lock

from PIL import ExifTags, Image

from comanda.domain.errors import UnsupportedFile
from comanda.domain.payments import Proof
from comanda.media.pdf import check_pdf
from comanda.media.pdf_objects import Pdf
from comanda.media.strip_metadata import (
    Bare,
    check_heif,
    emptied_heif,
    png_bodies,
    strip_jpeg,
    strip_png,
    strip_webp,
    turned_jpeg,
)

THUMBNAIL_SIDE = 320
HASH_SIZE = (64, 16)  # columns and rows; more columns than rows, since a receipt's lines are wide
MAX_PIXELS = {
    "JPEG": 50_000_000,
    "PNG": 50_000_000,
    "WEBP": 16_000_000,
    "HEIF": 50_000_000,
}
_FORMATS = ("JPEG", "PNG", "WEBP")
_DECODED = (256, 256)
_COMPARABLE_PIXELS = 16_000_000  # a larger PNG can't be decoded small: it has no hash
_BAND = 64  # rows of a thumbnail that are made at a time
_one_large = Lock()  # a large picture takes some hundred megabytes while it is decoded
_TOO_LARGE = "La imagen tiene demasiados píxeles. Toma una captura de pantalla y envía esa foto"
_NOISE = bytes(range(1, 200))  # behind a scan that lacks its end, it would be taken for pixels
_STEP = 2  # grey levels: less than that is the packing's noise
_LEAST_BITS = 24  # a picture with less structure is like every other one
_UPRIGHT = 1
_TURNS = {  # EXIF's orientation → what makes the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PNG_DEPTH = 24  # where a PNG says how many bits a value has
_BITS = 8  # to which Pillow brings most
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    RuntimeError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    struct.error,
    zlib.error,
    MemoryError,
    SystemError,
)

Image.MAX_IMAGE_PIXELS = None  # `_open` has limits of its own, before anything is decoded


@dataclass(frozen=True, slots=True)
class _Told:
    """What a picture's EXIF tells: which side is up, and when it was taken."""

    orientation: int = _UPRIGHT
    taken_at: datetime | None = None


def inspect(data: bytes) -> Proof:
    """The proof that `data`, an uploaded file, is. Raises UnsupportedFile.

    What is kept shows the same, and tells and runs nothing else.
    `sha256` is of `data` itself.
    """
    received = hashlib.sha256(data).hexdigest()
    try:
        bare = _bare(data)
        if bare is None and check_pdf(data):
            return _inspect_pdf(data, received)
        return _inspect_image(bare, received) if bare else _inspect_heif(data, received)
    except _DAMAGED as error:
        raise UnsupportedFile from error


def _inspect_pdf(data: bytes, received: str) -> Proof:
    pdf = Pdf(data)
    kept = pdf.cleaned()
    stored = hashlib.sha256(kept).hexdigest()
    return Proof(
        content_type="application/pdf",
        data=kept,
        sha256=received,
        stored_sha256="" if stored == received else stored,
        content=pdf.content(),
    )


def _inspect_heif(data: bytes, received: str) -> Proof:
    """What only a decoder can take apart, a second time without the metadata it stumbled over."""
    check_heif(data)
    try:
        return _inspect_image(Bare(data), received)
    except _DAMAGED:
        return _inspect_image(Bare(emptied_heif(data)), received)


def _bare(data: bytes) -> Bare | None:
    """The picture without its metadata, of which no decoder hears; None for another kind."""
    if data.startswith(b"\xff\xd8"):
        return strip_jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return strip_png(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return strip_webp(data)
    return None


def _inspect_image(bare: Bare, received: str) -> Proof:
    if not (bare.had_end or _is_whole(bare.data)):
        raise ValueError("cut off")
    with _open(bare.data) as image, _turn(image):
        told = _told(bare.exif or image.info.get("exif", b""))
        if image.format == "PNG" and _is_large(image):
            if told.orientation != _UPRIGHT:
                raise UnsupportedFile(_TOO_LARGE)
            image.verify()
            fingerprint, content = None, _packed_content(bare.data)
        else:
            size = image.size
            fingerprint, content = _hash(image), _content(image, size)
        content_type, kept = _kept(image, bare.data, told.orientation)
    stored = hashlib.sha256(kept).hexdigest()
    return Proof(
        content_type=content_type,
        data=kept,
        sha256=received,
        stored_sha256="" if stored == received else stored,
        content=content,
        image_hash=fingerprint,
        taken_at=told.taken_at,
    )


def _is_whole(data: bytes) -> bool:
    """Whether a JPEG whose end was added had all its pixels: what follows them changes none."""
    had = data.removesuffix(b"\xff\xd9").rstrip(b"\x00")
    had += b"\x00" * had.endswith(b"\xff")
    return _small_pixels(had + b"\xff\xd9") == _small_pixels(had + _NOISE + b"\xff\xd9")


def _small_pixels(data: bytes) -> bytes:
    with _open(data) as image:
        image.draft("L", _DECODED)
        return image.tobytes()


def _is_large(image: Image.Image) -> bool:
    return image.width * image.height > _COMPARABLE_PIXELS


def _turn(image: Image.Image) -> AbstractContextManager[object]:
    """The turn of a picture that can only be decoded whole, and takes much memory for it."""
    return _one_large if _is_large(image) and image.format != "JPEG" else nullcontext()


def _open(data: bytes) -> Image.Image:
    """The picture, its header parsed and nothing decoded yet. Raises UnsupportedFile, OSError."""
    image = Image.open(io.BytesIO(data), formats=(*_FORMATS, *_heif()))
    if image.width * image.height > MAX_PIXELS[image.format or ""]:
        raise UnsupportedFile(_TOO_LARGE)
    if image.format == "PNG":
        _scale_key(image, data[_PNG_DEPTH])
    return image


def _scale_key(image: Image.Image, depth: int) -> None:
    """Bring a PNG's one transparent colour to the 8 bits to which Pillow brings its pixels."""
    key = image.info.get("transparency")
    if isinstance(key, tuple) and depth > _BITS:
        image.info["transparency"] = tuple(value >> 8 for value in key)
    elif isinstance(key, int) and image.mode == "L" and depth < _BITS:
        image.info["transparency"] = key * 255 // (2**depth - 1)


@cache
def _heif() -> tuple[str, ...]:
    """The iPhone's own format, where the extra `heic` is installed."""
    try:
        import pi_heif  # noqa: PLC0415 - an extra
    except ImportError:
        return ()
    pi_heif.register_heif_opener(thumbnails=False)
    return ("HEIF",)


def _hash(image: Image.Image) -> bytes | None:
    """The picture's difference hash of 1,024 bits: where it grows brighter from left to right.

    Decodes the picture, as small as its format allows, so a truncated one shows here.
    """
    image.draft("YCbCr", _DECODED)
    image.load()
    columns, rows = HASH_SIZE
    shown = image.getchannel("Y") if image.mode == "YCbCr" else _even(image)
    small = shown.resize((columns + 1, rows), Image.Resampling.BILINEAR)
    grey = _on_white(small).convert("L").tobytes()
    bits = 0
    for row in range(rows):
        line = grey[row * (columns + 1) : (row + 1) * (columns + 1)]
        for left, right in pairwise(line):
            bits = bits << 1 | (right > left + _STEP)
    return bits.to_bytes(columns * rows // 8) if bits.bit_count() >= _LEAST_BITS else None


def _content(image: Image.Image, size: tuple[int, int]) -> str:
    """A hash of the pixels that a decoded picture of this `size` shows.

    However they are packed, and whatever stands beside them. A JPEG has been decoded smaller, which
    is enough: its pixels come from the same coefficients.
    """
    digest = hashlib.sha256(repr(size).encode())
    if image.format == "JPEG":
        digest.update(f"{image.size} {image.mode}".encode())
        digest.update(image.tobytes())
        return digest.hexdigest()
    for top in range(0, image.height, _BAND):
        box = (0, top, image.width, min(top + _BAND, image.height))
        digest.update(_on_white(_even(image.crop(box))).convert("RGB").tobytes())
    return digest.hexdigest()


def _packed_content(data: bytes) -> str:
    """A hash of a bare PNG too large to be decoded: its packed pixels, however they are divided."""
    digest = hashlib.sha256()
    for body in png_bodies(data):
        digest.update(body)
    return digest.hexdigest()


def content_of(content_type: str, data: bytes) -> str:
    """What `inspect` finds as the `content` of a stored file; empty where nothing can be found."""
    try:
        if content_type == "application/pdf":
            return Pdf(data).content()
        with _open(data) as image, _turn(image):
            if image.format == "PNG" and _is_large(image):
                return _packed_content(data)
            size = image.size
            image.draft("YCbCr", _DECODED)
            image.load()
            return _content(image, size)
    except (UnsupportedFile, *_DAMAGED):
        return ""


def _even(image: Image.Image) -> Image.Image:
    """The picture in 8 bits without a palette or a transparent colour: it can be made smaller."""
    if image.mode == "I;16":
        key = image.info.get("transparency")
        image = image.point(lambda value: value / 256).convert("L")
        if key is not None:
            image.info["transparency"] = key >> 8
    if "transparency" in image.info or (image.mode == "P" and image.has_transparency_data):
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode in ("P", "1") else image


def _on_white(image: Image.Image) -> Image.Image:
    """An even picture in grey or RGB, on white where it is transparent."""
    if "A" not in image.getbands():
        return image if image.mode in ("L", "RGB") else image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image)
    return white


def _told(exif: bytes) -> _Told:
    """What the EXIF tells. Whatever is wrong with it, in whatever way, it tells nothing."""
    tags, orientation, taken_at = Image.Exif(), _UPRIGHT, None
    with suppress(Exception):
        tags.load(exif)
        orientation = tags.get(ExifTags.Base.Orientation, _UPRIGHT)
    with suppress(Exception):
        taken_at = _taken_at(tags)
    is_known = isinstance(orientation, int) and orientation in _TURNS
    return _Told(orientation if is_known else _UPRIGHT, taken_at)


def _kept(image: Image.Image, data: bytes, orientation: int) -> tuple[str, bytes]:
    """What is kept of a bare picture to be served: its type and its bytes."""
    if image.format == "JPEG":
        return "image/jpeg", turned_jpeg(data, orientation)
    if image.format == "HEIF":
        return "image/jpeg", _as_jpeg(image, _UPRIGHT)  # its decoder has turned it
    if orientation != _UPRIGHT:
        return "image/jpeg", _as_jpeg(image, orientation)
    return ("image/png" if image.format == "PNG" else "image/webp"), data


def _as_jpeg(image: Image.Image, orientation: int) -> bytes:
    """What every browser shows; pixels only, on white, and upright."""
    packed = io.BytesIO()
    shown = _upright(_on_white(_even(image)), orientation)
    shown.info = {}
    shown.save(packed, "JPEG", quality=90)
    return packed.getvalue()


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


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
    """A stored picture as WebP on white, its long side at most 320 px, upright. Raises OSError."""
    with _open(data) as image, _turn(image):
        orientation = _told(image.info.get("exif", b"")).orientation
        image.draft("RGB", (2 * THUMBNAIL_SIDE, 2 * THUMBNAIL_SIDE))
        small = _reduced(image, 2 * THUMBNAIL_SIDE)
        small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        packed = io.BytesIO()
        shown = _upright(small, orientation)
        shown.info = {}
        shown.save(packed, "WEBP", quality=70)
        return packed.getvalue()


def _reduced(image: Image.Image, side: int) -> Image.Image:
    """The picture on white, its long side `side` or a little more, made band by band.

    So a large one is in memory once, whatever its pixels must be turned into.
    """
    factor = max(1, max(image.size) // side)
    width, height = (-(-length // factor) for length in image.size)
    small = Image.new("RGB", (width, height))
    for top in range(0, height, _BAND):
        rows = (top * factor, min((top + _BAND) * factor, image.height))
        band = _on_white(_even(image.crop((0, rows[0], image.width, rows[1]))))
        small.paste(band.reduce(factor).convert("RGB"), (0, top))
    return small
