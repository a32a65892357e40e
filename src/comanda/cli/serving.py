"""`serve` and `demo`: the server, its address, and the invitation of the first start."""

import argparse
import asyncio
import contextlib
import ctypes
import errno
import gc
import os
import ssl
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from comanda import logs
from comanda.cli.command import Refused
from comanda.config import Config, Server, settle_paths
from comanda.lan import reachable_host, url
from comanda.store.database import utc_now


def serve_house(options: argparse.Namespace, config: Config) -> None:
    def announce(url: str) -> None:
        print(f"Comanda en {url}", flush=True)

    _listen(options, config, config.server.host, announce)


def serve_demo(options: argparse.Namespace, config: Config) -> None:
    from comanda import demo  # noqa: PLC0415 - no restaurant of one's own needs it

    def announce(url: str) -> None:
        print(f"Comanda, restaurante de prueba, en {url}\n")
        print(f"  {'usuario':10} {'PIN':6} rol")
        for member, pin in demo.PINS.items():
            print(f"  {member.username:10} {pin:6} {member.role}")
        print("\nCtrl+C lo cierra.", flush=True)

    with _new_database(options.database) as path:
        config = settle_paths(with_database(config, path))
        asyncio.run(demo.fill(path, utc_now(), config.house))
        _listen(options, config, "127.0.0.1", announce)


@contextmanager
def _new_database(named_path: Path | None) -> Iterator[Path]:
    """Yield the path of a new database; a path that the caller did not name is deleted later."""
    if named_path is not None and named_path.exists():
        raise Refused(f"Ya existe {named_path}; la demostración sólo usa archivos nuevos")
    with tempfile.TemporaryDirectory(prefix="comanda-demo-") as folder:
        yield named_path or Path(folder) / "demo.db"


# What a proof takes at once from this size on is given back to the system as soon as it is free.
_LARGE = 1024 * 1024
_M_MMAP_THRESHOLD = -3  # glibc's malloc.h


def _listen(
    options: argparse.Namespace, config: Config, host: str, announce: Callable[[str], None]
) -> None:
    _give_back_large_blocks()
    with loading():
        from comanda.app import build_app, serve  # noqa: PLC0415 - slow to load, needed only here

    level = options.log_level or config.server.log_level
    logs.start(level, options.log_format or config.server.log_format)
    port = config.server.port if options.port is None else options.port

    host = options.host or host
    tls = _tls(config.server)
    scheme = "http" if tls is None else "https"

    config = replace(config, server=replace(config.server, host=host, port=port))

    def ready(host: str, port: int, token: str | None) -> None:
        announce(url(scheme, host, port))
        if token is not None:
            _invite(config.server, scheme, port, token)

    try:
        asyncio.run(serve(build_app(config), host, port, ready, tls))
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        reason = "esa dirección ya está ocupada" if is_taken else error.strerror
        raise Refused(f"No se puede servir en {url(scheme, host, port)}: {reason}") from error


def _give_back_large_blocks() -> None:
    """Keep glibc from raising the size from which it gives memory back to the system.

    It raises that size to the largest block that was freed, and each thread has a heap of its own,
    so a few photos of 10 MB would make the process larger by 150 MB for ever. Other systems have no
    such option and need none.
    """
    with contextlib.suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)


@contextmanager
def loading() -> Iterator[None]:
    """Import modules that stay for the life of the server, in less time and memory.

    No module is garbage, so the collector sleeps, and never looks at what is loaded by then: each
    full collection of it would stop all streams for 25 ms. aiohttp loads the system's certificate
    authorities, for a client's connections that Comanda never makes; it finds an empty list (40 ms,
    2 MB; OpenSSL's SSL_CTX_set_default_verify_paths).
    """
    gc.disable()
    authorities = {name: os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")}
    os.environ.update(dict.fromkeys(authorities, os.devnull))
    try:
        yield
    finally:
        for name, value in authorities.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        gc.freeze()
        gc.enable()


def _tls(server: Server) -> ssl.SSLContext | None:
    if not server.tls_cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(server.tls_cert, server.tls_key)
    except OSError as error:  # ssl.SSLError is an OSError
        raise Refused(f"No sirven {server.tls_cert} y {server.tls_key}: {error}") from error
    return context


def _invite(server: Server, scheme: str, port: int, token: str) -> None:
    """Print the address of the first start; no browser sends on its fragment, the token."""
    is_everywhere = server.host in ("0.0.0.0", "::")  # nosec B104  # noqa: S104 - listens on nothing
    host = (reachable_host() or "127.0.0.1") if is_everywhere else server.host
    address = f"{server.public_url or url(scheme, host, port)}/instalar#{token}"
    print("\nPrimer arranque. Abre esta dirección; sirve una vez y durante una hora:")
    print(f"\n  {address}\n", flush=True)
    if sys.stdout.isatty():
        import segno  # noqa: PLC0415 - needed at the first start alone

        segno.make(address, micro=False).terminal(compact=True)


def with_database(config: Config, path: Path) -> Config:
    return replace(config, database=replace(config.database, path=str(path)))
