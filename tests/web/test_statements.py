"""A bank's statement over HTTP: what it says, what becomes of it, and what is refused."""

import asyncio
import io
import json
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from comanda import till
from comanda.domain.deposits import DepositSource, NewDeposit
from comanda.domain.staff import Staff
from comanda.web.handlers.statements import MOST_BYTES
from comanda.web.plumbing.keys import DATABASE
from tests.house import ANA, LUIS, MARA, ROSA, SLOW, House, jpeg
from tests.statements.files import BBVA, MT940, OFX1

PREVIEW, IMPORT = "/deposits/statement/preview", "/deposits/statement"
HEADER = "Fecha,Concepto,Referencia,Abono\n"


async def send(
    house: House, data: str | bytes, path: str = IMPORT, **fields: Any
) -> tuple[int, dict[str, Any]]:
    """Luis sends a file with the fields of the form."""
    form = aiohttp.FormData()
    for name, value in fields.items():
        form.add_field(name, value if isinstance(value, str) else json.dumps(value))
    file = data.encode() if isinstance(data, str) else data
    form.add_field("file", io.BytesIO(file), filename="estado.csv", content_type="text/csv")
    status, answer = await house.call(LUIS, "POST", path, data=form)
    return status, answer


async def counts(house: House, data: str | bytes, **fields: Any) -> dict[str, Any]:
    """What became of a file's lines, without what is 0."""
    status, answer = await send(house, data, **fields)
    assert status == 200, answer
    return {name: value for name, value in answer.items() if value and name != "last_event_id"}


async def deposits(house: House) -> list[dict[str, Any]]:
    status, answer = await house.call(LUIS, "GET", "/deposits?from=2026-11-01&to=2026-11-30")
    assert status == 200
    listed: list[dict[str, Any]] = answer["deposits"]
    return listed


async def notice(house: House, amount: int, at: datetime, **more: Any) -> None:
    new = NewDeposit(DepositSource.NOTICE, amount, at, f"aviso:{amount}{at}{more}", **more)
    await house.app[DATABASE].write(till.receive_deposit, new)


async def pay(house: House, table: int, colour: str, reference: str | None = None) -> str:
    """A payment of 241.00 by transfer; its id."""
    order = await house.deliver(table)
    more = [("reference", reference)] if reference else []
    status, submitted = await house.submit(order["id"], photo=jpeg(colour), more=more)
    assert status == 201, submitted
    return str(submitted["payment"]["id"])


async def test_a_look_tells_what_was_found_out_and_stores_nothing(house: House) -> None:
    before = house.rows()
    status, told = await send(house, BBVA, PREVIEW)
    assert status == 200
    assert (told["kind"], told["separator"], told["header_row"]) == ("csv", ",", 5)
    assert [column["role"] for column in told["columns"]] == [
        *("date", "description", "reference", "debit", "credit", "balance"),
    ]
    assert (told["credits"], told["debits"], told["total"]) == (2, 1, 1371)
    assert (told["first"], told["last"], told["known"]) == ("2026-11-27", "2026-11-28", 0)
    assert [row["amount"] for row in told["rows"]] == [1185.5, -500, 185.5]
    assert house.rows() == before


async def test_a_statement_brings_what_came_in_once(house: House) -> None:
    assert await counts(house, BBVA) == {"added": 2, "skipped": 1}
    assert await counts(house, BBVA) == {"known": 2, "skipped": 1}
    listed = await deposits(house)
    assert [(one["amount"], one["source"], one["is_day"]) for one in listed] == [
        (1185.5, "estado", True),
        (185.5, "estado", True),
    ]
    assert all(one["in_statement"] for one in listed)
    _, told = await send(house, BBVA, PREVIEW)
    assert told["known"] == 2


async def test_days_that_overlap_bring_each_line_once(house: House) -> None:
    week = [f"2{day}/11/2026,SPEI,,{day}.00\n" for day in range(1, 8)]
    alike = "27/11/2026,SPEI,,7.00\n"
    assert await counts(house, HEADER + "".join(week)) == {"added": 7}
    assert await counts(house, HEADER + "".join(week[3:]) + alike) == {"added": 1, "known": 4}
    assert len(await deposits(house)) == 8


async def test_the_same_statement_in_another_format_is_known_by_its_numbers(house: House) -> None:
    assert await counts(house, OFX1.encode("cp1252")) == {"added": 2, "skipped": 1}
    assert (await counts(house, MT940))["merged"] == 1
    assert [one["amount"] for one in await deposits(house)] == [70, 185.5, 12]


async def test_a_notices_own_line_becomes_part_of_it(house: House) -> None:
    """By its number, or by its amount on its day; its sender and time stay."""
    at = datetime(2026, 11, 28, 2, 41, tzinfo=UTC)  # the 27th in Mexico
    await notice(house, 118_550, at, sender="Marcos Peña")
    await notice(house, 18_550, at, reference="8841220194")
    assert await counts(house, BBVA) == {"merged": 2, "skipped": 1}
    listed = await deposits(house)
    assert [(one["source"], one["in_statement"], one["is_day"]) for one in listed] == [
        ("aviso", True, False),
        ("aviso", True, False),
    ]
    assert listed[0]["sender"] == "Marcos Peña"
    assert await counts(house, BBVA) == {"known": 2, "skipped": 1}


async def test_two_lines_of_a_file_never_become_one_deposit(house: House) -> None:
    """Nor both part of one notice, even with the same number."""
    await notice(house, 500, datetime(2026, 11, 27, 20, tzinfo=UTC), reference="8841220")
    lines = "27/11/2026,SPEI,8841220,5.00\n" * 2 + "27/11/2026,otro,,5.00\n"
    assert await counts(house, HEADER + lines) == {"added": 2, "merged": 1}
    assert await counts(house, HEADER + lines) == {"known": 3}
    assert len(await deposits(house)) == 3


async def test_a_line_whose_notice_comes_later_is_one_deposit_too(house: House) -> None:
    assert await counts(house, HEADER + "27/11/2026,SPEI,,5.00\n") == {"added": 1}
    await notice(house, 500, datetime(2026, 11, 27, 20, tzinfo=UTC), sender="Ana")
    (deposit,) = await deposits(house)
    assert (deposit["sender"], deposit["in_statement"]) == ("Ana", True)


async def test_a_line_is_tied_to_the_payment_of_its_day(house: House) -> None:
    payment_id = await pay(house, 4, "teal")
    today = HEADER + "28/11/2026,SPEI,,241.00\n"
    async with house.stream(LUIS) as stream:
        assert await counts(house, today) == {"added": 1, "tied": 1}
        arrived = await stream.until("deposit_arrived")
        assert (arrived.data["amount"], arrived.data["payment_id"]) == (241, None)
        tied = await stream.until("deposit_tied")
        assert tied.data["payment_id"] == payment_id
    (deposit,) = await deposits(house)
    assert (deposit["payment_id"], deposit["tie"]) == (payment_id, {"rule": "dia", "by": None})
    status, order = await house.judge(payment_id, "aprobado")
    assert (status, order["payment"]["checked"]) == (200, "estado")


async def test_lines_that_both_fit_one_payment_are_left_to_the_cashier(house: House) -> None:
    """However many lines stand between the two: all are stored before any is tied."""
    await pay(house, 4, "teal")
    others = "".join(f"28/11/2026,cliente {at},,{at}.00\n" for at in range(300, 600))
    lines = f"28/11/2026,SPEI,,241.00\n{others}28/11/2026,SPEI,,241.00\n"
    assert await counts(house, HEADER + lines) == {"added": 302}


async def test_a_number_ties_where_the_amount_alone_would_not(house: House) -> None:
    first = await pay(house, 4, "teal", "8841220193")
    await pay(house, 5, "navy", "8841220194")
    assert await counts(house, HEADER + "28/11/2026,SPEI,8841220193,241.00\n") == {
        "added": 1,
        "tied": 1,
    }
    (deposit,) = await deposits(house)
    assert (deposit["payment_id"], deposit["tie"]["rule"]) == (first, "referencia")


async def test_an_old_statement_is_no_news_for_the_till(house: House) -> None:
    async with house.stream(LUIS) as stream:
        assert await counts(house, HEADER + "01/11/2026,SPEI,,241.00\n") == {"added": 1}
        assert await stream.is_silent()


async def test_a_banks_profile_is_kept_and_proposed(house: House) -> None:
    text = "dia;quien;cuanto\n27/11/2026;Ana;5,00\n"
    columns = {"date": 0, "sender": 1, "credit": 2}
    mapping = {"header_row": 1, "columns": columns}
    assert await counts(house, text, bank=" Banco Azul ", mapping=mapping) == {"added": 1}
    _, told = await send(house, text.replace("27/", "28/"), PREVIEW)
    assert (told["bank"], told["profiles"]) == ("Banco Azul", ["Banco Azul"])
    roles = {column["role"]: column["index"] for column in told["columns"]}
    assert roles == columns
    assert told["rows"][0]["sender"] == "Ana"
    assert await counts(house, text.replace("27/", "28/")) == {"added": 1}


@pytest.mark.parametrize(
    ("data", "fields", "status", "code", "where"),
    [
        (b"\x89PNG\r\n\x1a\n", {}, 415, "unsupported_file", None),
        (b"PK\x03\x04", {}, 415, "unsupported_file", None),
        (b"a,b\0", {}, 415, "unsupported_file", None),
        (b"", {}, 422, "validation_failed", "file"),
        (
            "Fecha,ñ\n".encode() + "27/11/2026,ñ\n".encode("latin-1"),
            {},
            422,
            "validation_failed",
            "file",
        ),
        (b'Fecha,Abono\n27/11/2026,"5.00\n', {}, 422, "validation_failed", "file"),
        (b"Fecha,Abono\n", {}, 422, "validation_failed", "file"),
        (b"Fecha,Abono\nmal,5.00\n", {}, 422, "validation_failed", "file"),
        (b"uno,dos\nAna,Beto\n", {}, 422, "validation_failed", "mapping"),
        (BBVA.encode(), {"mapping": "{"}, 422, "validation_failed", "mapping"),
        (BBVA.encode(), {"mapping": "[" * 1_900}, 422, "validation_failed", "mapping"),
        (BBVA.encode(), {"mapping": {"columns": {"x": 1}}}, 422, "validation_failed", "mapping"),
        (BBVA.encode(), {"bank": "x" * 41}, 422, "validation_failed", "bank"),
        (BBVA.encode(), {"other": "1"}, 422, "validation_failed", "other"),
    ],
)
async def test_what_is_refused_stores_nothing(
    house: House, data: bytes, fields: dict[str, Any], status: int, code: str, where: str | None
) -> None:
    before = house.rows()
    answered, problem = await send(house, data, **fields)
    assert (answered, problem["code"]) == (status, code)
    if where is not None:
        assert list(problem["errors"]) == [where]
    assert house.rows() == before


async def test_a_form_without_a_file_is_refused(house: House) -> None:
    form = aiohttp.FormData({"bank": "BBVA"}, default_to_multipart=True)
    status, problem = await house.call(LUIS, "POST", IMPORT, data=form)
    assert (status, problem["errors"]) == (422, {"file": ["Falta el archivo"]})


async def test_a_file_of_200_mb_is_refused_before_it_comes(house: House) -> None:
    caller = await house.dial(
        LUIS,
        f"POST {IMPORT} HTTP/1.1",
        "Content-Type: multipart/form-data; boundary=xyz",
        f"Content-Length: {200 * 2**20}",
    )
    with caller:
        async with asyncio.timeout(SLOW):
            head = (await asyncio.get_running_loop().sock_recv(caller, 2_000)).decode()
    assert head.startswith("HTTP/1.1 413 ")


async def test_a_file_just_over_the_limit_is_too_large(house: House) -> None:
    status, problem = await send(house, b"x" * (MOST_BYTES + 1))
    assert (status, problem["code"]) == (413, "file_too_large")
    assert problem["detail"] == "El archivo pasa de 16 MB"


async def test_a_statement_larger_than_a_proof_may_be_is_taken(house: House) -> None:
    words = "x" * 1_500
    lines = "".join(f"27/11/2026,{words},,{at}.00\n" for at in range(1, 6_001))
    assert len(lines) > 8 * 2**20
    assert await counts(house, HEADER + lines) == {"added": 6_000}


async def test_two_cashiers_with_one_file_bring_it_once(house: House) -> None:
    lines = HEADER + "".join(f"27/11/2026,cliente {at},,{at}.00\n" for at in range(1, 401))

    async def bring(member: Staff) -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field("file", lines.encode(), filename="estado.csv")
        status, answer = await house.call(member, "POST", IMPORT, data=form)
        assert status == 200, answer
        told: dict[str, Any] = answer
        return told

    first, second = await asyncio.gather(bring(LUIS), bring(MARA))
    assert first["added"] + second["added"] == 400
    assert first["known"] + second["known"] == 400
    assert len(await deposits(house)) == 400


async def test_nothing_of_a_statement_is_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        await counts(house, BBVA)
        await send(house, HEADER + "mal,MARCOS PEÑA,8841220193,x\n")
    assert "MARCOS" not in caplog.text
    assert "8841220193" not in caplog.text


async def test_waiters_do_not_see_from_whom_money_came(house: House) -> None:
    payment_id = await pay(house, 4, "teal")
    text = "Fecha,Concepto,Ordenante,Abono\n28/11/2026,SPEI,Marcos,241.00\n"
    assert await counts(house, text) == {"added": 1, "tied": 1}
    row = house.row("SELECT order_id FROM payments WHERE id = ?", payment_id)
    seen = {}
    for member in (ANA, ROSA):
        _, order = await house.call(member, "GET", f"/orders/{row['order_id']}")
        seen[member.username] = order["payment"]["deposit"]["sender"]
    assert seen == {"ana": None, "rosa": "Marcos"}
