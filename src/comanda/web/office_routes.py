"""The office's part of the table of routes: menu, staff, house, days."""

from comanda.domain.staff import Role
from comanda.web import answers, days, menu, office_answers, pages, schemas
from comanda.web.route import Route

KITCHEN = frozenset({Role.KITCHEN, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})

OFFICE_ROUTES: tuple[Route, ...] = (
    Route("PUT", "/house", pages.describe_house, ADMIN, "Name the house, its money and time zone",
          {200: office_answers.House}, body=schemas.NewHouse),
    Route("GET", "/menu.csv", menu.export_menu, ADMIN, "The menu as CSV", {200: ("text/csv",)}),
    Route("PUT", "/menu/order", menu.arrange_menu, ADMIN, "Arrange the menu",
          {200: answers.Menu}, body=schemas.MenuOrder),
    Route("POST", "/menu/preview", menu.preview_import, ADMIN, "What an import would change",
          {200: office_answers.Changes}, body=schemas.MenuText),
    Route("POST", "/menu/import", menu.import_menu, ADMIN, "Add and change products by name",
          {200: office_answers.Changes}, body=schemas.MenuText),
    Route("POST", "/products", menu.add_product, ADMIN, "Add a product",
          {201: answers.Product}, body=schemas.NewProduct, refuses=("product_exists",)),
    Route("PUT", "/products/{product_id}", menu.change_product, ADMIN, "Change a product",
          {200: answers.Product}, body=schemas.NewProduct, refuses=("product_exists",)),
    Route("DELETE", "/products/{product_id}", menu.remove_product, ADMIN,
          "Take a product off the menu", {204: None}),
    Route("PUT", "/products/{product_id}/available", menu.set_available, KITCHEN,
          "Sold out, or to be had again", {200: answers.Product}, body=schemas.Availability),
    Route("GET", "/days/{date}.csv", days.export_day, ADMIN, "A day at a glance, as CSV",
          {200: ("text/csv",)}, refuses=("validation_failed",)),
    Route("GET", "/days/{date}", days.show_day, ADMIN,
          "A day at a glance, from midnight to midnight where the restaurant is",
          {200: office_answers.Day}, refuses=("validation_failed",)),
)  # fmt: skip
