"""The whole way, top to bottom: a paste becomes a report. The first file to read.

    paste -> clinical facts -> lines -> medications -> findings -> contributors -> notes -> report

Pure: the same text, knowledge and vocabulary give the same report. Only a vocabulary that looks names up online may answer otherwise
tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from medrisk.core.clinical import ClinicalFacts, ClinicalTerms, clinical_spans, read_clinical
from medrisk.core.conditions import PatientFacts
from medrisk.core.contribution import rank_contributors
from medrisk.core.engine import Engine
from medrisk.core.model import Line, Medication, Patient, Report, Versions
from medrisk.core.names import Vocabulary
from medrisk.core.notes import NoteWriter
from medrisk.core.online_classes import words_of_classes
from medrisk.core.questions import ask
from medrisk.core.reading import read_lines
from medrisk.core.rules import Slot
from medrisk.core.stated import Stated, with_stated


@dataclass(frozen=True, slots=True)
class Tools:
    """What an assessment works with: knowledge compiled, names indexed, clinical words ready. Built once."""

    engine: Engine
    vocabulary: Vocabulary
    terms: ClinicalTerms
    writer: NoteWriter


_LIMITS = (
    "No clinician has reviewed this knowledge yet: every rule is a draft, for a pharmacist to judge.",
    "The ranking of contributors is an unvalidated heuristic; it orders questions and proves no cause.",
)


def assess(text: str, tools: Tools, versions: Versions, stated: Stated | None = None) -> Report:
    """Assess one paste: the list and whatever else stands in it (symptoms, conditions, labs) or was stated beside it."""
    facts = read_clinical(text, tools.terms)
    lines = read_lines(text, tools.vocabulary, clinical_spans(facts))
    patient = patient_of(facts, text)
    if stated is None:
        return assess_lines(lines, patient, tools, versions)
    patient, unread = with_stated(patient, stated, tools.terms)
    report = assess_lines(lines, patient, tools, versions)
    return replace(report, not_assessed=(*unread, *report.not_assessed))


def assess_lines(lines: Sequence[Line], patient: Patient, tools: Tools, versions: Versions) -> Report:
    """Assess lines and facts that were already read."""
    medications = medications_of(lines)
    engine = tools.engine
    found = engine.find(medications, patient)
    facts = facts_of(patient)
    notes = tools.writer.write(found, lines, facts)
    return Report(
        lines=tuple(lines),
        notes=notes,
        contributors=rank_contributors(engine, medications, facts, found.findings),
        patient=patient,
        questions=(*_line_questions(lines), *ask(found, notes, engine.knowledge, facts)),
        not_assessed=(
            *_not_assessed(lines, engine),
            *words_of_classes(lines, engine.knowledge.classes.values(), tools.vocabulary.online),
            *_LIMITS,
        ),
        versions=versions,
    )


def facts_of(patient: Patient) -> PatientFacts:
    """The facts of a patient keyed for look-up, drugs left aside."""
    return PatientFacts(patient, _no_drugs)


_PURPOSE = re.compile(r"\b(?:for|against|re)[: ]\s*(?:[\w-]+\s+){0,3}$", re.IGNORECASE)


def patient_of(clinical: ClinicalFacts, text: str) -> Patient:
    """What the text says of the patient; a symptom that a drug is said to be for counts as its indication."""
    indications = frozenset(
        m.id for m in clinical.symptoms if m.hypothetical and _PURPOSE.search(text[max(m.start - 40, 0) : m.start])
    )
    return Patient(
        clinical.symptoms, clinical.conditions, clinical.labs, clinical.age, clinical.sex, clinical.pregnant, indications
    )


def medications_of(lines: Sequence[Line]) -> list[Medication]:
    """What the patient takes, and what was stopped, one for each ingredient. A line that only repeats another counts once."""
    found: dict[tuple[object, ...], Medication] = {}
    for index, line in enumerate(lines):
        if line.status != "matched" or line.context not in {"active", "stopped"}:
            continue
        status: Literal["active", "stopped"] = "stopped" if line.context == "stopped" else "active"
        doses = line.daily_doses if len(line.daily_doses) == len(line.ingredients) else (None,) * len(line.ingredients)
        product = tuple(sorted(i.name for i in line.ingredients))
        for ingredient, dose in zip(line.ingredients, doses, strict=True):
            key = (ingredient.name, product, status, line.route, dose.amount if dose else None)
            found.setdefault(key, Medication(ingredient, index, line.route or "unknown", status, dose))
    return list(found.values())


def _no_drugs(_slot: Slot) -> bool:
    return False


def _line_questions(lines: Sequence[Line]) -> list[str]:
    questions = []
    for line in lines:
        if line.status == "ambiguous":
            names = " or ".join(dict.fromkeys(c.name for c in line.candidates))
            questions.append(f"Line {line.number}: which drug is meant, {names}?")
        elif line.status == "unknown":
            questions.append(
                f"Line {line.number}: which drug is this? It was not recognised and nothing was checked for it."
            )
    return questions


def _not_assessed(lines: Sequence[Line], engine: Engine) -> list[str]:
    """What was left unchecked, so that silence is not read as safety."""
    words = [
        f"Line {line.number} was not checked: {line.reason.rstrip('?')}."
        for line in lines
        if line.status in {"unknown", "ambiguous"}
    ]
    words += [
        f"Line {line.number} is planned and was not checked as taken."
        for line in lines
        if line.context == "planned" and line.status == "matched"
    ]
    active = {
        i.name: line.route or "unknown"
        for line in lines
        if line.status == "matched" and line.context == "active"
        for i in line.ingredients
    }
    bare = sorted(name for name, route in active.items() if not engine.classes_of(name, route))
    if bare:
        words.append(f"In no class or rule of this knowledge, which does not mean safe: {', '.join(bare)}.")
    return words
