"""The clock jumps back an hour and forward a day: the log's order and the sessions stay sound."""

from pathlib import Path

from comanda.store.backup import check
from tests.faults.figures import report
from tests.house import ANA, BETO, COCO, LUIS, House, Stream, jpeg, open_house, quick_config


async def one_order(house: House) -> list[str]:
    """An order from the kitchen to a rejection and to the till; the order's and payment's ids."""
    order = await house.deliver()
    _, paid = await house.submit(order["id"])
    assert (await house.judge(paid["payment"]["id"], "rechazado", reason="ilegible"))[0] == 200
    _, paid = await house.submit(order["id"])
    assert (await house.judge(paid["payment"]["id"], "aprobado"))[0] == 200
    return [order["id"], paid["payment"]["id"]]


async def hear(stream: Stream, order_id: str) -> list[int]:
    """The ids of all events until this order is paid."""
    heard = []
    while True:
        event = await stream.next(60)
        heard.append(event.id)
        about = event.data if event.type == "order_updated" else {}
        if (about.get("id"), about.get("status")) == (order_id, "pagado"):
            return heard


async def test_an_hour_back_changes_no_order_and_ends_no_session(tmp_path: Path) -> None:
    async with open_house(quick_config(tmp_path / "c.db", heartbeat_seconds=0.1)) as house:
        async with house.stream(LUIS) as stream:
            first, _ = await one_order(house)
            heard = await hear(stream, first)
            house.clock.advance(hours=-1)
            second, _ = await one_order(house)
            heard += await hear(stream, second)
            assert heard == sorted(set(heard)), "as they happened, whatever the clock says"
            assert await stream.is_silent(), "the session still stands, heartbeats and all"
        async with house.stream(LUIS, headers={"Last-Event-ID": "0"}) as again:
            assert [event.id for event in await again.take(len(heard))] == heard
        _, told = await house.call(ANA, "GET", "/orders?status=pagado")
        assert [order["id"] for order in told["orders"]] == [second, first], "newest first"
        _, detail = await house.call(ANA, "GET", f"/orders/{second}")
        states = [
            event["status"] for event in detail["history"] if event["type"] == "order_updated"
        ]
        assert states[-5:] == [
            "entregado", "por_verificar", "entregado", "por_verificar", "pagado"
        ]  # fmt: skip
    assert check(tmp_path / "c.db") == []
    report("clock, an hour back", events=len(heard), out_of_order=0, sessions_ended=0)


async def test_an_order_that_is_open_while_the_clock_jumps_goes_its_way(tmp_path: Path) -> None:
    async with open_house(quick_config(tmp_path / "c.db", heartbeat_seconds=0.1)) as house:
        order = await house.place()
        await house.advance(order["id"], "en_preparacion", COCO)
        house.clock.advance(hours=-1)
        await house.advance(order["id"], "listo", COCO)
        await house.advance(order["id"], "entregado", ANA)
        photo, key = jpeg("red"), "the-same-photo"
        _, paid = await house.submit(order["id"], photo=photo, key=key)
        house.clock.advance(hours=2)
        status, told = await house.submit(order["id"], photo=photo, key=key)
        assert status == 200, told
        assert (await house.judge(paid["payment"]["id"], "aprobado"))[0] == 200
    assert check(tmp_path / "c.db") == []


async def test_a_day_forward_ends_sessions_and_nothing_else(tmp_path: Path) -> None:
    async with open_house(quick_config(tmp_path / "c.db", heartbeat_seconds=0.1)) as house:
        async with house.stream(LUIS) as stream, house.stream(BETO) as other:
            first, _ = await one_order(house)
            heard = await hear(stream, first)
            house.clock.advance(days=1)
            assert await stream.ends(60), "a session lasts sixteen hours"
            assert await other.ends(60)
        assert (await house.call(ANA, "GET", "/orders"))[0] == 401
        for client in house.clients.values():
            await client.close()
        house.clients.clear()  # everybody signs in again
        headers = {"Last-Event-ID": str(heard[-1])}
        async with house.stream(LUIS, headers=headers) as stream:
            second, _ = await one_order(house)
            heard += await hear(stream, second)
            house.clock.advance(days=-1)
            third, _ = await one_order(house)
            heard += await hear(stream, third)
        assert heard == sorted(set(heard))
        assert (await house.call(LUIS, "GET", "/session"))[0] == 200, "and the clock goes back"
    assert check(tmp_path / "c.db") == []
    report("clock, a day forward and back", events=len(heard), out_of_order=0, signed_in_again=4)
