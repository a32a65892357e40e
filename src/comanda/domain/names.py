"""Names that people read: how they are written, and when two names look the same."""

import re
import unicodedata

from comanda.domain.look_alikes import LOOK_ALIKES

LONGEST_NAME = 80
WRONG_LENGTH = f"De 1 a {LONGEST_NAME} caracteres"
UNKEEPABLE = "Tiene caracteres que no se pueden guardar"
UNSEEN = "Tiene que llevar algo que se vea"
CONTROLS = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"

_UNCLEAN = re.compile(rf"[{CONTROLS}\ud800-\udfff]")
# By their category neither blanks nor marks, yet invisible.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)

# A customer of this name would be a table on a card, in a message or in a spreadsheet.
_TABLE = re.compile(r"(?:y?(?:mesas?|table)?\d+)+")


def is_clean(text: str) -> bool:
    """Whether the text has no control characters, and can be encoded as UTF-8."""
    return not _UNCLEAN.search(text)


def tidy(text: str) -> str:
    """The name as it is stored: composed letters (NFC), and one blank for each run of blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def in_reading_order(text: str) -> str:
    """The text without the marks that make a screen show its characters in another order."""
    if text.isascii():
        return text
    return "".join(character for character in text if not _is_direction_mark(character))


def _is_direction_mark(character: str) -> bool:
    is_mark = unicodedata.category(character) == "Cf"
    return is_mark and unicodedata.bidirectional(character) not in ("L", "BN", "ON")


def without_unseen(text: str) -> str:
    """The text as it looks: without marks, fillers and variants that nobody sees."""
    return "".join(
        character
        for character in _INVISIBLE.sub("", text)
        if unicodedata.category(character) != "Cf"
    )


def is_like_a_table(name: str) -> bool:
    """Whether a customer's name could be read as tables: "12", "Mesa 12", or "mesas 12 y 13"."""
    bare = filter(str.isalnum, unicodedata.normalize("NFKD", fold(name)))  # without accents
    return bool(_TABLE.fullmatch("".join(LOOK_ALIKES.get(letter, letter) for letter in bare)))


def fold(name: str) -> str:
    """The key by which names are one product's: visible characters alone, without case."""
    compatible = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    visible = _INVISIBLE.sub("", compatible)
    if not visible.isprintable():  # a quick test: printable text has no character of category Cf
        visible = "".join(letter for letter in visible if unicodedata.category(letter) != "Cf")
    return " ".join(visible.split())


def read_name(text: str) -> str:
    """Tidy a typed name. Raises ValueError with a sentence for people."""
    name = tidy(in_reading_order(text))
    if not is_clean(text.strip()):
        raise ValueError(UNKEEPABLE)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValueError(WRONG_LENGTH)
    if not fold(name):
        raise ValueError(UNSEEN)
    return name
