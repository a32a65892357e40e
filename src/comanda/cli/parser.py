"""The command line. Exit status: 0 done, 1 refused or failed (stderr says why), 2 usage."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from comanda.cli import menu, service, serving, staff, upkeep
from comanda.cli.command import Refused
from comanda.cli.serving import with_database
from comanda.config import (
    LOG_FORMATS,
    LOG_LEVELS,
    Config,
    ConfigError,
    home_path,
    load_config,
    settle_paths,
)
from comanda.domain.errors import DomainError
from comanda.domain.staff import Role
from comanda.domain.system_errors import told
from comanda.files import default_config
from comanda.store.connection import DatabaseError

HIGHEST_PORT = 65535
Command = Callable[[argparse.Namespace, Config], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options, _config(options))
    except (Refused, DomainError, ConfigError, DatabaseError, OSError) as error:
        print(f"comanda: {told(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="comanda", description="Cobros con comprobante, al momento."
    )
    group = parser.add_subparsers(required=True, metavar="COMMAND")
    _listening(_command(group, "serve", serving.serve_house, "Sirve el restaurante"))
    _listening(
        _command(
            group, "demo", serving.serve_demo, "Sirve un restaurante de prueba, que no se guarda"
        )
    )
    _staff_commands(group.add_parser("staff", help="El personal").add_subparsers(required=True))
    _menu_commands(group.add_parser("menu", help="El menú").add_subparsers(required=True))
    copy = _command(group, "backup", upkeep.make_backup, "Copia la base sin detener nada")
    copy.add_argument("destination", type=_path, metavar="DEST")
    purge = _command(group, "purge", upkeep.purge_photos, "Borra las fotos de pagos viejos")
    purge.add_argument("--dry-run", action="store_true", help="sólo dice qué se borraría")
    back = _command(group, "restore", upkeep.restore, "Pone una copia en el lugar de la base")
    back.add_argument("file", type=_path, metavar="FILE")
    back.add_argument("--yes", action="store_true", help="no pregunta")
    unit = _command(group, "service", service.print_service, "Escribe una unidad de systemd")
    unit.add_argument("--user", metavar="NAME", help="el usuario con el que corre")
    _command(group, "check", upkeep.check_database, "Revisa que la base de datos esté entera")
    return parser


def _staff_commands(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    add = _command(group, "add", staff.add_staff, "Da de alta a alguien")
    add.add_argument("username", metavar="USERNAME")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--name", help="nombre con el que se le conoce")
    add.add_argument("--pin-stdin", action="store_true", help="lee el PIN de la entrada estándar")
    change = _command(group, "pin", staff.change_pin, "Cambia el PIN de alguien")
    change.add_argument("username", metavar="USERNAME")
    change.add_argument(
        "--pin-stdin", action="store_true", help="lee el PIN de la entrada estándar"
    )
    _command(group, "list", staff.list_staff, "Lista al personal")
    disable = _command(group, "disable", staff.disable_staff, "Da de baja a alguien")
    disable.add_argument("username", metavar="USERNAME")


def _menu_commands(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    load = _command(group, "import", menu.import_menu, "Lee un CSV: name,category,price")
    load.add_argument("file", type=_path, metavar="FILE.csv")
    dump = _command(group, "export", menu.export_menu, "Escribe el menú como CSV")
    dump.add_argument("file", type=_path, nargs="?", metavar="FILE.csv")


def _command(
    group: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Command,
    text: str,
) -> argparse.ArgumentParser:
    parser = group.add_parser(name, help=text, description=text)
    parser.add_argument("--config", type=_path, metavar="FILE", help="archivo de configuración")
    parser.add_argument(
        "--database", type=_path, metavar="FILE", help="archivo de la base de datos"
    )
    parser.set_defaults(run=run)
    return parser


def _listening(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="dirección en la que escucha")
    parser.add_argument("--port", type=_port, help="puerto en el que escucha")
    parser.add_argument("--log-level", choices=LOG_LEVELS)
    parser.add_argument("--log-format", choices=LOG_FORMATS)


def _path(text: str) -> Path:
    """A path with `~` resolved: a shell leaves the `~` in `--database=~/c.db` as it is."""
    try:
        return Path(home_path(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"va de 0 a {HIGHEST_PORT}")
    return int(text)


def _config(options: argparse.Namespace) -> Config:
    """The configuration, with the changes from the command line."""
    config = load_config(options.config or default_config())
    if options.database is not None:
        config = with_database(config, options.database)
    return settle_paths(config)
