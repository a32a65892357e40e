"""The menu's file: what any spreadsheet writes is read as what it says, and nothing is guessed."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comanda.domain.menu import HIGHEST_PRICE, Entry, Product, compare
from comanda.domain.menu_file import (
    MenuUnreadable,
    decode_menu,
    read_menu,
    read_price,
    write_menu,
)
from comanda.domain.names import LONGEST_NAME, fold, read_name, tidy

MENU = [Entry("Tacos al pastor", "Tacos", 8550), Entry("Café de olla", "Bebidas", 123450)]
PLAIN = "nombre,categoría,precio\nTacos al pastor,Tacos,85.50\nCafé de olla,Bebidas,1234.50\n"
SEMICOLONS = "Nombre;Categoría;Precio\nTacos al pastor;Tacos;85,50\nCafé de olla;Bebidas;1.234,50\n"
FILES = {
    "plain": PLAIN,
    "our own mark": "\ufeff" + PLAIN,
    "semicolons": SEMICOLONS,
    "tabs": PLAIN.replace(",", "\t"),
    "sep=;": "sep=;\n" + SEMICOLONS,
    "sep=; in capitals": "SEP=;\r\n" + SEMICOLONS.replace("\n", "\r\n"),
    "sep with a mark": "\ufeffsep=\t\r\n" + PLAIN.replace(",", "\t"),
    "CR alone": PLAIN.replace("\n", "\r"),
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "no last line end": PLAIN.rstrip("\n"),
    "empty columns": PLAIN.replace("\n", ",,,\n"),
    "empty rows": PLAIN + ",,\n,,,,,\n\n",
    "empty columns, semicolons": SEMICOLONS.replace("\n", ";;\n"),
    "capitals": PLAIN.replace("nombre,categoría,precio", " NOMBRE , CATEGORÍA , PRECIO "),
    "no accents": PLAIN.replace("categoría", "CATEGORIA"),
    "decomposed": unicodedata.normalize("NFD", PLAIN),
    "hard blanks": PLAIN.replace(" ", "\xa0"),
    "many blanks": PLAIN.replace(" ", "   ").replace(",", " , "),
    "signs": PLAIN.replace("85.50", "$ 85.50").replace("1234.50", '"$1,234.50"'),
    "signs behind": SEMICOLONS.replace("85,50", "85,50 €").replace("1.234,50", "1 234,50\xa0€"),
    "line breaks around": PLAIN.replace("Tacos,", '"Tacos\n",'),
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_what_says_the_same_is_read_as_the_same(text: str) -> None:
    assert read_menu(text) == MENU


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_whatever_it_is_written_in(encoding: str) -> None:
    assert read_menu(decode_menu(PLAIN.encode(encoding))) == MENU
    assert read_menu(decode_menu(b"\xfe\xff" + PLAIN.encode("utf-16-be"))) == MENU
    assert "\x81" in decode_menu(b"a\x81\xe9")


PRICES = {
    "85": 8500,
    "85.5": 8550,
    "85,50": 8550,
    "$ 85.00": 8500,
    "$85": 8500,
    "85 €": 8500,
    "MXN 85.00": 8500,
    "85 MXN": 8500,
    "S/ 85.00": 8500,
    "Bs. 85": 8500,
    "C$85.50": 8550,
    "1,234.50": 123450,
    "1.234,50": 123450,
    "1 234,50": 123450,
    "1\xa0234.50": 123450,
    "1,234": 123400,
    "1,234,567": 123456700,
    "9999999.99": HIGHEST_PRICE,
    "0": 0,
    "0,00": 0,
}


@pytest.mark.parametrize(("text", "units"), PRICES.items())
def test_a_price_is_read_as_people_write_it(text: str, units: int) -> None:
    assert read_price(text) == units


@pytest.mark.parametrize(
    "text",
    [
        "",
        "$",
        "-5",
        "$-5",
        "1,23,456",
        "1.234.50",
        "1e3",
        "NaN",
        "5 5",
        "\u0665",
        "12345678",
        "1,234,567,890",
        "85.50.",
        "inf",
        "0x5",
    ],
)
def test_a_text_that_is_no_price_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"Escribe un monto como|A lo más"):
        read_price(text)


@pytest.mark.parametrize(
    ("text", "readings"),
    [("1.230", "1,230.00 o $ 1.23"), ("5.120", "5,120.00 o $ 5.12"), ("1.234", "escribe 1234.00")],
)
def test_a_price_that_may_be_two_numbers_is_refused_with_both(text: str, readings: str) -> None:
    with pytest.raises(ValueError, match=re.escape(readings)):
        read_price(text)


@pytest.mark.parametrize(
    "other",
    [
        "CAFÉ DE OLLA",
        "Cafe\u0301 de olla",
        "Café  de\xa0olla",
        " Café de olla\u200b",
        "Café de\u3000olla",
        "Ｃａｆé de olla",
        "Ca\u00adfé de olla",
        "Café de olla\ufe0f",
        "\u2066Café\u2069 de olla",
    ],
)
def test_what_looks_the_same_is_one_product(other: str) -> None:
    menu = [Product(1, "Café de olla", "Bebidas", 3500)]
    changes = compare(menu, [Entry(tidy(other), "Bebidas", 3500)])
    assert (changes.added, changes.changed, changes.same) == ((), (), 1)
    with pytest.raises(MenuUnreadable, match=r"línea 3: .* está repetido; ya está en la línea 2"):
        read_menu(f"name,category,price\nCafé de olla,Bebidas,35\n{other},Bebidas,35\n")


def test_what_looks_different_is_not() -> None:
    names = [
        "Café",
        "Cafe",
        "Cafés",
        "Agua fresca",
        "Aguafresca",
        "👨‍🍳 Chef",
        "👩‍🍳 Chef",
        "Nº 1",
        "1",
    ]
    assert len({fold(name) for name in names}) == len(names)


def test_of_two_that_were_there_before_the_one_that_is_spelled_so_is_meant() -> None:
    twins = [Product(1, "Flan", "Postres", 50), Product(2, "FLAN", "Postres", 60)]
    for name, meant in (("FLAN", 2), ("Flan", 1), ("flan", 1)):
        changes = compare(twins, [Entry(name, "Postres", 70)])
        assert [(product.id, after.name) for product, after in changes.changed] == [
            (meant, twins[meant - 1].name)
        ]


@pytest.mark.parametrize(
    "bad", ["", " ", "\u200b", "\ufe0f\u2060", "x" * 81, "a\x00b", "a\u2028b", "\ud800", "a\nb"]
)
def test_the_words_are_the_same_wherever_a_name_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_name(bad)
    with pytest.raises(MenuUnreadable, match=r"línea .*, nombre: ") as unread:
        read_menu(f'name,category,price\n"{bad}",Postres,5\n')
    assert str(refused.value) in str(unread.value)


def test_no_cell_of_the_file_runs_as_a_formula() -> None:
    entries = [Entry("=1+1", "-Sin", 100), Entry("@x", "a;+b", 200), Entry("'=1+1", "x", 300)]
    text = write_menu([Product(number, *entry) for number, entry in enumerate(entries, 1)])
    assert text.splitlines()[1:] == ["'=1+1,'-Sin,1.00", "'@x,a;'+b,2.00", "''=1+1,x,3.00"]
    assert read_menu(text) == entries


texts = st.text(min_size=1, max_size=LONGEST_NAME)


@given(texts, texts, st.integers(0, HIGHEST_PRICE))
def test_what_can_be_kept_survives_the_file(name: str, category: str, price: int) -> None:
    try:
        entry = Entry(read_name(name), read_name(category), price)
    except ValueError:
        return
    product = Product(1, *entry)
    for content in (write_menu([product]), "\ufeff" + write_menu([product])):
        assert read_menu(content) == [entry]
        changes = compare([product], read_menu(content))
        assert (changes.added, changes.changed, changes.same) == ((), (), 1)
