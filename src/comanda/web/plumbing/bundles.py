"""A page's script in one file: the module that the page names, with all that it imports.

A browser that fetches each module by itself asks some forty times, and each file is compressed
alone. The modules keep their own scopes:

- Each but the page's own becomes a function that runs once on a page and returns what the module
  exports. What it returned is kept in a map on the page, by the module's name, so a part that is
  fetched later shares the modules of its page.
- An import takes values out of that map. They are copies, so a module may not export a `let`, and
  no module may import itself through others.
- Comments are left out, and their line breaks are kept: an error tells the line in the module's
  own file, counted from the comment with its name.

Only the forms that the scripts use are read. Any other form is an error, which `tests/run.sh lint`
shows first (`tests/bundles.py`).
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

_PAGES_MODULES = 'const $modules = globalThis[Symbol.for("comanda")] ??= new Map();\n'
_FROM = r'\s*"(?P<address>\.{1,2}/[^"]+)";'
# `import "./a.js"`, `import * as a from "./a.js"`, `import { a, b as c } from "./a.js"` over any
# lines.
_IMPORT = re.compile(
    rf"^import\b(?:\s*(?:\*\s+as\s+(?P<whole>\w+)|\{{(?P<names>[^}}]*)\}})\s*from)?{_FROM}",
    re.MULTILINE,
)
# `export { a } from "./a.js"`
_PASSED_ON = re.compile(rf"^export\s*\{{(?P<names>[^}}]*)\}}\s*from{_FROM}", re.MULTILINE)
_EXPORT = re.compile(
    r"^export (?=(?:async function\*?|function\*?|class|const) (?P<name>[\w$]+))", re.MULTILINE
)
_LATER = re.compile(r'\bimport\("(\.{1,2}/[^"]+)"\)')
_OWN_ADDRESS = "import.meta.url"
# What no form above reads, wherever it stands; and the name that is the bundle's own.
_OTHER = re.compile(
    rf"(?<![\w$./-])(?:(?!{_LATER.pattern}|import\.meta\.url\b)import|export)\b.*|\$modules\b.*"
)
_FORMS = """Write one of these, a statement a line, at the line's begin:
  import "./a.js";  import * as a from "./a.js";  import { a, b as c } from "./a.js";
  export { a, b as c } from "./a.js";  export const/function/class a
or, anywhere, import("./a.js") or import.meta.url. No name may be $modules."""
# It waits outside of all functions.
_WAITING = re.compile(r"^(?:(?:export )?const [^=\n]+= )?await\b.*", re.MULTILINE)
_MARKER = re.compile(r"// (js/.+\.js)")
# A comment that types something, anywhere; and one that has its lines to itself.
_COMMENT = re.compile(r"/\*\*.*?\*/ ?|^ *(?://[^\n]*|/\*.*?\*/)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class _Module:
    """A script's file: its name (`js/lib/dom.js`), its source without comments, what it names."""

    name: str
    source: str

    @property
    def imports(self) -> list[str]:
        """The names of the modules that it imports, in order, each once."""
        found = [*_IMPORT.finditer(self.source), *_PASSED_ON.finditer(self.source)]
        found.sort(key=lambda match: match.start())
        return list(dict.fromkeys(self._named(match["address"]) for match in found))

    @property
    def parts(self) -> list[str]:
        """The names of the modules that it fetches later, with an `import()`."""
        return [self._named(address) for address in _LATER.findall(self.source)]

    @property
    def exports(self) -> dict[str, str]:
        """What the module's code writes for each name that it exports."""
        exports = {match["name"]: match["name"] for match in _EXPORT.finditer(self.source)}
        for match in _PASSED_ON.finditer(self.source):
            values = f'$modules.get("{self._named(match["address"])}")'
            for name, other in re.findall(r"([\w$]+)(?:\s+as\s+([\w$]+))?", match["names"]):
                exports[other or name] = f"{values}.{name}"
        return exports

    def function(self, bundle: str) -> str:
        """Return the module as a function in a bundle, which has this name. Raises ValueError."""
        waiting = _WAITING.search(self.source)
        if waiting:
            raise self._refused(waiting, "Only a page's own script may wait outside of a function.")
        returned = ", ".join(
            name if name == value else f"{name}: {value}" for name, value in self.exports.items()
        )
        return (
            f'$modules.has("{self.name}") || $modules.set("{self.name}", (() => {{\n'
            f"{self.body(bundle)}\nreturn {{ {returned} }};\n}})());\n"
        )

    def body(self, bundle: str) -> str:
        """Return the module's statements, which take their imports out of the map."""
        other = _OTHER.search(self._statements(_lines))
        if other:
            raise self._refused(other, _FORMS)
        body = self._statements(self._take)
        here = posixpath.dirname(bundle)
        body = _LATER.sub(lambda match: f'import("{self._from(here, match[1])}")', body)
        if _OWN_ADDRESS in body:
            own = posixpath.relpath(self.name, here)
            body = body.replace(_OWN_ADDRESS, f'new URL("{own}", {_OWN_ADDRESS}).href')
        return f"// {self.name}\n{body}"

    def _statements(self, imported: Callable[[re.Match[str]], str]) -> str:
        """Return the source with this for each import, and without the word `export`."""
        return _EXPORT.sub("", _PASSED_ON.sub(_lines, _IMPORT.sub(imported, self.source)))

    def _refused(self, match: re.Match[str], advice: str) -> ValueError:
        line = match.string.count("\n", 0, match.start()) + 1
        return ValueError(f"{self.name}:{line}: can't be bundled: {match[0]}\n{advice}")

    def _named(self, address: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), address))

    def _from(self, folder: str, address: str) -> str:
        relative = posixpath.relpath(self._named(address), folder)
        return relative if relative.startswith("../") else f"./{relative}"

    def _take(self, match: re.Match[str]) -> str:
        """Return an import's line as one that takes from the map, over as many lines."""
        values = f'$modules.get("{self._named(match["address"])}");'
        if match["whole"]:
            values = f"const {match['whole']} = {values}"
        elif match["names"] is not None:
            values = f"const {{{match['names'].replace(' as ', ': ')}}} = {values}"
        return values + "\n" * (match[0].count("\n") - values.count("\n"))


class Bundles:
    """The bundles of all pages. `entries`: the modules that pages name.

    `read` returns the source of a module by its name, such as `js/lib/dom.js`. Raises ValueError.
    """

    def __init__(self, entries: Iterable[str], read: Callable[[str], str]) -> None:
        self._read = read
        self._find = cache(self._module)
        self._there: dict[str, frozenset[str]] = {}
        self._entries = frozenset(entries)
        for entry in self._entries:
            self._add(entry, frozenset())

    def __contains__(self, name: str) -> bool:
        """Whether this module is the first of a bundle: a page's script, or a part."""
        return name in self._there

    def __iter__(self) -> Iterator[str]:
        return iter(self._there)

    def bundle(self, name: str) -> str:
        """Return the bundle of a page's script or of a part. Raises ValueError.

        A part leaves out what every page that fetches it has already.
        """
        first = self._find(name)
        modules = [module for module in self._ordered(name) if module not in self._there[name]]
        if name in self._entries:  # which may wait for something before it goes on
            end = first.body(name)
            modules.remove(name)
        else:
            end = f'export const {{ {", ".join(first.exports)} }} = $modules.get("{name}");\n'
        functions = (self._find(module).function(name) for module in modules)
        return f"{_PAGES_MODULES}{''.join(functions)}{end}"

    @staticmethod
    def place(bundle: str, line: int) -> str | None:
        """Return a bundle's line, counted from 1, as one of a module: `js/lib/dom.js:12`."""
        lines = bundle.split("\n")
        above = lines[:line] if line <= len(lines) else []
        for number, text in enumerate(reversed(above)):
            if marker := _MARKER.fullmatch(text):
                return f"{marker[1]}:{number}" if number else None
        return None

    def _module(self, name: str) -> _Module:
        try:
            source = self._read(name)
        except KeyError:
            raise ValueError(f"There is no {name}, which another module imports") from None
        return _Module(name, without_comments(source))

    def _add(self, name: str, there: frozenset[str]) -> None:
        """Note a bundle that is fetched when these modules are there, and its parts."""
        known = self._there.get(name)
        there = there if known is None else there & known
        if there == known:
            return
        self._there[name] = there
        modules = self._ordered(name)
        for page in self._entries.intersection(modules) - {name}:
            raise ValueError(
                f"{name} imports {page}, a page's own script, which is in no map.\n"
                "Move what both need to a module of its own."
            )
        for module in modules:
            for part in self._find(module).parts:
                self._add(part, there.union(modules))

    def _ordered(self, entry: str) -> list[str]:
        """Return the modules that `entry` needs, as they run, itself last. Raises ValueError."""
        ordered: list[str] = []
        entered: set[str] = set()

        def enter(name: str) -> None:
            entered.add(name)
            for imported in self._find(name).imports:
                if imported not in entered:
                    enter(imported)
                elif imported not in ordered:
                    raise ValueError(f"{imported} imports itself through others")
            ordered.append(name)

        enter(entry)
        return ordered


def without_comments(source: str) -> str:
    """Return a script with empty lines where its comments were."""
    return _COMMENT.sub(_lines, source)


def _lines(match: re.Match[str]) -> str:
    """Return no more than the line breaks of what is left out."""
    return "\n" * match[0].count("\n")
