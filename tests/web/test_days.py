"""The day at a glance over HTTP: its numbers, its borders, its CSV, and what it costs to read."""

import csv
import io
from dataclasses import replace
from datetime import datetime
from typing import Any

import aiohttp
import pytest

from comanda import till
from comanda.config import Config, Deposits, Pages
from comanda.domain.deposits import DepositSource, NewDeposit
from comanda.domain.staff import Staff
from comanda.store import days
from comanda.store.database import Snapshot
from comanda.web.plumbing.keys import DATABASE
from tests.house import ANA, BETO, COCO, LUIS, ROSA, FixedClock, House, jpeg, open_house

DAY = "2026-11-28"  # the clock's: it is 14:41 in Mexico City
BY_CHANGE = (days.VOIDS, days.PAID_DISHES, days.PAID_BY_WAITER, days.REMOVED_DISHES)
STATEMENTS = (days.DECISIONS, *BY_CHANGE, days.A_DEPOSIT, days.OPEN)
BAD_DATES = ["hoy", "20261128", "2026-11-31", "2026-W48-6", "1999-12-31", "2100-01-01", "2026-1-1"]


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, pages=replace(Pages(), time_zone="America/Mexico_City"))


async def charge(house: House, method: str = "transferencia", **after: float) -> dict[str, Any]:
    """A delivered order of 241.00 that is charged, and judged some time after by the caller."""
    order = await house.deliver()
    status, submitted = await house.submit(order["id"], method=method)
    assert status == 201
    house.clock.advance(**after)
    return dict(submitted["payment"])


async def evening(house: House) -> None:
    """Two transfers and cash that were paid, two refusals, two voids."""
    await house.judge((await charge(house, seconds=30))["id"], "aprobado")
    await house.judge((await charge(house, "efectivo", seconds=2))["id"], "aprobado")
    house.clock.advance(hours=1)
    refused = await charge(house, seconds=90)
    await house.judge(refused["id"], "rechazado", reason="=ilegible")
    _, again = await house.submit(refused["order_id"], photo=None)
    house.clock.advance(seconds=10)
    await house.judge(again["payment"]["id"], "aprobado")
    await house.judge((await charge(house, seconds=20))["id"], "rechazado")
    await house.void((await house.place())["id"], ANA, "se fueron")
    await house.void((await house.deliver())["id"], LUIS, "+52 cortesía")


async def show(house: House, date: str = DAY) -> dict[str, Any]:
    status, day = await house.call(ROSA, "GET", f"/days/{date}")
    assert status == 200, day
    return dict(day)


async def test_a_day_is_added_up_by_hour_and_method_with_its_troubles(house: House) -> None:
    await evening(house)
    day = await show(house)
    assert (day["date"], day["time_zone"]) == (DAY, "America/Mexico_City")
    assert (day["from"], day["to"]) == ("2026-11-28T06:00:00.000Z", "2026-11-29T06:00:00.000Z")
    assert day["sales"] == {"count": 3, "total": 723.0}
    assert [one for one in day["by_hour"] if one["count"]] == [
        {"hour": "14:00", "count": 2, "total": 482.0},
        {"hour": "15:00", "count": 1, "total": 241.0},
    ]
    assert [one["hour"] for one in day["by_hour"]] == [f"{hour:02}:00" for hour in range(24)]
    assert day["by_method"] == [
        {"method": "transferencia", "count": 2, "total": 482.0},
        {"method": "efectivo", "count": 1, "total": 241.0},
    ]
    assert day["verification"] == {"count": 5, "median_seconds": 20.0, "p95_seconds": 90.0}
    assert day["rejections"] == [
        {"reason": "", "count": 1, "total": 241.0},
        {"reason": "=ilegible", "count": 1, "total": 241.0},
    ]
    assert day["warnings"] == []
    assert day["voids"] == [
        {"reason": "+52 cortesía", "count": 1, "total": 241.0},
        {"reason": "se fueron", "count": 1, "total": 241.0},
    ]


async def test_warnings_are_counted_and_those_that_were_approved_all_the_same(house: House) -> None:
    photo = jpeg("red")
    for verdict in ("aprobado", "aprobado", "rechazado", None):
        order = await house.deliver()
        _, submitted = await house.submit(order["id"], photo=photo)
        if verdict:
            status, _ = await house.judge(submitted["payment"]["id"], verdict, reason="la vi")
            assert status == 200
    why = [{"reason": "la vi", "count": 1}]
    assert (await show(house))["warnings"] == [
        {"type": "file_reused", "count": 2, "approved": 1, "reasons": why}
    ]
    client = await house.client(ROSA)
    async with client.get(f"/days/{DAY}.csv") as response:
        assert "Avisos,Comprobante repetido,2,," in await response.text()


async def pay(house: House, order_id: str, actor: Staff = ANA, **fields: Any) -> dict[str, Any]:
    """A payment of an order in cash, approved."""
    form = aiohttp.FormData({"method": "efectivo"}, default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, str(value))
    status, sent = await house.call(actor, "POST", f"/orders/{order_id}/proof", data=form)
    assert status == 201, sent
    status, judged = await house.judge(sent["payment"]["id"], "aprobado")
    assert status == 200, judged
    return dict(judged)


async def test_a_tip_is_the_tables_waiters_whoever_charges_it(house: House) -> None:
    order = await house.deliver()
    await pay(house, order["id"], LUIS, tip="10")
    assert (await show(house))["tips_by_waiter"] == [{"name": "Ana", "count": 1, "total": 10.0}]


async def test_a_tip_stays_with_its_waiter_though_another_takes_the_table_over(
    house: House,
) -> None:
    """Also on a day that is over: until it is paid, an order can be taken over at any time."""
    order = await house.deliver()
    await pay(house, order["id"], amount="100", tip="50")
    assert (await house.call(BETO, "PUT", f"/orders/{order['id']}/waiter"))[0] == 200
    assert (await show(house))["tips_by_waiter"] == [{"name": "Ana", "count": 1, "total": 50.0}]
    await pay(house, order["id"], tip="20")
    day = await show(house)
    assert {one["name"]: one["total"] for one in day["tips_by_waiter"]} == {"Ana": 50, "Beto": 20}


async def test_a_tip_is_the_waiters_whose_orders_the_payment_pays_most(house: House) -> None:
    """An older order of little money, named besides, takes no tip along."""
    small, large = await house.deliver(4), await house.deliver(12)
    assert (await house.call(BETO, "PUT", f"/orders/{small['id']}/waiter"))[0] == 200
    await pay(house, small["id"], BETO, amount="240")
    await pay(house, large["id"], BETO, also=small["id"], tip="100")
    assert (await show(house))["tips_by_waiter"] == [{"name": "Ana", "count": 1, "total": 100.0}]


async def arrive(house: House, key: str, **more: Any) -> None:
    """241.00 of which the bank told just now."""
    new = NewDeposit(DepositSource.NOTICE, 24100, house.clock.now, key)
    await house.app[DATABASE].write(till.receive_deposit, replace(new, **more))


async def test_a_day_tells_how_many_approvals_had_a_deposit_and_how_soon(house: House) -> None:
    await arrive(house, "before")
    house.clock.advance(seconds=5)
    first = await charge(house, seconds=30)
    await house.judge(first["id"], "aprobado")
    second = await charge(house, seconds=40)
    await arrive(house, "after")
    await house.judge(second["id"], "aprobado")
    await house.judge((await charge(house, "efectivo", seconds=2))["id"], "aprobado")
    third = await charge(house, seconds=1)
    assert (await show(house))["deposits"] == {
        "approvals": 2,
        "with_deposit": 2,
        "median_seconds": 20.0,
        "p95_seconds": 40.0,
    }
    # The statement has the two of which a notice told, and one more, of which it tells no time.
    midnight = datetime.fromisoformat((await show(house))["from"])
    for line in ("one", "two", "three"):
        await arrive(house, line, source=DepositSource.STATEMENT, at=midnight, is_day=True)
    await house.judge(third["id"], "aprobado")
    await house.judge((await charge(house))["id"], "aprobado")
    day = await show(house)
    assert (day["deposits"]["approvals"], day["deposits"]["with_deposit"]) == (4, 3)
    assert day["deposits"]["median_seconds"] == 20.0
    client = await house.client(ROSA)
    async with client.get(f"/days/{DAY}.csv") as response:
        text = await response.text()
    assert "Ingresos,Aprobados,4,," in text
    assert "Ingresos,Con ingreso,3,," in text
    assert "Ingresos,Mediana hasta el aviso,2,,20.0" in text


async def test_a_house_to_which_no_bank_tells_anything_has_no_figures_of_it(
    house: House,
) -> None:
    await house.judge((await charge(house, seconds=30))["id"], "aprobado")
    assert (await show(house))["deposits"] is None
    client = await house.client(ROSA)
    async with client.get(f"/days/{DAY}.csv") as response:
        assert "Ingresos" not in await response.text()


async def test_a_bank_phone_that_tells_nothing_all_day_is_told(config: Config) -> None:
    secret = Deposits(secret="a-secret-of-the-house")
    async with open_house(replace(config, deposits=secret)) as with_phone:
        await with_phone.judge((await charge(with_phone, seconds=30))["id"], "aprobado")
        assert (await show(with_phone))["deposits"] == {
            "approvals": 1,
            "with_deposit": 0,
            "median_seconds": None,
            "p95_seconds": None,
        }


async def test_a_part_is_a_sale_of_its_own_and_its_tip_is_none(house: House) -> None:
    order = await house.deliver()  # 241.00
    await pay(house, order["id"], amount="100", tip="10.5", tendered="200")
    day = await show(house)
    assert day["sales"] == {"count": 1, "total": 100.0}
    assert day["by_method"] == [{"method": "efectivo", "count": 1, "total": 100.0}]
    assert [one["total"] for one in day["by_hour"] if one["count"]] == [100.0]
    assert day["tips"] == {"count": 1, "total": 10.5}
    assert day["tips_by_waiter"] == [{"name": "Ana", "count": 1, "total": 10.5}]
    assert (day["by_dish"], day["paid_orders"]) == ([], {"count": 0, "total": 0.0})
    assert day["open"] == {
        "bills": 1,
        "due": 141.0,
        "waiting": 0.0,
        "partly_paid": {"count": 1, "total": 141.0},
    }
    await pay(house, order["id"])
    day = await show(house)
    assert day["sales"] == {"count": 2, "total": 241.0}
    assert day["paid_orders"] == {"count": 1, "total": 241.0}
    assert day["open"]["bills"] == 0
    client = await house.client(ROSA)
    async with client.get(f"/days/{DAY}.csv") as response:
        text = await response.text()
    assert "Propinas por mesero,Ana,1,10.50," in text
    assert "Órdenes pagadas por mesero,Ana,1,241.00," in text


async def test_dishes_categories_and_waiters_add_up_to_the_orders_that_became_paid(
    house: House,
) -> None:
    first = await house.deliver()
    second = await house.deliver()
    status, _ = await house.call(BETO, "PUT", f"/orders/{second['id']}/waiter")
    assert status == 200
    await house.call(
        LUIS,
        "PUT",
        f"/orders/{second['id']}/items/0",
        json={"quantity": 1, "reason": "se acabó"},
    )
    await pay(house, first["id"])
    await pay(house, second["id"], BETO)
    day = await show(house)
    total = day["paid_orders"]["total"]
    assert total == day["sales"]["total"] == 2 * 241.0 - 85.5
    for key in ("by_dish", "by_category", "by_waiter"):
        assert sum(one["total"] for one in day[key]) == total, key
    assert day["by_dish"] == [
        {"name": "Tacos al pastor", "count": 3, "total": 256.5},
        {"name": "Sopa", "count": 2, "total": 140.0},
    ]
    assert [one["name"] for one in day["by_category"]] == ["Tacos", "Sopas"]
    assert day["by_waiter"] == [
        {"name": "Ana", "count": 1, "total": 241.0},
        {"name": "Beto", "count": 1, "total": 155.5},
    ]
    assert day["removed"] == [{"name": "Tacos al pastor", "count": 1, "total": 85.5}]


async def test_dishes_that_were_taken_off_before_a_void_are_told(house: House) -> None:
    """A void counts what was left: who took the rest off first would hide it from the owner."""
    order = await house.deliver()
    off = {"quantity": 0, "reason": "se equivocó"}
    status, _ = await house.call(LUIS, "PUT", f"/orders/{order['id']}/items/0", json=off)
    assert status == 200
    house.clock.advance(hours=10)
    assert (await show(house))["removed"] == []
    tomorrow = await show(house, "2026-11-29")
    assert tomorrow["removed"] == [{"name": "Tacos al pastor", "count": 2, "total": 171.0}]
    house.clock.advance(hours=-10)
    await house.void(order["id"], LUIS)
    day = await show(house)
    assert day["voids"] == [{"reason": "se fueron", "count": 1, "total": 70.0}]
    assert day["removed"] == [{"name": "Tacos al pastor", "count": 2, "total": 171.0}]


async def test_an_order_that_was_paid_on_two_days_counts_its_dishes_on_the_second(
    house: House,
) -> None:
    order = await house.deliver()
    await pay(house, order["id"], amount="100")
    house.clock.advance(hours=10)
    await pay(house, order["id"])
    before, after = await show(house), await show(house, "2026-11-29")
    assert (before["sales"]["total"], before["paid_orders"]["total"]) == (100.0, 0.0)
    assert (after["sales"]["total"], after["paid_orders"]["total"]) == (141.0, 241.0)
    assert before["open"] is None
    assert after["open"]["bills"] == 0


async def test_one_payment_of_two_rounds_is_one_sale_of_both(house: House) -> None:
    first, second = await house.deliver(), await house.deliver()
    await pay(house, first["id"], also=second["id"], tip="48.20")
    day = await show(house)
    assert day["sales"] == {"count": 1, "total": 482.0}
    assert day["paid_orders"] == {"count": 2, "total": 482.0}
    assert day["tips"] == {"count": 1, "total": 48.2}


async def test_a_payment_that_was_reopened_is_no_sale_and_its_dishes_are_unpaid(
    house: House,
) -> None:
    order = await house.deliver()
    paid = await pay(house, order["id"], tip="10")
    status, _ = await house.judge(paid["payment"]["id"], "rechazado", reason="x", cashier=ROSA)
    assert status == 200
    day = await show(house)
    assert (day["sales"]["count"], day["tips"]["count"], day["by_dish"]) == (0, 0, [])
    assert day["rejections"] == [{"reason": "x", "count": 1, "total": 241.0}]
    assert day["reopened"] == [{"reason": "x", "count": 1, "total": 241.0}]
    assert (day["open"]["due"], day["open"]["partly_paid"]["count"]) == (241.0, 0)


async def test_a_sale_that_is_reopened_on_another_day_is_missed_on_its_own_day(
    house: House,
) -> None:
    """Its day's sales grow smaller afterwards: whoever compares them with the drawer reads why."""
    paid = await charge(house, "efectivo", seconds=30)
    await house.judge(paid["id"], "aprobado")
    assert (await show(house))["reopened"] == []
    house.clock.advance(hours=10)
    status, _ = await house.judge(paid["id"], "rechazado", reason="x", cashier=ROSA)
    assert status == 200
    before, after = await show(house), await show(house, "2026-11-29")
    assert before["sales"]["count"] == 0
    wait = {"count": 1, "median_seconds": 30.0, "p95_seconds": 30.0}
    assert (before["verification"]["count"], after["verification"]) == (0, wait)
    assert before["reopened"] == after["reopened"] == [{"reason": "x", "count": 1, "total": 241.0}]
    assert (before["rejections"], after["rejections"]) == ([], after["reopened"])
    client = await house.client(ROSA)
    async with client.get(f"/days/{DAY}.csv") as response:
        assert "Pagos reabiertos,x,1,241.00," in await response.text()
    assert (await show(house, "2026-11-30"))["reopened"] == []


async def test_open_bills_are_tables_and_customers_with_what_waits_apart(house: House) -> None:
    rounds = [await house.deliver() for _ in range(2)]
    await house.submit(rounds[0]["id"])
    status, _ = await house.call(
        ANA,
        "POST",
        "/orders",
        json={"customer": "Lupita", "items": [{"product_id": "2", "quantity": 1}]},
    )
    assert status == 201
    assert (await show(house))["open"] == {
        "bills": 2,
        "due": 311.0,
        "waiting": 241.0,
        "partly_paid": {"count": 0, "total": 0.0},
    }


async def test_what_waits_for_its_verdict_is_no_sale_yet(house: House) -> None:
    await charge(house)
    day = await show(house)
    assert day["sales"] == {"count": 0, "total": 0.0}
    assert day["verification"] == {"count": 0, "median_seconds": None, "p95_seconds": None}


async def test_a_verdict_after_midnight_belongs_to_the_next_day(
    house: House, clock: FixedClock
) -> None:
    clock.now = clock.now.replace(day=29, hour=5, minute=59, second=59)  # 23:59:59 in Mexico City
    await house.judge((await charge(house))["id"], "aprobado")
    await house.judge((await charge(house, seconds=1))["id"], "aprobado")
    await house.void((await house.place())["id"], ANA)
    before, after = await show(house), await show(house, "2026-11-29")
    assert (before["sales"]["count"], after["sales"]["count"]) == (1, 1)
    assert before["by_hour"][23]["count"] == after["by_hour"][0]["count"] == 1
    assert (before["voids"], len(after["voids"])) == ([], 1)


async def test_a_day_may_end_in_the_night_after_it(house: House, clock: FixedClock) -> None:
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": "America/Mexico_City"}
    await house.call(ROSA, "PUT", "/house", json=body | {"day_ends": "04:30"})
    clock.now = clock.now.replace(day=29, hour=10, minute=29, second=59)  # 04:29:59
    await house.judge((await charge(house))["id"], "aprobado")
    await house.judge((await charge(house, seconds=1))["id"], "aprobado")
    await house.void((await house.place())["id"], ANA)
    before, after = await show(house), await show(house, "2026-11-29")
    assert (before["from"], before["to"]) == (
        "2026-11-28T10:30:00.000Z",
        "2026-11-29T10:30:00.000Z",
    )
    assert (before["sales"]["count"], after["sales"]["count"]) == (1, 1)
    assert before["by_hour"][-1] == {"hour": "04:00", "count": 1, "total": 241.0}
    assert after["by_hour"][0] == {"hour": "04:30", "count": 1, "total": 241.0}
    assert (before["voids"], len(after["voids"])) == ([], 1)
    client = await house.client(ROSA)
    async with client.get(f"/days/{DAY}.csv") as response:
        assert "Ventas por hora,04:00,1,241.00," in await response.text()


async def test_another_time_zone_is_another_day(house: House) -> None:
    await evening(house)
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": "Asia/Tokyo"}
    assert (await house.call(ROSA, "PUT", "/house", json=body))[0] == 200
    assert (await show(house))["sales"]["count"] == 0
    day = await show(house, "2026-11-29")
    assert (day["from"], day["sales"]["count"]) == ("2026-11-28T15:00:00.000Z", 3)
    assert [one["hour"] for one in day["by_hour"] if one["count"]] == ["05:00", "06:00"]


async def test_a_day_on_which_clocks_are_put_back_has_25_hours(config: Config) -> None:
    tijuana = replace(config, pages=replace(Pages(), time_zone="America/Tijuana"))
    async with open_house(tijuana) as house:
        names = [one["hour"] for one in (await show(house, "2026-11-01"))["by_hour"]]
    assert (len(names), names[:4]) == (25, ["00:00", "01:00", "01:00", "02:00"])


@pytest.mark.parametrize("date", BAD_DATES)
async def test_what_is_no_date_is_refused(house: House, date: str) -> None:
    for path in (f"/days/{date}", f"/days/{date}.csv"):
        status, problem = await house.call(ROSA, "GET", path)
        assert (status, problem["code"], list(problem["errors"])) == (
            422,
            "validation_failed",
            ["date"],
        )


@pytest.mark.parametrize("date", ["2000-01-01", "2099-12-31"])
async def test_a_day_of_which_nothing_is_known_is_empty(house: House, date: str) -> None:
    day = await show(house, date)
    assert (day["sales"]["count"], day["rejections"], day["voids"]) == (0, [], [])


async def test_the_csv_says_the_same_and_no_cell_of_it_runs(house: House) -> None:
    await evening(house)
    client = await house.client(ROSA)
    async with client.get(f"/days/{DAY}.csv") as response:
        assert response.status == 200
        assert response.content_type == "text/csv"
        named = response.headers["Content-Disposition"]
        assert named == 'attachment; filename="dia-2026-11-28.csv"'
        raw = await response.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert header == ["sección", "concepto", "cantidad", "importe", "segundos"]
    assert ["Ventas", "Total", "3", "723.00", ""] in rows
    assert ["Ventas por hora", "14:00", "2", "482.00", ""] in rows
    assert ["Ventas por forma de pago", "Transferencia", "2", "482.00", ""] in rows
    assert ["Verificación", "Mediana", "5", "", "20.0"] in rows
    assert ["Verificación", "95 de cada 100", "5", "", "90.0"] in rows
    assert ["Rechazos", "'=ilegible", "1", "241.00", ""] in rows
    assert ["Rechazos", "Sin motivo", "1", "241.00", ""] in rows
    assert ["Anuladas", "'+52 cortesía", "1", "241.00", ""] in rows


async def test_a_day_is_the_administrators_alone(house: House) -> None:
    for member in (ANA, COCO, LUIS):
        for path in (f"/days/{DAY}", f"/days/{DAY}.csv"):
            assert (await house.call(member, "GET", path))[0] == 403


async def test_a_day_is_found_by_index_however_long_the_history(house: House) -> None:
    def plans(view: Snapshot) -> list[str]:
        names = ("approved", "rejected", "pending", "voided", "paid", "status")
        values = {**dict.fromkeys(names, ""), "start": 0, "end": 1}
        return [
            row["detail"]
            for sql in STATEMENTS
            for row in view.all(f"EXPLAIN QUERY PLAN {sql}", values)
        ]

    found = await house.app[DATABASE].read(plans)
    reads = [plan for plan in found if plan.startswith(("SCAN", "SEARCH"))]
    assert [plan for plan in reads if not plan.startswith("SEARCH")] == []
    assert "payments_by_verdict (status=? AND decided_at>? AND decided_at<?)" in reads[0]
    assert "sqlite_autoindex_deposits_1 (payment_id=?)" in reads[1]
    assert any("deposits_by_time (at>? AND at<?)" in plan for plan in reads)
    changed = "orders_by_change (status=? AND updated_at>? AND updated_at<?)"
    assert len([plan for plan in reads if changed in plan]) == len(BY_CHANGE)
    of_open = reads[-5:]
    assert "orders_by_change (status=?)" in of_open[0]
    assert "payment_allocations_by_order (order_id=?)" in of_open[1]
    assert "payments USING INTEGER PRIMARY KEY (rowid=?)" in of_open[2]
