"""What a browser makes of a proof: as the waiter's page sends it, and as the cashier sees it."""

import io

import pytest
from PIL import Image
from playwright.async_api import Page, Route

from comanda.store import payments
from comanda.web.plumbing.keys import DATABASE
from tests.browser.conftest import PHONE, OpenWindow
from tests.browser.test_evidence import open_sheet, send
from tests.house import ANA, LUIS, House
from tests.test_transparency import CLEAR, HEIGHT, WIDTH, drawn, png

BLACK = (0, 0, 0, 255)
# How light the shown picture is at a point, as the browser draws it on the page.
LIGHT = """async ([x, y]) => {
  const image = document.querySelector("img[data-shown]");
  await image.decode();
  const pen = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
  pen.fillStyle = getComputedStyle(image).backgroundColor;
  pen.fillRect(0, 0, image.naturalWidth, image.naturalHeight);
  pen.drawImage(image, 0, 0);
  return pen.getImageData(x, y, 1, 1).data[1];
}"""


async def stored(house: House, payment_id: int) -> Image.Image:
    proof = await house.app[DATABASE].read(payments.proof, payment_id)
    assert proof is not None
    with Image.open(io.BytesIO(proof.data)) as image:
        image.load()
        return image


@pytest.mark.parametrize("orientation", [1, 6])
async def test_a_transparent_picture_arrives_black_on_white(
    house: House, window: OpenWindow, orientation: int
) -> None:
    await house.deliver()
    page = (await window(ANA, "/mesero", PHONE)).page
    dialog = await open_sheet(page)
    data = png(drawn("RGBA", CLEAR, BLACK), orientation)
    await dialog.get_by_label("Galería").set_input_files(
        {"name": "captura.png", "mimeType": "image/png", "buffer": data}
    )
    await dialog.get_by_text("Foto lista").wait_for()
    await send(dialog)
    await dialog.get_by_text("Esperando al cajero").wait_for()
    cashier = (await window(LUIS, "/caja")).page
    await cashier.get_by_role("tabpanel").get_by_role("button").first.click()
    await cashier.locator("img[data-shown]").first.wait_for()
    image = await stored(house, 1)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (WIDTH, HEIGHT))
    grey = image.convert("L")
    assert grey.getpixel((20, 14)) < 48  # type: ignore[operator]
    assert grey.getpixel((80, 50)) > 207  # type: ignore[operator]
    assert await cashier.evaluate(LIGHT, [20, 14]) < 48
    assert await cashier.evaluate(LIGHT, [80, 50]) > 207


FORM = """<!doctype html><meta charset="iso-8859-1"><title>Pago</title>
<form method="post" enctype="multipart/form-data" action="/orders/{order}/proof">
  <input name="method" value="transferencia">
  <input name="reference"><input name="amount"><input name="taken_at">
  <input type="file" name="file"><button>Enviar</button>
</form>"""


async def plain_form(page: Page, order: str) -> None:
    """A page of the house's own with a form and no script."""

    async def answer(route: Route) -> None:
        await route.fulfill(body=FORM.format(order=order), content_type="text/html")

    await page.route("**/plain-form*", answer)  # the page may have a place in its address by now
    await page.goto(page.url.replace("/mesero", "/plain-form"))


async def test_a_form_without_a_script_is_taken(house: House, window: OpenWindow) -> None:
    """In a page of Latin-1, with a name that no ASCII has, and nothing else filled in."""
    order = await house.deliver()
    page = (await window(ANA, "/mesero")).page
    await plain_form(page, order["id"])
    await page.locator("[type=file]").set_input_files(
        {
            "name": 'recibo "mañana"; ñ.png',
            "mimeType": "image/png",
            "buffer": png(drawn("RGBA", CLEAR, BLACK), 1),
        }
    )
    async with page.expect_response("**/proof") as answered:
        await page.get_by_role("button", name="Enviar").click()
    assert (await answered.value).status == 201
    cashier = (await window(LUIS, "/caja")).page
    await cashier.emulate_media(color_scheme="dark")
    await cashier.get_by_role("tabpanel").get_by_role("button").first.click()
    await cashier.locator("img[data-shown]").first.wait_for()
    assert (await stored(house, 1)).mode == "RGBA", "kept as it came"
    assert await cashier.evaluate(LIGHT, [20, 14]) < 48
    assert await cashier.evaluate(LIGHT, [80, 50]) > 207
