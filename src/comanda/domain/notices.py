"""What a bank's notice says: money that came in, or why it tells of none (DESIGN, section 8).

Rules are data: the house's own, then the built-in ones of `notice_rules`. What is no deposit wins
over what looks like a deposit; and in doubt there is none. A deposit that is not listed costs a
look at the account; a false one costs the bill.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from comanda.domain.deposits import LONGEST_SENDER
from comanda.domain.evidence import LONGEST_REFERENCE
from comanda.domain.money import MoneyFormat
from comanda.domain.notice_rules import RULES, Finder, OutOfTime, Rule, Span
from comanda.domain.notice_text import LONGEST_NOTICE, Amount, amounts, clean, fold
from comanda.domain.notice_vetoes import (
    ANYBODY,
    BALANCE_BEFORE,
    BALANCE_BEHIND,
    BARE_BEFORE,
    MONEY_WORDS,
    PAYERS_WORDS,
    VETOES,
    Why,
)

LONGEST_TITLE = 200
LONGEST_ACCOUNT = 40
MOST_SLOW = 3  # own patterns that may run out of time before no own rule is tried any more
BEFORE = 200  # characters before an amount, which may call it a balance
NEAR = 40  # characters before a number without a currency
_AROUND = " .,;:-\u2013\u2014|'\u2019&+"
_LAST_LINKS = re.compile(r"(?: (?:de|del|la|las|los|el|y|e))+\Z", re.IGNORECASE)


class Kind(StrEnum):
    """What a notice is."""

    DEPOSIT = "ingreso"
    IGNORED = "ignorado"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was made of a notice, by the rule of this name.

    A deposit has an `amount`, in minor units, and no `why`, unless a person's number sent it: then
    anybody may have written it, and people decide. An ignored notice has a `why` and no amount, and
    a `rule` only where a rule recognized the notice and found no amount. `slow` are the
    names of the house's own rules of which a pattern ran out of time.
    """

    kind: Kind
    why: Why | None = None
    rule: str | None = None
    amount: int | None = None
    sender: str | None = None
    reference: str | None = None
    account: str | None = None
    slow: tuple[str, ...] = ()


@dataclass(slots=True)
class _Notice:
    """A notice in work: its words as they are, and folded without the payer's own words.

    Both have the same length, and places in one are places in the other. `title_end` is the place
    behind the title. `slow` collects the names of rules.
    """

    words: str
    told: str
    title_end: int
    style: MoneyFormat
    country: str
    slow: list[str] = field(default_factory=list)


def examine(
    title: str,
    text: str,
    rules: Sequence[Rule] = RULES,
    style: MoneyFormat = MoneyFormat(),  # noqa: B008 - frozen
    country: str = "",
) -> Verdict:
    """Return what a notice says; `rules` in the order in which they are tried.

    `title` is who sent it: an app's title, a bank's name or short number. Amounts are read in any
    form that banks use, and dollars are refused where the house, by its country (ISO 3166) or sign,
    has other money.
    """
    notice = _notice(title, text, style, country)
    veto = _veto(notice.told)
    is_private = ANYBODY.search(fold(clean(title))) is not None
    for rule in rules:
        if not _holds(rule, notice):
            continue
        if not (rule.is_own and rule.insists):
            if veto is not None:
                break
            if is_private and not _names_sender(rule, notice):
                verdict = _read(rule, notice)
                return replace(verdict, why=verdict.why or Why.PRIVATE_NUMBER)
        return _read(rule, notice)
    return _ignored(notice, veto or _reason(notice))


def _notice(title: str, text: str, style: MoneyFormat, country: str) -> _Notice:
    title = clean(title, LONGEST_TITLE).replace("\n", " ")
    words = f"{title}\n{clean(text, LONGEST_NOTICE)}"
    return _Notice(words, _without_payers_words(fold(words)), len(title), style, country)


def _without_payers_words(folded: str) -> str:
    """Blank what the payer wrote: it neither makes a deposit nor unmakes one."""

    def blank(match: "re.Match[str]") -> str:
        start, end = match.span(match.lastgroup or 0)
        whole = match[0]
        first = start - match.start()
        return whole[:first] + "\n" * (end - start) + whole[first + end - start :]

    return PAYERS_WORDS.sub(blank, folded)


def _veto(told: str) -> Why | None:
    return next((veto.why for veto in VETOES if veto.pattern.search(told)), None)


def _holds(rule: Rule, notice: _Notice) -> bool:
    """Whether a rule recognizes the notice. A rule that ran out of time does not."""
    if not rule.when or (rule.is_own and len(notice.slow) >= MOST_SLOW):
        return False
    try:
        return all(find(notice.told) for find in rule.when) and not any(
            find(notice.told) for find in rule.not_when
        )
    except OutOfTime:
        notice.slow.append(rule.name)
        return False


def _names_sender(rule: Rule, notice: _Notice) -> bool:
    """Whether an own rule asks for this very sender, though it is a number like a person's."""
    title = notice.told[: notice.title_end]
    return rule.is_own and any(_try(find, rule, title, notice) for find in rule.when)


def _read(rule: Rule, notice: _Notice) -> Verdict:
    amount = _amount(rule, notice)
    if isinstance(amount, Why):
        return _ignored(notice, amount, rule.name)
    return Verdict(
        Kind.DEPOSIT,
        None,
        rule.name,
        amount,
        _name(_first(rule.sender, rule, notice)),
        _value(_first(rule.reference, rule, notice), LONGEST_REFERENCE),
        _value(_first(rule.account, rule, notice), LONGEST_ACCOUNT),
        tuple(notice.slow),
    )


def _ignored(notice: _Notice, why: Why, rule: str | None = None) -> Verdict:
    return Verdict(Kind.IGNORED, why, rule, slow=tuple(notice.slow))


def _reason(notice: _Notice) -> Why:
    """Why no rule holds."""
    found = _with_words(notice.told, list(_amounts(notice)))
    others = [_is_other(notice.told, amount, before) for amount, before in found if amount.is_money]
    return Why.BALANCE if others and all(others) else Why.NO_RULE


def _amount(rule: Rule, notice: _Notice) -> int | Why:
    """Return the deposit's amount in minor units, or why there is none that is sure."""
    found = list(_amounts(notice))
    if rule.amount:
        candidates = _at(rule, notice, found)
    else:
        own = [
            amount
            for amount, before in _with_words(notice.told, found)
            if not _is_other(notice.told, amount, before)
        ]
        candidates = [amount for amount in own if amount.is_money] or [
            amount for amount in own if _is_told(notice.told, amount)
        ]
        if not candidates and any(amount.is_money for amount in found):
            return Why.BALANCE
    if not candidates:
        return Why.NO_AMOUNT
    units = {amount.units for amount in candidates}
    only = units.pop()
    return Why.BAD_AMOUNT if units or only is None else only


def _amounts(notice: _Notice) -> Iterator[Amount]:
    """The amounts behind the title's end are the text's; a title that is a number has none."""
    title = notice.words[: notice.title_end]
    for amount in amounts(notice.told, notice.style, notice.country):
        if amount.is_money or amount.start >= len(title):
            yield amount


def _at(rule: Rule, notice: _Notice, found: Sequence[Amount]) -> list[Amount]:
    """Return the amount at the first place that one of the rule's patterns finds."""
    for find in rule.amount:
        span = _try(find, rule, notice.told, notice)
        if span is None:
            continue
        start, end = span
        inside = [amount for amount in found if amount.start < end and start < amount.end]
        if inside:
            return inside[:1]
    return []


def _with_words(told: str, found: Sequence[Amount]) -> Iterator[tuple[Amount, str]]:
    """Yield each amount with the words between it and the amount before, the nearest alone."""
    end = 0
    for amount in found:
        yield amount, told[max(end, amount.start - BEFORE) : amount.start]
        if amount.is_money:
            end = amount.end


def _is_other(told: str, amount: Amount, before: str) -> bool:
    """Whether an amount is a balance or a fee, by the last word about money before it."""
    if BALANCE_BEHIND.match(told, amount.end):
        return not _is_told(told, amount)  # a payer may be called "de comisión"
    other = _last(BALANCE_BEFORE, before)
    return other >= 0 and other > _last(MONEY_WORDS, before)


def _is_told(told: str, amount: Amount) -> bool:
    """Whether the words before a number without a currency call it an amount."""
    return BARE_BEFORE.search(told[max(0, amount.start - NEAR) : amount.start]) is not None


def _last(pattern: "re.Pattern[str]", text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def _first(finders: Sequence[Finder], rule: Rule, notice: _Notice) -> str | None:
    """Return the words at the first place that a pattern finds."""
    for find in finders:
        span = _try(find, rule, notice.told, notice)
        if span is not None and span[0] < span[1]:
            return notice.words[span[0] : span[1]]
    return None


def _try(find: Finder, rule: Rule, text: str, notice: _Notice) -> Span | None:
    try:
        return find(text)
    except OutOfTime:
        notice.slow.append(rule.name)
        return None


def _name(words: str | None) -> str | None:
    if words is None:
        return None
    name = _LAST_LINKS.sub("", " ".join(words.split()).strip(_AROUND))[:LONGEST_SENDER]
    return name.strip() if any(map(str.isalpha, name)) else None


def _value(words: str | None, longest: int) -> str | None:
    return (words and " ".join(words.split()).strip(_AROUND)[:longest]) or None
