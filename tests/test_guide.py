"""The guides are true: what they quote Comanda says, and what they name is there."""

import html
import re
import tomllib

import pytest

from comanda.cli.parser import main
from comanda.files import default_config
from tests.guide import PAGE, TEXT, blocks, words
from tests.test_config import keys
from tests.test_readme import CHECKOUT

MOST_BYTES = 10_500  # of what is read, without the markup
SOURCES = "".join(
    path.read_text(encoding="utf-8")
    for folder in ("src/comanda", "static/js")
    for path in sorted((CHECKOUT / folder).rglob("*.[pj][ys]"))
)
SCREENS = re.sub(
    r"(?m)^\s*(?://|/?\*).*$",
    "",
    SOURCES + "".join(page.read_text("utf-8") for page in (CHECKOUT / "static").glob("*.html")),
)
STAFF_GUIDES = {
    name: (PAGE.parent / f"{name}.html").read_text(encoding="utf-8")
    for name in ("index", "mesero", "cocina", "caja", "admin")
}
NAMED = {
    "mesero": (
        *("Corregir pago", "Usar lo de la foto"),
        *("Cobrar", "Todo", "Datos para pagar", "Es propina", "Cobrar lo que falta", "Ver"),
        *("Retirar comprobante", "Reintentar Pago", "Corregir", "Cambiar mesa", "Quitar"),
        *("Corregir pago", "Usar lo de la foto"),
    ),
    "caja": (
        *("Aprobar", "Rechazar", "Cobrar lo que falta", "Corregir", "Cambiar mesa", "Quitar"),
        *("Lo que dice la foto", "Copiar", "Cómo comprobar", "Copiar todo", "Entendido"),
    ),
    "admin": (
        *("Datos para pagar", "¿Trabajas solo?", "Reabrir pago", "Lectura de comprobantes"),
        *("Conectar el teléfono del banco", "Cambiar el secreto", "Probar un aviso"),
    ),
}


def codes() -> list[str]:
    return [html.unescape(code) for code in re.findall(r"<code>(.*?)</code>", TEXT)]


def test_it_is_short() -> None:
    assert len(words().encode()) <= MOST_BYTES


def test_each_trouble_is_quoted_as_comanda_says_it() -> None:
    terms = re.findall(r"<dt>(.*?)</dt>", TEXT)
    quotes = [quote for term in terms for quote in re.findall(r"«([^»]+)»", term)]
    assert len(quotes) > 15
    assert [quote for quote in quotes if quote not in SOURCES] == []


def quoted(guide: str) -> set[str]:
    """The words of the screen that a guide for staff shows, without their signs."""
    marked = re.findall(r"<em>(.*?)</em>", STAFF_GUIDES[guide])
    return {re.sub(r"^[^\w+¿]+|[:…]$", "", html.unescape(text)) for text in marked}


def is_on_a_screen(text: str) -> bool:
    """Whether a text of the sources is `text`, or goes on with a value or a sentence."""
    written = re.sub(r"\d+", r"\\$\\{[^}]*\\}", re.escape(text))
    return bool(re.search(rf"[\"`>][^\w\"`]*{written}\s*(?:[\"`<…:·?]|\$\{{| [A-Z])", SCREENS))


@pytest.mark.parametrize("guide", STAFF_GUIDES)
def test_each_word_of_the_screen_in_a_guide_is_on_a_screen(guide: str) -> None:
    assert len(quoted(guide)) > 4
    assert [text for text in sorted(quoted(guide)) if not is_on_a_screen(text)] == []


@pytest.mark.parametrize("guide", NAMED)
def test_a_guide_names_the_buttons_that_its_reader_needs(guide: str) -> None:
    assert [text for text in NAMED[guide] if text not in quoted(guide)] == []


def test_every_setting_that_it_names_is_one() -> None:
    known = set(keys(tomllib.loads(default_config().read_text(encoding="utf-8"))))
    sections = {key.partition(".")[0] for key in known}
    dotted = [re.match(r"(\w+)\.\w+(?= =|$)", code) for code in codes()]
    settings = {match[0] for match in dotted if match and match[1] in sections}
    assert len(settings) > 5
    assert settings <= known


def test_every_command_that_it_names_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for text in (*codes(), *blocks()) for line in text.splitlines()]
    matches = [re.search(r"(?:^|/bin/)comanda ([^|]+)", line) for line in lines]
    commands = [match[1].split() for match in matches if match]
    for command in commands:
        explained = help_of(command, capsys)
        options = {word for word in command if word.startswith("--")}
        assert [option for option in options if option not in explained] == []
    every_command = set(re.findall(r"^    (\w+)  ", help_of([], capsys), re.MULTILINE))
    assert {command[0] for command in commands} == every_command


def help_of(command: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What `comanda COMMAND --help` prints; it fails where there is no such command."""
    with pytest.raises(SystemExit) as ending:
        main([*command, "--help"])
    assert ending.value.code == 0, command
    return capsys.readouterr().out


def test_every_figure_for_prometheus_is_told() -> None:
    shown = {code for code in codes() if re.fullmatch(r"comanda_[a-z_]+", code)}
    assert shown == set(re.findall(r'"(comanda_(?!browser|session)[a-z_]+)"', SOURCES))


def test_whoever_installs_it_can_enter_the_folder_and_pip_can_write_beside_the_source() -> None:
    (lines,) = [text.splitlines() for text in blocks() if "pip install" in text and "cd " in text]
    (folder,) = [line for line in lines if line.startswith("sudo install -d")]
    assert "-m 755" in folder, "the owner is not comanda, and enters it with cd"
    (pip,) = [line for line in lines if "pip install" in line]
    assert pip.startswith("sudo /"), "comanda may not write into the owner's folder, and pip does"
