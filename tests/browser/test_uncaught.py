"""An error that nobody caught: said on the page with a way on, and told to the log once."""

import json
import logging
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from comanda.domain.staff import Staff
from tests.browser.conftest import OpenWindow, Window
from tests.house import ANA, COCO, LUIS, ROSA, House

PAGES = [
    (None, "/", "entrar.js"),
    (ANA, "/mesero", "mesero.js"),
    (COCO, "/cocina", "cocina.js"),
    (LUIS, "/caja", "caja.js"),
    (ROSA, "/admin", "admin.js"),
    (None, "/docs", "docs.js"),
]


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        one.getMessage() for one in caplog.records if one.name == "comanda.web.handlers.page_errors"
    ]


async def told(page: Page, work: str) -> dict[str, Any]:
    """What the page sends of the error that `work` makes."""
    async with page.expect_request("**/errors") as sent:
        await page.evaluate(work)
    return dict(json.loads((await sent.value).post_data or ""))


def forgive(window: Window) -> None:
    """The test made the error itself."""
    window.errors.clear()


@pytest.mark.parametrize(("member", "path", "_"), PAGES)
async def test_it_is_shown_and_told_once(
    house: House,
    window: OpenWindow,
    caplog: pytest.LogCaptureFixture,
    member: Staff | None,
    path: str,
    _: str,
) -> None:
    opened = await window(member, path)
    page = opened.page
    await page.get_by_role("heading").first.wait_for()
    if member:
        await page.get_by_text("En línea").wait_for()
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if "/errors" in one.url else None)
    body = await told(page, "void setTimeout(() => { null.id; })")
    assert body["message"].startswith("Uncaught TypeError: Cannot read properties of null")
    assert body["page"] == path
    await page.evaluate("for (let n = 0; n < 50; n += 1) setTimeout(() => { null.id; })")
    body = await told(page, "void Promise.reject(new RangeError('otro'))")
    assert body["message"] == "RangeError: otro"
    await expect(page.get_by_role("alert").filter(has_text="Algo falló")).to_have_count(1)
    assert len(sent) <= 5
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Recargar").click()
    await page.get_by_role("heading").first.wait_for()
    await expect(page.get_by_text("Algo falló")).to_have_count(0)
    assert logged(caplog)[0].startswith(f"💥 [Página] {path}: Uncaught TypeError")
    forgive(opened)


async def test_a_hundred_different_errors_are_a_handful_of_reports(
    house: House, window: OpenWindow, caplog: pytest.LogCaptureFixture
) -> None:
    opened = await window(COCO, "/cocina")
    await opened.page.get_by_text("En línea").wait_for()
    async with opened.page.expect_response("**/errors"):
        await opened.page.evaluate(
            "for (let n = 0; n < 100; n += 1) setTimeout(() => { throw new Error(n); })"
        )
    await house.place(5)
    await opened.page.get_by_role("article", name="Mesa 5, ").wait_for()
    assert 1 <= len(logged(caplog)) <= 5
    forgive(opened)


async def test_a_server_that_does_not_hear_of_it_makes_no_loop(window: OpenWindow) -> None:
    opened = await window(COCO, "/cocina")
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    asked: list[str] = []

    async def fail(route: Route) -> None:
        asked.append(route.request.url)
        await route.abort()

    await page.route("**/errors", fail)
    await told(page, "void setTimeout(() => { null.id; })")
    await page.get_by_text("Algo falló en esta página").wait_for()
    await page.evaluate("new Promise((resolve) => { setTimeout(resolve, 300); })")
    assert len(asked) == 1
    forgive(opened)


@pytest.mark.parametrize(("member", "path", "module"), PAGES)
@pytest.mark.parametrize("how", ["lost", "broken"])
async def test_a_module_that_does_not_load_is_told_of(
    house: House, window: OpenWindow, member: Staff | None, path: str, module: str, how: str
) -> None:
    opened = await window(member, "/healthz")
    page = opened.page

    async def serve(route: Route) -> None:
        if how == "broken":
            await route.fulfill(content_type="text/javascript", body="const = 1;")
        else:
            await route.abort()

    await page.route(f"**/static/*/js/**/{module}*", serve)
    async with page.expect_request("**/errors") as sent:
        await page.goto(house.url + path)
    body = json.loads((await sent.value).post_data or "")
    assert body["page"] == path
    await page.unroute(f"**/static/*/js/**/{module}*")
    await page.get_by_role("button", name="Recargar").click()
    await page.get_by_role("heading").first.wait_for()
    forgive(opened)


async def test_an_error_over_a_dialog_can_be_reached(window: OpenWindow) -> None:
    opened = await window(COCO, "/cocina")
    page = opened.page
    await page.get_by_role("button", name="Agotados").click()
    await page.get_by_role("dialog").wait_for()
    await page.evaluate("void setTimeout(() => { null.id; })")
    await page.get_by_role("dialog").get_by_text("Algo falló").wait_for()
    await page.get_by_role("button", name="Cerrar", exact=True).click()
    await page.get_by_role("button", name="Cerrar aviso").click()
    await expect(page.get_by_text("Algo falló")).to_have_count(0)
    forgive(opened)


async def test_the_harmless_and_an_extensions_errors_are_nobodys(
    window: OpenWindow, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    opened = await window(COCO, "/cocina")
    await opened.page.get_by_text("En línea").wait_for()
    await opened.page.evaluate("""
      dispatchEvent(new ErrorEvent("error", { message: "ResizeObserver loop limit exceeded" }));
      const filename = "chrome-extension://abc/x.js";
      dispatchEvent(new ErrorEvent("error", { message: "x", filename }));
    """)
    await expect(opened.page.locator(".uncaught")).to_have_count(0)
    assert logged(caplog) == []
