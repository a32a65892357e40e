"""The examinations of proofs, after their notice: the examiner's process, and its queue.

The examiner (`examiner/`) decodes files that anybody may have made. So it runs in a process of its
own, which starts with the first proof that needs it and ends when there is nothing to do for a few
minutes. It gets one proof at a time. If it crashes, hangs or is killed, that examination has
failed, and the process starts again after a pause. A proof that fails twice is unreadable.

The queue is the database: the proofs of payments without `examined_at` (`store/examinations.py`).
"""

import asyncio
import logging
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process, SubprocessStreamProtocol
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from comanda import workflow
from comanda.background import Tasks, in_background
from comanda.domain.examinations import PDF, UNDRAWN_PDF, Facts
from comanda.domain.house import UNNAMED_HOUSE, House
from comanda.examiner import answers, frames
from comanda.examiner.words import Hints
from comanda.feed import Feed
from comanda.store import examinations, house
from comanda.store.database import Database
from comanda.store.examinations import Unexamined

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-P", "-m", "comanda.examiner")
START_SECONDS = 20.0
EXAMINE_SECONDS = 10.0  # a busy computer may need as long for a large photo
READING_SECONDS = 8.0  # more, where the text is read, too: a round of passes ends late there
REST_SECONDS = 180.0  # the examiner ends after so long without a proof
END_SECONDS = 2.0
MOST_TRIES = 2
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0  # seconds between a failure and the next start
_MOST_DOUBLINGS = 10
OLDER_LOOK_SECONDS = 60.0
ASKED_SECONDS = 5.0
_FAILURES = (OSError, EOFError, TimeoutError, frames.BrokenFrame)
_PIECE_BYTES = 64 * 1024  # what a pipe takes at once
_INLINE_BYTES = 512 * 1024
# The variables that Python needs to find Comanda again, where it isn't installed, and the program
# that reads to find its languages.
_ENVIRONMENT = (
    "PATH", "PYTHONPATH", "PYTHONHOME", "SYSTEMROOT", "LD_LIBRARY_PATH", "TESSDATA_PREFIX",
)  # fmt: skip


class ExaminerFailed(Exception):
    """The examiner ended, hung or answered nonsense: nobody knows anything about the file."""


class ExaminerMissing(Exception):
    """The examiner does not start, which says nothing about any file."""


class Examiner:
    """The examiner's process. It starts when it is needed, and examines one file at a time.

    `command` starts the process; only tests give another one.
    """

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._process: Process | None = None
        self._pipes: asyncio.SubprocessTransport | None = None
        self._turn = asyncio.Lock()
        self._failures = 0

    async def examine(
        self, content_type: str, data: bytes, hints: Hints | None = None
    ) -> Facts | None:
        """Return the facts about a file, or None if they can't be found within the limits.

        With `hints`, the file's text is read, too. Raises ExaminerFailed and ExaminerMissing; the
        process has ended then.
        """
        async with self._turn:
            try:
                facts = await self._answer(content_type, data, hints)
            except _FAILURES as error:
                await self._fail()
                raise ExaminerFailed(repr(error)) from error
            except ExaminerMissing:
                await self._fail()
                raise
            except BaseException:
                await self._kill()  # its answer would be taken for the next file's
                raise
            self._failures = 0
            return facts

    async def _answer(self, content_type: str, data: bytes, hints: Hints | None) -> Facts | None:
        """Ask the process; ask another one, if an earlier file's process talks nonsense.

        The nonsense says nothing about this file: it may be the end of the last answer.
        """
        earlier_process = self._process
        process = await self._started()
        try:
            return await _ask(process, content_type, data, hints)
        except frames.BrokenFrame:
            if process is not earlier_process:
                raise
        await self._kill()
        return await _ask(await self._started(), content_type, data, hints)

    async def rest(self) -> None:
        """End the process if it has nothing to do. The next file starts it again."""
        async with self._turn:
            await self._end()

    async def close(self) -> None:
        """End the process, whatever it does."""
        await self._kill()

    async def _started(self) -> Process:
        """Return the running process; start it if needed, after a pause if it has failed.

        Raises ExaminerMissing.
        """
        if self._process is not None and await self._is_usable(self._process):
            return self._process
        await self._kill()
        if self._failures:
            doublings = min(self._failures - 1, _MOST_DOUBLINGS)
            await asyncio.sleep(min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE))
        try:
            self._process = await self._start()
            async with asyncio.timeout(START_SECONDS):
                frames.check_ready(*await _receive(self._process))
        except _FAILURES as error:
            raise ExaminerMissing(repr(error)) from error
        return self._process

    @staticmethod
    async def _is_usable(process: Process) -> bool:
        """Whether the process has not ended, nobody was about to kill it, and it waits."""
        is_open = process.stdin is not None and not process.stdin.is_closing()
        return process.returncode is None and is_open and not await _speaks_unasked(process)

    async def _start(self) -> Process:
        """Start the process as `asyncio.create_subprocess_exec` does, which hides the pipes."""
        loop = asyncio.get_running_loop()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._pipes, protocol = await loop.subprocess_exec(
            lambda: SubprocessStreamProtocol(limit=_PIECE_BYTES, loop=loop),
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=environment,
        )
        return Process(self._pipes, protocol, loop)

    async def _fail(self) -> None:
        await self._kill()
        self._failures += 1

    async def _end(self) -> None:
        """Close the pipe, which ends the process; kill a process that stays nevertheless."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(END_SECONDS):
                    await self._process.wait()
        await self._kill()

    async def _kill(self) -> None:
        """Kill the process and close its pipes, whatever is in them and whoever else holds them."""
        if self._process is None or self._pipes is None:
            return
        with suppress(ProcessLookupError):
            self._process.kill()
        # asyncio waits for the ends of both pipes, too, and does not read a pipe that is too full.
        for descriptor in (0, 1):
            pipe = self._pipes.get_pipe_transport(descriptor)
            if pipe is None or pipe.is_closing():
                continue
            if isinstance(pipe, asyncio.WriteTransport):
                pipe.abort()
            else:
                pipe.close()
        await self._process.wait()  # whoever is cancelled here leaves the rest to the next caller
        self._process = self._pipes = None


def _kind_of_try(content_type: str | None, failures: int) -> str | None:
    """Return the kind of file to ask about, after so many failures: a PDF is drawn once at most."""
    return UNDRAWN_PDF if failures and content_type == PDF else content_type


async def _speaks_unasked(process: Process) -> bool:
    """Whether there is more than the last answer, which would be taken for the next file's."""
    if process.stdout is None:
        return True
    for _ in range(2):  # the first look lets the event loop read what is in the pipe
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                await process.stdout.read(1)
                return True
    return False


async def _ask(
    process: Process, content_type: str, data: bytes, hints: Hints | None
) -> Facts | None:
    async with asyncio.timeout(EXAMINE_SECONDS + (READING_SECONDS if hints else 0)):
        for part in await _pack(len(data), frames.encode_request, content_type, data, hints):
            await _send(process, part)
        header, body = await _receive(process)
        return await _pack(header.body_bytes, answers.decode_answer, content_type, header, body)


async def _pack(size: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Encode or decode a frame. The checksum of a large frame would hold all streams up."""
    if size > _INLINE_BYTES:
        return await asyncio.to_thread(function, *args, **kwargs)
    return function(*args, **kwargs)


async def _send(process: Process, part: bytes) -> None:
    """Write bytes piece by piece: a long buffer would be moved for each piece that leaves."""
    if process.stdin is None:
        raise EOFError
    view = memoryview(part)
    for start in range(0, len(view), _PIECE_BYTES):
        process.stdin.write(view[start : start + _PIECE_BYTES])
        await process.stdin.drain()


async def _receive(process: Process) -> tuple[frames.Header, bytes]:
    """Read a frame. Raises EOFError if the process ends before, and BrokenFrame."""
    if process.stdout is None:
        raise EOFError
    header = frames.decode_header(await process.stdout.readexactly(frames.HEADER_BYTES))
    return header, await process.stdout.readexactly(header.body_bytes)


@dataclass(frozen=True, slots=True)
class Reads:
    """What the text of proofs is read with.

    `house` is the house of the configuration. `patterns`: a method's name → the form of its
    operations' numbers, as a regular expression, or "".
    """

    house: House
    patterns: Mapping[str, str]


class Examinations:
    """Examines the proofs that the database holds, and those that somebody asks for.

    Without `reads` no text is read.
    """

    def __init__(self, database: Database, examiner: Examiner, reads: Reads | None = None) -> None:
        self._database = database
        self._examiner = examiner
        self._reads = reads
        self._news = asyncio.Event()
        self._failures_of: Counter[str] = Counter()  # a waiter's username → failed examinations
        self._asked: dict[int, asyncio.Task[bytes | None]] = {}
        self._older_turn = asyncio.Lock()

    def wake(self) -> None:
        """Look for a proof to examine: a payment was announced."""
        self._news.set()

    async def follow(self) -> None:
        """Examine one proof after another, now and after each wake-up, until cancelled."""
        while True:
            self._news.clear()
            while (proof := await self._next_proof()) is not None:
                await self._examine(proof)
            while not await self._has_news():
                await self._examiner.rest()

    async def _next_proof(self) -> Unexamined | None:
        return await self._database.read(examinations.next_proof, self._failures_of)

    async def _has_news(self) -> bool:
        """Wait for a wake-up; return whether it came within `REST_SECONDS`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_SECONDS):
                return await self._news.wait()
        return False

    async def _examine(self, proof: Unexamined) -> None:
        """Examine a proof and store what was found, or that the examination failed."""
        began, facts = time.monotonic(), None
        kind = _kind_of_try(proof.content_type, proof.failures)
        if proof.data is not None and kind is not None:
            if proof.failures:
                await self._examiner.rest()  # a file may have harmed the process it was examined in
            try:
                hints = await self._hints(proof)
                facts = await self._examiner.examine(kind, proof.data, hints)
            except ExaminerFailed as error:
                log.warning("The examination of payment %d failed: %s", proof.payment_id, error)
            if facts is None:
                self._failures_of[proof.submitted_by] += 1
                if proof.failures + 1 < MOST_TRIES:
                    await self._database.write(workflow.fail_examination, proof.payment_id)
                    return
        is_read = facts is not None and kind != UNDRAWN_PDF
        await self._database.write(
            workflow.record_examination,
            proof.payment_id,
            facts,
            is_read=is_read,
            default_house=UNNAMED_HOUSE if self._reads is None else self._reads.house,
        )
        log.info(
            "🔎 [Backend] Comprobante examinado: pago %d · %s · %.0f ms",
            proof.payment_id,
            "leído" if is_read else "no se pudo leer",
            1000 * (time.monotonic() - began),
        )

    async def _hints(self, proof: Unexamined) -> Hints | None:
        """Return what helps to read a proof, or None if its text is not read.

        A proof whose examination has failed is examined without: its text may have been the cause.
        """
        if self._reads is None or proof.failures:
            return None
        restaurant = await self._database.read(house.get, self._reads.house)
        return Hints(
            today=restaurant.local(proof.submitted_at).date(),
            reference_pattern=self._reads.patterns.get(proof.method, ""),
        )

    async def follow_older(self) -> None:
        """Find hashes of proofs from before Comanda compared contents, until cancelled."""
        while True:
            await self.compare_older()
            await asyncio.sleep(OLDER_LOOK_SECONDS)

    async def compare_older(self) -> None:
        """Find the hashes of all proofs that have none, the newest proof first.

        This rests three times as long as it works, so that no other proof waits for it.
        """
        while True:
            began = time.monotonic()
            if not await self._compare(examinations.next_older_proof):
                return
            await asyncio.sleep(3 * (time.monotonic() - began))

    async def thumbnail(self, payment_id: int) -> bytes | None:
        """Return the thumbnail of a proof that an earlier version examined.

        It is made now, once however many ask for it; empty if there is nothing to show, None if
        the examiner is too busy.
        """
        task = self._asked.get(payment_id)
        if task is None:
            task = asyncio.create_task(self._make_thumbnail(payment_id))
            self._asked[payment_id] = task
            task.add_done_callback(lambda _: self._asked.pop(payment_id, None))
        with suppress(TimeoutError):
            async with asyncio.timeout(ASKED_SECONDS):
                return await asyncio.shield(task)
        return None

    async def _make_thumbnail(self, payment_id: int) -> bytes | None:
        with suppress(ExaminerMissing):
            await self._compare(examinations.stored_proof, payment_id)
        return await self._database.read(examinations.thumbnail, payment_id)

    async def _compare(self, find: Callable[..., Unexamined | None], *arguments: int) -> bool:
        """Examine the older proof that `find` returns; return whether there is one.

        One proof is read at a time: however many are asked for, one is in memory, and one waits for
        the examiner beside the proof that was just announced.
        """
        async with self._older_turn:
            proof = await self._database.read(find, *arguments)
            if proof is not None:
                await self._remember(proof)
            return proof is not None

    async def _remember(self, proof: Unexamined) -> None:
        """Store what is found out about an older proof; nothing, if it fails twice."""
        facts = None
        for failures in range(MOST_TRIES if proof.data is not None else 0):
            kind = _kind_of_try(proof.content_type, failures)
            with suppress(ExaminerFailed):
                facts = await self._examiner.examine(kind or "", proof.data or b"")
                break
        await self._database.write(workflow.remember_facts, proof.payment_id, facts or Facts())

    async def close(self) -> None:
        for task in list(self._asked.values()):
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
        await self._examiner.close()


@asynccontextmanager
async def open_examinations(
    database: Database,
    feed: Feed,
    command: Sequence[str] = COMMAND,
    tasks: Tasks | None = None,
    reads: Reads | None = None,
) -> AsyncIterator[Examinations]:
    """Examine the proofs of `database` until the block ends; `feed` tells of new payments."""
    house_examinations = Examinations(database, Examiner(command), reads)
    feed.on_submission = house_examinations.wake
    try:
        async with (
            in_background(house_examinations.follow, name="examinations", tasks=tasks),
            in_background(house_examinations.follow_older, name="comparison", tasks=tasks),
        ):
            yield house_examinations
    finally:
        await house_examinations.close()
