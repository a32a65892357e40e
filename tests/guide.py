"""The owner's guide, /ayuda/operacion: tests run what it tells to paste."""

import html
import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "static" / "ayuda" / "operacion.html"
TEXT = PAGE.read_text(encoding="utf-8")


def blocks() -> list[str]:
    """Everything that the guide tells to paste into a file or a terminal."""
    return [html.unescape(text) + "\n" for text in re.findall(r"<pre>(.*?)</pre>", TEXT, re.DOTALL)]


def block(beginning: str) -> str:
    """The only block that begins with `beginning`."""
    (text,) = [text for text in blocks() if text.startswith(beginning)]
    return text


def words() -> str:
    """The guide's text, without its markup."""
    _, main, body = TEXT.partition("<main")
    return html.unescape(re.sub(r"<[^>]+>", "", main + body))
