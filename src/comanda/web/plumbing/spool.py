"""A file on its way in: in memory while it is small, else on the disk, beside the database.

So a hundred phones that send slowly cost no more memory than a hundred that send fast. The disk's
file has no name and mode 0600: nobody else can read it, and nothing is left of it after a crash.
"""

import asyncio
import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import SpooledTemporaryFile

from comanda.domain.errors import StorageFull, StorageUnavailable
from comanda.web.plumbing.body_memory import Room, Share

IN_MEMORY = 512 * 1024  # more than a photo that a phone has shrunk
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Spool:
    """Bytes that are added one piece after the other, and read once they are complete.

    They go to the disk, in a thread, when they are too many for memory, their own or everybody's.
    """

    def __init__(self, folder: Path, room: Room) -> None:
        self.size = 0
        self._share = Share(room)
        self._on_disk = False
        self._file = SpooledTemporaryFile[bytes](dir=str(folder))

    @property
    def is_large(self) -> bool:
        """Whether there is more of it than is kept in memory."""
        return self.size > IN_MEMORY

    async def add(self, piece: bytes | bytearray) -> None:
        """Raises StorageFull and StorageUnavailable."""
        self.size += len(piece)
        if not (self._on_disk or self.is_large) and self._share.hold(self.size):
            self._file.write(piece)
        else:
            self._on_disk = True
            await asyncio.to_thread(self._write_to_disk, piece)
            self._share.hold(0)

    async def read(self) -> bytes:
        """All of it. Raises StorageUnavailable."""
        return await asyncio.to_thread(self._read) if self._on_disk else self._read()

    def close(self) -> None:
        """Forget it all."""
        self._share.hold(0)
        with suppress(OSError):  # a full disk refuses once more what it has refused
            self._file.close()

    def _write_to_disk(self, piece: bytes | bytearray) -> None:
        with _refusals():
            self._file.rollover()
            self._file.write(piece)
            self._file.flush()

    def _read(self) -> bytes:
        with _refusals():
            self._file.seek(0)
            whole: bytes = self._file.read()
        return whole


@contextmanager
def _refusals() -> Iterator[None]:
    """Raises StorageFull and StorageUnavailable where the disk refuses."""
    try:
        yield
    except OSError as error:
        raise (StorageFull if error.errno in _FULL else StorageUnavailable) from error
