"""A copy of a live database, and the check that finds what is broken."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from comanda.store.backup import backup, check
from comanda.store.connection import DatabaseError, connect
from tests.house import ANA, LUIS, House


@pytest.fixture
async def paid_house(house: House) -> AsyncIterator[House]:
    order = await house.deliver()
    await house.submit(order["id"])
    yield house


def everything(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with contextlib.closing(connect(path)) as connection:
        names = [
            row["name"]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            name: [tuple(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1")]
            for name in names
        }


async def test_a_copy_has_every_row_and_is_nobody_elses(paid_house: House, tmp_path: Path) -> None:
    copy = tmp_path / "copia.db"
    size = await asyncio.to_thread(backup, paid_house.path, copy)
    assert everything(copy) == everything(paid_house.path)
    assert size == copy.stat().st_size
    assert copy.stat().st_mode & 0o777 == 0o600
    assert check(copy) == []
    assert sorted(path.name for path in tmp_path.iterdir() if "copia" in path.name) == ["copia.db"]


async def test_a_copy_made_while_orders_come_in_is_whole(house: House, tmp_path: Path) -> None:
    async def busy() -> None:
        for _ in range(10):
            order = await house.deliver()
            await house.submit(order["id"])

    working = asyncio.create_task(busy())
    copies: list[Path] = []
    while not working.done():
        copies.append(tmp_path / f"{len(copies)}.db")
        await asyncio.to_thread(backup, house.path, copies[-1])
    await working
    for copy in copies:
        assert check(copy) == []
    assert len(everything(copies[-1])["proofs"]) <= 10


async def test_a_copy_is_one_moment_of_the_log_and_never_a_mixture(
    house: House, tmp_path: Path
) -> None:
    async def busy() -> None:
        for _ in range(5):
            await house.submit((await house.deliver())["id"])

    working = asyncio.create_task(busy())
    copies: list[Path] = []
    while not working.done():
        copies.append(tmp_path / f"{len(copies)}.db")
        await asyncio.to_thread(backup, house.path, copies[-1])
    await working
    whole = everything(house.path)
    for copy in copies:
        then = everything(copy)
        assert then["events"] == whole["events"][: len(then["events"])]
        assert len(then["proofs"]) == len(then["payments"])
        assert copy.stat().st_mode & 0o777 == 0o600


async def test_a_damaged_database_is_not_taken_for_a_copy(
    paid_house: House, tmp_path: Path
) -> None:
    damaged = tmp_path / "dañada.db"
    backup(paid_house.path, damaged)
    with damaged.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096)
    with pytest.raises(DatabaseError, match=r"copi"):
        backup(damaged, tmp_path / "copia.db")
    assert [path.name for path in tmp_path.iterdir() if "copia" in path.name] == []


async def test_what_an_unfinished_copy_left_does_not_open_the_next_one_to_others(
    paid_house: House, tmp_path: Path
) -> None:
    left = tmp_path / "copia.db.part"
    left.write_bytes(b"")
    left.chmod(0o644)
    backup(paid_house.path, tmp_path / "copia.db")
    assert (tmp_path / "copia.db").stat().st_mode & 0o777 == 0o600


async def test_nothing_is_overwritten_and_nothing_is_made_up(
    paid_house: House, tmp_path: Path
) -> None:
    taken = tmp_path / "copia.db"
    taken.write_text("mío")
    with pytest.raises(DatabaseError, match="Ya existe"):
        backup(paid_house.path, taken)
    assert taken.read_text() == "mío"
    with pytest.raises(DatabaseError, match="No existe"):
        backup(tmp_path / "nada.db", tmp_path / "otra.db")
    with pytest.raises(DatabaseError, match="No se pudo copiar"):
        backup(paid_house.path, tmp_path / "sin" / "carpeta.db")
    assert not (tmp_path / "nada.db").exists()
    assert not (tmp_path / "otra.db").exists()


async def test_a_sound_database_has_no_complaints(paid_house: House) -> None:
    assert check(paid_house.path) == []


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        ("UPDATE proofs SET data = zeroblob(size)", "El comprobante del pago 1"),
        ("UPDATE proofs SET size = size + 1", "El comprobante del pago 1"),
        ("DELETE FROM proofs", "El pago 1 y sus comprobantes"),
        ("UPDATE orders SET status = 'pagado'", "El estado de la orden 1"),
        ("DELETE FROM staff WHERE username = 'ana'", "apunta a una de staff que no existe"),
        ("PRAGMA user_version = 99", "La base es de la versión 99"),
    ],
)
async def test_what_is_broken_is_named(paid_house: House, damage: str, complaint: str) -> None:
    with contextlib.closing(sqlite3.connect(paid_house.path)) as connection:
        connection.execute(damage)
        connection.commit()
    assert any(complaint in line for line in check(paid_house.path))


@pytest.fixture
async def split_house(house: House) -> AsyncIterator[House]:
    """Payment 1 paid a part of order 1; payment 2 waits for the rest of it and for order 2."""
    for _ in range(2):
        await house.deliver()  # 241.00 each
    for fields in ({"amount": "100", "tip": "5", "tendered": "200"}, {"also": "2"}):
        form = aiohttp.FormData({"method": "efectivo", **fields}, default_to_multipart=True)
        status, sent = await house.call(ANA, "POST", "/orders/1/proof", data=form)
        assert status == 201, sent
        if "tip" in fields:
            assert (await house.judge(sent["payment"]["id"], "aprobado"))[0] == 200
    yield house


async def test_dishes_that_were_paid_and_rejected_before_some_were_taken_off_are_sound(
    house: House,
) -> None:
    order = await house.deliver()
    _, sent = await house.submit(order["id"], more=[("items", f"{order['id']}:0:2")])
    await house.judge(sent["payment"]["id"], "rechazado")
    body = {"quantity": 1, "reason": "se cayó"}
    assert (await house.call(LUIS, "PUT", f"/orders/{order['id']}/items/0", json=body))[0] == 200
    assert check(house.path) == []


async def test_a_bill_in_parts_over_two_rounds_is_sound(split_house: House) -> None:
    assert check(split_house.path) == []


@pytest.mark.parametrize(
    ("damage", "complaints"),
    [
        (
            "DELETE FROM payment_allocations WHERE payment_id = 1",
            ["El pago 1 no paga ninguna orden"],
        ),
        (
            "UPDATE payments SET order_id = 2, attempt = 9 WHERE id = 2",
            ["El pago 2 no está en la primera de sus órdenes"],
        ),
        (
            "UPDATE payment_allocations SET amount = amount + 1 WHERE payment_id = 2",
            [
                "De la orden 1 se pagó más que su total",
                "De la orden 2 se pagó más que su total",
            ],
        ),
        (
            "UPDATE payment_allocations SET amount = 0 WHERE payment_id = 2 AND order_id = 2",
            ["El pago 2 no paga nada de la orden 2"],
        ),
        (
            "UPDATE payments SET tendered = 10499 WHERE id = 1",
            ["El pago 1 tiene una propina o un cambio imposible"],
        ),
        (
            "UPDATE payments SET tip = -1 WHERE id = 2",
            ["El pago 2 tiene una propina o un cambio imposible"],
        ),
        (
            "UPDATE payments SET replaces = 2 WHERE id = 2",
            ["El pago 2 está en lugar de uno que no es anterior"],
        ),
        (
            "UPDATE payments SET replaces = 3 - id",
            ["El pago 1 está en lugar de uno que no es anterior"],
        ),
        (
            "UPDATE payments SET waiter = NULL WHERE id = 2",
            ["El pago 2 no dice de qué mesero es"],
        ),
        *(
            (
                f"UPDATE payment_allocations SET items = '{items}' WHERE payment_id = 1",
                ["El pago 1 paga platillos que la orden 1 no tiene"],
            )
            for items in ("[[2,1]]", "[[-1,1]]", "[[0,3]]", "[[0,0]]")
        ),
        (
            "UPDATE payment_allocations SET items = '[[1,1]]' WHERE order_id = 1",
            ["De la orden 1 se pagó más de lo que hay de Sopa"],
        ),
        *(
            (
                f"UPDATE payment_allocations SET items = '{items}' WHERE payment_id = 1",
                ["En la tabla «payment_allocations» hay un valor imposible de «items»"],
            )
            for items in ("[[0]]", '[["0",1]]', "[0,1]", "7", '{"0":1}')
        ),
        (
            "UPDATE orders SET total = total + 1 WHERE id = 2",
            ["El total de la orden 2 no es la suma de sus platillos"],
        ),
        (
            "UPDATE order_items SET quantity = quantity + 1 WHERE order_id = 2 AND position = 0",
            ["El total de la orden 2 no es la suma de sus platillos"],
        ),
        (
            "UPDATE orders SET customer = 'Lupita' WHERE id = 1",
            ["La orden 1 no tiene mesa ni cliente, o tiene los dos"],
        ),
        (
            "UPDATE orders SET table_number = NULL WHERE id = 1",
            ["La orden 1 no tiene mesa ni cliente, o tiene los dos"],
        ),
        (
            "UPDATE payments SET status = 'rechazado' WHERE id = 2",
            [
                "La orden 1 está en «por_verificar», y sus pagos dicen otra cosa",
                "La orden 2 está en «por_verificar», y sus pagos dicen otra cosa",
            ],
        ),
        (
            "UPDATE payments SET arrives = arrives + 1 WHERE id = 2",
            ["Lo que debe llegar del pago 2 no es su monto con la propina"],
        ),
        (
            (
                "INSERT INTO deposits (id, source, amount, at, is_day, received_at, received_by,"
                " has_notice, in_statement, payment_id, tie_rule)"
                " VALUES (7, 'aviso', 1, 5, 0, 5, 'comanda', 1, 0, 2, 'mano')"
            ),
            ["El ingreso 7 no puede ser de su pago"],
        ),
        (
            "UPDATE orders SET status = 'pagado' WHERE id = 1",
            ["La orden 1 está en «pagado», y sus pagos dicen otra cosa"],
        ),
        (
            "UPDATE orders SET status = 'listo' WHERE id = 1",
            ["La orden 1 está en «listo», y sus pagos dicen otra cosa"],
        ),
        (
            "UPDATE orders SET status = 'anulado' WHERE id = 1",
            ["La orden 1 está en «anulado», y sus pagos dicen otra cosa"],
        ),
    ],
)
async def test_sums_and_states_that_do_not_fit_are_named(
    split_house: House, damage: str, complaints: list[str]
) -> None:
    with contextlib.closing(sqlite3.connect(split_house.path)) as connection:
        connection.executescript(damage)
    assert set(complaints) <= set(check(split_house.path))


async def test_a_page_that_the_disk_lost_is_found(paid_house: House, tmp_path: Path) -> None:
    copy = tmp_path / "copia.db"
    backup(paid_house.path, copy)
    with copy.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096)
    with contextlib.suppress(DatabaseError):
        assert check(copy)


async def test_no_database_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="No existe"):
        check(tmp_path / "nada.db")
    (tmp_path / "texto.db").write_text("hola " * 1000)
    with pytest.raises(DatabaseError, match="No se puede leer"):
        check(tmp_path / "texto.db")


async def test_ana_is_still_at_work_while_the_check_runs(paid_house: House) -> None:
    checking = asyncio.create_task(asyncio.to_thread(check, paid_house.path))
    assert (await paid_house.call(ANA, "GET", "/orders"))[0] == 200
    assert (await checking) == []
