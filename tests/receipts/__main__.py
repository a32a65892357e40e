"""Draws receipts to look at: `python -m tests.receipts FOLDER [COUNT]`, and prints their facts."""

import sys
from pathlib import Path

from tests.receipts import DESIGNS, Quality, draw, make
from tests.receipts.papers import paper


def main(folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        receipt = make(seed)
        for quality in Quality:
            picture = draw(receipt, quality, seed)
            kind = "png" if picture.startswith(b"\x89PNG") else "jpg"
            (folder / f"{seed:03} {quality}.{kind}").write_bytes(picture)
        (folder / f"{seed:03}.pdf").write_bytes(paper(receipt, seed))
        facts = (receipt.shown_amount, receipt.shown_reference, receipt.shown_at)
        print(seed, receipt.design, receipt.theme, receipt.bank, *map(repr, facts), sep="  ")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else len(DESIGNS))
