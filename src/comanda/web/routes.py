"""Every route, and who may take it. A route without an audience can't be written here."""

from aiohttp import web
from aiohttp.typedefs import Handler

from comanda.domain.staff import Role
from comanda.web import events, menu, orders, pages, payments, sessions
from comanda.web.guard import require

EVERYBODY: frozenset[Role] | None = None
SIGNED_IN = frozenset(Role)
WAITER = frozenset({Role.WAITER, Role.ADMIN})
FLOOR = frozenset({Role.WAITER, Role.KITCHEN, Role.ADMIN})
CASHIER = frozenset({Role.CASHIER, Role.ADMIN})
PAYMENT_SIDE = frozenset({Role.WAITER, Role.CASHIER, Role.ADMIN})

ROUTES: tuple[tuple[str, str, Handler, frozenset[Role] | None], ...] = (
    ("GET", "/", pages.page("index.html"), EVERYBODY),
    ("GET", "/mesero", pages.page("mesero.html"), EVERYBODY),
    ("GET", "/cocina", pages.page("cocina.html"), EVERYBODY),
    ("GET", "/caja", pages.page("caja.html"), EVERYBODY),
    ("GET", "/admin", pages.page("admin.html"), EVERYBODY),
    ("GET", "/sw.js", pages.page("sw.js"), EVERYBODY),
    ("GET", "/manifest.webmanifest", pages.page("manifest.webmanifest"), EVERYBODY),
    ("GET", "/static/{path:.+}", pages.show_asset, EVERYBODY),
    ("GET", "/healthz", pages.show_health, EVERYBODY),
    ("POST", "/session", sessions.sign_in, EVERYBODY),
    ("GET", "/session", sessions.show_session, SIGNED_IN),
    ("DELETE", "/session", sessions.sign_out, SIGNED_IN),
    ("GET", "/settings", pages.show_settings, SIGNED_IN),
    ("GET", "/menu", menu.show_menu, SIGNED_IN),
    ("POST", "/orders", orders.place_order, WAITER),
    ("GET", "/orders", orders.list_orders, SIGNED_IN),
    ("GET", "/orders/{order_id}", orders.show_order, SIGNED_IN),
    ("PUT", "/orders/{order_id}/status", orders.advance_order, FLOOR),
    ("POST", "/orders/{order_id}/proof", payments.submit_payment, WAITER),
    ("GET", "/payments/{payment_id}/proof", payments.show_proof, PAYMENT_SIDE),
    ("PUT", "/payments/{payment_id}/verdict", payments.decide_payment, CASHIER),
    ("GET", "/events/{role}", events.follow, SIGNED_IN),
)


def add_routes(app: web.Application) -> None:
    for method, path, handler, audience in ROUTES:
        guarded = handler if audience is None else require(handler, audience)
        app.router.add_route(method, path, guarded)
