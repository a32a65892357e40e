"""What the bank's phone passes on: whose word is taken, what is read, and what nobody else learns.

The bytes of the app's requests are those of Android's HttpURLConnection: the app sets the header
`X-Signature` and sends its body in chunks, or with a length.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from comanda import office
from comanda.config import Config, Deposits, NoticeRule, Server
from comanda.domain.bank_phone import BankPhone, heartbeat_key
from comanda.store import bank_phone
from comanda.web.plumbing.keys import DATABASE
from comanda.web.plumbing.throttle import OF_ADDRESS
from tests.house import ANA, LUIS, ROSA, FixedClock, House, open_house

SECRET = "una-llave-de-la-casa-1"
NOTICES, HEARTBEAT = "/deposits/notices", "/deposits/heartbeat"
NOW = int(datetime(2026, 11, 28, 20, 41, tzinfo=UTC).timestamp() * 1000)
WORDS = "Lucía: has recibido $185.50 de Marcos Peña. Movimientos: $250.00"
NOTICE: dict[str, Any] = {
    "from": "85888",
    "text": WORDS,
    "sentStamp": NOW - 20_000,
    "receivedStamp": NOW - 19_000,
    "sim": "sim1",
}
Way = Callable[[bytes], dict[str, str]]


@pytest.fixture
def config(config: Config) -> Config:
    """A house with a secret, behind a proxy of its own, so that a test can come from anywhere."""
    return replace(
        config,
        server=replace(Server(), trusted_proxies=("127.0.0.1",)),
        deposits=replace(Deposits(), secret=SECRET),
    )


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    told = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Signature": told, "Content-Type": "application/json; charset=utf-8"}


async def send(
    house: House, notice: Any = None, *, headers: dict[str, str] | None = None, path: str = NOTICES
) -> tuple[int, Any]:
    """Send a notice, or the bytes of one, signed unless `headers` are given."""
    told = NOTICE if notice is None else notice
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    own = signed(body) if headers is None else headers
    return await house.call(None, "POST", path, data=body, headers=own)


def deposits(house: House) -> int:
    return int(house.row("SELECT COUNT(*) AS n FROM deposits")["n"])


async def phone(house: House) -> BankPhone:
    return await house.app[DATABASE].read(bank_phone.get)


async def test_money_that_came_in_is_a_deposit_and_the_till_hears_of_it(house: House) -> None:
    async with house.stream(LUIS) as till:
        status, deposit = await send(house)
        told = await till.until("deposit_arrived")
    assert status == 201
    assert (deposit["source"], deposit["amount"]) == ("aviso", 185.5)
    assert (deposit["sender"], deposit["rule"]) == ("Marcos Peña", "recibiste")
    assert deposit["at"] == "2026-11-28T20:40:40.000Z"
    assert deposit["received_at"] == "2026-11-28T20:41:00.000Z"
    assert deposit["text"] == WORDS
    assert told.data["deposit_id"] == deposit["id"]
    _, listed = await house.call(LUIS, "GET", "/deposits")
    assert [one["id"] for one in listed["deposits"]] == [deposit["id"]]
    assert (await phone(house)).notice_at == house.clock()


async def test_a_deposit_is_tied_to_the_payment_of_its_amount(house: House) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    status, deposit = await send(house, NOTICE | {"text": f"Recibiste ${order['total']} de Marcos"})
    assert status == 201
    assert deposit["tie"] == {"rule": "monto", "by": None}


IGNORED = {
    "Lucía: enviaste $30.000 a Elena Ríos": "pago_hecho",
    "Compra por $89.900 con tarjeta final 5678 en La Vela": "compra",
    "Retiro de $200.000 en cajero": "retiro",
    "Marcos Peña te ha solicitado $50.000": "solicitud",
    "Tu código es 482913": "codigo",
    "Hasta $150 dscto. en tu próxima cena": "publicidad",
    "La transferencia de $50.000 fue rechazada": "rechazada",
    "Tu saldo es $450.000": "saldo",
    "Recibiste dinero de Marcos Peña": "sin_monto",
    "Recibiste $0.00 de Marcos Peña": "monto_invalido",
    "Recibiste $123456789012 de Marcos Peña": "monto_invalido",
    "Hola, ¿nos vemos?": "sin_regla",
}


@pytest.mark.parametrize(("words", "why"), IGNORED.items())
async def test_a_notice_of_no_deposit_is_answered_200_so_that_the_app_stops(
    house: House, words: str, why: str
) -> None:
    assert await send(house, NOTICE | {"text": words}) == (200, {"ignored": why})
    assert deposits(house) == 0
    assert (await phone(house)).notice_at == house.clock()


async def test_a_text_message_from_somebodys_phone_is_tied_by_hand_alone(house: House) -> None:
    """Whoever knows the number of the house's phone can write to it as a bank writes."""
    order = await house.deliver()
    _, sent = await house.submit(order["id"])
    words = {"text": "Recibiste $241.00 de Marcos Peña"}
    for count, number in enumerate(("+573001234567", "3001234567", "+506 8888 7777")):
        status, told = await send(house, NOTICE | words | {"from": number})
        assert (status, told["payment_id"]) == (201, None), number
        assert told["sender"] == f"Marcos Peña · desde {number}"
        assert deposits(house) == count + 1
    tie = {"payment_id": sent["payment"]["id"]}
    status, tied = await house.call(LUIS, "PUT", f"/deposits/{told['id']}/payment", json=tie)
    assert (status, tied["tie"]) == (200, {"rule": "mano", "by": "luis"})


@pytest.mark.parametrize("later", [{}, {"seconds": 3}, {"days": 1}, {"days": 30}])
async def test_a_notice_that_is_sent_again_is_the_same_notice(
    house: House, clock: FixedClock, later: dict[str, float]
) -> None:
    assert (await send(house))[0] == 201
    clock.advance(**later)
    assert await send(house) == (200, {"ignored": "repetido"})
    moved = NOTICE | {"receivedStamp": NOW, "sim": "sim2", "attempt": 7}
    assert await send(house, moved) == (200, {"ignored": "repetido"})
    assert deposits(house) == 1


@pytest.mark.parametrize(
    "other",
    [{"sentStamp": NOW - 10_000}, {"from": "BBVA"}, {"title": "x"}, {"text": WORDS + "."}],
)
async def test_another_notice_is_other_money(house: House, other: dict[str, Any]) -> None:
    assert (await send(house))[0] == 201
    assert (await send(house, NOTICE | other))[0] == 201
    assert deposits(house) == 2


async def test_twenty_copies_at_a_time_are_one_deposit(house: House) -> None:
    answers = await asyncio.gather(*(send(house) for _ in range(20)))
    assert sorted(status for status, _ in answers) == [200] * 19 + [201]
    assert deposits(house) == 1


@pytest.mark.parametrize(
    ("stamps", "at"),
    [
        ({"sentStamp": NOW - 60_000, "receivedStamp": NOW}, "20:40:00.000"),
        ({"sentStamp": str(NOW - 60_000)}, "20:40:00.000"),
        ({"sentStamp": f" {NOW - 60_000} "}, "20:40:00.000"),
        ({"sentStamp": None, "receivedStamp": NOW - 1}, "20:40:59.999"),
        ({"sentStamp": "", "receivedStamp": " "}, "20:41:00.000"),
        ({}, "20:41:00.000"),
        ({"sentStamp": NOW + 14 * 60_000}, "20:55:00.000"),
    ],
)
async def test_a_deposit_has_the_time_of_its_notice(
    house: House, stamps: dict[str, Any], at: str
) -> None:
    _, deposit = await send(house, {"from": "Nequi", "text": WORDS, **stamps})
    assert deposit["at"] == f"2026-11-28T{at}Z"


@pytest.mark.parametrize(
    "bad",
    [
        {"sentStamp": NOW + 16 * 60_000},
        {"receivedStamp": NOW + 16 * 60_000},
        {"sentStamp": 0},
        {"sentStamp": 946_684_799_999},  # a moment before 2000
        {"sentStamp": 99_999_999_999_999},
        {"sentStamp": 10**18},
        {"sentStamp": -5},
        {"sentStamp": 1.5},
        {"sentStamp": True},
        {"sentStamp": "ayer"},
        {"sentStamp": [NOW]},
        {"text": ""},
        {"text": " \n\u200b\u202e "},
        {"text": "a" * 4_001},
        {"text": "Recibiste $5 de \0"},
        {"text": "Recibiste $5 de \ud83d"},
        {"text": 5},
        {"text": None},
        {"text": ["Recibiste $5"]},
        {"from": "a" * 201},
        {"from": "a\0"},
        {"from": {"name": "x"}},
        {"title": 5},
    ],
    ids=ascii,
)
async def test_a_signed_notice_with_a_field_that_cant_be_right_stores_nothing(
    house: House, bad: dict[str, Any]
) -> None:
    before = house.rows()
    status, told = await send(house, NOTICE | bad)
    assert (status, told["code"]) == (422, "validation_failed")
    assert list(told["errors"]) == list(bad)
    assert house.rows() == before | {"bank_phone": 1}
    seen = await phone(house)
    assert (seen.refused_at, seen.refused_code) == (house.clock(), "validation_failed")
    assert seen.notice_at is None


async def test_a_notice_without_its_text_stores_nothing(house: House) -> None:
    status, told = await send(house, {"from": "Nequi"})
    assert (status, list(told["errors"])) == (422, ["text"])
    assert deposits(house) == 0


async def test_a_template_may_hold_the_lines_of_a_notice_as_they_are(house: House) -> None:
    body = f'{{"from": "Banco", "text": "Recibiste $5.00\n\tde Ana Paz", "sentStamp": "{NOW}"}}'
    status, deposit = await send(house, body.encode())
    assert (status, deposit["amount"], deposit["sender"]) == (201, 5, "Ana Paz")
    status, told = await send(house, b'{"text": "Recibiste $5.00 de \0"}')
    assert (status, told["code"]) == (422, "validation_failed")


MALFORMED = {
    "nothing": b"",
    "no JSON": b"from=Nequi&text=Recibiste+$5",
    "a list": json.dumps([NOTICE]).encode(),
    "a text": b'"Recibiste $5"',
    "null": b"null",
    "half": json.dumps(NOTICE).encode()[:-5],
    "1,500 fields": json.dumps({f"{n}": 1 for n in range(1_500)}).encode(),
    "a hundred fields": json.dumps(NOTICE | {f"f{n}": n for n in range(100)}).encode(),
    "deep": b"[" * 5_000,
    "deep objects": b'{"text":' * 1_000,
    "not UTF-8": b'{"text": "Recibiste $5 de \xff"}',
    "UTF-16": json.dumps(NOTICE).encode("utf-16"),
    "twice the same name": b'{"text": "Recibiste $5", "text": "Recibiste $500"}',
    "NaN": b'{"text": "Recibiste $5", "sentStamp": NaN}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_a_signed_body_that_is_no_object_in_json_stores_nothing(
    house: House, body: bytes
) -> None:
    before = house.rows()
    status, told = await send(house, body)
    assert (status, told["code"]) == (400, "malformed_body")
    assert house.rows() == before | {"bank_phone": 1}
    assert (await phone(house)).refused_code == "malformed_body"


async def test_a_packed_body_is_not_unpacked(house: House) -> None:
    headers = signed(b"x") | {"Content-Encoding": "gzip"}
    status, told = await send(house, b"x", headers=headers)
    assert (status, told["code"]) == (400, "malformed_body")


async def test_the_largest_body_is_taken_and_a_byte_more_is_not(house: House) -> None:
    body = json.dumps(NOTICE).encode()
    full = body + b" " * (16 * 1024 - len(body))
    assert (await send(house, full))[0] == 201
    for more in (full + b" ", full + b" " * 24_000):
        for headers in (signed(more), {"X-Signature": "0" * 64}):
            status, told = await send(house, more, headers=headers)
            assert (status, told["code"]) == (413, "file_too_large")
    assert (await phone(house)).refused_at is None


async def test_twenty_thousand_fields_are_too_large(house: House) -> None:
    body = json.dumps({f"field{n}": n for n in range(20_000)}).encode()
    assert (await send(house, body))[0] == 413


WAYS: dict[str, Way] = {
    "a signature": signed,
    "in capitals": lambda body: {"X-Signature": signed(body)["X-Signature"].upper()},
    "with its method": lambda body: {"X-Signature": f"sha256={signed(body)['X-Signature']}"},
    "a bearer": lambda _: {"Authorization": f"Bearer {SECRET}"},
    "a bearer in small letters": lambda _: {"authorization": f"bearer  {SECRET}"},
    "a right one of two": lambda body: signed(body) | {"Authorization": "Bearer x"},
    "as a form": lambda body: signed(body) | {"Content-Type": "application/x-www-form-urlencoded"},
    "as a text": lambda body: signed(body) | {"Content-Type": "text/plain"},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_whoever_knows_the_secret_is_heard(house: House, way: Way) -> None:
    body = json.dumps(NOTICE).encode()
    assert (await send(house, body, headers=way(body)))[0] == 201


STRANGERS: dict[str, Way] = {
    "nothing": lambda _: {},
    "empty": lambda _: {"X-Signature": "", "Authorization": "Bearer "},
    "another secret": lambda body: signed(body, "otra-llave-de-otra-casa"),
    "another body": lambda body: signed(body + b" "),
    "no secret": lambda body: signed(body, ""),
    "cut": lambda body: {"X-Signature": signed(body)["X-Signature"][:-1]},
    "longer": lambda body: {"X-Signature": signed(body)["X-Signature"] + "0"},
    "no ASCII": lambda _: {"X-Signature": "\xe1" * 64},
    "another bearer": lambda _: {"Authorization": f"Bearer {SECRET}1"},
    "half a bearer": lambda _: {"Authorization": f"Bearer {SECRET[:-1]}"},
    "no bearer": lambda _: {"Authorization": SECRET},
    "basic": lambda _: {"Authorization": f"Basic {SECRET}"},
    "the secret as a signature": lambda _: {"X-Signature": SECRET},
    "the heartbeat's key": lambda _: {"X-Signature": heartbeat_key(SECRET)},
}


@pytest.mark.parametrize("way", STRANGERS.values(), ids=STRANGERS)
async def test_nobody_else_is_heard_and_nothing_is_stored(house: House, way: Way) -> None:
    before = house.rows()
    for path in (NOTICES, HEARTBEAT):
        for body in (json.dumps(NOTICE).encode(), b"no JSON"):
            status, told = await send(house, body, headers=way(body), path=path)
            assert (status, told["code"]) == (401, "bad_signature"), path
    assert house.rows() == before


async def test_a_session_is_no_signature(house: House) -> None:
    for member in (ANA, LUIS, ROSA):
        assert (await house.call(member, "POST", NOTICES, json=NOTICE))[0] == 401


async def test_another_sites_page_is_not_heard_though_it_knew_the_secret(house: House) -> None:
    body = json.dumps(NOTICE).encode()
    for headers in ({"Origin": "http://otra.example"}, {"Sec-Fetch-Site": "cross-site"}):
        status, told = await send(house, body, headers=signed(body) | headers)
        assert (status, told["code"]) == (403, "cross_origin")


async def test_a_house_without_a_secret_hears_nobody(config: Config, clock: FixedClock) -> None:
    async with open_house(replace(config, deposits=Deposits()), clock) as house:
        body = json.dumps(NOTICE).encode()
        for headers in (
            signed(body, ""),
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer"},
        ):
            assert (await send(house, body, headers=headers))[0] == 401
        for key in ("", heartbeat_key(""), "null"):
            assert (await send(house, b"", headers={}, path=f"{HEARTBEAT}?key={key}"))[0] == 401


async def test_the_secret_of_the_page_counts_and_the_one_before_does_not(
    config: Config, clock: FixedClock
) -> None:
    old = "la-primera-llave-1"
    async with open_house(replace(config, deposits=Deposits()), clock) as house:
        body = json.dumps(NOTICE).encode()
        for secret in (old, "la-segunda-llave-2"):
            await house.app[DATABASE].write(office.change_bank_secret, ROSA, secret)
            assert (await send(house, body, headers=signed(body, secret)))[0] in (200, 201)
        assert (await send(house, body, headers=signed(body, old)))[0] == 401
        path = f"{HEARTBEAT}?key={heartbeat_key(old)}"
        assert (await send(house, b"", headers={}, path=path))[0] == 401


async def test_wrong_signatures_are_slowed_down_and_never_keep_the_phone_out(house: House) -> None:
    here = {"X-Forwarded-For": "10.0.0.9"}
    guest = here | {"X-Signature": "0" * 64}
    answers = [await send(house, b"{}", headers=guest) for _ in range(OF_ADDRESS + 3)]
    assert [status for status, _ in answers] == [401] * OF_ADDRESS + [429] * 3
    assert answers[-1][1]["code"] == "too_many_attempts"
    client = await house.client(None)
    async with client.post(HEARTBEAT, data=b"", headers=guest) as answer:
        assert answer.status == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 600
    elsewhere = guest | {"X-Forwarded-For": "10.0.0.10"}
    assert (await send(house, b"{}", headers=elsewhere))[0] == 401
    body = json.dumps(NOTICE).encode()
    assert (await send(house, body, headers=signed(body) | here))[0] == 201
    key = f"{HEARTBEAT}?key={heartbeat_key(SECRET)}"
    assert (await send(house, b"", headers=here, path=key))[0] == 204


async def test_a_flood_from_many_places_does_not_keep_the_phone_out(house: House) -> None:
    statuses = []
    for n in range(80):
        guest = {"X-Forwarded-For": f"10.0.1.{n}", "X-Signature": "0" * 64}
        statuses.append((await send(house, b"{}", headers=guest))[0])
    assert statuses[-1] == 429
    assert (await send(house))[0] == 201


async def test_the_heartbeat_is_heard_by_a_key_in_its_address_whatever_its_body_is(
    house: House, clock: FixedClock
) -> None:
    key = heartbeat_key(SECRET)
    assert re.fullmatch("[0-9a-f]{64}", key)
    for body in (b"", b"{}", b"anything", b"\xff\0"):
        clock.advance(seconds=60)
        path = f"{HEARTBEAT}?key={key.upper()}&x=1"
        assert await send(house, body, headers={}, path=path) == (204, None)
        assert (await phone(house)).heartbeat_at == clock()
    for headers in (signed(b""), {"Authorization": f"Bearer {SECRET}"}):
        assert await send(house, b"", headers=headers, path=HEARTBEAT) == (204, None)
    assert deposits(house) == 0
    _, told = await house.call(LUIS, "GET", "/deposits/phone")
    assert told["enabled"] is True
    assert told["heard_at"] == told["heartbeat_at"] == "2026-11-28T20:45:00.000Z"


async def test_a_heartbeats_body_has_a_limit(house: House) -> None:
    path = f"{HEARTBEAT}?key={heartbeat_key(SECRET)}"
    assert (await send(house, b" " * 16_385, headers={}, path=path))[0] == 413


@pytest.mark.parametrize("key", ["", "0" * 64, SECRET, heartbeat_key(SECRET)[:-1], "%00", "%ff"])
async def test_another_key_is_no_heartbeat(house: House, key: str) -> None:
    assert (await send(house, b"", headers={}, path=f"{HEARTBEAT}?key={key}"))[0] == 401
    assert (await phone(house)).heartbeat_at is None


APP = (
    b"POST %s HTTP/1.1\r\n"
    b"Content-Type: application/json; charset=utf-8\r\n"
    b"User-Agent: Dalvik/2.1.0 (Linux; U; Android 13; SM-A146M Build/TP1A.220624.014)\r\n"
    b"X-Signature: %s\r\n"
    b"Host: %s\r\n"
    b"Connection: Keep-Alive\r\n"
    b"Accept-Encoding: gzip\r\n"
)


def fixed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def chunked(size: int) -> Callable[[bytes], bytes]:
    def encode(body: bytes) -> bytes:
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        return b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"

    return encode


async def talk(house: House, *requests: bytes) -> list[tuple[int, Any]]:
    """Send requests one after the other on one connection, as the app keeps it alive."""
    host, port = house.runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    answers = []
    async with asyncio.timeout(30):
        for request in requests:
            for at in range(0, len(request), 700):
                writer.write(request[at : at + 700])
                await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            content = await reader.readexactly(int(length[1])) if length else b""
            answers.append((int(head.split()[1]), json.loads(content) if content else None))
    writer.close()
    return answers


def of_the_app(house: House, encode: Callable[[bytes], bytes], body: bytes, path: str) -> bytes:
    host, port = house.runner.addresses[0][:2]
    told = signed(body)["X-Signature"].encode()
    return APP % (path.encode(), told, f"{host}:{port}".encode()) + encode(body)


@pytest.mark.parametrize(
    "encode", [fixed, chunked(16), chunked(1), chunked(8_192)], ids=["length", "16", "1", "8192"]
)
async def test_the_apps_own_bytes_are_a_deposit_once(
    house: House, encode: Callable[[bytes], bytes]
) -> None:
    """Its template, filled in; and ten tries, because the answers were lost."""
    body = (
        f'{{\n  "from":"Confirmación de Pago",\n  "text":"Rosa Qui* te envió un pago por S/ 56.7. '
        f'El cód. de seguridad es: 417",\n  "sentStamp":{NOW - 5_000},\n  '
        f'"receivedStamp":{NOW - 4_000},\n  "sim":"undetected"\n}}'
    ).encode()
    request = of_the_app(house, encode, body, NOTICES)
    (first, deposit), *again = await talk(house, *[request] * 10)
    assert first == 201
    assert (deposit["amount"], deposit["sender"], deposit["rule"]) == (56.7, "Rosa Qui*", "yape")
    assert again == [(200, {"ignored": "repetido"})] * 9
    assert deposits(house) == 1


async def test_chunks_are_refused_at_the_first_byte_too_many(house: House) -> None:
    (answer,) = await talk(house, of_the_app(house, chunked(1_024), b" " * 40_000, NOTICES))
    assert (answer[0], answer[1]["code"]) == (413, "file_too_large")


@pytest.mark.parametrize("encode", [fixed, chunked(16)], ids=["length", "chunks"])
async def test_the_apps_heartbeat_needs_no_signature(
    house: House, encode: Callable[[bytes], bytes]
) -> None:
    path = f"{HEARTBEAT}?key={heartbeat_key(SECRET)}"
    request = of_the_app(house, encode, b"", path).replace(b"X-Signature", b"X-Other")
    assert await talk(house, request) == [(204, None)]


async def test_no_line_of_the_log_has_a_word_of_a_notice_or_the_key(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await send(house)
    await send(house)
    await send(house, NOTICE | {"text": "Lucía: enviaste $185.50 a Marcos Peña"})
    await send(house, NOTICE | {"text": "Marcos Peña \0"})
    await send(house, b'{"text": "Marcos Pe')
    await send(house, headers={"Authorization": f"Bearer {SECRET}x"})
    key = heartbeat_key(SECRET)
    await send(house, b"Marcos", headers={}, path=f"{HEARTBEAT}?a=1&key={key}")
    names = ("comanda", "aiohttp")
    lines = [one.getMessage() for one in caplog.records if one.name.startswith(names)]
    text = "\n".join(lines)
    for private in ("Marcos", "Lucía", "185", "Movimientos", "85888", SECRET, key):
        assert private not in text, private
    assert "Aviso del banco: un ingreso, por la regla «recibiste»" in text
    assert "Aviso del banco sin ingreso: repetido" in text
    assert "Aviso del banco sin ingreso: pago_hecho" in text
    assert "Aviso del banco que no se entiende: validation_failed" in text
    assert "Aviso del banco que no se entiende: malformed_body" in text
    assert "Aviso del banco sin la firma de esta casa, desde 127.0.0.1" in text
    assert any(f"{HEARTBEAT}?a=1&key=…" in line for line in lines)


async def test_waiters_hear_of_no_notice(house: House) -> None:
    async with house.stream(ANA) as waiter:
        assert (await send(house))[0] == 201
        assert await waiter.is_silent()


async def test_an_own_rule_goes_first_and_one_without_words_is_off(
    config: Config, clock: FixedClock
) -> None:
    mine = NoticeRule(
        "mi-banco", when=("entro plata",), amount=("por {monto}",), sender=("de {nombre}",)
    )
    own = replace(config.deposits, rules=(mine, NoticeRule("recibiste")))
    async with open_house(replace(config, deposits=own), clock) as house:
        words = "¡ENTRÓ PLATA! por $185.50 de Elena Ríos en Caja 3"
        status, deposit = await send(house, NOTICE | {"text": words})
        assert status == 201
        assert (deposit["rule"], deposit["sender"]) == ("mi-banco", "Elena Ríos")
        assert await send(house) == (200, {"ignored": "sin_regla"})


async def test_a_pattern_that_takes_too_long_finds_nothing_and_is_told_once(
    config: Config, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    own = replace(config.deposits, rules=(NoticeRule("lenta", when=("/(a+)+$/",)),))
    async with open_house(replace(config, deposits=own), clock) as house:
        for n in range(3):
            hostile = f"Recibiste $5.0{n + 1} de {'a' * 3_000}!"
            assert (await send(house, NOTICE | {"text": hostile}))[0] == 201
            assert (await house.call(None, "GET", "/healthz"))[0] == 200
    told = [record.getMessage() for record in caplog.records if "«lenta»" in record.getMessage()]
    assert len(told) == 1
    assert "aaa" not in told[0]
