"""What the tests of faults count: printed as they go, and once more at the end of the run."""

from tests.long import LONG

LINES: list[str] = []


def scaled(short: int, long: int) -> int:
    return long if LONG else short


def report(about: str, **figures: float | str) -> None:
    """One line: `about: name 1, name 2`."""
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
    LINES.append(f"{about}: {told}")
    print(LINES[-1])


def spread(seconds: list[float]) -> str:
    """The median and the worst of some waits, in milliseconds."""
    ordered = sorted(seconds)
    return f"{1000 * ordered[len(ordered) // 2]:.1f} / {1000 * ordered[-1]:.1f} ms"
