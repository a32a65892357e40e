"""Each thing of Ana's, asked for by its owner and by everybody else; and no way past the table."""

from typing import Any

import pytest

from comanda.domain.staff import Role, Staff
from comanda.web.routes import ROUTES
from tests.house import ANA, BETO, COCO, LUIS, ROSA, House

EVERYONE_ASKED = (None, ANA, BETO, COCO, LUIS, ROSA)
NOTE = {"json": {"verdict": "rechazado", "reason": "ilegible"}}
# Any waiter may act for any table, so Beto gets what Ana gets; nobody judges their own payment.
TABLE: dict[tuple[str, str], tuple[dict[str, Any], dict[str, int]]] = {
    # request: what it holds, and whom it answers what: "" is nobody
    ("GET", "/orders/1"): (
        {},
        {"": 401, "ana": 200, "beto": 200, "coco": 200, "luis": 200, "rosa": 200},
    ),
    ("GET", "/payments/1/proof"): (
        {},
        {"": 401, "ana": 200, "beto": 200, "coco": 403, "luis": 200, "rosa": 200},
    ),
    ("PUT", "/payments/1/seen"): (
        {},
        {"": 401, "ana": 403, "beto": 403, "coco": 403, "luis": 200, "rosa": 200},
    ),
    ("PUT", "/payments/1/verdict"): (
        NOTE,
        {"": 401, "ana": 403, "beto": 403, "coco": 403, "luis": 200, "rosa": 200},
    ),
    ("PUT", "/staff/ana/pin"): (
        {"json": {"pin": "8841"}},
        {"": 401, "ana": 403, "beto": 403, "coco": 403, "luis": 403, "rosa": 200},
    ),
    ("GET", "/sessions"): (
        {},
        {"": 401, "ana": 403, "beto": 403, "coco": 403, "luis": 403, "rosa": 200},
    ),
}


async def anas(house: House) -> None:
    """Order 1 and payment 1 are Ana's."""
    order = await house.deliver()
    status, _ = await house.submit(order["id"])
    assert status == 201


@pytest.mark.parametrize("member", EVERYONE_ASKED, ids=str)
@pytest.mark.parametrize("request_", TABLE, ids=" ".join)
async def test_what_is_anas_is_for_those_who_may(
    house: House, request_: tuple[str, str], member: Staff | None
) -> None:
    await anas(house)
    body, expected = TABLE[request_]
    client = await house.client(member)
    async with client.request(*request_, **body) as response:
        assert response.status == expected[member.username if member else ""]


async def test_an_admin_may_do_all_but_judge_a_payment_of_their_own(house: House) -> None:
    order = await house.deliver()
    _, sent = await house.submit(order["id"], waiter=ROSA)
    status, problem = await house.judge(sent["payment"]["id"], "rechazado", cashier=ROSA)
    assert (status, problem["code"]) == (403, "own_payment")
    assert (await house.judge(sent["payment"]["id"], "rechazado", reason="no", cashier=LUIS))[
        0
    ] == 200


async def test_signing_out_ends_ones_own_session_and_no_other(house: House) -> None:
    await house.call(BETO, "GET", "/session")
    assert (await house.call(ANA, "DELETE", "/session"))[0] == 204
    assert (await house.call(ANA, "GET", "/session"))[0] == 401
    assert (await house.call(BETO, "GET", "/session"))[0] == 200


@pytest.mark.parametrize("role", list(Role))
async def test_no_role_hears_the_stream_of_another(house: House, role: Role) -> None:
    for member in (ANA, COCO, LUIS):
        client = await house.client(member)
        async with client.get(f"/events/{role}") as response:
            assert response.status == (200 if role is member.role else 403)


async def test_the_router_has_the_routes_of_the_table_and_no_others(house: House) -> None:
    """So a route that is added past the table, without an audience, is noticed here."""
    served = sorted(
        (route.method, str(route.resource.get_info().get("formatter", route.resource.canonical)))
        for route in house.app.router.routes()
        if route.resource
    )
    table = [(route.method, plain(route.path)) for route in ROUTES]
    heads = [("HEAD", path) for method, path in table if method == "GET" and "events" not in path]
    assert served == sorted(table + heads)
    assert len(set(served)) == len(served)


def plain(path: str) -> str:
    return path.replace(":.+", "")
