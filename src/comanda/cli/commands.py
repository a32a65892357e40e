"""What the command line does besides serving: staff, menu, backup, check."""

import argparse
import asyncio
import getpass
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from argon2 import PasswordHasher

from comanda import workflow
from comanda.chores import cutoff, purge, purgeable
from comanda.config import Config
from comanda.domain.errors import LastAdmin
from comanda.domain.menu import Entry
from comanda.domain.menu_file import MenuUnreadable, decode_menu, read_menu, write_menu
from comanda.domain.staff import (
    LONGEST_NAME,
    LONGEST_PIN,
    SHORTEST_PIN,
    USERNAME,
    Role,
    Staff,
    is_weak,
    pin_complaint,
)
from comanda.store import clocks, menu, staff
from comanda.store.backup import backup, check
from comanda.store.clocks import Clockwork
from comanda.store.database import Database, Snapshot, Transaction, open_database
from comanda.store.retention import Purged
from comanda.store.stopping import Stop

P = ParamSpec("P")
T = TypeVar("T")

CONSOLE = "consola"


class Refused(Exception):
    """The command can't be carried out; the message says why, for people."""


def add_staff(options: argparse.Namespace, config: Config) -> None:
    """`staff add USERNAME --role ROLE [--name NAME] [--pin-stdin]`."""
    if not USERNAME.fullmatch(options.username):
        raise Refused("El usuario lleva de 1 a 40 letras minúsculas, cifras, punto o guion")
    name = (options.name or options.username.capitalize()).strip()
    if not name.isprintable() or not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(f"El nombre lleva de 1 a {LONGEST_NAME} caracteres")
    pin = _ask_pin(from_stdin=options.pin_stdin)
    _check_pin(pin, Role(options.role))
    member = Staff(options.username, name, Role(options.role), pin_is_weak=is_weak(pin))
    pin_hash = PasswordHasher().hash(pin)
    if not _write(config, staff.add, member, pin_hash):
        raise Refused(f"Ya hay alguien con el usuario {member.username}")
    print(f"Alta: {member.username} ({member.role})")


def _ask_pin(*, from_stdin: bool) -> str:
    if from_stdin:
        pin = sys.stdin.readline().rstrip("\r\n")
    else:
        pin = _type_pin("PIN: ")
        if _type_pin("PIN otra vez: ") != pin:
            raise Refused("Los dos PIN no coinciden")
    if not pin.isprintable() or not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        raise Refused(f"El PIN lleva de {SHORTEST_PIN} a {LONGEST_PIN} caracteres")
    return pin


def _check_pin(pin: str, role: Role) -> None:
    """Raises Refused for one that a member of this role should not have."""
    if complaint := pin_complaint(pin, role):
        raise Refused(complaint)


def _type_pin(prompt: str) -> str:
    """What is typed unseen; where a terminal would show it, nothing is asked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except (EOFError, getpass.GetPassWarning) as error:
        raise Refused("Aquí no se puede teclear un PIN sin que se vea; usa --pin-stdin") from error


def list_staff(_: argparse.Namespace, config: Config) -> None:
    """`staff list`: a line each."""
    for member in _read(config, staff.everyone):
        state = "activo" if member.active else "de baja"
        weak = "  (PIN débil)" if member.active and member.needs_better_pin else ""
        print(f"{member.username:20} {member.role:8} {state:8} {member.name}{weak}")


def change_pin(options: argparse.Namespace, config: Config) -> None:
    """`staff pin USERNAME [--pin-stdin]`: their sessions end."""
    pin = _ask_pin(from_stdin=options.pin_stdin)
    nobody = Refused(f"No hay nadie activo con el usuario {options.username}")
    found = _read(config, staff.find, options.username)
    if found is None:
        raise nobody
    _check_pin(pin, found[0].role)
    pin_hash, weak = PasswordHasher().hash(pin), is_weak(pin)
    if _write(config, workflow.change_pin, options.username, pin_hash, is_weak=weak) is None:
        raise nobody
    print(f"PIN nuevo: {options.username}")


def disable_staff(options: argparse.Namespace, config: Config) -> None:
    """`staff disable USERNAME`: their sessions end too."""
    try:
        found = _write(config, _let_go, options.username)
    except LastAdmin as error:
        raise Refused(error.detail) from error
    if not found:
        raise Refused(f"No hay nadie activo con el usuario {options.username}")
    print(f"Baja: {options.username}")


def _let_go(tx: Transaction, username: str) -> bool:
    """Whether there was somebody to disable. Raises LastAdmin where nobody could let others in."""
    with staff.keeping_an_admin(tx):
        return staff.disable(tx, username)


def import_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu import FILE.csv`: all of it or nothing."""
    entries = _read_menu(options.file)
    done = _write(config, menu.put_all, entries, by=CONSOLE)
    print(f"{len(done.added)} nuevos, {len(done.changed)} con cambios, {done.same} iguales")


def _read_menu(path: Path) -> list[Entry]:
    try:
        return read_menu(decode_menu(path.read_bytes()))
    except MenuUnreadable as error:
        raise Refused(f"{path}, {error}") from error


def export_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu export [FILE.csv]`: what `menu import` reads; without a file, to standard output."""
    text = write_menu(_read(config, menu.products))
    if options.file is None:
        print(text, end="")
    else:
        options.file.write_text(text, encoding="utf-8")


def make_backup(options: argparse.Namespace, config: Config) -> None:
    """`backup DEST`: while the server runs, too."""
    with _ending_at_signals() as stop:
        size = backup(Path(config.database.path), options.destination, stop)
    print(f"Copia completa y revisada: {options.destination} ({size / 2**20:.1f} MB)")


@contextmanager
def _ending_at_signals() -> Iterator[Stop]:
    """SIGINT and SIGTERM end the work, which then clears away what it has begun."""
    stop = Stop()
    before = {
        number: signal.signal(number, lambda *_: stop.now())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def purge_photos(options: argparse.Namespace, config: Config) -> None:
    """`purge [--dry-run]`: what the server does every night, now."""
    if not config.proofs.keep_days:
        raise Refused("La configuración guarda las fotos para siempre: proofs.keep_days = 0")

    async def run() -> tuple[datetime, Purged]:
        written = _last_written(Path(config.database.path))
        async with _open(config) as database:
            if not options.dry_run:
                await _require_sound_clock(database, written)
            before = cutoff(database.clock(), config.proofs.keep_days)
            work = purgeable if options.dry_run else purge
            return before, await work(database, before)

    before, gone = asyncio.run(run())
    done = "Se borrarían" if options.dry_run else "Borradas:"
    print(
        f"{done} {gone.photos} fotos ({gone.bytes / 2**20:.1f} MB) "
        f"de pagos anteriores al {before.astimezone():%Y-%m-%d %H:%M}"
    )


def _last_written(path: Path) -> list[datetime]:
    """When somebody last wrote to the database, by its file."""
    try:
        return [datetime.fromtimestamp(path.stat().st_mtime, UTC)]
    except OSError:
        return []


async def _require_sound_clock(database: Database, written: list[datetime]) -> None:
    """Raises Refused where it is doubtful what is old."""
    clockwork, now = Clockwork(database.path), database.clock()
    if not await database.read(clocks.is_sound, clockwork, now, *written):
        raise Refused(
            f"No se borró nada: el reloj de esta computadora dice {now.astimezone():%Y-%m-%d}, y "
            "eso no cuadra con lo último que Comanda anotó. Si la fecha está mal, corrígela; si "
            "está bien, prueba otra vez mañana"
        )


def check_database(_: argparse.Namespace, config: Config) -> None:
    """`check`: silent promises, read back: structure, every proof's hash, every state's event.

    Every fault is a line on standard output.
    """
    path = Path(config.database.path)
    complaints = check(path)
    if complaints:
        print("\n".join(complaints))
        raise Refused(f"La base de datos {path} no pasa la revisión; fallas: {len(complaints)}")
    print("La base de datos está entera")


def _write(
    config: Config,
    work: Callable[Concatenate[Transaction, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    async def run() -> T:
        async with _open(config) as database:
            return await database.write(work, *args, **kwargs)

    return asyncio.run(run())


def _read(
    config: Config, work: Callable[Concatenate[Snapshot, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    async def run() -> T:
        async with _open(config) as database:
            return await database.read(work, *args, **kwargs)

    return asyncio.run(run())


def _open(config: Config) -> AbstractAsyncContextManager[Database]:
    settings = config.database
    return open_database(Path(settings.path), readers=1, busy_timeout=settings.busy_timeout_seconds)
