"""A FHIR medication resource as one line of a list, the way a person would have written it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from medrisk.core.listing import is_heading, strip_bullet
from medrisk.core.model import Line
from medrisk.core.names import CodeSystem
from medrisk.core.units import Quantity
from medrisk.fhir.codes import NDC, RXNORM
from medrisk.fhir.directions import directions_of
from medrisk.fhir.tree import Json, codings, concept_words, many, one, quantity_words, words
from medrisk.service import Medrisk

# The field that holds the directions of each resource that is read as a medication.
DOSAGE_FIELDS = {
    "MedicationRequest": "dosageInstruction",
    "MedicationStatement": "dosage",
    "MedicationAdministration": "dosage",
    "MedicationDispense": "dosageInstruction",
}
_SYSTEMS: dict[str, CodeSystem] = {RXNORM: "rxcui", NDC: "ndc"}
_LABELS: dict[CodeSystem, str] = {"rxcui": "RxCUI", "ndc": "NDC"}

_TAKEN = frozenset({"active", "in-progress"})
_STOPPED = frozenset({"stopped", "completed"})
_PLANNED = frozenset({"draft", "intended", "on-hold", "preparation"})
_NOT_TAKEN = frozenset({"cancelled", "entered-in-error", "not-taken", "not-done", "declined"})
# What was given or handed out is with the patient; a prescription that ran its course is not.
_COMPLETED_IS_TAKEN = frozenset({"MedicationAdministration", "MedicationDispense"})
_ONLY_PROPOSED = frozenset({"proposal", "plan", "option"})

Find = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class DrugLine:
    """One line, empty where the resource is not one to check; ``words`` says why, or what to mind."""

    text: str = ""
    remark: str = ""


def read_drug(resource: Json, find: Find, service: Medrisk) -> DrugLine:
    """``find`` gives the resource that a reference leads to, or an empty one."""
    kind = resource["resourceType"]
    heading, remark = _status(kind, resource)
    if heading is None:
        return DrugLine(remark=remark)
    medication = find(one(resource.get("medicationReference")))
    concept = one(resource.get("medicationCodeableConcept")) or one(medication.get("code"))
    named = concept_words(concept) or words(one(resource.get("medicationReference")).get("display"))
    name, disagreement = _name(concept, named or _contents(medication), service)
    if not name or is_heading(strip_bullet(name)):
        return DrugLine(remark="It names no drug and was not checked.")
    parts = [f"{heading}{name}", directions_of(resource.get(DOSAGE_FIELDS[kind])), _reason(resource)]
    return DrugLine(", ".join(part for part in parts if part), disagreement or remark)


def _status(kind: str, resource: Json) -> tuple[str | None, str]:
    """What stands before the name on the line, None for what is not to be checked; and what to say of it."""
    status = words(resource.get("status"))
    if resource.get("doNotPerform") is True:
        return None, "It says that the drug is not to be given, and was left out."
    if status in _NOT_TAKEN:
        return None, f"Its status is {status}: it was left out."
    if status in _PLANNED or words(resource.get("intent")) in _ONLY_PROPOSED:
        return "planned: ", ""
    if status in _TAKEN or (status == "completed" and kind in _COMPLETED_IS_TAKEN):
        return "", ""
    if status in _STOPPED:
        return "stopped: ", ""
    return "", "Its status is not known: it was checked as taken."


def _name(concept: Json, named: str, service: Medrisk) -> tuple[str, str]:
    """The name for the line. A code counts where it is known; where words and code disagree, the words are read."""
    line: Line | None = None
    unknown = ""
    for system, code in codings(concept):
        book = _SYSTEMS.get(system)
        if book is None or not code.replace("-", "").isdigit() or len(code) > 14:
            continue
        label = f"{_LABELS[book]} {code}"
        drug = service.vocabulary.codes.by_code(book, code)
        if drug is None or len(drug.terms) != 1:
            unknown = unknown or label
            continue
        # Read only where there is something to compare it with: the check will read it again.
        line = line or (service.normalize(named) if named else None)
        by_words = {i.name for i in line.ingredients} if line and line.status == "matched" else set()
        if not by_words:
            return label, ""
        if set(drug.terms[0].ingredients) != by_words:
            return named, "Its code and its words name different drugs. The words were read: please confirm."
        if drug.strengths and line and line.sig.strengths and _texts(drug.strengths) != _texts(line.sig.strengths):
            return named, "Its code and its words name different strengths. The words were read: please confirm."
        if drug.strengths:
            return label, ""
    return named or unknown, ""


def _texts(strengths: Sequence[Quantity]) -> list[str]:
    return sorted(map(str, strengths))


def _contents(medication: Json) -> str:
    """Medication.ingredient of a product that has no name of its own."""
    found = []
    for part in many(medication.get("ingredient")):
        strength = quantity_words(one(part.get("strength")).get("numerator"))
        if name := concept_words(part.get("itemCodeableConcept")):
            found.append(f"{name} {strength}".strip())
    return " / ".join(found)


def _reason(resource: Json) -> str:
    reasons = [reason for concept in many(resource.get("reasonCode")) if (reason := concept_words(concept))]
    return f"for {reasons[0]}" if reasons else ""
