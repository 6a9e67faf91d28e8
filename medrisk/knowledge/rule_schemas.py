"""What a rule, a red flag and their conditions may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, validates_schema
from marshmallow.fields import Field

from medrisk.core.rules import Severity, Tier
from medrisk.knowledge.fields import (
    Flag,
    Many,
    Number,
    StrictSchema,
    Text,
    WholeNumber,
    dose,
    kebab,
    nested,
    one_of,
    quantity,
    route_names,
    snake,
)
from medrisk.knowledge.schemas import GRADES, EvidenceSchema, ExamplesSchema, SignedSchema

KINDS = ("pair", "dose_cap", "burden", "duplicate", "cascade", "drug_condition", "drug_lab", "drug_patient")
JURISDICTIONS = ("any", "US", "UK", "EU", "FR", "CA", "AU")
COMPARISONS = ("over", "at_least", "under", "at_most")
DOSE_BOUNDS = ("daily_dose_over", "daily_dose_at_least", "daily_dose_under")
SELECTORS = ("ingredient", "class", "effect")
TESTS = ("all", "any", "not", "symptom", "indication", "condition", "lab", "age", "sex", "drug")
SEVERITIES = tuple(severity.value for severity in Severity)
TIERS = tuple(tier.value for tier in Tier)


def _require_one(data: Mapping[str, object], keys: tuple[str, ...]) -> None:
    if sum(key in data for key in keys) != 1:
        raise ValidationError("exactly one of " + ", ".join(keys) + " is expected")


# Several keys of the guide are words of Python ("class", "not"), hence schemas made from mappings.
class _SelectorChecks(StrictSchema):
    @validates_schema
    def check_form(self, data: Mapping[str, object], **_: object) -> None:
        _require_one(data, tuple(key for key in (*SELECTORS, "any_of") if key in self.fields))
        if "grade" in data and "effect" not in data:
            raise ValidationError("a grade stands only beside effect", "grade")
        if sum(key in data for key in DOSE_BOUNDS) > 1:
            raise ValidationError("at most one of " + ", ".join(DOSE_BOUNDS) + " is expected")


_SELECTOR_FIELDS: dict[str, Field[Any]] = {
    "ingredient": Many(Text(), one=True, at_least=1),
    "class": Many(snake(), one=True, at_least=1),
    "effect": Many(snake(), one=True, at_least=1),
    "grade": one_of(GRADES),
}
SelectorSchema = _SelectorChecks.from_dict(_SELECTOR_FIELDS, name="SelectorSchema")
ParticipantSchema = _SelectorChecks.from_dict(
    {
        **_SELECTOR_FIELDS,
        "any_of": Many(nested(SelectorSchema), at_least=1),
        "routes": route_names(load_default=lambda: ["systemic"]),
        "except": Many(Text(), one=True, load_default=list),
        "status": one_of(("active", "stopped"), load_default="active"),
        **{bound: dose() for bound in DOSE_BOUNDS},
    },
    name="ParticipantSchema",
)


class AgeSchema(StrictSchema):
    """Years."""

    over = Number()
    at_least = Number()
    under = Number()
    at_most = Number()

    @validates_schema
    def check_form(self, data: Mapping[str, object], **_: object) -> None:
        if not data:
            raise ValidationError("at least one of " + ", ".join(COMPARISONS) + " is expected")


class _TestChecks(StrictSchema):
    @validates_schema
    def check_form(self, data: Mapping[str, object], **_: object) -> None:
        _require_one(data, TESTS)
        if ("lab" in data) != any(word in data for word in COMPARISONS):
            raise ValidationError("a lab is compared by one of " + ", ".join(COMPARISONS))


def _make_test_schema() -> Schema:
    return TestSchema()


TestSchema = _TestChecks.from_dict(
    {
        "all": Many(nested(_make_test_schema), at_least=1),
        "any": Many(nested(_make_test_schema), at_least=1),
        "not": nested(_make_test_schema),
        "symptom": Many(snake(), one=True, at_least=1),
        "indication": Many(snake(), one=True, at_least=1),
        "condition": Many(snake(), one=True, at_least=1),
        "lab": snake(),
        "age": nested(AgeSchema),
        "sex": one_of(("female", "male")),
        "drug": nested(ParticipantSchema),
        **{comparison: quantity() for comparison in COMPARISONS},
    },
    name="TestSchema",
)


class ModifierSchema(StrictSchema):
    when = nested(TestSchema, required=True)
    why = Text(required=True)
    severity = one_of(SEVERITIES)
    interruptive = Flag()
    tier = one_of(TIERS)

    @validates_schema
    def check_form(self, data: Mapping[str, object], **_: object) -> None:
        if not {"severity", "interruptive", "tier"} & set(data):
            raise ValidationError("changes nothing: give severity, interruptive or tier")


class BurdenLevelSchema(StrictSchema):
    mechanisms = WholeNumber(required=True)
    severity = one_of(SEVERITIES, allow_none=True, load_default=None)
    interruptive = Flag(load_default=False)
    tier = one_of(TIERS, required=True)


class BurdenSchema(StrictSchema):
    effect = snake(required=True)
    floor = one_of(GRADES, load_default="probable")
    levels = Many(nested(BurdenLevelSchema), required=True, at_least=1)


class RuleSchema(SignedSchema):
    id = kebab(required=True)
    kind = one_of(KINDS, required=True)
    name = Text(required=True)
    participants = Many(nested(ParticipantSchema), load_default=list)
    burden = nested(BurdenSchema)
    severity = one_of(SEVERITIES, allow_none=True, load_default=None)
    interruptive = Flag(load_default=False)
    effects = Many(snake(), one=True, required=True, at_least=1)
    mechanism = Text(required=True)
    action = Many(Text(), one=True, required=True, at_least=1)
    jurisdiction = Many(one_of(JURISDICTIONS), one=True, at_least=1, load_default=lambda: ["any"])
    when = nested(TestSchema)
    modifiers = Many(nested(ModifierSchema), load_default=list)
    unchecked_without = Many(Text(), one=True, load_default=list)
    supersedes = Many(kebab(), one=True, load_default=list)
    do_not_stop = Text()
    note = Text()
    evidence = nested(EvidenceSchema, required=True)
    examples = nested(ExamplesSchema, required=True)


class RedFlagSchema(SignedSchema):
    id = snake(required=True)
    name = Text(required=True)
    when = nested(TestSchema, required=True)
    interruptive = Flag(required=True)
    why = Text(required=True)
    action = Many(Text(), one=True, required=True, at_least=1)
    note = Text()
    evidence = nested(EvidenceSchema, required=True)
    examples = nested(ExamplesSchema, required=True)
