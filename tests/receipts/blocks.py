"""What stands on a screen, from top to bottom, before it has a place and a size."""

from dataclasses import dataclass
from enum import StrEnum

from tests.receipts.designs import Pairing
from tests.receipts.formats import Line


class Tone(StrEnum):
    INK = "ink"
    SOFT = "soft"
    ACCENT = "accent"


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is wrapped at the edge; sizes are in the phone's own units (dp)."""

    line: Line
    size: float = 15
    is_bold: bool = False
    tone: Tone = Tone.INK
    is_centred: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value, which may have several lines."""

    label: str
    lines: tuple[Line, ...]
    pairing: Pairing
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    height: float


@dataclass(frozen=True, slots=True)
class Rule:
    pass


@dataclass(frozen=True, slots=True)
class Check:
    """The sign that all went well."""

    is_centred: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """An app's bar: an arrow or a cross, and a title."""

    title: str
    has_cross: bool = False


@dataclass(frozen=True, slots=True)
class Brand:
    """A bank's name with a shape beside it."""

    name: str
    is_centred: bool


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code."""

    content: str


@dataclass(frozen=True, slots=True)
class Buttons:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A sheet of another colour behind the blocks."""

    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Band:
    """The upper part of a screen, in the bank's colour from edge to edge."""

    blocks: tuple["Block", ...]


Block = Text | Pair | Space | Rule | Check | Bar | Brand | Code | Buttons | Card | Band
