"""Reads the page's form: the text, fields about the patient, and what was chosen for single lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from medrisk.errors import InputError
from medrisk.web.corrections import Choice
from medrisk.web.inputs import read_form_text
from medrisk.web.patient_line import PatientFields

_OF_LINE = re.compile(r"(line|seen|drugs|pick|name)-(\d{1,6})")
_LABELS = {
    "age": "Age", "sex": "Sex", "egfr": "Kidney function", "pregnant": "Pregnancy", "symptom": "Symptom",
    "onset": "The time since it began", "onset_unit": "The unit of the time since it began",
}  # fmt: skip
_FIGURE = r"\s*|\s*\d{1,3}(?:\.\d{1,2})?\s*"


class _PatientSchema(Schema):
    """Fields that make up the patient line. All may be empty; none of them may hold a line end."""

    class Meta:
        unknown = RAISE

    age = fields.String(validate=validate.Regexp(r"^\s*(?:\d{1,2}|1[01]\d|120)?\s*$"))
    sex = fields.String(validate=validate.OneOf(["", "female", "male"]))
    egfr = fields.String(validate=validate.Regexp(rf"^(?:{_FIGURE})$"))
    pregnant = fields.String(validate=validate.OneOf(["", "yes", "no"]))
    symptom = fields.String(validate=validate.Regexp(r"^[^\r\n]{0,80}$"))
    onset = fields.String(validate=validate.Regexp(r"^\s*\d{0,3}\s*$"))
    onset_unit = fields.String(validate=validate.OneOf(["days", "weeks", "months", "years"]))


_EMPTY = {"age": "", "sex": "", "egfr": "", "pregnant": "", "symptom": "", "onset": "", "onset_unit": "weeks"}


@dataclass(frozen=True, slots=True)
class CheckForm:
    """What was sent. ``fields`` are as typed, to be shown again; ``problem`` says which of them cannot be used."""

    text: str = ""
    fields: Mapping[str, str] = field(default_factory=lambda: dict(_EMPTY))
    patient: PatientFields = field(default_factory=PatientFields)
    choices: tuple[Choice, ...] = ()
    problem: InputError | None = None


def read_form(request: Request) -> CheckForm:
    """The form of the page. Raises InputError for a form that the page cannot have sent."""
    sent = request.form.to_dict()
    of_lines = {name: sent.pop(name) for name in list(sent) if _OF_LINE.fullmatch(name)}
    of_patient = {name: sent.pop(name) for name in _EMPTY if name in sent}
    text = read_form_text(sent)
    choices = _choices(of_lines)
    typed = _EMPTY | of_patient
    try:
        _PatientSchema().load(typed)
        if typed["onset"].strip() and not typed["symptom"].strip():
            raise InputError("Since when is given, but not what.", hint="Name the symptom.", field="symptom")
    except ValidationError as error:
        name = next(iter(error.messages_dict))
        problem = InputError(f"{_LABELS[str(name)]} cannot be used as it was given.", hint=_hint(str(name)), field=str(name))
        return CheckForm(text, typed, choices=choices, problem=problem)
    except InputError as error:
        return CheckForm(text, typed, choices=choices, problem=error)
    stripped = {name: value.strip() for name, value in typed.items()}
    return CheckForm(text, typed, PatientFields.from_form(stripped), choices)


def _hint(name: str) -> str:
    if name == "age":
        return "Give whole years from 0 to 120."
    if name in {"egfr", "onset"}:
        return "Give a number, or leave it empty."
    return "Give a few words in one line, or leave it empty." if name == "symptom" else "Choose one of those offered."


def _choices(sent: Mapping[str, str]) -> tuple[Choice, ...]:
    """One choice for each row that has one. A name that was typed counts for more than a candidate that was picked."""
    rows = sorted({int(name.partition("-")[2]) for name in sent})
    found = []
    for row in rows:
        name = " ".join((sent.get(f"name-{row}") or "").split()) or " ".join((sent.get(f"pick-{row}") or "").split())
        number = sent.get(f"line-{row}", "")
        if not name:
            continue
        if len(name) > 120 or not name.isprintable() or not re.fullmatch(r"\d{1,6}", number):
            raise InputError("What was given for a line cannot be used.", hint="Give the name of one drug.", field="name")
        drugs = frozenset(sent.get(f"drugs-{row}", "").split("|")) - {""}
        found.append(Choice(int(number), sent.get(f"seen-{row}", ""), name, drugs))
    return tuple(found)
