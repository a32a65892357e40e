"""The wheel: everything is in it that Comanda needs, and it runs wherever it was installed."""

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import aiohttp
import PIL
import pytest

from tests.flow.program import ENVIRONMENT
from tests.test_command_line import ask

CHECKOUT = Path(__file__).parent.parent
SOURCES = ("src", "static", "tests", "README.md", "config.toml", "pyproject.toml", "setup.cfg")
LEFTOVERS = shutil.ignore_patterns("*.egg-info", "__pycache__", "*.pyc")
# Nothing of this test's own surroundings may help the installed program to find its parts.
CLEAN = {key: value for key, value in ENVIRONMENT.items() if key != "PYTHONPATH"}


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, env=CLEAN, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that no stale build folder has a say and none is left behind."""
    copy, built = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=LEFTOVERS)
        else:
            shutil.copy(source, copy / name)
    pip("wheel", "--no-deps", "--wheel-dir", str(built), str(copy))
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with the wheel in it; what it depends on is borrowed from ours."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    (packages,) = folder.glob("lib/python*/site-packages")
    lenders = {str(Path(module.__path__[0]).parent) for module in (aiohttp, PIL)}
    (packages / "borrowed.pth").write_text("\n".join(sorted(lenders)))
    return folder / "bin"


def test_the_wheel_has_the_pages_the_defaults_and_the_types(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "comanda/__main__.py",
        "comanda/py.typed",
        "comanda/defaults/config.toml",
        "comanda/static/index.html",
    } <= names
    for folder, inside in (("src/comanda", "comanda"), ("static", "comanda/static")):
        for path in (CHECKOUT / folder).rglob("*"):
            if path.is_file() and path.parent.name != "__pycache__":
                assert f"{inside}/{path.relative_to(CHECKOUT / folder).as_posix()}" in names


def test_the_wheel_has_nothing_but_comanda(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"comanda"}
    assert not [name for name in names if "test" in name or ".db" in name or ".ci" in name]
    assert not [name for name in names if name.endswith(".md")]


def test_the_wheel_says_what_it_is_and_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(name).decode()
    assert "\nRequires-Python: >=3.11\n" in metadata
    assert "\nRequires-Dist: aiohttp<3.15,>=" in metadata
    assert "\n# Comanda\n" in metadata


def test_the_installed_program_serves_its_pages_from_any_folder(installed: Path) -> None:
    where = [str(installed / "python"), "-c", "import comanda; print(comanda.__file__)"]
    found = subprocess.run(where, capture_output=True, text=True, cwd="/", env=CLEAN, check=True)
    assert Path(found.stdout.strip()).is_relative_to(installed.parent)

    command = [str(installed / "comanda"), "demo", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd="/", env=CLEAN
    ) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().rpartition(" ")[2].strip()
            for path in ("/", "/healthz", "/static/css/comanda.css", "/mesero", "/caja"):
                assert ask(url, "GET", path)[0] == 200, path
        finally:
            process.terminate()
        assert process.wait(20) == 0
