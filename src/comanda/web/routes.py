"""The table of all routes: who may use a route, and its requests and answers.

`GET /openapi.json` is made from this table. A route must have an audience, a summary and an answer.
The tests' house reports any answer that the route does not declare.
"""

from aiohttp import web

from comanda.domain.staff import Role
from comanda.web.contract import admin_responses, requests, responses, statement_responses
from comanda.web.contract.route import SEEN_CORRECTIONS, Header, Route
from comanda.web.handlers import (
    accounts,
    backups,
    bank,
    connect,
    days,
    deposits,
    document,
    events,
    guesses,
    health,
    house,
    menu,
    metrics,
    notices,
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
    start,
    statements,
)
from comanda.web.plumbing.guard import guarded

EVERYBODY: frozenset[Role] | None = None
EVERY_ROLE = frozenset(Role)
WAITER = frozenset({Role.WAITER, Role.ADMIN})
KITCHEN = frozenset({Role.KITCHEN, Role.ADMIN})
CASHIER = frozenset({Role.CASHIER, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})
PAYMENT_SIDE = frozenset({Role.WAITER, Role.CASHIER, Role.ADMIN})

PAGE = {200: ("text/html",), 304: None}
ASSET = {200: ("*/*",), 304: None}
PROOF = {200: ("image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf")}
CHANGED_ORDER = {200: responses.OrderAfterChange}
NEW_OR_REPEATED_ORDER = {201: responses.OrderAfterChange, **CHANGED_ORDER}
REPEAT_HEADERS = (Header("Idempotency-Key", "The same key again changes nothing and answers 200.",
                         "^[!-~]{1,255}$"),)  # fmt: skip
ORDER_BYTES = 256 * 1024  # a hundred dishes, each with the longest note, each letter escaped
TRIAL_BYTES = 32 * 1024  # the longest notice on trial, each letter escaped
MENU_ORDER_BYTES = 256 * 1024
MENU_BYTES = 2 * 1024 * 1024  # room for the longest menu text, escaped as JSON
PAGE_ERROR_BYTES = 8 * 1024
NOTICE_BYTES = 16 * 1024
NOTICE_HEADERS = (
    Header("X-Signature", "The HMAC-SHA-256 of the body by the house's secret, in hex."),
    Header("Authorization", "`Bearer SECRET`, for an app that can't sign."),
)
RESUME_HEADERS = (
    Header("Last-Event-ID", "Go on after this event. This header wins over `after`."),
)

BILL_NOTES = (
    "The payment pays the order in the path and those in `also`, the oldest first. `amount` is "
    "what it pays of them, and all that is due if it is left out; more than that answers 422. With "
    "`items`, dishes as `ORDER_ID:POSITION:QUANTITY`, it pays these dishes. `tip` is besides the "
    "amount. `tendered` is the cash that the guest gave. `replaces` is the rejected payment in "
    "whose place this payment comes; its default is the latest of the first order. "
)
PROOF_NOTES = (
    "`file` is a JPEG, a PNG, a WebP or a PDF. The server reads the type from the content and "
    "ignores the file's name. A picture is accepted with faults outside its pixels (EXIF, XMP, a "
    "colour profile, stray bytes); these parts are not stored. A JPEG must have its end mark. A "
    "converted picture gets a white background. A PDF that needs a password is refused. In any "
    "other PDF, metadata, attached files, scripts, links and programs are overwritten with blanks; "
    "the pages look the same. Content that is encrypted in packed objects, or that can't be "
    "followed, stays. The file is served with `Content-Security-Policy: sandbox`. An empty or "
    "blank optional field counts as left out."
)
STATEMENT_NOTES = (
    "`file` is a CSV or TSV, OFX 1 or 2, or MT940, of at most 16 MB and 200,000 lines. Encoding, "
    "separator, header, columns and formats of a CSV are found out, or taken from the profile of "
    "`bank` or of the bank whose header it has. `mapping` is JSON and picks any of them: "
    "`{separator, encoding, header_row, columns, date_order, decimal_mark}`. Only money that came "
    "in counts. "
)
STREAM_NOTES = (
    "Server-Sent Events, in the order of the log; the `id` of an event is its place in the log. A "
    "stream resumes after `Last-Event-ID`, or after `?after=ID` on the first connection. Without "
    "either of them the stream starts now."
)

ROUTES: tuple[Route, ...] = (
    Route("GET", "/", pages.show_entry, EVERYBODY, "The page to sign in", PAGE),
    Route("GET", "/mesero", pages.page("mesero.html"), EVERYBODY, "The waiters' page", PAGE),
    Route("GET", "/cocina", pages.page("cocina.html"), EVERYBODY, "The kitchen's page", PAGE),
    Route("GET", "/caja", pages.page("caja.html"), EVERYBODY, "The cashiers' page", PAGE),
    Route("GET", "/admin", pages.page("admin.html"), EVERYBODY, "The administrators' page", PAGE),
    Route("GET", "/ayuda", pages.page("ayuda/index.html"), EVERYBODY, "The guide", PAGE),
    Route("GET", "/ayuda/mesero", pages.page("ayuda/mesero.html"), EVERYBODY,
          "The guide for waiters", PAGE),
    Route("GET", "/ayuda/cocina", pages.page("ayuda/cocina.html"), EVERYBODY,
          "The guide for the kitchen", PAGE),
    Route("GET", "/ayuda/caja", pages.page("ayuda/caja.html"), EVERYBODY,
          "The guide for cashiers", PAGE),
    Route("GET", "/ayuda/admin", pages.page("ayuda/admin.html"), EVERYBODY,
          "The guide for administrators", PAGE),
    Route("GET", "/ayuda/operacion", pages.page("ayuda/operacion.html"), EVERYBODY,
          "The guide to install and maintain Comanda", PAGE),
    Route("GET", "/docs", pages.page("docs.html"), EVERYBODY, "This document as a page", PAGE),
    Route("GET", "/sw.js", pages.page("sw.js"), EVERYBODY, "The pages' service worker", ASSET),
    Route("GET", "/manifest.webmanifest", pages.page("manifest.webmanifest"), EVERYBODY,
          "The manifest to install the pages", ASSET),
    Route("GET", "/static/{path:.+}", pages.show_asset, EVERYBODY, "A file of the pages", ASSET,
          refuses=("old_version",),
          notes="A page names its files as `/static/VERSION/…`; these are kept for ever. A version "
                "that is not the server's own answers `old_version`."),
    Route("GET", "/healthz", health.show_health, EVERYBODY,
          "Whether the database answers and the pages get events",
          {200: responses.Health}, refuses=("storage_unavailable", "feed_down"),
          notes="`down` names the other parts that failed and are starting again."),
    Route("GET", "/openapi.json", document.show_document, EVERYBODY, "This document",
          {200: ("application/json",)}),
    Route("POST", "/session", sign_in.sign_in, EVERYBODY, "Sign in", {201: responses.SignedIn},
          body=requests.SignIn, refuses=("bad_credentials", "too_many_attempts"),
          notes="The answer sets the cookie `comanda_session`."),
    Route("GET", "/session", sessions.show_session, EVERY_ROLE, "Who is signed in",
          {200: responses.SignedIn}),
    Route("DELETE", "/session", sessions.sign_out, EVERY_ROLE, "Sign out", {204: None}),
    Route("POST", "/errors", page_errors.tell_error, EVERYBODY,
          "Report an uncaught error of a page to the log", {204: None},
          body=requests.PageError, refuses=("too_many_attempts",), body_bytes=PAGE_ERROR_BYTES,
          notes="At most 10 reports in ten minutes from one address or member, 60 from all guests, "
                "and 60 from all staff."),
    Route("GET", "/settings", settings.show_settings, EVERY_ROLE,
          "The settings that the pages need", {200: responses.Settings}),
    Route("GET", "/start/{role}", start.show_start, EVERY_ROLE,
          "All that a role's page begins with; an admin may open any role's page",
          {200: responses.Start}, refuses=("forbidden",),
          notes="One view of the database: an event stream after `last_event_id` misses nothing. "
                "`orders` are the open orders, newest first, and for `cashier` those paid today, "
                "for `kitchen` those voided in the last six hours; `admin` gets one."),
    Route("GET", "/menu", menu.show_menu, EVERY_ROLE, "The menu", {200: responses.Menu},
          notes="In the order of display."),
    Route("POST", "/orders", orders.place_order, WAITER, "Place an order", NEW_OR_REPEATED_ORDER,
          body=requests.NewOrder, headers=REPEAT_HEADERS, refuses=("idempotency_key_reused",),
          body_bytes=ORDER_BYTES),
    Route("DELETE", "/requests/{key}", orders.call_off, PAYMENT_SIDE,
          "Call off an order or a payment whose answer was lost", {**CHANGED_ORDER, 204: None},
          notes="`key` is the request's `Idempotency-Key`. 204: the request has not come, and is "
                "refused if it still comes. 200: it came before, and this is its order."),
    Route("GET", "/orders", orders.list_orders, EVERY_ROLE, "Orders, newest first",
          {200: responses.Orders}, query=requests.OrderQuery, refuses=("forbidden",),
          notes="`since` compares with `updated_at`. `before` is an order's id. `status` can be "
                "repeated; its default is every open state. The kitchen may not ask for `late`."),
    Route("GET", "/orders/{order_id}", orders.show_order, EVERY_ROLE,
          "An order with its payment attempts and its history", {200: responses.OrderDetail}),
    Route("PUT", "/orders/{order_id}/status", orders.advance_order, EVERY_ROLE,
          "Move an order one step forward or back, or void it", CHANGED_ORDER,
          body=requests.NewStatus,
          refuses=("forbidden", "illegal_transition", "order_has_payments"),
          notes="The kitchen sets `en_preparacion` and `listo`, and takes them back. A waiter sets "
                "`entregado`, takes it back within a minute, and sets `anulado` while the order is "
                "`pendiente`. A cashier sets `anulado` in every state up to `entregado`, including "
                "`entregado`."),
    Route("PUT", "/orders/{order_id}/waiter", orders.take_order, WAITER,
          "Take an order over from another waiter", CHANGED_ORDER, refuses=("illegal_transition",),
          notes="The caller becomes the order's waiter. A paid or void order answers 409."),
    Route("PUT", "/orders/{order_id}/place", orders.move_order, PAYMENT_SIDE,
          "Give an order another table or customer", CHANGED_ORDER, body=requests.NewPlace,
          refuses=("illegal_transition", "order_has_payments"),
          notes="Exactly one of `table_number` and `customer`. Not once a part is paid."),
    Route("PUT", "/orders/{order_id}/items/{position}", orders.take_off_item, PAYMENT_SIDE,
          "Take dishes off a line of an order", CHANGED_ORDER, body=requests.NewQuantity,
          refuses=("forbidden", "illegal_transition", "order_has_payments", "not_found"),
          notes="`position` is the line's index in `items`, from 0; `quantity` is what is left, 0 "
                "strikes the line. A waiter may do this until the kitchen begins, a cashier while "
                "no payment waits or is approved. The last dish of all needs a void."),
    Route("POST", "/orders/{order_id}/proof", payments.submit_payment, PAYMENT_SIDE,
          "Submit a payment attempt with its proof", NEW_OR_REPEATED_ORDER, form=requests.ProofForm,
          headers=REPEAT_HEADERS,
          refuses=("order_not_found", "illegal_transition", "nothing_due", "unsupported_file",
                   "idempotency_key_reused"),
          notes=BILL_NOTES + PROOF_NOTES),
    Route("DELETE", "/payments/{payment_id}", payments.withdraw_payment, PAYMENT_SIDE,
          "Take back an own payment that no cashier has opened", CHANGED_ORDER,
          refuses=("forbidden", "payment_already_decided", "illegal_transition"),
          notes="All its orders are due again. The payment and its proof stay in the history."),
    Route("GET", "/payments/{payment_id}/proof", payments.show_proof, PAYMENT_SIDE,
          "The photo or PDF of a payment attempt", PROOF, query=requests.ProofQuery,
          refuses=("proof_expired", "proof_not_examined", "no_thumbnail"),
          notes="`size=thumb` answers a small WebP of the photo or of the PDF's first page. A "
                "proof is examined after its notice; before the event `payment_examined`, the "
                "small picture and the photo of a HEIC file answer 404 (`proof_not_examined`)."),
    Route("GET", "/payments/{payment_id}/reading", payments.show_reading, CASHIER,
          "What a proof says, line by line, beside what the house knows",
          {200: responses.Reading},
          notes="Empty before the examination, if nothing was read, and after the proof's end."),
    Route("PUT", "/payments/{payment_id}/claim", payments.correct_claim, PAYMENT_SIDE,
          "Correct the number or the amount of an own payment that waits", CHANGED_ORDER,
          body=requests.NewClaim, refuses=("forbidden", "payment_already_decided"),
          notes="At least one of the two; an empty `reference` takes the number away. `amount` is "
                "divided among the same orders, the oldest first; an order that gets nothing is "
                "due again, and more than is due of them answers 422. The values before are in "
                "`former_claims`. The same values again change nothing."),
    Route("PUT", "/payments/{payment_id}/seen", payments.see_payment, CASHIER,
          "Report that a cashier has opened a payment attempt", CHANGED_ORDER,
          notes="The waiter is told once for each payment."),
    Route("PUT", "/payments/{payment_id}/viewer", payments.view_payment, CASHIER,
          "Report which payment attempt a cashier is viewing", CHANGED_ORDER,
          notes="A cashier views one attempt at a time. `payment.viewers` shows it to the other "
                "cashiers for three minutes. A page that stays on it repeats the request."),
    Route("DELETE", "/payments/{payment_id}/viewer", payments.leave_payment, CASHIER,
          "Report that a cashier has closed a payment attempt", {204: None}),
    Route("PUT", "/payments/{payment_id}/known", payments.acknowledge_warnings, CASHIER,
          "Report that a cashier knows a payment's late warnings", CHANGED_ORDER,
          body=requests.KnownWarnings,
          notes="A warning is late that comes after the approval."),
    Route("PUT", "/payments/{payment_id}/reconciliation", reconciliation.reconcile_payment, CASHIER,
          "Mark an approved payment as found in the bank's statement, or not",
          {200: responses.PaymentAfterChange}, body=requests.NewReconciliation),
    Route("GET", "/reconciliation", reconciliation.show_reconciliation, CASHIER,
          "Approved payments beside the bank's statement", {200: responses.Reconciliation},
          query=requests.Statement,
          notes="`from` and `to` are whole days or times. The default is today."),
    Route("GET", "/reconciliation.csv", reconciliation.download_reconciliation, CASHIER,
          "The reconciliation as CSV", {200: ("text/csv",)}, query=requests.Statement),
    Route("GET", "/deposits", deposits.list_deposits, CASHIER,
          "Money that the bank says has arrived, the earliest first", {200: responses.Deposits},
          query=requests.DepositQuery,
          notes="`from` and `to` are whole days or times. The default is today."),
    Route("PUT", "/deposits/{deposit_id}/payment", deposits.tie_deposit, CASHIER,
          "Tie a deposit to a payment by hand, or untie it", {200: responses.DepositAfterChange},
          body=requests.NewTie,
          refuses=("payment_not_found", "deposit_taken", "payment_already_decided",
                   "own_payment"),
          notes="`payment_id` null takes the tie back, and no rule ties this deposit again. "
                "Another amount than the deposit's answers 422."),
    Route("GET", "/deposits/phone", deposits.show_phone, CASHIER,
          "Whether the phone that passes the bank's notices on is in reach",
          {200: responses.BankPhone}),
    Route("POST", "/deposits/notices", notices.receive_notice, EVERYBODY,
          "Pass on a bank's notice from the phone that gets it",
          {201: responses.Deposit, 200: responses.NoticeIgnored},
          body=requests.Notice, headers=NOTICE_HEADERS,
          refuses=("bad_signature", "too_many_attempts"), body_bytes=NOTICE_BYTES,
          notes="The request proves that it is from the house's phone, by `X-Signature` or "
                "`Authorization`. 201: money came in. 200: the notice tells of none, or has come "
                "before. Stamps are milliseconds since 1970, as number or text; `from` is also an "
                "app's title. Further fields are ignored, and any `Content-Type` is taken."),
    Route("POST", "/deposits/heartbeat", notices.hear_heartbeat, EVERYBODY,
          "Report that the phone that passes notices on is in reach", {204: None},
          query=requests.HeartbeatQuery, headers=NOTICE_HEADERS,
          refuses=("bad_signature", "too_many_attempts", "file_too_large", "malformed_body",
                   "upload_timeout", "server_busy"),
          body_bytes=NOTICE_BYTES,
          notes="`key` in the address, `X-Signature` or `Authorization` prove whose phone it is. "
                "The body may be anything."),
    Route("POST", "/deposits/statement/preview", statements.preview_statement, CASHIER,
          "What a bank's statement says", {200: statement_responses.StatementPreview},
          form=requests.StatementForm, refuses=("unsupported_file",), notes=STATEMENT_NOTES),
    Route("POST", "/deposits/statement", statements.import_statement, CASHIER,
          "Import a bank's statement: what came in becomes deposits",
          {200: statement_responses.ImportedStatement}, form=requests.StatementForm,
          refuses=("unsupported_file",),
          notes=STATEMENT_NOTES + "The same file again, or another of overlapping days, brings no "
          "deposit twice. A line that a notice has told of becomes part of its deposit. With "
          "`bank`, the layout of a CSV is kept by this name."),
    Route("GET", "/deposits/setup", bank.show_setup, ADMIN,
          "How the bank's phone is connected, and when it was heard",
          {200: admin_responses.BankSetup}),
    Route("POST", "/deposits/secret", bank.make_secret, ADMIN,
          "Make another secret for the bank's phone", {201: admin_responses.BankSecret},
          refuses=("illegal_transition",),
          notes="The secret before is worth nothing from now on. A secret of the configuration "
                "stays: 409."),
    Route("POST", "/deposits/try", bank.try_notice, ADMIN,
          "What is made of a notice, and by which rule", {200: admin_responses.NoticeTried},
          body=requests.NoticeOnTrial, body_bytes=TRIAL_BYTES,
          notes="Stores nothing."),
    Route("PUT", "/payments/{payment_id}/verdict", payments.decide_payment, CASHIER,
          "Approve or reject an attempt", CHANGED_ORDER, body=requests.NewVerdict,
          headers=(SEEN_CORRECTIONS,),
          refuses=("payment_already_decided", "own_payment", "illegal_transition"),
          notes="An admin who rejects an approved payment, with a reason, reopens it: its orders "
                "follow their other payments."),
    Route("GET", "/events/{role}", events.follow, EVERY_ROLE,
          "The stream of a role's events; an admin may follow any role",
          {200: ("text/event-stream",)}, query=requests.Cursor, headers=RESUME_HEADERS,
          refuses=("forbidden",),
          notes=STREAM_NOTES),
    Route("PUT", "/house", house.describe_house, ADMIN,
          "Set the house's name, money, time zone, end of day, tips and own verdicts",
          {200: responses.House}, body=requests.NewHouse,
          notes="A field that is left out stays as it was. A house whose menu has prices with "
                "hundredths can't have `decimals` 0: 422."),
    Route("GET", "/house/changes", house.show_changes, ADMIN,
          "Who changed the house or its accounts, and what, newest first",
          {200: admin_responses.HouseChanges}),
    Route("GET", "/accounts", accounts.show_accounts, PAYMENT_SIDE,
          "The house's own accounts, which guests pay to", {200: responses.Accounts}),
    Route("PUT", "/accounts", accounts.put_accounts, ADMIN,
          "Set the house's own accounts", {200: responses.Accounts}, body=requests.NewAccounts,
          body_bytes=ORDER_BYTES,
          notes="In place of all earlier ones. `number` may be an alias, a phone or a wallet."),
    Route("GET", "/accounts/{position}/qr", accounts.show_code, PAYMENT_SIDE,
          "An account as a QR code", {200: ("image/svg+xml",)},
          notes="`position` is the account's index in the list, from 0."),
    Route("GET", "/menu.csv", menu.export_menu, ADMIN, "The menu as CSV", {200: ("text/csv",)}),
    Route("PUT", "/menu/order", menu.arrange_menu, ADMIN, "Arrange the menu",
          {200: responses.Menu}, body=requests.MenuOrder, body_bytes=MENU_ORDER_BYTES),
    Route("POST", "/menu/preview", menu.preview_import, ADMIN, "Preview the changes of an import",
          {200: admin_responses.Changes}, body=requests.MenuText, body_bytes=MENU_BYTES,
          notes="The menu stays as it is."),
    Route("POST", "/menu/import", menu.import_menu, ADMIN,
          "Import a menu: add and change products by name",
          {200: admin_responses.Changes}, body=requests.MenuText, body_bytes=MENU_BYTES),
    Route("POST", "/products", menu.add_product, ADMIN, "Add a product",
          {201: responses.Product}, body=requests.NewProduct, refuses=("product_exists",)),
    Route("PUT", "/products/{product_id}", menu.change_product, ADMIN, "Change a product",
          {200: responses.Product}, body=requests.NewProduct, refuses=("product_exists",)),
    Route("DELETE", "/products/{product_id}", menu.remove_product, ADMIN,
          "Take a product off the menu", {204: None},
          notes="Existing orders keep the product."),
    Route("PUT", "/products/{product_id}/available", menu.set_available, KITCHEN,
          "Mark a product as sold out or available", {200: responses.Product},
          body=requests.Availability),
    Route("GET", "/days/{date}.csv", days.export_day, ADMIN, "The figures of a day as CSV",
          {200: ("text/csv",)}),
    Route("GET", "/days/{date}", days.show_day, ADMIN,
          "The figures of a day",
          {200: admin_responses.Day},
          notes="The day lasts from `day_ends` of the date to `day_ends` of the next date, in the "
                "restaurant's time zone."),
    Route("GET", "/staff", staff.list_staff, ADMIN, "All present and former staff",
          {200: admin_responses.Members}),
    Route("POST", "/staff", staff.hire, ADMIN, "Add a member of staff",
          {201: admin_responses.Member}, body=requests.NewStaff, refuses=("username_taken",)),
    Route("PUT", "/staff/{username}/name", staff.rename, ADMIN, "Change a member's name",
          {200: admin_responses.Member}, body=requests.NewName),
    Route("PUT", "/staff/{username}/pin", staff.change_pin, ADMIN,
          "Change a member's PIN; their sessions and streams end", {200: admin_responses.Member},
          body=requests.NewPin),
    Route("PUT", "/staff/{username}/role", staff.change_role, ADMIN,
          "Change a member's role; their sessions and streams end", {200: admin_responses.Member},
          body=requests.NewRole, refuses=("last_admin",)),
    Route("PUT", "/staff/{username}/active", staff.set_active, ADMIN,
          "Disable a member, or enable them again", {200: admin_responses.Member},
          body=requests.Activity, refuses=("last_admin",)),
    Route("GET", "/sessions", staff.list_sessions, ADMIN, "Who is signed in, and on which device",
          {200: admin_responses.Sessions}),
    Route("DELETE", "/sessions/{session_id}", staff.end_session, ADMIN, "Sign a device out",
          {204: None}),
    Route("GET", "/guesses", guesses.show_guesses, ADMIN,
          "Wrong PINs: which user was tried, and from where", {200: admin_responses.GuessList},
          notes="A place is listed after ten wrong PINs in a day without a correct PIN after "
                "them."),
    Route("DELETE", "/guesses", guesses.dismiss_guesses, ADMIN,
          "Dismiss the listed wrong PINs; the limits still count them", {204: None}),
    Route("GET", "/connect", connect.show_address, ADMIN, "The address where phones connect",
          {200: admin_responses.Address}),
    Route("GET", "/connect.svg", connect.show_code, ADMIN,
          "The address where phones connect, as a QR code",
          {200: ("image/svg+xml",)}, refuses=("not_found",)),
    Route("GET", "/instalar", setup.show_page, EVERYBODY,
          "The page of the first start; 404 after the setup", PAGE, refuses=("not_found",)),
    Route("POST", "/setup", setup.set_up, EVERYBODY,
          "Set up the house with the token that the server printed", {201: responses.SignedIn},
          body=requests.NewRestaurant, refuses=("not_found", "bad_setup_token", "username_taken"),
          body_bytes=MENU_BYTES,
          notes="404 after the setup."),
    Route("GET", "/backups", backups.show_backups, ADMIN, "The nightly backups, newest first",
          {200: admin_responses.Backups},
          notes="`same_disk`: the copies are on the disk of the database; null if the server "
                "can't find out."),
    Route("POST", "/backups", backups.make_backup, ADMIN, "Make a backup now",
          {201: admin_responses.Backup}, refuses=("backup_failed",),
          notes="The answer comes when the copy is made and checked. A request during a backup "
                "gets the copy of that backup."),
    Route("GET", "/metrics", metrics.show_metrics, EVERYBODY,
          "Figures for Prometheus, with its token",
          {200: ("text/plain",)}, refuses=("not_found", "forbidden"),
          notes="The request needs `Authorization: Bearer TOKEN`. 404 if no token is configured."),
)  # fmt: skip


def add_routes(app: web.Application) -> None:
    for route in ROUTES:
        handler = guarded(route)
        if route.method == "GET":
            app.router.add_get(route.path, handler, allow_head=not route.is_stream)
        else:
            app.router.add_route(route.method, route.path, handler)
