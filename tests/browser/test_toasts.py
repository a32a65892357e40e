"""What a page says for a few seconds stands in a row of its own, over nothing to be tapped."""

import pytest
from playwright.async_api import Page, expect

from comanda.domain.staff import Staff
from tests.browser.conftest import OpenWindow
from tests.browser.layout import DESKTOP, SIZES, flaws
from tests.house import ANA, COCO, LUIS, ROSA, House

SAY = """async ([text, undo]) => {
  const { toast } = await part("lib/dom.js");
  toast(text, "late", { undo: undo ? () => {} : null });
}"""
LONG = "Mesa 9999: La base de datos no responde en este momento. Inténtalo otra vez. Toca otra vez."
# What can be tapped and lies, wholly or in part, beneath a toast.
BENEATH = """() => {
  const toast = document.querySelector(".toast").getBoundingClientRect();
  const meets = (box) => Math.min(box.right, toast.right) - Math.max(box.left, toast.left) > 1
    && Math.min(box.bottom, toast.bottom) - Math.max(box.top, toast.top) > 1;
  const shown = (node) => {
    const box = node.getBoundingClientRect();
    const at = [Math.max(box.left, toast.left) + 2, Math.max(box.top, toast.top) + 2];
    return meets(box) && document.elementsFromPoint(...at).includes(node);
  };
  return [...document.querySelectorAll("button, a[href], input, [role=tab]")]
    .filter((node) => node.checkVisibility() && !node.closest(".toast") && shown(node))
    .map((node) => node.outerHTML.slice(0, 90));
}"""


async def say(page: Page, *, undo: bool = False) -> None:
    await page.evaluate(SAY, [LONG, undo])
    await page.locator(".toast").wait_for()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}x{size['height']}")
@pytest.mark.parametrize(
    ("member", "path"), [(ANA, "/mesero"), (COCO, "/cocina"), (LUIS, "/caja"), (ROSA, "/admin")]
)
async def test_a_toast_lies_over_nothing_that_is_tapped_next(
    house: House, window: OpenWindow, member: Staff, path: str, size: dict[str, int]
) -> None:
    for table in range(1, 13):
        await house.place(table)
        order = await house.deliver(100 + table)
        await house.submit(order["id"])
    page = (await window(member, path, size, touch=size is not DESKTOP)).page
    await page.get_by_text("En línea").wait_for()
    tabs = await page.get_by_role("tab").all() if member is not COCO else []
    for at in range(max(1, min(3, len(tabs)))):
        if tabs:
            await tabs[at].click()
        await say(page, undo=bool(tabs))
        assert await page.evaluate(BENEATH) == []
        box = await page.locator(".toast").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"]
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    await say(page)
    assert await page.evaluate(BENEATH) == []
    await expect(page.locator(".toast")).to_be_in_viewport(ratio=0.9)


async def test_a_waiters_toast_stands_just_above_the_tabs(window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero", SIZES[0], touch=True)).page
    await page.get_by_text("En línea").wait_for()
    await say(page, undo=True)
    toast = await page.locator(".toast").bounding_box()
    foot = await page.locator(".foot").bounding_box()
    assert toast is not None
    assert foot is not None
    assert 0 <= foot["y"] - (toast["y"] + toast["height"]) < 16
    await page.get_by_role("button", name="Deshacer").click()
    await expect(page.locator(".toast")).to_have_count(0)


async def test_over_a_dialog_it_stands_in_the_dialog_and_outlives_it(
    window: OpenWindow,
) -> None:
    page = (await window(COCO, "/cocina", SIZES[0], touch=True)).page
    await page.get_by_role("button", name="Agotados").click()
    await page.get_by_role("dialog").wait_for()
    await say(page)
    await expect(page.get_by_role("dialog").locator(".toast")).to_be_visible()
    await page.get_by_role("button", name="Cerrar").click()
    await expect(page.locator("body > .toasts .toast")).to_be_visible()
    assert await flaws(page) == []


@pytest.mark.parametrize(
    ("member", "path"), [(ANA, "/mesero"), (COCO, "/cocina"), (LUIS, "/caja"), (ROSA, "/admin")]
)
async def test_the_row_is_there_before_the_first_toast(
    window: OpenWindow, member: Staff, path: str
) -> None:
    """A screen reader tells of what comes into a live region, not of one that comes with words."""
    page = (await window(member, path)).page
    await page.get_by_text("En línea").wait_for()
    assert await page.locator("body > .toasts[role=status]").count() == 1
    row = await page.evaluate_handle("document.querySelector('body > .toasts')")
    await say(page)
    assert await row.evaluate("(node) => node.isConnected && node.children.length === 1")


async def test_a_dialog_has_its_row_from_the_start(window: OpenWindow) -> None:
    page = (await window(COCO, "/cocina")).page
    await page.get_by_role("button", name="Agotados").click()
    await expect(page.get_by_role("dialog").locator(".toasts[role=status]")).to_have_count(1)


async def test_news_waits_while_something_can_be_undone(house: House, window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero", SIZES[0], touch=True)).page
    order = await house.place(7)
    await house.advance(order["id"], "en_preparacion", COCO)
    await page.get_by_label("Mesa", exact=True).fill("12")
    await page.get_by_role("tab", name="En curso").get_by_text("1").wait_for()
    await page.get_by_role("button", name="Vaciar la orden").click()
    await house.advance(order["id"], "listo", COCO)
    await page.wait_for_function("document.querySelector('.order[data-status=listo]') !== null")
    await page.get_by_role("button", name="Deshacer").click()
    await expect(page.get_by_label("Mesa", exact=True)).to_have_value("12")
    await expect(page.locator(".toast")).to_have_text("🔔 Mesa 7: listo, recógelo en cocina")


async def test_an_undo_is_deaf_to_the_tap_that_brought_it(window: OpenWindow) -> None:
    page = (await window(ANA, "/mesero", SIZES[0], touch=True)).page
    await page.evaluate(SAY, [LONG, True])
    await expect(page.locator(".toast button")).to_be_enabled()
    both = f"async (said) => {{ await ({SAY})(said); return {STATE}; }}"
    assert await page.evaluate(both, [LONG, True])
    await page.get_by_role("button", name="Deshacer").click()
    await expect(page.locator(".toast")).to_have_count(0)


STATE = "document.querySelector('.toast button').disabled"
