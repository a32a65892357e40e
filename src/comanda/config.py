"""The configuration: typed, frozen, complete. An unknown key is an error."""

import codecs
import dataclasses
import ipaddress
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, cast

from marshmallow import Schema, ValidationError, fields, validate
from marshmallow.exceptions import SCHEMA

from comanda.domain.addresses import Network
from comanda.domain.backups import BackupRules
from comanda.domain.house import UNNAMED, House, is_time_zone
from comanda.domain.money import is_sign
from comanda.domain.notice_rules import Rule, with_own
from comanda.domain.system_errors import told
from comanda.notice_patterns import LONGEST as LONGEST_ENTRY
from comanda.notice_patterns import is_pattern, own_finder

_HOST = re.compile(r"[^\s/:@*\[\]]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")

LOG_FORMATS = ("text", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")


class _Number(fields.Float):
    """A number; a string that looks like a number is refused."""

    def _validated(self, value: Any) -> float:
        if isinstance(value, str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class _Switch(fields.Boolean):
    """True or false; a string that looks like either is refused."""

    def _deserialize(self, value: Any, *arguments: Any, **more: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class _Names(fields.List[str]):
    """A list of strings, as a tuple; `lengths` are the fewest and the most of them."""

    def __init__(self, *arguments: Any, lengths: tuple[int, int] | None, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._lengths = lengths

    def _deserialize(self, value: Any, *arguments: Any, **more: Any) -> Any:
        names = tuple(super()._deserialize(value, *arguments, **more))
        if self._lengths is not None:
            fewest, most = self._lengths
            validate.Length(fewest, most, error="van de {min} a {max}")(names)
        return names


def _words(kind: str) -> dict[str, Any]:
    """The sentence for a value that is not a `kind`, in place of marshmallow's own words."""
    wrong = ("null", "invalid", "type", "too_large", "special", "invalid_utf8")
    return {"required": "falta", **dict.fromkeys(wrong, f"aquí va {kind}")}


_SCALARS: Mapping[Any, Callable[..., fields.Field[Any]]] = {
    int: partial(fields.Integer, strict=True, error_messages=_words("un número entero")),
    float: partial(_Number, error_messages=_words("un número")),
    bool: partial(_Switch, error_messages=_words("true o false")),
    str: partial(fields.String, error_messages=_words("un texto entre comillas")),
}


class _Section(Schema):
    """A table of the file."""

    error_messages = _words("una tabla") | {"unknown": "no existe esta clave"}


class ConfigError(Exception):
    """The configuration can't be used; the message names the file and the key, for people."""


def _setting(default: Any, *checks: Callable[[Any], Any]) -> Any:
    return dataclasses.field(default=default, metadata={"checks": checks})


def _required(*checks: Callable[[Any], Any], lengths: tuple[int, int] | None = None) -> Any:
    """A setting without a default; `lengths` are the fewest and the most entries of a list."""
    return dataclasses.field(metadata={"checks": checks, "lengths": lengths})


def _one_of(default: str, *others: str) -> Any:
    allowed = (default, *others)
    return _setting(default, validate.OneOf(allowed, error=f"es {' o '.join(allowed)}"))


def _at_least(minimum: float, maximum: float = 1_000_000) -> validate.And:
    """Return a check for a range; `maximum` is what the clock and the computer can bear."""
    return validate.And(
        validate.Range(min=minimum, error="el mínimo es {min}"),
        validate.Range(max=maximum, error="el máximo es {max}"),
    )


def _is_network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValidationError("es una dirección o una red, como 10.0.0.0/8") from error


def _is_host(text: str) -> None:
    if not _HOST.fullmatch(text):
        raise ValidationError(
            "es un nombre como comanda.lan o una dirección, sin http:// y sin puerto"
        )


def _is_time_zone(text: str) -> None:
    if not is_time_zone(text):
        raise ValidationError("no es una zona horaria")


def _is_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError("es una fecha como 2026-11-01") from error


def _is_pattern(text: str) -> None:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValidationError("no es una expresión regular") from error


def _is_entry(text: str) -> None:
    if not is_pattern(text):
        raise ValidationError(
            f"son palabras, o una expresión regular entre dos «/», de a lo más {LONGEST_ENTRY} "
            "letras y sin repeticiones enormes"
        )


def _is_sign(text: str) -> None:
    if not is_sign(text):
        raise ValidationError("sólo letras, signos de moneda, y «/» o «.», que no van primero")


def home_path(text: str) -> str:
    """Replace `~` or `~name` at the beginning by that home. Raises ValueError, for people."""
    first, *others = text.split("/")
    if "~" in others:
        raise ValueError("«~» sólo va al principio de una ruta")
    if not first.startswith("~"):
        return text
    home = _home(first)
    if not home.is_absolute():
        raise ValueError(f"no hay ninguna carpeta personal «{first}»")
    return str(home.joinpath(*others))


def _home(name: str) -> Path:
    """The home folder that `~` or `~name` stands for; a relative path if there is no such user."""
    try:
        home = Path(name).expanduser()
    except RuntimeError:
        return Path()
    exists = os.environ.get("HOME") != "" if name == "~" else home.is_dir()
    return home if exists else Path()


def _is_path(text: str) -> None:
    """Check a path. A `$VARIABLE` in a path is an error: no variable is replaced by its value."""
    if any(letter < " " for letter in text):
        raise ValidationError("tiene caracteres que ninguna ruta lleva")
    if any(part.startswith("$") for part in text.split("/")):
        raise ValidationError("aquí no se sustituyen variables como $HOME; escribe la ruta entera")
    try:
        home_path(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _path(default: str, *checks: Callable[[Any], Any]) -> Any:
    """A setting that names a file or a folder; `~` is the home of the user who runs Comanda."""
    return dataclasses.field(
        default=default, metadata={"checks": (*checks, _is_path), "path": True}
    )


@dataclass(frozen=True)
class Server:
    """Where `comanda serve` listens."""

    host: str = "0.0.0.0"  # nosec B104  # noqa: S104 - phones connect by the LAN
    port: int = _setting(8080, validate.Range(0, 65535, error="va de {min} a {max}"))
    public_url: str = _setting("", validate.Regexp(r"(https?://[^\s/]+)?\Z", error="no es una URL"))
    log_level: str = _setting(
        "info", validate.OneOf(LOG_LEVELS, error="es debug, info, warning o error")
    )
    tls_cert: str = _path("")
    tls_key: str = _path("")
    log_format: str = _setting("text", validate.OneOf(LOG_FORMATS, error="es text o json"))
    metrics_token: str = _setting(
        "", validate.Regexp(r"([!-~]{16,})?\Z", error="lleva de 16 letras y cifras en adelante")
    )
    trusted_proxies: tuple[str, ...] = _setting((), _is_network)
    allowed_hosts: tuple[str, ...] = _setting((), _is_host)

    @cached_property
    def proxy_networks(self) -> tuple[Network, ...]:
        """The networks of the proxies whose headers about a client are trusted."""
        return tuple(ipaddress.ip_network(network) for network in self.trusted_proxies)


@dataclass(frozen=True)
class DatabaseConfig:
    path: str = _path("comanda.db", validate.Length(min=1, error="está vacío"))
    busy_timeout_seconds: float = _setting(5.0, _at_least(0))
    readers: int = _setting(4, _at_least(1, 64))


@dataclass(frozen=True)
class Backup:
    """The nightly copies; a relative `folder` is beside the database."""

    enabled: bool = True
    folder: str = _path("backups", validate.Length(min=1, error="está vacío"))
    hour: int = _setting(4, validate.Range(0, 23, error="va de {min} a {max}"))
    keep_days: int = _setting(14, _at_least(1, 100_000))
    keep_months: int = _setting(12, _at_least(0, 1_200))

    @property
    def rules(self) -> BackupRules:
        return BackupRules(self.enabled, self.hour, self.keep_days, self.keep_months)


@dataclass(frozen=True)
class Events:
    """The streams; see the comments in config.toml."""

    heartbeat_seconds: float = _setting(15.0, _at_least(0.05))
    replay_limit: int = _setting(10_000, _at_least(1, 10_000_000))
    tail_events: int = _setting(1_000, _at_least(1))
    stream_minutes: float = _setting(30.0, _at_least(0.001))
    send_timeout_seconds: float = _setting(30.0, _at_least(0.05))


@dataclass(frozen=True)
class Sessions:
    hours: float = _setting(16.0, _at_least(0.001))
    idle_minutes: float = _setting(0.0, _at_least(0))
    attempts_at_one_place: int = _setting(5, _at_least(1, 10_000_000))
    attempts_per_user: int = _setting(20, _at_least(1, 10_000_000))
    attempts_per_address: int = _setting(20, _at_least(1, 10_000_000))
    attempts_window_seconds: float = _setting(60.0, _at_least(0.05))


@dataclass(frozen=True)
class Proofs:
    """`keep_days` 0 is for ever; `purge_hour` is by the restaurant's clock."""

    max_bytes: int = _setting(10 * 1024 * 1024, _at_least(1, 2**30))
    keep_days: int = _setting(180, _at_least(0, 100_000))
    purge_hour: int = _setting(4, validate.Range(0, 23, error="va de {min} a {max}"))
    upload_seconds: float = _setting(120.0, _at_least(0.05))
    idle_seconds: float = _setting(20.0, _at_least(0.05))
    reading: str = _one_of("auto", "off")


CASH = "efectivo"  # the name of the method that asks what the guest tendered


@dataclass(frozen=True)
class Method:
    """A form of payment; see the comments in config.toml."""

    name: str = _required(validate.Regexp(r"[a-z0-9_]{1,32}\Z", error="usa a-z, 0-9 y _"))
    label: str = _required(validate.Length(min=1, max=40, error="va de {min} a {max} letras"))
    proof: str = _one_of("optional", "required")
    reference: str = _one_of("none", "optional", "required")
    reference_label: str = _setting(
        "Referencia", validate.Length(min=1, max=40, error="va de {min} a {max} letras")
    )
    verify: str = _one_of("none", "account")
    reference_pattern: str = _setting(
        "", validate.Length(max=200, error="a lo más {max} letras"), _is_pattern
    )

    @property
    def is_cash(self) -> bool:
        """Whether the guest hands over cash, and may get change."""
        return self.name == CASH


METHODS = (
    Method("transferencia", "Transferencia", "required", "optional", "Clave de rastreo", "account"),
    Method("efectivo", "Efectivo"),
    Method("tarjeta", "Tarjeta", "optional", "optional", "Número de operación"),
)


COPIED = ("reference", "amount", "date", "account", "bank", "holder")


@dataclass(frozen=True)
class Check:
    """How a payment is looked up at the bank; see the comments in config.toml."""

    method: str = _required(validate.Regexp(r"[a-z0-9_]{1,32}\Z", error="usa a-z, 0-9 y _"))
    country: str = _required(
        validate.Regexp(r"([A-Z]{2})?\Z", error="son dos letras como MX, o nada")
    )
    title: str = _required(validate.Length(min=1, max=60, error="va de {min} a {max} letras"))
    updated: str = _required(_is_day)
    steps: tuple[str, ...] = _required(
        validate.Length(min=1, max=300, error="va de {min} a {max} letras"), lengths=(1, 12)
    )
    url: str = _setting(
        "", validate.Regexp(r"(https://[^\s/]+(/\S*)?)?\Z", error="va con https://")
    )
    copy: tuple[str, ...] = _setting((), validate.OneOf(COPIED, error=f"es {' o '.join(COPIED)}"))


CHECKS = (
    Check(
        method="transferencia",
        country="MX",
        title="CEP de Banxico",
        updated="2026-11-01",
        steps=(
            "Abre la página del CEP y elige la fecha del pago.",
            "Elige clave de rastreo o número de referencia, y pega el del comprobante.",
            "Elige el banco del que sale el pago y el que lo recibe.",
            "Escribe la cuenta de la casa que lo recibe, completa, y el monto.",
            "Consulta: si el pago llegó, aparece con esa cuenta y ese monto.",
        ),
        url="https://www.banxico.org.mx/cep/",
        copy=("date", "reference", "bank", "account", "amount"),
    ),
    Check(
        method="transferencia",
        country="CO",
        title="Nequi: el código QR",
        updated="2026-11-01",
        steps=(
            "En la app de Nequi busca «Comprobar un pago».",
            "Escanea el código QR del comprobante: en la foto, o en el celular de quien pagó.",
            "Compara el monto, la fecha y la referencia con los de la app.",
            "Si la app no lo encuentra o dice otra cosa, no lo apruebes.",
        ),
        copy=("reference", "amount", "date"),
    ),
    Check(
        method="transferencia",
        country="PE",
        title="Yape: código y aviso",
        updated="2026-11-01",
        steps=(
            "Abre el Yape de la casa, en el celular que recibe.",
            "Busca en los movimientos el aviso de ese pago.",
            "Compara el código de seguridad de tres cifras del comprobante con el del aviso.",
            "Compara también el número de operación y el monto.",
            "Si en el celular de la casa no hay aviso, el pago no llegó.",
        ),
        copy=("reference", "amount", "date", "holder"),
    ),
    Check(
        method="transferencia",
        country="CR",
        title="SINPE: la fecha en el número",
        updated="2026-11-01",
        steps=(
            "Mira el número del comprobante de SINPE: empieza con la fecha, año, mes y día.",
            "Si esas ocho cifras no son el día de hoy, el comprobante es de otro pago.",
            "Busca el mismo número y el mismo monto en la cuenta de la casa.",
        ),
        copy=("reference", "amount", "date"),
    ),
)


@dataclass(frozen=True)
class Payments:
    """The forms of payment, and the rules for a verdict.

    `own_verdicts` is read for the files of earlier versions; today the house stores it.
    """

    unseen_alarm_seconds: float = _setting(120.0, _at_least(0.05))
    own_verdicts: bool = False
    methods: tuple[Method, ...] = METHODS
    checks: tuple[Check, ...] = CHECKS

    def method(self, name: str) -> Method | None:
        return next((method for method in self.methods if method.name == name), None)

    def checks_in(self, country: str | None) -> tuple[Check, ...]:
        """The checks of a house in this country; all of them without one."""
        of_country = (check for check in self.checks if check.country in ("", country))
        return tuple(of_country) if country else self.checks


def _entries() -> Any:
    """A setting of what a rule looks for: words, or patterns between slashes."""
    return dataclasses.field(default=(), metadata={"checks": (_is_entry,), "lengths": (0, 20)})


@dataclass(frozen=True)
class NoticeRule:
    """A rule of the house's own for the bank's notices; see the comments in config.toml."""

    name: str = _required(validate.Regexp(r"[a-z0-9_-]{1,32}\Z", error="usa a-z, 0-9, - y _"))
    when: tuple[str, ...] = _entries()
    not_when: tuple[str, ...] = _entries()
    amount: tuple[str, ...] = _entries()
    sender: tuple[str, ...] = _entries()
    reference: tuple[str, ...] = _entries()
    account: tuple[str, ...] = _entries()
    insists: bool = False

    def rule(self) -> Rule:
        """Return the rule with its patterns."""
        parts = ("when", "not_when", "amount", "sender", "reference", "account")
        found = {part: tuple(map(own_finder, getattr(self, part))) for part in parts}
        return Rule(self.name, **found, insists=self.insists, is_own=True)


MOST_RULES = 50


@dataclass(frozen=True)
class Deposits:
    """What the bank says of money that arrived; see the comments in config.toml."""

    secret: str = _setting(
        "", validate.Regexp(r"([!-~]{16,200})?\Z", error="lleva de 16 letras y cifras en adelante")
    )
    silent_minutes: float = _setting(35.0, _at_least(0.01, 10_000))
    overdue_seconds: float = _setting(120.0, _at_least(0.05))
    rules: tuple[NoticeRule, ...] = ()

    @cached_property
    def notice_rules(self) -> tuple[Rule, ...]:
        """All rules by which notices are read: the house's own, then the built-in ones."""
        return with_own(rule.rule() for rule in self.rules)


# The lists of tables in `payments` and `deposits`, by their names.
_LISTS: Mapping[str, type] = {"methods": Method, "checks": Check, "rules": NoticeRule}


@cache
def reading_state(proofs: Proofs) -> str:
    """Whether the text of photos is read: `on`, `off`, or `missing` without the program for it.

    The program is looked for once, at the start.
    """
    if proofs.reading == "off":
        return "off"
    return "missing" if shutil.which("tesseract") is None else "on"


@dataclass(frozen=True)
class Pages:
    """Settings of the pages; an order's clock in the kitchen turns amber, then red.

    `day_ends` is a time of the restaurant's clock, between midnight and noon after the day.
    """

    currency: str = _setting(
        "$", validate.Length(min=1, max=5, error="va de {min} a {max}"), _is_sign
    )
    time_zone: str = _setting("America/Mexico_City", _is_time_zone)
    day_ends: str = _setting(
        "00:00",
        validate.Regexp(
            r"((0[0-9]|1[01]):[0-5][0-9]|12:00)\Z", error="va de 00:00 a 12:00, como 04:00"
        ),
    )
    amber_minutes: int = _setting(10, _at_least(1))
    red_minutes: int = _setting(15, _at_least(1))
    ready_alarm_seconds: float = _setting(75.0, _at_least(0.05))


@dataclass(frozen=True)
class Config:
    """All of config.toml; each attribute is a table of the file."""

    server: Server = dataclasses.field(default_factory=Server)
    database: DatabaseConfig = dataclasses.field(default_factory=DatabaseConfig)
    backup: Backup = dataclasses.field(default_factory=Backup)
    events: Events = dataclasses.field(default_factory=Events)
    sessions: Sessions = dataclasses.field(default_factory=Sessions)
    proofs: Proofs = dataclasses.field(default_factory=Proofs)
    payments: Payments = dataclasses.field(default_factory=Payments)
    pages: Pages = dataclasses.field(default_factory=Pages)
    deposits: Deposits = dataclasses.field(default_factory=Deposits)

    @property
    def house(self) -> House:
        """The house as the configuration has it, until an administrator describes it."""
        return House(
            name=UNNAMED,
            currency=self.pages.currency,
            time_zone=self.pages.time_zone,
            day_ends=time.fromisoformat(self.pages.day_ends),
            own_verdicts=self.payments.own_verdicts,
        )


def load_config(path: Path) -> Config:
    """The configuration in `path`; a missing key has its default. Raises ConfigError."""
    try:
        return parse_config(_read(path))
    except ValidationError as error:
        complaints = "; ".join(_flatten(error.messages))
        raise ConfigError(f"La configuración {path} no sirve: {complaints}") from error


def _read(path: Path) -> Mapping[str, Any]:
    """Return the parsed document. Raises ConfigError, which shows keys and never a value."""
    try:
        lines = _lines(path.read_bytes())
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        reason = _place(str(error), lines)
    except UnicodeError:
        reason = "no está en UTF-8. Guárdala otra vez con esa codificación"
    except OSError as error:
        raise ConfigError(f"No se puede leer la configuración {told(error)}") from error
    raise ConfigError(f"No se puede leer la configuración {path}: {reason}") from None


def _lines(content: bytes) -> list[str]:
    """Split the file into lines, with or without byte order mark, for any kind of line end."""
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if b"\0" in content and not is_utf_16:
        raise UnicodeError
    text = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _place(complaint: str, lines: list[str]) -> str:
    """The parser's complaint in Spanish, with its line and key."""
    line_match = re.search(r"at line (\d+)", complaint)
    number = int(line_match[1]) if line_match else len(lines)
    key, is_pair, _ = lines[number - 1].strip().partition("=")
    key = key if is_pair or key.startswith("[") else ""
    where = f"línea {number}, «{key.strip()[:40]}»" if key else f"línea {number}"
    if complaint.startswith("Cannot"):
        return f"{where}: está dos veces"
    return f"{where}: no se entiende. Los textos van entre comillas rectas"


def settle_paths(config: Config) -> Config:
    """Return the configuration with the database's path absolute and its links resolved.

    Raises ConfigError if the links lead in a circle.
    """
    try:
        database = Path(config.database.path).resolve()
        backup_folder(database, config.backup)
    except (OSError, RuntimeError) as error:
        raise ConfigError(f"Un enlace no lleva a ninguna parte: {error}") from error
    return dataclasses.replace(
        config, database=dataclasses.replace(config.database, path=str(database))
    )


def backup_folder(database: Path, settings: Backup) -> Path:
    """The folder of the copies; a relative one is beside the database, not beside a link to it."""
    return (database.resolve().parent / settings.folder).resolve()


def parse_config(raw: Mapping[str, Any]) -> Config:
    """Return the configuration in `raw`, a parsed TOML document. Raises ValidationError."""
    document = _schema_of(Config)().load(raw)
    sections = {
        section.name: _load(section.type, document[section.name])
        for section in dataclasses.fields(Config)
        if section.name in document
    }
    config = Config(**sections)
    if bool(config.server.tls_cert) != bool(config.server.tls_key):
        raise ValidationError({"server": {"tls_key": ["va junto con tls_cert"]}})
    return config


def _load(section: Any, values: Mapping[str, Any]) -> Any:
    if section is Payments:
        return _payments(values)
    if section is Deposits:
        return _deposits(values)
    paths = {field.name for field in dataclasses.fields(section) if "path" in field.metadata}
    return section(
        **{key: home_path(value) if key in paths else value for key, value in values.items()}
    )


def _tables(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section's lists of tables."""
    return {
        name: tuple(kind(**entry) for entry in values[name])
        for name, kind in _LISTS.items()
        if name in values
    }


def _deposits(values: Mapping[str, Any]) -> Deposits:
    tables = _tables(values)
    rules = tables.get("rules", ())
    if len(rules) > MOST_RULES or len({rule.name for rule in rules}) < len(rules):
        error = f"son más de {MOST_RULES}, o un nombre se repite"
        raise ValidationError({"deposits": {"rules": [error]}})
    return Deposits(**{**values, **tables})


def _payments(values: Mapping[str, Any]) -> Payments:
    tables = _tables(values)
    methods = tables.get("methods", METHODS)
    if not methods or len({method.name for method in methods}) < len(methods):
        raise ValidationError({"payments": {"methods": ["falta uno, o un nombre se repite"]}})
    return Payments(**{**values, **tables})


def _schema_of(section: type) -> type[Schema]:
    """Return the marshmallow schema of a dataclass of settings."""
    schema_fields = {field.name: _field_of(field) for field in dataclasses.fields(section)}
    return _Section.from_dict(dict(schema_fields), name=section.__name__)


def _field_of(field: "dataclasses.Field[Any]") -> fields.Field[Any]:
    checks = list(field.metadata.get("checks", ()))
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    if field.type in _SCALARS:
        return _SCALARS[field.type](required=required, validate=checks)
    if field.type == tuple[str, ...]:
        return _Names(
            _SCALARS[str](validate=checks),
            lengths=field.metadata.get("lengths"),
            required=required,
            error_messages=_words("una lista"),
        )
    if field.name in _LISTS:
        entry = _table_of(_LISTS[field.name])
        return fields.List(entry, error_messages=_words("una lista de tablas"))
    return _table_of(cast("type", field.type))


def _table_of(section: type) -> fields.Field[Any]:
    return fields.Nested(_schema_of(section), error_messages=_words("una tabla"))


def _flatten(messages: Any, path: str = "") -> list[str]:
    if isinstance(messages, Mapping):
        return [
            line for key, inner in messages.items() for line in _flatten(inner, _join(path, key))
        ]
    return [f"{path}: {' '.join(map(str, messages))}"]


def _join(path: str, key: Any) -> str:
    """Return the key's full name; SCHEMA is marshmallow's name for the table as a whole."""
    if key == SCHEMA:
        return path
    return f"{path}.{key}" if path else str(key)
