"""The memory that the bodies of all requests together may fill.

A client that sends slowly, or many requests at a time, can fill only this room. A JSON body that no
longer fits is refused, and the client sends it again. A proof that no longer fits goes to the disk.
Clients without a sign-in have a separate room, so that a guest in the Wi-Fi can't fill the staff's.
"""

from types import TracebackType
from typing import Self

MOST = 32 * 1024 * 1024  # bytes
STRANGERS_MOST = 16 * 1024 * 1024  # bytes, for clients without a sign-in


class Room:
    """The number of bytes that are left for all bodies together."""

    def __init__(self, most: int = MOST) -> None:
        self.left = most


class Share:
    """The bytes that a body, or a part of a body, holds; the end of a `with` block frees them."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._held = 0

    def hold(self, size: int) -> bool:
        """Hold `size` bytes in total. Return False, and change nothing, if they don't fit."""
        if size - self._held > self._room.left:
            return False
        self._room.left -= size - self._held
        self._held = size
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hold(0)
