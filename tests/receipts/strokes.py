"""What is drawn at a place that has been found: texts, boxes, strokes and QR codes."""

import segno
from PIL import ImageDraw, ImageFont

from tests.receipts.palettes import Colour

Points = list[tuple[float, float]]


def write(
    draw: ImageDraw.ImageDraw, *, x: float, y: float, text: str, face: ImageFont.FreeTypeFont,
    colour: Colour, anchor: str,
) -> None:  # fmt: skip
    draw.text((x, y), text, font=face, fill=colour, anchor=anchor)


def box(
    draw: ImageDraw.ImageDraw, *, place: tuple[float, float, float, float], fill: Colour,
    radius: float = 0,
) -> None:  # fmt: skip
    draw.rounded_rectangle(place, radius=radius, fill=fill)


def stroke(draw: ImageDraw.ImageDraw, *, points: Points, fill: Colour, width: int) -> None:
    draw.line(points, fill=fill, width=width, joint="curve")


def code(draw: ImageDraw.ImageDraw, *, x: float, y: float, side: float, content: str) -> None:
    """A QR code on white, with the quiet zone that readers ask for."""
    matrix = list(segno.make_qr(content, error="m").matrix_iter(scale=1, border=3))
    module = side / len(matrix)
    draw.rectangle((x, y, x + side, y + side), fill="white")
    for row, modules in enumerate(matrix):
        for column, is_dark in enumerate(modules):
            if is_dark:
                left, top = x + column * module, y + row * module
                draw.rectangle((left, top, left + module, top + module), fill="black")
