"""What this server offers over CDS Hooks: which hooks, and what it asks the EHR to send with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from medrisk.fhir.codes import LAB_OF_LOINC, PREGNANCY_STATUS

# What a list cannot be checked without. The rest makes the answer better.
REQUIRED_KEY = "medications"
# The newest results are enough: of each test only its last day counts.
_MOST_RESULTS = 100
_LAB_CODES = ",".join(sorted({*LAB_OF_LOINC, PREGNANCY_STATUS}))
PREFETCH = {
    "patient": "Patient/{{context.patientId}}",
    "medications": "MedicationRequest?patient={{context.patientId}}&status=active&_include=MedicationRequest:medication",
    "statements": "MedicationStatement?patient={{context.patientId}}&status=active&_include=MedicationStatement:medication",
    "conditions": "Condition?patient={{context.patientId}}",
    "labs": f"Observation?patient={{{{context.patientId}}}}&code={_LAB_CODES}&_sort=-date&_count={_MOST_RESULTS}",
}
# How a client says that it wants DetectedIssues, or nothing but what is serious. HL7's PDDI-CDS guide has services
# describe such options in discovery, and clients set them in the request.
DETECTED_ISSUE = "detected-issue"
ALERT_NON_SERIOUS = "alert-non-serious"
OPTIONS = [
    {
        "code": DETECTED_ISSUE, "type": "boolean", "name": "Offer a DetectedIssue",
        "description": "Each card carries a suggestion to create a DetectedIssue for its notes. Without it, cards carry no suggestion.",
    },
    {
        "code": ALERT_NON_SERIOUS, "type": "boolean", "name": "Tell what is not serious too",
        "description": "false leaves only what interrupts, is urgent, contraindicated or major. It cannot make the service louder than its site has set.",
    },
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Service:
    """One service. ``hooks`` are those that it answers; the first is the one it is listed with."""

    id: str
    hooks: tuple[str, ...]
    title: str
    description: str

    @property
    def hook(self) -> str:
        return self.hooks[0]


_ORDERS = ("order-select", "order-sign", "medication-prescribe")
_TEXT = "Draft knowledge, for pharmacist review."
SERVICES = {
    service.id: service
    for service in (
        Service(
            "medrisk-order-select", _ORDERS, "medrisk: risk notes while a drug is chosen",
            f"Interactions, dose caps and muscle-cramp risks that the selected medication orders bring to the patient's list. {_TEXT}",
        ),
        Service(
            "medrisk-order-sign", ("order-sign", "order-select", "medication-prescribe"), "medrisk: risk notes before an order is signed",
            f"Interactions, dose caps and muscle-cramp risks that the medication orders to be signed bring to the patient's list. {_TEXT}",
        ),
        Service(
            "medrisk-patient-view", ("patient-view",), "medrisk: risk notes on a patient's list",
            f"Interactions, dose caps and muscle-cramp risks of the patient's whole medication list. {_TEXT}",
        ),
        Service(
            "medrisk-medication-verify", ("medication-verify",), "medrisk: risk notes for the pharmacist who verifies an order",
            f"Interactions, dose caps and muscle-cramp risks that a signed order brings to the patient's list. {_TEXT}",
        ),
    )
}  # fmt: skip


def describe() -> dict[str, Any]:
    """The discovery document."""
    return {"services": [_described(service) for service in SERVICES.values()]}


def _described(service: Service) -> dict[str, Any]:
    return {
        "hook": service.hook,
        "title": service.title,
        "description": service.description,
        "id": service.id,
        "prefetch": PREFETCH,
        "usageRequirements": f"Needs the prefetch key {REQUIRED_KEY}, or leave to fetch it; better with the others.",
        # Of CDS Hooks, as the 3.0 ballot has it: STU2 is 2.0.
        "version": "STU2",
        "extension": {"configuration-items": OPTIONS},
    }
