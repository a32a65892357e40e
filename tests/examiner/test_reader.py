"""The reader's process: what the system's program does to it, and what it can't do itself."""

import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from comanda.domain.examinations import Facts
from comanda.examiner import frames, passes
from comanda.examiner.receipts import receipt
from comanda.examiner.words import Hints
from tests.examiner.child import Child, running
from tests.examiner.test_process import is_running, landlock_version, wait_until

HINTS = Hints(date(2026, 11, 28))
RECEIPT = receipt(18550, "8841 220 1937")
TABLE = "".join(
    f"5\\t1\\t1\\t1\\t1\\t{place}\\t{100 * place}\\t100\\t80\\t30\\t95\\t{word}\\n"
    for place, word in enumerate(("Monto", "$185.50"), 1)
)
LISTS = 'if [ "$1" = --list-langs ]; then echo "List of languages:"; echo spa; exit; fi\n'

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all limits")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a script in the place of Tesseract."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def write(script: str) -> None:
        program = folder / "tesseract"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return write


def read(child: Child, data: bytes = RECEIPT) -> Facts:
    child.send(b"".join(frames.encode_request("image/jpeg", data, HINTS)))
    facts = frames.decode_answer(*child.receive())
    assert facts is not None
    return facts


def words_of(facts: Facts) -> str:
    return " ".join(line.text for line in facts.reading.lines) if facts.reading else ""


def test_what_the_program_prints_is_read(install: Callable[[str], None]) -> None:
    install(LISTS + f"cat >/dev/null; printf '{TABLE}'")
    with running() as child:
        facts = read(child)
    assert facts.source == "foto"
    assert "185.50" in words_of(facts)


BROKEN = {
    "crashes": "cat >/dev/null; kill -SEGV $$",
    "fails": "cat >/dev/null; echo no >&2; exit 1",
    "reads nothing of the picture": f"printf '{TABLE}'; exit 1",
    "prints nonsense": "cat >/dev/null; head -c 100000 /dev/urandom",
    "prints too much": "cat >/dev/null; head -c 9000000 /dev/zero",
    "is no program": "",
    "prints nothing": "cat >/dev/null",
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_program_that_fails_leaves_the_other_facts(
    install: Callable[[str], None], what: str
) -> None:
    install(LISTS + BROKEN[what])
    with running() as child:
        for _ in range(2):
            facts = read(child)
            assert (facts.reading, facts.source) == (None, "foto")
            assert facts.thumbnail
        assert child.end() == 0


def test_a_program_that_hangs_is_ended_and_the_next_picture_is_examined(
    install: Callable[[str], None],
) -> None:
    install(LISTS + "exec sleep 600")
    with running() as child:
        began = time.monotonic()
        facts = read(child)
        took = time.monotonic() - began
        assert facts.reading is None
        assert took < passes.READ_SECONDS + 20
        assert child.end() == 0


def test_a_program_without_languages_reads_nothing(install: Callable[[str], None]) -> None:
    install("echo 'List of languages:'; echo osd")
    with running() as child:
        assert read(child).reading is None


def test_without_hints_nothing_is_read(install: Callable[[str], None]) -> None:
    install(LISTS + f"cat >/dev/null; printf '{TABLE}'")
    with running() as child:
        facts = child.ask("image/jpeg", RECEIPT)
        assert facts is not None
        assert facts.reading is None


def readers_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children]


@pytest.fixture
def reading_child(install: Callable[[str], None]) -> Iterator[Child]:
    install(LISTS + f"cat >/dev/null; printf '{TABLE}'")
    with running() as child:
        yield child


def test_the_readers_end_with_the_examiner(reading_child: Child) -> None:
    readers = readers_of(reading_child.pid)
    assert readers
    reading_child.process.kill()
    for reader in readers:
        wait_until(lambda reader=reader: not is_running(reader))  # type: ignore[misc]


def test_a_reader_that_waits_for_the_program_ends_at_once_with_the_examiner(
    install: Callable[[str], None],
) -> None:
    """Neither it nor the program takes a processor from the examiner that starts next."""
    install(LISTS + "exec sleep 600")
    with running() as child:
        child.send(b"".join(frames.encode_request("image/jpeg", RECEIPT, HINTS)))
        readers = readers_of(child.pid)
        wait_until(lambda: all(map(readers_of, readers)))
        programs = [program for reader in readers for program in readers_of(reader)]
        child.process.kill()
        killed = time.monotonic()
        for pid in (*readers, *programs):
            wait_until(lambda pid=pid: not is_running(pid))  # type: ignore[misc]
        assert time.monotonic() - killed < passes.READ_SECONDS / 3


def test_a_reader_that_ends_leaves_the_other_facts(reading_child: Child) -> None:
    for reader in readers_of(reading_child.pid):
        os.kill(reader, 9)
    facts = read(reading_child)
    assert facts.reading is None
    assert facts.thumbnail
    assert reading_child.ask("image/jpeg", RECEIPT) is not None


def test_a_reader_can_change_no_file(install: Callable[[str], None], tmp_path: Path) -> None:
    """Whatever a picture does to the program: it may read files, and write none."""
    target = tmp_path / "comanda.db"
    target.write_text("kept")
    install(
        LISTS + f"cat >/dev/null; echo x >{target}; rm -f {target}; echo x >{tmp_path}/new; "
        f"printf '{TABLE}'"
    )
    with running() as child:
        assert "185.50" in words_of(read(child))
        assert child.end() == 0
    if landlock_version() >= 1:  # without it, only what a file holds is safe
        assert target.read_text() == "kept"
    assert not (tmp_path / "new").exists() or not (tmp_path / "new").read_text()


def test_a_reader_has_limits_and_little_of_the_environment(
    install: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "x")
    install(
        LISTS + "cat >/dev/null; "
        "said=$(ulimit -v -t -c -n; env) ; "
        "printf '5\\t1\\t1\\t1\\t1\\t1\\t9\\t9\\t80\\t30\\t95\\t%s\\n' \"$(echo $said)\""
    )
    with running() as child:
        said = words_of(read(child))
    assert "OMP_THREAD_LIMIT=1" in said
    assert "SECRET" not in said


def test_a_picture_of_absurd_proportions_is_examined(reading_child: Child) -> None:
    for size in ((1, 1), (1, 4000), (4000, 1), (20, 20), (7, 9000)):
        data = jpeg(Image.new("L", size, 200))
        assert read(reading_child, data)
    assert reading_child.end() == 0


def jpeg(image: Image.Image) -> bytes:
    packed = io.BytesIO()
    image.save(packed, "JPEG")
    return packed.getvalue()
