"""A receipt on the screen of a phone."""

from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

from tests.receipts.blocks import Buttons, Tone
from tests.receipts.content import blocks_of
from tests.receipts.designs import BY_NAME
from tests.receipts.facts import Receipt
from tests.receipts.fonts import Family, family
from tests.receipts.formats import line
from tests.receipts.layout import add_blocks
from tests.receipts.palettes import hex_colour, palette_of
from tests.receipts.shapes import BUTTON_HEIGHT
from tests.receipts.sheet import Sheet, Type

SHRINK = 0.93  # from one try to the next, until the receipt fits on the screen


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone's screen in pixels, and the pixels of one dp."""

    width: int
    height: int
    unit: float


PHONES = (Phone(1080, 2340, 3), Phone(1170, 2532, 3), Phone(720, 1600, 2), Phone(1080, 2340, 2.75))


DESK = Phone(1366, 768, 1.15)
FOOT = 30  # dp that the phone's own buttons take


def screen(receipt: Receipt) -> Image.Image:
    """The whole screen of a phone, with the phone's own bars."""
    rng = Random(f"screen {receipt.look}")
    phone = rng.choice(PHONES)
    margin = rng.choice((16, 20, 24, 28)) * phone.unit
    sheet = _filled(receipt, phone, margin, rng.uniform(34, 60), rng)
    _add_bars(sheet, phone, receipt, rng)
    return _drawn(sheet, phone)


def desk_screen(receipt: Receipt) -> Image.Image:
    """A part of a computer's screen, which shows a letter or a web page."""
    rng = Random(f"screen {receipt.look}")
    margin = rng.choice((60, 180, 300))
    return _drawn(_filled(receipt, DESK, margin, rng.uniform(10, 40), rng), DESK)


def _filled(receipt: Receipt, phone: Phone, margin: float, top: float, rng: Random) -> Sheet:
    """A sheet with all of the receipt on it: what is too long for the screen gets smaller."""
    design = BY_NAME[receipt.design]
    palette = palette_of(receipt.theme, hex_colour(rng.choice(design.hues)), rng)
    kind = _type(rng, family(rng, text=receipt.shown_amount, mono=design.mono))
    *blocks, last = blocks_of(receipt)
    is_at_foot = isinstance(last, Buttons) and rng.random() < 0.5
    unit, foot = phone.unit, phone.height - FOOT * phone.unit
    while True:
        sheet = Sheet(margin, phone.width - margin, unit, palette, kind, y=top * unit)
        add_blocks(sheet, blocks)
        if is_at_foot and isinstance(last, Buttons):
            sheet.y = max(sheet.y, foot - len(last.names) * BUTTON_HEIGHT * unit)
        add_blocks(sheet, [last])
        if sheet.y <= foot + 1:
            return sheet
        unit *= SHRINK


def _drawn(sheet: Sheet, phone: Phone) -> Image.Image:
    image = Image.new("RGB", (phone.width, phone.height), sheet.palette.back.fill)
    draw = ImageDraw.Draw(image)
    for drawing in sheet.drawings:
        drawing(draw)
    return image


def _type(rng: Random, chosen: Family) -> Type:
    label = rng.uniform(12.5, 16)
    return Type(
        family=chosen,
        label_size=label,
        value_size=label * rng.choice((1, 1, 1.1)),
        is_value_bold=rng.random() < 0.4,
        is_label_soft=rng.random() < 0.75,
        radius=rng.choice((2, 8, 12, 16)),
    )


def _add_bars(sheet: Sheet, phone: Phone, receipt: Receipt, rng: Random) -> None:
    """The phone's clock, signal and battery above; below, where one swipes or taps."""
    unit, ink = phone.unit, sheet.top_surface.ink
    sheet.unit, sheet.y = unit, 9 * unit
    clock = f"{receipt.sent.hour}:{receipt.sent:%M}"
    sheet.write(line(clock), 14, 20 * unit, 200 * unit, ink, bold=True)
    sheet.y = 9 * unit
    words = line(rng.choice((f"{rng.randint(4, 100)}%", "4G", "LTE", "5G")))
    sheet.write(words, 13, phone.width - 46 * unit, 80 * unit, ink, align=1)
    for bar in range(4):
        x = phone.width - (110 - 5 * bar) * unit
        sheet.box(x, (20 - 2.5 * bar) * unit, x + 3 * unit, 22 * unit, ink)
    right = phone.width - 18 * unit
    sheet.box(right - 22 * unit, 12 * unit, right, 23 * unit, ink, 3 * unit)
    middle, foot, ink = phone.width / 2, phone.height - 12 * unit, sheet.surface.ink
    if rng.random() < 0.5:
        sheet.box(middle - 65 * unit, foot, middle + 65 * unit, foot + 4 * unit, ink, 2 * unit)
        return
    soft = sheet.surface.colour(Tone.SOFT)
    for x, radius in ((middle - 90 * unit, 1), (middle, 7), (middle + 90 * unit, 3)):
        half = 6 * unit
        sheet.box(x - half, foot - half, x + half, foot + half, soft, radius * unit)
