"""Payments over HTTP: attempts, proofs, verdicts, and what a phone may safely send twice."""

import io
import logging
from typing import Any

import aiohttp
import pytest

from comanda.config import Config
from tests.house import ANA, BETO, COCO, LUIS, MARA, PDF, ROSA, House, image, jpeg, open_house


async def test_an_attempt_has_the_contracts_shape(house: House) -> None:
    order = await house.deliver()
    status, answer = await house.submit(order["id"])
    assert status == 201
    assert answer["payment_method"] == "transferencia"
    assert answer["payment"] == {
        "id": "1",
        "order_id": order["id"],
        "attempt": 1,
        "method": "transferencia",
        "status": "por_verificar",
        "reason": None,
        "has_proof": True,
        "submitted_by": "ana",
        "submitted_at": "2026-11-28T20:41:00.000Z",
        "decided_by": None,
        "decided_at": None,
        "reference": None,
        "amount": 241.0,
        "tip": 0.0,
        "tendered": None,
        "change": None,
        "replaces": None,
        "orders": [
            {
                "order_id": order["id"],
                "table_number": 12,
                "customer": None,
                "amount": 241.0,
                "items": [],
            }
        ],
        "warnings": [],
        "seen_by": None,
        "seen_at": None,
        "seen_in_account": None,
        "reconciled_by": None,
        "reconciled_at": None,
        "viewers": [],
        "examination": None,
        "examined_at": None,
        "late_warnings": [],
        "reading": None,
        "former_claims": [],
        "deposit": None,
        "checked": None,
    }


@pytest.mark.parametrize(
    ("data", "content_type", "extension"),
    [
        (jpeg(), "image/jpeg", "jpg"),
        (image("PNG"), "image/png", "png"),
        (image("WEBP"), "image/webp", "webp"),
        (PDF, "application/pdf", "pdf"),
    ],
)
async def test_a_proof_comes_back_byte_for_byte_as_what_it_is_and_can_do_nothing(
    house: House, data: bytes, content_type: str, extension: str
) -> None:
    order = await house.deliver()
    _, submitted = await house.submit(order["id"], photo=data)  # sent as foto.jpg, image/jpeg
    for member in (LUIS, ANA, BETO):
        client = await house.client(member)
        async with client.get(f"/payments/{submitted['payment']['id']}/proof") as response:
            assert response.status == 200
            assert await response.read() == data
            assert response.content_type == content_type
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"] == "sandbox"
            assert "private" in response.headers["Cache-Control"]
            assert "no-store" in response.headers["Cache-Control"]
            assert "ETag" not in response.headers
            name = f'inline; filename="comprobante-{order["id"]}-1.{extension}"'
            assert response.headers["Content-Disposition"] == name


@pytest.mark.parametrize("size", [(1, 1), (7, 500), (500, 3)])
async def test_a_photo_of_a_few_pixels_is_a_photo(house: House, size: tuple[int, int]) -> None:
    for data in (jpeg(size=size), image("PNG", size), image("WEBP", size)):
        order = await house.deliver()
        assert (await house.submit(order["id"], photo=data))[0] == 201


async def test_an_attempt_says_where_its_order_is(house: House) -> None:
    order = await house.deliver()
    client = await house.client(ANA)
    photo = jpeg()
    for status in (201, 200):
        form = aiohttp.FormData({"method": "transferencia"})
        form.add_field("file", io.BytesIO(photo), filename="foto.jpg")
        async with client.post(
            f"/orders/{order['id']}/proof", data=form, headers={"Idempotency-Key": "k"}
        ) as response:
            assert response.status == status
            assert response.headers["Location"] == f"/orders/{order['id']}"


async def test_cash_without_any_file_in_the_form_is_an_attempt(house: House) -> None:
    order = await house.deliver()
    form = aiohttp.MultipartWriter("form-data")
    form.append("efectivo").set_content_disposition("form-data", name="method")
    status, answer = await house.call(ANA, "POST", f"/orders/{order['id']}/proof", data=form)
    assert (status, answer["payment"]["has_proof"]) == (201, False)
    assert answer["payment_method"] == "efectivo"


@pytest.mark.parametrize("method", ["efectivo", "tarjeta"])
async def test_cash_and_card_need_no_photo(house: House, method: str) -> None:
    order = await house.deliver()
    form = aiohttp.FormData({"method": method})
    form.add_field("file", b"", filename="")
    status, answer = await house.call(ANA, "POST", f"/orders/{order['id']}/proof", data=form)
    assert (status, answer["payment"]["has_proof"]) == (201, False)
    status, problem = await house.call(LUIS, "GET", f"/payments/{answer['payment']['id']}/proof")
    assert (status, problem["code"]) == (404, "not_found")


async def test_a_transfer_without_a_photo_says_what_is_missing(house: House) -> None:
    order = await house.deliver()
    form = aiohttp.MultipartWriter("form-data")
    form.append("transferencia").set_content_disposition("form-data", name="method")
    status, problem = await house.call(ANA, "POST", f"/orders/{order['id']}/proof", data=form)
    assert status == 422
    assert problem["errors"] == {"file": ["Falta la foto del comprobante"]}


async def test_an_attempt_sent_twice_with_one_key_is_made_once_whatever_happened_since(
    config: Config,
) -> None:
    photo = jpeg()
    async with open_house(config) as house:
        order = await house.deliver()
        status, first = await house.submit(order["id"], key="k", photo=photo)
        assert status == 201
        before = house.rows()
        assert await house.submit(order["id"], key="k", photo=photo) == (200, first)
        assert (await house.submit(order["id"], BETO, key="k", photo=photo))[0] == 422
        assert (await house.submit(order["id"], key="k", photo=jpeg("red")))[0] == 422
        assert (await house.submit(order["id"], key="k", photo=photo, method="efectivo"))[0] == 422
        assert house.rows() == before
        _, rejected = await house.judge(first["payment"]["id"], "rechazado")
        before = house.rows()
        assert await house.submit(order["id"], key="k", photo=photo) == (200, rejected)
        assert house.rows() == before
    async with open_house(config, new=False) as house:
        assert await house.submit(order["id"], key="k", photo=photo) == (200, rejected)
        assert house.rows() == before
        assert (await house.submit(order["id"], key="l"))[0] == 201


async def test_a_verdict_given_twice_is_no_news_and_the_other_one_is_refused(
    house: House,
) -> None:
    order = await house.deliver()
    _, submitted = await house.submit(order["id"])
    payment_id = submitted["payment"]["id"]
    status, paid = await house.judge(payment_id, "aprobado")
    assert status == 200
    decided = {
        "status": "aprobado",
        "decided_by": "luis",
        "decided_at": "2026-11-28T20:41:00.000Z",
        "seen_in_account": True,
        "checked": "cuenta",
    }
    payment = submitted["payment"] | decided
    assert paid == submitted | {
        "status": "pagado",
        "payment": payment,
        "payments": [payment],
        "paid": 241.0,
        "waiting": 0.0,
    }
    before = house.rows()
    assert await house.judge(payment_id, "aprobado", MARA) == (200, paid)
    status, problem = await house.judge(payment_id, "rechazado", MARA)
    assert (status, problem["code"]) == (409, "payment_already_decided")
    assert "luis" in problem["detail"]
    assert house.rows() == before


async def test_a_verdict_on_an_old_attempt_changes_nothing(house: House) -> None:
    order = await house.deliver()
    _, first = await house.submit(order["id"])
    await house.judge(first["payment"]["id"], "rechazado", reason="ilegible")
    _, second = await house.submit(order["id"])
    before = house.rows()
    assert (await house.judge(first["payment"]["id"], "aprobado"))[0] == 409
    status, answer = await house.judge(first["payment"]["id"], "rechazado")
    assert (status, answer) == (200, second)
    assert house.rows() == before


async def test_a_proofs_way_is_logged_step_by_step(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    order = await house.deliver()
    caplog.set_level(logging.INFO)
    async with house.stream(LUIS) as cashier:
        await house.submit(order["id"])
        await cashier.until("payment_verification_pending")
    told = [record.message for record in caplog.records if "[Backend]" in record.message]
    number = order["id"]
    about = f"orden {number} · transferencia · ana"
    assert told == [
        f"📤 [Backend] Recibiendo comprobante… orden {number} · transferencia · ana",
        f"✅ [Backend] Orden {number} actualizada a por_verificar · transferencia · ana",
        f"📡 [Backend] Evento emitido: payment_verification_pending · {about}",
        f"📡 [Backend] Notificación enviada a cajeros: 1 en línea · {about}",
    ]


async def test_a_request_is_one_line_in_the_log_that_nobody_can_forge(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answers: list[Any] = [await house.call(ANA, "GET", "/nada%0aGET%20/otra?x=%0d%0a")]
    assert answers[0][0] == 404
    lines = [record.message for record in caplog.records if "/nada" in record.message]
    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert lines[0].startswith("GET /nada%0AGET%20/otra?x=%0D%0A 404 ")
    await house.call(ANA, "GET", "/menu")
    assert any("GET /menu 200" in line and " ana " in line for line in caplog.messages)


@pytest.mark.parametrize("method", ["efectivo", "tarjeta", "transferencia"])
@pytest.mark.parametrize("amount", [None, "0", "0.00"])
async def test_what_costs_nothing_is_charged_like_anything_else(
    house: House, method: str, amount: str | None
) -> None:
    free = {"name": "Cortesía", "category": "Postres", "price": 0}
    _, product = await house.call(ROSA, "POST", "/products", json=free)
    items = [{"product_id": product["id"], "quantity": 2}]
    _, order = await house.call(ANA, "POST", "/orders", json={"table_number": 7, "items": items})
    assert order["total"] == 0
    await house.advance(order["id"], "en_preparacion", COCO)
    await house.advance(order["id"], "listo", COCO)
    await house.advance(order["id"], "entregado", ANA)
    form = aiohttp.FormData({"method": method}, default_to_multipart=True)
    if amount is not None:
        form.add_field("amount", amount)
    if method == "transferencia":
        form.add_field("file", jpeg(), filename="foto.jpg", content_type="image/jpeg")
    status, sent = await house.call(ANA, "POST", f"/orders/{order['id']}/proof", data=form)
    assert status == 201, sent
    assert sent["payment"]["amount"] == 0
    assert sent["payment"]["warnings"] == []
    status, paid = await house.judge(sent["payment"]["id"], "aprobado")
    assert (status, paid["status"]) == (200, "pagado")
    _, listed = await house.call(LUIS, "GET", "/reconciliation")
    assert [one["total"] for one in listed["payments"]] == [0]
