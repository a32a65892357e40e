"""The limits that the examiner sets itself before it decodes a file that anybody may have made.

Linux has all of them. What another system doesn't have is left out.
"""

import ctypes
import gc
import os
import signal
import struct
import sys
from contextlib import suppress
from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

SOURCE, SINK = 3, 4  # descriptors of the pipes from and to the server
READER_MEMORY_BYTES = 600_000_000  # of the address space of the program that reads
READER_CPU_SECONDS = 6  # for each pass over a picture
_READER_FILES = 64
MEMORY_BYTES = 700_000_000  # beyond what the loaded decoders take; for a picture of 50 megapixels
CPU_SECONDS = 6  # for each file
_MOST_INHERITED = 256  # descriptors; Python passes on only those that its caller names
_NICENESS = 10  # a tenth of a processor is left for the examiner, however busy the server is
_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 1, 4, 38  # linux/prctl.h
# linux/landlock.h; the numbers of the system calls are the same for all processors.
_CREATE_RULESET, _RESTRICT_SELF, _ASK_VERSION = 444, 446, 1
# The kernel's version of Landlock → how many rights on files, on the network, and of messages to
# other processes it can take away.
_RIGHTS = ((6, (16, 2, 2)), (5, (16, 2, 0)), (4, (15, 2, 0)), (3, (15, 0, 0)),
           (2, (14, 0, 0)), (1, (13, 0, 0)))  # fmt: skip
_READING_RIGHTS = 0b1101  # to run a file, to read a file, to read a folder

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def take_pipes() -> None:
    """Move standard input and output to `SOURCE` and `SINK`; close every other descriptor.

    The standard descriptors then lead nowhere: a library that prints can't break the protocol.
    """
    source, sink, nowhere = os.dup(0), os.dup(1), os.open(os.devnull, os.O_RDWR)
    # `source` may be SINK's number, so both pipes first go to numbers that are free.
    source, sink = os.dup(source), os.dup(sink)
    os.dup2(source, SOURCE)
    os.dup2(sink, SINK)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.closerange(SINK + 1, _MOST_INHERITED)


def keep_only(*descriptors: int) -> None:
    """Close all descriptors but the standard ones and these: others of the examiner's have them."""
    for descriptor in set(range(SOURCE, _MOST_INHERITED)) - set(descriptors):
        with suppress(OSError):
            os.close(descriptor)


def end_with_parent(parent: int) -> None:
    """End this process when the process with the id `parent` ends, also if it just did."""
    if _libc:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def keep_to_itself() -> None:
    """Leave this process, and those it starts, no way to signal or message any other process.

    This comes before the readers are forked: a process that is shut in by itself would not even
    end its own readers when it ends.
    """
    if not _libc:
        return
    _libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _, _, messages = _all_rights()
    if messages:
        _restrict(0, 0, messages)


def set_limits() -> None:
    """Give up everything that decoding doesn't need; the limits can't be taken back."""
    _set_common_limits()
    pages = _pages()
    _shut_in()
    if resource:
        _set_resource_limits(pages)
    gc.freeze()


def set_reader_limits() -> None:
    """Give up everything that starting the program that reads doesn't need.

    It may open files, and change none; it has no network where Landlock can take it away.
    """
    _set_common_limits()
    _shut_in(kept_rights=_READING_RIGHTS)
    if resource:
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_FSIZE, 0)
        _lower(resource.RLIMIT_NOFILE, _READER_FILES)


def set_program_limits() -> None:
    """Limit the program that reads, between fork and exec, to one pass over a picture."""
    if _libc:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if resource:
        _lower(resource.RLIMIT_AS, READER_MEMORY_BYTES)
        _lower(resource.RLIMIT_CPU, READER_CPU_SECONDS)


def _set_common_limits() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; EOF ends us
    os.chdir("/")
    os.environ.clear()
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    if _libc:
        _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
        _libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def _pages() -> int | None:
    """Return the size of this process in pages, or None on a system that doesn't tell."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError):
        return None


def _set_resource_limits(pages: int | None) -> None:
    if pages is not None:
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY_BYTES)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, 0)  # also a descriptor that is closed gives no room for another


def _shut_in(kept_rights: int = 0) -> None:
    """Leave this process no right on any file or address, where Landlock is.

    To delete, rename or cut a file needs no descriptor. Of the rights on files, `kept_rights` stay.
    """
    files, network, _ = _all_rights()
    if files:
        _restrict(files & ~kept_rights, network, 0)


def _all_rights() -> tuple[int, int, int]:
    """Return the rights that the kernel can take away, each kind as bits; 0 for none."""
    version = _libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION) if _libc else 0
    counts = next((counts for least, counts in _RIGHTS if version >= least), (0, 0, 0))
    files, network, messages = ((1 << count) - 1 for count in counts)
    return files, network, messages


def _restrict(files: int, network: int, messages: int) -> None:
    if not _libc:
        return
    rights = struct.pack("=QQQ", files, network, messages)
    ruleset = _libc.syscall(_CREATE_RULESET, rights, len(rights), 0)
    if ruleset >= 0:
        _libc.syscall(_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)


def _lower(limit: int, value: int) -> None:
    with suppress(OSError, ValueError):
        resource.setrlimit(limit, (value, value))


def allow_cpu_seconds() -> None:
    """Let the system kill this process if the next file takes more than `CPU_SECONDS`."""
    if resource:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(usage.ru_utime + usage.ru_stime) + 1 + CPU_SECONDS
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def free_memory() -> None:
    """Give the last file's memory back to the system."""
    gc.collect()
    if _libc:
        _libc.malloc_trim(0)
