"""Reports as plain objects: the JSON that other programs rely on, the same through every door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from medrisk.core.clinical import ConditionMention, LabResult, SymptomMention
from medrisk.core.model import Contribution, DailyDose, Frequency, Ingredient, Line, Note, Report, Versions
from medrisk.core.units import Quantity

if TYPE_CHECKING:
    from medrisk.core.rules import ClassEffect, DrugClass
    from medrisk.service import Medrisk

    Classes = Sequence[tuple[DrugClass, tuple[ClassEffect, ...]]]

Json = dict[str, Any]
_NOT_KNOWN = "not known, which does not mean safe"
_NO_CLASS = "in no class of this knowledge, which does not mean safe"


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
        "ingredients": [ingredient_to_dict(i) for i in line.ingredients],
        "candidates": [
            {"name": c.name, "rxcui": c.ingredients[0].rxcui if len(c.ingredients) == 1 else None,
             "ingredients": [ingredient_to_dict(i) for i in c.ingredients], "score": c.score}
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


def ingredient_to_dict(ingredient: Ingredient) -> Json:
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


def classify_name(service: Medrisk, name: str) -> Iterator[Json]:
    """One answer for each ingredient, or one that says that the name is not known."""
    line = service.normalize(name)
    if line.status != "matched":
        status = "ambiguous" if line.status == "ambiguous" else "unknown"
        candidates = list(dict.fromkeys(candidate.name for candidate in line.candidates))
        yield {"query": name, "ingredient": None, "status": status, "candidates": candidates, "message": _NOT_KNOWN}
        return
    for ingredient, rxcui, classes in service.classify(name):
        known = {"query": name, "ingredient": ingredient, "rxcui": rxcui, "status": line.status, "method": line.method}
        yield known | _classes(classes) | ({} if classes else {"message": _NO_CLASS})


def _classes(classes: Classes) -> Json:
    effects = _best_grades(effect for _, found in classes for effect in found)
    listed = [
        {"id": c.id, "name": c.name, "role": c.role, "effects": list(grades), "evidence": grades}
        for c, found in classes
        for grades in [_best_grades(found)]
    ]
    return {"classes": listed, "effects": list(effects), "evidence": effects}


def _best_grades(effects: Iterable[ClassEffect]) -> dict[str, str]:
    """Each effect with the best grade that any of them gives it."""
    best: dict[str, ClassEffect] = {}
    for effect in effects:
        known = best.get(effect.effect)
        if known is None or effect.grade.rank > known.grade.rank:
            best[effect.effect] = effect
    return {name: effect.grade.value for name, effect in best.items()}


def as_plain(value: Any) -> Any:
    """Frozen values as JSON knows them."""
    if isinstance(value, Quantity):
        return str(value)
    if is_dataclass(value):
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(value)
    return [as_plain(item) for item in value] if isinstance(value, tuple) else value
