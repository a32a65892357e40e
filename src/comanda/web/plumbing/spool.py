"""A file on its way in: its first bytes in memory, what follows on the disk, beside the database.

So a hundred phones that send slowly cost no more memory than a hundred that send fast. The disk's
file has no name and mode 0600: nobody else can read it, and nothing is left of it after a crash.
"""

import asyncio
import errno
import tempfile
from pathlib import Path
from typing import IO

from comanda.domain.errors import StorageFull, StorageUnavailable
from comanda.web.plumbing.body_memory import Room, Share

IN_MEMORY = 512 * 1024  # more than a photo that a phone has shrunk
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Spool:
    """Bytes that are added one piece after the other, and read once they are complete."""

    def __init__(self, folder: Path, room: Room) -> None:
        self.size = 0
        self._share = Share(room)
        self._folder = folder
        self._fresh = bytearray()
        self._file: IO[bytes] | None = None

    def add(self, piece: bytes | bytearray) -> None:
        self._fresh += piece
        self.size += len(piece)

    @property
    def is_large(self) -> bool:
        """Whether there is more of it than is kept in memory."""
        return self.size > IN_MEMORY

    @property
    def in_memory(self) -> bytearray:
        """What has not gone to the disk: all of it, where it is small."""
        return self._fresh

    async def settle(self) -> None:
        """Take to the disk what is too much for memory, its own or everybody's.

        Raises StorageFull and StorageUnavailable.
        """
        if len(self._fresh) > IN_MEMORY or not self._share.hold(len(self._fresh)):
            fresh, self._fresh = self._fresh, bytearray()
            await asyncio.to_thread(self._write, fresh)
            self._share.hold(0)

    async def read(self) -> bytes:
        """All of it. Raises StorageUnavailable."""
        if self._file is None:
            return bytes(self._fresh)
        return await asyncio.to_thread(self._read, self._file)

    def close(self) -> None:
        """Forget it all."""
        self._fresh = bytearray()
        self._share.hold(0)
        if self._file is not None:
            self._file.close()

    def _write(self, fresh: bytearray) -> None:
        """A disk that is nearly full takes only a part; the next try says so."""
        left = memoryview(fresh)
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise (StorageFull if error.errno in _FULL else StorageUnavailable) from error

    def _read(self, file: IO[bytes]) -> bytes:
        try:
            file.seek(0)
            return file.read() + self._fresh
        except OSError as error:
            raise StorageUnavailable from error
