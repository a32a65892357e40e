"""A form with its file, read as it streams in, within limits."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    ExitStack,
    asynccontextmanager,
    closing,
    nullcontext,
    suppress,
)
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from aiohttp import web
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from comanda.domain.errors import (
    FileTooLarge,
    MalformedBody,
    UploadTimeout,
    ValidationFailed,
)
from comanda.web.plumbing.body_memory import Room
from comanda.web.plumbing.keys import BODIES, CONFIG, LARGE_UPLOADS, UPLOADS
from comanda.web.plumbing.request_data import UNREADABLE, refuse_packed
from comanda.web.plumbing.spool import Spool

P = ParamSpec("P")
T = TypeVar("T")
FORM_BYTES = 64 * 1024
MAX_PARTS = 160
REPEATABLE = ("also", "items")
MOST_BLANKS = 256  # spaces and tabs after a boundary
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))')
_BLANKS = re.compile(rb"[ \t]{1,%d}(?=\r\n)" % MOST_BLANKS)
_QUOTED = re.compile(r"\\(.)")
# Latin-1 decodes every byte. A file's name is never used, so its encoding must not refuse a form.
_CHARSET = "latin-1"
# Programs that declare one of these charsets write Windows-1252. Any other field is UTF-8.
_FIELD_CHARSETS = dict.fromkeys(("iso-8859-1", "latin1", "windows-1252"), "cp1252")


@dataclass(frozen=True, slots=True)
class Upload:
    """The text fields of a form, and its file or None, with the file's SHA-256 in hex.

    A field that may be repeated is a list.
    """

    fields: dict[str, str | list[str]]
    file: bytes | None
    sha256: str


@asynccontextmanager
async def uploaded(
    request: web.Request, max_bytes: int | None = None, turn: asyncio.Lock | None = None
) -> AsyncIterator[Upload]:
    """Read the request's form and yield it; its file is in memory only within the block.

    `max_bytes` limits the file; the default is the configuration's limit of a proof. With `turn`,
    the form waits for this lock alone, and no proof waits for the form.

    Raises the errors of `_receive`, but UploadTimeout for TimeoutError. Only a few forms at a time
    enter the block, and only a single large form. A large form waits with its file on the disk, so
    that smaller forms reach the database writer first.
    """
    config = request.app[CONFIG]
    folder, room = Path(config.database.path).parent, request.app[BODIES]
    with closing(_Form(max_bytes or config.proofs.max_bytes, folder, room)) as form:
        try:
            async with asyncio.timeout(config.proofs.upload_seconds):
                await _receive(request, form, config.proofs.idle_seconds)
        except TimeoutError as error:
            raise UploadTimeout from error
        if turn is not None:
            async with turn:
                yield await form.upload()
            return
        one_large = request.app[LARGE_UPLOADS]
        alone: AbstractAsyncContextManager[None] = one_large if form.is_large else nullcontext()
        async with alone, request.app[UPLOADS]:
            yield await form.upload()


async def finish_in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return the result of `work`, which runs in a thread; a cancelled caller waits for its end.

    A thread can't be stopped. So the upload of a client that has gone keeps its turn as long as
    the thread works on its file: nobody can fill the server with threads by hanging up.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([running])
        running.exception()  # nobody is left who wants to know
        raise


async def _receive(request: web.Request, form: "_Form", idle_seconds: float) -> None:
    """Read a `multipart/form-data` body with at most one `file` into `form`.

    Raises MalformedBody, ValidationFailed, StorageFull and StorageUnavailable, FileTooLarge at the
    first byte beyond a limit, and TimeoutError when no byte arrives for `idle_seconds`.
    """
    content_type = request.headers.get("Content-Type", "")
    if content_type.partition(";")[0].strip().lower() != "multipart/form-data":
        raise MalformedBody("Se esperaba un formulario multipart/form-data")
    refuse_packed(request)
    form.expect(request.content_length or 0)
    try:
        boundary = _boundary(content_type).encode()
        blanks = _Blanks(boundary)
        with PushMultipartParser(
            boundary, max_segment_count=MAX_PARTS, header_charset=_CHARSET
        ) as parser:
            async with asyncio.timeout(None) as silence:
                while chunk := await _next_chunk(request, silence, idle_seconds):
                    form.count(len(chunk))
                    for event in _events(parser, blanks.without(chunk)):
                        await form.take(event)
            for event in _events(parser, blanks.rest()):
                await form.take(event)
    except (MultipartError, UnicodeError, *UNREADABLE) as error:
        raise MalformedBody("El formulario llegó incompleto o dañado") from error


def _boundary(content_type: str) -> str:
    """Return the form's boundary, even if it contains `=`, `/` or `:` without quotes."""
    return _parameters(content_type).get("boundary", "")


def _parameters(header: str) -> dict[str, str]:
    """Return a header's parameters; the first value of a name counts.

    A file's name may look like further parameters.
    """
    values: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(header):
        values.setdefault(name.lower(), _QUOTED.sub(r"\1", quoted) if quoted else plain.strip())
    return values


def _disposition(part: MultipartSegment) -> tuple[str, str]:
    """Return a part's name and its file's name; the latter is empty if no file was chosen."""
    parameters = _parameters(part.header("Content-Disposition"))
    name = parameters.get("name", "").encode(_CHARSET).decode()
    return name, parameters.get("filename", "")


def _field_charset(part: MultipartSegment) -> str:
    charset = _parameters(part.header("Content-Type", "")).get("charset", "")
    return _FIELD_CHARSETS.get(charset.lower(), "utf-8")


def _events(
    parser: PushMultipartParser, chunk: bytes
) -> Iterable[MultipartSegment | bytes | bytearray | None]:
    return parser.parse(chunk) if chunk else ()


class _Blanks:
    """A filter that removes the blanks after a boundary.

    RFC 2046, section 5.1.1, allows these blanks; the parser does not support them.
    A boundary whose line is incomplete waits for the next chunk.
    """

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"\r\n--" + boundary
        self._longest = len(self._mark) + MOST_BLANKS + len(b"\r")
        self._waiting = b"\r\n"  # the first boundary may stand at the very beginning

    def without(self, chunk: bytes) -> bytes:
        """Return the bytes that are ready for the parser, without blanks."""
        data = self._waiting + chunk
        if self._mark in data:
            data = self._mark.join(self._without_blanks(data))
        end = self._open_mark(data)
        self._waiting = data[end:]
        return data[:end]

    def _without_blanks(self, data: bytes) -> Iterator[bytes]:
        before, *after_marks = data.split(self._mark)
        yield before
        for after_mark in after_marks:
            blanks = _BLANKS.match(after_mark)
            yield after_mark[blanks.end() :] if blanks else after_mark

    def rest(self) -> bytes:
        """Return the bytes that still wait at the end of the body."""
        return self._waiting

    def _open_mark(self, data: bytes) -> int:
        """Return the position of a boundary with an incomplete line, or the length of the data."""
        at = data.rfind(self._mark, max(0, len(data) - self._longest))
        if at >= 0 and data[at + len(self._mark) :].removesuffix(b"\r").strip(b" \t") == b"":
            return at
        at = data.rfind(b"\r", max(0, len(data) - len(self._mark)))
        return at if at >= 0 and self._mark.startswith(data[at:]) else len(data)


async def _next_chunk(request: web.Request, silence: asyncio.Timeout, idle_seconds: float) -> bytes:
    """Return the next bytes, empty at the body's end; only this wait counts as `silence`."""
    silence.reschedule(asyncio.get_running_loop().time() + idle_seconds)
    try:
        chunk = await request.content.readany()
    except RuntimeError as error:  # aiohttp's, for a connection that was closed before this call
        raise ConnectionResetError from error
    silence.reschedule(None)
    return chunk


class _Form:
    """A form assembled from the parser's events, within its limits; its spools are in `folder`."""

    def __init__(self, max_bytes: int, folder: Path, room: Room) -> None:
        self._fields: dict[str, str | list[str]] = {}
        self._file: Spool | None = None
        self._max_bytes = max_bytes
        self._folder = folder
        self._received = 0
        self._name = ""
        self._filename = ""
        self._charset = ""
        self._field_bytes = 0
        self._room = room
        self._value: Spool  # of the current part
        self._spools = ExitStack()

    async def upload(self) -> Upload:
        """Return the complete form. Raises StorageUnavailable."""
        if self._file is None:
            return Upload(self._fields, None, "")
        return Upload(self._fields, await self._file.read(), self._file.sha256)

    @property
    def is_large(self) -> bool:
        return self._file is not None and self._file.is_large

    def close(self) -> None:
        self._spools.close()

    def expect(self, total: int) -> None:
        """Raises FileTooLarge if a body of `total` bytes is over the limit, before it is read."""
        if total > self._max_bytes + FORM_BYTES:
            raise FileTooLarge(f"El archivo pasa de {self._max_bytes / 2**20:.0f} MB")

    def count(self, received: int) -> None:
        self._received += received
        self.expect(self._received)

    async def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._name, self._filename = _disposition(event)
            self._charset = _field_charset(event)
            self._value = self._spools.enter_context(closing(Spool(self._folder, self._room)))
        elif event is not None:
            await self._value.add(event)
            self._limit(len(event))
        elif self._name == "file":
            self._finish_file()
        else:
            await self._finish_field()

    def _limit(self, added: int) -> None:
        """Raises FileTooLarge. The file has one limit; all other fields share another."""
        if self._name == "file":
            self.expect(self._value.size + FORM_BYTES)
        else:
            self._field_bytes += added
            self.expect(self._max_bytes + self._field_bytes)

    def _finish_file(self) -> None:
        if not self._filename and not self._value.size:
            return  # a browser's file input without a chosen file
        if self._file is not None:
            raise ValidationFailed({"file": ["Sólo un archivo por intento"]})
        self._file = self._value

    async def _finish_field(self) -> None:
        if self._name in self._fields and self._name not in REPEATABLE:
            raise ValidationFailed({self._name: ["Está repetido"]})
        text = (await self._value.read()).decode(self._charset)
        self._value.close()
        if self._name in REPEATABLE:
            values = self._fields.setdefault(self._name, [])
            assert isinstance(values, list)  # nosec B101  # noqa: S101 - set here alone
            values.append(text)
        else:
            self._fields[self._name] = text
