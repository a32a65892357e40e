"""The README is true: what it tells to paste works, and what it names is there."""

import configparser
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

from comanda.domain.events import EventType
from comanda.web.contract.problems import STATUSES
from comanda.web.routes import ROUTES
from tests.flow.program import serving
from tests.test_config import keys

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"```(bash|text)\n(.*?)```", re.DOTALL)
END = "--- end of a block ---"


def section(title: str) -> str:
    """What stands under a heading of the second level."""
    (found,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.DOTALL | re.MULTILINE)
    return str(found)


def table_cells(text: str, column: int) -> list[str]:
    """What is in backquotes in one column of the tables of a text."""
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row[column])]


def walk() -> Iterator[tuple[str, str]]:
    """(what to paste, what it prints) of the walk by hand."""
    blocks = BLOCK.findall(section("Try it by hand"))
    following = [*blocks[1:], ("bash", "")]
    for (kind, text), (next_kind, next_text) in zip(blocks, following, strict=True):
        if kind == "bash":
            yield text, next_text if next_kind == "text" else ""


def packages(requirements: str) -> set[str]:
    """The names in a list of requirements."""
    return set(re.findall(r"^([A-Za-z0-9-]+)", requirements, re.MULTILINE))


def test_the_walk_by_hand_prints_what_it_says(tmp_path: Path) -> None:
    steps = list(walk())
    assert len(steps) >= 8
    with serving(None, "demo", cwd=tmp_path) as (_, url, _):
        script = "".join(f"{step}echo '{END}'\n" for step, _ in steps)
        assert script.count("http://127.0.0.1:8080") == 1
        pasted = subprocess.run(
            ["bash", "-c", script.replace("http://127.0.0.1:8080", url)],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=tmp_path,
            check=False,
        )
    printed = pasted.stdout.split(f"{END}\n")[:-1]
    assert printed == [expected for _, expected in steps], pasted.stderr
    assert pasted.stderr == ""


def test_the_walk_shows_a_first_proof_and_one_that_is_sent_again() -> None:
    _, first, second = re.split("### Test [12]", section("Try it by hand"))
    for part, action in ((first, "submitted"), (second, "resubmitted")):
        shown = "".join(text for kind, text in BLOCK.findall(part) if kind == "text")
        assert "201\n" in shown
        assert f'"action":"{action}"' in shown
        assert shown.endswith("pagado\n")
    assert "payment_rejected" in second


def test_the_two_commands_come_first() -> None:
    first, second, *_ = [text for kind, text in BLOCK.findall(README) if kind == "bash"]
    install = ".venv/bin/pip install '.[heic]'"
    assert first == f"python3 -m venv .venv && {install} && .venv/bin/comanda demo\n"
    assert second == "bash tests/run.sh\n"


def test_what_the_map_names_is_there() -> None:
    named = table_cells(section("The map"), 0)
    assert named
    for name in named:
        path = CHECKOUT / name
        assert path.is_dir() if name.endswith("/") else path.is_file(), name


def test_the_map_names_every_part() -> None:
    named = {Path(name) for name in table_cells(section("The map"), 0)}
    parts = {
        path.relative_to(CHECKOUT)
        for folder in ("src/comanda", "tests")
        for path in (CHECKOUT / folder).iterdir()
        if not path.name.startswith((".", "__pycache__", "test_"))
    }
    helpers = {Path("tests/__init__.py"), Path("tests/conftest.py")}
    assert parts - helpers <= named


def test_every_dependency_is_named_with_its_reason_and_no_other() -> None:
    setup = configparser.ConfigParser()
    setup.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    build = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["build-system"]["requires"]
    extras = setup["options.extras_require"].values()
    needed = packages("\n".join([setup["options"]["install_requires"], *extras, *build]))
    assert set(table_cells(section("Dependencies"), 0)) == needed


def test_every_setting_is_explained() -> None:
    shipped = tomllib.loads((CHECKOUT / "config.toml").read_text(encoding="utf-8"))
    assert sorted(table_cells(section("Configuration"), 0)) == sorted(set(keys(shipped)))


def test_every_error_code_stands_with_its_status() -> None:
    told = {
        code: statuses
        for line in section("HTTP and events").splitlines()
        if re.match(r"\| \d{3}", line)
        for statuses, codes in [line.split(" | ", 1)]
        for code in re.findall(r"`([a-z_]+)`", codes)
        if code != "errors"
    }
    assert set(told) == set(STATUSES)
    for code, status in STATUSES.items():
        assert str(status) in told[code]


def test_every_request_is_in_the_contract() -> None:
    told = {
        re.sub(r"\{\w+\}", "{}", request.partition("?")[0])
        for request in re.findall(r"`([A-Z]+ /[^` ]*)", section("HTTP and events"))
    }
    pages = ("/mesero", "/cocina", "/caja", "/admin", "/ayuda", "/sw.js", "/manifest", "/static")
    for method, path, *_ in ROUTES:
        if path != "/" and not path.startswith(pages):
            assert re.sub(r"\{\w+\}", "{}", f"{method} {path}") in told


def test_every_event_is_in_the_contract() -> None:
    assert {kind.value for kind in EventType} <= set(table_cells(section("HTTP and events"), 0))
