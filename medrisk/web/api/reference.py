"""The OpenAPI document arranged for the page that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]
# What people come for stands first.
_GROUPS = ("Checking", "Audits", "Names", "Knowledge", "About")


def arrange(document: Json) -> dict[str, Any]:
    """Operations in their groups, and the objects that they take and give."""
    groups: dict[str, list[dict[str, Any]]] = {group: [] for group in _GROUPS}
    everywhere = _refused_everywhere(document)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups[operation["tags"][0]].append(_operation(path, method, operation, everywhere))
    schemas = document["components"]["schemas"]
    objects = [
        {"name": name, "text": schemas[name].get("description", ""), "fields": list(_fields(schemas[name]))}
        for name in sorted(schemas)
    ]
    return {
        "info": document["info"],
        "groups": {group: operations for group, operations in groups.items() if operations},
        "refusals": everywhere,
        "sign_in": document["components"]["securitySchemes"],
        "objects": objects,
        "names": set(schemas),
    }


def _refused_everywhere(document: Json) -> dict[str, Json]:
    """The refusals that every resource may give, so that the page says them once."""
    each = [operation["responses"] for methods in document["paths"].values() for operation in methods.values()]
    return {
        status: answer for status, answer in each[0].items() if not _is_good(status) and all(status in one for one in each)
    }


def _is_good(status: str) -> bool:
    return status.startswith("2")


def _operation(path: str, method: str, operation: Json, everywhere: Json) -> dict[str, Any]:
    return {
        "method": method.upper(),
        "path": path,
        "name": operation["operationId"],
        "summary": operation["summary"],
        "text": operation.get("description", ""),
        "parameters": [_parameter(parameter) for parameter in operation.get("parameters", ())],
        "takes": _kinds(operation.get("requestBody", {}).get("content", {})),
        "gives": [kind for status, answer in operation["responses"].items() if _is_good(status) for kind in _kinds(answer.get("content", {}))],
        "refusals": [
            {"status": status, "text": response["description"]}
            for status, response in operation["responses"].items()
            if not _is_good(status) and status not in everywhere
        ],
    }


def _parameter(parameter: Json) -> dict[str, str]:
    schema = parameter["schema"]
    return {
        "name": parameter["name"],
        "where": "address" if parameter["in"] == "path" else "query",
        "type": type_words(schema),
        "text": parameter.get("description", "") or schema.get("description", ""),
    }


def _kinds(content: Json) -> list[dict[str, str]]:
    return [{"kind": kind, "type": type_words(media["schema"])} for kind, media in content.items()]


def _fields(schema: Json) -> Iterator[dict[str, Any]]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield {
            "name": name,
            "type": type_words(field),
            "required": name in required,
            "text": field.get("description", ""),
        }


def type_words(schema: Json) -> str:
    """ "list of Note", "string or null", "one of urgent, review"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return "one of " + ", ".join("null" if value is None else str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(type_words(part) for part in schema["anyOf"])
    kinds = schema.get("type", "anything")
    listed = kinds if isinstance(kinds, list) else [kinds]
    words = [f"list of {type_words(schema.get('items', {}))}" if kind == "array" else str(kind) for kind in listed]
    return " or ".join(words)
