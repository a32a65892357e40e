"""The TrueType families of this system, by fixed names of files."""

import functools
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import ImageFont

FOLDER = Path("/usr/share/fonts")
FEWEST = 3
PACKAGES = "fonts-dejavu-core fonts-lato fonts-liberation2 fonts-open-sans fonts-roboto-unhinted"
# family → its regular and its strong file, and how often it is chosen
FILES: dict[str, tuple[str, str, int]] = {
    "Roboto": ("Roboto-Regular.ttf", "Roboto-Bold.ttf", 5),
    "Roboto Medium": ("Roboto-Regular.ttf", "Roboto-Medium.ttf", 3),
    "Roboto Light": ("Roboto-Light.ttf", "Roboto-Medium.ttf", 1),
    "Roboto Condensed": ("RobotoCondensed-Regular.ttf", "RobotoCondensed-Bold.ttf", 1),
    "Open Sans": ("OpenSans-Regular.ttf", "OpenSans-Semibold.ttf", 4),
    "Lato": ("Lato-Regular.ttf", "Lato-Bold.ttf", 4),
    "Lato Medium": ("Lato-Medium.ttf", "Lato-Black.ttf", 2),
    "Liberation Sans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", 4),
    "Liberation Serif": ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf", 1),
    "Liberation Mono": ("LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf", 1),
    "DejaVu Sans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", 2),
    "DejaVu Condensed": ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf", 1),
}


class NoFontsError(Exception):
    """Too few families are installed to draw receipts of some variety."""


@dataclass(frozen=True, slots=True)
class Family:
    """A family's files, and whether the signs of all currencies are in them."""

    name: str
    regular: Path
    strong: Path
    weight: int


@functools.cache
def families() -> tuple[Family, ...]:
    """The families that are installed; raises NoFontsError for fewer than three."""
    files = {path.name: path for path in FOLDER.rglob("*.ttf")}
    installed = tuple(
        Family(name, files[regular], files[strong], weight)
        for name, (regular, strong, weight) in FILES.items()
        if {regular, strong} <= files.keys()
    )
    if len(installed) < FEWEST:
        raise NoFontsError(f"Install {PACKAGES}: {FOLDER} has {len(installed)} families of theirs")
    return installed


def family(rng: Random, *, text: str, mono: bool) -> Family:
    """A family that has all signs of the text; with `mono`, sometimes one of equal widths."""
    fitting = [f for f in families() if all(has_sign(f.regular, sign) for sign in set(text))]
    if mono and rng.random() < 0.4:
        fitting = [f for f in fitting if "Mono" in f.name] or fitting
    return rng.choices(fitting, [f.weight for f in fitting])[0]


@functools.cache
def font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


@functools.cache
def has_sign(path: Path, sign: str) -> bool:
    if sign.isspace() or sign.isascii():
        return True
    face = font(path, 40)
    return bytes(face.getmask(sign)) != bytes(face.getmask("\uffff"))
