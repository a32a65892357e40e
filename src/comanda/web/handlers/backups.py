"""`/backups`: how the nightly copies are doing, and one more at the push of a button."""

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
    """`POST /backups`: the answer comes when the copy has been made and checked.

    Whoever asks while a copy is being made gets that one.
    Whoever was signed out meanwhile is not told of it. The copy stays: it is the house's.
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
