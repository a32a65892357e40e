"""What a proof says, beside what the house knows: its payment, its orders, its accounts, its day.

All comparisons are kind: what can't be compared differs from nothing.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from comanda.domain import wire
from comanda.domain.accounts import Account
from comanda.domain.evidence import LONGEST_REFERENCE, WarningType, reference_key
from comanda.domain.holders import holder_fits
from comanda.domain.house import House
from comanda.domain.money import MOST
from comanda.domain.names import LONGEST_NAME, in_reading_order
from comanda.domain.readings import Box, FieldName, Read, ReadField, Reading, ReadLine, day_or_time
from comanda.domain.wire import Wire

TOLERANCE = timedelta(minutes=15)  # between the clocks of a bank, a phone and the house
LONGEST_LINE = 300
MOST_LINES = 400
_ENDING = 4  # digits of an account's number: all that most receipts show
_UNCLEAN = re.compile("[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff]+")
_BESIDE = "\\W_"  # what may stand between the letters and digits of an account's name


class Check(StrEnum):
    """How a field of a receipt compares with what the house knows."""

    MATCHES = "matches"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the reading of a payment's proof is compared with.

    `total` is the payment's amount with its tip, in minor units. `typed` is the number that the
    waiter typed. `ordered_at` is when the first of its orders was placed. `same_number` is the
    order of another payment with the number that was read, or None. `accounts` are the house's.
    """

    total: int
    typed: str | None
    ordered_at: datetime
    submitted_at: datetime
    house: House
    accounts: Sequence[Account] = ()
    same_number: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedField:
    """A field of a receipt; `check` is None if there is nothing to compare `value` with."""

    name: FieldName
    value: str
    text: str
    box: Box | None
    check: Check | None
    against: str | None

    def wire(self) -> Wire:
        """`{name, value, text, box, check, against}`."""
        return {
            "name": self.name.value,
            "value": self.value,
            "text": self.text,
            "box": None if self.box is None else self.box.wire(),
            "check": self.check,
            "against": self.against,
        }


def presentable(reading: Reading) -> Reading:
    """Return the reading as it is stored and shown: clean text of a sensible length.

    Whoever sends a proof decides what stands on it.
    """
    amount = reading.amount
    return replace(
        reading,
        amount=amount if amount is not None and 0 <= amount <= MOST else None,
        reference=_clean(reading.reference, LONGEST_REFERENCE),
        account=_clean(reading.account, LONGEST_REFERENCE),
        holder=_clean(reading.holder, LONGEST_NAME),
        bank=_clean(reading.bank, LONGEST_NAME),
        fields=tuple(
            ReadField(field.name, _clean(field.text, LONGEST_LINE) or "", _place(field.box))
            for field in reading.fields
        ),
        lines=tuple(
            ReadLine(text, box)
            for line in reading.lines[:MOST_LINES]
            if (text := _clean(line.text, LONGEST_LINE)) and (box := _place(line.box))
        ),
    )


def _clean(text: str | None, longest: int) -> str | None:
    """Return the text without control characters and marks that reorder it; None if it is blank."""
    if text is None:
        return None
    shown = in_reading_order(_UNCLEAN.sub(" ", text[: 2 * longest]))
    return " ".join(shown.split())[:longest].strip() or None


def _place(box: Box | None) -> Box | None:
    """Return the box if it lies on a picture, else None."""
    if box is None:
        return None
    sides = (box.left, box.top, box.width, box.height)
    is_there = all(math.isfinite(side) and 0 <= side <= 1 for side in sides)
    return box if is_there and box.page >= 0 else None


def summarize(reading: Reading, house: House) -> Read | None:
    """Return what everybody sees who sees the payment; None if no field was read.

    A receipt without a date has the date that its number carries, if any.
    """
    moments = _moments(reading, house)
    read = Read(
        amount=reading.amount,
        reference=reading.reference,
        at=max(moments) if moments else reading.day or reading.number_day,
        account=reading.account,
        holder=reading.holder,
    )
    return None if read == Read() else read


def _moments(reading: Reading, house: House) -> list[datetime]:
    """Return the moments that the receipt's time may be: two, if the house's clock repeats it."""
    if reading.day is None or reading.time is None:
        return []
    wall = datetime.combine(reading.day, reading.time.replace(tzinfo=None))
    try:
        return [house.moment(wall, fold) for fold in (0, 1)]
    except OverflowError:
        return []


def check_fields(reading: Reading, known: Circumstances) -> Iterator[CheckedField]:
    """Yield the fields that were read, in the order of `FieldName`, each with its comparison."""
    places = {field.name: field for field in reversed(reading.fields)}
    for name, value, check, against in _checks(reading, known):
        place = places.get(name)
        if place is None and name is FieldName.AT:
            place = places.get(FieldName.REFERENCE)  # whose number carries the date
        text = place.text if place else value
        yield CheckedField(name, value, text, place.box if place else None, check, against)


def _checks(
    reading: Reading, known: Circumstances
) -> Iterator[tuple[FieldName, str, Check | None, str | None]]:
    read = summarize(reading, known.house) or Read()
    if read.amount is not None:
        is_same = read.amount == known.total
        yield FieldName.AMOUNT, _plain(read.amount), _check(is_same=is_same), _plain(known.total)
    if read.reference is not None:
        order = known.same_number
        is_new = order is None and not _is_other_number(known.typed, read.reference)
        yield FieldName.REFERENCE, read.reference, _check(is_same=is_new), _optional_id(order)
    if read.at is not None:
        ordered_at = wire.time(known.ordered_at)
        yield (
            FieldName.AT,
            day_or_time(read.at),
            _check(is_same=not is_old(reading, known)),
            ordered_at,
        )
    if read.account is not None:
        yield FieldName.ACCOUNT, read.account, *_account(read.account, known, read.holder)
    if read.holder is not None:
        yield FieldName.HOLDER, read.holder, *_holder(read.holder, known)
    if reading.bank is not None:
        yield FieldName.BANK, reading.bank, None, None


def _check(*, is_same: bool) -> Check:
    return Check.MATCHES if is_same else Check.DIFFERS


def _optional_id(row_id: int | None) -> str | None:
    return None if row_id is None else str(row_id)


def _plain(units: int) -> str:
    """18550 → `185.5`."""
    whole, hundredths = divmod(units, 100)
    return f"{whole}.{hundredths:02}".rstrip("0").rstrip(".")


def _is_other_number(typed: str | None, read: str) -> bool:
    """Whether the waiter typed another number; who types the last digits alone did not."""
    if typed is None:
        return False
    typed_key, read_key = reference_key(typed), reference_key(read)
    return typed_key != read_key and not (
        len(typed_key) >= _ENDING and read_key.endswith(typed_key)
    )


def find_differences(reading: Reading, known: Circumstances) -> list[WarningType]:
    """Return the types of the warnings about what the receipt says, but for its number."""
    differs = [
        (WarningType.ACCOUNT_DIFFERS, _is_of_others(reading, known)),
        (WarningType.RECEIPT_OLD, is_old(reading, known)),
        (WarningType.AMOUNT_DIFFERS, differs_in_amount(reading.amount, known.total)),
    ]
    return [kind for kind, is_so in differs if is_so]


def differs_in_amount(read: int | None, total: int) -> bool:
    return read is not None and read != total


def is_old(reading: Reading, known: Circumstances) -> bool:
    """Whether the receipt is from before its first order, or from after it was sent.

    A receipt without a time counts by its day, and so does the day that its number carries.
    """
    earliest, latest = known.ordered_at - TOLERANCE, known.submitted_at + TOLERANCE
    moments = _moments(reading, known.house)
    if moments and not any(earliest <= moment <= latest for moment in moments):
        return True
    days = [reading.number_day] if moments else [reading.day, reading.number_day]
    first, last = known.house.local(earliest).date(), known.house.local(latest).date()
    return any(day is not None and not first <= day <= last for day in days)


def _is_of_others(reading: Reading, known: Circumstances) -> bool:
    checks = []
    if reading.account is not None:
        checks.append(_account(reading.account, known, reading.holder)[0])
    if reading.holder is not None:
        checks.append(_holder(reading.holder, known)[0])
    return Check.DIFFERS in checks


def _account(
    read: str, known: Circumstances, holder: str | None = None
) -> tuple[Check | None, str | None]:
    """Compare an account's ending or alias with the house's accounts.

    An ending with one other digit is no other account for sure, if its holder is the house's.
    """
    check, label = _best((account_fits(read, one), one.label) for one in known.accounts)
    if (
        check is Check.DIFFERS
        and holder is not None
        and any(_is_slip(read, one) and holder_fits(holder, one.holder) for one in known.accounts)
    ):
        return None, None
    return check, label


def _holder(read: str, known: Circumstances) -> tuple[Check | None, str | None]:
    """Compare a holder with those of the house's accounts, their labels and the house's name."""
    if not known.accounts:
        return None, None
    names = [(account.holder, account.label) for account in known.accounts]
    names += [(account.label, account.label) for account in known.accounts if account.is_business]
    names.append((known.house.name, known.house.name))
    return _best((holder_fits(read, name), label) for name, label in names)


def _best(fits: Iterable[tuple[bool | None, str]]) -> tuple[Check | None, str | None]:
    """Return the best of several comparisons, with the label of the account that fits."""
    all_fits = list(fits)
    for fit, label in all_fits:
        if fit:
            return Check.MATCHES, label
    if not all_fits or any(fit is None for fit, _ in all_fits):
        return None, None
    return Check.DIFFERS, None


def account_fits(read: str, account: Account) -> bool | None:
    """Whether what a receipt shows of an account is this account.

    Its last four digits are compared, or as many as were read; else its alias. None if the receipt
    shows digits of an account that is known by its alias alone, or the reverse.
    """
    name = _bare(read)
    known_names = [_bare(text) for text in (account.number, account.alias) if text]
    if name in known_names:
        return True
    if not name:
        return None
    read_digits = _digits(read)
    if any(letter.isalpha() for letter in name.strip("x")) and len(read_digits) < _ENDING:
        has_alias = any(not known.isdecimal() for known in known_names)
        return False if has_alias else None
    endings = [digits for text in known_names if (digits := _digits(text))]
    if not endings or not read_digits:
        return None
    ending = read_digits[-_ENDING:]
    return any(digits.endswith(ending) for digits in endings)


def _is_slip(read: str, account: Account) -> bool:
    """Whether a receipt's ending is an account's but for one digit, as a reader's slip is."""
    ending = _digits(read)[-_ENDING:]
    own = [_digits(text)[-_ENDING:] for text in (account.number, account.alias) if text]
    return len(ending) == _ENDING and any(
        len(digits) == _ENDING and sum(map(str.__ne__, ending, digits)) == 1 for digits in own
    )


def _bare(text: str) -> str:
    """Return letters and digits alone, without case."""
    return re.sub(f"[{_BESIDE}]+", "", text.casefold())


def _digits(text: str) -> str:
    return "".join(str(int(letter)) for letter in text if letter.isdecimal())
