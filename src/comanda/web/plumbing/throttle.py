"""Limits on how often a request may repeat, per address or member and in total, in memory."""

from collections import OrderedDict, deque

from comanda.domain.errors import TooManyAttempts

WINDOW = 600.0  # seconds
OF_ADDRESS, OF_ALL = 10, 60
ADDRESSES = 1_000


class Throttle:
    """A count of the requests within the last `window` seconds, per address and in total."""

    def __init__(
        self, window: float = WINDOW, of_address: int = OF_ADDRESS, of_all: int = OF_ALL
    ) -> None:
        self._window = window
        self._of_address = of_address
        self._of_all = of_all
        self._all: deque[float] = deque()
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, address: str, now: float) -> None:
        """Count a request. Raises TooManyAttempts beyond a limit, and then counts nothing."""
        of_address = self._by_address.get(address, deque())
        for times, most in ((self._all, self._of_all), (of_address, self._of_address)):
            while times and times[0] <= now - self._window:
                times.popleft()
            if len(times) >= most:
                raise TooManyAttempts(max(1, round(times[0] + self._window - now)))
        for times in (self._all, of_address):
            times.append(now)
        self._by_address[address] = of_address
        self._by_address.move_to_end(address)
        if len(self._by_address) > ADDRESSES:
            self._by_address.popitem(last=False)
