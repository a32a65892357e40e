"""No cell of a CSV file that we give runs as a formula, and each is read back as it was."""

import csv
import io
import re
import sys
import unicodedata
from random import Random

import pytest

from comanda.domain.cells import guarded, plain
from comanda.web.plumbing.spreadsheets import spreadsheet


def cells(*row: str | float | None) -> list[str]:
    """One row as a spreadsheet reads it."""
    body = spreadsheet("x.csv", ["a"], [row]).body
    assert isinstance(body, bytes)
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))[1]


@pytest.mark.parametrize(
    "text", ["=1+1", "+52 55", "-1", "@SUM(A1)", "\t=1", "\r\n@x", '=HYPERLINK("a";"b")']
)
def test_text_that_would_run_gets_an_apostrophe_in_front(text: str) -> None:
    assert cells(text) == [f"'{text}"]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('foto;=HYPERLINK("http://x")', 'foto;\'=HYPERLINK("http://x")'),
        ("a; +1;@b", "a; '+1;'@b"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("'=1", "''=1"),
    ],
)
def test_no_part_of_a_cell_runs_either(text: str, cell: str) -> None:
    """Where a semicolon separates lists, what follows one is a cell of its own."""
    assert cells(text) == [cell]
    assert plain(cell) == text


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe62"]
)
@pytest.mark.parametrize("blank", ["", " ", "\xa0", "\u200b", "\ufeff", "\u3000 ", "' '"])
@pytest.mark.parametrize("before", ["", "a;", "a,", "a|", 'a"', "\uff1b", '";"'])
def test_no_blank_hides_a_sign(before: str, blank: str, sign: str) -> None:
    """What a spreadsheet may take for a cell's beginning, blanks aside, is an apostrophe."""
    text = f"{before}{blank}{sign}1+1"
    guarded_text = cells("x", text)[1]
    last = re.split('[;,|"\uff1b]', guarded_text)[-1] if before else guarded_text
    assert last.replace("\u200b", "").replace("\ufeff", "").strip().startswith("'")
    assert plain(guarded_text) == text


def test_whatever_unicode_takes_for_a_sign_is_a_sign() -> None:
    """A program that compares text by NFKC (UAX 15) takes these characters for signs."""
    likenesses = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.normalize("NFKC", character) in ("=", "+", "-", "@")
    ]
    assert len(likenesses) > 10
    assert [guarded(f"{character}1") for character in likenesses] == [
        f"'{character}1" for character in likenesses
    ]


def test_whatever_a_cell_holds_is_read_back() -> None:
    random = Random(8841)
    for _ in range(20_000):
        text = "".join(random.choices("=+-@;,|\"' \t\ra\uff1d\u200b\n", k=random.randrange(9)))
        assert plain(guarded(text)) == text


@pytest.mark.parametrize("text", ["ilegible", "1-2", "a=b", "", "'ya", 'ñandú; "sí", dijo'])
def test_other_text_is_as_it_was(text: str) -> None:
    assert cells("primero", text) == ["primero", text]


def test_numbers_stay_numbers() -> None:
    assert cells(-3, 12.5, -0.1, None, 7) == ["-3", "12.5", "-0.1", "", "7"]
