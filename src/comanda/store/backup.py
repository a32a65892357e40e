"""Copy a database while it is in use, and check that a database is whole."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from comanda.domain.bill import paid_items
from comanda.domain.orders import Order
from comanda.domain.payments import PaidItem
from comanda.store import orders
from comanda.store.connection import DatabaseError, connect, real_file
from comanda.store.database import Snapshot, utc_now
from comanda.store.in_use import InUse, looking
from comanda.store.lineage import family
from comanda.store.refusals import told
from comanda.store.schema import VERSION
from comanda.store.shape import differences, is_another_programs
from comanda.store.stopping import Stop, Stopped
from comanda.store.values import misfits

PAGES_AT_ONCE = 1024

PARTIAL = ".part"  # the name's end of a copy that is not complete yet
_PROOFS = "SELECT payment_id, size, sha256, data FROM proofs ORDER BY payment_id"
_PROOF_MISSING = """
    SELECT id FROM payments
    WHERE CASE WHEN proof_purged_at IS NULL THEN has_proof ELSE 0 END
        <> (SELECT COUNT(*) FROM proofs WHERE proofs.payment_id = payments.id)
    ORDER BY id
"""
_STATE_WITHOUT_EVENT = """
    SELECT id FROM orders
    WHERE status <> COALESCE(
        (SELECT events.status FROM events WHERE events.order_id = orders.id
         ORDER BY events.id DESC LIMIT 1),
        ''
    )
    ORDER BY id
"""
_ORDER_IDS = "SELECT id FROM orders ORDER BY id"
# A query for what breaks a promise of the bill, and the sentence for each of its rows.
_WRONG_SUMS = {
    """
    SELECT id FROM payments
    WHERE NOT EXISTS (SELECT 1 FROM payment_allocations WHERE payment_id = payments.id) ORDER BY id
    """: "El pago {id} no paga ninguna orden",
    """
    SELECT id FROM payments
    WHERE order_id <> (SELECT MIN(order_id) FROM payment_allocations WHERE payment_id = payments.id)
    ORDER BY id
    """: "El pago {id} no está en la primera de sus órdenes",
    """
    SELECT payment_id AS id, order_id FROM payment_allocations
    JOIN orders ON orders.id = order_id
    WHERE amount < 0 OR (amount = 0 AND orders.total > 0) ORDER BY payment_id, order_id
    """: "El pago {id} no paga nada de la orden {order_id}",
    """
    SELECT id FROM payments
    WHERE tip < 0 OR tendered < tip + (
        SELECT SUM(amount) FROM payment_allocations WHERE payment_id = payments.id
    )
    ORDER BY id
    """: "El pago {id} tiene una propina o un cambio imposible",
    """
    SELECT id FROM payments WHERE replaces >= id ORDER BY id
    """: "El pago {id} está en lugar de uno que no es anterior",
    """
    SELECT id FROM payments WHERE waiter IS NULL ORDER BY id
    """: "El pago {id} no dice de qué mesero es",
    """
    SELECT id FROM orders
    WHERE total <> COALESCE(
        (SELECT SUM(quantity * unit_price) FROM order_items WHERE order_id = orders.id), 0
    )
    ORDER BY id
    """: "El total de la orden {id} no es la suma de sus platillos",
    """
    SELECT id FROM orders WHERE (table_number IS NULL) = (customer IS NULL) ORDER BY id
    """: "La orden {id} no tiene mesa ni cliente, o tiene los dos",
    """
    SELECT id FROM payments
    WHERE arrives <> tip + COALESCE(
        (SELECT SUM(amount) FROM payment_allocations WHERE payment_id = payments.id), 0
    )
    ORDER BY id
    """: "Lo que debe llegar del pago {id} no es su monto con la propina",
    """
    SELECT deposits.id FROM deposits JOIN payments ON payments.id = deposits.payment_id
    WHERE deposits.amount <> payments.arrives OR payments.to_account = 0
        OR payments.status NOT IN ('por_verificar', 'aprobado')
        OR deposits.tie_rule IS NULL
    ORDER BY deposits.id
    """: "El ingreso {id} no puede ser de su pago",
}
_PIECE = 500  # orders that are read at once


def backup(
    source: Path,
    destination: Path,
    stop: Stop | None = None,
    *,
    inspect: Callable[[sqlite3.Connection], None] | None = None,
) -> int:
    """Copy `source` to a new file while `source` is in use; return the copy's size in bytes.

    `inspect` gets the copy before anything reads its contents, and raises to refuse it. The copy
    appears under its name only when it is complete and sound. Raises DatabaseError, also when
    `stop` ends the work; no file is left then.
    """
    stop = stop or Stop()
    for path in family(destination):  # SQLite would replay a log of that name on the copy
        if os.path.lexists(path):
            raise DatabaseError(f"Ya existe {path}; elige otro nombre")
    partial = destination.with_name(destination.name + PARTIAL)
    try:
        remove_unfinished(partial)  # the copy would take over its mode and its log
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with (
            _existing(source) as live,
            closing(connect(partial)) as copy,
            stop.under(live),
            stop.under(copy),
        ):
            _copy_all(live, copy, stop)
            if inspect is not None:
                inspect(copy)
            _require_sound(copy, partial)
        stop.check()
        partial.replace(destination)
        sync_folder(destination.parent)
    except (OSError, sqlite3.Error, Stopped) as error:
        raise DatabaseError(f"No se pudo copiar {source} a {destination}: {told(error)}") from error
    finally:
        with suppress(OSError):  # on a disk that refuses writes there is no such file
            remove_unfinished(partial)
    return destination.stat().st_size


def remove_unfinished(partial: Path) -> None:
    """Remove a copy that is not complete, and the files that SQLite put beside it."""
    for path in family(partial):
        path.unlink(missing_ok=True)


def _copy_all(live: sqlite3.Connection, copy: sqlite3.Connection, stop: Stop) -> None:
    """Copy in pieces, so that `stop` can end the copy between two of them.

    The transaction keeps all pieces at the same moment: without it, SQLite begins the copy anew
    whenever the database changes.
    """
    live.execute("BEGIN")
    live.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    live.backup(copy, pages=PAGES_AT_ONCE, progress=lambda *_: stop.check())
    live.execute("COMMIT")
    copy.execute("PRAGMA journal_mode = DELETE")


def sync_folder(folder: Path) -> None:
    """Write the folder to the disk: only then is a file's new name safe there."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check(path: Path, stop: Stop | None = None) -> list[str]:
    """Return all faults of the database, a sentence each. Raises DatabaseError."""
    stop = stop or Stop()
    try:
        with _existing(path) as connection, stop.under(connection):
            connection.execute("BEGIN")
            if is_another_programs(Snapshot(connection, utc_now())):
                raise DatabaseError(f"{path} no es una base de datos de Comanda")
            return list(_complaints(connection))
    except (sqlite3.Error, Stopped) as error:
        raise DatabaseError(f"No se puede leer {path}: {told(error)}") from error


@contextmanager
def _existing(path: Path) -> Iterator[sqlite3.Connection]:
    """Connect to a database that exists. Raises DatabaseError."""
    real = real_file(path)
    try:
        with looking(real):
            if not real.exists():
                raise DatabaseError(f"No existe la base de datos {path}")
            with closing(connect(real)) as connection:
                yield connection
    except InUse as error:
        raise DatabaseError(f"Se está restaurando {path}; prueba en un momento") from error


def _require_sound(connection: sqlite3.Connection, path: Path) -> None:
    verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise DatabaseError(f"La copia {path} salió dañada: {verdict}")


def _complaints(connection: sqlite3.Connection) -> Iterator[str]:
    view = Snapshot(connection, utc_now())
    foreign = [f"En la base {difference}" for difference in differences(view)]
    yield from foreign
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        yield f"La base es de la versión {version} y este programa de la {VERSION}"
        return
    for (verdict,) in connection.execute("PRAGMA integrity_check"):
        if verdict != "ok":
            yield f"SQLite: {verdict}"
    if foreign:
        return  # tables and views that Comanda did not make can answer anything
    for row in connection.execute("PRAGMA foreign_key_check"):
        yield f"Una fila de {row['table']} apunta a una de {row['parent']} que no existe"
    sentences = [misfit[0].upper() + misfit[1:] for misfit in misfits(view)]
    yield from sentences or _broken_promises(view)


def _broken_promises(view: Snapshot) -> Iterator[str]:
    for row in view.each(_PROOFS, {}):
        sound = hashlib.sha256(row["data"]).hexdigest() == row["sha256"]
        if not sound or len(row["data"]) != row["size"]:
            yield f"El comprobante del pago {row['payment_id']} no es el que se recibió"
    for row in view.each(_PROOF_MISSING, {}):
        yield f"El pago {row['id']} y sus comprobantes no coinciden"
    for row in view.each(_STATE_WITHOUT_EVENT, {}):
        yield f"El estado de la orden {row['id']} no está en la bitácora"
    yield from _wrong_sums(view)


def _wrong_sums(view: Snapshot) -> Iterator[str]:
    """Yield a sentence for each payment and order whose amounts do not fit together."""
    for sql, sentence in _WRONG_SUMS.items():
        for row in view.each(sql, {}):
            yield sentence.format(**dict(row))
    ids = [row["id"] for row in view.each(_ORDER_IDS, {})]
    for at in range(0, len(ids), _PIECE):
        for order in orders.require_all(view, ids[at : at + _PIECE]):
            yield from _wrong_payments(order)


def _wrong_payments(order: Order) -> Iterator[str]:
    if order.due < 0:
        yield f"De la orden {order.id} se pagó más que su total"
    yield from _wrong_dishes(order)
    if not order.is_in_its_state:
        yield f"La orden {order.id} está en «{order.status}», y sus pagos dicen otra cosa"


def _wrong_dishes(order: Order) -> Iterator[str]:
    for payment in order.payments:
        if not all(map(partial(_has, order), payment.items_of(order.id))):
            yield f"El pago {payment.id} paga platillos que la orden {order.id} no tiene"
    paid = paid_items(order)
    for position, line in enumerate(order.items):
        if paid[position] > line.quantity:
            yield f"De la orden {order.id} se pagó más de lo que hay de {line.name}"


def _has(order: Order, item: PaidItem) -> bool:
    """Whether the order has, or had before some were taken off, so many dishes in this line."""
    if not 0 <= item.position < len(order.items):
        return False
    line = order.items[item.position]
    return 1 <= item.quantity <= line.quantity + line.removed
