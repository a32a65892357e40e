"""The page that tells people what every request takes and answers."""

from playwright.async_api import expect

from comanda.web.routes import ROUTES
from tests.browser.conftest import OpenWindow


async def test_every_request_is_on_the_page_with_its_answers(window: OpenWindow) -> None:
    page = (await window(None, "/docs")).page
    await expect(page.locator("#operations > section")).to_have_count(len(ROUTES))
    verdict = page.locator("section", has_text="PUT /payments/{payment_id}/verdict")
    await expect(verdict).to_contain_text("Approve or reject an attempt")
    await expect(verdict).to_contain_text("payment_already_decided")
    await expect(page.locator("#objects #Order")).to_contain_text("table_number")
