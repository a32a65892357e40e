"""Who may do what: every route for every role, from the table of routes itself."""

import json
from typing import Any

import pytest

from comanda.domain.staff import Role, Staff
from comanda.web.routes import ROUTES
from tests.house import ANA, COCO, EVERYONE, LUIS, ROSA, House

W, K, C, A = Role.WAITER, Role.KITCHEN, Role.CASHIER, Role.ADMIN
ALL = {W, K, C, A}
# Of nobody who signs in: the house's secret opens them.
OF_THE_PHONE = ("/deposits/notices", "/deposits/heartbeat")
AUDIENCES: dict[tuple[str, str], set[Role] | None] = {
    ("POST", "/deposits/statement/preview"): {C, A},
    ("POST", "/deposits/statement"): {C, A},
    ("GET", "/"): None,
    ("GET", "/mesero"): None,
    ("GET", "/cocina"): None,
    ("GET", "/caja"): None,
    ("GET", "/admin"): None,
    ("GET", "/docs"): None,
    ("GET", "/openapi.json"): None,
    ("GET", "/ayuda"): None,
    ("GET", "/ayuda/mesero"): None,
    ("GET", "/ayuda/cocina"): None,
    ("GET", "/ayuda/caja"): None,
    ("GET", "/ayuda/admin"): None,
    ("GET", "/ayuda/operacion"): None,
    ("GET", "/metrics"): None,
    ("GET", "/sw.js"): None,
    ("GET", "/manifest.webmanifest"): None,
    ("GET", "/static/{path:.+}"): None,
    ("GET", "/healthz"): None,
    ("POST", "/session"): None,
    ("POST", "/errors"): None,
    ("POST", "/deposits/notices"): None,
    ("POST", "/deposits/heartbeat"): None,
    ("GET", "/session"): ALL,
    ("DELETE", "/session"): ALL,
    ("GET", "/settings"): ALL,
    ("GET", "/start/{role}"): ALL,
    ("GET", "/menu"): ALL,
    ("GET", "/instalar"): None,
    ("POST", "/setup"): None,
    ("PUT", "/house"): {A},
    ("GET", "/house/changes"): {A},
    ("GET", "/staff"): {A},
    ("POST", "/staff"): {A},
    ("PUT", "/staff/{username}/name"): {A},
    ("PUT", "/staff/{username}/pin"): {A},
    ("PUT", "/staff/{username}/role"): {A},
    ("PUT", "/staff/{username}/active"): {A},
    ("GET", "/sessions"): {A},
    ("DELETE", "/sessions/{session_id}"): {A},
    ("GET", "/guesses"): {A},
    ("DELETE", "/guesses"): {A},
    ("GET", "/connect"): {A},
    ("GET", "/connect.svg"): {A},
    ("GET", "/menu.csv"): {A},
    ("PUT", "/menu/order"): {A},
    ("POST", "/menu/preview"): {A},
    ("POST", "/menu/import"): {A},
    ("POST", "/products"): {A},
    ("PUT", "/products/{product_id}"): {A},
    ("DELETE", "/products/{product_id}"): {A},
    ("PUT", "/products/{product_id}/available"): {K, A},
    ("GET", "/days/{date}.csv"): {A},
    ("GET", "/days/{date}"): {A},
    ("POST", "/orders"): {W, A},
    ("DELETE", "/requests/{key}"): {W, C, A},
    ("GET", "/orders"): ALL,
    ("GET", "/orders/{order_id}"): ALL,
    ("PUT", "/orders/{order_id}/status"): ALL,
    ("PUT", "/orders/{order_id}/waiter"): {W, A},
    ("POST", "/orders/{order_id}/proof"): {W, C, A},
    ("PUT", "/orders/{order_id}/place"): {W, C, A},
    ("PUT", "/orders/{order_id}/items/{position}"): {W, C, A},
    ("DELETE", "/payments/{payment_id}"): {W, C, A},
    ("GET", "/accounts"): {W, C, A},
    ("PUT", "/accounts"): {A},
    ("GET", "/accounts/{position}/qr"): {W, C, A},
    ("GET", "/payments/{payment_id}/proof"): {W, C, A},
    ("GET", "/payments/{payment_id}/reading"): {C, A},
    ("PUT", "/payments/{payment_id}/claim"): {W, C, A},
    ("PUT", "/payments/{payment_id}/seen"): {C, A},
    ("PUT", "/payments/{payment_id}/viewer"): {C, A},
    ("DELETE", "/payments/{payment_id}/viewer"): {C, A},
    ("PUT", "/payments/{payment_id}/known"): {C, A},
    ("PUT", "/payments/{payment_id}/reconciliation"): {C, A},
    ("GET", "/deposits"): {C, A},
    ("PUT", "/deposits/{deposit_id}/payment"): {C, A},
    ("GET", "/deposits/phone"): {C, A},
    ("GET", "/reconciliation"): {C, A},
    ("GET", "/reconciliation.csv"): {C, A},
    ("GET", "/deposits/setup"): {A},
    ("POST", "/deposits/secret"): {A},
    ("POST", "/deposits/try"): {A},
    ("PUT", "/payments/{payment_id}/verdict"): {C, A},
    ("GET", "/events/{role}"): ALL,
    ("GET", "/backups"): {A},
    ("POST", "/backups"): {A},
}
STREAM = "/events/{role}"
OF_ONE_ROLE = (STREAM, "/start/{role}")
GUARDED = [key for key, audience in AUDIENCES.items() if audience is not None]
NEED_NO_BODY = {("POST", "/deposits/secret")}  # whoever may do so changes it with any body
BY_ROLE = {W: ANA, K: COCO, C: LUIS, A: ROSA}


def test_every_route_has_the_audience_that_was_meant() -> None:
    declared = {(route.method, route.path): route.audience for route in ROUTES}
    assert declared == AUDIENCES


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_nobody_gets_in_without_a_session(house: House, method: str, path: str) -> None:
    status, problem = await house.call(None, method, at(path), data=b"{")
    assert (status, problem["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(("method", "path"), [key for key in GUARDED if key[1] not in OF_ONE_ROLE])
async def test_the_role_is_checked_before_the_thing_and_the_body(
    house: House, method: str, path: str
) -> None:
    for role, member in BY_ROLE.items():
        before = house.rows()
        status, answer = await answer_of(house, member, method, at(path))
        if role not in (AUDIENCES[method, path] or ()):
            assert (status, json.loads(answer)["code"]) == (403, "forbidden"), role
        elif "999" in at(path):
            assert status == 404, role
        else:
            assert status not in (401, 403, 404), role
            before = house.rows() if (method, path) in NEED_NO_BODY else before
        assert house.rows() == before


async def test_what_is_open_to_all_asks_nobody_who_they_are(house: House) -> None:
    for (method, path), audience in AUDIENCES.items():
        if audience is None and path not in OF_THE_PHONE:
            for member in (None, *BY_ROLE.values()):
                status, _ = await answer_of(house, member, method, at(path))
                assert status not in (401, 403), (path, member)


async def test_what_the_banks_phone_sends_is_signed_whoever_is_signed_in(house: House) -> None:
    for path in OF_THE_PHONE:
        for member in (None, *BY_ROLE.values()):
            assert (await answer_of(house, member, "POST", path))[0] == 401, (path, member)


GETS = [path for method, path in AUDIENCES if method == "GET"]


@pytest.mark.parametrize("path", GETS)
async def test_head_is_answered_as_get_is_without_the_body(house: House, path: str) -> None:
    for member in (None, *BY_ROLE.values()):
        status, body = await answer_of(house, member, "HEAD", at(path))
        assert body == b""
        if path == STREAM:
            assert status == 405, "a stream has no end, and so no HEAD"
        else:
            assert status == (await answer_of(house, member, "GET", at(path)))[0], member


async def answer_of(
    house: House, member: Staff | None, method: str, path: str
) -> tuple[int, bytes]:
    client = await house.client(member)
    async with client.request(method, path, data=b"{") as response:
        return response.status, await response.read()


def at(path: str) -> str:
    """The path with ids that nothing has."""
    plain = path.replace("{path:.+}", "nada")
    return plain.format(
        order_id="999",
        payment_id="999",
        deposit_id="999",
        product_id="999",
        username="u999",
        session_id="999",
        role="waiter",
        date="2026-11-28",
        position="999",
        key="clave 999",
    )


async def test_the_body_is_checked_before_the_state(house: House) -> None:
    paid = await order_in(house, "pagado")
    for body, expected in (
        (b"{", (400, "malformed_body")),
        (b'{"status": "cocido"}', (422, "validation_failed")),
        (b'{"status": "listo"}', (409, "illegal_transition")),
    ):
        headers = {"Content-Type": "application/json"}
        path = f"/orders/{paid}/status"
        status, problem = await house.call(ROSA, "PUT", path, data=body, headers=headers)
        assert (status, problem["code"]) == expected
    status, problem = await house.call(ROSA, "POST", f"/orders/{paid}/proof", data=b"{")
    assert (status, problem["code"]) == (400, "malformed_body")
    status, problem = await house.call(ROSA, "PUT", "/payments/1/verdict", json={"verdict": "no"})
    assert (status, problem["code"]) == (422, "validation_failed")


MOVES = {
    # (from, to): who may, through PUT status; DESIGN section 4
    ("pendiente", "en_preparacion"): {K, A},
    ("en_preparacion", "listo"): {K, A},
    ("listo", "en_preparacion"): {K, A},
    ("en_preparacion", "pendiente"): {K, A},
    ("listo", "entregado"): {W, A},
    ("entregado", "listo"): {W, A},
    ("pendiente", "anulado"): {W, C, A},
    ("en_preparacion", "anulado"): {C, A},
    ("listo", "anulado"): {C, A},
    ("entregado", "anulado"): {C, A},
}
REACHABLE = {
    "pendiente": {K, A},
    "en_preparacion": {K, A},
    "listo": {K, W, A},
    "entregado": {W, A},
    "anulado": {W, C, A},
}
STATES = ["pendiente", "en_preparacion", "listo", "entregado", "por_verificar", "pagado"]


async def order_in(house: House, state: str) -> str:
    order: dict[str, Any] = await house.place()
    reached = STATES.index("entregado" if state == "anulado" else state)
    for step, member in (("en_preparacion", COCO), ("listo", COCO), ("entregado", ANA)):
        if STATES.index(step) <= reached:
            order = await house.advance(order["id"], step, member)
    if STATES.index("por_verificar") <= reached:
        _, order = await house.submit(order["id"])
    if state == "pagado":
        _, order = await house.judge(order["payment"]["id"], "aprobado")
    if state == "anulado":
        order = await house.void(order["id"], LUIS)
    assert order["status"] == state
    return str(order["id"])


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("state", [*STATES, "anulado"])
async def test_put_status_follows_the_table(house: House, state: str, role: Role) -> None:
    for target in (*STATES, "anulado"):
        order_id = await order_in(house, state)
        before = house.rows()
        body = {"status": target} | ({"reason": "se fueron"} if target == "anulado" else {})
        status, answer = await house.call(
            BY_ROLE[role], "PUT", f"/orders/{order_id}/status", json=body
        )
        if role not in REACHABLE.get(target, ALL):
            assert (status, answer["code"]) == (403, "forbidden")
        elif target == state:
            assert (status, answer["status"]) == (200, state)
        elif role in MOVES.get((state, target), ()):
            assert (status, answer["status"]) == (200, target)
            continue
        elif (state, target) in MOVES and (state, target, role) != ("entregado", "listo", K):
            assert (status, answer["code"]) == (403, "forbidden")
        else:
            assert (status, answer["code"]) == (409, "illegal_transition")
        assert house.rows() == before


@pytest.mark.parametrize("wanted", list(Role))
@pytest.mark.parametrize("role", list(Role))
async def test_a_stream_is_for_its_own_role_and_for_admin(
    house: House, role: Role, wanted: Role
) -> None:
    client = await house.client(BY_ROLE[role])
    async with client.get(f"/events/{wanted}") as response:
        assert response.status == (200 if role in (wanted, A) else 403)
        if response.status == 403:
            assert (await response.json(content_type=None))["code"] == "forbidden"


@pytest.mark.parametrize("wanted", list(Role))
@pytest.mark.parametrize("role", list(Role))
async def test_a_page_begins_for_its_own_role_and_for_admin(
    house: House, role: Role, wanted: Role
) -> None:
    status, answer = await house.call(BY_ROLE[role], "GET", f"/start/{wanted}")
    if role in (wanted, A):
        assert (status, answer["session"]["user"]["role"]) == (200, role)
    else:
        assert (status, answer["code"]) == (403, "forbidden")


@pytest.mark.parametrize("path", ["/events/chef", "/start/chef"])
async def test_no_role_is_not_found_by_those_who_are_signed_in(house: House, path: str) -> None:
    for member in BY_ROLE.values():
        status, problem = await house.call(member, "GET", path)
        assert (status, problem["code"]) == (404, "not_found")
    assert (await house.call(None, "GET", path))[0] == 401


async def test_the_kitchen_sees_no_payment_anywhere(house: House) -> None:
    order = await house.deliver()
    _, submitted = await house.submit(order["id"])
    await house.judge(submitted["payment"]["id"], "rechazado", reason="ilegible")

    _, listed = await house.call(COCO, "GET", "/orders")
    _, detail = await house.call(COCO, "GET", f"/orders/{order['id']}")
    _, cooked = await house.call(COCO, "GET", "/orders?status=entregado")
    assert [one["payment"] for one in listed["orders"] + cooked["orders"]] == [None, None]
    assert (detail["payment"], detail["payments"]) == (None, [])
    assert {entry["type"] for entry in detail["history"]} == {"order_updated", "order_placed"}
    status, _ = await house.call(COCO, "GET", f"/payments/{submitted['payment']['id']}/proof")
    assert status == 403


async def test_every_member_of_the_house_is_who_they_say(house: House) -> None:
    for member in EVERYONE:
        assert await house.call(member, "GET", "/session") == (200, {"user": member.wire()})
