"""`GET /start/{role}`: all that a role's page begins with, in one answer and of one moment."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from aiohttp import web

from comanda.config import Config
from comanda.domain.deposits import NEAR
from comanda.domain.errors import Forbidden
from comanda.domain.house import House
from comanda.domain.orders import OPEN_STATUSES, Order, OrderStatus
from comanda.domain.staff import Role, Staff
from comanda.domain.wire import Wire
from comanda.store import deposits, events, house, orders
from comanda.store.database import Snapshot
from comanda.store.deposits import DepositFilter
from comanda.store.orders import OrderFilter
from comanda.web.contract.path_names import STREAM_ROLE
from comanda.web.handlers.deposits import phone_wire
from comanda.web.handlers.menu import menu_wire
from comanda.web.handlers.sessions import signed_in
from comanda.web.handlers.settings import settings_wire
from comanda.web.plumbing.keys import ASSETS, CONFIG, LISTS, STAFF
from comanda.web.plumbing.long_answers import reply_with

ON_THE_STOVE = timedelta(hours=6)  # what was voided before that is on no stove any more
_DEPOSITS_SHOWN = timedelta(days=2)  # a statement's line without a time begins its day
_MOST_DEPOSITS = 1_000
_COOKED = (OrderStatus.PENDING, OrderStatus.PREPARING, OrderStatus.READY)
_WITH_MENU = (Role.WAITER, Role.KITCHEN)


async def show_start(request: web.Request) -> web.Response:
    """Answer the session, the settings, the orders that the page shows, and its stream's cursor.

    An administrator may open any role's page. Raises Forbidden for another role's page.
    """
    role, member = request[STREAM_ROLE], request[STAFF]
    if member.role not in (role, Role.ADMIN):
        raise Forbidden
    config, version = request.app[CONFIG], request.app[ASSETS].version
    async with request.app[LISTS]:
        return await reply_with(request, _start, role, member, config, version)


def _start(view: Snapshot, role: Role, member: Staff, config: Config, version: str) -> Wire:
    current_house = house.get(view, config.house)
    return {
        "session": signed_in(member),
        "settings": settings_wire(config, current_house, version),
        **({"menu": menu_wire(view)} if role in _WITH_MENU else {}),
        **(_till(view, config) if role is Role.CASHIER else {}),
        "orders": (order.wire(member.role) for order in _orders(view, role, current_house)),
        "last_event_id": str(events.head(view)),
    }


def _till(view: Snapshot, config: Config) -> Wire:
    """Return the deposits that a payment may still be tied to, and the bank's phone."""
    wanted = DepositFilter(
        view.now - _DEPOSITS_SHOWN, view.now + NEAR, tied=False, limit=_MOST_DEPOSITS
    )
    found = deposits.find_all(view, wanted)
    return {
        "deposits": [deposit.wire() for deposit in found],
        "bank_phone": phone_wire(view, config),
    }


def _orders(view: Snapshot, role: Role, current_house: House) -> Iterator[Order]:
    for order_filter in _filters(role, view.now, current_house):
        yield from orders.find_all(view, order_filter)


def _filters(role: Role, now: datetime, current_house: House) -> tuple[OrderFilter, ...]:
    """Return the lists of a role's page, which the page refreshes with `GET /orders`."""
    if role is Role.WAITER:
        return (OrderFilter(OPEN_STATUSES),)
    if role is Role.KITCHEN:
        voided = OrderFilter((OrderStatus.VOIDED,), since=now - ON_THE_STOVE)
        return (OrderFilter(_COOKED), voided)
    if role is Role.CASHIER:
        today = current_house.start_of(current_house.day_of(now))
        late = OrderFilter((), with_late_warnings=True)
        return (OrderFilter(OPEN_STATUSES), OrderFilter((OrderStatus.PAID,), since=today), late)
    return (OrderFilter(OPEN_STATUSES, limit=1),)
