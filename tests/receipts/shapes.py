"""Puts on a sheet what is no text alone: bars, signs, buttons, QR codes."""

from functools import partial

from tests.receipts import strokes
from tests.receipts.blocks import Bar, Brand, Buttons, Check, Code
from tests.receipts.formats import line
from tests.receipts.sheet import Sheet

BUTTON_HEIGHT = 54  # dp, with the space below


def add_rule(sheet: Sheet) -> None:
    sheet.box(sheet.left, sheet.y, sheet.right, sheet.y + 2, sheet.surface.rule)
    sheet.y += 2


def add_check(sheet: Sheet, block: Check) -> None:
    side = 56 * sheet.unit
    x, y = (sheet.middle - side / 2 if block.is_centred else sheet.left), sheet.y
    sheet.box(x, y, x + side, y + side, sheet.palette.button, side / 2)
    tick = ((0.28, 0.52), (0.44, 0.68), (0.74, 0.34))
    points = [(x + side * across, y + side * along) for across, along in tick]
    sheet.stroke(points, sheet.palette.button_ink, side * 0.08)
    sheet.y += side + 10 * sheet.unit


def add_bar(sheet: Sheet, block: Bar) -> None:
    unit, top = sheet.unit, sheet.y
    x, y, arm = sheet.left, top + 26 * unit, 7 * unit
    if block.has_cross:
        lines = [[(x, y - arm), (x + 2 * arm, y + arm)], [(x, y + arm), (x + 2 * arm, y - arm)]]
    else:
        lines = [[(x + arm, y - arm), (x, y), (x + arm, y + arm)]]
    for points in lines:
        sheet.stroke(points, sheet.surface.ink, 2 * unit)
    if block.title:
        sheet.y, place = y - 10 * unit, x + 34 * unit
        sheet.write(line(block.title), 17, place, sheet.right - place, sheet.surface.ink, bold=True)
    sheet.y = top + 60 * unit


def add_brand(sheet: Sheet, block: Brand) -> None:
    unit, size, side = sheet.unit, 20, 24 * sheet.unit
    width = sheet.length(block.name, size, bold=True) + 34 * unit
    x = sheet.middle - width / 2 if block.is_centred else sheet.left
    top = sheet.y + 8 * unit
    sheet.box(x, top, x + side, top + side, sheet.palette.button, sheet.type.radius * unit)
    sheet.y = top
    sheet.write(line(block.name), size, x + 34 * unit, width, sheet.surface.accent, bold=True)
    sheet.y = top + 40 * unit


def add_code(sheet: Sheet, block: Code) -> None:
    side = 150 * sheet.unit
    x = sheet.middle - side / 2
    drawing = partial(strokes.code, x=x, y=sheet.y, side=side, content=block.content)
    sheet.drawings.append(drawing)
    sheet.y += side + 12 * sheet.unit


def add_buttons(sheet: Sheet, block: Buttons) -> None:
    """The first button is filled, the others are words alone."""
    unit, height = sheet.unit, (BUTTON_HEIGHT - 8) * sheet.unit
    for number, name in enumerate(block.names):
        top, ink = sheet.y, sheet.surface.accent
        if number == 0:
            radius = min(sheet.type.radius * 2 * unit, height / 2)
            sheet.box(sheet.left, top, sheet.right, top + height, sheet.palette.button, radius)
            ink = sheet.palette.button_ink
        sheet.y = top + 13 * unit
        sheet.write(line(name), 15, sheet.middle, sheet.width, ink, align=0.5, bold=True)
        sheet.y = top + BUTTON_HEIGHT * unit
