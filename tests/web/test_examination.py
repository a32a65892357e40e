"""What an examination brings after the notice: warnings on both sides, late ones, and their end."""

import asyncio
from itertools import permutations
from typing import Any

import aiohttp
import pytest

from comanda import workflow
from comanda.domain.evidence import Suspicion
from comanda.domain.examinations import Facts, Shown
from comanda.examiner import examination
from comanda.examining import Examinations, Examiner, ExaminerFailed
from comanda.store import evidence, examinations, payments
from comanda.store.database import Snapshot
from comanda.web.plumbing.keys import DATABASE
from tests.house import ANA, BETO, COCO, LUIS, MARA, PDF, ROSA, House, jpeg, open_house
from tests.test_pictures import photo
from tests.web.test_evidence import PAGE

RECEIPT = Facts(content="a" * 64, image_hash=bytes(range(128)), thumbnail=b"RIFF-small")
COPY = Facts(content="b" * 64, image_hash=bytes([1, *range(1, 128)]), thumbnail=b"RIFF-copy")
OTHER = Facts(content="c" * 64, image_hash=bytes(range(128, 256)), thumbnail=b"RIFF-other")


async def send(house: House, order: str | None = None) -> dict[str, Any]:
    """The payment of a new order, or of this one, with a photo of its own."""
    order = order or (await house.deliver())["id"]
    status, answer = await house.submit(order)
    assert status == 201
    payment: dict[str, Any] = answer["payment"]
    return payment


async def examine(house: House, payment: str, facts: Facts | None) -> bool:
    database = house.app[DATABASE]
    return await database.write(workflow.record_examination, int(payment), facts)


async def shown(house: House, payment: str) -> dict[str, Any]:
    row = house.row("SELECT order_id FROM payments WHERE id = ?", int(payment))
    _, order = await house.call(ROSA, "GET", f"/orders/{row['order_id']}")
    return next(one for one in order["payments"] if one["id"] == payment)


def kinds(payment: dict[str, Any], field: str = "warnings") -> list[tuple[str, str]]:
    return [(one["type"], one["payment_id"]) for one in payment[field]]


async def test_the_news_comes_once_to_cashier_and_waiter_and_never_to_the_kitchen(
    house: House,
) -> None:
    await send(house)
    async with (
        house.stream(LUIS) as cashier,
        house.stream(ANA) as waiter,
        house.stream(COCO) as kitchen,
        house.stream(ROSA) as admin,
    ):
        assert await examine(house, "1", RECEIPT)
        assert not await examine(house, "1", OTHER), "a proof is examined once"
        for stream in (cashier, waiter, admin):
            updated, news = await stream.take(2)
            assert (updated.type, news.type) == ("order_updated", "payment_examined")
            assert updated.data["payment"]["examination"] == "examined"
            assert updated.data["payment"]["examined_at"] == "2026-11-28T20:41:00.000Z"
            assert news.data == {
                "order_id": "1",
                "payment_id": "1",
                "attempt": 1,
                "table_number": 12,
                "customer": None,
                "status": "examined",
                "reading": None,
                "warnings": [],
            }
            assert await stream.is_silent(0.1)
        (update,) = await kitchen.take(1)
        assert (update.type, update.data["payment"]) == ("order_updated", None)
        assert await kitchen.is_silent(0.1)


async def test_a_file_that_nobody_can_read_is_told_as_that(house: House) -> None:
    await send(house)
    async with house.stream(LUIS) as cashier:
        await examine(house, "1", None)
        news = await cashier.until("payment_examined")
    assert news.data["status"] == "unreadable"
    payment = await shown(house, "1")
    assert (payment["examination"], payment["warnings"]) == ("unreadable", [])
    _, problem = await house.call(LUIS, "GET", "/payments/1/proof?size=thumb")
    assert problem["code"] == "no_thumbnail"


async def test_a_damaged_file_is_a_hint(house: House) -> None:
    await send(house)
    await examine(house, "1", Facts(is_damaged=True))
    assert kinds(await shown(house, "1")) == [("file_damaged", "1")]
    assert (await house.judge("1", "aprobado"))[0] == 200


@pytest.mark.parametrize("first", ["1", "2"])
async def test_of_two_the_later_is_warned_in_whichever_order_they_are_examined(
    house: House, first: str
) -> None:
    await send(house)
    await send(house)
    second = {"1": "2", "2": "1"}[first]
    async with house.stream(LUIS) as cashier:
        await examine(house, first, RECEIPT)
        await cashier.take(2)
        await examine(house, second, RECEIPT)
        events = await cashier.take(2 if first == "1" else 3)
    assert kinds(await shown(house, "1")) == []
    assert kinds(await shown(house, "2")) == [("file_reused", "1")]
    assert [event.type for event in events] == (
        ["order_updated"] * (len(events) - 1) + ["payment_examined"]
    )
    assert {event.data.get("id", event.data.get("order_id")) for event in events} == (
        {"2"} if first == "1" else {"1", "2"}
    )


@pytest.mark.parametrize("first", ["1", "2"])
async def test_a_similar_picture_is_a_hint_in_whichever_order(house: House, first: str) -> None:
    await send(house)
    await send(house)
    facts = {"1": RECEIPT, "2": COPY}
    second = {"1": "2", "2": "1"}[first]
    await examine(house, first, facts[first])
    await examine(house, second, facts[second])
    assert kinds(await shown(house, "1")) == []
    assert kinds(await shown(house, "2")) == [("image_similar", "1")]


@pytest.mark.parametrize("first", ["1", "2"])
@pytest.mark.parametrize("verdict", ["", "aprobado", "rechazado"])
async def test_a_similar_picture_of_the_same_bill_is_a_hint_beside_a_part_that_counts(
    house: House, verdict: str, first: str
) -> None:
    """A better photo follows a rejection; the same receipt pays no second part."""
    order = (await house.deliver())["id"]
    await house.submit(order, more=[("amount", "100")])
    if verdict:
        await house.judge("1", verdict)
    await house.submit(order, more=[("amount", "100")])
    facts = {"1": RECEIPT, "2": COPY}
    for payment in (first, {"1": "2", "2": "1"}[first]):
        await examine(house, payment, facts[payment])
    assert kinds(await shown(house, "1")) == []
    expected = [] if verdict == "rechazado" else [("image_similar", "1")]
    assert kinds(await shown(house, "2")) == expected


@pytest.mark.parametrize("first", ["1", "3"])
async def test_a_receipt_sent_again_to_its_order_still_tells_the_order_it_comes_from(
    house: House, first: str
) -> None:
    """A rejection and the same file once more would hide whose receipt it is."""
    await send(house)
    order = (await send(house))["order_id"]
    if first == "1":
        await examine(house, "1", RECEIPT)
    await examine(house, "2", COPY)
    await house.judge("2", "rechazado")
    await send(house, order)
    await examine(house, "3", COPY)
    if first == "3":
        await examine(house, "1", RECEIPT)
    expected = [("file_reused", "2"), ("image_similar", "1")]
    assert kinds(await shown(house, "3")) == expected
    assert (await house.judge("3", "aprobado"))[0] == 422


async def test_a_copy_sent_again_to_its_order_still_tells_the_same_content_of_another(
    house: House,
) -> None:
    await send(house)
    order = (await send(house))["order_id"]
    await examine(house, "1", RECEIPT)
    await examine(house, "2", RECEIPT)
    await house.judge("2", "rechazado")
    await send(house, order)
    await examine(house, "3", RECEIPT)
    assert kinds(await shown(house, "3")) == [("file_reused", "1")]


@pytest.mark.parametrize("turn", list(permutations("123")), ids="".join)
async def test_each_attempt_at_an_order_is_warned_of_the_other_order_with_its_proof(
    house: House, turn: tuple[str, ...]
) -> None:
    await send(house)
    second = await send(house)
    await house.judge("2", "rechazado")
    await send(house, second["order_id"])
    for payment in turn:
        await examine(house, payment, RECEIPT)
    assert kinds(await shown(house, "1")) == []
    assert kinds(await shown(house, "2")) == [("file_reused", "1")]
    assert ("file_reused", "1") in kinds(await shown(house, "3"))


async def test_three_of_a_kind_are_each_warned_once(house: House) -> None:
    for _ in range(3):
        await send(house)
    for payment in ("3", "1", "2"):
        await examine(house, payment, RECEIPT)
    assert kinds(await shown(house, "1")) == []
    assert kinds(await shown(house, "2")) == [("file_reused", "1")]
    assert kinds(await shown(house, "3")) == [("file_reused", "1")]


@pytest.mark.parametrize("order", list(permutations("1234")), ids="".join)
async def test_all_but_the_first_of_a_kind_are_warned_in_whichever_order_they_are_examined(
    house: House, order: tuple[str, ...]
) -> None:
    for _ in order:
        await send(house)
    for payment in order:
        await examine(house, payment, RECEIPT)
    warned = [[kind for kind, _ in kinds(await shown(house, payment))] for payment in "1234"]
    assert warned == [[], ["file_reused"], ["file_reused"], ["file_reused"]]


async def test_a_receipt_that_was_sent_all_year_concerns_only_the_next_payment(
    house: House,
) -> None:
    for _ in range(5):
        await send(house)
    for payment in "5432":
        await examine(house, payment, RECEIPT)

    def compare(view: Snapshot) -> dict[int, list[Suspicion]]:
        return evidence.compare(view, payments.require(view, 1), RECEIPT)

    assert list(await house.app[DATABASE].read(compare)) == [1, 2]


@pytest.mark.parametrize("order", ["14", "41"])
@pytest.mark.parametrize(("rows", "warned"), [(2, []), (3, [("image_similar", "1")])])
async def test_pictures_are_looked_for_in_a_limited_number_of_payments(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    order: str,
    rows: int,
    warned: list[tuple[str, str]],
) -> None:
    """Thousands of PDFs, or of proofs that wait for their examination, may stand between two."""
    monkeypatch.setattr(evidence, "MOST_ROWS", rows)
    for _ in range(4):
        await send(house)
    for payment, facts in zip(order, (RECEIPT, COPY), strict=True):
        await examine(house, payment, facts)
    assert kinds(await shown(house, "4")) == warned


async def next_proof(house: House, **failures_of: int) -> int | None:
    proof = await house.app[DATABASE].read(examinations.next_proof, failures_of)
    return None if proof is None else proof.payment_id


async def test_the_newest_that_waits_comes_first_and_what_failed_comes_last(house: House) -> None:
    for _ in range(4):
        await send(house)
    await house.judge("4", "aprobado")
    assert await next_proof(house) == 3, "what is decided waits for nothing"
    await house.app[DATABASE].write(workflow.fail_examination, 3)
    assert await next_proof(house) == 2
    order = await house.deliver()
    await house.submit(order["id"], BETO)
    assert await next_proof(house) == 5
    assert await next_proof(house, beto=1) == 2, "nobody waits for files that fail"
    assert await next_proof(house, beto=1, ana=2) == 5


async def test_the_next_proof_is_chosen_from_a_limited_number_of_the_newest(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examinations, "NEWEST_UNEXAMINED", 2)
    for _ in range(3):
        await send(house)
    await house.judge("3", "aprobado")
    await house.judge("2", "aprobado")
    for expected in (3, 1, 2):
        assert await next_proof(house) == expected
        await examine(house, str(expected), OTHER)
    assert await next_proof(house) is None


async def test_an_earlier_attempt_that_is_examined_late_leaves_the_latest_in_place(
    house: House,
) -> None:
    first = await send(house)
    await house.judge("1", "rechazado")
    await send(house, first["order_id"])
    async with house.stream(LUIS) as cashier:
        await examine(house, "1", RECEIPT)
        updated, news = await cashier.take(2)
    assert (updated.data["payment"]["id"], updated.data["status"]) == ("2", "por_verificar")
    assert (news.data["payment_id"], news.data["attempt"]) == ("1", 1)
    await examine(house, "2", RECEIPT)
    assert kinds(await shown(house, "2")) == [("file_reused", "1")]


async def test_a_warning_makes_the_reason_necessary_from_then_on(house: House) -> None:
    await send(house)
    await send(house)
    await examine(house, "1", RECEIPT)
    await examine(house, "2", RECEIPT)
    status, problem = await house.judge("2", "aprobado")
    assert (status, list(problem["errors"])) == (422, ["reason"])
    assert (await house.judge("2", "aprobado", reason="dos mesas"))[0] == 200
    assert (await shown(house, "2"))["late_warnings"] == []


async def late(house: House) -> None:
    """Payment 2 is approved, and shows the same as payment 1."""
    await send(house)
    await send(house)
    await house.judge("2", "aprobado")
    await examine(house, "1", RECEIPT)
    await examine(house, "2", RECEIPT)


async def late_orders(house: House, member: Any = LUIS) -> list[str]:
    status, answer = await house.call(member, "GET", "/orders?late=true")
    assert status == 200
    return [order["id"] for order in answer["orders"]]


async def test_a_warning_about_what_was_approved_is_late_until_somebody_knows(
    house: House,
) -> None:
    await late(house)
    payment = await shown(house, "2")
    assert kinds(payment) == kinds(payment, "late_warnings") == [("file_reused", "1")]
    assert payment["status"] == "aprobado"
    assert await late_orders(house) == ["2"]
    async with house.stream(MARA) as other_till:
        body = {"types": ["file_reused"]}
        status, order = await house.call(LUIS, "PUT", "/payments/2/known", json=body)
        told = await other_till.next()
    assert (status, order["payment"]["late_warnings"]) == (200, [])
    assert kinds(order["payment"]) == [("file_reused", "1")]
    assert (told.type, told.data["payment"]["late_warnings"]) == ("order_updated", [])
    assert await late_orders(house) == []
    _, detail = await house.call(ROSA, "GET", "/orders/2")
    assert detail["history"][-1]["by"] == "luis"
    before = house.rows()
    assert (await house.call(MARA, "PUT", "/payments/2/known", json=body))[0] == 200
    assert house.rows() == before, "who knows it already changes nothing"


async def test_the_history_tells_of_a_late_warning_and_who_knew_of_it(house: House) -> None:
    """The cashier who approved may say so, too: an owner sees that later."""
    await late(house)
    await house.call(LUIS, "PUT", "/payments/2/known", json={"types": ["file_reused"]})
    for member in (ROSA, LUIS, ANA):
        _, detail = await house.call(member, "GET", "/orders/2")
        told = [
            (one["by"], one.get("late"), one.get("known"))
            for one in detail["history"]
            if "late" in one or "known" in one
        ]
        assert told == [("comanda", ["file_reused"], None), ("luis", None, ["file_reused"])]
    _, detail = await house.call(COCO, "GET", "/orders/2")
    assert not any("late" in one or "known" in one for one in detail["history"])


async def test_nobody_knows_a_warning_beforehand(house: House) -> None:
    await send(house)
    await send(house)
    body = {"types": ["file_reused", "image_similar", "file_damaged", "reference_reused"]}
    before = house.rows()
    for _ in range(2):
        assert (await house.call(LUIS, "PUT", "/payments/2/known", json=body))[0] == 200
    assert house.rows() == before
    await house.judge("2", "aprobado")
    assert (await house.call(LUIS, "PUT", "/payments/2/known", json=body))[0] == 200
    await examine(house, "1", RECEIPT)
    await examine(house, "2", RECEIPT)
    assert kinds(await shown(house, "2"), "late_warnings") == [("file_reused", "1")]


async def test_what_came_meanwhile_stays_late(house: House) -> None:
    await late(house)
    body = {"types": ["image_similar"]}
    status, order = await house.call(LUIS, "PUT", "/payments/2/known", json=body)
    assert (status, kinds(order["payment"], "late_warnings")) == (200, [("file_reused", "1")])


class Exhausted(Examiner):
    """An examiner that ends with each PDF that it is to draw."""

    async def examine(self, content_type: str, data: bytes, *_: object) -> Facts | None:
        if content_type == "application/pdf":
            raise ExaminerFailed("killed")
        return examination.examine(content_type, data)


async def test_a_pdf_that_takes_too_long_to_draw_is_compared_by_its_content(house: House) -> None:
    """Or a cheat's PDF is made so that nobody can ever examine it, and is sent again and again."""
    for file in (PAGE, PAGE.replace(b"%PDF-1.4\n", b"%PDF-1.4\n% again\n")):
        order = await house.deliver()
        assert (await house.submit(order["id"], photo=file))[0] == 201
    examinations = Examinations(house.app[DATABASE], Exhausted())
    following = asyncio.create_task(examinations.follow())
    for payment in ("1", "2"):
        assert (await house.examined(payment))["examination"] == "unreadable"
    following.cancel()
    assert kinds(await shown(house, "1")) == []
    assert kinds(await shown(house, "2")) == [("file_reused", "1")]


@pytest.mark.parametrize("body", [{}, {"types": []}, {"types": ["nada"]}, {"types": "x"}, []])
async def test_who_says_nothing_in_particular_is_refused(house: House, body: Any) -> None:
    await late(house)
    before = house.rows()
    status, _ = await house.call(LUIS, "PUT", "/payments/2/known", json=body)
    assert status == 422
    assert house.rows() == before


async def test_a_waiter_can_not_make_a_late_warning_disappear(house: House) -> None:
    await late(house)
    body = {"types": ["file_reused"]}
    assert (await house.call(BETO, "PUT", "/payments/2/known", json=body))[0] == 403
    assert await late_orders(house) == ["2"]


async def test_the_kitchen_hears_of_no_late_warning(house: House) -> None:
    await late(house)
    status, problem = await house.call(COCO, "GET", "/orders?late=true")
    assert (status, problem["code"]) == (403, "forbidden")
    assert await late_orders(house, ROSA) == ["2"]
    for path in ("/payments/2/proof", "/payments/2/proof?size=thumb"):
        assert (await house.call(COCO, "GET", path))[0] == 403


async def test_late_warnings_are_listed_page_by_page(house: House) -> None:
    for _ in range(4):
        await send(house)
    for payment in ("2", "3", "4"):
        await house.judge(payment, "aprobado")
    for payment in ("1", "2", "3", "4"):
        await examine(house, payment, RECEIPT)
    pages = []
    for query in ("limit=2", "limit=2&before=3", "limit=2&before=2"):
        _, answer = await house.call(LUIS, "GET", f"/orders?late=true&{query}")
        pages.append([order["id"] for order in answer["orders"]])
    assert pages == [["4", "3"], ["2"], []]
    _, day = await house.call(ROSA, "GET", "/days/2026-11-28")
    assert day["warnings"] == [{"type": "file_reused", "count": 3, "approved": 3, "reasons": []}]


async def test_a_rejected_payment_has_nothing_late(house: House) -> None:
    await send(house)
    await send(house)
    await house.judge("2", "rechazado")
    await examine(house, "1", RECEIPT)
    await examine(house, "2", RECEIPT)
    payment = await shown(house, "2")
    assert (kinds(payment), payment["late_warnings"]) == ([("file_reused", "1")], [])


async def test_an_examination_takes_nothing_from_a_payment(house: House) -> None:
    """It writes all of a payment's row: what others wrote meanwhile must stay."""
    await send(house)
    await house.call(LUIS, "PUT", "/payments/1/viewer")
    await house.judge("1", "aprobado", reason="lo vi")
    await house.call(LUIS, "PUT", "/payments/1/reconciliation", json={"found": True})
    before = await shown(house, "1")
    await examine(house, "1", RECEIPT)
    after = await shown(house, "1")
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"examination", "examined_at"}
    _, order = await house.call(ROSA, "GET", "/orders/1")
    assert order["status"] == "pagado"


async def test_a_file_that_no_browser_shows_is_replaced_and_checked(house: House) -> None:
    await send(house)
    picture = jpeg()
    await examine(house, "1", Facts(thumbnail=b"RIFF-x", shown=Shown("image/jpeg", picture)))
    client = await house.client(LUIS)
    async with client.get("/payments/1/proof") as response:
        assert (response.content_type, await response.read()) == ("image/jpeg", picture)
    async with client.get("/payments/1/proof?size=thumb") as response:
        assert (response.content_type, await response.read()) == ("image/webp", b"RIFF-x")
    row = house.row("SELECT length(data) AS length, size FROM proofs")
    assert row["length"] == row["size"] == len(picture)


@pytest.mark.parametrize(
    ("file", "name"), [(PDF, "comprobante-1-1.pdf.webp"), (jpeg(), "comprobante-1-1.webp")]
)
async def test_the_thumbnails_name_tells_of_a_pdf(house: House, file: bytes, name: str) -> None:
    order = await house.deliver()
    assert (await house.submit(order["id"], photo=file))[0] == 201
    await examine(house, "1", RECEIPT)
    client = await house.client(LUIS)
    async with client.get("/payments/1/proof?size=thumb") as response:
        assert response.content_type == "image/webp"
        assert response.headers["Content-Disposition"] == f'inline; filename="{name}"'


async def test_without_a_proof_there_is_nothing_to_examine(house: House) -> None:
    order = await house.deliver()
    form = aiohttp.FormData({"method": "efectivo"}, default_to_multipart=True)
    await house.call(ANA, "POST", f"/orders/{order['id']}/proof", data=form)
    _, problem = await house.call(LUIS, "GET", "/payments/1/proof?size=thumb")
    assert problem["code"] == "not_found"


@pytest.mark.examines
async def test_an_iphones_photo_is_shown_once_it_is_a_jpeg(house: House) -> None:
    order = await house.deliver()
    status, answer = await house.submit(order["id"], photo=photo("HEIF"))
    assert status == 201
    payment = await house.examined(answer["payment"]["id"])
    assert payment["examination"] == "examined"
    client = await house.client(LUIS)
    async with client.get("/payments/1/proof") as response:
        assert response.content_type == "image/jpeg"


async def test_what_waits_at_the_end_is_examined_at_the_next_start(config: Any, clock: Any) -> None:
    async with open_house(config, clock) as house:
        await send(house)
        await send(house)
    async with open_house(config, clock, new=False, examines=True) as house:
        for payment in ("1", "2"):
            assert (await house.examined(payment))["examination"] == "examined"
