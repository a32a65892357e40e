"""Orders over HTTP."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from comanda import workflow
from comanda.domain.errors import Forbidden
from comanda.domain.orders import Place
from comanda.domain.staff import Role
from comanda.domain.wire import Wire
from comanda.store import events, orders
from comanda.store.database import Snapshot
from comanda.store.orders import OrderFilter
from comanda.web.contract.path_names import KEY, ORDER_ID, POSITION
from comanda.web.contract.requests import (
    NewOrder,
    NewPlace,
    NewQuantity,
    NewStatus,
    OrderQuery,
)
from comanda.web.plumbing.json_replies import reply_outcome
from comanda.web.plumbing.keys import DATABASE, LISTS, STAFF
from comanda.web.plumbing.long_answers import reply_with
from comanda.web.plumbing.request_data import idempotency_key, json_body, query
from comanda.workflow import OrderLine


async def place_order(request: web.Request) -> web.Response:
    """`POST /orders`: answer 201, or 200 if an earlier request with this key placed the order."""
    body = await json_body(request, NewOrder)
    where, lines = _place(body), tuple(OrderLine(**line) for line in body["items"])
    key = idempotency_key(request, "place_order", where.table_number or where.customer, lines)
    actor = request[STAFF]
    outcome = await request.app[DATABASE].write(workflow.place_order, actor, where, lines, key)
    return reply_outcome(outcome, actor.role, creates=True)


async def call_off(request: web.Request) -> web.Response:
    """`DELETE /requests/{key}`: answer 204, or 200 with its order if the request came before."""
    key, actor = request[KEY], request[STAFF]
    outcome = await request.app[DATABASE].write(workflow.call_off, actor, key)
    return web.Response(status=204) if outcome is None else reply_outcome(outcome, actor.role)


def _place(body: Mapping[str, Any]) -> Place:
    """Return the place that a checked body names."""
    return Place(body["table_number"], body["customer"])


async def list_orders(request: web.Request) -> web.Response:
    """`GET /orders`: a snapshot of orders, and the event after which a stream goes on.

    The server makes one list at a time. Several lists in parallel are no faster, and they would
    occupy every database reader that short requests need. Raises Forbidden for the kitchen, which
    hears nothing of payments, where the list is that of late warnings.
    """
    order_query = query(request, OrderQuery)
    if order_query["late"] is not None and request[STAFF].role is Role.KITCHEN:
        raise Forbidden
    order_filter = OrderFilter(
        order_query["status"],
        order_query["since"],
        order_query["before"],
        order_query["limit"],
        with_late_warnings=order_query["late"] is not None,
    )
    async with request.app[LISTS]:
        return await reply_with(request, _list, order_filter, request[STAFF].role)


async def show_order(request: web.Request) -> web.Response:
    """`GET /orders/{order_id}`: the order with its payment attempts and its history."""
    role = request[STAFF].role
    return await reply_with(request, _detail, request[ORDER_ID], role)


async def advance_order(request: web.Request) -> web.Response:
    """`PUT /orders/{order_id}/status`."""
    body = await json_body(request, NewStatus)
    actor = request[STAFF]
    outcome = await request.app[DATABASE].write(
        workflow.advance_order, actor, request[ORDER_ID], body["status"], body["reason"] or None
    )
    return reply_outcome(outcome, actor.role)


async def move_order(request: web.Request) -> web.Response:
    """`PUT /orders/{order_id}/place`: give the order another table or customer."""
    body = await json_body(request, NewPlace)
    order_id, actor = request[ORDER_ID], request[STAFF]
    outcome = await request.app[DATABASE].write(workflow.move_order, actor, order_id, _place(body))
    return reply_outcome(outcome, actor.role)


async def take_off_item(request: web.Request) -> web.Response:
    """`PUT /orders/{order_id}/items/{position}`: leave fewer dishes of a line."""
    body = await json_body(request, NewQuantity)
    actor = request[STAFF]
    outcome = await request.app[DATABASE].write(
        workflow.take_off_item,
        actor,
        request[ORDER_ID],
        request[POSITION],
        body["quantity"],
        body["reason"],
    )
    return reply_outcome(outcome, actor.role)


async def take_order(request: web.Request) -> web.Response:
    """`PUT /orders/{order_id}/waiter`: make the caller the order's waiter."""
    order_id, actor = request[ORDER_ID], request[STAFF]
    outcome = await request.app[DATABASE].write(workflow.take_order, actor, order_id)
    return reply_outcome(outcome, actor.role)


def _list(view: Snapshot, order_filter: OrderFilter, role: Role) -> Wire:
    return {
        "orders": (order.wire(role) for order in orders.find_all(view, order_filter)),
        "last_event_id": str(events.head(view)),
    }


def _detail(view: Snapshot, order_id: int, role: Role) -> Wire:
    order = orders.require(view, order_id)
    return {**order.wire(role), "history": events.history(view, order, role)}
