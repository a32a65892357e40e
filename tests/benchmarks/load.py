"""The load: raw sockets on one epoll, and no parsing beyond what tells one notice from another."""

import select
import socket
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.benchmarks.sides import Side

AT_ONCE = 100
PATIENCE = 30.0
TRIES = 5


@dataclass
class Streams:
    """Open event streams of one side."""

    side: Side
    sockets: list[socket.socket] = field(default_factory=list)

    def open(self, count: int) -> None:
        while count > 0:
            batch = [dial(self.side) for _ in range(min(count, AT_ONCE))]
            for stream in batch:
                stream.sendall(self.side.stream_request)
            for stream in batch:
                self.side.join(read_until(stream, self.side.ready))
                stream.settimeout(0)
            self.sockets += batch
            count -= AT_ONCE

    def drain(self) -> list[bytes]:
        """What each stream has to read by now."""
        return [read_all(stream) for stream in self.sockets]

    def close(self) -> None:
        for stream in self.sockets:
            stream.close()
        self.sockets.clear()


@contextmanager
def listening(side: Side, count: int) -> Iterator[Streams]:
    """`count` open streams, silent at the start."""
    streams = Streams(side)
    try:
        streams.open(count)
        time.sleep(0.3)
        streams.drain()
        yield streams
    finally:
        streams.close()


@dataclass
class Posted:
    """What a run of posts took, in seconds each, and what it cost the load's own processor."""

    to_answer: list[float]
    to_last_notice: list[float]
    elapsed: float
    load_cpu: float


def post_proofs(streams: Streams, posters: int, posts: int) -> Posted:
    """Post proofs from `posters` phones at once, each its next when all streams have its last."""
    return _Posting(streams, posts).run(posters)


class _Posting:
    """One epoll for the phones' sockets and the streams'."""

    def __init__(self, streams: Streams, posts: int) -> None:
        self._side, self._streams = streams.side, streams
        self._requests = [streams.side.proof() for _ in range(posts)]
        self._begun: dict[int, float] = {}
        self._answered: dict[int, float] = {}
        self._noticed: dict[int, float] = {}
        self._heard: defaultdict[int, int] = defaultdict(int)
        self._phone_of: dict[int, socket.socket] = {}
        self._posting: dict[int, int] = {}
        self._parsed: dict[bytes, list[int]] = {}
        self._rest: dict[int, bytes] = {}

    def run(self, posters: int) -> Posted:
        phones = {phone.fileno(): phone for phone in (dial(self._side) for _ in range(posters))}
        listeners = {stream.fileno(): stream for stream in self._streams.sockets}
        total = len(self._requests)
        with select.epoll() as poll:
            for number in (*phones, *listeners):
                poll.register(number, select.EPOLLIN)
            began, cpu = time.perf_counter(), time.process_time()
            for phone in phones.values():
                self._post(phone)
            deadline = began + PATIENCE
            while len(self._answered) < total or len(self._noticed) < total:
                for number, _ in poll.poll(1.0):
                    if number in phones:
                        self._hear_answer(phones[number])
                    else:
                        self._hear_notice(listeners[number])
                assert time.perf_counter() < deadline, f"{self._side.name} is stuck"
            elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu
        for phone in phones.values():
            phone.close()
        return Posted(
            [self._answered[key] - begun for key, begun in self._begun.items()],
            [self._noticed[key] - begun for key, begun in self._begun.items()],
            elapsed,
            cpu,
        )

    def _post(self, phone: socket.socket) -> None:
        if self._requests:
            number, request = self._requests.pop()
            self._posting[phone.fileno()] = number
            self._phone_of[number] = phone
            self._begun[number] = time.perf_counter()
            phone.sendall(request)

    def _hear_answer(self, phone: socket.socket) -> None:
        read_answer(phone)
        number = self._posting[phone.fileno()]
        self._answered[number] = time.perf_counter()
        if number in self._noticed or not self._streams.sockets:
            self._noticed.setdefault(number, self._answered[number])
            self._post(phone)

    def _hear_notice(self, stream: socket.socket) -> None:
        said = self._rest.pop(stream.fileno(), b"") + stream.recv(65536)
        numbers = self._parsed.get(said)
        if numbers is None:
            numbers = self._parsed[said] = [int(key) for key in self._side.notice.findall(said)]
        if not numbers:
            self._rest[stream.fileno()] = said[-2048:]
        for number in numbers:
            self._heard[number] += 1
            if self._heard[number] == len(self._streams.sockets):
                self._noticed[number] = time.perf_counter()
                if number in self._answered:
                    self._post(self._phone_of[number])


def fan_out(streams: Streams) -> tuple[float, float]:
    """One small event to every stream: seconds to the last delivery, and of the load's processor.

    Edge-triggered epoll tells of a delivery without a read, so the load costs almost nothing while
    the clock runs; what was delivered is read and checked afterwards. A try that a heartbeat fell
    into doesn't count.
    """
    for _ in range(TRIES):
        elapsed, cpu, key = _tell_once(streams)
        if all(key in said for said in streams.drain()):
            return elapsed, cpu
        time.sleep(1.0)
        streams.drain()
    raise AssertionError("something else was delivered")


def _tell_once(streams: Streams) -> tuple[float, float, bytes]:
    number, request = streams.side.poke()
    waiting = {stream.fileno() for stream in streams.sockets}
    with select.epoll() as poll, dial(streams.side) as phone:
        for descriptor in waiting:
            poll.register(descriptor, select.EPOLLIN | select.EPOLLET)
        began, cpu = time.perf_counter(), time.process_time()
        phone.sendall(request)
        while waiting:
            told = poll.poll(PATIENCE, len(streams.sockets))
            assert told, f"{len(waiting)} streams of {streams.side.name} were told nothing"
            waiting.difference_update([descriptor for descriptor, _ in told])
        elapsed, cpu = time.perf_counter() - began, time.process_time() - cpu
        read_answer(phone)
    return elapsed, cpu, streams.side.poke_key(number)


def deliver(streams: Streams) -> float:
    """One small event to a few streams that hear of other things, too: seconds to the last."""
    number, request = streams.side.poke()
    key = streams.side.poke_key(number)
    everyone = {stream.fileno(): stream for stream in streams.sockets}
    waiting, said = set(everyone), dict.fromkeys(everyone, b"")
    with select.epoll() as poll, dial(streams.side) as phone:
        for descriptor in waiting:
            poll.register(descriptor, select.EPOLLIN)
        began = time.perf_counter()
        phone.sendall(request)
        while waiting:
            told = poll.poll(PATIENCE)
            is_late = not told or time.perf_counter() - began > PATIENCE
            assert not is_late, f"{len(waiting)} streams of {streams.side.name} were not told it"
            for descriptor, _ in told:
                said[descriptor] = said[descriptor][-64:] + everyone[descriptor].recv(65536)
                if key in said[descriptor]:
                    waiting.discard(descriptor)
        elapsed = time.perf_counter() - began
        read_answer(phone)
    return elapsed


def dial(side: Side) -> socket.socket:
    phone = socket.socket()
    phone.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * 1024 * 1024)
    phone.settimeout(PATIENCE)
    phone.connect(("127.0.0.1", side.port))
    phone.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return phone


def ask(phone: socket.socket, request: bytes) -> bytes:
    """One request; its whole answer, which has to be a good one."""
    phone.sendall(request)
    return read_answer(phone)


def read_answer(phone: socket.socket) -> bytes:
    said = b""
    while not complete(said):
        more = phone.recv(1 << 20)
        assert more, said
        said += more
    assert said.split(b" ", 2)[1][:1] == b"2", said
    return said


def read_until(stream: socket.socket, mark: bytes) -> bytes:
    said = b""
    while mark not in said:
        more = stream.recv(65536)
        assert more, said
        said += more
    return said


def read_all(stream: socket.socket) -> bytes:
    said = b""
    with suppress(BlockingIOError):
        while more := stream.recv(65536):
            said += more
    return said


def complete(said: bytes) -> bool:
    """Whether this is a whole answer with a Content-Length, or a chunked one."""
    head, found, body = said.partition(b"\r\n\r\n")
    if not found:
        return False
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        return body.endswith(b"0\r\n\r\n")
    length = lower.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return len(body) >= int(length or 0)
