"""The main job, as the restaurant lives it: Test 1 (first proof) and Test 2 (resubmission)."""

from tests.house import ANA, COCO, LUIS, House, jpeg


async def test_a_first_proof_reaches_the_cashier_at_once_and_is_approved(house: House) -> None:
    order = await house.deliver(table=12)
    async with house.stream(LUIS) as cashier, house.stream(ANA) as waiter:
        status, submitted = await house.submit(order["id"])
        assert (status, submitted["status"]) == (201, "por_verificar")

        updated, notice = await cashier.take(2)
        assert (updated.type, updated.data) == ("order_updated", submitted)
        assert notice.type == "payment_verification_pending"
        assert notice.data == {
            "order_id": order["id"],
            "order_ids": [order["id"]],
            "payment_id": submitted["payment"]["id"],
            "attempt": 1,
            "table_number": 12,
            "customer": None,
            "method": "transferencia",
            "amount": 241.0,
            "tip": 0.0,
            "total": 241.0,
            "action": "submitted",
            "reference": None,
            "warnings": [],
        }

        status, paid = await house.judge(notice.data["payment_id"], "aprobado")
        assert (status, paid["status"]) == (200, "pagado")
        approved = await waiter.until("payment_approved")
        assert approved.data["order_id"] == order["id"]


async def test_a_rejected_proof_is_sent_again_and_the_cashier_hears_of_it(house: House) -> None:
    order = await house.deliver(table=7)
    async with house.stream(LUIS) as cashier, house.stream(ANA) as waiter:
        await house.submit(order["id"], photo=jpeg("gray"))
        first = await cashier.until("payment_verification_pending")
        await house.judge(first.data["payment_id"], "rechazado", reason="ilegible")

        rejected = await waiter.until("payment_rejected")
        assert rejected.data["reason"] == "ilegible"
        _, back = await house.call(ANA, "GET", f"/orders/{order['id']}")
        assert (back["status"], back["payment_method"]) == ("entregado", "transferencia")

        await house.submit(order["id"], photo=jpeg("white"))
        second = await cashier.until("payment_verification_pending")
        assert second.data["action"] == "resubmitted"
        assert second.data["attempt"] == 2
        assert second.data["payment_id"] != first.data["payment_id"]

        status, paid = await house.judge(second.data["payment_id"], "aprobado")
        assert (status, paid["status"]) == (200, "pagado")


async def test_the_kitchen_hears_of_orders_and_never_of_payments(house: House) -> None:
    async with house.stream(COCO) as kitchen, house.stream(LUIS) as cashier:
        order = await house.deliver()
        await house.submit(order["id"])
        await cashier.until("payment_verification_pending")

        heard = await kitchen.take(6)
        assert [event.type for event in heard] == ["order_updated", "order_placed"] + [
            "order_updated"
        ] * 4
        assert heard[-1].data["status"] == "por_verificar"
        assert all(event.data["payment"] is None for event in heard)
        assert await kitchen.is_silent()
