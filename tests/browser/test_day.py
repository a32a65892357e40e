"""The day at a glance: any day, its charts for the eye and its tables for everybody."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from comanda import till, workflow
from comanda.config import Config, Pages
from comanda.domain.deposits import DepositSource, NewDeposit
from comanda.domain.examinations import Facts, Source
from comanda.domain.readings import Reading
from comanda.web.plumbing.keys import DATABASE
from tests.browser.conftest import DESKTOP, OpenWindow
from tests.browser.test_shell import violations
from tests.house import ANA, LUIS, ROSA, FixedClock, House, jpeg

NARROW = {"width": 360, "height": 740}
DAY = "2026-11-28"


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, pages=replace(Pages(), time_zone="America/Mexico_City"))


async def sell(house: House, method: str = "transferencia", verdict: str = "aprobado") -> None:
    order = await house.deliver()
    _, submitted = await house.submit(order["id"], method=method)
    house.clock.advance(seconds=41)
    await house.judge(submitted["payment"]["id"], verdict, reason="ilegible")


async def rosa(window: OpenWindow, day: str = DAY, **more: Any) -> Page:
    page = (await window(ROSA, f"/admin?ver=hoy&dia={day}", **more)).page
    await page.get_by_text("En línea").wait_for()
    await page.locator(".figures").wait_for()
    return page


def figure(page: Page, name: str) -> Locator:
    return page.locator(".figure", has_text=name).locator("dd").first


async def test_a_day_shows_its_figures_its_charts_and_its_tables(
    house: House, window: OpenWindow
) -> None:
    await sell(house)
    await sell(house, "efectivo")
    await sell(house, verdict="rechazado")
    await house.void((await house.place())["id"], LUIS, "se fueron")
    page = await rosa(window)
    await page.get_by_role("heading", name="Sábado, 28 de noviembre de 2026").wait_for()
    for name, value in (
        ("Ventas", "$ 482.00"),
        ("Pagos", "2"),
        ("Promedio", "$ 241.00"),
        ("Verificación", "41 s"),
        ("95 de cada 100", "41 s"),
        ("Rechazados", "1"),
        ("Anuladas", "1"),
    ):
        await expect(figure(page, name)).to_have_text(value)
    hours = page.get_by_role("img", name="Ventas por hora")
    await expect(hours).to_have_accessible_name(
        "Ventas por hora. Lo más alto: 14:00, $ 482.00 en 2 pagos. Las tablas lo dicen todo."
    )
    await expect(hours.locator("rect")).to_have_count(24)
    tall = await hours.locator("rect").evaluate_all(
        "nodes => nodes.map((node) => node.getBoundingClientRect().height)"
    )
    assert [hour for hour, height in enumerate(tall) if height] == [14]
    labels = await hours.locator("text").all_text_contents()
    assert {"0", "200", "600", "00:00", "14:00"} <= set(labels)
    await page.get_by_text("Las ventas en tablas").click()
    table = page.get_by_role("table", name="Ventas por forma de pago")
    await expect(table.get_by_role("row", name="Efectivo 1 $ 241.00")).to_be_visible()
    await expect(page.get_by_role("table", name="Comprobantes rechazados")).to_contain_text(
        "ilegible"
    )
    await expect(page.get_by_role("table", name="Órdenes anuladas")).to_contain_text("se fueron")


async def pay(house: House, order_id: str, **fields: str) -> None:
    """A payment in cash, approved."""
    form = aiohttp.FormData({"method": "efectivo", **fields}, default_to_multipart=True)
    status, sent = await house.call(ANA, "POST", f"/orders/{order_id}/proof", data=form)
    assert status == 201, sent
    assert (await house.judge(sent["payment"]["id"], "aprobado"))[0] == 200


async def test_a_day_shows_parts_tips_dishes_and_what_is_open_now(
    house: House, window: OpenWindow
) -> None:
    page = await rosa(window)
    for name in ("Propinas", "Por cobrar ahora"):
        await expect(figure(page, name)).to_be_hidden()
    whole, part = await house.deliver(4), await house.deliver(5)
    await pay(house, whole["id"], tip="24.10")
    await pay(house, part["id"], amount="100")
    await page.reload()
    await expect(figure(page, "Ventas")).to_have_text("$ 341.00")
    await expect(figure(page, "Propinas")).to_have_text("$ 24.10")
    due = page.locator(".figure", has_text="Por cobrar ahora")
    await expect(due).to_contain_text("$ 141.00")
    await expect(due).to_contain_text("1 cuenta · 1 orden pagada en parte: falta $ 141.00")
    tips = page.get_by_role("table", name="Propinas por mesero")
    await expect(tips.get_by_role("row", name="Ana 1 $ 24.10")).to_be_visible()
    await page.get_by_text("Platillos y meseros").click()
    await page.get_by_text("1 orden quedó pagada este día: $ 241.00. Una orden que").wait_for()
    dishes = page.get_by_role("table", name="Por platillo")
    await expect(dishes.get_by_role("row", name="Tacos al pastor 2 $ 171.00")).to_be_visible()
    waiters = page.get_by_role("table", name="Por mesero")
    await expect(waiters.get_by_role("row", name="Ana 1 $ 241.00")).to_be_visible()
    assert await violations(page) == []


async def test_a_day_tells_what_was_read_and_what_was_approved_all_the_same(
    house: House, window: OpenWindow
) -> None:
    photo, long = jpeg("teal"), "Lo vi en el banco, y el cliente " + "enseñó " * 12 + "la app"
    for found in (Facts(reading=Reading(amount=24100), source=Source.PICTURE), None):
        order = await house.deliver()
        _, sent = await house.submit(order["id"], photo=photo)
        payment_id = int(sent["payment"]["id"])
        await house.app[DATABASE].write(workflow.record_examination, payment_id, found)
        await house.judge(str(payment_id), "aprobado", reason=long)
    page = await rosa(window, size=NARROW)
    warnings = page.get_by_role("table", name="Avisos")
    await expect(warnings.get_by_role("row")).to_have_text(
        ["AvisoVecesAprobadosPor qué", f"⚠ Comprobante repetido11{long}"]
    )
    readings = page.get_by_role("table", name="Lo que dicen los comprobantes")
    await expect(readings.get_by_role("row")).to_have_text(
        ["ComprobantesVeces", "Leídos1", "No se pudieron leer1"]
    )
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert await violations(page) == []


async def test_a_day_tells_how_many_approvals_the_bank_told_of(
    house: House, window: OpenWindow
) -> None:
    await sell(house)
    page = await rosa(window)
    told = page.locator(".figure", has_text="Con ingreso del banco")
    await expect(told).to_be_hidden()
    house.clock.advance(hours=1)
    order = await house.deliver()
    _, submitted = await house.submit(order["id"])
    house.clock.advance(seconds=33)
    deposit = NewDeposit(DepositSource.NOTICE, 24100, house.clock.now, "a", sender="Marcos")
    await house.app[DATABASE].write(till.receive_deposit, deposit)
    await house.judge(submitted["payment"]["id"], "aprobado", reason="ilegible")
    await page.reload()
    await expect(told).to_contain_text("1 de 2")
    await expect(told).to_contain_text("mediana 33 s · 95 de cada 100 en 33 s")
    assert await violations(page) == []


async def test_any_day_is_chosen_by_date_or_step_by_step_and_stays_after_a_reload(
    house: House, window: OpenWindow
) -> None:
    await sell(house)
    page = await rosa(window, "2026-11-30")
    await expect(figure(page, "Ventas")).to_have_text("$ 0.00")
    await page.get_by_text("Ninguna anulada ✓").wait_for()
    await page.get_by_role("button", name="Día anterior").click()
    await page.get_by_role("heading", name="Domingo, 29 de noviembre de 2026").wait_for()
    await page.get_by_role("button", name="Día anterior").click()
    await expect(figure(page, "Ventas")).to_have_text("$ 241.00")
    await page.reload()
    await expect(figure(page, "Ventas")).to_have_text("$ 241.00")
    await page.get_by_role("button", name="Día siguiente").click()
    await expect(figure(page, "Ventas")).to_have_text("$ 0.00")
    await page.get_by_label("Día", exact=True).fill(DAY)
    await expect(figure(page, "Ventas")).to_have_text("$ 241.00")


async def test_the_csv_is_that_of_the_day_on_show(
    house: House, window: OpenWindow, tmp_path: Path
) -> None:
    await sell(house)
    page = await rosa(window)
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="CSV").click()
    download = await downloading.value
    assert download.suggested_filename == f"dia-{DAY}.csv"
    await download.save_as(tmp_path / "dia.csv")
    assert "Ventas,Total,1,241.00" in (tmp_path / "dia.csv").read_text(encoding="utf-8-sig")


async def test_today_follows_what_is_decided(
    house: House, window: OpenWindow, clock: FixedClock
) -> None:
    page = (await window(ROSA, "/healthz")).page
    await page.clock.set_fixed_time(clock.now)
    await page.goto(f"{house.url}/admin?ver=hoy")
    await page.get_by_role("heading", name="Sábado, 28 de noviembre de 2026").wait_for()
    await expect(figure(page, "Pagos")).to_have_text("0")
    await page.get_by_text("En línea").wait_for()
    await sell(house)
    await expect(figure(page, "Pagos")).to_have_text("1")


async def test_a_day_that_can_not_be_loaded_says_so(house: House, window: OpenWindow) -> None:
    page = await rosa(window)
    await page.route("**/days/*", lambda route: route.abort())
    await page.get_by_role("button", name="Día siguiente").click()
    await page.get_by_text("No se pudo cargar el día: Sin conexión").wait_for()
    await page.unroute("**/days/*")
    await page.get_by_role("button", name="Día siguiente").click()
    await page.get_by_text("No se pudo cargar el día").wait_for(state="hidden")


@pytest.mark.parametrize(
    ("size", "scheme"), [(NARROW, "light"), (DESKTOP, "dark")], ids=["narrow", "desktop"]
)
async def test_a_day_has_no_barrier_and_no_sideways_scrolling(
    house: House, window: OpenWindow, size: dict[str, int], scheme: Any
) -> None:
    await sell(house)
    await sell(house, verdict="rechazado")
    await house.void((await house.place())["id"], ANA, "se fueron sin pagar, y sin decir nada")
    page = await rosa(window, size=size)
    await page.get_by_text("Las ventas en tablas").click()
    await page.emulate_media(color_scheme=scheme)
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
