"""Decode a proof's picture: compare it by hashes, draw its thumbnail, make it fit to be shown."""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise

# Pillow imports some of these only when it needs them: too late for the limits.
from PIL import (
    Image,
    ImageColor,
    ImageFile,
    ImagePalette,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from comanda.domain.examinations import THUMBNAIL_SIDE, Facts, Shown
from comanda.examiner.png_chunks import cleaned_png, pixel_parts
from comanda.examiner.webp_chunks import padded_webp
from comanda.media import heif, jpeg, png, webp
from comanda.media.exif import UPRIGHT, read_exif

HASH_SIZE = (64, 16)  # columns, rows; a receipt's lines are wide: more columns than rows
MAX_PIXELS = {  # the gate's limits
    "JPEG": jpeg.MOST_PIXELS,
    "PNG": png.MOST_PIXELS,
    "WEBP": webp.MOST_PIXELS,
    "HEIF": heif.MOST_PIXELS,
}
DAMAGE_ERRORS = (
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
    SystemError,
)
_PLUGINS = (
    ImageColor,
    ImagePalette,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
_DECODED_SIZE = (256, 256)
_READ_SIDE = 2400  # pixels; smaller letters than such a picture has can't be read
_LARGE_PIXELS = 16_000_000  # a larger PNG is converted band by band
_PIXELS_AT_ONCE = 2_000_000  # that are converted at a time
_NOISE = bytes(range(1, 200))  # a decoder takes these bytes for pixels after an incomplete scan
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
_ARITHMETIC_FRAMES = (b"\xff\xc9", b"\xff\xca", b"\xff\xcb", b"\xff\xcd", b"\xff\xce", b"\xff\xcf")
_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/heic": "HEIF",
}

Image.MAX_IMAGE_PIXELS = None  # `_open` checks MAX_PIXELS before decoding
Image.preinit()
with suppress(ImportError):  # the extra `heic`
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    pi_heif.options.DECODE_THREADS = 1


class BeyondLimits(Exception):
    """The file asks for more pixels or memory than the examiner has."""


def examine_picture(content_type: str, data: bytes) -> Facts:
    """Return the facts about a stored picture. Raises BeyondLimits, MemoryError."""
    image_format = _FORMATS[content_type]
    try:
        with _memory_errors():
            return _examine_jpeg(data) if image_format == "JPEG" else _examine(image_format, data)
    except DAMAGE_ERRORS:
        return _examine_rest(image_format, data)


def grey_picture(content_type: str, data: bytes, *, is_damaged: bool = False) -> Image.Image:
    """Return a stored picture grey and as browsers show it: upright, and on white.

    Its longer side is at least `_READ_SIDE` pixels where the picture's is. Of a damaged picture it
    shows what is left. Raises BeyondLimits, MemoryError and DAMAGE_ERRORS.
    """
    image_format = _FORMATS[content_type]
    ImageFile.LOAD_TRUNCATED_IMAGES = is_damaged
    try:
        with _memory_errors(), _open(image_format, data) as image:
            orientation = read_exif(image.info.get("exif", b"")).orientation
            scale = _READ_SIDE / max(image.size)
            image.draft("L", (int(image.width * scale), int(image.height * scale)))
            grey = image if image.mode == "L" else _reduce(image, _READ_SIDE)
            return _make_upright(grey.convert("L"), orientation)
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


@contextmanager
def _memory_errors() -> Iterator[None]:
    """Raise MemoryError for the libraries' own errors that mean the same."""
    try:
        yield
    except DAMAGE_ERRORS as error:
        if any(word in str(error).lower() for word in ("memory", "security limit", "limit exceed")):
            raise MemoryError from error
        raise


def _examine_jpeg(data: bytes) -> Facts:
    """Examine a JPEG; each step decodes the picture as small as its purpose allows."""
    with _open("JPEG", data) as image:
        size = image.size
        image_hash, content = _perceptual_hash(image), _pixel_hash(image, size)
        small_pixels = image.tobytes()
    if not _has_all_pixels(data, small_pixels):
        raise ValueError("cut off")
    return Facts(
        is_damaged=False,
        content=content,
        image_hash=image_hash,
        thumbnail=_jpeg_thumbnail(data),
        shown=None,
    )


def _has_all_pixels(data: bytes, small_pixels: bytes) -> bool:
    """Return whether a JPEG's last scan has all its pixels.

    If it does, bytes after the pixels change none of them. Arithmetic coding may leave out the
    last bytes of a whole scan.
    """
    if any(marker in data for marker in _ARITHMETIC_FRAMES):
        return True
    with _open("JPEG", data.removesuffix(b"\xff\xd9") + _NOISE + b"\xff\xd9") as image:
        image.draft("YCbCr", _DECODED_SIZE)
        return image.tobytes() == small_pixels


def _examine(image_format: str, received: bytes) -> Facts:
    """Examine a picture that can't be decoded at a smaller size; decode it once."""
    data = cleaned_png(received) if image_format == "PNG" else received
    with _open(image_format, data) as image:
        image.load()
        orientation = UPRIGHT  # the decoder of HEIF has turned the picture
        if image_format != "HEIF":
            orientation = read_exif(image.info.get("exif", b"")).orientation
        is_large = _is_large_png(image)
        return Facts(
            is_damaged=False,
            content=_packed_pixel_hash(received) if is_large else _pixel_hash(image, image.size),
            image_hash=_perceptual_hash(image),
            thumbnail=_thumbnail(image, orientation),
            shown=_shown(image, image_format, orientation, None if data == received else data),
        )


def _shown(
    image: Image.Image, image_format: str, orientation: int, cleaned: bytes | None
) -> Shown | None:
    """Return the file to store in place of the received one, if browsers need another."""
    if image_format == "HEIF" or orientation != UPRIGHT:
        return Shown("image/jpeg", _as_jpeg(image, orientation))
    return Shown("image/png", cleaned) if cleaned is not None else None


def _examine_rest(image_format: str, data: bytes) -> Facts:
    """Examine what can be seen of a damaged picture; of a HEIC, that is nothing.

    A receipt with its last bytes cut off looks like the receipt, so it is compared by its look. The
    content has no hash: two pictures of which little is left would be the same.
    """
    thumbnail = image_hash = None
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        if image_format == "JPEG":
            thumbnail = _jpeg_thumbnail(data)
            with _open(image_format, data) as image:
                image_hash = _perceptual_hash(image)
        elif image_format != "HEIF":
            with _open(image_format, data if image_format == "PNG" else padded_webp(data)) as image:
                orientation = read_exif(image.info.get("exif", b"")).orientation
                thumbnail = _thumbnail(image, orientation)
                image_hash = _perceptual_hash(image)
    except (BeyondLimits, MemoryError, *DAMAGE_ERRORS):
        pass
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False
    return Facts(
        is_damaged=True,
        content="",
        image_hash=image_hash,
        thumbnail=thumbnail,
        shown=None,
    )


def _open(image_format: str, data: bytes) -> Image.Image:
    """Parse a picture's header; decode no pixels yet. Raises BeyondLimits, OSError."""
    if image_format not in Image.OPEN:
        raise BeyondLimits  # a HEIC without the extra `heic`
    image = Image.open(io.BytesIO(data), formats=(image_format,))
    if image.width * image.height > MAX_PIXELS[image_format]:
        raise BeyondLimits
    if image_format == "PNG":
        _scale_transparent_color(image, data[_PNG_DEPTH])
    return image


def _scale_transparent_color(image: Image.Image, depth: int) -> None:
    """Convert a PNG's transparent colour to 8 bits, as Pillow converts the pixels."""
    key = image.info.get("transparency")
    if isinstance(key, tuple) and depth > _BITS:
        image.info["transparency"] = tuple(value >> 8 for value in key)
    elif isinstance(key, int) and image.mode == "L" and depth < _BITS:
        image.info["transparency"] = key * 255 // (2**depth - 1)


def _perceptual_hash(image: Image.Image) -> bytes | None:
    """Return the picture's difference hash of 1,024 bits, or None for too little structure.

    A bit is set where the picture grows brighter from left to right. The function decodes the
    picture, as small as its format allows.
    """
    image.draft("YCbCr", _DECODED_SIZE)
    image.load()
    columns, rows = HASH_SIZE
    if image.mode == "YCbCr":
        grey_picture = image.getchannel("Y")
    elif _is_large_png(image):
        grey_picture = _reduce(image, 2 * THUMBNAIL_SIDE)
    else:
        grey_picture = _to_plain_pixels(image)
    small_picture = grey_picture.resize((columns + 1, rows), Image.Resampling.BILINEAR)
    grey = _on_white(small_picture).convert("L").tobytes()
    hash_bits = 0
    for row in range(rows):
        line = grey[row * (columns + 1) : (row + 1) * (columns + 1)]
        for left, right in pairwise(line):
            hash_bits = hash_bits << 1 | (right > left + _STEP)
    return hash_bits.to_bytes(columns * rows // 8) if hash_bits.bit_count() >= _LEAST_BITS else None


def _is_large_png(image: Image.Image) -> bool:
    return image.format == "PNG" and image.width * image.height > _LARGE_PIXELS


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
    for band in _bands(image, 1):
        digest.update(_on_white(_to_plain_pixels(band)).convert("RGB").tobytes())
    return digest.hexdigest()


def _packed_pixel_hash(data: bytes) -> str:
    """Return a hash of the packed pixels of a large PNG.

    The division into chunks doesn't change the hash.
    """
    digest = hashlib.sha256()
    for part in pixel_parts(data):
        digest.update(part)
    return digest.hexdigest()


def _bands(image: Image.Image, rows: int) -> Iterator[Image.Image]:
    """Yield a picture from top to bottom, in bands whose height is a multiple of `rows`."""
    height = max(1, _PIXELS_AT_ONCE // (image.width * rows)) * rows
    for top in range(0, image.height, height):
        yield image.crop((0, top, image.width, min(top + height, image.height)))


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


def _as_jpeg(image: Image.Image, orientation: int) -> bytes:
    """Return the picture as a JPEG that every browser shows: upright, on white, pixels only."""
    plain_picture = Image.new("RGB", image.size)
    top = 0
    for band in _bands(image, 1):
        plain_picture.paste(_on_white(_to_plain_pixels(band)).convert("RGB"), (0, top))
        top += band.height
    packed_file = io.BytesIO()
    _make_upright(plain_picture, orientation).save(packed_file, "JPEG", quality=90)
    return packed_file.getvalue()


def _make_upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _jpeg_thumbnail(data: bytes) -> bytes:
    with _open("JPEG", data) as image:
        orientation = read_exif(image.info.get("exif", b"")).orientation
        scale = 2 * THUMBNAIL_SIDE / max(image.size)
        image.draft("RGB", (int(image.width * scale), int(image.height * scale)))
        return _thumbnail(image, orientation)


def _thumbnail(image: Image.Image, orientation: int) -> bytes:
    """Return a picture as an upright WebP on white, at most 320 px."""
    return pack_thumbnail(_make_upright(to_thumbnail_size(image), orientation))


def to_thumbnail_size(image: Image.Image) -> Image.Image:
    """Return the picture on white, at most 320 px."""
    small_picture = _reduce(image, 2 * THUMBNAIL_SIDE)
    small_picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return small_picture


def _reduce(image: Image.Image, side: int) -> Image.Image:
    """Reduce a picture to a long side of `side` or a little more, on white.

    The work goes band by band: a large picture's converted copy is never in memory as a whole.
    """
    factor = max(1, max(image.size) // side)
    width, height = (-(-length // factor) for length in image.size)
    small_picture = Image.new("RGB", (width, height))
    top = 0
    for band in _bands(image, factor):
        plain_band = _on_white(_to_plain_pixels(band))
        small_picture.paste(plain_band.reduce(factor).convert("RGB"), (0, top))
        top += band.height // factor
    return small_picture


def pack_thumbnail(image: Image.Image) -> bytes:
    """Return a picture of at most 320 px as a WebP without anything but its pixels."""
    image.info = {}
    packed_file = io.BytesIO()
    image.save(packed_file, "WEBP", quality=70, method=2)
    return packed_file.getvalue()
