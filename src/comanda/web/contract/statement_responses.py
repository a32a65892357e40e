"""The schemas of answers about banks' statements, for the OpenAPI document."""

from marshmallow import fields

from comanda.statements.dates import DateOrder
from comanda.statements.layouts import MARKS, SEPARATORS, Role
from comanda.statements.lines import Kind
from comanda.web.contract.responses import (
    Answer,
    many,
    maybe_text,
    money,
    newest_event,
    text,
    whole,
    word,
    yes_or_no,
)


class StatementColumn(Answer):
    """A column of a CSV, its heading, the role that was found out, and some of its cells."""

    index = whole()
    heading = text()
    role = word(Role, allow_none=True)
    samples = many(fields.String())


class StatementRow(Answer):
    """A movement as it was read: `amount` is below 0 for a debit."""

    line = whole()
    date = text(metadata={"format": "date"})
    time = maybe_text()
    amount = money()
    reference = maybe_text()
    description = maybe_text()
    sender = maybe_text()
    is_credit = yes_or_no()


class StatementComplaint(Answer):
    """A line that was not understood, and why, for people."""

    line = whole()
    why = text()


class StatementPreview(Answer):
    """What a statement says. The fields of a layout are null unless the file is a CSV.

    `lacks` says what has still to be picked: until then there are no rows. `bank` is whose profile
    the file has been read by. `known` lines have been imported before.
    """

    kind = word(Kind)
    encoding = text()
    separator = maybe_text(metadata={"enum": [*SEPARATORS, None]})
    header_row = whole(allow_none=True)
    date_order = word(DateOrder, allow_none=True)
    decimal_mark = maybe_text(metadata={"enum": [*MARKS, None]})
    bank = maybe_text()
    profiles = many(fields.String())
    lacks = maybe_text()
    columns = many(StatementColumn)
    rows = many(StatementRow)
    credits = whole()
    debits = whole()
    zeros = whole()
    known = whole()
    unreadable = whole()
    complaints = many(StatementComplaint)
    total = money(metadata={"description": "What came in, all credits together."})
    first = maybe_text(metadata={"description": "The day of the first credit."})
    last = maybe_text(metadata={"description": "The day of the last credit."})


class ImportedStatement(Answer):
    """What became of a statement's lines.

    `added` are new deposits; `merged` were known from a notice or another statement; `known` had
    been imported before; `tied` found their payment now; `skipped` are no money that came in.
    """

    added = whole()
    merged = whole()
    known = whole()
    tied = whole()
    skipped = whole()
    unreadable = whole()
    last_event_id = newest_event()
