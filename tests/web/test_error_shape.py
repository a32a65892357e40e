"""A refusal's shape: a stable code, the right status, and a sentence in Spanish."""

import io
import logging
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest

from comanda import till, workflow
from comanda.chores import purge
from comanda.domain import errors
from comanda.domain.deposits import DepositSource, NewDeposit
from comanda.domain.errors import DomainError
from comanda.domain.examinations import Facts
from comanda.domain.staff import Staff
from comanda.web.contract.problems import STATUSES
from comanda.web.plumbing.keys import DATABASE
from comanda.web.plumbing.setup_token import SETUP_TOKEN
from tests.house import ANA, BETO, COCO, LUIS, MENU, NEW_PIN, ROSA, House, jpeg

CONTRACT = {
    "malformed_body": 400,
    "not_signed_in": 401,
    "bad_credentials": 401,
    "bad_signature": 401,
    "forbidden": 403,
    "cross_origin": 403,
    "too_many_attempts": 429,
    "order_not_found": 404,
    "payment_not_found": 404,
    "deposit_not_found": 404,
    "product_not_found": 404,
    "not_found": 404,
    "proof_not_examined": 404,
    "no_thumbnail": 404,
    "old_version": 404,
    "illegal_transition": 409,
    "payment_already_decided": 409,
    "nothing_due": 409,
    "deposit_taken": 409,
    "order_has_payments": 409,
    "staff_not_found": 404,
    "session_not_found": 404,
    "product_exists": 409,
    "username_taken": 409,
    "last_admin": 409,
    "bad_setup_token": 403,
    "file_too_large": 413,
    "unsupported_file": 415,
    "validation_failed": 422,
    "idempotency_key_reused": 422,
    "own_payment": 403,
    "other_user": 409,
    "proof_expired": 410,
}
# What no request can ask for: tests/web and tests/faults bring it about.
FAULTS = {"upload_timeout", "storage_unavailable", "storage_full", "backup_failed"}
HIRED = {"username": "ana", "name": "Ana", "role": "waiter", "pin": NEW_PIN}
JSON = {"Content-Type": "application/json"}
FOUNDED = {
    "token": "otro",
    "restaurant": "La Fonda",
    "currency": "$",
    "time_zone": "America/Bogota",
    "username": "zoe",
    "name": "Zoé",
    "pin": NEW_PIN,
}


TABLE = {"table_number": 3}
TO_THE_TIED = {"payment_id": "4"}  # a payment that has its deposit


def test_every_code_of_the_contract_has_its_status_and_every_error_its_code() -> None:
    assert {code: STATUSES[code] for code in CONTRACT} == CONTRACT
    codes = {kind.code for kind in vars(errors).values() if is_refusal(kind)}
    assert codes == set(CONTRACT) | FAULTS


def is_refusal(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, DomainError) and kind is not DomainError


async def expire(house: House, payment_id: str) -> None:
    """The photo's time is over."""
    purged = await purge(house.app[DATABASE], house.clock() + timedelta(days=1))
    assert purged.photos == 1, payment_id


async def test_every_code_of_the_contract_is_met_over_http_and_leaves_nothing(
    house: House,
) -> None:
    order = await house.deliver()
    paid = await house.deliver()
    _, submitted = await house.submit(paid["id"], key="used")
    payment = submitted["payment"]["id"]
    await house.judge(payment, "aprobado")
    _, mine = await house.submit((await house.deliver())["id"], ROSA)
    await expire(house, payment)
    started = await house.deliver(5)
    _, part = await house.submit(started["id"], method="efectivo", more=[("amount", "100")])
    await house.judge(part["payment"]["id"], "aprobado")
    await house.submit((await house.deliver())["id"])
    await house.app[DATABASE].write(workflow.record_examination, 4, Facts())
    house.app[SETUP_TOKEN].issue()
    for key in ("tied", "free"):
        await house.app[DATABASE].write(till.receive_deposit, deposit_of(house, key))
        tied = await house.call(LUIS, "PUT", "/deposits/1/payment", json={"payment_id": "4"})
        assert tied[0] == 200, tied
    before = house.rows()

    own = f"/payments/{mine['payment']['id']}/verdict"
    verdict, status = f"/payments/{payment}/verdict", f"/orders/{order['id']}/status"
    guess = {"json": {"username": "nadie", "pin": "0000"}}
    photo = io.BytesIO(bytes(11 * 2**20))
    cases: list[tuple[str, Staff | None, str, str, dict[str, Any]]] = [
        ("malformed_body", ANA, "POST", "/orders", {"data": b"{", "headers": JSON}),
        ("not_signed_in", None, "GET", "/orders", {}),
        *[("bad_credentials", None, "POST", "/session", guess)] * 5,
        ("too_many_attempts", None, "POST", "/session", guess),
        ("forbidden", COCO, "POST", "/orders", {}),
        ("cross_origin", ANA, "DELETE", "/session", {"headers": {"Origin": "http://a.example"}}),
        ("own_payment", ROSA, "PUT", own, {"json": {"verdict": "rechazado"}}),
        ("other_user", ANA, "GET", "/orders", {"headers": {"Comanda-User": "luis"}}),
        ("bad_signature", None, "POST", "/deposits/notices", {"json": {"text": "llegó"}}),
        ("deposit_not_found", LUIS, "PUT", "/deposits/999/payment", {"json": TO_THE_TIED}),
        ("deposit_taken", LUIS, "PUT", "/deposits/2/payment", {"json": TO_THE_TIED}),
        ("proof_expired", LUIS, "GET", f"/payments/{payment}/proof", {}),
        ("proof_not_examined", LUIS, "GET", "/payments/2/proof?size=thumb", {}),
        ("no_thumbnail", LUIS, "GET", "/payments/4/proof?size=thumb", {}),
        ("order_not_found", ANA, "GET", "/orders/999", {}),
        ("payment_not_found", LUIS, "GET", "/payments/999/proof", {}),
        ("not_found", None, "GET", "/nada", {}),
        ("old_version", None, "GET", "/static/0123456789abcdef/js/lib/dom.js", {}),
        ("product_not_found", ROSA, "DELETE", "/products/999", {}),
        ("staff_not_found", ROSA, "PUT", "/staff/nadie/pin", {"json": {"pin": "9999"}}),
        ("session_not_found", ROSA, "DELETE", "/sessions/999", {}),
        ("username_taken", ROSA, "POST", "/staff", {"json": HIRED}),
        ("last_admin", ROSA, "PUT", "/staff/rosa/role", {"json": {"role": "waiter"}}),
        ("bad_setup_token", None, "POST", "/setup", {"json": FOUNDED}),
        ("product_exists", ROSA, "POST", "/products", {"json": MENU[1].wire()}),
        ("illegal_transition", COCO, "PUT", status, {"json": {"status": "listo"}}),
        ("order_has_payments", ANA, "PUT", f"/orders/{started['id']}/place", {"json": TABLE}),
        (
            "nothing_due",
            ANA,
            "POST",
            f"/orders/{paid['id']}/proof",
            {"data": form(io.BytesIO(jpeg()))},
        ),
        ("payment_already_decided", LUIS, "PUT", verdict, {"json": {"verdict": "rechazado"}}),
        ("file_too_large", ANA, "POST", f"/orders/{order['id']}/proof", {"data": form(photo)}),
        (
            "unsupported_file",
            ANA,
            "POST",
            f"/orders/{order['id']}/proof",
            {"data": form(io.BytesIO(b"GIF89a"))},
        ),
        ("validation_failed", COCO, "PUT", status, {"json": {}}),
        (
            "idempotency_key_reused",
            ANA,
            "POST",
            f"/orders/{order['id']}/proof",
            {"data": form(io.BytesIO(jpeg())), "headers": {"Idempotency-Key": "used"}},
        ),
    ]
    for code, member, method, path, request in cases:
        client = await house.client(member)
        async with client.request(method, path, **request) as response:
            problem = await response.json(content_type="application/problem+json")
            assert (response.status, problem["code"]) == (CONTRACT[code], code)
            assert problem["title"] == HTTPStatus(response.status).phrase
            assert problem["type"] == "about:blank"
            assert ("Retry-After" in response.headers) is (code == "too_many_attempts")
        assert house.rows() == before, code
    assert {code for code, *_ in cases} == set(CONTRACT)


def deposit_of(house: House, key: str) -> NewDeposit:
    """Money for any of the house's orders."""
    return NewDeposit(source=DepositSource.NOTICE, amount=24_100, at=house.clock(), key=key)


def form(photo: io.BytesIO) -> aiohttp.FormData:
    made = aiohttp.FormData({"method": "transferencia"})
    made.add_field("file", photo, filename="foto.jpg", content_type="image/jpeg")
    return made


async def test_states_and_keys_are_refused_with_their_codes_and_leave_nothing(
    house: House,
) -> None:
    order = await house.deliver()
    paid = await house.deliver()
    _, submitted = await house.submit(paid["id"], key="k-1")
    await house.judge(submitted["payment"]["id"], "aprobado")
    before = house.rows()

    verdict = f"/payments/{submitted['payment']['id']}/verdict"
    cases: list[tuple[Any, str, str, dict[str, Any], int, str]] = [
        (COCO, "PUT", f"/orders/{order['id']}/status", {"status": "listo"}, 409,
         "illegal_transition"),
        (LUIS, "PUT", verdict, {"verdict": "rechazado"}, 409, "payment_already_decided"),
        (COCO, "PUT", verdict, {"verdict": "aprobado"}, 403, "forbidden"),
    ]  # fmt: skip
    for member, method, path, body, status, code in cases:
        answer, problem = await house.call(member, method, path, json=body)
        assert (answer, problem["code"]) == (status, code)
    status, problem = await house.submit(order["id"], key="k-1")
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    status, problem = await house.submit(paid["id"], key="k-2")
    assert (status, problem["code"]) == (409, "nothing_due")
    placed = await house.place()
    before = house.rows()
    status, problem = await house.submit(placed["id"], key="k-3")
    assert (status, problem["code"]) == (409, "illegal_transition")
    assert house.rows() == before


async def test_wrong_pins_and_other_sites_leave_nothing(house: House) -> None:
    before = house.rows()
    for number in range(6):
        status, problem = await house.call(
            None, "POST", "/session", json={"username": "ana", "pin": "0000"}
        )
        expected = (401, "bad_credentials") if number < 5 else (429, "too_many_attempts")
        assert (status, problem["code"]) == expected
    status, problem = await house.call(
        BETO, "POST", "/orders", json={}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert (status, problem["code"]) == (403, "cross_origin")
    assert house.rows() == before


async def test_what_nobody_expected_is_logged_and_answered_without_its_trace(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.stream(ANA):  # signed in before the readers break
        for reader in list(house.app[DATABASE]._readers._queue):  # type: ignore[attr-defined]
            await reader.run(
                lambda connection: connection.execute("PRAGMA query_only = 0") and None
            )
            await reader.run(lambda connection: connection.execute("DROP TABLE IF EXISTS products"))
            break
        with caplog.at_level(logging.ERROR):
            client = await house.client(ANA)
            async with client.get("/menu") as response:
                status, problem = response.status, await response.json(content_type=None)
                assert response.content_type == "application/problem+json"
                assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert (status, problem["code"]) == (500, "internal_error")
    assert set(problem) == {"type", "title", "status", "code", "detail"}
    assert "products" not in str(problem)
    assert "Traceback" in caplog.text
    assert "no such table: products" in caplog.text


async def test_every_answer_has_the_security_headers(house: House) -> None:
    order = await house.deliver()
    await house.submit(order["id"])
    asked: list[tuple[Staff | None, str, str, int]] = [
        (None, "GET", "/", 200),
        (None, "GET", "/healthz", 200),
        (None, "GET", "/nada", 404),
        (None, "GET", "/orders", 401),
        (ANA, "GET", "/orders", 200),
        (ANA, "GET", "/payments/1/proof", 200),
        (ANA, "GET", "/events/waiter", 200),
        (ANA, "PATCH", "/orders", 405),
        (ANA, "POST", "/orders", 400),
        (COCO, "POST", "/orders", 403),
        (BETO, "DELETE", "/session", 204),
    ]
    for member, method, path, status in asked:
        client = await house.client(member)
        async with client.request(method, path) as response:
            assert response.status == status, path
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["X-Frame-Options"] == "DENY"
            assert response.headers["Referrer-Policy"] == "same-origin"
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            policy = response.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy or policy == "sandbox"
            assert response.headers["Server"] == "Comanda"
