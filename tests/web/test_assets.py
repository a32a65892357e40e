"""The files of the pages: a version in their addresses, kept for ever, and never mixed."""

import re
import shutil
from pathlib import Path

import pytest

from comanda.files import static_folder
from comanda.web.plumbing import bundles
from comanda.web.plumbing.assets import Assets
from comanda.web.plumbing.keys import ASSETS
from tests.house import ANA, House

FOR_EVER = "public, max-age=31536000, immutable"
PAGES = ("/", "/mesero", "/cocina", "/caja", "/admin", "/docs", "/ayuda", "/ayuda/caja")
STATIC = static_folder()


async def fetch(house: House, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    client = await house.client(None)
    async with client.get(path, headers=headers) as response:
        body = await response.read()
        return response.status, dict(response.headers), body.decode(errors="replace")


@pytest.mark.parametrize("path", PAGES)
async def test_all_that_a_page_names_is_there_and_is_kept_for_ever(house: House, path: str) -> None:
    version = house.app[ASSETS].version
    status, headers, text = await fetch(house, path)
    assert (status, headers["Cache-Control"]) == (200, "no-cache")
    assert f'<meta name="comanda-version" content="{version}">' in text
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
    assert len(named) > 2
    for address in named:
        assert address.startswith(f"/static/{version}/")
        status, headers, _ = await fetch(house, address)
        assert (status, headers["Cache-Control"]) == (200, FOR_EVER)
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def needed(entry: str) -> dict[str, list[str]]:
    """The modules that a module begins with, each with those it imports, by the browser's rule.

    What an `import` line names is relative to the module.
    """
    found: dict[str, list[str]] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        path = STATIC / name
        source = path.read_text(encoding="utf-8")
        addresses = re.findall(r'(?:\bfrom |^import )"(\.[^"]+)";', source, re.MULTILINE)
        found[name] = [
            (path.parent / address).resolve().relative_to(STATIC).as_posix()
            for address in addresses
        ]
        waiting += [name for name in found[name] if name not in found]
    return found


async def held(house: House, name: str) -> list[str]:
    """The modules in the answer for a script, as they run."""
    _, _, text = await fetch(house, f"/static/{house.app[ASSETS].version}/{name}")
    return re.findall(r"^// (js/.+\.js)$", text, re.MULTILINE)


SCRIPTS = [f"js/{page}/{page}.js" for page in ("mesero", "cocina", "caja", "admin", "docs")]


@pytest.mark.parametrize("script", [*SCRIPTS, "js/entrar/entrar.js", "js/instalar/instalar.js"])
async def test_a_pages_script_holds_each_module_once_after_what_it_imports(
    house: House, script: str
) -> None:
    names, modules = await held(house, script), needed(script)
    assert sorted(names) == sorted(modules)
    for name, imported in modules.items():
        assert all(names.index(one) < names.index(name) for one in imported)


def test_every_module_that_a_page_names_is_a_bundle() -> None:
    """However its tag is written, and its lines end."""
    bundles = Assets(STATIC).bundles
    pages = [page.read_bytes().decode() for page in STATIC.rglob("*.html")]
    tags = [tag for page in pages for tag in re.findall(r"<script\b[^>]*>", page)]
    modules = [tag for tag in tags if "module" in tag]
    named = [re.findall(r"/static/(js/[\w/-]+\.js)", tag) for tag in modules]
    assert len(modules) >= len(SCRIPTS)
    assert all(len(names) == 1 and names[0] in bundles for names in named), modules


PARTS = {
    "js/caja/reconciliation.js": ["js/caja/caja.js"],
    "js/cobro/charge.js": ["js/caja/caja.js", "js/mesero/mesero.js"],
    "js/house/void-dialog.js": ["js/caja/caja.js", "js/mesero/mesero.js"],
    "js/admin/menu.js": ["js/admin/admin.js"],
}


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_holds_what_its_page_lacks_and_nothing_that_all_have(
    house: House, part: str
) -> None:
    names = await held(house, part)
    there = [set(await held(house, script)) for script in PARTS[part]]
    assert names[-1] == part
    for modules in there:
        assert set(names) | modules >= set(needed(part))
    assert not there[0].intersection(*there) & set(names)


async def test_a_part_of_a_part_leaves_out_what_both_have(house: House) -> None:
    scripts = ("js/mesero/mesero.js", "js/cobro/charge.js", "js/lib/exif.js")
    page, sheet, dates = [set(await held(house, script)) for script in scripts]
    assert page | sheet | dates >= set(needed("js/lib/exif.js"))
    assert not dates & (page | sheet)


async def test_a_pages_script_is_named_before_it_is_needed(house: House) -> None:
    _, _, text = await fetch(house, "/caja")
    address = f"/static/{house.app[ASSETS].version}/js/caja/caja.js"
    assert f'<link rel="modulepreload" href="{address}">' in text
    assert f'<script type="module" src="{address}"></script>' in text


async def test_an_address_without_a_version_answers_the_file_as_it_is(house: House) -> None:
    status, headers, text = await fetch(house, "/static/css/comanda.css")
    assert (status, headers["Cache-Control"]) == (200, "no-cache")
    assert text == (STATIC / "css/comanda.css").read_text(encoding="utf-8")
    status, headers, _ = await fetch(
        house, "/static/css/comanda.css", **{"If-None-Match": headers["Etag"]}
    )
    assert (status, headers["Cache-Control"]) == (304, "no-cache")


def stands_alone(script: str) -> bool:
    return not re.search(r"^\s*(?:import|export)\b.*\"|\bimport\(", script, re.MULTILINE)


@pytest.mark.parametrize("name", ["js/caja/reconciliation.js", "js/house/menu.js", "js/gone.js"])
async def test_a_module_without_a_version_brings_its_page_anew(house: House, name: str) -> None:
    """A page of the first versions asks for it: a newer module among older ones makes no page."""
    status, headers, text = await fetch(house, f"/static/{name}")
    assert (status, headers["Cache-Control"]) == (200, "no-cache")
    assert text == (STATIC / "js/lib/renew.js").read_text(encoding="utf-8")
    assert stands_alone(text)
    _, _, first = await fetch(house, "/static/js/lib/uncaught.js")
    assert first == (STATIC / "js/lib/uncaught.js").read_text(encoding="utf-8")


async def test_a_page_that_did_not_change_is_not_sent_again(house: House) -> None:
    _, headers, _ = await fetch(house, "/caja")
    assert (await fetch(house, "/caja", **{"If-None-Match": headers["Etag"]}))[0] == 304


@pytest.mark.parametrize("name", ["js/lib/dom.js", "js/gone.js"])
async def test_another_version_is_refused_as_such(house: House, name: str) -> None:
    status, problem = await house.call(None, "GET", f"/static/{'0' * 16}/{name}")
    assert (status, problem["code"]) == (404, "old_version")


async def test_the_script_that_reloads_an_old_page_is_for_every_version(house: House) -> None:
    status, headers, text = await fetch(house, f"/static/{'0' * 16}/js/lib/uncaught.js")
    assert (status, headers["Cache-Control"]) == (200, "no-cache")
    assert stands_alone(text)


@pytest.mark.parametrize("name", ["js/gone.js", "../config.py", "js", f"{'0' * 16}/js/lib/dom.js"])
async def test_what_is_not_in_this_version_is_not_found(house: House, name: str) -> None:
    path = f"/static/{house.app[ASSETS].version}/{name.replace('..', '%2e%2e')}"
    status, problem = await house.call(None, "GET", path)
    assert (status, problem["code"]) == (404, "not_found")


def test_any_file_that_changes_changes_the_version(tmp_path: Path) -> None:
    for name in ("before", "changed", "renamed", "same"):
        shutil.copytree(STATIC, tmp_path / name)
    (tmp_path / "changed/css/caja.css").write_text("", encoding="utf-8")
    (tmp_path / "renamed/icons/icon.svg").rename(tmp_path / "renamed/icons/icon2.svg")
    versions = [Assets(folder).version for folder in sorted(tmp_path.iterdir())]
    assert len(set(versions)) == 3
    assert versions[0] == versions[3]  # before, same


def test_code_that_bundles_in_another_way_changes_the_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser keeps the former bundles of the same files for ever."""
    before = Assets(STATIC).version
    newer = tmp_path / "bundles.py"
    newer.write_text(f"{Path(bundles.__file__).read_text(encoding='utf-8')}\n# newer\n", "utf-8")
    monkeypatch.setattr(bundles, "__file__", str(newer))
    assert Assets(STATIC).version != before


async def test_the_settings_tell_the_version(house: House) -> None:
    _, settings = await house.call(ANA, "GET", "/settings")
    assert settings["version"] == house.app[ASSETS].version
