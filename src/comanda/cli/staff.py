"""`staff`: who works here, and with which PIN."""

import argparse
import getpass
import sys
import warnings

from argon2 import PasswordHasher

from comanda import access
from comanda.cli.command import Refused, read, write
from comanda.config import Config
from comanda.domain.errors import LastAdmin
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
from comanda.store import staff
from comanda.store.database import Transaction


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
    if not write(config, staff.add, member, pin_hash):
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
    for member in read(config, staff.everyone):
        state = "activo" if member.active else "de baja"
        weak = "  (PIN débil)" if member.active and member.needs_better_pin else ""
        print(f"{member.username:20} {member.role:8} {state:8} {member.name}{weak}")


def change_pin(options: argparse.Namespace, config: Config) -> None:
    """`staff pin USERNAME [--pin-stdin]`: their sessions end."""
    pin = _ask_pin(from_stdin=options.pin_stdin)
    nobody = Refused(f"No hay nadie activo con el usuario {options.username}")
    found = read(config, staff.find, options.username)
    if found is None:
        raise nobody
    _check_pin(pin, found[0].role)
    pin_hash, weak = PasswordHasher().hash(pin), is_weak(pin)
    if write(config, access.change_pin, options.username, pin_hash, is_weak=weak) is None:
        raise nobody
    print(f"PIN nuevo: {options.username}")


def disable_staff(options: argparse.Namespace, config: Config) -> None:
    """`staff disable USERNAME`: their sessions end too."""
    try:
        found = write(config, _let_go, options.username)
    except LastAdmin as error:
        raise Refused(error.detail) from error
    if not found:
        raise Refused(f"No hay nadie activo con el usuario {options.username}")
    print(f"Baja: {options.username}")


def _let_go(tx: Transaction, username: str) -> bool:
    """Whether there was somebody to disable. Raises LastAdmin where nobody could let others in."""
    with staff.keeping_an_admin(tx):
        return staff.disable(tx, username)
