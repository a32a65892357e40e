"""A receipt's facts put into words: which blocks stand on its screen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from tests.receipts import formats, labels
from tests.receipts.blocks import (
    Band,
    Bar,
    Block,
    Brand,
    Buttons,
    Card,
    Check,
    Code,
    Pair,
    Rule,
    Space,
    Text,
    Tone,
)  # fmt: skip
from tests.receipts.choices import Style, style_of
from tests.receipts.countries import COUNTRIES, digits
from tests.receipts.designs import BY_NAME, Design, Pairing
from tests.receipts.facts import Receipt
from tests.receipts.formats import Line, line

Row = tuple[str, tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes one receipt's blocks. Two receipts of one look get the same labels."""

    receipt: Receipt
    design: Design
    style: Style
    rng: Random

    def blocks(self) -> tuple[Block, ...]:
        body = [*self.rows(), *self.code()]
        if self.design.card:
            body = [Card(tuple(body))]
        top = [*self.head(), *self.hero()]
        if self.style.has_band:
            top = [Band(tuple(top))]
        return (*top, Space(14), *body, Space(12), *self.foot())

    def head(self) -> Iterator[Block]:
        receipt, is_centred = self.receipt, self.design.centred
        for part in self.design.head:
            match part:
                case "bar" | "close":
                    shows_bank = self.style.shows_bank and "brand" not in self.design.head
                    title = receipt.bank if shows_bank else self.rng.choice(("", "Comprobante"))
                    yield Bar(title, has_cross=part == "close")
                case "brand":
                    yield Brand(receipt.bank, is_centred)
                case "check":
                    yield Check(is_centred)
                case "letter":
                    yield from self.letter_head()
        if self.style.shows_bank and not {"bar", "close", "brand", "letter"} & set(
            self.design.head
        ):
            yield Brand(receipt.bank, is_centred)

    def letter_head(self) -> Iterator[Block]:
        bank = self.receipt.bank
        host = formats.reference_key(formats.plain(bank)).lower()
        subject = self.rng.choice(("Aviso de transferencia", "Comprobante de tu operación"))
        yield Text(line(subject), 20, is_bold=True)
        yield Text(line(f"{bank} <avisos@{host}.example>"), 13, tone=Tone.SOFT)
        yield Text(line("Para: mí"), 13, tone=Tone.SOFT)
        yield Rule()
        yield Text(line(f"Hola, {self.receipt.sender.name.split()[0]}:"), 15)

    def hero(self) -> Iterator[Block]:
        big, is_centred = self.rng.uniform(28, 44), self.design.centred
        receipt = self.receipt
        for part in self.design.hero:
            match part:
                case "title":
                    size = self.rng.uniform(18, 24)
                    title = self.rng.choice(self.design.titles)
                    tone = self.rng.choice((Tone.INK, Tone.ACCENT))
                    yield Text(line(title), size, is_bold=True, tone=tone, is_centred=is_centred)
                case "amount":
                    yield Text(self.amount(), big, self.rng.random() < 0.6, is_centred=is_centred)
                case "labelled amount":
                    words = self.rng.choice(self.design.amount)
                    yield Text(line(words), 14, tone=Tone.SOFT, is_centred=is_centred)
                    yield Text(self.amount(), big, self.rng.random() < 0.6, is_centred=is_centred)
                case "holder":
                    yield Text(line(receipt.shown_holder), 18, is_centred=is_centred)
                case "at":
                    shown = receipt.shown_at.replace("\n", self.style.joint)
                    yield Text(line(shown), 14, tone=Tone.SOFT, is_centred=is_centred)
                case "reference":
                    label = self.rng.choice(self.design.reference)
                    shown = f"{label} {receipt.shown_reference}"
                    yield Text(line(shown), 14, is_centred=is_centred)
                case "sentence":
                    yield Text(line(self.sentence()), 15)
            yield Space(self.rng.uniform(2, 8))

    def amount(self) -> Line:
        return formats.amount_line(self.receipt.amount, self.style.writing, self.style.cents)

    def money(self, units: int) -> str:
        return formats.amount_text(units, self.style.writing)

    def sentence(self) -> str:
        amount, holder = self.receipt.shown_amount, self.receipt.shown_holder
        return self.rng.choice(labels.SENTENCES).format(amount=amount, holder=holder)

    def rows(self) -> Iterator[Block]:
        has_rules, gap = self.rng.random() < 0.4, self.rng.uniform(6, 17)
        for row in self.style.rows:
            if row.startswith("#"):
                heading = line(self.rng.choice(labels.SECTIONS[row[1:]]))
                yield Text(heading, 16, is_bold=True, tone=Tone.ACCENT)
                yield Space(4)
                continue
            for label, lines in self.row(row):
                is_strong = row == "amount" and self.rng.random() < 0.6
                yield Pair(self.style.label(label), lines, self.style.pairing, is_strong)
                if has_rules and self.style.pairing != Pairing.GRID:
                    yield Rule()
                yield Space(gap)

    def row(self, name: str) -> Iterator[Row]:
        """The row's label and its value's lines. Some names stand for several rows."""
        if name in ROWS:
            yield from ROWS[name](self)
            return
        words = labels.ROWS.get(name, ())
        if self.design.sections:
            words = labels.IN_SECTIONS.get(name, words)
        value = VALUES[name](self)
        yield self.rng.choice(words) if words else PLAIN_LABELS[name], (line(value),)

    def amount_row(self) -> Iterator[Row]:
        words = self.design.amount
        if {"fee", "debit"} & set(self.style.rows):  # a total could be the one with the fee
            words = tuple(word for word in words if word != "Total")
        cents = self.style.cents if self.rng.random() < 0.4 else "plain"
        value = formats.amount_line(self.receipt.amount, self.style.writing, cents)
        yield self.rng.choice(words), (value,)

    def holder_row(self) -> Iterator[Row]:
        lines = [line(self.receipt.shown_holder)]
        if "holder_account" in self.style.rows:
            lines.append(line(f"{self.receipt.receiver.bank} {self.receipt.shown_account}"))
        yield self.rng.choice(self.design.holder), tuple(lines)

    def account_row(self) -> Iterator[Row]:
        words = COUNTRIES[self.design.country].account_names
        if self.design.sections:
            words = labels.IN_SECTIONS["account"]
        yield self.rng.choice(words), (line(self.receipt.shown_account or ""),)

    def reference_row(self) -> Iterator[Row]:
        yield self.rng.choice(self.design.reference), (line(self.receipt.shown_reference),)

    def other_rows(self) -> Iterator[Row]:
        for (label, _), number in zip(
            self.design.others, self.receipt.other_references, strict=True
        ):
            yield label, (line(number),)

    def time_rows(self) -> Iterator[Row]:
        shown = self.receipt.shown_at.split("\n")
        names = ("day", "time") if len(shown) == 2 else ("at",)
        for name, text in zip(names, shown, strict=True):
            yield self.rng.choice(labels.ROWS[name]), (line(text),)

    def from_account(self) -> str:
        number = self.receipt.sender.number
        kind = self.rng.choice(("", "", "Ahorros ", "Nómina ", "Cuenta "))
        return f"{kind}{self.style.mask(number)}"

    def code(self) -> Iterator[Block]:
        if self.receipt.code is not None:
            yield Code(self.receipt.code)

    def foot(self) -> Iterator[Block]:
        if self.rng.random() < 0.5:
            note = line(self.rng.choice(labels.FOOTERS))
            yield Text(note, 12, tone=Tone.SOFT, is_centred=self.design.centred)
        if not self.design.page:
            yield Buttons(tuple(self.rng.sample(labels.BUTTONS, self.rng.randint(1, 3))))


def _tax_number(writer: Writer, form: str) -> str:
    """A tax number of the receiver's, which is no number of the operation."""
    rng = Random(writer.receipt.receiver.number)
    return "".join(digits(rng, 1) if character == "#" else character for character in form)


PLAIN_LABELS = {
    "source": "¿De dónde salió la plata?",
    "destination": "Destino",
    "rut": "RUT",
    "cuit": "CUIT/CUIL",
    "alias": "Alias",
    "email": "Correo",
}
ROWS: dict[str, Callable[[Writer], Iterator[Row]]] = {
    "amount": Writer.amount_row,
    "holder": Writer.holder_row,
    "holder_account": Writer.holder_row,
    "account": Writer.account_row,
    "reference": Writer.reference_row,
    "others": Writer.other_rows,
    "at": Writer.time_rows,
}
VALUES: dict[str, Callable[[Writer], str]] = {
    "to_bank": lambda w: w.receipt.receiver.bank,
    "sender": lambda w: w.receipt.sender.name,
    "from_account": Writer.from_account,
    "concept": lambda w: w.receipt.concept,
    "fee": lambda w: w.money(w.receipt.fee),
    "tax": lambda w: w.money(w.receipt.tax),
    "balance": lambda w: w.money(w.receipt.balance),
    "debit": lambda w: w.money(w.receipt.amount + w.receipt.fee + w.receipt.tax),
    "kind": lambda w: w.rng.choice(labels.KINDS),
    "state": lambda w: w.rng.choice(labels.STATES),
    "security": lambda w: " ".join(w.receipt.security_code),
    "source": lambda w: w.rng.choice(("Disponible", "Tu cuenta", "Bolsillo viajes")),
    "destination": lambda w: w.receipt.receiver.bank,
    "rut": lambda w: _tax_number(w, "##.###.###-#"),
    "cuit": lambda w: _tax_number(w, "30-########-#"),
    "alias": lambda w: w.receipt.alias or "",
    "email": lambda w: f"{(w.receipt.receiver.alias or 'x').split('.')[0]}@correo.example",
}


def blocks_of(receipt: Receipt) -> tuple[Block, ...]:
    design = BY_NAME[receipt.design]
    style = style_of(design, receipt.look)
    return Writer(receipt, design, style, Random(f"words {receipt.look}")).blocks()
