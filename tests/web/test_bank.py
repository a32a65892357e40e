"""*Admin → Banco*: the secret of the bank's phone, told once, and a notice on trial."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from comanda import till
from comanda.config import Config, NoticeRule
from comanda.domain.bank_phone import heartbeat_key, signature
from comanda.web.plumbing.keys import DATABASE
from comanda.web.routes import ROUTES
from tests.house import LUIS, ROSA, FixedClock, House, open_house

CONFIGURED = "a secret of the house"
PUBLIC = "https://lafonda.example"


async def make_secret(house: House) -> Any:
    status, made = await house.call(ROSA, "POST", "/deposits/secret")
    assert status == 201, made
    return made


async def setup_of(house: House) -> Any:
    status, answer = await house.call(ROSA, "GET", "/deposits/setup")
    assert status == 200, answer
    return answer


async def test_a_house_without_the_phone_has_nothing_to_tell(house: House) -> None:
    answer = await setup_of(house)
    assert (answer["has_secret"], answer["secret_from_config"]) == (False, False)
    for name in ("secret_by", "secret_at", "notice_at", "heartbeat_at", "refused_at"):
        assert answer[name] is None, name


async def test_the_secret_is_told_once_and_no_other_answer_nor_the_log_has_it(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = await make_secret(house)
    secret = made["secret"]
    assert len(secret) == 32
    assert not set(secret) & set("01loiv")
    client = await house.client(ROSA)
    paths = [route.path for route in ROUTES if route.method == "GET" and not route.is_stream]
    assert "/deposits/setup" in paths
    for path in (path for path in paths if "{" not in path):
        async with client.get(path) as answer:
            text = await answer.text(errors="replace")
            assert secret not in text, path
            assert heartbeat_key(secret) not in text, path
    async with client.get("/start/admin") as answer:
        assert secret not in await answer.text()
    told = json.dumps([str(record.__dict__) for record in caplog.records])
    assert secret not in told
    assert heartbeat_key(secret) not in told


async def test_each_secret_is_another_and_the_last_one_counts(house: House) -> None:
    first, second = await make_secret(house), await make_secret(house)
    assert first["secret"] != second["secret"]
    assert house.row("SELECT secret FROM bank_phone")["secret"] == second["secret"]
    assert house.row("SELECT COUNT(*) AS n FROM bank_phone")["n"] == 1


async def test_who_made_the_secret_and_when_is_told_and_stays_in_the_houses_changes(
    house: House, clock: FixedClock
) -> None:
    made = await make_secret(house)
    answer = await setup_of(house)
    assert (answer["has_secret"], answer["secret_by"]) == (True, "Rosa")
    assert answer["secret_at"].startswith("2026-11-28T20:41:00")
    clock.advance(minutes=3)
    await make_secret(house)
    assert (await setup_of(house))["secret_at"].startswith("2026-11-28T20:44:00")
    _, answer = await house.call(ROSA, "GET", "/house/changes")
    assert [change["added"] for change in answer["changes"]] == [
        ["Banco: secreto nuevo para el teléfono"]
    ] * 2
    assert made["secret"] not in json.dumps(answer)


async def test_the_addresses_are_those_that_phones_reach_with_a_code_of_each(
    config: Config, clock: FixedClock
) -> None:
    public = replace(config, server=replace(config.server, public_url=PUBLIC))
    async with open_house(public, clock) as house:
        made = await make_secret(house)
        assert made["notices_url"] == f"{PUBLIC}/deposits/notices"
        key = heartbeat_key(made["secret"])
        assert made["heartbeat_url"] == f"{PUBLIC}/deposits/heartbeat?key={key}"
        assert len(set(made["codes"].values())) == 3
        for code in made["codes"].values():
            assert code.startswith("<?xml")
            assert "<script" not in code
        answer = await setup_of(house)
        assert answer["notices_url"] == made["notices_url"]
        assert (answer["heartbeat_url"], answer["reachable"]) == (None, True)


async def test_a_secret_of_the_configuration_stays_and_its_heartbeat_has_an_address(
    config: Config, clock: FixedClock
) -> None:
    configured = replace(
        config,
        server=replace(config.server, public_url=PUBLIC),
        deposits=replace(config.deposits, secret=CONFIGURED),
    )
    async with open_house(configured, clock) as house:
        before = house.rows()
        status, problem = await house.call(ROSA, "POST", "/deposits/secret")
        assert (status, problem["code"]) == (409, "illegal_transition")
        assert "config.toml" in problem["detail"]
        assert house.rows() == before
        answer = await setup_of(house)
        assert (answer["has_secret"], answer["secret_from_config"]) == (True, True)
        assert answer["heartbeat_url"].endswith(f"heartbeat?key={heartbeat_key(CONFIGURED)}")
        assert CONFIGURED not in json.dumps(answer)


async def test_what_was_heard_of_the_phone_is_told(house: House, clock: FixedClock) -> None:
    database = house.app[DATABASE]
    await database.write(till.hear_notice, None)
    clock.advance(minutes=1)
    await database.write(till.hear_heartbeat)
    clock.advance(minutes=1)
    await database.write(till.hear_refused, "malformed_body")
    answer = await setup_of(house)
    assert answer["notice_at"].startswith("2026-11-28T20:41:00")
    assert answer["heartbeat_at"].startswith("2026-11-28T20:42:00")
    assert answer["refused_at"].startswith("2026-11-28T20:43:00")
    assert answer["refused_code"] == "malformed_body"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_cashier_neither_sees_nor_changes_any_of_it(house: House, method: str) -> None:
    path = "/deposits/setup" if method == "GET" else "/deposits/secret"
    status, problem = await house.call(LUIS, method, path)
    assert (status, problem["code"]) == (403, "forbidden")
    assert house.rows()["bank_phone"] == 0


OWN = NoticeRule(
    name="mi-banco",
    when=("mi banco", "te cayó {monto}"),
    sender=("de parte de {nombre}",),
    reference=("folio {numero}",),
)
OWN_NOTICE = "Mi Banco: te cayó $ 185.50 de parte de Marcos Peña. Folio 88412"
SLOW = NoticeRule(name="lenta", when=("/(?:a|aa)+[0-9]/",))


async def try_notice(house: House, text: str, **more: str) -> Any:
    before = house.rows()
    status, answer = await house.call(ROSA, "POST", "/deposits/try", json={"text": text, **more})
    assert status == 200, answer
    assert house.rows() == before
    return answer


async def test_a_notice_on_trial_tells_what_is_made_of_it_and_by_which_rule(house: House) -> None:
    text = "Rosa Qui* te envió un pago por S/ 56.7. El cód. de seguridad es: 417"
    answer = await try_notice(house, text, **{"from": "Confirmación de Pago"})
    assert (answer["kind"], answer["why"], answer["rule"]) == ("ingreso", None, "yape")
    assert answer["amount"] == 56.7
    names = [rule["name"] for rule in (await setup_of(house))["rules"]]
    assert "yape" in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Compra por $89.900 con tarjeta final 5678 en Tienda", "compra"),
        ("Retiro de $200.000 en cajero", "retiro"),
        ("Buenos días, ¿a qué hora abren?", "sin_regla"),
    ],
)
async def test_a_notice_of_no_deposit_tells_why_it_is_none(
    house: House, text: str, why: str
) -> None:
    answer = await try_notice(house, text)
    assert (answer["kind"], answer["why"], answer["amount"]) == ("ignorado", why, None)


async def test_the_houses_own_rules_come_first_and_one_that_is_slow_is_named(
    config: Config, clock: FixedClock
) -> None:
    own = replace(config, deposits=replace(config.deposits, rules=(SLOW, OWN)))
    async with open_house(own, clock) as house:
        rules = (await setup_of(house))["rules"]
        assert rules[:2] == [{"name": "lenta", "own": True}, {"name": "mi-banco", "own": True}]
        assert not rules[2]["own"]
        answer = await try_notice(house, OWN_NOTICE)
        assert (answer["rule"], answer["amount"]) == ("mi-banco", 185.5)
        assert (answer["sender"], answer["reference"]) == ("Marcos Peña", "88412")
        slow = await try_notice(house, f"{'a' * 200}! {OWN_NOTICE}")
        assert (slow["rule"], slow["slow"]) == ("mi-banco", ["lenta"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": None}, "text"),
        ({"text": ["x"]}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "x", "from": "x" * 201}, "from"),
        ({"text": "x", "sim": "1"}, "sim"),
    ],
)
async def test_what_is_no_notice_on_trial_is_refused(
    house: House, body: dict[str, Any], field: str
) -> None:
    status, problem = await house.call(ROSA, "POST", "/deposits/try", json=body)
    assert (status, list(problem["errors"])) == (422, [field])


async def test_the_longest_notice_on_trial_is_read_and_none_is_in_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    text = "has recibido $50.000 de Marcos Peña \0" + "ñ" * 3900
    await try_notice(house, text, **{"from": "Nequi"})
    told = json.dumps([str(record.__dict__) for record in caplog.records], ensure_ascii=False)
    assert "POST /deposits/try 200" in caplog.text
    assert "Marcos" not in told
    assert "50.000" not in told


NOTICE = {"from": "Nequi", "text": "Lucía: has recibido $50.000 de Marcos Peña"}


async def pass_on(house: House, secret: str) -> int:
    """The status of a notice that a phone with this secret signs."""
    body = json.dumps(NOTICE).encode()
    headers = {"X-Signature": signature(secret, body), "Content-Type": "application/json"}
    client = await house.client(None)
    async with client.post("/deposits/notices", data=body, headers=headers) as answer:
        return answer.status


async def beat(house: House, url: str) -> int:
    client = await house.client(None)
    async with client.post(url.removeprefix(PUBLIC)) as answer:
        return answer.status


async def test_the_phone_is_heard_by_the_new_secret_and_by_no_earlier_one(
    config: Config, clock: FixedClock
) -> None:
    public = replace(config, server=replace(config.server, public_url=PUBLIC))
    async with open_house(public, clock) as house:
        first = await make_secret(house)
        assert await pass_on(house, first["secret"]) == 201
        assert await beat(house, first["heartbeat_url"]) == 204
        answer = await setup_of(house)
        assert answer["notice_at"] is not None
        assert answer["heartbeat_at"] is not None
        second = await make_secret(house)
        assert await pass_on(house, first["secret"]) == 401
        assert await beat(house, first["heartbeat_url"]) == 401
        assert await pass_on(house, second["secret"]) == 200, "the same notice again"
        assert await beat(house, second["heartbeat_url"]) == 204
