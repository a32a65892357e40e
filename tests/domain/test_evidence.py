"""Numbers that look the same are the same, however they were typed; warnings have words."""

from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comanda.domain.evidence import WARNINGS, WarningType, reference_key


@pytest.mark.parametrize(
    "typed",
    [
        "AB 12-34",
        "ab1234",
        "Ab_12\u00a03\u2014\u22124",
        "A\u200bB\u200c12\u200d3\u20604\ufeff",  # zero width
        "\u200eAB\u200f12\u202a3\u202c\u20664\u2069\u061c",  # direction marks
        "A\u00adB12\u00ad34",  # soft hyphens
        "AB1\ufe0f2\ufe0e3\U000e01004\u180b",  # variation selectors
        "AB1\u20e32\u0301\u034f34",  # combining marks
        "ÁB\u030112\u033834",  # accents
        "AB\u0661\u0662\u0663\u0664",  # Arabic
        "AB\u06f1\u06f2\u06f3\u06f4",  # Persian
        "AB\u0967\u0968\u0969\u096a",  # Devanagari
        "\uff21\uff22\uff11\uff12\uff13\uff14",  # full width
        "AB\u2460\u2461\u2462\u2463",  # in circles
        "\U0001d400\U0001d401\U0001d7cf\U0001d7d0\U0001d7d1\U0001d7d2",  # mathematical
        "\u0410\u04121234",  # Cyrillic
        "\u0391\u03921234",  # Greek
        "#AB.12/34*",
        "AB\u2028\t12\u31643\u115f4\u2800",  # blanks that are something else
        "AB12\U000e003134",  # a tag
        "\u13aa\u13f41234",  # Cherokee
        "\uab7a\u13f41234",  # Cherokee, small
        "\ua4ee\ua4d01234",  # Lisu
        "\U000102a0\U000102821234",  # Carian and Lycian
        "\u1d00\u02991234",  # small capitals
        "\u1d43\u1d47\xb9\xb2\xb3\u2074",  # raised
        "\u2090b\u2081\u2082\u2083\u2084",  # lowered
        "\u0251\u02531234",  # phonetic
        "\U0001f170\U0001f1711234",  # in black squares
        "\U0001f150\U0001f1511234",  # in black circles
        "\U0001f1e6\U0001f1e71234",  # half a flag
        "AB\u2776\u2777\u2778\u2779",  # digits in black circles
        "AB\U0001fbf1\U0001fbf2\U0001fbf3\U0001fbf4",  # of seven segments
        "\u249c\u249d\u2474\u2475\u2476\u2477",  # in brackets
        "\u24b6\u24b7\u2488\u2489\u248a\u248b",  # in circles, with full stops
        "A\u0640B\u30fc12\u4e0034",  # strokes that are letters by name
        "AB\u02bc12\ua78c34\u02d0",  # apostrophes and a colon that are
        "A.B.1.2.3.4.",
        "AB1\u00b72\u20223\u30fb4",  # dots
        "AB1234\ufffc\ufffd",
    ],
)
def test_what_looks_the_same_is_compared_as_the_same(typed: str) -> None:
    assert reference_key(typed) == "ab1234"


@pytest.mark.parametrize(
    "typed",
    [
        "884122O193",  # a letter for the nought
        "8841 22\u043e 193",  # a Cyrillic one
        "884l22O193",
        "8841220|93",
        "884I220I93",
        "0088 4122 0193",
        "Ref. 8841220193",
        "FOLIO: 8841220193",
        "folio8841220193",
        "Clave de rastreo 8841220193",
        "N° 8841220193",
        "Nº 8841220193",
        "No. de operación: 008841220193",
        "Operación 8841220193",
        "Op. 8841220193",
        "Movimiento 8841220193",
        "Comprobante No. 8841220193",
        "Pago 8841220193 ok",
        "BBVA 8841220193",
        "8841220193 MXN",
        "Transf. 8841220193 (SPEI)",
        "8841220193x",
        "884122\u25cb193",  # circles
        "884122\u2205193",
        "884\u0627220\u01c393",  # strokes
        "\u202e8841220193\u202c",
    ],
)
def test_a_number_is_known_by_its_look_whatever_stands_before_it(typed: str) -> None:
    assert reference_key(typed) == reference_key("8841220193") == "8841220193"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("\u2167 7", "v1117"),  # a Roman eight is three strokes behind a V
        ("\u277f", "10"),
        ("\u0c66\u0ce7\u1042", "12"),  # Telugu, Kannada, Burmese digits; a nought in front
        ("\u09ea", "4"),  # looks like an 8, and is none
        ("\u6f22\u5b5712", "\u6f22\u5b5712"),
        ("\u0448\u044f", "\u0448\u044f"),  # look like nothing Latin
    ],
)
def test_what_is_no_latin_letter_is_a_digit_or_stays(typed: str, key: str) -> None:
    assert reference_key(typed) == key


def test_letters_that_are_of_the_number_stay() -> None:
    keys = {reference_key(one) for one in ("A1234", "B1234", "1234", "MBAN1234", "0A1", "Folio 12")}
    assert len(keys) == 6
    assert reference_key("Operación 12345") == reference_key("12345"), "a word that is known"
    assert reference_key("A1234567") != reference_key("B1234567")
    assert reference_key("12A34567890") != reference_key("1234567890")
    assert reference_key("000") == reference_key("0") == "0"


@pytest.mark.parametrize("other", ["AB1235", "AB12345", "A1234", "BA1234", "AB12.3", "ABO234"])
def test_another_number_stays_another_one(other: str) -> None:
    assert reference_key(other) != "ab1234"


def test_what_only_separates_is_no_number() -> None:
    assert reference_key(" - \u2013 _ \u200b\u00ad\ufe0f\u3164 ★") == ""
    assert reference_key("STRASSE") == reference_key("Straße")
    assert reference_key("\u0130I") == reference_key("\u0131i")


@pytest.mark.parametrize("typed", ["AI0000000", "A10000000", "A 1000 0000", "1000000OA"])
def test_letters_that_look_like_digits_count_before_the_letters_beside_them_go(typed: str) -> None:
    assert reference_key(typed) == "10000000"


@given(st.text(max_size=64))
def test_a_key_is_the_key_of_itself(typed: str) -> None:
    key = reference_key(typed)
    assert reference_key(key) == key
    assert reference_key("\u200e".join(key)) == key
    assert key == "" or key.isalnum()


@pytest.mark.parametrize("kind", WarningType)
def test_every_warning_has_words_with_nothing_in_them_that_no_page_can_fill_in(
    kind: WarningType,
) -> None:
    meaning = WARNINGS[kind]
    assert meaning.short.strip()
    assert meaning.sentence.strip()
    assert "{" not in meaning.short
    placeholders = {name for _, name, _, _ in Formatter().parse(meaning.sentence) if name}
    assert placeholders <= {"order", "amount", "total"}
