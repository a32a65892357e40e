"""The day at a glance over HTTP: its numbers, its borders, its CSV, and what it costs to read."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from comanda.config import Config, Pages
from comanda.store import days
from comanda.store.database import Snapshot
from comanda.web.plumbing.keys import DATABASE
from tests.house import ANA, COCO, LUIS, ROSA, FixedClock, House, jpeg, open_house

DAY = "2026-11-28"  # the clock's: it is 14:41 in Mexico City
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
    assert (await show(house))["warnings"] == [{"type": "file_reused", "count": 2, "approved": 1}]
    client = await house.client(ROSA)
    async with client.get(f"/days/{DAY}.csv") as response:
        assert "Avisos,Comprobante repetido,2,," in await response.text()


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
        values = {"approved": "", "rejected": "", "voided": "", "start": 0, "end": 1}
        return [
            row["detail"]
            for sql in (days.DECISIONS, days.VOIDS)
            for row in view.all(f"EXPLAIN QUERY PLAN {sql}", values)
        ]

    found = await house.app[DATABASE].read(plans)
    assert [plan for plan in found if not plan.startswith("SEARCH")] == []
    assert "payments_by_verdict (status=? AND decided_at>? AND decided_at<?)" in found[0]
    assert "orders_by_change (status=? AND updated_at>? AND updated_at<?)" in found[-1]
