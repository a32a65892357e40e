"""The verbs of the office: the menu, the staff, and the restaurant's own data.

As in the workflow, each verb is a plain function of a transaction, and an exception undoes
everything that the verb did.
"""

from collections.abc import Sequence
from dataclasses import replace

from comanda.domain.accounts import Account
from comanda.domain.errors import LastAdmin, NotFound, ValidationFailed
from comanda.domain.house import UNNAMED_HOUSE, House
from comanda.domain.house_changes import BANK_LINE, account_lines, house_lines
from comanda.domain.menu import Changes, Entry, Product
from comanda.domain.staff import Role, Staff, StaffChange, username_complaint
from comanda.store import accounts, bank_phone, house, house_changes, menu, sessions, staff
from comanda.store.database import Transaction

MOST_NAMED = 3  # products in a sentence


def set_up(
    tx: Transaction, described: House, admin: Staff, pin_hash: str, entries: Sequence[Entry]
) -> None:
    """Found the house: store its description, its administrator and its menu.

    Raises NotFound if the house has an administrator, ValidationFailed and UsernameTaken.
    """
    if staff.has_admin(tx):
        raise NotFound
    house.put(tx, described)
    hire(tx, admin, pin_hash)
    _check_decimals(tx, entries, "csv")
    menu.put_all(tx, entries, by=admin.username)


def hire(tx: Transaction, member: Staff, pin_hash: str) -> None:
    """Add a member of staff. Raises ValidationFailed (the username) and UsernameTaken."""
    if complaint := username_complaint(member.username):
        raise ValidationFailed({"username": [complaint]})
    staff.add(tx, member, pin_hash)


def rename(tx: Transaction, username: str, name: str) -> Staff:
    """Give a member another name. Raises StaffNotFound."""
    member = replace(staff.require(tx, username), name=name)
    staff.save(tx, member)
    return member


def change_role(tx: Transaction, username: str, role: Role) -> StaffChange:
    """Give a member another role, and end their sessions. Raises StaffNotFound and LastAdmin."""
    return _save(tx, replace(staff.require(tx, username), role=role))


def set_active(tx: Transaction, username: str, *, active: bool) -> StaffChange:
    """Disable a member and end their sessions, or enable them. Raises StaffNotFound, LastAdmin."""
    return _save(tx, replace(staff.require(tx, username), active=active))


def _save(tx: Transaction, member: Staff) -> StaffChange:
    """Store the member, and end their sessions. Raises LastAdmin if no administrator is left."""
    if member == staff.require(tx, member.username):
        return StaffChange(member)
    had_admin = staff.has_admin(tx)
    staff.save(tx, member)
    if had_admin and not staff.has_admin(tx):
        raise LastAdmin
    return StaffChange(member, sessions.end_all(tx, member.username))


def add_product(tx: Transaction, actor: Staff, entry: Entry) -> Product:
    """Add a product at the end of the menu. Raises ProductExists and ValidationFailed."""
    _check_decimals(tx, [entry], "price")
    return menu.add(tx, entry, by=actor.username)


def change_product(tx: Transaction, actor: Staff, product_id: int, entry: Entry) -> Product:
    """Change a product's name, category and price.

    Raises ProductNotFound, ProductExists and ValidationFailed.
    """
    _check_decimals(tx, [entry], "price")
    return menu.change(tx, product_id, entry, by=actor.username)


def set_available(tx: Transaction, actor: Staff, product_id: int, *, available: bool) -> Product:
    """Mark a product as sold out, or as available. Raises ProductNotFound."""
    return menu.set_available(tx, product_id, available=available, by=actor.username)


def remove_product(tx: Transaction, actor: Staff, product_id: int) -> None:
    """Take a product off the menu. Raises ProductNotFound."""
    menu.remove(tx, product_id, by=actor.username)


def arrange_menu(tx: Transaction, actor: Staff, product_ids: Sequence[int]) -> None:
    """Order the menu by `product_ids`; products that are not named come last."""
    menu.arrange(tx, product_ids, by=actor.username)


def import_menu(tx: Transaction, actor: Staff, entries: Sequence[Entry]) -> Changes:
    """Add and change products by name: all of the entries, or none. Raises ValidationFailed."""
    _check_decimals(tx, entries, "csv")
    return menu.put_all(tx, entries, by=actor.username)


def put_accounts(tx: Transaction, actor: Staff, all_accounts: Sequence[Account]) -> None:
    """Store the house's own accounts in place of all earlier ones, and who changed what.

    Raises ValidationFailed for the same number twice by one method.
    """
    known: set[tuple[str, str]] = set()
    for position, account in enumerate(all_accounts):
        if account.identity in known:
            sentence = f"{account.number} ya está en la lista"
            raise ValidationFailed({f"accounts.{position}.number": [sentence]})
        known.add(account.identity)
    before = account_lines(accounts.every(tx))
    accounts.replace_all(tx, all_accounts)
    house_changes.record(tx, before, account_lines(all_accounts), by=actor.username)


def change_bank_secret(tx: Transaction, actor: Staff, secret: str) -> None:
    """Give the bank's phone another secret; the one before is worth nothing from now on.

    The house's changes tell who did so, and not the secret.
    """
    bank_phone.put_secret(tx, secret, by=actor.username)
    house_changes.record(tx, [], [BANK_LINE], by=actor.username)


def describe_house(
    tx: Transaction, actor: Staff, described: House, default: House | None = None
) -> House:
    """Store the house's name, money, time, tips and own verdicts, and who changed what.

    Returns the stored house; a value that was never stored comes from `default`. Raises
    ValidationFailed for a house without decimals whose menu has prices with hundredths.
    """
    before = house_lines(house.get(tx, default or UNNAMED_HOUSE))
    house.put(tx, described)
    stored_house = house.get(tx, default or described)
    house_changes.record(tx, before, house_lines(stored_house), by=actor.username)
    style = stored_house.money
    products = menu.products(tx) if style.decimals == 0 else []
    if fractional := [product for product in products if product.price % 100]:
        prices = ", ".join(
            f"{product.name} {style.text(product.price)}" for product in fractional[:MOST_NAMED]
        )
        which = "Un precio lleva" if len(fractional) == 1 else f"{len(fractional)} precios llevan"
        more = "…" if len(fractional) > MOST_NAMED else ""
        sentence = f"{which} centavos: {prices}{more}. Cambia esos precios antes"
        raise ValidationFailed({"decimals": [sentence]})
    return stored_house


def _check_decimals(tx: Transaction, entries: Sequence[Entry], field: str) -> None:
    """Raise ValidationFailed for a price with hundredths in a house without decimals."""
    if house.get(tx, UNNAMED_HOUSE).money.decimals:
        return
    for entry in entries:
        if entry.price % 100:
            words = f"{entry.name}: aquí los precios no llevan centavos"
            raise ValidationFailed({field: [words]})
