"""The colours of a screen."""

from dataclasses import dataclass
from random import Random

from tests.receipts.blocks import Tone
from tests.receipts.facts import Theme

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
DEEP = 100  # of 255


@dataclass(frozen=True, slots=True)
class Surface:
    """A ground, and the colours of what is written on it."""

    fill: Colour
    ink: Colour
    soft: Colour
    accent: Colour
    rule: Colour

    def colour(self, tone: Tone) -> Colour:
        return {Tone.INK: self.ink, Tone.SOFT: self.soft, Tone.ACCENT: self.accent}[tone]


@dataclass(frozen=True, slots=True)
class Palette:
    back: Surface
    card: Surface
    band: Surface
    button: Colour
    button_ink: Colour


def hex_colour(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """A share of the other colour in the first one."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def grey(level: int) -> Colour:
    return level, level, level


def _surface(fill: Colour, ink: Colour, accent: Colour, faintness: float) -> Surface:
    return Surface(fill, ink, mix(ink, fill, faintness), accent, mix(ink, fill, 0.85))


def _on_light(rng: Random, fill: Colour, hue: Colour) -> Surface:
    ink = rng.choice((grey(20), grey(45), (29, 36, 62), mix(hue, grey(0), 0.6)))
    return _surface(fill, ink, mix(hue, grey(0), 0.25), rng.uniform(0.25, 0.42))


def _on_dark(rng: Random, fill: Colour, accent: Colour) -> Surface:
    return _surface(fill, grey(rng.choice((255, 240, 225))), accent, rng.uniform(0.1, 0.3))


def _deep(hue: Colour) -> Colour:
    """The colour, as dark as it has to be for white letters to be read on it."""
    red, green, blue = hue
    lightness = 0.3 * red + 0.59 * green + 0.11 * blue
    return mix(hue, grey(0), max(0.1, 1 - DEEP / max(1, lightness)))


def palette_of(theme: Theme, hue: Colour, rng: Random) -> Palette:
    band = _on_dark(rng, _deep(hue), WHITE)
    match theme:
        case Theme.LIGHT:
            back = _on_light(rng, rng.choice((WHITE, WHITE, grey(245), (240, 243, 248))), hue)
            return Palette(back, _on_light(rng, WHITE, hue), band, hue, WHITE)
        case Theme.DARK:
            accent = mix(hue, WHITE, 0.55)
            ground = rng.choice((grey(0), grey(18), (17, 24, 39), (28, 22, 40)))
            card = _on_dark(rng, mix(ground, WHITE, 0.08), accent)
            return Palette(_on_dark(rng, ground, accent), card, band, accent, grey(15))
        case Theme.COLOURED:
            ground = mix(_deep(hue), grey(0), 0.15)
            back = _on_dark(rng, ground, WHITE)
            card = _on_dark(rng, mix(ground, rng.choice((WHITE, grey(0))), 0.12), WHITE)
            if rng.random() < 0.5:
                card = _on_light(rng, WHITE, hue)
            return Palette(back, card, back, WHITE, ground)
