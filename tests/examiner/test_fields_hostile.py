"""Text that wants to do harm stays text, and takes no longer than other text."""

import time
import unicodedata
from datetime import date

import pytest

from comanda.examiner.codes import read_code
from comanda.examiner.fields import read_fields
from comanda.examiner.text import LONGEST_WORD, clean
from comanda.examiner.words import Hints, Page, Word
from tests.examiner.rows import HEIGHT, HINTS, TODAY, WIDTH, page

UNSEEN = "\u202e\u200b\u200f\ufeff\x00\x07\x1b\u2066\u00ad\ue000\U000e0041"
_SECONDS = 20.0  # far more than it takes: only what has no end fails


def texts(receipt: Page, hints: Hints = HINTS) -> list[str]:
    reading = read_fields([receipt], hints)
    fields = [reading.reference, reading.account, reading.holder, reading.bank]
    shown = [f.text for f in reading.fields] + [line.text for line in reading.lines]
    return [text for text in (*fields, *shown) if text is not None]


def grid(words: list[str], columns: int = 20) -> Page:
    """A page full of small words."""
    placed = [
        Word(text, 40.0 + at % columns * 33, 20.0 + at // columns * 6, 30, 5)
        for at, text in enumerate(words)
    ]
    return Page(WIDTH, max(HEIGHT, len(words) / columns * 6 + 40), tuple(placed))


@pytest.mark.parametrize(
    "words",
    [
        ["9" * 1_000_000],
        ["8841220193"] * 100_000,
        ["Monto", "$185.50"] * 3_000,
        ["a", "de", "Para", "Clave", "rastreo", "18", "dic", "08:41", "p."] * 1_000,
        ["montomontomonto" * 100] * 4_000,
        ["(" * 200, "1," * 100, "1 " * 100, ".-" * 100, "*" * 200, "a." * 100] * 600,
        ["\u0301" * 100_000, "a" + "\u0301" * 100_000] * 10,
        ["$" * 200 + "1" * 200] * 4_000,
        ["\ufdfa" * 200] * 4_000,
        ["••••" * 50 + "4821", "e" * 200, "x" * 199 + "1"] * 1_300,
    ],
    ids=range(10),
)
def test_a_receipt_full_of_text_is_read_to_its_end(words: list[str]) -> None:
    start = time.monotonic()
    reading = read_fields([grid(words)] * 2, Hints(TODAY, r"\d{10}"))
    assert time.monotonic() - start < _SECONDS
    assert len(reading.lines) <= 300
    assert all(len(line.text) <= 200 for line in reading.lines)


def test_what_cant_be_seen_gets_into_no_field() -> None:
    mark = UNSEEN
    rows = [
        f"Mon{mark}to  $18{mark}5.50",
        f"Folio  88{mark}41220193",
        f"Para  Fon{mark}da El Lu\u0301\u0301\u0301chador",
        f"Cuenta destino  ••48{mark}21",
    ]
    reading = read_fields([page(rows)], HINTS)
    assert (reading.amount, reading.reference, reading.account) == (18550, "8841220193", "4821")
    assert reading.holder == "Fonda El Lúchador"
    for text in texts(page(rows)):
        assert not {unicodedata.category(c) for c in text} & {"Cc", "Cf", "Co", "Cn", "Cs", "Mn"}


def test_markup_and_formulas_stay_text() -> None:
    rows = ["Para  =cmd|'/c calc'!A1", "Folio  <img src=x onerror=alert(1)>", "Monto  =1+1"]
    reading = read_fields([page(rows)], HINTS)
    assert (reading.amount, reading.reference, reading.holder) == (None, None, None)
    assert "<img" in " ".join(line.text for line in reading.lines)


def test_full_width_and_foreign_digits_are_digits() -> None:
    rows = ["Monto  \uff04\uff11\uff18\uff15\uff0e\uff15\uff10", "Folio  ٨٨٤١٢٢٠١٩٣"]
    reading = read_fields([page(rows)], HINTS)
    assert (reading.amount, reading.reference) == (18550, "8841220193")


@pytest.mark.parametrize(
    "word",
    [
        Word("x", float("nan"), 0, 10, 10),
        Word("x", 0, float("inf"), 10, 10),
        Word("x", 0, 0, 0, 0),
        Word("x", 0, 0, -5, 10),
        Word("x", -1e9, 0, 10, 10),
        Word("", 0, 0, 10, 10),
        Word("\u200b", 0, 0, 10, 10),
        Word("x", 5000, 5000, 10, 10),
        Word("$5.00", 5, 5, 10, 10, float("nan")),
    ],
)
def test_words_in_impossible_places_do_no_harm(word: Word) -> None:
    receipt = page(["Monto  $185.50"])
    odd = Page(receipt.width, receipt.height, (*receipt.words, word))
    reading = read_fields([odd], HINTS)
    assert reading.amount == 18550
    for line in reading.lines:
        assert 0 <= line.box.left <= 1
        assert 0 <= line.box.top <= 1


@pytest.mark.parametrize("size", [(0.0, 0.0), (-1.0, 5.0), (float("nan"), 10.0)])
def test_pages_of_impossible_sizes_do_no_harm(size: tuple[float, float]) -> None:
    reading = read_fields([Page(*size, page(["Monto  $185.50"]).words)], HINTS)
    assert reading.amount in {None, 18550}


def test_nothing_gives_an_empty_reading() -> None:
    assert read_fields([], HINTS) == read_fields([Page(WIDTH, HEIGHT, ())], HINTS)
    assert read_fields([Page(WIDTH, HEIGHT, ())], Hints(date.min)).lines == ()
    assert read_fields([page(["Fecha  18/12 ayer 3 ene"])], Hints(date.min)).reference is None
    assert read_fields([page(["Fecha  18 dic ayer 3 ene"])], Hints(date.max)).reference is None


def test_a_text_is_cut_to_its_limit() -> None:
    assert len(clean("x" * 10_000)) == LONGEST_WORD
    assert clean("e\u0301\u0301\u0301 \u202eabc\u00a0 d\n") == "é abc d"


@pytest.mark.parametrize(
    "content",
    ["9" * 100_000, "{" * 50_000, "[" * 50_000, '{"monto": ' + "9" * 5_000 + "}", "https://[::1",
     "000201" + "99" * 10_000, '{"monto": 1e999}', "https://x?" + "monto=1&" * 999,
     "\x00\x01", "", "\u202e" * 5_000],
)  # fmt: skip
def test_a_hostile_code_says_nothing(content: str) -> None:
    assert read_code(content, HINTS).amount is None
