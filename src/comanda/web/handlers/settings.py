"""`GET /settings`."""

import dataclasses

from aiohttp import web

from comanda.config import Config, reading_state
from comanda.domain.evidence import WARNINGS
from comanda.domain.house import House
from comanda.domain.limits import LIMITS
from comanda.domain.wire import Wire
from comanda.store import house
from comanda.web.plumbing.json_replies import reply
from comanda.web.plumbing.keys import ASSETS, CONFIG, DATABASE


async def show_settings(request: web.Request) -> web.Response:
    """`GET /settings`: the settings that the pages need, from the configuration and the house."""
    config = request.app[CONFIG]
    current_house = await request.app[DATABASE].read(house.get, config.house)
    return reply(settings_wire(config, current_house, request.app[ASSETS].version))


def settings_wire(config: Config, current_house: House, version: str) -> Wire:
    """Return the settings; `version` is the one of the pages' files."""
    return {
        "version": version,
        "methods": [
            {**dataclasses.asdict(method), "cash": method.is_cash}
            for method in config.payments.methods
        ],
        "max_bytes": config.proofs.max_bytes,
        "keep_days": config.proofs.keep_days,
        "unseen_alarm_seconds": config.payments.unseen_alarm_seconds,
        **current_house.wire(),
        "amber_minutes": config.pages.amber_minutes,
        "red_minutes": config.pages.red_minutes,
        "idle_minutes": config.sessions.idle_minutes,
        "ready_alarm_seconds": config.pages.ready_alarm_seconds,
        "heartbeat_seconds": config.events.heartbeat_seconds,
        "warnings": {kind: dataclasses.asdict(words) for kind, words in WARNINGS.items()},
        "limits": dataclasses.asdict(LIMITS),
        "reading": reading_state(config.proofs),
        "checks": [
            dataclasses.asdict(check) for check in config.payments.checks_in(current_house.country)
        ],
        "deposits": {
            "silent_minutes": config.deposits.silent_minutes,
            "overdue_seconds": config.deposits.overdue_seconds,
        },
    }
