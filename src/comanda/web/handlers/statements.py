"""Banks' statements over HTTP: a look at a file, and its import as deposits."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from aiohttp import web

from comanda import till
from comanda.domain.deposits import NewDeposit
from comanda.domain.errors import ValidationFailed
from comanda.domain.staff import Staff
from comanda.domain.wire import Wire
from comanda.statements.layouts import Layout, check_choice
from comanda.statements.preview import preview
from comanda.statements.reading import Choice, Reading, read_statement
from comanda.store import events, house, statement_lines, statement_profiles
from comanda.store.database import Database, Snapshot
from comanda.web.contract.requests import StatementChoice, check
from comanda.web.plumbing.json_replies import reply, reply_change
from comanda.web.plumbing.keys import CONFIG, DATABASE, STAFF, STATEMENTS
from comanda.web.plumbing.uploads import Upload, finish_in_thread, uploaded

T = TypeVar("T")
MOST_BYTES = 16 * 1024 * 1024
FEWEST_LINES, MOST_LINES = 50, 300  # of one write
_SHORT, _LONG = 0.015, 0.03  # seconds of a write; others wait for its end
TIES_AT_ONCE = 10
_BREATH = 0.001  # seconds in which others write between two parts of a statement


async def preview_statement(request: web.Request) -> web.Response:
    """`POST /deposits/statement/preview`: what a file says; nothing is stored."""
    reading, profiles = await _read(request)
    keys = [deposit.key for deposit in reading.arriving.deposits]
    known = await request.app[DATABASE].read_long(statement_lines.known, keys)
    return reply({**preview(reading, len(known)), "profiles": list(profiles)})


async def import_statement(request: web.Request) -> web.Response:
    """`POST /deposits/statement`: store what came in; the same file again changes nothing.

    All of the file is read before anything is stored. Its lines are stored in parts, so that others
    can write in between; an import that was cut off goes on when it is repeated.
    """
    reading, _ = await _read(request)
    if reading.lacks is not None:
        raise ValidationFailed({"mapping": [reading.lacks]})
    if not reading.movements.lines:
        raise ValidationFailed({"file": [_nothing(reading)]})
    database, actor = request.app[DATABASE], request[STAFF]
    imported = await _store(database, actor, reading.arriving.deposits)
    if reading.bank is not None and reading.layout is not None:
        await database.write(till.keep_profile, reading.bank, reading.layout.kept())
    answer = {
        **imported,
        "skipped": reading.arriving.skipped,
        "unreadable": reading.movements.unreadable,
    }
    return reply_change(answer, await database.read(events.head))


def _nothing(reading: Reading) -> str:
    if reading.movements.complaints:
        line, why = reading.movements.complaints[0]
        return f"No se entendió ningún movimiento. Línea {line}: {why}"
    return "El archivo no tiene movimientos"


async def _read(request: web.Request) -> tuple[Reading, Mapping[str, Layout]]:
    """Return what the form's file says, and the profiles. Raises the errors of `read_statement`."""
    database, config = request.app[DATABASE], request.app[CONFIG]
    async with uploaded(request, MOST_BYTES, request.app[STATEMENTS]) as upload:
        choice = _choice(upload)
        if upload.file is None:
            raise ValidationFailed({"file": ["Falta el archivo"]})
        profiles, current_house = await database.read(
            lambda view: (_profiles(view), house.get(view, config.house))
        )
        reading = await finish_in_thread(
            read_statement, upload.file, choice, profiles, current_house, database.clock()
        )
    return reading, profiles


def _choice(upload: Upload) -> Choice:
    fields = check(StatementChoice, upload.fields)
    if fields["mapping"] is None:
        return Choice(fields["bank"])
    try:
        mapping = json.loads(fields["mapping"])
    except (ValueError, RecursionError) as error:
        raise ValidationFailed({"mapping": ["No es JSON"]}) from error
    return Choice(fields["bank"], check_choice(mapping))


def _profiles(view: Snapshot) -> dict[str, Layout]:
    profiles = statement_profiles.get_all(view)
    return {name: Layout().picked(data) for name, data in profiles.items()}


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _next_size(size: int, took: float) -> int:
    """Return how many lines to store next: many at a time cost less, but hold others up."""
    if took < _SHORT:
        return min(2 * size, MOST_LINES)
    return max(size // 2, FEWEST_LINES) if took > _LONG else size


async def _store(database: Database, actor: Staff, lines: Sequence[NewDeposit]) -> Wire:
    """Store the lines, then tie their deposits; return the counts."""
    known = await database.read_long(statement_lines.known, [line.key for line in lines])
    ids = set(known.values())
    counts = {"added": 0, "merged": 0, "known": len(known), "tied": 0}
    new_lines = [line for line in lines if line.key not in known]
    start, size = 0, 2 * FEWEST_LINES
    while part := new_lines[start : start + size]:
        begun = time.monotonic()
        received = await database.write(till.receive_lines, actor, part, ids)
        start, size = start + len(part), _next_size(size, time.monotonic() - begun)
        counts["added"] += len(received.added)
        counts["merged"] += len(received.merged)
        counts["known"] += len(received.known)
        ids |= {*received.added, *received.merged, *received.known}
        await asyncio.sleep(_BREATH)
    payable = await database.read_long(statement_lines.payable, ids)
    for some_ids in _parts(payable, TIES_AT_ONCE):
        tied = await database.write(till.tie_lines, actor, some_ids)
        counts["tied"] += len(tied.deposit_ids)
        await asyncio.sleep(_BREATH)
    return counts
