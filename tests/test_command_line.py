"""The command line: what it does, what it says, and its exit status."""

import contextlib
import getpass
import http.client
import io
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from comanda.cli.parser import main
from comanda.demo import PINS
from comanda.store.connection import connect
from comanda.store.schema import VERSION
from tests.flow.program import ENVIRONMENT, comanda, serving
from tests.house import MENU, NEW_PIN, jpeg

Run = Callable[..., tuple[int, str, str]]
CSV = "name,category,price\nTacos al pastor,Tacos,85.50\nSopa,Sopas,70\nAgua,Bebidas,30.00\n"
hash_cheaply = partialmethod(PasswordHasher.__init__, time_cost=1, memory_cost=8, parallelism=1)
MANAGEMENT_PIN = "una frase más larga: 8841"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "comanda.db"


@pytest.fixture
def run(path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("staff", "list")` → exit status, standard output, standard error. PINs hash cheaply."""
    monkeypatch.setattr(PasswordHasher, "__init__", hash_cheaply)

    def run(*arguments: str, stdin: str = "", database: Path = path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        status = main([*arguments, "--database", str(database)])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def refused(answer: tuple[int, str, str], *words: str) -> None:
    """One line on standard error that holds `words`, nothing on the other, and status 1."""
    status, out, err = answer
    assert (status, out) == (1, "")
    assert err.startswith("comanda: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    for word in words:
        assert word in err


def add(run: Run, username: str = "ana", *more: str, pin: str = NEW_PIN) -> tuple[int, str, str]:
    more = more or ("--role", "waiter")
    return run("staff", "add", username, *more, "--pin-stdin", stdin=f"{pin}\n")


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(connect(path)) as connection:
        return [tuple(row) for row in connection.execute(sql)]


def products(path: Path) -> list[tuple[object, ...]]:
    return rows(path, "SELECT name, category, price FROM products ORDER BY id")


def ask(
    url: str, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[int, str]:
    """One request: the status, and the cookie that the answer sets, if any."""
    address = url.removeprefix("http://")
    with contextlib.closing(http.client.HTTPConnection(address, timeout=20)) as connection:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        return response.status, response.headers.get("Set-Cookie", "").partition(";")[0]


def sign_in(url: str, username: str, pin: str) -> tuple[int, str]:
    """The status, and the cookie."""
    body = json.dumps({"username": username, "pin": pin})
    return ask(url, "POST", "/session", body, **{"Content-Type": "application/json"})


# Usage


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["close"],
        ["staff"],
        ["menu"],
        ["backup"],
        ["menu", "import"],
        ["staff", "add", "ana"],
        ["staff", "add", "ana", "--role", "boss"],
        ["serve", "--port", "65536"],
        ["serve", "--port", "-1"],
        ["serve", "--port", "٣"],
        ["serve", "--log-level", "loud"],
        ["check", "--port", "80"],
    ],
)
def test_what_is_not_understood_ends_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("usage: comanda")
    assert "error:" in err.splitlines()[-1]


@pytest.mark.parametrize("command", [[], ["serve"], ["staff", "add"], ["menu", "import"]])
def test_help_is_there_and_ends_with_0(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {' '.join(['comanda', *command])}")


def test_the_program_itself_has_the_three_exit_statuses(tmp_path: Path) -> None:
    arguments = ("staff", "add", "ana", "--role", "waiter", "--pin-stdin")
    assert comanda(*arguments, stdin=f"{NEW_PIN}\n", cwd=tmp_path) == (
        0,
        "Alta: ana (waiter)\n",
        "",
    )
    assert (tmp_path / "comanda.db").is_file()
    refused(comanda(*arguments, stdin=f"{NEW_PIN}\n", cwd=tmp_path), "ana")
    status, out, err = comanda("close", cwd=tmp_path)
    assert (status, out) == (2, "")
    assert "Traceback" not in err


def test_the_configuration_names_the_database(tmp_path: Path, path: Path, run: Run) -> None:
    add(run)
    config = tmp_path / "otra.toml"
    config.write_text(f"[database]\npath = '{path}'\n")
    status, out, _ = comanda("staff", "list", "--config", str(config), cwd=tmp_path)
    assert (status, out.split()[0]) == (0, "ana")


def test_a_configuration_that_can_not_be_used_is_refused(tmp_path: Path, run: Run) -> None:
    config = tmp_path / "mala.toml"
    refused(run("staff", "list", "--config", str(config)), str(config))
    config.write_text("[server]\nprot = 1")
    refused(run("serve", "--config", str(config)), str(config), "server.prot")


# Staff


def test_somebody_is_added_with_a_pin_from_standard_input(run: Run) -> None:
    assert add(run) == (0, "Alta: ana (waiter)\n", "")
    assert add(run, "rosa", "--role", "admin", "--name", " Rosa Díaz ", pin=MANAGEMENT_PIN)[0] == 0
    status, out, err = run("staff", "list")
    assert (status, err) == (0, "")
    assert [line.split(maxsplit=3) for line in out.splitlines()] == [
        ["ana", "waiter", "activo", "Ana"],
        ["rosa", "admin", "activo", "Rosa Díaz"],
    ]


def test_a_new_pin_ends_the_sessions_of_the_old_one(run: Run, path: Path) -> None:
    add(run)
    with serving(path) as (_, url, _):
        _, cookie = sign_in(url, "ana", NEW_PIN)
        done = run("staff", "pin", "ana", "--pin-stdin", stdin=f"{MANAGEMENT_PIN}\n")
        assert done == (0, "PIN nuevo: ana\n", "")
        assert ask(url, "GET", "/session", Cookie=cookie)[0] == 401
        assert sign_in(url, "ana", NEW_PIN)[0] == 401
        assert sign_in(url, "ana", MANAGEMENT_PIN)[0] == 201
    refused(run("staff", "pin", "beto", "--pin-stdin", stdin=f"{NEW_PIN}\n"), "beto")
    refused(run("staff", "pin", "ana", "--pin-stdin", stdin="123\n"), "de 4 a")


def test_nobody_on_the_staff_is_an_empty_list(run: Run) -> None:
    assert run("staff", "list") == (0, "", "")


def answers(monkeypatch: pytest.MonkeyPatch, *typed: str) -> list[str]:
    """Let somebody type these; the prompts that they see."""
    prompts: list[str] = []
    left = list(typed)

    def getpass_(prompt: str) -> str:
        prompts.append(prompt)
        if not left:
            raise EOFError
        return left.pop(0)

    monkeypatch.setattr(getpass, "getpass", getpass_)
    return prompts


def test_a_pin_is_typed_twice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = answers(monkeypatch, NEW_PIN, NEW_PIN)
    status, out, _ = run("staff", "add", "ana", "--role", "waiter")
    assert (status, out) == (0, "Alta: ana (waiter)\n")
    assert prompts == ["PIN: ", "PIN otra vez: "]


def test_two_different_pins_are_refused(
    run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(monkeypatch, "1234", "1243")
    refused(run("staff", "add", "ana", "--role", "waiter"), "no coinciden")
    assert not path.exists()


def test_no_pin_at_all_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch)
    refused(run("staff", "add", "ana", "--role", "waiter"), "--pin-stdin")


def test_a_pin_is_not_asked_for_where_it_would_be_seen(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def echoing(_: str) -> str:
        warnings.warn("Can not control echo on the terminal.", getpass.GetPassWarning, stacklevel=2)
        return NEW_PIN

    monkeypatch.setattr(getpass, "getpass", echoing)
    refused(run("staff", "add", "ana", "--role", "waiter"), "--pin-stdin")


def test_without_a_terminal_there_is_one_line_and_no_trace(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "comanda", "staff", "add", "ana", "--role", "waiter"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=path.parent,
        start_new_session=True,
        check=False,
    )
    refused((done.returncode, done.stdout, done.stderr), "--pin-stdin")


@pytest.mark.parametrize("pin", ["", "123", "1" * 129, "12\t34", "1234\x00"])
def test_a_pin_that_is_too_short_long_or_odd_is_refused(run: Run, path: Path, pin: str) -> None:
    refused(add(run, pin=pin), "PIN")
    assert not path.exists()


@pytest.mark.parametrize("pin", ["1234", "1" * 128, "cuatro palabras y un ñandú"])
def test_a_pin_of_4_to_128_characters_will_do(run: Run, pin: str) -> None:
    assert add(run, pin=pin)[0] == 0


def test_whoever_handles_money_gets_a_longer_pin_here_too(run: Run) -> None:
    for role in ("cashier", "admin"):
        refused(add(run, "luis", "--role", role, pin="8841"), "al menos 6 cifras o letras")
    assert add(run, "luis", "--role", "cashier", pin="884197")[0] == 0
    refused(run("staff", "pin", "luis", "--pin-stdin", stdin="8841\n"), "al menos 6")
    assert "PIN débil" not in run("staff", "list")[1]
    assert run("staff", "pin", "luis", "--pin-stdin", stdin="123456\n")[0] == 0
    assert "PIN débil" in run("staff", "list")[1]


@pytest.mark.parametrize(
    "username", ["", "Ana", "ana maría", ".ana", "niño", "a" * 41, "ana\n", "../ana", "ana;--"]
)
def test_a_username_that_nobody_can_type_is_refused(run: Run, path: Path, username: str) -> None:
    refused(add(run, username), "usuario")
    assert not path.exists()


@pytest.mark.parametrize("username", ["comanda", "consola"])
def test_nobody_new_has_the_username_that_comanda_signs_with(
    run: Run, path: Path, username: str
) -> None:
    refused(add(run, username), f"«{username}»", "elige otro usuario")
    assert not path.exists()


@pytest.mark.parametrize("username", ["a", "7", "ana.lopez", "ana-2_b", "a" * 40])
def test_a_plain_username_will_do(run: Run, username: str) -> None:
    assert add(run, username)[0] == 0


@pytest.mark.parametrize("name", ["  ", "A" * 81, "Ana\nLópez"])
def test_a_name_that_can_not_be_shown_is_refused(run: Run, name: str) -> None:
    refused(add(run, "ana", "--role", "waiter", "--name", name), "nombre")


def test_a_username_is_taken_for_good(run: Run, path: Path) -> None:
    add(run)
    before = rows(path, "SELECT * FROM staff")
    refused(add(run, "ana", "--role", "admin", pin="884198"), "ana")
    run("staff", "disable", "ana")
    refused(add(run, "ana", "--role", "admin", pin="884198"), "ana")
    assert [row[:4] for row in rows(path, "SELECT * FROM staff")] == [row[:4] for row in before]


def test_a_pin_is_stored_as_a_hash_alone(run: Run, path: Path) -> None:
    add(run, pin=MANAGEMENT_PIN)
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"$argon2id$" in stored
    assert MANAGEMENT_PIN.encode() not in stored


def test_a_pin_is_never_among_the_arguments_that_others_can_see(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`ps` shows arguments to everybody on the machine: there is no way to give a PIN there."""
    with pytest.raises(SystemExit):
        main(["staff", "add", "--help"])
    told = capsys.readouterr().out
    assert [word for word in told.split() if "pin" in word and word.startswith("--")] == [
        "--pin-stdin"
    ]
    with pytest.raises(SystemExit) as ended:
        main(["staff", "add", "ana", "--role", "waiter", "--pin-stdin", NEW_PIN])
    assert ended.value.code == 2


def test_a_running_command_shows_no_pin_to_ps(tmp_path: Path) -> None:
    if shutil.which("ps") is None:
        pytest.skip("no ps on this machine")
    with subprocess.Popen(
        [sys.executable, "-m", "comanda", "staff", "add", "ana", "--role", "waiter", "--pin-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
    ) as process:
        assert process.stdin
        process.stdin.write(MANAGEMENT_PIN)
        process.stdin.flush()
        look = ["ps", "-ww", "-o", "args=", "-p", str(process.pid)]
        seen = subprocess.run(look, capture_output=True, text=True, check=True).stdout
        process.stdin.write("\n")
    assert "--pin-stdin" in seen
    assert MANAGEMENT_PIN not in seen
    assert process.returncode == 0


def test_somebody_is_disabled_once(run: Run) -> None:
    add(run)
    assert run("staff", "disable", "ana") == (0, "Baja: ana\n", "")
    assert run("staff", "list")[1].split()[:4] == ["ana", "waiter", "de", "baja"]
    refused(run("staff", "disable", "ana"), "ana")


def test_the_last_administrator_stays(run: Run) -> None:
    add(run, "rosa", "--role", "admin")
    refused(run("staff", "disable", "rosa"), "administra")
    add(run, "raul", "--role", "admin")
    assert run("staff", "disable", "rosa")[0] == 0
    refused(run("staff", "disable", "raul"), "administra")


def test_nobody_can_not_be_disabled(run: Run) -> None:
    refused(run("staff", "disable", "nadie"), "nadie")


def test_who_is_disabled_is_signed_out_and_can_not_sign_in(run: Run, path: Path) -> None:
    add(run)
    add(run, "beto", "--role", "waiter")
    with serving(path) as (_, url, _):
        cookies = [sign_in(url, name, NEW_PIN)[1] for name in ("ana", "beto")]
        assert [ask(url, "GET", "/session", Cookie=one)[0] for one in cookies] == [200, 200]
        assert run("staff", "disable", "ana")[0] == 0
        assert [ask(url, "GET", "/session", Cookie=one)[0] for one in cookies] == [401, 200]
        assert sign_in(url, "ana", NEW_PIN)[0] == 401


# The menu


def test_a_menu_is_imported(run: Run, path: Path, tmp_path: Path) -> None:
    file = tmp_path / "menu.csv"
    file.write_text(CSV, encoding="utf-8")
    assert run("menu", "import", str(file)) == (0, "3 nuevos, 0 con cambios, 0 iguales\n", "")
    assert products(path) == list(MENU)


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode("utf-8-sig"),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", ";").encode("utf-8-sig"),
        CSV.replace("\n", "\r\n").encode(),
        CSV.rstrip("\n").encode(),
        CSV.replace("\n", "\n\n").encode(),
        CSV.replace("Sopa,Sopas,70", '"Sopa","Sopas","70"').encode(),
        CSV.replace(",", " , ").encode(),
        CSV.replace("name,category,price", "Name,CATEGORY,Price").encode(),
    ],
    ids=["BOM", "semicolons", "both", "CRLF", "no end", "empty lines", "quotes", "spaces", "case"],
)
def test_what_spreadsheets_write_is_read(run: Run, path: Path, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "menu.csv"
    file.write_bytes(data)
    assert run("menu", "import", str(file))[0] == 0
    assert products(path) == list(MENU)


HEADER = "name,category,price\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["name,category,price"]),
        ("platillo,grupo,costo\nPan,Panes,5\n", ["primera línea", "name,category,price"]),
        ("category,name,price\nPanes,Pan,5\n", ["primera línea"]),
        (HEADER + "Pan,Panes,cinco\n", ["línea 2", "cinco"]),
        (HEADER + "Pan,Panes,\n", ["línea 2", "precio"]),
        (HEADER + "Pan,Panes,-5\n", ["línea 2", "-5"]),
        (HEADER + "Pan,Panes,5.125\n", ["línea 2", "5.125"]),
        (HEADER + "Pan,Panes,1e3\n", ["línea 2", "1e3"]),
        (HEADER + "Pan,Panes,1.250\n", ["línea 2", "1,250.00", "1.25"]),
        (HEADER + "Pan,Panes,1.234\n", ["línea 2", "1234.00"]),
        (HEADER + "Pan,Panes,$-5\n", ["línea 2", "$-5"]),
        (HEADER + "Pan,Panes,NaN\n", ["línea 2", "NaN"]),
        (HEADER + "Pan,Panes,12345678\n", ["línea 2", "12345678"]),
        (HEADER + "Pan,Panes,5,50\n", ["línea 2", "4 columnas"]),
        (HEADER + "Pan,Panes,5\nSopa,Sopas\n", ["línea 3", "2 columnas"]),
        (HEADER + "Pan,Panes,5,6\n", ["línea 2", "4 columnas"]),
        (HEADER + "Pan,Panes,5\nSopa,Sopas,70\nPan,Otros,6\n", ["línea 4", "Pan", "repetido"]),
        (HEADER + ",Panes,5\n", ["línea 2", "nombre"]),
        (HEADER + "Pan,,5\n", ["línea 2", "categoría"]),
        (HEADER + f"{'P' * 81},Panes,5\n", ["línea 2", "80"]),
        (HEADER + '"Pan\ndulce",Panes,5\n', ["línea 3", "nombre"]),
        (HEADER + "Pa\x00n,Panes,5\n", ["línea 2"]),
        (HEADER + '"Pan,Panes,5\n', ["línea 2"]),
    ],
)
def test_a_menu_with_a_mistake_stores_nothing(
    run: Run, path: Path, tmp_path: Path, text: str, words: list[str]
) -> None:
    good, bad = tmp_path / "menu.csv", tmp_path / "malo.csv"
    good.write_text(CSV, encoding="utf-8")
    bad.write_text(text, encoding="utf-8")
    run("menu", "import", str(good))
    refused(run("menu", "import", str(bad)), str(bad), *words)
    assert products(path) == list(MENU)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_menu_in_another_encoding_is_read(
    run: Run, path: Path, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "menu.csv"
    file.write_bytes("name,category,price\nCafé,Bebidas,35\n".encode(encoding))
    assert run("menu", "import", str(file))[0] == 0
    assert products(path) == [("Café", "Bebidas", 3500)]


def test_a_menu_that_is_not_there_is_refused(run: Run, path: Path, tmp_path: Path) -> None:
    refused(run("menu", "import", str(tmp_path / "menu.csv")), "menu.csv")
    refused(run("menu", "import", str(tmp_path)), str(tmp_path))
    assert not path.exists()


def test_a_second_import_changes_prices_and_keeps_the_rest(
    run: Run, path: Path, tmp_path: Path
) -> None:
    file = tmp_path / "menu.csv"
    file.write_text(CSV, encoding="utf-8")
    run("menu", "import", str(file))
    ids = rows(path, "SELECT id, name FROM products ORDER BY id")
    changes = "Sopa,Sopas,75.5\nTacos al pastor,Tacos,85.5\nPan,Panes,0\n"
    file.write_text(HEADER + changes, encoding="utf-8")
    assert run("menu", "import", str(file)) == (0, "1 nuevos, 1 con cambios, 1 iguales\n", "")
    assert products(path) == [MENU[0], ("Sopa", "Sopas", 7550), MENU[2], ("Pan", "Panes", 0)]
    assert rows(path, "SELECT id, name FROM products ORDER BY id")[:3] == ids
    assert run("menu", "import", str(file))[1] == "0 nuevos, 0 con cambios, 3 iguales\n"


def test_a_menu_is_exported_as_it_is_imported(run: Run, path: Path, tmp_path: Path) -> None:
    odd = 'name,category,price\n"Tacos, ""la casa""",Tacos;varios,85.50\nÑoquis,Platos,1234567.00\n'
    file, copy = tmp_path / "menu.csv", tmp_path / "copia.csv"
    file.write_text(odd, encoding="utf-8")
    run("menu", "import", str(file))
    assert run("menu", "export") == (0, odd, "")
    assert run("menu", "export", str(copy)) == (0, "", "")
    assert copy.read_text(encoding="utf-8") == odd
    other = tmp_path / "otra.db"
    assert run("menu", "import", str(copy), database=other)[0] == 0
    assert products(other) == products(path)


def test_an_empty_menu_is_exported_as_its_first_line(run: Run) -> None:
    assert run("menu", "export") == (0, HEADER, "")


def test_a_menu_can_not_be_exported_into_nowhere(run: Run, tmp_path: Path) -> None:
    refused(run("menu", "export", str(tmp_path / "no" / "menu.csv")), "menu.csv")


# Backup and check


def test_a_running_server_is_backed_up_and_checked(run: Run, path: Path, tmp_path: Path) -> None:
    add(run)
    copy = tmp_path / "copia.db"
    with serving(path) as (_, url, _):
        _, cookie = sign_in(url, "ana", NEW_PIN)
        status, out, err = run("backup", str(copy))
        assert (status, err) == (0, "")
        assert str(copy) in out
        assert run("check") == (0, "La base de datos está entera\n", "")
        assert ask(url, "GET", "/session", Cookie=cookie)[0] == 200
    assert run("check", database=copy)[0] == 0
    assert rows(copy, "SELECT * FROM staff") == rows(path, "SELECT * FROM staff")


def test_a_backup_never_overwrites(run: Run, path: Path, tmp_path: Path) -> None:
    add(run)
    before = path.read_bytes()
    refused(run("backup", str(path)), "Ya existe", str(path))
    assert path.read_bytes() == before
    refused(run("backup", str(tmp_path / "no" / "copia.db")), "copia.db")
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["comanda.db", "comanda.db-lock"]


def test_what_is_not_there_is_neither_backed_up_nor_checked(
    run: Run, path: Path, tmp_path: Path
) -> None:
    refused(run("check"), "No existe", str(path))
    refused(run("backup", str(tmp_path / "copia.db")), "No existe", str(path))
    assert list(tmp_path.iterdir()) == []


def test_a_proof_that_was_tampered_with_is_found(
    capsys: pytest.CaptureFixture[str], path: Path
) -> None:
    with serving(path, "demo"):
        pass
    with contextlib.closing(connect(path)) as connection:
        connection.execute(
            "UPDATE proofs SET data = :data WHERE payment_id = 2", {"data": jpeg("red")}
        )
    status = main(["check", "--database", str(path)])
    out, err = capsys.readouterr()
    assert (status, out) == (1, "El comprobante del pago 2 no es el que se recibió\n")
    refused((status, "", err), str(path))


def test_a_file_with_broken_pages_is_not_called_whole(run: Run, path: Path, tmp_path: Path) -> None:
    add(run)
    data = bytearray(path.read_bytes())
    for place in range(8192, len(data) - 4096, 4096):
        data[place : place + 200] = b"\xa5" * 200
    path.write_bytes(data)
    status, _, err = run("check")
    assert status == 1
    refused((status, "", err), str(path))
    status, out, err = run("staff", "list", database=_noise(tmp_path))
    refused((status, out, err), "ruido.db")


def _noise(folder: Path) -> Path:
    """A file that is no database."""
    file = folder / "ruido.db"
    file.write_bytes(b"\xa5\x5a\x00\xff" * 4096)
    return file


@pytest.mark.parametrize(
    "command", [["staff", "list"], ["menu", "export"], ["serve", "--port", "0"], ["check"]]
)
def test_what_is_no_database_of_comandas_is_refused_in_one_line(
    tmp_path: Path, command: list[str]
) -> None:
    refused(comanda(*command, "--database", str(_noise(tmp_path))), "ruido.db")
    other = tmp_path / "ajena.db"
    with contextlib.closing(connect(other)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    refused(comanda(*command, "--database", str(other)), "ajena.db")
    refused(comanda(*command, "--database", str(tmp_path / "no" / "a.db")), str(tmp_path / "no"))


@pytest.mark.parametrize(
    "command", [["staff", "list"], ["serve", "--port", "0"], ["menu", "export"]]
)
def test_a_database_of_a_newer_comanda_is_refused_and_left_alone(
    run: Run, path: Path, command: list[str]
) -> None:
    add(run)
    with contextlib.closing(connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    refused(comanda(*command, "--database", str(path)), str(path), "más nueva")
    assert rows(path, "PRAGMA user_version") == [(VERSION + 1,)]
    status, out, err = run("check")
    assert str(VERSION + 1) in out
    refused((status, "", err), str(path))


# Serving


@pytest.fixture
def taken() -> Iterator[str]:
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_that_is_taken_is_refused_in_one_line(
    tmp_path: Path, taken: str, command: str
) -> None:
    answer = comanda(command, "--host", "127.0.0.1", "--port", taken, cwd=tmp_path)
    refused(answer, f"http://127.0.0.1:{taken}", "ocupada")


def test_an_address_that_is_not_this_machines_is_refused_in_one_line(tmp_path: Path) -> None:
    answer = comanda("serve", "--host", "192.0.2.1", "--port", "0", cwd=tmp_path)
    refused(answer, "http://192.0.2.1:0")


def test_an_ipv6_address_is_announced_as_a_url(tmp_path: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with serving(tmp_path / "comanda.db", "serve", "--host", "::1") as (_, url, _):
        assert url.startswith("http://[::1]:")
        assert ask(url, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_ends_with_0(path: Path, number: signal.Signals) -> None:
    with serving(path) as (process, url, printed):
        assert printed == [f"Comanda en {url}"]
        assert ask(url, "GET", "/healthz")[0] == 200
        process.send_signal(number)
        assert process.wait(20) == 0


def test_a_first_start_prints_the_address_that_founds_the_house_once(path: Path) -> None:
    with serving(path) as (process, url, _):
        assert process.stdout
        address = next(line.strip() for line in process.stdout if "/instalar#" in line)
        assert address.startswith(f"{url}/instalar#")
        founded = {
            "token": address.partition("#")[2],
            "restaurant": "La Fonda",
            "currency": "$",
            "time_zone": "America/Mexico_City",
            "username": "rosa",
            "name": "Rosa",
            "pin": NEW_PIN,
        }
        headers = {"Content-Type": "application/json"}
        assert ask(url, "POST", "/setup", json.dumps(founded), **headers)[0] == 201
        assert ask(url, "GET", "/instalar")[0] == 404
        assert sign_in(url, "rosa", NEW_PIN)[0] == 201
    with serving(path) as (process, url, _):
        assert ask(url, "GET", "/instalar")[0] == 404
        process.send_signal(signal.SIGTERM)
        assert process.stdout
        assert "instalar" not in process.stdout.read()


def test_two_servers_can_not_share_a_port(path: Path, tmp_path: Path) -> None:
    with serving(path) as (_, url, _):
        port = url.rpartition(":")[2]
        refused(comanda("serve", "--host", "127.0.0.1", "--port", port, cwd=tmp_path), port)


# The demo


def demo_folders(folder: Path) -> list[Path]:
    return list(folder.glob("comanda-demo-*"))


def test_a_demo_says_how_to_get_in_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ENVIRONMENT, "TMPDIR", str(tmp_path))
    with serving(None, "demo", cwd=tmp_path) as (process, url, printed):
        assert len(demo_folders(tmp_path)) == 1
        told = [line.split() for line in printed]
        for member, pin in PINS.items():
            assert [member.username, pin, member.role] in told
            assert sign_in(url, member.username, pin)[0] == 201
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_demo_uses_no_database_that_is_there(run: Run, path: Path) -> None:
    add(run)
    before = path.read_bytes()
    refused(run("demo", "--port", "0"), "Ya existe", str(path))
    assert path.read_bytes() == before


def test_a_demo_keeps_the_database_that_it_was_asked_for(run: Run, path: Path) -> None:
    with serving(path, "demo") as (process, _, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert run("check")[0] == 0
    assert len(run("staff", "list")[1].splitlines()) == len(PINS)


def test_a_demo_that_can_not_listen_leaves_nothing_behind(
    tmp_path: Path, taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert main(["demo", "--host", "127.0.0.1", "--port", taken]) == 1
    assert demo_folders(tmp_path) == []
