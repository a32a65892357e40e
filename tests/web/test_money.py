"""Money over HTTP: no hundredths where a house has none, and files in its marks."""

from typing import Any

import pytest

from tests.domain.test_money import TABLE
from tests.house import ANA, LUIS, ROSA, TACOS, House
from tests.web.test_setup import empty_house, found, token

__all__ = ["empty_house"]  # a fixture

CHILE = {"country": "CL", "currency": "$", "decimals": 0, "decimal_mark": ","}
ARGENTINA = {"country": "AR", "currency": "$", "decimals": 2, "decimal_mark": ","}
DESCRIBED = {"restaurant": "La Fonda", "time_zone": "UTC"}
WHOLE = {"name": "Tacos al pastor", "category": "Tacos", "price": 86}
NO_HUNDREDTHS = "Aquí los montos no llevan centavos"


async def describe(house: House, style: dict[str, Any]) -> tuple[int, Any]:
    return await house.call(ROSA, "PUT", "/house", json=DESCRIBED | style)


async def test_a_sign_that_could_be_read_as_a_part_of_an_amount_is_refused(house: House) -> None:
    before = house.rows()
    for sign in TABLE["no signs"]:
        status, problem = await describe(house, ARGENTINA | {"currency": sign})
        assert (status, list(problem["errors"])) == (422, ["currency"]), sign
    assert house.rows() == before
    assert (await describe(house, ARGENTINA | {"currency": " Bs. "}))[0] == 200
    assert (await house.call(ROSA, "GET", "/settings"))[1]["currency"] == "Bs."


@pytest.fixture
async def chilean(house: House) -> House:
    await house.call(ROSA, "PUT", f"/products/{TACOS}", json=WHOLE)
    assert (await describe(house, CHILE))[0] == 200
    return house


async def text_of(house: House, path: str) -> str:
    client = await house.client(ROSA)
    async with client.get(path) as response:
        assert response.status == 200
        return (await response.read()).decode("utf-8-sig")


async def test_a_house_keeps_its_hundredths_while_its_menu_has_some(house: House) -> None:
    status, problem = await describe(house, CHILE)
    assert status == 422
    [sentence] = problem["errors"]["decimals"]
    assert sentence == (
        "Un precio lleva centavos: Tacos al pastor $ 85,50. Cambia esos precios antes"
    )
    assert (await house.call(ROSA, "GET", "/settings"))[1]["decimals"] == 2
    for number in range(4):
        more = {"name": f"Pan {number}", "category": "Panes", "price": 1.25}
        await house.call(ROSA, "POST", "/products", json=more)
    [sentence] = (await describe(house, CHILE))[1]["errors"]["decimals"]
    assert sentence.startswith("5 precios llevan centavos: Tacos al pastor $ 85,50, Pan 0 $ 1,25")
    assert "Pan 2" not in sentence


async def test_a_house_without_decimals_takes_no_price_with_hundredths(chilean: House) -> None:
    before = chilean.rows()
    price = {"name": "Pan", "category": "Panes", "price": 1000.5}
    for method, path in (("POST", "/products"), ("PUT", f"/products/{TACOS}")):
        status, problem = await chilean.call(ROSA, method, path, json=price)
        assert (status, list(problem["errors"])) == (422, ["price"])
    for path in ("/menu/preview", "/menu/import"):
        csv = {"csv": "name,category,price\nPan,Panes,1000.50\n"}
        status, problem = await chilean.call(ROSA, "POST", path, json=csv)
        assert (status, list(problem["errors"])) == (422, ["csv"])
        assert NO_HUNDREDTHS in problem["errors"]["csv"][0]
    assert chilean.rows() == before
    assert (await chilean.call(ROSA, "POST", "/products", json=price | {"price": 1000}))[0] == 201


async def test_too_large_an_amount_is_told_the_largest(house: House) -> None:
    order = await house.deliver()
    for field in ("amount", "tip", "tendered"):
        more = [(field, "1234567890")]
        status, problem = await house.submit(order["id"], method="efectivo", more=more)
        assert (status, problem["errors"]) == (422, {field: ["A lo más $ 999,999,999.99"]})
    for price in (10_000_000, 1e300):
        body = WHOLE | {"price": price}
        status, problem = await house.call(ROSA, "PUT", f"/products/{TACOS}", json=body)
        assert (status, problem["errors"]) == (422, {"price": ["A lo más $ 9,999,999.99"]})


@pytest.mark.parametrize("field", ["amount", "tip", "tendered"])
async def test_a_house_without_decimals_takes_no_payment_with_hundredths(
    chilean: House, field: str
) -> None:
    order = await chilean.deliver()
    before = chilean.rows()
    value = "9999.50" if field == "tendered" else "0.50"
    status, problem = await chilean.submit(order["id"], method="efectivo", more=[(field, value)])
    assert (status, problem["errors"]) == (422, {field: [NO_HUNDREDTHS]})
    assert chilean.rows() == before
    assert (await chilean.submit(order["id"], method="efectivo", more=[("amount", "100.00")]))[
        0
    ] == 201


async def test_an_order_from_before_is_paid_whole_with_its_hundredths(house: House) -> None:
    taken = {"table_number": 12, "items": [{"product_id": TACOS, "quantity": 1}]}
    _, order = await house.call(ANA, "POST", "/orders", json=taken)
    await house.serve(order["id"])
    await house.call(ROSA, "PUT", f"/products/{TACOS}", json=WHOLE)
    assert (await describe(house, CHILE))[0] == 200
    assert (await house.submit(order["id"], more=[("amount", "85.30")]))[0] == 422
    status, answer = await house.submit(order["id"], more=[("amount", "85.50")])
    assert (status, answer["payment"]["amount"], answer["due"]) == (201, 85.5, 0)


async def test_a_menu_is_read_as_the_house_writes(chilean: House) -> None:
    csv = {"csv": "name;category;price\nMole;Platos;$ 11.000\nFlan;Postres;2500\n"}
    status, changes = await chilean.call(ROSA, "POST", "/menu/import", json=csv)
    assert (status, [entry["price"] for entry in changes["added"]]) == (200, [11000, 2500])
    csv = {"csv": 'name,category,price\nMole,Platos,"11,000"\n'}
    status, problem = await chilean.call(ROSA, "POST", "/menu/preview", json=csv)
    assert status == 422
    assert "¿$ 11.000 o $ 11?" in problem["errors"]["csv"][0]


async def test_files_have_the_houses_marks_and_are_read_back(house: House) -> None:
    await describe(house, ARGENTINA)
    text = await text_of(house, "/menu.csv")
    assert text.splitlines()[:2] == ["name;category;price", "Tacos al pastor;Tacos;85,50"]
    status, changes = await house.call(ROSA, "POST", "/menu/preview", json={"csv": text})
    assert (status, changes["same"], changes["changed"], changes["added"]) == (200, 3, [], [])

    order = await house.deliver()
    await house.submit(order["id"], more=[("amount", "100.50")])
    await house.judge("1", "aprobado")
    day = await text_of(house, "/days/2026-11-28.csv")
    assert "Ventas por forma de pago;Transferencia;1;" in day
    rows = (await text_of(house, "/reconciliation.csv?from=2026-11-28")).splitlines()
    assert ";100,50;100,50;0,00;" in rows[1]
    for cell in day.replace("\r\n", ";").split(";"):
        assert "." not in cell


async def test_files_of_a_house_without_decimals_have_whole_numbers(chilean: House) -> None:
    assert "Tacos al pastor;Tacos;86\n" in await text_of(chilean, "/menu.csv")
    order = await chilean.deliver()
    await chilean.submit(order["id"])
    await chilean.judge("1", "aprobado")
    total = f"{order['total']:.0f}"
    assert f"Ventas;Total;1;{total};" in await text_of(chilean, "/days/2026-11-28.csv")
    assert f";{total};" in await text_of(chilean, "/reconciliation.csv?from=2026-11-28")


async def test_a_chilean_house_may_begin_with_the_sample(empty_house: House) -> None:
    issued = await token(empty_house)
    assert (await found(empty_house, token=issued, sample=True, **CHILE))[0] == 201
    menu = empty_house.row("SELECT count(*) > 0, sum(price % 100) FROM products")
    assert tuple(menu) == (1, 0)


async def test_a_first_menu_is_read_as_the_new_house_writes(empty_house: House) -> None:
    issued = await token(empty_house)
    csv = "nombre;categoría;precio\nMole;Platos;11.000\n"
    assert (await found(empty_house, token=issued, csv=csv, **CHILE))[0] == 201
    assert tuple(empty_house.row("SELECT price FROM products")) == (1_100_000,)


async def test_a_surplus_is_told_as_the_house_writes(chilean: House) -> None:
    order = await chilean.deliver()
    more = [("amount", f"{order['total'] + 11000:.2f}")]
    status, problem = await chilean.submit(order["id"], LUIS, more=more)
    assert status == 422
    assert "$ 11.000" in problem["errors"]["amount"][0]
