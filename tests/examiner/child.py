"""The examiner as a real process, asked as the server asks it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from comanda.domain.examinations import Facts
from comanda.examiner import frames
from comanda.examiner.words import Hints

COMMAND = (sys.executable, "-P", "-m", "comanda.examiner")
SLOW = 60.0  # a process that takes longer is killed, so that no test hangs


class Child:
    """A running examiner. Each method raises BrokenFrame when the process ends instead."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        header, body = self.receive()
        frames.check_ready(header, body)

    @property
    def pid(self) -> int:
        return self.process.pid

    def receive(self) -> tuple[frames.Header, bytes]:
        assert self.process.stdout
        header = frames.decode_header(self.process.stdout.read(frames.HEADER_BYTES))
        return header, self.process.stdout.read(header.body_bytes)

    def send(self, data: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def ask(self, content_type: str, data: bytes, hints: Hints | None = None) -> Facts | None:
        self.send(b"".join(frames.encode_request(content_type, data, hints)))
        return frames.decode_answer(*self.receive())

    def status(self, name: str) -> int:
        """A number of the system's about the process: VmRSS and VmHWM are in KB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise LookupError(name)

    def end(self) -> int:
        """Close the pipe and return how the process ended."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait(SLOW)


@contextmanager
def running(command: Sequence[str] = COMMAND, seconds: float = SLOW) -> Iterator[Child]:
    """Run the examiner; kill it after so many seconds."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)
    )
    limit = threading.Timer(seconds, process.kill)
    limit.start()
    try:
        yield Child(process)
    finally:
        limit.cancel()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe and not pipe.closed:
                with suppress(BrokenPipeError):
                    pipe.close()
