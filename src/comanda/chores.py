"""What the house does by itself: it calls for proofs that nobody opens, lets old photos go, and
learns what proofs show that an earlier version took.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from comanda import pictures, workflow
from comanda.background import in_background
from comanda.config import Config
from comanda.domain.errors import StorageUnavailable
from comanda.domain.house import House
from comanda.store import evidence, house, payments, retention
from comanda.store.database import Database
from comanda.store.retention import Purged

log = logging.getLogger(__name__)

PHOTOS_AT_ONCE = 20
PAGES_AT_ONCE = 256
BREATH = 0.02  # seconds between two small transactions, in which others write
LONGEST_LOOK = 5.0
MINUTE = 60.0
AFTER_START = timedelta(minutes=10)

Step = Callable[[], Awaitable[None]]


@asynccontextmanager
async def do_chores(database: Database, config: Config, default: House) -> AsyncIterator[None]:
    """Do what has to be done, for as long as the block runs."""
    alarm = config.payments.unseen_alarm_seconds
    steps: list[tuple[float, Step]] = [
        (min(LONGEST_LOOK, alarm / 4), Alarm(database, timedelta(seconds=alarm)).look),
        (MINUTE, partial(compare_older, database)),
    ]
    if config.proofs.keep_days:
        steps.append((MINUTE, NightlyPurge(database, config, default).look))
    async with in_background(*(_repeat(pause, step) for pause, step in steps), name="chore"):
        yield


async def _repeat(pause: float, step: Step) -> None:
    while True:
        try:
            await step()
        except (sqlite3.Error, StorageUnavailable):
            log.exception("A chore failed; trying again")
        await asyncio.sleep(pause)


class Alarm:
    """Calls cashiers and waiters to a proof that nobody opened, once in the life of a server."""

    def __init__(self, database: Database, patience: timedelta) -> None:
        self._database = database
        self._patience = patience
        self._called: set[int] = set()

    async def look(self) -> None:
        before = self._database.clock() - self._patience
        waiting = await self._database.read(payments.unseen, before)
        if any(payment.id not in self._called for payment in waiting):
            verb = workflow.call_unseen
            self._called |= await self._database.write(verb, before, self._called)


class NightlyPurge:
    """Lets old photos go once a day, at the quiet hour, and first a while after the start: the
    machine may sleep at that hour.
    """

    def __init__(self, database: Database, config: Config, default: House) -> None:
        self._database = database
        self._settings = config.proofs
        self._default = default
        self._next = database.clock() + AFTER_START

    async def look(self) -> None:
        now = self._database.clock()
        if now < self._next:
            return
        described = await self._database.read(house.get, self._default)
        self._next = next_at(self._settings.purge_hour, now, ZoneInfo(described.time_zone))
        gone = await purge(self._database, cutoff(now, self._settings.keep_days))
        if gone.photos:
            log.info("%d photos are gone, %d bytes: their time was over", gone.photos, gone.bytes)


async def compare_older(database: Database) -> None:
    """Look at what the proofs show of which that is not known, one by one, the newest first.

    It rests three times as long as it works, so that nobody has to wait for it.
    """
    while (one := await database.read(evidence.unknown)) is not None:
        begun, content = time.monotonic(), ""
        if one.data is not None and one.content_type is not None:
            content = await asyncio.to_thread(pictures.content_of, one.content_type, one.data)
        await database.write(workflow.remember_content, one.payment_id, content)
        await asyncio.sleep(max(BREATH, 3 * (time.monotonic() - begun)))


def cutoff(now: datetime, keep_days: int) -> datetime:
    """Photos of payments from before this are to go."""
    return now - timedelta(days=keep_days)


def next_at(hour: int, now: datetime, zone: ZoneInfo) -> datetime:
    """The next time after `now` at which it is `hour` o'clock in `zone`."""
    local = now.astimezone(zone)
    today = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)


async def purge(database: Database, before: datetime) -> Purged:
    """Let all photos of decided payments from before `before` go, and give their space back.

    In small transactions, so that nobody has to wait for it.
    """
    gone = Purged()
    while (some := await database.write(workflow.purge_proofs, before, PHOTOS_AT_ONCE)).photos:
        gone += some
        await asyncio.sleep(BREATH)
    left = gone.photos > 0
    while left:
        left = await database.reclaim(PAGES_AT_ONCE)
        await asyncio.sleep(BREATH)
    return gone


async def purgeable(database: Database, before: datetime) -> Purged:
    """What `purge` would let go."""
    return await database.read(retention.expired, before)
