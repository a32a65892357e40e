"""The typed keys of the application's and the requests' values.

`connections`, `hosts` and `setup_token` define the keys of their own classes.
"""

import asyncio
from collections.abc import Callable, Sequence

from aiohttp import web

from comanda.config import Config
from comanda.domain.staff import Staff
from comanda.examining import Examinations
from comanda.feed import Feed
from comanda.store.backups import Backups
from comanda.store.database import Database
from comanda.web.contract.route import Route
from comanda.web.plumbing.assets import Assets
from comanda.web.plumbing.body_memory import Room
from comanda.web.plumbing.pins import PinHasher
from comanda.web.plumbing.prometheus import Metrics
from comanda.web.plumbing.stream import Streams
from comanda.web.plumbing.throttle import Throttle

ASSETS = web.AppKey("ASSETS", Assets)
BODIES = web.AppKey("BODIES", Room)
STRANGERS_BODIES = web.AppKey("STRANGERS_BODIES", Room)
BACKUPS = web.AppKey("BACKUPS", Backups)
CONFIG = web.AppKey("CONFIG", Config)
DATABASE = web.AppKey("DATABASE", Database)
# The names of the background tasks that are down.
DOWN: web.AppKey[Callable[[], Sequence[str]]] = web.AppKey("DOWN")
FEED = web.AppKey("FEED", Feed)
STREAMS = web.AppKey("STREAMS", Streams)
EXAMINATIONS = web.AppKey("EXAMINATIONS", Examinations)
METRICS = web.AppKey("METRICS", Metrics)
PINS = web.AppKey("PINS", PinHasher)
PAGE_ERRORS = web.AppKey("PAGE_ERRORS", Throttle)
STAFF_ERRORS = web.AppKey("STAFF_ERRORS", Throttle)
SIGNATURES = web.AppKey("SIGNATURES", Throttle)
# The names of the own rules for notices whose patterns ran out of time, each told once.
SLOW_RULES = web.AppKey("SLOW_RULES", list[str])
LOOKS = web.AppKey("LOOKS", Throttle)
UPLOADS = web.AppKey("UPLOADS", asyncio.Semaphore)
LARGE_UPLOADS = web.AppKey("LARGE_UPLOADS", asyncio.Lock)
LISTS = web.AppKey("LISTS", asyncio.Lock)
STATEMENTS = web.AppKey("STATEMENTS", asyncio.Lock)

STAFF = web.RequestKey("STAFF", Staff)
SESSION = web.RequestKey("SESSION", str)
ROUTE = web.RequestKey("ROUTE", Route)
