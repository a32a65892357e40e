"""The verbs of the restaurant, one transaction each. Start reading here.

Each verb is a plain function of a transaction. `Database.write` runs the verb, commits the
transaction, and wakes the feed. A verb decides by the domain's rules, and stores by `orders.place`,
`orders.save…` and `orders.save_payment`, which append the events as well. An exception undoes
everything that the verb did.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from comanda.domain import comparison
from comanda.domain.bill import (
    ChosenItem,
    Tender,
    allocate,
    check_payable,
    reallocate,
    replaced_by,
)
from comanda.domain.errors import PaymentNotFound, ValidationFailed
from comanda.domain.events import EventType
from comanda.domain.evidence import SAME_PROOF, Claim, Suspicion, WarningType
from comanda.domain.examinations import Examination, Facts
from comanda.domain.house import UNNAMED_HOUSE, House
from comanda.domain.idempotency import IdempotencyKey
from comanda.domain.orders import (
    Order,
    OrderItem,
    OrderStatus,
    Place,
    Through,
    check_reason,
    check_role,
    find_transition,
)
from comanda.domain.payments import (
    Corrected,
    Correction,
    Examined,
    Payment,
    PaymentRules,
    PaymentStatus,
    Proof,
    Submission,
    Verdict,
)
from comanda.domain.readings import Reading
from comanda.domain.reconciliation import ReconcilablePayment
from comanda.domain.staff import HOUSE, Role, Staff
from comanda.store import (
    events,
    evidence,
    examinations,
    house,
    idempotency,
    menu,
    orders,
    payments,
    readings,
    reconciliation,
    retention,
    viewers,
)
from comanda.store.database import Transaction
from comanda.store.retention import Outdated, Photo, Purged

_NO_CLAIM = Claim()
_ALL_DUE = Tender()
_STRICT = PaymentRules()
_MOVES_TO = {Verdict.APPROVED: OrderStatus.PAID, Verdict.REJECTED: OrderStatus.DELIVERED}
_NOTICE_OF = {
    Verdict.APPROVED: EventType.PAYMENT_APPROVED,
    Verdict.REJECTED: EventType.PAYMENT_REJECTED,
}


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A dish that a waiter orders. The price is the menu's, never the phone's."""

    product_id: int
    quantity: int
    note: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """An order, and whether this request changed the order.

    `last_event_id` is the log's newest event; the order reflects every event up to this id.
    """

    order: Order
    changed: bool
    last_event_id: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """An approved payment, ticked or not.

    `last_event_id` is the log's newest event; the payment reflects every event up to this id.
    """

    payment: ReconcilablePayment
    last_event_id: int


def place_order(
    tx: Transaction,
    actor: Staff,
    where: Place,
    lines: Sequence[OrderLine],
    key: IdempotencyKey | None = None,
) -> Outcome:
    """Place a waiter's order for a table or a customer, and tell the kitchen.

    Raises Forbidden, ValidationFailed (a product that is unknown or sold out) and
    IdempotencyKeyReused.
    """
    row = find_transition(None, OrderStatus.PENDING, actor.role, Through.PLACE)
    if (order_id := idempotency.order_made_by(tx, key)) is not None:
        return _outcome(tx, orders.require(tx, order_id), changed=False)
    items = tuple(_priced(tx, lines))
    order = orders.place(tx, where, items, row.notice, by=actor.username)
    idempotency.remember(tx, key, order.id)
    return _outcome(tx, order, changed=True)


def call_off(tx: Transaction, actor: Staff, key: str) -> Outcome | None:
    """Use up the idempotency key of a request, so that the request is never carried out.

    Return the order that the request made or changed, if it came before; else None.
    """
    order_id = idempotency.call_off(tx, key, actor.username)
    if order_id is None:
        return None
    return _outcome(tx, orders.require(tx, order_id), changed=False)


def _outcome(tx: Transaction, order: Order, *, changed: bool) -> Outcome:
    return Outcome(order, changed, events.head(tx))


def _priced(tx: Transaction, lines: Sequence[OrderLine]) -> Iterator[OrderItem]:
    for position, line in enumerate(lines):
        product = menu.find(tx, line.product_id)
        if product is None:
            raise ValidationFailed({f"items.{position}.product_id": ["No está en el menú"]})
        if not product.available:
            raise ValidationFailed({f"items.{position}.product_id": [f"{product.name}: agotado"]})
        yield OrderItem(product.id, product.name, line.quantity, product.price, line.note)


def advance_order(
    tx: Transaction, actor: Staff, order_id: int, target: OrderStatus, reason: str | None = None
) -> Outcome:
    """Take an order one step on or back, or void it for a `reason`.

    Raises OrderNotFound, Forbidden, ValidationFailed (the reason) and IllegalTransition.
    """
    order = orders.require(tx, order_id)
    check_role(actor.role, target, Through.STATUS)
    check_reason(target, reason)
    if order.status is target:
        return _outcome(tx, order, changed=False)
    moved_order, kind = order.move(target, actor.role, Through.STATUS, at=tx.now)
    saved_order = replace(moved_order, void_reason=reason)
    orders.save(tx, saved_order, kind, by=actor.username)
    return _outcome(tx, saved_order, changed=True)


def take_order(tx: Transaction, actor: Staff, order_id: int) -> Outcome:
    """Make the acting waiter the order's waiter.

    Raises OrderNotFound and IllegalTransition (a paid or void order).
    """
    order = orders.require(tx, order_id)
    if order.waiter == actor.username:
        return _outcome(tx, order, changed=False)
    handed_order = order.hand_to(actor.username)
    orders.save(tx, handed_order, None, by=actor.username)
    return _outcome(tx, handed_order, changed=True)


def move_order(tx: Transaction, actor: Staff, order_id: int, where: Place) -> Outcome:
    """Give an order another table or customer, as the last round there.

    Raises OrderNotFound, IllegalTransition (a paid or void order) and OrderHasPayments.
    """
    order = orders.require(tx, order_id)
    if order.place == where:
        return _outcome(tx, order, changed=False)
    moved_order = order.relocate(where, orders.next_round(tx, where, besides=order_id))
    return _outcome(tx, orders.save_place(tx, moved_order, by=actor.username), changed=True)


def take_off_item(
    tx: Transaction, actor: Staff, order_id: int, position: int, quantity: int, reason: str
) -> Outcome:
    """Leave only `quantity` dishes of an order's line, for a `reason`.

    Raises OrderNotFound, NotFound (no such line), Forbidden, IllegalTransition, OrderHasPayments
    and ValidationFailed.
    """
    order = orders.require(tx, order_id)
    lesser_order = order.take_off(position, quantity, reason, actor.role)
    if lesser_order.items[position].quantity == order.items[position].quantity:
        return _outcome(tx, order, changed=False)
    return _outcome(tx, orders.save_items(tx, lesser_order, by=actor.username), changed=True)


@dataclass(frozen=True, slots=True)
class Charge:
    """What a guest pays besides the order that the request names, and how.

    `also` are the ids of the further orders, `chosen` the dishes that the guest pays, `replaces`
    the rejected payment in whose place this payment comes.
    """

    tender: Tender = _ALL_DUE
    also: tuple[int, ...] = ()
    chosen: tuple[ChosenItem, ...] = ()
    replaces: int | None = None


_WHOLE_ORDER = Charge()


def submit_payment(
    tx: Transaction,
    actor: Staff,
    order_id: int,
    method: str,
    proof: Proof | None,
    key: IdempotencyKey | None = None,
    claim: Claim = _NO_CLAIM,
    charge: Charge = _WHOLE_ORDER,
    default_house: House = UNNAMED_HOUSE,
    *,
    to_account: bool = False,
) -> Outcome:
    """Store an attempt to pay orders, with the guest's proof, and notify the cashiers.

    The allocations, every order's state and events, the key and the proof are one transaction. The
    warnings about the proof are found in it, and the notice tells them. What the house has not
    stored about itself comes from `default_house`. `to_account`: by this method the money comes to
    the house's account; if it has come already, and nothing else fits, it is tied to the payment.

    Raises OrderNotFound, Forbidden, IdempotencyKeyReused, NothingDue, IllegalTransition and
    ValidationFailed (the amounts, the dishes, the replaced payment).
    """
    order = orders.require(tx, order_id)
    check_role(actor.role, OrderStatus.VERIFYING, Through.PROOF)
    if idempotency.order_made_by(tx, key) is not None:
        return _outcome(tx, order, changed=False)
    bill = _bill(tx, order, charge.also)
    rows = [
        find_transition(payable.status, OrderStatus.VERIFYING, actor.role, Through.PROOF)
        for payable in bill
    ]
    money = house.get(tx, default_house).money
    allocations = allocate(bill, charge.tender, charge.chosen, money)
    paid_ids = [allocation.order_id for allocation in allocations]
    paid_orders = [payable for payable in bill if payable.id in paid_ids]
    submission = Submission(
        method,
        proof,
        _with_file_time(tx, claim, proof, default_house),
        allocations,
        charge.tender.tip,
        charge.tender.tendered,
        replaced_by(paid_orders, charge.replaces, payments.replaced_ids(tx, paid_orders)),
        to_account,
    )
    saved_orders = orders.save_payment(
        tx, submission, rows[0].notice, actor.username, paid_orders=paid_orders
    )
    idempotency.remember(tx, key, order_id)
    return _outcome(tx, _as_saved(saved_orders, order), changed=True)


def _bill(tx: Transaction, order: Order, also: Sequence[int]) -> list[Order]:
    """Return the order and those with the ids `also`, all payable, the oldest first."""
    if order.id in also:
        raise ValidationFailed({"also": ["Esta orden ya está en el pago: quítala de aquí"]})
    bill = orders.require_all(tx, (order.id, *also)) if also else [order]
    check_payable(bill)
    return bill


def _as_saved(saved_orders: Sequence[Order], order: Order) -> Order:
    """Return the order as it was saved; as it is, if the payment did not reach it."""
    return next((saved for saved in saved_orders if saved.id == order.id), order)


def _with_file_time(
    tx: Transaction, claim: Claim, proof: Proof | None, default_house: House
) -> Claim:
    """Return the claim with the time that the file holds, besides the time that the phone sent.

    A time without a zone is in the house's time zone, not in the server's.
    """
    if proof is None or proof.taken_at is None:
        return claim
    if proof.taken_at.tzinfo is not None:
        return replace(claim, file_at=proof.taken_at)
    return replace(claim, file_at=house.get(tx, default_house).latest(proof.taken_at))


def decide_payment(
    tx: Transaction,
    actor: Staff,
    payment_id: int,
    verdict: Verdict,
    reason: str | None,
    *,
    seen_in_account: bool = False,
    rules: PaymentRules = _STRICT,
    seen_corrections: int | None = None,
) -> Outcome:
    """Store a cashier's verdict on the payment that they looked at, and on no other payment.

    `seen_corrections` is how often the payment had been corrected when they looked at it. Raises
    PaymentNotFound, Forbidden, OwnPayment, ValidationFailed, PaymentAlreadyDecided and, for an
    approval of what they did not see, IllegalTransition.
    """
    payment = payments.require(tx, payment_id)
    check_role(actor.role, _MOVES_TO[verdict], Through.VERDICT)
    if _is_reopening(payment, verdict, actor):
        decided_payment = payment.reopen(reason, actor.username, tx.now)
    elif _is_repeated_rejection(payment, verdict, actor):
        return _outcome(tx, orders.require(tx, payment.order_id), changed=False)
    else:
        rules = _of_the_house(tx, rules)
        payment.check_verdict(verdict, reason, actor.username, rules, seen=seen_in_account)
        if payment.status == PaymentStatus(verdict.value):
            return _outcome(tx, orders.require(tx, payment.order_id), changed=False)
        if verdict is Verdict.APPROVED and payment.status is PaymentStatus.PENDING:
            payment.check_seen_claim(seen_corrections)
        seen = seen_in_account if verdict is Verdict.APPROVED else None
        decided_payment = payment.decide(
            verdict, reason, actor.username, tx.now, seen_in_account=seen
        )
    return _settle(tx, actor, decided_payment, Through.VERDICT, _NOTICE_OF[verdict])


def _is_reopening(payment: Payment, verdict: Verdict, actor: Staff) -> bool:
    """Whether an administrator rejects a payment that was approved: a mended mistake."""
    is_rejection = verdict is Verdict.REJECTED and payment.status is PaymentStatus.APPROVED
    return is_rejection and actor.role is Role.ADMIN


def _is_repeated_rejection(payment: Payment, verdict: Verdict, actor: Staff) -> bool:
    """Whether the actor asks again for their own rejection, also that of an own payment."""
    is_rejected = verdict is Verdict.REJECTED and payment.status is PaymentStatus.REJECTED
    return is_rejected and payment.decided_by == actor.username


def withdraw_payment(tx: Transaction, actor: Staff, payment_id: int) -> Outcome:
    """Take back an own payment that no cashier has opened; all its orders are due again.

    Raises PaymentNotFound, Forbidden, PaymentAlreadyDecided and IllegalTransition.
    """
    payment = payments.require(tx, payment_id)
    if payment.status is PaymentStatus.WITHDRAWN and payment.submitted_by == actor.username:
        return _outcome(tx, orders.require(tx, payment.order_id), changed=False)
    withdrawn_payment = payment.withdraw(actor.username, tx.now)
    return _settle(tx, actor, withdrawn_payment, Through.WITHDRAWAL, None)


def correct_claim(
    tx: Transaction,
    actor: Staff,
    payment_id: int,
    correction: Correction,
    default_house: House = UNNAMED_HOUSE,
) -> Outcome:
    """Correct the number or the amount of an own payment that waits; the former values are kept.

    The amount is divided among the same orders. A warning goes if the corrected value removes its
    ground, and comes if it gives one; the history tells both. Raises PaymentNotFound, Forbidden,
    PaymentAlreadyDecided and ValidationFailed (the amount).
    """
    payment = payments.require(tx, payment_id)
    payment.check_correction(actor.username)
    paid_orders = orders.require_all(tx, payment.order_ids)
    reference, allocations = payment.reference, payment.allocations
    if correction.reference is not None:
        reference = correction.reference or None
    if correction.amount is not None and correction.amount != payment.amount:
        money = house.get(tx, default_house).money
        allocations = reallocate(paid_orders, payment, correction.amount, money)
    if (reference, allocations) == (payment.reference, payment.allocations):
        return _outcome(tx, paid_orders[0], changed=False)
    corrected = payment.correct(reference, allocations, actor.username, tx.now)
    if reference != payment.reference:
        corrected = _compared_by_number(tx, corrected)
    if allocations != payment.allocations:
        corrected = _compared_by_amount(corrected)
    saved_orders = orders.save_payment(
        tx, Corrected(corrected), None, actor.username, paid_orders=paid_orders
    )
    if reference != payment.reference:
        _warn_others(tx, evidence.later_with_number(tx, corrected))
    return _outcome(tx, saved_orders[0], changed=True)


def _compared_by_number(tx: Transaction, payment: Payment) -> Payment:
    """Return a payment with another number, and the warning that its numbers give now.

    A warning that was shown stays for as long as both payments have a number in common, whatever
    became of the other one.
    """
    number = WarningType.REFERENCE_REUSED
    kept = [
        one
        for one in payment.warnings
        if one.type is number and evidence.have_a_number_in_common(tx, payment, one.payment_id)
    ]
    suspicions = kept or evidence.reused_number(tx, payment, is_newest=True)
    return payment.without({number}).warn(suspicions)


def _compared_by_amount(payment: Payment) -> Payment:
    """Return a payment of another amount, and the warning that what was read gives now."""
    differs, read = WarningType.AMOUNT_DIFFERS, payment.reading
    total = payment.amount + payment.tip
    is_other = read is not None and comparison.differs_in_amount(read.amount, total)
    suspicions = [Suspicion(differs, payment.order_id, payment.id)] if is_other else []
    return payment.without({differs}).warn(suspicions)


def _settle(
    tx: Transaction, actor: Staff, payment: Payment, through: Through, kind: EventType | None
) -> Outcome:
    """Store a payment that has changed its status, and its orders' states. Raises Forbidden."""
    paid_orders = orders.require_all(tx, payment.order_ids)
    for order in paid_orders:
        find_transition(order.status, order.after(payment, tx.now).status, actor.role, through)
    viewers.clear(tx, payment.id)
    saved_orders = orders.save_payment(tx, payment, kind, actor.username, paid_orders=paid_orders)
    return _outcome(tx, saved_orders[0], changed=True)


def _of_the_house(tx: Transaction, rules: PaymentRules) -> PaymentRules:
    """Return the rules with what the house has chosen; else they stay as the configuration's."""
    default = replace(UNNAMED_HOUSE, own_verdicts=rules.own_verdicts)
    return replace(rules, own_verdicts=bool(house.get(tx, default).own_verdicts))


def see_payment(
    tx: Transaction, actor: Staff, payment_id: int, *, rules: PaymentRules = _STRICT
) -> Outcome:
    """Note that a cashier has opened a payment that waits, and tell the waiter, once a payment.

    The first cashier to open a payment also views it, as after `view_payment`. A look by the
    submitter does not count if they may not decide the payment. Raises PaymentNotFound.
    """
    payment = payments.require(tx, payment_id)
    order = orders.require(tx, payment.order_id)
    rules = _of_the_house(tx, rules)
    if payment.seen_at is not None or not payment.may_be_decided_by(actor.username, rules):
        return _outcome(tx, order, changed=False)
    return _put_on_show(tx, actor, payment, EventType.PAYMENT_SEEN)


def view_payment(
    tx: Transaction, actor: Staff, payment_id: int, *, rules: PaymentRules = _STRICT
) -> Outcome:
    """Note that a cashier has this payment on show, and no other, and tell the other cashiers.

    A view counts for `VIEWING_LASTS`; a cashier who looks longer asks again. A cashier who may not
    decide the payment is not shown as its viewer. Raises PaymentNotFound.
    """
    payment = payments.require(tx, payment_id)
    order = orders.require(tx, payment.order_id)
    rules = _of_the_house(tx, rules)
    if not payment.may_be_decided_by(actor.username, rules):
        orders.leave_payment(tx, actor.username)
        return _outcome(tx, order, changed=False)
    if payment.seen_at is None:
        return see_payment(tx, actor, payment_id, rules=rules)
    if viewers.is_recent(tx, actor.username, payment_id):
        return _outcome(tx, order, changed=False)
    return _put_on_show(tx, actor, payment, None)


def _put_on_show(
    tx: Transaction, actor: Staff, payment: Payment, kind: EventType | None
) -> Outcome:
    """Store the view. `kind` is PAYMENT_SEEN if nobody opened the payment before, else None."""
    if viewers.payment_of(tx, actor.username) != payment.id:
        orders.leave_payment(tx, actor.username)
    viewers.put(tx, actor.username, payment.id)
    shown_payment = payments.require(tx, payment.id)
    if kind is not None:
        shown_payment = shown_payment.see(actor.username, tx.now)
    saved_orders = orders.save_payment(tx, shown_payment, kind, by=actor.username)
    return _outcome(tx, saved_orders[0], changed=True)


def leave_payment(tx: Transaction, actor: Staff, payment_id: int) -> None:
    """Note that a cashier has closed this payment. A view of another payment stays.

    Raises PaymentNotFound.
    """
    payments.require(tx, payment_id)
    if viewers.payment_of(tx, actor.username) == payment_id:
        orders.leave_payment(tx, actor.username)


def acknowledge_warnings(
    tx: Transaction, actor: Staff, payment_id: int, types: Collection[WarningType]
) -> Outcome:
    """Note that a cashier knows the payment's late warnings of these types.

    Raises PaymentNotFound.
    """
    payment = payments.require(tx, payment_id)
    informed_payment = payment.acknowledge(types)
    if informed_payment == payment:
        return _outcome(tx, orders.require(tx, payment.order_id), changed=False)
    saved_orders = orders.save_payment(tx, informed_payment, None, by=actor.username)
    return _outcome(tx, saved_orders[0], changed=True)


def call_unseen(tx: Transaction, before: datetime, called_ids: Collection[int]) -> set[int]:
    """Alarm cashiers and waiters about payments sent before `before` that no cashier has opened.

    Returns the ids of the payments alarmed now. `called_ids` are the ids alarmed earlier.
    """
    unseen_payments = [
        payment for payment in payments.unseen(tx, before) if payment.id not in called_ids
    ]
    for payment in unseen_payments:
        orders.notify(tx, payment, EventType.PAYMENT_UNSEEN, by=HOUSE.username)
    return {payment.id for payment in unseen_payments}


def reconcile_payment(
    tx: Transaction, actor: Staff, payment_id: int, *, is_found: bool
) -> Reconciled:
    """Tick an approved payment as found in the bank's statement, or take the tick back.

    Raises PaymentNotFound, also for a payment that is not approved.
    """
    approved_payment = reconciliation.find(tx, payment_id)
    if approved_payment is None or approved_payment.payment.status is not PaymentStatus.APPROVED:
        raise PaymentNotFound
    if approved_payment.is_reconciled != is_found:
        reconciliation.tick(tx, payment_id, by=actor.username if is_found else None)
        approved_payment = approved_payment.changed(payments.require(tx, payment_id))
    return Reconciled(approved_payment, events.head(tx))


def remove_proofs(tx: Transaction, photos: Sequence[Photo]) -> Purged:
    """Delete these photos, except those of payments that wait for a verdict."""
    return retention.remove(tx, photos)


def sweep(tx: Transaction, kind: Outdated, before: datetime, most: int) -> int:
    """Delete at most `most` rows of `kind` older than `before`; return how many were deleted."""
    return retention.sweep(tx, kind, before, most)


def record_examination(
    tx: Transaction,
    payment_id: int,
    facts: Facts | None,
    *,
    is_read: bool = True,
    default_house: House = UNNAMED_HOUSE,
) -> bool:
    """Store what the examination of a payment's proof found, and tell cashiers and waiters.

    `facts` is None for a file that could not be read. With `is_read` False the proof is unreadable,
    although the few `facts` about it are compared. What the proof says is compared with the house;
    what the house has not stored about itself comes from `default_house`. A warning about another
    payment with the same proof, code or number is stored with that payment. Returns False, and
    changes nothing, if the proof was examined already. Raises PaymentNotFound.
    """
    payment = payments.require(tx, payment_id)
    if payment.examined_at is not None:
        return False
    suspicions_of = {} if facts is None else evidence.compare(tx, payment, facts)
    own_suspicions = suspicions_of.pop(payment_id, [])
    _warn_others(tx, suspicions_of)
    if facts is not None and facts.reading is not None:
        reading = comparison.presentable(facts.reading)
        payment, differences = _read(tx, payment, reading, house.get(tx, default_house))
        own_suspicions += differences
    is_examined = is_read and facts is not None
    examination = Examination.EXAMINED if is_examined else Examination.UNREADABLE
    examined_payment = payment.warn(own_suspicions).examine(examination, tx.now)
    examined = Examined(examined_payment, facts)
    orders.save_payment(tx, examined, EventType.PAYMENT_EXAMINED, by=HOUSE.username)
    return True


def _read(
    tx: Transaction, payment: Payment, reading: Reading, current_house: House
) -> tuple[Payment, list[Suspicion]]:
    """Return the payment with what its proof says, and the warnings that come from it.

    Nothing is kept of a proof that was deleted meanwhile.
    """
    known = readings.circumstances(tx, payment, reading, current_house)
    suspicions = [
        Suspicion(kind, payment.order_id, payment.id)
        for kind in comparison.find_differences(reading, known)
    ]
    read_payment = payment.read(comparison.summarize(reading, current_house))
    if all(one.type is not WarningType.REFERENCE_REUSED for one in payment.warnings):
        suspicions += evidence.reused_number(tx, read_payment)
    _warn_others(tx, evidence.later_with_number(tx, read_payment))
    is_kept = payments.file_type(tx, payment.id) is not None
    return read_payment if is_kept else payment, suspicions


def _warn_others(tx: Transaction, suspicions_of: Mapping[int, Sequence[Suspicion]]) -> None:
    """Store warnings of other payments, unless they have such ones."""
    for payment_id, suspicions in suspicions_of.items():
        about_proof = [one for one in suspicions if one.type in SAME_PROOF]
        if about_proof:
            _warn_about_same_proof(tx, payment_id, about_proof)
        _warn_about_same(tx, payment_id, [one for one in suspicions if one not in about_proof])


def _warn_about_same(tx: Transaction, payment_id: int, suspicions: Sequence[Suspicion]) -> None:
    """Store warnings of a number or a code that another payment has, too."""
    payment = payments.require(tx, payment_id)
    types = {warning.type for warning in payment.warnings}
    new_suspicions = [one for one in suspicions if one.type not in types]
    if new_suspicions:
        orders.save_payment(tx, payment.warn(new_suspicions), None, by=HOUSE.username)


def _warn_about_same_proof(
    tx: Transaction, payment_id: int, suspicions: Sequence[Suspicion]
) -> None:
    """Store warnings of a proof that another payment shows, unless the payment has such one.

    A warning of an earlier attempt to pay the same order doesn't make up for one of another order.
    """
    payment = payments.require(tx, payment_id)
    own_ids = payment.order_ids
    about_others = any(suspicion.order_id not in own_ids for suspicion in suspicions)
    types = {
        warning.type
        for warning in payment.warnings
        if not about_others or warning.order_id not in own_ids
    }
    new_suspicions = [suspicion for suspicion in suspicions if suspicion.type not in types]
    if WarningType.FILE_REUSED not in types and new_suspicions:
        orders.save_payment(tx, payment.warn(new_suspicions), None, by=HOUSE.username)


def fail_examination(tx: Transaction, payment_id: int) -> None:
    """Count an examination that ended without facts, so that it is tried once more."""
    examinations.fail(tx, payment_id)


def remember_facts(tx: Transaction, payment_id: int, facts: Facts) -> None:
    """Store the hashes and the thumbnail of a proof that an earlier version examined."""
    examinations.remember(tx, payment_id, facts)
