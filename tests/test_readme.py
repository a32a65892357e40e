"""The README and the texts that it leads to are true, short, and lead where they say."""

import configparser
import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.flow.program import serving

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
TEXTS = sorted(
    path for pattern in ("*.md", "src/*.md", "tests/**/*.md") for path in CHECKOUT.glob(pattern)
)
LIMITS = {  # text → the most bytes of it
    "README.md": 12 * 1024,
    "src/README.md": 6 * 1024,
    "src/DECISIONS.md": 5 * 1024,
}
README_LINES = 250
BLOCK = re.compile(r"```(bash|text)\n(.*?)```", re.DOTALL)
END = "--- end of a block ---"


def section(title: str, text: str = README) -> str:
    """What stands under a heading of the second level."""
    (content,) = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return str(content)


def walk() -> Iterator[tuple[str, str]]:
    """(what to paste, what it prints) of the walk by hand."""
    blocks = BLOCK.findall(section("Try it by hand"))
    following = [*blocks[1:], ("bash", "")]
    for (kind, text), (next_kind, next_text) in zip(blocks, following, strict=True):
        if kind == "bash":
            yield text, next_text if next_kind == "text" else ""


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


def test_the_texts_are_short() -> None:
    assert len(README.splitlines()) <= README_LINES
    for name, most in LIMITS.items():
        assert (CHECKOUT / name).stat().st_size <= most, name


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_link_leads_somewhere(text: Path) -> None:
    content = text.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)|<img src=\"([^\"]+)\"", content):
        path = "".join(target)
        assert path.startswith("http") or (text.parent / path).is_file(), path


def test_the_readme_leads_to_every_text() -> None:
    linked = {(CHECKOUT / path).resolve() for path in re.findall(r"\]\(([^)]+)\)", README)}
    assert set(TEXTS) - {CHECKOUT / "README.md"} <= linked


def named_paths(text: Path) -> set[Path]:
    """The files and folders in backquotes in the first column of a text's map."""
    lines = section("The map", text.read_text("utf-8")).splitlines()
    column = "\n".join(line.split(" | ")[0] for line in lines if line.startswith("| `"))
    return {(text.parent / path).resolve() for path in re.findall(r"`([^`]+)`", column)}


def parts(folder: str) -> set[Path]:
    """What lies in a folder, but for tests and what tools leave there."""
    skipped = (".", "__pycache__", "test_")
    files = (CHECKOUT / folder).iterdir()
    return {path for path in files if not path.name.startswith(skipped)}


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("src/README.md", ["src/comanda", "static/js"]),
        ("tests/README.md", ["tests"]),
    ],
)
def test_a_map_names_every_part_and_nothing_else(text: str, folders: list[str]) -> None:
    helpers = {CHECKOUT / "tests" / name for name in ("__init__.py", "conftest.py", "README.md")}
    named = named_paths(CHECKOUT / text)
    assert [path for path in named if not path.exists()] == []
    for folder in folders:
        assert parts(folder) - helpers - named == set()


def test_what_the_map_tells_to_change_is_there() -> None:
    text = CHECKOUT / "src" / "README.md"
    guide = section("How to add", text.read_text("utf-8"))
    named_files = set(re.findall(r"`([\w./-]+\.(?:py|js|html|toml))`", guide))
    files = {file for file in named_files if "NOUN" not in file and "NAME" not in file}
    assert files
    for file in files:
        places = (CHECKOUT / file, CHECKOUT / "src" / "comanda" / file)
        assert any(place.is_file() for place in places), file


def test_every_dependency_has_its_reason_right_above_it() -> None:
    setup = configparser.ConfigParser()
    setup.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    extras = setup["options.extras_require"].values()
    needed = "\n".join([setup["options"]["install_requires"], *extras]).split()
    lines = (CHECKOUT / "setup.cfg").read_text(encoding="utf-8").splitlines()
    explained = [
        line.strip() for above, line in pairwise(lines) if re.fullmatch(r"    # \w.+", above)
    ]
    assert sorted(explained) == sorted(needed)
    build = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^# \w.+\nrequires = \["setuptools>=[0-9]+"\]$', build, re.MULTILINE)
