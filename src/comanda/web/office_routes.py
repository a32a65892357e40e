"""The office's part of the table of routes: menu, staff, house, days."""

from comanda.domain.staff import Role
from comanda.web.contract import office_responses, requests, responses
from comanda.web.contract.route import Route
from comanda.web.handlers import connect, days, guesses, menu, pages, setup, staff

KITCHEN = frozenset({Role.KITCHEN, Role.ADMIN})
EVERYBODY: frozenset[Role] | None = None
ADMIN = frozenset({Role.ADMIN})

A_MENU = 2 * 1024 * 1024  # bytes: the longest text that is taken, and how JSON escapes it
A_MENUS_ORDER = 256 * 1024

PAGE = {200: ("text/html",), 304: None}

OFFICE_ROUTES: tuple[Route, ...] = (
    Route("PUT", "/house", pages.describe_house, ADMIN, "Name the house, its money and time zone",
          {200: office_responses.House}, body=requests.NewHouse),
    Route("GET", "/menu.csv", menu.export_menu, ADMIN, "The menu as CSV", {200: ("text/csv",)}),
    Route("PUT", "/menu/order", menu.arrange_menu, ADMIN, "Arrange the menu",
          {200: responses.Menu}, body=requests.MenuOrder, body_bytes=A_MENUS_ORDER),
    Route("POST", "/menu/preview", menu.preview_import, ADMIN, "What an import would change",
          {200: office_responses.Changes}, body=requests.MenuText, body_bytes=A_MENU),
    Route("POST", "/menu/import", menu.import_menu, ADMIN, "Add and change products by name",
          {200: office_responses.Changes}, body=requests.MenuText, body_bytes=A_MENU),
    Route("POST", "/products", menu.add_product, ADMIN, "Add a product",
          {201: responses.Product}, body=requests.NewProduct, refuses=("product_exists",)),
    Route("PUT", "/products/{product_id}", menu.change_product, ADMIN, "Change a product",
          {200: responses.Product}, body=requests.NewProduct, refuses=("product_exists",)),
    Route("DELETE", "/products/{product_id}", menu.remove_product, ADMIN,
          "Take a product off the menu", {204: None}),
    Route("PUT", "/products/{product_id}/available", menu.set_available, KITCHEN,
          "Sold out, or to be had again", {200: responses.Product}, body=requests.Availability),
    Route("GET", "/days/{date}.csv", days.export_day, ADMIN, "A day at a glance, as CSV",
          {200: ("text/csv",)}, refuses=("validation_failed",)),
    Route("GET", "/days/{date}", days.show_day, ADMIN,
          "A day at a glance, from midnight to midnight where the restaurant is",
          {200: office_responses.Day}, refuses=("validation_failed",)),
    Route("GET", "/staff", staff.list_staff, ADMIN, "Everybody who works or worked here",
          {200: office_responses.Members}),
    Route("POST", "/staff", staff.hire, ADMIN, "Add somebody", {201: office_responses.Member},
          body=requests.NewStaff, refuses=("username_taken",)),
    Route("PUT", "/staff/{username}/name", staff.rename, ADMIN, "Rename somebody",
          {200: office_responses.Member}, body=requests.NewName),
    Route("PUT", "/staff/{username}/pin", staff.change_pin, ADMIN,
          "Another PIN; their sessions and streams end", {200: office_responses.Member},
          body=requests.NewPin),
    Route("PUT", "/staff/{username}/role", staff.change_role, ADMIN,
          "Another role; their sessions and streams end", {200: office_responses.Member},
          body=requests.NewRole, refuses=("last_admin",)),
    Route("PUT", "/staff/{username}/active", staff.set_active, ADMIN,
          "Disable somebody, or take them back", {200: office_responses.Member},
          body=requests.Activity, refuses=("last_admin",)),
    Route("GET", "/sessions", staff.list_sessions, ADMIN, "Who is signed in, and on what",
          {200: office_responses.Sessions}),
    Route("DELETE", "/sessions/{session_id}", staff.end_session, ADMIN, "Sign a device out",
          {204: None}),
    Route("GET", "/guesses", guesses.show_guesses, ADMIN,
          "Who was tried with wrong PINs, and from where", {200: office_responses.GuessList}),
    Route("DELETE", "/guesses", guesses.dismiss_guesses, ADMIN,
          "They have been read; what counts against who guesses stays", {204: None}),
    Route("GET", "/connect", connect.show_address, ADMIN, "The address that phones join by",
          {200: office_responses.Address}),
    Route("GET", "/connect.svg", connect.show_code, ADMIN, "The same as a QR code",
          {200: ("image/svg+xml",)}, refuses=("not_found",)),
    Route("GET", "/instalar", setup.show_page, EVERYBODY,
          "The page of the first start; gone afterwards", PAGE, refuses=("not_found",)),
    Route("POST", "/setup", setup.set_up, EVERYBODY,
          "Found the house, with the token that the server printed", {201: responses.SignedIn},
          body=requests.NewRestaurant, refuses=("not_found", "bad_setup_token", "username_taken"),
          body_bytes=A_MENU),
)  # fmt: skip
