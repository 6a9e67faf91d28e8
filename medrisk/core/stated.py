"""What was said of the patient beside the list, in fields of its own: age, sex, and facts in a few words.

Each fact is read by the same reader as the list, but by itself, so that no heading of the list governs it and no line of
the list moves. Nothing of it stands in the text, so its spans are empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from medrisk.core.circumstances import Sex
from medrisk.core.clinical import ClinicalFacts, ClinicalTerms, LabResult, joined_labs, read_clinical
from medrisk.core.model import Patient

Known = TypeVar("Known", float, bool)


@dataclass(frozen=True, slots=True)
class StatedFact:
    """One symptom, condition or result in words. ``place`` says which field it came in."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Stated:
    """Age and sex stand above what the list says of them; facts stand beside it, and pregnancy is one of them."""

    age: float | None = None
    sex: Sex | None = None
    facts: tuple[StatedFact, ...] = ()


def with_stated(patient: Patient, stated: Stated, terms: ClinicalTerms) -> tuple[Patient, tuple[str, ...]]:
    """The patient with what was stated, and in words which facts nobody recognised."""
    read = [(fact, read_clinical(fact.text, terms)) for fact in stated.facts]
    known = [facts for _, facts in read if _says_something(facts)]
    unread = tuple(
        f"{fact.place} was not recognised and was not taken into account."
        for fact, facts in read
        if not _says_something(facts)
    )
    pregnant = _first(*(facts.pregnant for facts in known), patient.pregnant)
    joined = replace(
        patient,
        symptoms=(*patient.symptoms, *(replace(s, start=0, end=0) for facts in known for s in facts.symptoms)),
        conditions=(*patient.conditions, *(replace(c, start=0, end=0) for facts in known for c in facts.conditions)),
        labs=_labs(patient, known, terms),
        age=_first(stated.age, patient.age),
        sex=stated.sex or patient.sex or ("female" if pregnant else None),
        pregnant=pregnant,
    )
    return joined, unread


def _labs(patient: Patient, known: Sequence[ClinicalFacts], terms: ClinicalTerms) -> tuple[LabResult, ...]:
    stated = [replace(lab, start=0, end=0) for facts in known for lab in facts.labs]
    return joined_labs(terms, patient.labs, stated) if stated else patient.labs


def _says_something(facts: ClinicalFacts) -> bool:
    return bool(facts.symptoms or facts.conditions or facts.labs or facts.pregnant is not None)


def _first(*values: Known | None) -> Known | None:
    return next((value for value in values if value is not None), None)
