"""The log as JSON: an object a line, for requests, notices and errors alike; and its order."""

import asyncio
import io
import json
import logging
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from comanda.logs import JsonFormatter, LateHandler
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


async def test_lines_of_the_loop_come_later_and_in_order_and_a_warning_takes_them_along() -> None:
    log, written = logging.Logger("late"), io.StringIO()
    log.addHandler(LateHandler(written))
    log.info("the proof")
    log.info("its notice")
    assert written.getvalue() == "", "the notice leaves first"
    async with asyncio.timeout(5):
        while not written.getvalue():
            await asyncio.sleep(0.001)
    assert written.getvalue() == "the proof\nits notice\n"
    log.info("a request")
    log.warning("a trouble")
    assert written.getvalue().endswith("a request\na trouble\n")
    await asyncio.to_thread(log.info, "from a thread")
    assert written.getvalue().endswith("from a thread\n"), "a thread has no loop that could wait"
    log.info("the last")
    logging.shutdown([lambda: log.handlers[0]])
    assert written.getvalue().endswith("the last\n")


async def test_a_line_that_can_not_be_formatted_loses_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log, written = logging.Logger("late"), io.StringIO()
    log.addHandler(LateHandler(written))
    log.info("%d", "no number")
    log.warning("a trouble")
    assert written.getvalue() == "a trouble\n"
    assert "Logging error" in capsys.readouterr().err
