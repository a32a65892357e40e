"""The backups of one restaurant: make them while it serves, check, thin out and report them.

`backup.py` makes one file, `copies.py` reads and writes the folder, the chores watch the clock.

The folder is the only memory: its newest copy is the last success. So a restart, a power cut at
night or a clock that was wrong at first needs no special case.
"""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from comanda.background import OwnThread
from comanda.domain.backups import BackupRules, is_due, is_overdue, last_before, moments_to_keep
from comanda.domain.system_errors import told
from comanda.store.clocks import Clockwork
from comanda.store.connection import DatabaseError
from comanda.store.copies import (
    Copy,
    clear_unfinished,
    copies,
    last_events,
    make,
    remove_all_but,
)
from comanda.store.database import Clock
from comanda.store.disks import disk_trouble, shares_disk
from comanda.store.stopping import Stop, Stopped

log = logging.getLogger(__name__)

RETRY_SECONDS = 600.0  # after a copy that failed
# A copy stops at once, unless the disk itself hangs.
STOP_SECONDS = 0.7
LAST_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """The state of the backups. `trouble` is a sentence for the administrator.

    `same_disk`: whether the copies are on the database's disk, and die with it; None if unknown.
    """

    enabled: bool
    folder: Path
    copies: list[Copy]
    last: Copy | None
    trouble: str | None
    same_disk: bool | None


class Backups:
    """The copies of one database. A `zone` of None is the computer's time zone.

    One thread makes the copies, one after the other; a second thread reads the folder. A disk that
    hangs thus blocks no thread of the server.
    """

    def __init__(
        self,
        database: Path,
        folder: Path,
        rules: BackupRules,
        clock: Clock,
        zone: tzinfo | None = None,
    ) -> None:
        self.folder = folder
        self._database = database.resolve()
        self._rules = rules
        self._clock = clock
        self._zone = zone
        self._clockwork = Clockwork(self._database)
        self._stop = Stop()
        self._making, self._looking = OwnThread("backup"), OwnThread("backups")
        self._last_try: _Try | None = None
        self._failure: str | None = None
        self._looked = False

    def status(self) -> BackupStatus:
        every_copy = copies(self.folder)
        last = self._last(every_copy)
        return BackupStatus(
            enabled=self._rules.enabled,
            folder=self.folder,
            copies=every_copy,
            last=last,
            trouble=self._trouble(last),
            same_disk=shares_disk(self._database, self.folder),
        )

    async def look(self) -> BackupStatus:
        """Return the status, read in a thread of its own."""
        return await self._looking.run(self.status)

    async def make(self) -> Copy:
        """Make a copy now, and delete the copies that the rules no longer keep.

        A caller who asks while a copy is being made gets that copy. Raises DatabaseError; the
        status reports the failure until a copy succeeds.
        """
        return await self._making.run(self._make_or_join, time.monotonic())

    async def make_if_due(self) -> bool:
        """Make a copy if the rules ask for it now. Return False if that failed."""
        return await self._making.run(self._make_if_due)

    def stop(self) -> None:
        """End the copy that is being made, and begin no other."""
        self._stop.now()

    async def close(self) -> None:
        """Stop, and leave no unfinished copy."""
        idle = self._making.submit(_nothing)
        give_up = time.monotonic() + STOP_SECONDS
        while not idle.done() and time.monotonic() < give_up:
            self.stop()
            await asyncio.sleep(0.02)
        if not idle.done():
            log.warning("The copy that was being made hangs on its disk")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._looking.run(self._clear_up), LAST_SECONDS)

    def clear_up(self) -> None:
        """Remove the unfinished files of a copy that was killed, before the next copy begins."""
        self._making.submit(self._clear_up)

    def _clear_up(self) -> None:
        with suppress(OSError):  # the next copy will say what is wrong with the folder
            clear_unfinished(self.folder)

    def _make_or_join(self, asked_at: float) -> Copy:
        """Make a copy, or return the copy that was being made when the caller asked.

        `asked_at` is in seconds of the monotonic clock.
        """
        if self._last_try is None or self._last_try.ended < asked_at:
            self._last_try = self._try()
        if isinstance(self._last_try.result, Exception):
            raise DatabaseError(str(self._last_try.result))
        return self._last_try.result

    def _try(self) -> "_Try":
        try:
            result: Copy | DatabaseError = self._make()
        except DatabaseError as error:
            result = error
        return _Try(time.monotonic(), result)

    def _make(self) -> Copy:
        try:
            self._stop.check()
            now, before = self._clock(), copies(self.folder)
            copy, faults = make(self._database, self.folder, now, self._stop)
            self._failure = f"La base tiene fallas: {faults[0]}" if faults else None
            log.info("Backup %s made and checked: %.1f MB", copy.name, copy.size / 2**20)
            if faults:
                log.error("The database has faults, so no backup is cleared away: %s", faults)
            elif self._is_sound(now, copy, before):
                self._thin_out()
        except (DatabaseError, OSError, Stopped) as error:
            self._failure = f"No se pudo hacer la última copia: {told(error)}"
            raise DatabaseError(told(error)) from error
        return copy

    def _make_if_due(self) -> bool:
        now = self._clock()
        try:
            last = self._last(copies(self.folder))
            if is_due(_moment(last), now, self._rules.hour, self._zone):
                self._make_or_join(time.monotonic())
        except (DatabaseError, OSError) as error:
            log.error("No backup, trying again in %d minutes: %s", RETRY_SECONDS / 60, error)
            return False
        finally:
            self._looked = True
        return True

    def _is_sound(self, now: datetime, copy: Copy, before: list[Copy]) -> bool:
        """Whether copies may be deleted by their date; `before`: the copies older than `copy`."""
        times = [older.made_at for older in before]
        if self._clockwork.is_sound(now, lambda: [*last_events(self.folder / copy.name), *times]):
            return True
        log.warning("The clock says %s, which is doubtful: no backup is cleared away", now)
        return False

    def _last(self, every_copy: list[Copy]) -> Copy | None:
        moment = last_before([copy.made_at for copy in every_copy], self._clock())
        return next((copy for copy in every_copy if copy.made_at == moment), None)

    def _trouble(self, last: Copy | None) -> str | None:
        if (away := disk_trouble(self._database, self.folder)) is not None:
            return away
        if self._failure is not None:
            return self._failure
        if last is None and not self._looked:
            return None  # a new restaurant: the first copy is being made
        if self._rules.enabled and is_overdue(_moment(last), self._clock()):
            return "No hay ninguna copia de las últimas 24 horas"
        return self._clockwork.trouble(self._clock())

    def _thin_out(self) -> None:
        rules, moments = self._rules, [copy.made_at for copy in copies(self.folder)]
        keep = moments_to_keep(
            moments,
            self._clock(),
            days=rules.keep_days,
            months=rules.keep_months,
            zone=self._zone,
        )
        for name in remove_all_but(self.folder, keep):
            log.info("Backup %s has had its time", name)


@dataclass(frozen=True, slots=True)
class _Try:
    """An attempt to make a copy; `ended` is in seconds of the monotonic clock."""

    ended: float
    result: Copy | DatabaseError


def _nothing() -> None:
    """Do nothing: this job ends when the jobs before it have ended."""


def _moment(copy: Copy | None) -> datetime | None:
    return copy.made_at if copy else None
