"""The receipts that tests read are varied, the same for a seed, and say what they should."""

import io
import re
from collections import Counter
from datetime import datetime, timedelta

import pypdfium2
import pytest
from PIL import Image

from tests.receipts import DESIGNS, Quality, Receipt, Theme, Variation, draw, make, vary
from tests.receipts.designs import Design
from tests.receipts.fonts import families
from tests.receipts.formats import reference_key
from tests.receipts.papers import OTHER_SIGNS, paper

MANY = [make(seed) for seed in range(300)]
SENT = datetime(2026, 12, 18, 21, 7)  # noqa: DTZ001  the house's clock


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def text_of(data: bytes) -> str:
    page = pypdfium2.PdfDocument(data)[0].get_textpage()
    return str(page.get_text_bounded())


def test_a_seed_gives_the_same_receipt_and_the_same_picture() -> None:
    assert make(7) == MANY[7]
    for quality in Quality:
        assert draw(make(7), quality, 1) == draw(make(7), quality, 1)
    assert draw(make(7), Quality.PHOTO, 1) != draw(make(7), Quality.PHOTO, 2)


def test_every_design_and_theme_occurs_often() -> None:
    designs = Counter(receipt.design for receipt in MANY)
    themes = Counter(receipt.theme for receipt in MANY)
    assert len(DESIGNS) >= 14
    assert designs.keys() == {design.name for design in DESIGNS}
    assert min(designs.values()) >= 10
    assert themes.keys() == set(Theme)
    assert min(themes.values()) >= 30
    assert len({receipt.country for receipt in MANY}) == 8


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_facts_are_of_their_forms(design: Design) -> None:
    for receipt in MANY:
        if receipt.design == design.name:
            assert_in_form(receipt)


def assert_in_form(receipt: Receipt) -> None:
    assert receipt.amount > 0
    assert str(receipt.amount // 100) in re.sub(r"[., ]", "", receipt.shown_amount)
    assert re.fullmatch("[0-9A-Z]{6,30}", receipt.reference)
    assert reference_key(receipt.shown_reference) == receipt.reference
    assert receipt.reference not in {reference_key(other) for other in receipt.other_references}
    assert receipt.day == receipt.sent.date()
    assert receipt.time is None or receipt.time <= receipt.sent.time()
    assert receipt.account is None or re.fullmatch("[0-9]{4}", receipt.account)
    assert receipt.shown_holder
    assert receipt.receiver.name != receipt.sender.name
    assert receipt.receiver.number[-3:] != receipt.sender.number[-3:]


def test_a_sinpe_number_starts_with_the_day() -> None:
    dated = [receipt for receipt in MANY if receipt.country == "CR"]
    assert dated
    for receipt in dated:
        assert len(receipt.reference) == 25
        assert receipt.reference.startswith(f"{receipt.day:%Y%m%d}")


def test_a_receipt_is_paid_just_before_it_is_sent() -> None:
    for seed in range(60):
        receipt = make(seed, SENT)
        assert receipt.sent == SENT
        assert receipt.day == SENT.date()


def test_a_variation_differs_in_what_it_is_about_alone() -> None:
    for seed, receipt in enumerate(MANY[:100]):
        old, foreign, other = (vary(receipt, kind, seed) for kind in Variation)
        for varied in (old, foreign, other):
            assert varied.reference != receipt.reference
            assert (varied.look, varied.theme, varied.sent) == (
                receipt.look, receipt.theme, receipt.sent
            )  # fmt: skip
        assert old.day <= receipt.day - timedelta(days=1)
        assert (old.amount, old.receiver) == (receipt.amount, receipt.receiver)
        assert foreign.holder != receipt.holder
        assert foreign.account is None or foreign.account != receipt.account
        assert (foreign.amount, foreign.day) == (receipt.amount, receipt.day)
        assert other.amount != receipt.amount
        assert (other.receiver, other.day) == (receipt.receiver, receipt.day)


@pytest.mark.parametrize("seed", range(0, len(DESIGNS), 4))
@pytest.mark.parametrize("quality", Quality)
def test_a_picture_is_as_a_page_sends_it(seed: int, quality: Quality) -> None:
    image = opened(draw(make(seed), quality, seed))
    assert image.format in ({"JPEG", "PNG"} if quality is Quality.SCREENSHOT else {"JPEG"})
    assert image.mode == "RGB"
    assert 1400 <= max(image.size) <= 1600
    assert not image.getexif()


def test_some_screenshots_are_png() -> None:
    shots = [opened(draw(MANY[0], Quality.SCREENSHOT, seed)).format for seed in range(14)]
    assert set(shots) == {"JPEG", "PNG"}


@pytest.mark.parametrize("seed", range(len(DESIGNS)))
def test_a_paper_has_the_facts_as_text(seed: int) -> None:
    receipt = make(seed)
    text = " ".join(text_of(paper(receipt, seed)).split())
    amount = " ".join(receipt.shown_amount.translate(OTHER_SIGNS).split())
    if receipt.shown_amount.isascii() or "₡" in receipt.shown_amount:
        assert re.sub(r"\D", "", amount) in re.sub(r"\D", "", text)
    assert receipt.shown_reference in text
    assert receipt.shown_at.split("\n")[0] in text


def test_there_are_enough_families_of_letters() -> None:
    assert len(families()) >= 10
