"""The upkeep's part of the table of routes: backups and metrics."""

from comanda.domain.staff import Role
from comanda.web.contract import responses
from comanda.web.contract.route import Route
from comanda.web.handlers import backups, metrics

ADMIN = frozenset({Role.ADMIN})

UPKEEP_ROUTES: tuple[Route, ...] = (
    Route("GET", "/backups", backups.show_backups, ADMIN, "The nightly backups, newest first",
          {200: responses.Backups}),
    Route("POST", "/backups", backups.make_backup, ADMIN, "Make a backup now",
          {201: responses.Backup}, refuses=("backup_failed",)),
    Route("GET", "/metrics", metrics.show_metrics, None, "Figures for Prometheus, with its token",
          {200: ("text/plain",)}, refuses=("not_found", "forbidden")),
)  # fmt: skip
