"""The fields beside the text of a check, as what is stated of the patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from medrisk.core.labs import unit_key
from medrisk.core.rules import KnowledgeBase
from medrisk.core.stated import Stated, StatedFact


def read_stated(body: Mapping[str, Any], knowledge: KnowledgeBase) -> Stated | None:
    """What a checked request states; None where it states nothing."""
    facts = tuple(StatedFact(place, " ".join(words.split())) for place, words in _facts(body, knowledge))
    if not facts and "age" not in body and "sex" not in body:
        return None
    return Stated(body.get("age"), body.get("sex"), facts)


def _facts(body: Mapping[str, Any], knowledge: KnowledgeBase) -> Iterator[tuple[str, str]]:
    if "pregnant" in body:
        yield "pregnant", "pregnant" if body["pregnant"] else "not pregnant"
    if "egfr" in body:
        yield "egfr", lab_words("eGFR", body["egfr"], "mL/min/1.73m2")
    if "creatinine_clearance" in body:
        yield "creatinine_clearance", lab_words("creatinine clearance", body["creatinine_clearance"], "mL/min")
    for number, symptom in enumerate(body.get("symptoms", ())):
        name = fact_words(knowledge, "symptoms", symptom["name"])
        onset = f" for {symptom['onset_days']} days" if "onset_days" in symptom else ""
        yield f"symptoms[{number}]", f"no {name}" if symptom.get("denied") else f"{name}{onset}"
    for number, condition in enumerate(body.get("conditions", ())):
        name = fact_words(knowledge, "conditions", condition["name"])
        yield f"conditions[{number}]", f"no {name}" if condition.get("denied") else name
    for number, lab in enumerate(body.get("labs", ())):
        name, unit = fact_words(knowledge, "labs", lab["name"]), lab.get("unit", "")
        words = lab_words(name, lab["value"], unit, lab.get("comparator", ""))
        yield f"labs[{number}]", words if is_read_with(knowledge, lab["name"], unit) else ""


def fact_words(knowledge: KnowledgeBase, kind: str, name: str) -> str:
    """Words by which the reader knows the entry with this id; any other name as it is."""
    for entry in knowledge.clinical.get(kind, ()):
        if entry["id"] == name:
            return plain_term(entry)
    return name


def plain_term(entry: Mapping[str, Any]) -> str:
    """The term of an entry that reads like its id, else its first; each choice in it ("artery|arterial") by its first word."""
    terms = [" ".join(word.split("|")[0] for word in term.split() if word != "+") for term in entry["terms"]]
    wanted = entry["id"].replace("_", " ")
    return next((term for term in terms if term.lower() == wanted), terms[0])


def is_read_with(knowledge: KnowledgeBase, name: str, unit: str) -> bool:
    """Whether a result in this unit can be read. A list's reader passes over an odd word and takes the usual unit, which
    would give a value in a strange unit a meaning.
    """
    if not unit or "/" in unit:
        return True
    known = (e for e in knowledge.clinical.get("labs", ()) if name.lower() in {e["id"], *(t.lower() for t in _terms(e))})
    return any(unit_key(unit) in map(unit_key, _units(entry)) for entry in known)


def _terms(entry: Mapping[str, Any]) -> list[str]:
    return list(entry["terms"])


def _units(entry: Mapping[str, Any]) -> list[str]:
    return list(entry["units"])


def lab_words(name: str, value: float, unit: str, comparator: str = "") -> str:
    """A result as laboratories write it."""
    number = f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{name} {comparator}{number} {unit}".rstrip()
