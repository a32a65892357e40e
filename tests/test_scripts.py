"""The pages' scripts are held against the server's OpenAPI document, and to the house's lengths."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comanda.web.contract.openapi import Document
from comanda.web.routes import ROUTES
from tests.house import skip_without
from tests.lines import long_lines
from tests.typedefs import typedefs

CHECKOUT = Path(__file__).parent.parent
COMPILER = CHECKOUT / ".venv" / "npm" / "node_modules" / ".bin" / "tsc"

Change = Callable[[Any], Any]


@pytest.fixture
def compiler() -> None:
    """The TypeScript compiler is there; without it a test skips loudly, and fails in CI."""
    if not COMPILER.exists():
        skip_without("NO TYPESCRIPT: run `.ci/check-js install`")


def document() -> Any:
    return json.loads(Document(ROUTES).encoded)


def compiled(folder: Path, types: str) -> str:
    """What the compiler says of the pages' scripts, with these types of the server."""
    configuration = json.loads((CHECKOUT / ".ci" / "tsconfig.json").read_text())
    generated = folder / "contract.d.ts"
    generated.write_text(types)
    for key in ("include", "exclude"):
        configuration[key] = [
            str(generated) if ".venv" in path else os.path.normpath(CHECKOUT / ".ci" / path)
            for path in configuration[key]
        ]
    (folder / "tsconfig.json").write_text(json.dumps(configuration))
    node = shutil.which("node", path=str(CHECKOUT / ".venv" / "bin"))
    assert node
    command = [node, str(COMPILER), "--project", str(folder), "--pretty", "false"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode == 0) is (done.stdout == "")
    return done.stdout


@pytest.mark.usefixtures("compiler")
def test_the_scripts_agree_with_the_document(tmp_path: Path) -> None:
    assert compiled(tmp_path, typedefs(document())) == ""


# schema → its fields that are renamed, each with a script that reads it
RENAMED = {
    "Order": {
        "table_number": "static/js/house/void-dialog.js",
        "updated_at": "static/js/caja/cards.js",
    },
    "Payment": {
        "seen_in_account": "static/js/caja/order.js",
        "submitted_at": "static/js/house/overlooked.js",
    },
    "NewVerdict": {"seen_in_account": "static/js/caja/verdicts.js"},
    "ReconciledPayment": {"reconciled_at": "static/js/caja/reconciliation-row.js"},
    "Settings": {"idle_minutes": "static/js/house/start.js"},
    "NewStatus": {"reason": "static/js/house/void-dialog.js"},
    "Orders": {"last_event_id": "static/js/house/live.js"},
}


@pytest.mark.usefixtures("compiler")
def test_what_is_renamed_on_the_server_is_missed_in_the_scripts(tmp_path: Path) -> None:
    """All at once, since a compiler takes seconds: each complaint names its script and field."""
    changed = document()
    for name, schema in changed["components"]["schemas"].items():
        for field in RENAMED.get("Order" if name.startswith("OrderA") else name, ()):
            if field in schema["properties"]:
                schema["properties"][f"renamed_{field}"] = schema["properties"].pop(field)
                schema["required"] = [
                    f"renamed_{each}" if each == field else each
                    for each in schema.get("required", ())
                ]
    changed["paths"]["/current-session"] = changed["paths"].pop("/session")
    complaints = compiled(tmp_path, typedefs(changed)).splitlines()
    for fields in RENAMED.values():
        for field, script in fields.items():
            assert any(line.startswith(script) and field in line for line in complaints), field
    moved = "Property 'user' does not exist on type 'unknown'"  # the answer of `GET /session`
    assert any(line.startswith("static/js/house/live.js") and moved in line for line in complaints)


def test_schemas_routes_and_events_become_types() -> None:
    told = typedefs(
        {
            "components": {
                "schemas": {
                    "Thing": {
                        "type": "object",
                        "properties": {
                            "kind": {"enum": ["a", "b"]},
                            "parts": {
                                "type": "array",
                                "items": {
                                    "anyOf": [
                                        {"$ref": "#/components/schemas/Thing"},
                                        {"type": "null"},
                                    ]
                                },
                            },
                            "size": {"type": ["integer", "null"]},
                        },
                        "required": ["kind", "parts"],
                    }
                }
            },
            "paths": {
                "/things/{thing_id}": {
                    "put": {
                        "requestBody": {
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": "#/components/schemas/Thing"}
                                }
                            }
                        },
                        "responses": {"204": {}, "404": {}},
                    }
                },
                "/events": {
                    "get": {
                        "responses": {},
                        "x-events": [
                            {"type": "moved", "data": {"$ref": "#/components/schemas/Thing"}}
                        ],
                    }
                },
            },
        }
    )
    assert (
        'type Thing = { "kind": "a" | "b"; "parts": (Thing | null)[]; "size"?: number | null };'
        in told
    )
    assert "Asked extends `PUT /things/${string}` ? { json: Thing; answer: null } :" in told
    assert "type Events = { moved: Thing };" in told


def test_a_line_is_too_long_beyond_120_characters(tmp_path: Path) -> None:
    script = tmp_path / "script.js"
    script.write_text(f"{'é' * 120}\n{'é' * 121}\n", encoding="utf-8")
    assert list(long_lines(script)) == [f"{script}:2: 121 characters, more than 120"]
