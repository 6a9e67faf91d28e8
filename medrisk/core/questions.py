"""What to ask: the labs and facts whose answers would change the notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from medrisk.core.conditions import PatientFacts
from medrisk.core.engine import Findings
from medrisk.core.model import Note
from medrisk.core.rules import KnowledgeBase, Tier
from medrisk.core.wording import join


def ask(found: Findings, notes: Sequence[Note], knowledge: KnowledgeBase, facts: PatientFacts) -> tuple[str, ...]:
    """The questions whose answers would change the notes: labs and facts that rules or classes lack, then the classes' own."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for what, drugs in found.asks.items():
        wanted[_asked_as(what)].update(drugs)
    has_symptom = any(facts.symptoms.values())
    classes = [(note, knowledge.classes[note.rule]) for note in notes if note.kind == "drug_class"]
    for note, drug_class in classes:
        if has_symptom and note.tier is not Tier.INFO:
            for lab in drug_class.asks_for:
                wanted[_asked_as(lab)].update(note.drugs)
    open_ones = [(what, drugs) for what, drugs in wanted.items() if not _is_known(what, facts)]
    questions = [
        _question(what, drugs, knowledge)
        for what, drugs in sorted(open_ones, key=lambda item: (-len(item[1]), item[0]))
    ]
    for note, drug_class in classes:
        if has_symptom and note.tier is not Tier.INFO:
            questions += [f"{join(note.drugs)}: {question}" for question in drug_class.questions[:2]]
    return tuple(dict.fromkeys(questions))


# Either answers for the kidneys; asking for both would be asking twice.
_KIDNEY = ("egfr", "creatinine_clearance", "creatinine")


def _asked_as(what: str) -> str:
    return _KIDNEY[0] if what in _KIDNEY else what


def _is_known(what: str, facts: PatientFacts) -> bool:
    if what == "age":
        return facts.patient.age is not None
    if what == "sex":
        return facts.patient.sex is not None
    names = _KIDNEY[:2] if what == _KIDNEY[0] else (what,)
    return any(result.canonical_value is not None for name in names for result in facts.labs.get(name, ()))


def _question(what: str, drugs: Iterable[str], knowledge: KnowledgeBase) -> str:
    lab = knowledge.labs.get(what)
    name = {"age": "age", "sex": "sex", "egfr": "eGFR or creatinine clearance"}.get(what) or (
        lab.name if lab else what.replace("_", " ")
    )
    name = name.lower() if name[1:2].islower() and not name.startswith("eGFR") else name
    return f"What is the {name}? It is not known and matters for {join(sorted(drugs))}."
