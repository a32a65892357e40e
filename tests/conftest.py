"""The fixtures that all tests share; and the figures of some, shown at the end of the run."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from comanda.config import Config
from tests.faults.figures import LINES
from tests.house import FixedClock, House, open_house, quick_config, skip_without
from tests.long import LONG

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return quick_config(tmp_path / "comanda.db", heartbeat_seconds=0.2)


@pytest.fixture
def node() -> str:
    """The program that runs the pages' scripts without a browser."""
    found = shutil.which("node", path=str(CHECKOUT / ".venv" / "bin"))
    return found or skip_without("NO NODE: install with the extra `test`")


@pytest.fixture
async def house(
    config: Config, clock: FixedClock, request: pytest.FixtureRequest
) -> AsyncIterator[House]:
    """A restaurant that is open: staff, a menu, no orders."""
    costly = request.node.get_closest_marker("costly_pins") is not None
    examines = request.node.get_closest_marker("examines") is not None
    async with open_house(config, clock, cheap_pins=not costly, examines=examines) as opened:
        yield opened


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of several hands its figures to the process that prints the summary."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["figures"] = LINES


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    LINES.extend(getattr(node, "workeroutput", {}).get("figures", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if LINES:
        terminalreporter.section("faults, long form" if LONG else "faults, short form")
        for line in LINES:
            terminalreporter.write_line(line)
