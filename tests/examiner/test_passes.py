"""The passes over a picture: how many, of what, and what of it counts."""

import io
from collections.abc import Sequence
from typing import cast

import pytest
from PIL import Image, ImageOps

from comanda.domain.readings import Box
from comanda.examiner import passes
from comanda.examiner.passes import read_picture
from comanda.examiner.reader import Reader
from comanda.examiner.receipts import receipt
from comanda.examiner.views import View

LEGIBLE = ("Transferencia exitosa", "Restaurante La Fonda", "8841 220 1937", "Ordenante Laura")


class FakeReader:
    """Reads the same words from each picture; None where it can read nothing."""

    def __init__(self, words: Sequence[str] | None = LEGIBLE) -> None:
        self.words = words
        self.asked: list[tuple[tuple[int, int], int]] = []

    def ask(self, picture: Image.Image, mode: int, *_: object) -> None:
        assert picture.mode == "L"
        self.asked.append((picture.size, mode))

    def answer(self) -> bytes | None:
        if self.words is None:
            return None
        rows = (
            f"5\t1\t1\t1\t1\t1\t100\t{200 + 60 * place}\t300\t30\t95\t{words}"
            for place, words in enumerate(self.words)
        )
        return "\n".join(rows).encode()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, the passes have their time."""
    monkeypatch.setattr(passes, "READ_SECONDS", 600.0)


def readers(*fakes: FakeReader) -> list[Reader]:
    return [cast("Reader", fake) for fake in fakes]


def picture() -> Image.Image:
    return Image.open(io.BytesIO(receipt(18550, "8841 220 1937"))).convert("L")


def test_two_readers_share_the_passes_of_each_round() -> None:
    one, other = FakeReader(), FakeReader()
    counts = [len(pages) for pages in read_picture(picture(), readers(one, other))]
    assert counts == [2, 4, 6, 8]
    assert len(one.asked) == len(other.asked) == 4
    assert {mode for _, mode in one.asked + other.asked} == {6, 11}


def test_one_reader_reads_all_of_them() -> None:
    one = FakeReader()
    assert [len(pages) for pages in read_picture(picture(), readers(one))] == [2, 4, 6, 8]


def test_the_caller_may_stop_after_any_round() -> None:
    one = FakeReader()
    next(read_picture(picture(), readers(one)))
    assert len(one.asked) == 2


def test_words_have_their_places_on_the_picture() -> None:
    pages = next(read_picture(picture(), readers(FakeReader())))
    scale = 1080 / 1300
    word = pages[0].words[0]
    assert (pages[0].width, pages[0].height) == (720, 1080)
    assert abs(word.left - 100 * scale) < 2
    assert abs(word.top - 200 * scale) < 2


def test_later_rounds_look_at_the_text_alone() -> None:
    one = FakeReader()
    list(read_picture(picture(), readers(one)))
    first, later = one.asked[0][0], one.asked[2][0]
    assert later[0] / later[1] > first[0] / first[1]


def test_a_picture_without_text_is_tried_each_way_up() -> None:
    one = FakeReader(())
    list(read_picture(picture(), readers(one)))
    sizes = [size for size, _ in one.asked[:8:2]]
    assert len(one.asked) >= 8
    assert sizes[0] == sizes[1] != sizes[2] == sizes[3]


def test_without_readers_nothing_is_read() -> None:
    assert list(read_picture(picture(), [])) == []


def test_what_could_not_be_read_in_time_is_left_out() -> None:
    pages = list(read_picture(picture(), readers(FakeReader(), FakeReader(None))))
    assert [len(read) for read in pages] == [1, 2, 3, 4]


def test_no_pass_begins_after_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "READ_SECONDS", 0.0)
    one = FakeReader()
    assert list(read_picture(picture(), readers(one))) == []
    assert one.asked == []


def test_the_pictures_that_are_read_are_not_too_large() -> None:
    one = FakeReader()
    list(read_picture(Image.new("L", (5000, 5000), 255), readers(one)))
    assert max(width * height for (width, height), _ in one.asked) <= 16_000_000


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_the_words_of_a_turned_picture_stand_as_on_an_upright_one(
    quarters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a line's words are read backwards, or each word is a line."""
    upright = next(read_picture(picture(), readers(FakeReader())))[0]
    monkeypatch.setattr(passes, "turns_of", lambda _: (quarters,))
    shown = View(picture()).turned(4 - quarters).image
    page = next(read_picture(shown, readers(FakeReader())))[0]
    assert (page.width, page.height, page.quarters) == (720, 1080, quarters)
    for word, expected in zip(page.words, upright.words, strict=True):
        assert abs(word.left - expected.left) < 2
        assert abs(word.top - expected.top) < 2


def test_a_box_is_turned_back_to_where_it_stands_on_the_picture_that_is_shown() -> None:
    image = Image.new("L", (200, 100), 255)
    image.paste(0, (20, 10, 60, 40))
    shown = Box(0.1, 0.1, 0.2, 0.3)
    for quarters in range(4):
        turned = View(image).turned(quarters).image
        left, top, right, bottom = ImageOps.invert(turned).getbbox() or (0, 0, 0, 0)
        width, height = turned.size
        box = Box(left / width, top / height, (right - left) / width, (bottom - top) / height)
        back = box.turned_back(quarters)
        for name in ("left", "top", "width", "height"):
            assert getattr(back, name) == pytest.approx(getattr(shown, name))


class UpsideDown(FakeReader):
    """Reads much of what is upside down, and hardly any of it surely."""

    def answer(self) -> bytes | None:
        is_upright = len(self.asked) > 2
        confidence = 95 if is_upright else 62
        rows = (
            f"5\t1\t1\t1\t1\t1\t100\t{200 + 60 * place}\t300\t30\t{confidence}\t{words}"
            for place, words in enumerate(LEGIBLE)
        )
        return "\n".join(rows).encode()


def test_text_that_is_read_upside_down_is_turned() -> None:
    one = UpsideDown()
    pages = next(read_picture(picture(), readers(one)))
    assert {page.quarters for page in pages} == {2}
