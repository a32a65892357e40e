"""Files that explode when they are decoded, sent by a waiter who is signed in: the server notices
nothing, the examinations end, and an honest proof doesn't wait for them."""

import asyncio
import io
import struct
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from comanda.domain.staff import Staff
from comanda.store.backup import check
from tests.attacks.test_gate import FILES, JPEG, PNG
from tests.attacks.wire import MEGABYTE
from tests.faults.examinations import backlog, outcomes
from tests.faults.figures import report, scaled
from tests.faults.processes import examiners, peak, state
from tests.faults.server import WAIT, Phones, furnish, phones, serving
from tests.house import ANA, BETO, COCO, LUIS, eventually, jpeg
from tests.test_metadata import chunk, jpeg_parts

# Beside what a photo of 10 MB takes on its way through. The long form sends many of that size, of
# which one comes in while another is examined.
GROWTH = scaled(32, 96) * MEGABYTE
LARGEST = 10 * MEGABYTE
LEFT = 24 * MEGABYTE  # pages that SQLite's connections keep, among others
ALWAYS = (
    "a PNG of 49 megapixels",
    "a WebP of 34 bytes",
    "an iPhone's picture of 49 megapixels",
    "a JPEG of thousands of scans",
    "a PDF of a million pages",
)


def deep_png(side: int = 7000) -> bytes:
    """49 megapixels of 16 bits and an alpha channel: 392 MB in 400 KB."""
    packer = zlib.compressobj(9)
    line = b"\x00" + b"\xff\x80\x10\x40\xff\xff\x80\x00" * side
    packed = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def slow_jpeg(size: int) -> bytes:
    """50 megapixels, and a scan of all of them in each few bytes."""
    picture = io.BytesIO()
    Image.new("L", (7000, 7000), "grey").save(picture, "JPEG", progressive=True)
    data = picture.getvalue()
    last = [part for part in jpeg_parts(data) if part[1] == 0xDA][-1]
    return data[:-2] + last * ((size - len(data)) // len(last)) + data[-2:]


def packed_words() -> bytes:
    words = b"a\x00\x00" + zlib.compress(bytes(200 * MEGABYTE))
    return PNG[:33] + chunk(b"zTXt", words) + PNG[33:]


def page(drawing: bytes, box: bytes = b"0 0 612 792", more: bytes = b"") -> bytes:
    """A PDF whose only page draws this; `more`: objects from number 6 on."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 4 0 R"
        b"/Resources<</XObject<</F 5 0 R>>/Font<</T 6 0 R>>>>>>" % box,
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
        (
            b"<</Type/XObject/Subtype/Form/BBox[0 0 612 792]/Length 9"
            b"/Resources<</XObject<</F 5 0 R>>>>>>stream\n/F Do /F \nendstream"
        ),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, starts = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        starts.append(len(body))
        body += b"%d 0 obj" % number + text + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    tail = b"trailer<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body + more)
    return body + more + b"xref\n0 7\n0000000000 65535 f \n" + table + tail


MORE: dict[str, Callable[[], bytes]] = {
    "a PNG of 49 megapixels, 16 bits deep": deep_png,
    "a JPEG whose every scan is of 49 megapixels": lambda: slow_jpeg(scaled(MEGABYTE, LARGEST)),
    "a PNG's words that explode": packed_words,
    "a JPEG of damaged pixels": lambda: JPEG[:-400] + bytes(range(200)) + JPEG[-2:],
    "a PDF that draws itself": lambda: page(b"/F Do " * 1000),
    "a PDF of an endless page": lambda: page(b"0 0 m 9 9 l S", b"0 0 1e30 1e30"),
    "a PDF of a negative page": lambda: page(b"0 0 m 9 9 l S", b"9 9 -1e9 -1e9"),
    "a PDF of strokes": lambda: page(b"0 0 m 600 700 l 3 9 5 7 2 8 c S " * scaled(30_000, 300_000)),
    "a PDF of letters": lambda: page(
        b"BT /T 900 Tf (" + b"W" * scaled(200_000, 5_000_000) + b") Tj ET"
    ),
    "a PDF of clippings": lambda: page(b"q 0 0 600 700 re W n " * scaled(50_000, 450_000)),
}


async def send(crowd: Phones, waiter: Staff, file: bytes) -> tuple[int, int | None]:
    """What an order's proof is answered, and the payment's id."""
    _, order = await crowd.place(waiter)
    for member, status in ((COCO, "en_preparacion"), (COCO, "listo"), (waiter, "entregado")):
        assert (await crowd.advance(member, order["id"], status))[0] == 200
    answered, told = await crowd.submit(waiter, order["id"], file)
    return answered, int(told["payment"]["id"]) if answered == 201 else None


async def test_the_server_does_not_notice_files_that_explode(tmp_path: Path) -> None:
    database, answers = tmp_path / "c.db", Counter[int]()
    tokens = await furnish(database)
    makers = {**(FILES if scaled(0, 1) else {name: FILES[name] for name in ALWAYS}), **MORE}
    with serving(database) as server:
        pid = server.process.pid
        async with phones(server, tokens) as crowd:
            assert (await send(crowd, BETO, jpeg()))[0] == 201
            assert (await send(crowd, BETO, jpeg() + bytes(LARGEST - MEGABYTE)))[0] == 201
            await eventually(lambda: backlog(database) == 0, WAIT)
            before, names = peak(pid), {}
            for name, make in makers.items():
                answered, payment = await send(crowd, ANA, make())
                assert answered in (201, 415), name
                answers[answered] += 1
                names[payment] = name
            _, honest = await send(crowd, BETO, jpeg())
            assert honest
            waiting = backlog(database)
            assert (await crowd.place(BETO))[0] == 201
            await eventually(lambda: outcomes(database)[honest] is not None, WAIT)
            assert backlog(database) >= waiting - 3, "before the hostile ones, but for the current"
            child = max(map(peak, examiners(pid)), default=0)
            async with crowd.http.get("/orders", headers=crowd.headers(LUIS)) as response:
                assert response.status == 200
            await eventually(lambda: backlog(database) == 0, 10 * WAIT)
            ends = outcomes(database)
            for payment in ends:
                path = f"/payments/{payment}/proof?size=thumb"
                async with crowd.http.get(path, headers=crowd.headers(LUIS)) as response:
                    assert response.status in (200, 404)
            grown, left = peak(pid) - before, examiners(pid)
    print({name: ends[payment] for payment, name in names.items() if payment})
    assert ends[honest] == "examined"
    assert grown < GROWTH
    await eventually(lambda: all(state(child) in ("", "Z") for child in left))
    assert check(database) == []
    report(
        "files that explode",
        sent=len(makers),
        refused=answers[415],
        unreadable=list(ends.values()).count("unreadable"),
        server_grown_by_MB=round(grown / MEGABYTE, 1),
        examiner_MB=round(child / MEGABYTE),
    )


async def test_large_photos_leave_no_memory_behind(tmp_path: Path) -> None:
    """Some at once, then examined: what they took is the system's again."""
    database = tmp_path / "c.db"
    tokens = await furnish(database)
    with serving(database) as server:
        async with phones(server, tokens) as crowd:
            assert (await send(crowd, BETO, jpeg()))[0] == 201
            await eventually(lambda: backlog(database) == 0, WAIT)
            before = server.memory
            photos = [jpeg() + bytes(LARGEST - MEGABYTE) for _ in range(8)]
            sent = await asyncio.gather(*(send(crowd, BETO, photo) for photo in photos))
            assert [answered for answered, _ in sent] == [201] * len(photos)
            await eventually(lambda: backlog(database) == 0, WAIT)
            await eventually(lambda: server.memory < before + LEFT, WAIT)
            left = server.memory - before
    report("8 photos of 9 MB at once", left_in_the_server_MB=round(left / MEGABYTE, 1))
