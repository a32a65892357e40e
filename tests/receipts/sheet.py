"""A sheet that texts and shapes get their places on; they are drawn when all have one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from PIL import ImageDraw, ImageFont

from tests.receipts import strokes
from tests.receipts.fonts import Family, font
from tests.receipts.formats import Line, Run
from tests.receipts.palettes import Colour, Palette, Surface

Drawing = Callable[[ImageDraw.ImageDraw], None]
LINE_HEIGHT = 1.3


@dataclass(frozen=True, slots=True)
class Type:
    """How the texts of one receipt look; sizes are in dp."""

    family: Family
    label_size: float
    value_size: float
    is_value_bold: bool
    is_label_soft: bool
    radius: float


@dataclass(slots=True)
class Sheet:
    """A column between `left` and `right`. `y` is where the next block starts, in pixels.

    `unit` is how many pixels a dp has. `surface` is what is written on: the back, or a card.
    """

    left: float
    right: float
    unit: float
    palette: Palette
    type: Type
    y: float = 0
    surface: Surface = field(init=False)
    top_surface: Surface = field(init=False)  # which the phone's clock is written on
    drawings: list[Drawing] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.surface = self.top_surface = self.palette.back

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    def write(
        self,
        line: Line,
        size: float,
        place: float,
        width: float,
        colour: Colour,
        *,
        align: float = 0,
        bold: bool = False,
    ) -> None:
        """Write a line, in several lines where it is too wide, and go below it.

        `align` is 0 for a text that starts at `place`, 0.5 for one about it, 1 for one that ends
        there. A line of runs is made smaller instead.
        """
        if len(line) > 1:
            size *= min(1, width / self._length(line, size, bold=bold))
            self._write_runs(line, size, place, colour, align=align, bold=bold)
            return
        for part in self._wrapped(line[0].text, size, width, bold=bold):
            self._write_runs((Run(part),), size, place, colour, align=align, bold=bold)

    def _write_runs(
        self, line: Line, size: float, place: float, colour: Colour, *, align: float, bold: bool
    ) -> None:
        x = place - align * self._length(line, size, bold=bold)
        ascent = self._face(size, bold=bold).getmetrics()[0]
        for run in line:
            face = self._face(size * run.scale, bold=bold)
            top = self.y + ascent * (0.26 if run.is_raised else 1)
            anchor = "lt" if run.is_raised else "ls"
            words = partial(strokes.write, x=x, y=top, text=run.text, face=face, colour=colour)
            self.drawings.append(partial(words, anchor=anchor))
            x += face.getlength(run.text)
        self.y += size * self.unit * LINE_HEIGHT

    def _face(self, size: float, *, bold: bool) -> ImageFont.FreeTypeFont:
        file = self.type.family.strong if bold else self.type.family.regular
        return font(file, max(8, round(size * self.unit)))

    def _length(self, line: Line, size: float, *, bold: bool) -> float:
        return sum(self.length(run.text, size * run.scale, bold=bold) for run in line)

    def length(self, text: str, size: float, *, bold: bool = False) -> float:
        return self._face(size, bold=bold).getlength(text)

    def _wrapped(self, text: str, size: float, width: float, *, bold: bool) -> list[str]:
        """The text's lines: broken between words, and within a word that is too wide by itself."""

        def fits(part: str) -> bool:
            return self.length(part, size, bold=bold) <= width

        lines = [""]
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if fits(longer):
                lines[-1] = longer
            else:
                lines += _broken(word, fits)
        return [line for line in lines if line]

    def box(
        self, x0: float, y0: float, x1: float, y1: float, fill: Colour, radius: float = 0
    ) -> None:
        place = (x0, y0, x1, y1)
        self.drawings.append(partial(strokes.box, place=place, fill=fill, radius=radius))

    def stroke(self, points: strokes.Points, fill: Colour, width: float) -> None:
        pixels = max(2, int(width))
        self.drawings.append(partial(strokes.stroke, points=points, fill=fill, width=pixels))


def _broken(word: str, fits: Callable[[str], bool]) -> list[str]:
    pieces = [""]
    for character in word:
        if fits(pieces[-1] + character):
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces
