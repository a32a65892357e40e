"""Pictures are prepared for reading, and each place on them leads back to the picture."""

import pytest
from PIL import Image, ImageDraw, ImageFont

from comanda.examiner.views import Slope, View, Way, flatten, slope_of, stretch, turns_of

SIZE = (600, 900)
WORDS = ("Clave de rastreo 8841", "Monto $ 185.50", "Fecha", "Restaurante La Fonda", "28/11/2026")


def page(ground: int = 255, ink: int = 0, size: tuple[int, int] = SIZE) -> Image.Image:
    """Lines of text, label and amount."""
    image = Image.new("L", size, ground)
    draw = ImageDraw.Draw(image)
    for number, top in enumerate(range(40, size[1] - 60, 48)):
        words = WORDS[number % len(WORDS)]
        draw.text((40 + 17 * (number % 5), top), words, ink, ImageFont.load_default(28))
    return image


def test_a_way_and_its_inverse_lead_back() -> None:
    view = View(page()).scaled(1.5).turned(1).straightened(Slope(3, 5)).cropped((20, 30, 400, 500))
    for x, y in ((0, 0), (100, 40), (379, 469)):
        there = view.way.point(x, y)
        assert view.way.inverse().point(*there) == pytest.approx((x, y), abs=1e-6)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_view_leads_to_the_same_pixels(quarters: int) -> None:
    image = Image.new("L", (40, 60), 0)
    image.putpixel((7, 50), 255)
    turned = View(image).turned(quarters)
    (spot,) = [
        (x, y)
        for x in range(turned.image.width)
        for y in range(turned.image.height)
        if turned.image.getpixel((x, y)) == 255
    ]
    x, y = turned.way.point(spot[0] + 0.5, spot[1] + 0.5)
    assert (int(x), int(y)) == (7, 50)


def test_a_part_that_is_scaled_leads_to_its_place() -> None:
    part = View(page()).cropped((100, 200, 300, 400)).scaled(2)
    assert part.image.size == (400, 400)
    assert part.way.point(0, 0) == pytest.approx((100, 200))
    assert part.way.point(400, 400) == pytest.approx((300, 400))


@pytest.mark.parametrize("degrees", [-11, -7.5, -3, 0, 2, 6, 10])
def test_the_slope_of_lines_is_found_and_taken_away(degrees: float) -> None:
    sloping = page().rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=255)
    slope = slope_of(flatten(sloping))
    assert (slope.upper, slope.lower) == pytest.approx((degrees, degrees), abs=1)
    level = View(sloping).straightened(slope)
    rest = slope_of(flatten(level.image))
    assert (rest.upper, rest.lower) == pytest.approx((0, 0), abs=0.75)


def test_lines_that_run_together_are_made_level() -> None:
    """A telephone photographed from the side: its upper lines fall, its lower lines rise."""
    width, height = SIZE
    seen = page().transform(
        SIZE, Image.Transform.QUAD, (0, -40, 0, height + 40, width, height - 40, width, 40),
        Image.Resampling.BICUBIC, fillcolor=255,
    )  # fmt: skip
    slope = slope_of(flatten(seen))
    assert slope.upper * slope.lower < 0
    rest = slope_of(flatten(View(seen).straightened(slope).image))
    assert abs(rest.upper - rest.lower) < abs(slope.upper - slope.lower) / 2


def test_a_level_picture_stays_as_it_is() -> None:
    view = View(page())
    assert view.straightened(Slope(0.1, -0.1)) is view
    assert view.turned(0) is view


@pytest.mark.parametrize(("ground", "ink"), [(255, 0), (20, 240), (120, 255), (200, 90)])
def test_letters_come_out_dark_on_white_whatever_their_ground(ground: int, ink: int) -> None:
    flat = stretch(flatten(page(ground, ink)))
    dark = sum(flat.histogram()[:80])
    bright = sum(flat.histogram()[200:])
    assert bright > 10 * dark > 0


def test_letters_on_two_grounds_come_out_alike() -> None:
    image = page()
    image.paste(page(30, 250).crop((0, 0, 600, 450)), (0, 0))
    flat = flatten(image)
    upper, lower = flat.crop((0, 60, 600, 380)), flat.crop((0, 520, 600, 840))
    assert sum(upper.histogram()[:100]) == pytest.approx(sum(lower.histogram()[:100]), rel=0.3)


def test_a_picture_on_its_side_is_tried_on_its_side_first() -> None:
    assert turns_of(flatten(page())) == (0, 2, 1, 3)
    side = page().transpose(Image.Transpose.ROTATE_90)
    assert turns_of(flatten(side)) == (1, 3, 0, 2)


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (2000, 3), (8, 8), (9, 17)])
def test_pictures_of_any_size_can_be_prepared(size: tuple[int, int]) -> None:
    flat = flatten(Image.new("L", size, 128))
    assert flat.size == size
    assert sorted(turns_of(flat)) == [0, 1, 2, 3]
    assert View(flat).straightened(slope_of(flat)).image.size == size


def test_an_empty_way_leads_nowhere_else() -> None:
    assert Way().point(3, 4) == (3, 4)
    assert Way().inverse().point(3, 4) == (3, 4)
