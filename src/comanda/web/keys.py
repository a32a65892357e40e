"""What the application and a request carry, by typed key."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from comanda.config import Config
from comanda.domain.staff import Staff
from comanda.feed import Feed
from comanda.nightly import Backups
from comanda.store.database import Database
from comanda.web.assets import Assets
from comanda.web.bodies import Room
from comanda.web.gate import SetupGate
from comanda.web.measures import Metrics
from comanda.web.openapi import Document
from comanda.web.pins import PinHasher
from comanda.web.route import Route
from comanda.web.stream import Streams
from comanda.web.throttle import Throttle
from comanda.web.thumbnails import Thumbnails

if TYPE_CHECKING:
    from comanda.web.doors import Doors
    from comanda.web.hosts import Hosts

ASSETS = web.AppKey("ASSETS", Assets)
BODIES = web.AppKey("BODIES", Room)
STRANGERS_BODIES = web.AppKey("STRANGERS_BODIES", Room)
BACKUPS = web.AppKey("BACKUPS", Backups)
CONFIG = web.AppKey("CONFIG", Config)
DATABASE = web.AppKey("DATABASE", Database)
# The names of the background tasks that are down.
DOWN: web.AppKey[Callable[[], Sequence[str]]] = web.AppKey("DOWN")
DOCUMENT = web.AppKey("DOCUMENT", Document)
DOORS: "web.AppKey[Doors]" = web.AppKey("DOORS")
FEED = web.AppKey("FEED", Feed)
HOSTS: "web.AppKey[Hosts]" = web.AppKey("HOSTS")
STREAMS = web.AppKey("STREAMS", Streams)
THUMBNAILS = web.AppKey("THUMBNAILS", Thumbnails)
METRICS = web.AppKey("METRICS", Metrics)
SETUP = web.AppKey("SETUP", SetupGate)
PINS = web.AppKey("PINS", PinHasher)
PAGE_ERRORS = web.AppKey("PAGE_ERRORS", Throttle)
STAFF_ERRORS = web.AppKey("STAFF_ERRORS", Throttle)
LOOKS = web.AppKey("LOOKS", Throttle)
UPLOADS = web.AppKey("UPLOADS", asyncio.Semaphore)
LARGE_UPLOADS = web.AppKey("LARGE_UPLOADS", asyncio.Lock)
LISTS = web.AppKey("LISTS", asyncio.Lock)

STAFF = web.RequestKey("STAFF", Staff)
SESSION = web.RequestKey("SESSION", str)
ROUTE = web.RequestKey("ROUTE", Route)
