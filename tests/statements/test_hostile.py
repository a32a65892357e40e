"""Files that somebody, or a broken disk, has made: each is read or refused, and soon."""

import random
import time
import tracemalloc
from contextlib import suppress

import pytest

from comanda.domain.errors import DomainError
from comanda.domain.wire import encode
from comanda.statements.preview import preview
from comanda.statements.swift import read_mt940
from tests.statements.files import BBVA, MT940, OFX1, OFX2, read

PIECES = (
    *(b'"', b";", b",", b"\n", b"\t", b"(", b"-", b"\xff", b"\xe2\x80\x8f", b"9" * 20, b"1e5"),
    *(b"31/02/2026", b"25:99", b"00010101000100[+14:X]", b"<STMTTRN>", b"<DTPOSTED>", b":61:"),
    *(b":86:?32", b"\xd9\xa1", b"1.000.000,5", b"Fecha", b"Abono"),
)
FILES = (BBVA.encode(), BBVA.encode("utf-16"), OFX1.encode("cp1252"), OFX2.encode(), MT940.encode())


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_file_is_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    read_files = 0
    for _ in range(150):
        data = bytearray(chance.choice(FILES))
        for _ in range(chance.randint(1, 12)):
            place = chance.randrange(len(data) + 1)
            cut = chance.choice((0, 0, 1, 20))
            data[place : place + cut] = chance.choice(PIECES) if chance.random() < 0.7 else b""
        try:
            reading = read(bytes(data))
        except DomainError:
            continue
        read_files += 1
        encode(preview(reading, 0)).encode()
    assert read_files > 0


@pytest.mark.parametrize(
    "cell", ["1" + " " * 1_998, "1." * 999, "-" * 1_999, "a " * 999, "fecha " * 333, "1/" * 999]
)
def test_long_cells_take_no_time(cell: str) -> None:
    """A pattern that tries everything at each place would take minutes."""
    row = ";".join([cell] * 5)
    reading = read("Fecha;Hora;Monto;Tipo;Saldo\n" + f"{row}\n" * 600)
    assert reading.arriving.deposits == []
    assert read(f"{row}\n" * 100).arriving.deposits == []


@pytest.mark.parametrize(
    "text", ["{1:" * 40, "{1:F01\n" * 5_000, " " * 40_000 + "x", "{4:" + "\n" * 40_000 + "x"]
)
def test_what_begins_like_mt940_takes_no_time(text: str) -> None:
    """The server stands still while a pattern looks: 40 braces would hold it up for days."""
    begun = time.process_time()
    with suppress(DomainError):
        read(text)
    assert time.process_time() - begun < 30  # a guard against hanging, not a goal


def test_millions_of_short_lines_take_no_more_memory_than_the_text() -> None:
    text = ":20:X\n" + "ab\n" * 200_000
    tracemalloc.start()
    try:
        assert read_mt940(text).lines == []
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 6 * len(text)
