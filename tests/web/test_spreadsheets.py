"""No cell of a CSV file that we give runs as a formula, and each is read back as it was."""

import csv
import io

import pytest

from comanda.domain.cells import plain
from comanda.web.spreadsheets import spreadsheet


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


@pytest.mark.parametrize("text", ["ilegible", "1-2", "a=b", "", "'ya", 'ñandú; "sí", dijo'])
def test_other_text_is_as_it_was(text: str) -> None:
    assert cells("primero", text) == ["primero", text]


def test_numbers_stay_numbers() -> None:
    assert cells(-3, 12.5, -0.1, None, 7) == ["-3", "12.5", "-0.1", "", "7"]
