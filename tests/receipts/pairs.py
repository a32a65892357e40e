"""Puts labels and their values on a sheet."""

from collections.abc import Callable

from tests.receipts.blocks import Pair, Tone
from tests.receipts.designs import Pairing
from tests.receipts.formats import line
from tests.receipts.sheet import Sheet

SMALL_LABEL = 0.88  # above its value
COLUMN = 0.44
GRID_WIDTH = 0.47


def add_pair(sheet: Sheet, pair: Pair) -> None:
    _ADDERS[pair.pairing](sheet, pair)


def add_two(sheet: Sheet, first: Pair, second: Pair) -> None:
    """Two pairs side by side, each with its value below its label."""
    top, width = sheet.y, sheet.width * GRID_WIDTH
    _below(sheet, first, sheet.left, width, 0)
    bottom, sheet.y = sheet.y, top
    _below(sheet, second, sheet.right - width, width, 0)
    sheet.y = max(bottom, sheet.y)


def _at_edge(sheet: Sheet, pair: Pair) -> None:
    _beside(sheet, pair, sheet.right, sheet.width * 0.56, 1)


def _in_column(sheet: Sheet, pair: Pair) -> None:
    place = sheet.left + sheet.width * COLUMN
    _beside(sheet, pair, place, sheet.right - place, 0)


def _below_left(sheet: Sheet, pair: Pair) -> None:
    _below(sheet, pair, sheet.left, sheet.width, 0)


def _below_centred(sheet: Sheet, pair: Pair) -> None:
    _below(sheet, pair, sheet.middle, sheet.width, 0.5)


def _inline(sheet: Sheet, pair: Pair) -> None:
    top, label = sheet.y, f"{pair.label.rstrip(': ')}: "
    place = sheet.left + sheet.length(label, sheet.type.label_size)
    _label(sheet, label, sheet.left, sheet.width, 0)
    bottom, sheet.y = sheet.y, top
    _values(sheet, pair, place, sheet.right - place, 0)
    sheet.y = max(bottom, sheet.y)


def _beside(sheet: Sheet, pair: Pair, place: float, width: float, align: float) -> None:
    top = sheet.y
    _label(sheet, pair.label, sheet.left, sheet.width * 0.42, 0)
    bottom, sheet.y = sheet.y, top
    _values(sheet, pair, place, width, align)
    sheet.y = max(bottom, sheet.y)


def _below(sheet: Sheet, pair: Pair, place: float, width: float, align: float) -> None:
    _label(sheet, pair.label, place, width, align, SMALL_LABEL)
    _values(sheet, pair, place, width, align)


def _label(
    sheet: Sheet, text: str, place: float, width: float, align: float, scale: float = 1
) -> None:
    colour = sheet.surface.colour(Tone.SOFT if sheet.type.is_label_soft else Tone.INK)
    sheet.write(line(text), sheet.type.label_size * scale, place, width, colour, align=align)


def _values(sheet: Sheet, pair: Pair, place: float, width: float, align: float) -> None:
    size = sheet.type.value_size * (1.25 if pair.is_strong else 1)
    bold = sheet.type.is_value_bold or pair.is_strong
    for number, value in enumerate(pair.lines):
        scale = 0.9 if number else 1
        sheet.write(value, size * scale, place, width, sheet.surface.ink, align=align, bold=bold)


_ADDERS: dict[Pairing, Callable[[Sheet, Pair], None]] = {
    Pairing.RIGHT: _at_edge,
    Pairing.COLUMN: _in_column,
    Pairing.BELOW: _below_left,
    Pairing.CENTRED: _below_centred,
    Pairing.INLINE: _inline,
    Pairing.GRID: _below_left,  # one that is left over
}
