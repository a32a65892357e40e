"""Photographs of a phone's screen, as another phone takes them: good ones and bad ones."""

import functools
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from tests.receipts.palettes import Colour, mix

Point = tuple[float, float]
SIZE = (1200, 1600)
SMALL = (300, 400)  # for what is blurred anyway
WAVE = (6400, 8)
BEZEL = 0.035  # of the screen's width
TABLES: tuple[Colour, ...] = (
    (112, 78, 52), (150, 110, 74), (196, 190, 180), (60, 58, 56), (90, 102, 110), (214, 206, 192),
    (134, 40, 38), (36, 52, 44),
)  # fmt: skip
SKINS: tuple[Colour, ...] = ((196, 144, 112), (140, 96, 70), (224, 178, 150), (100, 68, 50))


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a photo is taken. Lengths are shares of the picture's or of the screen's sides."""

    height: tuple[float, float]
    degrees: float
    perspective: float
    blur: tuple[float, float]
    motion: tuple[int, int]  # pixels
    light: tuple[float, float]
    tint: float
    noise: tuple[float, float]
    moire: tuple[float, float]
    glare: tuple[float, float]
    quality: tuple[int, int]
    turned: float  # the share of photos that lie on their side


GOOD = Conditions(
    height=(0.62, 0.95), degrees=6, perspective=0.035, blur=(0.0, 0.7), motion=(0, 0),
    light=(0.82, 1.15), tint=0.07, noise=(2, 6), moire=(0, 0.02), glare=(0, 0.12),
    quality=(75, 90), turned=0.06,
)  # fmt: skip
BAD = Conditions(
    height=(0.74, 0.96), degrees=10, perspective=0.09, blur=(0.3, 0.9), motion=(0, 3),
    light=(0.58, 1.12), tint=0.14, noise=(5, 11), moire=(0.03, 0.11), glare=(0.2, 0.55),
    quality=(60, 85), turned=0.06,
)  # fmt: skip


def photographed(screen: Image.Image, conditions: Conditions, rng: Random) -> Image.Image:
    """The photo of a screen, 1,600 pixels on its long side."""
    table = _table(rng)
    body = _phone(screen, rng)
    corners = _corners(body, conditions, rng)
    scene = _placed(body, table, corners)
    scene = _fingers(scene, corners, rng)
    scene = _moire(scene, rng.uniform(*conditions.moire), rng)
    scene = _glare(scene, rng.uniform(*conditions.glare), rng)
    scene = _blurred(scene, conditions, rng)
    scene = _lit(scene, conditions, rng)
    scene = _noisy(scene, rng.uniform(*conditions.noise), rng)
    if rng.random() < conditions.turned:
        side = rng.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270))
        scene = scene.transpose(side)
    return scene


def _table(rng: Random) -> Image.Image:
    """What the phone lies on or is held before: a surface with a grain, out of focus."""
    colour = rng.choice(TABLES)
    seed = Image.new("RGB", (12, 48))
    seed.putdata([mix(colour, (0, 0, 0), rng.uniform(0, 0.3)) for _ in range(12 * 48)])
    if rng.random() < 0.5:
        seed = seed.transpose(Image.Transpose.ROTATE_90)
    surface = seed.resize(SMALL, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(surface)
    for _ in range(rng.randint(0, 3)):  # plates, napkins
        x, y, half = rng.uniform(0, SMALL[0]), rng.uniform(0, SMALL[1]), rng.uniform(20, 75)
        shape = draw.ellipse if rng.random() < 0.6 else draw.rectangle
        shape((x - half, y - half, x + half, y + half), mix(colour, (255, 255, 255), rng.random()))
    blurred = surface.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2)))
    return blurred.resize(SIZE, Image.Resampling.BICUBIC)


def _phone(screen: Image.Image, rng: Random) -> Image.Image:
    """The screen in its black frame, with round corners, on nothing."""
    edge = round(screen.width * BEZEL * rng.uniform(0.6, 1.6))
    radius = round(screen.width * rng.uniform(0.03, 0.1))
    size = (screen.width + 2 * edge, screen.height + 2 * edge)
    body = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(body)
    frame = rng.choice(((12, 12, 14), (28, 28, 32), (60, 60, 64), (150, 40, 60), (30, 60, 110)))
    draw.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius + edge, (*frame, 255))
    mask = Image.new("L", screen.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, screen.width - 1, screen.height - 1), radius, 255)
    body.paste(screen, (edge, edge), mask)
    middle, hole = size[0] / 2, screen.width * 0.022
    draw.ellipse((middle - hole, edge + hole, middle + hole, edge + 3 * hole), (8, 8, 8, 255))
    return body


def _corners(body: Image.Image, conditions: Conditions, rng: Random) -> list[Point]:
    """Where the phone's corners are in the photo, from the upper left one clockwise."""
    tall = SIZE[1] * rng.uniform(*conditions.height)
    wide = tall * body.width / body.height
    angle = math.radians(rng.uniform(-conditions.degrees, conditions.degrees))
    middle = (SIZE[0] * rng.uniform(0.44, 0.56), SIZE[1] * rng.uniform(0.48, 0.52))
    lean, turn = (rng.uniform(-conditions.perspective, conditions.perspective) for _ in range(2))
    corners = []
    for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        depth = 1 + 2 * (lean * y + turn * x)  # farther away is smaller
        across, along = x * wide / depth, y * tall / depth
        corners.append((
            middle[0] + across * math.cos(angle) - along * math.sin(angle),
            middle[1] + across * math.sin(angle) + along * math.cos(angle),
        ))  # fmt: skip
    return _inside(corners)


def _inside(corners: list[Point]) -> list[Point]:
    """The corners drawn together about the picture's middle until all of them are in it."""
    x, y = SIZE[0] / 2, SIZE[1] / 2
    least = min(min(x / abs(a - x), y / abs(b - y)) for a, b in corners)
    share = min(1, least * 1.01)
    return [(x + (a - x) * share, y + (b - y) * share) for a, b in corners]


def _placed(body: Image.Image, table: Image.Image, corners: Sequence[Point]) -> Image.Image:
    """The phone on the table. It is first made about as small as it will be: fewer jagged edges."""
    height = round(math.dist(corners[0], corners[3]) * 1.1)
    small = body.resize(
        (round(height * body.width / body.height), height), Image.Resampling.LANCZOS
    )
    ends = [(0.0, 0.0), (small.width, 0.0), (small.width, small.height), (0.0, small.height)]
    factors = _perspective(corners, ends)
    warped = small.transform(SIZE, Image.Transform.PERSPECTIVE, factors, Image.Resampling.BICUBIC)
    shadow = warped.getchannel("A").resize(SMALL).filter(ImageFilter.GaussianBlur(6)).resize(SIZE)
    dark = ImageEnhance.Brightness(table).enhance(0.45)
    scene = Image.composite(dark, table, ImageChops.offset(shadow, 14, 20))
    scene.paste(warped, (0, 0), warped)
    return scene


def _perspective(places: Sequence[Point], sources: Sequence[Point]) -> list[float]:
    """The eight factors by which Pillow finds a place's source: a system of linear equations."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(places, sources, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        best = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        head = [value / rows[column][column] for value in rows[column]]
        rows = [
            head if number == column
            else [a - row[column] * b for a, b in zip(row, head, strict=True)]
            for number, row in enumerate(rows)
        ]  # fmt: skip
    return [row[8] for row in rows]


def _fingers(scene: Image.Image, corners: Sequence[Point], rng: Random) -> Image.Image:
    """Fingers at the phone's lower edges, which reach over its frame alone."""
    if rng.random() < 0.4:
        return scene
    skin = rng.choice(SKINS)
    layer = scene.copy()
    draw = ImageDraw.Draw(layer)
    for side, (upper, lower) in ((-1, (corners[0], corners[3])), (1, (corners[1], corners[2]))):
        for _ in range(rng.randint(0, 3)):
            share, length, thick = (
                rng.uniform(0.5, 0.95),
                rng.uniform(120, 260),
                rng.uniform(34, 50),
            )
            x = upper[0] + (lower[0] - upper[0]) * share + side * (length - 6)
            y = upper[1] + (lower[1] - upper[1]) * share
            box = (x - length, y - thick, x + length, y + thick)
            draw.rounded_rectangle(box, thick, mix(skin, (0, 0, 0), rng.uniform(0, 0.25)))
    return layer


@functools.cache
def _wave(period: float) -> Image.Image:
    """Light and dark from left to right, a few pixels high."""
    row = [round(127.5 + 127.5 * math.sin(2 * math.pi * x / period)) for x in range(WAVE[0])]
    image = Image.new("L", WAVE)
    image.putdata(row * WAVE[1])
    return image


def _stripes(rng: Random) -> Image.Image:
    """Bent stripes, as two grids of pixels make where they meet; light and dark about 128."""
    wave = _wave(rng.choice((11, 17, 26, 41, 63)))
    angle, bend = rng.uniform(-1.3, 1.3), rng.uniform(-0.00009, 0.00009)
    across, along = math.cos(angle), math.sin(angle)
    start = WAVE[0] / 2 - across * SIZE[0] / 2 - along * SIZE[1] / 2
    factors = (across, along, start, 0, 0, WAVE[1] / 2, bend, bend / 2)
    return wave.transform(SIZE, Image.Transform.PERSPECTIVE, factors, Image.Resampling.BILINEAR)


def _moire(scene: Image.Image, strength: float, rng: Random) -> Image.Image:
    """Coloured stripes: each colour is made lighter and darker by its own."""
    if strength < 0.01:
        return scene
    stripes, fine = _stripes(rng), _stripes(rng)
    bands = []
    for band in scene.split():
        shifted = ImageChops.offset(stripes, rng.randint(-9, 9), rng.randint(-9, 9))
        pattern = Image.blend(shifted, fine, rng.uniform(0.2, 0.6))
        gain = pattern.point(
            [round(255 * (1 - 2 * strength + 2 * strength * v / 255)) for v in range(256)]
        )
        bands.append(ImageChops.multiply(band, gain))
    return Image.merge("RGB", bands)


def _glare(scene: Image.Image, strength: float, rng: Random) -> Image.Image:
    """A soft bright spot, such as a lamp leaves on glass."""
    if strength < 0.02:
        return scene
    wide, tall = (round(SIZE[0] * rng.uniform(0.15, 1.1)) for _ in range(2))
    spot = ImageChops.invert(Image.radial_gradient("L")).resize((wide, tall))
    spot = spot.point([round(strength * 255 * (v / 255) ** 1.5) for v in range(256)])
    mask = Image.new("L", SIZE, 0)
    left, top = (
        round(rng.uniform(0.25, 0.75) * whole - part / 2)
        for whole, part in zip(SIZE, (wide, tall), strict=True)
    )
    mask.paste(spot, (left, top))
    return Image.composite(Image.new("RGB", SIZE, (255, 252, 240)), scene, mask)


def _blurred(scene: Image.Image, conditions: Conditions, rng: Random) -> Image.Image:
    scene = scene.filter(ImageFilter.GaussianBlur(rng.uniform(*conditions.blur)))
    way = rng.uniform(0, math.tau)
    for step in range(1, rng.randint(*conditions.motion)):
        moved = ImageChops.offset(scene, round(step * math.cos(way)), round(step * math.sin(way)))
        scene = Image.blend(scene, moved, 1 / (step + 1))
    return scene


def _lit(scene: Image.Image, conditions: Conditions, rng: Random) -> Image.Image:
    """Exposure, contrast and white balance, and the darker corners of a lens."""
    light = rng.uniform(*conditions.light)
    gains = [light * (1 + rng.uniform(-conditions.tint, conditions.tint)) for _ in range(3)]
    haze = rng.uniform(0, 18)
    table = [
        min(255, round(haze + v * gain * (1 - haze / 255))) for gain in gains for v in range(256)
    ]
    scene = scene.point(table)
    corner = Image.radial_gradient("L").resize(SIZE).point([round(v * 0.35) for v in range(256)])
    return Image.composite(Image.new("RGB", SIZE, 0), scene, corner)


@functools.cache
def _bell(spread: float) -> list[int]:
    """Turns even random bytes into bell-shaped noise about 128."""
    bell = statistics.NormalDist(128, spread)
    return [max(0, min(255, round(bell.inv_cdf((v + 0.5) / 256)))) for v in range(256)]


def _noisy(scene: Image.Image, spread: float, rng: Random) -> Image.Image:
    """A sensor's noise: grey in each pixel, coloured in larger spots."""
    grain = _random(SIZE, rng).point(_bell(round(spread, 1)))
    spots = [
        _random((SIZE[0] // 3, SIZE[1] // 3), rng).point(_bell(round(spread, 1))).resize(SIZE)
        for _ in range(3)
    ]
    bands = [
        ImageChops.add(ImageChops.add(band, grain, 1, -128), spot, 1, -128)
        for band, spot in zip(scene.split(), spots, strict=True)
    ]
    return Image.merge("RGB", bands)


def _random(size: tuple[int, int], rng: Random) -> Image.Image:
    return Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
