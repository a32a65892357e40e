"""Makes receipts up: the facts, and what they look like, from a seed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from tests.receipts import formats, labels
from tests.receipts.countries import COUNTRIES, NUMBERS, Country, Writing, filled
from tests.receipts.designs import BY_NAME, DESIGNS, Design, Pairing
from tests.receipts.facts import Party, Receipt, Variation

FIRST_DAY = date(2026, 1, 5)
DAYS = 700
BAND_SHARE = 0.2
AGES = (1, 2, 3, 7, 15, 30, 61, 90, 180, 365)  # days that an old receipt is old


@dataclass(frozen=True, slots=True)
class Style:
    """What of a drawing is no fact: labels, formats, places. Two receipts of a look share it."""

    rows: tuple[str, ...]
    pairing: Pairing
    writing: Writing
    cents: str
    day: formats.DayFormat
    clock: formats.TimeFormat
    joint: str
    is_near: bool
    is_split: bool
    has_time: bool
    mask: formats.NumberMask
    name: formats.NameFormat
    label: formats.LabelFormat
    shows_bank: bool
    has_code: bool
    has_band: bool

    def shown_time(self, moment: time) -> time | None:
        """What of the time can be read on the receipt: seconds only where they are written."""
        if not self.has_time:
            return None
        return moment if self.clock(moment).count(":") == 2 else moment.replace(second=0)

    def shown_at(self, moment: datetime, today: date) -> str:
        """The day and the time as drawn; a line break stands between two rows."""
        near = formats.near_day(moment.date(), today) if self.is_near else None
        day = near or self.day(moment.date())
        if not self.has_time:
            return day
        return f"{day}{chr(10) if self.is_split else self.joint}{self.clock(moment.time())}"


def style_of(design: Design, look: int) -> Style:
    rng = Random(f"style {look}")
    country = COUNTRIES[design.country]
    rows = [row for row in design.rows if not row.endswith("?") or rng.random() < 0.5]
    rows = [row.rstrip("?") for row in rows]
    if rng.random() < 0.2:
        rows = _joined(rows)
    if rng.random() < 0.25 and not design.sections:
        _swap(rows, rng)
    has_time = rng.random() >= design.timeless
    is_split = has_time and "at" in rows and rng.random() < design.split
    return Style(
        rows=tuple(rows),
        pairing=rng.choice(design.pairings),
        writing=rng.choice(country.writings),
        cents=rng.choice(design.cents),
        day=rng.choice(formats.DAYS),
        clock=rng.choice(formats.TIMES),
        joint=rng.choice(formats.JOINTS),
        is_near=rng.random() < design.near,
        is_split=is_split,
        has_time=has_time,
        mask=rng.choice(formats.MASKS),
        name=rng.choice(formats.NAMES),
        label=rng.choice(formats.LABELS),
        shows_bank="brand" in design.head or "letter" in design.head or rng.random() < 0.35,
        has_code=rng.random() < design.coded,
        has_band=not design.page and rng.random() < BAND_SHARE,
    )


def _swap(rows: list[str], rng: Random) -> None:
    first, second = rng.sample(range(len(rows)), 2)
    rows[first], rows[second] = rows[second], rows[first]


def _joined(rows: list[str]) -> list[str]:
    """The holder, the bank and the account in one row, which some banks prefer."""
    if not {"holder", "account"} <= set(rows):
        return rows
    others = [row for row in rows if row not in {"account", "to_bank"}]
    return ["holder_account" if row == "holder" else row for row in others]


def make(seed: int, sent: datetime | None = None) -> Receipt:
    """A receipt that is paid to the house minutes before it is sent; all of it is by the seed."""
    rng = Random(f"receipt {seed}")
    design = DESIGNS[seed % len(DESIGNS)]
    country = COUNTRIES[design.country]
    sent = sent or _evening(rng)
    bank = rng.choice(design.banks)
    receiver = _party(rng, country, labels.HOUSES if rng.random() < 0.6 else labels.PEOPLE)
    sender = replace(_party(rng, country, labels.PEOPLE, receiver), bank=bank)
    moment = max(
        sent - timedelta(seconds=rng.randint(20, 900)), sent.replace(hour=0, minute=0, second=0)
    )
    draft = Receipt(
        design=design.name, theme=rng.choice(design.themes), look=rng.getrandbits(32),
        country=design.country, sent=sent, amount=_amount(rng, country), shown_amount="",
        reference="", shown_reference="", other_references=(),
        day=moment.date(), time=moment.time(), shown_at="", account=None, alias=None,
        shown_account=None, holder=receiver.name, shown_holder="", bank=bank, is_bank_shown=False,
        receiver=receiver, sender=sender, fee=0, tax=0, balance=0,
        concept=rng.choice(labels.CONCEPTS), security_code="", code=None,
    )  # fmt: skip
    return _written(draft, rng)


def vary(receipt: Receipt, kind: Variation | str, seed: int) -> Receipt:
    """The receipt of another payment in the same look, which reaches the house at the same time.

    `old`: paid 1 to 365 days before. `foreign`: to another account of another holder.
    `other_amount`: of another amount, from a few coins less to ten times as much.
    """
    rng = Random(f"{kind} {seed}")
    country = COUNTRIES[receipt.country]
    match Variation(kind):
        case Variation.OLD:
            other = replace(receipt, day=receipt.day - timedelta(days=rng.choice(AGES)))
        case Variation.FOREIGN:
            receiver = _party(rng, country, labels.HOUSES + labels.PEOPLE, receipt.receiver)
            other = replace(receipt, receiver=receiver, holder=receiver.name)
        case Variation.OTHER_AMOUNT:
            other = replace(receipt, amount=_other_amount(rng, country, receipt.amount))
    return _written(other, rng)


def _evening(rng: Random) -> datetime:
    day = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
    return datetime.combine(day, time(rng.randint(9, 23), rng.randrange(60), rng.randrange(60)))


def _amount(rng: Random, country: Country) -> int:
    step = rng.choice(country.steps)
    low, high = country.least, country.most
    drawn = int(low * (high / low) ** rng.random())
    return max(low, drawn // step * step)


def _other_amount(rng: Random, country: Country, amount: int) -> int:
    step = max(country.steps)
    others = (
        amount + step * rng.randint(1, 9), amount - step * rng.randint(1, 9), amount * 10,
        amount // 1000 * 100, _amount(rng, country),
    )  # fmt: skip
    fitting = [other for other in others if other != amount and other >= country.least]
    return rng.choice(fitting or [amount + step])


def _party(
    rng: Random, country: Country, names: tuple[str, ...], other: Party | None = None
) -> Party:
    """A party that shares neither its name nor the end of its account with the other one."""
    name = rng.choice([name for name in names if other is None or name != other.name])
    words = [formats.reference_key(formats.plain(word).lower()) for word in name.split()]
    alias = ".".join((*words[:2], rng.choice(("mp", "pay", "cuenta"))))
    number = filled(rng, rng.choice(country.accounts))
    if other and number[-3:] == other.number[-3:]:
        return _party(rng, country, names, other)
    return Party(name, rng.choice(country.banks), number, alias)


def _written(receipt: Receipt, rng: Random) -> Receipt:
    """The receipt with a number of its own, and with all that depends on its facts and its look."""
    design = BY_NAME[receipt.design]
    style = style_of(design, receipt.look)
    country = COUNTRIES[design.country]
    moment = datetime.combine(receipt.day, receipt.time or time(12))
    number = NUMBERS[rng.choice(design.numbers)](rng, moment)
    others = [NUMBERS[form](rng, moment) for _, form in design.others]
    fee = rng.choice((0, 100, 580, 700, 1_050)) * (100 if country.most > 1_000_000 else 1)
    units = receipt.amount if style.writing.cents != "never" else receipt.amount // 100 * 100
    dated = replace(
        receipt,
        amount=units,
        shown_amount=formats.amount_text(units, style.writing),
        reference=formats.reference_key(number),
        shown_reference=formats.reference_text(number, rng),
        other_references=tuple(others) if "others" in style.rows else (),
        time=style.shown_time(moment.time()),
        shown_at=style.shown_at(moment, receipt.sent.date()),
        fee=fee,
        tax=fee * 16 // 100,
        balance=rng.randint(units // 3, units * 20) // 100 * 100,
        security_code=f"{rng.randrange(1000):03}",
    )
    return _with_code(_with_receiver(dated, design, style, rng), style, rng)


def _with_receiver(receipt: Receipt, design: Design, style: Style, rng: Random) -> Receipt:
    """The receipt with the receiver as it shows him: whole, cut or masked."""
    receiver = receipt.receiver
    shows_account = {"account", "holder_account"} & set(style.rows)
    has_ending = bool(shows_account) and design.tail == 4
    return replace(
        receipt,
        account=formats.reference_key(receiver.number)[-4:] if has_ending else None,
        alias=receiver.alias if "alias" in style.rows else None,
        shown_account=_shown_account(receiver.number, design, style, rng)
        if shows_account
        else None,
        shown_holder=style.name(receiver.name),
        is_bank_shown=style.shows_bank,
    )


def _shown_account(number: str, design: Design, style: Style, rng: Random) -> str:
    if design.tail == 3:
        return f"*** *** {number[-3:]}"
    is_phone = len(number) in {8, 9, 10} and number[0] in "36789"
    return formats.phone(number) if is_phone and rng.random() < 0.7 else style.mask(number)


def _with_code(receipt: Receipt, style: Style, rng: Random) -> Receipt:
    amount = f"{receipt.amount / 100:.2f}"
    texts = (
        f"https://pagos.example/c/{rng.getrandbits(64):016x}",
        f"https://pagos.example/comprobante?op={receipt.reference}&monto={amount}",
        f"banco={receipt.bank}|monto={amount}|ref={receipt.reference}",
        f"{rng.getrandbits(128):032X}",
    )
    return replace(receipt, code=rng.choice(texts) if style.has_code else None)
