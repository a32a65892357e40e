"""How each bank's statement is read, as somebody chose it."""

import json
from typing import Any

from comanda.store.database import Snapshot, Transaction, to_millis

MOST = 40
_ALL = "SELECT name, data FROM statement_profiles ORDER BY used_at DESC, name LIMIT :most"
_PUT = """
    INSERT INTO statement_profiles (name, data, used_at) VALUES (:name, :data, :now)
    ON CONFLICT (name) DO UPDATE SET data = excluded.data, used_at = excluded.used_at
"""
_TRIM = """
    DELETE FROM statement_profiles WHERE name NOT IN (
        SELECT name FROM statement_profiles ORDER BY used_at DESC, name LIMIT :most
    )
"""


def get_all(view: Snapshot) -> dict[str, dict[str, Any]]:
    """Return bank's name → how its statement is read, the last used first."""
    return {row["name"]: json.loads(row["data"]) for row in view.all(_ALL, {"most": MOST})}


def put(tx: Transaction, name: str, data: dict[str, Any]) -> None:
    """Store how a bank's statement is read. Beyond MOST, the one that was used longest ago goes."""
    tx.run(_PUT, {"name": name, "data": json.dumps(data), "now": to_millis(tx.now)})
    tx.run(_TRIM, {"most": MOST})
