"""What stands beside a picture costs no proof, whatever is wrong with it."""

import io
import struct
import time
import zlib
from collections.abc import Callable

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageDraw

from comanda.domain.errors import UnsupportedFile
from comanda.examiner.examination import examine
from tests.proofs import inspected, pixels

SIZE = (96, 64)


def picture() -> Image.Image:
    image = Image.new("RGB", SIZE, "white")
    ImageDraw.Draw(image).text((8, 20), "$ 185.50", "black")
    return image


def saved(kind: str, **more: object) -> bytes:
    packed = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(picture()).save(packed, **more)
    else:
        picture().save(packed, kind, **more)
    return packed.getvalue()


def assert_shows(data: bytes, plain: bytes) -> None:
    """`data` is taken, and what is kept shows what `plain` does."""
    proof = inspected(data)
    with Image.open(io.BytesIO(proof.data)) as kept:
        kept.load()
    seen = pixels(proof.data)
    assert seen.size == SIZE
    difference = ImageChops.difference(seen, pixels(inspected(plain).data))
    assert max(high for _, high in difference.getextrema()) <= 8  # type: ignore[misc]
    assert proof.taken_at is None


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def chunk(kind: bytes, body: bytes, crc: int | None = None) -> bytes:
    crc = zlib.crc32(kind + body) if crc is None else crc
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def ifd(*entries: tuple[int, int, int, int]) -> bytes:
    packed = b"".join(struct.pack(">HHII", *entry) for entry in entries)
    return b"MM\x00\x2a\x00\x00\x00\x08" + struct.pack(">H", len(entries)) + packed + bytes(4)


BAD_EXIF: dict[str, bytes] = {
    "nothing": b"",
    "text": b"This_is_no_TIFF_at_all",
    "one byte": b"M",
    "half a header": b"MM\x00\x2a",
    "no directory there": b"MM\x00\x2a\xff\xff\xff\xff",
    "a directory that points at itself": ifd((0x8769, 4, 1, 8)),
    "a directory far away": ifd((0x8769, 4, 1, 2**31)),
    "a value far away": ifd((0x010F, 2, 500, 2**31)),
    "four billion values": ifd((0x010F, 5, 2**32 - 1, 8)),
    "an unknown type": ifd((0x0112, 99, 1, 6)),
    "an orientation of 0": ifd((0x0112, 3, 1, 0)),
    "an orientation of 9": ifd((0x0112, 3, 1, 9 << 16)),
    "an orientation in words": ifd((0x0112, 2, 4, 0x36363636)),
    "an orientation that is a fraction": ifd((0x0112, 5, 1, 8)),
    "a number where the time belongs": ifd((0x8769, 4, 1, 26))
    + struct.pack(">HHHII", 1, 0x9003, 4, 1, 7),
    "a thousand directories": struct.pack(">2sHIH", b"MM", 42, 8, 65_535) + bytes(3_000),
    "a MakerNote of a large file": ifd((0x927C, 7, 2**24, 8)),
    "zeros": bytes(64),
    "0xFF": b"\xff" * 64,
}  # fmt: skip


@pytest.mark.parametrize("wrong", BAD_EXIF)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_an_exif_that_is_none_costs_nothing(kind: str, wrong: str) -> None:
    plain, exif = saved(kind), BAD_EXIF[wrong]
    if kind == "JPEG":
        data = plain[:2] + segment(0xE1, b"Exif\x00\x00" + exif) + plain[2:]
    elif kind == "PNG":
        data = plain[:33] + chunk(b"eXIf", exif) + plain[33:]
    elif kind == "WEBP":
        data = extended_webp(plain, chunks=((b"EXIF", exif),), flags=0x08)
    else:
        data = saved(kind, exif=b"Exif\x00\x00" + (exif or b"\x00"))
    assert_shows(data, plain)


BESIDE_A_JPEG: dict[str, list[bytes]] = {
    "XMP that is no XML": [segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<<<\xff\xfe")],
    "an extended XMP without its first part": [
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\x00" + b"x" * 40)
    ],
    "a profile of one byte": [segment(0xE2, b"ICC_PROFILE\x00\x01")],
    "a profile without a number": [segment(0xE2, b"ICC_PROFILE\x00")],
    "a profile's second part alone": [segment(0xE2, b"ICC_PROFILE\x00\x02\x03" + b"?" * 99)],
    "a profile that is noise": [segment(0xE2, b"ICC_PROFILE\x00\x01\x01" + bytes(range(256)))],
    "MPF that is none": [segment(0xE2, b"MPF\x00" + b"\xff" * 40)],
    "MPF that is empty": [segment(0xE2, b"MPF\x00")],
    "MPF that says that two pictures follow": [
        segment(0xE2, b"MPF\x00" + ifd((0xB001, 4, 1, 2), (0xB002, 7, 32, 2**20)))
    ],
    "IPTC that is cut off": [segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\xff\xff\xff")],
    "a JFIF head of two bytes": [segment(0xE0, b"JFIF\x00\x01")],
    "an Adobe segment of a byte": [segment(0xEE, b"Adobe\x00")],
    "an empty segment of every kind": [segment(marker, b"") for marker in range(0xE0, 0xF0)],
    "two EXIF, the second one right": [
        segment(0xE1, b"Exif\x00\x00?"),
        segment(0xE1, b"Exif\x00\x00" + ifd((0x0112, 3, 1, 6 << 16))),
    ],
    "fill bytes": [b"\xff" * 40],
    "zeros": [bytes(500)],
    "line ends": [b"\n" * 7],
    "text": [b"\r\nContent-Type: image/jpeg\r\n\r\n"],
    "escaped and restart markers": [b"\xff\x00\xff\xd0\xff\x01\xff\x00"],
    "a marker that nobody knows": [b"\xff\x02\xff\xbf"],
    "a comment of any bytes": [segment(0xFE, bytes(range(256)))],
}


@pytest.mark.parametrize("where", ["first", "in the middle"])
@pytest.mark.parametrize("what", BESIDE_A_JPEG)
def test_what_stands_between_a_jpegs_segments_costs_nothing(what: str, where: str) -> None:
    plain = saved("JPEG")
    at = 2 if where == "first" else plain.index(b"\xff\xc0")
    assert_shows(plain[:at] + b"".join(BESIDE_A_JPEG[what]) + plain[at:], plain)


def test_stray_bytes_between_all_of_a_jpegs_segments_are_skipped() -> None:
    for plain in (saved("JPEG"), saved("JPEG", progressive=True), saved("JPEG", optimize=True)):
        parts, data = jpeg_parts(plain), b""
        for number, part in enumerate(parts):
            data += (b"\n" * 7, b"\xff" * 3, bytes(9))[number % 3] * (number > 0) + part
        assert_shows(data, plain)
    parts = jpeg_parts(saved("JPEG"))
    filled = parts[0] + b"\xff\xff".join(parts[1:-1]) + parts[-1]
    assert inspected(filled).data == saved("JPEG")


def jpeg_parts(data: bytes) -> list[bytes]:
    """The beginning, each segment (a scan with its data), the end."""
    parts, at = [data[:2]], 2
    while data[at + 1] != 0xD9:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if data[at + 1] == 0xDA:
            while data[end] != 0xFF or data[end + 1] in (0, *range(0xD0, 0xD8)):
                end += 1
        parts.append(data[at:end])
        at = end
    return [*parts, data[at:]]


@pytest.mark.parametrize(
    "behind",
    [
        b"\x00" * 5000,
        b"\xff\xd8\xff" + b"a gain map" * 50,
        b"\x00\x00\x00\x18ftypmp42" + bytes(4000),
        b"%PDF-1.4 is no PDF here",
    ],
    ids=["zeros", "a second picture", "a film", "words"],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_what_follows_a_pictures_end_is_left_out(kind: str, behind: bytes) -> None:
    plain = saved(kind)
    assert inspected(plain + behind).data == plain


def deflated(size: int) -> bytes:
    return zlib.compress(b"a" * size)


def beside_a_png() -> dict[str, list[bytes]]:
    made = {
        "a text's wrong checksum": [chunk(b"tEXt", b"Comment\x00hola", 0)],
        "a profile's wrong checksum": [chunk(b"iCCP", b"x\x00\x00" + deflated(9), 1)],
        "a wrong checksum of transparency": [chunk(b"tRNS", b"\x00" * 6, 1)],
        "a packed text of 60 MB": [chunk(b"zTXt", b"Comment\x00\x00" + deflated(60 << 20))],
        "a packed international text of 60 MB": [
            chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + deflated(60 << 20))
        ],
        "many texts of 1 MB": [chunk(b"zTXt", b"k\x00\x00" + deflated(1 << 20))] * 80,
        "a text of 2 MB": [chunk(b"tEXt", b"Comment\x00" + b"a" * (2 << 20))],
        "a text that is not packed": [chunk(b"zTXt", b"Comment\x00\x00no zlib")],
        "a text packed in an unknown way": [chunk(b"zTXt", b"Comment\x00\x09" + deflated(9))],
        "an international text of bytes": [chunk(b"iTXt", b"\xff\x00\x00\x00\xff\x00\xff\x00\xff")],
        "a profile that is not packed": [chunk(b"iCCP", b"icc\x00\x00no zlib")],
        "a profile that is cut off": [chunk(b"iCCP", b"icc\x00\x00" + deflated(9000)[:-6])],
        "a profile of 60 MB": [chunk(b"iCCP", b"icc\x00\x00" + deflated(60 << 20))],
        "a profile packed in an unknown way": [chunk(b"iCCP", b"icc\x00\x07" + deflated(9))],
        "a date of one byte": [chunk(b"tIME", b"\x07")],
        "a raw profile that is none": [chunk(b"tEXt", b"Raw profile type exif\x00\nexif\n")],
        "a chunk of one's own": [chunk(b"prVt", b"?")],
        "an animation's head without frames": [chunk(b"acTL", b"\x00")],
        "a frame's head of one byte": [chunk(b"fcTL", b"\x00")],
    }  # fmt: skip
    for kind in b"gAMA cHRM sRGB sBIT pHYs bKGD tRNS cICP mDCV cLLI iCCP eXIf hIST sPLT".split():
        made[f"an empty {kind.decode()}"] = [chunk(kind, b"")]
        made[f"a long {kind.decode()}"] = [chunk(kind, b"\x00" * 700)]
        made[f"{kind.decode()} twice"] = [chunk(kind, b"\x00" * 4)] * 2
    return made


BESIDE_A_PNG = beside_a_png()


@pytest.mark.parametrize("where", ["first", "after the picture"])
@pytest.mark.parametrize("what", BESIDE_A_PNG)
def test_what_stands_between_a_pngs_chunks_costs_nothing(what: str, where: str) -> None:
    plain = saved("PNG")
    at = 33 if where == "first" else len(plain) - 12
    assert_shows(plain[:at] + b"".join(BESIDE_A_PNG[what]) + plain[at:], plain)


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT", b"IEND", b"PLTE"])
def test_a_critical_chunks_checksum_is_decisive(kind: bytes) -> None:
    packed = io.BytesIO()
    picture().convert("P").save(packed, "PNG")
    data = packed.getvalue()
    at = data.index(kind) + 4
    end = at + int.from_bytes(data[at - 8 : at - 4])
    assert inspected(data)
    with pytest.raises(UnsupportedFile):
        inspected(data[:end] + b"\x00\x00\x00\x01" + data[end + 4 :])


def hidden_in_a_png() -> dict[str, bytes]:
    """PNGs with a text in a critical chunk, where no decoder shows the text."""
    packed = io.BytesIO()
    picture().convert("P").save(packed, "PNG")
    plain, palette = saved("PNG"), packed.getvalue()
    secret, pixels = HIDDEN * 3, palette.index(b"IDAT") - 4
    start, colors = palette.index(b"PLTE") - 4, palette.index(b"PLTE") + 4
    end = colors + int.from_bytes(palette[start : colors - 4])
    full = palette[colors:end].ljust(768, b"\x00")
    return {
        "the end": plain[:-12] + chunk(b"IEND", secret),
        "a palette of a picture without one": plain[:33] + chunk(b"PLTE", secret) + plain[33:],
        "a second palette": palette[:pixels] + chunk(b"PLTE", secret) + palette[pixels:],
        "a palette after the pixels": palette[:-12] + chunk(b"PLTE", secret) + palette[-12:],
        "a palette's end": palette[:start] + chunk(b"PLTE", full + secret) + palette[end + 4 :],
    }


HIDDEN = b"19.432608 -99.133209"
HIDDEN_IN_A_PNG = hidden_in_a_png()


@pytest.mark.parametrize("where", HIDDEN_IN_A_PNG)
def test_nothing_is_hidden_in_a_pngs_critical_chunks(where: str) -> None:
    data = HIDDEN_IN_A_PNG[where]
    assert HIDDEN in data
    kept = inspected(data).data
    assert HIDDEN not in kept
    with Image.open(io.BytesIO(kept)) as image:
        image.load()


def heif_with(hidden: bytes) -> bytes:
    """A HEIF with another box before the box of its pictures' data."""
    data = saved("HEIF")
    at = data.index(b"mdat") - 4
    iloc = data.index(b"iloc") + 4
    # All offsets of four bytes; one item, whose base follows.
    assert data[iloc : iloc + 12] == bytes.fromhex("00000000 4440 0001 0001 0000")
    place = iloc + 12
    moved = int.from_bytes(data[place : place + 4]) + len(hidden)
    return data[:place] + struct.pack(">I", moved) + data[place + 4 : at] + hidden + data[at:]


@pytest.mark.parametrize("kind", [b"free", b"skip", b"uuid", b"udta", b"mdat", b"meco", b"hdlr"])
def test_nothing_is_hidden_in_a_heifs_boxes_before_it_is_converted(kind: bytes) -> None:
    plain = inspected(heif_with(b""))
    data = heif_with(struct.pack(">I", 8 + len(HIDDEN)) + kind + HIDDEN)
    kept = inspected(data).data
    assert HIDDEN not in kept
    assert examine("image/heic", kept) == examine("image/heic", plain.data)


def webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def extended_webp(
    plain: bytes,
    *,
    before: bytes = b"",
    chunks: tuple[tuple[bytes, bytes], ...] = (),
    flags: int = 0,
) -> bytes:
    """A simple WebP in the extended format, with further chunks."""
    size = b"".join(struct.pack("<I", side - 1)[:3] for side in SIZE)
    head = webp_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + size)
    body = head + before + plain[12:] + b"".join(webp_chunk(*one) for one in chunks)
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def resized(data: bytes, by: int) -> bytes:
    return data[:4] + struct.pack("<I", len(data) - 8 + by) + data[8:]


WEBPS: dict[str, Callable[[bytes], bytes]] = {
    "a length that is too large": lambda plain: resized(plain, 2),
    "a length that is far too large": lambda plain: resized(plain, 2**20),
    "a length that is odd": lambda plain: resized(plain, 1),
    "a length without the padding": lambda plain: resized(plain, -1),
    "a length of 0": lambda plain: resized(plain, 8 - len(plain)),
    "zeros behind": lambda plain: resized(plain + bytes(50), 0),
    "words behind that count": lambda plain: resized(plain + b"??", 0),
    "an odd chunk without its padding": lambda plain: extended_webp(
        plain, before=b"ICCP" + struct.pack("<I", 3) + b"icc", flags=0x20
    ),
    "a chunk with too much padding": lambda plain: extended_webp(
        plain, before=webp_chunk(b"ICCP", b"icc") + bytes(4), flags=0x20
    ),
    "a profile that is none": lambda plain: extended_webp(
        plain, before=webp_chunk(b"ICCP", b"\xff" * 40), flags=0x20
    ),
    "a profile that is promised": lambda plain: extended_webp(plain, flags=0x20),
    "XMP that is none": lambda plain: extended_webp(
        plain, chunks=((b"XMP ", b"\xff<<"),), flags=0x04
    ),
    "EXIF that is longer than the file": lambda plain: (
        extended_webp(plain, flags=0x08) + b"EXIF\xff\xff\xff\x00"
    ),
    "a chunk that nobody knows": lambda plain: extended_webp(
        plain, before=webp_chunk(b"????", b"1")
    ),
}


@pytest.mark.parametrize("what", WEBPS)
@pytest.mark.parametrize("lossless", [False, True])
def test_how_a_webp_is_padded_costs_nothing(what: str, *, lossless: bool) -> None:
    plain = saved("WEBP", lossless=lossless)
    assert_shows(WEBPS[what](plain), plain)


@pytest.mark.parametrize("xmp", [b"\xff\xfe<<<", b"", b'<x tiff:Orientation="9"/>'])
def test_an_xmp_that_is_none_costs_an_iphones_picture_nothing(xmp: bytes) -> None:
    assert_shows(saved("HEIF", xmp=xmp), saved("HEIF"))


@pytest.mark.parametrize("word", [0, 6, 10])
@pytest.mark.parametrize("wrong", [b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x00\x10\x00\x00"])
def test_metadata_out_of_reach_cost_an_iphones_picture_nothing(word: int, wrong: bytes) -> None:
    """The table of contents says that the EXIF stands, or ends, beyond the file's end."""
    data = saved("HEIF", exif=b"Exif\x00\x00" + ifd((0x010F, 2, 4, 0x41424300)), xmp=b"<x/>")
    where = struct.pack(">I", data.index(b"Exif\x00\x00MM") - 4)
    at = data.index(where) + word
    assert_shows(data[:at] + wrong + data[at + 4 :], saved("HEIF"))


def test_an_iphones_picture_that_is_cut_off_stays_refused() -> None:
    data = saved("HEIF", exif=b"Exif\x00\x00" + ifd((0x010F, 2, 4, 0x41424300)))
    for tenths in range(10):
        with pytest.raises(UnsupportedFile):
            inspected(data[: len(data) * tenths // 10])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_bare_picture_is_the_same_again(kind: str) -> None:
    exif = b"Exif\x00\x00" + ifd((0x0112, 3, 1, 6 << 16))
    for data in (saved(kind), saved(kind, exif=exif)):
        once = inspected(data).data
        assert inspected(once).data is once


@pytest.mark.parametrize("behind", [b"", b"\xff", bytes(5000), b"\r\n"])
@pytest.mark.parametrize("how", ["baseline", "progressive", "restart markers"])
def test_a_jpeg_without_its_end_mark_counts_as_cut_off(how: str, behind: bytes) -> None:
    """Only its pixels could tell whether some are missing, and nobody decodes it here."""
    more: dict[str, object] = {"progressive": how == "progressive"}
    if how == "restart markers":
        more["restart_marker_blocks"] = 1
    plain = saved("JPEG", **more)
    assert inspected(plain)
    with pytest.raises(UnsupportedFile):
        inspected(plain[:-2] + behind)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("left", [0.5, 0.8, 0.95])
def test_a_jpeg_that_lacks_pixels_too_stays_refused(left: float, *, progressive: bool) -> None:
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    packed = io.BytesIO()
    noise.save(packed, "JPEG", progressive=progressive)
    with pytest.raises(UnsupportedFile):
        inspected(packed.getvalue()[: int(packed.tell() * left)])


@pytest.mark.parametrize("stray", [b"\xff\xd0", b"\xff\x01", b"\xff\xd7\xff\xff\x01", b"\0" * 9])
def test_markers_without_a_meaning_between_scans_are_skipped(stray: bytes) -> None:
    plain = saved("JPEG", progressive=True)
    parts = jpeg_parts(plain)
    for at in range(2, len(parts)):
        assert_shows(b"".join(parts[:at]) + stray + b"".join(parts[at:]), plain)


def test_a_png_that_lacks_pixels_too_stays_refused() -> None:
    head = saved("PNG")[:33]
    for rows in (b"", zlib.compress(bytes(900))):
        with pytest.raises(UnsupportedFile):
            inspected(head + chunk(b"IDAT", rows))


def test_bits_that_mean_nothing_in_a_webps_head_are_ignored() -> None:
    plain = saved("WEBP")
    assert_shows(extended_webp(plain, chunks=(), flags=0xC1), plain)


def too_many() -> dict[str, bytes]:
    jpeg, png, webp = saved("JPEG"), saved("PNG"), saved("WEBP")
    scans = saved("JPEG", progressive=True)
    last = scans[scans.rindex(b"\xff\xda") : -2]
    height = scans.index(b"\xff\xc2") + 5
    tall = scans[:height] + struct.pack(">HH", 7000, 7000) + scans[height + 4 :]
    return {
        "comments": jpeg[:2] + segment(0xFE, b"") * 100_000 + jpeg[2:],
        "stray markers": jpeg[:2] + b"\xff\x01" * 100_000 + jpeg[2:],
        "scans of a large picture": tall[:-2] + last * 50 + tall[-2:],
        "empty chunks of a PNG's pixels": png[:33] + chunk(b"IDAT", b"") * 100_000 + png[33:],
        "a PNG's words": png[:33] + chunk(b"tEXt", b"") * 100_000 + png[33:],
        "a WebP's chunks": webp + webp_chunk(b"EXIF", b"") * 100_000,
    }


@pytest.mark.parametrize("what", too_many())
def test_a_picture_in_more_pieces_than_any_camera_writes_is_refused(what: str) -> None:
    with pytest.raises(UnsupportedFile):
        inspected(too_many()[what])


def test_zeros_behind_a_webp_cost_no_time() -> None:
    start = time.process_time()
    assert inspected(saved("WEBP") + bytes(9_000_000)).content_type == "image/webp"
    assert time.process_time() - start < 1
