"""Have a picture read by Tesseract, the system's own program, from a process that may start it.

The examiner decodes files that anybody may have made, so it may start nothing. Before it gives its
rights up it forks a reader: a process that decodes nothing, gets grey pixels over a pipe, gives
them to Tesseract, and answers what Tesseract has read, as tab-separated values. It ends with the
examiner.
"""

import os
import shutil
import struct
import subprocess  # nosec B404 - runs Tesseract alone
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image

from comanda.examiner import limits

LANGUAGES = ("spa", "eng")  # the names of Tesseract's models; one of them suffices
_REQUEST = struct.Struct(">IIBBI")  # width, height, segmentation mode, model, milliseconds
_ANSWER = struct.Struct(">i")  # bytes that follow, or -1
_MOST_PIXELS = 16_000_000
_LARGEST_ANSWER = 4 * 1024 * 1024
_LIST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Program:
    """The program that reads, the model for each of LANGUAGES, and its environment."""

    path: str
    models: tuple[str, ...]
    environment: dict[str, str]


class Reader:
    """The examiner's end of the pipes to a reader. Once the reader is lost, nothing is read."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = os.fdopen(requests, "wb")
        self._answers = os.fdopen(answers, "rb")

    def ask(self, picture: Image.Image, mode: int, language: str, seconds: float) -> None:
        """Send a grey picture to read within `seconds`; `answer` must be called after it.

        `mode` is Tesseract's page segmentation mode, `language` one of LANGUAGES. Raises OSError.
        """
        model = LANGUAGES.index(language)
        head = _REQUEST.pack(*picture.size, mode, model, max(1, int(seconds * 1000)))
        self._requests.write(head + picture.tobytes())
        self._requests.flush()

    def answer(self) -> bytes | None:
        """Return what was read, or None if it could not be read in time. Raises OSError."""
        (length,) = _ANSWER.unpack(_exactly(self._answers, _ANSWER.size))
        return None if length < 0 else _exactly(self._answers, length)


def find_program() -> Program | None:
    """Return the program and its models, or None where there is none.

    A language that is missing is read with the other one's model.
    """
    path = shutil.which("tesseract")
    if path is None or not hasattr(os, "fork"):
        return None
    environment = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}
    names = ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")
    environment |= {name: os.environ[name] for name in names if name in os.environ}
    try:
        listed = subprocess.run(  # nosec B603  # noqa: S603 - the arguments are fixed
            (path, "--list-langs"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIST_SECONDS,
            env=environment,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    there = (listed.stdout + b"\n" + listed.stderr).decode("utf-8", "replace").split()
    known = [language for language in LANGUAGES if language in there]
    models = tuple(language if language in known else known[0] for language in LANGUAGES if known)
    return Program(path, models, environment) if models else None


def start(program: Program) -> Reader:
    """Fork a reader. The caller has no threads. Raises OSError."""
    source, requests = os.pipe()
    answers, sink = os.pipe()
    examiner = os.getpid()
    if os.fork():
        os.close(source)
        os.close(sink)
        return Reader(requests, answers)
    limits.keep_only(source, sink)
    limits.end_with_parent(examiner)
    limits.set_reader_limits()
    with suppress(OSError), os.fdopen(source, "rb") as pictures, os.fdopen(sink, "wb") as texts:
        _serve(program, pictures, texts)
    sys.exit()


def _serve(program: Program, source: BinaryIO, sink: BinaryIO) -> None:
    """Read one picture after another, until the examiner closes the pipe."""
    while head := source.read(_REQUEST.size):
        width, height, mode, model, millis = _REQUEST.unpack(head)
        if not 0 < width * height <= _MOST_PIXELS or model >= len(program.models):
            return
        picture = b"P5 %d %d 255\n" % (width, height) + _exactly(source, width * height)
        text = _read(program, picture, mode, program.models[model], millis)
        del picture
        sink.write(_ANSWER.pack(-1) if text is None else _ANSWER.pack(len(text)) + text)
        sink.flush()


def _read(program: Program, picture: bytes, mode: int, model: str, millis: int) -> bytes | None:
    """Return Tesseract's table of the words in a picture, or None if it fails.

    Its complaints go where the examiner's standard error leads, which is nowhere.
    """
    command = (program.path, "-", "-", "-l", model, "--psm", str(mode), "tsv")
    end = time.monotonic() + millis / 1000
    try:
        process = subprocess.Popen(  # nosec B603  # noqa: S603 - the picture comes by the pipe
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=program.environment,
            preexec_fn=limits.set_program_limits,  # noqa: PLW1509 - this process has no threads
        )
    except (OSError, subprocess.SubprocessError):
        return None
    with process:
        try:
            text, _ = process.communicate(picture, end - time.monotonic())
        except (OSError, subprocess.TimeoutExpired):
            return None
        finally:
            process.kill()
    return text if process.returncode == 0 and len(text) <= _LARGEST_ANSWER else None


def _exactly(pipe: BinaryIO, length: int) -> bytes:
    """Read `length` bytes. Raises EOFError, which is no OSError, as ConnectionError."""
    data = pipe.read(length)
    if len(data) < length:
        raise ConnectionError("the pipe was closed")
    return data
