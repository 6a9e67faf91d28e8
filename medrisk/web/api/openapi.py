"""The OpenAPI 3.1 document, written from the operations and from the schemas that check the requests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

import medrisk
from medrisk.web.api import answers
from medrisk.web.api.operations import AUDIT_OPERATIONS, OPERATIONS, PREFIX, Operation, Shape

_PROBLEM = "application/problem+json"
_DESCRIPTION = (
    "Reads medication lists as people write them and returns cited muscle-cramp and interaction risk notes for a "
    "pharmacist to review. All knowledge is a draft that no clinician has reviewed. Unknown, or without a note, never "
    "means safe. Nothing that is sent is stored or logged, nor sent elsewhere unless this server looks up unknown drug names "
    "at RxNav. Answers may gain fields."
)
_KEEPING = (
    "What is said of storing does not hold for audits: files that are sent to be audited are kept until that is done, and results until "
    "they expire or are removed."
)
_REFUSALS = {
    400: "The request cannot be used, or its address holds a query that is not read here; field and hint say where and how to mend it.",
    401: "This server asks for a sign-in, and none came that counts.",
    403: "Another site made a browser send this, or the connection comes from where none is allowed.",
    404: "There is nothing of this id.",
    406: "No answer of the kind that Accept permits is given here.",
    409: "It cannot be done as things stand; detail says why.",
    413: "More was sent than is read here.",
    415: "A body of this kind, or a compressed one, is not read here.",
    421: "The server does not answer under this host name.",
    429: "More requests came from this token, user or address than are taken in a minute. This one was not read: send it again.",
    500: "medrisk failed. Nothing was checked.",
    507: "There is no room to keep what was sent.",
}
# What any resource may refuse with, and what beside it those that take a body.
_OF_ALL = (400, 401, 403, 406, 421, 429, 500)
_OF_BODIES = (413, 415)
_HEADERS: dict[int, dict[str, dict[str, Any]]] = {
    401: {"WWW-Authenticate": {"description": "Asks for a bearer token.", "required": True, "schema": {"type": "string"}}},
    415: {"Accept-Encoding": {"description": "identity, where the body came compressed.", "schema": {"const": "identity"}}},
    429: {"Retry-After": {
        "description": "In how many seconds the next request is taken.", "required": True,
        "schema": {"type": "integer", "minimum": 0},
    }},
}  # fmt: skip
# A proxy that signs users in is told in words: a program that sends its header itself is refused.
_SCHEMES: dict[str, dict[str, Any]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "One token for each program, from whoever runs the server: medrisk token add NAME.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-medrisk",
        "description": "What the form at /sign-in sets in a browser, for twelve hours. Under this machine's own names it is medrisk.",
    },
}
_SIGNING_IN = {
    False: "This server needs no sign-in: it answers its own machine and no other.",
    True: (
        "This server answers nobody who is not signed in: with a token, with the session of a browser, or by a proxy that "
        "signs users in and names them in a header of its own, which is believed from the proxy's address alone."
    ),
}
_PARAMETER = re.compile(r"<(\w+)>")


def build_document(*, asks_sign_in: bool, audits: bool = False) -> dict[str, Any]:
    """The document of a server; ``asks_sign_in`` where others can reach it. On its own machine a sign-in is optional."""
    words = " ".join((_DESCRIPTION, *([_KEEPING] if audits else ()), _SIGNING_IN[asks_sign_in]))
    spec = APISpec(
        title="medrisk",
        version=medrisk.__version__,
        openapi_version="3.1.0",
        info={"description": words},
        security=[*([] if asks_sign_in else [{}]), *({name: []} for name in _SCHEMES)],
        plugins=[MarshmallowPlugin(schema_name_resolver=_name_of)],
    )
    for name, scheme in _SCHEMES.items():
        spec.components.security_scheme(name, scheme)
    for operation in (*OPERATIONS, *(AUDIT_OPERATIONS if audits else ())):
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
        "responses": {str(operation.status): _good(operation)},
    }
    if operation.text:
        described["description"] = operation.text
    if parameters := _parameters(operation):
        described["parameters"] = parameters
    if operation.takes:
        described["requestBody"] = {"required": True, "content": _content(operation.takes)}
    for status in sorted({*operation.refusals, *_OF_ALL, *(_OF_BODIES if operation.takes else ())}):
        described["responses"][str(status)] = _refusal(status)
    return described


def _good(operation: Operation) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "The answer." if operation.gives else "Done."}
    if operation.gives:
        answer["content"] = _content(operation.gives)
    if operation.headers:
        answer["headers"] = {
            name: {"description": text, "required": True, "schema": {"type": "string"}} for name, text in operation.headers.items()
        }
    return answer


def _refusal(status: int) -> dict[str, Any]:
    refusal = {"description": _REFUSALS[status], "content": _content({_PROBLEM: answers.Problem})}
    return refusal | ({"headers": _HEADERS[status]} if status in _HEADERS else {})


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(operation.path)
    ]
    return [*in_path, *([{"in": "query", "schema": operation.query}] if operation.query else ())]


def _content(shapes: Mapping[str, Shape]) -> dict[str, Any]:
    return {kind: {"schema": shape if isinstance(shape, type) else dict(shape)} for kind, shape in shapes.items()}
