"""A bill: what a payment pays of which orders, and which rejected payment it replaces."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from comanda.domain.errors import IllegalTransition, NothingDue, ValidationFailed
from comanda.domain.money import NO_HUNDREDTHS, PLAIN_MONEY, MoneyFormat
from comanda.domain.orders import TRANSITIONS, Order, OrderStatus, Through
from comanda.domain.payments import Allocation, PaidItem, Payment, PaymentStatus

MOST_ORDERS = 20  # of one payment
_OF_DISHES = (
    "Este pago es de platillos escogidos: para cobrar otro monto, retíralo o pide que lo rechacen"
)
_PAYABLE = frozenset(row.source for row in TRANSITIONS if row.through is Through.PROOF)


@dataclass(frozen=True, slots=True)
class ChosenItem:
    """Dishes that a guest chose to pay: how many of which line of which order."""

    order_id: int
    position: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Tender:
    """What a guest gives, in minor units. An `amount` of None is all that is due."""

    amount: int | None = None
    tip: int = 0
    tendered: int | None = None


def check_payable(orders: Iterable[Order]) -> None:
    """Raise IllegalTransition or NothingDue for an order that can take no payment."""
    for order in orders:
        if order.status is OrderStatus.PAID or (order.status in _PAYABLE and order.is_covered):
            raise NothingDue(f"De la orden {order.id} ya no se debe nada")
        if order.status is OrderStatus.VOIDED:
            raise IllegalTransition(f"La orden {order.id} se anuló: no se cobra")
        if order.status not in _PAYABLE:
            raise IllegalTransition(
                f"La orden {order.id} está en «{order.status}»: se cobra cuando está entregada"
            )


def allocate(
    orders: Sequence[Order],
    tender: Tender,
    chosen: Sequence[ChosenItem] = (),
    style: MoneyFormat = PLAIN_MONEY,
) -> tuple[Allocation, ...]:
    """Divide a payment among its orders, the oldest order first.

    With `chosen` dishes, each order takes what its dishes cost, or what is due if that is less: a
    smaller amount would say that dishes are paid which are not. `style` is how the house writes
    money. Raises ValidationFailed for an amount of 0 or more than is due, another amount than the
    dishes', a negative or too large tip, too little cash, hundredths in a house without decimals,
    and dishes that the orders don't have or that somebody else pays.
    """
    items_of = _items_of(orders, chosen)
    most_of = {order.id: _most(order, items_of) for order in orders}
    total_due = sum(order.due for order in orders)
    most = sum(most_of.values())
    amount = most if tender.amount is None else tender.amount
    _check_amount(amount, most, total_due, style, chosen=bool(chosen))
    _check_tender(tender, amount, sum(order.total for order in orders), style)
    if style.decimals == 0 and (most - amount) % 100:  # older hundredths go in one part
        _check_whole({"amount": amount})
    return tuple(_parts(orders, amount, most_of, items_of))


def reallocate(
    orders: Sequence[Order], payment: Payment, amount: int, style: MoneyFormat = PLAIN_MONEY
) -> tuple[Allocation, ...]:
    """Divide another amount of a payment among the same orders, the oldest order first.

    What the payment covered is due again; an order that gets nothing is paid by it no more. Raises
    ValidationFailed as `allocate` does, and for a payment of chosen dishes, whose amount is theirs.
    """
    if any(allocation.items for allocation in payment.allocations):
        raise ValidationFailed({"amount": [_OF_DISHES]})
    freed_orders = [order.without(payment) for order in orders]
    most_of = {order.id: order.due for order in freed_orders}
    most = sum(most_of.values())
    _check_amount(amount, most, most, style, chosen=False, is_sent=True)
    short = 0 if payment.tendered is None else amount + payment.tip - payment.tendered
    if short > 0:
        sentence = f"El efectivo recibido no alcanza: faltan {style.text(short)}"
        raise ValidationFailed({"amount": [sentence]})
    if style.decimals == 0 and (most - amount) % 100:
        _check_whole({"amount": amount})
    return tuple(_parts(freed_orders, amount, most_of, {}))


def _parts(
    orders: Iterable[Order],
    amount: int,
    most_of: Mapping[int, int],
    items_of: Mapping[int, tuple[PaidItem, ...]],
) -> Iterator[Allocation]:
    """Yield what each order gets of `amount`; an order that gets nothing is left out."""
    left = amount
    for order in orders:
        part = min(left, most_of[order.id])
        left -= part
        if part or not order.due:  # an order that costs nothing is paid with 0
            yield Allocation(
                order_id=order.id,
                amount=part,
                items=items_of.get(order.id, ()),
                table_number=order.table_number,
                customer=order.customer,
            )


def _check_amount(
    amount: int,
    most: int,
    total_due: int,
    style: MoneyFormat,
    *,
    chosen: bool,
    is_sent: bool = False,
) -> None:
    """Raise ValidationFailed for an amount beyond `most`, for 0, and for less than the dishes."""
    if amount > most:
        sentence = _surplus(style.text(amount - most), chosen=chosen, is_sent=is_sent)
        raise ValidationFailed({"amount": [sentence]})
    if amount <= 0 < total_due:
        raise ValidationFailed({"amount": ["Escribe un monto mayor que 0"]})
    if chosen and amount < most:
        cost = style.text(most)
        raise ValidationFailed({"amount": [f"Los platillos cuestan {cost}: corrige el monto"]})


def _surplus(surplus: str, *, chosen: bool, is_sent: bool) -> str:
    """The sentence that names a surplus, and says what to do with it.

    A payment that was sent keeps its tip, so that it has to be sent anew with another one.
    """
    due = "de lo que cuestan los platillos" if chosen else "de lo que se debe"
    sentence = f"Sobran {surplus} {due}: corrige el monto"
    if is_sent:
        return sentence + ". Si es propina, retira el comprobante y cobra otra vez"
    return sentence + ", o apunta lo que sobra como propina"


def _check_tender(tender: Tender, amount: int, total: int, style: MoneyFormat) -> None:
    if not 0 <= tender.tip <= total:
        raise ValidationFailed({"tip": ["La propina va de 0 al total de la cuenta"]})
    if tender.tendered is not None and tender.tendered < amount + tender.tip:
        short = style.text(amount + tender.tip - tender.tendered)
        raise ValidationFailed({"tendered": [f"No alcanza: faltan {short}"]})
    if style.decimals == 0:
        _check_whole({"tip": tender.tip, "tendered": tender.tendered or 0})


def _check_whole(amounts: Mapping[str, int]) -> None:
    """Raise ValidationFailed for an amount with hundredths, in a house without decimals."""
    errors = {name: [NO_HUNDREDTHS] for name, units in amounts.items() if units % 100}
    if errors:
        raise ValidationFailed(errors)


def _most(order: Order, items_of: Mapping[int, Sequence[PaidItem]]) -> int:
    """The most that the payment can pay of an order: what is due, or what the dishes cost."""
    if not items_of:
        return order.due
    items = items_of.get(order.id, ())
    cost = sum(item.quantity * order.items[item.position].unit_price for item in items)
    return min(cost, order.due)


def _items_of(
    orders: Sequence[Order], chosen: Sequence[ChosenItem]
) -> dict[int, tuple[PaidItem, ...]]:
    """Return order's id → its chosen dishes. Raises ValidationFailed."""
    order_of = {order.id: order for order in orders}
    items_of: dict[int, list[PaidItem]] = {}
    if len({(item.order_id, item.position) for item in chosen}) < len(chosen):
        raise ValidationFailed({"items": ["Hay un platillo repetido"]})
    for item in chosen:
        order = order_of.get(item.order_id)
        if order is None or item.position >= len(order.items):
            raise ValidationFailed({"items": ["Ese platillo no es de estas órdenes"]})
        _check_unpaid(order, item)
        items_of.setdefault(order.id, []).append(PaidItem(item.position, item.quantity))
    return {order_id: tuple(items) for order_id, items in items_of.items()}


def _check_unpaid(order: Order, item: ChosenItem) -> None:
    line = order.items[item.position]
    left = line.quantity - paid_items(order)[item.position]
    if item.quantity > left:
        raise ValidationFailed({"items": [f"{line.name}: por pagar hay {max(0, left)}"]})


def paid_items(order: Order) -> Counter[int]:
    """Return position → how many dishes of this line other payments pay, waiting or approved."""
    paid: Counter[int] = Counter()
    for payment in order.payments:
        for item in payment.items_of(order.id) if payment.counts else ():
            paid[item.position] += item.quantity
    return paid


def replaced_by(
    orders: Sequence[Order], replaces: int | None, replaced_ids: Collection[int]
) -> int | None:
    """Return the id of the rejected payment in whose place a new payment of `orders` comes.

    This is the named payment, else the latest of the first order that nothing has replaced, or
    None. `replaced_ids` are the payments that have been replaced, by payments of whichever orders.
    Raises ValidationFailed for a named payment that is not one of these.
    """
    if replaces is None:
        open_ids = _rejected(orders[0], replaced_ids)
        return open_ids[-1] if open_ids else None
    if not any(replaces in _rejected(order, replaced_ids) for order in orders):
        raise ValidationFailed(
            {"replaces": ["No es un pago rechazado de estas órdenes, o ya se envió otro por él"]}
        )
    return replaces


def _rejected(order: Order, replaced_ids: Collection[int]) -> list[int]:
    """Return the ids of the order's rejected payments that no other payment has replaced."""
    return [
        payment.id
        for payment in order.payments
        if payment.status is PaymentStatus.REJECTED and payment.id not in replaced_ids
    ]
