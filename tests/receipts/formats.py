"""How a receipt writes an amount, a day and a time, an account, a name and a number."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from random import Random

from tests.receipts.countries import Writing

MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
)  # fmt: skip
WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line, with its size against the line's and whether it is raised."""

    text: str
    scale: float = 1.0
    is_raised: bool = False


Line = tuple[Run, ...]


def line(text: str) -> Line:
    return (Run(text),)


def amount_text(units: int, writing: Writing) -> str:
    return "".join(run.text for run in amount_line(units, writing, "plain"))


def amount_line(units: int, writing: Writing, cents: str) -> Line:
    """An amount; its cents are "plain", "small", "raised", or "bare": raised without a mark."""
    whole, hundredths = divmod(units, 100)
    number = f"{whole:,}".replace(",", writing.group)
    has_cents = writing.cents == "always" or (writing.cents == "some" and hundredths > 0)
    fraction = f"{writing.mark}{hundredths:02}" if has_cents else ""
    head = f"{writing.sign}{writing.blank}{number}" if writing.is_sign_before else number
    tail = writing.code if writing.is_sign_before else writing.sign
    tail = f" {tail}" if tail else ""
    if cents == "plain" or not fraction:
        return (Run(head + fraction + tail),)
    if cents == "small":
        return (Run(head), Run(fraction + tail, 0.6))
    raised = Run(fraction if cents == "raised" else fraction[1:], 0.5, is_raised=True)
    return (Run(head), raised, Run(tail, 0.6)) if tail else (Run(head), raised)


def _short(day: date) -> str:
    return MONTHS[day.month - 1][:3]


DayFormat = Callable[[date], str]
DAYS: tuple[DayFormat, ...] = (
    lambda d: f"{d:%d/%m/%Y}",
    lambda d: f"{d:%d/%m/%Y}",
    lambda d: f"{d:%d-%m-%Y}",
    lambda d: f"{d:%d.%m.%Y}",
    lambda d: f"{d:%d/%m/%y}",
    lambda d: f"{d:%Y-%m-%d}",
    lambda d: f"{d.day} {_short(d)} {d.year}",
    lambda d: f"{d.day:02} {_short(d)}. {d.year}",
    lambda d: f"{d.day} de {_short(d)}. {d.year}",
    lambda d: f"{d.day:02} {_short(d).upper()} {d.year}",
    lambda d: f"{d.day:02} {_short(d).title()} {d.year}",
    lambda d: f"{d.day:02}-{_short(d)}-{d:%y}",
    lambda d: f"{d.day:02}-{_short(d).upper()}-{d.year}",
    lambda d: f"{d.day:02}/{_short(d).title()}/{d.year}",
    lambda d: f"{d.day} de {MONTHS[d.month - 1]} de {d.year}",
    lambda d: f"{d.day:02} de {MONTHS[d.month - 1].title()} de {d.year}",
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{WEEKDAYS[d.weekday()]} {d.day} de {MONTHS[d.month - 1]} de {d.year}",
    lambda d: f"{WEEKDAYS[d.weekday()].title()}, {d.day} de {MONTHS[d.month - 1]} de {d.year}",
    lambda d: f"{WEEKDAYS[d.weekday()][:3]}. {d.day} {_short(d)}. {d.year}",
)


def _half_day(moment: time, pad: str, halves: tuple[str, str]) -> str:
    return f"{moment.hour % 12 or 12:{pad}}:{moment:%M} {halves[moment.hour >= 12]}"


TimeFormat = Callable[[time], str]
TIMES: tuple[TimeFormat, ...] = (
    lambda t: f"{t:%H:%M}",
    lambda t: f"{t:%H:%M}",
    lambda t: f"{t:%H:%M:%S}",
    lambda t: f"{t:%H:%M} h",
    lambda t: f"{t:%H:%M} hrs",
    lambda t: f"{t:%H:%M:%S} h",
    lambda t: _half_day(t, "", ("a. m.", "p. m.")),
    lambda t: _half_day(t, "02", ("a. m.", "p. m.")),
    lambda t: _half_day(t, "02", ("AM", "PM")),
    lambda t: _half_day(t, "", ("am", "pm")),
    lambda t: _half_day(t, "02", ("a.m.", "p.m.")),
    lambda t: f"{t.hour}:{t:%M}",
)
JOINTS = (" ", ", ", " - ", " a las ", " · ", " | ")


def near_day(day: date, today: date) -> str | None:
    """Hoy or Ayer, for the formats that say so."""
    return {0: "Hoy", 1: "Ayer"}.get((today - day).days)


def plain(text: str) -> str:
    """A text in capital letters without accents, as old systems keep names."""
    bare = unicodedata.normalize("NFD", text.upper())
    return "".join(character for character in bare if not unicodedata.combining(character))


def _each_word(text: str, change: Callable[[str], str]) -> str:
    return " ".join(change(word) for word in text.split())


def _initial(word: str) -> str:
    return f"{word[0]}." if word[0].isupper() else word


# A label as written: mostly as it is.
LabelFormat = Callable[[str], str]
LABELS: tuple[LabelFormat, ...] = (
    str,
    str,
    str,
    str,
    str.upper,
    lambda label: f"{label.rstrip(':. ')}:",
)


# A name as shown: whole, in capitals, cut, or masked.
NameFormat = Callable[[str], str]
NAMES: tuple[NameFormat, ...] = (
    str,
    str,
    str,
    plain,
    plain,
    lambda name: f"{name[:-3].rstrip()}*",
    lambda name: f"{name[: max(9, len(name) - 5)].rstrip()}…",
    lambda name: _each_word(name, lambda w: w if len(w) < 4 else f"{w[:3]}{'*' * (len(w) - 3)}"),
    lambda name: " ".join([*name.split()[:2], *(_initial(word) for word in name.split()[2:])]),
)

# An account's number as shown, by its digits.
NumberMask = Callable[[str], str]
MASKS: tuple[NumberMask, ...] = (
    lambda n: f"•••• {n[-4:]}",
    lambda n: f"*{n[-4:]}",
    lambda n: f"**** {n[-4:]}",
    lambda n: f"****{n[-4:]}",
    lambda n: f"• {n[-4:]}",
    lambda n: f"••{n[-4:]}",
    lambda n: f"xxxx{n[-4:]}",
    lambda n: f"{n[:2]}{'*' * 4}{n[-4:]}",
    lambda n: f"terminada en {n[-4:]}",
    lambda n: n,
    lambda n: n,
    lambda n: grouped(n, 4, " "),
)


def grouped(text: str, size: int, between: str) -> str:
    return between.join(text[start : start + size] for start in range(0, len(text), size))


def phone(number: str) -> str:
    """A telephone number as people write it."""
    parts = (4,) if len(number) == 8 else (3, 6)
    places = (0, *parts, len(number))
    return " ".join(number[a:b] for a, b in pairwise(places))


def reference_text(number: str, rng: Random) -> str:
    """An operation's number as drawn: mostly as it is, sometimes in groups of one size."""
    sizes = [size for size in (3, 4, 5) if len(number) > size and len(number) % size == 0]
    chance = rng.random()
    if chance < 0.7 or not sizes:
        return number
    return grouped(number, rng.choice(sizes), " " if chance < 0.93 else "-")


def reference_key(text: str) -> str:
    """A number's letters and digits alone."""
    return re.sub("[^0-9A-Za-z]", "", text)
