"""Puts blocks on a sheet, one below the other."""

from collections.abc import Iterable
from functools import partial

from tests.receipts import shapes, strokes
from tests.receipts.blocks import (
    Band,
    Bar,
    Block,
    Brand,
    Buttons,
    Card,
    Check,
    Code,
    Pair,
    Rule,
    Space,
    Text,
)
from tests.receipts.designs import Pairing
from tests.receipts.pairs import add_pair, add_two
from tests.receipts.sheet import Sheet

CARD_PADDING = 14  # dp


def add_blocks(sheet: Sheet, blocks: Iterable[Block]) -> None:
    waiting: Pair | None = None  # for a second one in its row
    for block in blocks:
        if isinstance(block, Pair) and block.pairing is Pairing.GRID:
            if waiting:
                add_two(sheet, waiting, block)
                waiting = None
            else:
                waiting = block
            continue
        if waiting and not isinstance(block, Space):
            add_pair(sheet, waiting)
            waiting = None
        _add(sheet, block)
    if waiting:
        add_pair(sheet, waiting)


def _add(sheet: Sheet, block: Block) -> None:
    match block:
        case Text():
            _add_text(sheet, block)
        case Pair():
            add_pair(sheet, block)
        case Space():
            sheet.y += block.height * sheet.unit
        case Card():
            _add_card(sheet, block)
        case Band():
            _add_band(sheet, block)
        case _:
            _add_shape(sheet, block)


def _add_shape(sheet: Sheet, block: Rule | Check | Bar | Brand | Code | Buttons) -> None:
    match block:
        case Rule():
            shapes.add_rule(sheet)
        case Check():
            shapes.add_check(sheet, block)
        case Bar():
            shapes.add_bar(sheet, block)
        case Brand():
            shapes.add_brand(sheet, block)
        case Code():
            shapes.add_code(sheet, block)
        case Buttons():
            shapes.add_buttons(sheet, block)


def _add_text(sheet: Sheet, block: Text) -> None:
    place, align = (sheet.middle, 0.5) if block.is_centred else (sheet.left, 0)
    colour = sheet.surface.colour(block.tone)
    sheet.write(block.line, block.size, place, sheet.width, colour, align=align, bold=block.is_bold)


def _add_card(sheet: Sheet, card: Card) -> None:
    """The ground is as tall as what stands on it, so that it is put in below that afterwards."""
    place, top, padding = len(sheet.drawings), sheet.y, CARD_PADDING * sheet.unit
    sheet.surface, sheet.y = sheet.palette.card, top + padding
    sheet.left, sheet.right = sheet.left + padding, sheet.right - padding
    add_blocks(sheet, card.blocks)
    sheet.left, sheet.right = sheet.left - padding, sheet.right + padding
    sheet.surface, sheet.y = sheet.palette.back, sheet.y + padding
    box = (sheet.left, top, sheet.right, sheet.y)
    radius = sheet.type.radius * sheet.unit
    ground = partial(strokes.box, place=box, fill=sheet.palette.card.fill, radius=radius)
    sheet.drawings.insert(place, ground)
    sheet.y += 6 * sheet.unit


def _add_band(sheet: Sheet, band: Band) -> None:
    place, back = len(sheet.drawings), sheet.palette.back
    sheet.surface = sheet.top_surface = sheet.palette.band
    add_blocks(sheet, band.blocks)
    sheet.surface, sheet.y = back, sheet.y + CARD_PADDING * sheet.unit
    box = (0.0, 0.0, sheet.left + sheet.right, sheet.y)  # the margins of both sides are alike
    ground = partial(strokes.box, place=box, fill=sheet.palette.band.fill)
    sheet.drawings.insert(place, ground)
    sheet.y += 10 * sheet.unit
