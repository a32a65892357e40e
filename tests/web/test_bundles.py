"""A page's modules in one file behave as they do one by one, in a real engine."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from comanda.files import static_folder
from comanda.web.plumbing.assets import Assets
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
/* What was here before:
export const before = 1;
import { gone } from "./gone.js";
*/
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
        '  import { add } from "./count.js";',
        'import "./first.js"; import { add } from "./count.js";',
        "export const one = 1; export const two = 2;",
        "import('./first.js');",
        'import( "./first.js" );',
        "import(HELLO);",
        'const first = import.meta.resolve("./first.js");',
        "const { url } = import.meta;",
        "const $modules = 1;",
        '\ufeffimport "./first.js";',
    ],
)
def test_a_form_that_is_not_read_is_refused(line: str) -> None:
    modules = {**MODULES, "js/lib/words.js": f"{MODULES['js/lib/words.js']}{line}\n"}
    with pytest.raises(ValueError, match=r"js/lib/words\.js:8: can't be bundled: .+\nWrite "):
        bundled(modules)


@pytest.mark.parametrize(
    "line", ["await HELLO;", "export const waited = await HELLO;", "const waited = await HELLO;"]
)
def test_only_a_pages_own_script_may_wait(line: str) -> None:
    modules = {**MODULES, "js/lib/words.js": f"{MODULES['js/lib/words.js']}{line}\n"}
    with pytest.raises(ValueError, match=r"words\.js:8: can't be bundled: .*\nOnly a page's own"):
        bundled(modules)


def test_a_part_that_imports_its_page_is_refused() -> None:
    part = 'import { own } from "./page.js";\n'
    with pytest.raises(
        ValueError, match=r"js/page/part\.js imports js/page/page\.js, a page's own"
    ):
        bundled({**MODULES, "js/page/part.js": part})


def test_a_module_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match=r"There is no js/lib/gone\.js"):
        bundled({**MODULES, "js/lib/only.js": 'import "./gone.js";\n'})


def test_a_module_uses_and_passes_on_the_same_name(node: str, tmp_path: Path) -> None:
    modules = {
        PAGE: 'import { $b, c, sum } from "../lib/both.js";\nconsole.log($b, c, sum);\n',
        "js/lib/both.js": 'import { a, $b } from "./two.js";\n'
        'export { $b, a as c } from "./two.js";\n'
        "export const sum = a + $b;\n",
        "js/lib/two.js": "export const a = 1;\nexport const $b = 2;\n",
    }
    assert run(node, write(tmp_path, bundled(modules))) == "2 1 3\n"


def test_modules_that_import_each_other_are_refused() -> None:
    modules = {**MODULES, "js/lib/first.js": 'import "../house/greeter.js";\nimport "./loop.js";\n'}
    with pytest.raises(ValueError, match=r"js/lib/first\.js imports itself through others"):
        bundled({**modules, "js/lib/loop.js": 'import "./first.js";\n'})


NAMES = """
import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";

const modules = new Map();
function find(name) {
  if (!modules.has(name)) {
    const source = fs.readFileSync(name, "utf8");
    modules.set(name, new vm.SourceTextModule(source, { identifier: name }));
  }
  return modules.get(name);
}
const names = {};
for (const name of process.argv.slice(1)) {
  const module = find(name);
  const imported = (address, { identifier }) => find(path.join(path.dirname(identifier), address));
  if (module.status === "unlinked") await module.link(imported);
  names[name] = Reflect.ownKeys(module.namespace).filter((key) => typeof key === "string");
}
console.log(JSON.stringify(names));
"""


def exported(node: str, folder: Path, names: Iterable[str]) -> dict[str, list[str]]:
    """What an engine finds that these modules export. It links them, and runs none."""
    options = ["--experimental-vm-modules", "--no-warnings", "--input-type=module", "--eval", NAMES]
    command = [node, *options, "--", *names]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return {name: sorted(exports) for name, exports in found.items()}


def returned(bundle: str) -> dict[str, list[str]]:
    """What each module in a bundle exports: the names in the last line of its function."""
    modules = re.findall(
        r'^\$modules\.has\("([^"]+)"\) .*?\nreturn \{ ([^\n]*) \};\n\}\)\(\)\);$',
        bundle,
        re.MULTILINE | re.DOTALL,
    )
    return {name: sorted(re.findall(r"(?:^|, )([\w$]+)", names)) for name, names in modules}


def test_every_module_of_the_pages_exports_the_same_names(node: str, tmp_path: Path) -> None:
    """And an engine reads every bundle."""
    bundles = Assets(static_folder()).bundles
    texts = {name: bundles.bundle(name) for name in bundles}
    write(tmp_path, texts)
    alone = exported(node, tmp_path, texts)
    together = {name: names for text in texts.values() for name, names in returned(text).items()}
    assert len(together) > 60
    assert together == exported(node, static_folder(), together)
    parts = texts.keys() & together.keys()
    assert len(parts) > 10
    assert all(alone[part] == together[part] for part in parts)


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
