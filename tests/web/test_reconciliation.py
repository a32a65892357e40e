"""Conciliación: approved payments beside the bank's statement, and what a spreadsheet gets."""

import csv
import io
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import aiohttp
import pytest

from comanda import office, till
from comanda.config import Config, Deposits
from comanda.domain.deposits import Deposit, DepositSource, NewDeposit
from comanda.domain.house import House as Described
from comanda.store import reconciliation
from comanda.web.plumbing.keys import DATABASE
from tests.house import ANA, LUIS, MARA, ROSA, House, as_an_event, jpeg, open_house

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
        "to_account": True,
        "was_untied": False,
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
    assert (found["deposits"], found["sides"]) == ([], None)  # no bank tells this house anything


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


async def arrive(house: House, amount: int = 24100, key: str = "a", **more: Any) -> Deposit:
    """Money that the bank told of just now."""
    new = NewDeposit(DepositSource.NOTICE, amount, house.clock.now, key)
    return (await house.app[DATABASE].write(till.receive_deposit, replace(new, **more))).deposit


def side(count: int, amount: float) -> dict[str, Any]:
    return {"count": count, "total": amount}


async def test_what_arrived_and_what_was_approved_stand_on_two_sides_and_tied_between(
    mexican: House,
) -> None:
    same = await arrive(mexican, key="a", reference="88412201937", sender="Marcos Peña")
    near = await approve(mexican, reference="8841 220 1937")
    mexican.clock.advance(hours=2)
    by_hand = await approve(mexican)
    old = await arrive(mexican, key="b", at=mexican.clock.now - timedelta(hours=1))
    await tie(mexican, old, by_hand["id"])
    lonely = await approve(mexican)
    await approve(mexican, "efectivo")
    missing = await arrive(mexican, 9950, key="c", sender="Elena Ríos")
    await arrive(mexican, 100, key="d", at=mexican.clock.now - timedelta(days=1))
    _, found = await mexican.call(LUIS, "GET", DAY)
    assert found["sides"] == {
        "tied": side(2, 482.0)
        | {
            "by_rule": [
                side(1, 241.0) | {"rule": "referencia"},
                side(1, 241.0) | {"rule": "mano"},
            ]
        },
        "without_deposit": side(1, 241.0),
        "was_untied": side(0, 0.0),
        "without_payment": side(1, 99.5),
    }
    first, second, third, cash = found["payments"]
    assert (first["id"], first["deposit"]["id"]) == (near["id"], str(same.id))
    assert first["deposit"]["tie"] == {"rule": "referencia", "by": None}
    assert second["deposit"]["tie"] == {"rule": "mano", "by": "luis"}
    assert (third["id"], third["deposit"], third["to_account"]) == (lonely["id"], None, True)
    assert (cash["method"], cash["to_account"]) == ("efectivo", False)
    (untied,) = found["deposits"]
    assert (untied["id"], untied["amount"], untied["sender"]) == (
        str(missing.id),
        99.5,
        "Elena Ríos",
    )


async def tie(house: House, deposit: Deposit, payment_id: str | None) -> dict[str, Any]:
    path = f"/deposits/{deposit.id}/payment"
    status, tied = await house.call(LUIS, "PUT", path, json={"payment_id": payment_id})
    assert status == 200, tied
    return dict(tied)


async def test_a_method_whose_money_comes_elsewhere_is_compared_with_nothing(
    mexican: House,
) -> None:
    await approve(mexican)
    await approve(mexican, "efectivo")
    await arrive(mexican, 100)
    _, cash = await mexican.call(LUIS, "GET", f"{DAY}&method=efectivo")
    assert (len(cash["payments"]), cash["deposits"], cash["sides"]) == (1, [], None)
    _, transfers = await mexican.call(LUIS, "GET", f"{DAY}&method=transferencia")
    assert len(transfers["deposits"]) == 1
    assert transfers["sides"]["without_deposit"] == side(1, 241.0)


async def test_a_payment_that_lost_the_deposit_it_was_approved_by_stands_out(
    mexican: House,
) -> None:
    """As a thief would do it: tie, approve, and give the deposit back to whom it belongs."""
    order = await mexican.deliver()
    _, sent = await mexican.submit(order["id"])
    stolen = await arrive(mexican)
    assert (await mexican.judge(sent["payment"]["id"], "aprobado"))[0] == 200
    assert (await mexican.call(LUIS, "GET", DAY))[1]["sides"]["was_untied"] == side(0, 0.0)
    await tie(mexican, stolen, None)
    honest = await approve(mexican)
    await tie(mexican, stolen, honest["id"])
    _, found = await mexican.call(LUIS, "GET", DAY)
    assert [one["was_untied"] for one in found["payments"]] == [True, False]
    assert found["payments"][0]["checked"] == "aviso"
    assert found["sides"]["was_untied"] == found["sides"]["without_deposit"] == side(1, 241.0)
    fake, true = await rows_of_csv(mexican)
    assert fake["Cómo se vio"] == "aviso del banco, y después le quitaron el ingreso"
    assert (true["Cómo se vio"], true["Unido por"]) == ("en la cuenta", "a mano, Luis")


async def test_a_house_with_a_bank_phone_compares_though_nothing_has_come(config: Config) -> None:
    with_phone = replace(config, deposits=Deposits(secret="a-secret-of-the-house"))
    async with open_house(with_phone) as house:
        await approve(house)
        _, found = await house.call(LUIS, "GET", DAY)
    assert found["sides"]["without_deposit"] == side(1, 241.0)
    assert found["sides"]["tied"] == side(0, 0.0) | {"by_rule": []}


async def test_the_csv_tells_of_the_deposits_behind_the_payments(mexican: House) -> None:
    await arrive(mexican, key="a", sender='=HYPERLINK("http://x")', reference="8841220")
    await approve(mexican, reference="8841220")
    await arrive(mexican, 9950, key="b", sender="Elena", reference="+7719")
    loose = await arrive(mexican, 24100, key="c", at=mexican.clock.now - timedelta(hours=1))
    second = await approve(mexican)
    await tie(mexican, loose, second["id"])
    await tie(mexican, loose, None)
    midnight = Described("La Fonda", "$", "America/Mexico_City").start_of(mexican.clock.now.date())
    statement = {"source": DepositSource.STATEMENT, "at": midnight, "is_day": True}
    await arrive(mexican, 100, key="d", sender=None, text="=SUM(A1) SPEI", **statement)
    rows = await rows_of_csv(mexican)
    assert list(rows[0])[:12] == BEFORE
    assert list(rows[0])[12:] == ["Qué es", "Ingreso", "Llegó", "De", "Cómo se vio", "Unido por"]
    new = [tuple(row.values())[12:] for row in rows]
    assert new == [
        (
            "pago",
            "241.00",
            "2026-11-28 14:41",
            '\'=HYPERLINK("http://x")',
            "aviso del banco",
            "misma referencia",
        ),
        ("pago", "", "", "", "en la cuenta", ""),
        (
            "ingreso",
            "1.00",
            "2026-11-28",
            "'=SUM(A1) SPEI",
            "estado de cuenta, lo subió comanda",
            "",
        ),
        ("ingreso", "241.00", "2026-11-28 13:41", "", "aviso del banco", "nadie: lo soltó Luis"),
        ("ingreso", "99.50", "2026-11-28 14:41", "Elena", "aviso del banco", ""),
    ]
    assert rows[4]["Referencia"] == "'+7719"
    assert [row["Monto"] for row in rows] == ["241.00", "241.00", "", "", ""]


BEFORE = [
    "Fecha y hora",
    "Orden",
    "Mesa",
    "Forma de pago",
    "Referencia",
    "Monto",
    "De la cuenta",
    "Propina",
    "Envió",
    "Aprobó",
    "Motivo",
    "Encontrado en el banco",
]


async def test_too_many_deposits_are_refused(
    mexican: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await arrive(mexican, 100, key="a")
    await arrive(mexican, 200, key="b")
    monkeypatch.setattr(reconciliation, "MOST", 1)
    for path in ("/reconciliation", "/reconciliation.csv"):
        status, problem = await mexican.call(LUIS, "GET", f"{path}?from=2026-11-28")
        assert (status, list(problem["errors"])) == (422, ["to"])
        assert "ingresos" in problem["errors"]["to"][0]


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
