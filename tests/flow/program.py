"""The real program as a process of its own, for tests that kill it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.house import MENU, NEW_PIN

# Tesseract is not in this path: only tests of what the photo says have their proofs read.
WITHOUT_READING = str(Path(sys.executable).parent)
ENVIRONMENT = {**os.environ, "PYTHONUNBUFFERED": "1", "PATH": WITHOUT_READING}


def comanda(*arguments: str, stdin: str = "", cwd: Path | None = None) -> tuple[int, str, str]:
    """Run one command; its exit status, standard output and standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "comanda", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env=ENVIRONMENT,
        cwd=cwd,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def furnish(database: Path, folder: Path) -> None:
    """Staff for each role, and the menu, by the program's own commands."""
    for name, role in (("ana", "waiter"), ("coco", "kitchen"), ("luis", "cashier")):
        arguments = ("staff", "add", name, "--role", role, "--pin-stdin")
        status, _, told = comanda(*arguments, "--database", str(database), stdin=f"{NEW_PIN}\n")
        assert status == 0, told
    lines = [f"{name},{category},{price / 100:.2f}" for name, category, price in MENU]
    menu = folder / "menu.csv"
    menu.write_text("\n".join(["name,category,price", *lines]), encoding="utf-8")
    assert comanda("menu", "import", str(menu), "--database", str(database))[0] == 0


@contextmanager
def serving(
    database: Path | None,
    command: str = "serve",
    *more: str,
    cwd: Path | None = None,
    reads: bool = False,
) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """The server: its process, its address, and what it printed until it answered.

    Its proofs' text is read only if it `reads`.
    """
    arguments = [sys.executable, "-m", "comanda", command, "--port", "0", "--host", "127.0.0.1"]
    if database is not None:
        arguments += ["--database", str(database)]
    process = subprocess.Popen(
        [*arguments, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**ENVIRONMENT, "PATH": os.environ["PATH"]} if reads else ENVIRONMENT,
        cwd=cwd,
    )
    try:
        printed: list[str] = []
        assert process.stdout
        for line in process.stdout:
            printed.append(line.rstrip("\n"))
            if "://" in line and command == "serve":
                break
            if "Ctrl+C" in line:
                break
        address = next(line for line in printed if "://" in line)
        yield process, address[address.index("http") :], printed
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        if process.stdout:
            process.stdout.close()
