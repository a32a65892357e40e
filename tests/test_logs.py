"""The log as JSON: an object a line, for requests, notices and errors alike."""

import json
import logging
import signal
import subprocess
import sys
from pathlib import Path

from comanda.logs import JsonFormatter
from tests.flow.program import ENVIRONMENT
from tests.test_command_line import ask


def test_a_line_is_an_object_and_nothing_can_forge_another() -> None:
    record = logging.LogRecord("comanda", logging.INFO, "", 0, "%s", ('"\n{"level": 1}',), None)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == '"\n{"level": 1}'
    assert (told["level"], told["logger"]) == ("info", "comanda")
    assert told["time"].endswith("Z")


def test_an_error_brings_its_trace() -> None:
    try:
        raise ValueError("la sopa")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "Falló", (), sys.exc_info())
    told = json.loads(JsonFormatter().format(record))
    assert "ValueError: la sopa" in told["trace"]


def test_a_server_writes_nothing_but_json(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "comanda", "demo", "--port", "0", "--log-format", "json"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env=ENVIRONMENT
        ) as process,
    ):
        assert process.stdout
        url = process.stdout.readline().rpartition(" ")[2].strip()
        assert ask(url, "GET", "/healthz")[0] == 200
        assert ask(url, "GET", "/orders")[0] == 401
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    told = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    requests = [one["request"] for one in told if "request" in one]
    seen = [(one["method"], one["path"], one["status"], one["user"]) for one in requests]
    assert seen == [("GET", "/healthz", 200, "-"), ("GET", "/orders", 401, "-")]
