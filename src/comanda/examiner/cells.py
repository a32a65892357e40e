"""A page's rows, cut into labels and values, and which label each value belongs to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from comanda.domain.readings import Box
from comanda.examiner.labels import LOOKED_AT, Kind, Label, Side, is_other_amount, label_at_start
from comanda.examiner.lines import Token, box_of, rows_of, segments_of, text_of, tokens_of
from comanda.examiner.text import skeleton
from comanda.examiner.words import Page

_MOST_CELLS = 600  # of a page; no receipt has a tenth of that
_NEAR = 2.3  # heights between a label and the value below
_CAPTIONS = {
    Kind.AMOUNT, Kind.OTHER_AMOUNT, Kind.REFERENCE, Kind.DATE, Kind.OTHER_DATE, Kind.TIME,
    Kind.ACCOUNT,
}  # fmt: skip
_LABEL_AND_VALUE = 2  # cells of a row
_NEXT_LINE = 1.3  # heights, at most, between a label's lines
_GOES_ON = {skeleton(word) for word in ("de", "del", "y", "a", "tu", "la", "el", "por")}
_OF_NUMBERS = (Kind.AMOUNT, Kind.REFERENCE)
_OWN_SIDE = 10  # rank from which a label's side counts more than its section's
_ENDS_LABEL = ":=;>"
_JUNK = 2  # letters that an icon is misread as, before a label
_SHORT_LABEL = 3  # letters of a label that an everyday word may be, too
_CLEAR_LETTERS = 55  # confidence of a label as short as that
_CLEAR_LABEL = 7  # letters of a label that is told from words within a line


@dataclass(eq=False, slots=True)
class Cell:
    """A label, or a value with the label it belongs to (None where that isn't known)."""

    tokens: tuple[Token, ...]
    page: Page
    row: int
    label: Label | None = None
    is_label: bool = False
    sided: Side | None = None  # of the section that the cell stands in
    distance: int = 0  # rows below the label of its section
    owner: "Cell | None" = None  # of a value: its label's cell
    following: list["Cell"] = field(default_factory=list)  # of a label: its values

    @property
    def text(self) -> str:
        return text_of(self.tokens)

    @property
    def left(self) -> float:
        return self.tokens[0].left

    @property
    def right(self) -> float:
        return max(token.right for token in self.tokens)

    @property
    def top(self) -> float:
        return min(token.top for token in self.tokens)

    @property
    def bottom(self) -> float:
        return max(token.bottom for token in self.tokens)

    @property
    def height(self) -> float:
        return max(token.height for token in self.tokens)

    @property
    def box(self) -> Box:
        return box_of(self.tokens, self.page)

    @property
    def weight(self) -> float:
        """How sure the pass is of its worst word, from 0 to 1."""
        return min(token.confidence for token in self.tokens) / 100

    @property
    def row_tokens(self) -> tuple[Token, ...]:
        """The tokens of all values that the cell's label has on the cell's row."""
        cells = self.owner.following if self.owner else [self]
        return tuple(token for cell in cells if cell.row == self.row for token in cell.tokens)

    @property
    def is_first(self) -> bool:
        """Whether no other value of the same label stands before on the same row."""
        cells = self.owner.following if self.owner else [self]
        return next(cell for cell in cells if cell.row == self.row) is self

    @property
    def kind(self) -> Kind | None:
        return self.label.kind if self.label else None

    @property
    def side(self) -> Side | None:
        """Whose the value is: as its label says, else as the section does."""
        own = self.label.side if self.label else None
        is_weak = self.label is not None and self.label.rank < _OWN_SIDE
        return (self.sided or own) if is_weak else (own or self.sided)


@dataclass(frozen=True, slots=True)
class Layout:
    """A page's rows of tokens and its cells, both from top to bottom."""

    page: Page
    rows: list[list[Token]]
    cells: list[Cell]

    @property
    def values(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.is_label]


def lay_out(page: Page) -> Layout:
    """Read the rows of a page, and tie each value to its label."""
    rows = rows_of(tokens_of(page))
    parts = [segments_of(row) for row in rows]
    for upper, lower in pairwise(parts):
        _join_label(upper, lower)
    lines: list[list[Cell]] = []
    count = 0
    for at in range(len(rows)):
        line = _line(parts[at], page, at)
        count += len(line)
        if count > _MOST_CELLS:
            break
        lines.append(line)
    for line in lines:
        _tie_beside(line)
    for above, below in pairwise(lines):
        _tie_below(above, below)
        _tie_columns(above, below)
    for above, below in pairwise(lines):
        _tie_above(above, below)
    _give_sides(lines)
    _give_rest_to_recipient([cell for line in lines for cell in line])
    return Layout(page, rows, [cell for line in lines for cell in line])


def _join_label(above: list[list[Token]], below: list[list[Token]]) -> None:
    """Move the second line of a label, whose value stands beside the first line, to the first."""
    if len(above) < _LABEL_AND_VALUE or not below:
        return
    first, second = above[0], below[0]
    gap = min(t.top for t in second) - max(t.bottom for t in first)
    height = max(t.height for t in first)
    is_near = gap < _NEXT_LINE * height and abs(first[0].left - second[0].left) < height
    goes_on = skeleton(first[-1].text) in _GOES_ON
    if not is_near or (not goes_on and (len(below) > 1 or _is_label(second))):
        return
    if _is_label([*first, *second]):
        above[0] = [*first, *second]
        del below[0]


def _is_label(tokens: Sequence[Token]) -> bool:
    """Whether words are a label to their end."""
    text, ends = _ends_of_words(tokens)
    is_whole = ends.get(len(text)) == (len(tokens), 0)
    return is_whole and label_at_start(text, {len(text): len(tokens)}) is not None


def _line(segments: Sequence[Sequence[Token]], page: Page, row: int) -> list[Cell]:
    cells: list[Cell] = []
    for segment in segments:
        cells += _cells(segment, page, row, is_value=bool(cells) and cells[-1].is_label)
    return cells


def _cells(segment: Sequence[Token], page: Page, row: int, *, is_value: bool) -> Iterator[Cell]:
    """Cut words that stand together into labels and values.

    `is_value`: a label without a value stands before on the row, so a value is to be expected.
    """
    rest = list(segment[:60])
    value: list[Token] = []
    is_first = True
    while rest:
        found = _find_label(value, rest, is_first=is_first, is_value=is_value)
        if found is None:
            value.append(rest.pop(0))
            continue
        label, count, part = found
        if value and not _is_junk(value):
            yield Cell(tuple(value), page, row)
        value = []
        is_first = False
        taken, rest = rest[:count], rest[count:]
        if part:
            split = rest.pop(0)
            taken.append(split.cut(0, part))
            left_over = split.cut(part, len(split.text))
            if left_over.text:
                rest.insert(0, left_over)
            more = 0
        else:
            more = _further_words(label, rest)
        taken, rest = taken + rest[:more], rest[more:]
        yield Cell(tuple(taken), page, row, _meant(label, taken), is_label=True)
    if value:
        yield Cell(tuple(value), page, row)


def _further_words(label: Label, rest: Sequence[Token]) -> int:
    """Return how many more words belong to a label whose value is a number."""
    if label.kind not in _OF_NUMBERS or label.side is not None:
        return 0
    for count, token in enumerate(rest):
        if any(c.isdigit() or c in "$₡#*" for c in token.text):
            return count
        if token.text[-1:] in _ENDS_LABEL:
            return count + 1
    return len(rest)


def _meant(label: Label, tokens: Sequence[Token]) -> Label:
    """Return the label, or that of a fee or a balance if one of its words says so."""
    if label.kind is Kind.AMOUNT and any(is_other_amount(token.text) for token in tokens):
        return replace(label, kind=Kind.OTHER_AMOUNT)
    return label


def _is_junk(tokens: Sequence[Token]) -> bool:
    text = "".join(token.text for token in tokens)
    return len(text) <= _JUNK and not any(c.isdigit() for c in text)


def _find_label(
    before: Sequence[Token], rest: Sequence[Token], *, is_first: bool, is_value: bool
) -> tuple[Label, int, int] | None:
    """Return the label at the start of `rest`.

    With the label come how many whole words it takes, and of the next word how many letters.
    """
    if before and not (_is_junk(before) or before[-1].text[-1:] in ".|" or _ends_value(before)):
        return None
    text, ends = _ends_of_words(rest)
    match = label_at_start(text, {end: count + (part > 0) for end, (count, part) in ends.items()})
    if match is None or (is_value and (match.errors or match.label.kind is Kind.TITLE)):
        return None
    count, part = ends[match.length]
    if not _may_be_label(match.label, before, rest, count, part, is_first=is_first):
        return None
    while not part and count < len(rest) and rest[count].text in ("#", *_ENDS_LABEL):
        count += 1
    return match.label, count, part


def _ends_of_words(tokens: Sequence[Token]) -> tuple[str, dict[int, tuple[int, int]]]:
    """Return the skeleton of words up to the first number, and where a label may end in it.

    Each end comes with the count of whole words before, and of letters in the word after these.
    """
    text = ""
    ends: dict[int, tuple[int, int]] = {}
    for at, token in enumerate(tokens):
        if len(text) > LOOKED_AT or _is_number(token.text):
            break
        for letters in _inner_ends(token.text):
            ends.setdefault(len(text) + len(skeleton(token.text[:letters])), (at, letters))
        text += skeleton(token.text)
        ends[len(text)] = (at + 1, 0)
    ends.pop(0, None)
    return text, ends


def _is_number(text: str) -> bool:
    digits = sum(c.isdigit() for c in text)
    return digits > 1 and not any(c.isalpha() for c in text)


def _ends_value(tokens: Sequence[Token]) -> bool:
    return any(c.isdigit() for c in tokens[-1].text)


def _inner_ends(text: str) -> Iterator[int]:
    """Yield where within a word a label may end: before its colon's value, a sign or a digit."""
    for at in range(1, len(text)):
        character, previous = text[at], text[at - 1]
        if previous in _ENDS_LABEL or (
            previous.isalpha() and (character.isdigit() or character in "$₡#*•-(")
        ):
            yield at


def _may_be_label(
    label: Label,
    before: Sequence[Token],
    rest: Sequence[Token],
    count: int,
    part: int,
    *,
    is_first: bool,
) -> bool:
    """Whether a label may stand here, though it is short or stands within a line."""
    last = rest[count].text[:part] if part else rest[count - 1].text
    has_colon = last[-1:] in _ENDS_LABEL or (
        not part and count < len(rest) and rest[count].text[0] in _ENDS_LABEL
    )
    if label.bare == "a" and not has_colon and not _begins_name(rest[count:]):
        return False
    if before and not _is_junk(before):
        if label.bare == "a":
            return _has_digits(before)
        return has_colon or (len(label.bare) >= _CLEAR_LABEL and label.kind is not Kind.TITLE)
    if len(label.bare) > _SHORT_LABEL or has_colon:
        return True
    if label.kind is Kind.REFERENCE and rest[count:] and not _has_digits(rest[count : count + 1]):
        return False
    is_sure = rest[0].confidence >= _CLEAR_LETTERS
    return is_first and is_sure and (label.side is None or last.isalpha())


def _begins_name(rest: Sequence[Token]) -> bool:
    return not rest or rest[0].text[:1].isupper() or not rest[0].text[:1].isalpha()


def _has_digits(tokens: Sequence[Token]) -> bool:
    return any(c.isdigit() for token in tokens for c in token.text)


def _tie_beside(line: list[Cell]) -> None:
    """Give each value the label to its left on the row."""
    label: Cell | None = None
    for cell in line:
        if cell.is_label:
            label = cell
        elif label is not None:
            _tie(cell, label)


def _tie_below(above: list[Cell], below: list[Cell]) -> None:
    """Give the values of a row the labels right above that have no value yet."""
    labels = [
        cell
        for cell in above
        if cell.is_label and not cell.following and cell.kind is not Kind.TITLE
    ]
    for cell in below:
        if cell.is_label or cell.label is not None:
            continue
        near = [label for label in labels if _is_near(label, cell)]
        fitting = [label for label in near if _are_aligned(label, cell)]
        if len(labels) == len(above) == len(below) == 1:
            fitting = near
        if fitting:
            label = min(fitting, key=lambda label: _offset(label, cell))
            _tie(cell, label)


def _tie_columns(above: list[Cell], below: list[Cell]) -> None:
    """Go on with the columns of payer and payee, where they stand side by side."""
    heads = [cell for cell in above if not cell.is_label and cell.kind is Kind.PARTY]
    if len({cell.side for cell in heads}) < len(Side):
        return
    for cell in below:
        fitting = [head for head in heads if _is_near(head, cell) and _are_aligned(head, cell)]
        if not cell.is_label and cell.label is None and fitting:
            owner = min(fitting, key=lambda head: _offset(head, cell)).owner
            if owner is not None:
                _tie(cell, owner)


def _tie_above(above: list[Cell], below: list[Cell]) -> None:
    """Give values without a label the caption right below them, if that has no value."""
    for label in below:
        if not label.is_label or label.following or label.kind not in _CAPTIONS:
            continue
        for cell in above:
            is_free = not cell.is_label and cell.label is None and _has_digits(cell.tokens)
            if is_free and _is_near(cell, label) and _are_aligned(label, cell):
                _tie(cell, label)
                break


def _tie(value: Cell, label: Cell) -> None:
    value.label, value.owner = label.label, label
    label.following.append(value)


def _is_near(upper: Cell, lower: Cell) -> bool:
    return lower.top - upper.bottom < _NEAR * max(upper.height, min(lower.height, 2 * upper.height))


def _are_aligned(label: Cell, cell: Cell) -> bool:
    return min(label.right, cell.right) > max(label.left, cell.left) - label.height


def _offset(label: Cell, cell: Cell) -> float:
    middle = abs(label.left + label.right - cell.left - cell.right) / 2
    return min(abs(label.left - cell.left), abs(label.right - cell.right), middle)


_ENDS_SECTION = {
    Kind.AMOUNT, Kind.OTHER_AMOUNT, Kind.REFERENCE, Kind.DATE, Kind.TIME, Kind.NOTE,
    Kind.OTHER_DATE,
}  # fmt: skip


def _give_sides(lines: list[list[Cell]]) -> None:
    """Say whose section each cell stands in, and how far below the section's heading."""
    side: Side | None = None
    distance = 0
    for line in lines:
        headings = [cell for cell in line if cell.is_label]
        sides = {
            cell.label.side
            for cell in headings
            if cell.label and cell.label.side and cell.label.rank >= _OWN_SIDE
        }
        if len(sides) > 1:
            side = None
        elif sides:
            side, distance = next(iter(sides)), 0
        elif any(cell.is_label and cell.kind in _ENDS_SECTION for cell in line):
            side = None
        for cell in line:
            cell.sided, cell.distance = side, distance
        distance += 1


_PLAIN = (Kind.ACCOUNT, Kind.HOLDER)  # what a plain label names for either party
_LEAST_ENDING = 3  # digits of an account's end


def _give_rest_to_recipient(cells: Sequence[Cell]) -> None:
    """Give the recipient a plain "Cuenta" or "Titular", where the sender has one already.

    A receipt names each of them once for either party.
    """
    named: dict[Side, set[Kind]] = {side: set() for side in Side}
    for cell, after in zip(cells, [*cells[1:], None], strict=False):
        if _is_own_label(cell) and cell.label is not None and cell.label.side is not None:
            named[cell.label.side].update(_named_by(cell, cell.label, after))
    for before, cell in zip([None, *cells], cells, strict=False):
        if not cell.is_label or cell.kind not in _PLAIN or _is_own_label(cell):
            continue
        is_part = before is not None and before.is_label and not before.following
        is_free = cell.kind not in named[Side.RECIPIENT]
        if is_free and not is_part and cell.kind in named[Side.SENDER]:
            for one in (cell, *cell.following):
                one.sided, one.distance = Side.RECIPIENT, 0


def _named_by(cell: Cell, label: Label, after: Cell | None) -> set[Kind]:
    """Return what a label with a value names; that of a party, its account, its holder or both."""
    is_split = after is not None and after.is_label and after.kind is label.kind
    if label.kind is not Kind.PARTY:
        return {label.kind} if cell.following or is_split else set()
    text = "".join(value.text for value in cell.following)
    digits, letters = sum(map(str.isdigit, text)), sum(map(str.isalpha, text))
    return {
        kind
        for kind, is_shown in (
            (Kind.ACCOUNT, digits >= _LEAST_ENDING), (Kind.HOLDER, letters > digits)
        )
        if is_shown
    }  # fmt: skip


def _is_own_label(cell: Cell) -> bool:
    """Whether a label says by itself whose its value is."""
    return (
        cell.is_label
        and cell.label is not None
        and (cell.label.side is not None and cell.label.rank >= _OWN_SIDE)
    )
