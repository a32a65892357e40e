"""Money that arrived, over HTTP: who is told what of it, and how a hand ties it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from comanda import office
from comanda.config import Config
from comanda.domain.deposits import DepositSource
from comanda.domain.staff import Staff
from comanda.web.plumbing.keys import DATABASE
from tests.house import ANA, BETO, LUIS, MARA, ROSA, FixedClock, House, open_house

TOTAL = 24100
SECRETIVE = ("sender", "reference", "account", "rule", "text")


async def test_waiters_hear_that_money_came_and_not_from_whom(house: House) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    more = {"reference": "88412201937", "account": "1234", "rule": "x", "text": "Recibiste…"}
    async with house.stream(ANA) as waiters, house.stream(LUIS) as cashiers:
        deposit = await house.hears_of_money(TOTAL, **more)
        told = (await waiters.until("order_updated")).data["payment"]["deposit"]
        assert (told["id"], told["amount"]) == (deposit["id"], 241.0)
        assert {name: told[name] for name in SECRETIVE} == dict.fromkeys(SECRETIVE)
        assert await waiters.is_silent()
        full = (await cashiers.until("order_updated")).data["payment"]["deposit"]
        assert full == deposit | {"text": None}
        arrived, tied = await cashiers.take(2)
    assert (arrived.type, tied.type) == ("deposit_arrived", "deposit_tied")
    assert arrived.data == {
        "deposit_id": deposit["id"],
        "source": "aviso",
        "amount": 241.0,
        "at": deposit["at"],
        "sender": "Marcos Peña",
        "reference": "88412201937",
        "payment_id": full["payment_id"],
    }
    assert tied.data == arrived.data


async def test_what_a_waiter_asks_for_or_replays_tells_no_sender_either(house: House) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    await house.hears_of_money(TOTAL)
    asked = ["/orders", f"/orders/{order['id']}", "/start/waiter"]
    for path in asked:
        status, answer = await house.call(ANA, "GET", path)
        assert status == 200
        assert "Marcos" not in json.dumps(answer)
    assert "Marcos" in json.dumps((await house.call(LUIS, "GET", "/start/cashier"))[1])
    async with house.stream(ANA, params={"after": "0"}) as replay:
        event = await replay.until("order_updated")
        while (event.data["payment"] or {"deposit": None})["deposit"] is None:
            event = await replay.until("order_updated")
        assert event.data["payment"]["deposit"]["sender"] is None


async def test_an_approval_needs_no_word_where_the_money_is_there(house: House) -> None:
    order = await house.deliver()
    _, sent = await house.submit(order["id"])
    path = f"/payments/{sent['payment']['id']}/verdict"
    body = {"verdict": "aprobado"}
    status, problem = await house.call(LUIS, "PUT", path, json=body)
    assert (status, list(problem["errors"])) == (422, ["seen_in_account"])
    await house.hears_of_money(TOTAL)
    status, paid = await house.call(LUIS, "PUT", path, json=body)
    assert (status, paid["status"], paid["payment"]["checked"]) == (200, "pagado", "aviso")


async def test_the_list_tells_a_period_and_those_without_a_payment(house: House) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    tied = await house.hears_of_money(TOTAL)
    untied = await house.hears_of_money(100, text="Recibiste 1 peso")
    now = house.app[DATABASE].clock()
    await house.hears_of_money(200, at=now - timedelta(days=3))

    async def ids(query: str = "") -> list[str]:
        status, answer = await house.call(LUIS, "GET", f"/deposits{query}")
        assert status == 200
        return [deposit["id"] for deposit in answer["deposits"]]

    assert await ids() == [tied["id"], untied["id"]]
    assert await ids("?tied=true") == [tied["id"]]
    assert await ids("?tied=false") == [untied["id"]]
    assert len(await ids("?from=2026-11-20&to=2026-11-28")) == 3
    _, start = await house.call(LUIS, "GET", "/start/cashier")
    assert [deposit["id"] for deposit in start["deposits"]] == [untied["id"]]
    assert start["bank_phone"] == {
        "enabled": False,
        "heard_at": None,
        "heartbeat_at": None,
        "notice_at": None,
    }
    assert "deposits" not in (await house.call(ANA, "GET", "/start/waiter"))[1]


@pytest.mark.parametrize("query", ["?tied=maybe", "?from=x", "?from=2026-01-01&to=2026-11-28"])
async def test_a_list_of_nonsense_is_refused(house: House, query: str) -> None:
    status, problem = await house.call(LUIS, "GET", f"/deposits{query}")
    assert (status, problem["code"]) == (422, "validation_failed")


async def test_a_hand_ties_and_takes_back_and_the_streams_follow(house: House) -> None:
    first, second = await house.deliver(1), await house.deliver(2)
    _, one = await house.submit(first["id"])
    await house.submit(second["id"])
    deposit = await house.hears_of_money(TOTAL)
    assert deposit["payment_id"] is None
    path = f"/deposits/{deposit['id']}/payment"
    body = {"payment_id": one["payment"]["id"]}
    async with house.stream(MARA) as cashiers:
        status, tied = await house.call(LUIS, "PUT", path, json=body)
        assert (status, tied["tie"]) == (200, {"rule": "mano", "by": "luis"})
        event = await cashiers.until("deposit_tied")
        assert (event.data["payment_id"], str(event.id)) == (
            one["payment"]["id"],
            tied["last_event_id"],
        )
        rows = house.rows()
        assert (await house.call(LUIS, "PUT", path, json=body))[0] == 200
        assert house.rows() == rows
        status, untied = await house.call(LUIS, "PUT", path, json={"payment_id": None})
        assert (status, untied["tie"], untied["payment_id"]) == (200, None, None)
        assert (await cashiers.until("deposit_tied")).data["payment_id"] is None


@pytest.mark.parametrize(
    ("member", "body", "refusal"),
    [
        (LUIS, {"payment_id": "1"}, (409, "deposit_taken")),
        (LUIS, {"payment_id": "2"}, (409, "deposit_taken")),
        (LUIS, {"payment_id": "3"}, (409, "payment_already_decided")),
        (LUIS, {"payment_id": "4"}, (422, "validation_failed")),
        (ROSA, {"payment_id": "5"}, (403, "own_payment")),
        (LUIS, {"payment_id": "99"}, (404, "payment_not_found")),
        (LUIS, {}, (422, "validation_failed")),
        (LUIS, {"payment_id": 1.5}, (422, "validation_failed")),
        (LUIS, {"payment_id": "1", "more": 1}, (422, "validation_failed")),
        (BETO, {"payment_id": "1"}, (403, "forbidden")),
    ],
)
async def test_a_tie_that_can_not_be_is_refused_and_changes_nothing(
    house: House, member: Staff, body: dict[str, object], refusal: tuple[int, str]
) -> None:
    orders = [await house.deliver(table) for table in range(1, 6)]
    await house.submit(orders[0]["id"])
    await house.hears_of_money(TOTAL)
    await house.submit(orders[1]["id"])
    await house.hears_of_money(TOTAL)
    await house.submit(orders[2]["id"])
    assert (await house.judge("3", "rechazado", reason="no"))[0] == 200
    await house.submit(orders[3]["id"], method="tarjeta")
    await house.submit(orders[4]["id"], waiter=ROSA)
    at = house.app[DATABASE].clock() - timedelta(hours=2)
    deposit = await house.hears_of_money(TOTAL, at=at)
    path = f"/deposits/{deposit['id']}/payment"
    rows = house.rows()
    status, problem = await house.call(member, "PUT", path, json=body)
    assert (status, problem["code"]) == refusal
    assert house.rows() == rows


async def test_a_deposit_that_is_not_there_is_404(house: House) -> None:
    for path in ("/deposits/99/payment", "/deposits/x/payment"):
        status, problem = await house.call(LUIS, "PUT", path, json={"payment_id": None})
        assert (status, problem["code"]) in ((404, "deposit_not_found"), (404, "not_found"))


async def test_a_line_of_a_statement_tells_its_day(house: House) -> None:
    at = house.app[DATABASE].clock() - timedelta(hours=9)
    line = await house.hears_of_money(500, source=DepositSource.STATEMENT, at=at, is_day=True)
    assert (line["source"], line["is_day"], line["in_statement"]) == ("estado", True, True)


async def test_the_house_says_whether_one_person_runs_it_and_not_an_old_file_of_settings(
    config: Config, clock: FixedClock
) -> None:
    settings = replace(config, payments=replace(config.payments, own_verdicts=True))
    async with open_house(settings, clock) as house:
        described = replace(settings.house, name="La Fonda", own_verdicts=False)
        await house.app[DATABASE].write(office.describe_house, ROSA, described)
        await house.submit((await house.deliver(1))["id"])
        _, own = await house.submit((await house.deliver(2))["id"], waiter=LUIS)
        deposit = await house.hears_of_money(TOTAL)
        path, body = f"/deposits/{deposit['id']}/payment", {"payment_id": own["payment"]["id"]}
        status, problem = await house.call(LUIS, "PUT", path, json=body)
        assert (status, problem["code"]) == (403, "own_payment")
