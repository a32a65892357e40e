"""The cashier's page: proofs come by themselves, and each gets one verdict from whoever saw it."""

import asyncio
import contextlib
import hashlib
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from comanda import workflow
from comanda.domain.orders import OrderStatus, Place
from comanda.domain.payments import Proof
from comanda.examiner.receipts import receipt
from comanda.store.connection import connect
from comanda.store.database import Transaction
from comanda.web.plumbing.keys import DATABASE
from comanda.workflow import OrderLine
from tests.browser.conftest import OpenWindow, settled, until_order
from tests.browser.test_examination import examine
from tests.house import ANA, COCO, LUIS, MARA, PDF, House, jpeg

TABLET = {"width": 820, "height": 1180}


async def submit(house: House, table: int) -> dict[str, str]:
    """A delivered order whose proof waits; the ids of both."""
    order = await house.deliver(table)
    status, submitted = await house.submit(order["id"], photo=receipt(24100, f"88412{table:03}"))
    assert status == 201, submitted
    return {"order": order["id"], "payment": submitted["payment"]["id"]}


async def resubmit(house: House, table: int, reason: str = "ilegible") -> dict[str, str]:
    """A proof that was refused, and came again."""
    first = await submit(house, table)
    await house.judge(first["payment"], "rechazado", reason=reason)
    _, submitted = await house.submit(first["order"], photo=receipt(24100, "NUEVA"))
    return {"order": first["order"], "payment": submitted["payment"]["id"]}


async def order_of(house: House, order_id: str) -> dict[str, Any]:
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    return dict(order)


async def luis(window: OpenWindow, **more: Any) -> Page:
    """Luis's page, on line."""
    page = (await window(LUIS, "/caja", **more)).page
    await page.get_by_text("En línea").wait_for()
    return page


def card(page: Page, table: int) -> Locator:
    return page.locator(".proof-card", has_text=f"Mesa {table}$")


async def shown(page: Page) -> None:
    """Wait until the photo has come: until then nothing can be approved."""
    await expect(page.get_by_role("button", name="Aprobar")).to_be_enabled()


def tick(page: Page) -> Locator:
    return page.get_by_label("Lo vi en la cuenta")


def heading(page: Page, table: int) -> Locator:
    return page.get_by_role("heading", name=f"Mesa {table} · Orden")


async def test_a_new_proof_appears_by_itself_with_counter_and_title(
    house: House, window: OpenWindow
) -> None:
    page = await luis(window)
    await page.get_by_text("Nada por verificar ✓").wait_for()
    assert await page.title() == "Caja · Comanda"
    ids = await submit(house, 12)
    await card(page, 12).wait_for()
    await expect(page.get_by_role("tab", name="Por Verificar 1")).to_be_visible()
    await expect(page).to_have_title("(1) Caja · Comanda")
    await expect(page.get_by_text("Nada por verificar ✓")).to_be_hidden()
    await expect(card(page, 12)).to_contain_text("$ 241.00")
    await expect(card(page, 12)).to_contain_text("Ana")
    await examine(house, ids["payment"])
    thumbnail = card(page, 12).locator("img")
    await expect(thumbnail).to_have_js_property("naturalHeight", 320)
    await expect(page.get_by_text("Comprobante nuevo: mesa 12, $ 241.00")).to_be_attached()


async def test_approving_pays_the_order_and_goes_on_to_the_next(
    house: House, window: OpenWindow
) -> None:
    first, _ = await submit(house, 4), await submit(house, 5)
    page = await luis(window)
    await expect(page.get_by_role("tab", name="Por Verificar 2")).to_be_visible()
    await card(page, 4).click()
    await expect(page.get_by_role("img", name="Comprobante de la mesa 4")).to_be_visible()
    await tick(page).check()
    await page.get_by_role("button", name="Aprobar").click()
    await heading(page, 5).wait_for()
    await expect(card(page, 5)).to_have_attribute("aria-current", "true")
    await expect(card(page, 4)).to_have_count(0)
    assert (await order_of(house, first["order"]))["status"] == "pagado"
    await page.get_by_role("tab", name="Pagadas hoy 1").click()
    await expect(page.locator("#panel-pagado")).to_contain_text("aprobó Luis")


async def test_the_next_photo_is_not_judged_by_a_double_tap(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 4)
    second = await submit(house, 5)
    page = await luis(window)
    await card(page, 4).click()
    await shown(page)
    await page.evaluate(TAP_AT_ONCE)
    await page.keyboard.press("v")
    await page.keyboard.press("a")
    await heading(page, 5).wait_for()
    assert await page.evaluate("wasDisabled")
    await expect(page.get_by_role("button", name="Aprobar")).to_be_enabled()
    assert (await order_of(house, second["order"]))["status"] == "por_verificar"


# The second tap of a double one, in the moment in which table 5 is on show.
TAP_AT_ONCE = """() => {
  const watch = new MutationObserver(() => {
    if (!document.querySelector(".detail h2")?.textContent.startsWith("Mesa 5 ")) return;
    watch.disconnect();
    const approve = document.querySelector(".detail [data-kind=done]");
    const press = (key) =>
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    press("v");
    globalThis.wasDisabled = approve.disabled;
    approve.click();
    press("a");
  });
  watch.observe(document.querySelector(".detail"), { childList: true, subtree: true });
}"""


async def test_rejecting_needs_a_reason_and_the_waiters_side_gets_it(
    house: House, window: OpenWindow
) -> None:
    sent = await submit(house, 12)
    page = await luis(window)
    await card(page, 12).click()
    await page.get_by_role("button", name="Rechazar").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Rechazar").click()
    await dialog.get_by_text("Elige un motivo").wait_for()
    await dialog.get_by_text("monto distinto").click()
    await dialog.get_by_role("button", name="Rechazar").click()
    await page.get_by_text("Nada por verificar ✓").wait_for()
    order = await order_of(house, sent["order"])
    assert (order["status"], order["payment"]["reason"]) == ("entregado", "monto distinto")
    await page.get_by_role("tab", name="Por Cobrar 1").click()
    await expect(page.locator("#panel-entregado")).to_contain_text("🔄 Pago Rechazado")
    await expect(page.locator("#panel-entregado")).to_contain_text("«monto distinto»")


async def test_the_lists_obey_the_arrow_keys(window: OpenWindow) -> None:
    page = await luis(window)
    await page.get_by_role("tab", name="Por Verificar").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Por Cobrar")).to_be_focused()
    await expect(page.locator("#panel-entregado")).to_be_visible()
    await page.keyboard.press("End")
    await expect(page.get_by_role("tab", name="Conciliación")).to_have_attribute(
        "aria-selected", "true"
    )
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Por Verificar")).to_be_focused()


async def test_a_reason_in_ones_own_words(house: House, window: OpenWindow) -> None:
    sent = await submit(house, 12)
    page = await luis(window)
    await card(page, 12).click()
    await page.keyboard.press("r")
    await page.get_by_label("Otro motivo").fill("es de ayer")
    await page.keyboard.press("Enter")
    await page.get_by_text("Nada por verificar ✓").wait_for()
    assert (await order_of(house, sent["order"]))["payment"]["reason"] == "es de ayer"


async def test_a_resubmission_shows_the_earlier_photo_and_its_reason_beside(
    house: House, window: OpenWindow
) -> None:
    page = await luis(window)
    await resubmit(house, 12)
    await expect(card(page, 12)).to_contain_text("🔄 Reenvío #2")
    await settled(page)
    await card(page, 12).click()
    await expect(page.locator(".detail .badge")).to_have_text("🔄 Reenvío #2")
    new = page.get_by_role("img", name="Comprobante de la mesa 12")
    old = page.get_by_role("img", name="Comprobante anterior, intento 1")
    await expect(new).to_be_visible()
    await expect(old).to_be_visible()
    await expect(page.locator(".earlier")).to_contain_text("«ilegible»")
    assert await new.get_attribute("src") != await old.get_attribute("src")


@pytest.mark.parametrize("second", ["rechazado", "aprobado"])
async def test_of_two_cashiers_at_once_one_decides_and_the_other_is_told_who(
    house: House, window: OpenWindow, second: str
) -> None:
    sent = await submit(house, 12)
    pages = {member.username: (await window(member, "/caja")).page for member in (LUIS, MARA)}
    both = asyncio.Barrier(2)
    for page in pages.values():
        await page.route("**/payments/*/verdict", lambda route: _together(both, route))
        await card(page, 12).click()
        await shown(page)
        await expect(tick(page)).to_be_visible()
    await until_order(house, sent["order"], lambda order: len(order["payment"]["viewers"]) == 2)
    before = house.rows()["events"]
    await pages["luis"].keyboard.press("v")
    await pages["luis"].keyboard.press("a")
    if second == "aprobado":
        await pages["mara"].keyboard.press("v")
        await pages["mara"].keyboard.press("a")
    else:
        await pages["mara"].keyboard.press("r")
        await pages["mara"].get_by_text("ilegible").click()
        await pages["mara"].get_by_role("dialog").get_by_role("button", name="Rechazar").click()
    for page in pages.values():
        await page.get_by_text("Nada por verificar ✓").wait_for()
    payment = (await order_of(house, sent["order"]))["payment"]
    winner = payment["decided_by"]
    loser = pages["mara" if winner == "luis" else "luis"]
    words = {"aprobado": "aprobó", "rechazado": "rechazó"}[payment["status"]]
    await loser.locator(".detail").get_by_text(f"{winner.title()} ya lo {words}").wait_for()
    await expect(loser.get_by_role("button", name="Aprobar")).to_have_count(0)
    assert await loser.evaluate("said") == []
    await expect(pages[winner].get_by_text("ya lo")).to_have_count(0)
    assert house.rows()["events"] == before + 2  # one verdict: the order, and the waiter's notice


async def _together(both: asyncio.Barrier, route: Route) -> None:
    """Hold a request until the other window's is there too."""
    await both.wait()
    await route.continue_()


async def test_what_somebody_else_judged_while_it_was_open_can_not_be_judged(
    house: House, window: OpenWindow
) -> None:
    sent = await submit(house, 12)
    await submit(house, 7)
    page = await luis(window)
    await card(page, 12).click()
    await page.keyboard.press("r")
    await house.judge(sent["payment"], "aprobado", cashier=MARA)
    await page.locator(".detail").get_by_text("Mara ya lo aprobó").wait_for()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Aprobar")).to_have_count(0)
    await page.keyboard.press("r")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("button", name="Siguiente").click()
    await heading(page, 7).wait_for()


async def test_a_verdict_that_comes_second_unseen_is_explained_not_an_error(
    house: House, window: OpenWindow
) -> None:
    """Mara's verdict is committed while Luis's is on its way."""
    sent = await submit(house, 12)
    page = await luis(window)
    await card(page, 12).click()
    await shown(page)
    await page.route("**/payments/*/verdict", lambda route: _after(house, sent, route))
    await page.keyboard.press("v")
    await page.keyboard.press("a")
    await page.locator(".detail").get_by_text("Mara ya lo rechazó").wait_for()
    assert await page.evaluate("said") == []


async def _after(house: House, sent: dict[str, str], route: Route) -> None:
    """Let a request go on once Mara has rejected."""
    await house.judge(sent["payment"], "rechazado", cashier=MARA, reason="repetido")
    await route.continue_()


async def test_the_keyboard_alone_is_enough(house: House, window: OpenWindow) -> None:
    ids = [await submit(house, table) for table in (4, 5, 6)]
    page = await luis(window)
    await card(page, 6).wait_for()
    await page.keyboard.press("ArrowDown")
    await heading(page, 4).wait_for()
    await page.keyboard.press("ArrowDown")
    await heading(page, 5).wait_for()
    await page.keyboard.press("ArrowUp")
    await heading(page, 4).wait_for()
    await page.keyboard.press("r")
    await page.get_by_role("dialog").wait_for()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await heading(page, 4).wait_for()
    await page.keyboard.press("Escape")
    await expect(heading(page, 4)).to_have_count(0)
    await page.keyboard.press("ArrowDown")
    await heading(page, 4).wait_for()
    await shown(page)
    await page.keyboard.press("v")
    await page.keyboard.press("A")
    await heading(page, 5).wait_for()
    await expect(card(page, 5)).to_be_focused()
    assert (await order_of(house, ids[0]["order"]))["status"] == "pagado"


async def test_letters_typed_into_a_reason_are_only_letters(
    house: House, window: OpenWindow
) -> None:
    sent = await submit(house, 12)
    page = await luis(window)
    await card(page, 12).click()
    await page.keyboard.press("r")
    await page.get_by_label("Otro motivo").press_sequentially("a rara")
    assert await page.get_by_label("Otro motivo").input_value() == "a rara"
    assert (await order_of(house, sent["order"]))["status"] == "por_verificar"


async def test_a_verdict_that_does_not_get_through_keeps_the_card(
    house: House, window: OpenWindow
) -> None:
    sent = await submit(house, 12)
    page = await luis(window)
    await card(page, 12).click()
    await page.route("**/payments/*/verdict", lambda route: route.abort())
    await tick(page).check()
    await page.get_by_role("button", name="Aprobar").click()
    await page.locator(".detail").get_by_text("Sin conexión").wait_for()
    await expect(card(page, 12)).to_be_visible()
    await page.unroute("**/payments/*/verdict")
    await page.get_by_role("button", name="Aprobar").click()
    await page.get_by_text("Nada por verificar ✓").wait_for()
    assert (await order_of(house, sent["order"]))["status"] == "pagado"


async def test_the_photo_zooms_and_turns(house: House, window: OpenWindow) -> None:
    await submit(house, 12)
    page = await luis(window)
    await card(page, 12).click()
    stage, photo = page.locator(".stage"), page.get_by_role("img", name="Comprobante de la mesa")
    await expect(photo).to_be_visible()
    whole = await width(photo)
    await page.get_by_role("button", name="Acercar").click()
    assert await width(photo) > whole * 1.4
    await stage.click()
    assert abs(await width(photo) - whole) < 1
    await stage.click()
    assert await width(photo) > whole * 2
    await page.get_by_role("button", name="Ver completa").click()
    await stage.hover()
    await page.mouse.wheel(0, -400)
    await expect(stage).to_have_attribute("data-zoomed", "true")
    await page.get_by_role("button", name="Ver completa").click()
    await page.get_by_role("button", name="Girar").click()
    box = await photo.bounding_box()
    assert box
    assert box["width"] > box["height"]


async def width(photo: Locator) -> float:
    box = await photo.bounding_box()
    assert box
    return box["width"]


async def test_a_pdf_is_offered_to_open(house: House, window: OpenWindow) -> None:
    order = await house.deliver(12)
    _, submitted = await house.submit(order["id"], photo=PDF)
    await examine(house, submitted["payment"]["id"])
    page = await luis(window)
    await card(page, 12).click()
    await expect(page.get_by_role("link", name="Abrir PDF")).to_be_visible()
    await expect(card(page, 12)).to_contain_text("PDF")


async def test_a_card_is_the_same_element_after_twenty_events(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 12)
    page = await luis(window)
    await card(page, 12).evaluate("node => { node.mine = 1; node.closest('li').mine = 1; }")
    for table in range(30, 35):
        await submit(house, table)  # five events each
    await card(page, 34).wait_for()
    assert await card(page, 12).evaluate("node => node.mine + node.closest('li').mine") == 2


async def test_one_event_among_two_hundred_cards_touches_one_of_them(
    house: House, window: OpenWindow
) -> None:
    await house.app[DATABASE].write(fill, 200)
    page = await luis(window)
    await page.locator(".proof-card").nth(199).wait_for()
    await page.evaluate(WATCH)
    await house.judge("100", "aprobado", cashier=MARA)
    await expect(page.get_by_role("tab", name="Por Verificar 199")).to_be_visible()
    touched = await page.evaluate("touched")
    assert sorted(touched) == ["items +0 -1", "items +1 -0"]  # off this list, on that of today's


def fill(tx: Transaction, count: int) -> None:
    """As many delivered orders with proofs that wait; an order and its payment have the same id."""
    for order_id in range(1, count + 1):
        workflow.place_order(tx, ANA, Place(order_id), [OrderLine(1, 2, None)])
        workflow.advance_order(tx, COCO, order_id, OrderStatus.PREPARING)
        workflow.advance_order(tx, COCO, order_id, OrderStatus.READY)
        workflow.advance_order(tx, ANA, order_id, OrderStatus.DELIVERED)
        photo = jpeg()
        proof = Proof("image/jpeg", photo, hashlib.sha256(photo).hexdigest())
        workflow.submit_payment(tx, ANA, order_id, "transferencia", proof)


WATCH = """() => {
  globalThis.touched = [];
  const say = ({ target, addedNodes, removedNodes }) =>
    touched.push(`${target.className} +${addedNodes.length} -${removedNodes.length}`);
  new MutationObserver((all) => all.forEach(say))
    .observe(document.querySelector(".list-pane"), { childList: true, subtree: true });
}"""


async def test_a_session_that_ends_under_the_page_leads_to_sign_in(
    house: House, window: OpenWindow
) -> None:
    page = await luis(window)
    with contextlib.closing(connect(house.path)) as connection:
        connection.execute("DELETE FROM sessions")
        connection.commit()
    await page.wait_for_url("**/?volver=%2Fcaja")


async def test_on_a_tablet_the_detail_comes_over_the_list_and_closes(
    house: House, window: OpenWindow
) -> None:
    await submit(house, 12)
    page = await luis(window, size=TABLET)
    await expect(page.locator(".detail")).to_be_hidden()
    await card(page, 12).click()
    await expect(page.locator(".detail")).to_be_visible()
    await expect(page.locator(".list-pane")).to_have_attribute("inert", "")
    await expect(page.get_by_text("En línea")).to_be_visible()
    await page.get_by_role("button", name="Cerrar").click()
    await expect(page.locator(".detail")).to_be_hidden()
    await expect(card(page, 12)).to_be_focused()


async def test_sound_is_asked_for_once(house: House, window: OpenWindow) -> None:
    page = await luis(window)
    await page.get_by_role("button", name="Activar sonido").click()
    await expect(page.get_by_role("button", name="Activar sonido")).to_have_count(0)
    await page.wait_for_function("() => tones.length === 2")
    await submit(house, 12)
    await page.wait_for_function("() => tones.length === 4")
    assert await page.evaluate("tones") == [660, 990] * 2


async def test_a_device_can_be_told_to_keep_quiet(house: House, window: OpenWindow) -> None:
    page = await luis(window)
    await page.get_by_role("button", name="Luis ▾").click()
    await page.get_by_role("button", name="🔔 Sonido: sí").click()
    await page.get_by_role("button", name="🔕 Sonido: no").wait_for()
    await submit(house, 12)
    await card(page, 12).wait_for()
    await page.reload()
    await page.get_by_text("En línea").wait_for()  # what the first snapshot holds is no news
    await submit(house, 13)
    await card(page, 13).wait_for()
    await page.get_by_text("Comprobante nuevo: mesa 13").wait_for(state="attached")
    assert await page.evaluate("tones") == []


async def test_a_notice_is_raised_where_the_browser_allows_it(
    house: House, window: OpenWindow
) -> None:
    opened = await window(LUIS, "/healthz")
    await opened.context.grant_permissions(["notifications"])
    await opened.context.add_init_script(
        "window.raised = [];"
        "window.Notification = class { static permission = 'granted';"
        " constructor(title, options) { raised.push(`${title} ${options?.body ?? ''}`); }"
        " close() {} addEventListener() {} };"
    )
    await opened.page.goto(f"{house.url}/caja")
    await opened.page.get_by_text("En línea").wait_for()
    order = await house.deliver(12)
    await house.submit(order["id"])
    await opened.page.wait_for_function("() => raised.length > 0")
    assert "12" in (await opened.page.evaluate("raised"))[0]
