"""Processes as Linux tells of them: whose children, in which state, with how many files."""

import contextlib
import os
from pathlib import Path

from comanda.examining import COMMAND
from tests.faults.broken_examiner import COMMAND as BROKEN_COMMAND

_MODULES = (COMMAND[-1], BROKEN_COMMAND[-1])


def children(pid: int | None = None) -> list[int]:
    """The children of a process (this one, for None), zombies included."""
    found: list[int] = []
    for task in Path(f"/proc/{pid or os.getpid()}/task").iterdir():
        with contextlib.suppress(OSError):  # the thread has ended meanwhile
            found += map(int, (task / "children").read_text().split())
    return sorted(found)


def examiners(pid: int | None = None) -> list[int]:
    """Those children that examine proofs, or did until they became zombies."""
    return [child for child in children(pid) if _is_examiner(child) or state(child) == "Z"]


def _is_examiner(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[-2].decode() in _MODULES
    except (OSError, IndexError):
        return False


def state(pid: int) -> str:
    """The letter of a process's state (R, S, T, Z, …); empty if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def descriptors(pid: int | None = None) -> int:
    """How many files, sockets and pipes a process has open."""
    return len(list(Path(f"/proc/{pid or os.getpid()}/fd").iterdir()))


def peak(pid: int) -> int:
    """The most bytes that a process has ever had resident."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)
