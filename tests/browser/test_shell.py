"""What all pages have in common: accessible, light, from one host, and there without a network."""

import asyncio
import contextlib
import re
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Response

from comanda.config import Config
from comanda.domain.staff import Staff
from tests.browser.conftest import DESKTOP, PHONE, SLOW, OpenWindow, hear
from tests.house import ANA, COCO, LUIS, ROSA, FixedClock, House, eventually, open_house

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = [
    (None, "/"),
    (ANA, "/mesero"),
    (COCO, "/cocina"),
    (LUIS, "/caja"),
    (ROSA, "/admin"),
    (None, "/docs"),
]
LIGHTEST = 72 * 1024
TILL = 80 * 1024  # which shows the most: a proof, its reading, and its money


# A colour that is still fading into another one has no contrast that anybody reads.
AT_REST = """() => Promise.allSettled(
  document.getAnimations()
    .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
    .map((one) => one.finished)
)"""


# With its `resultTypes` axe spares the work of telling where all that is well stands.
VIOLATIONS = """rules => axe
  .run(document, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] })
  .then((results) => results.violations)"""


async def violations(page: Any) -> list[str]:
    """What axe-core complains of, once nothing moves any more: the rule and where."""
    await page.evaluate(AXE)
    await page.evaluate(AT_REST)
    found = await page.evaluate(VIOLATIONS, RULES)
    return [
        f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:160]}"
        for one in found
        for node in one["nodes"]
    ]


HANDHELD = ("/", "/mesero", "/cocina", "/caja")
# Whatever can be tapped and is no finger wide.
TOO_SMALL = """[...document.querySelectorAll("button, a[href], input, label:has(input)")]
  .filter((one) => one.checkVisibility() && one.parentElement.tagName !== "LABEL")
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 48 || box.height < 48)
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)}: ${box.width} x ${box.height}`)"""


async def furnish(house: House) -> None:
    """An order in each state, one of them rejected, one resubmitted."""
    await house.place(1)
    cooking = await house.place(2)
    await house.advance(cooking["id"], "en_preparacion", COCO)
    ready = await house.place(3)
    for status in ("en_preparacion", "listo"):
        await house.advance(ready["id"], status, COCO)
    await house.deliver(4)
    for table, verdicts in (
        (5, ["rechazado"]),
        (6, ["rechazado", ""]),
        (7, ["aprobado"]),
        (8, [""]),
    ):
        order = await house.deliver(table)
        for verdict in verdicts:
            _, submitted = await house.submit(order["id"])
            if verdict:
                await house.judge(submitted["payment"]["id"], verdict, reason="ilegible")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(("member", "path"), PAGES)
async def test_a_page_has_no_barrier(
    house: House,
    window: OpenWindow,
    member: Staff | None,
    path: str,
    size: dict[str, int],
    scheme: Any,
) -> None:
    await furnish(house)
    page = (await window(member, "/healthz", size)).page
    await page.emulate_media(color_scheme=scheme)
    await page.goto(house.url + path)
    if member:
        await page.get_by_text("En línea").wait_for()
    assert await violations(page) == []
    if path in HANDHELD:
        assert await page.evaluate(TOO_SMALL) == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_what_opens_over_a_page_has_no_barrier_either(
    house: House, window: OpenWindow, size: dict[str, int]
) -> None:
    await furnish(house)
    waiter = (await window(ANA, "/mesero", size)).page
    await waiter.get_by_role("tab", name="Por Cobrar").click()
    for button in ("Cobrar", "Reintentar Pago"):
        await waiter.get_by_role("tabpanel").get_by_role("button", name=button).first.click()
        await waiter.get_by_role("dialog").get_by_text("Galería").wait_for()
        assert await violations(waiter) == []
        assert await waiter.evaluate(TOO_SMALL) == []
        await waiter.get_by_role("button", name="Cerrar").click()

    cashier = (await window(LUIS, "/caja", size)).page
    for name in ("6", "8"):
        cards = cashier.get_by_role("tabpanel").get_by_role("button")
        await cards.filter(has_text=name).first.click()
        await cashier.get_by_role("button", name="Aprobar").wait_for()
        assert await violations(cashier) == []
        assert await cashier.evaluate(TOO_SMALL) == []
        if size is PHONE:
            await cashier.get_by_role("button", name="Cerrar").click()
    await cashier.get_by_role("tabpanel").get_by_role("button").first.click()
    await cashier.get_by_role("button", name="Rechazar").click()
    await cashier.get_by_role("dialog").wait_for()
    assert await violations(cashier) == []
    assert await cashier.evaluate(TOO_SMALL) == []
    await cashier.goto(f"{house.url}/caja?orden=6")
    await cashier.get_by_role("dialog").get_by_text("Intento 2").wait_for()
    assert await violations(cashier) == []
    assert await cashier.evaluate(TOO_SMALL) == []
    await cashier.get_by_role("button", name="Cerrar").click()
    await cashier.get_by_role("tab", name="Conciliación").click()
    await cashier.get_by_role("tabpanel").get_by_text("Hasta").wait_for()
    await cashier.get_by_label("Desde").fill("2026-11-01")
    await cashier.get_by_label("Hasta").fill("2026-11-30")
    await cashier.get_by_role("table").wait_for()
    assert await violations(cashier) == []


@pytest.mark.parametrize(("member", "path"), PAGES)
async def test_a_page_is_light_and_asks_nobody_else(
    house: House, window: OpenWindow, member: Staff | None, path: str
) -> None:
    opened = await window(member, "/healthz")
    sizes: dict[str, int] = {}
    hosts: set[str] = set()

    async def weigh(response: Response) -> None:
        hosts.add(re.sub(r"(//[^/]+).*", r"\1", response.url))
        if "/static/" in response.url or response.url == house.url + path:
            sizes[response.url] = int(response.headers.get("content-length", 0))

    opened.page.on("response", weigh)
    await opened.page.goto(house.url + path, wait_until="load")
    if member:
        await opened.page.get_by_text("En línea").wait_for()
    print(f"{path}: {sum(sizes.values())} bytes compressed in {len(sizes)} files")
    assert 0 < sum(sizes.values()) < (TILL if path == "/caja" else LIGHTEST)
    assert {host for host in hosts if not host.startswith("blob:")} == {house.url}


@pytest.mark.parametrize(("member", "path"), PAGES)
async def test_a_page_may_run_no_script_but_ours(
    house: House, member: Staff | None, path: str
) -> None:
    client = await house.client(None)
    async with client.get(path) as response:
        policy = response.headers["Content-Security-Policy"]
        text = await response.text()
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)
    assert f'lang="{"en" if path == "/docs" else "es"}"' in text


def test_no_script_makes_html_of_strings() -> None:
    folder = Path(__file__).parents[2] / "static"
    for path in folder.rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert banned not in text, f"{path}: {banned}"


IMPORTED = re.compile(r"""(?:\bfrom |\bimport\(|^import )"(\.[^"]+)\"""", re.MULTILINE)


def imports(folder: Path) -> list[tuple[Path, Path]]:
    """Each script below `folder` with each script that it imports."""
    return [
        (path, (path.parent / name).resolve())
        for path in sorted(folder.rglob("*.js"))
        for name in IMPORTED.findall(path.read_text(encoding="utf-8"))
    ]


def test_a_script_imports_only_what_is_there() -> None:
    pairs = imports(Path(__file__).parents[2] / "static")
    assert [f"{path}: {target}" for path, target in pairs if not target.is_file()] == []
    assert len(pairs) > 50


ROOMS = {"lib": [], "house": ["lib"], "cobro": ["lib", "house"]}


def strangers(folder: Path) -> list[str]:
    """The imports that leave their room: `lib` knows `lib` alone, `house` knows `lib` as well,
    `cobro`, the form that two pages share, knows both, and the folder of a page knows all three
    and itself, but no other page.
    """

    def room(path: Path) -> str:
        return path.relative_to(folder).parts[0]

    return [
        f"{path.relative_to(folder)} imports {target.relative_to(folder)}"
        for path, target in imports(folder)
        if room(target) != room(path)
        and room(target) not in ROOMS.get(room(path), ["lib", "house", "cobro"])
    ]


def test_a_script_imports_nothing_from_another_page() -> None:
    assert strangers(Path(__file__).parents[2] / "static/js") == []


@pytest.mark.parametrize(
    ("script", "target"),
    [
        ("lib/dom.js", "house/bar.js"),
        ("lib/dom.js", "caja/caja.js"),
        ("house/bar.js", "caja/caja.js"),
        ("mesero/mesero.js", "caja/cards.js"),
    ],
)
def test_an_import_from_another_room_is_found(tmp_path: Path, script: str, target: str) -> None:
    for name in (script, target, "lib/api.js", "house/live.js", "mesero/cards.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    allowed = 'import "../lib/api.js";\nimport { Live } from "../house/live.js";\n'
    (tmp_path / "mesero/cards.js").write_text(allowed, encoding="utf-8")
    (tmp_path / script).write_text(f'const part = import("../{target}");', encoding="utf-8")
    assert strangers(tmp_path) == [f"{script} imports {target}"]


@pytest.mark.parametrize(
    ("member", "path", "file", "ask"),
    [
        (ANA, "/mesero?ver=cobrar", "cobro/charge.js", "💳 Cobrar, mesa 4"),
        (ANA, "/mesero?ver=cobrar", "mesero/paid.js", "Pagadas hoy"),
        (LUIS, "/caja", "house/corrections.js", "Corregir, mesa 4"),
        (ROSA, "/admin", "admin/menu.js", "Menú"),
    ],
)
async def test_a_page_from_before_an_upgrade_asks_to_be_reloaded_for_what_is_gone(
    house: House, window: OpenWindow, member: Staff, path: str, file: str, ask: str
) -> None:
    await house.deliver(4)
    opened = await window(member, "/ayuda")
    await opened.page.route(f"**/{file}", lambda route: route.fulfill(status=404, body=""))
    await opened.page.goto(house.url + path)
    await opened.page.get_by_text("En línea", exact=True).first.wait_for()
    if member is LUIS:
        await opened.page.get_by_role("tab", name="Por Cobrar").click()
    named = opened.page.get_by_role("button", name=ask)
    await named.or_(opened.page.get_by_role("tab", name=ask)).first.click()
    await hear(opened.page, "Comanda cambió desde que se abrió esta página. Recárgala.")
    await opened.page.get_by_role("button", name="Recargar").wait_for()
    opened.errors.clear()


# The files of a page, and whether the device keeps all of them.
LOADED = """performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname)
  .filter((path) => path.startsWith("/static/"))"""
KEPT = """async (paths) =>
  (await Promise.all(paths.map((path) => caches.match(path)))).every(Boolean)"""


async def test_a_page_opens_without_its_server_and_says_so(
    config: Config, clock: FixedClock, house: House, window: OpenWindow
) -> None:
    opened = await window(COCO, "/cocina", worker=True)
    page = opened.page
    await page.get_by_text("En línea").wait_for()
    loaded = await page.evaluate(LOADED)
    assert {path.rpartition("/")[2] for path in loaded} >= {"cocina.js", "cocina.css"}
    await eventually(lambda: page.evaluate(KEPT, loaded))
    port = house.runner.addresses[0][1]
    await house.runner.cleanup()
    await page.reload()
    assert await page.title() == "Comanda · Cocina"
    await page.get_by_text("Sin conexión con Comanda.").wait_for()
    async with open_house(config, clock, new=False, port=port):
        await page.get_by_text("En línea").wait_for()


async def test_a_session_that_ends_leads_to_the_sign_in_page_and_back(
    house: House, window: OpenWindow
) -> None:
    opened = await window(COCO, "/cocina")
    await opened.page.get_by_text("En línea").wait_for()
    cookies = {
        cookie.get("name", ""): cookie.get("value", "") for cookie in await opened.context.cookies()
    }
    client = await house.client(None)
    async with client.delete("/session", cookies=cookies) as response:
        assert response.status == 204
    await opened.page.wait_for_url("**/?volver=%2Fcocina", timeout=30_000)
    await opened.page.get_by_label("Usuario", exact=True).fill("coco")
    await opened.page.get_by_label("PIN", exact=True).fill("1234")
    await opened.page.get_by_role("button", name="Entrar").click()
    await opened.page.wait_for_url("**/cocina")


async def test_a_shared_tablet_changes_user_in_two_taps(house: House, window: OpenWindow) -> None:
    page = (await window(COCO, "/cocina")).page
    await page.get_by_role("button", name="Coco ▾").click()
    await page.get_by_role("button", name="Cambiar de usuario").click()
    await page.wait_for_url("**/")
    await page.get_by_role("button", name="Entrar").wait_for()


async def test_each_role_is_led_to_its_own_page(house: House, window: OpenWindow) -> None:
    page = (await window(COCO, "/caja")).page
    await page.wait_for_url("**/cocina")


async def test_a_lost_server_is_said_and_its_return_caught_up_with(
    house: House, window: OpenWindow
) -> None:
    opened = await window(COCO, "/cocina")
    await opened.page.get_by_text("En línea").wait_for()
    await opened.context.set_offline(True)
    await opened.page.get_by_text("Sin conexión").wait_for()
    await house.place(table=33)
    await opened.context.set_offline(False)
    await opened.page.get_by_text("En línea").wait_for()
    await opened.page.get_by_role("button", name="Mesa 33").wait_for()


async def no_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Wi-Fi that takes everything and gives nothing back."""
    await reader.read(-1)


async def bad_gateway(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A proxy whose server is away."""
    head = b"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Type: text/html\r\n"
    await reader.readuntil(b"\r\n\r\n")
    writer.write(head + b"Content-Length: 15\r\n\r\n502 Bad Gateway")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize("other", [no_answer, bad_gateway])
async def test_a_page_opens_where_something_else_answers_or_nothing_does(
    config: Config, clock: FixedClock, house: House, window: OpenWindow, other: Any
) -> None:
    page = (await window(COCO, "/cocina", worker=True)).page
    await page.get_by_text("En línea").wait_for()
    loaded = await page.evaluate(LOADED)
    await eventually(lambda: page.evaluate(KEPT, loaded))
    port = house.runner.addresses[0][1]
    await house.runner.cleanup()
    connections: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await other(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await page.reload()
    assert await page.title() == "Comanda · Cocina"
    await page.get_by_text("Sin conexión con Comanda.").wait_for()
    server.close()
    for connection in connections:
        connection.transport.abort()
    async with open_house(config, clock, new=False, port=port):
        await page.get_by_text("En línea").wait_for(timeout=2 * SLOW)


async def test_a_page_opens_on_a_device_without_room_for_it(
    house: House, window: OpenWindow
) -> None:
    opened = await window(ROSA, "/cocina", worker=True)
    await opened.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    await opened.page.goto(house.url + "/cocina")
    browser = await opened.context.new_cdp_session(opened.page)
    full = {"origin": house.url, "quotaSize": 1}
    await browser.send("Storage.overrideQuotaForOrigin", full)
    for path, words in (("/caja", "Nada por verificar ✓"), ("/ayuda/caja", "Ayuda: caja")):
        await opened.page.goto(house.url + path)
        await opened.page.get_by_text(words).first.wait_for()
    assert await opened.page.locator(".uncaught").count() == 0
