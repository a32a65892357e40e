"""The heartbeat of all streams, which also ends the streams of ended sessions."""

import asyncio
import logging
from contextlib import suppress

from aiohttp import web

from comanda.store import sessions
from comanda.web.plumbing.keys import CONFIG, DATABASE, FEED, STREAMS

log = logging.getLogger(__name__)


async def keep_alive(app: web.Application) -> None:
    """Send heartbeats to all streams, endlessly, and check their sessions each time.

    When another program has committed, send a heartbeat at once: it may have ended a session.
    """
    elsewhere, pause = app[FEED].elsewhere, app[CONFIG].events.heartbeat_seconds

    async def standing(sessions_of_streams: set[str]) -> set[str]:
        return await app[DATABASE].read(sessions.standing, sessions_of_streams)

    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(elsewhere.wait(), pause)
        elsewhere.clear()
        try:
            await app[STREAMS].beat(standing)
        except Exception:
            log.exception("The streams' sessions could not be checked; the streams were cut")
