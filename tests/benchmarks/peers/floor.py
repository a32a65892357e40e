"""The floor: what a proof and its notice cost with nothing around them.

Raw asyncio transports and one `sqlite3` transaction with `synchronous=FULL`, on the loop's own
thread. No routes, no sessions, no checks, no multipart: the body is stored as it came.
"""

import asyncio
import sqlite3
import sys

OPENED = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 2000\n\n"
CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
TABLES = """
    CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT);
    CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id INTEGER);
    CREATE TABLE proofs (payment_id INTEGER PRIMARY KEY, data BLOB);
    CREATE TABLE events (id INTEGER PRIMARY KEY, data TEXT);
"""

streams: list[asyncio.Transport] = []


class Client(asyncio.Protocol):
    """One connection: a stream, or requests one after the other."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._received = bytearray()
        self._needed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport in streams:
            streams.remove(self._transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._needed:
            self._needed = self._expect()
        if self._needed and len(self._received) >= self._needed:
            self._answer(bytes(self._received))
            self._received.clear()
            self._needed = 0

    def _expect(self) -> int:
        """How long the whole request is; 0 while its head is incomplete."""
        head, found, _ = self._received.partition(b"\r\n\r\n")
        length = head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
        return len(head) + len(found) + int(length or 0) if found else 0

    def _answer(self, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        verb, path, _ = head.split(b" ", 2)
        if verb == b"GET":
            streams.append(self._transport)
            self._transport.write(OPENED)
            return
        number = int(path.rpartition(b"/")[2])
        if path.startswith(b"/proof"):
            tell(store(self._database, number, body))
        else:
            tell(body)
        self._transport.write(CREATED)


def store(database: sqlite3.Connection, number: int, body: bytes) -> bytes:
    """The proof, the order's state and the event in one transaction; returns the event."""
    event = f'event: proof\ndata: {{"order_id":"{number}","status":"por_verificar"}}\n\n'
    with database:
        database.execute("BEGIN IMMEDIATE")
        database.execute("REPLACE INTO orders VALUES (?, 'por_verificar')", (number,))
        paid = database.execute("INSERT INTO payments (order_id) VALUES (?)", (number,)).lastrowid
        database.execute("INSERT INTO proofs VALUES (?, ?)", (paid, body))
        database.execute("INSERT INTO events (data) VALUES (?)", (event,))
    return event.encode()


def tell(event: bytes) -> None:
    for stream in streams:
        stream.write(event)


async def main(port: int, path: str) -> None:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.executescript(TABLES)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Client(database), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
