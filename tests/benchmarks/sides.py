"""Comanda and its peers: how each is started, and what the load says to it.

Every server is a process of its own on the first processor; the load has the second.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from comanda.store.connection import connect
from tests.benchmarks import history
from tests.benchmarks.requests import cookie, form, http, photo

SERVER_CPU, LOAD_CPU = 0, 1
NGINX_MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
PATIENCE = 60.0
EVENT = b"id: 1\nevent: order_updated\ndata: " + (history.DATA % 1).encode() + b"\n\n"


class Missing(Exception):
    """A peer can't run here; the message says what to install."""


@dataclass
class Side:
    """One server, and its language."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    stream_request: bytes
    ready: bytes
    notice: re.Pattern[bytes] = re.compile(rb"$^")
    next_proof: int = 1
    next_poke: int = 1

    def proof(self) -> tuple[int, bytes]:
        """The next order's number, and the request that posts a photo for it."""
        number = self.take_order()
        return number, self.post(number)

    def take_order(self) -> int:
        """The number of an order that waits for its proof."""
        self.next_proof += 1
        return self.next_proof - 1

    def post(self, number: int, size: int = 250_000) -> bytes:
        raise NotImplementedError

    def poke(self) -> tuple[int, bytes]:
        """A number, and a small request that causes one event."""
        number = self.next_poke
        self.next_poke += 1
        body = EVENT.replace(b'"id":"1"', b'"id":"%d"' % number)
        return number, http("POST", f"/poke/{number}", body)

    def poke_key(self, number: int) -> bytes:
        """What the event of that request has in it."""
        return b'"id":"%d"' % number

    def join(self, said: bytes) -> None:
        """What is left to do once a stream has said that it is open."""

    def memory(self) -> float:
        return resident(self.process.pid)

    def children(self) -> list[int]:
        """The numbers of the server's own children."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for thread in threads for pid in thread.read_text("ascii").split()]


@dataclass
class Comanda(Side):
    """Comanda as `comanda serve` starts it, with its defaults."""

    path: Path = Path()

    def post(self, number: int, size: int = 250_000) -> bytes:
        fields, file = {"method": "transferencia"}, photo(number, size)
        return form("POST", f"/orders/{number}/proof", fields, file, cookie("waiter"))

    def unexamined(self) -> int:
        """The number of proofs whose examination is still to come."""
        sql = "SELECT COUNT(*) FROM payments WHERE has_proof = 1 AND examined_at IS NULL"
        with closing(connect(self.path)) as database:
            count: int = database.execute(sql).fetchone()[0]
        return count

    def poke(self) -> tuple[int, bytes]:
        number = self.next_poke
        self.next_poke += 1
        body = b'{"status":"en_preparacion"}'
        kind = "Content-Type: application/json"
        return number, http("PUT", f"/orders/{number}/status", body, kind, cookie("kitchen"))

    def listing(self) -> bytes:
        return http("GET", "/orders", b"", cookie("cashier"))

    def follow(self, after: int) -> bytes:
        return http("GET", f"/events/cashier?after={after}", b"", cookie("cashier"))


class Floor(Side):
    def post(self, number: int, size: int = 250_000) -> bytes:
        return form("POST", f"/proof/{number}", {}, photo(number, size))


class Original(Side):
    def post(self, number: int, size: int = 250_000) -> bytes:
        fields = {"metodo": "transferencia"}
        return form("POST", f"/ordenes/{number}/comprobante", fields, photo(number, size))


class PocketBase(Side):
    def post(self, number: int, size: int = 250_000) -> bytes:
        path = f"/api/collections/orders/records/order{number:010}"
        return form("PATCH", path, {"status": "por_verificar"}, photo(number, size))

    def join(self, said: bytes) -> None:
        """Subscribe to the collection, as PocketBase's own client does."""
        found = re.search(rb'"clientId":"(\w+)"', said)
        assert found, said
        body = {"clientId": found[1].decode(), "subscriptions": ["orders/*"]}
        text = http(
            "POST", "/api/realtime", json.dumps(body).encode(), "Content-Type: application/json"
        )
        with socket.create_connection(("127.0.0.1", self.port)) as caller:
            caller.sendall(text)
            assert b" 204 " in caller.recv(65536)


class Nchan(Side):
    def poke(self) -> tuple[int, bytes]:
        number = self.next_poke
        self.next_poke += 1
        data = (history.DATA % number).encode()
        return number, http("POST", "/pub", data, "X-EventSource-Event: order_updated")


def resident(pid: int) -> float:
    """Resident bytes of a process."""
    return _bytes_of("VmRSS", pid)


def highest(pid: int) -> float:
    """The most bytes that a process has had resident."""
    return _bytes_of("VmHWM", pid)


def _bytes_of(name: str, pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    return 1024.0 * int(found[1]) if found else 0.0


def run_python(code: str) -> float:
    """Seconds of a Python on the servers' processor that runs `code` and ends."""
    began = time.perf_counter()
    subprocess.run(["taskset", "-c", str(SERVER_CPU), sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def start(
    arguments: list[str], port: int, folder: Path, **environment: str
) -> subprocess.Popen[bytes]:
    """A server on the servers' processor, once it takes connections; its words go to a file."""
    with (folder / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CPU), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
        )
    deadline = time.monotonic() + PATIENCE
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Missing((folder / "log.txt").read_text(errors="replace")[-2000:])
        time.sleep(0.005)
    return process


def _answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(20)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


EVENTS = http("GET", "/events", b"")


@contextmanager
def comanda(
    folder: Path,
    *,
    finished: int,
    delivered: int,
    pending: int,
) -> Iterator[Comanda]:
    """Comanda, its first delivered and pending orders after those that are finished."""
    path, port = folder / "comanda.db", free_port()
    if not path.exists():
        history.make(path, finished=finished, delivered=delivered, pending=pending)
    process = start(comanda_command(path, port), port, folder)
    try:
        yield Comanda(
            "comanda",
            port,
            process,
            http("GET", "/events/cashier", b"", cookie("cashier")),
            b"retry: 2000\n\n",
            re.compile(rb'event: payment_verification_pending\ndata: {"order_id":"(\d+)"'),
            finished + 1,
            finished + delivered + 1,
            path,
        )
    finally:
        stop(process)


def comanda_command(path: Path, port: int) -> list[str]:
    # All the load is at one address, as a proxy's is.
    config = path.with_suffix(".toml")
    config.write_text('[server]\ntrusted_proxies = ["127.0.0.1"]\n')
    place = ["--host", "127.0.0.1", "--port", str(port), "--database", str(path)]
    place += ["--config", str(config)]
    return [sys.executable, "-m", "comanda", "serve", *place]


@contextmanager
def floor(folder: Path) -> Iterator[Floor]:
    port = free_port()
    program = [sys.executable, "-m", "tests.benchmarks.peers.floor"]
    process = start([*program, str(port), str(folder / "floor.db")], port, folder)
    try:
        pattern = re.compile(rb'event: proof\ndata: {"order_id":"(\d+)"')
        yield Floor("floor", port, process, EVENTS, b"retry: 2000\n\n", pattern)
    finally:
        stop(process)


@contextmanager
def original(folder: Path, orders: int) -> Iterator[Original]:
    port = free_port()
    program = [sys.executable, "-m", "tests.benchmarks.peers.original", str(port)]
    settings = {"BENCH_FOLDER": str(folder), "BENCH_ORDERS": str(orders)}
    process = start(program, port, folder, **settings)
    upgrade = (
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    try:
        pattern = re.compile(rb'"order_id": ?"(\d+)"')
        opening = http("GET", "/ws/cajero", b"", *upgrade)
        yield Original("original", port, process, opening, b" 101 ", pattern)
    finally:
        stop(process)


@contextmanager
def pocketbase(folder: Path, orders: int, *, full: bool) -> Iterator[PocketBase]:
    """PocketBase as it comes, or with `synchronous=FULL` on its one connection that writes."""
    program, port = Path(sys.executable).with_name("pocketbase"), free_port()
    if not program.exists():
        raise Missing("PocketBase is missing: pip install -e '.[bench]'")
    (folder / "migrations").mkdir()
    (folder / "hooks").mkdir()
    (folder / "migrations" / "1_orders.js").write_text(_COLLECTION % orders, encoding="ascii")
    if full:
        (folder / "hooks" / "full.pb.js").write_text(_FULL, encoding="ascii")
    process = start(
        [
            str(program),
            "serve",
            f"--http=127.0.0.1:{port}",
            f"--dir={folder / 'data'}",
            f"--migrationsDir={folder / 'migrations'}",
            f"--hooksDir={folder / 'hooks'}",
        ],
        port,
        folder,
    )
    try:
        name = "pocketbase_full" if full else "pocketbase"
        pattern = re.compile(rb'"id":"order0*(\d+)"')
        stream = http("GET", "/api/realtime")
        yield PocketBase(name, port, process, stream, b"clientId", pattern)
    finally:
        stop(process)


_COLLECTION = """
migrate((app) => {
  const orders = new Collection({
    type: "base", name: "orders", listRule: "", viewRule: "", updateRule: "",
    fields: [
      { type: "number", name: "table_number" },
      { type: "text", name: "status" },
      { type: "file", name: "proof", maxSelect: 1, maxSize: 10485760, mimeTypes: ["image/jpeg"] },
    ],
  });
  app.save(orders);
  app.runInTransaction((tx) => {
    for (let number = 1; number <= %d; number += 1) {
      const order = new Record(orders);
      order.set("id", "order" + String(number).padStart(10, "0"));
      order.set("table_number", 12);
      order.set("status", "entregado");
      tx.save(order);
    }
  });
});
"""
_FULL = """
onBootstrap((e) => {
  e.next();
  e.app.nonconcurrentDB().newQuery("PRAGMA synchronous = FULL").execute();
});
"""


@contextmanager
def nchan(folder: Path) -> Iterator[Nchan]:
    if not NGINX_MODULE.exists():
        raise Missing("nginx with nchan is missing: apt-get install nginx-light libnginx-mod-nchan")
    port = free_port()
    settings = folder / "nginx.conf"
    settings.write_text(_NGINX % {"folder": folder, "port": port}, encoding="ascii")
    process = start(["nginx", "-c", str(settings)], port, folder)
    try:
        stream = http("GET", "/sub", b"", "Accept: text/event-stream")
        yield Nchan("nchan", port, process, stream, b": hi")
    finally:
        stop(process)


_NGINX = """
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 20000;
pid %(folder)s/nginx.pid;
error_log %(folder)s/error.txt warn;
events { worker_connections 10000; }
http {
  access_log off;
  client_body_temp_path %(folder)s/body;
  server {
    listen 127.0.0.1:%(port)d backlog=4096;
    location = /pub { nchan_publisher; nchan_channel_id orders; }
    location = /sub {
      nchan_subscriber eventsource;
      nchan_channel_id orders;
      nchan_subscriber_first_message newest;
    }
  }
}
"""
