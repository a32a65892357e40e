"""Evenings by chance, over HTTP: whatever staff ask for in whatever order, every answer, the log
and every stream tell the same, and no money is made or lost."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from random import Random
from time import monotonic
from typing import Any

import pytest

from comanda.domain.orders import OrderStatus
from comanda.domain.staff import Staff
from comanda.store.backup import check
from comanda.store.connection import connect
from tests.house import (
    ANA,
    BETO,
    COCO,
    LUIS,
    MARA,
    ROSA,
    SOPA,
    TACOS,
    House,
    Stream,
    as_an_event,
    eventually,
    hang_up,
    jpeg,
)

MOST_STEPS, SECONDS = 140, 5.0  # of one evening, whichever ends first
MOST_ORDERS = 8
LISTENERS = (ANA, COCO, LUIS, ROSA)
HANDS = (ANA, BETO, LUIS, ROSA)
ALL = "/orders?" + "&".join(f"status={status}" for status in OrderStatus)
PLACES = ({"table_number": 1}, {"table_number": 2}, {"customer": "Lupita"})
LINES = [{"product_id": TACOS, "quantity": 2}, {"product_id": SOPA, "quantity": 1}]
NEXT = {"pendiente": "en_preparacion", "en_preparacion": "listo", "listo": "entregado"}
DUE = ("entregado", "por_verificar")
VERDICTS = {"aprobado": "payment_approved", "rechazado": "payment_rejected"}
PAYMENT_STATUSES = ("aprobado", "por_verificar", "rechazado", "retirado")
PAYMENT_NOTICES = ("payment_verification_pending", "payment_seen", *VERDICTS.values())
CHARGED = (*DUE, "pagado")
NOTHING = "nothing"
BOUNDARY = "a-limit"
STEPS = (
    *("place", "serve", "serve", "serve", "void", "move", "lessen", "look", "withdraw"),
    *("pay_an_amount", "pay_an_amount", "pay_dishes", "pay_several", "pay_again"),
    *("approve", "approve", "reject", "reopen"),
)


def cents(amount: float) -> int:
    return round(amount * 100)


def money(units: int) -> str:
    return f"{units / 100:.2f}"


def form(*fields: tuple[str, str]) -> bytes:
    """The fields of a payment's form, and a photo."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    texts = "".join(f'{head}"{name}"\r\n\r\n{value}\r\n' for name, value in fields)
    file = f'{head}"file"; filename="foto.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    return f"{texts}{file}".encode() + jpeg() + f"\r\n--{BOUNDARY}--\r\n".encode()


@dataclass
class Request:
    """What `member` asks for. `notice` is what the log tells if it is done, besides the orders.

    `expected` are the statuses of an answer to it. What is `lost` at first as a phone's network
    breaks is the request or its answer. `amount` is what a payment is to pay, in hundredths.
    """

    member: Staff
    method: str
    path: str
    body: dict[str, Any] | bytes | None = None
    notice: str | None = None
    expected: tuple[int, ...] = (200, 403, 409, 422)
    headers: dict[str, str] = field(default_factory=dict)
    lost: str = NOTHING
    amount: int | None = None

    async def send(self, house: House) -> tuple[int, Any]:
        data = json.dumps(self.body).encode() if isinstance(self.body, dict) else self.body
        kind = {"Content-Type": "application/json"} if isinstance(self.body, dict) else {}
        headers = {**kind, **self.headers}
        return await house.call(self.member, self.method, self.path, data=data, headers=headers)

    async def lose(self, house: House) -> None:
        """Send a payment, and hang up at once, or as soon as it is stored."""
        assert isinstance(self.body, bytes)
        length = f"Content-Length: {len(self.body)}"
        headers = [f"{name}: {value}" for name, value in self.headers.items()]
        line = f"{self.method} {self.path} HTTP/1.1"
        payments = house.rows()["payments"]
        caller = await house.dial(self.member, line, length, *headers, body=self.body)
        if self.lost == "answer":
            await eventually(lambda: house.rows()["payments"] > payments)
        hang_up(caller, rudely=True)


@dataclass
class Evening:
    """What every listener's page shows, and what each payment was sent for."""

    house: House
    chance: Random
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    streams: dict[str, Stream] = field(default_factory=dict)
    sent: dict[str, Any] = field(default_factory=dict)
    heard: Counter[str] = field(default_factory=Counter)
    reached: Counter[tuple[str, int]] = field(default_factory=Counter)

    @contextlib.asynccontextmanager
    async def listen(self) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for member in LISTENERS:
                stream = self.house.stream(member)
                self.streams[member.username] = await stack.enter_async_context(stream)
                self.shown[member.username] = {}
            yield

    # What may happen next; None where it can't.

    def place(self) -> Request | None:
        if len(self.orders()) == MOST_ORDERS:
            return None
        body = {**self.chance.choice(PLACES), "items": LINES}
        key = {"Idempotency-Key": f"o{len(self.orders())}"}
        return Request(ANA, "POST", "/orders", body, "order_placed", (201,), key)

    def serve(self) -> Request | None:
        if (order := self.any_of(self.orders(*NEXT))) is None:
            return None
        target = NEXT[order["status"]]
        member = ANA if target == "entregado" else COCO
        notice = "order_ready" if target == "listo" else None
        path = f"/orders/{order['id']}/status"
        return Request(member, "PUT", path, {"status": target}, notice, (200,))

    def void(self) -> Request | None:
        order = self.any_of(self.orders())
        if order is None or order["status"] == "anulado" or self.chance.random() < 0.7:
            return None
        member, body = self.chance.choice(HANDS), {"status": "anulado", "reason": "se fueron"}
        return Request(member, "PUT", f"/orders/{order['id']}/status", body, "order_voided")

    def move(self) -> Request | None:
        if (order := self.any_of(self.orders())) is None:
            return None
        where = self.chance.choice(PLACES)
        return Request(self.chance.choice(HANDS), "PUT", f"/orders/{order['id']}/place", where)

    def lessen(self) -> Request | None:
        if (order := self.any_of(self.orders())) is None:
            return None
        path = f"/orders/{order['id']}/items/{self.chance.randrange(2)}"
        body = {"quantity": self.chance.randrange(3), "reason": "no había"}
        return Request(self.chance.choice(HANDS), "PUT", path, body)

    def pay_an_amount(self) -> Request | None:
        if (order := self.any_of(self.orders(*DUE))) is None:
            return None
        due = cents(order["due"])
        amount = self.chance.choice([due, due // 2, due // 3, 1, 0, due + 1])
        tip = self.chance.choice([0, 0, 1500])
        fields = [("amount", money(amount)), ("tip", money(tip))]
        if self.chance.random() < 0.5:
            fields.append(("tendered", money(amount + tip + self.chance.choice([0, 5000]))))
        expected = (201,) if 0 < amount <= due else (409, 422)
        return replace(self.pay(order["id"], *fields, expected=expected), amount=amount)

    def pay_dishes(self) -> Request | None:
        if (order := self.any_of(self.orders(*DUE))) is None:
            return None
        position, quantity = self.chance.randrange(2), self.chance.randrange(1, 3)
        return self.pay(order["id"], ("items", f"{order['id']}:{position}:{quantity}"))

    def pay_several(self) -> Request | None:
        payable = [order for order in self.orders(*DUE) if order["due"]]
        if len(payable) == 0:
            return None
        first, *others = self.chance.sample(payable, self.chance.randint(1, len(payable)))
        also = [("also", order["id"]) for order in others]
        return self.pay(first["id"], *also, expected=(201,))

    def pay_again(self) -> Request | None:
        """In the place of a rejected payment, through any of its orders."""
        if (rejected := self.any_of(self.payments("rechazado"))) is None:
            return None
        order_id = self.chance.choice(rejected["orders"])["order_id"]
        fields = [("replaces", rejected["id"]), ("amount", "10.00")]
        return self.pay(order_id, *fields, method="transferencia")

    def pay(
        self,
        order_id: str,
        *fields: tuple[str, str],
        method: str = "efectivo",
        expected: tuple[int, ...] = (201, 409, 422),
    ) -> Request:
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Idempotency-Key": f"p{sum(self.reached.values())}",
        }
        member, lost = self.chance.choice(HANDS), NOTHING
        if expected == (201,):
            lost = self.chance.choice([NOTHING, NOTHING, "request", "answer"])
            expected = {NOTHING: expected, "request": (200, 201), "answer": (200,)}[lost]
        body, notice = form(("method", method), *fields), "payment_verification_pending"
        path = f"/orders/{order_id}/proof"
        return Request(member, "POST", path, body, notice, expected, headers, lost)

    def look(self) -> Request | None:
        if (payment := self.any_of(self.payments("por_verificar"))) is None:
            return None
        return Request(LUIS, "PUT", f"/payments/{payment['id']}/seen", None, "payment_seen", (200,))

    def approve(self) -> Request | None:
        return self.judge("aprobado", "por_verificar", (LUIS, MARA, ROSA))

    def reject(self) -> Request | None:
        return self.judge("rechazado", "por_verificar", (LUIS, MARA, ROSA))

    def reopen(self) -> Request | None:
        return self.judge("rechazado", "aprobado", (LUIS, ROSA))

    def judge(self, verdict: str, status: str, judges: tuple[Staff, ...]) -> Request | None:
        if (payment := self.any_of(self.payments(status))) is None:
            return None
        body: dict[str, Any] = {"verdict": verdict, "reason": "porque sí"}
        body |= {"seen_in_account": True} if verdict == "aprobado" else {}
        path, judge = f"/payments/{payment['id']}/verdict", self.chance.choice(judges)
        return Request(judge, "PUT", path, body, VERDICTS[verdict])

    def withdraw(self) -> Request | None:
        if (payment := self.any_of(self.payments("por_verificar"))) is None:
            return None
        sender = next(member for member in HANDS if member.username == payment["submitted_by"])
        return Request(sender, "DELETE", f"/payments/{payment['id']}")

    # What a page shows.

    def orders(self, *statuses: str) -> list[Any]:
        """The orders in these states, as an administrator's page shows them."""
        shown = self.shown[ROSA.username].values()
        return [order for order in shown if not statuses or order["status"] in statuses]

    def payments(self, *statuses: str) -> list[Any]:
        known = {payment["id"]: payment for one in self.orders() for payment in one["payments"]}
        return [payment for payment in known.values() if payment["status"] in statuses]

    def any_of(self, things: list[Any]) -> Any:
        """One of the things, mostly of the last; None if there are none."""
        return self.chance.choice(things[-4:]) if things else None

    # A step, and what must hold after it.

    async def step(self) -> None:
        name, request = "", None
        while request is None:
            name = self.chance.choice(STEPS)
            request = getattr(self, name)()
        self.house.clock.advance(seconds=0.5)
        rows, last = self.house.rows(), self.last_event()
        if request.lost != NOTHING:
            await request.lose(self.house)
        status, answer = await request.send(self.house)
        assert status in request.expected, (name, answer)
        self.reached[name, status] += 1
        if status >= 400:
            assert (self.house.rows(), self.last_event()) == (rows, last), (name, answer)
            return
        told = self.events(last)
        before = self.shown[ROSA.username].get(answer["id"])
        await self.check_pictures(ROSA, self.chance.choice(LISTENERS))
        self.check_log(request, told, changed=before != as_an_event(answer))
        self.check_money()
        self.check_payments(request.amount)
        await self.check_retry(request)

    def events(self, last: int) -> list[tuple[int, str, str]]:
        """(id, type, order) of what the log has after the event `last`."""
        with contextlib.closing(connect(self.house.path)) as connection:
            sql = "SELECT id, type, order_id FROM events WHERE id > ? ORDER BY id"
            return [(row[0], row[1], str(row[2])) for row in connection.execute(sql, (last,))]

    def last_event(self) -> int:
        return int(self.house.row("SELECT COALESCE(MAX(id), 0) FROM events")[0])

    def check_log(
        self, request: Request, told: list[tuple[int, str, str]], *, changed: bool
    ) -> None:
        """The log has the orders that a change touches, and its notice; else nothing."""
        notices = [kind for _, kind, _ in told if kind != "order_updated"]
        assert notices == ([request.notice] if request.notice and changed else [])
        updated = {order_id for _, kind, order_id in told if kind == "order_updated"}
        assert bool(updated) == changed
        if request.notice in PAYMENT_NOTICES and changed:
            order_id = told[-1][2]
            shown = self.shown[ROSA.username][order_id]
            paid_ids = [{part["order_id"] for part in one["orders"]} for one in shown["payments"]]
            assert any(paid <= updated for paid in paid_ids)

    async def check_pictures(self, *members: Staff) -> None:
        """The members' pages show what the server answers."""
        sql = "SELECT MAX(id) FROM events WHERE type = 'order_updated'"
        last = self.house.row(sql)[0]
        for member in members:
            name = member.username
            while self.heard[name] < last:
                event = await self.streams[name].next()
                self.heard[name] = event.id
                if event.type == "order_updated":
                    self.shown[name][event.data["id"]] = event.data
            _, listed = await self.house.call(member, "GET", ALL)
            assert {order["id"]: order for order in listed["orders"]} == self.shown[name]

    def check_money(self) -> None:
        """Every order has what its payments pay of it, never more, and the state that they make."""
        for order in self.orders():
            lines = [(line["quantity"] + line["removed"]) for line in order["items"]]
            assert lines == [line["quantity"] for line in LINES]
            worth = sum(line["quantity"] * cents(line["unit_price"]) for line in order["items"])
            sums = dict.fromkeys(("aprobado", "por_verificar", "rechazado", "retirado"), 0)
            for payment in order["payments"]:
                parts = [one for one in payment["orders"] if one["order_id"] == order["id"]]
                sums[payment["status"]] += sum(cents(part["amount"]) for part in parts)
            paid, waiting = sums["aprobado"], sums["por_verificar"]
            assert 0 <= paid + waiting <= worth
            told = [cents(order[name]) for name in ("total", "paid", "waiting", "due")]
            assert told == [worth, paid, waiting, worth - paid - waiting]
            if order["status"] in CHARGED:
                rule = "por_verificar" if waiting else "pagado" if paid == worth else "entregado"
                assert order["status"] == rule
            else:
                assert (paid, waiting) == (0, 0)

    def check_payments(self, amount: int | None) -> None:
        """A payment pays for ever what it was sent for."""
        for payment in self.payments(*PAYMENT_STATUSES):
            parts = [(part["order_id"], cents(part["amount"])) for part in payment["orders"]]
            if payment["id"] not in self.sent:
                assert amount in (None, sum(units for _, units in parts))
                self.sent[payment["id"]] = (parts, payment["tip"])
            assert cents(payment["amount"]) == sum(units for _, units in parts)
            assert (parts, payment["tip"]) == self.sent[payment["id"]]
        replacing = [one for one in self.payments(*PAYMENT_STATUSES) if one["replaces"]]
        replaced = Counter(one["replaces"] for one in replacing if one["status"] != "retirado")
        assert set(replaced.values()) <= {1}

    async def check_retry(self, request: Request) -> None:
        """Whoever asks again for the same is answered well, and nothing is done."""
        rows, last = self.house.rows(), self.last_event()
        status, answer = await request.send(self.house)
        assert (status, self.house.rows(), self.last_event()) == (200, rows, last), answer


@pytest.mark.parametrize("seed", [14, 41])
async def test_an_evening_by_chance_keeps_every_promise(house: House, seed: int) -> None:
    evening = Evening(house, Random(seed))
    async with evening.listen():
        ends_at = monotonic() + SECONDS
        while evening.reached.total() < MOST_STEPS and monotonic() < ends_at:
            await evening.step()
        await evening.check_pictures(*LISTENERS)
    done = {name for name, status in evening.reached if status < 300}
    assert done >= {"place", "serve", "pay_an_amount", "approve"}, evening.reached
    assert await asyncio.to_thread(check, house.path) == []
