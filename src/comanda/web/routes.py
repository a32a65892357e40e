"""Every route: who may take it, and what it takes and answers. `GET /openapi.json` is this table.

A route without an audience, a summary or an answer can't be written here, and the tests' house
notices any answer that its line does not tell of.
"""

from aiohttp import web

from comanda.domain.staff import Role
from comanda.web.contract import requests, responses
from comanda.web.contract.openapi import Document
from comanda.web.contract.route import Header, Route
from comanda.web.handlers import (
    events,
    menu,
    orders,
    page_errors,
    pages,
    payments,
    reconciliation,
    sessions,
    sign_in,
)
from comanda.web.office_routes import OFFICE_ROUTES
from comanda.web.plumbing.guard import known_by, require
from comanda.web.plumbing.keys import DOCUMENT
from comanda.web.upkeep_routes import UPKEEP_ROUTES

EVERYBODY: frozenset[Role] | None = None
SIGNED_IN = frozenset(Role)
WAITER = frozenset({Role.WAITER, Role.ADMIN})
CASHIER = frozenset({Role.CASHIER, Role.ADMIN})
PAYMENT_SIDE = frozenset({Role.WAITER, Role.CASHIER, Role.ADMIN})

PAGE = {200: ("text/html",), 304: None}
ASSET = {200: ("*/*",), 304: None}
PROOF = {200: ("image/jpeg", "image/png", "image/webp", "application/pdf")}
MADE_OR_KNOWN = {201: responses.Order, 200: responses.Order}
REPEATABLE = (Header("Idempotency-Key", "The same key again changes nothing and answers 200.",
                     "^[!-~]{1,255}$"),)  # fmt: skip
AN_ORDER = 256 * 1024  # bytes: a hundred dishes, each with the longest note, each letter escaped
A_PAGE_ERROR = 8 * 1024
RESUMABLE = (Header("Last-Event-ID", "Go on after this event; it wins over `after`."),)

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
    Route("GET", "/healthz", pages.show_health, EVERYBODY,
          "Whether the database answers and events are passed on",
          {200: responses.Health}, refuses=("storage_unavailable", "feed_down")),
    Route("GET", "/openapi.json", pages.show_document, EVERYBODY, "This document",
          {200: ("application/json",)}),
    Route("POST", "/session", sign_in.sign_in, EVERYBODY, "Sign in", {201: responses.SignedIn},
          body=requests.SignIn, refuses=("bad_credentials", "too_many_attempts")),
    Route("GET", "/session", sessions.show_session, SIGNED_IN, "Who is signed in",
          {200: responses.SignedIn}),
    Route("DELETE", "/session", sessions.sign_out, SIGNED_IN, "Sign out", {204: None}),
    Route("POST", "/errors", page_errors.tell_error, EVERYBODY,
          "A page tells the log of an error that nobody caught", {204: None},
          body=requests.PageError, refuses=("too_many_attempts",), body_bytes=A_PAGE_ERROR),
    Route("GET", "/settings", pages.show_settings, SIGNED_IN,
          "What the pages take from the configuration", {200: responses.Settings}),
    Route("GET", "/menu", menu.show_menu, SIGNED_IN, "The menu", {200: responses.Menu}),
    Route("POST", "/orders", orders.place_order, WAITER, "Place an order", MADE_OR_KNOWN,
          body=requests.NewOrder, headers=REPEATABLE, refuses=("idempotency_key_reused",),
          body_bytes=AN_ORDER),
    Route("GET", "/orders", orders.list_orders, SIGNED_IN, "Orders, newest first",
          {200: responses.Orders}, query=requests.OrderQuery),
    Route("GET", "/orders/{order_id}", orders.show_order, SIGNED_IN,
          "An order with its attempts to pay and its history", {200: responses.OrderDetail}),
    Route("PUT", "/orders/{order_id}/status", orders.advance_order, SIGNED_IN,
          "Take an order one step on or back, or void it", {200: responses.Order},
          body=requests.NewStatus, refuses=("forbidden", "illegal_transition")),
    Route("PUT", "/orders/{order_id}/waiter", orders.take_order, WAITER,
          "Make an order one's own", {200: responses.Order}, refuses=("illegal_transition",)),
    Route("POST", "/orders/{order_id}/proof", payments.submit_payment, WAITER,
          "Send an attempt to pay, with its proof", MADE_OR_KNOWN, form=requests.ProofForm,
          headers=REPEATABLE,
          refuses=("illegal_transition", "unsupported_file", "idempotency_key_reused")),
    Route("GET", "/payments/{payment_id}/proof", payments.show_proof, PAYMENT_SIDE,
          "The photo or PDF of an attempt", PROOF, query=requests.ProofQuery,
          refuses=("proof_expired",)),
    Route("PUT", "/payments/{payment_id}/seen", payments.see_payment, CASHIER,
          "A cashier has opened an attempt", {200: responses.Order}),
    Route("PUT", "/payments/{payment_id}/viewer", payments.view_payment, CASHIER,
          "A cashier has an attempt on show, and no other", {200: responses.Order}),
    Route("DELETE", "/payments/{payment_id}/viewer", payments.leave_payment, CASHIER,
          "A cashier has closed an attempt", {204: None}),
    Route("PUT", "/payments/{payment_id}/reconciliation", reconciliation.reconcile_payment, CASHIER,
          "An approved payment was found in the bank's statement, or was not",
          {200: responses.ReconciledPayment}, body=requests.Found),
    Route("GET", "/reconciliation", reconciliation.show_reconciliation, CASHIER,
          "Approved payments beside the bank's statement", {200: responses.Reconciliation},
          query=requests.Statement),
    Route("GET", "/reconciliation.csv", reconciliation.download_reconciliation, CASHIER,
          "The same for a spreadsheet", {200: ("text/csv",)}, query=requests.Statement),
    Route("PUT", "/payments/{payment_id}/verdict", payments.decide_payment, CASHIER,
          "Approve or reject an attempt", {200: responses.Order}, body=requests.NewVerdict,
          refuses=("payment_already_decided", "own_payment")),
    Route("GET", "/events/{role}", events.follow, SIGNED_IN,
          "The events of a role, as a stream; an admin may follow any",
          {200: ("text/event-stream",)}, query=requests.Cursor, headers=RESUMABLE,
          refuses=("forbidden",)),
    *OFFICE_ROUTES,
    *UPKEEP_ROUTES,
)  # fmt: skip


def add_routes(app: web.Application) -> None:
    app[DOCUMENT] = Document(ROUTES)
    for route in ROUTES:
        guarded = known_by(route)
        if route.audience is not None:
            guarded = require(guarded, route.audience)
        if route.method == "GET":
            app.router.add_get(route.path, guarded, allow_head=not route.is_stream)
        else:
            app.router.add_route(route.method, route.path, guarded)
