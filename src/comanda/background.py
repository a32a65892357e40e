"""Tasks and threads that work beside the requests until their block ends.

A task that fails is logged and starts again after a growing pause. `Tasks` lists the task as down
until it runs well again. Work that may block for long gets a thread of its own, so that the shared
threads stay free for photos.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds
WELL_SECONDS = 60.0  # a task that ran this long starts again after the first pause


class Tasks:
    """The background tasks of one application, by name, and which of them are down now."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}

    def down(self) -> list[str]:
        """The names of the tasks that failed and have not run well since."""
        return sorted(name for name, failures in self._failures.items() if failures)

    def failed(self, name: str) -> None:
        """Count a failure of a task; a task that ends by itself has failed, too."""
        self._failures[name] = self._failures.get(name, 0) + 1

    def recovered(self, name: str) -> None:
        """Note that a task which started again runs well."""
        self._failures[name] = 0


@asynccontextmanager
async def in_background(*work: Work, name: str, tasks: Tasks | None = None) -> AsyncIterator[None]:
    """Run each function of `work` as a task called `name` until the block ends."""
    failure_counts = Tasks() if tasks is None else tasks
    running_tasks = [
        asyncio.create_task(_keep_going(function, name, failure_counts), name=name)
        for function in work
    ]
    try:
        yield
    finally:
        for task in running_tasks:
            task.cancel()
        await asyncio.gather(*running_tasks, return_exceptions=True)


async def _keep_going(work: Work, name: str, tasks: Tasks) -> None:
    """Run `work`, and run it again whenever it ends by itself, until cancelled."""
    loop, pause = asyncio.get_running_loop(), FIRST_PAUSE
    while True:
        began = loop.time()
        recovery = loop.call_later(pause, tasks.recovered, name)
        try:
            await work()
            log.error("The task %s ended by itself; it starts again", name)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            log.exception("The task %s lost what it waited for; it starts again", name)
        except Exception:
            log.exception("The task %s failed; it starts again", name)
        finally:
            recovery.cancel()
        tasks.failed(name)
        pause = FIRST_PAUSE if loop.time() - began > WELL_SECONDS else pause
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _is_cancelled() -> bool:
    """Whether this task itself is cancelled, and not only a future that it waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class OwnThread:
    """A thread for work that may block for long, one piece at a time.

    The thread is a daemon: work that hangs on a lost disk does not keep the process from ending.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._queue: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do `work` after the work that was submitted earlier."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        future: Future[T] = Future()
        self._queue.put((future, lambda: work(*args, **kwargs)))
        return future

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work` in the thread, and wait for its result."""
        return await asyncio.wrap_future(self.submit(work, *args, **kwargs))

    def _run(self) -> None:
        while True:
            future, work = self._queue.get()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:  # noqa: BLE001 - the caller who waits gets the error
                    future.set_exception(error)
            del future, work
