"""Voiding on the pages, the kitchen's being told until it knows, and its taking back a step."""

from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, OpenWindow
from tests.browser.test_shell import violations
from tests.house import ANA, BETO, COCO, LUIS, MARA, House, eventually

SOUNDS = """() => {
  globalThis.sounds = [];
  const Audio = globalThis.AudioContext;
  const create = Audio.prototype.createOscillator;
  Audio.prototype.createOscillator = function () {
    const made = create.call(this);
    const start = made.start.bind(made);
    made.start = (at) => { sounds.push(made.frequency.value); start(at); };
    return made;
  };
}"""


NEW, REFUSED = 990, 330  # the higher and the lower tone of the two sounds, in hertz


async def hears(page: Page, tone: int, times: int = 1) -> None:
    """Wait until the page has played a tone so often; its policy lets no script be made of text."""

    async def has_played() -> bool:
        played = await page.evaluate("t => sounds.filter((one) => one === t).length", tone)
        return bool(played >= times)

    await eventually(has_played)


async def shown(house: House, order_id: str) -> dict[str, Any]:
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    return dict(order)


async def open_page(window: OpenWindow, member: Any, path: str, **more: Any) -> Page:
    page = (await window(member, path, **more)).page
    await page.get_by_text("En línea").wait_for()
    return page


async def test_a_waiter_voids_what_the_kitchen_has_not_begun(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(table=12)
    begun = await house.place(table=7)
    await house.advance(begun["id"], "en_preparacion", COCO)
    page = await open_page(window, ANA, "/mesero?ver=curso", size=PHONE)
    for table in (7, 12):
        await page.get_by_role("button", name=f"Mesa {table}").press("Enter")
    await expect(page.get_by_role("button", name="Anular mesa 7, orden 2")).to_be_hidden()
    await page.get_by_role("button", name="Anular mesa 12, orden 1").click()
    dialog = page.get_by_role("dialog", name="Anular orden")
    await dialog.get_by_role("button", name="Anular").click()
    await dialog.get_by_text("Elige un motivo o escríbelo.").wait_for()
    assert await violations(page) == []
    await dialog.get_by_text("se fueron").click()
    await dialog.get_by_role("button", name="Anular").click()
    await page.get_by_text("Mesa 12: orden 1 anulada").wait_for()
    await expect(page.get_by_role("article", name="Mesa 12, orden 1")).to_have_count(0)
    void = await shown(house, order["id"])
    assert (void["status"], void["void_reason"]) == ("anulado", "se fueron")


async def test_what_the_kitchen_put_back_is_not_the_waiters_to_void(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(table=7)
    page = await open_page(window, ANA, "/mesero?ver=curso", size=PHONE)
    await page.get_by_role("button", name="Mesa 7").press("Enter")
    button = page.get_by_role("button", name="Anular mesa 7, orden 1")
    await expect(button).to_be_visible()
    await house.advance(order["id"], "en_preparacion", COCO)
    await expect(button).to_be_hidden()
    await house.advance(order["id"], "pendiente", COCO)
    await expect(page.get_by_text("Pendiente").first).to_be_visible()
    await expect(button).to_be_hidden()
    await page.reload()
    await page.get_by_role("button", name="Mesa 7").press("Enter")
    await expect(button).to_be_hidden()
    assert (await house.void(order["id"], LUIS))["status"] == "anulado"


async def test_a_waiter_is_told_when_the_kitchen_was_faster(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(table=12)
    page = await open_page(window, ANA, "/mesero?ver=curso", size=PHONE)
    await page.get_by_role("button", name="Mesa 12").press("Enter")
    await page.get_by_role("button", name="Anular mesa 12, orden 1").click()
    await page.get_by_label("Otro motivo").fill("ya no quieren")
    await house.advance(order["id"], "en_preparacion", COCO)
    await page.get_by_role("dialog").get_by_role("button", name="Anular").click()
    await page.get_by_text("La cocina ya la empezó. Pide en caja que la anulen.").wait_for()
    assert (await shown(house, order["id"]))["status"] == "en_preparacion"


async def test_a_cashier_voids_up_to_delivery_and_all_lists_drop_it(
    house: House, window: OpenWindow
) -> None:
    cooking = await house.place(table=4)
    await house.advance(cooking["id"], "en_preparacion", COCO)
    await house.deliver(table=5)
    waiter = await open_page(window, ANA, "/mesero?ver=cobrar", size=PHONE)
    other = await open_page(window, MARA, "/caja")
    page = await open_page(window, LUIS, "/caja")
    for tab, table, reason in (("En curso 1", 4, "repetida"), ("Por Cobrar 1", 5, "se fueron")):
        await page.get_by_role("tab", name=tab).click()
        if tab == "Por Cobrar 1":
            await page.get_by_role("button", name="Corregir, mesa 5").click()
        await page.get_by_role("button", name=f"Anular mesa {table}, orden").click()
        question = page.get_by_role("dialog", name="Anular orden")
        await question.get_by_text(reason).click()
        assert await violations(page) == []
        await question.get_by_role("button", name="Anular").click()
        await other.get_by_text(f"🚫 Mesa {table} anulada por luis: «{reason}»").wait_for()
    await page.get_by_text("Todo cobrado ✓").wait_for()
    for name in ("En curso 0", "Por Cobrar 0"):
        await expect(page.get_by_role("tab", name=name)).to_be_visible()
        await expect(other.get_by_role("tab", name=name)).to_be_visible()
    await waiter.get_by_text("🚫 Mesa 5 anulada por luis: «se fueron»").wait_for()
    await waiter.get_by_text("Nada por cobrar ✓").wait_for()


async def test_the_keys_of_the_till_do_nothing_under_the_question(
    house: House, window: OpenWindow
) -> None:
    """With a proof on show, A approves: but not while the cashier is asked for a reason."""
    waiting = await house.deliver(table=4)
    await house.submit(waiting["id"])
    await house.place(table=5)
    page = await open_page(window, LUIS, "/caja")
    await page.keyboard.press("ArrowDown")
    await page.get_by_role("button", name="Aprobar").wait_for()
    await page.get_by_role("tab", name="En curso 1").click()
    await page.get_by_role("button", name="Anular mesa 5, orden 2").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancelar").focus()
    await page.keyboard.press("a")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Aprobar")).to_be_visible()
    assert (await shown(house, waiting["id"]))["status"] == "por_verificar"


async def test_the_kitchen_sees_a_void_struck_through_and_hears_it_until_somebody_knows(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(table=12)
    await house.place(table=7)
    page = await open_page(window, COCO, "/cocina")
    await page.evaluate(SOUNDS)
    await page.get_by_role("button", name="Activar sonido").click()
    await hears(page, NEW)
    await house.void(order["id"], LUIS, "el cliente canceló")
    ticket = page.get_by_role("article", name="Mesa 12, orden 1 anulada")
    await expect(ticket).to_contain_text("«el cliente canceló»")
    struck = await ticket.locator(".lines").evaluate(
        "node => getComputedStyle(node).textDecoration"
    )
    assert "line-through" in struck
    await hears(page, REFUSED, times=2)  # it goes on
    await expect(page.get_by_role("button", name="Mesa 12, orden 1: Empezar")).to_have_count(0)
    await page.reload()
    assert await violations(page) == []
    await ticket.get_by_role("button", name="Mesa 12, orden 1 anulada: enterado").click()
    await expect(ticket).to_have_count(0)
    await page.reload()
    await page.get_by_role("button", name="Mesa 7, orden 2: Empezar").wait_for()
    await expect(page.get_by_text("Anuladas: ya no se preparan")).to_be_hidden()


async def test_what_was_voided_while_the_kitchen_was_away_is_there_when_it_comes_back(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(table=12)
    await house.void(order["id"], ANA)
    page = await open_page(window, COCO, "/cocina")
    await page.get_by_role("button", name="Mesa 12, orden 1 anulada: enterado").wait_for()


async def test_the_kitchen_takes_back_a_step_and_the_waiter_does_not_go_for_it(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(table=12)
    for status in ("en_preparacion", "listo"):
        await house.advance(order["id"], status, COCO)
    waiter = await open_page(window, ANA, "/mesero?ver=curso", size=PHONE)
    await waiter.get_by_role("button", name="Entregado").wait_for()
    colleague = await open_page(window, BETO, "/mesero?ver=curso", size=PHONE)
    kitchen = await open_page(window, COCO, "/cocina")
    await kitchen.get_by_role("button", name="regresar a En preparación").click()
    await kitchen.get_by_role("button", name="Mesa 12, orden 1: Listo").wait_for()
    await waiter.get_by_text("Mesa 12: aún no está listo, la cocina sigue").wait_for()
    await expect(waiter.get_by_role("button", name="Entregado")).to_be_hidden()
    await expect(waiter.get_by_role("article", name="Mesa 12")).to_contain_text("En preparación")
    await expect(colleague.get_by_role("article", name="Mesa 12")).to_contain_text("En preparación")
    await expect(colleague.get_by_text("aún no está listo")).to_have_count(0)
    await kitchen.get_by_role("button", name="regresar a Pendientes").click()
    await kitchen.get_by_role("button", name="Mesa 12, orden 1: Empezar").wait_for()
    assert (await shown(house, order["id"]))["status"] == "pendiente"


async def test_a_waiter_is_told_why_what_the_kitchen_put_back_has_no_void(
    house: House, window: OpenWindow
) -> None:
    order = await house.place(table=12)
    for status in ("en_preparacion", "pendiente"):
        await house.advance(order["id"], status, COCO)
    page = await open_page(window, ANA, "/mesero?ver=curso", size=PHONE)
    await page.get_by_role("button", name="Mesa 12").press("Enter")
    await page.get_by_text(
        "La cocina ya la empezó: si hay que anularla, pídelo en caja."
    ).wait_for()
    await expect(page.get_by_role("button", name="Anular mesa 12, orden 1")).to_be_hidden()
    await house.advance(order["id"], "en_preparacion", COCO)
    await expect(page.get_by_text("La cocina ya la empezó")).to_be_hidden()


async def test_a_sheet_that_is_open_says_that_its_order_is_void(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver(table=12)
    page = await open_page(window, ANA, "/mesero?ver=cobrar", size=PHONE)
    await page.get_by_role("button", name="💳 Cobrar").click()
    await page.get_by_role("dialog").get_by_text("Galería").wait_for()
    await house.void(order["id"], LUIS, "cortesía de la casa")
    await page.get_by_role("dialog").get_by_text("🚫 Orden anulada").wait_for()
    await expect(page.get_by_role("dialog")).to_contain_text("«cortesía de la casa»")
    await expect(page.get_by_role("dialog").get_by_text("Galería")).to_be_hidden()
    assert await violations(page) == []
