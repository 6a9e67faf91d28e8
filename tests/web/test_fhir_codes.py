"""Codes of products in FHIR, with a small RxNorm release installed: strength and route come from the product."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from real_knowledge import keep_knowledge
from small_release import HISTORY, small_tables, write_release

from medrisk.fhir.codes import NDC, RXNORM
from medrisk.service import Medrisk
from medrisk.vocabulary.rxnorm.install import install
from medrisk.web import create_app

from .api_contract import API, FHIR

CAPSULE = {"system": RXNORM, "code": "29"}


@pytest.fixture(scope="module")
def client(make_service: Callable[..., Medrisk], tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("codes")
    install(write_release(folder / "RxNorm_full_prescribe_07062026.zip", small_tables() | HISTORY), folder)
    keep_knowledge(folder)
    service = make_service(MEDRISK_DATA_DIR=str(folder))
    return create_app(service, service.settings).test_client()


def check(client: FlaskClient, concept: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    resource = {
        "resourceType": "MedicationRequest", "status": "active", "medicationCodeableConcept": concept,
        "dosageInstruction": [{"text": "2 capsules daily"}],
    }  # fmt: skip
    response = client.post(
        f"{API}/check", data=json.dumps(resource), content_type=FHIR, headers={"Accept": "application/json"}
    )
    answer = response.get_json()
    return answer["lines"][0], [words for words in answer["not_assessed"] if words.startswith("MedicationRequest")]


@pytest.mark.parametrize(
    "concept",
    [
        {"coding": [CAPSULE]},
        {"coding": [CAPSULE], "text": "hydrochlorothiazide"},
        {"coding": [CAPSULE], "text": "hydrochlorothiazide 12.5 mg capsule"},
        {"coding": [{"system": NDC, "code": "12345-0678-01"}]},
        {"coding": [{"system": NDC, "code": "12345067801"}], "text": "zzqqy"},
    ],
)
def test_a_product_code_brings_its_strength(client: FlaskClient, concept: dict[str, Any]) -> None:
    line, remarks = check(client, concept)
    assert [ingredient["name"] for ingredient in line["ingredients"]] == ["hydrochlorothiazide"]
    assert line["daily_dose"][0]["text"] == "25 mg"
    assert remarks == []


def test_another_strength_in_the_words_is_told(client: FlaskClient) -> None:
    line, remarks = check(client, {"coding": [CAPSULE], "text": "hydrochlorothiazide 25 mg capsule"})
    assert line["daily_dose"][0]["text"] == "50 mg"
    assert "different strengths" in remarks[0]


def test_another_drug_in_the_words_is_told(client: FlaskClient) -> None:
    line, remarks = check(client, {"coding": [CAPSULE], "text": "furosemide 20 mg"})
    assert line["ingredients"][0]["name"] == "furosemide"
    assert "different drugs" in remarks[0]
