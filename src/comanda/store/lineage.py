"""The check that a database and the log beside it belong together, before SQLite opens them.

SQLite replays a log on any file of the right name. If somebody has put another file there, the
pages of two databases are mixed without an error. Hence each transaction with a change adds 1 to a
mark, four bytes of the file's first page (`PRAGMA application_id`), and so the log holds that page
for each transaction. The two files belong together in two cases: the file's mark is the one just
before the log's first mark, or it is among the log's committed and readable marks. In the second
case the log must be readable that far, because SQLite has to replay all that was copied to the
file. A copy made by Comanda needs no log: its header says so.

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
RESTORING = ".restoring"  # the end of a copy's name until it replaces the database

_MAGIC = b"SQLite format 3\0"
_LOG_MAGICS = {0x377F0682: "<", 0x377F0683: ">"}  # with the byte order of the checksums
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_HEAD, _LOG_HEADER, _FRAME_HEADER, _JOURNAL_HEADER = 100, 32, 24, 28
_SMALLEST_PAGE = 512
_COUNTER, _PAGES, _MARK = 24, 28, 68  # their offsets in the first page
_LOCK_PAGE_AT = 0x40000000  # no database has this page in its file
_NEW_PAGES = 4  # a database that was just being created has at most so many
_WORD = 2**32


def advance(connection: sqlite3.Connection) -> None:
    """Add 1 to the mark, in the open transaction."""
    mark: int = connection.execute("PRAGMA application_id").fetchone()[0]
    _set_mark(connection, mark + 1)


def begin_anew(connection: sqlite3.Connection) -> None:
    """Set the mark to a random value, which no other copy of the database has.

    Call it in a transaction of its own, after a transaction with `advance`: a log must begin with
    the mark that follows the file's.
    """
    _set_mark(connection, secrets.randbelow(_WORD - 1) + 1)


def _set_mark(connection: sqlite3.Connection, mark: int) -> None:
    signed = (mark + _WORD // 2) % _WORD - _WORD // 2
    connection.execute(f"PRAGMA application_id = {signed}")


def family(path: Path) -> list[Path]:
    """Return a database's file and the files that SQLite may keep beside it."""
    return [path.with_name(path.name + end) for end in ("", *COMPANIONS)]


def mismatch(path: Path) -> str | None:
    """Return why SQLite must not open `path`, as a sentence for people; None if it may.

    Only reads the files. Call it while no program has the database open.
    """
    log, journal = (path.with_name(path.name + end) for end in ("-wal", "-journal"))
    complaints = chain(
        _log_complaints(path, log), _journal_complaints(path, journal), _unfinished(path)
    )
    complaint = next(complaints, None)
    if complaint is None:
        return None
    return (
        f"{complaint}. No se abrió ni se cambió nada. "
        "Para volver a una copia: comanda restore COPIA "
        f"(si la copia es el propio {path.name}, dale antes otro nombre)"
    )


def _unfinished(path: Path) -> Iterator[str]:
    """Complain of a restore that ended after it had moved all files away.

    A new, empty database in their place would look as if all data were lost.
    """
    copy = path.with_name(path.name + RESTORING)
    if copy.is_file() and not path.exists():
        yield f"Falta {path}: una restauración quedó a medias"


def _log_complaints(path: Path, log: Path) -> Iterator[str]:
    """Complain of a log that does not belong to the database, the plainest reason first."""
    if not _size(log):
        return
    if not path.exists():
        yield f"Falta {path}, pero a su lado quedó {log.name}"
    if not _size(path):
        yield f"{path} está vacía, pero a su lado quedó {log.name}"
    with path.open("rb") as file, log.open("rb") as ahead:
        head, frames = _Head.read(file), _Frames.read(ahead)
    if frames is None:  # SQLite would replay nothing
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
    """Whether the log began after this file's state, or was copied to this file in part."""
    if frames.page_size != head.page_size:
        return False
    if frames.first is None:
        return True  # from a version without marks
    if head.mark == (frames.first - 1) % _WORD:
        return True
    if head.mark not in frames.marks:
        return False
    with log.open("rb") as ahead:
        return _readable(ahead, frames.marks[head.mark])


def _readable(log: BinaryIO, count: int) -> bool:
    """Whether the checksums of the first `count` frames are right, as SQLite verifies them."""
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
    """The fields of a database's first page; `size` is the file's, in bytes."""

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
    """The contents of a log.

    `first` is the mark of the first transaction, or None without a mark. `marks` maps the mark of
    each committed transaction to the number of frames up to its commit. `numbers` are the pages'
    numbers. `last` is the database's number of pages after the last commit, or None without one.
    """

    page_size: int
    first: int | None
    marks: Mapping[int, int]
    numbers: frozenset[int]
    last: int | None

    @classmethod
    def read(cls, log: BinaryIO) -> "_Frames | None":
        """Read a log; return None if SQLite would replay nothing.

        Checksums take long in Python, so they are verified up to the first mark only. The equal
        salts of the frames after it show that they belong to the same log.
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

        A file that got no page from the log yet must have all its pages itself.
        """
        file_pages = head.size // head.page_size
        if not file_pages or (head.mark not in self.marks and not head.is_whole):
            return False
        last = head.pages if self.last is None else self.last
        if last - file_pages > len(self.numbers) + 1:
            return False
        missing_pages = set(range(file_pages + 1, last + 1))
        return missing_pages - {_LOCK_PAGE_AT // head.page_size + 1} <= self.numbers


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    sum1, sum2 = sums
    for word1, word2 in struct.iter_unpack(f"{order}II", data):
        sum1 = (sum1 + word1 + sum2) % _WORD
        sum2 = (sum2 + word2 + sum1) % _WORD
    return sum1, sum2


def _journal_complaints(path: Path, journal: Path) -> Iterator[str]:
    """Complain of a rollback journal that does not belong to the database.

    SQLite would write the journal's pages back to the file. Comanda leaves a journal only if it is
    killed while it creates a database or switches the file to a write-ahead log.
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
    """Whether the file is as before the journal, or one transaction later."""
    if original is None:
        return head.pages == before
    return (head.counter - original.counter) % _WORD in (0, 1) and (
        head.mark - original.mark
    ) % _WORD in (0, 1)


def _first_page(journal: BinaryIO, sector: int, page_size: int) -> _Head | None:
    """Return the database's first page as the journal has it, or None."""
    journal.seek(sector)
    length = 4 + page_size + 4  # the page's number, the page, a checksum
    while len(record := journal.read(length)) == length:
        if _word(record, 0) == 1:
            return _Head.of(record[4:], 0)
    return None


def _word(data: bytes, at: int) -> int:
    number: int = struct.unpack_from(">I", data, at)[0]
    return number
