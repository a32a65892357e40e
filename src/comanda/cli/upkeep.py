"""What the command line does for whoever looks after the computer: restore."""

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from comanda.cli.commands import Refused
from comanda.config import Config
from comanda.store.database import utc_now
from comanda.store.numbers import Numbers
from comanda.store.restore import Contents, prepare


def restore(options: argparse.Namespace, config: Config) -> None:
    """`restore FILE [--yes]`: tells what is in it, and asks, before it replaces anything."""
    target = Path(config.database.path)
    with prepare(options.file, target) as ready:
        print(f"{options.file}, copia entera y revisada:")
        for line in _told(ready.contents):
            print(f"  {line}")
        if not (options.yes or _agreed(target)):
            raise Refused("No se cambió nada")
        kept = ready.carry_out(utc_now())
    print(f"Restaurada en {target}")
    if kept is not None:
        print(f"Lo que había está en {kept}")
    for line in _consequences(ready.numbers):
        print(line)


def _told(contents: Contents) -> Iterator[str]:
    first, last = _day(contents.first_order_at), _day(contents.last_order_at)
    yield f"órdenes: {contents.orders}" + (f", del {first} al {last}" if contents.orders else "")
    yield f"pagos: {contents.payments}"
    yield f"último evento: {contents.last_event_id}, {_minute(contents.last_event_at)}"
    yield f"versión de la base: {contents.version}, tamaño: {contents.size / 2**20:.1f} MB"


def _consequences(numbers: Numbers | None) -> Iterator[str]:
    """What staff will notice after a restore, and what they should do about it."""
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


def _agreed(target: Path) -> bool:
    question = f"¿Poner esta copia en {target}? Escribe «sí» para seguir: "
    print(question, end="", flush=True)
    answer = sys.stdin.readline().strip().lower()
    return answer in ("sí", "si", "s")
