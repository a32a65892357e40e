"""What the kinds of pictures share: limits of size and work, and the parts of a file that stay."""

from collections.abc import Iterable
from dataclasses import dataclass

from comanda.domain.errors import UnsupportedFile
from comanda.media.exif import ExifFacts

Part = range | bytes  # a range of a file's offsets, or other bytes in its place

_TOO_LARGE = "La imagen tiene demasiados píxeles. Toma una captura de pantalla y envía esa foto"
_FEW_PIECES, _PIECE_BYTES = 500, 1024


@dataclass(frozen=True, slots=True)
class BarePicture:
    """A picture with only the data needed to show it, and what its EXIF told."""

    content_type: str
    data: bytes
    exif: ExifFacts


def check_size(width: int, height: int, most_pixels: int) -> None:
    """Raise UnsupportedFile for a picture of too many pixels, ValueError for an empty picture."""
    if not (width and height):
        raise ValueError("no pixels")
    if width * height > most_pixels:
        raise UnsupportedFile(_TOO_LARGE)


def most_pieces(data: bytes, piece_bytes: int = _PIECE_BYTES) -> int:
    """Return how many segments, chunks or boxes a picture may have, stray bytes included.

    Beyond the first few hundred pieces, their mean size must be `piece_bytes`, so that the work for
    a picture depends on its size alone. Cameras write pieces of some kilobytes.
    """
    return _FEW_PIECES + len(data) // piece_bytes


def join_parts(data: bytes, parts: Iterable[Part]) -> bytes:
    """Return the parts in a row; `data` itself, without a copy, if the parts are all of it."""
    runs: list[Part] = []
    for part in parts:
        last = runs[-1] if runs else None
        if isinstance(part, range) and isinstance(last, range) and last.stop == part.start:
            runs[-1] = range(last.start, part.stop)
        else:
            runs.append(part)
    if runs == [range(len(data))]:
        return data
    view = memoryview(data)
    return b"".join(view[run.start : run.stop] if isinstance(run, range) else run for run in runs)


def part_or_new(data: bytes, place: range, wanted: bytes) -> Part:
    """Return `place` if the wanted bytes already stand there, else the wanted bytes."""
    return place if data[place.start : place.stop] == wanted else wanted
