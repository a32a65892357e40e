"""A photo proves nothing: what the cashier is warned of, and what a verdict must say."""

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from PIL import Image

from comanda.config import Config, Method, Payments
from tests.house import ANA, BETO, COCO, LUIS, MARA, ROSA, House, as_an_event, jpeg, open_house
from tests.test_metadata import chunk, segment
from tests.test_pictures import exif, packed, photo, receipt


async def pay(
    house: House, photo: bytes | None = None, order: str | None = None, **fields: str
) -> tuple[int, Any]:
    """Charge a new order, or this one, by transfer."""
    order = order or (await house.deliver())["id"]
    form = aiohttp.FormData({"method": "transferencia", **fields})
    form.add_field("file", io.BytesIO(photo or jpeg()), filename="foto.jpg")
    return await house.call(ANA, "POST", f"/orders/{order}/proof", data=form)


async def warned(house: House, photo: bytes | None = None, **more: Any) -> list[tuple[str, str]]:
    """(type, the order that it points to) of each warning about a new payment."""
    status, order = await pay(house, photo, **more)
    assert status == 201, order
    for warning in order["payment"]["warnings"]:
        assert warning["link"] == f"/orders/{warning['order_id']}"
        assert set(warning) == {"type", "order_id", "payment_id", "link"}
    return [(one["type"], one["order_id"]) for one in order["payment"]["warnings"]]


async def warned_later(house: House, photo: bytes, **more: Any) -> list[tuple[str, str]]:
    """The same, after the payment's proof was examined."""
    status, order = await pay(house, photo, **more)
    assert status == 201, order
    payment = await house.examined(order["payment"]["id"])
    return [(one["type"], one["order_id"]) for one in payment["warnings"]]


async def test_reference_and_amount_are_kept_as_typed_and_told(house: House) -> None:
    async with house.stream(LUIS) as cashier:
        status, order = await pay(house, reference="8841 220-1937", amount="185.50")
        assert status == 201
        told = (await cashier.until("payment_verification_pending")).data
    payment = order["payment"]
    assert (payment["reference"], payment["amount"]) == ("8841 220-1937", 185.5)
    assert (told["reference"], told["amount"]) == ("8841 220-1937", 185.5)
    assert told["warnings"] == payment["warnings"] == []  # a part is no warning
    assert (order["waiting"], order["due"]) == (185.5, 55.5)


@pytest.mark.parametrize(
    "again",
    [
        "abc-12 3",
        "ABC123",
        "A B C 1 2 3",
        "\uff41\uff42\uff43\u2014123",
        "abc\u2212123",
        "ABC\u200b123",
        "\u200eABC123\u200f",
        "AB\u00adC123",
        "ABC1\ufe0f23",
        "#ABC.123/",
        "\u00c1BC123",
        "\u0410\u0412\u0421123",
        "ABC\u0661\u0662\u0663",
        "ABC\uff11\uff12\uff13",
    ],
)
async def test_a_number_is_known_again_however_it_is_typed(house: House, again: str) -> None:
    assert await warned(house, reference="ABC-123") == []
    assert await warned(house, reference="ABC-124") == []
    assert await warned(house, reference=again) == [("reference_reused", "1")]


async def test_a_number_is_shown_as_it_was_typed_whatever_it_is_compared_as(house: House) -> None:
    typed = "\u200eAB\u00adC-\u0661\u0662\u0663"
    _, order = await pay(house, reference=typed)
    assert order["payment"]["reference"] == typed
    assert (await pay(house, reference="\u200b \u00ad\ufe0f"))[0] == 422, "nothing to compare"


@pytest.mark.parametrize(
    "turned",
    [
        "\u202e3910221488\u202c",
        "\u20673910221488\u2069",
        "\u200f3\u200f9\u200f10\u200f221488",
        "3910\u061c22\u202b1488",
    ],
)
async def test_no_mark_shows_a_number_as_another_than_is_compared(
    house: House, turned: str
) -> None:
    """With a mark the cashier would read 8841220193, and the program 3910221488."""
    _, order = await pay(house, reference=turned)
    assert order["payment"]["reference"] == "3910221488"


async def test_a_number_counts_while_its_payment_waits_or_was_approved_in_whatever_method(
    house: House,
) -> None:
    _, first = await pay(house, reference="77")
    await house.judge(first["payment"]["id"], "rechazado")
    assert await warned(house, reference="77") == []  # the rejected one proves nothing
    await house.judge("2", "aprobado")
    assert await warned(house, reference="77") == [("reference_reused", "2")]
    assert await warned(house, method="tarjeta", reference="77") == [("reference_reused", "3")]


async def test_a_file_is_known_again_in_another_order_and_in_another_attempt(house: House) -> None:
    same = jpeg()
    order = await house.deliver()
    _, first = await house.submit(order["id"], photo=same, key="k")
    assert first["payment"]["warnings"] == []
    status, again = await house.submit(order["id"], photo=same, key="k")
    assert (status, again["payment"]["warnings"]) == (200, [])  # the same attempt, sent twice
    await house.judge(first["payment"]["id"], "rechazado")
    assert await warned(house, same, order=order["id"]) == [("file_reused", "1")]
    assert await warned(house, same) == [("file_reused", "1")]


async def test_a_file_is_known_by_what_was_received_not_by_what_is_kept(house: House) -> None:
    data = photo(exif=exif())
    assert await warned(house, data) == []
    assert await warned(house, data) == [("file_reused", "1")]


def repacked(data: bytes, kind: str, **save: Any) -> bytes:
    """The same pixels, packed in another way."""
    with Image.open(io.BytesIO(data)) as picture:
        out = io.BytesIO()
        picture.save(out, kind, **save)
        return out.getvalue()


def divided(png: bytes) -> bytes:
    """The same PNG, its pixels in chunks of 50 bytes and with a word beside them."""
    at = png.index(b"IDAT") - 4
    size = int.from_bytes(png[at : at + 4])
    pixels = png[at + 8 : at + 8 + size]
    parts = [chunk(b"IDAT", pixels[start : start + 50]) for start in range(0, size, 50)]
    return png[:at] + chunk(b"tEXt", b"a\x00b") + b"".join(parts) + png[at + 12 + size :]


PIXELS = packed(receipt(4))
PNG = repacked(PIXELS, "PNG")
WEBP = repacked(PIXELS, "WEBP", lossless=True)
HEIC = photo("HEIF")
STATEMENT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
    b"4 0 obj<</Length 12>>stream\n(185.50) Tj  \nendstream endobj\n"
    b"5 0 obj<</ModDate(D:20261128)>>endobj\n"
    b"trailer<</Root 1 0 R/Info 5 0 R/ID[<00><01>]>>\nstartxref\n9\n%%EOF\n"
)
PAGE = STATEMENT.replace(b"[0 0 9 9]", b"[0 0 300 600]")
REVISION = b"6 0 obj<</A 1>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF"
SAME = {
    "a byte behind a JPEG": (PIXELS, PIXELS + b"\x00"),
    "a comment": (PIXELS, PIXELS[:2] + b"\xff\xfe\x00\x03!" + PIXELS[2:]),
    "EXIF": (PIXELS, PIXELS[:2] + segment(0xE1, b"Exif\x00\x00" + exif(6).tobytes()) + PIXELS[2:]),
    "fill bytes": (PIXELS, PIXELS[:-2] + b"\xff\xff" + PIXELS[-2:]),
    "zeros before the end": (PIXELS, PIXELS[:-2] + bytes(9) + PIXELS[-2:]),
    "another density": (PIXELS, PIXELS.replace(b"JFIF\x00\x01\x01\x00", b"JFIF\x00\x01\x02\x01")),
    "a PNG packed anew": (PNG, repacked(PNG, "PNG", compress_level=1)),
    "a PNG in pieces": (PNG, divided(PNG)),
    "a PNG that is turned": (PNG, repacked(PNG, "PNG", exif=exif(6))),
    "a PNG with transparency": (PNG, repacked(repacked(PNG, "PNG"), "PNG", icc_profile=b"x" * 9)),
    "a PNG as a WebP without loss": (PNG, WEBP),
    "a byte behind a WebP": (WEBP, WEBP + b"\x00"),
    "a byte behind an iPhone's": (HEIC, HEIC + b"\x00"),
    "a newline behind a PDF": (STATEMENT, STATEMENT + b"\n"),
    "another ID": (STATEMENT, STATEMENT.replace(b"<00><01>", b"<00><02>")),
    "another date": (STATEMENT, STATEMENT.replace(b"D:20261128", b"D:20261129")),
    "another number": (STATEMENT, STATEMENT.replace(b"4 0 ", b"7 0 ")),
    "a revision": (STATEMENT, STATEMENT + REVISION),
}  # fmt: skip


@pytest.mark.examines
@pytest.mark.parametrize("how", SAME)
async def test_a_file_is_known_by_what_it_shows_whatever_was_done_beside_it(
    house: House, how: str
) -> None:
    once, again = SAME[how]
    assert once != again
    assert await warned_later(house, once) == []
    assert await warned_later(house, again) == [("file_reused", "1")]
    assert await warned_later(house, once + b"\r\n") == [("file_reused", "2")], "the newest one"


@pytest.mark.examines
async def test_the_same_bytes_sent_again_to_an_order_point_to_the_other_order(
    house: House,
) -> None:
    original, copy = packed(receipt(5)), packed(receipt(5), 60)
    assert await warned_later(house, original) == []
    order = (await house.deliver())["id"]
    for file in (original, copy):
        expected = ("file_reused", "1") if file is original else ("image_similar", "1")
        assert expected in await warned_later(house, file, order=order)
        _, sent = await house.call(ROSA, "GET", f"/orders/{order}")
        await house.judge(sent["payment"]["id"], "rechazado")
        assert expected in await warned_later(house, file, order=order)
        _, sent = await house.call(ROSA, "GET", f"/orders/{order}")
        await house.judge(sent["payment"]["id"], "rechazado")


@pytest.mark.examines
async def test_files_that_show_something_else_are_others(house: House) -> None:
    other = STATEMENT.replace(b"185.50", b"186.50")
    for one in (STATEMENT, other, photo("HEIF"), photo("PNG"), packed(receipt(1))):
        assert await warned_later(house, one) == []


@pytest.mark.examines
async def test_a_copy_of_a_picture_is_a_hint_and_a_better_photo_of_the_same_order_is_none(
    house: House,
) -> None:
    order = await house.deliver()
    _, first = await house.submit(order["id"], photo=packed(receipt(5)))
    await house.judge(first["payment"]["id"], "rechazado")
    await house.examined(first["payment"]["id"])
    assert await warned_later(house, packed(receipt(5), 60), order=order["id"]) == []
    assert await warned_later(house, packed(receipt(5).resize((540, 960)), 70)) == [
        ("image_similar", "1")
    ]
    assert await warned_later(house, packed(receipt(6))) == []


@pytest.mark.parametrize(
    ("field", "expected"),
    [("2026-11-28T20:40:59Z", [("proof_predates_order", "1")]), ("2026-11-28T14:41:00-06:00", [])],
)
async def test_a_photo_from_before_the_order_is_a_hint(
    house: House, field: str, expected: list[tuple[str, str]]
) -> None:
    assert await warned(house, taken_at=field) == expected


async def test_a_photos_own_time_counts_where_the_phone_tells_none(house: House) -> None:
    old = photo(exif=exif(taken="2026:11:28 09:00:00", zone="-06:00"))
    assert await warned(house, old) == [("proof_predates_order", "1")]


@pytest.mark.parametrize(
    ("of_the_phone", "of_the_file", "expected"),
    [
        ("20:41:30", "14:40:00", ["proof_predates_order"]),
        ("20:40:00", "14:41:30", ["proof_predates_order"]),
        ("20:41:30", "14:41:30", []),
        ("20:40:00", "14:40:00", ["proof_predates_order"]),
    ],
)
async def test_neither_the_phones_word_nor_the_photos_own_hides_the_other(
    house: House, of_the_phone: str, of_the_file: str, expected: list[str]
) -> None:
    file = photo(exif=exif(taken=f"2026:11:28 {of_the_file}", zone="-06:00"))
    found = await warned(house, file, taken_at=f"2026-11-28T{of_the_phone}Z")
    assert [kind for kind, _ in found] == expected


@pytest.fixture
def machine_on_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine keeps UTC, as most rented ones do."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "wall", "offset", "expected"),
    [
        ("America/Mexico_City", "14:41:30", "", []),
        ("America/Mexico_City", "14:40:59", "", ["proof_predates_order"]),
        ("America/Bogota", "15:41:30", "", []),
        ("America/Bogota", "15:40:59", "", ["proof_predates_order"]),
        ("America/Bogota", "14:41:30", "-06:00", []),  # a guest's phone that says its zone
        ("America/Bogota", "14:40:59", "-06:00", ["proof_predates_order"]),
        ("Asia/Tokyo", "05:41:30", "", ["proof_predates_order"]),  # of that morning, there
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.usefixtures("machine_on_utc")
async def test_a_photos_time_without_a_zone_is_by_the_houses_clock(
    house: House, kind: str, zone: str, wall: str, offset: str, expected: list[str]
) -> None:
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": zone}
    await house.call(ROSA, "PUT", "/house", json=body)
    file = photo(kind, exif=exif(taken=f"2026:11:28 {wall}", zone=offset))
    assert [kind for kind, _ in await warned(house, file)] == expected


@pytest.mark.usefixtures("machine_on_utc")
async def test_a_photos_time_outside_the_calendar_costs_nothing(house: House) -> None:
    body = {"restaurant": "La Fonda", "currency": "$", "time_zone": "America/Bogota"}
    await house.call(ROSA, "PUT", "/house", json=body)
    for taken in ("9999:12:31 23:59:59", "0001:01:01 00:00:00"):
        await pay(house, photo(exif=exif(taken=taken)))


async def test_a_photo_comes_out_without_the_place_where_it_was_taken(house: House) -> None:
    await pay(house, photo(exif=exif(6)))
    client = await house.client(LUIS)
    async with client.get("/payments/1/proof") as response:
        kept = await response.read()
    assert b"SECRET-PLACE" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif().get_ifd(0x8825)


async def test_before_the_examination_there_is_no_thumbnail(house: House) -> None:
    await pay(house, packed(receipt(1)))
    status, problem = await house.call(LUIS, "GET", "/payments/1/proof?size=thumb")
    assert (status, problem["code"]) == (404, "proof_not_examined")


@pytest.mark.examines
async def test_a_thumbnail_is_a_small_webp_of_a_pdfs_first_page_too(house: House) -> None:
    await pay(house, packed(receipt(1)))
    await pay(house, PAGE)
    await pay(house, b"%PDF-1.4\nstartxref\n9\n%%EOF\n")
    for payment, size in (("1", (180, 320)), ("2", (160, 320))):
        await house.examined(payment)
        client = await house.client(LUIS)
        async with client.get(f"/payments/{payment}/proof?size=thumb") as response:
            assert response.content_type == "image/webp"
            assert response.headers["Content-Security-Policy"] == "sandbox"
            with Image.open(io.BytesIO(await response.read())) as small:
                assert small.size == size
    assert [one["type"] for one in (await house.examined("3"))["warnings"]] == ["file_damaged"]
    status, problem = await house.call(LUIS, "GET", "/payments/3/proof?size=thumb")
    assert (status, problem["code"]) == (404, "no_thumbnail")
    status, problem = await house.call(LUIS, "GET", "/payments/1/proof?size=huge")
    assert (status, list(problem["errors"])) == (422, ["size"])


BAD = {
    "reference": ["x" * 65, "a\x00b", "tab\there", " - ", "línea\u2028"],
    "amount": ["0", "0.00", "-1", "1e9", "abc", "12.345", "١٢", "1 000", "9999999999", "NaN"],
    "taken_at": ["ayer", "2026-11-28T20:41:00"],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in BAD.items() for value in values]
)
async def test_bad_input_is_refused_by_field_and_leaves_nothing(
    house: House, field: str, value: str
) -> None:
    order = await house.deliver()
    before = house.rows()
    form: dict[str, Any] = {field: value}
    status, problem = await pay(house, order=order["id"], **form)
    assert (status, list(problem["errors"])) == (422, [field])
    assert house.rows() == before


def with_methods(config: Config, **more: Any) -> Config:
    methods = (
        Method("transferencia", "Transferencia", "required", "required", "Clave", "account"),
        Method("efectivo", "Efectivo"),
    )
    return replace(config, payments=Payments(methods=methods, **more))


async def test_a_house_may_require_the_number_or_have_none(config: Config) -> None:
    async with open_house(with_methods(config)) as house:
        order = await house.deliver()
        before = house.rows()
        status, problem = await pay(house, order=order["id"])
        assert (status, problem["errors"]) == (422, {"reference": ["Falta este dato: Clave"]})
        status, problem = await pay(house, order=order["id"], method="efectivo", reference="1")
        assert (status, list(problem["errors"])) == (422, ["reference"])
        assert house.rows() == before
        assert (await pay(house, order=order["id"], reference="1"))[0] == 201


async def verdict(house: House, payment: str, member: Any = LUIS, **body: Any) -> tuple[int, Any]:
    body.setdefault("verdict", "aprobado")
    return await house.call(member, "PUT", f"/payments/{payment}/verdict", json=body)


async def test_an_approval_says_that_the_money_was_seen(house: House) -> None:
    await pay(house)
    before = house.rows()
    for said in ({}, {"seen_in_account": False}):
        status, problem = await verdict(house, "1", **said)
        assert (status, list(problem["errors"])) == (422, ["seen_in_account"])
    for wrong in ("true", 1, None):
        assert (await verdict(house, "1", seen_in_account=wrong))[0] == 422
    assert house.rows() == before
    status, order = await verdict(house, "1", seen_in_account=True)
    assert (status, order["payment"]["seen_in_account"]) == (200, True)


async def test_a_rejection_and_cash_need_no_such_word(house: House) -> None:
    await pay(house)
    status, order = await verdict(house, "1", verdict="rechazado")
    assert (status, order["payment"]["seen_in_account"]) == (200, None)
    order = await house.deliver()
    await house.submit(order["id"], method="efectivo")
    assert (await verdict(house, "2"))[0] == 200


@pytest.mark.parametrize("kind", ["reference", "file"])
async def test_approving_against_strong_evidence_needs_a_reason_which_is_kept(
    house: House, kind: str
) -> None:
    same: dict[str, Any] = {"reference": "9"} if kind == "reference" else {"photo": jpeg()}
    await pay(house, **same)
    await pay(house, **same)
    before = house.rows()
    for reason in (None, "", " ", "\u200b", "\u202e \u2800"):
        status, problem = await verdict(house, "2", seen_in_account=True, reason=reason)
        assert (status, list(problem["errors"])) == (422, ["reason"])
    assert house.rows() == before
    status, order = await verdict(house, "2", seen_in_account=True, reason="dos mesas, un pago")
    assert (status, order["payment"]["reason"]) == (200, "dos mesas, un pago")


async def test_a_hint_needs_no_reason(house: House) -> None:
    await pay(house, amount="1.00", taken_at="2026-11-28T10:00:00Z")
    assert (await verdict(house, "1", seen_in_account=True))[0] == 200


@pytest.mark.parametrize("answer", ["aprobado", "rechazado"])
async def test_nobody_judges_their_own_the_administrator_included(
    house: House, answer: str
) -> None:
    order = await house.deliver()
    await house.submit(order["id"], ROSA)
    before = house.rows()
    status, problem = await verdict(house, "1", ROSA, verdict=answer, seen_in_account=True)
    assert (status, problem["code"]) == (403, "own_payment")
    assert house.rows() == before
    assert (await verdict(house, "1", LUIS, verdict=answer, seen_in_account=True))[0] == 200


async def test_a_one_person_house_may_allow_it(config: Config) -> None:
    async with open_house(with_methods(config, own_verdicts=True)) as house:
        order = await house.deliver()
        await house.submit(order["id"], ROSA, method="efectivo")
        assert (await verdict(house, "1", ROSA))[0] == 200


async def test_ones_own_look_at_a_payment_is_none(house: House) -> None:
    order = await house.deliver()
    await house.submit(order["id"], ROSA)
    before = house.rows()
    status, told = await house.call(ROSA, "PUT", "/payments/1/seen")
    assert (status, told["payment"]["seen_at"]) == (200, None)
    assert house.rows() == before
    assert (await house.call(LUIS, "PUT", "/payments/1/seen"))[1]["payment"]["seen_by"] == "luis"


async def test_the_waiter_hears_once_that_a_cashier_has_opened_it(house: House) -> None:
    _, sent = await pay(house)
    assert sent["payment"]["seen_at"] is None
    async with house.stream(ANA) as waiter, house.stream(COCO) as kitchen:
        status, order = await house.call(LUIS, "PUT", "/payments/1/seen")
        assert (status, order["payment"]["seen_by"]) == (200, "luis")
        assert order["payment"]["seen_at"] == "2026-11-28T20:41:00.000Z"
        updated, seen = await waiter.take(2)
        assert (updated.type, updated.data) == ("order_updated", as_an_event(order))
        assert (seen.type, seen.data) == (
            "payment_seen",
            {
                "order_id": "1",
                "order_ids": ["1"],
                "payment_id": "1",
                "attempt": 1,
                "table_number": 12,
                "customer": None,
                "amount": 241.0,
                "tip": 0.0,
                "seen_by": "luis",
            },
        )
        assert await house.call(MARA, "PUT", "/payments/1/seen") == (200, order)
        assert await waiter.is_silent()
        assert (await kitchen.next()).data["payment"] is None
        assert await kitchen.is_silent()
    await house.judge("1", "rechazado")
    before = house.rows()
    assert (await house.call(LUIS, "PUT", "/payments/1/seen"))[0] == 200
    assert (await house.call(LUIS, "PUT", "/payments/999/seen"))[1]["code"] == "payment_not_found"
    assert (await house.call(BETO, "PUT", "/payments/1/seen"))[0] == 403
    assert house.rows() == before
