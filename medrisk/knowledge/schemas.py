"""What a drug class, a source and the lists may hold. ``docs/knowledge-guide.md`` explains each field to authors.

Unknown keys are refused. A list that is left out becomes an empty list; a single value that is left out stays out.
"""

from __future__ import annotations

from marshmallow import ValidationError, pre_load, validate, validates_schema

from medrisk.core.rules import Grade
from medrisk.knowledge.fields import (
    Flag,
    Many,
    MapOf,
    Number,
    StrictSchema,
    Text,
    WholeNumber,
    iso_date,
    kebab,
    nested,
    one_of,
    route_name,
    route_names,
    rxcui_code,
    snake,
)

STATUSES = ("draft", "reviewed", "retired")
ROLES = ("promoter", "weak_promoter", "look_alike", "treatment", "grouping")
SOURCE_KINDS = ("label", "regulator", "paper", "guideline", "reference", "background")
CHECKED = ("seen", "secondary", "background")
CONDITION_CATEGORIES = ("article", "modifier", "alternative_cause")
GRADES = tuple(grade.value for grade in Grade)


class SourceRefSchema(StrictSchema):
    id = kebab(required=True)
    where = Text(required=True)
    verified = Flag(required=True)
    note = Text()


def source_refs() -> Many:
    return Many(nested(SourceRefSchema), load_default=list)


class EvidenceSchema(StrictSchema):
    grade = one_of(GRADES, required=True)
    sources = Many(nested(SourceRefSchema), required=True, at_least=1)
    note = Text()


class ClaimSchema(StrictSchema):
    text = Text(required=True)
    verified = Flag(load_default=False)
    sources = source_refs()


class FigureSchema(StrictSchema):
    """A figure is verified by its sources alone."""

    text = Text(required=True)
    sources = Many(nested(SourceRefSchema), required=True, at_least=1)


class OnsetSchema(ClaimSchema):
    days = Many(WholeNumber(), validate=validate.Length(equal=2, error="two days are expected: [from, to]"))

    @validates_schema
    def check_order(self, data: dict[str, list[int]], **_: object) -> None:
        if "days" in data and data["days"][0] > data["days"][1]:
            raise ValidationError("the first day comes after the last", "days")


class ExamplesSchema(StrictSchema):
    notes = Many(Text(), load_default=list)
    silent = Many(Text(), load_default=list)
    unchecked = Many(Text(), load_default=list)


class SignedSchema(StrictSchema):
    """Who wrote an entry, who signed it and where it stands."""

    status = one_of(STATUSES, required=True)
    authored_by = Text(load_default="medrisk")
    checked_by = Text(allow_none=True, load_default=None)
    retired_because = Text()


class ClassEffectSchema(StrictSchema):
    effect = snake(required=True)
    grade = one_of(GRADES, required=True)
    mechanism = Text(load_default="")
    members = Many(Text(), one=True, load_default=list)
    sources = Many(nested(SourceRefSchema), required=True, at_least=1)
    figures = Many(nested(FigureSchema), load_default=list)
    note = Text()


class DrugClassSchema(SignedSchema):
    id = snake(required=True)
    name = Text(required=True)
    role = one_of(ROLES, required=True)
    members = Many(Text(), required=True, at_least=1)
    routes = route_names(load_default=lambda: ["systemic"])
    duplicate = Flag(load_default=False)
    mechanism = Text(required=True)
    effects = Many(nested(ClassEffectSchema), required=True)
    onset = nested(OnsetSchema)
    dose_dependence = nested(ClaimSchema)
    monitoring = Many(nested(ClaimSchema), load_default=list)
    options = Many(nested(ClaimSchema), load_default=list)
    questions = Many(Text(), load_default=list)
    context = Many(nested(ClaimSchema), load_default=list)
    do_not_stop = Text()
    asks_for = Many(snake(), one=True, load_default=list)
    evidence = nested(EvidenceSchema, required=True)
    examples = nested(ExamplesSchema, required=True)


class SourceSchema(StrictSchema):
    citation = Text(required=True)
    kind = one_of(SOURCE_KINDS, required=True)
    locator = Text(required=True)
    checked = one_of(CHECKED, required=True)
    read_on = iso_date()
    note = Text()

    @validates_schema
    def check_read_on(self, data: dict[str, str], **_: object) -> None:
        if data["checked"] != "background" and "read_on" not in data:
            raise ValidationError("is missing: a source that was read says when", "read_on")
        if data["checked"] == "background" and "read_on" in data:
            raise ValidationError("a source that is checked: background was not read", "read_on")


class EffectSchema(StrictSchema):
    name = Text(required=True)
    group = snake(required=True)
    lay = Text(required=True)


class CodesSchema(StrictSchema):
    icd10cm = Many(Text(), load_default=list)
    snomed_ct = Many(Text(), load_default=list)


class SymptomSchema(StrictSchema):
    id = snake(required=True)
    name = Text(required=True)
    title = Text()
    terms = Many(Text(), required=True, at_least=1)
    not_with = Many(Text(), load_default=list)
    explained_by = Many(snake(), load_default=list)
    codes = nested(CodesSchema)
    category = Text()
    lay = Flag()
    note = Text()
    sources = source_refs()


class ConditionSchema(StrictSchema):
    id = snake(required=True)
    name = Text(required=True)
    title = Text()
    terms = Many(Text(), required=True, at_least=1)
    not_with = Many(Text(), load_default=list)
    category = one_of(CONDITION_CATEGORIES, required=True)
    explains = Many(snake(), load_default=list)
    codes = nested(CodesSchema)
    lay = Flag()
    note = Text(load_default="")
    sources = source_refs()


class LabSchema(StrictSchema):
    id = snake(required=True)
    name = Text(required=True)
    title = Text()
    terms = Many(Text(), required=True, at_least=1)
    not_with = Many(Text(), load_default=list)
    unit = Text(required=True)
    units = MapOf(Number(), required=True)
    assumed_unit = Text()
    plausible = Many(Number(), required=True, validate=validate.Length(equal=2, error="two numbers are expected"))
    low = Number(allow_none=True)
    high = Number(allow_none=True)
    low_effect = snake(allow_none=True)
    high_effect = snake(allow_none=True)
    codes = nested(CodesSchema)
    category = Text()
    note = Text()
    sources = source_refs()


class LookAlikeSchema(StrictSchema):
    names = Many(Text(), required=True, at_least=2)
    sources = source_refs()
    note = Text()


class IngredientSchema(StrictSchema):
    rxcui = rxcui_code()
    synonyms = Many(Text(), load_default=list)
    brands = Many(Text(), load_default=list)
    route = route_name()
    brand_routes = MapOf(route_name(), load_default=dict)
    unit = Text()
    note = Text()

    @pre_load
    def take_bare_name(self, data: object, **_: object) -> object:
        """An ingredient of which nothing more is said."""
        return {} if data is None else data


class ProductSchema(StrictSchema):
    ingredients = Many(Text(), required=True, at_least=1)
    rxcui = rxcui_code()
    synonyms = Many(Text(), load_default=list)
    route = route_name()
    unit = Text()
    note = Text()


class AbbreviationSchema(StrictSchema):
    means = Many(Many(Text(), at_least=1), required=True, at_least=1)
    unsafe = Flag(load_default=False)
    route = route_name()
    note = Text()
    sources = source_refs()


class ClassWordSchema(StrictSchema):
    """Most class words stand alone; then the word is written without a mapping around it."""

    word = Text(required=True)
    note = Text()

    @pre_load
    def wrap_word(self, data: object, **_: object) -> object:
        return {"word": data} if isinstance(data, str) else data
