"""The failing disk; and the figures of this folder's tests, shown at the end of the run."""

from pathlib import Path

import pytest

from tests.faults.disk import Shim, build_shim
from tests.faults.figures import LINES
from tests.long import LONG


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def shim(library: Path, tmp_path: Path) -> Shim:
    return Shim(library, tmp_path)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if LINES:
        terminalreporter.section("faults, long form" if LONG else "faults, short form")
        for line in LINES:
            terminalreporter.write_line(line)
