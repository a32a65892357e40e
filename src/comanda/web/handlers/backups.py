"""`/backups`: the state of the nightly copies, and a button to make another copy."""

from aiohttp import web

from comanda.domain.errors import BackupFailed
from comanda.domain.wire import Wire, time
from comanda.store.backups import BackupStatus
from comanda.store.connection import DatabaseError
from comanda.store.copies import Copy
from comanda.web.plumbing.guard import require_still
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import BACKUPS, DATABASE, SESSION, STAFF


async def show_backups(request: web.Request) -> web.Response:
    """`GET /backups`."""
    return reply(_status(await request.app[BACKUPS].look()))


async def make_backup(request: web.Request) -> web.Response:
    """`POST /backups`: answer when the copy is made and checked.

    A request during a backup gets the copy of that backup. If the caller was signed out during the
    backup, they are refused. The copy stays: it belongs to the house.
    """
    try:
        copy = await request.app[BACKUPS].make()
    except DatabaseError as error:
        raise BackupFailed(str(error)) from error
    await request.app[DATABASE].read(require_still, member=request[STAFF], session=request[SESSION])
    return reply(_copy(copy), status=201)


def _status(status: BackupStatus) -> Wire:
    return {
        "enabled": status.enabled,
        "folder": str(status.folder),
        "last_success_at": time(status.last.made_at) if status.last else None,
        "last_success_size": status.last.size if status.last else None,
        "alarm": status.trouble is not None,
        "trouble": status.trouble,
        "same_disk": status.same_disk,
        "copies": [_copy(copy) for copy in status.copies],
    }


def _copy(copy: Copy) -> Wire:
    return {"name": copy.name, "made_at": time(copy.made_at), "size": copy.size}
