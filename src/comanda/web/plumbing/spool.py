"""A file during its upload: in memory while it is small, then on the disk next to the database.

So a hundred phones that send slowly need no more memory than a hundred that send fast. The file on
the disk has no name and mode 0600: no other user can read it, and a crash leaves no file behind.
"""

import asyncio
import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile

from comanda.domain.errors import StorageFull, StorageUnavailable
from comanda.web.plumbing.body_memory import Room, Share

IN_MEMORY = 512 * 1024  # bytes; a photo that the page has shrunk is smaller
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Spool:
    """Bytes that are added piece by piece and read when they are complete.

    A thread writes them to the disk when there are more than `IN_MEMORY`, or when `room` is full.
    """

    def __init__(self, folder: Path, room: Room) -> None:
        self.size = 0
        self._share = Share(room)
        self._on_disk = False
        self._file = SpooledTemporaryFile[bytes](dir=str(folder))

    @property
    def is_large(self) -> bool:
        """Whether the file is too large for memory."""
        return self.size > IN_MEMORY

    async def add(self, piece: bytes | bytearray) -> None:
        """Append `piece`. Raises StorageFull and StorageUnavailable."""
        self.size += len(piece)
        if not (self._on_disk or self.is_large) and self._share.hold(self.size):
            self._file.write(piece)
        else:
            self._on_disk = True
            await asyncio.to_thread(self._write_to_disk, piece)
            self._share.hold(0)

    async def read(self) -> bytes:
        """Return all bytes. Raises StorageUnavailable."""
        return await asyncio.to_thread(self._read) if self._on_disk else self._read()

    def close(self) -> None:
        """Release the memory and delete the file."""
        self._share.hold(0)
        with suppress(OSError):  # closing writes the buffer, which a full disk refuses again
            self._file.close()

    def _write_to_disk(self, piece: bytes | bytearray) -> None:
        with _refusals():
            self._file.rollover()
            self._file.write(piece)
            self._file.flush()

    def _read(self) -> bytes:
        with _refusals():
            self._file.seek(0)
            content: bytes = self._file.read()
        return content


@contextmanager
def _refusals() -> Iterator[None]:
    """Raises StorageFull or StorageUnavailable for an OSError of the block."""
    try:
        yield
    except OSError as error:
        raise (StorageFull if error.errno in _FULL else StorageUnavailable) from error
