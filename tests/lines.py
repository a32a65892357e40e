"""Name every line of a script that is longer than 120 characters.

`python -m tests.lines PATH…`: files, and folders with all `.js` in them. oxlint has no such rule.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST = 120


def scripts(paths: list[str]) -> Iterator[Path]:
    for path in map(Path, paths):
        yield from sorted(path.rglob("*.js")) if path.is_dir() else [path]


def long_lines(path: Path) -> Iterator[str]:
    """`file:line: length` of each line that is too long."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if len(line) > LONGEST:
            yield f"{path}:{number}: {len(line)} characters, more than {LONGEST}"


def main() -> int:
    complaints = [told for path in scripts(sys.argv[1:]) for told in long_lines(path)]
    print("\n".join(complaints), end="\n" if complaints else "")
    return min(len(complaints), 1)


if __name__ == "__main__":
    sys.exit(main())
