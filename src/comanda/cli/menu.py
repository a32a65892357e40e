"""`menu`: the products as a CSV file for spreadsheets."""

import argparse
from pathlib import Path

from comanda import office
from comanda.cli.command import Refused, on_database
from comanda.config import Config
from comanda.domain.menu import Entry
from comanda.domain.menu_file import MenuUnreadable, decode_menu, read_menu, write_menu
from comanda.domain.money import MoneyFormat
from comanda.domain.staff import CONSOLE
from comanda.store import house, menu


def import_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu import FILE.csv`: import all of the file, or nothing."""
    current_house = on_database(config, lambda database: database.read(house.get, config.house))
    entries = _read_menu(options.file, current_house.money)
    changes = on_database(
        config, lambda database: database.write(office.import_menu, CONSOLE, entries)
    )
    added, changed = len(changes.added), len(changes.changed)
    print(f"{added} nuevos, {changed} con cambios, {changes.same} iguales")


def _read_menu(path: Path, style: MoneyFormat) -> list[Entry]:
    try:
        return read_menu(decode_menu(path.read_bytes()), style)
    except MenuUnreadable as error:
        raise Refused(f"{path}, {error}") from error


def export_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu export [FILE.csv]`: write a file for `menu import`; by default to standard output."""
    text = write_menu(on_database(config, lambda database: database.read(menu.products)))
    if options.file is None:
        print(text, end="")
    else:
        options.file.write_text(text, encoding="utf-8")
