"""Reads what a program sent: a body of a permitted kind and size, as JSON against a schema, or as text.

Every refusal names a field or a rule and says how to mend it. It never quotes the body: the names of unknown fields are
typed text too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from flask import Request, Response, after_this_request
from marshmallow import Schema, ValidationError, fields

from medrisk.errors import InputError, MedriskError

JSON, TEXT, FHIR = "application/json", "text/plain", "application/fhir+json"
_UTF8 = "Send it in UTF-8."


class UnsupportedTypeError(InputError):
    http_status = 415
    title = "This kind of content is not read here"


class NotAcceptableError(MedriskError):
    http_status = 406
    title = "No answer of this kind is given here"


def read_media_type(request: Request, known: Sequence[str]) -> str:
    """Which of the known kinds the body is. Compressed bodies are refused: their true size shows too late."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in {"", "identity"}:
        after_this_request(_accept_plain_only)
        raise UnsupportedTypeError("Compressed bodies are not read here.", hint="Send the body without Content-Encoding.")
    if request.mimetype not in known:
        raise UnsupportedTypeError(
            "The body is of a kind that is not read here.", hint=f"Send Content-Type: {' or '.join(known)}. {_UTF8}"
        )
    return request.mimetype


def _accept_plain_only(response: Response) -> Response:
    response.headers["Accept-Encoding"] = "identity"
    return response


def choose_answer(request: Request, known: Sequence[str]) -> str:
    """The kind of answer that the program likes best; the first known one where it does not say."""
    best = request.accept_mimetypes.best_match(known) if request.accept_mimetypes else known[0]
    if best is None:
        raise NotAcceptableError(
            "The Accept header permits no kind of answer that is given here.",
            hint=f"Send Accept: {' or '.join(known)}, or leave it out.",
        )
    return best


def read_text(request: Request) -> str:
    try:
        return request.get_data().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("The body is not valid UTF-8.", hint=_UTF8) from None


def read_object(request: Request) -> dict[str, Any]:
    """The body as one JSON object without doubled names, NaN, or halves of characters."""
    try:
        document = json.loads(read_text(request), object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InputError("The body is not valid JSON.", hint=f"Send one JSON object. {_UTF8}") from None
    if not isinstance(document, dict):
        raise InputError("The body is JSON, but not an object.", hint="Send one JSON object.")
    return document


def read_json(request: Request, schema: Schema) -> dict[str, Any]:
    read_media_type(request, (JSON,))
    return load(schema, read_object(request))


def load(schema: Schema, document: Mapping[str, Any]) -> dict[str, Any]:
    """The document as the schema has it. The first fault is told, by the name that the schema gives its field."""
    try:
        loaded: dict[str, Any] = schema.load(document)
    except ValidationError as error:
        raise _explain(error.messages_dict, schema) from None
    return loaded


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A second "text" would win in silence, and the first list would go unchecked."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise InputError("A field stands twice in the same object.", hint="Send each field once.")
    return document


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError


def _explain(messages: Mapping[str, Any], schema: Schema) -> InputError:
    """The first fault as an error. Names that the schema does not know never get into it."""
    place, here = "", schema
    node: Any = messages
    while isinstance(node, dict):
        key = next((k for k in node if isinstance(k, int) or k in here.fields), None)
        if key is None:
            known = ", ".join(here.fields)
            return InputError("There is a field that is not known here.", hint=f"Known are: {known}.", field=place)
        place = f"{place}[{key}]" if isinstance(key, int) else f"{place}.{key}".lstrip(".")
        node, here = node[key], _inside(here, key)
        if isinstance(node, dict) and "_schema" in node:
            node = node["_schema"]
    return InputError("The field cannot be used as it was sent.", hint=" ".join(map(str, node)), field=place)


def _inside(schema: Schema, key: str | int) -> Schema:
    """The schema of what stands in a field; the same one for an item of a list."""
    if isinstance(key, int):
        return schema
    field = schema.fields[key]
    field = field.inner if isinstance(field, fields.List) else field
    return field.schema if isinstance(field, fields.Nested) else schema
