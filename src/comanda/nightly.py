"""The nightly backup: made while the house serves, checked, thinned out, and made up for when late.

Nothing is remembered but what is in the folder: the newest copy there is the last success. So a
restart, a night without current and a clock that was wrong at first need no care of their own.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from comanda.background import in_background
from comanda.config import Backup, backup_folder
from comanda.domain.backups import is_due, is_overdue, kept, last_before
from comanda.store.connection import DatabaseError
from comanda.store.copies import Copy, copies, make, remove_all_but
from comanda.store.database import Clock
from comanda.store.disks import disk_trouble, shares_disk
from comanda.troubles import told

log = logging.getLogger(__name__)

# The first look waits until the house is open.
FIRST_LOOK_SECONDS = 10.0
LOOK_SECONDS = 60.0
RETRY_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Report:
    """How the backups are doing. `trouble` is a sentence for the administrator.

    `same_disk`: whether a disk that dies takes the copies along; None where nobody knows.
    """

    enabled: bool
    folder: Path
    copies: list[Copy]
    last: Copy | None
    trouble: str | None
    same_disk: bool | None


class Backups:
    """The copies of one database. `zone` None is the computer's own.

    What reads or writes the folder blocks: call it in a thread.
    """

    def __init__(
        self, database: Path, settings: Backup, clock: Clock, zone: tzinfo | None = None
    ) -> None:
        self.folder = backup_folder(database, settings)
        self._database = database.resolve()
        self._settings = settings
        self._clock = clock
        self._zone = zone
        self._making = threading.Lock()
        self._failure: str | None = None
        self._looked = False

    def report(self) -> Report:
        found = copies(self.folder)
        last = self._last(found)
        return Report(
            enabled=self._settings.enabled,
            folder=self.folder,
            copies=found,
            last=last,
            trouble=self._trouble(last),
            same_disk=shares_disk(self._database, self.folder),
        )

    def make(self) -> Copy:
        """Make a copy now, and clear away those that have had their time.

        Raises DatabaseError, and the report tells of it until there is a copy again.
        """
        with self._making:
            try:
                copy, faults = make(self._database, self.folder, self._clock())
                self._failure = f"La base tiene fallas: {faults[0]}" if faults else None
                log.info("Backup %s made and checked: %.1f MB", copy.name, copy.size / 2**20)
                if faults:
                    log.error("The database has faults, so no backup is cleared away: %s", faults)
                else:
                    self._thin_out()
            except (DatabaseError, OSError) as error:
                self._failure = f"No se pudo hacer la última copia: {told(error)}"
                raise DatabaseError(told(error)) from error
            return copy

    def make_if_due(self) -> bool:
        """Whether all is well: a copy was made, or none was due."""
        now = self._clock()
        try:
            last = self._last(copies(self.folder))
            if is_due(_moment(last), now, self._settings.hour, self._zone):
                self.make()
        except (DatabaseError, OSError) as error:
            log.error("No backup, trying again in %d minutes: %s", RETRY_SECONDS / 60, error)
            return False
        finally:
            self._looked = True
        return True

    async def keep_watch(self) -> None:
        """Make a copy whenever one is due, until cancelled.

        It looks again and again: a clock may be set, and a computer may sleep through the night.
        """
        await asyncio.sleep(FIRST_LOOK_SECONDS)
        while True:
            well = await asyncio.to_thread(self.make_if_due)
            await asyncio.sleep(LOOK_SECONDS if well else RETRY_SECONDS)

    def _last(self, found: list[Copy]) -> Copy | None:
        moment = last_before([copy.made_at for copy in found], self._clock())
        return next((copy for copy in found if copy.made_at == moment), None)

    def _trouble(self, last: Copy | None) -> str | None:
        if (away := disk_trouble(self._database, self.folder)) is not None:
            return away
        if self._failure is not None:
            return self._failure
        if last is None and not self._looked:
            return None  # a new house, whose first copy is on its way
        if self._settings.enabled and is_overdue(_moment(last), self._clock()):
            return "No hay ninguna copia de las últimas 24 horas"
        return None

    def _thin_out(self) -> None:
        settings, moments = self._settings, [copy.made_at for copy in copies(self.folder)]
        keep = kept(
            moments,
            self._clock(),
            days=settings.keep_days,
            months=settings.keep_months,
            zone=self._zone,
        )
        for name in remove_all_but(self.folder, keep):
            log.info("Backup %s has had its time", name)


def _moment(copy: Copy | None) -> datetime | None:
    return copy.made_at if copy else None


@asynccontextmanager
async def open_backups(
    database: Path, settings: Backup, clock: Clock, zone: tzinfo | None = None
) -> AsyncIterator[Backups]:
    """The copies of `database`, one made whenever due, until the block ends."""
    backups = Backups(database, settings, clock, zone)
    if not settings.enabled:
        yield backups
        return
    async with in_background(backups.keep_watch(), name="backups"):
        yield backups
