"""What somebody else's order waits while a request is dealt with that was made to cost much.

python -m tests.attacks.costs     every attack, with its figures
"""

import asyncio
import gzip
import http.client
import json
import secrets
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from comanda.domain.staff import Staff
from tests.faults.server import Server, Tokens, furnish, serving
from tests.house import AGUA, ANA, LUIS, PDF, ROSA, jpeg

ELSEWHERE = "127.0.0.3"  # where attacks come from
QUIET, TRIES, LASTS = 15, 3, 1.5
STRANGER, COLLEAGUE = 0.050, 0.250  # seconds that an order may wait for somebody's request
JSON = "Content-Type: application/json"
FORM = "Content-Type: multipart/form-data; boundary=xyz"
ORDER = json.dumps({"table_number": 5, "items": [{"product_id": AGUA, "quantity": 1}]}).encode()
DISHES = 20_000


@dataclass(frozen=True)
class Attack:
    """`request`, sent on `parallel` connections, by a stranger or by a member of the staff."""

    request: Callable[[], bytes]
    member: Staff | None = None
    parallel: int = 1


def ask(line: str, *headers: str, body: bytes = b"", length: int | None = None) -> bytes:
    """A request without its cookie and host, which `_whole` puts in."""
    said = f"Content-Length: {len(body) if length is None else length}"
    return "\r\n".join([f"{line} HTTP/1.1", *headers, said, "", ""]).encode() + body


def sign_in() -> bytes:
    body = {"username": f"nadie-{secrets.token_hex(4)}", "pin": "0000"}
    return ask("POST /session", JSON, body=json.dumps(body).encode())


def objects(count: int) -> bytes:
    return b"[" + b",".join([b"{}"] * count) + b"]"


def part(content: bytes, name: str = "file") -> bytes:
    method = b'--xyz\r\nContent-Disposition: form-data; name="method"\r\n\r\ntransferencia\r\n'
    head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"; filename="x"\r\n\r\n'
    return method + head.encode() + content + b"\r\n--xyz--\r\n"


def proof(content: bytes) -> Callable[[], bytes]:
    return lambda: ask("POST /orders/1/proof", FORM, body=part(content))


def menu(path: str) -> Callable[[], bytes]:
    """More dishes than any house has, each time at another price."""

    def make() -> bytes:
        price = secrets.randbelow(9_000)
        lines = (f"Platillo número {n},Sección {n % 40},{price + n}.50\n" for n in range(DISHES))
        text = "nombre,categoría,precio\n" + "".join(lines)
        return ask(f"POST {path}", JSON, body=json.dumps({"csv": text}).encode())

    return make


def many(header: str, value: str, count: int = 60) -> tuple[str, ...]:
    return (f"{header}: {value}",) * count


def in_chunks(line: str, chunk: bytes, count: int) -> Callable[[], bytes]:
    head = ask(line, JSON).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    return lambda: head + chunk * count


def pdf(objects: bytes) -> bytes:
    return b"%PDF-1.4\n1 0 obj<<>>endobj\n" + objects + b"\ntrailer<<>>\nstartxref\n9\n%%EOF"


GET = "GET /openapi.json"
LONG = 8_000
ATTACKS: dict[str, Attack] = {
    "wrong PINs": Attack(sign_in, parallel=8),
    "700,000 objects in 2,100 bytes": Attack(
        lambda: ask(
            "POST /session", JSON, "Content-Encoding: gzip", body=gzip.compress(objects(700_000))
        )
    ),
    "700,000 objects": Attack(lambda: ask("POST /session", JSON, body=objects(700_000))),
    "as many as fit": Attack(lambda: ask("POST /session", JSON, body=objects(1_360)), parallel=20),
    "a million brackets": Attack(lambda: ask("POST /session", JSON, body=b"[" * 1_000_000)),
    "a number of 4,000 digits": Attack(lambda: ask("POST /session", JSON, body=b"1" * 4_000)),
    "errors": Attack(
        lambda: ask(
            "POST /errors",
            JSON,
            body=json.dumps({"message": "x", "page": "/", "stack": "\u00b7\n" * 900}).encode(),
        ),
        parallel=20,
    ),
    "a form of nobody's": Attack(lambda: ask("POST /orders/1/proof", FORM, body=bytes(9_000_000))),
    "a body that nobody reads": Attack(lambda: ask("GET /healthz", body=bytes(9_000_000))),
    "chunks of a byte": Attack(in_chunks("POST /session", b"1\r\na\r\n", 200_000), parallel=4),
    "chunks that nobody reads": Attack(
        in_chunks("GET /healthz", b"1;a=b;c=d\r\na\r\n", 100_000), parallel=4
    ),
    "long headers": Attack(lambda: ask("GET /", *many("X-Long", "a" * LONG)), parallel=4),
    "codings": Attack(lambda: ask(GET, *many("Accept-Encoding", "a;q=1," * 1_300)), parallel=4),
    "tags": Attack(
        lambda: ask("GET /static/css/comanda.css", *many("If-None-Match", '"a",' * 2_000)),
        parallel=4,
    ),
    "ranges": Attack(
        lambda: ask("GET /static/css/comanda.css", *many("Range", "bytes=" + "0-1," * 1_900)),
        parallel=4,
    ),
    "cookies": Attack(lambda: ask("GET /orders", *many("Cookie", "a=b;" * 1_900)), parallel=4),
    "quoted cookies": Attack(
        lambda: ask("GET /orders", *many("Cookie", 'a="' + "\\" * 7_000)), parallel=4
    ),
    "a cookie's session": Attack(
        lambda: ask("GET /orders", "Cookie: comanda_session=" + "a" * LONG), parallel=20
    ),
    "a long path": Attack(lambda: ask("GET /" + "%41" * 2_600), parallel=20),
    "many questions": Attack(lambda: ask("GET /orders?" + "a=1&" * 1_900), parallel=20),
    "forwarded for": Attack(
        lambda: ask("GET /healthz", *many("X-Forwarded-For", "1.1.1.1," * 900)), parallel=4
    ),
    "one after the other": Attack(lambda: ask("GET /healthz") * 300),
    "pages": Attack(lambda: ask("GET /static/css/comanda.css") * 100, parallel=4),
    "the document": Attack(lambda: ask(GET, "Accept-Encoding: gzip") * 20, parallel=4),
    "connections": Attack(lambda: b"GET", parallel=150),
    "other hosts": Attack(lambda: ask("GET /"), parallel=20),
    "an order of all that fits": Attack(
        lambda: ask("POST /orders", JSON, body=b"[" + b'{"a":1},' * 28_000 + b"1]"), ANA, 4
    ),
    "an order of long notes": Attack(
        lambda: ask(
            "POST /orders",
            JSON,
            body=json.dumps(
                {
                    "table_number": 5,
                    "items": [{"product_id": AGUA, "quantity": 1, "note": "\U0001f32e" * 200}]
                    * 100,
                }
            ).encode(),
        ),
        ANA,
        4,
    ),
    "unknown fields": Attack(
        lambda: ask(
            "POST /orders",
            JSON,
            body=json.dumps(
                {
                    "table_number": 5,
                    "items": [{f"f{field}": 1 for field in range(60)} for _ in range(60)],
                }
            ).encode(),
        ),
        ANA,
        4,
    ),
    "many questions of Ana's": Attack(lambda: ask("GET /orders?" + "a=1&" * 1_900), ANA, 20),
    "a menu looked through": Attack(menu("/menu/preview"), ROSA),
    "a menu brought in": Attack(menu("/menu/import"), ROSA),
    "a menu of junk": Attack(
        lambda: ask(
            "POST /menu/preview", JSON, body=json.dumps({"csv": '"' + ",\n" * 400_000}).encode()
        ),
        ROSA,
    ),
    "a menu arranged": Attack(
        lambda: ask(
            "PUT /menu/order",
            JSON,
            body=json.dumps({"product_ids": list(range(5_000, 0, -1))}).encode(),
        ),
        ROSA,
    ),
    "streams": Attack(lambda: ask("GET /events/waiter?after=0"), ANA, 40),
    "a PDF of 10 MB": Attack(
        proof(PDF.replace(b"\n", b"\n%" + b" " * 10_000_000 + b"\n", 1)), ANA, 2
    ),
    "a PDF of strings without end": Attack(proof(pdf((b"1 0 obj(" + b"a" * 25_000) * 390)), ANA, 4),
    "a PDF of one long string": Attack(proof(pdf(b"1 0 obj(" + b"a" * 9_900_000)), ANA, 4),
    "a PDF of blanks": Attack(proof(pdf((b"trailer" + b" " * 100) * 90_000)), ANA, 4),
    "a PDF in letters": Attack(
        proof(
            pdf(
                b"2 0 obj<</Kids[3 0 R]>>endobj 4 0 obj<</Root<</Pages 2 0 R>>>>endobj "
                b"3 0 obj<</Length 1/Filter/A85>>stream\n"
                + b"z" * 9_000_000
                + b"~>endstream endobj"
            )
        ),
        ANA,
        2,
    ),
    "a HEIF of boxes": Attack(
        proof(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"\0\0\0\x08free" * 1_200_000), ANA, 2
    ),
    "a photo of 12 megapixels": Attack(proof(jpeg("red", (4000, 3000))), ANA, 2),
    "a form of boundaries": Attack(
        proof(b"\r\n--xy" * 1_500_000),
        ANA,
        2,
    ),
    "a form of blanks": Attack(
        lambda: ask("POST /orders/1/proof", FORM, body=part((b"\r\n--xyz" + b" " * 300) * 20_000)),
        ANA,
        2,
    ),
    "a body of all the day": Attack(lambda: ask("GET /reconciliation"), LUIS, 8),
}


class Till:
    """Ana's phone at a quiet place: it places one order after another."""

    def __init__(self, server: Server, tokens: Tokens) -> None:
        self._http = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
        self._headers = {
            "Content-Type": "application/json",
            "Cookie": f"comanda_session={tokens[ANA.username]}",
        }

    def close(self) -> None:
        self._http.close()

    def order(self) -> float:
        """How many seconds it takes until the answer is there."""
        start = time.perf_counter()
        self._http.request("POST", "/orders", ORDER, self._headers)
        answer = self._http.getresponse()
        answer.read()
        assert answer.status == 201
        return time.perf_counter() - start


def delay(server: Server, tokens: Tokens, attack: Attack) -> float:
    """How many seconds longer the slowest order takes beside the attack than just before it.

    Of several tries the mildest: what a request costs it costs every time, and other programs do
    not.
    """
    worst: list[float] = []
    with closing(Till(server, tokens)) as till:
        for _ in range(TRIES):
            request = _whole(server, tokens, attack)
            quiet = max(till.order() for _ in range(QUIET))
            worst.append(_beside(server, request, attack.parallel, till) - quiet)
    return min(worst)


def _beside(server: Server, request: bytes, parallel: int, till: Till) -> float:
    """The slowest order that was placed while the request was dealt with."""
    begun = threading.Barrier(parallel + 1)
    threads = [
        threading.Thread(target=_send, args=(server.url, request, begun)) for _ in range(parallel)
    ]
    for thread in threads:
        thread.start()
    begun.wait()
    waits, until = [till.order()], time.monotonic() + LASTS
    while any(thread.is_alive() for thread in threads) and time.monotonic() < until:
        waits.append(till.order())
    for thread in threads:
        thread.join()
    return max(waits)


def _send(url: str, request: bytes, begun: threading.Barrier) -> None:
    """Send it, and read what comes until nothing does for a while."""
    host, _, port = urlsplit(url).netloc.partition(":")
    with socket.socket() as caller, suppress(OSError):
        caller.settimeout(LASTS / 3)
        caller.bind((ELSEWHERE, 0))
        caller.connect((host, int(port)))
        begun.wait()
        caller.sendall(request)
        while caller.recv(65536):
            pass
    with suppress(threading.BrokenBarrierError):
        if begun.n_waiting:
            begun.abort()


def _whole(server: Server, tokens: Tokens, attack: Attack) -> bytes:
    cookie = (
        f"Cookie: comanda_session={tokens[attack.member.username]}\r\n" if attack.member else ""
    )
    named = f" HTTP/1.1\r\nHost: {urlsplit(server.url).netloc}\r\n{cookie}".encode()
    request = attack.request()
    if request.count(b" HTTP/1.1\r\n") == 1:
        named += b"Connection: close\r\n"
    return request.replace(b" HTTP/1.1\r\n", named)


def measure(names: Sequence[str]) -> dict[str, float]:
    """The delays, in seconds, of some attacks on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "comanda.db"
        tokens = asyncio.run(furnish(database))
        with serving(database) as server:
            return {name: delay(server, tokens, ATTACKS[name]) for name in names}


if __name__ == "__main__":
    for each in sys.argv[1:] or ATTACKS:
        (seconds,) = measure([each]).values()
        allowed = COLLEAGUE if ATTACKS[each].member else STRANGER
        print(f"{each:34}{1000 * seconds:9.1f} ms of {1000 * allowed:.0f}", flush=True)
