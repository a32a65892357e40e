"""CSV that spreadsheets read correctly, without formulas in its cells."""

import csv
import io
from collections.abc import Iterable, Sequence

from aiohttp import web

from comanda.domain.cells import guarded
from comanda.web.plumbing.compression import ASIDE


def spreadsheet(
    name: str, header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]
) -> web.Response:
    """Return a few rows as a download named `name`."""
    return download(name, written(header, rows))


def written(header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> bytes:
    """Return CSV (RFC 4180) in UTF-8 with a byte order mark.

    With many rows, call it on a reader's thread.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def download(name: str, text: bytes) -> web.Response:
    """Return `text` as a download named `name`."""
    return web.Response(
        body=text,
        content_type="text/csv",
        charset="utf-8",
        zlib_executor_size=ASIDE,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def _cell(value: str | float | None) -> str | float | None:
    """Return `value`, but guard a text, so that no spreadsheet runs it as a formula."""
    return guarded(value) if isinstance(value, str) else value
