"""Write the OpenAPI document as TypeScript's types: `tsc` holds the pages' scripts against it.

`python -m tests.typedefs` prints them for the table of routes, `python -m tests.typedefs FILE` for
a document in a file. Every schema is a global type of its own name; `Route<"PUT /orders/7/status">`
is what that request takes (`json`) and answers (`answer`), `Events["order_voided"]` what that event
carries.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from comanda.web.contract.openapi import encoded_document
from comanda.web.routes import ROUTES

Part = dict[str, Any]

_PLAIN = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "null": "null",
}
_CONTENT = "application/json"


def typedefs(document: Part) -> str:
    """All of the document's schemas and routes."""
    schemas = document["components"]["schemas"]
    lines = [f"type {name} = {typescript(schema)};" for name, schema in sorted(schemas.items())]
    return "\n".join([*lines, *_routes(document["paths"]), _events(document["paths"]), ""])


def typescript(schema: Part) -> str:
    """One schema (JSON Schema 2020-12, as much of it as the document uses) as a type."""
    match schema:
        case {"$ref": name}:
            told = name.rpartition("/")[2]
        case {"enum": values}:
            told = " | ".join(map(json.dumps, values))
        case {"anyOf": choices}:
            told = " | ".join(map(typescript, choices))
        case {"type": list(kinds)}:
            told = " | ".join(typescript({**schema, "type": kind}) for kind in kinds)
        case {"type": "array", "items": items}:
            told = f"({typescript(items)})[]"
        case {"type": "object"}:
            told = _object(schema)
        case _:
            told = _PLAIN.get(schema.get("type", ""), "unknown")
    return str(told)


def _object(schema: Part) -> str:
    required = schema.get("required", ())
    fields = [
        f"{json.dumps(name)}{'' if name in required else '?'}: {typescript(field)}"
        for name, field in schema.get("properties", {}).items()
    ]
    rest = schema.get("additionalProperties")
    if isinstance(rest, dict):
        fields.append(f"[name: string]: {typescript(rest)}")
    return f"{{ {'; '.join(fields)} }}"


def _routes(paths: Part) -> Iterator[str]:
    """Each route as one condition; the longest path first, since `${string}` also takes slashes."""
    yield "type Route<Asked extends string> ="
    yield "  Asked extends `${infer Path}?${string}` ? Route<Path> :"
    for path in sorted(paths, key=lambda path: (-path.count("/"), path.endswith("}"), path)):
        pattern = re.sub(r"{\w+}", "${string}", path)
        for method, operation in paths[path].items():
            body = operation.get("requestBody", {}).get("content", {}).get(_CONTENT)
            json_type = typescript(body["schema"]) if body else "undefined"
            taken = f"json: {json_type}; answer: {_answer(operation['responses'])}"
            yield f"  Asked extends `{method.upper()} {pattern}` ? {{ {taken} }} :"
    yield "  { json: undefined; answer: unknown };"


def _answer(responses: Part) -> str:
    """What the route answers when it does what was asked; null without a body of JSON."""
    contents = [
        response.get("content", {})
        for status, response in responses.items()
        if status.startswith("2")
    ]
    schemas = [content[_CONTENT]["schema"] for content in contents if _CONTENT in content]
    return " | ".join(dict.fromkeys(map(typescript, schemas))) or "null"


def _events(paths: Part) -> str:
    """What each type of event carries."""
    operations = [operation for path in paths.values() for operation in path.values()]
    events = [event for operation in operations for event in operation.get("x-events", ())]
    fields = [f"{event['type']}: {typescript(event['data'])}" for event in events]
    return f"type Events = {{ {'; '.join(fields)} }};"


def main() -> None:
    """Print the types of the document in the named file, or of the table of routes."""
    source = Path(sys.argv[1]).read_bytes() if sys.argv[1:] else encoded_document(ROUTES)
    sys.stdout.write(typedefs(json.loads(source)))


if __name__ == "__main__":
    main()
