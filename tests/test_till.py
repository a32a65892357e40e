"""Money that arrived against its promises: whatever comes in whatever order, a deposit is tied to
one payment at most, of the same amount, and to none while several fit."""

import hashlib
import json
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from comanda import till, workflow
from comanda.domain.bill import Tender
from comanda.domain.deposits import (
    NEAR,
    Checked,
    Deposit,
    DepositSource,
    NewDeposit,
    TieRule,
)
from comanda.domain.errors import DepositTaken, DomainError, OwnPayment, ValidationFailed
from comanda.domain.evidence import Claim
from comanda.domain.examinations import Facts, Source
from comanda.domain.house import UNNAMED_HOUSE
from comanda.domain.orders import OrderStatus, Place
from comanda.domain.payments import Correction, Payment, PaymentRules, PaymentStatus, Proof, Verdict
from comanda.domain.readings import Reading
from comanda.domain.staff import Staff
from comanda.store import deposits, numbers_in_use, orders, payments
from comanda.store import house as houses
from comanda.store.backup import check
from comanda.store.database import Snapshot, Transaction
from comanda.store.deposits import DepositFilter
from comanda.workflow import Charge, OrderLine
from tests.house import ANA, BETO, COCO, LUIS, ROSA, FixedClock, hire
from tests.test_workflow import open_file

PROOF = Proof("image/jpeg", b"foto", hashlib.sha256(b"foto").hexdigest())
RULES = PaymentRules(frozenset({"transferencia"}))
DAY = timedelta(days=1)
AMOUNTS = st.sampled_from([7000, 8550])
NUMBERS = st.sampled_from([None, None, "88412201937", "7700112233", "417"])
MINUTES = st.sampled_from([0, 0, 5, 20, 31, 70, 1500])


class TillOf:
    """A house on a database of its own, whose verbs are called one by one."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "c.db"
        self.connection = open_file(self.path)
        self.clock = FixedClock()
        self.keys = 0
        self.perform(hire)

    def perform(self, verb: Any, *arguments: Any, **more: Any) -> Any:
        """Run a verb in a transaction of its own, and undo it if it is refused."""
        tx = Transaction(self.connection, self.clock())
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            result = verb(tx, *arguments, **more)
        except DomainError:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return result

    def view(self) -> Snapshot:
        return Snapshot(self.connection, self.clock())

    def deliver(self, table: int = 1, dishes: int = 1000) -> int:
        lines = [OrderLine(1, dishes, None)]
        order = self.perform(workflow.place_order, ANA, Place(table), lines).order
        for member, status in (
            (COCO, OrderStatus.PREPARING),
            (COCO, OrderStatus.READY),
            (ANA, OrderStatus.DELIVERED),
        ):
            self.perform(workflow.advance_order, member, order.id, status)
        return int(order.id)

    def submit(
        self,
        order_id: int,
        amount: int,
        reference: str | None = None,
        by: Staff = ANA,
        *,
        tip: int = 0,
        method: str = "transferencia",
    ) -> Payment:
        """Send a payment of `amount` and `tip`."""
        charge = Charge(Tender(amount, tip))
        proof = PROOF if method == "transferencia" else None
        outcome = self.perform(
            workflow.submit_payment,
            by,
            order_id,
            method,
            proof,
            claim=Claim(reference),
            charge=charge,
            to_account=method == "transferencia",
        )
        sent: Payment = outcome.order.payments[-1]
        return sent

    def notice(
        self,
        amount: int,
        *,
        minutes: float = 0,
        reference: str | None = None,
        key: str | None = None,
        sender: str | None = "Marcos Peña",
    ) -> till.Arrival:
        """The bank says that money arrived `minutes` ago."""
        self.keys += 1
        new = NewDeposit(
            DepositSource.NOTICE,
            amount,
            self.clock() - timedelta(minutes=minutes),
            key or f"aviso:{self.keys}",
            sender=sender,
            reference=reference,
            rule="recibiste",
            text="Recibiste dinero",
        )
        arrival: till.Arrival = self.perform(till.receive_deposit, new)
        return arrival

    def line(self, amount: int, at: datetime, key: str, **more: Any) -> till.Arrival:
        """A line of a statement."""
        new = NewDeposit(DepositSource.STATEMENT, amount, at, key, **more)
        received = self.perform(till.receive_lines, LUIS, [new])
        (deposit_id,) = {*received.added, *received.merged, *received.known}
        self.perform(till.tie_lines, LUIS, [deposit_id])
        deposit = deposits.require(self.view(), deposit_id)
        return till.Arrival(deposit, bool(received.added), received.last_event_id)

    def judge(self, payment: Payment, verdict: Verdict, *, seen: bool = False) -> Payment:
        self.perform(
            workflow.decide_payment,
            LUIS,
            payment.id,
            verdict,
            "porque sí",
            seen_in_account=seen,
            rules=RULES,
        )
        return self.payment(payment)

    def tie(self, deposit: Deposit, payment: Payment | None, by: Staff = LUIS) -> Deposit:
        payment_id = None if payment is None else payment.id
        tied: Deposit = self.perform(till.tie_deposit, by, deposit.id, payment_id).deposit
        return tied

    def payment(self, payment: Payment) -> Payment:
        return payments.require(self.view(), payment.id)

    def deposit(self, deposit: Deposit | till.Arrival) -> Deposit:
        known = deposit.deposit if isinstance(deposit, till.Arrival) else deposit
        return deposits.require(self.view(), known.id)

    def rule_of(self, payment: Payment) -> TieRule | None:
        deposit = self.payment(payment).deposit
        return None if deposit is None or deposit.tie is None else deposit.tie.rule

    def news(self, after: int = 0) -> list[tuple[str, Any]]:
        rows = self.view().all("SELECT type, data FROM events WHERE id > :after", {"after": after})
        return [(row["type"], json.loads(row["data"])) for row in rows]

    def head(self) -> int:
        (row,) = self.view().all("SELECT COALESCE(MAX(id), 0) AS head FROM events")
        return int(row["head"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TillOf]:
    opened = TillOf(tmp_path)
    yield opened
    opened.connection.close()


# Which comes first


def test_money_that_comes_after_its_payment_is_tied_to_it(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000)
    before = house.head()
    arrival = house.notice(7000)
    assert arrival.deposit.tie is not None
    assert (arrival.deposit.payment_id, arrival.deposit.tie.rule) == (payment.id, TieRule.AMOUNT)
    told = house.news(before)
    assert [kind for kind, _ in told] == ["order_updated", "deposit_arrived", "deposit_tied"]
    assert told[0][1]["payment"]["deposit"]["sender"] == "Marcos Peña"
    assert told[1][1]["payment_id"] == told[2][1]["payment_id"] == str(payment.id)


def test_money_that_came_before_its_payment_is_tied_when_the_payment_comes(house: TillOf) -> None:
    order_id = house.deliver()
    assert house.notice(7000).deposit.tie is None
    before = house.head()
    payment = house.submit(order_id, 6000, tip=1000)
    assert house.rule_of(payment) is TieRule.AMOUNT
    told = [kind for kind, _ in house.news(before)]
    assert told == ["order_updated", "payment_verification_pending", "deposit_tied"]


def test_a_number_that_is_read_decides_where_two_payments_are_of_one_amount(house: TillOf) -> None:
    order_id = house.deliver()
    one, other = house.submit(order_id, 7000), house.submit(order_id, 7000)
    deposit = house.notice(7000, reference="88412201937").deposit
    assert deposit.tie is None
    before = house.head()
    facts = Facts(reading=Reading(reference="88412201937"), source=Source.PICTURE)
    house.perform(workflow.record_examination, other.id, facts)
    assert house.rule_of(other) is TieRule.REFERENCE
    assert house.rule_of(one) is None
    told = [kind for kind, _ in house.news(before)]
    assert told == ["order_updated", "payment_examined", "deposit_tied"]


def test_a_number_ties_also_long_after_the_payment_was_approved(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000, "88412201937")
    house.judge(payment, Verdict.APPROVED, seen=True)
    house.clock.advance(days=9)
    line = house.line(7000, house.clock(), "estado:1", reference="000088412201937")
    assert line.deposit.payment_id == payment.id
    assert house.payment(payment).checked is Checked.ACCOUNT


def test_the_same_amount_at_another_hour_is_other_money(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000)
    house.clock.advance(minutes=31)
    assert house.notice(7000).deposit.tie is None
    assert house.notice(7000, minutes=62).deposit.tie is None
    assert house.notice(7000, minutes=30).deposit.payment_id == payment.id


def test_two_that_fit_are_tied_by_nobody_and_one_by_hand_decides_the_other(house: TillOf) -> None:
    order_id = house.deliver()
    one, other = house.submit(order_id, 7000), house.submit(order_id, 7000)
    first, second = house.notice(7000).deposit, house.notice(7000).deposit
    assert house.deposit(first).tie is None
    assert house.deposit(second).tie is None
    before = house.head()
    tied = house.tie(second, one)
    assert tied.tie is not None
    assert (tied.tie.rule, tied.tie.by) == (TieRule.HAND, "luis")
    assert house.deposit(first).payment_id == other.id
    told = [kind for kind, _ in house.news(before)]
    assert told == ["order_updated", "deposit_tied", "deposit_tied"]


def test_a_statements_line_without_a_time_fits_the_day_and_less_than_a_notice(
    house: TillOf,
) -> None:
    payment = house.submit(house.deliver(), 7000)
    day = house.clock() - timedelta(hours=9)
    line = house.line(7000, day, "estado:1", is_day=True).deposit
    assert line.payment_id == payment.id
    assert house.rule_of(payment) is TieRule.DAY
    other = house.submit(house.deliver(2), 8550)
    line = house.line(8550, day - DAY, "estado:2", is_day=True).deposit
    assert line.tie is None
    notice = house.notice(8550).deposit
    assert (notice.payment_id, house.rule_of(other)) == (other.id, TieRule.AMOUNT)


@pytest.mark.parametrize("method", ["efectivo", "tarjeta"])
def test_cash_and_cards_have_no_deposit(house: TillOf, method: str) -> None:
    payment = house.submit(house.deliver(), 7000, method=method)
    deposit = house.notice(7000).deposit
    assert deposit.tie is None
    with pytest.raises(ValidationFailed):
        house.tie(deposit, payment)


# What a verdict, a correction and a hand do


def test_a_rejection_lets_the_money_go_to_the_payment_that_is_sent_again(house: TillOf) -> None:
    order_id = house.deliver()
    payment = house.submit(order_id, 7000)
    deposit = house.notice(7000).deposit
    before = house.head()
    house.judge(payment, Verdict.REJECTED)
    assert house.deposit(deposit).tie is None
    told = house.news(before)
    assert [kind for kind, _ in told] == ["order_updated", "payment_rejected", "deposit_tied"]
    assert told[0][1]["payments"][0]["deposit"] is None
    assert told[2][1]["payment_id"] is None
    again = house.submit(order_id, 7000)
    assert house.deposit(deposit).payment_id == again.id


def test_a_payment_that_is_rejected_leaves_the_money_to_the_only_other_one(house: TillOf) -> None:
    order_id = house.deliver()
    one, other = house.submit(order_id, 7000), house.submit(order_id, 7000)
    deposit = house.notice(7000).deposit
    assert deposit.tie is None
    house.judge(one, Verdict.REJECTED)
    assert house.deposit(deposit).payment_id == other.id


def test_another_amount_ends_a_tie(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000)
    deposit = house.notice(7000).deposit
    house.perform(workflow.correct_claim, ANA, payment.id, Correction(amount=6900))
    assert house.deposit(deposit).tie is None
    assert house.payment(payment).deposit is None
    house.perform(workflow.correct_claim, ANA, payment.id, Correction(amount=7000))
    assert house.deposit(deposit).payment_id == payment.id


def test_a_deposit_makes_an_approval_possible_and_tells_how_it_was_checked(house: TillOf) -> None:
    order_id = house.deliver()
    payment = house.submit(order_id, 7000)
    with pytest.raises(ValidationFailed):
        house.judge(payment, Verdict.APPROVED)
    house.notice(7000)
    approved = house.judge(payment, Verdict.APPROVED)
    assert (approved.checked, approved.seen_in_account) == (Checked.NOTICE, False)
    by_statement = house.submit(house.deliver(2), 8550)
    house.line(8550, house.clock(), "estado:1")
    assert house.judge(by_statement, Verdict.APPROVED).checked is Checked.STATEMENT
    by_eye = house.submit(house.deliver(3), 9000)
    assert house.judge(by_eye, Verdict.APPROVED, seen=True).checked is Checked.ACCOUNT


def test_a_tie_taken_back_is_made_by_no_rule_again(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000)
    deposit = house.notice(7000).deposit
    assert house.tie(deposit, None).tie is None
    house.judge(payment, Verdict.REJECTED)
    house.submit(payment.order_id, 7000)
    assert house.deposit(deposit).tie is None
    assert house.tie(deposit, None).untied_by == "luis"


def test_nobody_ties_their_own_payment_a_taken_deposit_or_another_amount(house: TillOf) -> None:
    order_id = house.deliver()
    one, other = house.submit(order_id, 7000), house.submit(order_id, 7000)
    third = house.submit(order_id, 8550)
    own = house.submit(order_id, 7000, by=LUIS)
    deposit = house.notice(7000).deposit
    with pytest.raises(OwnPayment):
        house.tie(deposit, own)
    with pytest.raises(ValidationFailed):
        house.tie(deposit, third)
    house.tie(deposit, one)
    with pytest.raises(DepositTaken):
        house.tie(deposit, other)
    with pytest.raises(DepositTaken):
        house.tie(house.notice(7000, minutes=90).deposit, one)
    assert house.tie(house.deposit(deposit), one).payment_id == one.id


def test_what_is_doubtful_is_tied_by_hand_alone_until_the_statement_has_it(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000)
    doubtful = NewDeposit(
        DepositSource.NOTICE, 7000, house.clock(), "aviso:x", sender="desde 55", is_doubtful=True
    )
    deposit = house.perform(till.receive_deposit, doubtful).deposit
    assert deposit.tie is None
    assert house.payment(payment).deposit is None
    line = house.line(7000, house.clock(), "estado:1")
    assert (line.is_new, line.deposit.payment_id) == (False, payment.id)


def test_a_strangers_text_message_makes_no_doubt_of_the_banks_notice(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000)
    at, words = house.clock(), "Recibiste $70.00"
    arrivals = [
        house.perform(
            till.receive_deposit,
            NewDeposit(DepositSource.NOTICE, 7000, at, key, text=words, is_doubtful=is_doubtful),
        )
        for key, is_doubtful in (("aviso:a", True), ("aviso:b", False), ("aviso:c", True))
    ]
    assert [one.is_new for one in arrivals] == [True, True, True]
    assert [one.deposit.payment_id for one in arrivals] == [None, payment.id, None]


def test_the_banks_notice_leaves_no_doubt_of_what_a_stranger_told_before(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000)
    first, second, third = (
        house.perform(
            till.receive_deposit,
            NewDeposit(
                DepositSource.NOTICE,
                7000,
                house.clock(),
                f"aviso:{words}",
                reference="88412201937",
                text=words,
                is_doubtful=is_doubtful,
            ),
        )
        for words, is_doubtful in (("de un extraño", True), ("otra vez", True), ("banco", False))
    )
    assert {first.deposit.id, second.deposit.id, third.deposit.id} == {first.deposit.id}
    assert [one.deposit.payment_id for one in (first, second, third)] == [None, None, payment.id]


def test_whether_one_person_runs_the_house_is_said_by_the_house_itself(house: TillOf) -> None:
    """An old file of settings says that one does, and the house has said since that none does."""
    alone = replace(UNNAMED_HOUSE, own_verdicts=True)
    house.submit(house.deliver(), 7000)
    own = house.submit(house.deliver(2), 7000, by=LUIS)
    deposit = house.notice(7000).deposit
    house.perform(houses.put, replace(alone, own_verdicts=False))
    with pytest.raises(OwnPayment):
        house.perform(till.tie_deposit, LUIS, deposit.id, own.id, default_house=alone)
    house.perform(houses.put, alone)
    house.perform(till.tie_deposit, LUIS, deposit.id, own.id)
    assert house.deposit(deposit).payment_id == own.id


# The same money twice


def test_the_same_notice_a_day_later_is_the_same_notice(house: TillOf) -> None:
    first = house.notice(7000, key="aviso:x")
    house.clock.advance(days=1)
    before = house.head()
    again = house.notice(7000, key="aviso:x")
    assert (again.is_new, again.deposit.id) == (False, first.deposit.id)
    assert house.news(before) == []


def test_a_statements_line_becomes_part_of_the_notices_money(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000)
    notice = house.notice(7000)
    day = house.clock() - timedelta(hours=9)
    line = house.line(7000, day, "estado:1", is_day=True, reference="88412201937")
    assert (line.is_new, line.deposit.id) == (False, notice.deposit.id)
    assert (line.deposit.source, line.deposit.in_statement) == (DepositSource.NOTICE, True)
    assert line.deposit.reference == "88412201937"
    assert house.payment(payment).deposit == line.deposit.told()
    second = house.line(7000, day, "estado:2", is_day=True)
    assert second.is_new
    assert not house.line(7000, day, "estado:2", is_day=True).is_new


def test_a_notice_that_comes_after_the_statement_is_part_of_its_line(house: TillOf) -> None:
    line = house.line(7000, house.clock(), "estado:1")
    notice = house.notice(7000, minutes=3)
    assert (notice.is_new, notice.deposit.id) == (False, line.deposit.id)
    assert notice.deposit.sender == "Marcos Peña"
    assert house.notice(7000, minutes=3).is_new


def test_a_statement_has_no_money_that_came_after_it_was_imported(house: TillOf) -> None:
    """Else a line of this morning would swallow the notice of tonight's guest."""
    midnight = house.clock().replace(hour=6, minute=0)
    line = house.line(7000, midnight, "estado:1", is_day=True)
    house.clock.advance(hours=2)
    earlier = house.notice(7000, minutes=150)
    assert (earlier.is_new, earlier.deposit.id) == (False, line.deposit.id)
    other_line = house.line(8550, midnight, "estado:2", is_day=True)
    house.clock.advance(hours=1)
    later = house.notice(8550)
    assert later.is_new
    assert later.deposit.id != other_line.deposit.id


def test_an_old_line_is_no_news_for_the_till(house: TillOf) -> None:
    before = house.head()
    house.line(7000, house.clock() - timedelta(days=20), "estado:1")
    assert house.news(before) == []
    house.line(7000, house.clock() - timedelta(hours=5), "estado:2")
    assert [kind for kind, _ in house.news(before)] == ["deposit_arrived"]


@pytest.mark.parametrize("ends", [0, 4, 12])
def test_a_line_without_a_time_belongs_to_the_houses_day_of_its_date(
    house: TillOf, ends: int
) -> None:
    midnight = house.clock().replace(hour=6, minute=0)
    line = house.line(7000, midnight, "estado:1", is_day=True).deposit
    start = midnight + timedelta(hours=ends)
    listed = [
        deposits.find_all(house.view(), DepositFilter(start + day * DAY, start + (day + 1) * DAY))
        for day in (-1, 0, 1)
    ]
    assert [len(found) for found in listed] == [0, 1, 0]
    assert listed[1] == [line]


# What a thief on the staff may try


def test_a_cashier_moves_no_money_to_their_own_payment_by_rejecting_anothers(
    house: TillOf,
) -> None:
    order_id = house.deliver()
    honest = house.submit(order_id, 7000)
    deposit = house.notice(7000).deposit
    own = house.submit(order_id, 7000, by=LUIS)
    house.judge(honest, Verdict.REJECTED)
    assert house.payment(own).deposit is None
    assert house.deposit(deposit).tie is None
    again = house.submit(order_id, 7000)
    assert house.payment(again).deposit is None, "two fit, and people decide"


def test_whoever_tries_one_amount_after_another_learns_of_no_deposit(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 6000)
    deposit = house.notice(7000).deposit
    for amount in (6500, 6600, 7000):
        house.perform(workflow.correct_claim, ANA, payment.id, Correction(amount=amount))
    assert house.payment(payment).deposit is None
    house.perform(workflow.correct_claim, ANA, payment.id, Correction(reference="88412201937"))
    assert house.payment(payment).deposit is None
    assert house.tie(deposit, payment).payment_id == payment.id


def test_a_line_tells_who_imported_it(house: TillOf) -> None:
    line = house.line(7000, house.clock(), "estado:1").deposit
    assert line.received_by == line.wire()["received_by"] == "luis"
    assert house.notice(8550).deposit.received_by == "comanda"


def test_one_number_in_all_of_a_banks_notices_hides_no_money(house: TillOf) -> None:
    first = house.notice(7000, reference="202611")
    assert not house.notice(7000, minutes=3, reference="202611").is_new
    house.clock.advance(hours=1)
    second = house.notice(7000, reference="202611", sender="Beto Paz")
    assert (second.is_new, second.deposit.id == first.deposit.id) == (True, False)


# Any order of arrivals


class Till(RuleBasedStateMachine):
    """Payments, money, readings, corrections, verdicts and hands, in any order."""

    reached: ClassVar[Counter[str]] = Counter()

    @initialize(numbers=st.lists(NUMBERS, min_size=2, max_size=4))
    def open(self, numbers: list[str | None]) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.house = TillOf(Path(self.folder.name))
        self.order_ids = [self.house.deliver(table) for table in (1, 2)]
        self.payments: list[Payment] = []
        self.deposits: list[Deposit] = []
        for at, number in enumerate(numbers):
            self.submit(at % 2, 7000, number, ANA)
            self.notice(7000, 0, number)

    def teardown(self) -> None:
        self.house.connection.execute("PRAGMA journal_mode = WAL")
        assert check(self.house.path) == []
        self.house.connection.close()
        self.folder.cleanup()

    @rule(minutes=MINUTES)
    def wait(self, minutes: int) -> None:
        self.house.clock.advance(minutes=minutes)

    @rule(at=st.integers(0, 1), amount=AMOUNTS, number=NUMBERS, by=st.sampled_from([ANA, BETO]))
    def submit(self, at: int, amount: int, number: str | None, by: Staff) -> None:
        self.payments.append(self.house.submit(self.order_ids[at], amount, number, by))

    @rule(amount=AMOUNTS, minutes=MINUTES, number=NUMBERS)
    def notice(self, amount: int, minutes: int, number: str | None) -> None:
        arrival = self.house.notice(amount, minutes=minutes, reference=number)
        self.deposits.append(arrival.deposit)

    @rule(amount=AMOUNTS, number=NUMBERS, key=st.integers(1, 6), is_day=st.booleans())
    def line(self, amount: int, number: str | None, key: int, is_day: bool) -> None:  # noqa: FBT001
        at = self.house.clock().replace(hour=0, minute=0) if is_day else self.house.clock()
        name = f"estado:{amount} {number} {key} {is_day}"
        arrival = self.house.line(amount, at, name, is_day=is_day, reference=number)
        self.deposits.append(arrival.deposit)

    @rule(which=st.integers(0, 30), number=NUMBERS)
    def read(self, which: int, number: str | None) -> None:
        if self.payments:
            payment = self.payments[which % len(self.payments)]
            facts = Facts(reading=Reading(reference=number), source=Source.PICTURE)
            self.house.perform(workflow.record_examination, payment.id, facts)

    @rule(which=st.integers(0, 30), number=NUMBERS, amount=AMOUNTS)
    def correct(self, which: int, number: str | None, amount: int) -> None:
        payment = self.pick(which)
        if payment is not None and payment.status is PaymentStatus.PENDING:
            member = {one.username: one for one in (ANA, BETO)}[payment.submitted_by]
            correction = Correction(number or "", amount)
            self.house.perform(workflow.correct_claim, member, payment.id, correction)

    @rule(which=st.integers(0, 30), verdict=st.sampled_from([*Verdict, Verdict.APPROVED]))
    def judge(self, which: int, verdict: Verdict) -> None:
        payment = self.pick(which)
        if payment is not None and payment.status is PaymentStatus.PENDING:
            reason = "porque sí"
            self.house.perform(
                workflow.decide_payment,
                LUIS,
                payment.id,
                verdict,
                reason,
                seen_in_account=True,
                rules=RULES,
            )
            self.reached[f"{verdict} {payment.deposit is not None}"] += 1

    @rule(which=st.integers(0, 30))
    def reopen(self, which: int) -> None:
        payment = self.pick(which)
        if payment is not None and payment.status is PaymentStatus.APPROVED:
            rejected = Verdict.REJECTED
            self.house.perform(workflow.decide_payment, ROSA, payment.id, rejected, "error")

    @rule(which=st.integers(0, 30), deposit=st.integers(0, 30))
    def tie(self, which: int, deposit: int) -> None:
        payment = self.pick(which)
        if payment is None or not self.deposits:
            return
        try:
            self.house.tie(self.deposits[deposit % len(self.deposits)], payment)
            self.reached["hand"] += 1
        except DomainError:
            self.reached["refused hand"] += 1

    @rule(deposit=st.integers(0, 30))
    def untie(self, deposit: int) -> None:
        if self.deposits:
            self.house.tie(self.deposits[deposit % len(self.deposits)], None)

    def pick(self, which: int) -> Payment | None:
        if not self.payments:
            return None
        return self.house.payment(self.payments[which % len(self.payments)])

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "house"):
            return
        view = self.house.view()
        rows = view.all("SELECT id FROM deposits")
        every = [deposits.require(view, row["id"]) for row in rows]
        tied = [one for one in every if one.payment_id is not None]
        assert len({one.payment_id for one in tied}) == len(tied)
        for one in tied:
            payment = payments.require(view, one.payment_id or 0)
            assert payment.deposit == one.told()
            assert (payment.arrives, payment.counts, payment.to_account) == (one.amount, True, True)
            assert one.tie is not None
            self.reached[one.tie.rule] += 1
        self.leaves_nothing_that_fits(view, every)
        self.tells_what_is_stored(view)

    def leaves_nothing_that_fits(self, view: Snapshot, every: list[Deposit]) -> None:
        """No deposit and payment are left that only fit each other, but by a hand's wish."""
        free = [one for one in every if one.tie is None and one.untied_by is None]
        all_payments = [payments.require(view, payment.id) for payment in self.payments]
        waiting = [one for one in all_payments if one.counts and one.deposit is None]
        for fits in (by_number, by_time):
            for deposit in free:
                payees = [one for one in waiting if fits(view, deposit, one)]
                if len(payees) == 1:
                    rivals = [one for one in free if fits(view, one, payees[0])]
                    assert rivals != [deposit]

    def tells_what_is_stored(self, view: Snapshot) -> None:
        """The newest event of each order has it as it is."""
        for order_id in self.order_ids:
            (row,) = view.all(
                "SELECT data, for_waiters FROM events"
                " WHERE order_id = :id AND type = 'order_updated' ORDER BY id DESC LIMIT 1",
                {"id": order_id},
            )
            stored = orders.require(view, order_id)
            told = {one["id"]: one["deposit"] for one in json.loads(row["data"])["payments"]}
            assert told == {str(one.id): deposit_wire(one) for one in stored.payments}
            assert "Marcos" not in (row["for_waiters"] or row["data"])


def deposit_wire(payment: Payment) -> Any:
    return None if payment.deposit is None else json.loads(json.dumps(payment.deposit.wire()))


def by_number(view: Snapshot, deposit: Deposit, payment: Payment) -> bool:
    key = deposits.key_of(view, deposit.id)
    own_keys = numbers_in_use.keys_of(view, payment.id)
    return deposit.amount == payment.arrives and key is not None and key in own_keys


def by_time(_: Snapshot, deposit: Deposit, payment: Payment) -> bool:
    if len(payment.former_claims) > 2:
        return False
    later = payment.submitted_at - deposit.at
    most = DAY if deposit.is_day else NEAR
    return deposit.amount == payment.arrives and -NEAR <= later <= most


def test_no_order_of_arrivals_ties_anything_twice_or_another_amount() -> None:
    Till.reached.clear()
    steps = settings(max_examples=80, stateful_step_count=25, deadline=None, derandomize=True)
    run_state_machine_as_test(Till, settings=steps)
    wanted = {TieRule.REFERENCE, TieRule.AMOUNT, TieRule.HAND, "refused hand", "aprobado True"}
    missing = wanted - {*Till.reached}
    assert not missing


def test_sqlite_itself_ties_a_payment_to_one_deposit(house: TillOf) -> None:
    payment = house.submit(house.deliver(), 7000)
    house.notice(7000)
    other = house.notice(7000, minutes=50).deposit
    with pytest.raises(sqlite3.IntegrityError):
        house.connection.execute(
            "UPDATE deposits SET payment_id = ? WHERE id = ?", (payment.id, other.id)
        )
