"""The files of the pages, read at start; their gzip is made at the first request for it."""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from aiohttp import ETag, web

from comanda.domain.errors import NotFound, OldVersion
from comanda.web.plumbing import bundles
from comanda.web.plumbing.bundles import Bundles
from comanda.web.plumbing.compression import takes_gzip

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self' blob:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types comanda"
)
# Types of text, which compresses well.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
WORKER = "sw.js"
# A page whose server is upgraded while the page is loaded gets this script of the new version: it
# stands alone, and reloads the page when a module is missing.
RELOADS = "js/lib/uncaught.js"
# Pages of the first versions named their modules without a version. Each of these addresses answers
# this module, which brings the page anew: a newer module among older ones makes no page.
RENEWS = "js/lib/renew.js"
_PICTURES = {".png": "image/png", ".webp": "image/webp"}
_ASK_AGAIN = "no-cache"
_KEEP = "public, max-age=31536000, immutable"  # RFC 8246
_VERSION = re.compile(r"([0-9a-f]{16})/(.+)", re.ASCII)
_MODULE = re.compile(r"js/.+\.js", re.ASCII)
_ADDRESS = re.compile(r'(?<==")/static/')
_ENTRY = re.compile(r'<script type="module" src="/static/(js/[^"]+)"></script>\n')
_HEAD = "<head>\n"


class Asset:
    """A file as it is served."""

    def __init__(self, name: str, body: bytes) -> None:
        kind = Path(name).suffix
        guess = (_TYPES | _PICTURES).get(kind) or mimetypes.guess_type(name)[0]
        self.content_type = guess or "application/octet-stream"
        self.body = body
        self._is_text = kind in _TYPES
        # A page and its worker. All else gets the policy that every answer has, which is shorter.
        self.has_rights = kind == ".html" or name == WORKER

    @cached_property
    def packed(self) -> bytes | None:
        """The gzip, or None for a type that is not text."""
        return gzip.compress(self.body, mtime=0) if self._is_text else None

    @cached_property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:32]


class Assets:
    """All files of the static folder, by their relative path (`js/live.js`).

    `version` changes with any of the files, and with the code that makes bundles of them. It is a
    part of the addresses that a page names (`/static/VERSION/js/live.js`), so a browser keeps these
    files and never asks for them again.
    A script that a page names is answered with all that it imports, as a bundle. The files are not
    read again: a server that is being upgraded goes on answering with the files of its own version.
    """

    def __init__(self, folder: Path) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        bodies = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        self.version = _version(bodies)
        self._files = {name: Asset(name, body) for name, body in bodies.items()}
        self._made: dict[str, Asset] = {}

    @cached_property
    def bundles(self) -> Bundles:
        """The scripts that are answered as bundles. Raises ValueError."""
        pages = (asset for name, asset in self._files.items() if name.endswith(".html"))
        entries = {entry[1] for page in pages for entry in _ENTRY.finditer(page.body.decode())}
        return Bundles(entries, lambda name: self._files[name].body.decode())

    def page(self, name: str, request: web.Request) -> web.Response:
        """Return a file with an address of its own, or a 304 if the browser has it already.

        An HTML page names all that it begins with, in this version.
        """
        asset = self._find(name)
        if name.endswith(".html"):
            asset = self._remembered(name, lambda: self._with_addresses(asset.body.decode()))
        return _response(asset, request, _ASK_AGAIN)

    def file(self, path: str, request: web.Request) -> web.Response:
        """Return the file at `/static/{path}`. Raises NotFound, or OldVersion.

        An address without a version is the one of the file as it is now. Only a page of the first
        versions names a module so, and gets the module that brings the page anew.
        """
        versioned = _VERSION.fullmatch(path)
        if versioned is None:
            name = RENEWS if _MODULE.fullmatch(path) and path != RELOADS else path
            return _response(self._find(name), request, _ASK_AGAIN)
        version, name = versioned.groups()
        if version == self.version:
            return _response(self._find(name), request, _KEEP)
        if name != RELOADS:
            raise OldVersion
        return _response(self._find(name), request, _ASK_AGAIN)

    def place(self, path: str, line: int) -> str | None:
        """Return the module and its line for a bundle's line, or None.

        `path` is `/static/VERSION/…`, of this version. No browser need have asked for the bundle
        since the start: browsers keep it.
        """
        versioned = _VERSION.fullmatch(path.removeprefix("/static/"))
        if versioned is None or versioned[1] != self.version or versioned[2] not in self.bundles:
            return None
        return Bundles.place(self._find(versioned[2]).body.decode(), line)

    def _find(self, name: str) -> Asset:
        if name not in self._files:
            raise NotFound
        if _MODULE.fullmatch(name) and name in self.bundles:
            return self._remembered(name, lambda: self.bundles.bundle(name))
        return self._files[name]

    def _remembered(self, name: str, make: Callable[[], str]) -> Asset:
        """Return what is made of a file, once."""
        asset = self._made.get(name)
        if asset is None:
            asset = self._made[name] = Asset(name, make().encode())
        return asset

    def _with_addresses(self, page: str) -> str:
        """Return a page with the version in its addresses, and a link that preloads its script."""
        page = _ENTRY.sub(r'<link rel="modulepreload" href="/static/\1">\n\g<0>', page)
        page = _ADDRESS.sub(f"/static/{self.version}/", page)
        version = f'<meta name="comanda-version" content="{self.version}">\n'
        return page.replace(_HEAD, _HEAD + version, 1)


def _response(asset: Asset, request: web.Request, caching: str) -> web.Response:
    headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
    if asset.has_rights:
        headers["Content-Security-Policy"] = POLICY
    if any(tag.value == asset.etag for tag in request.if_none_match or ()):
        response = web.Response(status=304, headers=headers)
    else:
        response = _full(asset, request, headers)
    response.etag = ETag(asset.etag, is_weak=True)  # shared with the compressed file
    return response


def _full(asset: Asset, request: web.Request, headers: dict[str, str]) -> web.Response:
    headers = {**headers, "Content-Type": asset.content_type}
    if asset.packed is None or not takes_gzip(request):
        return web.Response(body=asset.body, headers=headers)
    return web.Response(body=asset.packed, headers={**headers, "Content-Encoding": "gzip"})


def _version(bodies: dict[str, bytes]) -> str:
    """Return a hash of all names and contents, 16 hexadecimal digits.

    And of the code that makes bundles: what it makes of the same files is kept for ever, and no
    page may be put together from what two servers made.
    """
    whole = hashlib.sha256(Path(bundles.__file__).read_bytes())
    for name, body in bodies.items():
        whole.update(f"{name}\0{len(body)}\0".encode() + body)
    return whole.hexdigest()[:16]
