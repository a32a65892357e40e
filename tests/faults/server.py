"""The real program in a process of its own, staff who are signed in to it, and their requests."""

import contextlib
import hashlib
import io
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from comanda import access
from comanda.domain.staff import Staff
from comanda.store.database import Transaction, open_database
from tests.flow.program import WITHOUT_READING
from tests.house import AGUA, EVERYONE, hire

WAIT = 120  # seconds; for a machine that has other things to do
# A process that is killed writes no coverage, and one that is measured starts slowly.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
    "PATH": WITHOUT_READING,
} | {"PYTHONUNBUFFERED": "1"}
PROGRAM = ("-m", "comanda")
Tokens = Mapping[str, str]


async def furnish(database: Path) -> Tokens:
    """A new database with everyone on the staff; a session's token for each of them."""
    tokens = {member.username: secrets.token_urlsafe(32) for member in EVERYONE}

    def move_in(tx: Transaction) -> None:
        hire(tx)
        for username, token in tokens.items():
            token_hash = hashlib.sha256(token.encode()).hexdigest()
            access.start_session(tx, username, token_hash, timedelta(days=9), replaces=None)

    async with open_database(database) as opened:
        await opened.write(move_in)
    return tokens


def settings(folder: Path, text: str) -> Path:
    """A configuration that has `text` and the defaults."""
    path = folder / "comanda.toml"
    path.write_text(text, encoding="utf-8")
    return path


@dataclass(frozen=True)
class Server:
    """The running program."""

    process: subprocess.Popen[str]
    url: str
    database: Path

    @property
    def memory(self) -> int:
        """Resident bytes."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    @property
    def sockets(self) -> int:
        """How many sockets it holds open."""
        count = 0
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                count += str(link.readlink()).startswith("socket:")
        return count

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(WAIT)


@contextmanager
def serving(
    database: Path,
    *,
    config: Path | None = None,
    program: Sequence[str] = PROGRAM,
    env: Mapping[str, str] | None = None,
    port: int = 0,
    files: int | None = None,
) -> Iterator[Server]:
    """`comanda serve` on a free port of 127.0.0.1; `files`: the soft limit of open files."""
    limited = [shutil.which("prlimit") or "prlimit", f"--nofile={files}:"] if files else []
    command = [
        *limited,
        sys.executable,
        *program,
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--database", str(database), "--log-level", "warning"]
    process = subprocess.Popen(
        command + (["--config", str(config)] if config else []),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**ENVIRONMENT, **(env or {})},
    )
    try:
        assert process.stdout
        told = process.stdout.readline()
        assert "http://" in told, "the server did not start"
        yield Server(process, told[told.index("http://") :].strip(), database)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(WAIT)
        if process.stdout:
            process.stdout.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Phones:
    """Everybody's requests to one server."""

    http: aiohttp.ClientSession
    tokens: Tokens

    async def call(
        self, member: Staff, method: str, path: str, key: str | None = None, **request: Any
    ) -> tuple[int, Any]:
        """One request; its status and its JSON."""
        headers = self.headers(member) | ({"Idempotency-Key": key} if key else {})
        async with self.http.request(method, path, headers=headers, **request) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    def headers(self, member: Staff) -> dict[str, str]:
        return {"Cookie": f"comanda_session={self.tokens[member.username]}"}

    async def place(
        self, waiter: Staff, key: str | None = None, note: str | None = None, lines: int = 1
    ) -> tuple[int, Any]:
        item = {"product_id": AGUA, "quantity": 1} | ({"note": note} if note else {})
        body = {"table_number": 5, "items": [item] * lines}
        return await self.call(waiter, "POST", "/orders", key, json=body)

    async def submit(
        self,
        waiter: Staff,
        order_id: str,
        photo: bytes,
        key: str | None = None,
        more: Sequence[tuple[str, str]] = (),
    ) -> tuple[int, Any]:
        form = aiohttp.FormData({"method": "tarjeta"})
        for name, value in more:
            form.add_field(name, value)
        form.add_field("file", io.BytesIO(photo), filename="foto.jpg", content_type="image/jpeg")
        return await self.call(waiter, "POST", f"/orders/{order_id}/proof", key, data=form)

    async def advance(self, member: Staff, order_id: str, status: str) -> tuple[int, Any]:
        return await self.call(member, "PUT", f"/orders/{order_id}/status", json={"status": status})

    async def judge(self, cashier: Staff, payment_id: str, verdict: str) -> tuple[int, Any]:
        body = {"verdict": verdict}
        return await self.call(cashier, "PUT", f"/payments/{payment_id}/verdict", json=body)


@asynccontextmanager
async def phones(server: Server, tokens: Tokens) -> AsyncIterator[Phones]:
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=WAIT, sock_read=WAIT)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(server.url, timeout=timeout, connector=connector) as http:
        yield Phones(http, tokens)
