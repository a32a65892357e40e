"""From the waiter's tap on *Enviar* to the card in the cashier's DOM, in real Chromium.

Run it with `.venv/bin/python -m tests.benchmarks.notice_to_dom`. It prints milliseconds and asserts
nothing: machines differ. Both windows share one browser and one clock; the server runs in the same
process as the driver of the browser.
"""

import asyncio
import io
import shutil
import statistics
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, FilePayload, Page, async_playwright

from comanda.domain.staff import Staff
from tests.browser.conftest import CHROMIUM_FLAGS
from tests.house import ANA, LUIS, House, open_house, quick_config

ROUNDS = 20
WATCH = """
table => new Promise((resolve) => {
  const seen = () => [...document.querySelectorAll('#panel-por_verificar li')]
    .some((node) => node.textContent.includes(table));
  if (seen()) resolve(Date.now());
  else new MutationObserver((_, observer) => {
    if (seen()) { observer.disconnect(); resolve(Date.now()); }
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
})
"""
TAP = """
() => {
  const button = [...document.querySelectorAll('dialog button[type=submit]')]
    .find((one) => one.textContent === 'Enviar');
  const tapped = Date.now();
  button.click();
  return tapped;
}
"""


async def measure(house: House, waiter: Page, cashier: Page, table: int) -> float:
    """One photo of about 250 KB; the time in milliseconds."""
    await house.deliver(table)
    await waiter.get_by_role("tab", name="Por Cobrar").click()
    card = waiter.get_by_role("article", name=f"Mesa {table}, orden")
    await card.get_by_role("button", name="Cobrar").click()
    photo = FilePayload(name="recibo.jpg", mimeType="image/jpeg", buffer=noise())
    await waiter.get_by_label("🖼 Galería").set_input_files(photo)
    await waiter.get_by_text("Foto lista").wait_for()
    watching = asyncio.create_task(cashier.evaluate(WATCH, str(table)))
    await asyncio.sleep(0.2)
    tapped: float = await waiter.evaluate(TAP)
    shown: float = await watching
    await waiter.get_by_text("Esperando al cajero").first.wait_for()
    await waiter.get_by_role("button", name="Cerrar").click()
    return shown - tapped


def noise() -> bytes:
    """A picture that stays at about 250 KB once it has been shrunk."""
    packed = io.BytesIO()
    Image.effect_noise((1000, 1200), 18).convert("RGB").save(packed, "JPEG", quality=85)
    return packed.getvalue()


async def sign_in(browser: Browser, house: House, member: Staff, path: str) -> Page:
    """A window of `member`'s, online."""
    context = await browser.new_context()
    for name, value in (await house.cookies(member)).items():
        await context.add_cookies([{"name": name, "value": value, "url": house.url}])
    page = await context.new_page()
    await page.goto(house.url + path)
    await page.get_by_text("En línea").wait_for()
    return page


async def main() -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "", args=list(CHROMIUM_FLAGS)
        )
        with tempfile.TemporaryDirectory() as folder:
            async with open_house(quick_config(Path(folder) / "c.db")) as house:
                waiter = await sign_in(browser, house, ANA, "/mesero")
                cashier = await sign_in(browser, house, LUIS, "/caja")
                times = [
                    await measure(house, waiter, cashier, 100 + number) for number in range(ROUNDS)
                ]
        await browser.close()
    times.sort()
    print(
        f"tap to card, {ROUNDS} photos: median {statistics.median(times):.0f} ms, "
        f"min {times[0]:.0f}, max {times[-1]:.0f}"
    )


if __name__ == "__main__":
    asyncio.run(main())
