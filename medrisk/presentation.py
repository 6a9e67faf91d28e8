"""Reports as plain objects: the JSON that other programs rely on, the same through every door."""

from __future__ import annotations

from typing import Any

from medrisk.core.clinical import ConditionMention, LabResult, SymptomMention
from medrisk.core.model import Contribution, DailyDose, Frequency, Ingredient, Line, Note, Report, Versions
from medrisk.core.units import Quantity

Json = dict[str, Any]


def report_to_dict(report: Report) -> Json:
    """The whole answer to one paste."""
    return {
        "lines": [line_to_dict(line) for line in report.lines],
        "notes": [_note(note) for note in report.notes],
        "contributors": [_contribution(contribution) for contribution in report.contributors],
        "symptoms": [_symptom(symptom) for symptom in report.patient.symptoms],
        "conditions": [_condition(condition) for condition in report.patient.conditions],
        "labs": [_lab(lab) for lab in report.patient.labs],
        "patient": {"age": report.patient.age, "sex": report.patient.sex, "pregnant": report.patient.pregnant},
        "questions": list(report.questions),
        "not_assessed": list(report.not_assessed),
        "versions": versions_to_dict(report.versions),
        **({"attributions": list(report.versions.attributions)} if report.versions.online else {}),
    }


def line_to_dict(line: Line) -> Json:
    """One line; the object that ``medrisk normalize`` prints."""
    sig = line.sig
    return {
        "number": line.number,
        "text": line.text,
        "status": line.status,
        "context": line.context,
        "ingredients": [_ingredient(i) for i in line.ingredients],
        "candidates": [
            {"name": c.name, "rxcui": c.ingredients[0].rxcui if len(c.ingredients) == 1 else None,
             "ingredients": [_ingredient(i) for i in c.ingredients], "score": c.score}
            for c in line.candidates
        ],
        "method": line.method,
        "score": line.score,
        "product": {"name": line.product, "rxcui": line.rxcui} if line.product else None,
        "strength": [_quantity(s) for s in sig.strengths] or None,
        "dose": _quantity(sig.dose),
        "route": line.route or sig.route,
        "frequency": _frequency(sig.frequency),
        "daily_dose": [_daily_dose(d) for d in line.daily_doses] or None,
        "reason": line.reason,
        "warnings": list(line.warnings),
    }  # fmt: skip


def versions_to_dict(versions: Versions) -> Json:
    """What an answer rests on; ``online`` is there only where names are looked up."""
    return {
        "program": versions.program,
        "knowledge": versions.knowledge,
        "vocabulary": versions.vocabulary,
        "vocabulary_release": versions.vocabulary_release,
        "site_table": versions.site_table,
        **({"online": versions.online} if versions.online else {}),
    }


def _ingredient(ingredient: Ingredient) -> Json:
    return {"name": ingredient.name, "rxcui": ingredient.rxcui}


def _quantity(quantity: Quantity | None) -> Json | None:
    if quantity is None:
        return None
    return {"value": quantity.value, "high": quantity.high, "unit": quantity.unit or None, "text": str(quantity)}


def _frequency(frequency: Frequency | None) -> Json | None:
    if frequency is None:
        return None
    return {"text": frequency.text, "per_day": frequency.per_day, "as_needed": frequency.as_needed}


def _daily_dose(dose: DailyDose | None) -> Json | None:
    if dose is None:
        return None
    return {**(_quantity(dose.amount) or {}), "assumption": dose.assumption or None}


def _note(note: Note) -> Json:
    return {
        "id": note.id,
        "rule": note.rule,
        "kind": note.kind,
        "tier": note.tier.value,
        "severity": note.severity.value if note.severity else None,
        "interruptive": note.interruptive,
        "drugs": list(note.drugs),
        "effects": list(note.effects),
        "evidence": note.evidence,
        "verified": note.verified,
        "summary": note.summary,
        "why": list(note.why),
        "actions": list(note.actions),
        "sources": [
            {"id": c.id, "citation": c.citation, "where": c.where, "locator": c.locator, "verified": c.verified}
            for c in note.sources
        ],
        "lines": list(note.lines),
        "would_change": list(note.would_change),
    }


def _contribution(contribution: Contribution) -> Json:
    return {
        "drug": contribution.ingredient.name,
        "rxcui": contribution.ingredient.rxcui,
        "symptom": contribution.symptom,
        "tier": contribution.tier,
        "points": contribution.points,
        "components": [{"name": c.name, "points": c.points, "why": c.why} for c in contribution.components],
    }


def _symptom(symptom: SymptomMention) -> Json:
    return {
        "id": symptom.id,
        "name": symptom.name,
        "text": symptom.text,
        "negated": symptom.negated,
        "experiencer": symptom.experiencer,
        "hypothetical": symptom.hypothetical,
        "historical": symptom.historical,
        "onset": symptom.onset,
        "span": [symptom.start, symptom.end],
    }


def _condition(condition: ConditionMention) -> Json:
    return {
        "id": condition.id,
        "name": condition.name,
        "text": condition.text,
        "negated": condition.negated,
        "experiencer": condition.experiencer,
        "hypothetical": condition.hypothetical,
        "historical": condition.historical,
        "span": [condition.start, condition.end],
    }


def _lab(lab: LabResult) -> Json:
    return {
        "id": lab.id,
        "name": lab.name,
        "text": lab.text,
        "value": lab.value,
        "comparator": lab.comparator,
        "unit": lab.unit,
        "canonical_value": lab.canonical_value,
        "canonical_unit": lab.canonical_unit,
        "interpretation": lab.interpretation,
        "note": lab.note,
        "date": lab.date,
        "superseded": lab.superseded,
    }
