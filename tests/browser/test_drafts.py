"""What the phone keeps of a proof until Comanda has it: its bytes once, its state each time."""

import base64
from typing import Any

from playwright.async_api import Page

from tests.browser.conftest import PHONE, OpenWindow, until_order
from tests.browser.test_mesero import open_sheet, send_photo, sheet
from tests.house import ANA, House, jpeg

# Notes what the page asks of the drafts' database, and when it sends.
WATCHED = """
  globalThis.noted = [];
  for (const name of ["get", "getAll", "put"]) {
    const whole = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...given) {
      if (this.transaction.db.name !== "comanda") return whole.apply(this, given);
      const isPhoto = name === "put" && given[0].bytes;
      noted.push(isPhoto ? "put bytes" : `${name} ${this.name}`);
      if (isPhoto) this.transaction.addEventListener("complete", () => noted.push("bytes on disk"));
      return whole.apply(this, given);
    };
  }
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) { noted.push("send"); send.call(this, body); };
"""
# The rows of each store in the drafts' database, the size of a photo in place of its bytes.
ROWS = """() => new Promise((resolve, reject) => {
  const request = indexedDB.open("comanda");
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const database = request.result;
    const names = [...database.objectStoreNames];
    const reading = database.transaction(names);
    const rows = names.map((name) => [name, reading.objectStore(name).getAll()]);
    reading.oncomplete = () => {
      database.close();
      const short = (row) => ({ ...row, ...(row.bytes ? { bytes: row.bytes.byteLength } : {}) });
      resolve(Object.fromEntries(rows.map(([name, { result }]) => [name, result.map(short)])));
    };
  };
})"""
# The database as the version before this one made it, with a draft in it.
VERSION_2 = """([draft, photo]) => new Promise((resolve, reject) => {
  const request = indexedDB.open("comanda", 2);
  request.onupgradeneeded = () => request.result.createObjectStore("drafts", { keyPath: "key" });
  request.onerror = () => reject(request.error);
  request.onsuccess = () => {
    const writing = request.result.transaction("drafts", "readwrite");
    const bytes = Uint8Array.from(atob(photo), (letter) => letter.charCodeAt(0)).buffer;
    writing.objectStore("drafts").put({ ...draft, bytes });
    writing.oncomplete = () => { request.result.close(); resolve(); };
  };
})"""
OLD_DRAFT = {
    "key": "old-proof", "kind": "proof", "orderId": "1", "table": 12, "total": 241,
    "method": "transferencia", "reference": "FOLIO-7", "amount": "241.00", "takenAt": None,
    "waiter": "ana", "type": "image/jpeg", "name": "foto.jpg", "attempt": 3,
    "error": "Sin conexión", "errors": {}, "stopped": False, "savedAt": 1,
}  # fmt: skip


async def rows(page: Page) -> dict[str, list[dict[str, Any]]]:
    return dict(await page.evaluate(ROWS))


async def test_a_photo_is_written_once_and_its_first_attempt_reads_nothing_back(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver()
    page = (await window(ANA, "/healthz", PHONE)).page
    await page.add_init_script(WATCHED)
    await page.goto(house.url + "/mesero")
    await page.route("**/proof", lambda route: route.abort(), times=1)
    await open_sheet(page)
    await page.evaluate("noted.length = 0")
    await send_photo(page)
    await until_order(house, order["id"], lambda now: now["status"] == "por_verificar")
    noted = await page.evaluate("noted")
    until_sent = noted[: noted.index("send")]
    assert until_sent[0] == "put bytes"
    assert "bytes on disk" in until_sent, "kept before it is first sent"
    assert not [one for one in until_sent if one.startswith("get")]
    assert noted.count("put bytes") == 1
    assert noted.count("send") == 2
    assert "put states" in noted[noted.index("send") :], "what became of the first attempt"
    assert house.rows()["payments"] == 1


async def test_a_draft_lies_whole_in_its_store_until_it_is_sent(
    house: House, window: OpenWindow
) -> None:
    """As a page of the version before would have written it; what it came to lies beside it."""
    order = await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    page = opened.page
    await open_sheet(page)
    await opened.context.set_offline(True)
    await send_photo(page)
    await sheet(page).get_by_text("Sin conexión").wait_for()
    kept = await rows(page)
    [draft], [state] = kept["drafts"], kept["states"]
    assert draft["bytes"] > 0
    assert (draft["orderId"], draft["waiter"], draft["stopped"]) == (order["id"], "ana", False)
    assert state["bytes"] is None
    assert (state["key"], state["error"]) == (draft["key"], "Sin conexión")
    await opened.context.set_offline(False)
    await until_order(house, order["id"], lambda now: now["status"] == "por_verificar")
    await sheet(page).get_by_text("Esperando al cajero").wait_for()
    assert await rows(page) == {"drafts": [], "states": []}


async def test_a_discarded_draft_leaves_nothing_behind(house: House, window: OpenWindow) -> None:
    await house.deliver()
    opened = await window(ANA, "/mesero", PHONE)
    await open_sheet(opened.page)
    await opened.context.set_offline(True)
    await send_photo(opened.page)
    await sheet(opened.page).get_by_role("button", name="Descartar").click()
    await sheet(opened.page).get_by_role("button", name="¿Seguro? Descartar").click()
    await sheet(opened.page).get_by_role("button", name="Enviar", exact=True).wait_for()
    assert await rows(opened.page) == {"drafts": [], "states": []}


async def test_a_photo_of_the_version_before_is_brought_along_and_sent(
    house: House, window: OpenWindow
) -> None:
    order = await house.deliver()
    opened = await window(ANA, "/healthz", PHONE)
    page = opened.page
    await page.evaluate(VERSION_2, [OLD_DRAFT, base64.b64encode(jpeg()).decode()])
    await page.goto(house.url + "/mesero")
    await until_order(house, order["id"], lambda now: now["status"] == "por_verificar")
    payment = (await house.call(ANA, "GET", f"/orders/{order['id']}"))[1]["payment"]
    assert (payment["reference"], payment["has_proof"]) == ("FOLIO-7", True)
    assert any("Enviando comprobante" in line and "intento 4" in line for line in opened.console)
    await page.reload()
    await page.get_by_text("En línea").wait_for()
    assert house.rows()["payments"] == 1
    assert await rows(page) == {"drafts": [], "states": []}
