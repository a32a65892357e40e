"""The failing disk."""

from pathlib import Path

import pytest

from tests.faults.disk import Shim, build_shim


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def shim(library: Path, tmp_path: Path) -> Shim:
    return Shim(library, tmp_path)
