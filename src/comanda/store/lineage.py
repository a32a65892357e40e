"""Whether a database and the log beside it belong together, found out before SQLite opens them.

SQLite replays a log on whatever file lies beside it. Where somebody has copied another file there,
pages of two databases are mixed, and nothing says so. Hence each transaction that changes
something counts a mark up, four bytes of the file's first page (`PRAGMA application_id`). So each
has that page in the log, and the file's mark is the one just before the log's first, or one that
the log has, too, committed and readable: what was copied to the file has to be replayed as far at
least. A copy made by Comanda is told by its header: it is in no need of a log.

The formats are SQLite's: https://www.sqlite.org/fileformat2.html.
"""

import os
import secrets
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

COMPANIONS = ("-wal", "-shm", "-journal")
RESTORING = ".restoring"  # a copy on its way into the database's place

_MAGIC = b"SQLite format 3\0"
_LOG_MAGICS = {0x377F0682: "<", 0x377F0683: ">"}  # with the byte order of the checksums
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_HEAD, _LOG_HEADER, _FRAME_HEADER, _JOURNAL_HEADER = 100, 32, 24, 28
_SMALLEST_PAGE = 512
_COUNTER, _PAGES, _MARK = 24, 28, 68  # where they are in the first page
_LOCK_PAGE_AT = 0x40000000  # no database has this page in its file
_NEW_PAGES = 4  # a database that was only just being made has no more
_WORD = 2**32


def advance(connection: sqlite3.Connection) -> None:
    """Count the mark up, as a part of a transaction."""
    mark: int = connection.execute("PRAGMA application_id").fetchone()[0]
    _set_mark(connection, mark + 1)


def begin_anew(connection: sqlite3.Connection) -> None:
    """Go on from a mark that no other copy of the same database goes on from, in a transaction.

    It must come after one that `advance` was part of: a log begins with the mark that follows.
    """
    _set_mark(connection, secrets.randbelow(_WORD - 1) + 1)


def _set_mark(connection: sqlite3.Connection, mark: int) -> None:
    signed = (mark + _WORD // 2) % _WORD - _WORD // 2
    connection.execute(f"PRAGMA application_id = {signed}")


def family(path: Path) -> list[Path]:
    """A database's file, and all that SQLite may keep beside it."""
    return [path.with_name(path.name + end) for end in ("", *COMPANIONS)]


def mismatch(path: Path) -> str | None:
    """Why SQLite must not open `path`, as a sentence for people; None where it may.

    It only reads. Call it while nobody has the database open.
    """
    log, journal = (path.with_name(path.name + end) for end in ("-wal", "-journal"))
    complaints = chain(
        _log_complaints(path, log), _journal_complaints(path, journal), _unfinished(path)
    )
    wrong = next(complaints, None)
    if wrong is None:
        return None
    return (
        f"{wrong}. No se abrió ni se cambió nada. Para volver a una copia: comanda restore COPIA "
        f"(si la copia es el propio {path.name}, dale antes otro nombre)"
    )


def _unfinished(path: Path) -> Iterator[str]:
    """A restore that died after it had put everything aside. A new, empty database in its place
    would look like a house that has lost all.
    """
    copy = path.with_name(path.name + RESTORING)
    if copy.is_file() and not path.exists():
        yield f"Falta {path}: una restauración quedó a medias"


def _log_complaints(path: Path, log: Path) -> Iterator[str]:
    """All that speaks against it, the plainest first."""
    if not _size(log):
        return
    if not path.exists():
        yield f"Falta {path}, pero a su lado quedó {log.name}"
    if not _size(path):
        yield f"{path} está vacía, pero a su lado quedó {log.name}"
    with path.open("rb") as file, log.open("rb") as ahead:
        head, frames = _Head.read(file), _Frames.read(ahead)
    if frames is None:  # there is nothing in it that SQLite would replay
        if head is not None and not head.is_whole:
            yield f"{path} está incompleta, y a su lado quedó {log.name}"
    elif head is None:
        yield f"{path} no es la base de datos de la que quedó {log.name}"
    elif not head.uses_log:
        yield f"{path} es una copia, y {log.name} quedó de otra base de datos"
    elif not _fits(head, frames, log):
        yield f"{path} y {log.name} no son de la misma base de datos, o no del mismo momento"
    elif not frames.complete(head):
        yield f"{path} está incompleta: le faltan partes que {log.name} no tiene"


def _fits(head: "_Head", frames: "_Frames", log: Path) -> bool:
    """Whether the file is the one that the log began after, or has what it copied to it."""
    if frames.page_size != head.page_size:
        return False
    if frames.first is None:
        return True  # written before there were marks
    if head.mark == (frames.first - 1) % _WORD:
        return True
    if head.mark not in frames.marks:
        return False
    with log.open("rb") as ahead:
        return _readable(ahead, frames.marks[head.mark])


def _readable(log: BinaryIO, count: int) -> bool:
    """Whether SQLite takes the first `count` frames for whole."""
    header = log.read(_LOG_HEADER)
    order = _LOG_MAGICS[_word(header, 0)]
    sums = (_word(header, 24), _word(header, 28))
    for _ in range(count):
        frame, page = log.read(_FRAME_HEADER), log.read(_word(header, 8))
        sums = _checksum(page, _checksum(frame[:8], sums, order), order)
        if sums != (_word(frame, 16), _word(frame, 20)):
            return False
    return True


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


@dataclass(frozen=True, slots=True)
class _Head:
    """What a database's first page says of it; `size` is the file's, in bytes."""

    size: int
    page_size: int
    uses_log: bool
    counter: int
    pages: int
    mark: int

    @classmethod
    def read(cls, file: BinaryIO) -> "_Head | None":
        page = file.read(_HEAD)
        if len(page) < _HEAD or not page.startswith(_MAGIC):
            return None
        return cls.of(page, os.fstat(file.fileno()).st_size)

    @classmethod
    def of(cls, page: bytes, size: int) -> "_Head":
        (page_size,) = struct.unpack_from(">H", page, 16)
        return cls(
            size=size,
            page_size=65536 if page_size == 1 else page_size or 4096,
            uses_log=page[18:20] == b"\x02\x02",
            counter=_word(page, _COUNTER),
            pages=_word(page, _PAGES),
            mark=_word(page, _MARK),
        )

    @property
    def is_whole(self) -> bool:
        return self.size >= self.pages * self.page_size


@dataclass(frozen=True, slots=True)
class _Frames:
    """What a log holds.

    `first` is the mark of its first transaction, None where that has none; `marks` are those of the
    committed ones, each with how many frames the log has up to its commit; `numbers` are the pages;
    `last` is how many pages the last commit leaves in the database, None where there is no commit.
    """

    page_size: int
    first: int | None
    marks: Mapping[int, int]
    numbers: frozenset[int]
    last: int | None

    @classmethod
    def read(cls, log: BinaryIO) -> "_Frames | None":
        """None where SQLite would replay nothing.

        Checksums are verified up to the first mark alone. They take long in Python, and what comes
        after it was written by the same hand: its salts say so.
        """
        header = log.read(_LOG_HEADER)
        order = _LOG_MAGICS.get(_word(header, 0)) if len(header) == _LOG_HEADER else None
        if order is None:
            return None
        sums = _checksum(header[:24], (0, 0), order)
        if sums != (_word(header, 24), _word(header, 28)):
            return None
        page_size, salts = _word(header, 8), header[16:24]
        size = os.fstat(log.fileno()).st_size
        first: int | None = None
        begun: list[int] = []
        marks: dict[int, int] = {}
        numbers: set[int] = set()
        last: int | None = None
        for count in range(1, (size - _LOG_HEADER) // (_FRAME_HEADER + page_size) + 1):
            frame = log.read(_FRAME_HEADER)
            if frame[8:16] != salts:
                break
            number = _word(frame, 0)
            if number == 1 or first is None:
                page = log.read(page_size)
                if first is None:
                    sums = _checksum(page, _checksum(frame[:8], sums, order), order)
                    if sums != (_word(frame, 16), _word(frame, 20)):
                        break
                if number == 1:
                    begun.append(_word(page, _MARK))
                    first = begun[0] if first is None else first
            else:
                log.seek(page_size, os.SEEK_CUR)
            numbers.add(number)
            if _word(frame, 4):
                last = _word(frame, 4)
                marks.update(dict.fromkeys(begun, count))
                begun.clear()
        return cls(page_size, first, marks, frozenset(numbers), last) if numbers else None

    def complete(self, head: _Head) -> bool:
        """Whether each page of the database is in the file or in the log.

        A file that nothing has been copied to from the log has all its pages itself.
        """
        there = head.size // head.page_size
        if not there or (head.mark not in self.marks and not head.is_whole):
            return False
        last = head.pages if self.last is None else self.last
        if last - there > len(self.numbers) + 1:
            return False
        wanted = set(range(there + 1, last + 1)) - {_LOCK_PAGE_AT // head.page_size + 1}
        return wanted <= self.numbers


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    one, two = sums
    for left, right in struct.iter_unpack(f"{order}II", data):
        one = (one + left + two) % _WORD
        two = (two + right + one) % _WORD
    return one, two


def _journal_complaints(path: Path, journal: Path) -> Iterator[str]:
    """SQLite would undo, in the file, what the journal was kept for. Comanda itself leaves one
    only if it dies while a file becomes a database, or becomes one with a log.
    """
    if _size(journal) < _JOURNAL_HEADER:
        return
    with journal.open("rb") as file:
        header = file.read(_JOURNAL_HEADER)
        before, sector, page_size = (_word(header, at) for at in (16, 20, 24))
        if not header.startswith(_JOURNAL_MAGIC) or page_size < _SMALLEST_PAGE:
            return
        original = _first_page(file, sector, page_size)
    if not path.exists():
        yield f"Falta {path}, pero a su lado quedó {journal.name}"
    if before == 0:  # it was a new, empty file
        fits = _size(path) <= _NEW_PAGES * page_size
    else:
        with path.open("rb") as file:
            head = _Head.read(file)
        fits = head is not None and _journal_fits(head, before, original)
    if not fits:
        yield f"{path} y {journal.name} no son de la misma base de datos"


def _journal_fits(head: _Head, before: int, original: _Head | None) -> bool:
    """Whether the file is still as it was, or by one transaction further on."""
    if original is None:
        return head.pages == before
    return (head.counter - original.counter) % _WORD in (0, 1) and (
        head.mark - original.mark
    ) % _WORD in (0, 1)


def _first_page(journal: BinaryIO, sector: int, page_size: int) -> _Head | None:
    """The database's first page as the journal has kept it."""
    journal.seek(sector)
    length = 4 + page_size + 4  # the page's number, the page, a checksum
    while len(record := journal.read(length)) == length:
        if _word(record, 0) == 1:
            return _Head.of(record[4:], 0)
    return None


def _word(data: bytes, at: int) -> int:
    number: int = struct.unpack_from(">I", data, at)[0]
    return number
