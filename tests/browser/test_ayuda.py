"""The staff's guide: for each role, from each page, with pictures, without a barrier."""

import re
from pathlib import Path
from typing import Any

import pytest

from comanda.domain.staff import Staff
from comanda.web.routes import ROUTES
from tests.browser.conftest import DESKTOP, PHONE, OpenWindow
from tests.browser.test_shell import violations
from tests.house import ANA, COCO, LUIS, ROSA, House
from tests.pictures import HEAVIEST, PICTURES

FOLDER = Path(__file__).parents[2] / "static" / "ayuda"
PARTS = ("mesero", "cocina", "caja", "admin", "operacion")
PAGES = ["/ayuda", *(f"/ayuda/{part}" for part in PARTS)]


@pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"]
)
async def test_the_guide_has_no_barrier_and_shows_its_pictures(
    window: OpenWindow, size: dict[str, int], scheme: Any
) -> None:
    page = (await window(None, PAGES[0], size)).page
    await page.emulate_media(color_scheme=scheme)
    for number, path in enumerate(PAGES):
        if number:
            await page.locator(f':is(nav, main) a[href="{path}"]').first.click()
            await page.wait_for_url(f"**{path}")
        assert await violations(page) == []
        for picture in await page.get_by_role("img").all():
            await picture.scroll_into_view_if_needed()
            await page.wait_for_function(
                "path => document.querySelector(`img[src='${path}']`).naturalWidth > 0",
                arg=await picture.get_attribute("src"),
            )
        wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, path


@pytest.mark.parametrize(
    ("member", "path", "guide"),
    [
        (ANA, "/mesero", "/ayuda/mesero"),
        (COCO, "/cocina", "/ayuda/cocina"),
        (LUIS, "/caja", "/ayuda/caja"),
        (ROSA, "/admin", "/ayuda/admin"),
    ],
)
async def test_the_guide_is_two_taps_from_work_and_one_tap_back(
    window: OpenWindow, member: Staff, path: str, guide: str
) -> None:
    page = (await window(member, path, PHONE)).page
    await page.get_by_role("button", name=f"{member.name} ▾").click()
    await page.get_by_role("link", name="Ayuda").click()
    await page.wait_for_url(f"**{guide}")
    await page.get_by_role("link", name="←").click()
    await page.wait_for_url(re.compile(rf"{path}(\?.*)?$"))  # the page may note its place at once


async def test_the_guide_has_the_policy_of_all_pages_and_no_script(house: House) -> None:
    client = await house.client(None)
    for path in PAGES:
        async with client.get(path) as response:
            text = await response.text()
            assert "script-src 'self';" in response.headers["Content-Security-Policy"]
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", text)
        for target in re.findall(r'(?:href|src)="(/[^"]*)"', text):
            async with client.get(target) as found:
                assert found.status == 200, target
    assert set(PAGES) == {route.path for route in ROUTES if route.path.startswith("/ayuda")}


def test_every_picture_is_shown_and_light_and_made_by_the_script() -> None:
    shown = {
        name
        for page in FOLDER.glob("*.html")
        for name in re.findall(r"/static/ayuda/([a-z-]+)\.webp", page.read_text(encoding="utf-8"))
    }
    files = {path.stem: path.stat().st_size for path in FOLDER.glob("*.webp")}
    assert shown == set(files) == set(PICTURES)
    assert max(files.values()) <= HEAVIEST
