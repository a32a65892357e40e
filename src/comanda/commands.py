"""What the command line does besides serving: staff, menu, backup, check."""

import argparse
import asyncio
import csv
import getpass
import io
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from argon2 import PasswordHasher

from comanda.config import Config
from comanda.domain.staff import Role, Staff
from comanda.store import menu, staff
from comanda.store.backup import backup, check
from comanda.store.database import Database, Snapshot, Transaction, open_database

if TYPE_CHECKING:
    import _csv

P = ParamSpec("P")
T = TypeVar("T")

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
PRICE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?", re.ASCII)
MENU_COLUMNS = ["name", "category", "price"]
SHORTEST_PIN, LONGEST_PIN, LONGEST_NAME = 4, 128, 80


class Refused(Exception):
    """The command can't be carried out; the message says why, for people."""


def add_staff(options: argparse.Namespace, config: Config) -> None:
    """`staff add USERNAME --role ROLE [--name NAME] [--pin-stdin]`."""
    if not USERNAME.fullmatch(options.username):
        raise Refused("El usuario lleva de 1 a 40 letras minúsculas, cifras, punto o guion")
    name = (options.name or options.username.capitalize()).strip()
    if not name.isprintable() or not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(f"El nombre lleva de 1 a {LONGEST_NAME} caracteres")
    member = Staff(options.username, name, Role(options.role))
    pin_hash = PasswordHasher().hash(_ask_pin(from_stdin=options.pin_stdin))
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
        print(f"{member.username:20} {member.role:8} {state:8} {member.name}")


def disable_staff(options: argparse.Namespace, config: Config) -> None:
    """`staff disable USERNAME`: their sessions end too."""
    if not _write(config, staff.disable, options.username):
        raise Refused(f"No hay nadie activo con el usuario {options.username}")
    print(f"Baja: {options.username}")


def import_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu import FILE.csv`: all of it or nothing."""
    entries = list(_read_menu(options.file))
    added, changed = _write(config, menu.put_all, entries)
    print(f"{added} nuevos, {changed} con cambios, {len(entries) - added - changed} iguales")


def _read_menu(path: Path) -> Iterator[tuple[str, str, int]]:
    """(name, category, price in minor units) of each line; a comma or a semicolon separates."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{path} no está en UTF-8; guárdalo como «CSV UTF-8»") from error
    separator = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        yield from _menu_rows(rows, path)
    except csv.Error as error:
        raise Refused(f"{path}, línea {rows.line_num}: {error}") from error


def _menu_rows(rows: "_csv.Reader", path: Path) -> Iterator[tuple[str, str, int]]:
    header = [cell.strip().lower() for cell in next(rows, [])]
    if header != MENU_COLUMNS:
        raise Refused(f"{path}: la primera línea debe ser {','.join(MENU_COLUMNS)}")
    seen: set[str] = set()
    for row in rows:
        if not row:
            continue
        entry = _menu_entry([cell.strip() for cell in row], f"{path}, línea {rows.line_num}")
        if entry[0] in seen:
            raise Refused(f"{path}, línea {rows.line_num}: «{entry[0]}» está repetido")
        seen.add(entry[0])
        yield entry


def _menu_entry(cells: list[str], place: str) -> tuple[str, str, int]:
    if len(cells) != len(MENU_COLUMNS):
        raise Refused(f"{place}: hay {len(cells)} columnas y deben ser {len(MENU_COLUMNS)}")
    for cell in cells[:2]:
        if not 1 <= len(cell) <= LONGEST_NAME or not cell.isprintable():
            raise Refused(f"{place}: nombre y categoría llevan de 1 a {LONGEST_NAME} letras")
    if not PRICE.fullmatch(cells[2]):
        raise Refused(f"{place}: «{cells[2]}» no es un precio como 85 u 85.50")
    return cells[0], cells[1], int(Decimal(cells[2]) * 100)


def export_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu export [FILE.csv]`: what `menu import` reads; without a file, to standard output."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(MENU_COLUMNS)
    for product in _read(config, menu.products):
        writer.writerow([product.name, product.category, f"{Decimal(product.price) / 100:.2f}"])
    if options.file is None:
        print(text.getvalue(), end="")
    else:
        options.file.write_text(text.getvalue(), encoding="utf-8")


def make_backup(options: argparse.Namespace, config: Config) -> None:
    """`backup DEST`: while the server runs, too."""
    size = backup(Path(config.database.path), options.destination)
    print(f"Copia completa y revisada: {options.destination} ({size / 2**20:.1f} MB)")


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
