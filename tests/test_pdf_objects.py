"""A PDF is kept without what it tells or runs beside its pages, and shows the same."""

import hashlib
import io
import random
import re
import zlib

import pytest
from PIL import Image

from comanda.media.pdf_objects import Pdf
from tests.house import PDF
from tests.proofs import inspected
from tests.test_pdf import SLOW, WHOLE, encryption, locked
from tests.test_pictures import exif

PAGE_TEXT = b"BT /F1 12 Tf 9 9 Td (185.50) Tj ET"


def deflated(data: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    return b"<</Length %d/Filter/FlateDecode%b>>\nstream\n%b\nendstream" % (
        len(packed),
        more,
        packed,
    )


def plain(data: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%b>>\nstream\n%b\nendstream" % (len(data), more, data)


def photo() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(picture, "JPEG", exif=exif(), comment=b"SECRET")
    size = b"/Type/XObject/Subtype/Image/Width 30/Height 20/Filter/DCTDecode"
    return plain(picture.getvalue(), size)


# What pages are made of: none of it may change.
SHOWN: dict[int, bytes] = {
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    4: deflated(PAGE_TEXT),
    5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
}
# Where it stands → what the catalog (1), the page (3) and other objects say.
LEFT: dict[str, dict[int, bytes]] = {
    "a document's XMP": {
        1: b"/Metadata 9 0 R",
        9: plain(b"<x>SECRET</x>", b"/Type/Metadata/Subtype/XML"),
    },
    "a page's XMP, packed": {
        3: b"/Metadata 9 0 R",
        9: deflated(b"<x>SECRET</x>", b"/Type/Metadata/Subtype/XML"),
    },
    "XMP that says no kind": {3: b"/Metadata 9 0 R", 9: plain(b"<x>SECRET</x>")},
    "a program's own data": {
        3: b"/LastModified(SECRET)/PieceInfo<</AI 9 0 R>>",
        9: b"<</Private 10 0 R>>",
        10: plain(b"SECRET"),
    },
    "a script at the start": {1: b"/OpenAction<</S/JavaScript/JS(SECRET)>>"},
    "a script of its own": {
        1: b"/OpenAction 9 0 R",
        9: b"<</Type/Action/S/JavaScript/JS 10 0 R>>",
        10: plain(b"app.alert('SECRET')"),
    },
    "a script whose name is written otherwise": {1: b"/OpenAction<</S/J#61vaScript/JS(SECRET)>>"},
    "a script whose kind stands elsewhere": {
        1: b"/OpenAction<</S 9 0 R/JS<534543524554>>>",
        9: b"/JavaScript",
    },
    "a script behind another action": {
        1: b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[<</S/JavaScript/JS(SECRET)>>]>>"
    },
    "two kinds of action": {1: b"/OpenAction<</S/GoTo/S/JavaScript/JS(SECRET)>>"},
    "scripts by name": {
        1: b"/Names<</JavaScript 9 0 R>>",
        9: b"<</Names[(SECRET)10 0 R]>>",
        10: b"<</S/JavaScript/JS(SECRET)>>",
    },
    "a script when a page opens": {3: b"/AA<</O<</S/JavaScript/JS(SECRET)>>>>"},
    "a script of a field": {
        3: b"/Annots[9 0 R]",
        9: b"<</Subtype/Widget/FT/Tx/V(185.50)/AA<</K<</S/JavaScript/JS(SECRET)>>>>>>",
    },
    "a program that is started": {1: b"/OpenAction<</S/Launch/F(SECRET.exe)>>"},
    "an address": {3: b"/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://SECRET)>>>>]"},
    "a form that is sent": {1: b"/OpenAction<</S/SubmitForm/F<</FS/URL/F(http://SECRET)>>>>"},
    "another file": {1: b"/OpenAction<</S/GoToR/F(//SECRET/share)/D[0/Fit]>>"},
    "an attached file": {
        1: b"/Names<</EmbeddedFiles<</Names[(SECRET)9 0 R]>>>>/AF[9 0 R]",
        9: b"<</Type/Filespec/F(SECRET)/UF(SECRET)/EF<</F 10 0 R>>>>",
        10: plain(b"SECRET", b"/Type/EmbeddedFile"),
    },
    "a file in a note": {
        3: b"/Annots[<</Subtype/FileAttachment/FS<</F(SECRET)/EF<</F 10 0 R>>>>>>]",
        10: deflated(b"SECRET"),
    },
    "a form of scripts": {1: b"/AcroForm<</Fields[]/XFA[(SECRET)9 0 R]>>", 9: plain(b"SECRET")},
    "where a photo was taken": {3: b"/X 9 0 R", 9: photo()},
    "a name among a font's": {
        3: b"/Resources<</Font<</F1 5 0 R/Metadata 5 0 R/AF 5 0 R/EF 5 0 R/F 5 0 R>>>>"
    },
}


def made(
    more: dict[int, bytes], info: bytes = b"<</Author(SECRET)>>", *, packed: bool = False
) -> bytes:
    """A PDF of one page with `more` in it; `packed` puts what is no stream into one."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%b>>" % more.get(1, b""),
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R%b>>" % more.get(3, b""),
        8: info,
        **SHOWN,
        **{number: body for number, body in more.items() if number > 8},
    }
    if packed:
        inside = {number: body for number, body in objects.items() if b"stream" not in body}
        bodies, head = b"", b""
        for number, body in inside.items():
            head += b"%d %d " % (number, len(bodies))
            bodies += body + b" "
            del objects[number]
        kind = b"/Type/ObjStm/N %d/First %d" % (len(inside), len(head))
        objects[7] = deflated(head + bodies, kind)
    out = b"%PDF-1.7\n"
    for number, body in objects.items():
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    return out + b"trailer<</Root 1 0 R/Info 8 0 R/Size 20>>\nstartxref\n9\n%%EOF\n"


def told(data: bytes) -> bytes:
    """All that is in a PDF, its packed streams unpacked."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", data, re.DOTALL)
    return data + b"".join(unpacked(one) for one in streams)


def unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return stream


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("what", LEFT)
def test_what_is_not_shown_goes_and_nothing_moves(what: str, *, packed: bool) -> None:
    data = made(LEFT[what], packed=packed)
    assert b"SECRET" in told(data) or b"534543524554" in told(data)
    kept = inspected(data).data
    assert len(kept) == len(data)
    assert b"SECRET" not in told(kept)
    assert b"534543524554" not in told(kept)
    assert not re.search(rb"/(JavaScript|Launch|URI|SubmitForm|GoToR|JS)\b", told(kept))
    for body in SHOWN.values():
        assert body in told(kept)
    starts = [match.start() for match in re.finditer(rb"[0-9]+ 0 obj", data)]
    assert [match.start() for match in re.finditer(rb"[0-9]+ 0 obj", kept)] == starts
    assert Pdf(kept).content_hash() == Pdf(data).content_hash()
    assert inspected(kept).data == kept


def test_a_font_may_be_called_like_metadata() -> None:
    fonts = LEFT["a name among a font's"][3]
    assert fonts in inspected(made({3: fonts})).data
    own = b"<</Metadata 5 0 R/PieceInfo 5 0 R>>"
    assert own in inspected(made({3: b"/Resources<</Font 9 0 R>>", 9: own})).data


def test_a_photo_in_it_shows_the_same_and_tells_nothing() -> None:
    kept = inspected(made({3: b"/Resources<</XObject<</P 9 0 R>>>>", 9: photo()})).data
    (picture,) = re.findall(rb"stream\n(\xff\xd8.*?)\nendstream", kept, re.DOTALL)
    with Image.open(io.BytesIO(picture)) as shown:
        assert shown.convert("RGB").getpixel((3, 3)) == (254, 0, 0)
        assert not shown.getexif()


def test_a_file_that_tells_nothing_stays_byte_for_byte() -> None:
    silent = made({}, info=b"<</Type/Catalog>>").replace(b"/Info 8 0 R", b"")
    for data in (silent, *WHOLE.values()):
        assert inspected(data).data == data


def test_objects_that_were_packed_as_small_as_can_be_are_cleaned() -> None:
    bits = f"{random.Random(1).getrandbits(100_000):b}".encode()
    objects = b"9 0 <</S/JavaScript/JS(SECRET)>>%" + bits
    assert len(zlib.compress(objects.replace(b"SECRET", b""))) > len(zlib.compress(objects, 9))
    body = b"<</Length %d/Filter/FlateDecode/Type/ObjStm/N 1/First 4>>\nstream\n%b\nendstream" % (
        len(zlib.compress(objects, 9)),
        zlib.compress(objects, 9),
    )
    data = made({9: body})
    assert b"SECRET" in told(data)
    assert b"JavaScript" not in told(inspected(data).data)


def test_an_earlier_revision_is_cleaned_too() -> None:
    data = made(LEFT["a script at the start"])
    data += (
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF"
    )
    assert b"SECRET" not in inspected(data).data


def test_an_encrypted_file_is_cleaned_as_far_as_it_can_be_read() -> None:
    data = locked(encryption(3, b"", 16)).replace(
        b"/Count 0>>", b"/Count 0/AA<</O<</S/JavaScript/JS<00>>> >> >>"
    )
    kept = inspected(data).data
    assert b"JavaScript" not in kept
    assert len(kept) == len(data)


@pytest.mark.parametrize("what", SLOW)
def test_what_is_made_to_be_read_slowly_is_left_as_it_is(what: str) -> None:
    data = b"%PDF-1.4\n" + SLOW[what] + b"\nstartxref\n9\n%%EOF\n"
    assert len(Pdf(data).cleaned_bytes()) == len(data)


HOSTILE = {
    "a thousand actions in each other": b"<</S/URI/A" * 60_000,
    "arrays in each other": b"[" * 100_000 + b"]" * 100_000,
    "references": b"1 0 R " * 90_000,
    "strings": b"(" * 9_000_000,
    "objects": b"1 0 obj<</Length 9>>stream\n" * 30_000,
    "a stream of objects that holds itself": deflated(
        b"1 0 " * 20_000 + b"<<>>", b"/Type/ObjStm/N 20000/First 80000"
    ),
    "a bomb": deflated(bytes(200_000_000), b"/Type/ObjStm/N 1/First 4"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_made_to_hold_the_server_up_ends(what: str) -> None:
    for start in (b"1 0 obj ", b"trailer<</Root 1 0 R/Info "):
        data = b"%PDF-1.4\n9 0 obj<<>>endobj " + start + HOSTILE[what] + b" startxref\n9\n%%EOF\n"
        pdf = Pdf(data)
        assert len(pdf.cleaned_bytes()) == len(data)
        assert pdf.content_hash()


FIELD = b"/Annots[<</Subtype/Widget/FT/Tx/V(%b)>>]"


def test_files_are_compared_by_what_their_pages_are_made_of() -> None:
    same = [
        made({}),
        made({}, packed=True),
        made({1: b"/Lang(es)", 3: b"/Rotate 90"}),
        made({}).replace(SHOWN[4], plain(PAGE_TEXT)),
        made({}).replace(SHOWN[4], plain(PAGE_TEXT.replace(b" ", b"\n"))),
        made(LEFT["a document's XMP"]),
        made({}) + b"\n",
    ]
    assert len({Pdf(one).content_hash() for one in same}) == 1
    others = [
        made({}).replace(SHOWN[4], plain(PAGE_TEXT.replace(b"185", b"186"))),
        made({3: b"/Resources<</XObject<</P 9 0 R>>>>", 9: photo()}),
        made({3: FIELD % b"185.50"}),
        made({3: FIELD % b"186.50"}),
        PDF,
        PDF.replace(b"/Count 0", b"/Count 1"),
        b"%PDF-1.4\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.4\nstartxref\n8\n%%EOF\n",
        *(
            made({1: more}, packed=True).replace(b"trailer<<", b"trailer<</Encrypt<<>>")
            for more in (b"", b"/Lang(es)")
        ),
    ]
    assert len({Pdf(one).content_hash() for one in [same[0], *others]}) == len(others) + 1


@pytest.mark.parametrize(
    "objects",
    [
        (b"1 0 obj(" + b"a" * 25_000) * 400,
        b"1 0 obj %" * 1_000_000 + b"\n)",
        b"1 0 obj" + b"%" + b"a" * 9_000_000,
        b"1 0 obj(" + b"a" * 9_000_000,
    ],
)
def test_nothing_without_end_is_read_through_again_and_again(objects: bytes) -> None:
    data = b"%PDF-1.4\n" + objects + b"\ntrailer<<>>\nstartxref\n9\n%%EOF"
    assert Pdf(data).cleaned_bytes() == data


def test_letters_beyond_what_a_receipt_has_stay_as_they_are() -> None:
    letters = b"z" * 2_000_000 + b"~>"
    data = (
        b"%PDF-1.4\n1 0 obj<</Pages 2 0 R>>endobj\n2 0 obj<</Kids[3 0 R]>>endobj\n"
        b"3 0 obj<</Filter/A85>>stream\n" + letters + b"\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF"
    )
    assert Pdf(data).content_hash() == hashlib.sha256(letters).hexdigest()
