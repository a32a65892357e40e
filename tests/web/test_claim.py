"""A waiter corrects what a payment says: its number, its amount, and what comes of it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from comanda.domain.examinations import Facts, Source
from comanda.domain.readings import Reading
from comanda.domain.staff import Staff
from comanda.store.backup import check
from tests.house import ANA, BETO, COCO, LUIS, ROSA, TACOS, House
from tests.web.test_bill import CASH, get, pay, rounds, sums
from tests.web.test_reading import NUMBER, examine, kinds, send, shown

Body = dict[str, Any]


async def correct(
    house: House, payment: str, body: Body, by: Staff = ANA
) -> tuple[int, dict[str, Any]]:
    return await house.call(by, "PUT", f"/payments/{payment}/claim", json=body)


def read(amount: int | None = None, number: str | None = None) -> Facts:
    return Facts(reading=Reading(amount=amount, reference=number), source=Source.PICTURE)


async def test_number_and_amount_are_corrected_and_what_was_said_before_is_kept(
    house: House,
) -> None:
    sent = await send(house, ("reference", "111122223333"))
    async with house.stream(LUIS) as cashier, house.stream(COCO) as kitchen:
        status, order = await correct(house, "1", {"reference": NUMBER})
        assert (status, order["payment"]["reference"]) == (200, NUMBER)
        (event,) = await cashier.take(1)
        assert (event.type, event.data["payment"]["reference"]) == ("order_updated", NUMBER)
        assert await cashier.is_silent(0.1)
        assert (await kitchen.next()).data["payments"] == []
    house.clock.advance(minutes=1)
    status, order = await correct(house, "1", {"amount": 200.5, "reference": "7777666655"})
    assert (status, sums(order)) == (200, ("por_verificar", 0, 200.5, 40.5))
    payment = await shown(house, sent)
    assert (payment["amount"], payment["orders"][0]["amount"]) == (200.5, 200.5)
    at = "2026-11-28T20:41:00.000Z"
    assert payment["former_claims"] == [
        {"reference": "111122223333", "amount": 241, "by": "ana", "at": at},
        {"reference": NUMBER, "amount": 241, "by": "ana", "at": at.replace("41:", "42:")},
    ]
    assert check(house.path) == []
    assert (await house.judge("1", "aprobado"))[1]["paid"] == 200.5


@pytest.mark.parametrize(
    "body",
    [
        {"reference": NUMBER},
        {"amount": 241},
        {"reference": NUMBER, "amount": 241.0},
        {"reference": NUMBER, "amount": None},
        {"reference": None, "amount": 241},
    ],
)
async def test_the_same_again_changes_nothing(house: House, body: Body) -> None:
    await send(house, ("reference", NUMBER))
    before = house.rows()
    async with house.stream(LUIS) as cashier:
        status, order = await correct(house, "1", body)
        assert (status, order["payment"]["former_claims"]) == (200, [])
        assert await cashier.is_silent(0.1)
    assert house.rows() == before


async def test_a_number_is_taken_away(house: House) -> None:
    await send(house, ("reference", NUMBER))
    status, order = await correct(house, "1", {"reference": ""})
    assert (status, order["payment"]["reference"]) == (200, None)
    assert kinds(await send(house, ("reference", NUMBER))) == []


BAD_CLAIMS: dict[str, tuple[Any, int, str]] = {
    "nothing": ({}, 422, "reference"),
    "null": ({"reference": None, "amount": None}, 422, "reference"),
    "no object": ([], 422, "_schema"),
    "an unknown field": ({"tip": 5}, 422, "tip"),
    "no text": ({"reference": 5}, 422, "reference"),
    "no number at all": ({"reference": "---"}, 422, "reference"),
    "a long number": ({"reference": "1" * 65}, 422, "reference"),
    "a control character": ({"reference": "12\u0000345"}, 422, "reference"),
    "half a character": ({"reference": "12\ud800"}, 422, "reference"),
    "text for an amount": ({"amount": "100"}, 422, "amount"),
    "a yes for an amount": ({"amount": True}, 422, "amount"),
    "three decimals": ({"amount": 1.005}, 422, "amount"),
    "zero": ({"amount": 0}, 422, "amount"),
    "negative": ({"amount": -5}, 422, "amount"),
    "more than is due": ({"amount": 241.01}, 422, "amount"),
    "far too much": ({"amount": 1e15}, 422, "amount"),
    "beyond all numbers": ({"amount": 1e300}, 422, "amount"),
    "a good number with a bad amount": ({"reference": NUMBER, "amount": 9999}, 422, "amount"),
}


@pytest.mark.parametrize(("body", "status", "named"), BAD_CLAIMS.values(), ids=BAD_CLAIMS)
async def test_a_bad_claim_is_refused_by_name_and_changes_nothing(
    house: House, body: Any, status: int, named: str
) -> None:
    sent = await send(house)
    async with house.stream(LUIS) as cashier:
        answer, problem = await correct(house, "1", body)
        assert answer == status, problem
        assert named in problem["errors"]
        assert await cashier.is_silent(0.1)
    assert await shown(house, sent) == sent


async def test_a_surplus_is_named(house: House) -> None:
    await send(house, ("amount", "100"))
    _, problem = await correct(house, "1", {"amount": 255.5})
    sentence = problem["errors"]["amount"][0]
    assert sentence.startswith("Sobran $ 14.50 de lo que se debe")
    assert sentence.endswith("Si es propina, retira el comprobante y cobra otra vez")
    status, order = await correct(house, "1", {"amount": 241})
    assert (status, order["due"]) == (200, 0)


async def test_what_others_pay_is_not_paid_twice(house: House) -> None:
    first = await send(house, ("amount", "100"))
    await send(house, ("amount", "100"), order=first["order_id"])
    assert (await correct(house, "1", {"amount": 141.01}))[0] == 422
    status, order = await correct(house, "1", {"amount": 141})
    assert (status, sums(order)) == (200, ("por_verificar", 0, 241, 0))
    assert (await correct(house, "2", {"amount": 100.01}))[0] == 422


async def test_an_amount_goes_over_the_same_orders_the_oldest_first(house: House) -> None:
    ids = await rounds(house, 3)
    await pay(house, ids[0], ("also", ids[1]))
    async with house.stream(LUIS) as cashier:
        assert (await correct(house, "1", {"amount": 300}))[0] == 200
        events = await cashier.take(2)
        assert [(one.type, one.data["id"]) for one in events] == [
            ("order_updated", ids[0]),
            ("order_updated", ids[1]),
        ]
    assert [sums(await get(house, one))[2] for one in ids] == [241, 59, 0]
    status, problem = await correct(house, "1", {"amount": 482.01})
    assert (status, list(problem["errors"])) == (422, ["amount"])
    await correct(house, "1", {"amount": 482})
    assert [sums(await get(house, one))[2:] for one in ids] == [(241, 0), (241, 0), (0, 241)]
    async with house.stream(LUIS) as cashier:
        _, order = await correct(house, "1", {"amount": 100})
        assert [(one.type, one.data["status"]) for one in await cashier.take(2)] == [
            ("order_updated", "por_verificar"),
            ("order_updated", "entregado"),
        ]
    assert [part["order_id"] for part in order["payment"]["orders"]] == [ids[0]]
    assert [sums(await get(house, one)) for one in ids[:2]] == [
        ("por_verificar", 0, 100, 141),
        ("entregado", 0, 0, 241),
    ]
    assert (await get(house, ids[1]))["payment"] is None
    await pay(house, ids[1])
    status, problem = await correct(house, "1", {"amount": 241.01})
    assert (status, list(problem["errors"])) == (422, ["amount"])
    assert (await house.judge("1", "aprobado"))[0] == 200
    assert [sums(await get(house, one)) for one in ids[:2]] == [
        ("entregado", 100, 0, 141),
        ("por_verificar", 0, 241, 0),
    ]
    assert check(house.path) == []


async def test_dishes_and_too_little_cash_are_refused_in_words(house: House) -> None:
    first, second = await rounds(house, 2)
    await pay(house, first, ("items", f"{first}:0:1"))
    _, problem = await correct(house, "1", {"amount": 50})
    assert "platillos escogidos" in problem["errors"]["amount"][0]
    await pay(house, second, ("amount", "100"), ("tip", "10"), ("tendered", "120"))
    _, problem = await correct(house, "2", {"amount": 111})
    assert problem["errors"]["amount"] == ["El efectivo recibido no alcanza: faltan $ 1.00"]
    status, order = await correct(house, "2", {"amount": 110})
    assert (status, order["payment"]["change"]) == (200, 0)


async def test_a_method_without_a_number_takes_none(house: House) -> None:
    (order,) = await rounds(house, 1)
    await pay(house, order, method=CASH)
    status, problem = await correct(house, "1", {"reference": NUMBER})
    assert (status, list(problem["errors"])) == (422, ["reference"])


async def test_a_house_without_decimals_gets_none(house: House) -> None:
    items = [{"product_id": TACOS, "quantity": 2}]
    tacos = {"name": "Tacos al pastor", "category": "Tacos", "price": 86}
    await house.call(ROSA, "PUT", f"/products/{TACOS}", json=tacos)
    _, order = await house.call(ANA, "POST", "/orders", json={"table_number": 3, "items": items})
    body = {"restaurant": "F", "currency": "$", "time_zone": "America/Bogota", "decimals": 0}
    assert (await house.call(ROSA, "PUT", "/house", json=body))[0] == 200
    await house.serve(order["id"])
    await pay(house, order["id"])
    assert (await correct(house, "1", {"amount": 100.5}))[0] == 422
    assert (await correct(house, "1", {"amount": 100}))[0] == 200


async def test_who_sent_it_may_correct_it_until_somebody_decides(house: House) -> None:
    await send(house)
    for member in (BETO, LUIS, ROSA):
        status, problem = await correct(house, "1", {"reference": NUMBER}, by=member)
        assert (status, problem["code"]) == (403, "forbidden")
        assert problem["detail"] == "Sólo quien envió un pago lo puede corregir"
    assert (await correct(house, "1", {"reference": NUMBER}, by=COCO))[0] == 403
    status, problem = await correct(house, "999", {"reference": NUMBER})
    assert (status, problem["code"]) == (404, "payment_not_found")
    await house.call(LUIS, "PUT", "/payments/1/viewer")
    assert (await correct(house, "1", {"reference": NUMBER}))[0] == 200, "the till may have it open"
    await house.judge("1", "aprobado")
    for body in ({"reference": "123412341234"}, {"reference": NUMBER}):
        status, problem = await correct(house, "1", body)
        assert (status, problem["code"]) == (409, "payment_already_decided")
    await send(house)
    await house.call(ANA, "DELETE", "/payments/2")
    status, problem = await correct(house, "2", {"amount": 5})
    assert (status, problem["code"]) == (409, "payment_already_decided")


async def test_a_cashier_corrects_what_they_sent(house: House) -> None:
    (order,) = await rounds(house, 1)
    await pay(house, order, by=LUIS, method="transferencia")
    assert (await correct(house, "1", {"reference": NUMBER}, by=LUIS))[0] == 200


async def test_a_corrected_amount_takes_the_warning_away_or_brings_it(house: House) -> None:
    sent = await send(house)
    payment = await examine(house, sent, read(amount=20050))
    assert kinds(payment) == [("amount_differs", "1")]
    _, order = await correct(house, "1", {"amount": 200.5})
    assert kinds(order["payment"]) == []
    assert order["payment"]["former_claims"][0]["amount"] == 241
    _, order = await correct(house, "1", {"amount": 200})
    assert kinds(order["payment"]) == [("amount_differs", "1")]


async def test_a_corrected_number_is_compared_anew(house: House) -> None:
    await send(house, ("reference", NUMBER))
    second = await send(house, ("reference", NUMBER))
    assert kinds(second) == [("reference_reused", "1")]
    _, order = await correct(house, "2", {"reference": "777766665555"})
    assert kinds(order["payment"]) == []
    _, order = await correct(house, "2", {"reference": "8841 2201 937"})
    assert kinds(order["payment"]) == [("reference_reused", "1")]


async def test_a_warning_from_what_was_read_stays_whatever_is_typed(house: House) -> None:
    await send(house, ("reference", NUMBER))
    second = await send(house)
    assert kinds(await examine(house, second, read(number=NUMBER))) == [("reference_reused", "1")]
    for typed in ("777766665555", "", "123412341234"):
        _, order = await correct(house, "2", {"reference": typed or ""})
        assert kinds(order["payment"]) == [("reference_reused", "1")]


async def test_other_warnings_stay(house: House) -> None:
    sent = await send(house)
    facts = replace(read(amount=24100), is_damaged=True)
    await examine(house, sent, facts)
    _, order = await correct(house, "1", {"amount": 200, "reference": NUMBER})
    assert kinds(order["payment"]) == [("file_damaged", "1"), ("amount_differs", "1")]


async def test_a_number_that_comes_later_by_a_correction_warns_both(house: House) -> None:
    """The corrected payment is the earlier one, and has what the other had first."""
    await send(house)
    later = await send(house, ("reference", NUMBER))
    async with house.stream(LUIS) as cashier:
        _, order = await correct(house, "1", {"reference": NUMBER})
        events = await cashier.take(2)
    assert [one.data["id"] for one in events] == ["1", "2"]
    assert kinds(order["payment"]) == [("reference_reused", "2")]
    assert kinds(await shown(house, later)) == [("reference_reused", "1")]
    await correct(house, "1", {"reference": ""})
    assert kinds(await shown(house, later)) == [("reference_reused", "1")], "it was shown"


async def test_a_correction_and_a_verdict_at_once_are_one_after_the_other(house: House) -> None:
    for number in range(1, 6):
        await send(house)
        (corrected, order), (judged, _) = await asyncio.gather(
            correct(house, str(number), {"amount": 100}),
            house.judge(str(number), "aprobado"),
        )
        assert judged == 200
        row = house.row("SELECT amount FROM payment_allocations WHERE payment_id = ?", number)
        if corrected == 200:
            assert row["amount"] == 10000
        else:
            assert (corrected, order["code"]) == (409, "payment_already_decided")
            assert row["amount"] == 24100
    assert check(house.path) == []


async def test_two_corrections_never_pay_more_than_is_due(house: House) -> None:
    first = await send(house, ("amount", "100"))
    await send(house, ("amount", "100"), order=first["order_id"])
    answers = await asyncio.gather(
        correct(house, "1", {"amount": 141}), correct(house, "2", {"amount": 141})
    )
    assert sorted(status for status, _ in answers) == [200, 422]
    order = await get(house, first["order_id"])
    assert (order["waiting"], order["due"]) == (241, 0)


async def test_a_corrected_amount_says_nothing_about_the_number(house: House) -> None:
    """The first payment had the number first; the second one's warning stays, too."""
    await send(house, ("reference", NUMBER))
    await send(house, ("reference", NUMBER))
    _, order = await correct(house, "1", {"amount": 200})
    assert kinds(order["payment"]) == []
    await house.judge("1", "rechazado", reason="no es")
    _, order = await correct(house, "2", {"amount": 200})
    assert kinds(order["payment"]) == [("reference_reused", "1")]


async def test_a_warning_that_was_shown_stays_while_the_number_is_the_same(house: House) -> None:
    await send(house, ("reference", NUMBER))
    await send(house, ("reference", NUMBER))
    await house.judge("1", "rechazado", reason="no es")
    _, order = await correct(house, "2", {"reference": f"Clave {NUMBER}"})
    assert kinds(order["payment"]) == [("reference_reused", "1")]
    _, order = await correct(house, "2", {"reference": "777766665555"})
    assert kinds(order["payment"]) == []


async def test_who_looked_at_the_amount_before_approves_no_other(house: House) -> None:
    """The waiter corrects it while the cashier's finger is on the way."""
    await send(house, ("amount", "100"))
    await house.call(LUIS, "PUT", "/payments/1/viewer")
    body = {"verdict": "aprobado", "seen_in_account": True}

    async def approve(corrections: str) -> tuple[int, Any]:
        headers = {"Comanda-Corrections": corrections}
        return await house.call(LUIS, "PUT", "/payments/1/verdict", json=body, headers=headers)

    assert (await correct(house, "1", {"amount": 241}))[0] == 200
    before = house.rows()
    status, problem = await approve("0")
    assert (status, problem["code"]) == (409, "illegal_transition")
    assert problem["detail"] == "Acaban de corregir este pago: míralo otra vez"
    for wrong in ("", "-1", "1.0", "x", "1" * 9):
        assert (await approve(wrong))[0] == 422
    assert house.rows() == before
    assert (await approve("1"))[1]["paid"] == 241
    assert (await approve("0"))[0] == 200, "the same verdict again changes nothing"
