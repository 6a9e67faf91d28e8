"""What a published scale may hold. ``docs/knowledge-guide.md`` explains each field to authors."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, ValidationError, pre_load, validates_schema

from medrisk.knowledge.fields import Many, StrictSchema, Text, WholeNumber, nested, one_of, quantity, snake
from medrisk.knowledge.rule_schemas import COMPARISONS
from medrisk.knowledge.schemas import ClaimSchema, SignedSchema, SourceRefSchema

KINDS = ("points", "criteria")


class _ConditionChecks(StrictSchema):
    @validates_schema
    def check_form(self, data: Mapping[str, object], **_: object) -> None:
        if sum(key in data for key in ("all", "any", "not", "item")) != 1:
            raise ValidationError("exactly one of all, any, not, item is expected")
        compared = sum(key in data for key in ("is", *COMPARISONS))
        if compared != ("item" in data):
            raise ValidationError("an item is compared by exactly one of is, " + ", ".join(COMPARISONS))


def _make_condition_schema() -> Schema:
    return ConditionSchema()


# "all", "not" and "is" are words of Python or near to them, hence a schema made from a mapping.
ConditionSchema = _ConditionChecks.from_dict(
    {
        "all": Many(nested(_make_condition_schema), at_least=1),
        "any": Many(nested(_make_condition_schema), at_least=1),
        "not": nested(_make_condition_schema),
        "item": snake(),
        "is": Many(snake(), one=True, at_least=1),
        **{comparison: quantity() for comparison in COMPARISONS},
    },
    name="ConditionSchema",
)


class AnswerSchema(StrictSchema):
    """An answer that says it all by its id is written without a mapping around it. ``points: null`` was not read."""

    id = snake(required=True)
    text = Text()
    points = WholeNumber(allow_none=True)

    @pre_load
    def wrap_id(self, data: object, **_: object) -> object:
        return {"id": data} if isinstance(data, str) else data


class ItemSchema(StrictSchema):
    id = snake(required=True)
    ask = Text(required=True)
    answers = Many(nested(AnswerSchema), load_default=list)
    lab = snake()
    only_when = nested(ConditionSchema)

    @validates_schema
    def check_form(self, data: Mapping[str, object], **_: object) -> None:
        if bool(data["answers"]) == ("lab" in data):
            raise ValidationError("exactly one of answers, lab is expected")


class BandSchema(StrictSchema):
    label = Text(required=True)
    meaning = Text(load_default="")
    at_least = WholeNumber()
    at_most = WholeNumber()
    when = nested(ConditionSchema)


class ResultSchema(StrictSchema):
    """The bands with where they were read, or why there are none."""

    bands = Many(nested(BandSchema), load_default=list)
    unread = Text(load_default="")
    sources = Many(nested(SourceRefSchema), load_default=list)

    @validates_schema
    def check_form(self, data: Mapping[str, object], **_: object) -> None:
        if bool(data["bands"]) == bool(data["unread"]):
            raise ValidationError("exactly one of bands, unread is expected")


class ScaleSchema(SignedSchema):
    id = snake(required=True)
    name = Text(required=True)
    kind = one_of(KINDS, required=True)
    asks = Text(required=True)
    items = Many(nested(ItemSchema), required=True, at_least=1)
    result = nested(ResultSchema, required=True)
    cautions = Many(nested(ClaimSchema), load_default=list)
    sources = Many(nested(SourceRefSchema), required=True, at_least=1)
