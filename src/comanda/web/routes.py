"""Every route: who may take it, and what it takes and answers. `GET /openapi.json` is this table.

A route without an audience, a summary or an answer can't be written here, and the tests' house
notices any answer that its line does not tell of.
"""

from aiohttp import web

from comanda.domain.staff import Role
from comanda.web.contract import admin_responses, requests, responses
from comanda.web.contract.openapi import Document
from comanda.web.contract.route import Header, Route
from comanda.web.handlers import (
    backups,
    connect,
    days,
    document,
    events,
    guesses,
    health,
    house,
    menu,
    metrics,
    orders,
    page_errors,
    pages,
    payments,
    reconciliation,
    sessions,
    settings,
    setup,
    sign_in,
    staff,
)
from comanda.web.plumbing.guard import guarded
from comanda.web.plumbing.keys import DOCUMENT

EVERYBODY: frozenset[Role] | None = None
SIGNED_IN = frozenset(Role)
WAITER = frozenset({Role.WAITER, Role.ADMIN})
KITCHEN = frozenset({Role.KITCHEN, Role.ADMIN})
CASHIER = frozenset({Role.CASHIER, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})
PAYMENT_SIDE = frozenset({Role.WAITER, Role.CASHIER, Role.ADMIN})

PAGE = {200: ("text/html",), 304: None}
ASSET = {200: ("*/*",), 304: None}
PROOF = {200: ("image/jpeg", "image/png", "image/webp", "application/pdf")}
CHANGED = {200: responses.OrderAfterChange}
MADE_OR_KNOWN = {201: responses.OrderAfterChange, **CHANGED}
REPEATABLE = (Header("Idempotency-Key", "The same key again changes nothing and answers 200.",
                     "^[!-~]{1,255}$"),)  # fmt: skip
AN_ORDER = 256 * 1024  # bytes: a hundred dishes, each with the longest note, each letter escaped
A_MENUS_ORDER = 256 * 1024
A_MENU = 2 * 1024 * 1024  # the longest text that is taken, and how JSON escapes it
A_PAGE_ERROR = 8 * 1024
RESUMABLE = (Header("Last-Event-ID", "Go on after this event; it wins over `after`."),)

PROOF_NOTES = (
    "`file` is a JPEG, a PNG, a WebP or a PDF, judged by its content; its name counts for "
    "nothing. What is wrong beside a picture (EXIF, XMP, a colour profile, stray bytes, a JPEG "
    "without its end mark) costs nothing and is not kept; what is converted stands on white. A "
    "PDF that needs a password is refused; what any other tells (metadata, attached files) and "
    "would run (scripts, links, programs) is overwritten with blanks, so that its pages show the "
    "same. What is encrypted in packed objects, or can't be followed, stays; the file is served "
    "behind `Content-Security-Policy: sandbox`. An optional field that is empty or blank counts "
    "as left out."
)
STREAM_NOTES = (
    "Server-Sent Events, in the order of the log; the `id` of an event is its place in the log. A "
    "stream resumes after `Last-Event-ID`, or after `?after=ID` on the first connection; with "
    "neither it starts now."
)

ROUTES: tuple[Route, ...] = (
    Route("GET", "/", pages.show_entry, EVERYBODY, "The page to sign in", PAGE),
    Route("GET", "/mesero", pages.page("mesero.html"), EVERYBODY, "The waiters' page", PAGE),
    Route("GET", "/cocina", pages.page("cocina.html"), EVERYBODY, "The kitchen's page", PAGE),
    Route("GET", "/caja", pages.page("caja.html"), EVERYBODY, "The cashiers' page", PAGE),
    Route("GET", "/admin", pages.page("admin.html"), EVERYBODY, "The administrators' page", PAGE),
    Route("GET", "/ayuda", pages.page("ayuda/index.html"), EVERYBODY, "How to work with it", PAGE),
    Route("GET", "/ayuda/mesero", pages.page("ayuda/mesero.html"), EVERYBODY,
          "The same for waiters", PAGE),
    Route("GET", "/ayuda/cocina", pages.page("ayuda/cocina.html"), EVERYBODY,
          "The same for the kitchen", PAGE),
    Route("GET", "/ayuda/caja", pages.page("ayuda/caja.html"), EVERYBODY,
          "The same for cashiers", PAGE),
    Route("GET", "/ayuda/admin", pages.page("ayuda/admin.html"), EVERYBODY,
          "The same for administrators", PAGE),
    Route("GET", "/ayuda/operacion", pages.page("ayuda/operacion.html"), EVERYBODY,
          "How to install and look after it", PAGE),
    Route("GET", "/docs", pages.page("docs.html"), EVERYBODY, "This document for people", PAGE),
    Route("GET", "/sw.js", pages.page("sw.js"), EVERYBODY, "The pages' service worker", ASSET),
    Route("GET", "/manifest.webmanifest", pages.page("manifest.webmanifest"), EVERYBODY,
          "What installs the pages", ASSET),
    Route("GET", "/static/{path:.+}", pages.show_asset, EVERYBODY, "A file of the pages", ASSET),
    Route("GET", "/healthz", health.show_health, EVERYBODY,
          "Whether the database answers and events are passed on",
          {200: responses.Health}, refuses=("storage_unavailable", "feed_down"),
          notes="`down` names other parts that failed and start again."),
    Route("GET", "/openapi.json", document.show_document, EVERYBODY, "This document",
          {200: ("application/json",)}),
    Route("POST", "/session", sign_in.sign_in, EVERYBODY, "Sign in", {201: responses.SignedIn},
          body=requests.SignIn, refuses=("bad_credentials", "too_many_attempts"),
          notes="The answer sets the cookie `comanda_session`."),
    Route("GET", "/session", sessions.show_session, SIGNED_IN, "Who is signed in",
          {200: responses.SignedIn}),
    Route("DELETE", "/session", sessions.sign_out, SIGNED_IN, "Sign out", {204: None}),
    Route("POST", "/errors", page_errors.tell_error, EVERYBODY,
          "A page tells the log of an error that nobody caught", {204: None},
          body=requests.PageError, refuses=("too_many_attempts",), body_bytes=A_PAGE_ERROR,
          notes="Ten in ten minutes from one address or member; 60 from all guests, and 60 from "
                "all staff."),
    Route("GET", "/settings", settings.show_settings, SIGNED_IN,
          "What the pages take from the configuration", {200: responses.Settings}),
    Route("GET", "/menu", menu.show_menu, SIGNED_IN, "The menu", {200: responses.Menu},
          notes="In the order of display."),
    Route("POST", "/orders", orders.place_order, WAITER, "Place an order", MADE_OR_KNOWN,
          body=requests.NewOrder, headers=REPEATABLE, refuses=("idempotency_key_reused",),
          body_bytes=AN_ORDER),
    Route("GET", "/orders", orders.list_orders, SIGNED_IN, "Orders, newest first",
          {200: responses.Orders}, query=requests.OrderQuery,
          notes="`since` is about `updated_at`; `before` is an id; `status` can be repeated, "
                "and is every open state by default."),
    Route("GET", "/orders/{order_id}", orders.show_order, SIGNED_IN,
          "An order with its attempts to pay and its history", {200: responses.OrderDetail}),
    Route("PUT", "/orders/{order_id}/status", orders.advance_order, SIGNED_IN,
          "Take an order one step on or back, or void it", CHANGED,
          body=requests.NewStatus, refuses=("forbidden", "illegal_transition"),
          notes="The kitchen: `en_preparacion`, `listo`, and back. A waiter: `entregado`, and "
                "back within a minute; `anulado` while `pendiente`. A cashier: `anulado` up to "
                "`entregado`."),
    Route("PUT", "/orders/{order_id}/waiter", orders.take_order, WAITER,
          "Make an order one's own", CHANGED, refuses=("illegal_transition",),
          notes="The order is the caller's from now on; 409 for an order that is paid or void."),
    Route("POST", "/orders/{order_id}/proof", payments.submit_payment, WAITER,
          "Send an attempt to pay, with its proof", MADE_OR_KNOWN, form=requests.ProofForm,
          headers=REPEATABLE,
          refuses=("illegal_transition", "unsupported_file", "idempotency_key_reused"),
          notes=PROOF_NOTES),
    Route("GET", "/payments/{payment_id}/proof", payments.show_proof, PAYMENT_SIDE,
          "The photo or PDF of an attempt", PROOF, query=requests.ProofQuery,
          refuses=("proof_expired",),
          notes="With `size=thumb` a small WebP of the photo."),
    Route("PUT", "/payments/{payment_id}/seen", payments.see_payment, CASHIER,
          "A cashier has opened an attempt", CHANGED,
          notes="The waiter is told, once a payment."),
    Route("PUT", "/payments/{payment_id}/viewer", payments.view_payment, CASHIER,
          "A cashier has an attempt on show, and no other", CHANGED,
          notes="`payment.viewers` tells the other cashiers for three minutes: a cashier who "
                "goes on says it again meanwhile."),
    Route("DELETE", "/payments/{payment_id}/viewer", payments.leave_payment, CASHIER,
          "A cashier has closed an attempt", {204: None}),
    Route("PUT", "/payments/{payment_id}/reconciliation", reconciliation.reconcile_payment, CASHIER,
          "An approved payment was found in the bank's statement, or was not",
          {200: responses.PaymentAfterChange}, body=requests.NewReconciliation),
    Route("GET", "/reconciliation", reconciliation.show_reconciliation, CASHIER,
          "Approved payments beside the bank's statement", {200: responses.Reconciliation},
          query=requests.Statement,
          notes="`from` and `to` are days, whole, or times; today by default."),
    Route("GET", "/reconciliation.csv", reconciliation.download_reconciliation, CASHIER,
          "The same for a spreadsheet", {200: ("text/csv",)}, query=requests.Statement),
    Route("PUT", "/payments/{payment_id}/verdict", payments.decide_payment, CASHIER,
          "Approve or reject an attempt", CHANGED, body=requests.NewVerdict,
          refuses=("payment_already_decided", "own_payment")),
    Route("GET", "/events/{role}", events.follow, SIGNED_IN,
          "The events of a role, as a stream; an admin may follow any",
          {200: ("text/event-stream",)}, query=requests.Cursor, headers=RESUMABLE,
          refuses=("forbidden",),
          notes=STREAM_NOTES),
    Route("PUT", "/house", house.describe_house, ADMIN, "Name the house, its money and time zone",
          {200: admin_responses.House}, body=requests.NewHouse,
          notes="A `day_ends` that is left out stays as it was."),
    Route("GET", "/menu.csv", menu.export_menu, ADMIN, "The menu as CSV", {200: ("text/csv",)}),
    Route("PUT", "/menu/order", menu.arrange_menu, ADMIN, "Arrange the menu",
          {200: responses.Menu}, body=requests.MenuOrder, body_bytes=A_MENUS_ORDER),
    Route("POST", "/menu/preview", menu.preview_import, ADMIN, "What an import would change",
          {200: admin_responses.Changes}, body=requests.MenuText, body_bytes=A_MENU,
          notes="It changes nothing."),
    Route("POST", "/menu/import", menu.import_menu, ADMIN, "Add and change products by name",
          {200: admin_responses.Changes}, body=requests.MenuText, body_bytes=A_MENU),
    Route("POST", "/products", menu.add_product, ADMIN, "Add a product",
          {201: responses.Product}, body=requests.NewProduct, refuses=("product_exists",)),
    Route("PUT", "/products/{product_id}", menu.change_product, ADMIN, "Change a product",
          {200: responses.Product}, body=requests.NewProduct, refuses=("product_exists",)),
    Route("DELETE", "/products/{product_id}", menu.remove_product, ADMIN,
          "Take a product off the menu", {204: None},
          notes="Orders that have the product keep it."),
    Route("PUT", "/products/{product_id}/available", menu.set_available, KITCHEN,
          "Sold out, or to be had again", {200: responses.Product}, body=requests.Availability),
    Route("GET", "/days/{date}.csv", days.export_day, ADMIN, "A day at a glance, as CSV",
          {200: ("text/csv",)}),
    Route("GET", "/days/{date}", days.show_day, ADMIN,
          "A day at a glance, from midnight to midnight where the restaurant is",
          {200: admin_responses.Day},
          notes="From `day_ends` of the date to `day_ends` of the next one, by the clock of the "
                "restaurant."),
    Route("GET", "/staff", staff.list_staff, ADMIN, "Everybody who works or worked here",
          {200: admin_responses.Members}),
    Route("POST", "/staff", staff.hire, ADMIN, "Add somebody", {201: admin_responses.Member},
          body=requests.NewStaff, refuses=("username_taken",)),
    Route("PUT", "/staff/{username}/name", staff.rename, ADMIN, "Rename somebody",
          {200: admin_responses.Member}, body=requests.NewName),
    Route("PUT", "/staff/{username}/pin", staff.change_pin, ADMIN,
          "Another PIN; their sessions and streams end", {200: admin_responses.Member},
          body=requests.NewPin),
    Route("PUT", "/staff/{username}/role", staff.change_role, ADMIN,
          "Another role; their sessions and streams end", {200: admin_responses.Member},
          body=requests.NewRole, refuses=("last_admin",)),
    Route("PUT", "/staff/{username}/active", staff.set_active, ADMIN,
          "Disable somebody, or take them back", {200: admin_responses.Member},
          body=requests.Activity, refuses=("last_admin",)),
    Route("GET", "/sessions", staff.list_sessions, ADMIN, "Who is signed in, and on what",
          {200: admin_responses.Sessions}),
    Route("DELETE", "/sessions/{session_id}", staff.end_session, ADMIN, "Sign a device out",
          {204: None}),
    Route("GET", "/guesses", guesses.show_guesses, ADMIN,
          "Who was tried with wrong PINs, and from where", {200: admin_responses.GuessList},
          notes="A place is told of once there are ten wrong PINs in a day that no right PIN "
                "followed."),
    Route("DELETE", "/guesses", guesses.dismiss_guesses, ADMIN,
          "They have been read; what counts against who guesses stays", {204: None}),
    Route("GET", "/connect", connect.show_address, ADMIN, "The address that phones join by",
          {200: admin_responses.Address}),
    Route("GET", "/connect.svg", connect.show_code, ADMIN, "The same as a QR code",
          {200: ("image/svg+xml",)}, refuses=("not_found",)),
    Route("GET", "/instalar", setup.show_page, EVERYBODY,
          "The page of the first start; gone afterwards", PAGE, refuses=("not_found",)),
    Route("POST", "/setup", setup.set_up, EVERYBODY,
          "Found the house, with the token that the server printed", {201: responses.SignedIn},
          body=requests.NewRestaurant, refuses=("not_found", "bad_setup_token", "username_taken"),
          body_bytes=A_MENU,
          notes="Gone, as 404, once the house is founded."),
    Route("GET", "/backups", backups.show_backups, ADMIN, "The nightly backups, newest first",
          {200: admin_responses.Backups},
          notes="`same_disk`: the copies lie on the disk of the database; null where nobody "
                "knows."),
    Route("POST", "/backups", backups.make_backup, ADMIN, "Make a backup now",
          {201: admin_responses.Backup}, refuses=("backup_failed",),
          notes="The answer comes when the copy is made and checked. Who asks while a copy is "
                "being made gets that copy."),
    Route("GET", "/metrics", metrics.show_metrics, EVERYBODY,
          "Figures for Prometheus, with its token",
          {200: ("text/plain",)}, refuses=("not_found", "forbidden"),
          notes="It wants `Authorization: Bearer TOKEN`; 404 where no token is configured."),
)  # fmt: skip


def add_routes(app: web.Application) -> None:
    app[DOCUMENT] = Document(ROUTES)
    for route in ROUTES:
        handler = guarded(route)
        if route.method == "GET":
            app.router.add_get(route.path, handler, allow_head=not route.is_stream)
        else:
            app.router.add_route(route.method, route.path, handler)
