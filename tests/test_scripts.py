"""The pages' scripts are held against the server's OpenAPI document, and to the house's lengths."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comanda.web.contract.openapi import encoded_document
from comanda.web.routes import ROUTES
from tests.house import skip_without
from tests.lines import long_lines
from tests.typedefs import typedefs

CHECKOUT = Path(__file__).parent.parent
CONFIGURATIONS = ("tsconfig.json", "tsconfig.pages.json")
COMPILER = CHECKOUT / ".venv" / "npm" / "node_modules" / ".bin" / "tsc"

Change = Callable[[Any], Any]


@pytest.fixture
def compiler() -> None:
    """The TypeScript compiler is there; without it a test skips loudly, and fails in CI."""
    if not COMPILER.exists():
        skip_without("NO TYPESCRIPT: run `.ci/check-js install`")


def document() -> Any:
    return json.loads(encoded_document(ROUTES))


def compiled(folder: Path, types: str) -> str:
    """What the compiler says of all scripts, with these types of the server; of some, strictly."""
    generated = folder / "contract.d.ts"
    generated.write_text(types)
    for name in CONFIGURATIONS:
        configuration = json.loads((CHECKOUT / ".ci" / name).read_text())
        for key in ("include", "exclude"):
            configuration[key] = [
                str(generated) if ".venv" in path else os.path.normpath(CHECKOUT / ".ci" / path)
                for path in configuration[key]
            ]
        (folder / name).write_text(json.dumps(configuration))
    return "".join(run_compiler(folder / name) for name in CONFIGURATIONS)


def run_compiler(configuration: Path) -> str:
    node = shutil.which("node", path=str(CHECKOUT / ".venv" / "bin"))
    assert node
    command = [node, str(COMPILER), "--project", str(configuration), "--pretty", "false"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode == 0) is (done.stdout == "")
    return done.stdout


@pytest.mark.usefixtures("compiler")
def test_the_scripts_agree_with_the_document(tmp_path: Path) -> None:
    assert compiled(tmp_path, typedefs(document())) == ""


# schema → its fields that are renamed, each with a script that reads it
RENAMED = {
    "Order": {
        "table_number": "static/js/cobro/parcels.js",
        "updated_at": "static/js/caja/cards.js",
        "begun": "static/js/mesero/open.js",
        "waiter": "static/js/cocina/cocina.js",
        "void_reason": "static/js/cocina/voided.js",
        "total": "static/js/caja/cards.js",
        "customer": "static/js/caja/cards.js",
        "due": "static/js/house/bill.js",
    },
    "Item": {
        "note": "static/js/cocina/lines.js",
        "quantity": "static/js/mesero/cards.js",
    },
    "Payment": {
        "seen_in_account": "static/js/caja/order-contents.js",
        "submitted_at": "static/js/house/overlooked.js",
        "submitted_by": "static/js/mesero/mesero.js",
        "seen_at": "static/js/mesero/payable.js",
        "attempt": "static/js/house/bill.js",
        "replaces": "static/js/caja/cards.js",
        "tip": "static/js/cobro/payments.js",
        "decided_by": "static/js/mesero/paid.js",
    },
    "Product": {
        "available": "static/js/mesero/product-row.js",
        "category": "static/js/mesero/menu.js",
        "price": "static/js/admin/menu.js",
    },
    "Method": {
        "proof": "static/js/cobro/form.js",
        "reference_label": "static/js/cobro/reference.js",
        "cash": "static/js/cobro/form.js",
    },
    "NewOrder": {"items": "static/js/cobro/parcels.js"},
    "Deposit": {"is_day": "static/js/caja/arrival.js", "sender": "static/js/caja/arrival.js"},
    "BankPhone": {"heard_at": "static/js/caja/deposits.js"},
    "NewVerdict": {"seen_in_account": "static/js/caja/verdicts.js"},
    "ReconciledPayment": {"reconciled_at": "static/js/caja/reconciliation-row.js"},
    "Settings": {
        "idle_minutes": "static/js/house/start.js",
        "max_bytes": "static/js/cobro/form.js",
        "ready_alarm_seconds": "static/js/mesero/mesero.js",
        "red_minutes": "static/js/cocina/cocina.js",
        "restaurant": "static/js/admin/connect.js",
        "day_ends": "static/js/admin/today.js",
    },
    "NewStatus": {"reason": "static/js/house/void-dialog.js"},
    "Orders": {"last_event_id": "static/js/house/live.js"},
    "SignedIn": {"user": "static/js/entrar/entrar.js"},
    "Member": {"short_pin": "static/js/admin/staff.js"},
    "Day": {"by_hour": "static/js/admin/today.js"},
    "Backups": {"last_success_at": "static/js/admin/copies.js"},
    "BankSetup": {"has_secret": "static/js/admin/bank.js"},
    "NoticeTried": {"why": "static/js/admin/bank-trial.js"},
    "Guesses": {"entered_at": "static/js/admin/guess-alarm.js"},
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
    expected = {(field, script) for fields in RENAMED.values() for field, script in fields.items()}
    assert expected == {
        (field, script)
        for field, script in expected
        if any(line.startswith(script) and f"'{field}'" in line for line in complaints)
    }
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
