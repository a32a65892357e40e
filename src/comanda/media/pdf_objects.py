"""A PDF's objects, to take out what is not shown and to compare what is (ISO 32000-2, 7.3 and 7.5).

All objects are found by going through the file once, whatever its cross-reference tables say.
Nothing is moved: what has to go is overwritten with blanks, in its place and in its length, so that
offsets stay right and pages show the same. What can't be followed stays as it is, since a browser
shows a proof without rights; a file without anything to take out stays byte for byte.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Union

from comanda.media.strip_metadata import blanked_jpeg

_BLANK = b"\x00\t\n\x0c\r "
_TOKEN = re.compile(
    rb"""
    (?P<skip>[\x00\t\n\x0c\r ]{1,4096}|%[^\r\n]{0,65536}) | (?P<open><<|\[) | (?P<close>>>|\]) |
    (?P<string>\() | (?P<hex><[^<>]*>) | (?P<name>/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*) |
    (?P<word>[^\x00\t\n\x0c\r ()<>\[\]{}/%]+) | (?P<stray>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_STRING_PART = re.compile(rb"\\.|[()]", re.DOTALL)
_HEADING = re.compile(rb"([0-9]{1,10})[\x00\t\n\x0c\r ]+([0-9]{1,5})[\x00\t\n\x0c\r ]*\Z")
_HEADING_BYTES = 32
_WHOLE_NUMBER = re.compile(rb"obj[\x00\t\n\x0c\r ]{1,32}([0-9]{1,10})[\x00\t\n\x0c\r ]{1,32}endobj")
_STREAM = re.compile(rb"[\x00\t\n\x0c\r ]{0,4096}stream(\r\n|\n|\r)")
_END_OF_STREAM = re.compile(rb"[\x00\t\n\x0c\r ]{0,4}endstream")
_TRAILER = re.compile(rb"trailer[\x00\t\n\x0c\r ]{0,32}+(?=<<)")
_HEX_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_MOST_TOKENS = 100_000  # a quarter second; a statement of a hundred pages has some ten thousand
_BYTES_OF_A_STEP = 100  # a long token counts as many: nothing is read through again and again
_LONGEST_STRING, _LONGEST_COMMENT = 1024 * 1024, 64 * 1024
_MOST_TRAILERS, _MOST_NUMBERS = 100, 20_000
_MOST_UNPACKED = 32 * 1024 * 1024  # bytes of a file's streams together
_MOST_LETTERS = 1024 * 1024  # of them, those that are written in letters: Python is slow with them

# Actions that do more than go to a page of the same file.
_RUNS = frozenset(
    b"JavaScript Launch URI SubmitForm ImportData GoToR GoToE GoTo3DView Rendition Movie Sound"
    b" RichMediaExecute ResetForm Thread Named".split()
)
_NOT_SHOWN = frozenset(b"Metadata PieceInfo LastModified XFA AF OnInstantiate".split())
# What a catalog's dictionary of names may hold, and what of it is not shown.
_NAMED = frozenset(b"Dests AP Pages Templates".split())
_NAMED_NOT_SHOWN = frozenset(
    b"JavaScript IDS URLS EmbeddedFiles AlternatePresentations Renditions".split()
)
# Dictionaries whose keys are names of the file's own.
_OWN_NAMES = frozenset(
    b"Font XObject ExtGState ColorSpace Pattern Shading Properties CharProcs Dests".split()
)
_PAGE_PARTS = frozenset(b"Kids Contents Resources Annots Group".split())
_NOT_COMPARED = _NOT_SHOWN | frozenset(
    b"Parent Length Filter DecodeParms DL M NM CreationDate ModDate StructParent StructParents"
    b" A AA P".split()
)
_LONG_NAMES = {
    b"Fl": b"FlateDecode",
    b"A85": b"ASCII85Decode",
    b"AHx": b"ASCIIHexDecode",
    b"DCT": b"DCTDecode",
}
_LONGEST_NUMBER, _LONGEST_NAME = 10, 1000


@dataclass(slots=True)
class _Atom:
    """A name, a number, a string or a word: its bytes as they stand, or a reference's number."""

    start: int
    end: int
    token: bytes
    reference: int | None = None

    @property
    def name(self) -> bytes | None:
        """What a name means, without its slash."""
        if self.token[:1] != b"/" or len(self.token) > _LONGEST_NAME:
            return None
        return _HEX_ESCAPE.sub(lambda one: bytes.fromhex(one[1].decode()), self.token[1:])


@dataclass(slots=True)
class _Group:
    """A dictionary, or an array: its items, keys among them."""

    start: int
    end: int
    is_dictionary: bool
    items: list["_Value"] = field(default_factory=list)

    def entries(self) -> Iterator[tuple[bytes, "_Atom", "_Value"]]:
        """Each key of a dictionary with where it stands, and its value."""
        pairs = iter(self.items if self.is_dictionary else ())
        for key, value in zip(pairs, pairs, strict=False):
            if isinstance(key, _Atom) and key.name is not None:
                yield key.name, key, value

    def get(self, wanted: bytes) -> Union["_Value", None]:
        return next((value for key, _, value in self.entries() if key == wanted), None)

    def name(self, wanted: bytes) -> bytes | None:
        """The name that an entry has as its value."""
        value = self.get(wanted)
        return value.name if isinstance(value, _Atom) else None


_Value = _Atom | _Group
_NOTHING = _Group(0, 0, is_dictionary=True)


@dataclass(slots=True)
class _Object:
    """An object's number, its value, and where its stream's bytes stand; `end` is past them all.

    `holder` is the stream that it is packed into, or None for one that stands in the file.
    """

    number: int
    value: _Value
    end: int
    stream: range | None = None
    holder: "_Object | None" = None

    @property
    def dictionary(self) -> _Group:
        return self.value if isinstance(self.value, _Group) else _NOTHING


class _Lost(Exception):
    """The structure can't be followed any further."""


class _Reader:
    """Reads values from one buffer; all readers of a file share its budget of tokens."""

    def __init__(self, data: bytes, budget: list[int]) -> None:
        self.data = data
        self._budget = budget

    def value(self, position: int) -> _Value:
        """The value that begins at `position`. Raises _Lost."""
        open_groups: list[_Group] = []
        while True:
            match = self._token(position)
            position, kind = match.end(), match.lastgroup
            if kind == "skip":
                continue
            made: _Value
            if kind == "open":
                open_groups.append(_Group(match.start(), 0, is_dictionary=match[0] == b"<<"))
                continue
            if kind == "close":
                if not open_groups:
                    raise _Lost
                made = open_groups.pop()
                made.end = position
            elif kind == "string":
                position = self._end_of_string(match.start())
                made = _Atom(match.start(), position, self.data[match.start() : position])
            elif kind == "stray":
                raise _Lost
            else:
                made = _Atom(match.start(), position, match[0])
            if not open_groups:
                return made
            _add(open_groups[-1].items, made)

    def _token(self, position: int) -> re.Match[bytes]:
        match = _TOKEN.match(self.data, position)
        if match is None:
            raise _Lost
        self.spend(match.end() - position)
        if match.lastgroup == "skip" and match.end() - position > _LONGEST_COMMENT:
            raise _Lost
        return match

    def spend(self, size: int = 0) -> None:
        """Count a step over `size` bytes. Raises _Lost where there have been too many."""
        self._budget[0] -= 1 + size // _BYTES_OF_A_STEP
        if self._budget[0] < 0:
            raise _Lost

    def _end_of_string(self, start: int) -> int:
        depth, before = 0, start
        limit = min(len(self.data), start + _LONGEST_STRING)
        for part in _STRING_PART.finditer(self.data, start, limit):
            self.spend(part.end() - before)
            before = part.end()
            depth += {b"(": 1, b")": -1}.get(part[0], 0)
            if depth == 0:
                return part.end()
        self.spend(limit - before)
        raise _Lost


def _add(items: list[_Value], made: _Value) -> None:
    """Add a value; `12 0 R` are three words and one reference."""
    if isinstance(made, _Atom) and made.token == b"R" and len(items) > 1:
        number, generation = items[-2:]
        if isinstance(number, _Atom) and isinstance(generation, _Atom) and number.token.isdigit():
            reference = int(number.token[-_LONGEST_NUMBER:])
            items[-2:] = [_Atom(number.start, made.end, b"R", reference)]
            return
    items.append(made)


class Pdf:
    """A PDF, found to be one by `check_pdf`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._budget = [_MOST_TOKENS]
        self._unpacked = _MOST_UNPACKED
        self._letters = _MOST_LETTERS
        self._packed: dict[int, bytes] = {}  # a holder's start → its bytes, unpacked
        self._is_followed = True  # to the last object
        self._last_end = data.rfind(b"endstream")
        standing = list(self._standing())
        self._trailers = [*self._found_trailers(), *_cross_references(standing)]
        self._is_encrypted = any(one.get(b"Encrypt") is not None for one in self._trailers)
        self._objects = [one for holder in standing for one in (holder, *self._held(holder))]
        self._newest = {one.number: one for one in self._objects}

    def _standing(self) -> Iterator[_Object]:
        """Every object in the file, also one that a later one replaces."""
        lengths = self._whole_numbers()
        reader, position = _Reader(self._data, self._budget), 0
        while self._budget[0] > 0 and (at := self._data.find(b"obj", position)) >= 0:
            position = at + len(b"obj")
            heading = _HEADING.search(self._data, max(0, at - _HEADING_BYTES), at)
            self._budget[0] -= 1
            if heading is None:
                continue
            try:
                found = self._object(reader, int(heading[1]), position, lengths)
            except _Lost:
                self._is_followed = False
                continue
            position = found.end
            yield found
        self._is_followed = self._is_followed and self._budget[0] > 0

    def _found_trailers(self) -> Iterator[_Group]:
        reader = _Reader(self._data, self._budget)
        for match in islice(_TRAILER.finditer(self._data), _MOST_TRAILERS):
            try:
                value = reader.value(match.end())
            except _Lost:
                self._is_followed = False
                continue
            if isinstance(value, _Group):
                yield value

    def _whole_numbers(self) -> dict[int, int]:
        """The objects that are a whole number, as many streams' lengths are."""
        found = {}
        for match in islice(_WHOLE_NUMBER.finditer(self._data), _MOST_NUMBERS):
            start = match.start()
            heading = _HEADING.search(self._data, max(0, start - _HEADING_BYTES), start)
            if heading is not None:
                found[int(heading[1])] = int(match[1])
        return found

    def _object(
        self, reader: _Reader, number: int, position: int, lengths: dict[int, int]
    ) -> _Object:
        value = reader.value(position)
        opening = _STREAM.match(self._data, value.end)
        if opening is None or not isinstance(value, _Group):
            return _Object(number, value, value.end)
        start = opening.end()
        length = _whole(value.get(b"Length"), lengths)
        if length is not None and _END_OF_STREAM.match(self._data, start + length):
            return _Object(number, value, start + length, range(start, start + length))
        end = -1 if start > self._last_end else self._data.find(b"endstream", start)
        if end < 0:
            raise _Lost
        return _Object(number, value, end, range(start, end))

    def _held(self, holder: _Object) -> Iterator[_Object]:
        """The objects that are packed into a stream."""
        if holder.dictionary.name(b"Type") != b"ObjStm":
            return
        packed = None if holder.dictionary.get(b"DecodeParms") else self._plain(holder)
        count, first = (_whole(holder.dictionary.get(key), {}) for key in (b"N", b"First"))
        if packed is None or count is None or first is None or holder.stream is None:
            self._is_followed = False
            return
        self._packed[holder.stream.start] = packed
        reader = _Reader(packed, self._budget)
        words = packed[:first].split(None, 2 * min(count, self._budget[0]))
        for number, offset in list(zip(words[::2], words[1::2], strict=False))[:count]:
            if self._budget[0] <= 0:
                self._is_followed = False
                return
            try:
                value = reader.value(first + int(offset[:_LONGEST_NUMBER]))
                found = int(number[:_LONGEST_NUMBER])
            except (_Lost, ValueError):
                self._is_followed = False
                continue
            yield _Object(found, value, value.end, holder=holder)

    def _plain(self, holder: _Object) -> bytes | None:
        """What is packed into a stream of objects; None where that can't be told."""
        if holder.stream is None or self._is_encrypted or _filters(holder) != [b"FlateDecode"]:
            return None
        return self._inflated(self._data[holder.stream.start : holder.stream.stop])

    def _inflated(self, packed: bytes) -> bytes | None:
        if self._unpacked <= 0:
            return None
        try:
            plain = zlib.decompressobj().decompress(packed, self._unpacked)
        except zlib.error:
            return None
        self._unpacked -= len(plain)
        return plain

    def _unpacked_stream(self, one: _Object, place: range) -> bytes:
        """A stream's bytes, unpacked as far as that is known and the file is not encrypted."""
        data = self._data[place.start : place.stop]
        for name in () if self._is_encrypted else _filters(one):
            plain = self._inflated(data) if name == b"FlateDecode" else self._read(name, data)
            if plain is None:
                break
            data = plain
        return data

    def _read(self, name: bytes, data: bytes) -> bytes | None:
        """What is written in letters; None where a file has more of them than any receipt."""
        if len(data) > self._letters:
            return None
        self._letters -= len(data)
        return _from_ascii(name, data)

    def cleaned(self) -> bytes:
        """The file without what it tells beside its pages, and without what it would run.

        No byte that is shown changes, and none changes its place.
        """
        edits = _Edits(self._data, self._packed)
        for trailer in self._trailers:
            self._clean(trailer, None, edits, is_own=False)
        own_names = self._own_names()
        for one in self._objects:
            if one.stream is not None and _is_left_over(one.dictionary):
                edits.make_null(one)
                continue
            self._clean(one.value, one.holder, edits, is_own=one.number in own_names)
            if one.stream is not None and _filters(one)[:1] == [b"DCTDecode"]:
                edits.put(one.stream, blanked_jpeg(self._data[one.stream.start : one.stream.stop]))
        infos = self._infos()
        for one in self._objects:
            if one.number in infos and one.dictionary.get(b"Type") is None:
                edits.make_null(one)
        for one in self._left_behind(edits):
            edits.make_null(one)
        return edits.applied(self._objects)

    def _own_names(self) -> set[int]:
        """The objects that are dictionaries of the file's own names."""
        return {
            value.reference
            for one in self._objects
            for group in _groups(one.value)
            for key, _, value in group.entries()
            if key in _OWN_NAMES and isinstance(value, _Atom) and value.reference
        }

    def _clean(
        self, value: _Value, holder: _Object | None, edits: "_Edits", *, is_own: bool
    ) -> None:
        """Take what is not shown out of a value; `is_own` says that its keys mean nothing."""
        waiting = [(value, is_own)]
        while waiting:
            one, is_own = waiting.pop()
            if not isinstance(one, _Group):
                continue
            if not one.is_dictionary:
                waiting += [(inner, False) for inner in one.items]
            elif self._runs(one) or _is_attached(one) or (not is_own and one.get(b"JS")):
                edits.empty(one, holder)
            else:
                gone = frozenset() if is_own else _gone_from(one)
                for key, atom, entry in one.entries():
                    if key in gone:
                        edits.blank_entry(atom, entry, holder)
                    else:
                        waiting.append((entry, key in _OWN_NAMES and not is_own))

    def _runs(self, group: _Group) -> bool:
        """Whether a dictionary is an action that does more than show another page."""
        for key, _, value in group.entries():
            if key == b"S":
                meant = self._meant(value)
                kind = value if meant is None else meant.value
                if isinstance(kind, _Atom) and kind.name in _RUNS:
                    return True
        return False

    def _infos(self) -> set[int]:
        values = [trailer.get(b"Info") for trailer in self._trailers]
        return {one.reference for one in values if isinstance(one, _Atom) and one.reference}

    def _left_behind(self, edits: "_Edits") -> Iterator[_Object]:
        """What only that led to which is gone now: the text of a script, an attached file.

        Nothing where the file could not be followed whole.
        """
        if self._is_followed and edits:
            gone = self._reached() - self._reached(edits)
            yield from (one for one in self._objects if one.number in gone)

    def _reached(self, edits: "_Edits | None" = None) -> set[int]:
        """The numbers of all objects that the trailers lead to; not through what is gone."""
        reached: set[int] = set()
        waiting: list[tuple[_Value, _Object | None]] = [(one, None) for one in self._trailers]
        while waiting:
            value, holder = waiting.pop()
            for atom in _references(value):
                number = atom.reference
                if number is None or number in reached or (edits and edits.has(atom, holder)):
                    continue
                reached.add(number)
                one = self._newest.get(number)
                if one is not None and not (edits and edits.is_null(one)):
                    waiting.append((one.value, one.holder))
        return reached

    def content(self) -> str:
        """A hash of what the pages are made of, whatever else is in the file and wherever it is.

        Of all bytes but blanks at both ends where the pages can't be found.
        """
        pages = [
            pages
            for trailer in reversed(self._trailers)
            if (root := self._meant(trailer.get(b"Root"))) is not None
            and (pages := root.dictionary.get(b"Pages")) is not None
        ]
        if not pages:
            start, end = self._data.find(b"%PDF-"), self._data.rfind(b"%%EOF")
            bare = self._data[start : end if end > start else None].rstrip(_BLANK)
            return hashlib.sha256(bare).hexdigest()
        digest, size = hashlib.sha256(), 0
        parts = self._shown(pages[0], is_told=False) if self._is_followed else self._all_streams()
        for part in parts:
            digest.update(part)
            size += len(part)
        if not size:
            for part in self._shown(pages[0], is_told=True):
                digest.update(part)
        return digest.hexdigest()

    def _all_streams(self) -> Iterator[bytes]:
        """What is in a file that can't be followed, as in one whose objects are encrypted."""
        for one in self._objects:
            if one.dictionary.name(b"Type") != b"XRef" and not _is_left_over(one.dictionary):
                yield self._stream(one)

    def _meant(self, value: _Value | None) -> _Object | None:
        if not isinstance(value, _Atom) or value.reference is None:
            return None
        return self._newest.get(value.reference)

    def _shown(self, start: _Value, *, is_told: bool) -> Iterator[bytes]:
        """The bytes of the streams that `start` leads to, in the order in which they are come to.

        With `is_told`, and for what stands on a page's own like a form's fields, the values too.
        """
        numbers: dict[int, int] = {}
        waiting: list[tuple[_Value | bytes, bool]] = [(start, is_told)]
        while waiting:
            one, is_told = waiting.pop()
            if isinstance(one, bytes):
                yield one if is_told else b""
            elif isinstance(one, _Group):
                is_gone = self._runs(one) or _is_attached(one)
                waiting += _laid_out(_NOTHING if is_gone else one, is_told=is_told)
            elif one.reference is None:
                yield _plain_token(one) if is_told else b""
            elif one.reference not in numbers:
                numbers[one.reference] = len(numbers)
                if (meant := self._newest.get(one.reference)) is not None:
                    yield self._stream(meant)
                    waiting.append((meant.value, is_told))
            elif is_told:
                yield b"R%d " % numbers[one.reference]

    def _stream(self, one: _Object) -> bytes:
        """What is in a stream; of drawing instructions without their blanks and their division."""
        if one.stream is None:
            return b""
        plain = self._unpacked_stream(one, one.stream)
        is_drawing = one.dictionary.get(b"Subtype") is None and not one.dictionary.get(b"Length1")
        return plain.translate(None, _BLANK) if is_drawing else plain.rstrip(b"\r\n")


class _Edits:
    """What is overwritten: in the file itself, and in what is packed into it."""

    def __init__(self, data: bytes, packed: dict[int, bytes]) -> None:
        self._data = data
        self._file: list[tuple[int, bytes]] = []
        self._packed = {start: bytearray(plain) for start, plain in packed.items()}
        self._plain = packed
        self._gone: set[tuple[int | None, int]] = set()
        self._null: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._gone or self._null)

    def put(self, place: range, data: bytes) -> None:
        self._file.append((place.start, data))

    def blank_entry(self, key: _Atom, value: _Value, holder: _Object | None) -> None:
        self._blank(key.start, value.end, holder)
        self._forget(value, holder)

    def empty(self, group: _Group, holder: _Object | None) -> None:
        """Leave nothing in a dictionary."""
        self._blank(group.start + 2, group.end - 2, holder)
        self._forget(group, holder)

    def _blank(self, start: int, end: int, holder: _Object | None, instead: bytes = b"") -> None:
        made = instead.ljust(end - start)[: end - start]
        if holder is None:
            self._file.append((start, made))
        elif holder.stream is not None:
            self._packed[holder.stream.start][start:end] = made

    def _forget(self, value: _Value, holder: _Object | None) -> None:
        self._gone.update((_key(holder), atom.start) for atom in _references(value))

    def make_null(self, one: _Object) -> None:
        """Put `null` in the place of a whole object, its stream included."""
        start, end = one.value.start, one.value.end
        if one.stream is not None:
            after = self._data.find(b"endstream", one.end)
            end = one.end if after < 0 else after + len(b"endstream")
        self._blank(start, end, one.holder, b"null" if end - start >= len(b"null") else b"0")
        self._null.add(id(one))

    def is_null(self, one: _Object) -> bool:
        return id(one) in self._null

    def has(self, reference: _Atom, holder: _Object | None) -> bool:
        """Whether a reference stood in what is gone."""
        return (_key(holder), reference.start) in self._gone

    def applied(self, objects: Iterable[_Object]) -> bytes:
        made = bytearray(self._data)
        for start, data in self._file:
            made[start : start + len(data)] = data
        holders = {one.stream.start: one for one in objects if one.stream is not None}
        for start, plain in self._packed.items():
            if plain == self._plain[start]:
                continue
            place = holders[start].stream or range(0)
            packed = zlib.compress(plain, 9)
            if len(packed) <= len(place):
                made[place.start : place.stop] = packed.ljust(len(place))
        return bytes(made)


def _key(holder: _Object | None) -> int | None:
    return None if holder is None or holder.stream is None else holder.stream.start


def _cross_references(objects: Iterable[_Object]) -> Iterator[_Group]:
    return (one.dictionary for one in objects if one.dictionary.name(b"Type") == b"XRef")


def _is_left_over(dictionary: _Group) -> bool:
    kind = dictionary.name(b"Type")
    return kind in (b"Metadata", b"EmbeddedFile") or dictionary.name(b"Subtype") == b"XML"


def _is_attached(group: _Group) -> bool:
    """Whether a dictionary describes a file in the file."""
    if group.get(b"EF") is None:
        return False
    names = (group.get(b"F"), group.get(b"UF"))
    has_name = any(isinstance(one, _Atom) and one.token[:1] in (b"(", b"<") for one in names)
    return has_name or group.name(b"Type") in (b"Filespec", b"F")


def _gone_from(group: _Group) -> frozenset[bytes]:
    """The entries of a dictionary that are not shown."""
    keys = {key for key, _, _ in group.entries()}
    if b"Root" in keys:
        return _NOT_SHOWN | {b"Info"}
    return _NOT_SHOWN | (_NAMED_NOT_SHOWN if keys <= _NAMED | _NAMED_NOT_SHOWN else frozenset())


def _filters(one: _Object) -> list[bytes]:
    """What a stream is packed with, the outermost first, by their long names."""
    filters = one.dictionary.get(b"Filter")
    names = filters.items if isinstance(filters, _Group) else [filters]
    found = [value.name or b"" for value in names if isinstance(value, _Atom)]
    return [_LONG_NAMES.get(name, name) for name in found]


def _from_ascii(name: bytes, data: bytes) -> bytes | None:
    """The bytes that are written in letters; None for another filter, or where they are wrong."""
    try:
        if name == b"ASCII85Decode":
            return base64.a85decode(data.partition(b"~")[0].removeprefix(b"<~"))
        if name == b"ASCIIHexDecode":
            return bytes.fromhex(data.partition(b">")[0].decode("ascii"))
    except ValueError:
        pass
    return None


def _whole(value: _Value | None, lengths: dict[int, int]) -> int | None:
    """A whole number, or that of the object that is referred to."""
    if not isinstance(value, _Atom):
        return None
    if value.reference is not None:
        return lengths.get(value.reference)
    return int(value.token[:_LONGEST_NUMBER]) if value.token.isdigit() else None


def _groups(value: _Value) -> Iterator[_Group]:
    """The value and all dictionaries in it."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, _Group):
            waiting += one.items
            if one.is_dictionary:
                yield one


def _references(value: _Value) -> Iterator[_Atom]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, _Group):
            waiting += one.items
        elif one.reference is not None:
            yield one


def _laid_out(group: _Group, *, is_told: bool) -> list[tuple[_Value | bytes, bool]]:
    """A group's parts, the first one last; a dictionary's in the order of its keys."""
    if not group.is_dictionary:
        parts = [(one, is_told) for one in reversed(group.items)]
        return [(b"] ", is_told), *parts, (b"[ ", is_told)]
    is_page = group.name(b"Type") in (b"Page", b"Pages")
    laid: list[tuple[_Value | bytes, bool]] = [(b">> ", is_told)]
    for key, _, value in sorted(group.entries(), key=lambda entry: entry[0], reverse=True):
        is_compared = key not in (_NOT_COMPARED if is_told else _NOT_SHOWN)
        if is_compared and (is_told or not is_page or key in _PAGE_PARTS):
            is_own = is_told or key == b"Annots"
            laid += [(value, is_own), (b"/" + key + b" ", is_own)]
    return [*laid, (b"<< ", is_told)]


def _plain_token(atom: _Atom) -> bytes:
    """A token as it is compared: a name without its escapes."""
    return (atom.token if atom.name is None else b"/" + atom.name) + b" "
