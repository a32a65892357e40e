"""What Tesseract prints, and what anything else prints in its place."""

import pytest

from comanda.examiner.tables import read_table
from comanda.examiner.words import Word

HEAD = b"level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext\n"


def row(text: str, level: int = 5, left: object = 10) -> bytes:
    return f"{level}\t1\t1\t1\t1\t1\t{left}\t20\t30\t40\t95.5\t{text}\n".encode()


def test_words_have_their_places() -> None:
    table = HEAD + row("", 1) + row("Monto") + row("$ 185.50")
    assert read_table(table) == [
        Word("Monto", 10, 20, 30, 40, 95.5),
        Word("$ 185.50", 10, 20, 30, 40, 95.5),
    ]


@pytest.mark.parametrize(
    "table",
    [
        b"",
        b"\n\n\n",
        b"\xff\xfe\x00\x01" * 1000,
        row(" "),
        row("x", 4),
        row("x", left="ten"),
        row("Monto")[:25],
    ],
    ids=lambda table: repr(table[:12]),
)
def test_what_is_no_word_is_left_out(table: bytes) -> None:
    assert read_table(table) == []


def test_a_word_that_is_no_utf_8_stays_a_word() -> None:
    broken = row("Monto").replace(b"Monto", b"Mont\xff")
    assert [word.text for word in read_table(broken)] == ["Mont\ufffd"]


def test_a_picture_full_of_words_has_an_end() -> None:
    words = read_table(row("1" * 5000) * 10_000)
    assert len(words) == 4_000
    assert {len(word.text) for word in words} == {200}
