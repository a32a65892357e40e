"""Imports run one way, SQL is in the store alone, and the web writes through the workflow alone."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import comanda

SOURCE = Path(comanda.__file__).parent
LAYERS = {
    # part → what it may import of comanda
    "domain": {"domain"},
    "background": set(),
    "store": {"background", "store", "domain"},
    "feed": {"background", "store", "domain"},
    "workflow": {"store", "domain"},
    "office": {"store", "domain"},
    "access": {"store", "domain"},
    "files": set(),
    "media": {"media", "domain"},
    "lan": set(),
    "config": {"domain"},
    "chores": {"media", "background", "workflow", "config", "store", "domain"},
    "web": {
        "web",
        "workflow",
        "office",
        "access",
        "lan",
        "feed",
        "store",
        "domain",
        "config",
        "media",
    },
    "app": {"background", "chores", "web", "feed", "store", "config", "files"},
    "demo": {"workflow", "store", "domain", "media"},
    "logs": {"domain"},
    "cli": {
        "cli",
        "app",
        "chores",
        "config",
        "demo",
        "files",
        "lan",
        "logs",
        "access",
        "store",
        "domain",
    },
    "__main__": {"cli"},
}
MODULES = sorted(SOURCE.rglob("*.py"))


def part(path: Path) -> str:
    relative = path.relative_to(SOURCE)
    return relative.parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, by full name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{path}: a relative import"
            if is_package(node.module):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def is_package(module: str) -> bool:
    return module.startswith("comanda") and SOURCE.parent.joinpath(*module.split(".")).is_dir()


def test_imports_run_one_way() -> None:
    for path in MODULES:
        if path.name == "__init__.py":
            continue
        for name in imported(path):
            if name.startswith("comanda."):
                assert name.split(".")[1] in LAYERS[part(path)], f"{path} imports {name}"


def test_a_package_is_a_docstring_and_imports_nothing() -> None:
    for path in SOURCE.rglob("__init__.py"):
        assert list(imported(path)) == [], path


def test_the_domain_is_pure_python() -> None:
    for path in (SOURCE / "domain").glob("*.py"):
        for name in imported(path):
            top = name.split(".")[0]
            assert top == "comanda" or top in sys.stdlib_module_names, f"{path} imports {name}"


def test_only_the_store_speaks_sql() -> None:
    sql = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|PRAGMA)\b")
    for path in MODULES:
        if part(path) == "store":
            continue
        assert not sql.search(path.read_text()), path
        # What runs by itself goes on when the database can't be used for a while.
        allowed = {"sqlite3"} if part(path) in ("feed", "chores") else set()
        assert not {"sqlite3", "aiosqlite"} & set(imported(path)) - allowed, path


def test_only_the_web_and_its_wiring_speak_http() -> None:
    for path in MODULES:
        if part(path) not in ("web", "app"):
            assert not any(name.startswith("aiohttp") for name in imported(path)), path


def test_the_web_writes_only_verbs_of_the_workflow() -> None:
    writes = 0
    for path in (SOURCE / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            target = ast.unparse(node.func)
            to_a_client = target == "connection.write"  # a socket's: bytes that are committed
            if node.func.attr == "write" and "self" not in target and not to_a_client:
                assert ast.unparse(node.args[0]).startswith(("workflow.", "office.", "access.")), (
                    f"{path}: {target}"
                )
                writes += 1
    assert writes >= 5


def test_the_web_never_holds_a_transaction() -> None:
    for path in (SOURCE / "web").rglob("*.py"):
        tree = ast.parse(path.read_text())
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        reached = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        told = {node.name for node in ast.walk(tree) if isinstance(node, ast.alias)}
        assert "Transaction" not in named | reached | told, path


def test_an_order_is_changed_and_the_log_is_written_in_one_place_each() -> None:
    for path in MODULES:
        text = path.read_text()
        if re.search(r"(INSERT INTO|UPDATE) orders\b", text):
            assert path == SOURCE / "store" / "orders.py"
        if re.search(r"INSERT INTO events\b", text):
            assert path == SOURCE / "store" / "events.py"
        if "events.append(" in text:
            assert path in (SOURCE / "store" / "orders.py", SOURCE / "store" / "menu.py")
        if re.search(r"(INSERT INTO|UPDATE) products\b", text) and path.name != "schema.py":
            assert path == SOURCE / "store" / "menu.py"


def test_no_other_sql_changes_an_order_or_the_log() -> None:
    homes = {"orders": SOURCE / "store" / "orders.py", "events": SOURCE / "store" / "events.py"}
    changes = re.compile(
        r"\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)"
        r"\s+[\"'`\[]?(orders|events)\b",
        re.IGNORECASE,
    )
    found = {(path, table.lower()) for path in MODULES for table in changes.findall(sql(path))}
    assert found == {(path, table) for table, path in homes.items()}


def sql(path: Path) -> str:
    """A module's strings, without its docstrings: prose may speak of changing orders."""
    tree = ast.parse(path.read_text())
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return "\n".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    )
