"""Disks that fail: one that a shim makes up, a small real one, a limit on the size of files."""

import mmap
import os
import resource
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("shim.c")
NOTHING, FULL, READ_ONLY, BROKEN_WRITES, BROKEN_SYNCS = range(5)
_FAULT, _SYNCS, _FAILED, _KEEP = range(4)


class Shim:
    """The preloaded library's panel: what fails now, and what it has counted."""

    def __init__(self, library: Path, folder: Path) -> None:
        panel = folder / "panel"
        panel.write_bytes(bytes(32))
        with panel.open("r+b") as file:
            self._panel = mmap.mmap(file.fileno(), 32)
        self.env = {
            "LD_PRELOAD": str(library),
            "FAULTS_FOLDER": str(folder),
            "FAULTS_PANEL": str(panel),
        }

    def fail(self, fault: int) -> None:
        self._put(_FAULT, fault)

    def keep_synced(self) -> None:
        """From now on NAME.synced is what a power cut would leave of NAME."""
        self._put(_KEEP, 1)

    @property
    def syncs(self) -> int:
        """How often a write-ahead log was synced."""
        return self._get(_SYNCS)

    @property
    def failed(self) -> int:
        """How many calls were failed."""
        return self._get(_FAILED)

    def _get(self, place: int) -> int:
        return int(struct.unpack_from("q", self._panel, 8 * place)[0])

    def _put(self, place: int, value: int) -> None:
        struct.pack_into("q", self._panel, 8 * place, value)


def build_shim(folder: Path) -> Path:
    """The library, compiled; without a compiler its tests are skipped, but never on CI."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        if os.environ.get("CI"):
            pytest.fail("There is no C compiler to make the failing disk with")
        pytest.skip("there is no C compiler")
    library = folder / "shim.so"
    flags = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror"]
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[bool]:
    """A file system of its own at `folder`; False where none may be mounted here."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "faults", str(folder)]
    mounted = shutil.which("mount") is not None
    mounted = mounted and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """A file that takes all the room that is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for piece in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(piece))
            except OSError:
                continue
    return ballast


def limit_file_size(process: int, size: int | None) -> None:
    """RLIMIT_FSIZE of a running process; None takes it away."""
    _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
    soft = hard if size is None else size
    resource.prlimit(process, resource.RLIMIT_FSIZE, (soft, hard))
