"""A file during its upload: in memory while it is small, then on the disk next to the database.

So a hundred phones that send slowly need no more memory than a hundred that send fast. The file on
the disk has no name and mode 0600: no other user can read it, and a crash leaves no file behind.
"""

import asyncio
import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from comanda.domain.errors import StorageFull, StorageUnavailable
from comanda.web.plumbing.body_memory import Room, Share

IN_MEMORY = 512 * 1024  # bytes; a photo that the page has shrunk is smaller
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Spool:
    """Bytes that are added piece by piece and read when they are complete, and their SHA-256.

    A thread writes them to the disk when there are more than `IN_MEMORY`, or when `room` is full.
    """

    def __init__(self, folder: Path, room: Room) -> None:
        self.size = 0
        self._folder = folder
        self._share = Share(room)
        self._sha256 = hashlib.sha256()
        self._pieces: list[bytes | bytearray] = []
        self._file: BinaryIO | None = None

    @property
    def is_large(self) -> bool:
        """Whether the file is too large for memory."""
        return self.size > IN_MEMORY

    @property
    def sha256(self) -> str:
        """The hash of the bytes so far, in hex."""
        return self._sha256.hexdigest()

    async def add(self, piece: bytes | bytearray) -> None:
        """Append `piece`. Raises StorageFull and StorageUnavailable."""
        self.size += len(piece)
        self._sha256.update(piece)
        self._pieces.append(piece)
        if self._file is not None or self.is_large or not self._share.hold(self.size):
            await asyncio.to_thread(self._write_to_disk)
            self._share.hold(0)

    async def read(self) -> bytes:
        """Return all bytes. Raises StorageUnavailable."""
        if self._file is not None:
            return await asyncio.to_thread(self._read, self._file)
        return b"".join(self._pieces)

    def close(self) -> None:
        """Release the memory and delete the file."""
        self._pieces.clear()
        self._share.hold(0)
        if self._file is not None:
            with suppress(OSError):  # closing writes the buffer, which a full disk refuses again
                self._file.close()

    def _write_to_disk(self) -> None:
        with _refusals():
            if self._file is None:
                self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115 - see close
            self._file.writelines(self._pieces)
            self._pieces.clear()
            self._file.flush()

    def _read(self, file: BinaryIO) -> bytes:
        with _refusals():
            file.seek(0)
            return file.read()


@contextmanager
def _refusals() -> Iterator[None]:
    """Raises StorageFull or StorageUnavailable for an OSError of the block."""
    try:
        yield
    except OSError as error:
        raise (StorageFull if error.errno in _FULL else StorageUnavailable) from error
