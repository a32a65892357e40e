"""Money as each country writes it: one table for Python and for the pages' scripts."""

import json
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comanda.domain.house import House
from comanda.domain.menu import HIGHEST_PRICE, Product
from comanda.domain.menu_file import MenuUnreadable, read_menu, write_menu
from comanda.domain.money import MoneyFormat, is_sign

# tests/js/money.test.js reads the same table.
TABLE = json.loads((Path(__file__).parents[1] / "money.json").read_text(encoding="utf-8"))
SCRIPT = Path(__file__).parents[2] / "static/js/lib/money.js"
FORMATS = {
    name: House("Casa", time_zone="UTC", **style).money for name, style in TABLE["houses"].items()
}
formats = st.sampled_from(list(FORMATS.values()))


@pytest.mark.parametrize(("house", "units", "text", "plain"), TABLE["written"])
def test_an_amount_is_written_as_the_country_does(
    house: str, units: int, text: str, plain: str
) -> None:
    assert FORMATS[house].text(units) == text
    assert FORMATS[house].plain(units) == plain


@pytest.mark.parametrize(("house", "text", "meaning"), TABLE["read"])
def test_an_amount_is_read_as_the_country_does(house: str, text: str, meaning: int | str) -> None:
    assert reading(house, text) == meaning


def reading(house: str, text: str) -> int | str:
    """How the house reads a text: minor units, or the sentence that refuses it."""
    try:
        return FORMATS[house].read(text)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize(
    "sign",
    ["$", "US$", "S/", "S/.", "B/.", "Bs.", "Bs.S", "M.N.", "Q", "₡", "₲", "Gs.", "€", "zł", "$b"],
)
def test_a_sign_is_letters_and_signs_of_currencies(sign: str) -> None:
    assert is_sign(sign)


@pytest.mark.parametrize("sign", TABLE["no signs"])
def test_what_could_be_read_as_a_part_of_an_amount_is_no_sign(sign: str) -> None:
    assert not is_sign(sign)


BLANKS = " \u00a0\u202f\u2009\t\v\u2007\u3000\ufeff"
PIECES = (*"0123456789" * 2, *".,.,-", *BLANKS, "  ", "$", "S/", "Bs.", "₡", "Gs.", "MXN", "mil")
READER = """
const { money, plainMoney, readMoney, setMoney } = await import("%s");
const { houses, read, written } = JSON.parse(await new Response(process.stdin).text());
const inHouse = (house, act) => { setMoney(houses[house]); return act(); };
process.stdout.write(JSON.stringify({
  read: read.map(([house, text]) => inHouse(house, () => {
    const { hundredths, error } = readMoney(text);
    return error?.replaceAll("\\u00a0", " ") ?? hundredths;
  })),
  written: written.map(([house, units]) => inHouse(house, () =>
    [money(units / 100).replaceAll("\\u00a0", " "), plainMoney(units / 100)])),
}));
"""


def mistyped(random: Random, house: str) -> str:
    """An amount of the house with something put in, taken out or in another's place."""
    style, units = FORMATS[house], random.randrange(10 ** random.randrange(1, 13))
    if style.decimals == 0 and random.random() < 0.8:
        units -= units % 100
    text = [*random.choice([style.text, style.plain])(units)]
    for _ in range(random.randrange(4)):
        at = random.randrange(len(text) + 1)
        text[at : at + random.randrange(2)] = [random.choice(PIECES)]
    return "".join(random.choices(PIECES, k=5) if random.random() < 0.2 else text)


def test_the_pages_read_and_write_as_the_server_does(node: str) -> None:
    random, names = Random(14), sorted(FORMATS)
    typed = [(house, mistyped(random, house)) for house in names for _ in range(4000)]
    written = [
        (house, random.randrange(-(10**9), 10 ** random.randrange(1, 12)))
        for house in names
        for _ in range(500)
    ]
    script = READER % SCRIPT.as_uri()
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        input=json.dumps({"houses": TABLE["houses"], "read": typed, "written": written}),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stdout)
    readings = [reading(house, text) for house, text in typed]
    assert 0.2 < sum(isinstance(one, int) for one in readings) / len(readings) < 0.8
    for one, here, there in zip(typed, readings, told["read"], strict=True):
        assert here == there, one
    for (house, units), there in zip(written, told["written"], strict=True):
        assert [FORMATS[house].text(units), FORMATS[house].plain(units)] == there


@given(formats, st.integers(0, HIGHEST_PRICE))
def test_what_a_house_writes_it_reads(style: MoneyFormat, units: int) -> None:
    if style.decimals == 0:
        units -= units % 100
    assert style.read(style.text(units)) == units
    assert style.read(style.plain(units)) == units
    assert style.read(f"{units / 100:.2f}") == units, "what other programs write"


@given(formats, st.text("0123456789.,$ ", max_size=12))
def test_no_amount_is_read_a_hundredfold_wrong(style: MoneyFormat, text: str) -> None:
    try:
        units = style.read(text)
    except ValueError:
        return
    digits = "".join(character for character in text if character.isdigit())
    *_, last = text.replace(",", ".").replace("$", "").strip().split(".")
    has_fraction = len(last) in (1, 2) and ("." in text or "," in text)
    expected = int(digits) * (10 ** (2 - len(last)) if has_fraction else 100)
    assert units == expected


@given(formats, st.integers(0, HIGHEST_PRICE))
def test_a_menu_survives_the_file_in_each_country(style: MoneyFormat, units: int) -> None:
    if style.decimals == 0:
        units -= units % 100
    product = Product(1, "Café, de olla; grande", "Bebidas", units)
    assert read_menu(write_menu([product], style), style) == [product.entry]


def test_a_menu_says_both_meanings_of_a_doubtful_price() -> None:
    with pytest.raises(MenuUnreadable, match=r"línea 2, precio: ¿\$ 1,250\.00 o \$ 1\.25\?"):
        read_menu("name,category,price\nMole,Platos,1.250\n", FORMATS["MX"])
    [entry] = read_menu("name,category,price\nMole,Platos,11.000\n", FORMATS["CL"])
    assert entry.price == 1_100_000
