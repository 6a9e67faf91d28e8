"""Which services there are, and what they ask an EHR to send."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from medrisk.fhir.codes import LAB_OF_LOINC

from .conftest import ClientOf
from .invariants import hold_discovery
from .samples import draft, drug, order_sign


def test_the_services_are_listed(client: FlaskClient) -> None:
    document = client.get("/cds-services").get_json()
    hold_discovery(document)
    assert {service["hook"]: service["id"] for service in document["services"]} == {
        "order-select": "medrisk-order-select", "order-sign": "medrisk-order-sign",
        "patient-view": "medrisk-patient-view", "medication-verify": "medrisk-medication-verify",
    }  # fmt: skip
    for service in document["services"]:
        assert "Draft knowledge" in service["description"]


def test_prefetch_asks_for_what_is_read_with_tokens_of_every_hook(client: FlaskClient) -> None:
    for service in client.get("/cds-services").get_json()["services"]:
        prefetch = service["prefetch"]
        assert {query.split("?")[0].split("/")[0] for query in prefetch.values()} == {
            "Patient", "MedicationRequest", "MedicationStatement", "Condition", "Observation",
        }  # fmt: skip
        assert {token for query in prefetch.values() for token in re.findall(r"{{(.+?)}}", query)} == {
            "context.patientId"
        }
        codes = re.search(r"code=([^&]+)", prefetch["labs"])
        assert codes and set(LAB_OF_LOINC) < set(codes[1].split(","))


def test_the_options_that_a_client_may_set_are_told(client: FlaskClient) -> None:
    for service in client.get("/cds-services").get_json()["services"]:
        options = service["extension"]["configuration-items"]
        assert [option["code"] for option in options] == ["detected-issue", "alert-non-serious"]
        assert all(set(option) == {"code", "type", "name", "description"} for option in options)


def test_an_origin_that_the_site_names_may_call_from_a_browser(client_of: ClientOf) -> None:
    client = client_of(cors_origins=("https://ehr.example.org",))
    named, other = {"Origin": "https://ehr.example.org"}, {"Origin": "https://elsewhere.example"}
    preflight = client.options(
        "/cds-services/medrisk-order-sign", headers=named | {"Access-Control-Request-Method": "POST"}
    )
    assert preflight.headers["Access-Control-Allow-Origin"] == named["Origin"]
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    body = order_sign(draft("simvastatin 40 mg daily"), meds=[drug("amlodipine 5 mg")])
    answer = client.post(
        "/cds-services/medrisk-order-sign", json=body, headers=named | {"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == named["Origin"]
    refused = client.post(
        "/cds-services/medrisk-order-sign", json=body, headers=other | {"Sec-Fetch-Site": "cross-site"}
    )
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in client.get("/cds-services", headers=other).headers
