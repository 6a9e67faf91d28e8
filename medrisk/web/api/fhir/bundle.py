"""A FHIR R4 Bundle, List or single resource as a list in words with what is stated beside it.

Every resource is read by itself. One that cannot be used is told in an issue and stops nothing; only a document that is
no list at all, or that mixes patients, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from medrisk.core.circumstances import Sex
from medrisk.core.stated import Stated, StatedFact
from medrisk.errors import InputError
from medrisk.fhir.tree import Json, address_of, code_of, id_of, instant_of, many, one
from medrisk.service import Medrisk
from medrisk.web.api.fhir import facts
from medrisk.web.api.fhir.drugs import DOSAGE_FIELDS, read_drug

_HINT = "Send a Bundle of one patient's medication resources, or a List with them contained."
# Others that come along with a list and say nothing that is read here.
_SILENT = frozenset({"Medication", "Practitioner", "PractitionerRole", "Organization", "Encounter", "Location", "Provenance"})
_PARENTS = {
    "MedicationDispense": ("authorizingPrescription",),
    "MedicationAdministration": ("request",),
    "MedicationStatement": ("basedOn", "derivedFrom"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a resource stood: as an expression of FHIR, and as other resources refer to it."""

    expression: str
    reference: str


@dataclass(frozen=True, slots=True)
class Issue:
    place: Place | None
    text: str


@dataclass(slots=True)
class FhirList:
    """What was understood. ``lines`` leads from the line numbers of the text back to the resources."""

    lines: dict[int, Place] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    facts: list[StatedFact] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    age: float | None = None
    sex: Sex | None = None
    patient: str = ""
    timestamp: str = ""

    @property
    def text(self) -> str:
        """Blank lines stand between the entries, so that no entry is taken for the directions of the one before."""
        return "\n\n".join(self.texts)

    @property
    def stated(self) -> Stated:
        return Stated(self.age, self.sex, tuple(self.facts))

    def add_line(self, text: str, place: Place) -> None:
        self.lines[2 * len(self.texts) + 1] = place
        self.texts.append(text)

    def add_fact(self, text: str, place: Place) -> None:
        self.places[place.expression] = place
        self.facts.append(StatedFact(place.expression, text))

    def tell(self, place: Place | None, text: str) -> None:
        if text:
            self.issues.append(Issue(place, text))


class _Index:
    """The resources of a document by the ways in which others refer to them."""

    def __init__(self, found: list[tuple[Place, Json, str]]) -> None:
        self.by_name: dict[str, Json] = {}
        for place, resource, full_url in found:
            for name in (full_url, place.reference, f"{resource['resourceType']}/{code_of(resource.get('id'))}"):
                if name:
                    self.by_name.setdefault(name, resource)

    def find(self, reference: Json, holder: Json) -> Json:
        name = code_of(reference.get("reference"))
        if name.startswith("#"):
            return next((r for r in many(holder.get("contained")) if code_of(r.get("id")) == name[1:]), {}) or self._by(name)
        return self._by(name)

    def _by(self, name: str) -> Json:
        tail = "/".join(name.split("/_history/")[0].split("/")[-2:])
        return self.by_name.get(name) or self.by_name.get(tail) or {}


def read_fhir(document: Json, service: Medrisk, day: date | None) -> FhirList:
    """``day`` is the day of the age; without it, that of Bundle.timestamp counts."""
    found = list(_resources(document))
    index = _Index(found)
    patient = _only_patient(found, index)
    answer = FhirList(timestamp=instant_of(document.get("timestamp")))
    for expression in _unreadable(document):
        answer.tell(Place(expression, ""), "There is no resource here that can be read.")
    day = day or facts.read_day(document.get("timestamp"))
    results: list[tuple[str, facts.Result]] = []
    for place, resource, _ in found:
        kind = resource["resourceType"]
        if kind in DOSAGE_FIELDS:
            _add_drug(answer, place, resource, index, service)
        elif kind == "Patient" and resource is patient:
            answer.patient, answer.sex = place.reference, facts.read_sex(resource)
            answer.age, remark = facts.read_age(resource, day)
            answer.tell(place, remark)
        elif kind == "Condition":
            text, remark = facts.read_condition(resource, service.knowledge, day)
            answer.tell(place, remark)
            if text:
                answer.add_fact(text, place)
        elif kind == "Observation":
            read, remark = facts.read_results(resource, service.knowledge)
            answer.tell(place, remark)
            answer.places[place.expression] = place
            results += [(place.expression, result) for result in read]
        elif kind == "AllergyIntolerance":
            answer.tell(place, "Allergies and intolerances are not checked here.")
        elif kind not in _SILENT:
            answer.tell(place, "Resources of this kind are not read here.")
    _add_results(answer, results)
    return answer


def _add_drug(answer: FhirList, place: Place, resource: Json, index: _Index, service: Medrisk) -> None:
    for name in _PARENTS.get(resource["resourceType"], ()):
        for reference in many(resource.get(name)):
            if index.find(reference, resource).get("resourceType") == "MedicationRequest":
                answer.tell(place, "It belongs to a MedicationRequest that is here too, and was not read a second time.")
                return
    line = read_drug(resource, lambda reference: index.find(reference, resource), service)
    answer.tell(place, line.remark)
    if line.text:
        answer.add_line(line.text, place)


def _add_results(answer: FhirList, results: list[tuple[str, facts.Result]]) -> None:
    kept, replaced = facts.newest(results)
    for expression, result in kept:
        answer.add_fact(result.text, answer.places[expression])
    for expression in dict.fromkeys(replaced):
        answer.tell(answer.places[expression], "A later result of the same test replaces it.")


def _resources(document: Json) -> Iterator[tuple[Place, Json, str]]:
    """Each resource with where it stands and its full address."""
    kind = document.get("resourceType")
    if kind == "Bundle":
        for number, entry in enumerate(document["entry"] if isinstance(document.get("entry"), list) else ()):
            resource, full_url = one(one(entry).get("resource")), address_of(one(entry).get("fullUrl"))
            if _kind_of(resource):
                name = id_of(resource)
                reference = f"{_kind_of(resource)}/{name}" if name else full_url
                yield Place(f"Bundle.entry[{number}].resource", reference), resource, full_url
    elif kind == "List":
        deleted = {code_of(one(e.get("item")).get("reference")) for e in many(document.get("entry")) if e.get("deleted") is True}
        for number, resource in enumerate(many(document.get("contained"))):
            reference = f"#{id_of(resource)}"
            if _kind_of(resource) and reference not in deleted:
                yield Place(f"List.contained[{number}]", reference), resource, reference
    elif isinstance(kind, str) and kind in {*DOSAGE_FIELDS, "Patient", "Condition", "Observation"}:
        name = id_of(document)
        yield Place(kind, f"{kind}/{name}" if name else ""), document, ""
    else:
        raise InputError("This is no FHIR resource that is read here.", hint=_HINT, field="resourceType")


def _unreadable(document: Json) -> Iterator[str]:
    """Entries of a Bundle without a resource, and entries of a List of which nothing is contained."""
    entries = document.get("entry")
    contained = {f"#{code_of(resource.get('id'))}" for resource in many(document.get("contained"))}
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if document.get("resourceType") == "Bundle" and not _kind_of(one(one(entry).get("resource"))):
            yield f"Bundle.entry[{number}]"
        elif document.get("resourceType") == "List" and code_of(one(one(entry).get("item")).get("reference")) not in contained:
            yield f"List.entry[{number}]"


def _kind_of(resource: Json) -> str:
    kind = resource.get("resourceType")
    return kind if isinstance(kind, str) and kind.isalpha() else ""


def _only_patient(found: list[tuple[Place, Json, str]], index: _Index) -> Json:
    """The patient, or nothing where none is named. Two patients' drugs in one list would be checked against each other."""
    patients = [resource for _, resource, _ in found if resource["resourceType"] == "Patient"]
    subjects: dict[str, None] = {}
    for _, resource, _ in found:
        for name in ("subject", "patient"):
            target = code_of(one(resource.get(name)).get("reference"))
            known = index.find(one(resource.get(name)), resource)
            if target and known not in patients:
                subjects["/".join(target.split("/")[-2:])] = None
    if len(patients) + (0 if patients else len(subjects)) > 1 or (patients and len(subjects) > 1):
        raise InputError("The resources belong to more than one patient.", hint=_HINT, field="Bundle.entry")
    return patients[0] if patients else {}
