"""Prepare a picture for reading: dark letters on white, upright, straight and large enough.

A view is a grey picture that is made from the picture, with the way back: where on the upright
picture a pixel of the view stands.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter, ImageOps

_FLAT_STEP = 8  # the ground is looked for on a picture reduced by this
_GROUND_WINDOW = 11  # reduced pixels; wider than any letter's stroke, narrower than a button
_SKEW_SIDE = 640  # pixels of the picture whose lines' slope is looked for
_LEAST_SIDE = 8  # pixels of such a picture; a smaller one has no lines
# The median change of a pixel by a median filter → the radius of a blur.
_SOFT = ((0, 0.0), (1, 0.6), (2, 0.8), (4, 1.0), (255, 1.2))
_EDGES = 0.04  # of all rows
_MOST_SKEW = 14  # degrees
_FINE_STEP = 0.25
_TURNED = 1.15  # so much stripier down than across, a picture seems to lie on its side


@dataclass(frozen=True, slots=True)
class Way:
    """The way from a view's pixels back to the picture's: a projective map of nine numbers."""

    rows: tuple[float, ...] = (1, 0, 0, 0, 1, 0, 0, 0, 1)

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where a view's point stands on the picture."""
        a, b, c, d, e, f, g, h, i = self.rows
        depth = g * x + h * y + i or 1e-9
        return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth

    def corners(
        self, left: float, top: float, right: float, bottom: float
    ) -> list[tuple[float, float]]:
        """Return where a rectangle's corners stand, from the top left clockwise."""
        return [
            self.point(x, y)
            for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
        ]

    def inverse(self) -> "Way":
        """Return the way from the picture to the view."""
        a, b, c, d, e, f, g, h, i = self.rows
        rows = (
            e * i - f * h, c * h - b * i, b * f - c * e,
            f * g - d * i, a * i - c * g, c * d - a * f,
            d * h - e * g, b * g - a * h, a * e - b * d,
        )  # fmt: skip
        return Way(rows)

    def after(self, earlier: "Way") -> "Way":
        """Return the way back through this map, then through `earlier`."""
        one, other = earlier.rows, self.rows
        return Way(
            tuple(
                sum(one[3 * row + k] * other[3 * k + column] for k in range(3))
                for row in range(3)
                for column in range(3)
            )
        )


@dataclass(frozen=True, slots=True)
class View:
    """A grey picture to read, the way back from it, and how much larger it is than the picture."""

    image: Image.Image
    way: Way = Way()
    scale: float = 1.0

    def scaled(self, factor: float) -> "View":
        """Return the view `factor` times as large."""
        width, height = self.image.size
        size = max(1, round(width * factor)), max(1, round(height * factor))
        image = self.image.resize(
            size, Image.Resampling.LANCZOS if factor > 1 else Image.Resampling.BOX
        )
        way = Way((width / size[0], 0, 0, 0, height / size[1], 0, 0, 0, 1)).after(self.way)
        return View(image, way, self.scale * factor)

    def cropped(self, box: tuple[int, int, int, int]) -> "View":
        """Return the part of the view within (left, top, right, bottom)."""
        left, top, _, _ = box
        return View(
            self.image.crop(box), Way((1, 0, left, 0, 1, top, 0, 0, 1)).after(self.way), self.scale
        )

    def turned(self, quarters: int) -> "View":
        """Return the view turned left by so many quarters."""
        if not quarters:
            return self
        width, height = self.image.size
        turn, rows = {
            1: (Image.Transpose.ROTATE_90, (0, -1, width, 1, 0, 0, 0, 0, 1)),
            2: (Image.Transpose.ROTATE_180, (-1, 0, width, 0, -1, height, 0, 0, 1)),
            3: (Image.Transpose.ROTATE_270, (0, 1, 0, -1, 0, height, 0, 0, 1)),
        }[quarters]
        return View(self.image.transpose(turn), Way(rows).after(self.way), self.scale)

    def straightened(self, slope: "Slope") -> "View":
        """Return the view with its lines level, where they have this slope."""
        if slope.is_level:
            return self
        width, height = self.image.size
        rows = slope.level(width, height)
        image = self.image.transform(
            (width, height),
            Image.Transform.PERSPECTIVE,
            [number / rows[8] for number in rows[:8]],
            Image.Resampling.BICUBIC,
            fillcolor=255,
        )
        return View(image, Way(rows).after(self.way), self.scale)

    def remade(self, image: Image.Image) -> "View":
        """Return the view with other pixels at the same places."""
        return View(image, self.way, self.scale)


@dataclass(frozen=True, slots=True)
class Slope:
    """How the lines of a picture fall, in degrees: in its upper and in its lower half."""

    upper: float
    lower: float

    @property
    def is_level(self) -> bool:
        return max(abs(self.upper), abs(self.lower)) < _FINE_STEP

    def level(self, width: int, height: int) -> tuple[float, ...]:
        """Return the projective map from a level picture of this size to the sloping one."""
        mean = math.radians((self.upper + self.lower) / 2)
        # The slopes are of the middles of the halves; the edges are twice as far from the middle.
        spread = math.radians(self.lower - self.upper)
        middle_x, middle_y = width / 2, height / 2
        corners = []
        for x, y in ((0, 0), (width, 0), (width, height), (0, height)):
            angle = mean + spread * (y - middle_y) / (height / 2)
            shifted_x, shifted_y = x - middle_x, y - middle_y
            # Each line is turned about the picture's vertical axis, and the axis about its middle.
            axis_x = -math.sin(mean) * shifted_y
            axis_y = math.cos(mean) * shifted_y
            corners.append(
                (
                    middle_x + axis_x + math.cos(angle) * shifted_x,
                    middle_y + axis_y + math.sin(angle) * shifted_x,
                )
            )
        return _quadrilateral(width, height, corners)


def _quadrilateral(
    width: float, height: float, corners: Sequence[tuple[float, float]]
) -> tuple[float, ...]:
    """Return the projective map of a rectangle to a quadrilateral, from the top left clockwise."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    scale = dx1 * dy2 - dx2 * dy1 or 1e-9
    g = (dx3 * dy2 - dx2 * dy3) / scale
    h = (dx1 * dy3 - dx3 * dy1) / scale
    return (
        (x1 - x0 + g * x1) / width, (x3 - x0 + h * x3) / height, x0,
        (y1 - y0 + g * y1) / width, (y3 - y0 + h * y3) / height, y0,
        g / width, h / height, 1,
    )  # fmt: skip


def flatten(image: Image.Image) -> Image.Image:
    """Return a grey picture's letters, dark on white, whatever their ground's colour.

    What differs from the ground around it is dark: light letters on dark, too, and both on one
    picture. A shadow or a bright spot is ground.
    """
    width, height = image.size
    small = image.reduce(_FLAT_STEP)
    ground = small.filter(ImageFilter.MedianFilter(_GROUND_WINDOW)).resize(
        (width, height), Image.Resampling.BILINEAR
    )
    return ImageOps.invert(ImageChops.difference(image, ground))


def soft_radius(image: Image.Image) -> float:
    """Return the radius of the blur that a grey picture's noise asks for, in pixels; 0 for none.

    The noise of a dim photo, and the stripes of a photographed screen, are taken for letters.
    """
    changes = ImageChops.difference(image, image.filter(ImageFilter.MedianFilter(3))).histogram()
    middle, total = 0, 0
    half = image.width * image.height / 2
    while (total := total + changes[middle]) < half:
        middle += 1
    return next(radius for most, radius in _SOFT if middle <= most)


def stretch(image: Image.Image, cut: float = 1.0) -> Image.Image:
    """Return a grey picture whose darkest and brightest pixels are black and white."""
    return ImageOps.autocontrast(image, cutoff=(cut, cut))


def turns_of(flat: Image.Image) -> tuple[int, ...]:
    """Return in which order a flattened picture is tried, in quarters to turn it left by.

    Lines of text make the rows of a picture differ more than its columns. Edges of a telephone do
    it the other way round, so that it is only an order.
    """
    small = _small(flat)
    side = small.transpose(Image.Transpose.ROTATE_90)
    angles = range(-12, 13, 3)
    across = max(_stripes(small, angle) for angle in angles)
    down = max(_stripes(side, angle) for angle in angles)
    return (1, 3, 0, 2) if down > _TURNED * across else (0, 2, 1, 3)


def slope_of(flat: Image.Image) -> Slope:
    """Return how the lines of a flattened picture fall."""
    small = _small(flat)
    whole = _skew(small, range(-_MOST_SKEW, _MOST_SKEW + 1, 2), 0)
    half = small.height // 2
    upper = _skew(small.crop((0, 0, small.width, half)), (-3, -1.5, 0, 1.5, 3), whole)
    lower = _skew(small.crop((0, half, small.width, small.height)), (-3, -1.5, 0, 1.5, 3), whole)
    return Slope(upper, lower)


def _small(flat: Image.Image) -> Image.Image:
    """Return a flattened picture small and inverted, to look for its lines."""
    factor = max(1, round(max(flat.size) / _SKEW_SIDE))
    return stretch(ImageOps.invert(flat.reduce(factor)), 0.5)


def _skew(image: Image.Image, degrees: Sequence[float], around: float) -> float:
    """Return the slope of a small picture's lines, one of `degrees` beside `around`, refined."""
    best = around + max(degrees, key=lambda angle: _stripes(image, around + angle))
    for step in (1, 0.5, 0.25):
        best = max((best, best - step, best + step), key=lambda angle: _stripes(image, angle))
    return best


def _stripes(image: Image.Image, angle: float) -> float:
    """Return how much the rows of a picture that is turned by `angle` differ from the next.

    The few rows that differ most don't count: they are the edges of a telephone or a table.
    """
    if min(image.size) < _LEAST_SIDE:
        return 0.0
    turned = image.rotate(angle, Image.Resampling.BILINEAR) if angle else image
    rows = turned.resize((1, turned.height), Image.Resampling.BOX).tobytes()
    differences = sorted((one - other) ** 2 for one, other in pairwise(rows))
    return sum(differences[: -max(1, round(len(differences) * _EDGES))])
