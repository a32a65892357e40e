"""The commands for the database's upkeep: `backup`, `purge`, `restore`, `check`."""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from comanda.chores import cutoff, purge, purgeable
from comanda.cli.command import Refused, on_database
from comanda.config import Config
from comanda.store import clocks
from comanda.store.backup import backup, check
from comanda.store.clocks import Clockwork
from comanda.store.database import Database, utc_now
from comanda.store.numbers import Numbers
from comanda.store.restore import Contents, prepare
from comanda.store.retention import Purged
from comanda.store.stopping import Stop


def make_backup(options: argparse.Namespace, config: Config) -> None:
    """`backup DEST`: copy the database, even while the server runs."""
    with _ending_at_signals() as stop:
        size = backup(Path(config.database.path), options.destination, stop)
    print(f"Copia completa y revisada: {options.destination} ({size / 2**20:.1f} MB)")


@contextmanager
def _ending_at_signals() -> Iterator[Stop]:
    """Let SIGINT and SIGTERM stop the work, which then removes its unfinished files."""
    stop = Stop()
    earlier_handlers = {
        number: signal.signal(number, lambda *_: stop.now())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in earlier_handlers.items():
            signal.signal(number, handler)


def purge_photos(options: argparse.Namespace, config: Config) -> None:
    """`purge [--dry-run]`: do the server's nightly purge now."""
    if not config.proofs.keep_days:
        raise Refused("La configuración guarda las fotos para siempre: proofs.keep_days = 0")

    write_times = _write_times(Path(config.database.path))

    async def work(database: Database) -> tuple[datetime, Purged]:
        before = cutoff(database.clock(), config.proofs.keep_days)
        if options.dry_run:
            return before, await purgeable(database, before)
        await _require_sound_clock(database, write_times)
        return before, await purge(database, before)

    before, total = on_database(config, work)
    action = "Se borrarían" if options.dry_run else "Borradas:"
    print(
        f"{action} {total.photos} fotos ({total.bytes / 2**20:.1f} MB) "
        f"de pagos anteriores al {before.astimezone():%Y-%m-%d %H:%M}"
    )


def _write_times(path: Path) -> list[datetime]:
    """Return the time of the last write to the database's file; an empty list without a file."""
    try:
        return [datetime.fromtimestamp(path.stat().st_mtime, UTC)]
    except OSError:
        return []


async def _require_sound_clock(database: Database, write_times: list[datetime]) -> None:
    """Raise Refused if the clock is doubtful: photos must not be deleted by a wrong date."""
    clockwork, now = Clockwork(database.path), database.clock()
    if not await database.read(clocks.is_sound, clockwork, now, *write_times):
        raise Refused(
            f"No se borró nada: el reloj de esta computadora dice {now.astimezone():%Y-%m-%d}, y "
            "eso no cuadra con lo último que Comanda anotó. Si la fecha está mal, corrígela; si "
            "está bien, prueba otra vez mañana"
        )


def restore(options: argparse.Namespace, config: Config) -> None:
    """`restore FILE [--yes]`: describe the copy and ask, before anything is replaced."""
    target = Path(config.database.path)
    with prepare(options.file, target) as ready:
        print(f"{options.file}, copia entera y revisada:")
        for line in _describe(ready.contents):
            print(f"  {line}")
        if not (options.yes or _confirm(target)):
            raise Refused("No se cambió nada")
        earlier_file = ready.carry_out(utc_now())
    print(f"Restaurada en {target}")
    if earlier_file is not None:
        print(f"Lo que había está en {earlier_file}")
    for line in _consequences(ready.numbers):
        print(line)


def _describe(contents: Contents) -> Iterator[str]:
    first, last = _day(contents.first_order_at), _day(contents.last_order_at)
    yield f"órdenes: {contents.orders}" + (f", del {first} al {last}" if contents.orders else "")
    yield f"pagos: {contents.payments}"
    yield f"último evento: {contents.last_event_id}, {_minute(contents.last_event_at)}"
    yield f"versión de la base: {contents.version}, tamaño: {contents.size / 2**20:.1f} MB"


def _consequences(numbers: Numbers | None) -> Iterator[str]:
    """The consequences of a restore for staff, and what they should do."""
    if numbers is not None and numbers.jumps:
        yield (
            "No se pudo saber hasta qué orden llegó la base de antes. Para que ningún número se "
            f"repita, los folios saltan: la próxima orden es la {numbers.next_order}"
        )
    elif numbers is not None:
        yield f"La próxima orden es la {numbers.next_order}: ningún número de antes se repite"
    yield "Todas las sesiones se cerraron: cada quien entra otra vez con su PIN"
    yield (
        "El personal, los PIN y el menú son los de la copia. Si después diste de baja a alguien o "
        "le cambiaste el PIN, hazlo otra vez en Personal, o con: comanda staff"
    )


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d}" if moment else "-"


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else "-"


def _confirm(target: Path) -> bool:
    question = f"¿Poner esta copia en {target}? Escribe «sí» para seguir: "
    print(question, end="", flush=True)
    answer = sys.stdin.readline().strip().lower()
    return answer in ("sí", "si", "s")


def check_database(_: argparse.Namespace, config: Config) -> None:
    """`check`: check the structure, every proof's hash and every state's event.

    Print a line on standard output for each fault.
    """
    path = Path(config.database.path)
    complaints = check(path)
    if complaints:
        print("\n".join(complaints))
        raise Refused(f"La base de datos {path} no pasa la revisión; fallas: {len(complaints)}")
    print("La base de datos está entera")
