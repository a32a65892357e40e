"""What Comanda uses of its libraries that they promise to nobody; an upgrade fails here first.

setup.cfg keeps these libraries to the minor version that has these parts. For another version:
change the limit there, run this file, and read the library's changes for each part that is named.
"""

import ast
import configparser
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiohttp
import aiosqlite
import pytest
from aiohttp import web, web_protocol
from aiohttp.base_protocol import BaseProtocol
from aiohttp_sse import EventSourceResponse
from packaging.requirements import Requirement

import comanda

SOURCE = Path(comanda.__file__).parent
LIBRARIES = ("aiohttp", "aiohttp_sse", "aiosqlite")
OF_NAMED_TUPLES = {"_asdict", "_fields", "_make", "_replace"}  # documented in spite of their names

# file → class of a library → its private parts that the file uses
PARTS: dict[str, dict[type, set[str]]] = {
    # A connection that runs whole functions on aiosqlite's thread, and ends a statement there.
    "store/connection.py": {aiosqlite.Connection: {"_conn", "_thread", "_tx"}},
    # Whoever sends slowly, much or nothing: how a connection is read, and when it rests.
    "web/plumbing/connections.py": {
        BaseProtocol: {
            "_buffer_paused",
            "_loop",
            "_pause_transport_reading",
            "_reading_paused",
            "_resume_transport_reading",
        },
        web.RequestHandler: {
            "_current_request",
            "_keepalive_timeout",
            "_messages",
            "_request_count",
            "_waiter",
        },
        web.Server: {"_kwargs", "_loop"},
        aiohttp.StreamReader: {"_http_chunk_splits"},
        web.BaseSite: {"_backlog", "_runner", "_server", "_ssl_context"},
        web.TCPSite: {"_host", "_port"},
    },
    # An answer to what is no HTTP gets our headers.
    "web/plumbing/malformed_http.py": {web.BaseRequest: {"_prepare_hook"}},
    # No heartbeat of aiohttp-sse's beside ours.
    "web/plumbing/stream.py": {EventSourceResponse: {"_ping"}},
}
# The same of names without an underscore, of which no documentation tells.
UNDOCUMENTED: dict[Any, set[str]] = {
    # A connection is given to a stream as if its client had gone.
    web.RequestHandler: {"connection_lost", "transport", "writing_paused"},
    web.Server: {"request_factory"},
    web_protocol: {"ERROR"},
}


def foreign_classes(kind: type) -> list[type]:
    """The classes of `LIBRARIES` that `kind` derives from, the most basic one first."""
    return [one for one in reversed(kind.__mro__) if one.__module__.split(".")[0] in LIBRARIES]


def has_part(owner: object, name: str) -> bool:
    """Whether a class or module has `name`, or its instances are given it by its own source."""
    if hasattr(owner, name):
        return True
    return isinstance(owner, type) and bool(
        re.search(rf"\bself\.{name}\b[^=\n]*=[^=]", inspect.getsource(owner))
    )


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield str(path.relative_to(SOURCE)), ast.parse(path.read_text())


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in OF_NAMED_TUPLES


def names_of_self(node: ast.AST) -> Iterator[str]:
    """The private names that a class defines, or reads of itself."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and is_private(part.attr):
            yield part.attr
        elif isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and is_private(part.name):
            yield part.name


def inherited_parts(file: str, tree: ast.Module) -> Iterator[tuple[type, str]]:
    """(class of a library, its private part) for each that a class of ours takes from its bases."""
    name = f"comanda.{file.removesuffix('.py').replace('/', '.')}"
    for node in ast.walk(tree):
        if not (isinstance(node, ast.ClassDef) and node.bases):
            continue
        kind = getattr(importlib.import_module(name), node.name, None)
        for part in sorted(set(names_of_self(node))):
            owners = [one for one in foreign_classes(kind or object) if has_part(one, part)]
            if owners:
                yield owners[0], part


def reached_names(tree: ast.Module) -> Iterator[str]:
    """The private names that are read of anything but `self`, also by `getattr`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) not in (
            "self",
            "cls",
            "super()",
        ):
            yield node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "setattr"):
            yield ast.unparse(node.args[1]).strip("'\"")


def own_names() -> set[str]:
    """Every private name that a class or module of Comanda defines or assigns."""
    names: set[str] = set()
    for _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                names.add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
    return names


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (owner, name)
        for parts in (*map(dict.items, PARTS.values()), UNDOCUMENTED.items())
        for owner, names in parts
        for name in sorted(names)
    ],
)
def test_the_installed_library_has_each_part(owner: object, name: str) -> None:
    assert has_part(owner, name)


def test_every_part_that_is_inherited_is_listed_and_no_other() -> None:
    found: dict[str, dict[type, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file, tree in modules():
        for owner, name in inherited_parts(file, tree):
            found[file][owner].add(name)
        for name in filter(is_private, reached_names(tree)):
            owners = [one for one in PARTS.get(file, {}) if name in PARTS[file][one]]
            assert owners or name in own_names(), f"{file} uses {name} of something else"
            for owner in owners:
                found[file][owner].add(name)
    assert found == PARTS


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_whose_private_parts_are_used_is_kept_to_its_minor_version(library: str) -> None:
    setup = configparser.ConfigParser()
    setup.read(Path(__file__).parents[1] / "setup.cfg", encoding="utf-8")
    needed = map(Requirement, setup["options"]["install_requires"].split())
    limits = next(one for one in needed if one.name == library.replace("_", "-")).specifier
    major, minor, *_ = version(library).split(".")
    assert limits.contains(version(library))
    assert not limits.contains(f"{major}.{int(minor) + 1}")
