"""The marshmallow fields that knowledge files are made of: stricter than marshmallow's own, and plainer in words.

marshmallow takes "yes" and 1 for true and turns text into numbers where it can. Here a value is what was written or
it is a fault, because a file that means something else than it says is worse than one that does not load.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from medrisk.core.codes import RxCui
from medrisk.core.routes import ALL_ROUTES, ROUTE_GROUPS
from medrisk.core.units import canonical_unit, parse_quantity

_MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {"required": "is missing", "null": "may not be empty"}
_QUANTITY_MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "invalid": "a quantity is a number and a unit, such as 20 mg"
}
_SNAKE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class StrictSchema(Schema):
    """A mapping whose keys are all known."""

    error_messages = {"unknown": "unknown key", "type": "a mapping of keys to values is expected"}  # noqa: RUF012


class Text(fields.String):
    """Text that says something. A bare number is refused: as a code it may have lost its zeros."""

    default_error_messages = {**_MESSAGES, "invalid": "text is expected: put it in quotes"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text:
            raise ValidationError("may not be empty")
        return text


class Flag(fields.Boolean):
    """true or false, and nothing that merely looks like it."""

    default_error_messages = {**_MESSAGES, "invalid": "true or false is expected"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Number(fields.Field[float]):
    """A bare number; text that holds one is refused."""

    default_error_messages = {**_MESSAGES, "invalid": "a number is expected"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        return value


class WholeNumber(Number):
    default_error_messages = {"invalid": "a whole number is expected"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        number = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(number, int):
            raise self.make_error("invalid")
        return number


class Many(fields.List[Any]):
    """A list. ``one=True`` takes a single value for a list of one."""

    default_error_messages = {**_MESSAGES, "invalid": "a list is expected"}  # noqa: RUF012

    def __init__(self, inner: fields.Field[Any], *, one: bool = False, at_least: int = 0, **kwargs: Any) -> None:
        super().__init__(inner, **kwargs)
        self.takes_one = one
        self.at_least = at_least

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[Any]:
        if self.takes_one and not isinstance(value, list):
            return [self.inner.deserialize(value, attr, data)]
        values = super()._deserialize(value, attr, data, **kwargs)
        if len(values) < self.at_least:
            raise ValidationError(f"at least {self.at_least} expected")
        return values


class MapOf(fields.Field[dict[str, Any]]):
    """A mapping from any text to one kind of value; faults name the key."""

    default_error_messages = {**_MESSAGES, "invalid": "a mapping of keys to values is expected"}  # noqa: RUF012

    def __init__(self, inner: fields.Field[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        result, errors = {}, {}
        for key, item in value.items():
            try:
                result[key] = self.inner.deserialize(item)
            except ValidationError as error:
                errors[key] = error.messages
        if errors:
            raise ValidationError(errors)
        return result


def one_of(choices: Iterable[str], **kwargs: Any) -> Text:
    """One word of a closed list."""
    words = list(choices)
    return Text(validate=validate.OneOf(words, error="{input} is not one of " + ", ".join(words)), **kwargs)


def snake(**kwargs: Any) -> Text:
    """The id of a class, effect, symptom, condition or lab."""
    return Text(validate=check_snake, **kwargs)


def kebab(**kwargs: Any) -> Text:
    """The id of a rule or source."""
    return Text(validate=check_kebab, **kwargs)


def rxcui_code(**kwargs: Any) -> Text:
    return Text(validate=_reads_as(RxCui), **kwargs)


def iso_date(**kwargs: Any) -> Text:
    return Text(validate=_reads_as(date.fromisoformat, "a date such as 2026-11-22 is expected"), **kwargs)


def quantity(**kwargs: Any) -> Text:
    """A number with a unit; for a lab its unit is checked against that lab later."""
    return Text(validate=_reads_as(parse_quantity), error_messages=_QUANTITY_MESSAGES, **kwargs)


def dose(**kwargs: Any) -> Text:
    """A quantity in a unit that a dose can have."""
    return Text(validate=_check_dose, error_messages=_QUANTITY_MESSAGES, **kwargs)


def route_name(**kwargs: Any) -> Text:
    return Text(validate=validate.OneOf(sorted(ALL_ROUTES), error="unknown route {input}"), **kwargs)


def route_names(**kwargs: Any) -> Many:
    """Routes and groups of routes; the groups are taken apart when the knowledge is built."""
    names = sorted(ALL_ROUTES | set(ROUTE_GROUPS))
    return Many(Text(validate=validate.OneOf(names, error="unknown route {input}")), one=True, at_least=1, **kwargs)


def nested(schema: Any, **kwargs: Any) -> fields.Nested:
    return fields.Nested(schema, error_messages=_MESSAGES, **kwargs)


def check_snake(text: str) -> None:
    if not _SNAKE.fullmatch(text):
        raise ValidationError("an identifier in lower_snake_case is expected")


def check_kebab(text: str) -> None:
    if not _KEBAB.fullmatch(text):
        raise ValidationError("an identifier in lower-kebab-case is expected")


def _reads_as(reader: Any, message: str | None = None) -> Any:
    """Turns a reader that raises ValueError into a check."""

    def check(text: str) -> None:
        try:
            reader(text)
        except ValueError as error:
            raise ValidationError(message or str(error)) from None

    return check


def _check_dose(text: str) -> None:
    _reads_as(parse_quantity)(text)
    if canonical_unit(parse_quantity(text).unit) is None:
        raise ValidationError("a dose carries a unit such as mg, mcg, g, mEq, mL or units")
