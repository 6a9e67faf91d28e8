"""Reads the pasted text out of the page's form, and refuses what could be misread.

Every refusal names a field or a rule and never quotes the body: the names of unknown fields are typed text too.
"""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import RAISE, Schema, ValidationError, fields

from medrisk.errors import InputError

_HINT = "Paste the list into the box of the page and send it from there."


class CheckForm(Schema):
    """One list to check: the whole paste in one text."""

    class Meta:
        unknown = RAISE

    text = fields.String(required=True)


_CHECK_FORM = CheckForm()  # made once: making one takes as long as reading with it


def read_form_text(fields_sent: Mapping[str, str]) -> str:
    """The text of the page's form. Browsers send line ends as CRLF; the other doors get what was typed."""
    return _validate(fields_sent).replace("\r\n", "\n")


def _validate(document: Mapping[str, object]) -> str:
    try:
        text: str = _CHECK_FORM.load(document)["text"]
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
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
