"""The examiner's process: `python -m comanda.examiner`, started by the server.

It tells `READY`, then answers one request after another until the server closes the pipe. What it
can't stand (a crash, an endless file) ends it; the server starts another one.
"""

import os
from collections.abc import Callable, Sequence
from typing import BinaryIO

from comanda.domain.examinations import Facts
from comanda.examiner import frames, limits, reader
from comanda.examiner.examination import examine
from comanda.examiner.reader import Reader
from comanda.examiner.words import Hints

Examine = Callable[[str, bytes, Hints | None, Sequence[Reader]], Facts | None]


def main(examine: Examine = examine) -> None:
    """Examine what comes in. Raises BrokenFrame for anything but a request."""
    parent = os.getppid()
    limits.take_pipes()
    limits.end_with_parent(parent)
    limits.keep_to_itself()
    readers = _start_readers()
    with os.fdopen(limits.SOURCE, "rb") as source, os.fdopen(limits.SINK, "wb") as sink:
        limits.set_limits()
        _send(sink, frames.READY)
        while (request := _next_request(source)) is not None:
            limits.allow_cpu_seconds()
            facts = examine(request.content_type, request.data, request.hints, readers)
            _send(sink, frames.encode_answer(facts))
            del request, facts
            limits.free_memory()


def _start_readers() -> list[Reader]:
    """Start the processes that have pictures read: one a processor, two at most."""
    program = reader.find_program()
    if program is None:
        return []
    try:
        return [reader.start(program) for _ in range(min(2, os.cpu_count() or 1))]
    except OSError:
        return []


def _next_request(source: BinaryIO) -> frames.Request | None:
    """Return the next request, or None at the end of the pipe. Raises BrokenFrame."""
    head = source.read(frames.HEADER_BYTES)
    if not head:
        return None
    header = frames.decode_header(head)
    return frames.decode_request(header, source.read(header.body_bytes))


def _send(sink: BinaryIO, frame: bytes) -> None:
    sink.write(frame)
    sink.flush()


if __name__ == "__main__":
    main()
