"""`/metrics`: for whoever has the token, and true."""

import re
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest

from comanda.app import build_app
from comanda.config import Config, ConfigError
from comanda.web.plumbing.keys import FEED
from tests.house import ANA, LUIS, ROSA, FixedClock, House, eventually, open_house

TOKEN = "una-clave-larga-8841"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def measured(config: Config) -> Config:
    return replace(config, server=replace(config.server, metrics_token=TOKEN))


class TickingClock(FixedClock):
    """A clock that is a millisecond on whenever somebody looks at it."""

    def __call__(self) -> datetime:
        self.advance(milliseconds=1)
        return self.now


@pytest.fixture
async def watched(config: Config) -> AsyncIterator[House]:
    """A house with a token."""
    async with open_house(measured(config), TickingClock()) as house:
        yield house


async def figures(house: House) -> dict[str, float]:
    """name{labels} → value."""
    client = await house.client(None)
    async with client.get("/metrics", headers=BEARER) as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain")
        text = await response.text()
    found = re.findall(r"^(\w\S*) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


async def test_without_a_token_there_is_no_such_page(house: House) -> None:
    for member in (None, ROSA):
        status, problem = await house.call(member, "GET", "/metrics", headers=BEARER)
        assert (status, problem["code"]) == (404, "not_found")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", f"Basic {TOKEN}", TOKEN, "ñ"])
async def test_no_other_word_opens_it_and_no_role_does(watched: House, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    for member in (None, ROSA):
        status, problem = await watched.call(member, "GET", "/metrics", headers=headers)
        assert (status, problem["code"]) == (403, "forbidden")


async def test_it_counts_orders_streams_commits_and_notices(watched: House) -> None:
    before = await figures(watched)
    async with watched.stream(LUIS) as cashier, watched.stream(ANA):
        for table in (1, 2):
            order = await watched.deliver(table)
        await watched.submit(order["id"])
        await cashier.until("payment_verification_pending")
        now = await figures(watched)
    assert now['comanda_orders{status="entregado"}'] == 1
    assert now['comanda_orders{status="por_verificar"}'] == 1
    assert now['comanda_orders{status="pagado"}'] == 0
    assert now['comanda_streams{role="cashier"}'] == 1
    assert now['comanda_streams{role="waiter"}'] == 1
    assert now['comanda_streams{role="kitchen"}'] == 0
    assert now["comanda_notice_seconds_count"] == 1
    assert now["comanda_notice_seconds_sum"] > 0
    assert now["comanda_commit_seconds_count"] >= before["comanda_commit_seconds_count"] + 9
    assert now["comanda_database_bytes"] >= watched.path.stat().st_size > 0
    await eventually(lambda: not sum(watched.app[FEED].listeners.values()))
    assert (await figures(watched))['comanda_streams{role="cashier"}'] == 0


async def test_each_cashier_is_a_notice_and_nobody_else(watched: House) -> None:
    async with (
        watched.stream(LUIS) as first,
        watched.stream(LUIS) as second,
        watched.stream(ANA) as waiter,
    ):
        order = await watched.deliver()
        await watched.submit(order["id"])
        for stream in (first, second):
            await stream.until("payment_verification_pending")
        await waiter.next()
        assert (await figures(watched))["comanda_notice_seconds_count"] == 2


async def test_a_replay_is_no_notice(watched: House) -> None:
    order = await watched.deliver()
    await watched.submit(order["id"])
    _, listed = await watched.call(LUIS, "GET", "/orders")
    await eventually(lambda: watched.app[FEED].head == int(listed["last_event_id"]))
    async with watched.stream(LUIS, headers={"Last-Event-ID": "0"}) as late:
        await late.until("payment_verification_pending")
        await watched.place(9)
        await late.next()
    assert (await figures(watched))["comanda_notice_seconds_count"] == 0


def test_a_token_without_the_extra_is_refused_in_words(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(ConfigError, match=r"comanda\[metrics\]"):
        build_app(measured(config))
