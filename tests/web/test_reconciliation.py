"""Conciliación: approved payments beside the bank's statement, and what a spreadsheet gets."""

import csv
import io
from datetime import time
from typing import Any

import aiohttp
import pytest

from comanda import office
from comanda.domain.house import House as Described
from comanda.web.plumbing.keys import DATABASE
from tests.house import ANA, LUIS, MARA, ROSA, House, as_an_event, jpeg

DAY = "/reconciliation?from=2026-11-28&to=2026-11-28"


async def approve(
    house: House,
    method: str = "transferencia",
    order: dict[str, Any] | None = None,
    **fields: str,
) -> dict[str, Any]:
    """A payment that was charged and approved, of a new order if there is none."""
    order = order or await house.deliver()
    form = aiohttp.FormData({"method": method, **fields})
    form.add_field("file", io.BytesIO(jpeg()), filename="foto.jpg")
    status, sent = await house.call(ANA, "POST", f"/orders/{order['id']}/proof", data=form)
    assert status == 201, sent
    status, paid = await house.judge(sent["payment"]["id"], "aprobado")
    assert status == 200, paid
    return dict(paid["payment"])


@pytest.fixture
async def mexican(house: House) -> House:
    """The house keeps Mexico City's time: 20:41 UTC is 14:41 there."""
    described = Described("La Fonda", "$", "America/Mexico_City")
    await house.app[DATABASE].write(office.describe_house, ROSA, described)
    return house


async def test_what_was_approved_stands_with_its_totals_and_what_was_found(mexican: House) -> None:
    first = await approve(mexican, reference="8841", amount="241.00")
    second = await approve(mexican)
    cash = await approve(mexican, "efectivo")
    rejected = await mexican.deliver()
    await mexican.submit(rejected["id"])
    await mexican.judge("4", "rechazado")
    status, ticked = await mexican.call(
        LUIS, "PUT", f"/payments/{first['id']}/reconciliation", json={"found": True}
    )
    assert status == 200
    ticked = as_an_event(ticked)
    assert ticked == {
        **first,
        "table_number": 12,
        "customer": None,
        "total": 241.0,
        "reconciled_by": "luis",
        "reconciled_at": "2026-11-28T20:41:00.000Z",
        "viewers": [],
    }
    status, found = await mexican.call(ROSA, "GET", DAY)
    assert status == 200
    assert (found["from"], found["to"]) == ("2026-11-28T06:00:00.000Z", "2026-11-29T06:00:00.000Z")
    assert [one["id"] for one in found["payments"]] == [first["id"], second["id"], cash["id"]]
    assert found["payments"][0] == ticked
    assert found["totals"] == [
        total("efectivo", 1, 241.0, 0, 0.0),
        total("transferencia", 2, 482.0, 1, 241.0),
    ]


def total(
    method: str, count: int, amount: float, found: int, found_amount: float, tips: float = 0.0
) -> Any:
    return {
        "method": method,
        "count": count,
        "total": amount,
        "tips": tips,
        "count_reconciled": found,
        "amount_reconciled": found_amount,
    }


async def test_a_tick_is_taken_back_and_repeated_without_harm(house: House) -> None:
    payment = await approve(house)
    path = f"/payments/{payment['id']}/reconciliation"
    _, ticked = await house.call(LUIS, "PUT", path, json={"found": True})
    assert await house.call(MARA, "PUT", path, json={"found": True}) == (200, ticked)
    status, untouched = await house.call(MARA, "PUT", path, json={"found": False})
    assert (status, untouched["reconciled_by"], untouched["reconciled_at"]) == (200, None, None)


async def test_only_what_was_approved_can_be_ticked_and_only_at_the_till(house: House) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    before = house.rows()
    path = "/payments/1/reconciliation"
    assert (await house.call(LUIS, "PUT", path, json={"found": True}))[0] == 404
    assert (await house.call(ANA, "PUT", path, json={"found": True}))[0] == 403
    for body in ({}, {"found": "sí"}, {"found": 1}, {"found": True, "by": "luis"}):
        assert (await house.call(LUIS, "PUT", path, json=body))[0] == 422
    assert house.rows() == before


async def test_a_day_is_the_restaurants_own(mexican: House) -> None:
    await approve(mexican)
    for day, count in (("2026-11-27", 0), ("2026-11-28", 1), ("2026-11-29", 0)):
        _, found = await mexican.call(LUIS, "GET", f"/reconciliation?from={day}&to={day}")
        assert len(found["payments"]) == count, day
    mexican.clock.advance(hours=9, minutes=18)  # 05:59 UTC: 23:59 of the same day
    await approve(mexican)
    mexican.clock.advance(minutes=2)
    await approve(mexican)
    assert len((await mexican.call(LUIS, "GET", DAY))[1]["payments"]) == 2
    _, today = await mexican.call(LUIS, "GET", "/reconciliation")
    assert [one["id"] for one in today["payments"]] == ["3"]


async def test_a_period_may_have_times_and_one_method(mexican: House) -> None:
    await approve(mexican)
    mexican.clock.advance(hours=1)
    await approve(mexican, "efectivo")
    since = "/reconciliation?from=2026-11-28T21:00:00Z"
    _, found = await mexican.call(LUIS, "GET", since)
    assert [one["method"] for one in found["payments"]] == ["efectivo"]
    _, found = await mexican.call(LUIS, "GET", f"{DAY}&method=transferencia")
    assert [one["method"] for one in found["payments"]] == ["transferencia"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-13-01", "from"),
        ("from=ayer", "from"),
        ("to=2026-11-27&from=2026-11-28", "to"),
        ("from=2020-01-01&to=2026-11-28", "to"),
        ("from=9999-12-31&to=9999-12-31", "from"),
        ("method=trueque", "method"),
        ("method=efectivo&method=tarjeta", "method"),
        ("since=2026-11-28", "since"),
    ],
)
async def test_a_period_that_can_not_be_is_refused_by_field(
    house: House, query: str, field: str
) -> None:
    for path in ("/reconciliation", "/reconciliation.csv"):
        status, problem = await house.call(LUIS, "GET", f"{path}?{query}")
        assert (status, list(problem["errors"])) == (422, [field])


async def test_a_spreadsheet_opens_it_right_and_runs_nothing(mexican: House) -> None:
    await approve(mexican, reference='=HYPERLINK("http://x","y")', amount="241.00")
    await approve(mexican, reference="@SUM(1)")
    await mexican.call(LUIS, "PUT", "/payments/1/reconciliation", json={"found": True})
    client = await mexican.client(LUIS)
    async with client.get("/reconciliation.csv?from=2026-11-28") as response:
        assert response.status == 200
        assert response.content_type == "text/csv"
        assert response.headers["Content-Disposition"] == (
            'attachment; filename="conciliacion-2026-11-28.csv"'
        )
        body = await response.read()
    assert body.startswith(b"\xef\xbb\xbf")
    header, first, second = csv.reader(io.StringIO(body.decode("utf-8-sig")))
    told = dict(zip(header, first, strict=True))
    assert told["Fecha y hora"] == "2026-11-28 14:41"
    assert told["Referencia"] == '\'=HYPERLINK("http://x","y")'
    assert (told["Monto"], told["De la cuenta"], told["Propina"]) == ("241.00", "241.00", "0.00")
    assert told["Forma de pago"] == "Transferencia"
    assert (told["Envió"], told["Aprobó"]) == ("Ana", "Luis")
    assert told["Encontrado en el banco"] == "sí, Luis"
    assert dict(zip(header, second, strict=True))["Referencia"] == "'@SUM(1)"
    assert dict(zip(header, second, strict=True))["Encontrado en el banco"] == "no"


async def rows_of_csv(house: House) -> list[dict[str, str]]:
    client = await house.client(LUIS)
    async with client.get("/reconciliation.csv?from=2026-11-28") as response:
        return list(csv.DictReader(io.StringIO((await response.read()).decode("utf-8-sig"))))


async def test_a_payment_of_several_rounds_is_one_row_with_its_tip_apart(mexican: House) -> None:
    rounds = [await mexican.deliver() for _ in range(2)]
    await approve(mexican, order=rounds[0], also=rounds[1]["id"], tip="48.20")
    await approve(mexican, amount="100")
    _, found = await mexican.call(LUIS, "GET", DAY)
    both, part = found["payments"]
    assert [one["order_id"] for one in both["orders"]] == [one["id"] for one in rounds]
    assert (both["amount"], both["tip"], both["total"]) == (482.0, 48.2, 482.0)
    assert (part["amount"], part["tip"], part["total"]) == (100.0, 0.0, 241.0)
    (transfers,) = found["totals"]
    assert transfers == total("transferencia", 2, 630.2, 0, 0.0, tips=48.2)
    first, second = await rows_of_csv(mexican)
    assert (first["Orden"], first["Mesa"]) == ("1 2", "12")
    assert (first["Monto"], first["De la cuenta"], first["Propina"]) == (
        "530.20",
        "482.00",
        "48.20",
    )
    assert (second["Monto"], second["Propina"]) == ("100.00", "0.00")


async def test_its_people_have_names_that_tell_them_apart(mexican: House) -> None:
    await mexican.call(ROSA, "PUT", "/staff/ana/name", json={"name": "Ana López"})
    await mexican.call(ROSA, "PUT", "/staff/mara/name", json={"name": "Luis"})
    await approve(mexican)
    await approve(mexican, "efectivo")
    _, found = await mexican.call(LUIS, "GET", DAY)
    assert found["people"] == [
        {"username": "ana", "name": "Ana López"},
        {"username": "luis", "name": "Luis (luis)"},
    ]
    transfer, cash = await rows_of_csv(mexican)
    assert (transfer["Envió"], transfer["Aprobó"]) == ("Ana López", "Luis (luis)")
    assert (transfer["Forma de pago"], cash["Forma de pago"]) == ("Transferencia", "Efectivo")
    column = "Encontrado en el banco"
    assert (transfer[column], cash[column]) == ("no", "no aplica")


async def test_a_night_past_midnight_belongs_to_the_evening(mexican: House) -> None:
    late = Described("La Fonda", "$", "America/Mexico_City", time(4))
    await mexican.app[DATABASE].write(office.describe_house, ROSA, late)
    mexican.clock.advance(hours=13, minutes=18)  # 03:59 of the 29th in Mexico
    await approve(mexican)
    _, today = await mexican.call(LUIS, "GET", "/reconciliation")
    assert (today["from"], today["to"]) == ("2026-11-28T10:00:00.000Z", "2026-11-29T10:00:00.000Z")
    assert len(today["payments"]) == 1
    assert (await mexican.call(LUIS, "GET", DAY))[1] == today
    client = await mexican.client(LUIS)
    async with client.get("/reconciliation.csv") as response:
        assert "conciliacion-2026-11-28.csv" in response.headers["Content-Disposition"]
    mexican.clock.advance(minutes=1)
    _, tomorrow = await mexican.call(LUIS, "GET", "/reconciliation")
    assert (tomorrow["from"], tomorrow["payments"]) == ("2026-11-29T10:00:00.000Z", [])
    since = "/reconciliation?from=2026-11-29T09:59:00Z"  # of the evening before, still
    assert (await mexican.call(LUIS, "GET", since))[1]["to"] == "2026-11-29T10:00:00.000Z"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
async def test_the_calendars_ends_are_refused(mexican: House, moment: str) -> None:
    status, problem = await mexican.call(LUIS, "GET", f"/reconciliation?from={moment}")
    assert (status, list(problem["errors"])) == (422, ["from"])
