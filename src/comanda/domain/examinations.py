"""What is found out about a proof's file after the payment was announced (DESIGN, section 7)."""

from dataclasses import dataclass
from enum import StrEnum

from comanda.domain.readings import Reading

PDF = "application/pdf"
UNDRAWN_PDF = "application/pdf;undrawn"  # asks for a PDF's content alone
THUMBNAIL_SIDE = 320  # pixels, at most
SOURCES = ("foto", "texto")  # read from the picture, or a PDF's own text


class Examination(StrEnum):
    """How the examination of a proof ended."""

    EXAMINED = "examined"
    UNREADABLE = "unreadable"  # the examiner could not read the file within its limits, twice


@dataclass(frozen=True, slots=True)
class Shown:
    """A file to store in place of the received file, since every browser shows it."""

    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Facts:
    """The examiner's facts about a file.

    `is_damaged`: browsers can't show the whole file. `content` is a hash, in hex, of what the file
    shows, without its other data; empty if unknown. `image_hash` is the picture's perceptual hash
    of 1,024 bits, or None. `thumbnail` is an upright WebP, or None if there is nothing to show.
    `reading` is what the file says, or None if nothing was read; `source` is one of SOURCES, how it
    was read. `code` is a SHA-256, in hex, of the content of a QR code on the picture, or None.
    """

    is_damaged: bool = False
    content: str = ""
    image_hash: bytes | None = None
    thumbnail: bytes | None = None
    shown: Shown | None = None
    reading: Reading | None = None
    source: str | None = None
    code: str | None = None
