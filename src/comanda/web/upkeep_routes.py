"""The upkeep's part of the table of routes: backups."""

from comanda.domain.staff import Role
from comanda.web import answers, backups
from comanda.web.route import Route

ADMIN = frozenset({Role.ADMIN})

UPKEEP_ROUTES: tuple[Route, ...] = (
    Route("GET", "/backups", backups.show_backups, ADMIN, "The nightly backups, newest first",
          {200: answers.Backups}),
    Route("POST", "/backups", backups.make_backup, ADMIN, "Make a backup now",
          {201: answers.Backup}, refuses=("backup_failed",)),
)  # fmt: skip
