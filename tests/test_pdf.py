"""A PDF is what readers open, whatever stands before and after it."""

import hashlib
import random
import struct
import time
import zlib
from contextlib import suppress

import pytest

from comanda.domain.errors import UnsupportedFile
from comanda.media import pdf_password
from comanda.media.pdf import LOCKED, TAIL_BYTES
from tests.house import PDF, image
from tests.proofs import inspected

GIVEN_UP = 5.0  # seconds of the processor
PAGE = b"<!doctype html><title>Banco</title><p>%PDF- es un formato.</p>"
XREF_STREAM = (
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"
    b"3 0 obj\n<</Type/XRef/Size 4/W[1 2 1]/Root 1 0 R/Length 16>>\nstream\n"
    + bytes(16)
    + b"\nendstream\nendobj\nstartxref\n112\n%%EOF\n"
)
LINEARIZED_HEAD = (
    b"%PDF-1.5\n1 0 obj\n<</Linearized 1/L 9000/H[500 20]/O 3/E 800/N 1/T 8800>>\nendobj\n"
    b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 9/Root 2 0 R/Prev 8800>>\n"
    b"startxref\n0\n%%EOF\n"
)
WHOLE = {
    "as it should be": PDF,
    "a byte order mark before": b"\xef\xbb\xbf" + PDF,
    "UTF-16's byte order mark before": b"\xff\xfe" + PDF,
    "blank lines before": b"\r\n\r\n \t\n" + PDF,
    "zeros before": bytes(300) + PDF,
    "an answer's head before": b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n" + PDF,
    "a form around": b'--x\r\nContent-Disposition: form-data\r\n\r\n' + PDF + b"\r\n--x--\r\n",
    "a page before": b"<html><br />\n<b>Warning</b>: include()</html>\n" + PDF,
    "1,023 bytes before": b" " * 1023 + PDF,
    "zeros behind": PDF + bytes(100_000),
    "blanks behind": PDF + b" \r\n\t\x0c" * 20_000,
    "4,000 bytes behind": PDF + b"?" * 4000,
    "a page behind": PDF + b"<html>" + b"<p>Gracias por su preferencia</p>" * 500 + b"</html>",
    "no %%EOF": PDF.replace(b"%%EOF\n", b""),
    "no position": PDF.replace(b"startxref\n9\n", b""),
    "an empty position": PDF.replace(b"startxref\n9", b"startxref\n"),
    "half an %%EOF": PDF.replace(b"%%EOF\n", b"%%E"),
    "ends of line of old Macs": PDF.replace(b"\n", b"\r"),
    "no line end at the end": PDF.rstrip(),
    "a blank before the position": PDF.replace(b"startxref\n9", b"startxref  \r\n 9"),
    "a cross-reference stream": XREF_STREAM,
    "a position of zero": PDF.replace(b"startxref\n9", b"startxref\n0"),
    "two revisions": PDF + b"4 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n99\n%%EOF",
    "linearized": LINEARIZED_HEAD + PDF[9:],
    "PDF 2.0": PDF.replace(b"1.4", b"2.0"),
    "words about encryption": PDF.replace(b"endobj", b"% /Encrypt 5 0 R\nendobj", 1),
    "encryption in a string": PDF.replace(b"/Count 0", b"/Count 0/T(/Encrypt 5 0 R)"),
    "open metadata's word": PDF.replace(b"/Count 0", b"/Count 0/EncryptMetadata true"),
}  # fmt: skip
NO_PDF = {
    "only a mark": b"%PDF-1.4",
    "a mark and a text": b"%PDF- es un formato de Adobe. " * 40,
    "a page that has the mark": PAGE * 3,
    "a page that has all words": PAGE + b"<p>startxref 9 %%EOF</p>",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n%%EOF\n",
    "the mark too late": b" " * 1024 + PDF,
    "an archive that holds one": b"PK\x03\x04" + bytes(26) + b"a.pdf" + PDF + b"PK\x05\x06",
    "cut off in the middle": PDF[: len(PDF) // 2],
    "cut off before its end": PDF[: PDF.index(b"startxref")],
    "cut off after a first revision": PDF.replace(b"startxref\n9\n", b"") + PDF[9:40],
    "cut off in its end": PDF[: PDF.index(b"startxref") + 10],
    "a linearized file, cut off": LINEARIZED_HEAD + PDF[9:90],
    "its end too far away": PDF + b"?" * (TAIL_BYTES + 1),
    "nothing": b"",
    "blanks": b" " * 2000,
    "zeros": bytes(2000),
}  # fmt: skip


REPEATED = 9_000_000


def hard_to_pack() -> bytes:
    """A script among bits, which zlib packs as small as it can at 2.5 s a megabyte."""
    bits = f"{random.Random(1).getrandbits(8_000_000):b}".encode()
    packed = zlib.compress(b"1 0 <</S/JavaScript/JS(x)>>%" + bits)
    entries = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d" % len(packed)
    return b"7 0 obj<<" + entries + b">>stream\n" + packed + b"\nendstream endobj\n"


SLOW = {
    "packed objects that are hard to pack again": hard_to_pack(),
    "strings that open and do not close": b"1 0 obj<<" + b"(" * REPEATED + b"/Encrypt 1 0 R" * 20,
    "a string of escapes": b"trailer<</Encrypt<</Filter/Standard/R 3/U("
    + b"\\1" * (REPEATED // 2)
    + b")>> >>",
    "encryptions everywhere": b"1 0 obj " + b"/Encrypt " * (REPEATED // 9),
    "one object a million times": b"trailer<</Encrypt 7 0 R>>" + b"7 0 obj " * (REPEATED // 8),
}


@pytest.mark.parametrize("what", SLOW)
def test_what_is_made_to_be_read_slowly_is_not(what: str) -> None:
    data = b"%PDF-1.4\n" + SLOW[what] + b"\nstartxref\n9\n%%EOF\n"
    start = time.process_time()
    with suppress(UnsupportedFile):
        inspected(data)
    assert time.process_time() - start < GIVEN_UP  # it took 14 s and more


@pytest.mark.parametrize("what", WHOLE)
def test_what_readers_open_is_taken_and_kept_as_it_came(what: str) -> None:
    proof = inspected(WHOLE[what])
    assert (proof.content_type, proof.data) == ("application/pdf", WHOLE[what])
    assert proof.sha256 == hashlib.sha256(WHOLE[what]).hexdigest()


@pytest.mark.parametrize("what", NO_PDF)
def test_what_is_no_whole_pdf_is_refused(what: str) -> None:
    with pytest.raises(UnsupportedFile) as refused:
        inspected(NO_PDF[what])
    assert "contraseña" not in str(refused.value)


def test_a_picture_that_mentions_pdfs_is_a_picture() -> None:
    plain = image("JPEG")
    comment = b"%PDF-1.4 1 0 obj startxref 9 %%EOF"
    data = plain[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + plain[2:]
    assert inspected(data).content_type == "image/jpeg"


PADDING = pdf_password._PADDING
FILE_ID = bytes(range(16))
OWNER = bytes(range(200, 232))
PERMISSIONS = -3904
RC4, md5 = pdf_password._rc4, pdf_password._md5


def user_entry(
    revision: int, password: bytes, length: int, *, open_metadata: bool = False
) -> bytes:
    """The /U of a file that `password` opens (ISO 32000-2, algorithms 4, 5 and 8)."""
    if revision >= 5:
        salts = b"validateverifies"
        if revision == 5:
            return hashlib.sha256(password + salts[:8]).digest() + salts
        assert not password
        return pdf_password._hash_2b(salts[:8]) + salts
    padded = (password + PADDING)[:32]
    known = padded + OWNER + struct.pack("<i", PERMISSIONS) + FILE_ID
    key = md5(known + b"\xff" * 4 * open_metadata)[:length]
    if revision == 2:
        return RC4(key, PADDING)
    for _ in range(50):
        key = md5(key)[:length]
    made = md5(PADDING + FILE_ID)
    for number in range(20):
        made = RC4(bytes(one ^ number for one in key), made)
    return made + bytes(16)


def literal(value: bytes) -> bytes:
    """A literal string, with all that must be escaped, and some that may be."""
    out = b"".join(
        b"\\" + bytes([one]) if one in b"()\\" else b"\\%03o" % one if one < 32 else bytes([one])
        for one in value
    )
    return b"(" + out + b")"


def locked(entries: bytes, *, where: str = "an object", file_id: bytes | None = None) -> bytes:
    """A PDF with this encryption dictionary, in one of the places where it may stand."""
    named = b"/ID[%b<00>]" % (b"<" + FILE_ID.hex().encode() + b">" if file_id is None else file_id)
    if where == "the trailer":
        return PDF.replace(
            b"<</Root 1 0 R>>", b"<</Root 1 0 R/Encrypt<<%b>>%b>>" % (entries, named)
        )
    made = b"12 0 obj\n<<%b>>\nendobj\n" % entries
    if where == "an object":
        made += b"trailer\n<< /Root 1 0 R /Encrypt 12 0 R\n%b >>\nstartxref" % named
        return PDF.replace(b"trailer<</Root 1 0 R>>\nstartxref", made)
    made += b"3 0 obj\n<</Type/XRef/Size 4/Encrypt 12 0 R%b/W[1 2 1]>>\nstream\n" % named
    return XREF_STREAM.replace(b"3 0 obj\n<</Type/XRef/Size 4", made + b"<</Old true")


def encryption(
    revision: int, password: bytes, length: int, *, open_metadata: bool = False
) -> bytes:
    user = user_entry(revision, password, length, open_metadata=open_metadata)
    version = {2: 1, 3: 2, 4: 4, 5: 5, 6: 5}[revision]
    more = b"/EncryptMetadata false" if open_metadata else b""
    filters = b"/CF<</StdCF<</AuthEvent/DocOpen/CFM/AESV2/Length 16>>>>/StmF/StdCF/StrF/StdCF"
    return b"/Filter/Standard/V %d/R %d/Length %d/P %d/O<%b>/U%b%b%b" % (
        version, revision, 8 * length, PERMISSIONS, OWNER.hex().encode(), literal(user),
        more, filters if version >= 4 else b"",
    )  # fmt: skip


@pytest.mark.parametrize("where", ["an object", "the trailer", "a stream"])
@pytest.mark.parametrize(
    ("revision", "length", "open_metadata"),
    [(2, 5, False), (3, 16, False), (3, 5, False), (4, 16, False), (4, 16, True), (5, 32, False)],
)
def test_a_pdf_that_asks_for_a_password_is_refused_with_that_word(
    revision: int, length: int, where: str, *, open_metadata: bool
) -> None:
    entries = [
        encryption(revision, password, length, open_metadata=open_metadata)
        for password in (b"", b"XAXX010101000")
    ]
    assert inspected(locked(entries[0], where=where)).content_type == "application/pdf"
    with pytest.raises(UnsupportedFile, match="contraseña") as refused:
        inspected(locked(entries[1], where=where))
    assert (refused.value.code, str(refused.value)) == ("unsupported_file", LOCKED)


def test_the_newest_encryption_is_opened_too_where_its_password_is_empty() -> None:
    right = encryption(6, b"", 32)
    assert inspected(locked(right)).content_type == "application/pdf"
    wrong = right.replace(literal(user_entry(6, b"", 32)), literal(bytes(48)))
    with pytest.raises(UnsupportedFile, match="contraseña"):
        inspected(locked(wrong))


def test_a_pdf_for_a_certificate_can_not_be_opened_either() -> None:
    with pytest.raises(UnsupportedFile, match="contraseña"):
        inspected(locked(b"/Filter/Adobe.PubSec/V 4/SubFilter/adbe.pkcs7.s5"))


@pytest.mark.parametrize(
    "entries",
    [
        b"",
        b"/Filter/Standard",
        b"/Filter/Standard/R 9/U<00>",
        b"/Filter/Standard/R 3/U<0",
        b"/R 99999999999999999999",
        b"/Filter/Standard/V 2/R 3/Length -8/P x/O()/U()",
    ],
)
def test_what_can_not_be_decided_is_left_to_the_cashier(entries: bytes) -> None:
    for where in ("an object", "the trailer", "a stream"):
        assert inspected(locked(entries, where=where)).content_type == "application/pdf"


def test_an_encryption_that_is_nowhere_is_none() -> None:
    data = PDF.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 99 0 R")
    assert inspected(data).content_type == "application/pdf"


def test_the_cipher_is_aes() -> None:
    """FIPS 197, appendix B."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    block = bytes.fromhex("3243f6a8885a308d313198a2e0370734")
    assert pdf_password._aes_cbc(key, bytes(16), block).hex() == "3925841d02dc09fbdc118597196a0b32"
    assert RC4(b"Key", b"Plaintext").hex() == "bbf316e8d940af0ad3"
