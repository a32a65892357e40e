"""The benchmark: `python -m tests.benchmarks`, about five minutes. See README.md beside it.

Servers run on the first processor, the load on the second. Nothing here asserts a time.
"""

import argparse
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import alone, beside, opening, page
from tests.benchmarks.results import Work, table, write_json
from tests.benchmarks.sides import LOAD_CPU, NGINX_MODULE

QUICK_PAST, FULL_PAST = 100_000, 1_000_000
FILES = 20_000


def main() -> None:
    options = _options()
    if not NGINX_MODULE.exists():
        print(
            "For nginx with nchan: apt-get install nginx-light libnginx-mod-nchan", file=sys.stderr
        )
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
    os.sched_setaffinity(0, {LOAD_CPU})
    found: list[Work] = []
    with _folder(options.folder) as folder:
        for work in _works(folder, options):
            found.append(work)
            print(*list(table([work]))[2:], flush=True)
    print("\n".join(["", *table(found)]))
    write_json(found, options.json)
    print(f"\n{options.json}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--json", type=Path, default=Path("benchmarks.json"))
    parser.add_argument("--folder", type=Path, help="where the databases are made")
    parser.add_argument("--only", choices=("beside", "alone", "page"))
    parser.add_argument(
        "--full",
        action="store_true",
        help="a past of a million orders, an examiner that rests: five minutes more, and 5 GB",
    )
    return parser.parse_args()


@contextmanager
def _folder(parent: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="comanda-benchmark-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _works(folder: Path, options: argparse.Namespace) -> Iterator[Work]:
    if options.only in (None, "beside"):
        with beside.everybody(folder) as running:
            yield from beside.works(running)
    if options.only in (None, "alone"):
        yield from alone.works(folder, FULL_PAST if options.full else QUICK_PAST)
    if options.only in (None, "page"):
        yield from page.works(folder)
        yield from opening.works(folder)


if __name__ == "__main__":
    main()
