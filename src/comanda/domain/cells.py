"""Text in a spreadsheet's cell, which must never run as a formula (CWE-1236)."""

import re

# The signs, a minus, and all characters that NFKC turns into a sign, such as full-width signs.
_SIGNS = (
    "=+\\-@\t\r\u2212\u207a\u207c\u208a\u208c\ufb29\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
)
# Where a semicolon separates lists, as in much of Latin America, a spreadsheet reads the text after
# a semicolon as a new cell.
_BLANKS = r"\s\u00ad\u200b-\u200f\u2060\ufeff"  # and characters that show nothing
_SEPARATORS = ';,|"\uff1b\uff0c\uff5c\uff02'
_BEGINS = re.compile(rf"['{_BLANKS}]*[{_SIGNS}]")
_RUNS = re.compile(rf"([{_SEPARATORS}]['{_BLANKS}]*)(?=[{_SIGNS}])")
_GUARDED = re.compile(rf"([{_SEPARATORS}]['{_BLANKS}]*)'(?=[{_SIGNS}])")


def guarded(text: str) -> str:
    """Put an apostrophe before each part that would run as a formula; `plain` removes them."""
    inside = _RUNS.sub(r"\1'", text)
    return f"'{inside}" if _BEGINS.match(text) else inside


def plain(text: str) -> str:
    """Return a cell's text as it was before `guarded`."""
    if text.startswith("'") and _BEGINS.match(text[1:]):
        text = text[1:]
    return _GUARDED.sub(r"\1", text)
