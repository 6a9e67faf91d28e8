"""One FHIR resource as the cells of a row, or why it is not used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from medrisk.audit.inputs.shaping import NOT_TAKEN
from medrisk.fhir.codes import LAB_OF_LOINC, LOINC, NDC, RXNORM, UNSURE
from medrisk.fhir.directions import directions_of
from medrisk.fhir.tree import (
    code_of,
    codings,
    concept_words,
    first_code,
    many,
    number,
    one,
    plain,
    quantity_words,
    words,
)

DRUGS = {
    "MedicationRequest": "dosageInstruction", "MedicationStatement": "dosage", "MedicationAdministration": "dosage",
    "MedicationDispense": "dosageInstruction",
}  # fmt: skip
FACTS = frozenset({"Patient", "Condition", "Observation"})
# Resources that come along with the others and say nothing of what is taken.
SILENT = frozenset(
    {"Medication", "Practitioner", "PractitionerRole", "Organization", "Encounter", "Location", "Provenance"}
)
_PLANNED = frozenset({"intended", "preparation"})
_PROPOSED = frozenset({"proposal", "plan", "option"})
_DAYS = {"d": 1, "day": 1, "days": 1, "wk": 7, "week": 7, "weeks": 7, "mo": 30, "month": 30, "months": 30}
_DAY, _MONTH = 10, 7
_NO_DRUG = (
    "it names no drug, and the Medication that it refers to is neither in this file nor in Medication.ndjson beside it"
)
_NO_VALUE = "the result has no number of a kind that is read here"

Cells = dict[str, str | None]


class Named(NamedTuple):
    """What a drug is called, and its codes."""

    name: str
    rxcui: str
    ndc: str


def name_of(concept: Any, medication: dict[str, Any] | None = None) -> Named:
    codes = dict(reversed(list(codings(concept))))
    said = concept_words(concept) or _ingredients(medication or {})
    return Named(said, codes.get(RXNORM, ""), codes.get(NDC, ""))


def _ingredients(medication: dict[str, Any]) -> str:
    found = []
    for part in many(medication.get("ingredient")):
        strength = quantity_words(one(part.get("strength")).get("numerator"))
        if name := concept_words(part.get("itemCodeableConcept")):
            found.append(f"{name} {strength}".strip())
    return " / ".join(found)


def id_of_reference(value: Any) -> str:
    """The id that a reference ends in, without its version; of a urn the whole."""
    return code_of(one(value).get("reference")).split("/_history/")[0].rsplit("/", 1)[-1]


def drug_cells(resource: dict[str, Any], medications: Mapping[str, Named]) -> Cells | str:
    """The cells of a medication resource, or the reason why it is not used."""
    kind = resource["resourceType"]
    if reason := _not_taken(resource):
        return reason
    named = _named(resource, medications)
    if not any(named):
        return _NO_DRUG
    start, end = _period(resource, kind)
    return {
        "patient": _patient(resource),
        "drug": named.name or None,
        "directions": directions_of(resource.get(DRUGS[kind])) or None,
        "rxcui": named.rxcui or None,
        "ndc": named.ndc or None,
        "start": _whole(start),
        "end": end if len(end) >= _DAY else None,
        "days_supply": _supply(resource),
    }


def _not_taken(resource: dict[str, Any]) -> str:
    status, intent = words(resource.get("status")), words(resource.get("intent"))
    if resource.get("doNotPerform") is True:
        return "not taken: it says that the drug is not to be given"
    if status in NOT_TAKEN or status in _PLANNED:
        return f"not taken: status {status}"
    return f"not taken: intent {intent}" if intent in _PROPOSED else ""


def _named(resource: dict[str, Any], medications: Mapping[str, Named]) -> Named:
    if concept := one(resource.get("medicationCodeableConcept")):
        return name_of(concept)
    reference = one(resource.get("medicationReference"))
    target = id_of_reference(reference)
    for contained in many(resource.get("contained")):
        if code_of(contained.get("id")) == target.removeprefix("#"):
            return name_of(contained.get("code"), contained)
    return medications.get(target.removeprefix("urn:uuid:")) or Named(words(reference.get("display")), "", "")


def _patient(resource: dict[str, Any]) -> str | None:
    return id_of_reference(resource.get("subject") or resource.get("patient")).removeprefix("urn:uuid:") or None


def _period(resource: dict[str, Any], kind: str) -> tuple[str, str]:
    """First and last day as written; empty where it is not said."""
    if kind == "MedicationDispense":
        return words(resource.get("whenHandedOver")) or words(resource.get("whenPrepared")), ""
    if kind == "MedicationRequest":
        bounds = next((b for d in many(resource.get("dosageInstruction")) if (b := _bounds(d))), {})
        return words(bounds.get("start")) or words(resource.get("authoredOn")), words(bounds.get("end"))
    period = one(resource.get("effectivePeriod"))
    once = words(resource.get("effectiveDateTime"))
    # One dose was given on one day; a statement of one day says when it was true and not how long.
    return words(period.get("start")) or once, words(period.get("end")) or (
        once if kind == "MedicationAdministration" else ""
    )


def _bounds(dosage: dict[str, Any]) -> dict[str, Any]:
    return one(one(one(dosage.get("timing")).get("repeat")).get("boundsPeriod"))


def _whole(day: str) -> str | None:
    """A month or a year begins on its first day."""
    return {_MONTH: f"{day}-01", 4: f"{day}-01-01"}.get(len(day), day) or None


def _supply(resource: dict[str, Any]) -> str | None:
    duration = one(resource.get("daysSupply")) or one(
        one(resource.get("dispenseRequest")).get("expectedSupplyDuration")
    )
    value = number(duration.get("value"))
    unit = words(duration.get("code")) or words(duration.get("unit")) or "d"
    return None if value is None or unit.lower() not in _DAYS else plain(value * _DAYS[unit.lower()])


def fact_cells(resource: dict[str, Any]) -> Cells | str:
    """What a Patient, Condition or Observation says of a patient, or why it is not used."""
    kind = resource["resourceType"]
    if kind == "Patient":
        return {"patient": code_of(resource.get("id")) or None, "sex": words(resource.get("gender")) or None}
    if (
        words(resource.get("status")) in NOT_TAKEN
        or first_code(resource.get("verificationStatus")) == "entered-in-error"
    ):
        return "entered in error or cancelled"
    if kind == "Condition":
        said = concept_words(resource.get("code"))
        verification = first_code(resource.get("verificationStatus"))
        over = first_code(resource.get("clinicalStatus")) in {"inactive", "remission", "resolved"}
        text = f"no {said}" if verification == "refuted" else f"history of {said}" if over else said
        text = f"possible {said}" if verification in UNSURE else text
        return {"patient": _patient(resource), "conditions": text} if said else "it names no condition"
    lab = next(
        (
            LAB_OF_LOINC[code]
            for system, code in codings(resource.get("code"))
            if system == LOINC and code in LAB_OF_LOINC
        ),
        "",
    )
    value = quantity_words(resource.get("valueQuantity"))
    return {"patient": _patient(resource), "labs": f"{lab.replace('_', ' ')} {value}"} if lab and value else _NO_VALUE
