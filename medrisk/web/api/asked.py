"""What each resource of the API takes, as the schemas that check it and from which the OpenAPI document is written."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

MOST_LISTS = 1_000
MOST_LINES = 2_000
MOST_NAMES = 1_000
LONGEST_LINE = 2_000
_LONGEST_WORDS = 300
_OLDEST = 130
_HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")


class Words(fields.String):
    """A string that can be written as UTF-8: JSON can spell halves of characters that cannot."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        if text is not None and _HALF_OF_A_PAIR.search(text):
            raise ValidationError("It holds half of a character pair (a lone surrogate).")
        return text


def _said(description: str, **more: Any) -> dict[str, Any]:
    return {"description": description, **more}


def _needed(kind: str = "a string") -> dict[str, Any]:
    return {"required": "The field must be there.", "null": "It may not be null.", "invalid": f"It must be {kind}."}


def _short(description: str, *, required: bool = True) -> Words:
    return Words(
        required=required, validate=validate.Length(1, _LONGEST_WORDS), error_messages=_needed(), metadata=_said(description)
    )


class Number(fields.Float):
    """A JSON number; a number in quotes is refused."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("It must be a number.")
        return super()._deserialize(value, *args, **kwargs)


class Whole(fields.Integer):
    """A whole JSON number; 45.0 is one, and a number in quotes is none."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise ValidationError("It must be a whole number.")
        return super()._deserialize(value, *args, **kwargs)


class Flag(fields.Boolean):
    """true or false, and none of the words that may stand for them."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise ValidationError("It must be true or false.")
        return value


class StrictSchema(Schema):
    class Meta:
        unknown = RAISE


class SymptomRequest(StrictSchema):
    name = _short("An id of /api/v1/knowledge/symptoms, or words.")
    denied = Flag(metadata=_said("The patient says that it is not there."))
    onset_days = Whole(
        validate=validate.Range(0, 3_650), metadata=_said("How many days ago it began.")
    )


class ConditionRequest(StrictSchema):
    name = _short("An id of /api/v1/knowledge/conditions, or words.")
    denied = Flag(metadata=_said("The patient does not have it."))


class LabRequest(StrictSchema):
    name = _short("An id of /api/v1/knowledge/labs, or words.")
    value = Number(required=True, validate=validate.Range(0, 1_000_000))
    unit = _short("As the laboratory writes it; without one, some values cannot be interpreted.", required=False)
    comparator = fields.String(validate=validate.OneOf(("<", ">")))


class CheckRequest(StrictSchema):
    """One patient's list, whole, with symptoms, conditions and labs in it or in the fields beside it."""

    text = Words(required=True, error_messages=_needed(), metadata=_said(
        "The list as it was written, one drug a line. Whatever else is known of the patient may stand in it too.",
        example="simvastatin 40 mg nightly\namlodipine 5 mg daily",
    ))  # fmt: skip
    age = Number(validate=validate.Range(0, _OLDEST), metadata=_said("In years. Stands above an age in the text."))
    sex = fields.String(validate=validate.OneOf(("female", "male")))
    pregnant = Flag()
    egfr = Number(validate=validate.Range(0, 300), metadata=_said("In mL/min/1.73m2."))
    creatinine_clearance = Number(validate=validate.Range(0, 300), metadata=_said("In mL/min."))
    symptoms = fields.List(fields.Nested(SymptomRequest), validate=validate.Length(max=100))
    conditions = fields.List(fields.Nested(ConditionRequest), validate=validate.Length(max=100))
    labs = fields.List(fields.Nested(LabRequest), validate=validate.Length(max=100))


class BatchRequest(StrictSchema):
    """Many patients' lists, each an object as /api/v1/check takes it and checked by itself."""

    lists = fields.List(
        fields.Raw(allow_none=True, metadata=_said("An object as /api/v1/check takes it. A faulty one is refused by itself.")),
        required=True, validate=validate.Length(1, MOST_LISTS), error_messages=_needed("a list"),
    )  # fmt: skip


class NormalizeRequest(StrictSchema):
    """Lines, each by itself."""

    lines = fields.List(
        Words(validate=validate.Length(max=LONGEST_LINE)),
        required=True, validate=validate.Length(1, MOST_LINES), error_messages=_needed("a list"),
        metadata=_said("One drug entry each, as it was written.", example=["Zocor 40mg nocte"]),
    )  # fmt: skip


class ClassifyRequest(StrictSchema):
    names = fields.List(
        Words(validate=validate.Length(max=LONGEST_LINE)),
        required=True, validate=validate.Length(1, MOST_NAMES), error_messages=_needed("a list"),
        metadata=_said("Names of drugs.", example=["HCTZ"]),
    )  # fmt: skip


class DrugSearchRequest(StrictSchema):
    """The beginning of a name. It travels in a body, since addresses end up in logs."""

    prefix = Words(required=True, validate=validate.Length(2, 100), error_messages=_needed(), metadata=_said(
        "At least two letters.", example="furos",
    ))  # fmt: skip
    limit = Whole(load_default=10, validate=validate.Range(1, 50))


class PageQuery(StrictSchema):
    """Which part of a list to give."""

    offset = fields.Integer(load_default=0, validate=validate.Range(0, 1_000_000))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 500))


class CheckQuery(StrictSchema):
    """Only for FHIR."""

    date = fields.Date(metadata=_said(
        "The day on which the patient's age is worked out from a FHIR birth date. Without it, the day of Bundle.timestamp."
    ))  # fmt: skip
