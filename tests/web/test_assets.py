"""The files of the pages: a version in their addresses, kept for ever, and never mixed."""

import re
import shutil
from pathlib import Path

import pytest

from comanda.files import static_folder
from comanda.web.plumbing.assets import Assets
from comanda.web.plumbing.keys import ASSETS
from comanda.web.plumbing.modules import reachable
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


@pytest.mark.parametrize("page", ["mesero", "cocina", "caja", "admin"])
async def test_a_page_names_each_module_that_it_begins_with_and_no_other(
    house: House, page: str
) -> None:
    """By the browser's own rule: what an `import` line names, relative to the module."""
    _, _, text = await fetch(house, f"/{page}")
    prefix = f"/static/{house.app[ASSETS].version}/js/"
    named = re.findall(rf'<link rel="modulepreload" href="{prefix}([^"]+)">', text)
    entry = f"{page}/{page}.js"
    begun, waiting = {entry}, [entry]
    while waiting:
        path = STATIC / "js" / waiting.pop()
        source = path.read_text(encoding="utf-8")
        for address in re.findall(r'(?:\bfrom |^import )"(\.[^"]+)";', source, re.MULTILINE):
            name = (path.parent / address).resolve().relative_to(STATIC / "js").as_posix()
            if name not in begun:
                begun.add(name)
                waiting.append(name)
    assert sorted(named) == sorted(begun - {entry})
    assert text.index("modulepreload") > text.index('rel="stylesheet"')
    assert "mesero/charge.js" not in named


def test_only_the_lines_that_import_are_read() -> None:
    sources = {
        "js/a/a.js": 'import "./b.js";\nimport {\n  one, two,\n} from "../lib/c.js";\n'
        'const later = import("./later.js");\n/** @type {import("./type.js").Type} */\n',
        "js/a/b.js": 'export * from "./d.js";\nexport const word = "./word.js";\n',
        "js/lib/c.js": 'import * as b from "../a/b.js";\n// import "./comment.js";\n',
        "js/a/d.js": 'export { one } from "../lib/c.js";\nimport("./later.js");\n',
    }
    assert reachable("js/a/a.js", sources.__getitem__) == ["js/a/b.js", "js/lib/c.js", "js/a/d.js"]


async def test_an_address_without_a_version_answers_the_file_as_it_is(house: House) -> None:
    status, headers, text = await fetch(house, "/static/css/comanda.css")
    assert (status, headers["Cache-Control"]) == (200, "no-cache")
    assert text == (STATIC / "css/comanda.css").read_text(encoding="utf-8")
    status, headers, _ = await fetch(
        house, "/static/css/comanda.css", **{"If-None-Match": headers["Etag"]}
    )
    assert (status, headers["Cache-Control"]) == (304, "no-cache")


@pytest.mark.parametrize("name", ["js/caja/reconciliation.js", "js/house/menu.js", "js/gone.js"])
async def test_a_module_without_a_version_brings_its_page_anew(house: House, name: str) -> None:
    """A page of the first versions asks for it: a newer module among older ones makes no page."""
    status, headers, text = await fetch(house, f"/static/{name}")
    assert (status, headers["Cache-Control"]) == (200, "no-cache")
    assert text == (STATIC / "js/lib/renew.js").read_text(encoding="utf-8")
    assert reachable(name, lambda _: text) == []
    assert "import(" not in text
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
    assert reachable("js/lib/uncaught.js", lambda _: text) == []
    assert "import(" not in text


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


async def test_the_settings_tell_the_version(house: House) -> None:
    _, settings = await house.call(ANA, "GET", "/settings")
    assert settings["version"] == house.app[ASSETS].version
