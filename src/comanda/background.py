"""Work that goes on beside everything else, for as long as what it serves is open."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def in_background(*work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Each of `work` is a task called `name` until the block ends, which ends it."""
    tasks = [asyncio.create_task(one, name=name) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
