"""A page's modules in one file behave as they do one by one, in a real engine."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from comanda.files import static_folder
from comanda.web.plumbing.bundles import Bundles, without_comments
from tests.house import skip_without

CHECKOUT = Path(__file__).parents[2]
COMPILER = CHECKOUT / ".venv/npm/node_modules/.bin/tsc"

PAGE = "js/page/page.js"
MODULES = {
    PAGE: """// The page.

import "../lib/first.js";
import { add, count as counted } from "../lib/count.js";
import * as words from "../lib/words.js";
import {
  Greeter, greet,
  twice,
} from "../house/greeter.js";

add();
const waited = await Promise.resolve(words.HELLO);
console.log(waited, greet("Ana"), new Greeter().name, twice(2), counted());
const { addTwo, own } = await import("./part.js");
addTwo();
console.log(counted(), own.endsWith("/js/page/part.js"));
""",
    "js/lib/first.js": 'console.log("first");\n',
    "js/lib/count.js": """let total = 0;
export function add() { total += 1; }
export const count = () => total;
""",
    "js/lib/words.js": """/**
 * What a page says.
 */
export const HELLO = "hola // aquí";
export { count as known } from "./count.js";
/** @type {import("./never.js").Never} */
export const $strange = /** @type {any} */ (HELLO);
""",
    "js/house/greeter.js": """import { HELLO } from "../lib/words.js";
export class Greeter {
  // A comment within.
  name = "Greeter";
}
export async function late() { return HELLO; }
export const greet = (name) => `${HELLO}, ${name}`;
export function twice(number) {
  return number * 2;
}
""",
    "js/page/part.js": """import { add } from "../lib/count.js";
import { only } from "../lib/only.js";
export const addTwo = () => { add(); only(add); };
export const own = new URL("./part.js", import.meta.url).href;
""",
    "js/lib/only.js": "export const only = (act) => act();\n",
}


@pytest.fixture
def node() -> str:
    found = shutil.which("node", path=str(CHECKOUT / ".venv" / "bin"))
    return found or skip_without("NO NODE: install with the extra `test`")


def made(modules: Mapping[str, str]) -> Bundles:
    return Bundles([PAGE], modules.__getitem__)


def run(node: str, script: Path) -> str:
    command = [node, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}')
    return folder / PAGE


def bundled(modules: Mapping[str, str], *parts: str) -> dict[str, str]:
    bundles = made(modules)
    return {name: bundles.bundle(name) for name in (PAGE, *parts)}


def test_a_bundle_does_what_its_modules_do(node: str, tmp_path: Path) -> None:
    apart = run(node, write(tmp_path / "apart", MODULES))
    together = run(node, write(tmp_path / "together", bundled(MODULES, "js/page/part.js")))
    assert apart == "first\nhola // aquí hola // aquí, Ana Greeter 4 1\n3 true\n"
    assert together == apart


def test_a_part_shares_the_modules_of_its_page(node: str, tmp_path: Path) -> None:
    """It brings those that the page lacks, and no other."""
    part = bundled(MODULES, "js/page/part.js")["js/page/part.js"]
    assert part.count("$modules.set(") == 2
    assert '"js/lib/only.js"' in part
    assert "total" not in part


def test_two_pages_part_brings_what_one_of_them_lacks() -> None:
    modules = {
        "js/a/a.js": 'import "../lib/only.js";\nimport("../house/part.js");\n',
        "js/b/b.js": 'import "../lib/both.js";\nimport("../house/part.js");\n',
        "js/house/part.js": 'import "../lib/only.js";\nimport "../lib/both.js";\n'
        "export const part = 1;\n",
        "js/lib/only.js": 'import "./both.js";\n',
        "js/lib/both.js": "",
    }
    bundles = Bundles(["js/a/a.js", "js/b/b.js"], modules.__getitem__)
    part = bundles.bundle("js/house/part.js")
    assert '.set("js/lib/only.js"' in part
    assert '.set("js/lib/both.js"' not in part
    assert "js/lib/only.js" not in bundles


def test_an_error_tells_its_line_in_the_module(node: str, tmp_path: Path) -> None:
    """Counted from the comment that names the module."""
    source = MODULES["js/house/greeter.js"]
    broken = source.replace("  return number * 2;", "  return number.nothing.at;")
    line = broken.splitlines().index("  return number.nothing.at;") + 1
    bundle = bundled({**MODULES, "js/house/greeter.js": broken})[PAGE]
    told = run(node, write(tmp_path, {PAGE: bundle}))
    marker = bundle.splitlines().index("// js/house/greeter.js") + 1
    assert f"page.js:{marker + line}" in told


@pytest.mark.parametrize(
    "line",
    [
        "export let count = 0;",
        "export default 1;",
        "export const { a, b } = {};",
        "export * from './a.js';",
        "export { HELLO };",
        "import HELLO from './words.js';",
        'import { h } from "elsewhere";',
        "import { h } from './first.js'",
    ],
)
def test_a_form_that_is_not_read_is_refused(line: str) -> None:
    modules = {**MODULES, "js/lib/words.js": f"{MODULES['js/lib/words.js']}{line}\n"}
    with pytest.raises(ValueError, match=r"js/lib/words\.js: can't be bundled: "):
        bundled(modules)


def test_modules_that_import_each_other_are_refused() -> None:
    modules = {**MODULES, "js/lib/first.js": 'import "../house/greeter.js";\nimport "./loop.js";\n'}
    with pytest.raises(ValueError, match=r"js/lib/first\.js imports itself through others"):
        bundled({**modules, "js/lib/loop.js": 'import "./first.js";\n'})


def compiled(node: str, scripts: Path) -> dict[str, str]:
    """What the compiler makes of a folder's scripts, without comments and in its own layout."""
    files = sorted(map(str, scripts.rglob("*.js")))
    target = scripts.with_name(f"{scripts.name}-compiled")
    options = "--allowJs --noCheck --noResolve --removeComments --target esnext --module esnext"
    layout = ["--outDir", str(target), "--rootDir", str(scripts), "--ignoreConfig"]
    command = [node, str(COMPILER), *options.split(), *layout, *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    return {str(path.relative_to(target)): path.read_text() for path in target.rglob("*.js")}


def test_nothing_but_comments_is_left_out_of_the_scripts(node: str, tmp_path: Path) -> None:
    """Not a string, a pattern or a template that looks like one."""
    if not COMPILER.exists():
        skip_without("NO TYPESCRIPT: run `.ci/check-js install`")
    whole, bare = tmp_path / "whole", tmp_path / "bare"
    shutil.copytree(static_folder() / "js", whole)
    shutil.copytree(whole, bare)
    for script in bare.rglob("*.js"):
        source = script.read_text(encoding="utf-8")
        script.write_text(without_comments(source), encoding="utf-8")
        assert script.read_text(encoding="utf-8").count("\n") == source.count("\n")
    expected = compiled(node, whole)
    assert len(expected) > 60
    assert compiled(node, bare) == expected
