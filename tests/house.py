"""A restaurant for tests: a real server on a real port, real SQLite, staff who are signed in."""

import asyncio
import contextlib
import hashlib
import io
import itertools
import json
import os
import secrets
import socket
import struct
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn

import aiohttp
import pytest
from aiohttp import web
from argon2 import PasswordHasher
from PIL import Image

from comanda import access, till
from comanda import app as wiring
from comanda.app import build_app, listening
from comanda.config import Backup, Config, DatabaseConfig, Events, Proofs
from comanda.domain.deposits import DepositSource, NewDeposit
from comanda.domain.menu import Entry
from comanda.domain.names import fold
from comanda.domain.staff import Role, Staff
from comanda.domain.wire import encode
from comanda.examining import Examinations, Examiner
from comanda.store import staff
from comanda.store.connection import connect
from comanda.store.database import Database, Snapshot, Transaction
from comanda.web.contract.event_data import EVENTS
from comanda.web.plumbing import pins
from comanda.web.plumbing.assets import Assets
from comanda.web.plumbing.keys import DATABASE
from comanda.web.plumbing.spool import IN_MEMORY
from tests.contract import Contract

ANA = Staff("ana", "Ana", Role.WAITER)
BETO = Staff("beto", "Beto", Role.WAITER)
COCO = Staff("coco", "Coco", Role.KITCHEN)
LUIS = Staff("luis", "Luis", Role.CASHIER)
MARA = Staff("mara", "Mara", Role.CASHIER)
ROSA = Staff("rosa", "Rosa", Role.ADMIN)
EVERYONE = (ANA, BETO, COCO, LUIS, MARA, ROSA)
PIN = "1234"  # from before; for whoever handles money a new one is longer
NEW_PIN = "884197"
# Argon2id with parameters so small that it costs nothing. A hash names its own parameters.
CheapHasher = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
PIN_HASH = (  # of PIN, by CheapHasher
    "$argon2id$v=19$m=8,t=1,p=1$RcmQQh41xPioSC9FF1VkjA$EMwYpVsoQcCFg5GVu9qeiVuBEzTM1rip46Np80eqGJc"
)
MENU = (
    Entry("Tacos al pastor", "Tacos", 8550),
    Entry("Sopa", "Sopas", 7000),
    Entry("Agua", "Bebidas", 3000),
)
_PRODUCT = """
    INSERT INTO products (name, name_key, category, price, available, position, removed)
    VALUES (:name, :name_key, :category, :price, 1, :position, 0)
"""
NOT_COUNTED = {
    "sessions",
    "sign_in_attempts",
    "sign_in_failures",
    "known_browsers",
    "sqlite_sequence",
}
TACOS, SOPA, AGUA = "1", "2", "3"
_photos = itertools.count(1)
read_assets = cache(Assets)  # the pages' files are compressed once, not for each house
SLOW = 30.0  # seconds: a guard against hanging on a busy machine, not a goal


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 28, 20, 41, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class SseEvent:
    """One event of a stream, its data parsed."""

    id: int
    type: str
    data: dict[str, Any]


class Stream:
    """An open event stream, read as a browser would."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.response = response
        self.beats = 0
        self.raw: list[str] = []

    async def next(self, timeout: float = SLOW) -> SseEvent:
        """The next event that is no heartbeat. Raises TimeoutError, or EOFError at the end."""
        async with asyncio.timeout(timeout):
            fields: dict[str, str] = {}
            while True:
                line = (await self.response.content.readline()).decode()
                if not line:
                    raise EOFError
                line = line.rstrip("\n")
                self.raw.append(line)
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "data" in fields:
                    name, data = fields["event"], json.loads(fields["data"])
                    EVENTS[name].data().load(data)  # as `GET /openapi.json` tells of it
                    if name != "beat":
                        return SseEvent(int(fields["id"]), name, data)
                    self.beats += 1
                    fields = {}
                else:
                    fields = {}

    async def take(self, count: int) -> list[SseEvent]:
        """The next `count` events."""
        return [await self.next() for _ in range(count)]

    async def until(self, event_type: str) -> SseEvent:
        """The next event of a type; those before it are read over."""
        while (event := await self.next()).type != event_type:
            pass
        return event

    async def is_silent(self, seconds: float = 0.3) -> bool:
        """Whether no event comes for a while."""
        try:
            await self.next(seconds)
        except TimeoutError:
            return True
        return False

    async def ends(self, timeout: float = SLOW) -> bool:
        """Whether the server ends the stream."""
        with contextlib.suppress(EOFError, aiohttp.ClientError):
            while True:
                await self.next(timeout)
        return True


@dataclass
class House:
    """The running restaurant. `client(ANA)` is Ana's browser."""

    app: web.Application
    runner: web.AppRunner
    url: str
    path: Path
    clock: FixedClock
    clients: dict[str, aiohttp.ClientSession] = field(default_factory=dict)

    async def client(self, member: Staff | None) -> aiohttp.ClientSession:
        """A session signed in as `member`, or not signed in for None."""
        name = member.username if member else ""
        if name not in self.clients:
            session = aiohttp.ClientSession(
                self.url,
                cookies=await self.cookies(member) if member else None,
                cookie_jar=aiohttp.CookieJar(unsafe=True),
                timeout=aiohttp.ClientTimeout(total=30),
            )
            self.clients[name] = session
        return self.clients[name]

    async def cookies(self, member: Staff) -> dict[str, str]:
        """A new session's cookie."""
        token = secrets.token_urlsafe(32)
        await self.app[DATABASE].write(
            access.start_session,
            member.username,
            hashlib.sha256(token.encode()).hexdigest(),
            timedelta(hours=16),
            replaces=None,
        )
        return {"comanda_session": token}

    async def call(
        self, member: Staff | None, method: str, path: str, **request: Any
    ) -> tuple[int, Any]:
        """One request; its status and its JSON (None for an empty body)."""
        client = await self.client(member)
        async with client.request(method, path, **request) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    @asynccontextmanager
    async def stream(
        self, member: Staff, role: Role | None = None, **request: Any
    ) -> AsyncIterator[Stream]:
        """`member`'s event stream, open for as long as the block runs."""
        client = await self.client(member)
        path = f"/events/{role or member.role}"
        async with client.get(path, timeout=aiohttp.ClientTimeout(), **request) as response:
            assert response.status == 200, await response.text()
            yield Stream(response)

    async def place(self, table: int = 12, waiter: Staff = ANA) -> dict[str, Any]:
        """A new order: 2 tacos and a soup, 241.00 in all."""
        items = [{"product_id": TACOS, "quantity": 2}, {"product_id": SOPA, "quantity": 1}]
        status, order = await self.call(
            waiter, "POST", "/orders", json={"table_number": table, "items": items}
        )
        assert status == 201, order
        return as_an_event(order)

    async def advance(self, order_id: str, status: str, member: Staff) -> dict[str, Any]:
        code, order = await self.call(
            member, "PUT", f"/orders/{order_id}/status", json={"status": status}
        )
        assert code == 200, order
        return as_an_event(order)

    async def void(self, order_id: str, member: Staff, reason: str = "se fueron") -> dict[str, Any]:
        code, order = await self.call(
            member,
            "PUT",
            f"/orders/{order_id}/status",
            json={"status": "anulado", "reason": reason},
        )
        assert code == 200, order
        return as_an_event(order)

    async def deliver(self, table: int = 12) -> dict[str, Any]:
        """An order that has been placed, cooked and delivered."""
        return await self.serve((await self.place(table))["id"])

    async def serve(self, order_id: str) -> dict[str, Any]:
        """Cook a placed order and take it to its guests."""
        await self.advance(order_id, "en_preparacion", COCO)
        await self.advance(order_id, "listo", COCO)
        return await self.advance(order_id, "entregado", ANA)

    async def submit(
        self,
        order_id: str,
        waiter: Staff = ANA,
        photo: bytes | None = None,
        key: str | None = None,
        method: str = "transferencia",
        more: Sequence[tuple[str, str]] = (),
    ) -> tuple[int, Any]:
        """A payment attempt with a photo, and `more` fields of the form."""
        form = aiohttp.FormData()
        form.add_field("method", method)
        for name, value in more:
            form.add_field(name, value)
        file = io.BytesIO(photo or jpeg())
        form.add_field("file", file, filename="foto.jpg", content_type="image/jpeg")
        headers = {"Idempotency-Key": key} if key else None
        status, order = await self.call(
            waiter, "POST", f"/orders/{order_id}/proof", data=form, headers=headers
        )
        return status, as_an_event(order)

    async def examined(self, payment_id: str) -> dict[str, Any]:
        """The payment once its proof is examined, as `GET /orders/{id}` tells of it."""

        def ends_at(view: Snapshot) -> Any:
            sql = "SELECT order_id, examined_at FROM payments WHERE id = :id"
            return view.one(sql, {"id": int(payment_id)})

        async with asyncio.timeout(SLOW):
            while (row := await self.app[DATABASE].read(ends_at))["examined_at"] is None:
                await asyncio.sleep(0.01)
        _, order = await self.call(ROSA, "GET", f"/orders/{row['order_id']}")
        payments: list[dict[str, Any]] = order["payments"]
        return next(payment for payment in payments if payment["id"] == payment_id)

    async def judge(
        self, payment_id: str, verdict: str, cashier: Staff = LUIS, reason: str | None = None
    ) -> tuple[int, Any]:
        body: dict[str, Any] = {"verdict": verdict} | ({"reason": reason} if reason else {})
        if verdict == "aprobado":
            body["seen_in_account"] = True
        status, order = await self.call(
            cashier, "PUT", f"/payments/{payment_id}/verdict", json=body
        )
        return status, as_an_event(order)

    async def hears_of_money(self, amount: int, **more: Any) -> dict[str, Any]:
        """The bank says that money arrived now; `amount` in minor units, `more` of NewDeposit."""
        values = {
            "source": DepositSource.NOTICE,
            "at": self.app[DATABASE].clock(),
            "key": secrets.token_hex(8),
            "sender": "Marcos Peña",
            **more,
        }
        new = NewDeposit(amount=amount, **values)
        arrival = await self.app[DATABASE].write(till.receive_deposit, new)
        wire: dict[str, Any] = json.loads(encode(arrival.deposit.wire()))
        return wire

    async def dial(
        self,
        member: Staff,
        request: str,
        *headers: str,
        body: bytes = b"",
        receive_buffer: int | None = None,
    ) -> socket.socket:
        """A bare connection on which `request` was sent, and from which nothing was read yet."""
        host, port = self.runner.addresses[0][:2]
        cookie = (await self.cookies(member))["comanda_session"]
        lines = (request, f"Host: {host}:{port}", f"Cookie: comanda_session={cookie}", *headers)
        caller = socket.socket()
        if receive_buffer is not None:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        caller.settimeout(0)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(caller, (host, port))
        await loop.sock_sendall(caller, "\r\n".join([*lines, "", ""]).encode() + body)
        return caller

    async def hang_up(self) -> None:
        """Close every browser."""
        for client in self.clients.values():
            await client.close()

    def row(self, sql: str, *values: Any) -> Any:
        """The first row that a query finds."""
        with contextlib.closing(connect(self.path)) as connection:
            return connection.execute(sql, values).fetchone()

    def rows(self) -> dict[str, int]:
        """How many rows each table has, but for those about who signs in."""
        with contextlib.closing(connect(self.path)) as connection:
            names = [
                row["name"]
                for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                if row["name"] not in NOT_COUNTED
            ]
            return {
                name: connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0]
                for name in names
            }


def as_an_event(changed: dict[str, Any]) -> dict[str, Any]:
    """The thing that a change answered as events and lists have it: without `last_event_id`."""
    return {name: value for name, value in changed.items() if name != "last_event_id"}


def hang_up(caller: socket.socket, *, rudely: bool = False) -> None:
    """Close a bare connection; `rudely` with a reset, as a network that breaks does."""
    if rudely:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.close()


def skip_without(message: str) -> NoReturn:
    """Skip a test that needs a program which is not here, loudly; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(message)
    warnings.warn(message, RuntimeWarning, stacklevel=2)
    pytest.skip(message)


async def eventually(
    comes_true: Callable[[], bool | Awaitable[bool]], timeout: float = SLOW
) -> None:
    """Wait until something is so, which may take a request to find out. Raises TimeoutError."""
    async with asyncio.timeout(timeout):
        while not (await answer if isinstance(answer := comes_true(), Awaitable) else answer):
            await asyncio.sleep(0.02)


def jpeg(color: str | None = None, size: tuple[int, int] = (320, 480)) -> bytes:
    """A small picture; another colour makes other bytes, and no colour one not seen before."""
    picture = Image.new("RGB", size, color or "white")
    if color is None:
        number = next(_photos)
        for bit in range(number.bit_length()):
            if number >> bit & 1:
                picture.paste("black", (16 * bit, 0, 16 * bit + 16, 16))
    packed = io.BytesIO()
    picture.save(packed, "JPEG")
    return packed.getvalue()


def image(kind: str, size: tuple[int, int] = (64, 64)) -> bytes:
    """A small picture in another of Pillow's formats."""
    packed = io.BytesIO()
    Image.new("RGB", size, "white").save(packed, kind)
    return packed.getvalue()


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>"
    b"endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
)

# Too large to stay in memory on its way in.
LARGE_PDF = PDF.replace(b"\n", b"\n%" + b" " * (IN_MEMORY + 65_536) + b"\n", 1)


def hire(tx: Transaction) -> None:
    """Everyone on the staff, and the menu."""
    for member in EVERYONE:
        staff.add(tx, member, PIN_HASH)
    for position, entry in enumerate(MENU, start=1):  # told of to nobody, so that logs begin empty
        product = {**entry._asdict(), "name_key": fold(entry.name), "position": position}
        tx.insert(_PRODUCT, product)


def quick_config(path: Path, **events: Any) -> Config:
    """The defaults, with a database in `path` and whatever `events` settings a test needs.

    One reader: each is a thread and a connection, which take a test longer to open than to use. The
    text of proofs is not read, which takes a second each.
    """
    return replace(
        Config(),
        database=DatabaseConfig(path=str(path), readers=1),
        events=replace(Events(), **events),
        backup=Backup(enabled=False),
        proofs=Proofs(reading="off"),
    )


@asynccontextmanager
async def no_examinations(database: Database, *_: Any, **__: Any) -> AsyncIterator[Examinations]:
    """A house whose proofs stay as they came in."""
    yield Examinations(database, Examiner(("false",)))


@asynccontextmanager
async def open_house(
    config: Config,
    clock: FixedClock | None = None,
    *,
    new: bool = True,
    port: int = 0,
    cancellation: bool = True,
    shutdown: float = 5.0,
    cheap_pins: bool = True,
    examines: bool = False,
    **app: Any,
) -> AsyncIterator[House]:
    """Start the server on a free port of 127.0.0.1, as `comanda serve` does.

    `cheap_pins` saves the 64 MiB and the 90 ms that each hash of a PIN takes. Without `examines`
    no proof is examined, which saves the examiner's process.
    """
    moment, contract = clock or FixedClock(), Contract()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "Assets", read_assets)
        built = build_app(config, clock=moment, **app)
    built.on_response_prepare.append(contract.check)
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            if not examines:
                patch.setattr(wiring, "open_examinations", no_examinations)
            if cheap_pins:
                patch.setattr(pins, "PasswordHasher", CheapHasher)
            server = listening(
                built, "127.0.0.1", port, cancellation=cancellation, shutdown=shutdown
            )
            runner = await stack.enter_async_context(server)
        if new:
            await built[DATABASE].write(hire)
        host, port = runner.addresses[0][:2]
        house = House(built, runner, f"http://{host}:{port}", Path(config.database.path), moment)
        stack.push_async_callback(house.hang_up)
        yield house
    assert contract.breaches == []
