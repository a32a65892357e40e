"""Receipts of banks and wallets, drawn and photographed, as the real examiner reads them.

How often each field is right in hundreds of them is a benchmark's: `tests.benchmarks.receipts`.
"""

import sys
from collections.abc import Iterator

import pytest

from comanda.domain.evidence import WarningType
from comanda.examiner import reader
from tests.examiner.child import Child, running
from tests.house import skip_without
from tests.receipts import Quality, Variation, make
from tests.receipts.evaluation import Evaluation, Outcome, evaluate

RECEIPTS = 10  # of each quality
MOST_SECONDS = 900.0
# However busy the machine is, each receipt has its time.
PATIENT = (
    "from comanda.examiner import __main__, examination, passes\n"
    "examination.TEXT_SECONDS = passes.READ_SECONDS = 120.0\n"
    "__main__.main()"
)
# Of ten receipts, in how many the amount, the number and the date are right at least.
LEAST = {
    Quality.SCREENSHOT: (9, 9, 9),
    Quality.PHOTO: (9, 8, 9),
    Quality.BAD_PHOTO: (8, 6, 7),
}
FALSE = {WarningType.AMOUNT_DIFFERS, WarningType.RECEIPT_OLD, WarningType.ACCOUNT_DIFFERS}


@pytest.fixture
def child() -> Iterator[Child]:
    if reader.find_program() is None:
        skip_without("Tesseract is not here: apt-get install tesseract-ocr tesseract-ocr-spa")
    with running((sys.executable, "-P", "-c", PATIENT), MOST_SECONDS) as child:
        yield child


def right(evaluations: list[Evaluation], name: str) -> int:
    return sum(one.fields[name] is Outcome.RIGHT for one in evaluations)


@pytest.mark.parametrize("quality", Quality)
def test_what_a_receipt_says_is_read_and_compared(child: Child, quality: Quality) -> None:
    """Half of them are the payment's, the others are old, of others, or of another amount."""
    evaluations = [
        evaluate(child, make(seed), quality, variation, seed)
        for seed, variation in enumerate((None, *Variation, None, None, *Variation, None))
    ]
    assert len(evaluations) == RECEIPTS
    counts = tuple(right(evaluations, name) for name in ("amount", "number", "date"))
    print(quality, counts, [one.fields for one in evaluations])
    for count, least in zip(counts, LEAST[quality], strict=True):
        assert count >= least, counts
    honest = [one for one in evaluations if one.variation is None]
    assert [one.warnings for one in honest if FALSE & set(one.warnings)] == []
    others = [one for one in evaluations if one.variation is not None]
    assert sum(one.is_noticed for one in others) >= len(others) - 1
