"""What another site's page, or somebody's words and files, can do in a real browser: nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from playwright.async_api import Dialog, Frame, expect

from tests.browser.conftest import OpenWindow
from tests.house import ANA, COCO, LUIS, TACOS, House, eventually, jpeg

MARKUP = "<img src=x onerror='window.owned=1'><script>window.owned=1</script>{{7*7}}"
EVIL = """<!doctype html><title>evil</title>
<form id="form" method="post" enctype="text/plain" action="{house}/orders">
<input name='{{"table_number": 66, "items": [], "x": "' value='"}}'>
</form><iframe id="frame" name="frame" src="{house}/caja"></iframe>"""
ASK = """async (house) => {
    const tries = [
        ["POST", "/orders", { mode: "no-cors", body: '{"table_number": 66, "items": []}' }],
        ["POST", "/orders", { mode: "cors", body: "{}" }],
        ["POST", "/session", { mode: "no-cors", body: '{"username": "luis", "pin": "1234"}' }],
        ["DELETE", "/session", { mode: "cors" }],
        ["PUT", "/payments/1/verdict", { mode: "cors", body: '{"verdict": "aprobado"}' }],
        ["GET", "/orders", { mode: "cors" }],
    ];
    const told = [];
    for (const [method, path, more] of tries) {
        try {
            const answer = await fetch(house + path, { method, credentials: "include", ...more });
            told.push(`${answer.type} ${answer.status}`);
        } catch { told.push("refused"); }
    }
    return told;
}"""


@asynccontextmanager
async def another_site(house: House) -> AsyncIterator[str]:
    """A page of somebody else's on another port: the same site to cookies, another origin."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=EVIL.format(house=house.url), content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_another_sites_page_can_change_and_read_nothing(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    before = house.rows()
    async with another_site(house) as evil:
        opened = await window(LUIS, "/healthz")
        await opened.page.goto(evil)
        told = await opened.page.evaluate(ASK, house.url)
        assert told == ["refused"] * 6
        async with opened.page.expect_navigation():
            await opened.page.evaluate("document.getElementById('form').submit()")
        assert '"cross_origin"' in await opened.page.inner_text("body")
        opened.errors.clear()  # the browser tells the other site's page what it was refused
    assert house.rows() == before
    await opened.page.goto(f"{house.url}/caja")
    await opened.page.get_by_text("En línea").wait_for()  # still signed in, as oneself


async def test_no_page_can_be_framed(house: House, window: OpenWindow) -> None:
    async with another_site(house) as evil:
        opened = await window(LUIS, "/healthz")
        await opened.page.goto(evil)

        def framed() -> Frame | None:
            return opened.page.frame(name="frame")

        await eventually(lambda: any("frame" in error for error in opened.errors), timeout=30)
        frame = framed()
        assert frame is not None
        assert not frame.url.startswith(house.url)
        assert await frame.locator("text=En línea").count() == 0
        opened.errors.clear()


async def test_words_full_of_markup_are_words(house: House, window: OpenWindow) -> None:
    line = {"product_id": TACOS, "quantity": 1, "note": MARKUP}
    status, order = await house.call(
        ANA, "POST", "/orders", json={"table_number": 7, "items": [line]}
    )
    assert status == 201
    kitchen = (await window(COCO, "/cocina")).page
    await expect(kitchen.get_by_text(MARKUP)).to_be_visible()
    for step, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        await house.advance(order["id"], step, member)
    _, sent = await house.submit(order["id"])
    cashier = (await window(LUIS, "/caja")).page
    await cashier.get_by_text("En línea").wait_for()
    await house.judge(sent["payment"]["id"], "rechazado", reason=MARKUP)
    waiter = (await window(ANA, "/mesero")).page
    await expect(waiter.get_by_text(MARKUP, exact=False).first).to_be_attached()
    for page in (kitchen, cashier, waiter):
        assert await page.evaluate("window.owned") is None


async def test_a_proof_that_is_a_page_as_well_is_shown_as_a_picture(
    house: House, window: OpenWindow
) -> None:
    script = b"<html><script>alert(document.title = 'owned')</script></html>"
    comment = b"\xff\xfe" + (len(script) + 2).to_bytes(2, "big") + script
    picture = jpeg()
    order = await house.deliver()
    status, sent = await house.submit(
        order["id"], photo=picture[:2] + comment + picture[2:] + script
    )
    assert status == 201
    opened = await window(LUIS, "/healthz")
    dialogs: list[str] = []

    async def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        await dialog.dismiss()

    opened.page.on("dialog", note)
    await opened.page.goto(f"{house.url}/payments/{sent['payment']['id']}/proof")
    assert await opened.page.evaluate("document.contentType") == "image/jpeg"
    assert "owned" not in await opened.page.title()
    assert dialogs == []
    client = await house.client(LUIS)
    async with client.get(f"/payments/{sent['payment']['id']}/proof") as response:
        assert "sandbox" in response.headers["Content-Security-Policy"]
