"""A knowledge base of a few classes and rules, built by hand, for the tests of the engine, the ranking and the notes.

The facts are made up to be simple; none of them is meant to be true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from medrisk.core.clinical import LabResult, SymptomMention
from medrisk.core.engine import Engine, Findings
from medrisk.core.model import DailyDose, Ingredient, Medication, Patient
from medrisk.core.routes import SYSTEMIC_ROUTES
from medrisk.core.rules import (
    ClassEffect,
    ConditionInfo,
    DoseBound,
    DrugClass,
    EffectName,
    Evidence,
    Examples,
    Grade,
    KnowledgeBase,
    LabInfo,
    RedFlag,
    Rule,
    Selector,
    Severity,
    Slot,
    Source,
    SourceRef,
    SymptomInfo,
    Test,
)
from medrisk.core.units import parse_quantity

READ = SourceRef("label", "section 5", verified=True)
NOT_READ = SourceRef("background", "general knowledge", verified=False)
_NO_EXAMPLES = Examples((), ())


def effect(name: str, grade: Grade = Grade.ESTABLISHED, **fields: Any) -> ClassEffect:
    return ClassEffect(name, grade, fields.pop("sources", (READ,)), **fields)


def drug_class(name: str, members: Sequence[str], *effects: ClassEffect, **fields: Any) -> DrugClass:
    plain: dict[str, Any] = {
        "status": "draft", "name": name.capitalize(), "role": "promoter", "routes": SYSTEMIC_ROUTES, "duplicate": False,
        "mechanism": f"{name} acts so.", "evidence": Evidence(Grade.ESTABLISHED, (READ,)), "examples": _NO_EXAMPLES,
    }  # fmt: skip
    return DrugClass(id=name, members=tuple(members), effects=effects, **{**plain, **fields})


def slot(*names: str, routes: frozenset[str] = SYSTEMIC_ROUTES, **fields: Any) -> Slot:
    """A slot of classes ("class:statin"), effects ("effect:low_k") and ingredients; ``dose="over 20 mg"`` bounds it."""
    selectors = tuple(_selector(name) for name in names)
    if "dose" in fields:
        op, amount = fields["dose"].split(" ", 1)
        fields["dose"] = DoseBound(op, parse_quantity(amount))
    return Slot(selectors, routes, **fields)


def _selector(name: str) -> Selector:
    kind, _, value = name.rpartition(":")
    return Selector(**{{"class": "drug_class", "effect": "effect", "": "ingredient"}[kind]: value})


def rule(name: str, *slots: Slot, **fields: Any) -> Rule:
    plain: dict[str, Any] = {
        "status": "draft", "kind": "pair", "name": name.replace("-", " ").capitalize(), "severity": Severity.MAJOR, "interruptive": True,
        "effects": ("myopathy",), "mechanism": "it is so.", "action": ("ask the prescriber",), "jurisdiction": frozenset({"any"}),
        "evidence": Evidence(Grade.ESTABLISHED, (READ,)), "examples": _NO_EXAMPLES,
    }  # fmt: skip
    return Rule(id=name, participants=slots, **{**plain, **fields})


def red_flag(name: str, when: Test, **fields: Any) -> RedFlag:
    evidence = Evidence(Grade.ESTABLISHED, (READ,))
    return RedFlag(name, "draft", name.capitalize(), when, True, "it is urgent.", ("see the patient today",), evidence, _NO_EXAMPLES, **fields)


CLASSES = (
    drug_class("statin", ["simvastatin", "rosuvastatin"], effect("myopathy"), effect("muscle_cramp", Grade.POSSIBLE)),
    drug_class("thiazide", ["hydrochlorothiazide", "indapamide"], effect("hypokalaemia"), effect("hypomagnesaemia", Grade.PROBABLE)),
    drug_class("loop", ["furosemide"], effect("hypokalaemia")),
    drug_class("steroid", ["prednisone"], effect("hypokalaemia", Grade.PROBABLE)),
    drug_class("laxative", ["senna"], effect("hypokalaemia", Grade.POSSIBLE)),
    drug_class(
        "beta2", ["salmeterol", "formoterol"], effect("muscle_cramp"), routes=frozenset({"inhaled", "nebulised"}) | SYSTEMIC_ROUTES
    ),
    drug_class("beta_blocker", ["timolol", "metoprolol"], role="grouping"),
    drug_class("ace_inhibitor", ["lisinopril", "ramipril"], role="grouping"),
    drug_class("nsaid", ["ibuprofen", "naproxen"], role="grouping"),
)


def knowledge(*rules: Rule, classes: Sequence[DrugClass] = CLASSES, red_flags: Sequence[RedFlag] = ()) -> KnowledgeBase:
    effects = ("myopathy", "muscle_cramp", "hypokalaemia", "hypomagnesaemia")
    return KnowledgeBase(
        version="test",
        classes={c.id: c for c in classes},
        rules={r.id: r for r in rules},
        red_flags=tuple(red_flags),
        sources={
            "label": Source("label", "A label", "label", "DailyMed", "seen", "2026-11-22", None),
            "background": Source("background", "General knowledge", "background", "none", "background", None, None),
        },
        effects={name: EffectName(name, name.replace("_", " ").capitalize(), "muscle", name) for name in effects},
        symptoms={"muscle_cramp": SymptomInfo("muscle_cramp", "Muscle cramp", ("muscle_cramp", "hypokalaemia"))},
        conditions={"cirrhosis": ConditionInfo("cirrhosis", "Cirrhosis", "alternative_cause", ("muscle_cramp",), "It cramps.", (READ,))},
        labs={"potassium": LabInfo("potassium", "Potassium", "mmol/L", 3.5, 5.0, "hypokalaemia", None)},
    )


def med(text: str, line: int = 0, route: str = "unknown", status: Any = "active") -> Medication:
    """``med("simvastatin 40 mg")``: an ingredient and, where known, its daily dose."""
    name, _, amount = text.partition(" ")
    return Medication(Ingredient(name), line, route, status, DailyDose(parse_quantity(amount)) if amount else None)


def meds(*texts: str) -> list[Medication]:
    """Each on a line of its own."""
    return [med(text, line) for line, text in enumerate(texts)]


def potassium(value: float, interpretation: Any = None, comparator: Any = None) -> LabResult:
    low_or_normal = "low" if value < 3.5 else "normal"
    return LabResult(
        id="potassium", name="Potassium", text=f"K {value}", start=0, end=5, value=value, comparator=comparator, unit="mmol/L",
        canonical_value=value, canonical_unit="mmol/L", interpretation=interpretation or low_or_normal, note=None, date=None,
    )  # fmt: skip


def cramp(**changes: Any) -> SymptomMention:
    plain = {"negated": False, "experiencer": "patient", "hypothetical": False, "historical": False}
    return SymptomMention("muscle_cramp", "Muscle cramp", "cramps", 0, 6, **{**plain, **changes})


def find(base: KnowledgeBase, medications: Sequence[Medication], jurisdiction: str = "US", **facts: Any) -> Findings:
    return Engine(base, jurisdiction).find(medications, Patient(**facts))


def fired(found: Findings) -> dict[str, list[str]]:
    """The rules that fired and were decided, each with its drugs; classes aside."""
    return {
        f.rule: [m.ingredient.name for m in f.medications] for f in found.findings if f.kind != "drug_class" and not f.unchecked
    }


def unchecked(found: Findings) -> dict[str, tuple[str, ...]]:
    """The rules that could not be decided, each with what was missing."""
    return {f.rule: f.unchecked for f in found.findings if f.unchecked}


def on_line(medication: Medication, line: int) -> Medication:
    return replace(medication, line=line)
