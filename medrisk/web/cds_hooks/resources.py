"""FHIR resources out of whatever holds them, as FHIR R4 has them.

EHRs send Bundles with and without a type, entries with and without ``resource`` around them, lists, answers of batches,
and resources of DSTU2, STU3 and R5. All of it becomes resources that the FHIR reader of the API knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from medrisk.fhir.tree import Json, address_of, code_of, one
from medrisk.web.api.fhir.drugs import DOSAGE_FIELDS

_DEEPEST = 12
# Names that a resource had in DSTU2.
_OLD_NAMES = {"MedicationOrder": "MedicationRequest"}


@dataclass(frozen=True, slots=True)
class Found:
    """A resource with the address that its Bundle gives it."""

    resource: Json
    full_url: str = ""

    @property
    def kind(self) -> str:
        return str(self.resource["resourceType"])

    @property
    def name(self) -> str:
        """MedicationRequest/123, or nothing where it has no id."""
        id_ = code_of(self.resource.get("id"))
        return f"{self.kind}/{id_}" if id_ else ""


def find_resources(value: Any, deepest: int = _DEEPEST) -> Iterator[Found]:
    """Every resource in a Bundle, a list, an entry, or standing by itself. Bundles in Bundles are opened too."""
    if isinstance(value, list):
        for item in value if deepest else ():
            yield from find_resources(item, deepest - 1)
    elif isinstance(value, dict) and deepest:
        kind = value.get("resourceType")
        if isinstance(kind, str) and kind.isalpha() and kind not in {"Bundle", "OperationOutcome"}:
            yield Found(_as_r4(value), address_of(value.get("fullUrl")))
        elif isinstance(value.get("entry"), list):
            yield from find_resources(value["entry"], deepest - 1)
        elif isinstance(value.get("resource"), dict):
            full_url = address_of(value.get("fullUrl"))
            for found in find_resources(value["resource"], deepest - 1):
                yield Found(found.resource, full_url or found.full_url)


def is_drug(found: Found) -> bool:
    return found.kind in DOSAGE_FIELDS


def names_a_drug(found: Found) -> bool:
    """Whether a drug was chosen yet: an order that is being written begins without one."""
    concept, reference = (
        one(found.resource.get("medicationCodeableConcept")),
        one(found.resource.get("medicationReference")),
    )
    return bool(concept or reference)


def as_taken(found: Found) -> Found:
    """A draft as if it were signed already: that is the question. One that was cancelled or stopped stays so."""
    resource = dict(found.resource)
    if resource.get("status") in {None, "", "draft", "on-hold", "unknown"}:
        resource["status"] = "active"
    if resource.get("intent") in {"proposal", "plan", "option"}:
        resource["intent"] = "order"
    return Found(resource, found.full_url)


def as_bundle(resources: list[Found]) -> Json:
    """The resources in order. The reader names each by its place in this Bundle."""
    return {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"resource": found.resource, **({"fullUrl": found.full_url} if found.full_url else {})} for found in resources],
    }  # fmt: skip


def _as_r4(resource: Json) -> Json:
    changed = dict(resource)
    kind = resource["resourceType"]
    changed["resourceType"] = _OLD_NAMES.get(kind, kind)
    if changed["resourceType"] not in DOSAGE_FIELDS:
        return changed
    # R5 has one field for both ways of naming the drug.
    medication = one(resource.get("medication"))
    for ours, theirs in (("medicationCodeableConcept", "concept"), ("medicationReference", "reference")):
        if one(medication.get(theirs)) and not one(resource.get(ours)):
            changed[ours] = medication[theirs]
    if resource.get("taken") == "n":  # STU3
        changed["status"] = "not-taken"
    return changed
