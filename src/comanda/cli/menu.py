"""`menu`: what is sold, as a file that spreadsheets read."""

import argparse
from pathlib import Path

from comanda.cli.command import Refused, read, write
from comanda.config import Config
from comanda.domain.menu import Entry
from comanda.domain.menu_file import MenuUnreadable, decode_menu, read_menu, write_menu
from comanda.store import menu

CONSOLE = "consola"


def import_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu import FILE.csv`: all of it or nothing."""
    entries = _read_menu(options.file)
    done = write(config, menu.put_all, entries, by=CONSOLE)
    print(f"{len(done.added)} nuevos, {len(done.changed)} con cambios, {done.same} iguales")


def _read_menu(path: Path) -> list[Entry]:
    try:
        return read_menu(decode_menu(path.read_bytes()))
    except MenuUnreadable as error:
        raise Refused(f"{path}, {error}") from error


def export_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu export [FILE.csv]`: what `menu import` reads; without a file, to standard output."""
    text = write_menu(read(config, menu.products))
    if options.file is None:
        print(text, end="")
    else:
        options.file.write_text(text, encoding="utf-8")
