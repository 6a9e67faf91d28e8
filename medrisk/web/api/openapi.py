"""The OpenAPI 3.1 document, written from the operations and from the schemas that check the requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

import medrisk
from medrisk.web.api import answers
from medrisk.web.api.operations import OPERATIONS, PREFIX, Operation, Shape

_PROBLEM = "application/problem+json"
_DESCRIPTION = (
    "Reads medication lists as people write them and returns cited muscle-cramp and interaction risk notes for a "
    "pharmacist to review. All knowledge is a draft that no clinician has reviewed. Unknown, or without a note, never "
    "means safe. Nothing that is sent is stored, logged or sent elsewhere. Answers may gain fields."
)
_REFUSALS = {
    400: "The request cannot be used; field and hint say where and how to mend it.",
    403: "Another site made a browser send this.",
    404: "There is nothing of this id.",
    406: "No answer of the kind that Accept permits is given here.",
    413: "More was sent than is read here.",
    415: "A body of this kind, or a compressed one, is not read here.",
}
_PARAMETER = re.compile(r"<(\w+)>")


def build_document() -> dict[str, Any]:
    spec = APISpec(
        title="medrisk",
        version=medrisk.__version__,
        openapi_version="3.1.0",
        info={"description": _DESCRIPTION},
        plugins=[MarshmallowPlugin(schema_name_resolver=_name_of)],
    )
    for operation in OPERATIONS:
        spec.path(
            path=_PARAMETER.sub(r"{\1}", PREFIX + operation.path),
            operations={operation.method.lower(): _describe(operation)},
        )
    document: dict[str, Any] = spec.to_dict()
    return document


def _name_of(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__)


def _describe(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "responses": {"200": {"description": "The answer.", "content": _content(operation.gives)}},
    }
    if operation.text:
        described["description"] = operation.text
    if parameters := _parameters(operation):
        described["parameters"] = parameters
    if operation.takes:
        described["requestBody"] = {"required": True, "content": _content(operation.takes)}
    for status in sorted({*operation.refusals, 406, *((400, 403, 413, 415) if operation.takes else ())}):
        content = _content({_PROBLEM: answers.Problem})
        described["responses"][str(status)] = {"description": _REFUSALS[status], "content": content}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(operation.path)
    ]
    return [*in_path, *([{"in": "query", "schema": operation.query}] if operation.query else ())]


def _content(shapes: Mapping[str, Shape]) -> dict[str, Any]:
    return {kind: {"schema": shape if isinstance(shape, type) else dict(shape)} for kind, shape in shapes.items()}


