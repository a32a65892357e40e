"""What a proof says, over HTTP: its fields and lines, its warnings, and its end."""

from dataclasses import replace
from datetime import date, time
from hashlib import sha256
from typing import Any

import pytest

from comanda import workflow
from comanda.config import Config, reading_state
from comanda.domain.examinations import Facts, Source
from comanda.domain.readings import Box, FieldName, ReadField, Reading, ReadLine
from comanda.store import retention
from comanda.store.backup import check
from comanda.web.plumbing.keys import CONFIG, DATABASE
from tests.house import ANA, COCO, LUIS, ROSA, House, jpeg

# The house's clock stands at 20:41 UTC on 28 November 2026: 14:41 in Mexico City.
ZONE = "America/Mexico_City"
BOX = Box(0.1, 0.25, 0.5, 0.04)
NUMBER = "88412201937"
ACCOUNT = {
    "method": "transferencia",
    "label": "BBVA",
    "holder": "Rosa Mora García",
    "number": "012180001234564821",
}
HONEST = Reading(
    amount=24100,
    reference=NUMBER,
    day=date(2026, 11, 28),
    time=time(14, 40),
    account="4821",
    holder="ROSA M*",
    bank="BBVA",
    fields=(
        ReadField(FieldName.AMOUNT, "$ 241.00", BOX),
        ReadField(FieldName.REFERENCE, "8841 2201 937", BOX),
        ReadField(FieldName.HOLDER, "ROSA M*"),
    ),
    lines=(ReadLine("Transferiste $ 241.00", BOX), ReadLine("Clave 8841 2201 937", BOX)),
)
CODE = sha256(b"banco;88412201937").hexdigest()
SEEN = {"cashier": LUIS, "admin": ROSA}


def facts(reading: Reading | None = HONEST, **more: Any) -> Facts:
    return Facts(reading=reading, source=more.pop("source", Source.PICTURE), **more)


async def settle(house: House, *accounts: dict[str, Any]) -> None:
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": ZONE}
    assert (await house.call(ROSA, "PUT", "/house", json=body))[0] == 200
    all_accounts = {"accounts": list(accounts or (ACCOUNT,))}
    assert (await house.call(ROSA, "PUT", "/accounts", json=all_accounts))[0] == 200


async def send(house: House, *more: tuple[str, str], order: str | None = None) -> dict[str, Any]:
    """The payment of a new order, or of this one, with a photo of its own."""
    order = order or (await house.deliver())["id"]
    status, answer = await house.submit(order, more=more)
    assert status == 201, answer
    payment: dict[str, Any] = answer["payment"]
    return payment


async def examine(house: House, payment: dict[str, Any], found: Facts | None) -> dict[str, Any]:
    """The payment as its order has it after its examination."""
    await house.app[DATABASE].write(
        workflow.record_examination,
        int(payment["id"]),
        found,
        default_house=house.app[CONFIG].house,
    )
    return await shown(house, payment)


async def shown(house: House, payment: dict[str, Any]) -> dict[str, Any]:
    _, order = await house.call(ROSA, "GET", f"/orders/{payment['order_id']}")
    return next(one for one in order["payments"] if one["id"] == payment["id"])


def kinds(payment: dict[str, Any], field: str = "warnings") -> list[tuple[str, str]]:
    return [(one["type"], one["payment_id"]) for one in payment[field]]


async def test_what_was_read_is_told_to_cashier_and_waiter_and_never_to_the_kitchen(
    house: House,
) -> None:
    await settle(house)
    sent = await send(house)
    assert sent["reading"] is None
    read = {
        "amount": 241.0,
        "reference": NUMBER,
        "at": "2026-11-28T20:40:00.000Z",
        "account": "4821",
        "holder": "ROSA M*",
    }
    async with (
        house.stream(LUIS) as cashier,
        house.stream(ANA) as waiter,
        house.stream(COCO) as kitchen,
    ):
        payment = await examine(house, sent, facts())
        for stream in (cashier, waiter):
            updated, news = await stream.take(2)
            assert updated.data["payment"]["reading"] == read
            assert (news.type, news.data["reading"]) == ("payment_examined", read)
        (update,) = await kitchen.take(1)
        assert update.data["payments"] == []
        assert NUMBER not in str(update.data)
        assert await kitchen.is_silent(0.1)
    assert (payment["reading"], payment["warnings"]) == (read, [])
    assert house.row("SELECT read_key, was_read FROM payments")[:] == (NUMBER, 1)


async def test_a_cashier_reads_line_by_line_what_is_compared_with_what(house: House) -> None:
    await settle(house)
    sent = await send(house)
    path = f"/payments/{sent['id']}/reading"
    nothing = {"payment_id": sent["id"], "source": None, "fields": [], "lines": []}
    assert await house.call(LUIS, "GET", path) == (200, nothing)
    await examine(house, sent, facts())
    for member in SEEN.values():
        status, reading = await house.call(member, "GET", path)
        assert status == 200
        assert reading["source"] == "foto"
        assert [(one["name"], one["check"], one["against"]) for one in reading["fields"]] == [
            ("amount", "matches", "241"),
            ("reference", "matches", None),
            ("at", "matches", "2026-11-28T20:41:00.000Z"),
            ("account", "matches", "BBVA"),
            ("holder", "matches", "BBVA"),
            ("bank", None, None),
        ]
        box = {"left": 0.1, "top": 0.25, "width": 0.5, "height": 0.04, "page": 0}
        assert reading["fields"][1]["text"] == "8841 2201 937"
        assert reading["lines"][0] == {"text": "Transferiste $ 241.00", "box": box}
    for member in (ANA, COCO):
        assert (await house.call(member, "GET", path))[0] == 403
    status, problem = await house.call(LUIS, "GET", "/payments/999/reading")
    assert (status, problem["code"]) == (404, "payment_not_found")


async def test_the_comparison_is_with_the_house_as_it_is_now(house: House) -> None:
    sent = await send(house)
    await examine(house, sent, facts())
    path = f"/payments/{sent['id']}/reading"

    async def account() -> tuple[str | None, str | None]:
        _, reading = await house.call(LUIS, "GET", path)
        return next(
            (one["check"], one["against"]) for one in reading["fields"] if one["name"] == "account"
        )

    assert await account() == (None, None)
    await settle(house)
    assert await account() == ("matches", "BBVA")
    await settle(house, ACCOUNT | {"number": "012180001234560000", "label": "Otra"})
    assert await account() == ("differs", None)


@pytest.mark.parametrize(
    ("found", "was_read"),
    [
        (facts(Reading(amount=24100)), 1),
        (facts(Reading(bank="BBVA", lines=HONEST.lines)), 0),
        (facts(None), 0),
        (facts(None, source=None), None),
        (None, 0),
    ],
)
async def test_what_nothing_was_read_of_is_told_as_that(
    house: House, found: Facts | None, was_read: int | None
) -> None:
    payment = await examine(house, await send(house), found)
    assert (payment["reading"] is not None) is (was_read == 1)
    assert house.row("SELECT was_read FROM payments")["was_read"] == was_read


DISHONEST = {
    "another amount": (replace(HONEST, amount=24000), ["amount_differs"]),
    "another account": (replace(HONEST, account="9999"), ["account_differs"]),
    "another holder": (replace(HONEST, holder="Juan Pérez"), ["account_differs"]),
    "an old receipt": (replace(HONEST, day=date(2026, 11, 27)), ["receipt_old"]),
    "an old time": (replace(HONEST, time=time(13, 0)), ["receipt_old"]),
    "a day alone": (replace(HONEST, day=date(2026, 11, 29), time=None), ["receipt_old"]),
    "an old number": (replace(HONEST, number_day=date(2026, 11, 2)), ["receipt_old"]),
    "all of it": (
        replace(HONEST, amount=1, day=date(2025, 11, 28), holder="Juan Pérez"),
        ["account_differs", "receipt_old", "amount_differs"],
    ),
}


@pytest.mark.parametrize(("reading", "expected"), DISHONEST.values(), ids=DISHONEST)
async def test_a_receipt_of_something_else_warns(
    house: House, reading: Reading, expected: list[str]
) -> None:
    await settle(house)
    payment = await examine(house, await send(house), facts(reading))
    assert kinds(payment) == [(kind, payment["id"]) for kind in expected]
    strong = set(expected) - {"amount_differs"}
    status, problem = await house.judge(payment["id"], "aprobado")
    if strong:
        assert (status, list(problem["errors"])) == (422, ["reason"])
        status, _ = await house.judge(payment["id"], "aprobado", reason="Lo vi en el banco")
    assert status == 200


async def test_the_tip_is_part_of_what_moved(house: House) -> None:
    payment = await send(house, ("tip", "20"))
    assert kinds(await examine(house, payment, facts(Reading(amount=26100)))) == []
    payment = await send(house, ("tip", "20"))
    found = await examine(house, payment, facts(Reading(amount=24100)))
    assert [kind for kind, _ in kinds(found)] == ["amount_differs"]


async def test_a_warning_after_the_approval_is_late(house: House) -> None:
    await settle(house)
    sent = await send(house)
    await house.judge(sent["id"], "aprobado")
    payment = await examine(house, sent, facts(replace(HONEST, account="9999")))
    assert kinds(payment) == kinds(payment, "late_warnings") == [("account_differs", sent["id"])]


TYPED, READ = [("reference", NUMBER)], facts(Reading(reference=NUMBER))


@pytest.mark.parametrize("first", [TYPED, []])
@pytest.mark.parametrize("second", [TYPED, []])
@pytest.mark.parametrize("turn", [(0, 1), (1, 0)])
async def test_a_number_is_used_once_typed_or_read_in_whichever_order_proofs_are_examined(
    house: House,
    first: list[tuple[str, str]],
    second: list[tuple[str, str]],
    turn: tuple[int, int],
) -> None:
    both = [await send(house, *first), await send(house, *second)]
    for index in turn:
        await examine(house, both[index], READ)
    earlier, later = [await shown(house, one) for one in both]
    assert kinds(earlier) == []
    assert kinds(later) == [("reference_reused", earlier["id"])]


async def test_a_number_that_was_typed_is_compared_with_those_that_were_read_at_once(
    house: House,
) -> None:
    earlier = await send(house)
    await examine(house, earlier, READ)
    later = await send(house, ("reference", "Clave 8841 2201 937"))
    assert kinds(later) == [("reference_reused", earlier["id"])]


@pytest.mark.parametrize("verdict", ["rechazado", "retirado"])
async def test_a_number_of_a_payment_that_counts_no_more_is_free(
    house: House, verdict: str
) -> None:
    earlier = await send(house)
    await examine(house, earlier, READ)
    if verdict == "rechazado":
        await house.judge(earlier["id"], verdict, reason="ilegible")
    else:
        await house.call(ANA, "DELETE", f"/payments/{earlier['id']}")
    again = await send(house, *TYPED, order=earlier["order_id"])
    assert kinds(again) == []
    assert kinds(await examine(house, again, READ)) == []
    other = await send(house)
    assert kinds(await examine(house, other, READ)) == [("reference_reused", again["id"])]


async def test_a_rejected_payment_is_no_evidence_against_a_later_one(house: House) -> None:
    earlier, later = await send(house), await send(house, *TYPED)
    await house.judge(earlier["id"], "rechazado", reason="ilegible")
    await examine(house, earlier, READ)
    assert kinds(await shown(house, later)) == []


async def test_what_the_waiter_typed_stays_and_both_numbers_are_compared(house: House) -> None:
    await examine(house, await send(house), READ)
    await send(house, ("reference", "777766665555"))
    third = await send(house, ("reference", "777766665555"))
    assert kinds(third) == [("reference_reused", "2")]
    third = await examine(house, third, READ)
    assert (third["reference"], third["reading"]["reference"]) == ("777766665555", NUMBER)
    assert kinds(third) == [("reference_reused", "2")], "it was told once"
    _, reading = await house.call(LUIS, "GET", "/payments/3/reading")
    number = next(one for one in reading["fields"] if one["name"] == "reference")
    assert (number["check"], number["against"]) == ("differs", "1")
    fourth = await send(house, ("reference", "123123123"))
    await examine(house, fourth, facts(replace(HONEST, reference="456456456")))
    _, reading = await house.call(LUIS, "GET", f"/payments/{fourth['id']}/reading")
    number = next(one for one in reading["fields"] if one["name"] == "reference")
    assert (number["check"], number["against"]) == ("differs", None)


@pytest.mark.parametrize("turn", [(0, 1), (1, 0)])
async def test_a_code_is_used_once_in_whichever_order(house: House, turn: tuple[int, int]) -> None:
    both = [await send(house), await send(house)]
    for index in turn:
        await examine(house, both[index], Facts(code=CODE))
    earlier, later = [await shown(house, one) for one in both]
    assert kinds(earlier) == []
    assert kinds(later) == [("qr_reused", earlier["id"])]
    assert (await house.judge(later["id"], "aprobado"))[0] == 422


async def test_the_same_code_again_after_a_rejection_is_normal(house: House) -> None:
    earlier = await send(house)
    await examine(house, earlier, Facts(code=CODE))
    await house.judge(earlier["id"], "rechazado", reason="ilegible")
    again = await send(house, order=earlier["order_id"])
    assert kinds(await examine(house, again, Facts(code=CODE))) == []
    other = await send(house)
    found = await examine(house, other, Facts(code=CODE))
    assert [kind for kind, _ in kinds(found)] == ["qr_reused"]


async def test_one_receipt_pays_no_two_parts_of_an_order(house: House) -> None:
    part = await send(house, ("amount", "100"))
    await examine(house, part, Facts(code=CODE))
    rest = await send(house, order=part["order_id"])
    assert kinds(await examine(house, rest, Facts(code=CODE))) == [("qr_reused", part["id"])]


async def test_a_withdrawn_payment_leaves_its_code_free(house: House) -> None:
    earlier = await send(house)
    await examine(house, earlier, Facts(code=CODE))
    await house.call(ANA, "DELETE", f"/payments/{earlier['id']}")
    assert kinds(await examine(house, await send(house), Facts(code=CODE))) == []


async def test_the_houses_own_code_and_one_on_all_receipts_say_nothing(house: House) -> None:
    own = sha256(ACCOUNT["number"].encode()).hexdigest()
    await settle(house)
    for _ in range(2):
        assert kinds(await examine(house, await send(house), Facts(code=own))) == []
    for number in range(2):
        reading = replace(HONEST, reference=f"55556666777{number}")
        payment = await examine(house, await send(house), facts(reading, code=CODE))
        assert [kind for kind, _ in kinds(payment)] == (["qr_reused"] if number else [])
        status, _ = await house.judge(payment["id"], "aprobado", reason="Es el anuncio del banco")
        assert status == 200
    reading = replace(HONEST, reference="555566667779")
    assert kinds(await examine(house, await send(house), facts(reading, code=CODE))) == []


async def test_a_code_warns_beside_the_same_file(house: House) -> None:
    photo = jpeg("teal")
    for _ in range(2):
        order = await house.deliver()
        _, answer = await house.submit(order["id"], photo=photo)
    payment = answer["payment"]
    for one in ("1", "2"):
        await examine(house, {"id": one, "order_id": one}, Facts(content="a" * 64, code=CODE))
    assert kinds(await shown(house, payment)) == [("file_reused", "1"), ("qr_reused", "1")]


async def test_what_was_read_goes_with_its_photo_and_its_keys_stay(house: House) -> None:
    sent = await send(house)
    await examine(house, sent, facts(code=CODE))
    await house.judge(sent["id"], "aprobado")
    database = house.app[DATABASE]
    house.clock.advance(minutes=1)
    photos = await database.read(retention.expired_photos, house.clock(), 10)
    assert [photo.payment_id for photo in photos] == [1]
    await database.write(workflow.remove_proofs, photos)
    row = house.row("SELECT reading, read_key, was_read FROM payments")
    assert row[:] == (None, NUMBER, 1)
    assert house.rows()["readings"] == 0
    assert house.row("SELECT code FROM fingerprints")["code"] == CODE
    assert (await shown(house, sent))["reading"] is None
    _, reading = await house.call(LUIS, "GET", "/payments/1/reading")
    assert (reading["source"], reading["fields"], reading["lines"]) == (None, [], [])
    assert check(house.path) == []
    later = await send(house, *TYPED)
    assert kinds(later) == [("reference_reused", "1")]


async def test_a_proof_that_is_deleted_before_its_examination_ends_leaves_nothing_read(
    house: House,
) -> None:
    sent = await send(house)
    await house.judge(sent["id"], "aprobado")
    database = house.app[DATABASE]
    house.clock.advance(minutes=1)
    photos = await database.read(retention.expired_photos, house.clock(), 10)
    await database.write(workflow.remove_proofs, photos)
    payment = await examine(house, sent, facts())
    assert payment["reading"] is None
    assert house.rows()["readings"] == 0
    assert house.row("SELECT reading FROM payments")["reading"] is None


async def test_hostile_text_is_stored_and_answered_as_text(house: House) -> None:
    bad = "=cmd\u202e<script>\x00\ud800"
    reading = Reading(
        amount=10**18,
        reference="7" * 1_000_000,
        holder=bad * 50,
        lines=tuple(ReadLine(bad, Box(0, 0, 1, float("nan"))) for _ in range(9)),
        fields=(ReadField(FieldName.HOLDER, bad, BOX),),
    )
    payment = await examine(house, await send(house), facts(reading))
    assert payment["reading"]["amount"] is None
    assert len(payment["reading"]["reference"]) == 64
    assert payment["reading"]["holder"].startswith("=cmd<script>")
    status, answer = await house.call(LUIS, "GET", f"/payments/{payment['id']}/reading")
    assert (status, answer["lines"]) == (200, [])
    assert check(house.path) == []


async def test_nothing_that_was_read_is_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await settle(house)
    sent = await send(house)
    await examine(house, sent, facts(replace(HONEST, account="9999")))
    await house.call(LUIS, "GET", f"/payments/{sent['id']}/reading")
    assert NUMBER not in caplog.text
    assert "ROSA M" not in caplog.text


async def test_the_day_and_the_reconciliation_count_what_was_read_and_approved_all_the_same(
    house: House,
) -> None:
    await settle(house)
    wrong = facts(replace(HONEST, account="9999", reference="1231231231"))
    for found, reason in (
        (facts(), None),
        (wrong, "Es la cuenta de Rosa"),
        (facts(None), None),
        (facts(None, source=None), None),
    ):
        sent = await send(house)
        await examine(house, sent, found)
        status, _ = await house.judge(sent["id"], "aprobado", reason=reason)
        assert status == 200
    refused = await send(house)
    await examine(house, refused, facts(replace(HONEST, account="9999", reference="32132132")))
    await house.judge(refused["id"], "rechazado", reason="A otra cuenta")
    reasons = [{"reason": "Es la cuenta de Rosa", "count": 1}]
    _, day = await house.call(ROSA, "GET", "/days/2026-11-28")
    assert day["readings"] == {"read": 3, "unreadable": 1}
    assert day["warnings"] == [
        {"type": "account_differs", "count": 2, "approved": 1, "reasons": reasons}
    ]
    _, found = await house.call(LUIS, "GET", "/reconciliation")
    assert found["readings"] == {"read": 2, "unreadable": 1}
    assert found["warnings"] == [
        {"type": "account_differs", "count": 1, "approved": 1, "reasons": reasons}
    ]
    client = await house.client(ROSA)
    async with client.get("/days/2026-11-28.csv") as response:
        text = await response.text()
    for line in (
        "Avisos aprobados,A otra cuenta,1,,",
        "Por qué se aprobó: A otra cuenta,Es la cuenta de Rosa,1,,",
        "Comprobantes,Leídos,3,,",
        "Comprobantes,No se pudieron leer,1,,",
    ):
        assert line in text


async def test_the_settings_tell_whether_photos_are_read_and_how_to_check(house: House) -> None:
    _, settings = await house.call(ANA, "GET", "/settings")
    assert settings["reading"] == reading_state(house.app[CONFIG].proofs)
    assert [check["country"] for check in settings["checks"]] == ["MX", "CO", "PE", "CR"]
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": ZONE, "country": "PE"}
    await house.call(ROSA, "PUT", "/house", json=body)
    _, begun = await house.call(LUIS, "GET", "/start/cashier")
    assert [check["country"] for check in begun["settings"]["checks"]] == ["PE"]


@pytest.mark.parametrize(
    ("setting", "tesseract", "state"),
    [("auto", "/usr/bin/tesseract", "on"), ("auto", None, "missing"), ("off", "/x", "off")],
)
def test_photos_are_read_where_the_program_is(
    monkeypatch: pytest.MonkeyPatch, setting: str, tesseract: str | None, state: str
) -> None:
    reading_state.cache_clear()
    monkeypatch.setattr("shutil.which", lambda _: tesseract)
    assert reading_state(replace(Config().proofs, reading=setting)) == state
    reading_state.cache_clear()


async def test_a_payment_that_waits_is_warned_of_a_later_one_that_was_approved(
    house: House,
) -> None:
    """Its proof was read late: the other payment's money is already counted."""
    first = await send(house)
    second = await send(house, ("reference", NUMBER))
    assert (await house.judge(second["id"], "aprobado"))[0] == 200
    assert kinds(await examine(house, first, facts(Reading(reference=NUMBER)))) == [
        ("reference_reused", "2")
    ]
    assert kinds(await shown(house, second)) == [("reference_reused", "1")]
    assert (await house.judge(first["id"], "aprobado"))[0] == 422, "it needs a reason"
