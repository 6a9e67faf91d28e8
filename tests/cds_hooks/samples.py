"""Requests as EHRs send them, made up here, each with one thing that real traffic does."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from .invariants import hold

Json = dict[str, Any]
ORDER_SELECT, ORDER_SIGN = "medrisk-order-select", "medrisk-order-sign"
PATIENT_VIEW, VERIFY = "medrisk-patient-view", "medrisk-medication-verify"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-03-02", "gender": "female"}
SIMVASTATIN_AMLODIPINE = "simvastatin-amlodipine-20mg"


def drug(name: str, id_: str = "", status: str = "active", kind: str = "MedicationRequest", **more: Any) -> Json:
    """A medication resource; its id is the first word of the drug, unless the test names one."""
    return {
        "resourceType": kind, "id": id_ or name.split()[0], "status": status, "intent": "order",
        "subject": {"reference": "Patient/p1"}, "medicationCodeableConcept": {"text": name}, **more,
    }  # fmt: skip


def draft(name: str, id_: str = "draft-1", **more: Any) -> Json:
    return drug(name, id_, "draft", **more)


def bundle(*resources: Json, **more: Any) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources], **more}


def order_sign(*orders: Json, meds: Any = None, **more: Any) -> Json:
    """A proper call: nothing is missing from it. ``meds`` is the value of the prefetch key, or the resources of its Bundle."""
    medications = bundle(*meds) if isinstance(meds, list) else meds
    return {
        "hook": "order-sign", "hookInstance": "3f0d8f4c-6a4b-4e55-9d25-0d3cf0f3a001",
        "context": {"userId": "Practitioner/1", "patientId": "p1", "draftOrders": bundle(*orders, type="collection")},
        "prefetch": {"medications": medications, "patient": PATIENT, "conditions": None, "labs": None, "statements": None},
    } | more  # fmt: skip


def call(client: FlaskClient, body: Any, service: str = ORDER_SIGN, **options: Any) -> TestResponse:
    return client.post(f"/cds-services/{service}", json=body, **options)


def cards(client: FlaskClient, body: Any, service: str = ORDER_SIGN) -> list[Json]:
    """The cards of a call that is answered, held against what CDS Hooks wants of every answer."""
    response = call(client, body, service)
    assert response.status_code == 200, response.text
    answer = response.get_json()
    hold(answer)
    found: list[Json] = answer["cards"]
    return found


def rules(found: list[Json]) -> list[str]:
    """The rules that cards lead to, the other rules of merged cards among them."""
    urls = [
        url
        for card in found
        for url in (card["source"].get("url", ""), *(link["url"] for link in card.get("links", ())))
    ]
    return [url.rsplit("/", 1)[1] for url in urls if url]
