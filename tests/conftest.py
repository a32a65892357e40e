"""The fixtures that all tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from comanda.config import Config
from tests.house import FixedClock, House, open_house, quick_config


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return quick_config(tmp_path / "comanda.db", heartbeat_seconds=0.2)


@pytest.fixture
async def house(config: Config, clock: FixedClock) -> AsyncIterator[House]:
    """A restaurant that is open: staff, a menu, no orders."""
    async with open_house(config, clock) as opened:
        yield opened
