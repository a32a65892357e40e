"""The verbs of the office: what is sold, who works here, what the house is called.

As in the workflow, each is a plain function of a transaction, and an exception undoes everything.
"""

from collections.abc import Sequence
from dataclasses import replace

from comanda.domain.errors import LastAdmin, NotFound, ValidationFailed
from comanda.domain.house import House
from comanda.domain.menu import Changes, Entry, Product
from comanda.domain.staff import Role, Staff, StaffChange, username_complaint
from comanda.store import house, menu, sessions, staff
from comanda.store.database import Transaction


def set_up(
    tx: Transaction, described: House, admin: Staff, pin_hash: str, entries: Sequence[Entry]
) -> None:
    """The house is founded: what it is called, who administers it, what it sells.

    Raises NotFound where that has been done, ValidationFailed and UsernameTaken.
    """
    if staff.has_admin(tx):
        raise NotFound
    house.put(tx, described)
    hire(tx, admin, pin_hash)
    menu.put_all(tx, entries, by=admin.username)


def hire(tx: Transaction, member: Staff, pin_hash: str) -> None:
    """Somebody new works here. Raises ValidationFailed (the username) and UsernameTaken."""
    if complaint := username_complaint(member.username):
        raise ValidationFailed({"username": [complaint]})
    staff.add(tx, member, pin_hash)


def rename(tx: Transaction, username: str, name: str) -> Staff:
    """Another name for the same person. Raises StaffNotFound."""
    member = replace(staff.require(tx, username), name=name)
    staff.save(tx, member)
    return member


def change_role(tx: Transaction, username: str, role: Role) -> StaffChange:
    """Another role; the sessions of the old one end. Raises StaffNotFound and LastAdmin."""
    return _save(tx, replace(staff.require(tx, username), role=role))


def set_active(tx: Transaction, username: str, *, active: bool) -> StaffChange:
    """Somebody leaves, and is out at once; or comes back. Raises StaffNotFound and LastAdmin."""
    return _save(tx, replace(staff.require(tx, username), active=active))


def _save(tx: Transaction, member: Staff) -> StaffChange:
    """Raises LastAdmin if nobody is left who could let others in."""
    if member == staff.require(tx, member.username):
        return StaffChange(member)
    had_admin = staff.has_admin(tx)
    staff.save(tx, member)
    if had_admin and not staff.has_admin(tx):
        raise LastAdmin
    return StaffChange(member, sessions.end_all(tx, member.username))


def add_product(tx: Transaction, actor: Staff, entry: Entry) -> Product:
    """A new product, last in the menu. Raises ProductExists."""
    return menu.add(tx, entry, by=actor.username)


def change_product(tx: Transaction, actor: Staff, product_id: int, entry: Entry) -> Product:
    """Another name, category or price. Raises ProductNotFound and ProductExists."""
    return menu.change(tx, product_id, entry, by=actor.username)


def set_available(tx: Transaction, actor: Staff, product_id: int, *, available: bool) -> Product:
    """A product is sold out, or to be had again. Raises ProductNotFound."""
    return menu.set_available(tx, product_id, available=available, by=actor.username)


def remove_product(tx: Transaction, actor: Staff, product_id: int) -> None:
    """Take a product off the menu. Raises ProductNotFound."""
    menu.remove(tx, product_id, by=actor.username)


def arrange_menu(tx: Transaction, actor: Staff, product_ids: Sequence[int]) -> None:
    """Show the menu in this order; a product that it doesn't name comes last."""
    menu.arrange(tx, product_ids, by=actor.username)


def import_menu(tx: Transaction, actor: Staff, entries: Sequence[Entry]) -> Changes:
    """Add and change products by name, all of them or none."""
    return menu.put_all(tx, entries, by=actor.username)


def describe_house(tx: Transaction, described: House, default: House | None = None) -> House:
    """Another name, currency, time zone or end of the day for the restaurant.

    Returns the house; what nobody has ever said is as `default` has it.
    """
    house.put(tx, described)
    return house.get(tx, default or described)
