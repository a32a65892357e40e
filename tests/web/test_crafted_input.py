"""Crafted input in each field of bills, corrections and accounts: a refusal that names the field.

Whatever a guest on the Wi-Fi makes up, nothing is stored, nothing fails, and no line is forged.
"""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from comanda.domain.limits import LIMITS
from tests.house import ANA, LUIS, ROSA, TACOS, House
from tests.web.test_bad_input import FORM, multipart
from tests.web.test_bill import CASH, pay, rounds

ENGLISH = re.compile(r"\b(missing|not|unknown|must|invalid|field|length|type)\b", re.IGNORECASE)
CONTROL = (
    *("a\0b", "a\nb", "a\r\nX: 1", "a\x1b[31mb", "a\x7fb", "a\x85b", "a\u2028b", "a\tb"),
    *("\x1cab", "ab\x1f", "\tab", "ab\n"),  # blanks at the edge, for Python
)
NO_TEXT: tuple[Any, ...] = (7, 1.5, True, [], ["a"], {}, {"a": 1}, [[[]]])
NO_NUMBER: tuple[Any, ...] = ("1", "uno", "", True, [], [1], {}, 1.5, -1, 10**30)
HUGE = "x" * 600
JSON = {"Content-Type": "application/json"}
ITEM = {"product_id": TACOS, "quantity": 1}
ACCOUNT = {
    "method": "transferencia",
    "label": "BBVA",
    "holder": "Rosa",
    "number": "0121",
    "alias": None,
    "qr": None,
}
HOUSE = {"restaurant": "La Fonda", "currency": "$", "time_zone": "UTC"}
TEXTS: tuple[Any, ...] = (*CONTROL, HUGE, *NO_TEXT)
# An account's fields, and those of them that may be left out.
OPTIONAL = ("alias", "qr")

# Of a form's field: texts that are no value of the field.
AMOUNTS = (
    *("NaN", "nan", "Infinity", "-Infinity", "inf", "1e400", "1e2", "0x10", "-0", "-0.00", "-1"),
    *("+1", "1.234", "1,5", "1_0", "\u0661\u0662", "1\u00a00", "$1", "=1+1", "1" * 10, "1" * 5000),
    *("1\0", "1\r\n2", "\u202e1", "\ufeff1", "[1]", '{"a":1}', "null", "true"),
)
IDS = (
    "0",
    "-1",
    "1.0",
    "01",
    "+2",
    "2;3",
    "2,3",
    "NaN",
    "1e400",
    "\u0662",
    "1" * 40,
    "\u202e2",
    "[2]",
)
FIELDS: dict[str, tuple[str, ...]] = {
    "amount": AMOUNTS,
    "tip": AMOUNTS,
    "tendered": AMOUNTS,
    "also": (*IDS, "2\0", "2\n3", HUGE),
    "replaces": (*IDS, "2\0", "null", HUGE),
    "items": (
        *("1", "1:0", "1:0:0", "1:-1:1", "1:0:-1", "1:0:1:1", "1:00:1", "0:0:1", "1:0:1e9"),
        *("1:0:1000", "1:100:1", "a:b:c", "\u0661:0:1", "1:0:NaN", "\u202e1:0:1", "[1,0,1]", HUGE),
    ),
    "taken_at": ("ayer", "0", "1e400", "2026-11-28T20:41:00", "9999-12-31T23:59:59-23:59", HUGE),
    "method": ("", "\0", "efectivo\0", "EFECTIVO", "\u202eovitcefe", "=cmd|' /C calc'!A1", HUGE),
}


def bodies() -> Iterator[tuple[str, str, Any, str]]:
    """(method, path, body, the field that the refusal names)."""
    wrong: Any
    for wrong in (*TEXTS, "", "   ", "\u200b", "\u202e\u2800", "12", "Mesa 3", "x" * 41):
        yield "POST", "/orders", {"customer": wrong, "items": [ITEM]}, "customer"
        yield "PUT", "/orders/1/place", {"customer": wrong}, "customer"
    for wrong in NO_NUMBER:
        yield "PUT", "/orders/1/place", {"table_number": wrong}, "table_number"
        yield "PUT", "/orders/1/items/0", {"quantity": wrong, "reason": "x"}, "quantity"
    for wrong in (*TEXTS, None, "", " ", "\u200b", "x" * (LIMITS.reason + 1)):
        yield "PUT", "/orders/1/items/0", {"quantity": 1, "reason": wrong}, "reason"
        yield "PUT", "/orders/1/status", {"status": "anulado", "reason": wrong}, "reason"
    for wrong in (*CONTROL, HUGE, *NO_TEXT):
        yield "PUT", "/payments/1/verdict", {"verdict": "rechazado", "reason": wrong}, "reason"


def bodies_of_the_office() -> Iterator[tuple[str, str, Any, str]]:
    """The same for what cashiers and administrators alone may ask."""
    wrong: Any
    for wrong in ("true", 1, 0, [], {}, None, "sí"):
        body = {"verdict": "aprobado", "seen_in_account": wrong}
        yield "PUT", "/payments/1/verdict", body, "seen_in_account"
        if wrong is not None:  # which keeps what is stored
            yield "PUT", "/house", HOUSE | {"own_verdicts": wrong}, "own_verdicts"
    for name in ACCOUNT:
        for wrong in TEXTS:
            body = {"accounts": [ACCOUNT | {name: wrong}]}
            yield "PUT", "/accounts", body, f"accounts.0.{name}"
    for wrong in (None, "x", 7, {}, {"0": ACCOUNT}, [ACCOUNT] * 21):
        yield "PUT", "/accounts", {"accounts": wrong}, "accounts"
    for wrong in ("10", 10, {}, [0], [51], [10, 10], ["10"], [1.5], [True], list(range(1, 7))):
        yield "PUT", "/house", HOUSE | {"tips": wrong}, "tips"


def named(problem: dict[str, Any], field: str) -> bool:
    """Whether the refusal names the field, or an entry in it."""
    return any(name == field or name.startswith(f"{field}.") for name in problem["errors"])


async def furnish(house: House) -> None:
    """Orders 1 and 2 delivered, of which the second has a payment in cash that waits."""
    await rounds(house, 2)
    await pay(house, "2")


def who(path: str) -> Any:
    return {"orders": ANA, "payments": LUIS}.get(path.split("/")[1], ROSA)


async def test_each_crafted_value_of_a_body_is_refused_by_its_field(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(house)
    before, count = house.rows(), 0
    for method, path, body, field in (*bodies(), *bodies_of_the_office()):
        member = LUIS if path.endswith("/status") else who(path)
        status, problem = await house.call(member, method, path, json=body)
        where = (path, json.dumps(body)[:200], problem)
        assert (status, problem.get("code")) == (422, "validation_failed"), where
        assert named(problem, field), where
        assert not ENGLISH.search(json.dumps(problem["errors"])), where
        count += 1
    assert house.rows() == before
    assert count > 250
    assert_no_forged_line(caplog)


async def test_each_crafted_field_of_a_form_is_refused_by_its_field(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(house)
    before = house.rows()
    async with house.stream(LUIS) as cashier:
        for field, values in FIELDS.items():
            for wrong in values:
                parts = (
                    [("method", CASH), (field, wrong)] if field != "method" else [(field, wrong)]
                )
                status, problem = await send(house, parts)
                assert (status, problem["code"]) == (422, "validation_failed"), (field, wrong)
                assert field in problem["errors"], (field, wrong, problem)
                assert not ENGLISH.search(json.dumps(problem["errors"])), (field, problem)
        assert await cashier.is_silent()
    assert house.rows() == before
    assert_no_forged_line(caplog)


async def send(house: House, parts: list[tuple[str, str]]) -> tuple[int, Any]:
    """A form for order 1, byte for byte."""
    form = multipart(*[(f'name="{name}"', text.encode()) for name, text in parts])
    return await house.call(ANA, "POST", "/orders/1/proof", data=io.BytesIO(form), headers=FORM)


@pytest.mark.parametrize(
    "field", ["amount", "tip", "tendered", "replaces", "reference", "taken_at"]
)
async def test_a_field_that_stands_twice_or_holds_a_list_is_refused(
    house: House, field: str
) -> None:
    await furnish(house)
    before = house.rows()
    for names in ([field, field], [f"{field}[]"], [f"{field}[0]"], [field.upper()], [f" {field}"]):
        parts = [("method", CASH), *((name, "1") for name in names)]
        status, problem = await send(house, parts)
        assert (status, problem["code"]) == (422, "validation_failed"), names
        assert names[0] in problem["errors"], problem
    assert house.rows() == before


async def test_thousands_of_fields_or_levels_are_refused_at_once(house: House) -> None:
    await furnish(house)
    before = house.rows()
    many = [("method", CASH), *((f"f{number}", "1") for number in range(5000))]
    assert (await send(house, many))[0] == 400
    repeated = [("method", CASH), *(("also", "2") for _ in range(150))]
    status, problem = await send(house, repeated)
    assert (status, list(problem["errors"])) == (422, ["also"])
    for body in (
        {f"f{number}": 1 for number in range(5000)},
        {"accounts": [{f"f{number}": 1 for number in range(5000)}]},
        {"accounts": [ACCOUNT] * 10_000},
    ):
        raw = io.BytesIO(json.dumps(body).encode())
        status, problem = await house.call(ROSA, "PUT", "/accounts", data=raw, headers=JSON)
        assert status in (400, 413), problem
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    for path in ("/accounts", "/house", "/orders/1/place"):
        assert (await house.call(ROSA, "PUT", path, json={"accounts": deep}))[0] == 400
    for constant in ("NaN", "Infinity", "-Infinity"):
        text = f'{{"quantity": {constant}, "reason": "x"}}'
        status, _ = await house.call(LUIS, "PUT", "/orders/1/items/0", data=text, headers=JSON)
        assert status == 400
    for number in ("1e400", "-0.0", "-1e400", "0.5e1"):
        text = f'{{"quantity": {number}, "reason": "x"}}'
        status, problem = await house.call(
            LUIS, "PUT", "/orders/1/items/0", data=text, headers=JSON
        )
        assert (status, list(problem["errors"])) == (422, ["quantity"]), number
    assert house.rows() == before


def assert_no_forged_line(caplog: pytest.LogCaptureFixture) -> None:
    for record in caplog.records:
        assert record.levelname in ("DEBUG", "INFO", "WARNING"), record.getMessage()
        assert record.getMessage().isprintable(), record.getMessage()
