"""Requests made up from the OpenAPI document, right ones and wrong ones, as everybody in turn.

All of schemathesis' checks are on: no 5xx, no answer that the document does not tell of.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from comanda.web.routes import ROUTES
from tests.flow.program import comanda, furnish, serving
from tests.house import NEW_PIN
from tests.long import LONG
from tests.test_command_line import sign_in

PROGRAM = Path(sys.executable).parent / "schemathesis"
# Coverage is the server's matter. To follow this program, too, would only make it slow.
UNMEASURED = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
SERVER = """
[events]
stream_minutes = 0.001
heartbeat_seconds = 0.05
[sessions]
attempts_at_one_place = 1000000
attempts_per_user = 1000000
attempts_per_address = 1000000
"""
# A request that fits the document may still name a product that is not on the menu, a method that
# the house doesn't take, or bytes that are no picture: 422, 413 and 415 say so. Never a 5xx.
SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "413", "415", "422", "429"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "410", "413", "415", "422", "429"]
"""
AUTH = """
[auth.openapi.session]
api_key = "{token}"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("schemathesis")
    database = made / "comanda.db"
    furnish(database, made)
    admin = ("staff", "add", "rosa", "--role", "admin", "--pin-stdin", "--database", str(database))
    assert comanda(*admin, stdin=f"{NEW_PIN}\n")[0] == 0
    (made / "server.toml").write_text(SERVER)
    return made


@pytest.mark.parametrize("username", ["", "ana", "coco", "luis", "rosa"])
def test_no_request_gets_an_answer_that_is_not_documented(folder: Path, username: str) -> None:
    with serving(folder / "comanda.db", "serve", "--config", str(folder / "server.toml")) as (
        _,
        url,
        _,
    ):
        settings = SETTINGS
        if username:
            status, cookie = sign_in(url, username, NEW_PIN)
            assert status == 201
            settings += AUTH.format(token=cookie.partition("=")[2])
        (folder / "schemathesis.toml").write_text(settings)
        done = subprocess.run(
            [PROGRAM, "run", f"{url}/openapi.json", *options(username)],
            capture_output=True,
            text=True,
            cwd=folder,
            env=UNMEASURED,
            timeout=3600,
            check=False,
        )
    print(username or "nobody", *re.findall(r"\d+ generated.*", done.stdout))
    assert done.returncode == 0, done.stdout + done.stderr


def options(username: str) -> list[str]:
    """What is open to all is asked by nobody; who signs out by chance would be nobody as well."""
    phases = "examples,coverage,fuzzing" if LONG or username == "rosa" else "examples,fuzzing"
    chosen = ["--checks", "all", "--phases", phases, "--max-examples", "200" if LONG else "4"]
    chosen += ["--no-color", "--generation-database", "none", "--suppress-health-check", "all"]
    if username:
        left_out = {route.path for route in ROUTES if route.audience is None}
        for path in sorted(left_out):
            chosen += ["--exclude-path", path.replace(":.+", "")]
        chosen += ["--exclude-operation-id", "delete_session"]
    return chosen
