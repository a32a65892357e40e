"""The examiner as a process: it answers within its limits, opens nothing, and leaves nothing."""

import ctypes
import io
import os
import re
import resource
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from comanda.domain.examinations import Facts
from comanda.examiner import frames, limits
from comanda.examiner.examination import examine
from comanda.examiner.words import Hints
from tests.examiner.child import COMMAND, SLOW, Child, running
from tests.examiner.test_pdfs import page, pdf
from tests.examiner.test_pictures import SAMPLES, chunk
from tests.faults import broken_examiner
from tests.faults.broken_examiner import picture
from tests.long import LONG

KINDS = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".pdf": "application/pdf",
}
FILES = {path: KINDS[path.suffix] for path in sorted(SAMPLES.iterdir()) if path.suffix in KINDS}
KILOBYTE = 1024

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all limits")


def landlock_version() -> int:
    """The kernel's version of Landlock; less than 1 without it (linux/landlock.h)."""
    return int(ctypes.CDLL(None).syscall(444, None, 0, 1)) if sys.platform == "linux" else 0


@pytest.fixture
def child() -> Iterator[Child]:
    with running() as child:
        yield child


def test_within_its_limits_it_finds_what_it_finds_without_them(child: Child) -> None:
    """Nothing that it needs is loaded too late, when no file can be opened any more."""
    for path, content_type in FILES.items():
        data = path.read_bytes()
        assert child.ask(content_type, data) == examine(content_type, data), path.name
        cut = data[: len(data) // 2]
        assert child.ask(content_type, cut) == examine(content_type, cut), path.name
    assert child.end() == 0


def test_within_its_limits_it_reads_a_pdf_as_without_them(child: Child) -> None:
    lines = ("Monto $ 185.50", "Referencia 88412201937", "27/11/2026 20:41", "Cuenta **** 4821")
    content = b"BT /F 12 Tf 18 TL 20 180 Td %s ET" % b" ".join(
        b"(%s) Tj T*" % line.encode() for line in lines
    )
    font = b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
    data = pdf(*page(b"0 0 300 200", font, content))
    hints = Hints(date(2026, 11, 27))
    facts = child.ask("application/pdf", data, hints)
    assert facts == examine("application/pdf", data, hints)
    assert facts is not None
    assert facts.reading is not None
    assert (facts.reading.amount, facts.reading.reference) == (18550, "88412201937")


def test_its_limits_are_set_when_it_says_that_it_is_ready(child: Child) -> None:
    table = Path(f"/proc/{child.pid}/limits").read_text()
    rows = {line[:26].strip(): line[26:].split()[:2] for line in table.splitlines()}
    assert rows["Max core file size"] == ["0", "0"]
    assert rows["Max file size"] == ["0", "0"]
    assert rows["Max open files"] == ["0", "0"]
    memory, hard_memory = rows["Max address space"]
    assert memory == hard_memory
    assert limits.MEMORY_BYTES < int(memory) < limits.MEMORY_BYTES + 200_000_000
    assert Path(f"/proc/{child.pid}/oom_score_adj").read_text().strip() == "1000"
    niceness = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[16]
    assert int(niceness) >= min(19, os.nice(0) + 10)
    assert child.status("NoNewPrivs") == 1


def test_its_processor_time_is_counted_for_each_file(child: Child) -> None:
    def allowed() -> int:
        row = next(
            line
            for line in Path(f"/proc/{child.pid}/limits").read_text().splitlines()
            if line.startswith("Max cpu time")
        )
        return int(row.split()[3])

    data = (SAMPLES / "huge.png").read_bytes()
    child.ask("image/png", data)
    first = allowed()
    while allowed() == first:  # each file needs some processor time
        child.ask("image/png", data)
    assert allowed() > first >= limits.CPU_SECONDS


# What code in the examiner would do if a file had taken it over; each must fail.
REACHES = {
    "open a file": "open('/etc/hostname')",
    "make a file": "open('/tmp/broken', 'wb')",
    "list a folder": "os.listdir('/')",
    "open a socket": "socket.socket()",
    "open a database": "sqlite3.connect('/tmp/broken.db').execute('CREATE TABLE t (a)')",
    "make a pipe": "os.pipe()",
    "load a library": "ctypes.CDLL('libcrypt.so.1')",
    "raise its limit": "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))"
    " if os.getuid() else open('/')",
    "open a file in a descriptor's place": "os.close(0) or open('/etc/hostname')",
    "open a socket in a descriptor's place": "os.close(1) or socket.socket()",
}
# Needs no descriptor: only Landlock stands in the way.
TOUCHES = {
    "delete a file": "os.unlink(PATH)",
    "rename a file": "os.rename(PATH, PATH + '.away')",
    "cut a file": "os.truncate(PATH, 0)",
    "link a file": "os.link(PATH, PATH + '.too')",
    "make a folder": "os.mkdir(PATH + '.folder')",
    "see what the server has open": "os.readlink(f'/proc/{os.getppid()}/fd/0')",
    "start a program": "os.execv('/bin/true', ['true'])",
    "end the server": "os.kill(os.getppid(), 0)",
    "trace the server": "1 / (1 + ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0))",
}
TAKEN_OVER = """
import ctypes, os, resource, socket, sqlite3
from comanda.domain.examinations import Facts
from comanda.examiner.__main__ import main

def take_over(content_type, data, *_):
    try:
        eval(data.decode())
    except Exception as error:
        return Facts(thumbnail=f"{type(error).__name__} {os.environ}{os.getcwd()}".encode())
    return None

main(take_over)
"""


def test_it_can_open_nothing_and_knows_nothing_of_the_server() -> None:
    with running((sys.executable, "-c", TAKEN_OVER)) as child:
        for what, code in REACHES.items():
            facts = child.ask("text/plain", code.encode())
            assert facts is not None, what
            assert facts.thumbnail, what
            assert facts.thumbnail.endswith(b" environ({})/"), what
        assert child.ask("text/plain", b"1 + 1") is None


@pytest.mark.skipif(landlock_version() < 6, reason="this kernel's Landlock is missing or older")
def test_it_touches_no_file_and_no_other_process(tmp_path: Path) -> None:
    path = tmp_path / "comanda.db"
    path.write_text("kept")
    with running((sys.executable, "-c", TAKEN_OVER)) as child:
        for what, code in TOUCHES.items():
            facts = child.ask("text/plain", code.replace("PATH", repr(str(path))).encode())
            assert facts is not None, what
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [
        ("comanda.db", "kept")
    ]


def png(width: int, height: int, depth: int, color: int, line: bytes) -> bytes:
    packer, at_once = zlib.compressobj(9), max(1, 1_000_000 // len(line))
    lines = (b"\x00" + line) * at_once
    pieces = [packer.compress(lines) for _ in range(height // at_once)]
    pieces.append(packer.compress((b"\x00" + line) * (height % at_once)))
    pixels = b"".join(pieces) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def webp() -> bytes:
    """16 megapixels of one colour in 36 bytes: a small picture that says that it is larger."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "WEBP", lossless=True)
    data = bytearray(out.getvalue())
    at = data.index(b"VP8L") + 9  # width and height less one, in 14 bits each
    flags = int.from_bytes(data[at : at + 4], "little") >> 28 << 28
    data[at : at + 4] = struct.pack("<I", flags | 3999 | 3998 << 14)
    return bytes(data)


def heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (7000, 7000), "red")).save(out, quality=10)
    return out.getvalue()


def lying_heic() -> bytes:
    data = (SAMPLES / "photo.heic").read_bytes()
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", 60_000, 60_000) + data[at + 8 :]


def jpeg_of_scans(count: int) -> bytes:
    """Each scan has some bytes and visits all of 49 megapixels."""
    out = io.BytesIO()
    Image.new("L", (7000, 7000), 128).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    start = data.rindex(b"\xff\xda")
    end = re.compile(rb"\xff[^\x00]", re.DOTALL).search(data, start + 2)
    assert end
    return data[: end.start()] + data[start : end.start()] * count + b"\xff\xd9"


def pdf_of_pages(count: int) -> bytes:
    kids = b"3 0 R " * count
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>",
    )
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % pair for pair in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF"


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a PNG of 49 megapixels": ("image/png", lambda: png(7000, 7000, 8, 2, b"\xff\x80\x10" * 7000)),
    "a PNG of 64 bits a pixel": ("image/png", lambda: png(7000, 7000, 16, 6, bytes(56_000))),
    "a PNG of one line": ("image/png", lambda: png(50_000_000, 1, 1, 0, bytes(6_250_000))),
    "a PNG of one column": ("image/png", lambda: png(1, 50_000_000, 1, 0, b"\x00")),
    "a PNG with more behind its pixels": (
        "image/png",
        lambda: png(7000, 7000, 16, 6, bytes(56_000)).replace(
            chunk(b"IHDR", struct.pack(">IIBBBBB", 7000, 7000, 16, 6, 0, 0, 0)),
            chunk(b"IHDR", struct.pack(">IIBBBBB", 7000, 6990, 16, 6, 0, 0, 0)),
        ),
    ),
    "a WebP of 16 megapixels": ("image/webp", webp),
    "a HEIC of 49 megapixels": ("image/heic", heic),
    "a HEIC that says it has 3,600 megapixels": ("image/heic", lying_heic),
    "a JPEG of 20,000 scans": ("image/jpeg", lambda: jpeg_of_scans(20_000)),
    "a PDF of a million pages": ("application/pdf", lambda: pdf_of_pages(1_000_000)),
}


# The others take processor minutes; `tests/faults/test_explosions.py` sends some to a server.
SHORT = ("a PNG of 49 megapixels", "a HEIC that says it has 3,600 megapixels")


@pytest.mark.parametrize("what", BOMBS if LONG else SHORT)
def test_a_file_that_explodes_is_examined_or_ends_the_examiner_within_its_limits(
    child: Child, what: str
) -> None:
    content_type, make = BOMBS[what]
    data, began = make(), time.monotonic()
    try:
        facts = child.ask(content_type, data)
        outcome = "unreadable" if facts is None else f"damaged: {facts.is_damaged}"
        peak = child.status("VmHWM")
        assert peak * KILOBYTE < limits.MEMORY_BYTES + 100_000_000
        assert child.ask("image/jpeg", (SAMPLES / "baseline.jpg").read_bytes()) is not None
        assert child.status("VmRSS") * KILOBYTE < 100_000_000, "its memory is given back"
    except frames.BrokenFrame:
        end = child.process.wait(SLOW)
        assert end in (-signal.SIGXCPU, -signal.SIGABRT, -signal.SIGSEGV)
        outcome, peak = f"ended by {signal.Signals(-end).name}", 0
    took = time.monotonic() - began
    print(f"{what} ({len(data)} bytes): {outcome}, {took:.1f} s, at most {peak // 1024} MB")


def test_what_needs_more_memory_than_the_limit_is_unreadable_and_the_next_is_read(
    child: Child,
) -> None:
    resource.prlimit(child.pid, resource.RLIMIT_AS, (200_000_000, 200_000_000))
    assert child.ask("image/png", png(7000, 7000, 8, 2, bytes(21_000))) is None
    baseline = (SAMPLES / "baseline.jpg").read_bytes()
    assert child.ask("image/jpeg", baseline) == examine("image/jpeg", baseline)


def test_the_end_of_the_pipe_ends_it(child: Child) -> None:
    assert child.end() == 0


def test_it_dies_with_its_parent() -> None:
    """The pipes stay open in this process, so it is the parent's end that ends it."""
    source, requests = os.pipe()
    answers, sink = os.pipe()
    start = (
        "import subprocess, sys, os, time\n"
        "process = subprocess.Popen(sys.argv[1:])\n"
        "print(process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = (sys.executable, "-c", start, *COMMAND)
    parent = subprocess.Popen(command, stdin=source, stdout=sink)
    try:
        os.close(source)
        os.close(sink)
        head = b""
        while not head.endswith(frames.READY):
            head += os.read(answers, 1000)
        pid = int(head.split(b"\n")[0])
        assert is_running(pid)
        parent.kill()
        parent.wait()
        wait_until(lambda: not is_running(pid))
    finally:
        parent.kill()
        parent.wait()
        os.close(requests)
        os.close(answers)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in ("Z", "X")


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + SLOW
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n" * 5,
        frames.encode_answer(None),
        b"".join(frames.encode_request("image/png", b"x" * 100))[:-1] + b"y",
        frames.READY[:5] + b"\xff" * (frames.HEADER_BYTES - 5),
    ],
    ids=["another protocol", "an answer", "a damaged request", "an absurd size"],
)
def test_a_garbage_request_ends_it_with_an_error(child: Child, garbage: bytes) -> None:
    child.send(garbage)
    assert child.process.wait(SLOW) == 1
    assert child.process.stdout
    assert child.process.stdout.read() == b""


def test_a_request_that_is_cut_off_ends_it_with_an_error(child: Child) -> None:
    child.send(b"".join(frames.encode_request("image/png", b"x" * 100))[:-50])
    assert child.end() == 1


def test_two_hundred_files_do_not_make_it_grow(child: Child) -> None:
    files = [(kind, path.read_bytes()) for path, kind in FILES.items() if path.stem != "huge"]
    sizes = []
    for number in range(200):
        assert child.ask(*files[number % len(files)])
        sizes.append(child.status("VmRSS"))
    first, last = min(sizes[20:60]), min(sizes[-40:])
    print(f"resting: {first // 1024} MB, after 200 files: {last - first} KB more")
    assert last - first < 3 * 1024


def test_ctrl_c_does_not_reach_it(child: Child) -> None:
    child.process.send_signal(signal.SIGINT)
    assert child.ask("image/jpeg", (SAMPLES / "grey.jpg").read_bytes())
    assert child.end() == 0


def test_a_library_that_prints_does_not_break_the_protocol() -> None:
    prints = (
        "import os\nfrom comanda.examiner.__main__ import main\n"
        "main(lambda *_: print('x' * 9000, flush=True) or os.system('echo y') and None)"
    )
    with running((sys.executable, "-c", prints)) as child:
        assert child.ask("image/png", b"") is None
        assert child.end() == 0


ENDS = {
    "crash": -signal.SIGSEGV,
    "spin": -signal.SIGXCPU,
    "fill_memory": 1,
    "leave": 0,
    "cut_answer": 0,
}


@pytest.mark.parametrize("fault", ENDS)
def test_a_broken_examiner_breaks_as_it_should(fault: str) -> None:
    with running(broken_examiner.COMMAND) as child:
        assert child.ask("image/jpeg", (SAMPLES / "grey.jpg").read_bytes())
        with pytest.raises(frames.BrokenFrame):
            child.ask("image/jpeg", picture(fault))
        assert child.process.wait(SLOW) == ENDS[fault]


@pytest.mark.parametrize("fault", ["garble_answer", "talk_nonsense"])
def test_a_broken_examiner_answers_nonsense(fault: str) -> None:
    with running(broken_examiner.COMMAND) as child, pytest.raises(frames.BrokenFrame):
        child.ask("image/jpeg", picture(fault))


@pytest.mark.parametrize("fault", ["hang", "stop", "stall_answer"])
def test_a_broken_examiner_hangs(fault: str) -> None:
    with running(broken_examiner.COMMAND) as child:
        child.send(b"".join(frames.encode_request("image/jpeg", picture(fault))))
        wait_until(lambda: state_of(child.pid) in ("S", "T"))
        assert child.process.poll() is None


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_broken_examiners_other_pictures_are_read() -> None:
    with running(broken_examiner.COMMAND) as child:
        answers = {child.ask("image/jpeg", picture("answer_slowly", number)) for number in (1, 2)}
        assert len(answers) == 2
        assert all(isinstance(facts, Facts) and not facts.is_damaged for facts in answers)
