"""The metrics for Prometheus; they need the extra `metrics`."""

from typing import Any

from comanda.config import ConfigError
from comanda.domain.orders import OrderStatus
from comanda.domain.staff import Role
from comanda.feed import Feed
from comanda.store import orders
from comanda.store.database import Database

COMMIT_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
NOTICE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """The metrics of an application. Raises ConfigError without the extra `metrics`."""

    def __init__(self) -> None:
        try:
            import prometheus_client as prometheus  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ConfigError(
                "server.metrics_token necesita el extra: pip install 'comanda[metrics]'"
            ) from error
        self.content_type = prometheus.CONTENT_TYPE_LATEST
        self._write = prometheus.generate_latest
        self.registry = registry = prometheus.CollectorRegistry()
        self._commits = prometheus.Histogram(
            "comanda_commit_seconds",
            "A transaction, from its beginning until it is on the disk",
            buckets=COMMIT_BUCKETS,
            registry=registry,
        )
        self._notices = prometheus.Histogram(
            "comanda_notice_seconds",
            "A cashiers' notice, from its transaction until it is sent to one of their streams",
            buckets=NOTICE_BUCKETS,
            registry=registry,
        )
        self._orders = prometheus.Gauge(
            "comanda_orders", "Orders by their state", ["status"], registry=registry
        )
        self._streams = prometheus.Gauge(
            "comanda_streams", "Open event streams by the role they follow", ["role"],
            registry=registry,
        )  # fmt: skip
        self._size = prometheus.Gauge(
            "comanda_database_bytes", "The database with its write-ahead log", registry=registry
        )

    def committed(self, seconds: float) -> None:
        """Record a committed transaction; the database's thread calls this."""
        self._commits.observe(seconds)

    def noticed(self, seconds: float, cashiers: int) -> None:
        """Record a notice that was sent to `cashiers` streams."""
        for _ in range(cashiers):
            self._notices.observe(seconds)

    async def text(self, database: Database, feed: Feed) -> bytes:
        """Return all metrics in Prometheus' text format."""
        counts = await database.read(orders.count_by_status)
        for status in OrderStatus:
            self._orders.labels(status.value).set(counts.get(status, 0))
        for role in Role:
            self._streams.labels(role.value).set(feed.listeners[role])
        self._size.set(database.size())
        text: Any = self._write(self.registry)
        return bytes(text)
