"""Read a PDF's objects, remove hidden data and compare the pages (ISO 32000-2, 7.3 and 7.5).

The reader goes through the file once and finds every object, without the cross-reference tables.
No byte moves: blanks of the same length overwrite the removed data, so that offsets stay right and
pages look the same. Data that the reader can't follow stays as it is; the browser shows a proof in
a sandbox. A file without hidden data stays identical, byte for byte.
"""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Union

from comanda.media.jpeg import blanked_jpeg

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
_BYTES_OF_A_STEP = 100  # a long token costs several steps: rereading a file is bounded
_LONGEST_STRING, _LONGEST_COMMENT = 1024 * 1024, 64 * 1024
_MOST_TRAILERS, _MOST_NUMBERS = 100, 20_000
_MOST_UNPACKED = 32 * 1024 * 1024  # bytes of a file's streams together
_MOST_UNPACKED_OBJECTS = 8 * 1024 * 1024  # of them, bytes of packed objects
# Plain bytes of a file that are packed as small as zlib can, at 2.5 s a megabyte of the worst kind.
_MOST_PACKED_SMALL = 128 * 1024
_MOST_LETTER_BYTES = 1024 * 1024  # of ASCII85 and hexadecimal streams: Python decodes them slowly

# Actions that do more than go to a page of the same file.
_ACTIVE_KINDS = frozenset(
    b"JavaScript Launch URI SubmitForm ImportData GoToR GoToE GoTo3DView Rendition Movie Sound"
    b" RichMediaExecute ResetForm Thread Named".split()
)
_HIDDEN_KEYS = frozenset(b"Metadata PieceInfo LastModified XFA AF OnInstantiate".split())
# The keys that a catalog's dictionary of names may have, and the hidden ones of them.
_CATALOG_NAMES = frozenset(b"Dests AP Pages Templates".split())
_HIDDEN_CATALOG_NAMES = frozenset(
    b"JavaScript IDS URLS EmbeddedFiles AlternatePresentations Renditions".split()
)
# Dictionaries whose keys are names that the file chose, without a meaning in the standard.
_OWN_NAME_KEYS = frozenset(
    b"Font XObject ExtGState ColorSpace Pattern Shading Properties CharProcs Dests".split()
)
_PAGE_PARTS = frozenset(b"Kids Contents Resources Annots Group".split())
_NOT_COMPARED = _HIDDEN_KEYS | frozenset(
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
    """A name, number, string or word as the file spells it, or a reference to an object."""

    start: int
    end: int
    token: bytes
    reference: int | None = None

    @property
    def name(self) -> bytes | None:
        """The name without its slash and its escapes, or None for another kind of token."""
        if self.token[:1] != b"/" or len(self.token) > _LONGEST_NAME:
            return None
        return _HEX_ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), self.token[1:])


@dataclass(slots=True)
class _Group:
    """A dictionary or an array; a dictionary's items are its keys and values in turn."""

    start: int
    end: int
    is_dictionary: bool
    items: list["_Value"] = field(default_factory=list)

    def entries(self) -> Iterator[tuple[bytes, "_Atom", "_Value"]]:
        """Yield each entry of a dictionary: the key's name, the key's token and the value."""
        pairs = iter(self.items if self.is_dictionary else ())
        for key, value in zip(pairs, pairs, strict=False):
            if isinstance(key, _Atom) and key.name is not None:
                yield key.name, key, value

    def get(self, wanted_key: bytes) -> Union["_Value", None]:
        return next((value for key, _, value in self.entries() if key == wanted_key), None)

    def name(self, wanted_key: bytes) -> bytes | None:
        """Return the entry's value if the value is a name, else None."""
        value = self.get(wanted_key)
        return value.name if isinstance(value, _Atom) else None


_Value = _Atom | _Group
_EMPTY_DICTIONARY = _Group(0, 0, is_dictionary=True)


@dataclass(slots=True)
class _Object:
    """An object's number, its value, and the range of its stream; `end` is past all its bytes.

    `holder` is the stream that the object is packed into, or None for an object in the file itself.
    """

    number: int
    value: _Value
    end: int
    stream: range | None = None
    holder: "_Object | None" = None

    @property
    def dictionary(self) -> _Group:
        return self.value if isinstance(self.value, _Group) else _EMPTY_DICTIONARY


class _StructureLost(Exception):
    """The reader can't follow the structure any further."""


class _Reader:
    """Reads values from one buffer; all readers of a file share its budget of tokens."""

    def __init__(self, data: bytes, budget: list[int]) -> None:
        self.data = data
        self._budget = budget

    def value(self, position: int) -> _Value:
        """Return the value that begins at `position`. Raises _StructureLost."""
        open_groups: list[_Group] = []
        while True:
            match = self._token(position)
            position, kind = match.end(), match.lastgroup
            if kind == "skip":
                continue
            value: _Value
            if kind == "open":
                open_groups.append(_Group(match.start(), 0, is_dictionary=match[0] == b"<<"))
                continue
            if kind == "close":
                if not open_groups:
                    raise _StructureLost
                value = open_groups.pop()
                value.end = position
            elif kind == "string":
                position = self._end_of_string(match.start())
                value = _Atom(match.start(), position, self.data[match.start() : position])
            elif kind == "stray":
                raise _StructureLost
            else:
                value = _Atom(match.start(), position, match[0])
            if not open_groups:
                return value
            _append_value(open_groups[-1].items, value)

    def _token(self, position: int) -> re.Match[bytes]:
        match = _TOKEN.match(self.data, position)
        if match is None:
            raise _StructureLost
        self.spend(match.end() - position)
        if match.lastgroup == "skip" and match.end() - position > _LONGEST_COMMENT:
            raise _StructureLost
        return match

    def spend(self, size: int = 0) -> None:
        """Count a step over `size` bytes. Raises _StructureLost after too many steps."""
        self._budget[0] -= 1 + size // _BYTES_OF_A_STEP
        if self._budget[0] < 0:
            raise _StructureLost

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
        raise _StructureLost


def _append_value(items: list[_Value], value: _Value) -> None:
    """Append a value; the three words `12 0 R` become a single reference."""
    if isinstance(value, _Atom) and value.token == b"R" and len(items) > 1:
        number, generation = items[-2:]
        if isinstance(number, _Atom) and isinstance(generation, _Atom) and number.token.isdigit():
            reference = int(number.token[-_LONGEST_NUMBER:])
            items[-2:] = [_Atom(number.start, value.end, b"R", reference)]
            return
    items.append(value)


class Pdf:
    """The objects of a PDF that `check_pdf` accepted."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._budget = [_MOST_TOKENS]
        self._unpack_bytes_left = _MOST_UNPACKED
        self._object_bytes_left = _MOST_UNPACKED_OBJECTS
        self._letter_bytes_left = _MOST_LETTER_BYTES
        self._unpacked_by_start: dict[int, bytes] = {}  # by the `stream.start` of the holder
        self._is_followed = True  # False after an object that could not be read
        self._last_end_of_stream = data.rfind(b"endstream")
        file_objects = list(self._read_file_objects())
        self._trailers = [*self._read_trailers(), *_cross_reference_dictionaries(file_objects)]
        self._is_encrypted = any(trailer.get(b"Encrypt") is not None for trailer in self._trailers)
        self._objects = [
            pdf_object
            for holder in file_objects
            for pdf_object in (holder, *self._read_packed_objects(holder))
        ]
        self._newest = {pdf_object.number: pdf_object for pdf_object in self._objects}

    def _read_file_objects(self) -> Iterator[_Object]:
        """Yield every object of the file, also an object that a later revision replaces."""
        lengths = self._read_lengths()
        reader, position = _Reader(self._data, self._budget), 0
        while self._budget[0] > 0 and (at := self._data.find(b"obj", position)) >= 0:
            position = at + len(b"obj")
            heading = _HEADING.search(self._data, max(0, at - _HEADING_BYTES), at)
            self._budget[0] -= 1
            if heading is None:
                continue
            try:
                file_object = self._read_object(reader, int(heading[1]), position, lengths)
            except _StructureLost:
                self._is_followed = False
                continue
            position = file_object.end
            yield file_object
        self._is_followed = self._is_followed and self._budget[0] > 0

    def _read_trailers(self) -> Iterator[_Group]:
        reader = _Reader(self._data, self._budget)
        for match in islice(_TRAILER.finditer(self._data), _MOST_TRAILERS):
            try:
                value = reader.value(match.end())
            except _StructureLost:
                self._is_followed = False
                continue
            if isinstance(value, _Group):
                yield value

    def _read_lengths(self) -> dict[int, int]:
        """Return the objects that are an integer, number → integer: many are streams' lengths."""
        numbers = {}
        for match in islice(_WHOLE_NUMBER.finditer(self._data), _MOST_NUMBERS):
            start = match.start()
            heading = _HEADING.search(self._data, max(0, start - _HEADING_BYTES), start)
            if heading is not None:
                numbers[int(heading[1])] = int(match[1])
        return numbers

    def _read_object(
        self, reader: _Reader, number: int, position: int, lengths: dict[int, int]
    ) -> _Object:
        value = reader.value(position)
        opening = _STREAM.match(self._data, value.end)
        if opening is None or not isinstance(value, _Group):
            return _Object(number, value, value.end)
        start = opening.end()
        length = _whole_number(value.get(b"Length"), lengths)
        if length is not None and _END_OF_STREAM.match(self._data, start + length):
            return _Object(number, value, start + length, range(start, start + length))
        end = -1 if start > self._last_end_of_stream else self._data.find(b"endstream", start)
        if end < 0:
            raise _StructureLost
        return _Object(number, value, end, range(start, end))

    def _read_packed_objects(self, holder: _Object) -> Iterator[_Object]:
        """Yield the objects that are packed into an object stream."""
        if holder.dictionary.name(b"Type") != b"ObjStm":
            return
        plain = None if holder.dictionary.get(b"DecodeParms") else self._unpack_objects(holder)
        count, first = (_whole_number(holder.dictionary.get(key), {}) for key in (b"N", b"First"))
        if plain is None or count is None or first is None or holder.stream is None:
            self._is_followed = False
            return
        self._unpacked_by_start[holder.stream.start] = plain
        reader = _Reader(plain, self._budget)
        words = plain[:first].split(None, 2 * min(count, self._budget[0]))
        for number_word, offset_word in list(zip(words[::2], words[1::2], strict=False))[:count]:
            if self._budget[0] <= 0:
                self._is_followed = False
                return
            try:
                value = reader.value(first + int(offset_word[:_LONGEST_NUMBER]))
                object_number = int(number_word[:_LONGEST_NUMBER])
            except (_StructureLost, ValueError):
                self._is_followed = False
                continue
            yield _Object(object_number, value, value.end, holder=holder)

    def _unpack_objects(self, holder: _Object) -> bytes | None:
        """Return an object stream's unpacked bytes, or None if they can't be unpacked."""
        if holder.stream is None or self._is_encrypted or _filters(holder) != [b"FlateDecode"]:
            return None
        packed = self._data[holder.stream.start : holder.stream.stop]
        plain = self._inflate(packed, self._object_bytes_left)
        self._object_bytes_left -= len(plain or b"")
        return plain if self._object_bytes_left > 0 else None

    def _inflate(self, packed: bytes, most_bytes: int = _MOST_UNPACKED) -> bytes | None:
        most_bytes = min(most_bytes, self._unpack_bytes_left)
        if most_bytes <= 0:
            return None
        try:
            plain = zlib.decompressobj().decompress(packed, most_bytes)
        except zlib.error:
            return None
        self._unpack_bytes_left -= len(plain)
        return plain

    def _unpack_stream(self, pdf_object: _Object, place: range) -> bytes:
        """Return a stream's bytes, unpacked as far as the filters are known.

        The stream of an encrypted file stays packed.
        """
        data = self._data[place.start : place.stop]
        for name in () if self._is_encrypted else _filters(pdf_object):
            plain = (
                self._inflate(data) if name == b"FlateDecode" else self._decode_letters(name, data)
            )
            if plain is None:
                break
            data = plain
        return data

    def _decode_letters(self, name: bytes, data: bytes) -> bytes | None:
        """Decode ASCII85 or hexadecimal; None for another filter or beyond the file's limit."""
        if len(data) > self._letter_bytes_left:
            return None
        self._letter_bytes_left -= len(data)
        return _decode_ascii(name, data)

    def cleaned_bytes(self) -> bytes:
        """Return the file without metadata, scripts, attached files and active actions.

        The bytes of the visible pages keep their values, and every byte keeps its offset.
        """
        edits = _Edits(self._data, self._unpacked_by_start)
        for trailer in self._trailers:
            self._remove_hidden(trailer, None, edits, has_own_keys=False)
        own_names = self._own_name_dictionaries()
        for pdf_object in self._objects:
            if pdf_object.stream is not None and _is_hidden_stream(pdf_object.dictionary):
                edits.make_null(pdf_object)
                continue
            self._remove_hidden(
                pdf_object.value,
                pdf_object.holder,
                edits,
                has_own_keys=pdf_object.number in own_names,
            )
            if pdf_object.stream is not None and _filters(pdf_object)[:1] == [b"DCTDecode"]:
                edits.replace_bytes(
                    pdf_object.stream,
                    blanked_jpeg(self._data[pdf_object.stream.start : pdf_object.stream.stop]),
                )
        infos = self._info_numbers()
        for pdf_object in self._objects:
            if pdf_object.number in infos and pdf_object.dictionary.get(b"Type") is None:
                edits.make_null(pdf_object)
        for pdf_object in self._unreachable_objects(edits):
            edits.make_null(pdf_object)
        return edits.apply_to(self._objects)

    def _own_name_dictionaries(self) -> set[int]:
        """Return the numbers of the objects whose keys are names that the file chose."""
        return {
            value.reference
            for pdf_object in self._objects
            for group in _nested_dictionaries(pdf_object.value)
            for key, _, value in group.entries()
            if key in _OWN_NAME_KEYS and isinstance(value, _Atom) and value.reference
        }

    def _remove_hidden(
        self, value: _Value, holder: _Object | None, edits: "_Edits", *, has_own_keys: bool
    ) -> None:
        """Remove the hidden data from a value.

        With `has_own_keys`, the keys are names that the file chose: none of them is removed.
        """
        pending_values = [(value, has_own_keys)]
        while pending_values:
            item, has_own_keys = pending_values.pop()
            if not isinstance(item, _Group):
                continue
            if not item.is_dictionary:
                pending_values += [(nested_value, False) for nested_value in item.items]
            elif (
                self._is_active(item)
                or _is_file_attachment(item)
                or (not has_own_keys and item.get(b"JS"))
            ):
                edits.empty_group(item, holder)
            else:
                hidden_keys = frozenset() if has_own_keys else _hidden_keys(item)
                for key, atom, entry in item.entries():
                    if key in hidden_keys:
                        edits.blank_entry(atom, entry, holder)
                    else:
                        pending_values.append((entry, key in _OWN_NAME_KEYS and not has_own_keys))

    def _is_active(self, group: _Group) -> bool:
        """Return whether a dictionary is an action that does more than go to a page."""
        for key, _, value in group.entries():
            if key == b"S":
                target = self._resolve(value)
                kind = value if target is None else target.value
                if isinstance(kind, _Atom) and kind.name in _ACTIVE_KINDS:
                    return True
        return False

    def _info_numbers(self) -> set[int]:
        values = [trailer.get(b"Info") for trailer in self._trailers]
        return {value.reference for value in values if isinstance(value, _Atom) and value.reference}

    def _unreachable_objects(self, edits: "_Edits") -> Iterator[_Object]:
        """Yield the objects that only removed references lead to, like a script's text.

        If part of the file could not be read, no object counts as unreachable.
        """
        if self._is_followed and edits:
            removed_numbers = self._reachable_numbers() - self._reachable_numbers(edits)
            yield from (
                pdf_object for pdf_object in self._objects if pdf_object.number in removed_numbers
            )

    def _reachable_numbers(self, edits: "_Edits | None" = None) -> set[int]:
        """Return the numbers of the objects that the trailers lead to.

        With `edits`, removed references and null objects lead nowhere.
        """
        numbers: set[int] = set()
        pending_values: list[tuple[_Value, _Object | None]] = [
            (trailer, None) for trailer in self._trailers
        ]
        while pending_values:
            value, holder = pending_values.pop()
            for atom in _references(value):
                number = atom.reference
                if (
                    number is None
                    or number in numbers
                    or (edits and edits.has_removed(atom, holder))
                ):
                    continue
                numbers.add(number)
                pdf_object = self._newest.get(number)
                if pdf_object is not None and not (edits and edits.is_null(pdf_object)):
                    pending_values.append((pdf_object.value, pdf_object.holder))
        return numbers

    def content_hash(self) -> str:
        """Return a SHA-256 of the pages' content, in hex.

        Other data in the file and the place of the objects don't change the hash. For a file whose
        pages can't be found, the hash is of all bytes from the header to the last `%%EOF`.
        """
        pages = [
            pages
            for trailer in reversed(self._trailers)
            if (root := self._resolve(trailer.get(b"Root"))) is not None
            and (pages := root.dictionary.get(b"Pages")) is not None
        ]
        if not pages:
            start, end = self._data.find(b"%PDF-"), self._data.rfind(b"%%EOF")
            bare = self._data[start : end if end > start else None].rstrip(_BLANK)
            return hashlib.sha256(bare).hexdigest()
        digest, size = hashlib.sha256(), 0
        parts = (
            self._shown_parts(pages[0], has_values=False)
            if self._is_followed
            else self._all_streams()
        )
        for part in parts:
            digest.update(part)
            size += len(part)
        if not size:
            for part in self._shown_parts(pages[0], has_values=True):
                digest.update(part)
        return digest.hexdigest()

    def _all_streams(self) -> Iterator[bytes]:
        """Yield every stream of a file that can't be followed, e.g. with encrypted objects."""
        for pdf_object in self._objects:
            if pdf_object.dictionary.name(b"Type") != b"XRef" and not _is_hidden_stream(
                pdf_object.dictionary
            ):
                yield self._stream_content(pdf_object)

    def _resolve(self, value: _Value | None) -> _Object | None:
        if not isinstance(value, _Atom) or value.reference is None:
            return None
        return self._newest.get(value.reference)

    def _shown_parts(self, start: _Value, *, has_values: bool) -> Iterator[bytes]:
        """Yield the content of the streams that `start` leads to, in the order of the references.

        With `has_values`, the values are yielded, too. The values of a page's annotations, like a
        form's fields, always are.
        """
        numbers: dict[int, int] = {}
        pending_items: list[tuple[_Value | bytes, bool]] = [(start, has_values)]
        while pending_items:
            item, has_values = pending_items.pop()
            if isinstance(item, bytes):
                yield item if has_values else b""
            elif isinstance(item, _Group):
                is_hidden = self._is_active(item) or _is_file_attachment(item)
                pending_items += _lay_out(
                    _EMPTY_DICTIONARY if is_hidden else item, has_values=has_values
                )
            elif item.reference is None:
                yield _normal_token(item) if has_values else b""
            elif item.reference not in numbers:
                numbers[item.reference] = len(numbers)
                if (target := self._newest.get(item.reference)) is not None:
                    yield self._stream_content(target)
                    pending_items.append((target.value, has_values))
            elif has_values:
                yield b"R%d " % numbers[item.reference]

    def _stream_content(self, pdf_object: _Object) -> bytes:
        """Return a stream's content; drawing instructions without blanks.

        The same instructions, spaced or divided otherwise, give the same content.
        """
        if pdf_object.stream is None:
            return b""
        plain = self._unpack_stream(pdf_object, pdf_object.stream)
        is_drawing = pdf_object.dictionary.get(
            b"Subtype"
        ) is None and not pdf_object.dictionary.get(b"Length1")
        return plain.translate(None, _BLANK) if is_drawing else plain.rstrip(b"\r\n")


class _Edits:
    """The changes to make, in the file's own bytes and in its unpacked object streams."""

    def __init__(self, data: bytes, unpacked_by_start: dict[int, bytes]) -> None:
        self._data = data
        self._file_edits: list[tuple[int, bytes]] = []
        self._before = unpacked_by_start
        self._after: dict[int, bytearray] = {}  # copies of the streams that are changed
        self._small_bytes_left = _MOST_PACKED_SMALL
        self._removed_references: set[tuple[int | None, int]] = set()
        self._null_objects: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._removed_references or self._null_objects)

    def replace_bytes(self, place: range, data: bytes) -> None:
        self._file_edits.append((place.start, data))

    def blank_entry(self, key: _Atom, value: _Value, holder: _Object | None) -> None:
        self._blank(key.start, value.end, holder)
        self._note_removed(value, holder)

    def empty_group(self, group: _Group, holder: _Object | None) -> None:
        """Overwrite all entries of a dictionary with blanks."""
        self._blank(group.start + 2, group.end - 2, holder)
        self._note_removed(group, holder)

    def _blank(
        self, start: int, end: int, holder: _Object | None, replacement: bytes = b""
    ) -> None:
        overwritten = replacement.ljust(end - start)[: end - start]
        if holder is None:
            self._file_edits.append((start, overwritten))
        elif holder.stream is not None:
            self._unpacked_copy(holder.stream.start)[start:end] = overwritten

    def _unpacked_copy(self, start: int) -> bytearray:
        if start not in self._after:
            self._after[start] = bytearray(self._before[start])
        return self._after[start]

    def _note_removed(self, value: _Value, holder: _Object | None) -> None:
        self._removed_references.update(
            (_holder_key(holder), atom.start) for atom in _references(value)
        )

    def make_null(self, pdf_object: _Object) -> None:
        """Replace a whole object, its stream included, by `null`."""
        start, end = pdf_object.value.start, pdf_object.value.end
        if pdf_object.stream is not None:
            after = self._data.find(b"endstream", pdf_object.end)
            end = pdf_object.end if after < 0 else after + len(b"endstream")
        self._blank(start, end, pdf_object.holder, b"null" if end - start >= len(b"null") else b"0")
        self._null_objects.add(id(pdf_object))

    def is_null(self, pdf_object: _Object) -> bool:
        return id(pdf_object) in self._null_objects

    def has_removed(self, reference: _Atom, holder: _Object | None) -> bool:
        """Return whether a reference stood in removed data."""
        return (_holder_key(holder), reference.start) in self._removed_references

    def apply_to(self, objects: Iterable[_Object]) -> bytes:
        if not self._file_edits and not self._after:
            return self._data
        edited_file = bytearray(self._data)
        for start, data in self._file_edits:
            edited_file[start : start + len(data)] = data
        holders = {
            pdf_object.stream.start: pdf_object
            for pdf_object in objects
            if pdf_object.stream is not None
        }
        for start, plain in self._after.items():
            place = holders[start].stream or range(0)
            packed = self._pack(plain, len(place))
            if plain != self._before[start] and len(packed) <= len(place):
                edited_file[place.start : place.stop] = packed.ljust(len(place))
        return bytes(edited_file)

    def _pack(self, plain: bytearray, most_bytes: int) -> bytes:
        """Return a stream packed, as small as possible if `most_bytes` are not enough otherwise."""
        packed = zlib.compress(plain)
        if len(packed) > most_bytes and len(plain) <= self._small_bytes_left:
            self._small_bytes_left -= len(plain)
            packed = zlib.compress(plain, 9)
        return packed


def _holder_key(holder: _Object | None) -> int | None:
    return None if holder is None or holder.stream is None else holder.stream.start


def _cross_reference_dictionaries(objects: Iterable[_Object]) -> Iterator[_Group]:
    return (
        pdf_object.dictionary
        for pdf_object in objects
        if pdf_object.dictionary.name(b"Type") == b"XRef"
    )


def _is_hidden_stream(dictionary: _Group) -> bool:
    kind = dictionary.name(b"Type")
    return kind in (b"Metadata", b"EmbeddedFile") or dictionary.name(b"Subtype") == b"XML"


def _is_file_attachment(group: _Group) -> bool:
    """Return whether a dictionary describes an attached file."""
    if group.get(b"EF") is None:
        return False
    names = (group.get(b"F"), group.get(b"UF"))
    has_name = any(isinstance(name, _Atom) and name.token[:1] in (b"(", b"<") for name in names)
    return has_name or group.name(b"Type") in (b"Filespec", b"F")


def _hidden_keys(group: _Group) -> frozenset[bytes]:
    """Return the keys of a dictionary whose entries are to be removed."""
    keys = {key for key, _, _ in group.entries()}
    if b"Root" in keys:
        return _HIDDEN_KEYS | {b"Info"}
    return _HIDDEN_KEYS | (
        _HIDDEN_CATALOG_NAMES if keys <= _CATALOG_NAMES | _HIDDEN_CATALOG_NAMES else frozenset()
    )


def _filters(pdf_object: _Object) -> list[bytes]:
    """Return the long names of a stream's filters, in the order of decoding."""
    filters = pdf_object.dictionary.get(b"Filter")
    names = filters.items if isinstance(filters, _Group) else [filters]
    filter_names = [value.name or b"" for value in names if isinstance(value, _Atom)]
    return [_LONG_NAMES.get(name, name) for name in filter_names]


def _decode_ascii(name: bytes, data: bytes) -> bytes | None:
    """Decode ASCII85 or hexadecimal; None for another filter or for wrong data."""
    try:
        if name == b"ASCII85Decode":
            return base64.a85decode(data.partition(b"~")[0].removeprefix(b"<~"))
        if name == b"ASCIIHexDecode":
            return bytes.fromhex(data.partition(b">")[0].decode("ascii"))
    except ValueError:
        pass
    return None


def _whole_number(value: _Value | None, lengths: dict[int, int]) -> int | None:
    """Return an integer, or the integer that a reference points to (`lengths`), or None."""
    if not isinstance(value, _Atom):
        return None
    if value.reference is not None:
        return lengths.get(value.reference)
    return int(value.token[:_LONGEST_NUMBER]) if value.token.isdigit() else None


def _nested_dictionaries(value: _Value) -> Iterator[_Group]:
    """Yield all dictionaries in a value, the value itself included."""
    pending_values = [value]
    while pending_values:
        nested_value = pending_values.pop()
        if isinstance(nested_value, _Group):
            pending_values += nested_value.items
            if nested_value.is_dictionary:
                yield nested_value


def _references(value: _Value) -> Iterator[_Atom]:
    pending_values = [value]
    while pending_values:
        nested_value = pending_values.pop()
        if isinstance(nested_value, _Group):
            pending_values += nested_value.items
        elif nested_value.reference is not None:
            yield nested_value


def _lay_out(group: _Group, *, has_values: bool) -> list[tuple[_Value | bytes, bool]]:
    """Return a group's parts in reverse, ready to be popped; a dictionary's sorted by key."""
    if not group.is_dictionary:
        parts = [(item, has_values) for item in reversed(group.items)]
        return [(b"] ", has_values), *parts, (b"[ ", has_values)]
    is_page = group.name(b"Type") in (b"Page", b"Pages")
    entry_parts: list[tuple[_Value | bytes, bool]] = [(b">> ", has_values)]
    for key, _, value in sorted(group.entries(), key=lambda entry: entry[0], reverse=True):
        is_compared = key not in (_NOT_COMPARED if has_values else _HIDDEN_KEYS)
        if is_compared and (has_values or not is_page or key in _PAGE_PARTS):
            part_has_values = has_values or key == b"Annots"
            entry_parts += [(value, part_has_values), (b"/" + key + b" ", part_has_values)]
    return [*entry_parts, (b"<< ", has_values)]


def _normal_token(atom: _Atom) -> bytes:
    """Return a token for comparison: a name without its escapes."""
    return (atom.token if atom.name is None else b"/" + atom.name) + b" "
