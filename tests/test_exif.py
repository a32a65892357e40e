"""EXIF is read as Pillow reads it, and whatever stands in it raises nothing."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from comanda.media.exif import ExifFacts, orientation_tiff, read_exif
from tests.test_metadata import BAD_EXIF, ifd

ORDERS = st.sampled_from(["MM", "II"])
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda at: f"{at:%Y:%m:%d %H:%M:%S}"
)
ZONES = st.sampled_from(["", "Z", "-06:00", "+0530", "+14:00", "nonsense", "  ", "-06:00\x00"])
TEXTS = st.one_of(TIMES, st.sampled_from(["", "0000:00:00 00:00:00", "   ", "ayer"]))


def tiff(order: str, orientation: int, taken: str, zone: str, maker: str) -> bytes:
    """An EXIF as cameras write it, in either byte order."""
    tags = Image.Exif()
    tags.endian = ">" if order == "MM" else "<"
    tags[ExifTags.Base.Make] = maker
    tags[ExifTags.Base.Orientation] = orientation
    inner = tags.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.DateTimeOriginal] = taken
    inner[ExifTags.Base.OffsetTimeOriginal] = zone
    tags.get_ifd(ExifTags.IFD.GPSInfo)[2] = (19.0, 25.0, 57.0)
    return tags.tobytes()


def by_pillow(exif: bytes) -> ExifFacts:
    tags = Image.Exif()
    tags.load(exif)
    orientation = tags.get(ExifTags.Base.Orientation, 1)
    inner = tags.get_ifd(ExifTags.IFD.Exif)
    taken = str(inner.get(ExifTags.Base.DateTimeOriginal, "")).strip("\x00 ")
    zone = str(inner.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\x00 ")
    for value, pattern in ((taken + zone, "%Y:%m:%d %H:%M:%S%z"), (taken, "%Y:%m:%d %H:%M:%S")):
        with suppress(ValueError):
            at = datetime.strptime(value, pattern)  # noqa: DTZ007
            return ExifFacts(orientation, at.astimezone(UTC) if at.tzinfo else at)
    return ExifFacts(orientation, None)


@given(ORDERS, st.integers(1, 8), TEXTS, ZONES, st.text("Aé ", max_size=9))
def test_what_a_camera_writes_is_read_as_pillow_reads_it(
    order: str, orientation: int, taken: str, zone: str, maker: str
) -> None:
    exif = tiff(order, orientation, taken, zone, maker)
    assert read_exif(exif) == by_pillow(exif)
    assert read_exif(exif.removeprefix(b"Exif\x00\x00")) == read_exif(exif)
    assert read_exif(b"Exif\x00\x00" + exif) == read_exif(exif)


@given(ORDERS, st.data())
def test_whatever_stands_in_it_raises_nothing(order: str, data: st.DataObject) -> None:
    exif = bytearray(tiff(order, 6, "2026:11:28 14:30:05", "-06:00", "A"))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(exif) - 1))
        exif[at] = data.draw(st.integers(0, 255))
    facts = read_exif(bytes(exif[: data.draw(st.integers(0, len(exif)))]))
    assert facts.orientation in range(1, 9)
    assert facts.taken_at is None or isinstance(facts.taken_at, datetime)


@given(st.binary(max_size=200), ORDERS)
def test_noise_raises_nothing(noise: bytes, order: str) -> None:
    head = order.encode() + (b"\x00\x2a" if order == "MM" else b"\x2a\x00")
    for exif in (noise, head + noise):
        assert read_exif(exif).orientation in range(1, 9)


@pytest.mark.parametrize("what", BAD_EXIF)
def test_a_damaged_exif_tells_nothing(what: str) -> None:
    assert read_exif(BAD_EXIF[what]) == ExifFacts()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_exif_of_the_orientation_alone_is_read_by_all(orientation: int) -> None:
    exif = orientation_tiff(orientation)
    assert read_exif(exif) == by_pillow(exif) == ExifFacts(orientation)


def test_what_lies_out_of_reach_costs_only_itself() -> None:
    """A maker's note that ends beyond the file; Pillow then forgets the turn, browsers don't."""
    far_away = (0x927C, 7, 2**24, 8)
    assert read_exif(ifd((0x0112, 3, 1, 6 << 16), far_away)).orientation == 6
    assert read_exif(ifd(far_away, (0x0112, 3, 1, 6 << 16))).orientation == 6


def test_a_directory_of_many_entries_is_read_as_far_as_a_camera_writes() -> None:
    entries = [(0x010F, 2, 4, 0)] * 60_000
    assert read_exif(ifd((0x0112, 3, 1, 8 << 16), *entries)).orientation == 8
    assert read_exif(ifd(*entries, (0x0112, 3, 1, 8 << 16))).orientation == 1
