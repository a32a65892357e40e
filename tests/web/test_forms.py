"""A payment's form as browsers, apps and scripts really send it."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.house import ANA, LUIS, PDF, House, jpeg

CRLF = b"\r\n"


def part(disposition: bytes, content: bytes, *more: bytes) -> bytes:
    head = (b"Content-Disposition: form-data; " + disposition, *more)
    return CRLF.join(head) + CRLF * 2 + content + CRLF


def form(*parts: bytes, boundary: bytes = b"xyz", blanks: bytes = b"", end: bytes = CRLF) -> bytes:
    line = b"--" + boundary
    return b"".join(line + blanks + CRLF + one for one in parts) + line + b"--" + blanks + end


def photo(name: bytes = b'filename="foto.jpg"') -> bytes:
    return part(b'name="file"; ' + name, jpeg(), b"Content-Type: image/jpeg")


METHOD = part(b'name="method"', b"transferencia")
XYZ = "multipart/form-data; boundary=xyz"


async def send(house: House, body: Any, content_type: str = XYZ) -> tuple[int, Any]:
    made = await house.deliver()
    data = io.BytesIO(body) if isinstance(body, bytes) else body
    headers = {"Content-Type": content_type}
    return await house.call(ANA, "POST", f"/orders/{made['id']}/proof", data=data, headers=headers)


async def assert_taken(house: House, body: Any, content_type: str = XYZ) -> Any:
    """It becomes a payment with a photo that the cashier can look at."""
    status, order = await send(house, body, content_type)
    assert status == 201, order
    assert order["payment"]["has_proof"]
    client = await house.client(LUIS)
    async with client.get(f"/payments/{order['payment']['id']}/proof") as response:
        assert response.status == 200
        assert response.content_type == "image/jpeg"
    return order["payment"]


NAMES = {
    "Latin-1": 'filename="recibo-mañana-ó.jpg"'.encode("latin-1"),
    "UTF-8": 'filename="recibo-mañana-📄.jpg"'.encode(),
    "Shift-JIS": 'filename="領収書.jpg"'.encode("shift-jis"),
    "GB 18030": 'filename="收据.jpg"'.encode("gb18030"),
    "all bytes but line ends and quotes": b'filename="%b"'
    % bytes(one for one in range(1, 256) if one not in b'\r\n"\\'),
    "a zero": b'filename="a\x00.jpg"',
    "a star": b"filename*=UTF-8''recibo%20ma%C3%B1ana.jpg",
    "both": b"filename=\"x.jpg\"; filename*=UTF-8''ma%C3%B1ana.jpg",
    "a star that is wrong": b"filename*=UTF-99'%%%'\xff",
    "escaped quotes": b'filename="el \\"bueno\\".jpg"',
    "browsers' quotes": b'filename="el %22bueno%22.jpg"',
    "bare quotes": b'filename="el "bueno".jpg"',
    "a semicolon": b'filename="a;b;c.jpg"',
    "another name in it": b'filename="a; name=\\"method\\".jpg"',
    "another name behind bare quotes": b'filename="a"; name="method"; x=".jpg"',
    "a Windows path": b'filename="C:\\fotos\\recibo.jpg"',
    "a backslash at its end": b'filename="recibo\\"',
    "no quotes": b"filename=recibo.jpg",
    "no quotes, and blanks": b"filename=mi recibo.jpg",
    "a path": b'filename="../../etc/passwd"',
    "line ends in code": b'filename="a%0D%0Ab.jpg"',
    "four lines folded": b'filename="a\r\n b.jpg"',
    "a long one": b'filename="' + b"x" * 3000 + b'.jpg"',
    "none": b"x=y",
    "empty, with a photo": b'filename=""',
}


@pytest.mark.parametrize("what", NAMES)
async def test_a_files_name_can_not_refuse_the_form(house: House, what: str) -> None:
    await assert_taken(house, form(METHOD, photo(NAMES[what])))


@pytest.mark.parametrize(
    ("boundary", "content_type"),
    [
        ("----=_Part_12_34.56", "multipart/form-data; boundary=----=_Part_12_34.56"),
        ("=", "multipart/form-data; boundary=="),
        ("a/b:c?d(e)f,g", "multipart/form-data; boundary=a/b:c?d(e)f,g"),
        ("----=_x", 'multipart/form-data; boundary="----=_x"'),
        ("a b", 'multipart/form-data; boundary="a b"'),
        ("a b", "multipart/form-data; boundary=a b"),
        ("a;b", 'multipart/form-data; boundary="a;b"'),
        ("xyz", "multipart/form-data;boundary=xyz"),
        ("xyz", "multipart/form-data; charset=utf-8; boundary=xyz"),
        ("xyz", "multipart/form-data; boundary=xyz; charset=utf-8"),
        ("xyz", "multipart/form-data; Boundary=xyz ;"),
        ("xyz", "multipart/form-data; boundary = xyz"),
        ("xyz", 'Multipart/Form-Data ; BOUNDARY="xyz"'),
        ("'xyz'", "multipart/form-data; boundary='xyz'"),
        ("x" * 70, f"multipart/form-data; boundary={'x' * 70}"),
    ],
)
async def test_a_boundary_is_what_is_said(house: House, boundary: str, content_type: str) -> None:
    await assert_taken(house, form(METHOD, photo(), boundary=boundary.encode()), content_type)


@pytest.mark.parametrize("blanks", [b" ", b"\t", b"  \t " * 20])
@pytest.mark.parametrize("before", [b"", b"\r\n", b"Un formulario.\r\n"])
@pytest.mark.parametrize("end", [b"\r\n", b"", b"\r\nepilogue\r\n--xyz\r\n", b" \t\r\n"])
async def test_blanks_may_follow_a_boundary(
    house: House, blanks: bytes, before: bytes, end: bytes
) -> None:
    await assert_taken(house, before + form(METHOD, photo(), blanks=blanks, end=end))


async def test_blanks_may_follow_a_boundary_wherever_the_network_cuts(house: House) -> None:
    """Around the boundaries alone: a client that sends hundreds of single bytes at once is cut."""
    body = form(METHOD, photo(), blanks=b" \t  ")
    middle = range(160, len(body) - 160)
    for size in (1, 7, 13):

        async def slowly(size: int = size) -> AsyncIterator[bytes]:
            start = 0
            while start < len(body):
                end = middle.stop if start in middle else start + size
                yield body[start:end]
                start = end
                await asyncio.sleep(0)

        await assert_taken(house, slowly())


async def test_a_photo_that_holds_what_looks_like_a_boundary_is_kept_whole(house: House) -> None:
    data = PDF + b" --xyz \r\n--xy \r\n-- \r\n\r\n ---xyz  \r\n\r"
    file = part(b'name="file"; filename="f"', data)
    status, order = await send(house, form(METHOD, file, blanks=b" "))
    assert status == 201, order
    client = await house.client(LUIS)
    async with client.get(f"/payments/{order['payment']['id']}/proof") as response:
        assert await response.read() == data


async def test_too_many_blanks_are_no_boundary(house: House) -> None:
    status, problem = await send(house, form(METHOD, photo(), blanks=b" " * 10_000))
    assert (status, problem["code"]) == (400, "malformed_body")


@pytest.mark.parametrize("empty", [b"", b" ", b"   "])
async def test_what_was_not_filled_in_is_none(house: House, empty: bytes) -> None:
    """As a plain HTML form sends it, the file that was not chosen included."""
    left = [part(b'name="%b"' % name, empty) for name in (b"reference", b"amount", b"taken_at")]
    payment = await assert_taken(house, form(METHOD, *left, photo()))
    assert (payment["reference"], payment["amount"]) == (None, 241.0)
    nothing = part(b'name="file"; filename=""', b"", b"Content-Type: application/octet-stream")
    cash = part(b'name="method"', b"efectivo")
    for none in (nothing, part(b'name="file"', b""), nothing * 1):
        status, order = await send(house, form(cash, *left, none))
        assert status == 201, order
        assert order["payment"]["has_proof"] is False
    await assert_taken(house, form(METHOD, nothing, photo(), *left))


async def test_what_must_be_filled_in_still_must(house: House) -> None:
    for body, field in (
        (form(part(b'name="method"', b""), photo()), "method"),
        (form(METHOD, part(b'name="file"; filename=""', b"")), "file"),
        (form(METHOD, photo(), part(b'name="propina"', b"")), "propina"),
    ):
        status, problem = await send(house, body)
        assert (status, list(problem["errors"])) == (422, [field])


async def test_a_chosen_file_that_is_empty_is_no_photo(house: House) -> None:
    status, problem = await send(house, form(METHOD, part(b'name="file"; filename="f.jpg"', b"")))
    assert (status, problem["code"]) == (415, "unsupported_file")


async def test_a_locked_pdf_is_refused_with_the_word(house: House) -> None:
    from tests.test_pdf import encryption, locked  # noqa: PLC0415 - only here

    pdf = locked(encryption(3, b"RFC", 16))
    status, problem = await send(house, form(METHOD, part(b'name="file"; filename="a.pdf"', pdf)))
    assert (status, problem["code"]) == (415, "unsupported_file")
    assert "contraseña" in problem["detail"]


@pytest.mark.parametrize("blank", [b"\t", b"\r\n", " \u00a0".encode()])
async def test_an_optional_field_of_blanks_alone_is_none(house: House, blank: bytes) -> None:
    fields = [part(b'name="%b"' % name, blank) for name in (b"reference", b"amount", b"taken_at")]
    payment = await assert_taken(house, form(METHOD, photo(), *fields))
    assert payment["reference"] is None


async def test_a_field_is_read_in_the_characters_that_it_says(house: House) -> None:
    latin = b"Content-Type: text/plain; charset=ISO-8859-1"
    reference = part(b'name="reference"', "Peña 12".encode("latin-1"), latin)
    payment = await assert_taken(house, form(METHOD, photo(), reference))
    assert payment["reference"] == "Peña 12"
