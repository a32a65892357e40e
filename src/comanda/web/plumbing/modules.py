"""The modules that a page's script imports, read from the `import` lines of the scripts."""

import posixpath
import re
from collections.abc import Callable

# `import "./a.js"`, `import { b } from "./b.js"` over any lines, `export * from "./c.js"`. An
# `import()` is none of these: its module is fetched when it is needed.
_STATIC_IMPORT = re.compile(
    r"""^(?:import|export)\b(?!\s*\()(?:[^"';()]*?\bfrom)?\s*["'](\.{1,2}/[^"']+)["']""",
    re.MULTILINE,
)


def reachable(entry: str, read: Callable[[str], str]) -> list[str]:
    """Return what the module `entry` imports, directly and through others, the nearest first.

    `read` returns a module's source by its path, such as `js/lib/dom.js`.
    """
    names, at = [entry], 0
    while at < len(names):
        names += [name for name in _imports(names[at], read(names[at])) if name not in names]
        at += 1
    return names[1:]


def _imports(name: str, source: str) -> list[str]:
    """Return what a module imports statically, each once."""
    folder = posixpath.dirname(name)
    addresses = dict.fromkeys(_STATIC_IMPORT.findall(source))
    return [posixpath.normpath(posixpath.join(folder, address)) for address in addresses]
