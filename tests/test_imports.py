"""Imports run one way, SQL is in the store alone, and nobody writes but through a verb.

Each rule looks through a folder of sources, in whatever subfolder a file lies, and returns what
breaks it. `test_a_file_that_breaks_a_rule_is_found` proves that with such files.
"""

import ast
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
import trustme

import comanda

SOURCE = Path(comanda.__file__).parent
VERBS = {"workflow", "office", "till", "access"}
LAYERS = {
    # part → what it may import of comanda
    "domain": {"domain"},
    "background": set(),
    "store": {"background", "store", "domain"},
    "feed": {"background", "store", "domain"},
    "workflow": {"store", "domain"},
    "office": {"store", "domain"},
    "till": {"store", "domain"},
    "access": {"store", "domain"},
    "files": set(),
    "media": {"media", "domain"},
    "statements": {"statements", "domain"},
    "examiner": {"examiner", "media", "domain"},
    "examining": {"examiner", "background", "workflow", "feed", "store", "domain"},
    "lan": {"domain"},
    "notice_patterns": {"domain"},
    "config": {"notice_patterns", "domain"},
    "chores": {"background", "workflow", "till", "config", "store", "domain"},
    "web": {
        "web",
        *VERBS,
        "examining",
        "lan",
        "feed",
        "store",
        "domain",
        "config",
        "media",
        "statements",
    },
    "app": {"background", "chores", "examining", "web", "feed", "store", "config", "files"},
    "demo": {"workflow", "office", "store", "domain", "media"},
    "logs": {"domain"},
    "cli": {
        "cli",
        "app",
        "demo",
        "chores",
        "office",
        "access",
        "config",
        "files",
        "lan",
        "logs",
        "store",
        "domain",
    },
    "__main__": {"cli"},
}
# These write bytes to a socket, a pipe or a file. No other `write` is anything but the database's.
BYTES = {
    ("web/plumbing/stream.py", "self.write"),
    ("web/plumbing/stream.py", "self.connection.write"),
    ("web/plumbing/stream.py", "connection.write"),
    ("logs.py", "self.stream.write"),
    ("examiner/__main__.py", "sink.write"),
    ("examiner/reader.py", "self._requests.write"),
    ("examiner/reader.py", "sink.write"),
    ("examining.py", "process.stdin.write"),
    ("examiner/receipts.py", "sys.stdout.buffer.write"),
    ("demo.py", "process.stdin.write"),
}
# Who may change a table that has a say in an order.
HOMES = {
    "orders": {"store/orders.py"},
    "order_items": {"store/orders.py"},
    "payments": {
        "store/payments.py",
        "store/examinations.py",
        "store/reconciliation.py",
        "store/retention.py",
    },
    "proofs": {"store/payments.py", "store/retention.py"},
    "products": {"store/menu.py"},
    "deposits": {"store/deposits.py"},
    "events": {"store/events.py"},
}
CHANGES = re.compile(
    r"\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)"
    rf"\s+[\"'`\[]?({'|'.join(HOMES)})\b",
    re.IGNORECASE,
)
# Who may call what of the store, for an order and its event to be one act.
CALLERS = {
    "events.append": {"store/orders.py", "store/menu.py"},
    "payments.store": {"store/orders.py"},
    "deposits.save_tie": {"store/ties.py"},
}
# Slow to load and not needed for a server's first answer. Their work loads them.
LATER = {
    "PIL": "the examiner, a process of its own",
    "mt940": "a statement in MT940",
    "pypdfium2": "the examiner, a process of its own",
    "apispec": "the document of the routes",
    "comanda.demo": "the demonstration",
    "comanda.web.contract.openapi": "the document of the routes",
    "comanda.web.contract.examples": "the document of the routes",
    "prometheus_client": "a server with metrics",
    "regex": "a house with rules of its own for notices",
    "segno": "the code that phones join by",
    "statistics": "the report of a day",
}
# What a server that has loaded its parts found as authorities, and what the collector does.
LOADED = """
import gc, json, os, sys
before = dict(os.environ)
from comanda.cli.serving import loading
with loading():
    import comanda.app
contexts = [sys.modules["aiohttp.connector"]._SSL_CONTEXT_VERIFIED]
contexts += [sys.modules["aiohttp.connector"]._SSL_CONTEXT_UNVERIFIED]
json.dump({
    "authorities": [context.cert_store_stats()["x509"] for context in contexts],
    "environment": dict(os.environ) == before,
    "collects": gc.isenabled(),
    "skipped": gc.get_freeze_count() > len(gc.get_objects()),
}, sys.stdout)
"""
# The libraries that decode pictures, PDFs and codes.
DECODERS = {
    *("PIL", "pi_heif", "pillow_heif", "pypdfium2", "pypdfium2_raw", "fitz", "pymupdf", "pypdf"),
    *("cv2", "numpy", "imageio", "zxingcpp", "pyzbar", "tesserocr", "pytesseract", "rawpy"),
}
# The parts of the examiner that load them.
STARTED_ALONE = {
    f"comanda.examiner.{name}"
    for name in ("__main__", "examination", "pictures", "pdfs", "receipts")
}
Rule = Callable[[Path], Iterator[str]]


def modules(source: Path) -> Iterator[tuple[str, Path]]:
    """(path below `source`, path) of each module in it."""
    for path in sorted(source.rglob("*.py")):
        yield path.relative_to(source).as_posix(), path


@cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


def part(name: str) -> str:
    return name.split("/", maxsplit=1)[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, by full name."""
    for node in ast.walk(parsed(path.read_text())):
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


def imports_against_the_layers(source: Path) -> Iterator[str]:
    for name, path in modules(source):
        for module in imported(path):
            is_ours = module.startswith("comanda.")
            if path.name == "__init__.py":
                yield f"{name}: a package imports {module}"
            elif is_ours and module.split(".")[1] not in LAYERS.get(part(name), set()):
                yield f"{name}: imports {module}"


def imports_against_the_rooms(source: Path) -> Iterator[str]:
    """In the web: handlers import the plumbing, the plumbing imports the contract; never back."""
    for name, path in modules(source):
        closed = ["handlers"] if not name.startswith(("web/handlers/", "web/routes.py")) else []
        closed += ["plumbing"] if name.startswith("web/contract/") else []
        for module in imported(path):
            if module.startswith(tuple(f"comanda.web.{room}" for room in closed)):
                yield f"{name}: imports {module}"


def decoders_outside_the_examiner(source: Path) -> Iterator[str]:
    """Decoders read files that anybody may have made: they run in a process with limits alone."""
    for name, path in modules(source):
        if part(name) != "examiner":
            for module in imported(path):
                if module.split(".")[0] in DECODERS or module in STARTED_ALONE:
                    yield f"{name}: imports {module}"


def servers_in_the_examiner(source: Path) -> Iterator[str]:
    for name, path in modules(source):
        if part(name) == "examiner":
            for module in imported(path):
                if module.split(".")[0] in {"asyncio", "socket", "sqlite3", "aiohttp", "aiosqlite"}:
                    yield f"{name}: imports {module}"


def libraries_in_the_domain(source: Path) -> Iterator[str]:
    for name, path in modules(source):
        if part(name) == "domain":
            for module in imported(path):
                top = module.split(".")[0]
                if top != "comanda" and top not in sys.stdlib_module_names:
                    yield f"{name}: imports {module}"


def sql_outside_the_store(source: Path) -> Iterator[str]:
    sql = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|PRAGMA)\b")
    for name, path in modules(source):
        if part(name) == "store":
            continue
        if sql.search(path.read_text()):
            yield f"{name}: SQL"
        # What runs by itself goes on when the database can't be used for a while.
        allowed = {"sqlite3"} if part(name) in ("feed", "chores") else set()
        if {"sqlite3", "aiosqlite"} & set(imported(path)) - allowed:
            yield f"{name}: imports SQLite"


def http_outside_the_web(source: Path) -> Iterator[str]:
    for name, path in modules(source):
        if part(name) not in ("web", "app"):
            for module in imported(path):
                if module.startswith("aiohttp"):
                    yield f"{name}: imports {module}"


def writes_without_a_verb(source: Path) -> Iterator[str]:
    """Each `write` of the database that isn't given a verb by its name: `workflow.place_order`.

    Whoever passes `write` itself on, or holds a transaction, could write without a verb, too.
    """
    for name, path in modules(source):
        if part(name) in VERBS | {"store"}:
            continue
        tree = parsed(path.read_text())
        verbs = set(_verb_modules(tree))
        given = {
            id(node.func): bool(node.args) and _is_verb(node.args[0], verbs)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "write":
                target = ast.unparse(node)
                if not given.get(id(node)) and (name, target) not in BYTES:
                    yield f"{name}: {target}, line {node.lineno}"
            if isinstance(node, ast.Constant) and node.value == "write":
                yield f"{name}: a `write` by its name, line {node.lineno}"
            if "Transaction" in _names(node):
                yield f"{name}: a transaction"


def _verb_modules(tree: ast.Module) -> Iterator[str]:
    """The verbs' modules that a file imports under their own names, and gives to nothing else."""
    assigned = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "comanda":
            for alias in node.names:
                if alias.name in VERBS - assigned and alias.asname is None:
                    yield alias.name


def _is_verb(node: ast.expr, verbs: set[str]) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in verbs
    )


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Attribute):
        return {node.attr}
    return {node.name} if isinstance(node, ast.alias) else set()


def changes_away_from_home(source: Path) -> Iterator[str]:
    for name, path in modules(source):
        for table in set(CHANGES.findall(strings(path))):
            if name not in HOMES[table.lower()] | {"store/schema.py"}:
                yield f"{name}: changes {table}"


def strings(path: Path) -> str:
    """A module's strings, without its docstrings: prose may speak of changing orders."""
    tree = parsed(path.read_text())
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


def halves_of_an_act(source: Path) -> Iterator[str]:
    """An event without its change, a payment without its order: each is stored by one call alone.

    An order with another payment is made by that call, too: else it could be told of, not stored.
    """
    for name, path in modules(source):
        for node in ast.walk(parsed(path.read_text())):
            if isinstance(node, ast.Attribute):
                if name not in CALLERS.get(ast.unparse(node), {name}):
                    yield f"{name}: {ast.unparse(node)}"
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    call = f"{(node.module or '').rpartition('.')[2]}.{alias.name}"
                    if call in CALLERS:
                        yield f"{name}: imports {call}"
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("replace"):
                is_payment = any(keyword.arg == "payment" for keyword in node.keywords)
                if is_payment and name != "store/orders.py":
                    yield f"{name}: an order with another payment"


RULES: list[Rule] = [
    decoders_outside_the_examiner,
    servers_in_the_examiner,
    imports_against_the_layers,
    imports_against_the_rooms,
    libraries_in_the_domain,
    sql_outside_the_store,
    http_outside_the_web,
    writes_without_a_verb,
    changes_away_from_home,
    halves_of_an_act,
]
FOLDERS = ["", *sorted({name.rpartition("/")[0] for name, _ in modules(SOURCE)} - {""})]
BREACHES: list[tuple[Rule, str]] = [
    (decoders_outside_the_examiner, "from PIL import Image"),
    (decoders_outside_the_examiner, "def read():\n    import pypdfium2"),
    (decoders_outside_the_examiner, "import pi_heif"),
    (decoders_outside_the_examiner, "from comanda.examiner import pictures"),
    (imports_against_the_layers, "from comanda import tests"),
    (imports_against_the_layers, "import comanda.nowhere"),
    (sql_outside_the_store, "sql = 'SELECT * FROM orders'"),
    (sql_outside_the_store, "import aiosqlite"),
    (http_outside_the_web, "from aiohttp import web"),
    (writes_without_a_verb, "from comanda.store import staff\ndatabase.write(staff.add, member)"),
    (
        writes_without_a_verb,
        "from comanda import office\ndatabase.write(lambda tx: office.hire(tx))",
    ),
    (writes_without_a_verb, "office = other\ndatabase.write(office.hire, member)"),
    (writes_without_a_verb, "from comanda import office\noffice = 1\ndb.write(office.hire)"),
    (writes_without_a_verb, "from comanda.store import staff as office\ndb.write(office.add)"),
    (writes_without_a_verb, "write = request.app[DATABASE].write\nwrite(work)"),
    (writes_without_a_verb, "partial(database.write, work)()"),
    (writes_without_a_verb, "getattr(database, 'write')(work)"),
    (writes_without_a_verb, "database.write()"),
    (writes_without_a_verb, "from comanda.store.database import Transaction"),
    (writes_without_a_verb, "connection.write(work)"),
    (changes_away_from_home, "sql = 'UPDATE orders SET status = 1'"),
    (changes_away_from_home, "sql = 'INSERT INTO order_items VALUES (1)'"),
    (changes_away_from_home, "sql = 'insert or replace into events values (1)'"),
    (changes_away_from_home, "sql = 'DELETE FROM payments'"),
    (changes_away_from_home, "sql = 'UPDATE proofs SET data = 1'"),
    (changes_away_from_home, "sql = 'REPLACE INTO products VALUES (1)'"),
    (halves_of_an_act, "events.append(tx, 1, status, [], by)"),
    (halves_of_an_act, "payments.store(tx, order, payment, by)"),
    (halves_of_an_act, "from comanda.store.payments import store"),
    (halves_of_an_act, "orders.save(tx, replace(order, payment=decided), kind, by)"),
    (halves_of_an_act, "orders.save(tx, dataclasses.replace(order, payment=decided), kind, by)"),
]
FREE: dict[Rule, set[str]] = {
    # rule → the parts that it does not speak of
    decoders_outside_the_examiner: {"examiner"},
    sql_outside_the_store: {"store"},
    http_outside_the_web: {"web"},
    writes_without_a_verb: {"store"},
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds_in_the_whole_house(rule: Rule) -> None:
    assert list(rule(SOURCE)) == []


@pytest.mark.parametrize(("rule", "text"), BREACHES)
def test_a_file_that_breaks_a_rule_is_found(tmp_path: Path, rule: Rule, text: str) -> None:
    """In every folder of the house, and in a room that is built only tomorrow."""
    for folder in [*FOLDERS, "web/tomorrow/deeper"]:
        path = tmp_path / folder / "broken.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        found = list(rule(tmp_path))
        is_free = part(folder) in FREE.get(rule, set())
        assert all(breach.startswith(f"{folder}/broken.py".lstrip("/")) for breach in found)
        assert bool(found) != is_free, (folder, found)
        path.unlink()


@pytest.mark.parametrize(
    ("name", "module", "is_breach"),
    [
        ("web/contract/broken.py", "comanda.web.plumbing.keys", True),
        ("web/contract/broken.py", "comanda.web.handlers.menu", True),
        ("web/plumbing/broken.py", "comanda.web.handlers.menu", True),
        ("app.py", "comanda.web.handlers.menu", True),
        ("web/routes.py", "comanda.web.handlers.menu", False),
        ("web/plumbing/whole.py", "comanda.web.contract.route", False),
    ],
)
def test_a_room_that_reaches_back_is_found(
    tmp_path: Path, name: str, module: str, *, is_breach: bool
) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"import {module}")
    assert bool(list(imports_against_the_rooms(tmp_path))) is is_breach


def test_the_web_is_three_rooms_and_a_table_of_routes() -> None:
    files = {path.name for path in (SOURCE / "web").glob("*.py")}
    assert files == {"__init__.py", "routes.py"}


def test_a_server_in_the_examiner_is_found(tmp_path: Path) -> None:
    (tmp_path / "examiner").mkdir()
    (tmp_path / "examiner" / "broken.py").write_text("import aiohttp")
    assert list(servers_in_the_examiner(tmp_path))


def test_the_server_and_the_demo_load_no_decoder() -> None:
    load = (
        "import sys, comanda.app, comanda.demo, comanda.cli.parser, comanda.cli.serving\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", load], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "comanda" in loaded
    assert DECODERS.isdisjoint(loaded)


def test_the_examiner_loads_no_server() -> None:
    load = "import sys, comanda.examiner.__main__\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", load], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "PIL.Image" in loaded
    forbidden = {"aiohttp", "asyncio", "sqlite3", "socket", "comanda.store", "comanda.web"}
    assert forbidden.isdisjoint(loaded)


def test_a_library_in_the_domain_is_found(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    (tmp_path / "domain" / "broken.py").write_text("import marshmallow")
    assert list(libraries_in_the_domain(tmp_path))


def test_a_package_that_imports_is_found(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "__init__.py").write_text("import json")
    assert list(imports_against_the_layers(tmp_path))


def test_each_table_is_changed_where_it_is_at_home() -> None:
    changed = {
        (table.lower(), name)
        for name, path in modules(SOURCE)
        for table in CHANGES.findall(strings(path))
        if name != "store/schema.py"
    }
    assert changed == {(table, name) for table, names in HOMES.items() for name in names}
    for call, callers in CALLERS.items():
        for name in callers:
            assert f"{call}(" in (SOURCE / name).read_text()


def test_what_is_no_write_of_the_database_is_still_there() -> None:
    for name, target in BYTES:
        assert f"{target}(" in (SOURCE / name).read_text()
    writes = [path for _, path in modules(SOURCE) if ".write(" in path.read_text()]
    assert len(writes) >= 5


def test_a_server_loads_before_its_first_request_only_what_that_needs(tmp_path: Path) -> None:
    """`-X importtime` names each module at the moment at which it has been loaded."""
    arguments = ["serve", "--host", "127.0.0.1", "--port", "0"]
    with (tmp_path / "imports").open("w+") as told:
        with subprocess.Popen(
            [sys.executable, "-X", "importtime", "-m", "comanda", *arguments],
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            cwd=tmp_path,
        ) as server:
            assert server.stdout
            assert server.stdout.readline().startswith("Comanda en http://127.0.0.1:")
            server.send_signal(signal.SIGTERM)
            server.stdout.read()  # the invitation; a closed pipe would end the server with an error
        told.seek(0)
        loaded = {line.rpartition("|")[2].strip() for line in told}
    assert server.returncode == 0
    assert {"aiohttp.web", "comanda.app", "comanda.web.routes"} <= loaded
    assert loaded & LATER.keys() == set()


@pytest.mark.parametrize("module", LATER)
def test_what_is_loaded_later_is_there_and_used(module: str) -> None:
    assert find_spec(module)
    names = {name for _, path in modules(SOURCE) for name in imported(path)}
    assert any(name == module or name.startswith(f"{module}.") for name in names)


def test_a_server_reads_no_authorities_and_collects_only_what_comes_later(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "authorities.pem"))
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "SSL_CERT_FILE": str(tmp_path / "authorities.pem")},
    )
    assert json.loads(done.stdout) == {
        "authorities": [0, 0],
        "environment": True,
        "collects": True,
        "skipped": True,
    }
