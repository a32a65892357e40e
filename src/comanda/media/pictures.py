"""Decode a proof's picture: hashes to compare it by, its thumbnail."""

import hashlib
import io
import struct
import zlib
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import cache
from itertools import pairwise
from threading import Lock

from PIL import Image

from comanda.domain.errors import UnsupportedFile
from comanda.domain.payments import Proof
from comanda.media import inspection
from comanda.media.exif import UPRIGHT, read_exif
from comanda.media.pdf_objects import Pdf
from comanda.media.png import png_bodies

THUMBNAIL_SIDE = 320
HASH_SIZE = (64, 16)  # columns, rows; a receipt's lines are wide: more columns than rows
MAX_PIXELS = {
    "JPEG": 50_000_000,
    "PNG": 50_000_000,
    "WEBP": 16_000_000,
    "HEIF": 50_000_000,
}
_FORMATS = ("JPEG", "PNG", "WEBP")
_DECODED_SIZE = (256, 256)
# A larger PNG has no perceptual hash: PNGs can't be decoded at a smaller size.
_COMPARABLE_PIXELS = 16_000_000
_BAND_ROWS = 64  # rows that are converted at a time
_large_picture_lock = Lock()  # decoding a large picture takes some hundred megabytes
_TOO_LARGE = "La imagen tiene demasiados píxeles. Toma una captura de pantalla y envía esa foto"
_STEP = 2  # grey levels; smaller differences are noise of the compression
_LEAST_BITS = 24  # a picture with less structure would match any other
_TURNS = {  # EXIF's orientation → the operation that makes the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PNG_DEPTH = 24  # the offset of a PNG's bit depth
_BITS = 8  # Pillow converts most bit depths to 8
_DAMAGE_ERRORS = (
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

Image.MAX_IMAGE_PIXELS = None  # `_open` checks MAX_PIXELS before decoding


def inspect(data: bytes) -> Proof:
    """Return the proof for `data` with its hashes. Raises UnsupportedFile."""
    proof = inspection.inspect(data, hashlib.sha256(data).hexdigest())
    try:
        if proof.content_type == "application/pdf":
            return replace(proof, content=Pdf(proof.data).content_hash())
        return _look_at(proof)
    except _DAMAGE_ERRORS as error:
        raise UnsupportedFile from error


def _look_at(proof: Proof) -> Proof:
    with _open(proof.data) as image, _one_large_at_a_time(image):
        if image.format == "PNG" and _is_large(image):
            image.verify()
            return replace(proof, content=_packed_pixel_hash(proof.data))
        size, orientation = image.size, _orientation(image)
        image_hash, content = _perceptual_hash(image), _pixel_hash(image, size)
        content_type, stored_bytes = _stored_form(image, proof.data, orientation)
    stored_sha256 = hashlib.sha256(stored_bytes).hexdigest()
    return replace(
        proof,
        content_type=content_type,
        data=stored_bytes,
        stored_sha256="" if stored_sha256 == proof.sha256 else stored_sha256,
        content=content,
        image_hash=image_hash,
    )


def _orientation(image: Image.Image) -> int:
    return read_exif(image.info.get("exif") or b"").orientation


def _is_large(image: Image.Image) -> bool:
    return image.width * image.height > _COMPARABLE_PIXELS


def _one_large_at_a_time(image: Image.Image) -> AbstractContextManager[object]:
    """Return the lock for a picture whose decoding takes much memory, else an empty context.

    A JPEG needs no lock: it can be decoded at a smaller size.
    """
    return _large_picture_lock if _is_large(image) and image.format != "JPEG" else nullcontext()


def _open(data: bytes) -> Image.Image:
    """Parse a picture's header; decode no pixels yet. Raises UnsupportedFile, OSError."""
    image = Image.open(io.BytesIO(data), formats=(*_FORMATS, *_heif_format()))
    if image.width * image.height > MAX_PIXELS[image.format or ""]:
        raise UnsupportedFile(_TOO_LARGE)
    if image.format == "PNG":
        _scale_transparent_color(image, data[_PNG_DEPTH])
    return image


def _scale_transparent_color(image: Image.Image, depth: int) -> None:
    """Convert a PNG's transparent colour to 8 bits, as Pillow converts the pixels."""
    key = image.info.get("transparency")
    if isinstance(key, tuple) and depth > _BITS:
        image.info["transparency"] = tuple(value >> 8 for value in key)
    elif isinstance(key, int) and image.mode == "L" and depth < _BITS:
        image.info["transparency"] = key * 255 // (2**depth - 1)


@cache
def _heif_format() -> tuple[str, ...]:
    """Return the name of the iPhone's format if the extra `heic` is installed."""
    try:
        import pi_heif  # noqa: PLC0415 - an extra
    except ImportError:
        return ()
    pi_heif.register_heif_opener(thumbnails=False)
    return ("HEIF",)


def _perceptual_hash(image: Image.Image) -> bytes | None:
    """Return the picture's difference hash of 1,024 bits, or None for too little structure.

    A bit is set where the picture grows brighter from left to right. The function decodes the
    picture, as small as its format allows, so a truncated picture fails here.
    """
    image.draft("YCbCr", _DECODED_SIZE)
    image.load()
    columns, rows = HASH_SIZE
    grey_picture = image.getchannel("Y") if image.mode == "YCbCr" else _to_plain_pixels(image)
    small_picture = grey_picture.resize((columns + 1, rows), Image.Resampling.BILINEAR)
    grey = _on_white(small_picture).convert("L").tobytes()
    hash_bits = 0
    for row in range(rows):
        line = grey[row * (columns + 1) : (row + 1) * (columns + 1)]
        for left, right in pairwise(line):
            hash_bits = hash_bits << 1 | (right > left + _STEP)
    return hash_bits.to_bytes(columns * rows // 8) if hash_bits.bit_count() >= _LEAST_BITS else None


def _pixel_hash(image: Image.Image, size: tuple[int, int]) -> str:
    """Return a SHA-256, in hex, of the pixels of a decoded picture whose full size is `size`.

    Compression and metadata don't change the hash. A JPEG has been decoded at a smaller size. That
    is enough: the same coefficients give the same small pixels.
    """
    digest = hashlib.sha256(repr(size).encode())
    if image.format == "JPEG":
        digest.update(f"{image.size} {image.mode}".encode())
        digest.update(image.tobytes())
        return digest.hexdigest()
    for top in range(0, image.height, _BAND_ROWS):
        box = (0, top, image.width, min(top + _BAND_ROWS, image.height))
        digest.update(_on_white(_to_plain_pixels(image.crop(box))).convert("RGB").tobytes())
    return digest.hexdigest()


def _packed_pixel_hash(data: bytes) -> str:
    """Return a hash of the packed pixels of a bare PNG that is not decoded for its size.

    The division into chunks doesn't change the hash.
    """
    digest = hashlib.sha256()
    for body in png_bodies(data):
        digest.update(body)
    return digest.hexdigest()


def content_of(content_type: str, data: bytes) -> str:
    """Return the `content` that `inspect` gives a stored file, or "" if it can't be read."""
    try:
        if content_type == "application/pdf":
            return Pdf(data).content_hash()
        with _open(data) as image, _one_large_at_a_time(image):
            if image.format == "PNG" and _is_large(image):
                return _packed_pixel_hash(data)
            size = image.size
            image.draft("YCbCr", _DECODED_SIZE)
            image.load()
            return _pixel_hash(image, size)
    except (UnsupportedFile, *_DAMAGE_ERRORS):
        return ""


def _to_plain_pixels(image: Image.Image) -> Image.Image:
    """Convert to 8 bits without palette or transparent colour, so that resizing blends pixels."""
    if image.mode == "I;16":
        key = image.info.get("transparency")
        image = image.point(lambda value: value / 256).convert("L")
        if key is not None:
            image.info["transparency"] = key >> 8
    if "transparency" in image.info or (image.mode == "P" and image.has_transparency_data):
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode in ("P", "1") else image


def _on_white(image: Image.Image) -> Image.Image:
    """Convert a picture with plain pixels to grey or RGB; put transparent parts on white."""
    if "A" not in image.getbands():
        return image if image.mode in ("L", "RGB") else image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image)
    return white


def _stored_form(image: Image.Image, data: bytes, orientation: int) -> tuple[str, bytes]:
    """Return the content type and the bytes under which a bare picture is stored."""
    if image.format == "JPEG":
        return "image/jpeg", data
    if image.format == "HEIF":
        # The decoder has turned the picture.
        return "image/jpeg", _as_jpeg(image, UPRIGHT)
    if orientation != UPRIGHT:
        return "image/jpeg", _as_jpeg(image, orientation)
    return ("image/png" if image.format == "PNG" else "image/webp"), data


def _as_jpeg(image: Image.Image, orientation: int) -> bytes:
    """Return the picture as a JPEG that every browser shows: upright, on white, pixels only."""
    packed_file = io.BytesIO()
    upright_picture = _make_upright(_on_white(_to_plain_pixels(image)), orientation)
    upright_picture.info = {}
    upright_picture.save(packed_file, "JPEG", quality=90)
    return packed_file.getvalue()


def _make_upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def thumbnail(data: bytes) -> bytes:
    """Return a stored picture as an upright WebP on white, at most 320 px. Raises OSError."""
    with _open(data) as image, _one_large_at_a_time(image):
        orientation = _orientation(image)
        image.draft("RGB", (2 * THUMBNAIL_SIDE, 2 * THUMBNAIL_SIDE))
        small_picture = _reduce(image, 2 * THUMBNAIL_SIDE)
        small_picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        packed_file = io.BytesIO()
        upright_picture = _make_upright(small_picture, orientation)
        upright_picture.info = {}
        upright_picture.save(packed_file, "WEBP", quality=70)
        return packed_file.getvalue()


def _reduce(image: Image.Image, side: int) -> Image.Image:
    """Reduce a picture to a long side of `side` or a little more, on white.

    The work goes band by band: a large picture's converted copy is never in memory as a whole.
    """
    factor = max(1, max(image.size) // side)
    width, height = (-(-length // factor) for length in image.size)
    small_picture = Image.new("RGB", (width, height))
    for top in range(0, height, _BAND_ROWS):
        rows = (top * factor, min((top + _BAND_ROWS) * factor, image.height))
        band = _on_white(_to_plain_pixels(image.crop((0, rows[0], image.width, rows[1]))))
        small_picture.paste(band.reduce(factor).convert("RGB"), (0, top))
    return small_picture
