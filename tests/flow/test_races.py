"""Two people at the same instant, and clients that go away in the middle."""

import asyncio
import contextlib
import itertools
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from comanda import workflow
from comanda.domain.examinations import Facts
from comanda.store.backup import check
from comanda.store.connection import connect
from comanda.web.plumbing.keys import DATABASE
from tests.faults.figures import report, scaled
from tests.house import (
    ANA,
    BETO,
    LUIS,
    MARA,
    ROSA,
    House,
    eventually,
    hang_up,
    jpeg,
    open_house,
    quick_config,
)

WAITS = (0.0, 0.001, 0.002, 0.004, 0.008, 0.016)  # seconds; a proof takes some five milliseconds
# What belongs to an attempt, counted at one instant.
PARTS = """
    SELECT (SELECT COUNT(*) FROM payments),
           (SELECT COUNT(*) FROM proofs),
           (SELECT COUNT(*) FROM idempotency_keys),
           (SELECT COUNT(*) FROM events WHERE type = 'payment_verification_pending'),
           (SELECT COUNT(*) FROM events WHERE type = 'order_updated' AND status = 'por_verificar'),
           (SELECT COUNT(*) FROM orders WHERE status = 'por_verificar')
"""
PAYMENT_EVENTS = {"order_updated": 1, "payment_verification_pending": 1}


def events_after(house: House, last: int) -> list[tuple[int, str]]:
    """(id, type) of what the log has after the event `last`."""
    with contextlib.closing(connect(house.path)) as connection:
        found = connection.execute("SELECT id, type FROM events WHERE id > ? ORDER BY id", (last,))
        return [tuple(row) for row in found]


def last_event(house: House) -> int:
    return max((event_id for event_id, _ in events_after(house, 0)), default=0)


def whole_attempts(house: House) -> int:
    """How many attempts there are, each with its proof, key, notice and its order's new state."""
    with contextlib.closing(connect(house.path)) as connection:
        counts = connection.execute(PARTS).fetchone()
    assert len(set(counts)) == 1, tuple(counts)
    return int(counts[0])


async def test_of_two_cashiers_deciding_at_once_one_is_heard(house: House) -> None:
    for number in range(16):
        order = await house.deliver()
        _, submitted = await house.submit(order["id"])
        payment_id, before = submitted["payment"]["id"], last_event(house)
        cashiers = (LUIS, MARA) if number % 2 else (MARA, LUIS)
        async with house.stream(ANA) as waiter:
            answers = await asyncio.gather(
                house.judge(payment_id, "aprobado", cashiers[0]),
                house.judge(payment_id, "rechazado", cashiers[1]),
            )
            told = await waiter.take(2)
        assert sorted(status for status, _ in answers) == [200, 409]
        won = next(answer for status, answer in answers if status == 200)
        lost = next(answer for status, answer in answers if status == 409)
        assert lost["code"] == "payment_already_decided"
        _, detail = await house.call(LUIS, "GET", f"/orders/{order['id']}")
        assert {name: detail[name] for name in won} == won
        assert [payment["status"] for payment in detail["payments"]] == [won["payment"]["status"]]
        notice = "payment_approved" if won["status"] == "pagado" else "payment_rejected"
        assert [kind for _, kind in events_after(house, before)] == ["order_updated", notice]
        assert [event.type for event in told] == ["order_updated", notice]


async def test_two_cashiers_who_agree_at_once_are_both_right_and_it_happens_once(
    house: House,
) -> None:
    for _ in range(8):
        order = await house.deliver()
        _, submitted = await house.submit(order["id"])
        payment_id, before = submitted["payment"]["id"], last_event(house)
        answers = await asyncio.gather(
            house.judge(payment_id, "aprobado", LUIS), house.judge(payment_id, "aprobado", MARA)
        )
        assert [status for status, _ in answers] == [200, 200]
        assert answers[0][1] == answers[1][1]
        assert len(events_after(house, before)) == 2


async def test_of_two_phones_charging_one_order_at_once_one_gets_through(house: House) -> None:
    for number in range(10):
        order = await house.deliver()
        before = last_event(house)
        answers = await asyncio.gather(
            house.submit(order["id"], ANA, jpeg("red")),
            house.submit(order["id"], BETO, jpeg("blue")),
        )
        assert sorted(status for status, _ in answers) == [201, 409]
        lost = next(answer for status, answer in answers if status == 409)
        assert lost["code"] == "nothing_due"
        assert Counter(kind for _, kind in events_after(house, before)) == PAYMENT_EVENTS
        assert house.rows()["payments"] == house.rows()["proofs"] == number + 1


async def test_one_key_sent_five_times_at_once_makes_one_payment(house: House) -> None:
    for number in range(5):
        order = await house.deliver()
        before, photo = house.rows(), jpeg()
        answers = await asyncio.gather(
            *(house.submit(order["id"], key=f"k{number}", photo=photo) for _ in range(5))
        )
        assert sorted(status for status, _ in answers) == [200, 200, 200, 200, 201]
        assert len({answer["payment"]["id"] for _, answer in answers}) == 1
        assert house.rows() == {
            **before,
            "payments": number + 1,
            "proofs": number + 1,
            "payment_allocations": number + 1,
            "fingerprints": number + 1,
            "events": before["events"] + 2,
            "idempotency_keys": number + 1,
        }


async def test_one_key_for_an_order_sent_five_times_at_once_places_one_order(
    house: House,
) -> None:
    body = {"table_number": 3, "items": [{"product_id": "1", "quantity": 1}]}
    headers = {"Idempotency-Key": "k"}
    await house.client(ANA)
    answers = await asyncio.gather(
        *(house.call(ANA, "POST", "/orders", json=body, headers=headers) for _ in range(5))
    )
    assert sorted(status for status, _ in answers) == [200, 200, 200, 200, 201]
    assert len({answer["id"] for _, answer in answers}) == 1
    assert house.rows()["orders"] == 1
    assert house.rows()["events"] == 2


async def form_of(photo: bytes) -> tuple[str, bytes]:
    """A payment form's headers and body, byte for byte as a phone sends them."""
    form = aiohttp.MultipartWriter("form-data", boundary="xyz")
    form.append("transferencia").set_content_disposition("form-data", name="method")
    form.append(photo).set_content_disposition("form-data", name="file", filename="f.jpg")
    body = await form.as_bytes()
    head = f"Content-Length: {len(body)}\r\nContent-Type: multipart/form-data; boundary=xyz"
    return head, body


@pytest.mark.parametrize("cancellation", [True, False])
async def test_a_client_lost_after_its_last_byte_leaves_all_or_nothing(
    tmp_path: Path, *, cancellation: bool
) -> None:
    outcomes: Counter[int] = Counter()
    async with open_house(quick_config(tmp_path / "c.db"), cancellation=cancellation) as house:
        for number, wait in enumerate(sorted(WAITS * 4)):
            order, key, photo = await house.deliver(), f"k{number}", jpeg()
            head, body = await form_of(photo)
            path = f"POST /orders/{order['id']}/proof HTTP/1.1"
            caller = await house.dial(ANA, path, f"Idempotency-Key: {key}", head, body=body)
            await asyncio.sleep(wait)
            hang_up(caller, rudely=number % 2 == 0)
            # This write stands in line behind whatever the lost request began.
            await house.place()
            done = whole_attempts(house) - number
            assert done in (0, 1)

            # The phone comes back with its key, as the page does.
            status, paid = await house.submit(order["id"], photo=photo, key=key)
            outcomes[status] += 1
            assert status in ((200,) if done else (200, 201))
            assert (paid["status"], paid["payment"]["attempt"]) == ("por_verificar", 1)
            assert whole_attempts(house) == number + 1
        assert check(house.path) == []
    print(f"carried out though the client was lost: {outcomes[200]}; not: {outcomes[201]}")


@pytest.mark.parametrize("cancellation", [True, False])
async def test_a_client_lost_in_the_middle_of_its_photo_stores_nothing(
    tmp_path: Path, *, cancellation: bool
) -> None:
    async with open_house(quick_config(tmp_path / "c.db"), cancellation=cancellation) as house:
        order = await house.deliver()
        before, tasks = house.rows(), len(asyncio.all_tasks())
        head, body = await form_of(jpeg(size=(1600, 1600)))
        path = f"POST /orders/{order['id']}/proof HTTP/1.1"
        for kept in (0, 40, len(body) // 2, len(body) - 1):
            for number, wait in enumerate(WAITS[:4]):
                caller = await house.dial(ANA, path, head, body=body[:kept])
                await asyncio.sleep(wait)
                hang_up(caller, rudely=number % 2 == 0)
        await eventually(lambda: len(asyncio.all_tasks()) <= tasks)
        assert house.rows() == before
        status, _ = await house.submit(order["id"])
        assert status == 201


async def test_two_approvals_that_race_with_a_late_warning_lose_nothing(house: House) -> None:
    """The warning is there in time, and then an approval needs its reason; or it is a late one."""
    database, outcomes = house.app[DATABASE], Counter[str]()
    _, first = await house.submit((await house.deliver())["id"])
    receipt = Facts(content="a" * 64)
    assert await database.write(workflow.record_examination, int(first["payment"]["id"]), receipt)
    for number in range(scaled(24, 1000)):
        order = await house.deliver()
        _, submitted = await house.submit(order["id"])
        payment_id, before = submitted["payment"]["id"], last_event(house)

        async def examine(payment_id: str = payment_id, wait: float = WAITS[number % 6]) -> bool:
            await asyncio.sleep(wait)
            return await database.write(workflow.record_examination, int(payment_id), receipt)

        approvals, was_examined = await asyncio.gather(
            asyncio.gather(
                house.judge(payment_id, "aprobado", LUIS),
                house.judge(payment_id, "aprobado", MARA),
            ),
            examine(),
        )
        assert was_examined
        _, detail = await house.call(LUIS, "GET", f"/orders/{order['id']}")
        (payment,) = detail["payments"]
        (warning,) = payment["warnings"]
        assert warning["type"] == "file_reused"
        told = Counter(kind for _, kind in events_after(house, before))
        assert told["payment_examined"] == 1
        statuses = {status for status, _ in approvals}
        if payment["status"] == "aprobado":
            assert statuses == {200}, "nobody is asked for a reason after the approval"
            assert (await house.judge(payment_id, "aprobado", LUIS))[0] == 200, "asked once more"
            assert payment["late_warnings"] == payment["warnings"]
            assert told == {"order_updated": 2, "payment_approved": 1, "payment_examined": 1}
            body = {"types": ["file_reused"]}
            known = await asyncio.gather(
                *(
                    house.call(cashier, "PUT", f"/payments/{payment_id}/known", json=body)
                    for cashier in (LUIS, MARA)
                )
            )
            assert [status for status, _ in known] == [200, 200]
            assert [answer["payment"]["late_warnings"] for _, answer in known] == [[], []]
        else:
            assert statuses == {422}, "both lack the reason"
            assert payment["late_warnings"] == []
            assert told == {"order_updated": 1, "payment_examined": 1}
            assert (await house.judge(payment_id, "aprobado", LUIS, "ya lo vi"))[0] == 200
        outcomes[payment["status"]] += 1
    report(
        "two approvals and a warning",
        rounds=outcomes.total(),
        warned_before=outcomes["por_verificar"],
        warned_late=outcomes["aprobado"],
        lost=0,
    )


def assert_the_rule(order: dict[str, Any]) -> None:
    """An order owes what its payments leave, and is in the state that they make."""
    sums = {"aprobado": 0.0, "por_verificar": 0.0}
    for payment in order["payments"]:
        share = sum(one["amount"] for one in payment["orders"] if one["order_id"] == order["id"])
        if payment["status"] in sums:
            sums[payment["status"]] += share
    assert (order["paid"], order["waiting"]) == (sums["aprobado"], sums["por_verificar"])
    assert 0 <= order["due"] == order["total"] - order["paid"] - order["waiting"]
    by_payments = "por_verificar" if order["waiting"] else "entregado"
    assert order["status"] == ("pagado" if order["paid"] == order["total"] else by_payments)


async def stored(house: House, order_id: str) -> dict[str, Any]:
    """The order as `GET` answers it, which is how the log's last `order_updated` tells it."""
    _, order = await house.call(LUIS, "GET", f"/orders/{order_id}")
    order.pop("history")
    row = house.row(
        "SELECT data FROM events WHERE order_id = ? AND type = 'order_updated'"
        " ORDER BY id DESC LIMIT 1",
        int(order_id),
    )
    assert json.loads(row["data"]) == order
    return dict(order)


async def bill(house: House, count: int = 2) -> list[str]:
    return [(await house.deliver())["id"] for _ in range(count)]


async def test_parts_from_four_phones_at_once_never_pay_more_than_a_bill(house: House) -> None:
    """Two parts fit into the first of two rounds, and the third one ends it."""
    for member in (ANA, BETO):
        await house.client(member)
    for _ in range(scaled(8, 400)):
        first, second = await bill(house)
        answers = await asyncio.gather(
            *(
                house.submit(
                    named, member, method="efectivo", more=[("also", also), ("amount", "100")]
                )
                for named, also in ((first, second), (second, first))
                for member in (ANA, BETO)
            )
        )
        assert sorted(status for status, _ in answers) == [201, 201, 201, 409]
        assert [one["code"] for status, one in answers if status == 409] == ["nothing_due"]
        orders = [await stored(house, order_id) for order_id in (first, second)]
        for order in orders:
            assert_the_rule(order)
        assert [(order["waiting"], order["due"]) for order in orders] == [
            (241.0, 0.0),
            (59.0, 182.0),
        ]


async def test_a_reopening_and_a_part_at_once_leave_the_rule(house: House) -> None:
    """An administrator takes an approval back while somebody pays, and somebody else decides."""
    outcomes: Counter[tuple[int, ...]] = Counter()
    for number in range(scaled(8, 400)):
        first, second = await bill(house)
        both = [("also", second), ("amount", "300")]
        _, paid = await house.submit(first, method="efectivo", more=both)
        approved_id = paid["payment"]["id"]
        await house.judge(approved_id, "aprobado")
        _, part = await house.submit(second, method="efectivo", more=[("amount", "100")])
        verdict = "aprobado" if number % 2 else "rechazado"
        answers = await asyncio.gather(
            house.judge(approved_id, "rechazado", ROSA, "era de otra mesa"),
            house.judge(part["payment"]["id"], verdict, LUIS, "porque sí"),
            house.submit(second, BETO, method="efectivo", more=[("amount", "150")]),
        )
        outcomes[tuple(status for status, _ in answers)] += 1
        assert [status for status, _ in answers[:2]] == [200, 200]
        assert answers[2][0] in (201, 422), "before the others, 82.00 are due"
        for order_id in (first, second):
            assert_the_rule(await stored(house, order_id))
    print(f"reopening, verdict, part: {dict(outcomes)}")


async def test_a_withdrawal_and_a_cashiers_look_at_once_leave_one_of_the_two(
    house: House,
) -> None:
    for number in range(scaled(8, 400)):
        first, second = await bill(house)
        _, sent = await house.submit(first, method="efectivo", more=[("also", second)])
        path = f"/payments/{sent['payment']['id']}"
        calls = [house.call(ANA, "DELETE", path), house.call(LUIS, "PUT", f"{path}/seen")]
        (withdrawn, _), (seen, _) = await asyncio.gather(*calls)
        assert seen == 200
        assert withdrawn in (200, 409)
        payment = (await stored(house, first))["payment"]
        assert (payment["status"] == "retirado") == (withdrawn == 200)
        assert (payment["seen_by"] is None) == (withdrawn == 200), number
        for order_id in (first, second):
            assert_the_rule(await stored(house, order_id))


async def test_corrections_at_the_instant_of_a_payment_lose_nothing(house: House) -> None:
    """A round moves, loses a dish or is voided while it is paid together with another."""
    outcomes: Counter[tuple[str, int, int]] = Counter()
    corrections: dict[str, dict[str, Any]] = {
        "place": {"table_number": 4},
        "items/0": {"quantity": 1, "reason": "se cayó"},
        "status": {"status": "anulado", "reason": "se fueron"},
    }
    for number in range(scaled(12, 600)):
        first, second = await bill(house)
        path, body = list(corrections.items())[number % 3]
        calls = [
            house.submit(first, method="efectivo", more=[("also", second), ("amount", "470")]),
            house.call(LUIS, "PUT", f"/orders/{second}/{path}", json=body),
        ]
        if number % 2:
            calls.reverse()
        answers = await asyncio.gather(*calls)
        (paid, _), (corrected, _) = reversed(answers) if number % 2 else answers
        outcomes[path, paid, corrected] += 1
        for order_id in (first, second):
            order = await stored(house, order_id)
            if order["status"] != "anulado":
                assert_the_rule(order)
        assert (paid, corrected) in {
            "place": [(201, 200)],
            "items/0": [(201, 409), (422, 200)],  # 470 is more than what is left of the two
            "status": [(201, 409), (409, 200)],
        }[path]
    print(f"correction, payment: {dict(outcomes)}")
    assert check(house.path) == []


async def sent_part(house: House, order_id: str, amount: str) -> str:
    status, order = await house.submit(order_id, method="efectivo", more=[("amount", amount)])
    assert status == 201, order
    return str(order["payment"]["id"])


async def test_each_pair_of_verbs_at_the_same_instant_leaves_the_rule(house: House) -> None:
    """On two rounds that share a part that waits and a part that was approved."""

    def verbs(ids: list[str], waiting: str, approved: str) -> dict[str, Callable[[], Any]]:
        first, second = ids
        call = house.call
        rest: list[tuple[str, str]] = [("also", second)]
        reason = {"reason": "porque sí"}
        return {
            "pay all": lambda: house.submit(first, BETO, method="efectivo", more=rest),
            "pay a part": lambda: house.submit(
                second, LUIS, method="efectivo", more=[("amount", "130")]
            ),
            "withdraw": lambda: call(ANA, "DELETE", f"/payments/{waiting}"),
            "look": lambda: call(MARA, "PUT", f"/payments/{waiting}/seen"),
            "approve": lambda: house.judge(waiting, "aprobado"),
            "reject": lambda: house.judge(waiting, "rechazado", MARA, "no"),
            "reopen": lambda: house.judge(approved, "rechazado", ROSA, "no"),
            "move": lambda: call(
                ANA, "PUT", f"/orders/{second}/place", json={"customer": "Lupita"}
            ),
            "take off": lambda: call(
                LUIS, "PUT", f"/orders/{second}/items/0", json={"quantity": 0, **reason}
            ),
            "void": lambda: call(
                LUIS, "PUT", f"/orders/{second}/status", json={"status": "anulado", **reason}
            ),
            "take over": lambda: call(BETO, "PUT", f"/orders/{second}/waiter"),
        }

    for member in (ANA, BETO, LUIS, MARA, ROSA):
        await house.client(member)
    names = list(verbs(["", ""], "", ""))
    outcomes: Counter[int] = Counter()
    for one, other in itertools.combinations_with_replacement(names, 2):
        ids = await bill(house)
        approved = await sent_part(house, ids[0], "41")
        await house.judge(approved, "aprobado")
        waiting = await sent_part(house, ids[0], "50")
        calls = verbs(ids, waiting, approved)
        answers = await asyncio.gather(calls[one](), calls[other]())
        statuses = [status for status, _ in answers]
        outcomes.update(statuses)
        assert set(statuses) <= {200, 201, 403, 409, 422}, (one, other, answers)
        assert min(statuses) in (200, 201), (one, other, answers)
        for order_id in ids:
            order = await stored(house, order_id)
            if order["status"] != "anulado":
                assert_the_rule(order)
    print(f"pairs: {dict(outcomes)}")
    assert check(house.path) == []


async def test_a_reopening_and_a_tick_at_once_leave_no_ticked_rejection(house: House) -> None:
    outcomes: Counter[tuple[int, int]] = Counter()
    for number in range(8):
        (order_id,) = await bill(house, 1)
        payment_id = await sent_part(house, order_id, "100")
        await house.judge(payment_id, "aprobado")
        calls = [
            house.judge(payment_id, "rechazado", ROSA, "no llegó"),
            house.call(LUIS, "PUT", f"/payments/{payment_id}/reconciliation", json={"found": True}),
        ]
        if number % 2:
            calls.reverse()
        answers = await asyncio.gather(*calls)
        (reopened, _), (ticked, _) = reversed(answers) if number % 2 else answers
        outcomes[reopened, ticked] += 1
        assert (reopened, ticked) in ((200, 200), (200, 404))
        payment = (await house.call(LUIS, "GET", f"/orders/{order_id}"))[1]["payment"]
        assert (payment["status"], payment["reconciled_by"]) == ("rechazado", None)
    print(f"reopening, tick: {dict(outcomes)}")
