"""The machine's own disk, and the failing disk."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.disk import Shim, build_shim


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder on the machine's own disk: `tests/run.sh` puts those of other tests into memory."""
    with tempfile.TemporaryDirectory(prefix="comanda-faults-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def shim(library: Path, tmp_path: Path) -> Shim:
    return Shim(library, tmp_path)
