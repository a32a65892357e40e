"""What an older version, another program or half a write left on a device stops no page."""

import json
from typing import Any

import pytest

from comanda.domain.staff import Staff
from tests.browser.conftest import OpenWindow
from tests.house import ANA, COCO, LUIS, ROSA, House

VALUES = [
    "",
    "x",
    "{",
    "null",
    "true",
    "7",
    '"ana"',
    "[]",
    "{}",
    "[null, 7, {}, [], true]",
    '["ana", "luis", "ana"]',
    '[{"username": 7}, {"username": "ana", "name": {}, "length": "x"}, {"name": "Ana"}]',
    '{"length": 3, "0": "a"}',
    json.dumps(["x" * 5_000] * 200),
]
KEYS = ["comanda.sonido", "comanda.usuarios", "comanda.actividad", "comanda.cocina.enterados"]
PAGES: list[tuple[Staff | None, str, str]] = [
    (COCO, "/cocina", "En línea"),
    (LUIS, "/caja", "En línea"),
    (ROSA, "/admin", "En línea"),
    (None, "/", "Entrar"),
]
# Stores of the same names with other contents: an older or a newer version's.
STORES = """(made) => new Promise((resolve, reject) => {
  const asked = indexedDB.open("comanda", 7);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore(made, { autoIncrement: true }).put({ key: 7, junk: true });
  };
  asked.onsuccess = () => { asked.result.close(); resolve(); };
  asked.onerror = () => reject(asked.error);
})"""


@pytest.mark.parametrize(("member", "path", "word"), PAGES)
async def test_a_page_starts_whatever_is_kept(
    house: House, window: OpenWindow, member: Staff | None, path: str, word: str
) -> None:
    await house.place(3)
    order = await house.deliver(4)
    await house.submit(order["id"])
    await house.void((await house.place(5))["id"], ANA)
    opened = await window(member, "/docs")
    page = opened.page
    for value in VALUES:
        await page.evaluate(
            "([keys, value]) => { for (const key of keys) localStorage.setItem(key, value); }",
            [KEYS, value],
        )
        await page.goto(house.url + path)
        await (
            page.get_by_text(word, exact=True)
            .or_(page.get_by_role("heading", name="¿Quién eres?"))
            .first.wait_for()
        )
        assert await page.locator(".uncaught").count() == 0, value
        assert opened.errors == [], value


@pytest.mark.parametrize(("member", "path", "word"), PAGES)
@pytest.mark.parametrize("made", ["drafts", "other"])
async def test_a_page_starts_beside_another_versions_database(
    house: House, window: OpenWindow, member: Staff | None, path: str, word: str, made: str
) -> None:
    page = (await window(member, "/docs")).page
    await page.evaluate(STORES, made)
    await page.goto(house.url + path)
    await page.get_by_text(word, exact=True).first.wait_for()


@pytest.mark.parametrize(("member", "path", "word"), PAGES)
async def test_a_page_starts_where_nothing_may_be_kept(
    house: House, window: OpenWindow, member: Staff | None, path: str, word: str
) -> None:
    opened = await window(member, "/docs")
    await opened.context.add_init_script("""
      const refuse = () => { throw new DOMException("denied", "SecurityError"); };
      for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
        Object.defineProperty(globalThis, name, { get: refuse });
      }
    """)
    await opened.page.goto(house.url + path)
    await opened.page.get_by_text(word, exact=True).first.wait_for()
    assert await opened.page.locator(".uncaught").count() == 0


async def test_what_somebody_acknowledged_stays_away_beside_rubbish(
    house: House, window: OpenWindow
) -> None:
    for table in (1, 2):
        await house.void((await house.place(table))["id"], ANA)
    page = (await window(COCO, "/docs")).page
    kept: Any = json.dumps([None, {"x": 1}, "1", 7])
    await page.evaluate("kept => localStorage.setItem('comanda.cocina.enterados', kept)", kept)
    await page.goto(f"{house.url}/cocina")
    await page.get_by_role("article", name="Mesa 2, orden 2 anulada").wait_for()
    assert await page.get_by_role("article", name="Mesa 1, orden 1 anulada").count() == 0
