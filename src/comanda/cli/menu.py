"""`menu`: the products as a CSV file for spreadsheets."""

import argparse

from comanda import office
from comanda.cli.command import Refused, on_database
from comanda.config import Config
from comanda.domain.menu_file import MenuUnreadable, decode_menu, read_menu, write_menu
from comanda.domain.staff import CONSOLE
from comanda.store import house, menu


def import_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu import FILE.csv`: import all of the file, or nothing."""
    text = decode_menu(options.file.read_bytes())  # a missing file makes no database
    current_house = on_database(config, lambda database: database.read(house.get, config.house))
    try:
        entries = read_menu(text, current_house.money)
    except MenuUnreadable as error:
        raise Refused(f"{options.file}, {error}") from error
    changes = on_database(
        config, lambda database: database.write(office.import_menu, CONSOLE, entries)
    )
    added, changed = len(changes.added), len(changes.changed)
    print(f"{added} nuevos, {changed} con cambios, {changes.same} iguales")


def export_menu(options: argparse.Namespace, config: Config) -> None:
    """`menu export [FILE.csv]`: write a file for `menu import`; by default to standard output."""
    text = write_menu(
        on_database(config, lambda database: database.read(menu.products)),
        on_database(config, lambda database: database.read(house.get, config.house)).money,
    )
    if options.file is None:
        print(text, end="")
    else:
        options.file.write_text(text, encoding="utf-8")
