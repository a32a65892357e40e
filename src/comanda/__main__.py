"""The command line. Exit status: 0 done, 1 refused or failed (said on stderr), 2 usage."""

import argparse
import asyncio
import errno
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import segno
from argon2 import PasswordHasher

from comanda import demo, logs
from comanda.app import build_app, serve
from comanda.cli import commands, service, upkeep
from comanda.cli.commands import Refused
from comanda.config import (
    LOG_FORMATS,
    LOG_LEVELS,
    Config,
    ConfigError,
    Server,
    home_path,
    load_config,
    settled,
)
from comanda.domain.staff import Role
from comanda.domain.system_errors import told
from comanda.files import default_config
from comanda.lan import reachable_host, url
from comanda.store.connection import DatabaseError
from comanda.store.database import open_database, utc_now

HIGHEST_PORT = 65535
Command = Callable[[argparse.Namespace, Config], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options, _config(options))
    except (Refused, ConfigError, DatabaseError, OSError) as error:
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
    _listening(_command(group, "serve", _serve, "Sirve el restaurante"))
    _listening(_command(group, "demo", _demo, "Sirve un restaurante de prueba, que no se guarda"))
    _staff_commands(group.add_parser("staff", help="El personal").add_subparsers(required=True))
    _menu_commands(group.add_parser("menu", help="El menú").add_subparsers(required=True))
    copy = _command(group, "backup", commands.make_backup, "Copia la base sin detener nada")
    copy.add_argument("destination", type=_path, metavar="DEST")
    purge = _command(group, "purge", commands.purge_photos, "Borra las fotos de pagos viejos")
    purge.add_argument("--dry-run", action="store_true", help="sólo dice qué se borraría")
    back = _command(group, "restore", upkeep.restore, "Pone una copia en el lugar de la base")
    back.add_argument("file", type=_path, metavar="FILE")
    back.add_argument("--yes", action="store_true", help="no pregunta")
    unit = _command(group, "service", service.print_service, "Escribe una unidad de systemd")
    unit.add_argument("--user", metavar="NAME", help="el usuario con el que corre")
    _command(group, "check", commands.check_database, "Revisa que la base de datos esté entera")
    return parser


def _staff_commands(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    add = _command(group, "add", commands.add_staff, "Da de alta a alguien")
    add.add_argument("username", metavar="USERNAME")
    add.add_argument("--role", required=True, choices=[role.value for role in Role])
    add.add_argument("--name", help="nombre con el que se le conoce")
    add.add_argument("--pin-stdin", action="store_true", help="lee el PIN de la entrada estándar")
    change = _command(group, "pin", commands.change_pin, "Cambia el PIN de alguien")
    change.add_argument("username", metavar="USERNAME")
    change.add_argument(
        "--pin-stdin", action="store_true", help="lee el PIN de la entrada estándar"
    )
    _command(group, "list", commands.list_staff, "Lista al personal")
    disable = _command(group, "disable", commands.disable_staff, "Da de baja a alguien")
    disable.add_argument("username", metavar="USERNAME")


def _menu_commands(group: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    load = _command(group, "import", commands.import_menu, "Lee un CSV: name,category,price")
    load.add_argument("file", type=_path, metavar="FILE.csv")
    dump = _command(group, "export", commands.export_menu, "Escribe el menú como CSV")
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
    """A file; `~` is a home here, too: a shell leaves the one in `--database=~/c.db` as it is."""
    try:
        return Path(home_path(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"va de 0 a {HIGHEST_PORT}")
    return int(text)


def _config(options: argparse.Namespace) -> Config:
    """The configuration, with what the command line changes of it."""
    config = load_config(options.config or default_config())
    if options.database is not None:
        config = _with_database(config, options.database)
    return settled(config)


def _with_database(config: Config, path: Path) -> Config:
    return replace(config, database=replace(config.database, path=str(path)))


def _serve(options: argparse.Namespace, config: Config) -> None:
    def announce(url: str) -> None:
        print(f"Comanda en {url}", flush=True)

    _listen(options, config, config.server.host, announce)


def _demo(options: argparse.Namespace, config: Config) -> None:
    with _new_database(options.database) as path:
        config = settled(_with_database(config, path))
        asyncio.run(_fill(path))
        _listen(options, config, "127.0.0.1", _announce_demo)


@contextmanager
def _new_database(wanted: Path | None) -> Iterator[Path]:
    """A file for the demo, that is gone afterwards unless it was asked for by name."""
    if wanted is not None and wanted.exists():
        raise Refused(f"Ya existe {wanted}; la demostración sólo usa archivos nuevos")
    with tempfile.TemporaryDirectory(prefix="comanda-demo-") as folder:
        yield wanted or Path(folder) / "demo.db"


async def _fill(path: Path) -> None:
    now = moment = utc_now()
    async with open_database(path, clock=lambda: moment) as database:
        await database.write(demo.open_house, PasswordHasher().hash)
        for minutes, step in demo.steps():
            moment = now - timedelta(minutes=minutes)
            await database.write(step)


def _announce_demo(url: str) -> None:
    print(f"Comanda, restaurante de prueba, en {url}\n")
    print(f"  {'usuario':10} {'PIN':6} rol")
    for member, pin in demo.PINS.items():
        print(f"  {member.username:10} {pin:6} {member.role}")
    print("\nCtrl+C lo cierra.", flush=True)


def _listen(
    options: argparse.Namespace, config: Config, host: str, announce: Callable[[str], None]
) -> None:
    level = options.log_level or config.server.log_level
    logs.start(level, options.log_format or config.server.log_format)
    port = config.server.port if options.port is None else options.port

    host = options.host or host
    tls = _tls(config.server)
    scheme = "http" if tls is None else "https"

    config = replace(config, server=replace(config.server, host=host, port=port))

    def ready(host: str, port: int, token: str | None) -> None:
        announce(url(scheme, host, port))
        if token is not None:
            _invite(config.server, scheme, port, token)

    try:
        asyncio.run(serve(build_app(config), host, port, ready, tls))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "esa dirección ya está ocupada" if taken else error.strerror
        raise Refused(f"No se puede servir en {url(scheme, host, port)}: {reason}") from error


def _tls(server: Server) -> ssl.SSLContext | None:
    if not server.tls_cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(server.tls_cert, server.tls_key)
    except OSError as error:  # ssl.SSLError is one
        raise Refused(f"No sirven {server.tls_cert} y {server.tls_key}: {error}") from error
    return context


def _invite(server: Server, scheme: str, port: int, token: str) -> None:
    """The address of the first start; its token is a fragment, which no browser sends on."""
    everywhere = server.host in ("0.0.0.0", "::")  # nosec B104  # noqa: S104 - listens on nothing
    host = (reachable_host() or "127.0.0.1") if everywhere else server.host
    address = f"{server.public_url or url(scheme, host, port)}/instalar#{token}"
    print("\nPrimer arranque. Abre esta dirección; sirve una vez y durante una hora:")
    print(f"\n  {address}\n", flush=True)
    if sys.stdout.isatty():
        segno.make(address, micro=False).terminal(compact=True)


if __name__ == "__main__":
    sys.exit(main())
