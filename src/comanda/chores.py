"""The work that the house does by itself: alarms about proofs that nobody opens, deletion of old
rows, and the nightly backup.

Every table has a limit, or a reason to grow for ever:

| table | limit |
|---|---|
| `orders`, `order_items`, `payments`, `events` | no limit: the house's books and audit trail |
| `products` | no limit: old orders refer to products that are off the menu |
| `proofs` | `proofs.keep_days` after a payment was sent, once the payment is decided |
| `thumbnails`, `readings` | as long as their proofs |
| `deposits`, `deposit_keys` | no limit: the books; the words of notices go with the photos |
| `bank_phone`, `statement_profiles` | one row; one row a bank |
| `fingerprints` | no limit: a receipt may be sent again after years; 100 bytes each |
| `idempotency_keys` | 90 days: no phone repeats a request after so long |
| `sessions`, `sign_in_attempts` | a week after they expire, or were made |
| `known_browsers` | the twenty newest of each member |
| `sign_in_failures` | the five hundred newest |
| `viewers`, `weak_pins`, `staff` | one row a member; whoever leaves stays in the books by name |
| errors of pages, in the log | the log's own end; `web/plumbing/throttle.py` limits how many come |

Nothing is deleted by its date while the clock is doubtful: see `domain/clocks.py`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from comanda import till, workflow
from comanda.background import Tasks, in_background
from comanda.config import Backup, Config, backup_folder
from comanda.domain.hours import next_at
from comanda.domain.house import House
from comanda.store import backups, clocks, deposits, house, payments, retention
from comanda.store.backups import Backups
from comanda.store.clocks import Clockwork
from comanda.store.database import Clock, Database
from comanda.store.retention import Outdated, Photo, Purged

log = logging.getLogger(__name__)

PHOTOS_AT_ONCE = 20
BYTES_AT_ONCE = 1024 * 1024
ROWS_AT_ONCE = 200
PAGES_AT_ONCE = 256
BREATH = 0.02  # seconds between two small transactions, so that others can write
LONGEST_LOOK = 5.0
MINUTE = 60.0
FIRST_LOOK_SECONDS = 10.0  # the first copy waits until the server has started
AFTER_START = timedelta(minutes=10)
LONGEST_WAIT = timedelta(days=1, hours=2)  # a day is longer than 24 h when clocks are put back

Step = Callable[[], Awaitable[None]]


@asynccontextmanager
async def do_chores(
    database: Database, config: Config, default: House, tasks: Tasks | None = None
) -> AsyncIterator[None]:
    """Run all chores but the backups until the block ends."""
    patience = config.payments.unseen_alarm_seconds
    alarm = Alarm(database, timedelta(seconds=patience))
    nightly = NightlyPurge(database, config, default)
    async with (
        in_background(
            partial(_repeat, min(LONGEST_LOOK, patience / 4), alarm.look),
            name="alarm",
            tasks=tasks,
        ),
        in_background(partial(_repeat, MINUTE, nightly.look), name="purge", tasks=tasks),
    ):
        yield


async def _repeat(pause: float, step: Step) -> None:
    """Run `step` again and again; `in_background` handles a failure."""
    while True:
        await step()
        await asyncio.sleep(pause)


class Alarm:
    """Alarms cashiers and waiters about a proof that nobody opened, once in a server's life."""

    def __init__(self, database: Database, patience: timedelta) -> None:
        self._database = database
        self._patience = patience
        self._called_ids: set[int] = set()

    async def look(self) -> None:
        before = self._database.clock() - self._patience
        unseen_payments = await self._database.read(payments.unseen, before)
        if any(payment.id not in self._called_ids for payment in unseen_payments):
            self._called_ids |= await self._database.write(
                workflow.call_unseen, before, self._called_ids
            )


class NightlyPurge:
    """Deletes old photos and outdated rows once a day, at `proofs.purge_hour`, and once soon after
    the start, since the machine may sleep at that hour.

    Each look asks whether the clock can be believed; while it can't, nothing is deleted.
    """

    def __init__(self, database: Database, config: Config, default: House) -> None:
        self._database = database
        self._keep_days = config.proofs.keep_days
        self._hour = config.proofs.purge_hour
        self._default = default
        self._clockwork = Clockwork(database.path)
        self._next = database.clock() + AFTER_START

    async def look(self) -> None:
        now = self._database.clock()
        is_sound = await self._database.read(clocks.is_sound, self._clockwork, now)
        if self._next - now > LONGEST_WAIT:  # a clock that ran ahead has set `_next`
            self._next = now + AFTER_START
        if now < self._next or not is_sound:
            return
        self._next = now + AFTER_START  # after a failure, the purge is tried again then
        stored_house = await self._database.read(house.get, self._default)
        if self._keep_days:
            total = await purge(self._database, cutoff(now, self._keep_days))
            if total.photos:
                log.info(
                    "%d photos are gone, %d bytes: their time was over",
                    total.photos,
                    total.bytes,
                )
        await sweep(self._database, now)
        self._next = next_at(self._hour, now, ZoneInfo(stored_house.time_zone))


@asynccontextmanager
async def open_backups(
    database: Path,
    settings: Backup,
    clock: Clock,
    zone: tzinfo | None = None,
    tasks: Tasks | None = None,
) -> AsyncIterator[Backups]:
    """The backups of `database`. Until the block ends, a copy is made whenever it is due."""
    folder = backup_folder(database, settings)
    house_backups = Backups(database, folder, settings.rules, clock, zone)
    house_backups.clear_up()
    work = [partial(_back_up, house_backups)] if settings.enabled else []
    try:
        async with in_background(*work, name="backups", tasks=tasks):
            yield house_backups
    finally:
        await house_backups.close()


async def _back_up(house_backups: Backups) -> None:
    """Make a copy whenever it is due, until cancelled.

    The check runs every minute: somebody may set the clock, and a computer may sleep at night.
    """
    await asyncio.sleep(FIRST_LOOK_SECONDS)
    while True:
        is_well = await house_backups.make_if_due()
        await asyncio.sleep(MINUTE if is_well else backups.RETRY_SECONDS)


def cutoff(now: datetime, keep_days: int) -> datetime:
    """The time before which a payment was sent whose photo is deleted."""
    return now - timedelta(days=keep_days)


async def purge(database: Database, before: datetime) -> Purged:
    """Delete all photos of decided payments from before `before`, and give their space back.

    The words of the bank's notices from before that go, too.

    A reader finds the photos, and reads each once, so that its pages are in memory when the writer
    deletes it. The writer deletes few photos at a time, so that no request waits for it.
    """
    total = Purged()
    while photos := await database.read(retention.expired_photos, before, PHOTOS_AT_ONCE):
        just_removed = Purged()
        for piece in in_pieces(photos, BYTES_AT_ONCE):
            await database.read(retention.read_over, piece)
            just_removed += await database.write(workflow.remove_proofs, piece)
            await asyncio.sleep(BREATH)
        if not just_removed.photos:
            break
        total += just_removed
    await forget_texts(database, before)
    has_free_pages = total.photos > 0
    while has_free_pages:
        has_free_pages = await database.reclaim(PAGES_AT_ONCE)
        await asyncio.sleep(BREATH)
    return total


async def forget_texts(database: Database, before: datetime) -> None:
    """Delete the words of the bank's notices from before `before`; amounts and ties stay."""
    while await database.read(deposits.has_texts, before):
        if not await database.write(till.forget_texts, before, ROWS_AT_ONCE):
            break
        await asyncio.sleep(BREATH)


def in_pieces(photos: Sequence[Photo], most: int) -> Iterator[list[Photo]]:
    """Split `photos`, in their order, into lists of at most `most` bytes, or of a single photo."""
    piece: list[Photo] = []
    for photo in photos:
        if piece and sum(earlier_photo.size for earlier_photo in piece) + photo.size > most:
            yield piece
            piece = []
        piece.append(photo)
    if piece:
        yield piece


async def sweep(database: Database, now: datetime) -> None:
    """Delete idempotency keys, sessions and sign-in attempts whose time in `Outdated` is over."""
    for kind in Outdated:
        before = now - kind.kept
        while await database.read(retention.has_outdated, kind, before):
            if not await database.write(workflow.sweep, kind, before, ROWS_AT_ONCE):
                break
            await asyncio.sleep(BREATH)


async def purgeable(database: Database, before: datetime) -> Purged:
    """The photos that `purge` would delete."""
    return await database.read(retention.expired, before)
