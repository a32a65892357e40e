"""The owner's guide, /ayuda/operacion: tests run what it tells to paste."""

import html
import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "static" / "ayuda" / "operacion.html"
TEXT = PAGE.read_text(encoding="utf-8")


def blocks() -> list[str]:
    """Everything that the guide tells to paste into a file or a terminal."""
    found = re.findall(r"<pre>(.*?)</pre>", TEXT, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]+>", "", block)) + "\n" for block in found]


def block(beginning: str) -> str:
    """The one block that begins with this."""
    (found,) = [text for text in blocks() if text.startswith(beginning)]
    return found


def words() -> str:
    """All that a reader sees of it."""
    body = TEXT.partition("<main")[2]
    return html.unescape(re.sub(r"<[^>]+>", "", "<main" + body))
