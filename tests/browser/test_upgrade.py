"""An upgrade while pages are open: each comes anew by itself, mixes nothing and loses nothing."""

import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, Route, expect

from comanda import app as wiring
from comanda.config import Config
from comanda.domain.errors import NotFound
from comanda.domain.staff import Staff
from comanda.files import static_folder
from comanda.web.plumbing.keys import ASSETS
from tests.browser.conftest import HASTY, PHONE, OpenWindow, hear, until_order
from tests.house import ANA, COCO, LUIS, ROSA, FixedClock, House, eventually, jpeg, open_house

Upgrade = Callable[[Path], AbstractAsyncContextManager[House]]
SOON = "Comanda cambió desde que se abrió esta página. Se recarga sola en cuanto termines."
BY_HAND = "Comanda cambió desde que se abrió esta página. Recárgala."
VERSION = 'document.querySelector("meta[name=comanda-version]")?.content'
# The versions of all files that the page has fetched.
MIXED = """[...new Set(performance.getEntriesByType("resource")
  .map(({ name }) => /\\/static\\/([0-9a-f]{16})\\//.exec(name)?.[1])
  .filter(Boolean))]"""
COUNT_LOADS = 'sessionStorage.setItem("loads", Number(sessionStorage.getItem("loads")) + 1);'
LOADS = 'Number(sessionStorage.getItem("loads"))'


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The pages of the next version: a module that is fetched later has changed."""
    folder = tmp_path / "newer"
    shutil.copytree(static_folder(), folder)
    for name in ("js/cobro/charge.js", "js/caja/reconciliation.js", "js/admin/menu.js"):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write('document.documentElement.dataset.newer = "yes";\n')
    return folder


@pytest.fixture
async def upgrade(
    config: Config, clock: FixedClock, house: House, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Upgrade]:
    """`async with upgrade(folder)`: the server stops, and another with these pages begins."""
    port = house.runner.addresses[0][1]
    running = [house]

    @asynccontextmanager
    async def serve(folder: Path) -> AsyncIterator[House]:
        if running:
            await running.pop().runner.cleanup()
        with monkeypatch.context() as patch:
            patch.setattr(wiring, "static_folder", lambda: folder)
            async with open_house(config, clock, new=False, port=port) as next_house:
                yield next_house

    yield serve


async def online(page: Page) -> None:
    await page.get_by_text("En línea", exact=True).first.wait_for()


async def comes_anew(page: Page, house: House) -> None:
    """The page is of the server's version, wholly."""
    version = house.app[ASSETS].version
    await eventually(lambda: is_of(page, version), timeout=60)
    await online(page)
    assert await page.evaluate(MIXED) == [version]


async def is_of(page: Page, version: str) -> bool:
    try:
        return bool(await page.evaluate(VERSION) == version)
    except Exception:  # noqa: BLE001 - the page is just being reloaded
        return False


@pytest.mark.parametrize(
    ("member", "path"),
    [(ANA, "/mesero?ver=cobrar"), (COCO, "/cocina"), (LUIS, "/caja"), (ROSA, "/admin")],
)
async def test_an_open_page_comes_anew_once_after_an_upgrade(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path, member: Staff, path: str
) -> None:
    await house.deliver(4)
    page = (await window(member, path)).page
    await page.context.add_init_script(COUNT_LOADS)
    await online(page)
    async with upgrade(newer) as next_house:
        await comes_anew(page, next_house)
        assert await page.evaluate(LOADS) == 1
        assert path in page.url


async def test_two_tabs_come_anew_each_once(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    first = await window(ROSA, "/caja")
    await first.context.add_init_script(COUNT_LOADS)
    await online(first.page)
    second = await window(ROSA, "/cocina", context=first.context)
    await online(second.page)
    assert await second.page.evaluate(LOADS) == 1
    async with upgrade(newer) as next_house:
        for page in (first.page, second.page):
            await comes_anew(page, next_house)
        assert await first.page.evaluate(LOADS) == 1
        assert await second.page.evaluate(LOADS) == 2


@pytest.mark.parametrize("lost", ["**/mesero*", "**/mesero.css"])
async def test_a_network_that_dies_in_between_leaves_the_page(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path, lost: str
) -> None:
    """The new page, or one of its files, can't be fetched: what is there stays until they can."""
    await house.deliver(4)
    page = (await window(ANA, "/mesero?ver=cobrar")).page
    await online(page)
    failures: list[str] = []

    async def fail(route: Route) -> None:
        failures.append(route.request.url)
        await route.abort()

    await page.route(lost, fail)
    before = house.app[ASSETS].version
    async with upgrade(newer) as next_house:
        await eventually(lambda: _any(failures, 3), timeout=60)
        assert await page.evaluate(VERSION) == before
        await page.get_by_role("article", name="Mesa 4, orden").wait_for()
        await page.unroute(lost)
        await comes_anew(page, next_house)


async def _any(failures: list[str], count: int) -> bool:
    return len(failures) >= count


async def test_a_half_typed_charge_is_finished_first(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    order = await house.deliver(4)
    page = (await window(ANA, "/mesero?ver=cobrar", PHONE)).page
    await online(page)
    await page.get_by_role("button", name="💳 Cobrar, mesa 4").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Galería").set_input_files(
        {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    await dialog.get_by_text("Foto lista").wait_for()
    await dialog.get_by_label("Clave de rastreo").fill("8841")
    before = house.app[ASSETS].version
    async with upgrade(newer) as next_house:
        await hear(page, SOON)
        assert await page.evaluate(VERSION) == before
        await expect(dialog.get_by_label("Clave de rastreo")).to_have_value("8841")
        await dialog.get_by_role("button", name="Enviar", exact=True).click()
        await dialog.get_by_text("Esperando al cajero").wait_for()
        assert await page.evaluate(VERSION) == before
        await dialog.get_by_role("button", name="Cerrar").click()
        await comes_anew(page, next_house)
        _, paid = await next_house.call(ANA, "GET", f"/orders/{order['id']}")
        assert [payment["reference"] for payment in paid["payments"]] == ["8841"]


async def test_a_photo_that_could_not_be_sent_goes_with_the_new_page(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    order = await house.deliver(4)
    opened = await window(ANA, "/mesero?ver=cobrar", PHONE)
    page = opened.page
    await online(page)
    await page.route("**/proof", lambda route: route.abort())
    await page.get_by_role("button", name="💳 Cobrar, mesa 4").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Galería").set_input_files(
        {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    )
    await dialog.get_by_text("Foto lista").wait_for()
    await dialog.get_by_role("button", name="Enviar", exact=True).click()
    await dialog.get_by_role("button", name="Cerrar").click()
    await page.get_by_text("Sin enviar (1)").wait_for()
    async with upgrade(newer) as next_house:
        await comes_anew(page, next_house)
        await page.get_by_text("Sin enviar (1)").wait_for()
        await page.unroute("**/proof")
        await until_order(next_house, order["id"], lambda now: now["status"] == "por_verificar")
        assert next_house.rows()["payments"] == 1


@pytest.mark.parametrize(
    ("member", "path", "ask"),
    [(LUIS, "/caja", "Conciliación"), (ROSA, "/admin", "Menú")],
)
async def test_a_part_that_an_old_page_lacks_brings_the_page_anew(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path, member: Staff, path: str,
    ask: str,
) -> None:  # fmt: skip
    """It has not heard of the upgrade yet."""
    page = (await window(member, path)).page
    await online(page)
    await page.route("**/settings", lambda route: route.abort())
    async with upgrade(newer) as next_house:
        await online(page)
        await page.get_by_role("tab", name=ask).click()
        await comes_anew(page, next_house)


async def test_a_server_that_changes_while_a_page_is_loaded_mixes_nothing(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    """The page is of the old server, most of its modules would be of the new one."""
    opened = await window(COCO, "/ayuda")
    client = await house.client(None)
    async with client.get("/cocina") as response:
        old = await response.text()
    served: list[Route] = []

    async def answer(route: Route) -> None:
        served.append(route)
        if len(served) == 1:
            await route.fulfill(body=old, content_type="text/html; charset=utf-8")
        else:
            await route.continue_()

    await opened.page.route("**/cocina", answer)
    async with upgrade(newer) as next_house:
        await opened.page.goto(f"{next_house.url}/cocina", wait_until="commit")
        await comes_anew(opened.page, next_house)
        assert await opened.page.locator(".uncaught").count() == 0
        opened.errors.clear()  # the browser's words for files that were refused


KEPT = """async () => (await Promise.all((await caches.keys()).map(async (name) =>
  (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat()"""


def whole(kept: list[str], path: str, version: str, text: str) -> bool:
    """Whether the page and all that it names are kept, in this version and no other."""
    named = set(re.findall(r'="(/static/[^"]+)"', text))
    versions = {found[1] for one in kept if (found := re.match(r"/static/([0-9a-f]{16})/", one))}
    return path in kept and named <= set(kept) and versions == {version}


async def test_a_worker_keeps_the_new_version_and_drops_the_old_one(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    page = (await window(COCO, "/cocina", worker=True)).page
    await online(page)

    async def keeps(house: House) -> bool:
        async with (await house.client(None)).get("/cocina") as response:
            text = await response.text()
        kept = await page.evaluate(KEPT)
        return whole(kept, "/cocina", house.app[ASSETS].version, text)

    await eventually(lambda: keeps(house), timeout=60)
    async with upgrade(newer) as next_house:
        await comes_anew(page, next_house)
        await eventually(lambda: keeps(next_house), timeout=60)
        version = next_house.app[ASSETS].version
    await page.reload()
    assert await page.title() == "Comanda · Cocina"
    assert await page.evaluate(VERSION) == version
    assert await page.evaluate(MIXED) == [version]
    await page.get_by_text("Sin conexión con Comanda.").wait_for()


OLDER_WORKER = """
  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("fetch", () => {});
"""


async def test_a_new_worker_keeps_the_page_that_came_through_an_older_one(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    """What the older worker kept is of no use to the new one, or deleted."""
    older = newer.parent / "older"
    shutil.copytree(newer, older)
    (older / "sw.js").write_text(OLDER_WORKER, encoding="utf-8")
    page = (await window(COCO, "/ayuda", worker=True)).page
    async with upgrade(older) as former:
        await page.goto(f"{former.url}/cocina")
        await online(page)
        await page.wait_for_function("() => navigator.serviceWorker.controller")
    async with upgrade(newer) as next_house:
        await comes_anew(page, next_house)
        await eventually(lambda: page.evaluate("caches.match('/cocina').then(Boolean)"), timeout=60)
        version = next_house.app[ASSETS].version
    await page.reload()
    assert await page.evaluate(VERSION) == version
    await page.get_by_text("Sin conexión con Comanda.").wait_for()
    async with upgrade(static_folder()) as last:  # a page opened without a network hears of it, too
        await comes_anew(page, last)


async def test_a_worker_that_can_not_keep_all_of_a_version_answers_the_one_before(
    house: House,
    window: OpenWindow,
    upgrade: Upgrade,
    newer: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = (await window(COCO, "/cocina", worker=True)).page
    await online(page)
    before = house.app[ASSETS].version
    await eventually(lambda: page.evaluate("caches.match('/cocina').then(Boolean)"), timeout=60)
    missed: list[str] = []
    async with upgrade(newer) as broken:
        assets = broken.app[ASSETS]
        serve = assets.file

        def lose_one(path: str, request: web.Request) -> web.Response:
            if path == f"{assets.version}/js/cocina/cocina.js":
                missed.append(path)
                raise NotFound
            return serve(path, request)

        monkeypatch.setattr(assets, "file", lose_one)
        await eventually(lambda: _any(missed, 3), timeout=60)
        assert await page.evaluate(VERSION) == before
    await page.reload()
    assert await page.evaluate(VERSION) == before
    assert await page.evaluate(MIXED) == [before]
    await page.get_by_text("Sin conexión con Comanda.").wait_for()


async def test_a_field_that_somebody_types_in_is_not_taken_away(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    page = (await window(LUIS, "/caja")).page
    await online(page)
    search = page.get_by_role("searchbox")
    await search.fill("184")
    before = house.app[ASSETS].version
    async with upgrade(newer) as next_house:
        await hear(page, SOON)
        assert await page.evaluate(VERSION) == before
        await expect(search).to_have_value("184")
        await search.fill("")
        await comes_anew(page, next_house)


async def test_a_server_that_goes_back_takes_its_pages_along_but_never_in_a_loop(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    page = (await window(COCO, "/cocina")).page
    await page.context.add_init_script(COUNT_LOADS)
    await online(page)
    async with upgrade(newer) as next_house:
        await comes_anew(page, next_house)
    async with upgrade(static_folder()) as former:
        await comes_anew(page, former)
    async with upgrade(newer):
        await hear(page, BY_HAND)
        await online(page)
        assert await page.evaluate(LOADS) == 2
        assert await page.evaluate(VERSION) == house.app[ASSETS].version


UNVERSIONED = "import('/static/js/caja/reconciliation.js').then(() => 'there', () => 'kept')"


async def test_a_page_of_the_first_versions_comes_anew_instead_of_a_mixture(
    house: House, window: OpenWindow
) -> None:
    """Its parts have no version in their addresses, and would be of the new server."""
    opened = await window(LUIS, "/caja")
    page = opened.page
    await page.context.add_init_script(COUNT_LOADS)
    await online(page)
    await page.get_by_role("searchbox").fill("184")
    assert await page.evaluate(UNVERSIONED) == "kept"
    await page.get_by_role("searchbox").fill("")
    await page.evaluate("void import('/static/js/caja/reconciliation.js?again')")
    await eventually(lambda: has_loaded(page, 1))
    await online(page)
    assert await page.evaluate(UNVERSIONED) == "kept"  # once, never in a loop
    assert await page.evaluate(LOADS) == 1


async def has_loaded(page: Page, times: int) -> bool:
    try:
        return bool(await page.evaluate(LOADS) == times)
    except Exception:  # noqa: BLE001 - the page is just being reloaded
        return False


async def test_a_page_that_slept_through_an_upgrade_comes_anew_as_it_wakes(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    """A phone freezes a page in the pocket: the stream is not lost, but left."""
    page = (await window(LUIS, "/caja")).page
    await online(page)
    await page.evaluate("document.dispatchEvent(new Event('freeze'))")
    async with upgrade(newer) as next_house:
        await page.evaluate("document.dispatchEvent(new Event('resume'))")
        await comes_anew(page, next_house)


async def test_a_request_that_the_network_swallows_does_not_end_the_renewal(
    house: House, window: OpenWindow, upgrade: Upgrade, newer: Path
) -> None:
    opened = await window(COCO, "/ayuda")
    page = opened.page
    await opened.context.add_init_script(HASTY)
    await page.goto(f"{house.url}/cocina")
    await online(page)
    asked: list[Route] = []

    async def swallow(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            await route.continue_()

    await page.route("**/cocina", swallow)
    async with upgrade(newer) as next_house:
        await comes_anew(page, next_house)
        assert len(asked) > 1


async def test_a_page_without_a_part_says_so_on_a_network_that_swallows_requests(
    house: House, window: OpenWindow
) -> None:
    opened = await window(COCO, "/ayuda")
    await opened.context.add_init_script(HASTY)
    asked: list[Route] = []

    async def swallow(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            await route.continue_()

    await opened.page.route("**/cocina", swallow)
    await opened.page.route("**/js/cocina/cocina.js", lambda route: route.abort())
    await opened.page.goto(f"{house.url}/cocina")
    await opened.page.get_by_text("La página no se cargó completa.").wait_for()
    assert len(asked) == 2
    opened.errors.clear()  # the browser's words for the module that did not come
