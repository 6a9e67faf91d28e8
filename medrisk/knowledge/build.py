"""Checked documents -> the values of ``medrisk.core.rules``. Nothing is checked again here.

Two things are left behind on the way: entries that are retired, and figures that nobody read in a source.
"""

from __future__ import annotations

from medrisk.core.rules import (
    ClassEffect,
    ConditionInfo,
    DrugClass,
    EffectName,
    Grade,
    KnowledgeBase,
    LabInfo,
    LookAlike,
    Onset,
    Source,
    SymptomInfo,
)
from medrisk.knowledge.build_parts import (
    build_claim,
    build_evidence,
    build_examples,
    build_refs,
    build_routes,
)
from medrisk.knowledge.build_rules import RuleBuilder
from medrisk.knowledge.build_scales import build_scale
from medrisk.knowledge.documents import Document, Documents


def build_knowledge(documents: Documents) -> KnowledgeBase:
    """The knowledge as the engine uses it."""
    rules = RuleBuilder({lab["id"]: lab for lab in documents.labs})
    return KnowledgeBase(
        version=documents.version,
        classes={key: _build_class(entry) for key, entry in documents.classes.items() if is_in_force(entry)},
        rules={key: rules.rule(entry) for key, entry in documents.rules.items() if is_in_force(entry)},
        red_flags=tuple(rules.red_flag(entry) for entry in documents.red_flags if is_in_force(entry)),
        sources={key: _build_source(key, entry) for key, entry in documents.sources.items()},
        effects={key: EffectName(id=key, **entry) for key, entry in documents.effects.items()},
        symptoms={entry["id"]: _build_symptom(entry) for entry in documents.symptoms},
        conditions={entry["id"]: _build_condition(entry) for entry in documents.conditions},
        labs={entry["id"]: _build_lab(entry) for entry in documents.labs},
        look_alikes=tuple(
            LookAlike(names=tuple(entry["names"]), sources=build_refs(entry["sources"]))
            for entry in documents.look_alikes
        ),
        scales={entry["id"]: build_scale(entry) for entry in documents.scales if is_in_force(entry)},
        clinical={"symptoms": documents.symptoms, "conditions": documents.conditions, "labs": documents.labs},
    )


def is_in_force(entry: Document) -> bool:
    return bool(entry["status"] != "retired")


def _build_class(entry: Document) -> DrugClass:
    return DrugClass(
        id=entry["id"],
        status=entry["status"],
        name=entry["name"],
        role=entry["role"],
        members=tuple(entry["members"]),
        routes=build_routes(entry["routes"]),
        duplicate=entry["duplicate"],
        mechanism=entry["mechanism"],
        effects=tuple(_build_effect(effect) for effect in entry["effects"]),
        evidence=build_evidence(entry["evidence"]),
        examples=build_examples(entry["examples"]),
        onset=_build_onset(entry["onset"]) if "onset" in entry else None,
        dose_dependence=build_claim(entry["dose_dependence"]) if "dose_dependence" in entry else None,
        monitoring=tuple(build_claim(claim) for claim in entry["monitoring"]),
        options=tuple(build_claim(claim) for claim in entry["options"]),
        questions=tuple(entry["questions"]),
        context=tuple(build_claim(claim) for claim in entry["context"]),
        do_not_stop=entry.get("do_not_stop"),
        asks_for=tuple(entry["asks_for"]),
        authored_by=entry["authored_by"],
        checked_by=entry["checked_by"],
    )


def _build_effect(entry: Document) -> ClassEffect:
    figures = tuple(build_claim(figure) for figure in entry["figures"])
    return ClassEffect(
        effect=entry["effect"],
        grade=Grade(entry["grade"]),
        sources=build_refs(entry["sources"]),
        figures=tuple(figure for figure in figures if figure.verified),
        mechanism=entry["mechanism"],
        members=frozenset(entry["members"]),
    )


def _build_onset(entry: Document) -> Onset:
    claim = build_claim(entry)
    days = (entry["days"][0], entry["days"][1]) if "days" in entry else None
    return Onset(text=claim.text, verified=claim.verified, days=days)


def _build_source(key: str, entry: Document) -> Source:
    return Source(
        id=key,
        citation=entry["citation"],
        kind=entry["kind"],
        locator=entry["locator"],
        checked=entry["checked"],
        read_on=entry.get("read_on"),
        note=entry.get("note"),
    )


def _build_symptom(entry: Document) -> SymptomInfo:
    return SymptomInfo(id=entry["id"], name=entry["name"], explained_by=tuple(entry["explained_by"]))


def _build_condition(entry: Document) -> ConditionInfo:
    return ConditionInfo(
        id=entry["id"],
        name=entry["name"],
        category=entry["category"],
        explains=tuple(entry["explains"]),
        note=entry["note"],
        sources=build_refs(entry["sources"]),
    )


def _build_lab(entry: Document) -> LabInfo:
    return LabInfo(
        id=entry["id"],
        name=entry["name"],
        unit=entry["unit"],
        low=entry.get("low"),
        high=entry.get("high"),
        low_effect=entry.get("low_effect"),
        high_effect=entry.get("high_effect"),
    )
