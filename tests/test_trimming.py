"""Nothing rides in a picture's own parts behind what is shown of them."""

import io
import struct
import zlib
from collections.abc import Callable

import pillow_heif
import pytest
from PIL import Image, ImageChops, PngImagePlugin

from comanda.domain.errors import UnsupportedFile
from comanda.media.trimming import exact_pixels
from tests.proofs import inspected
from tests.test_metadata import chunk, extended_webp, jpeg_parts, picture, saved, segment
from tests.test_pictures import exif

SECRET = b"SECRET-PLACE"
PROFILE = struct.pack(">I", 132) + bytes(32) + b"acsp" + bytes(92)


def longer(data: bytes, marker: int) -> bytes:
    """The JPEG whose segment of this kind says that it is longer, and is."""
    at = data.index(bytes([0xFF, marker]))
    end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
    size = struct.pack(">H", end - at - 2 + len(SECRET))
    return data[: at + 2] + size + data[at + 4 : end] + SECRET + data[end:]


def after_scan(data: bytes, stray: bytes) -> bytes:
    return data[:-2] + stray + data[-2:]


def profiled(profile: bytes) -> bytes:
    packed = io.BytesIO()
    picture().save(packed, "JPEG", icc_profile=profile)
    return packed.getvalue()


JPEG, CMYK = saved("JPEG"), io.BytesIO()
picture().convert("CMYK").save(CMYK, "JPEG")
THUMBNAIL = b"JFIF\x00\x01\x02\x00\x00\x48\x00\x48\x04\x01" + SECRET
JPEGS: dict[str, tuple[bytes, bytes]] = {  # what came, and what shows the same
    "a JFIF thumbnail": (JPEG[:2] + segment(0xE0, THUMBNAIL) + JPEG[20:], JPEG),
    "a JFXX thumbnail": (JPEG[:20] + segment(0xE0, b"JFXX\x00\x13" + SECRET) + JPEG[20:], JPEG),
    "a second JFIF": (JPEG[:20] + segment(0xE0, THUMBNAIL) + JPEG[20:], JPEG),
    "behind JFIF": (longer(JPEG, 0xE0), JPEG),
    "behind Adobe's": (longer(CMYK.getvalue(), 0xEE), CMYK.getvalue()),
    "behind the frame's head": (longer(JPEG, 0xC0), JPEG),
    "behind a scan's head": (longer(JPEG, 0xDA), JPEG),
    "behind the tables of quantization": (longer(JPEG, 0xDB), JPEG),
    "behind the codes": (longer(JPEG, 0xC4), JPEG),
    "behind the restart interval": (
        longer(saved("JPEG", restart_marker_blocks=2), 0xDD),
        saved("JPEG", restart_marker_blocks=2),
    ),
    "behind a profile": (profiled(PROFILE + SECRET), profiled(PROFILE)),
    "a profile's part that is too much": (
        JPEG[:2] + segment(0xE2, b"ICC_PROFILE\x00\x02\x03" + SECRET) + JPEG[2:],
        JPEG,
    ),
    "the number of lines": (after_scan(JPEG, segment(0xDC, SECRET)), JPEG),
    "a table of arithmetic coding": (JPEG[:2] + segment(0xCC, SECRET) + JPEG[2:], JPEG),
    "behind a restart marker of its own": (after_scan(JPEG, b"\xff\xd0" + SECRET), JPEG),
    "behind a marker of its own": (after_scan(JPEG, b"\xff\x01" + SECRET), JPEG),
    "between scans": (
        b"".join(
            part + (b"\xff\xd0" + SECRET if part[1] == 0xDA else b"")
            for part in jpeg_parts(saved("JPEG", progressive=True))
        ),
        saved("JPEG", progressive=True),
    ),
    "Photoshop's": (JPEG[:2] + segment(0xED, b"Photoshop 3.0\x00" + SECRET) + JPEG[2:], JPEG),
    "EXIF behind the picture's head": (
        after_scan(JPEG, segment(0xE1, b"Exif\x00\x00" + SECRET)),
        JPEG,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", JPEGS)
def test_nothing_rides_behind_a_jpegs_parts(what: str) -> None:
    data, plain = JPEGS[what]
    assert SECRET in data
    proof = inspected(data)
    assert SECRET not in proof.data
    assert_same(proof.data, plain)
    assert inspected(plain).data is plain


def assert_same(one: bytes, other: bytes) -> None:
    with Image.open(io.BytesIO(one)) as first, Image.open(io.BytesIO(other)) as second:
        assert ImageChops.difference(first.convert("RGB"), second.convert("RGB")).getbbox() is None
        assert first.info.get("icc_profile") == second.info.get("icc_profile")


def texts() -> PngImagePlugin.PngInfo:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", SECRET.decode())
    words.add_text("Comment", SECRET.decode(), zip=True)
    words.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return words


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_turned_pictures_words_go_with_its_turn(kind: str, orientation: int) -> None:
    packed = io.BytesIO()
    more = {"pnginfo": texts()} if kind == "PNG" else {"xmp": SECRET}
    tags = exif(orientation)
    picture().save(packed, kind, exif=tags, icc_profile=PROFILE, **more)
    proof = inspected(packed.getvalue())
    assert SECRET not in proof.data
    with Image.open(io.BytesIO(proof.data)) as kept:
        assert kept.format == kind
        assert SECRET.decode() not in repr(kept.info)
        assert dict(kept.getexif()) == ({} if orientation == 1 else {0x0112: orientation})


def png(mode: str = "RGB", **save: object) -> bytes:
    packed = io.BytesIO()
    picture().convert(mode).save(packed, "PNG", **save)
    return packed.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "1", "P", "I;16", "LA"])
@pytest.mark.parametrize(
    "change",
    [
        lambda packed: packed + SECRET,
        lambda packed: zlib.compress(zlib.decompress(packed) + SECRET, 0),
        lambda packed: zlib.compress(zlib.decompress(packed) + SECRET * 9, 0) + SECRET,
    ],
    ids=["behind the pixels", "as more lines", "both"],
)
def test_nothing_rides_behind_a_pngs_pixels(mode: str, change: Callable[[bytes], bytes]) -> None:
    plain = png(mode)
    at = plain.index(b"IDAT")
    packed = plain[at + 4 : at + 4 + int.from_bytes(plain[at - 4 : at])]
    head = plain[16:29]
    assert exact_pixels(head, packed) is None
    kept = exact_pixels(head, change(packed))
    assert kept is not None
    assert SECRET not in kept
    assert zlib.decompress(kept) == zlib.decompress(packed)


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (96, 64), (5, 9)])
def test_the_lines_of_an_interlaced_png_are_counted(depth: int, size: tuple[int, int]) -> None:
    """Each pass has lines of its own (PNG third edition, 8.2)."""
    early = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4))
    passes = (*early, (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2))
    lines = b""
    for left, across, top, down in passes:
        columns = len(range(left, size[0], across))
        rows = len(range(top, size[1], down)) if columns else 0
        lines += rows * bytes(1 + (columns * depth + 7) // 8)
    head = struct.pack(">IIBBBBB", *size, depth, 0, 0, 0, 1)
    packed = zlib.compress(lines)
    assert exact_pixels(head, packed) is None
    assert exact_pixels(head, packed + SECRET) == packed
    kept = exact_pixels(head, zlib.compress(lines + SECRET))
    assert kept is not None
    assert zlib.decompress(kept) == lines


def test_a_pngs_profile_has_no_name_and_nothing_behind_it() -> None:
    plain = png(icc_profile=PROFILE)
    body = SECRET + b"\x00\x00" + zlib.compress(PROFILE + SECRET, 0) + SECRET
    data = png()[:33] + chunk(b"iCCP", body) + png()[33:]
    kept = inspected(data).data
    assert SECRET not in kept
    assert_same(kept, plain)
    assert inspected(plain).data == plain


def test_nothing_rides_in_a_webps_head_and_profile() -> None:
    plain = saved("WEBP")
    data = extended_webp(plain, chunks=((b"ICCP", PROFILE + SECRET),), flags=0x20)
    data = data[:21] + b"SEC" + data[24:]
    kept = inspected(data).data
    assert SECRET not in kept
    assert b"SEC" not in kept
    with Image.open(io.BytesIO(kept)) as shown:
        assert shown.info["icc_profile"] == PROFILE
    stray = plain + b"ALPH" + struct.pack("<I", len(SECRET)) + SECRET
    assert inspected(stray).data == plain


def heic() -> bytes:
    packed = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(packed, xmp=b"<x/>", exif=exif().tobytes())
    return packed.getvalue()


SIZES = [0, 65_536, 2**31 - 1, 2**31, 2**32 - 1]


@pytest.mark.parametrize("height", SIZES)
@pytest.mark.parametrize("width", SIZES)
def test_an_iphones_picture_of_an_impossible_size_is_refused(width: int, height: int) -> None:
    data = heic()
    at = data.index(b"ispe") + 8
    with pytest.raises(UnsupportedFile):
        inspected(data[:at] + struct.pack(">II", width, height) + data[at + 8 :])


@pytest.mark.parametrize("word", [b"\xff\xfe\xff\xfe", b"\x7f\xff\xff\xff", b"\x00\x01\x80\x00"])
@pytest.mark.parametrize("what", [b"Exif", b"mime", b"hvc1", b"appl"])
def test_an_item_whose_kind_is_no_word_does_not_reach_the_examiner(
    what: bytes, word: bytes
) -> None:
    """It ended the decoder's whole process."""
    data = heic()
    at = data.index(what, data.index(b"iinf"))
    with pytest.raises(UnsupportedFile):
        inspected(data[:at] + word + data[at + 4 :])


@pytest.mark.parametrize(
    "size", [(0, 0), (0, 9), (2**31, 1), (2**31 - 1, 2**31 - 1), (2**32 - 1, 9)]
)
def test_a_png_or_webp_of_an_impossible_size_is_refused(size: tuple[int, int]) -> None:
    data = png()
    head = struct.pack(">II", *size) + data[24:29]
    with pytest.raises(UnsupportedFile):
        inspected(data[:8] + chunk(b"IHDR", head) + data[33:])
    webp = extended_webp(saved("WEBP"))
    canvas = b"".join(struct.pack("<I", side - 1 & 0xFFFFFF)[:3] for side in size)
    with pytest.raises(UnsupportedFile):
        inspected(webp[:24] + canvas + webp[30:])
