"""How well and how fast drawn receipts are read, by the real examiner and Tesseract.

Run: `.venv/bin/python -m tests.benchmarks.receipts [RECEIPTS] [--first SEED] [--faults]`
"""

import argparse
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from comanda.domain.evidence import WarningType
from comanda.examiner import reader
from tests.examiner.child import running
from tests.receipts import Quality, Variation, make
from tests.receipts.evaluation import Evaluation, Outcome, evaluate

RECEIPTS = 300
FALSE = {WarningType.AMOUNT_DIFFERS, WarningType.RECEIPT_OLD, WarningType.ACCOUNT_DIFFERS}
GOALS = {  # by quality: amount, number, date right; honest with a false warning; others noticed
    Quality.SCREENSHOT: (0.99, 0.97, 0.97, 0.005, 0.98),
    Quality.PHOTO: (0.97, 0.92, 0.95, 0.01, 0.95),
    Quality.BAD_PHOTO: (0.92, 0.80, 0.85, 0.02, 0.85),
}
MOST_SECONDS = 3600.0  # for all of them


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.receipts")
    parser.add_argument("receipts", type=int, nargs="?", default=RECEIPTS)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--faults", action="store_true", help="list what was not read right")
    options = parser.parse_args()
    if reader.find_program() is None:
        sys.exit("There is no Tesseract here: apt-get install tesseract-ocr tesseract-ocr-spa")
    seeds = range(options.first, options.first + options.receipts)
    evaluations = list(evaluate_all(seeds, list_faults=options.faults))
    for line in report(evaluations):
        print(line)


def evaluate_all(seeds: Iterable[int], *, list_faults: bool) -> Iterable[Evaluation]:
    """Read each receipt in each quality, and in its place one that is not the payment's."""
    with running(seconds=MOST_SECONDS) as child:
        for seed in seeds:
            other = list(Variation)[seed % len(Variation)]
            for quality in Quality:
                for variation in (None, other):
                    result = evaluate(child, make(seed), quality, variation, seed)
                    if list_faults:
                        _print_faults(seed, result)
                    yield result


def report(evaluations: Sequence[Evaluation]) -> Iterable[str]:
    """Yield the table: shares of each quality beside their goals, and the times."""
    yield f"{'':14}{'amount':>16}{'number':>16}{'date':>16}{'false warning':>16}{'noticed':>16}"
    for quality in Quality:
        of_quality = [one for one in evaluations if one.quality is quality]
        honest = [one for one in of_quality if one.variation is None]
        others = [one for one in of_quality if one.variation is not None]
        if not honest:
            continue
        shares = [
            *(_share(one.fields[name] is Outcome.RIGHT for one in of_quality)
              for name in ("amount", "number", "date")),
            _share(bool(FALSE & set(one.warnings)) for one in honest),
            _share(one.is_noticed for one in others),
        ]  # fmt: skip
        figures = "".join(
            f"{share:>9.1%}/{goal:<6.1%}"
            for share, goal in zip(shares, GOALS[quality], strict=True)
        )
        yield f"{quality:14}{figures}"
    yield from _details(evaluations)


def _details(evaluations: Sequence[Evaluation]) -> Iterable[str]:
    for quality in Quality:
        counts = Counter(
            f"{name} {outcome}"
            for one in evaluations
            if one.quality is quality
            for name, outcome in one.fields.items()
            if outcome is not Outcome.RIGHT
        )
        yield f"{quality}: {dict(sorted(counts.items()))}"
    by_design: dict[str, list[bool]] = defaultdict(list)
    for one in evaluations:
        by_design[one.receipt.design] += [kind is Outcome.RIGHT for kind in one.fields.values()]
    worst = sorted(by_design.items(), key=lambda pair: _share(pair[1]))
    yield "fields right, by design: " + ", ".join(f"{n} {_share(v):.0%}" for n, v in worst)
    seconds = sorted(one.seconds for one in evaluations)
    p95 = seconds[int(0.95 * (len(seconds) - 1))]
    yield f"seconds: median {statistics.median(seconds):.2f}, 95th of 100 {p95:.2f}"


def _share(outcomes: Iterable[bool]) -> float:
    values = list(outcomes)
    return sum(values) / len(values) if values else 0.0


def _print_faults(seed: int, one: Evaluation) -> None:
    facts = one.receipt
    faults = {
        name: (one.reading.amount, facts.amount)
        if name == "amount"
        else (one.reading.reference, facts.reference)
        if name == "number"
        else (str(one.reading.day), str(facts.day))
        for name, outcome in one.fields.items()
        if outcome is not Outcome.RIGHT
    }
    false = FALSE & set(one.warnings) if one.variation is None else set()
    missed = one.variation is not None and not one.is_noticed
    if faults or false or missed:
        told = [f"{name}: {read} for {fact}" for name, (read, fact) in faults.items()]
        told += [f"false {kind}" for kind in false]
        if false or missed:
            reading = one.reading
            told.append(f"{reading.account} {reading.holder} for {facts.account} {facts.holder}")
        told += [f"not noticed: {one.variation}"] if missed else []
        print(f"{seed} {facts.design} {facts.theme} {one.quality}: {'; '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
