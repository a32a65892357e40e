"""The configuration: config.toml is the defaults, and whatever can't be right is refused."""

import dataclasses
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from comanda.config import (
    CHECKS,
    METHODS,
    Backup,
    Check,
    Config,
    ConfigError,
    DatabaseConfig,
    Method,
    NoticeRule,
    backup_folder,
    load_config,
    settle_paths,
)
from comanda.domain.notice_rules import RULES
from comanda.domain.notice_text import fold
from comanda.domain.notices import examine
from comanda.files import default_config

FILE = default_config()
LISTS = (("methods", Method), ("checks", Check))
EXAMPLES = ("rules",)  # of which there are none by default: the file shows one as a comment
OF_EARLIER_VERSIONS = ("own_verdicts",)  # the page "Restaurante" sets this today


def settings() -> set[str]:
    """Every key that the dataclasses know, by its full name."""
    return {
        f"payments.{name}.{field.name}"
        for name, kind in LISTS
        for field in dataclasses.fields(kind)
    } | {
        f"{section.name}.{field.name}"
        for section in dataclasses.fields(Config)
        for field in dataclasses.fields(getattr(Config(), section.name))
        if field.name not in (*dict(LISTS), *EXAMPLES, *OF_EARLIER_VERSIONS)
    }


def keys(document: dict[str, Any]) -> Iterator[str]:
    """Every key of a parsed file, by its full name."""
    for section, values in document.items():
        for key, value in values.items():
            if key in dict(LISTS):
                yield from (f"{section}.{key}.{name}" for entry in value for name in entry)
            else:
                yield f"{section}.{key}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "restaurante.toml"


def refusal(file: Path, text: str) -> str:
    """What is said about a file with this text; it names the file, on one line."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_config(file)
    said = str(refused.value)
    assert str(file) in said
    assert "\n" not in said
    return said


def test_the_file_that_is_shipped_says_what_is_built_in() -> None:
    assert load_config(FILE) == Config()


def test_the_file_that_is_shipped_has_every_key_and_no_other() -> None:
    assert set(keys(tomllib.loads(FILE.read_text()))) == settings()


def test_every_key_is_explained_right_above_it() -> None:
    text, _, methods = FILE.read_text(encoding="utf-8").partition("# The forms of payment,")
    lines = text.splitlines()
    explained = [
        line.partition(" = ")[0]
        for above, line in pairwise(lines)
        if above.startswith("# ") and " = " in line and not line.startswith("#")
    ]
    others = [key.rpartition(".")[2] for key in settings() if key.count(".") == 1]
    assert sorted(explained) == sorted(others)
    for name, kind in LISTS:
        comment = methods.partition(f"[[payments.{name}]]")[0].rpartition("\n\n")[2]
        assert set(re.findall(r"`(\w+)`", comment)) == {
            field.name for field in dataclasses.fields(kind)
        }


def test_a_file_with_nothing_in_it_is_all_defaults(file: Path) -> None:
    file.touch()
    assert load_config(file) == Config()


def test_a_file_with_one_key_keeps_the_other_defaults(file: Path) -> None:
    file.write_text("[server]\nport = 9000\n\n[events]\nheartbeat_seconds = 5\n")
    found = load_config(file)
    assert (found.server.port, found.events.heartbeat_seconds) == (9000, 5.0)
    default = Config()
    assert found == dataclasses.replace(
        default,
        server=dataclasses.replace(default.server, port=9000),
        events=dataclasses.replace(default.events, heartbeat_seconds=5.0),
    )


def test_the_house_has_the_methods_of_its_file_in_their_order(file: Path) -> None:
    file.write_text(
        '[[payments.methods]]\nname = "codi"\nlabel = "CoDi"\nproof = "required"\n'
        '[[payments.methods]]\nname = "vales"\nlabel = "Vales"\n',
        encoding="utf-8",
    )
    payments = load_config(file).payments
    assert payments.methods == (
        Method("codi", "CoDi", "required"),
        Method("vales", "Vales", "optional"),
    )
    assert payments.method("vales") is payments.methods[1]
    assert payments.method("efectivo") is None


def test_a_table_of_payments_without_methods_keeps_the_usual_ones(file: Path) -> None:
    file.write_text("[payments]\n")
    assert load_config(file).payments.methods == METHODS


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[sever]\nport = 1", "sever"),
        ("[server]\nprot = 1", "server.prot"),
        ("port = 1", "port"),
        ("[payments]\nmethod = 1", "payments.method"),
        ('[[payments.methods]]\nname = "a"\nlabel = "A"\nicon = "x"', "payments.methods.0.icon"),
    ],
)
def test_an_unknown_key_is_refused_by_name(file: Path, text: str, key: str) -> None:
    assert f"{key}: no existe esta clave" in refusal(file, text)


@pytest.mark.parametrize("name", sorted(settings()))
@pytest.mark.parametrize("value", ["[]", "{}", "true", "1979-05-27"])
def test_a_value_of_the_wrong_type_is_refused_by_name(file: Path, name: str, value: str) -> None:
    table, _, key = name.rpartition(".")
    if value == "true" and isinstance(getattr(getattr(Config(), table, None), key, None), bool):
        value = '"true"'
    if table in ("payments.methods", "payments.checks"):
        value = "[5]" if key in ("steps", "copy") and value == "[]" else value
        told = refusal(file, f"[[{table}]]\n{key} = {value}")
        assert re.search(rf"{re.escape(table)}\.0\.{key}[.0]*: aquí va un", told), told
    else:
        value = "[5]" if key in ("trusted_proxies", "allowed_hosts") and value == "[]" else value
        told = refusal(file, f"[{table}]\n{key} = {value}")
        assert re.search(rf"{re.escape(name)}[.0]*: aquí va (un|true)", told), told


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[server]\nport = "8080"', "server.port"),
        ("[server]\nport = 8080.0", "server.port"),
        ("[server]\nhost = 1", "server.host"),
        ('[server]\ntrusted_proxies = ["the router"]', "server.trusted_proxies.0"),
        ('[server]\nallowed_hosts = ["http://comanda.lan"]', "server.allowed_hosts.0"),
        ('[server]\nallowed_hosts = ["comanda.lan:8080"]', "server.allowed_hosts.0"),
        ('[server]\nallowed_hosts = ["*.comanda.lan"]', "server.allowed_hosts.0"),
        ('[server]\ntrusted_proxies = ["10.0.0.1/8"]', "server.trusted_proxies.0"),
        ('[server]\ntls_cert = "cert.pem"', "server.tls_key"),
        ('[server]\ntls_key = "key.pem"', "server.tls_key"),
        ("[pages]\nday_ends = 04:00:00", "pages.day_ends"),
        ("[pages]\nday_ends = 4", "pages.day_ends"),
        ('[events]\nheartbeat_seconds = "15"', "events.heartbeat_seconds"),
        ("[events]\nheartbeat_seconds = nan", "events.heartbeat_seconds"),
        ("[sessions]\nhours = inf", "sessions.hours"),
        ("server = 5", "server"),
        ("[payments]\nmethods = 5", "payments.methods"),
        ("[payments]\nmethods = [5]", "payments.methods.0"),
    ],
)
def test_what_only_looks_right_is_refused_too(file: Path, text: str, key: str) -> None:
    assert f"{key}: " in refusal(file, text)


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("server", "port", "-1"),
        ("server", "port", "65536"),
        ("server", "log_level", '"INFO"'),
        ("database", "path", '""'),
        ("database", "busy_timeout_seconds", "-0.1"),
        ("database", "readers", "0"),
        ("events", "heartbeat_seconds", "0"),
        ("events", "replay_limit", "0"),
        ("events", "tail_events", "0"),
        ("events", "stream_minutes", "0"),
        ("events", "send_timeout_seconds", "-30"),
        ("sessions", "hours", "0"),
        ("sessions", "attempts_at_one_place", "0"),
        ("sessions", "attempts_per_user", "0"),
        ("sessions", "attempts_per_address", "0"),
        ("sessions", "attempts_window_seconds", "0"),
        ("proofs", "max_bytes", "0"),
        ("proofs", "upload_seconds", "0"),
        ("proofs", "idle_seconds", "0"),
        ("proofs", "reading", '"on"'),
        ("pages", "currency", '""'),
        ("pages", "currency", '"pesos mexicanos"'),
        ("pages", "currency", '"$1"'),
        ("pages", "currency", '"$ "'),
        ("pages", "currency", '"\u200f$"'),
        ("pages", "day_ends", '"4:00"'),
        ("pages", "day_ends", '"12:01"'),
        ("pages", "day_ends", '"24:00"'),
        ("pages", "day_ends", '""'),
        ("pages", "amber_minutes", "0"),
        ("pages", "red_minutes", "0"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(
    file: Path, table: str, key: str, value: str
) -> None:
    assert f"{table}.{key}: " in refusal(file, f"[{table}]\n{key} = {value}")


@pytest.mark.parametrize("value", [0, 65535])
def test_the_ends_of_a_range_belong_to_it(file: Path, value: int) -> None:
    file.write_text(f"[server]\nport = {value}")
    assert load_config(file).server.port == value


@pytest.mark.parametrize(
    ("method", "key"),
    [
        ('name = "a"', "label"),
        ('label = "A"', "name"),
        ('name = "Con Espacio"\nlabel = "A"', "name"),
        ('name = "a\\n"\nlabel = "A"', "name"),
        ('name = ""\nlabel = "A"', "name"),
        ('name = "a"\nlabel = ""', "label"),
        ('name = "a"\nlabel = "A"\nproof = "maybe"', "proof"),
    ],
)
def test_a_method_needs_a_name_and_a_label(file: Path, method: str, key: str) -> None:
    assert f"payments.methods.0.{key}: " in refusal(file, f"[[payments.methods]]\n{method}")


CHECK = 'method = "a"\ncountry = "MX"\ntitle = "A"\nupdated = "2026-11-01"\nsteps = ["Mira."]\n'


def test_a_house_has_its_own_checks_or_none(file: Path) -> None:
    file.write_text(f"[[payments.checks]]\n{CHECK}", encoding="utf-8")
    payments = load_config(file).payments
    assert payments.checks == (Check("a", "MX", "A", "2026-11-01", ("Mira.",)),)
    assert payments.methods == METHODS
    file.write_text("[payments]\nchecks = []\n", encoding="utf-8")
    assert load_config(file).payments.checks == ()


def test_a_house_sees_the_checks_of_its_country_and_those_of_all() -> None:
    everywhere = dataclasses.replace(CHECKS[0], country="")
    payments = dataclasses.replace(Config().payments, checks=(*CHECKS, everywhere))
    for country, seen in (
        ("MX", (CHECKS[0], everywhere)),
        ("GT", (everywhere,)),
        ("", payments.checks),
        (None, payments.checks),
    ):
        assert payments.checks_in(country) == seen


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("method", '"Con Espacio"'),
        ("country", '"mx"'),
        ("country", '"MEX"'),
        ("title", '""'),
        ("title", f'"{"x" * 61}"'),
        ("updated", '"ayer"'),
        ("updated", '"2026-13-01"'),
        ("url", '"http://www.banxico.org.mx"'),
        ("url", '"javascript:alert(1)"'),
        ("url", '"https://"'),
        ("url", '"https://a b"'),
        ("steps", "[]"),
        ("steps", str(["x"] * 13).replace("'", '"')),
        ("steps", '[""]'),
        ("steps", f'["{"x" * 301}"]'),
        ("copy", '["phone"]'),
    ],
)
def test_a_check_that_nobody_can_follow_is_refused(file: Path, key: str, value: str) -> None:
    lines = [line for line in CHECK.splitlines() if not line.startswith(f"{key} =")]
    text = "\n".join(["[[payments.checks]]", *lines, f"{key} = {value}"])
    assert f"payments.checks.0.{key}" in refusal(file, text)


@pytest.mark.parametrize("key", ["method", "country", "title", "updated", "steps"])
def test_a_check_says_all_that_it_must(file: Path, key: str) -> None:
    lines = [line for line in CHECK.splitlines() if not line.startswith(f"{key} =")]
    text = "\n".join(["[[payments.checks]]", *lines])
    assert f"payments.checks.0.{key}: falta" in refusal(file, text)


@pytest.mark.parametrize("pattern", ["[", "(?P<a", "a{2,1}", "*", "x" * 201])
def test_a_pattern_that_is_none_is_refused(file: Path, pattern: str) -> None:
    text = f'[[payments.methods]]\nname = "a"\nlabel = "A"\nreference_pattern = \'{pattern}\''
    assert "payments.methods.0.reference_pattern: " in refusal(file, text)


def test_a_house_without_methods_is_refused(file: Path) -> None:
    assert "payments.methods: " in refusal(file, "[payments]\nmethods = []")


def test_two_methods_of_one_name_are_refused(file: Path) -> None:
    twice = '[[payments.methods]]\nname = "efectivo"\nlabel = "Efectivo"\n' * 2
    assert "payments.methods: " in refusal(file, twice)


def test_every_complaint_is_made_at_once(file: Path) -> None:
    said = refusal(file, "[server]\nport = -1\n[pages]\nred_minutes = 0\ncolour = 1")
    assert all(key in said for key in ("server.port", "pages.red_minutes", "pages.colour"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[server\n", "línea 1, «[server»: no se entiende"),
        ("\nport =", "línea 2, «port»: no se entiende"),
        ("[pages]\nday_ends = 04:00", "línea 2, «day_ends»: no se entiende"),
        (
            "[pages]\nday_ends = “04:00”",
            "«day_ends»: no se entiende. Los textos van entre comillas",
        ),
        ('[server]\nhost = "a"\nhost = "b"', "línea 3, «host»: está dos veces"),
        ("[server]\n[pages]\n[server]", "línea 3, «[server]»: está dos veces"),
        ('[server]\nmetrics_token = "un secreto', "«metrics_token»: no se entiende"),
        ("[server]\ntrusted_proxies = [\nun secreto", "línea 3: no se entiende"),
        ('[server]\nhost = """un secreto', "línea 2, «host»: no se entiende"),
    ],
)
def test_broken_toml_is_refused_with_the_place_and_no_value(
    file: Path, text: str, words: str
) -> None:
    said = refusal(file, text)
    assert "No se puede leer" in said
    assert words in said
    assert "secreto" not in said


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_a_file_in_another_encoding_says_which_it_takes(file: Path, encoding: str) -> None:
    file.write_bytes('# el café\n[pages]\ncurrency = "€"\n'.encode(encoding))
    with pytest.raises(ConfigError, match="no está en UTF-8"):
        load_config(file)


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("sessions", "hours = 9e99"),
        ("database", "busy_timeout_seconds = 1e12"),
        ("database", "readers = 100000"),
        ("proofs", "keep_days = 99999999999"),
        ("backup", "keep_months = 99999999999"),
        ("events", "stream_minutes = 1e300"),
    ],
)
def test_no_number_is_larger_than_the_clock_can_bear(file: Path, section: str, line: str) -> None:
    assert f"{section}.{line.split(' ', maxsplit=1)[0]}: el máximo es" in refusal(
        file, f"[{section}]\n{line}"
    )


def test_a_file_that_is_not_text_is_refused(file: Path) -> None:
    file.write_bytes(b"\xff\xfe[server]")
    with pytest.raises(ConfigError, match="No se puede leer") as refused:
        load_config(file)
    assert str(file) in str(refused.value)


def test_a_file_that_is_not_there_is_refused(file: Path) -> None:
    with pytest.raises(ConfigError, match="no existe") as refused:
        load_config(file)
    assert str(file) in str(refused.value)


def test_the_configuration_can_not_be_changed_later() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().server.port = 1  # type: ignore[misc]


PLAIN = '[server]\nport = 81 # puerto, según Rosa\n[pages]\ncurrency = "€"\n'


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_as_any_editor_leaves_it(file: Path, ends: str, encoding: str) -> None:
    file.write_bytes(PLAIN.replace("\n", ends).encode(encoding))
    assert load_config(file).server.port == 81
    assert load_config(file).pages.currency == "€"


PATHS = ("database.path", "backup.folder", "server.tls_cert", "server.tls_key")


def with_path(key: str, path: str) -> str:
    section, name = key.split(".")
    pair = f'tls_cert = "{path}"\ntls_key = "{path}"' if "tls" in name else f'{name} = "{path}"'
    return f"[{section}]\n{pair}\n"


def value(config: Config, key: str) -> str:
    section, name = key.split(".")
    return str(getattr(getattr(config, section), name))


@pytest.mark.parametrize("key", PATHS)
def test_a_tilde_is_a_home_or_an_error(
    file: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/srv/rosa")
    for written, meant in (("~/c.db", "/srv/rosa/c.db"), ("~", "/srv/rosa"), ("a~/b", "a~/b")):
        file.write_text(with_path(key, written))
        assert value(load_config(file), key) == meant
    assert f"{key}: no hay ninguna carpeta personal «~nobody-such»" in refusal(
        file, with_path(key, "~nobody-such/c.db")
    )
    assert f"{key}: «~» sólo va al principio" in refusal(file, with_path(key, "a/~/c.db"))
    for nowhere in ("", "rosa"):
        monkeypatch.setenv("HOME", nowhere)
        assert f"{key}: no hay ninguna carpeta" in refusal(file, with_path(key, "~/c.db"))


@pytest.mark.parametrize("key", PATHS)
@pytest.mark.parametrize("written", ["$HOME/c.db", "/srv/${USER}/c.db"])
def test_a_variable_in_a_path_is_an_error(file: Path, key: str, written: str) -> None:
    assert f"{key}: aquí no se sustituyen variables" in refusal(file, with_path(key, written))


def test_paths_are_settled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ssd").mkdir()
    (tmp_path / "c.db").symlink_to(tmp_path / "ssd" / "real.db")
    monkeypatch.chdir(tmp_path)
    config = settle_paths(Config(database=DatabaseConfig("c.db")))
    assert config.database.path == str(tmp_path / "ssd" / "real.db")
    assert settle_paths(config) == config
    assert backup_folder(Path("c.db"), config.backup) == tmp_path / "ssd" / "backups"
    (tmp_path / "x").symlink_to("x")
    for circle in (
        Config(database=DatabaseConfig("x")),
        Config(backup=Backup(folder=str(tmp_path / "x"))),
    ):
        with pytest.raises(ConfigError, match="Un enlace no lleva"):
            settle_paths(circle)


RULE = 'name = "mi-banco"\nwhen = ["te abonó"]\n'


def test_own_rules_for_notices_go_before_the_built_in_ones(file: Path) -> None:
    file.write_text(f"[[deposits.rules]]\n{RULE}", encoding="utf-8")
    deposits = load_config(file).deposits
    assert deposits.rules == (NoticeRule("mi-banco", when=("te abonó",)),)
    assert deposits.notice_rules[0].name == "mi-banco"
    assert deposits.notice_rules[1:] == RULES
    assert Config().deposits.notice_rules == RULES


def test_the_rule_in_the_files_comment_can_be_used_and_shows_every_key(file: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    (table,) = re.findall(r"(?m)^#   (\[\[deposits\.rules\]\]\n(?:#   .*\n)+)", text)
    file.write_text(text + "\n" + table.replace("#   ", ""), encoding="utf-8")
    (rule,) = load_config(file).deposits.rules
    assert all(
        re.search(rf"(?m)^{field.name} = ", table.replace("#   ", ""))
        for field in dataclasses.fields(NoticeRule)
    )
    notice = ("x", "Caja Vecinal te abonó por S/ 20.00 de Elena Ríos, operación 778899")
    assert rule.rule().when[0](fold(notice[1])) is not None
    verdict = examine(*notice, load_config(file).deposits.notice_rules)
    assert (verdict.rule, verdict.amount, verdict.reference) == ("mi-banco", 2000, "778899")


def test_the_files_comment_names_every_built_in_rule() -> None:
    text = FILE.read_text(encoding="utf-8").replace("\n# ", " ")
    names = list(dict.fromkeys(rule.name for rule in RULES))
    assert f"{', '.join(names)}." in text


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", '""'),
        ("name", '"Mi banco"'),
        ("name", f'"{"a" * 33}"'),
        ("when", '[""]'),
        ("when", '["/(/"]'),
        ("when", '["/[/"]'),
        ("when", '["//"]'),
        ("when", "['/a{99999999999}/']"),
        ("when", "['/(((a{1000}){1000}){1000})/']"),
        ("when", f'["{"a" * 301}"]'),
        ("when", "[" + 21 * '"a",' + "]"),
        ("not_when", '["/*/"]'),
        ("amount", '["/+/"]'),
        ("sender", '["/(?P<a/"]'),
        ("reference", "['/\\/']"),
        ("account", '["  "]'),
        ("insists", '"true"'),
        ("words", '"a"'),
    ],
)
def test_a_rule_that_cant_be_right_is_refused_by_name(file: Path, key: str, value: str) -> None:
    lines = [f"{key} = {value}"] if key == "name" else ['name = "a"', f"{key} = {value}"]
    told = refusal(file, "\n".join(["[[deposits.rules]]", *lines]))
    assert f"deposits.rules.0.{key}" in told


def test_rules_have_names_of_their_own_and_are_not_too_many(file: Path) -> None:
    for count, name in ((2, "a"), (51, None)):
        tables = [f'[[deposits.rules]]\nname = "{name or n}"' for n in range(count)]
        assert "deposits.rules: son más de 50, o un nombre" in refusal(file, "\n".join(tables))
