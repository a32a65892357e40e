"""PINs and passwords, hashed with Argon2id in a few threads."""

import asyncio
import os
import secrets
import threading
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from comanda.domain.errors import TooManyAttempts

AT_ONCE = 2
MOST_WAITING = 40
ROOM_SECONDS = 5
NICENESS = 10  # of the hashing threads: all other threads go first


class PinHasher:
    """The threads that hash and verify PINs without blocking the event loop.

    A hash takes 64 MiB and about 90 ms. A flood of sign-ins waits here instead of filling the
    machine. Call `close` at the end.
    """

    def __init__(self) -> None:
        self._argon2 = PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, "argon2", _give_way)
        self._nobody_hash = _hash_of_nobody(self._argon2)
        self._waiting = 0

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    async def hash(self, pin: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._argon2.hash, pin
        )

    def require_room(self) -> None:
        """Raises TooManyAttempts if `MOST_WAITING` sign-ins wait already."""
        if self._waiting >= MOST_WAITING:
            raise TooManyAttempts(ROOM_SECONDS)

    async def verify(self, pin_hash: str | None, pin: str) -> bool:
        """Whether `pin` is right. An unknown user's hash is None, and takes the same time."""
        self._waiting += 1
        try:
            matches = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._matches, pin_hash or self._nobody_hash, pin
            )
        finally:
            self._waiting -= 1
        return matches and pin_hash is not None

    def _matches(self, pin_hash: str, pin: str) -> bool:
        try:
            return self._argon2.verify(pin_hash, pin)
        except (VerificationError, InvalidHashError):
            return False


def _hash_of_nobody(argon2: PasswordHasher) -> str:
    """Return a hash of no known PIN that takes as long to verify as a hash made by `argon2`.

    To verify a PIN, argon2 recomputes the hash with the parameters, salt and length written in the
    stored hash. So random bytes take the same time to verify, and no hash is computed at start.
    """
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (argon2.salt_len, argon2.hash_len)
    )
    cost = f"m={argon2.memory_cost},t={argon2.time_cost},p={argon2.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


def _give_way() -> None:
    """Let the system run this thread after all others: a hash takes long, an order doesn't."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
