"""Bytes that are nearly right, by the thousand: no 5xx, nothing stored, memory bounded.

The long form sends 100,000: `COMANDA_LONG=1 .venv/bin/pytest tests/attacks/test_fuzz.py -s`.
"""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comanda.config import Config
from tests.attacks.wire import Mutator, Wire, resident
from tests.house import ANA, COCO, LUIS, PDF, TACOS, House, image, jpeg, open_house, quick_config
from tests.long import LONG

COUNT = 20_000 if LONG else 400
SEED = int(os.environ.get("COMANDA_SEED", "5"))
GROWTH = 64.0
FORM = b"Content-Type: multipart/form-data; boundary=xyz\r\n"
PICTURES = [jpeg(), image("PNG"), image("WEBP"), PDF, jpeg(size=(64, 64))]
TOKENS = [
    b"\0",
    b"\r\n",
    b"\r\n\r\n",
    b"--xyz",
    b"--xyz--\r\n",
    b'"',
    b"\\",
    b"%00",
    b"\xff\xd8\xff",
]
TOKENS += [
    b"name=",
    b"; filename=",
    b"Content-Transfer-Encoding: base64\r\n",
    b"[" * 200,
    b"{",
    b"-1",
]
TOKENS += [
    b"99999999999999999999",
    b"1e400",
    b"null",
    b"\xed\xa0\x80",
    b"IHDR",
    b"RIFF",
    b"\xff" * 64,
]


def form(picture: bytes) -> bytes:
    return (
        b'--xyz\r\nContent-Disposition: form-data; name="method"\r\n\r\ntransferencia\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="reference"\r\n\r\n8841 220\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + picture + b"\r\n--xyz--\r\n"
    )


LINE = {"product_id": TACOS, "quantity": 2, "note": "sin cebolla"}
BODIES: list[Any] = [
    {"table_number": 12, "items": [LINE, LINE]},
    {"status": "listo"},
    {"verdict": "aprobado", "reason": "á", "seen_in_account": True},
    {"table_number": "x", "items": [[], {}, None, 1e9]},
]


@dataclass
class Sender:
    """Asks as three members of staff, about an order that is paid: whatever is sent, it stays."""

    house: House
    ana: Wire
    coco: Wire
    luis: Wire

    async def form(self, body: bytes) -> int:
        return await self.ana.ask("POST /orders/1/proof", FORM, body)

    async def picture(self, data: bytes) -> int:
        return await self.form(form(data))

    async def json(self, body: bytes) -> int:
        kind = b"Content-Type: application/json\r\n"
        asked = (
            (self.ana, "POST /orders"),
            (self.coco, "PUT /orders/1/status"),
            (self.luis, "PUT /payments/1/verdict"),
        )
        wire, request = asked[len(body) % 3]
        return await wire.ask(request, kind, body)

    async def cookie(self, value: bytes) -> int:
        clean = value.replace(b"\r", b"").replace(b"\n", b"")
        return await self.ana.ask("GET /session", b"Cookie: " + clean + b"\r\n", signed=False)

    async def last_event_id(self, value: bytes) -> int:
        clean = value.replace(b"\r", b"").replace(b"\n", b"")
        return await self.ana.ask("GET /events/waiter", b"Last-Event-ID: " + clean + b"\r\n")


@pytest.fixture
async def sender(config: Config) -> AsyncIterator[Sender]:
    path = Path(config.database.path)
    quick = quick_config(path, heartbeat_seconds=0.05, stream_minutes=0.001)
    async with open_house(quick) as house:
        order = await house.deliver()
        _, sent = await house.submit(order["id"])
        status, _ = await house.call(
            LUIS,
            "PUT",
            f"/payments/{sent['payment']['id']}/verdict",
            json={"verdict": "aprobado", "seen_in_account": True},
        )
        assert status == 200
        wires = [
            Wire(house, (await house.cookies(one))["comanda_session"]) for one in (ANA, COCO, LUIS)
        ]
        yield Sender(house, *wires)
        for wire in wires:
            wire.close()


SEEDS: dict[str, tuple[Callable[[Sender, bytes], Any], list[bytes]]] = {
    "multipart": (Sender.form, [form(picture) for picture in PICTURES]),
    "pictures": (Sender.picture, PICTURES),
    "JSON": (Sender.json, [json.dumps(body).encode() for body in BODIES]),
    "cookies": (Sender.cookie, [b"comanda_session=abc; comanda_browser=x", b'a="\\054"; b=c']),
    "Last-Event-ID": (Sender.last_event_id, [b"0", b"17", b"-1", b"9223372036854775808"]),
}


@pytest.mark.parametrize("target", SEEDS)
async def test_what_is_nearly_right_breaks_nothing_and_leaves_nothing(
    sender: Sender, target: str
) -> None:
    send, corpus = SEEDS[target]
    mutator = Mutator(SEED, corpus, TOKENS)
    for seed in corpus:  # so that all that is made once is there before memory is measured
        await send(sender, seed)
    before, held = sender.house.rows(), resident()
    statuses: Counter[int] = Counter()
    for number in range(COUNT):
        data = mutator.next()
        status = await send(sender, data)
        statuses[status] += 1
        assert status < 500, f"seed {SEED}, number {number}: {data!r}"
    grown = resident() - held
    print(f"{target}: {COUNT} inputs, {dict(sorted(statuses.items()))}, {grown:+.1f} MB")
    assert grown < GROWTH
    left = {
        table: rows - before[table]
        for table, rows in sender.house.rows().items()
        if rows != before[table]
    }
    # A body that is still an order is an order: nothing is left but by what was answered 201.
    assert left.get("orders", 0) == (statuses[201] if target == "JSON" else 0)
    assert not left or target == "JSON"


KEYS = st.sampled_from(["table_number", "items", "product_id", "quantity", "note", "x"]) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


@settings(
    max_examples=2000 if LONG else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=JSON)
async def test_json_of_any_shape_is_refused(sender: Sender, body: Any) -> None:
    before = sender.house.rows()
    status = await sender.json(json.dumps(body).encode())
    assert status in (400, 422)
    assert sender.house.rows() == before


async def test_a_hundred_at_a_time_are_answered_too(sender: Sender) -> None:
    """What breaks one connection breaks no other."""
    mutator = Mutator(SEED + 1, [form(picture) for picture in PICTURES], TOKENS)
    cookie = (await sender.house.cookies(ANA))["comanda_session"]
    wires = [Wire(sender.house, cookie) for _ in range(100)]
    told = await asyncio.gather(
        *(wire.ask("POST /orders/1/proof", FORM, mutator.next()) for wire in wires)
    )
    for wire in wires:
        wire.close()
    assert all(0 < status < 500 for status in told)
    assert (await sender.house.call(ANA, "GET", "/menu"))[0] == 200
