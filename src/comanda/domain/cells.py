"""Text in a spreadsheet's cell, which must never run as a formula (CWE-1236)."""

import re

# Full-width signs count too. Where a semicolon separates lists, as in much of Latin America, a
# spreadsheet takes what follows one in our text for a cell of its own.
_SIGN = "[=+\\-@\\t\\r\uff1d\uff0b\uff0d\uff20]"
_RUNS = re.compile(rf"(^|;\s*)(?='*{_SIGN})")
_GUARDED = re.compile(rf"(^|;\s*)'(?='*{_SIGN})")


def guarded(text: str) -> str:
    """The text with an apostrophe before whatever would run; `plain` takes it away again."""
    return _RUNS.sub(r"\1'", text)


def plain(text: str) -> str:
    """A cell's text as it was before `guarded`."""
    return _GUARDED.sub(r"\1", text)
