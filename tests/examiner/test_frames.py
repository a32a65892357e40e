"""What goes over the pipe comes out of it unchanged, or raises; there is no half answer."""

import json
import struct
import zlib

import pytest

from comanda.domain.examinations import Facts, Shown
from comanda.examiner import frames
from comanda.examiner.frames import HEADER_BYTES, BrokenFrame

FULL = Facts(
    is_damaged=True,
    content="c" * 64,
    image_hash=bytes(range(128)),
    thumbnail=b"RIFF-thumbnail",
    shown=Shown("image/jpeg", b"\xff\xd8-shown"),
)
ANSWERS = {
    "everything": FULL,
    "nothing": Facts(),
    "an empty thumbnail": Facts(thumbnail=b""),
    "a thumbnail alone": Facts(thumbnail=b"RIFF"),
    "another file alone": Facts(shown=Shown("image/png", b"\x89PNG")),
    "unreadable": None,
}


def parts(frame: bytes) -> tuple[frames.Header, bytes]:
    return frames.decode_header(frame[:HEADER_BYTES]), frame[HEADER_BYTES:]


def frame_of(kind: int, fields: object, raw: bytes = b"") -> bytes:
    """A frame whose lengths and checksum are right, whatever it says."""
    body = json.dumps(fields).encode() + raw
    head = struct.pack(">4sBIII", b"cmd1", kind, len(body) - len(raw), len(raw), zlib.crc32(body))
    return head + body


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_comes_out_as_it_went_in(what: str) -> None:
    header, body = parts(frames.encode_answer(ANSWERS[what]))
    assert header.body_bytes == len(body)
    assert frames.decode_answer(header, body) == ANSWERS[what]


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 1000])
def test_a_request_comes_out_as_it_went_in(data: bytes) -> None:
    header, body = parts(b"".join(frames.encode_request("image/heic", data)))
    assert header.body_bytes == len(body)
    assert frames.decode_request(header, body) == frames.Request("image/heic", data)


def test_a_frame_that_is_cut_anywhere_raises() -> None:
    frame = frames.encode_answer(FULL)
    for end in range(len(frame)):
        with pytest.raises(BrokenFrame):
            frames.decode_answer(*parts(frame[:end]))


def test_a_frame_with_a_changed_byte_anywhere_raises_or_says_the_same() -> None:
    frame = frames.encode_answer(FULL)
    for at in range(len(frame)):
        changed = bytearray(frame)
        changed[at] ^= 0x10
        with pytest.raises(BrokenFrame):
            frames.decode_answer(*parts(bytes(changed)))


@pytest.mark.parametrize("at", [5, 9])
@pytest.mark.parametrize("size", [frames.LARGEST_BODY + 1, 2**32 - 1])
def test_a_frame_of_an_absurd_size_is_refused_by_its_header(at: int, size: int) -> None:
    head = bytearray(frames.READY[:HEADER_BYTES])
    head[at : at + 4] = struct.pack(">I", size)
    with pytest.raises(BrokenFrame, match="absurd"):
        frames.decode_header(bytes(head))


@pytest.mark.parametrize(
    "fields",
    [
        [],
        {},
        {"content": 5, "is_damaged": False},
        {"content": "", "is_damaged": 1, "image_hash": None},
        {"content": "", "is_damaged": False, "image_hash": "not hex"},
        {"content": "", "is_damaged": False, "image_hash": None, "thumbnail_bytes": 5},
        {"content": "", "is_damaged": False, "image_hash": None, "thumbnail_bytes": -5},
        {"content": "", "is_damaged": False, "image_hash": None, "thumbnail_bytes": True},
    ],
)
def test_fields_that_no_examiner_writes_raise(fields: object) -> None:
    with pytest.raises(BrokenFrame):
        frames.decode_answer(*parts(frame_of(frames.Kind.FACTS, fields)))


def test_each_side_takes_only_its_own_kinds_of_frame() -> None:
    with pytest.raises(BrokenFrame):
        frames.decode_answer(*parts(frames.READY))
    with pytest.raises(BrokenFrame):
        frames.decode_answer(*parts(b"".join(frames.encode_request("image/png", b"x"))))
    with pytest.raises(BrokenFrame):
        frames.decode_request(*parts(frames.encode_answer(None)))
    with pytest.raises(BrokenFrame):
        frames.check_ready(*parts(frames.encode_answer(None)))
    with pytest.raises(BrokenFrame):
        frames.decode_header(frame_of(9, {})[:HEADER_BYTES])
    frames.check_ready(*parts(frames.READY))


def test_json_that_is_none_raises() -> None:
    body = b"{no json"
    header = frames.Header(frames.Kind.UNREADABLE, len(body), 0, zlib.crc32(body))
    with pytest.raises(BrokenFrame):
        frames.decode_answer(header, body)
