"""`staff`: the members of staff and their PINs."""

import argparse
import getpass
import sys
import warnings

from argon2 import PasswordHasher

from comanda import access, office
from comanda.cli.command import Refused, on_database
from comanda.config import Config
from comanda.domain.names import LONGEST_NAME
from comanda.domain.staff import (
    LONGEST_PIN,
    SHORTEST_PIN,
    Role,
    Staff,
    is_weak,
    pin_complaint,
    username_complaint,
)
from comanda.store import staff


def add_staff(options: argparse.Namespace, config: Config) -> None:
    """`staff add USERNAME --role ROLE [--name NAME] [--pin-stdin]`."""
    if complaint := username_complaint(options.username):
        raise Refused(f"Este usuario no se puede usar. {complaint}")
    name = (options.name or options.username.capitalize()).strip()
    if not name.isprintable() or not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(f"El nombre lleva de 1 a {LONGEST_NAME} caracteres")
    pin = _ask_pin(from_stdin=options.pin_stdin)
    _check_pin(pin, Role(options.role))
    member = Staff(options.username, name, Role(options.role), pin_is_weak=is_weak(pin))
    pin_hash = PasswordHasher().hash(pin)
    on_database(config, lambda database: database.write(office.hire, member, pin_hash))
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
    """Raise Refused for a PIN that a member with this role must not have."""
    if complaint := pin_complaint(pin, role):
        raise Refused(complaint)


def _type_pin(prompt: str) -> str:
    """Ask for a PIN without showing it. Raises Refused if the terminal can't hide the PIN."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except (EOFError, getpass.GetPassWarning) as error:
        raise Refused("Aquí no se puede teclear un PIN sin que se vea; usa --pin-stdin") from error


def list_staff(_: argparse.Namespace, config: Config) -> None:
    """`staff list`: print a line for each member."""
    for member in on_database(config, lambda database: database.read(staff.everyone)):
        state = "activo" if member.active else "de baja"
        weak = "  (PIN débil)" if member.active and member.needs_better_pin else ""
        print(f"{member.username:20} {member.role:8} {state:8} {member.name}{weak}")


def change_pin(options: argparse.Namespace, config: Config) -> None:
    """`staff pin USERNAME [--pin-stdin]`: change a member's PIN and end their sessions."""
    pin = _ask_pin(from_stdin=options.pin_stdin)
    member = _find_active(config, options.username)
    _check_pin(pin, member.role)
    pin_hash, weak = PasswordHasher().hash(pin), is_weak(pin)
    on_database(
        config,
        lambda database: database.write(access.change_pin, member.username, pin_hash, is_weak=weak),
    )
    print(f"PIN nuevo: {member.username}")


def disable_staff(options: argparse.Namespace, config: Config) -> None:
    """`staff disable USERNAME`: disable a member and end their sessions."""
    member = _find_active(config, options.username)
    on_database(
        config,
        lambda database: database.write(office.set_active, member.username, active=False),
    )
    print(f"Baja: {member.username}")


def _find_active(config: Config, username: str) -> Staff:
    """The active member. Raises Refused if there is no such member, or they are disabled."""
    member_and_hash = on_database(config, lambda database: database.read(staff.find, username))
    if member_and_hash is None or not member_and_hash[0].active:
        raise Refused(f"No hay nadie activo con el usuario {username}")
    return member_and_hash[0]
