"""Reads the pasted text out of a request, and refuses what could be misread.

Every refusal names a field or a rule and never quotes the body: the names of unknown fields are typed text too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields

from medrisk.errors import InputError

_HINT = 'Send {"text": "..."} as application/json, or the list itself as text/plain, in UTF-8.'


class UnsupportedTypeError(InputError):
    http_status = 415
    title = "This kind of content is not read here"


class CheckRequest(Schema):
    """One list to check: the whole paste in one text."""

    class Meta:
        unknown = RAISE

    text = fields.String(required=True)


def read_form_text(request: Request) -> str:
    """The text of the page's form. Browsers send line ends as CRLF; the other doors get what was typed."""
    return _validate(request.form.to_dict()).replace("\r\n", "\n")


def read_api_text(request: Request) -> str:
    """The text of an API request: a JSON object, or the plain text itself."""
    if request.mimetype == "text/plain":
        return _decode(request.get_data())
    if request.mimetype == "application/json":
        return _validate(_parse_json(_decode(request.get_data())))
    raise UnsupportedTypeError("The body is neither JSON nor plain text.", hint=_HINT)


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("The body is not valid UTF-8.", hint=_HINT) from None


def _parse_json(body: str) -> Mapping[str, object]:
    try:
        document = json.loads(body, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise InputError("The body is not valid JSON.", hint=_HINT) from None
    if not isinstance(document, dict):
        raise InputError("The body is JSON, but not an object.", hint=_HINT)
    return document


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A second "text" would win in silence, and the first list would go unchecked."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise InputError("A field stands twice in the same object.", hint=_HINT)
    return document


def _validate(document: Mapping[str, object]) -> str:
    try:
        text: str = CheckRequest().load(document)["text"]
    except ValidationError as error:
        raise _explain(error) from None
    if not _is_unicode(text):
        raise InputError("The text holds half of a character pair (a lone surrogate).", hint=_HINT, field="text")
    return text


def _explain(error: ValidationError) -> InputError:
    if "text" in error.messages_dict:
        return InputError("The field must be there and be a string.", hint=_HINT, field="text")
    return InputError('There is a field beside "text", the only one known here.', hint=_HINT)


def _is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: JSON can spell halves of characters that cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
