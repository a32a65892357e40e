"""The files of the pages, read and compressed once at start."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ETag, web

from comanda.domain.errors import NotFound
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
_PICTURES = {".png": "image/png", ".webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; `packed` is its gzip, or None for a type that is not text."""

    content_type: str
    body: bytes
    packed: bytes | None
    etag: str


class Assets:
    """All files of the static folder, by their relative path (`js/live.js`)."""

    def __init__(self, folder: Path) -> None:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        self._files = {path.relative_to(folder).as_posix(): _load(path) for path in files}

    def response(self, name: str, request: web.Request) -> web.Response:
        """Return the file `name`, or a 304 if the browser has it already. Raises NotFound."""
        asset = self._files.get(name)
        if asset is None:
            raise NotFound
        headers = {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": POLICY,
            "Vary": "Accept-Encoding",
        }
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


def _load(path: Path) -> Asset:
    body = path.read_bytes()
    content_type = (_TYPES | _PICTURES).get(path.suffix) or mimetypes.guess_type(path.name)[0]
    packed = gzip.compress(body, mtime=0) if path.suffix in _TYPES else None
    return Asset(content_type or "application/octet-stream", body, packed, _digest(body))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]
