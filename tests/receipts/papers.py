"""A receipt as a PDF whose text is text, as banks send by mail."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from tests.examiner.test_pdfs import pdf, stream
from tests.receipts.blocks import Band, Block, Brand, Card, Pair, Text
from tests.receipts.content import blocks_of
from tests.receipts.designs import Pairing
from tests.receipts.facts import Receipt
from tests.receipts.formats import Line

WIDTH, HEIGHT = 595, 842  # A4, in points
LEFT, MIDDLE = 60, 270
FONTS = (b"/Helvetica", b"/Times-Roman", b"/Courier")
# The standard fonts have no such sign.
OTHER_SIGNS = str.maketrans({"₡": "CRC "})


@dataclass(frozen=True, slots=True)
class Words:
    """A text, where it starts, and its size in points."""

    text: str
    x: float
    y: float
    size: float


def paper(receipt: Receipt, seed: int = 0) -> bytes:
    """A PDF of one page. The order of its texts in the file need not be the one on the page."""
    rng = Random(f"paper {seed} {receipt.look}")
    words = list(_placed(blocks_of(receipt)))
    if rng.random() < 0.5:
        words.sort(key=lambda word: word.x)
    content = b"\n".join(_shown(word) for word in words)
    more = b""
    if rng.random() < 0.7:
        content, more = zlib.compress(content), b"/Filter/FlateDecode"
    fonts = b"/Resources<</Font<</F1 5 0 R>>>>"
    box = b"/MediaBox[0 0 %d %d]" % (WIDTH, HEIGHT)
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R%s/Contents 4 0 R%s>>" % (box, fonts),
        stream(content, more),
        b"<</Type/Font/Subtype/Type1/BaseFont%s/Encoding/WinAnsiEncoding>>" % rng.choice(FONTS),
    )


def _placed(blocks: Iterable[Block]) -> Iterator[Words]:
    y = float(HEIGHT - 60)
    for block in _flat(blocks):
        match block:
            case Text():
                yield Words(_plain(block.line), LEFT, y, 14 if block.is_bold else 11)
            case Brand():
                yield Words(block.name, LEFT, y, 16)
            case Pair():
                is_below = block.pairing in {Pairing.BELOW, Pairing.CENTRED, Pairing.GRID}
                yield Words(block.label, LEFT, y, 9)
                y -= 12 * is_below
                for number, line in enumerate(block.lines):
                    y -= 13 * (number > 0)
                    yield Words(_plain(line), LEFT if is_below else MIDDLE, y, 10)
        y -= 20


def _flat(blocks: Iterable[Block]) -> Iterator[Text | Brand | Pair]:
    for block in blocks:
        if isinstance(block, Card | Band):
            yield from _flat(block.blocks)
        elif isinstance(block, Text | Brand | Pair):
            yield block


def _plain(line: Line) -> str:
    """A line of one size: cents that were raised without a mark get a comma."""
    texts = [run.text for run in line]
    if len(line) > 1 and line[1].is_raised and texts[1].isdecimal():
        texts.insert(1, ",")
    return "".join(texts)


def _shown(words: Words) -> bytes:
    text = words.text.translate(OTHER_SIGNS).encode("cp1252", "replace")
    for special in (b"\\", b"(", b")"):
        text = text.replace(special, b"\\" + special)
    place = b"/F1 %g Tf 1 0 0 1 %g %g Tm" % (words.size, words.x, words.y)
    return b"BT %s (%s) Tj ET" % (place, text)
