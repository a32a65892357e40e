"""How a bank lays its CSV out: what is in which column, as found out or as somebody picked it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from comanda.domain.wire import Wire
from comanda.statements.dates import DateOrder
from comanda.statements.encodings import ENCODINGS
from comanda.statements.lines import fold, refused

SEPARATORS = {",": ",", ";": ";", "tab": "\t", "|": "|"}
MARKS = (".", ",")
MOST_COLUMNS = 200
MOST_ROWS_ABOVE = 200  # rows before the header
_LONGEST_HEADING = 60  # characters


class Role(StrEnum):
    """What a column tells."""

    DATE = "date"
    TIME = "time"
    CREDIT = "credit"
    DEBIT = "debit"
    AMOUNT = "amount"
    KIND = "kind"
    REFERENCE = "reference"
    DESCRIPTION = "description"
    SENDER = "sender"
    BALANCE = "balance"


# Words of a heading, the surest first; a heading is one role's alone.
_HEADINGS: Mapping[Role, tuple[str, ...]] = {
    Role.BALANCE: (r"saldo|balance|disponible", r".*\b(saldo|balance)\b.*"),
    Role.DATE: (
        r"fecha( y hora)?|date|dia|data",
        r"fecha de (la )?(operacion|movimiento|transaccion)|fecha (operacion|mov\w*|transaccion)",
        r".*\b(fecha|date)\b.*",
    ),
    Role.TIME: (r"hora|time", r"(?!.*\b(fecha|date)\b).*\bhora\b.*"),
    Role.KIND: (
        r"(cargo|debito|debe|d) ?(/|o|y|-) ?(abono|credito|haber|c|h)",
        r"(abono|credito|c) ?(/|o|y|-) ?(cargo|debito|d)",
        r"tipo( de)?( mov\w*| operacion| transaccion)?|naturaleza|signo|type|d/c",
    ),
    Role.CREDIT: (
        r"(importe |monto )?(abonos?|depositos?|creditos?|haber|ingresos?|credits?|entradas?)",
        r".*\b(abonos?|depositos?|creditos?|haber|ingresos?|credits?|consignacion(es)?)\b.*",
    ),
    Role.DEBIT: (
        r"(importe |monto )?(cargos?|retiros?|debitos?|debe|egresos?|debits?|salidas?)",
        r".*\b(cargos?|retiros?|debitos?|debe|egresos?|debits?)\b.*",
    ),
    Role.AMOUNT: (r"monto|importe|valor|amount|cantidad", r".*\b(monto|importe|valor|amount)\b.*"),
    Role.REFERENCE: (
        r".*\brastreo\b.*",
        r"(n\w*\.?|no\.?|numero|#)? ?(de )?(operacion|transaccion|referencia)( ?- ?n\w*)?",
        r"referencia de .*",
        r"cod\w* ?(de )?(operacion|transaccion|referencia)",
        r".*\b(referencia|reference|ref|folio|autorizacion)\b.*",
        r".*\b(documento|comprobante|secuencia|movimiento n\w*|id)\b.*",
    ),
    Role.SENDER: (
        r"(nombre( del?)? )?(ordenante|remitente|emisor|pagador|payee)",
        r"(?!.*\b(cta|cuenta|clabe|rfc|banco)\b).*\b(ordenante|remitente|emisor|pagador|origen)\b.*",
        r"(?!.*\b(beneficiario|destinatario|titular|cuenta|banco)\b).*\b(nombre|cliente|payee)\b.*",
    ),
    Role.DESCRIPTION: (
        r"desc(ripcion)?\.?|concepto|detalles?|glosa|description|leyenda|memo",
        r".*\b(descripcion|concepto|detalle|glosa|movimiento|observacion\w*|description)\b.*",
    ),
}
_PATTERNS = {role: [re.compile(one) for one in words] for role, words in _HEADINGS.items()}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a CSV is read. `header_row` counts the rows from 1; 0: there is no header.

    `columns` maps a role to the column's index. `headings` are the header's cells, by which the
    same bank's next file is recognised.
    """

    separator: str = ","
    encoding: str = "utf-8"
    header_row: int = 0
    columns: Mapping[Role, int] = field(default_factory=dict)
    date_order: DateOrder = DateOrder.DAY_FIRST
    decimal_mark: str = "."
    headings: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether the columns of a date and of an amount that comes in are known."""
        has_money = Role.CREDIT in self.columns or Role.AMOUNT in self.columns
        return Role.DATE in self.columns and has_money

    def check(self) -> None:
        """Raises ValidationFailed with what still has to be picked."""
        if Role.DATE not in self.columns:
            raise refused("Elige la columna de la fecha", "mapping")
        if not self.is_complete:
            raise refused("Elige la columna del abono, o la del monto", "mapping")

    def wire(self) -> Wire:
        """The layout as the page picks it, and as it is kept."""
        names = {mark: name for name, mark in SEPARATORS.items()}
        return {
            "separator": names[self.separator],
            "encoding": self.encoding,
            "header_row": self.header_row,
            "columns": {role.value: at for role, at in self.columns.items()},
            "date_order": self.date_order.value,
            "decimal_mark": self.decimal_mark,
        }

    def kept(self) -> Wire:
        """The layout as a bank's profile."""
        return {**self.wire(), "headings": list(self.headings)}

    def picked(self, choice: Mapping[str, Any]) -> "Layout":
        """The layout with what somebody picked, as checked by `check_choice`."""
        changes: dict[str, Any] = {
            name: choice[name] for name in ("encoding", "header_row") if name in choice
        }
        if "separator" in choice:
            changes["separator"] = SEPARATORS[choice["separator"]]
        if "columns" in choice:
            changes["columns"] = {Role(name): at for name, at in choice["columns"].items()}
        if "date_order" in choice:
            changes["date_order"] = DateOrder(choice["date_order"])
        if "decimal_mark" in choice:
            changes["decimal_mark"] = choice["decimal_mark"]
        if "headings" in choice:
            changes["headings"] = tuple(choice["headings"])
        return replace(self, **changes)


def check_choice(choice: object) -> dict[str, Any]:
    """Return what a page picked of a layout. Raises ValidationFailed on `mapping`."""
    if not isinstance(choice, dict):
        raise refused("Es un objeto JSON", "mapping")
    for name, value in choice.items():
        check = _CHECKS.get(name)
        if check is None or not check(value):
            raise refused(f"No se entiende «{str(name)[:40]}»", "mapping")
    return choice


def _is_columns(value: object) -> bool:
    return isinstance(value, dict) and all(
        name in list(Role) and _is_whole(at, MOST_COLUMNS - 1) for name, at in value.items()
    )


def _is_whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _is_one_of(words: Sequence[str]) -> Any:
    return lambda value: isinstance(value, str) and value in words


_CHECKS: Mapping[str, Any] = {
    "separator": _is_one_of(list(SEPARATORS)),
    "encoding": _is_one_of(ENCODINGS),
    "header_row": lambda value: _is_whole(value, MOST_ROWS_ABOVE),
    "columns": _is_columns,
    "date_order": _is_one_of([order.value for order in DateOrder]),
    "decimal_mark": _is_one_of(MARKS),
}


def roles_of(headings: Sequence[str]) -> dict[Role, int]:
    """Return which role each heading names; the surest heading of a role wins."""
    found: dict[Role, tuple[int, int]] = {}
    for at, heading in enumerate(headings):
        role, rank = _role_of(fold(heading.replace("_", " ")))
        if role is not None and (role not in found or rank < found[role][0]):
            found[role] = rank, at
    return {role: at for role, (_, at) in found.items()}


def _role_of(heading: str) -> tuple[Role | None, int]:
    """Return the role that a folded heading names most surely, and how surely."""
    if not heading or len(heading) > _LONGEST_HEADING:
        return None, 0
    ranks = [
        (rank, role)
        for role, patterns in _PATTERNS.items()
        for rank, pattern in enumerate(patterns)
        if pattern.fullmatch(heading)
    ]
    if not ranks:
        return None, 0
    rank, role = min(ranks, key=lambda one: one[0])
    return role, rank
