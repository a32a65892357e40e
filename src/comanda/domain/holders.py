"""Whether the holder that a receipt shows is one of the house's: banks cut and mask names.

`Fonda El L*`, `FONDA EL LUCH`, `L. MORA`, `Rosa M***** G*****` are all parts of a name.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# The legal form of a business, as receipts leave it out or write it: folded, without points.
_FORMS = (
    r"s ?a ?p ?i de c ?v|s ?a de c ?v|s de r ?l de c ?v|s de r ?l|s ?a ?p ?i|s ?a ?c|s ?a ?s"
    r"|s ?r ?l|e ?i ?r ?l|s ?p ?a|s ?c|s ?a|a ?c|ltda|limitada|cia|inc|llc"
)
_FORM = re.compile(rf"(?<= )(?:{_FORMS})\Z")
_TRADES = re.compile(
    r"\b(?:restaurant|fonda|cafe|cafeteria|taqueri|marisqueri|pizzeri|cocina|comercial|grupo"
    r"|operador|servicios|aliment|bar\b|cantina|soda\b|picanteri|cevicheri|asador|parrill|panaderi)"
)
_LINKS = frozenset(
    ["de", "del", "la", "las", "los", "el", "lo", "y", "e", "da", "das", "do", "dos", "san"]
)
_MASKS = "*\u2026\u2022\u00b7\u25cf#"
_WORD = re.compile(rf"[^\W_]+(?:[{_MASKS}]+[^\W_]*)?\.*|[{_MASKS}]+", re.UNICODE)
_HIDDEN = re.compile(r"x{3,}\Z")
_ALIKE = 0.82  # of two whole names, by `difflib`: a slip of the reader, and no other name
_NEARLY = 0.75  # of two words: two slips of the reader in a long word
_SHORTEST_WORD = 3  # letters that tell something
_LONG_WORD = 5  # letters of a word of which one may be misread
_RUN_TOGETHER = 8  # letters of a name whose blanks were not read


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a name: its letters, and after a mask its last ones, if they are shown.

    `is_cut`: the word goes on after its letters.
    """

    start: str
    end: str = ""
    is_masked: bool = False
    is_cut: bool = False

    @property
    def tells(self) -> bool:
        """Whether a fit of this word is evidence by itself."""
        is_long = len(self.start) >= _SHORTEST_WORD
        return is_long and not self.is_masked and self.start not in _LINKS


def holder_fits(read: str, name: str) -> bool | None:
    """Whether a receipt's holder may be `name`, the house's; None if it shows too little to tell.

    Words are compared in their order, with the surnames before or after; each may be cut, masked or
    an initial, further names may be missing, and a letter may be misread.
    """
    read_words, own_words = _words(read), _words(name)
    if not read_words or not own_words:
        return None
    if _is_alike(read_words, own_words):
        return True
    full = [word for word in own_words if not word.is_masked]
    for turned in _turns(read_words):
        if (fitting := _fit(turned, full)) is not None:
            return _is_enough(fitting)
    fitting = next((fit for turned in _turns(full) if (fit := _fit(turned, read_words))), None)
    told = sum(word.tells for word in fitting or ())
    if told >= 2:  # noqa: PLR2004 - a further name of one word may be anybody's
        return True
    return None if _is_nearly_alike(read_words, own_words) else False


def is_business(name: str) -> bool:
    """Whether a name has a legal form, or the name of a trade."""
    folded = _folded(name)
    return bool(_FORM.search(_without_points(folded)) or _TRADES.search(folded))


def _folded(text: str) -> str:
    """Return the text without accents, case and blanks at its ends."""
    letters = unicodedata.normalize("NFKD", text.replace("\u2026", "***").replace("...", "***"))
    return "".join(one for one in letters.casefold() if not unicodedata.combining(one)).strip()


def _without_points(folded: str) -> str:
    return " ".join(re.sub(r"[.,]+", " ", folded).split())


def _words(text: str) -> list[_Word]:
    folded = _folded(text)
    if form := _FORM.search(_without_points(folded)):
        letters = re.escape(form[0]).replace(r"\ ", "")
        ending = r"[\s.,]*".join(one for one in form[0] if one != " ")
        folded = re.sub(rf"[\s.,]+{ending}[\s.,]*\Z", "", folded) if letters else folded
    return list(_parsed(folded))


def _parsed(folded: str) -> Iterator[_Word]:
    for token in _WORD.findall(folded):
        bare = token.rstrip(".")
        letters = bare.strip(_MASKS)
        parts = [part for part in re.split(f"[{_MASKS}]+", bare) if part]
        if not letters:
            continue  # a word that is hidden altogether
        if any(mask in bare for mask in _MASKS):
            yield _Word(parts[0], parts[1] if len(parts) > 1 else "", is_masked=True)
        elif hidden := _HIDDEN.search(bare):
            if hidden.start():
                yield _Word(bare[: hidden.start()], is_masked=True)
        else:
            yield _Word(bare, is_cut=token != bare)


def _is_alike(read_words: Sequence[_Word], own_words: Sequence[_Word]) -> bool:
    """Whether two whole names are alike, but for slips; also where their blanks were not read."""
    if any(word.is_masked for word in read_words):
        return False
    read, own = _run_together(read_words), _run_together(own_words)
    if len(read) >= _RUN_TOGETHER and own.startswith(read):
        return True
    return len(read) >= _LONG_WORD and SequenceMatcher(None, read, own).ratio() >= _ALIKE


def _is_nearly_alike(read_words: Sequence[_Word], own_words: Sequence[_Word]) -> bool:
    """Whether a name may be the other one, badly read: each word fits, or a long one nearly."""
    return any(len(word.start) >= _LONG_WORD for word in read_words) and all(
        any(_is_part(word, own, is_last=True) or _is_nearly(word, own) for own in own_words)
        for word in read_words
    )


def _is_nearly(word: _Word, own: _Word) -> bool:
    if min(len(word.start), len(own.start)) < _LONG_WORD:
        return False
    shown = own.start[: len(word.start) + 1] if word.is_masked else own.start
    return SequenceMatcher(None, word.start, shown).ratio() >= _NEARLY


def _run_together(words: Sequence[_Word]) -> str:
    return "".join(word.start for word in words)


def _turns(words: Sequence[_Word]) -> Iterator[Sequence[_Word]]:
    """Yield the words as they stand, and with the first of them behind the others."""
    for first in range(len(words)):
        yield [*words[first:], *words[:first]]


def _fit(words: Sequence[_Word], own_words: Sequence[_Word]) -> list[_Word] | None:
    """Return those of `words` that stand, in their order, among `own_words`.

    None if another word than a link stands there not.
    """
    fitting = []
    place = 0
    for position, word in enumerate(words):
        is_last = position == len(words) - 1
        following = range(place, len(own_words))
        found = next(
            (at for at in following if _is_part(word, own_words[at], is_last=is_last)), None
        )
        if found is not None:
            fitting.append(word)
            place = found + 1
        elif word.start not in _LINKS or word.is_masked:
            return None
    return fitting


def _is_part(word: _Word, own: _Word, *, is_last: bool) -> bool:
    """Whether a word may be `own`: cut, masked, an initial of it, or misread in one letter."""
    if word.is_masked:
        return own.start.startswith(word.start) and own.start.endswith(word.end)
    if own.is_masked:
        return word.start.startswith(own.start) and word.start.endswith(own.end)
    if 1 in (len(word.start), len(own.start)):
        return word.start[0] == own.start[0]
    is_begun = (is_last or word.is_cut) and own.start.startswith(word.start)
    is_short = own.is_cut and word.start.startswith(own.start)
    return is_begun or is_short or _is_misread(word.start, own.start)


def _is_misread(word: str, own: str) -> bool:
    """Whether two words are one, or long and different in one letter, also missing or too many."""
    if word == own:
        return True
    if min(len(word), len(own)) < _LONG_WORD or abs(len(word) - len(own)) > 1:
        return False
    start = next(
        (at for at, pair in enumerate(zip(word, own, strict=False)) if pair[0] != pair[1]), None
    )
    if start is None:
        return True
    rests = (
        (word[start + 1 :], own[start + 1 :]),
        (word[start:], own[start + 1 :]),
        (word[start + 1 :], own[start:]),
    )
    return any(rest == own_rest for rest, own_rest in rests)


def _is_enough(fitting: Sequence[_Word]) -> bool | None:
    """Whether the words that fit tell enough: one of three letters, or masked ones alone."""
    if any(word.tells for word in fitting):
        return True
    return True if fitting and all(word.is_masked for word in fitting) else None
