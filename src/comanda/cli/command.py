"""Helpers of all commands: a refusal, and work on the database, even while a server runs."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from comanda.config import Config
from comanda.store.database import Database, open_database

T = TypeVar("T")


class Refused(Exception):
    """The command can't be carried out; the message says why, for people."""


def on_database(config: Config, work: Callable[[Database], Awaitable[T]]) -> T:
    """Open the database, do `work` on it, and close it."""

    async def open_and_work() -> T:
        settings = config.database
        async with open_database(
            Path(settings.path), readers=1, busy_timeout=settings.busy_timeout_seconds
        ) as database:
            return await work(database)

    return asyncio.run(open_and_work())
