"""What the commands share: a refusal, and work on the database while no server need be asked."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from comanda.config import Config
from comanda.store.database import Database, Snapshot, Transaction, open_database

P = ParamSpec("P")
T = TypeVar("T")


class Refused(Exception):
    """The command can't be carried out; the message says why, for people."""


def write(
    config: Config,
    work: Callable[Concatenate[Transaction, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    async def run() -> T:
        async with open_house(config) as database:
            return await database.write(work, *args, **kwargs)

    return asyncio.run(run())


def read(
    config: Config, work: Callable[Concatenate[Snapshot, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    async def run() -> T:
        async with open_house(config) as database:
            return await database.read(work, *args, **kwargs)

    return asyncio.run(run())


def open_house(config: Config) -> AbstractAsyncContextManager[Database]:
    settings = config.database
    return open_database(Path(settings.path), readers=1, busy_timeout=settings.busy_timeout_seconds)
