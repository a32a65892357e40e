"""How much of requests' bodies is kept in memory at once, of all requests together.

Whoever sends slowly, or many at a time, can so fill this room and nothing else. What belongs in
memory alone is refused then, to be sent again; a proof goes to the disk, and is taken all the same.
Who has not signed in has a room apart, so that no guest in the Wi-Fi takes the staff's.
"""

from types import TracebackType
from typing import Self

MOST = 32 * 1024 * 1024  # bytes
STRANGERS_MOST = 16 * 1024 * 1024  # of those who have not signed in


class Room:
    """What is left of the bytes that all bodies may fill together."""

    def __init__(self, most: int = MOST) -> None:
        self.left = most


class Share:
    """What a single body, or a part of one, holds of the room; a `with` block gives it back."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._held = 0

    def hold(self, size: int) -> bool:
        """Hold `size` bytes in all. False, and as before, where they don't fit."""
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
