"""A PDF's thumbnail shows its first page, whatever the file does besides."""

import hashlib
import io
import zlib
from pathlib import Path

import pytest
from PIL import Image

from comanda.domain.examinations import Facts
from comanda.examiner.examination import examine
from comanda.examiner.pdfs import text_pages
from comanda.media.pdf_objects import Pdf

SAMPLE = (Path(__file__).parent / "samples" / "receipt.pdf").read_bytes()
SQUARE = b"0 0 0 rg 0 0 100 100 re f"
KEY_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, of which the first is the catalog."""
    data, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        data + b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
        + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
        % (size, trailer, len(data))
    )  # fmt: skip


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), more, content)


def page(box: bytes = b"0 0 200 100", more: bytes = b"", content: bytes = SQUARE) -> list[bytes]:
    return [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R%s>>" % (box, more),
        stream(content),
    ]


def thumbnail_of(data: bytes) -> Image.Image:
    facts = examine("application/pdf", data)
    assert facts is not None
    assert not facts.is_damaged
    assert facts.thumbnail
    with Image.open(io.BytesIO(facts.thumbnail)) as image:
        assert image.format == "WEBP"
        assert max(image.size) <= 320
        return image.convert("L")


def grey(image: Image.Image, x: float, y: float) -> int:
    """The grey at a place given as shares of the width and height, from the upper left."""
    value = image.getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(value, int)
    return value


def test_the_first_page_is_drawn_on_white() -> None:
    image = thumbnail_of(pdf(*page()))
    assert image.size == (320, 160)
    assert (grey(image, 0.25, 0.5), grey(image, 0.75, 0.5)) == (0, 255)


def test_a_turned_page_is_drawn_upright() -> None:
    image = thumbnail_of(pdf(*page(more=b"/Rotate 90")))
    assert image.size == (160, 320)
    assert (grey(image, 0.5, 0.25), grey(image, 0.5, 0.75)) == (0, 255)


def test_letters_of_a_font_that_is_not_in_the_file_are_drawn() -> None:
    line = thumbnail_of(SAMPLE).crop((20, 20, 140, 60))
    assert line.getextrema()[0] < 100  # type: ignore[operator]


def test_annotations_are_drawn_as_browsers_do() -> None:
    look = stream(b"0 0 0 rg 0 0 90 90 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 90 90]")
    note = b"<</Type/Annot/Subtype/Stamp/Rect[105 5 195 95]/F 4/AP<</N 5 0 R>>>>"
    data = pdf(*page(more=b"/Annots[6 0 R]", content=b"q Q"), look, note)
    image = thumbnail_of(data)
    assert (grey(image, 0.25, 0.5), grey(image, 0.75, 0.5)) == (255, 0)


@pytest.mark.parametrize(
    "box", [b"0 0 14400 1", b"0 0 1 14400", b"0 0 99999999 99999999", b"0 0 0.01 0.01", b"0 0 0 0"]
)
def test_a_page_of_absurd_size_makes_a_small_thumbnail(box: bytes) -> None:
    thumbnail_of(pdf(*page(box)))


def test_the_content_is_that_of_the_pages_objects() -> None:
    facts = examine("application/pdf", SAMPLE)
    assert facts is not None
    assert facts.content == Pdf(SAMPLE).content_hash() != ""
    assert (facts.image_hash, facts.shown) == (None, None)


def encrypted() -> bytes:
    """A PDF by the standard handler with 40 bits, which opens without a password (7.6.4)."""
    owner, file_id, permissions = bytes(32), b"0123456789abcdef", -4
    seed = KEY_PADDING + owner + permissions.to_bytes(4, "little", signed=True) + file_id
    key = hashlib.md5(seed, usedforsecurity=False).digest()[:5]
    number = (4).to_bytes(3, "little") + bytes(2)
    stream_key = hashlib.md5(key + number, usedforsecurity=False).digest()[:10]
    entries = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P %d>>" % (
        owner.hex().encode(),
        rc4(key, KEY_PADDING).hex().encode(),
        permissions,
    )
    trailer = b"/Encrypt 5 0 R/ID[<%s><%s>]" % ((file_id.hex().encode(),) * 2)
    return pdf(*page(content=rc4(stream_key, SQUARE)), entries, trailer=trailer)


def rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def test_an_encrypted_pdf_that_opens_without_a_password_is_drawn() -> None:
    image = thumbnail_of(encrypted())
    assert (grey(image, 0.25, 0.5), grey(image, 0.75, 0.5)) == (0, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7\nno objects\nstartxref\n9\n%%EOF",
        pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"),
        pdf(b"<</Type/Catalog/Pages 9 0 R>>"),
        encrypted().replace(b"/U<", b"/U<00"),
    ],
    ids=["nothing", "no objects", "no pages", "no tree of pages", "a password"],
)
def test_a_pdf_without_a_page_to_draw_is_damaged(data: bytes) -> None:
    facts = examine("application/pdf", data)
    assert facts is not None
    assert facts.is_damaged
    assert facts.thumbnail is None


def test_a_page_with_broken_content_is_drawn_as_far_as_it_goes() -> None:
    packed = zlib.compress(SQUARE + b" " * 5000)
    broken = stream(packed[: len(packed) - 4], b"/Filter/FlateDecode")
    assert grey(thumbnail_of(pdf(*page()[:3], broken)), 0.25, 0.5) == 0


def test_a_file_that_is_no_pdf_is_damaged() -> None:
    assert examine("application/pdf", b"GIF89a") == Facts(
        is_damaged=True, content=Pdf(b"GIF89a").content_hash()
    )


def written(*lines: tuple[int, int, bytes], box: bytes = b"0 0 300 200") -> bytes:
    """A PDF with lines of text at these places."""
    font = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    parts = (b"1 0 0 1 %d %d Tm (%s) Tj" % line for line in lines)
    return pdf(*page(box, font, b"BT /F 12 Tf %s ET" % b" ".join(parts)))


def test_text_beside_the_page_is_not_read() -> None:
    """Nobody sees it: it would only tell of another payment than the page does."""
    seen = (20, 150, b"Monto $ 999.00 Referencia 88412201937")
    beside = ((5000, 150, b"Monto $ 185.50"), (20, -400, b"Total"), (20, 900, b"Valor"))
    (words,) = text_pages(written(seen, *beside))
    assert [word.text for word in words.words] == seen[2].decode().split()
    assert text_pages(written((5000, 150, seen[2]))) == []


def test_words_have_their_places_on_a_page_that_begins_elsewhere() -> None:
    line = b"Monto $ 999.00 Referencia 88412201937"
    (one,), (other,) = (
        text_pages(written((20, 150, line))),
        text_pages(written((120, 250, line), box=b"100 100 400 300")),
    )
    for word, moved in zip(one.words, other.words, strict=True):
        assert (word.left, word.top) == pytest.approx((moved.left, moved.top), abs=0.1)
