"""What a product is called: how a name is written, and when two names are one to the eye."""

import re
import unicodedata

LONGEST_NAME = 80
WRONG_LENGTH = f"De 1 a {LONGEST_NAME} caracteres"
UNKEEPABLE = "Tiene caracteres que no se pueden guardar"
UNSEEN = "Tiene que llevar algo que se vea"
CONTROLS = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"

_UNCLEAN = re.compile(rf"[{CONTROLS}\ud800-\udfff]")
# Neither blanks nor marks by their category, and yet nothing is seen of them.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)


def is_clean(text: str) -> bool:
    """Whether it has no control characters and nothing that UTF-8 can't hold."""
    return not _UNCLEAN.search(text)


def tidy(text: str) -> str:
    """The name as it is kept: composed letters (NFC), one plain blank where there were any."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def fold(name: str) -> str:
    """What two names have in common that are one product: only what can be seen, in no case."""
    compatible = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = _INVISIBLE.sub("", compatible)
    if seen.isprintable():  # then there is nothing of the category Cf, and that is quickly told
        return " ".join(seen.split())
    return " ".join("".join(one for one in seen if unicodedata.category(one) != "Cf").split())


def read_name(text: str) -> str:
    """The name that somebody has typed, tidy. Raises ValueError, whose words are for people."""
    name = tidy(text)
    if not is_clean(text.strip()):
        raise ValueError(UNKEEPABLE)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValueError(WRONG_LENGTH)
    if not fold(name):
        raise ValueError(UNSEEN)
    return name
