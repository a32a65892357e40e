"""The house's own accounts, their QR codes, and whether one person runs the house."""

import re
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
import segno

from comanda.config import Config
from tests.house import ANA, BETO, COCO, LUIS, MARA, ROSA, House, open_house

CLABE = {
    "method": "transferencia",
    "label": "BBVA · CLABE",
    "holder": "Rosa Díaz",
    "number": "012180001234564471",
    "alias": None,
    "qr": None,
}
PHONE = CLABE | {"label": "Celular", "number": "55 1234 4471", "alias": "lafonda"}
BANKS_CODE = (
    "00020101021126580016com.mercadolibre0134https://mpago.la/pos/1520400005303032  6304A1B2"
)
STEP = re.compile(r"([MmhH])(-?[0-9.]+)(?:[ ,]?(-?[0-9.]+))?")
QUIET_ZONE = 4


async def put(house: House, *accounts: dict[str, Any]) -> tuple[int, Any]:
    return await house.call(ROSA, "PUT", "/accounts", json={"accounts": list(accounts)})


async def stored_accounts(house: House) -> list[dict[str, Any]]:
    _, answer = await house.call(ANA, "GET", "/accounts")
    accounts: list[dict[str, Any]] = answer["accounts"]
    return accounts


async def test_a_new_house_has_no_accounts(house: House) -> None:
    assert await house.call(ANA, "GET", "/accounts") == (200, {"accounts": []})
    status, problem = await house.call(ANA, "GET", "/accounts/0/qr")
    assert (status, problem["code"]) == (404, "not_found")


async def test_the_list_takes_the_place_of_the_one_before_in_the_owners_order(house: House) -> None:
    assert await put(house, CLABE, PHONE) == (200, {"accounts": [CLABE, PHONE]})
    for member in (ANA, BETO, LUIS, MARA, ROSA):
        assert (await house.call(member, "GET", "/accounts"))[1] == {"accounts": [CLABE, PHONE]}
    await put(house, PHONE, CLABE)
    assert await stored_accounts(house) == [PHONE, CLABE]
    await put(house, CLABE)
    assert await stored_accounts(house) == [CLABE]
    await put(house)
    assert await stored_accounts(house) == []


async def test_blanks_around_a_value_go_and_what_may_be_left_out_is_null(house: House) -> None:
    typed = {key: f"  {value} " for key, value in CLABE.items() if key != "method" and value}
    await put(house, typed | {"method": "transferencia"})
    assert await stored_accounts(house) == [CLABE]


async def test_only_an_administrator_sets_them_and_the_kitchen_hears_nothing(house: House) -> None:
    await put(house, CLABE)
    for member in (ANA, LUIS, COCO):
        status, _ = await house.call(member, "PUT", "/accounts", json={"accounts": []})
        assert status == 403
    for path in ("/accounts", "/accounts/0/qr"):
        assert (await house.call(COCO, "GET", path))[0] == 403
        assert (await house.call(None, "GET", path))[0] == 401
    assert await stored_accounts(house) == [CLABE]


async def test_a_house_may_have_twenty_accounts_as_long_as_their_limits(house: House) -> None:
    limits = (await house.call(ANA, "GET", "/settings"))[1]["limits"]
    longest = {
        "method": "transferencia",
        "label": "é" * limits["account"],
        "holder": "é" * limits["name"],
        "alias": "é" * limits["account"],
        "qr": "é" * limits["qr"],
    }
    accounts = [longest | {"number": f"{at:0{limits['account']}}"} for at in range(20)]
    status, answer = await put(house, *accounts)
    assert (status, answer) == (200, {"accounts": accounts})
    assert (await house.call(ANA, "GET", "/settings"))[0] == 200


ONE = "accounts.0"
SECOND = CLABE | {"number": "4471"}
REFUSED: dict[str, tuple[Any, str]] = {
    # what is wrong: (accounts, the field that the refusal names)
    "no list": (None, "accounts"),
    "a text": ("CLABE", "accounts"),
    "an account that is a text": (["CLABE"], f"{ONE}._schema"),
    "an account that is null": ([None], "accounts"),
    "21 accounts": ([CLABE | {"number": str(at)} for at in range(21)], "accounts"),
    "a method that the house doesn't have": ([CLABE | {"method": "vale"}], f"{ONE}.method"),
    "a method with another case": ([CLABE | {"method": "Transferencia"}], f"{ONE}.method"),
    "an empty method": ([CLABE | {"method": ""}], f"{ONE}.method"),
    "a method that is null": ([CLABE | {"method": None}], f"{ONE}.method"),
    "an empty label": ([CLABE | {"label": ""}], f"{ONE}.label"),
    "a blank label": ([CLABE | {"label": "   "}], f"{ONE}.label"),
    "a label that is too long": ([CLABE | {"label": "x" * 65}], f"{ONE}.label"),
    "an empty holder": ([CLABE | {"holder": ""}], f"{ONE}.holder"),
    "a label that nobody sees": ([CLABE | {"label": "\u200b"}], f"{ONE}.label"),
    "a holder that nobody sees": ([CLABE | {"holder": "\u2060\u3164"}], f"{ONE}.holder"),
    "a number that nobody sees": ([CLABE | {"number": "\u200b"}], f"{ONE}.number"),
    "a holder that is too long": ([CLABE | {"holder": "x" * 81}], f"{ONE}.holder"),
    "an empty number": ([CLABE | {"number": ""}], f"{ONE}.number"),
    "a number that is a number": ([CLABE | {"number": 4471}], f"{ONE}.number"),
    "a number that is too long": ([CLABE | {"number": "1" * 65}], f"{ONE}.number"),
    "a number with a line break": ([CLABE | {"number": "0121\n8000"}], f"{ONE}.number"),
    "a label with a tab": ([CLABE | {"label": "a\tb"}], f"{ONE}.label"),
    "a holder with a null character": ([CLABE | {"holder": "Rosa\0"}], f"{ONE}.holder"),
    "an empty alias": ([CLABE | {"alias": ""}], f"{ONE}.alias"),
    "an alias that is too long": ([CLABE | {"alias": "x" * 65}], f"{ONE}.alias"),
    "an empty code": ([CLABE | {"qr": ""}], f"{ONE}.qr"),
    "a code that is too long": ([CLABE | {"qr": "1" * 513}], f"{ONE}.qr"),
    "a code with a bell": ([CLABE | {"qr": "00\a"}], f"{ONE}.qr"),
    "a field that nobody knows": ([CLABE | {"balance": 1}], f"{ONE}.balance"),
    "one good, one bad": ([CLABE, SECOND | {"label": ""}], "accounts.1.label"),
    "the same twice": ([CLABE, CLABE], "accounts.1.number"),
    "the same number written in another way": (
        [CLABE, SECOND, CLABE | {"label": "Otra", "number": "0121 8000-1234 564471"}],
        "accounts.2.number",
    ),
    **{
        f"no {name}": ([{key: CLABE[key] for key in CLABE if key != name}], f"{ONE}.{name}")
        for name in ("method", "label", "holder", "number")
    },
}


@pytest.mark.parametrize(("accounts", "field"), REFUSED.values(), ids=REFUSED)
async def test_what_is_wrong_is_named_and_nothing_is_stored(
    house: House, accounts: Any, field: str
) -> None:
    await put(house, PHONE)
    status, problem = await house.call(ROSA, "PUT", "/accounts", json={"accounts": accounts})
    assert (status, problem["code"]) == (422, "validation_failed")
    assert list(problem["errors"]) == [field]
    assert await stored_accounts(house) == [PHONE]


async def test_an_account_is_stored_as_it_looks(house: House) -> None:
    """A paste brings marks that nobody sees, and that turn digits around or end up in the code."""
    turned = {"label": "\u202eiuqeN", "holder": "Rosa \u2067Mora"}
    assert (await put(house, PHONE | turned))[0] == 200
    (stored,) = await stored_accounts(house)
    assert (stored["label"], stored["holder"]) == ("iuqeN", "Rosa Mora")
    pasted = PHONE | {"number": "\u202a55\u200b 1234\u202e 4471\u202c", "alias": "la\u2060fonda "}
    assert (await put(house, pasted))[0] == 200
    (stored,) = await stored_accounts(house)
    assert (stored["number"], stored["alias"]) == ("55 1234 4471", "lafonda")


async def changes(house: House) -> list[dict[str, Any]]:
    status, answer = await house.call(ROSA, "GET", "/house/changes")
    assert status == 200, answer
    listed: list[dict[str, Any]] = answer["changes"]
    return listed


async def test_accounts_that_were_others_for_a_minute_leave_a_trace(house: House) -> None:
    """Who changed them and what is told, also after the owner's own account is back."""
    assert await changes(house) == []
    await put(house, CLABE)
    house.clock.advance(minutes=1)
    await put(house, CLABE | {"number": "646180009999990001"})
    house.clock.advance(minutes=1)
    await put(house, CLABE)
    line = f"{CLABE['label']} · {CLABE['holder']} · transferencia · "
    own, other = f"{line}{CLABE['number']}", f"{line}646180009999990001"
    back, away, first = await changes(house)
    assert back == {
        "username": "rosa",
        "name": "Rosa",
        "at": "2026-11-28T20:43:00.000Z",
        "removed": [other],
        "added": [own],
    }
    assert (away["removed"], away["added"], away["at"][14:16]) == ([own], [other], "42")
    assert (first["removed"], first["added"]) == ([], [own])
    await put(house, CLABE)
    assert len(await changes(house)) == 3


async def test_what_a_code_says_and_an_alias_are_told_too(house: House) -> None:
    await put(house, PHONE)
    await put(house, PHONE | {"alias": "otro", "qr": "00020101"})
    (change, _) = await changes(house)
    assert change["added"][0].endswith(" · alias otro · QR 00020101")


async def test_of_two_members_with_one_name_a_change_tells_which(house: House) -> None:
    await put(house, CLABE)
    assert (await house.call(ROSA, "PUT", "/staff/luis/name", json={"name": "Rosa"}))[0] == 200
    (change,) = await changes(house)
    assert (change["name"], change["username"]) == ("Rosa (rosa)", "rosa")


async def test_a_house_of_one_for_a_minute_leaves_a_trace(house: House) -> None:
    described = {"restaurant": "La Fonda", "currency": "$", "time_zone": "America/Mexico_City"}
    for alone in (False, True, False):
        body = described | {"own_verdicts": alone}
        assert (await house.call(ROSA, "PUT", "/house", json=body))[0] == 200
    off, on, first = await changes(house)
    assert (off["removed"], off["added"]) == (
        ["Trabaja una sola persona: sí"],
        ["Trabaja una sola persona: no"],
    )
    assert (on["removed"], on["added"]) == (
        ["Trabaja una sola persona: no"],
        ["Trabaja una sola persona: sí"],
    )
    assert "Nombre: La Fonda" in first["added"]


async def test_a_refused_change_leaves_no_trace_and_the_newest_fifty_are_listed(
    house: House,
) -> None:
    await house.call(ROSA, "PUT", "/accounts", json={"accounts": [CLABE, CLABE]})
    assert await changes(house) == []
    for number in range(52):
        await put(house, CLABE | {"number": f"{number:018}"})
    listed = await changes(house)
    assert len(listed) == 50
    assert listed[0]["added"][0].endswith(f"{51:018}")


async def test_a_number_may_serve_two_methods(house: House) -> None:
    other = CLABE | {"method": "tarjeta"}
    assert (await put(house, CLABE, other))[0] == 200


async def test_an_account_whose_method_has_left_the_house_is_shown_until_the_owner_corrects_it(
    config: Config,
) -> None:
    async with open_house(config) as before:
        await put(before, CLABE, CLABE | {"method": "tarjeta", "label": "Terminal"})
    methods = tuple(one for one in config.payments.methods if one.name != "tarjeta")
    fewer = replace(config, payments=replace(config.payments, methods=methods))
    async with open_house(fewer, new=False) as house:
        accounts = await stored_accounts(house)
        assert [one["method"] for one in accounts] == ["transferencia", "tarjeta"]
        status, problem = await put(house, *accounts)
        assert (status, list(problem["errors"])) == (422, ["accounts.1.method"])
        assert "Terminal" in problem["errors"]["accounts.1.method"][0]
        assert (await put(house, accounts[0]))[0] == 200


async def code(house: House, position: str) -> tuple[aiohttp.ClientResponse, str]:
    client = await house.client(ANA)
    async with client.get(f"/accounts/{position}/qr") as response:
        return response, await response.text()


def modules(svg: str) -> set[tuple[int, int]]:
    """The dark modules that a drawing shows, as (row, column)."""
    path = re.search(r'class="qrline"[^>]* d="([^"]+)"', svg)
    assert path is not None
    dark, x, y = set(), 0.0, 0.0
    for letter, first, second in STEP.findall(path[1]):
        if letter == "M":
            x, y = float(first), float(second)
        elif letter == "m":
            x, y = x + float(first), y + float(second)
        else:
            row = int(y) - QUIET_ZONE
            dark |= {(row, int(x) - QUIET_ZONE + one) for one in range(int(first))}
            x += float(first)
    return dark


def dark_modules(text: str) -> set[tuple[int, int]]:
    matrix = segno.make(text, error="l", micro=False).matrix
    return {
        (row, column) for row, line in enumerate(matrix) for column, dark in enumerate(line) if dark
    }


async def test_a_code_shows_the_number_or_else_the_banks_own_text(house: House) -> None:
    await put(house, CLABE, PHONE | {"qr": BANKS_CODE})
    assert (await stored_accounts(house))[1]["qr"] == BANKS_CODE  # its lengths count every blank
    for position, text in (("0", CLABE["number"]), ("1", BANKS_CODE)):
        response, svg = await code(house, position)
        assert (response.status, response.content_type) == (200, "image/svg+xml")
        assert modules(svg) == dark_modules(str(text))


async def test_a_code_is_kept_by_nobody_and_can_run_nothing(house: House) -> None:
    await put(house, CLABE | {"qr": "</svg><script>alert(1)</script>"})
    response, svg = await code(house, "0")
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "alert" not in svg
    assert "script" not in svg


async def test_the_longest_code_has_modules_that_a_camera_reads_from_a_phone(house: House) -> None:
    await put(house, CLABE | {"qr": "ñ" * 512})
    _, svg = await code(house, "0")
    box = re.search(r'viewBox="0 0 ([0-9]+) ([0-9]+)"', svg)
    assert box is not None
    assert box[1] == box[2]
    assert 300 / int(box[1]) > 3  # pixels of a phone's page a module
    assert "width" not in svg.partition(">")[2].partition(">")[0]  # the page says how large


@pytest.mark.parametrize("position", ["2", "99", "-1", "abc", "1.0", "01", "٣", "1" * 40])
async def test_there_is_no_code_beyond_the_list(house: House, position: str) -> None:
    await put(house, CLABE, PHONE)
    response, _ = await code(house, position)
    assert response.status == 404


HOUSE = {"restaurant": "La Fonda", "currency": "$", "time_zone": "America/Bogota"}


async def test_one_person_approves_own_transfers_until_the_house_says_otherwise(
    house: House,
) -> None:
    payments = []
    for _ in range(3):
        order = await house.deliver()
        _, sent = await house.submit(order["id"], LUIS)
        payments.append(sent["payment"]["id"])
    first, second, third = payments
    status, problem = await house.judge(first, "aprobado", LUIS)
    assert (status, problem["code"]) == (403, "own_payment")

    await house.call(ROSA, "PUT", "/house", json=HOUSE | {"own_verdicts": True})
    assert (await house.call(LUIS, "GET", "/settings"))[1]["own_verdicts"] is True
    status, order = await house.judge(first, "aprobado", LUIS)
    assert (status, order["status"], order["payment"]["decided_by"]) == (200, "pagado", "luis")
    await house.call(ROSA, "PUT", "/house", json=HOUSE)  # says nothing of it: stays
    assert (await house.judge(second, "rechazado", LUIS, "ilegible"))[0] == 200

    await house.call(ROSA, "PUT", "/house", json=HOUSE | {"own_verdicts": False})
    status, problem = await house.judge(third, "aprobado", LUIS)
    assert (status, problem["code"]) == (403, "own_payment")
    assert (await house.judge(third, "aprobado", MARA))[0] == 200


async def test_what_the_owner_says_goes_before_a_file_of_an_earlier_version(config: Config) -> None:
    alone = replace(config, payments=replace(config.payments, own_verdicts=True))
    async with open_house(alone) as house:
        assert (await house.call(LUIS, "GET", "/settings"))[1]["own_verdicts"] is True
        await house.call(ROSA, "PUT", "/house", json=HOUSE | {"own_verdicts": False})
        assert (await house.call(LUIS, "GET", "/settings"))[1]["own_verdicts"] is False
        order = await house.deliver()
        _, sent = await house.submit(order["id"], LUIS)
        status, problem = await house.judge(sent["payment"]["id"], "aprobado", LUIS)
        assert (status, problem["code"]) == (403, "own_payment")


@pytest.mark.parametrize(
    "tips", [[0], [-5], [51], [10, 10], [10.5], ["10"], [True], 10, [5, 8, 10, 12, 15, 18]]
)
async def test_tips_are_a_few_whole_per_cents(house: House, tips: Any) -> None:
    await house.call(ROSA, "PUT", "/house", json=HOUSE | {"tips": [10, 15]})
    status, problem = await house.call(ROSA, "PUT", "/house", json=HOUSE | {"tips": tips})
    assert (status, problem["code"]) == (422, "validation_failed")
    assert {field.partition(".")[0] for field in problem["errors"]} == {"tips"}
    assert (await house.call(ANA, "GET", "/settings"))[1]["tips"] == [10, 15]
