"""What came with a call, what is missing of it, and fetching that where the site permits.

A key of ours that is there counts, also as null, which means that the EHR has nothing. An OperationOutcome means that the
EHR tried and failed, so nobody tries again. Other keys are read too: an EHR may send under one key what several services
asked for, and what they hold is told by the resources themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from medrisk.fhir.tree import code_of, many, one
from medrisk.web.api.fhir.drugs import DOSAGE_FIELDS
from medrisk.web.cds_hooks.call import Call
from medrisk.web.cds_hooks.fhir_server import FhirServer
from medrisk.web.cds_hooks.resources import Found, find_resources
from medrisk.web.cds_hooks.services import PREFETCH, REQUIRED_KEY

_KINDS = {
    "patient": frozenset({"Patient"}),
    "medications": frozenset(DOSAGE_FIELDS),
    "statements": frozenset({"MedicationStatement"}),
    "conditions": frozenset({"Condition"}),
    "labs": frozenset({"Observation"}),
}
_DRUGS = _KINDS[REQUIRED_KEY]
# Of results the first page has the newest, and there is one patient.
_ONE_PAGE = frozenset({"patient", "labs"})
_SEARCHED = re.compile(r"/([A-Z][A-Za-z]+)(?:\?|$)")
_FAILED = "The EHR could not read it."
_NOT_SENT = "It was not sent."
_PATIENT = "{{context.patientId}}"


@dataclass(slots=True)
class Gathered:
    """The resources that came or were fetched. ``lacking`` says why a key of ours has nothing.

    ``incomplete``: pages that may hold drugs were neither sent nor fetched.
    """

    resources: list[Found] = field(default_factory=list)
    lacking: dict[str, str] = field(default_factory=dict)
    incomplete: bool = False
    _names: set[str] = field(default_factory=set)

    def add(self, found: Iterable[Found]) -> None:
        """Each resource once, as it came first."""
        for new in found:
            name = new.name
            if not name or name not in self._names:
                self._names.add(name)
                self.resources.append(new)


def gather(call: Call, allowed: Sequence[str]) -> Gathered:
    """``allowed`` are the base addresses of the FHIR servers that may be asked."""
    got = Gathered()
    seen: set[str] = set()
    following: dict[str, str] = {}
    for key, value in call.prefetch.items():
        got.add(find_resources(value))
        kinds = _kinds_of(value)
        if key not in PREFETCH:
            seen |= kinds
        elif _is_failure(value):
            got.lacking[key] = _FAILED
        elif not _is_answer(value):
            got.lacking[key] = _NOT_SENT
        if kinds & _DRUGS and (page := _next_page(value)):
            following[key] = page
    for key in PREFETCH:
        if key not in call.prefetch and not seen & _KINDS[key]:
            got.lacking[key] = _NOT_SENT
    _fetch(call, got, following, allowed)
    return got


def _fetch(call: Call, got: Gathered, following: Mapping[str, str], allowed: Sequence[str]) -> None:
    missing = [key for key, why in got.lacking.items() if why == _NOT_SENT]
    if why := _hindrance(call, allowed):
        got.lacking |= dict.fromkeys(missing, f"{_NOT_SENT} {why}")
        got.incomplete = bool(following)
        return
    server = FhirServer(call.fhir_server, call.access_token)
    first = {key: f"{server.base}/{PREFETCH[key].replace(_PATIENT, call.patient_id)}" for key in missing}
    for key, answer in server.read_all({**first, **following}, _ONE_PAGE).items():
        for page in answer.pages:
            got.add(find_resources(page))
        if key in first and answer.pages:
            del got.lacking[key]
        elif key in first:
            got.lacking[key] = f"{_NOT_SENT} {answer.problem}"
        holds_drugs = key in following or bool(_KINDS[key] & _DRUGS)
        got.incomplete |= bool(answer.problem) and holds_drugs and (key in following or bool(answer.pages))


def _hindrance(call: Call, allowed: Sequence[str]) -> str:
    if not call.fhir_server or not call.access_token:
        return "The call brought no leave to fetch it (fhirServer and fhirAuthorization)."
    if call.fhir_server not in allowed:
        return "The FHIR server of the call is not one that this site permits (MEDRISK_CDS_FHIR_SERVERS)."
    if not call.patient_id:
        return "The context names no patient to fetch it for."
    return ""


def _is_failure(value: Any) -> bool:
    """An OperationOutcome, or a Bundle with one that tells of an error. One that warns of something changes nothing."""
    if one(value).get("resourceType") == "OperationOutcome":
        return True
    inside = [one(entry.get("resource")) for entry in many(one(value).get("entry"))]
    outcomes = [resource for resource in inside if resource.get("resourceType") == "OperationOutcome"]
    return any(
        issue.get("severity") in {"error", "fatal"} for outcome in outcomes for issue in many(outcome.get("issue"))
    )


def _is_answer(value: Any) -> bool:
    """Whether it says anything, be it that there is nothing: "" or {} does not."""
    return (
        value is None
        or isinstance(value, list)
        or any(name in one(value) for name in ("resourceType", "resource", "entry"))
    )


def _kinds_of(value: Any) -> set[str]:
    """The kinds of resource that a value holds or, where it is an empty search, was searched for."""
    kinds = {found.kind for found in find_resources(value)}
    for link in many(one(value).get("link")):
        if link.get("relation") == "self" and (match := _SEARCHED.search(code_of(link.get("url")))):
            kinds.add(match[1])
    return kinds


def _next_page(value: Any) -> str:
    links = [link for link in many(one(value).get("link")) if link.get("relation") == "next"]
    return next((code_of(link.get("url")) for link in links), "")
