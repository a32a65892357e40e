"""Whoever opens an address in a browser reads a sentence where a page is refused, never JSON."""

import pytest

from tests.house import House

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "host", "status", "sentence"),
    [
        ("/", "pizza.example", 421, "Comanda no responde por «pizza.example»."),
        ("/mesero", "pizza.example", 421, "Comanda no responde por «pizza.example»."),
        ("/meseros", None, 404, "No encontrado."),
        ("/orders", None, 401, "Inicia sesión"),
    ],
)
async def test_a_refused_page_is_a_sentence(
    house: House, path: str, host: str | None, status: int, sentence: str
) -> None:
    client = await house.client(None)
    headers = BROWSER if host is None else {**BROWSER, "Host": host}
    async with client.get(house.url + path, headers=headers) as response:
        said = await response.text()
        assert (response.status, response.content_type) == (status, "text/html")
        assert response.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert sentence in said
    assert '"code"' not in said


async def test_a_hosts_name_is_no_markup(house: House) -> None:
    client = await house.client(None)
    async with client.get(house.url + "/", headers={**BROWSER, "Host": "<b>x</b>"}) as response:
        assert response.status == 421
        assert "<b>" not in await response.text()


async def test_a_program_gets_the_problem_as_it_is(house: House) -> None:
    client = await house.client(None)
    for headers in ({"Accept": "*/*"}, {"Accept": "application/json"}, {}):
        async with client.get(house.url + "/meseros", headers=headers) as response:
            assert response.content_type == "application/problem+json"
