"""Every shape that real traffic has: read as far as it can be, and refused only where it is no call at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .samples import (
    ORDER_SELECT,
    ORDER_SIGN,
    PATIENT,
    PATIENT_VIEW,
    RXNORM,
    SIMVASTATIN_AMLODIPINE,
    VERIFY,
    Json,
    bundle,
    call,
    cards,
    draft,
    drug,
    order_sign,
    rules,
)

SIMVASTATIN = draft("simvastatin 40 mg daily")
AMLODIPINE = drug("amlodipine 5 mg daily")


def test_a_drafts_interaction_with_the_list_becomes_a_card(client: FlaskClient) -> None:
    found = cards(client, order_sign(SIMVASTATIN, meds=[AMLODIPINE]))
    assert rules(found) == [SIMVASTATIN_AMLODIPINE]
    assert found[0]["indicator"] == "warning"
    assert found[0]["source"]["url"] == f"http://localhost/knowledge/rules/{SIMVASTATIN_AMLODIPINE}"
    assert client.get(found[0]["source"]["url"]).status_code == 200


def test_what_concerns_no_order_stays_silent_and_is_told_when_the_patient_is_viewed(client: FlaskClient) -> None:
    on_the_list = [drug("simvastatin 40 mg daily", "s"), AMLODIPINE]
    assert cards(client, order_sign(draft("paracetamol 500 mg"), meds=on_the_list)) == []
    body = {"hook": "patient-view", "context": {"patientId": "p1"}, "prefetch": {"medications": bundle(*on_the_list)}}
    assert rules(cards(client, body, PATIENT_VIEW)) == [SIMVASTATIN_AMLODIPINE]


def test_a_red_flag_is_told_whatever_is_ordered(client: FlaskClient) -> None:
    potassium = {
        "resourceType": "Observation", "id": "k", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
        "valueQuantity": {"value": 2.1, "unit": "mmol/L"}, "effectiveDateTime": "2026-11-20",
    }  # fmt: skip
    body = order_sign(draft("paracetamol 500 mg"), meds=[drug("furosemide 40 mg")])
    body["prefetch"]["labs"] = bundle(potassium)
    found = cards(client, body)
    assert found[0]["indicator"] == "critical"
    assert "/red_flags/" in found[0]["source"]["url"]


def test_of_several_drafts_those_that_were_selected_count(client: FlaskClient) -> None:
    body = order_sign(SIMVASTATIN, draft("paracetamol 500 mg", "draft-2"), meds=[AMLODIPINE], hook="order-select")
    for selected, expected in (
        (["MedicationRequest/draft-1"], [SIMVASTATIN_AMLODIPINE]), (["MedicationRequest/draft-2"], []), (["draft-2"], []),
        (["https://ehr.example.org/fhir/MedicationRequest/draft-1"], [SIMVASTATIN_AMLODIPINE]),
        (["MedicationRequest/of-another-time"], [SIMVASTATIN_AMLODIPINE]), ([], [SIMVASTATIN_AMLODIPINE]), (None, [SIMVASTATIN_AMLODIPINE]),
    ):  # fmt: skip
        body["context"]["selections"] = selected
        assert rules(cards(client, body, ORDER_SELECT)) == expected, selected


def test_two_drafts_are_checked_with_each_other(client: FlaskClient) -> None:
    both = order_sign(SIMVASTATIN, draft("amlodipine 5 mg daily", "draft-2"))
    assert rules(cards(client, both)) == [SIMVASTATIN_AMLODIPINE]


def test_an_order_that_the_list_holds_too_is_one_medication(loud: FlaskClient) -> None:
    """An order to be verified is active, so that a search for active orders finds it as well."""
    order = drug("furosemide 40 mg daily", "o1")
    body = {
        "hook": "medication-verify",
        "context": {"patientId": "p1", "medication": order},
        "prefetch": {"medications": bundle(drug("furosemide 80 mg daily", "o1"))},
    }
    twice = {**body, "prefetch": {"medications": bundle(drug("furosemide 80 mg daily", "o2"))}}
    once, doubled = (" ".join(card["detail"] for card in cards(loud, sent, VERIFY)) for sent in (body, twice))
    assert "this order: furosemide" in once
    assert "on the list: furosemide" not in once
    assert "on the list: furosemide" in doubled


ORDERS: dict[str, Any] = {
    "a Bundle without a type": {"resourceType": "Bundle", "entry": [{"resource": SIMVASTATIN}]},
    "entries without resource": {"resourceType": "Bundle", "entry": [SIMVASTATIN]},
    "a list": [SIMVASTATIN],
    "a single resource": SIMVASTATIN,
    "a Bundle in an entry": {"resourceType": "Bundle", "entry": [{"resource": bundle(SIMVASTATIN)}]},
    "null among entries": {"resourceType": "Bundle", "entry": [None, {}, {"resource": None}, {"resource": SIMVASTATIN}, "x", 3]},
    "without a status": [{key: value for key, value in SIMVASTATIN.items() if key != "status"}],
    "a proposal": [SIMVASTATIN | {"intent": "proposal"}],
    "without an id": [{key: value for key, value in SIMVASTATIN.items() if key != "id"}],
    "of DSTU2": [{**SIMVASTATIN, "resourceType": "MedicationOrder", "patient": {"reference": "Patient/p1"}}],
    "of R5": [{**SIMVASTATIN, "medicationCodeableConcept": None, "medication": {"concept": {"text": "simvastatin 40 mg daily"}}}],
    "several codings": [SIMVASTATIN | {"medicationCodeableConcept": {"coding": [
        {"system": "urn:local", "code": "17"}, {"system": RXNORM, "code": "36567", "display": "simvastatin"}]},
        "dosageInstruction": [{"text": "40 mg daily"}]}],
    "contained": [{**SIMVASTATIN, "medicationCodeableConcept": None, "medicationReference": {"reference": "#m"},
                   "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "simvastatin 40 mg daily"}}]}],
    "a Medication beside it": [{**SIMVASTATIN, "medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/m"}},
                               {"resourceType": "Medication", "id": "m", "code": {"text": "simvastatin 40 mg daily"}}],
    "directions in the structure": [SIMVASTATIN | {"medicationCodeableConcept": {"text": "simvastatin"}, "dosageInstruction": [{
        "doseAndRate": [{"doseQuantity": {"value": 40, "unit": "mg"}}], "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}]}],
    "directions of STU3": [SIMVASTATIN | {"medicationCodeableConcept": {"text": "simvastatin"}, "dosageInstruction": [{
        "doseQuantity": {"value": 40, "unit": "mg"}, "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}]}],
}  # fmt: skip


@pytest.mark.parametrize("shape", ORDERS)
def test_orders_come_in_many_shapes(client: FlaskClient, shape: str) -> None:
    body = order_sign(meds=[AMLODIPINE])
    body["context"]["draftOrders"] = ORDERS[shape]
    assert rules(cards(client, body)) == [SIMVASTATIN_AMLODIPINE]


LISTS: dict[str, Any] = {
    "a Bundle without a type": {"resourceType": "Bundle", "entry": [{"resource": AMLODIPINE}]},
    "a single resource": AMLODIPINE,
    "wrapped as an answer of a batch": {
        "response": {"status": "200 OK"},
        "resource": {"resourceType": "Bundle", "entry": [AMLODIPINE]},
    },
    "with a warning in the Bundle": bundle({"resourceType": "OperationOutcome", "issue": []}, AMLODIPINE),
    "a statement": bundle(drug("amlodipine 5 mg daily", kind="MedicationStatement")),
    "text only": bundle(
        {"resourceType": "MedicationRequest", "medicationCodeableConcept": {"text": "amlodipine 5 mg daily"}}
    ),
}


@pytest.mark.parametrize("shape", LISTS)
@pytest.mark.parametrize("key", ["medications", "meds", "item2"])
def test_the_list_comes_in_many_shapes_and_under_any_key(client: FlaskClient, shape: str, key: str) -> None:
    body = order_sign(SIMVASTATIN)
    body["prefetch"] = {key: LISTS[shape]}
    assert rules(cards(client, body)) == [SIMVASTATIN_AMLODIPINE]


@pytest.mark.parametrize(
    "missing", ["userId", "encounterId", "patientId", "hookInstance", "hook"], ids=lambda name: f"without {name}"
)
def test_what_the_answer_does_not_need_may_be_missing(client: FlaskClient, missing: str) -> None:
    body = order_sign(SIMVASTATIN, meds=[AMLODIPINE])
    body["context"].pop(missing, None)
    body.pop(missing, None)
    assert rules(cards(client, body)) == [SIMVASTATIN_AMLODIPINE]


def test_a_call_from_before_cds_hooks_1_is_read(client: FlaskClient) -> None:
    wrapped = {"response": {"status": "200 OK"}, "resource": {"resourceType": "Bundle", "entry": [AMLODIPINE]}}
    older = drug("simvastatin 40 mg daily")
    for context in (
        {"prefetch": {"item1": wrapped}},
        {"prefetch": {}, "item2": wrapped},
        {"item2": {"resource": "Bundle", "entry": [AMLODIPINE]}},
    ):
        body = {
            "hook": "medication-prescribe", "user": "Practitioner/example", "applyCql": "true",
            "context": {"patientId": "Patient/p1", "medications": {"resourceType": "Bundle", "entry": [older]}, **context},
        }  # fmt: skip
        for service in (ORDER_SIGN, ORDER_SELECT):
            assert rules(cards(client, body, service)) == [SIMVASTATIN_AMLODIPINE]


@pytest.mark.parametrize("where", ["medication", "order.resource", "order", "medication in a Bundle"])
def test_an_order_to_verify_stands_in_one_of_two_fields(client: FlaskClient, where: str) -> None:
    order = drug("simvastatin 40 mg daily", "o1")
    context: Json = {
        "medication": {"medication": order}, "order.resource": {"order": {"resource": order}}, "order": {"order": order},
        "medication in a Bundle": {"medication": bundle(order)},
    }[where]  # fmt: skip
    body = {
        "hook": "medication-verify",
        "context": {"patientId": "p1", **context},
        "prefetch": {"medications": bundle(AMLODIPINE)},
    }
    assert rules(cards(client, body, VERIFY)) == [SIMVASTATIN_AMLODIPINE]


@pytest.mark.parametrize(
    "orders",
    [
        [],
        [{"resourceType": "ServiceRequest", "id": "x", "status": "draft"}],
        [{"resourceType": "MedicationRequest", "id": "x", "status": "draft"}],
    ],
    ids=["none", "of another kind", "without a medication yet"],
)
def test_orders_without_a_drug_need_nothing_and_say_nothing(client: FlaskClient, orders: list[Json]) -> None:
    body = order_sign(*orders)
    del body["prefetch"]
    assert cards(client, body) == []


def test_a_draft_that_is_to_be_cancelled_is_not_taken(client: FlaskClient) -> None:
    for change in ({"status": "cancelled"}, {"status": "entered-in-error"}, {"doNotPerform": True}):
        assert cards(client, order_sign(SIMVASTATIN | change, meds=[AMLODIPINE])) == []


def test_conditions_and_results_that_were_sent_count(client: FlaskClient) -> None:
    ulcer = {"resourceType": "Condition", "id": "c", "code": {"text": "peptic ulcer"}}
    body = order_sign(draft("ibuprofen 400 mg three times a day"), meds=[])
    assert "nsaid-peptic-ulcer" not in rules(cards(client, body))
    body["prefetch"]["conditions"] = bundle(ulcer)
    assert "nsaid-peptic-ulcer" in rules(cards(client, body))


def test_a_bare_code_of_older_fhir_is_understood(client: FlaskClient) -> None:
    """A refuted condition, in the way that STU3 writes it."""
    body = order_sign(draft("ibuprofen 400 mg three times a day"), meds=[])
    body["prefetch"]["conditions"] = bundle(
        {"resourceType": "Condition", "id": "c", "verificationStatus": "refuted", "code": {"text": "peptic ulcer"}}
    )
    assert "nsaid-peptic-ulcer" not in rules(cards(client, body))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"hook": "patient-view", "context": {}}, "hook"), ({"hook": "order-sign"}, "context"), ({"hook": 3, "context": {}}, "hook"),
        ({"hook": "order-sign", "context": []}, "context"), ({"hook": ["order-sign"], "context": {}}, "hook"),
    ],
)  # fmt: skip
def test_what_is_no_call_is_refused_with_how_to_mend_it(client: FlaskClient, body: Json, field: str) -> None:
    response = call(client, body)
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["field"] == field
    assert response.get_json()["hint"]


def test_another_service_body_or_method_is_refused(client: FlaskClient) -> None:
    assert call(client, {}, "nothing").status_code == 404
    assert client.post("/cds-services/medrisk-order-sign", data="x", content_type="text/plain").status_code == 415
    assert client.post("/cds-services/medrisk-order-sign", data="{", content_type="application/json").status_code == 400
    assert client.get("/cds-services/medrisk-order-sign").status_code == 405
    assert client.get("/cds-services?patient=1").status_code == 400
    for response in (call(client, {}, "nothing"), client.get("/cds-services/medrisk-order-sign")):
        assert response.mimetype == "application/problem+json"


def test_a_call_may_be_longer_than_a_pasted_list_but_not_without_end(client: FlaskClient) -> None:
    body = order_sign(SIMVASTATIN, meds=[AMLODIPINE | {"note": [{"text": "x" * 1_000_000}]}])
    assert rules(cards(client, body)) == [SIMVASTATIN_AMLODIPINE]
    body["prefetch"]["labs"] = bundle({"resourceType": "Observation", "note": [{"text": "x" * 3_500_000}]})
    refused = call(client, body)
    assert refused.status_code == 413
    assert refused.mimetype == "application/problem+json"


def test_two_patients_in_one_call_are_refused(client: FlaskClient) -> None:
    body = order_sign(
        SIMVASTATIN,
        meds=[
            AMLODIPINE | {"subject": {"reference": "Patient/other"}},
            drug("x", subject={"reference": "Patient/third"}),
        ],
    )
    assert call(client, body).status_code == 400


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([AMLODIPINE, PATIENT, bundle(AMLODIPINE)]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["resourceType", "entry", "resource", "medicationCodeableConcept", "id", "link", "medications", "draftOrders",
                         "medication", "order", "selections", "status", "coding", "patientId", "access_token", "configuration-items"]),
        inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    context=ANYTHING,
    prefetch=ANYTHING,
    rest=ANYTHING,
    service=st.sampled_from([ORDER_SELECT, ORDER_SIGN, PATIENT_VIEW, VERIFY]),
)
def test_no_shape_brings_it_down(client: FlaskClient, context: Any, prefetch: Any, rest: Any, service: str) -> None:
    body = {"context": context, "prefetch": prefetch, "extension": rest, "fhirAuthorization": rest, "fhirServer": rest}
    response = client.post(f"/cds-services/{service}", data=json.dumps(body), content_type="application/json")
    assert response.status_code in {200, 400, 412}
