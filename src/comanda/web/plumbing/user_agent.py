"""The device and browser of a `User-Agent`, in two words that staff understand."""

import re

_SYSTEMS = (
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
# The order matters: Edge names Chrome, too, and Chrome names Safari.
_BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrom(e|ium)/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)
UNKNOWN = "Otro aparato"


def device_name(user_agent: str) -> str:
    """Return the device of a `User-Agent`, such as `Android · Chrome`."""
    system = next((word for mark, word in _SYSTEMS if mark in user_agent), None)
    browser = next((word for mark, word in _BROWSERS if re.search(mark, user_agent)), None)
    return " · ".join(word for word in (system, browser) if word) or UNKNOWN
