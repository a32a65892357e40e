"""CSV that spreadsheets read correctly, without formulas in its cells."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aiohttp import web

from comanda.domain.cells import guarded
from comanda.domain.money import PLAIN_MONEY, MoneyFormat
from comanda.web.plumbing.compression import ASIDE


@dataclass(frozen=True, slots=True)
class Amount:
    """A cell of money, in minor units."""

    units: int


Cell = str | int | float | Amount | None


def spreadsheet(
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    style: MoneyFormat = PLAIN_MONEY,
) -> web.Response:
    """Return a few rows as a download named `name`."""
    return download(name, written(header, rows, style))


def written(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], style: MoneyFormat = PLAIN_MONEY
) -> bytes:
    """Return CSV (RFC 4180) in UTF-8 with a byte order mark.

    A number has the decimal mark of a house that writes money as `style`, and no groups, so that
    the spreadsheets of its country, and `MoneyFormat.read`, read a number. With many rows, call it
    on a reader's thread.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=style.separator)
    writer.writerow(header)
    writer.writerows([_cell(value, style) for value in row] for row in rows)
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


def _cell(value: Cell, style: MoneyFormat) -> str | float | None:
    """Return `value` as a cell; a text is guarded, so that no spreadsheet runs it as a formula."""
    if isinstance(value, Amount):
        return style.plain(value.units)
    if isinstance(value, float) and style.mark == ",":
        return repr(value).removesuffix(".0").replace(".", ",")
    return guarded(value) if isinstance(value, str) else value
