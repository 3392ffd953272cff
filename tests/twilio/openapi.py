"""Requests to Twilio's REST API against its own OpenAPI document, and the answers that it gives as examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from openapi_schema_validator import OAS30Validator

from tests.twilio.published import OPENAPI, file

FORM = "application/x-www-form-urlencoded"

Operation = Mapping[str, Any]
Read = tuple[dict[str, Any], list[str]]  # a request's fields, and what is wrong with them


@cache
def openapi() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(file(OPENAPI, "src/services/twilio-api/twilio_api_v2010.json"))
    return found


def form_of(operation: Operation, kind: str, body: str) -> Read:
    """A form's fields in the types of the operation's schema. `kind`: its content type."""
    content = operation["requestBody"]["content"]
    faults = [] if kind in content else [f"it is {kind}"]
    schema = content[FORM]["schema"]
    fields: dict[str, Any] = {}
    for name, text in parse_qsl(body, keep_blank_values=True):
        part = schema["properties"].get(name)
        if part is None:
            faults.append(f"{name} is no parameter")
            continue
        value = _typed(part.get("items", part), text)
        fields[name] = [*fields.get(name, []), value] if part.get("type") == "array" else value
    faults += _misfits(schema, fields)
    faults += [f"{name} is missing" for name in schema.get("required", ()) if name not in fields]
    return fields, [*faults, *_lacking(operation, fields)]


def query_of(operation: Operation, query: Mapping[str, str]) -> Read:
    """A query's fields, as they are written, for who filters by them."""
    known = {part["name"]: part["schema"] for part in operation.get("parameters", ()) if part["in"] == "query"}
    faults = []
    for name, text in query.items():
        if name not in known:
            faults.append(f"{name} is no parameter")
        else:
            faults += [f"{name}: {fault}" for fault in _misfits(known[name], _typed(known[name], text))]
    return dict(query), faults


def example_of(path: str, method: str, status: str, name: str = "") -> dict[str, Any]:
    """That of the document of that name; the first one where it has none."""
    examples = openapi()["paths"][path][method]["responses"][status]["content"]["application/json"]["examples"]
    found: dict[str, Any] = dict((examples[name] if name else next(iter(examples.values())))["value"])
    return found


def _misfits(schema: Mapping[str, Any], value: object) -> Iterator[str]:
    for error in OAS30Validator({**schema, "components": openapi()["components"]}).iter_errors(value):
        yield ": ".join((*map(str, error.path), error.message[:200]))


def _lacking(operation: Operation, fields: Mapping[str, Any]) -> Iterator[str]:
    """`x-twilio: conditional`: of each group at least one way must be given whole."""
    for group in operation.get("x-twilio", {}).get("conditional", ()):
        names = [name if isinstance(name, str) else name[0] for name in group]
        wanted = ["".join(part.title() for part in name.split("_")) for name in names]
        if not any(name in fields for name in wanted):
            yield f"one of {', '.join(wanted)} is needed"


def _typed(schema: Mapping[str, Any], text: str) -> object:
    match schema.get("type"):
        case "integer" if text.lstrip("-").isdigit():
            return int(text)
        case "boolean" if text.lower() in {"true", "false"}:
            return text.lower() == "true"
        case _:
            return text
