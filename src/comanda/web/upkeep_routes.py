"""The upkeep's part of the table of routes: backups and metrics."""

from comanda.domain.staff import Role
from comanda.web import answers, backups, metrics
from comanda.web.route import Route

ADMIN = frozenset({Role.ADMIN})

UPKEEP_ROUTES: tuple[Route, ...] = (
    Route("GET", "/backups", backups.show_backups, ADMIN, "The nightly backups, newest first",
          {200: answers.Backups}),
    Route("POST", "/backups", backups.make_backup, ADMIN, "Make a backup now",
          {201: answers.Backup}, refuses=("backup_failed",)),
    Route("GET", "/metrics", metrics.show_metrics, None, "Figures for Prometheus, with its token",
          {200: ("text/plain",)}, refuses=("not_found", "forbidden")),
)  # fmt: skip
