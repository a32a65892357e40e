"""A payment form with its file, read as it streams in, within limits."""

from dataclasses import dataclass, field

from aiohttp import web
from multipart import (
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from comanda.domain.errors import FileTooLarge, MalformedBody, ValidationFailed
from comanda.web.reading import UNREADABLE

FORM_BYTES = 64 * 1024
MAX_PARTS = 16


@dataclass(slots=True)
class Upload:
    """A form's text fields, and its file where it has one."""

    fields: dict[str, str] = field(default_factory=dict)
    file: bytes | None = None


async def read_upload(request: web.Request, max_bytes: int) -> Upload:
    """Read a `multipart/form-data` body with at most one `file`, of `max_bytes` at most.

    Raises MalformedBody, ValidationFailed, and FileTooLarge as soon as there is a byte too many.
    """
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != "multipart/form-data":
        raise MalformedBody("Se esperaba un formulario multipart/form-data")
    form = _Form(max_bytes)
    form.expect(request.content_length or 0)
    try:
        with PushMultipartParser(
            options.get("boundary", ""), max_segment_count=MAX_PARTS
        ) as parser:
            async for chunk in request.content.iter_any():
                form.count(len(chunk))
                for event in parser.parse(chunk):
                    form.take(event)
    except (MultipartError, UnicodeError, *UNREADABLE) as error:
        raise MalformedBody("El formulario llegó incompleto o dañado") from error
    return form.upload


class _Form:
    """Puts a form together from the parser's events, within its limits."""

    def __init__(self, max_bytes: int) -> None:
        self.upload = Upload()
        self._max_bytes = max_bytes
        self._received = 0
        self._name = ""
        self._filename: str | None = None
        self._value = bytearray()

    def expect(self, total: int) -> None:
        """Refuse a body of `total` bytes before it is read, where it can't fit."""
        if total > self._max_bytes + FORM_BYTES:
            raise FileTooLarge(f"El archivo pasa de {self._max_bytes / 2**20:.0f} MB")

    def count(self, received: int) -> None:
        self._received += received
        self.expect(self._received)

    def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._name, self._filename = event.name, event.filename
            self._value = bytearray()
        elif event is not None:
            self._value += event
            if len(self._value) > self._max_bytes:
                raise FileTooLarge(f"El archivo pasa de {self._max_bytes / 2**20:.0f} MB")
        elif self._name == "file":
            self._finish_file()
        else:
            self._finish_field()

    def _finish_file(self) -> None:
        if self._filename == "" and not self._value:
            return  # a browser's file input in which nothing was chosen
        if self.upload.file is not None:
            raise ValidationFailed({"file": ["Sólo un archivo por intento"]})
        self.upload.file = bytes(self._value)

    def _finish_field(self) -> None:
        if self._name in self.upload.fields:
            raise ValidationFailed({self._name: ["Está repetido"]})
        self.upload.fields[self._name] = self._value.decode()
