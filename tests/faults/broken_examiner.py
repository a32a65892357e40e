"""An examiner that breaks on pictures of certain widths, and examines every other file as usual.

`COMMAND` starts it in place of the real one; `picture("hang")` makes a picture that it hangs on.
Nothing but the width tells: metadata don't reach an examiner.
"""

import contextlib
import ctypes
import io
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from comanda.domain.examinations import Facts, Shown
from comanda.examiner import frames, limits
from comanda.examiner.__main__ import main
from comanda.examiner.examination import examine

COMMAND = (sys.executable, "-P", str(Path(__file__)))


def crash() -> None:
    ctypes.string_at(0)


def hang() -> None:
    time.sleep(3600)


def stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def spin() -> None:
    while True:
        pass


def fill_memory() -> None:
    held = []
    while True:
        held.append(bytes(10_000_000))


def leave() -> None:
    os._exit(0)


def cut_answer() -> None:
    answer = frames.encode_answer(Facts(content="cut", thumbnail=bytes(100_000)))
    os.write(limits.SINK, answer[: len(answer) // 2])
    leave()


def stall_answer() -> None:
    answer = frames.encode_answer(Facts(content="cut", thumbnail=bytes(1000)))
    os.write(limits.SINK, answer[: len(answer) // 2])
    hang()


def garble_answer() -> None:
    answer = bytearray(frames.encode_answer(Facts(content="garbled", thumbnail=bytes(1000))))
    answer[-1] ^= 1
    os.write(limits.SINK, answer)
    hang()


def talk_nonsense() -> None:
    os.write(limits.SINK, b"Segmentation fault, but the pipe is open\n" * 10)
    hang()


def promise_much() -> None:
    """A frame of an absurd size."""
    os.write(limits.SINK, b"cmd1\x02" + b"\xff" * 12)
    hang()


def babble() -> None:
    """More nonsense than the server's buffer holds, and the pipe stays open."""
    while True:
        os.write(limits.SINK, os.urandom(1 << 16))


def answer_and_babble() -> None:
    os.write(limits.SINK, frames.encode_answer(None))
    babble()


def answer_twice() -> None:
    """The second answer is left in the pipe for the next file."""
    second = frames.encode_answer(Facts(content="b" * 64))
    os.write(limits.SINK, frames.encode_answer(None) + second)
    hang()


def fill_memory_and_crash() -> None:
    with contextlib.suppress(MemoryError):
        fill_memory()
    os.abort()


def leave_another() -> None:
    """A process of the examiner's own holds the pipes after it, until the server closes them."""
    if os.fork() == 0:
        os.read(limits.SOURCE, 1)
    leave()


def answer_without_hash() -> None:
    _lie(Facts(content="no hash"))


def answer_what_is_no_text() -> None:
    _lie(Facts(content="\ud800" * 64))


def answer_a_short_hash() -> None:
    _lie(Facts(content="a" * 64, image_hash=b"short"))


def answer_a_page() -> None:
    _lie(Facts(content="a" * 64, shown=Shown("text/html", b"<script>alert(1)</script>")))


def answer_a_script_for_a_thumbnail() -> None:
    _lie(Facts(content="a" * 64, thumbnail=b"<script>alert(1)</script>"))


def answer_a_huge_thumbnail() -> None:
    _lie(Facts(content="a" * 64, thumbnail=_webp(16) + bytes(frames.LARGEST_BODY - 1000)))


def answer_a_thumbnail_of_many_pixels() -> None:
    _lie(Facts(content="a" * 64, thumbnail=_webp(4000)))


def answer_a_thumbnail_with_a_script_behind_it() -> None:
    _lie(Facts(content="a" * 64, thumbnail=_webp(16) + b"<script>alert(1)</script>"))


def answer_another_file() -> None:
    """A JPEG is always shown as it was received."""
    packed = io.BytesIO()
    Image.new("RGB", (8, 8)).save(packed, "JPEG")
    _lie(Facts(content="a" * 64, shown=Shown("image/jpeg", packed.getvalue())))


def _webp(side: int) -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (side, side)).save(packed, "WEBP")
    return packed.getvalue()


def _lie(facts: Facts) -> None:
    os.write(limits.SINK, frames.encode_answer(facts))
    hang()


def answer_slowly() -> None:
    time.sleep(0.5)


FAULTS: dict[int, Callable[[], None]] = {  # a picture's width → what it does
    401 + number: fault
    for number, fault in enumerate(
        (
            crash,
            hang,
            stop,
            spin,
            fill_memory,
            leave,
            cut_answer,
            stall_answer,
            garble_answer,
            talk_nonsense,
            answer_slowly,
            promise_much,
            babble,
            answer_and_babble,
            answer_twice,
            fill_memory_and_crash,
            leave_another,
            answer_without_hash,
            answer_what_is_no_text,
            answer_a_short_hash,
            answer_a_page,
            answer_a_script_for_a_thumbnail,
            answer_a_huge_thumbnail,
            answer_a_thumbnail_of_many_pixels,
            answer_a_thumbnail_with_a_script_behind_it,
            answer_another_file,
        )
    )
}

HOSTILE = tuple(sorted({fault.__name__ for fault in FAULTS.values()} - {"answer_slowly"}))


def picture(fault: str, number: int = 0) -> bytes:
    """A JPEG that the examiner breaks on; each `number` makes another one."""
    width = next(width for width, function in FAULTS.items() if function.__name__ == fault)
    image = Image.new("RGB", (width, 64), "white")
    for bit in range(16):
        if number >> bit & 1:
            image.paste("black", (bit * 16, 0, bit * 16 + 16, 64))
    packed = io.BytesIO()
    image.save(packed, "JPEG")
    return packed.getvalue()


def examine_or_break(content_type: str, data: bytes, *reading: Any) -> Facts | None:
    if content_type.startswith("image/") and content_type != "image/heic":
        with Image.open(io.BytesIO(data)) as image:
            width = image.width
        FAULTS.get(width, lambda: None)()
    return examine(content_type, data, *reading)


if __name__ == "__main__":
    main(examine_or_break)
