"""What is found out about a proof's file after the payment was announced (DESIGN, section 7)."""

from dataclasses import dataclass
from enum import StrEnum

from comanda.domain.readings import Reading

PDF = "application/pdf"
UNDRAWN_PDF = "application/pdf;undrawn"  # asks for a PDF's content alone
THUMBNAIL_SIDE = 320  # pixels, at most


class Examination(StrEnum):
    """How the examination of a proof ended."""

    EXAMINED = "examined"
    UNREADABLE = "unreadable"  # the examiner could not read the file within its limits, twice


class Source(StrEnum):
    """Where the text of a proof was looked for."""

    PICTURE = "foto"
    TEXT = "texto"  # that a PDF holds itself


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
    `reading` is what the file says; None if no text was found. `source` is where text was looked
    for, also in vain; None if nothing looked for any, since the house has it off or lacks the
    program. `code` is the SHA-256 hash, in hex, of the content of a QR code in the picture, or None
    without a code.
    """

    is_damaged: bool = False
    content: str = ""
    image_hash: bytes | None = None
    thumbnail: bytes | None = None
    shown: Shown | None = None
    reading: Reading | None = None
    source: Source | None = None
    code: str | None = None
