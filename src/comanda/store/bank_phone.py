"""The phone that passes the bank's notices on, in a table of one row."""

from comanda.domain.bank_phone import BankPhone
from comanda.store.database import Snapshot, Transaction, optional_from_millis, to_millis

_THE_PHONE = 1
_GET = "SELECT * FROM bank_phone WHERE id = :id"
_PUT = """
    INSERT INTO bank_phone (id, secret, secret_by, secret_at)
    VALUES (:id, :secret, :by, :now)
    ON CONFLICT (id) DO UPDATE
    SET secret = excluded.secret, secret_by = excluded.secret_by, secret_at = excluded.secret_at
"""
_HEARTBEAT = """
    INSERT INTO bank_phone (id, heartbeat_at) VALUES (:id, :now)
    ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at
"""
_NOTICE = """
    INSERT INTO bank_phone (id, notice_at) VALUES (:id, :now)
    ON CONFLICT (id) DO UPDATE SET notice_at = excluded.notice_at
"""
_REFUSED = """
    INSERT INTO bank_phone (id, refused_at, refused_code) VALUES (:id, :now, :code)
    ON CONFLICT (id) DO UPDATE
    SET refused_at = excluded.refused_at, refused_code = excluded.refused_code
"""


def get(view: Snapshot) -> BankPhone:
    """Return what is known of the phone; nothing yet for a house that has none."""
    row = view.one(_GET, {"id": _THE_PHONE})
    if row is None:
        return BankPhone()
    return BankPhone(
        secret=row["secret"],
        secret_by=row["secret_by"],
        secret_at=optional_from_millis(row["secret_at"]),
        heartbeat_at=optional_from_millis(row["heartbeat_at"]),
        notice_at=optional_from_millis(row["notice_at"]),
        refused_at=optional_from_millis(row["refused_at"]),
        refused_code=row["refused_code"],
    )


def is_set_up(view: Snapshot, configured_secret: str) -> bool:
    """Whether the house has a secret with which a phone can sign."""
    return bool(configured_secret or get(view).secret)


def put_secret(tx: Transaction, secret: str, by: str) -> None:
    """Store another secret: what is signed with the one before is refused from now on."""
    tx.run(_PUT, {**_now(tx), "secret": secret, "by": by})


def hear_heartbeat(tx: Transaction) -> None:
    tx.run(_HEARTBEAT, _now(tx))


def hear_notice(tx: Transaction) -> None:
    tx.run(_NOTICE, _now(tx))


def hear_refused(tx: Transaction, code: str) -> None:
    """Store that the phone sent something signed that was refused with `code`."""
    tx.run(_REFUSED, {**_now(tx), "code": code})


def _now(tx: Transaction) -> dict[str, int]:
    return {"id": _THE_PHONE, "now": to_millis(tx.now)}
