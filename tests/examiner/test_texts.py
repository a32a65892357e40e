"""What a proof says must be found in the time that is left for it."""

from datetime import date

import pytest

from comanda.domain.examinations import Facts
from comanda.examiner import examination, passes
from comanda.examiner.examination import TEXT_SECONDS, examine
from comanda.examiner.pictures import examine_picture
from comanda.examiner.words import Hints
from comanda.examining import EXAMINE_SECONDS
from tests.examiner.test_passes import FakeReader, readers
from tests.examiner.test_reader import RECEIPT

HINTS = Hints(date(2026, 11, 28))


def test_a_picture_that_was_decoded_for_long_is_read_in_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def slowly(content_type: str, data: bytes) -> Facts:
        now[0] += TEXT_SECONDS
        return examine_picture(content_type, data)

    one = FakeReader()
    monkeypatch.setattr(examination, "examine_picture", slowly)
    facts = examine("image/jpeg", RECEIPT, HINTS, readers(one))
    assert facts is not None
    assert (facts.reading, one.asked) == (None, [])
    assert facts.thumbnail


def test_the_server_waits_for_longer_than_a_text_is_read() -> None:
    assert passes.READ_SECONDS < TEXT_SECONDS < EXAMINE_SECONDS - 1
