"""What each resource of the API answers, for the OpenAPI document and for the tests that hold the answers to it.

``medrisk.presentation`` builds the answers; nothing is changed here on the way out.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from medrisk.core.rules import Grade, Severity, Tier


def _text(**more: Any) -> fields.String:
    return fields.String(required=True, **more)


def _maybe() -> fields.String:
    return fields.String(required=True, allow_none=True)


def _number(*, null: bool = False) -> fields.Float:
    return fields.Float(required=True, allow_none=null)


def _whole(**more: Any) -> fields.Integer:
    return fields.Integer(required=True, **more)


def _flag(*, null: bool = False) -> fields.Boolean:
    return fields.Boolean(required=True, allow_none=null)


def _one_of(*values: str | None) -> fields.String:
    return fields.String(required=True, allow_none=None in values, validate=validate.OneOf(values))


def _texts() -> fields.List[Any]:
    return fields.List(fields.String(), required=True)


def _many(schema: type[Schema]) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True)


def _one(schema: type[Schema], *, null: bool = False) -> fields.Nested:
    return fields.Nested(schema, required=True, allow_none=null)


class Ingredient(Schema):
    name = _text()
    rxcui = _maybe()


class Candidate(Schema):
    name = _text()
    rxcui = _maybe()
    ingredients = _many(Ingredient)
    score = _number()


class Product(Schema):
    name = _text()
    rxcui = _maybe()


class Quantity(Schema):
    value = _number()
    high = _number(null=True)
    unit = _maybe()
    text = _text()


class DailyDose(Schema):
    """The amount of a day. A dose that could not be worked out stands as null in its place."""

    value = _number()
    high = _number(null=True)
    unit = _maybe()
    text = _text()
    assumption = _maybe()


class Frequency(Schema):
    text = _text()
    per_day = _number(null=True)
    as_needed = _flag()


class Line(Schema):
    """One entry of the list: what was written and what was understood. Unknown never means safe."""

    number = _whole()
    text = _text()
    status = _one_of("matched", "ambiguous", "unknown", "ignored")
    context = _one_of("active", "stopped", "allergy", "planned", "none")
    ingredients = _many(Ingredient)
    candidates = _many(Candidate)
    method = _maybe()
    score = _number(null=True)
    product = _one(Product, null=True)
    strength = fields.List(fields.Nested(Quantity), required=True, allow_none=True)
    dose = _one(Quantity, null=True)
    route = _maybe()
    frequency = _one(Frequency, null=True)
    daily_dose = fields.List(fields.Nested(DailyDose, allow_none=True), required=True, allow_none=True)
    reason = _text()
    warnings = _texts()


class Citation(Schema):
    id = _text()
    citation = _text()
    where = _text()
    locator = _text()
    verified = _flag()


class Note(Schema):
    """One thing for a pharmacist to review, with why, and what could be done."""

    id = _text()
    rule = _text()
    kind = _one_of(
        "drug_class", "interaction", "dose_cap", "duplicate", "burden", "cascade", "red_flag", "symptom",
        "missing_information",
    )  # fmt: skip
    tier = _one_of(*Tier)
    severity = _one_of(*Severity, None)
    interruptive = _flag()
    drugs = _texts()
    effects = _texts()
    evidence = _maybe()
    verified = _flag()
    summary = _text()
    why = _texts()
    actions = _texts()
    sources = _many(Citation)
    lines = fields.List(fields.Integer(), required=True)
    would_change = _texts()


class Component(Schema):
    name = _text()
    points = _whole()
    why = _text()


class Contribution(Schema):
    """How likely one drug is to explain one symptom."""

    drug = _text()
    rxcui = _maybe()
    symptom = _text()
    tier = _one_of("likely", "possible", "listed", "not_suggested")
    points = _whole()
    components = _many(Component)


class Mention(Schema):
    id = _text()
    name = _text()
    text = _text()
    negated = _flag()
    experiencer = _text()
    hypothetical = _flag()
    historical = _flag()
    span = fields.List(fields.Integer(), required=True, metadata={
        "description": "Where it stands in the text; [0, 0] for what came in a field of its own.",
    })  # fmt: skip


class Symptom(Mention):
    onset = _maybe()


class Condition(Mention):
    pass


class Lab(Schema):
    id = _text()
    name = _text()
    text = _text()
    value = _number()
    comparator = _text()
    unit = _maybe()
    canonical_value = _number(null=True)
    canonical_unit = _text()
    interpretation = _one_of("low", "high", "normal", None)
    note = _maybe()
    date = _maybe()
    superseded = _flag()


class Patient(Schema):
    age = _number(null=True)
    sex = _one_of("female", "male", None)
    pregnant = _flag(null=True)


class Versions(Schema):
    program = _text()
    knowledge = _text(metadata={"description": "A hash of the knowledge files."})
    vocabulary = _text()
    vocabulary_release = _maybe()
    site_table = _maybe()


class Report(Schema):
    """The whole answer to one list: what medrisk check --format json prints."""

    lines = _many(Line)
    notes = _many(Note)
    contributors = _many(Contribution)
    symptoms = _many(Symptom)
    conditions = _many(Condition)
    labs = _many(Lab)
    patient = _one(Patient)
    questions = _texts()
    not_assessed = _texts()
    versions = _one(Versions)


class Problem(Schema):
    """What went wrong, as RFC 9457 has it. It never repeats what was sent."""

    type = _text()
    title = _text()
    status = _whole()
    detail = _text()
    hint = fields.String(metadata={"description": "How to mend it."})
    field = fields.String(metadata={"description": "The field that it is about, such as lists[3] or labs[0].value."})


class BatchItem(Schema):
    """The answer to one list of a batch, or why it was refused: one of report and problem is null."""

    index = _whole()
    report = _one(Report, null=True)
    problem = _one(Problem, null=True)


class Batch(Schema):
    results = _many(BatchItem)
    checked = _whole()
    refused = _whole()


class Lines(Schema):
    lines = _many(Line)
    versions = _one(Versions)


class ClassOfDrug(Schema):
    id = _text()
    name = _text()
    role = _text()
    effects = _texts()
    evidence = fields.Dict(fields.String(), fields.String(validate=validate.OneOf(tuple(Grade))), required=True)


class Classification(Schema):
    """One ingredient of a name with its classes; or a name that is not known, which does not mean safe."""

    query = _text()
    status = _one_of("matched", "ambiguous", "unknown")
    ingredient = _maybe()
    rxcui = fields.String(allow_none=True)
    method = fields.String(allow_none=True)
    classes = fields.List(fields.Nested(ClassOfDrug))
    effects = fields.List(fields.String())
    evidence = fields.Dict(fields.String(), fields.String())
    candidates = fields.List(fields.String())
    message = fields.String()


class Classifications(Schema):
    names = _many(Classification)
    versions = _one(Versions)


class FoundDrug(Schema):
    name = _text()
    kind = _one_of("ingredient", "brand", "synonym", "abbreviation", "product")
    ingredients = _many(Ingredient)


class FoundDrugs(Schema):
    drugs = _many(FoundDrug)


class ListedEntry(Schema):
    id = _text()
    name = _text()
    status = fields.String(metadata={"description": "draft, reviewed or retired; of classes, rules and red flags."})
    href = _text()


class Page(Schema):
    total = _whole()
    offset = _whole()
    limit = _whole()
    next = _maybe()
    items = _many(ListedEntry)


class ServiceVersions(Schema):
    versions = _one(Versions)
    jurisdiction = _text()
    review_notice = _text()
    vocabulary_notice = _text()
