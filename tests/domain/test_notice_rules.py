"""What an entry of a rule finds, and what a pattern of the house's own may take."""

import contextlib
import re
import time

import pytest

from comanda.domain.notice_rules import RULES, OutOfTime, Rule, finders, pattern_of, with_own
from comanda.domain.notice_text import clean, fold
from comanda.domain.notice_vetoes import VETOES, Why
from comanda.domain.notices import MOST_SLOW, Kind, examine
from comanda.notice_patterns import LONGEST, is_pattern, own_finder


def found(entry: str, text: str) -> str | None:
    """The words that an entry finds, in the letters of the notice."""
    words = clean(text)
    span = own_finder(entry)(fold(words))
    return None if span is None else words[span[0] : span[1]]


@pytest.mark.parametrize(
    ("entry", "text", "expected"),
    [
        ("te abonó", "Hoy TE  ABONÓ Elena", "TE ABONÓ"),
        ("te abono", "te abonó", "te abonó"),
        ("TE ABONÓ", "te abono", "te abono"),
        ("abono", "abonos", None),
        ("abono", "(abono)", "abono"),
        ("te abonó", "te\nabonó", "te\nabonó"),
        ("a.c", "abc", None),
        ("(a)", "x (a) y", "(a)"),
        ("por {monto}", "por S/ 56.7.", "S/ 56.7"),
        ("por {monto} de", "por 1,250.00 de Ana", "1,250.00"),
        ("de {nombre}", "abono de Elena Ríos en tu cuenta", "Elena Ríos"),
        ("operación {numero}", "Operación AB-12345 ok", "AB-12345"),
        ("cuenta {cuenta}", "en tu cuenta ***4321.", "4321"),
        ("/total: *([0-9.,]+)/", "TOTAL: 185.50", "185.50"),
        ("/abonó|pagó/", "Ana pagó", "pagó"),
        (r"/\S+ñ\S*/", "de Peña", "Peña"),
        (r"/\d{3}$/", "op 123", "123"),
        ("/x(a)?y/", "xy", "xy"),
        ("/de {nombre},/", "de Elena Ríos, hoy", "Elena Ríos"),
        ("/", "a / b", "/"),
    ],
)
def test_an_entry_is_words_or_a_pattern_between_slashes(
    entry: str, text: str, expected: str | None
) -> None:
    if entry == "/":
        assert not is_pattern(entry)
    else:
        assert found(entry, text) == expected


@pytest.mark.parametrize(
    "entry",
    ["", " ", "//", "/ /", "/(/", "/[/", "/*a/", "/(?P<x/", "/a{99999}/", "/(a{300}){300}/",
     "a" * (LONGEST + 1), "/" + "(" * 200 + ")" * 200 + "/"],
)  # fmt: skip
def test_what_is_no_pattern_is_none(entry: str) -> None:
    assert not is_pattern(entry) or entry.startswith("/((")


HOSTILE = ("/(a+)+$/", "/(a|aa)+$/", "/(a*)*b/", "/(?:a|a?)+$/", "/(.*a){12}b/")


@pytest.mark.parametrize("entry", HOSTILE)
def test_a_pattern_ends_in_its_time(entry: str) -> None:
    find = own_finder(entry)
    started = time.process_time()
    with contextlib.suppress(OutOfTime):
        assert find("a" * 4_000 + "!") is None
    assert time.process_time() - started < 30  # a guard against hanging, not a goal


def test_a_rule_that_runs_out_of_time_does_not_hold_and_is_named() -> None:
    slow = Rule("lenta", when=(own_finder("/(a+)+$/"),), is_own=True)
    text = f"Recibiste $10.00 de Ana. {'a' * 3_000}!"
    verdict = examine("Banco", text, (slow, *RULES))
    assert (verdict.rule, verdict.amount, verdict.slow) == ("recibiste", 1000, ("lenta",))
    assert examine("Banco", "Recibiste $10.00 de Ana", (slow, *RULES)).slow == ()


def test_what_must_not_be_there_and_runs_out_of_time_keeps_the_rule_from_holding() -> None:
    when, not_when = (own_finder("movimiento"),), (own_finder("/(a+)+$/"),)
    rule = Rule("lenta", when=when, not_when=not_when, is_own=True)
    verdict = examine("Banco", f"Movimiento $10.00 {'a' * 3_000}!", (rule,))
    assert (verdict.kind, verdict.slow) == (Kind.IGNORED, ("lenta",))


def test_a_sender_that_takes_too_long_leaves_the_deposit_without_one() -> None:
    rule = Rule("lenta", when=finders("recibiste"), sender=(own_finder("/(a+)+$/"),), is_own=True)
    verdict = examine("Banco", f"Recibiste $10.00 de Ana. {'a' * 3_000}!", (rule,))
    assert (verdict.amount, verdict.sender, verdict.slow) == (1000, None, ("lenta",))


def test_fifty_slow_rules_take_no_longer_than_a_few() -> None:
    rules = [Rule(f"r{n}", when=(own_finder("/(a+)+$/"),), is_own=True) for n in range(50)]
    verdict = examine("Banco", f"Recibiste $10.00 de Ana. {'a' * 3_000}!", (*rules, *RULES))
    assert verdict.amount == 1000
    assert len(verdict.slow) == MOST_SLOW


def test_own_rules_replace_built_in_ones_of_their_name_and_go_first() -> None:
    mine, off = Rule("mi-banco", is_own=True), Rule("yape", is_own=True)
    rules = with_own((mine, off))
    assert rules[:2] == (mine, off)
    assert [rule.name for rule in rules[2:]] == [r.name for r in RULES if r.name != "yape"]
    text = "Rosa Qui* te envió un pago por S/ 56.7"
    assert examine("Confirmación de Pago", text, RULES).rule == "yape"
    assert examine("Confirmación de Pago", text, rules).rule == "te-enviaron"


def test_every_built_in_rule_has_words_and_a_name_that_config_takes() -> None:
    for rule in RULES:
        assert rule.when
        assert re.fullmatch("[a-z0-9-]{1,32}", rule.name)
        assert not rule.is_own
        assert not rule.insists


def test_every_code_is_of_a_veto_or_of_what_is_missing() -> None:
    vetoes = {veto.why for veto in VETOES}
    others = {
        *(Why.BALANCE, Why.NO_AMOUNT, Why.BAD_AMOUNT),
        *(Why.PRIVATE_NUMBER, Why.NO_RULE, Why.REPEATED),
    }
    assert vetoes | others == set(Why)
    assert not vetoes & others


def test_words_with_a_pattern_in_them_are_words() -> None:
    assert re.search(pattern_of("1.5 (uno)"), "de 1.5 (uno) a")
    assert not re.search(pattern_of("1.5"), "125")
