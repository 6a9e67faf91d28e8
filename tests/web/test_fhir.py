"""FHIR R4 at the door: the same notes as for the list in words, and every resource accounted for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medrisk.fhir.codes import LAB_OF_LOINC, LOINC, RXNORM
from medrisk.service import Medrisk

from .api_contract import API, FHIR, Contract

Json = dict[str, Any]
CHECK = f"{API}/check"
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1956-02-01", "gender": "female"}


def drug(name: str, text: str = "", kind: str = "MedicationRequest", **more: Any) -> Json:
    dosage = {"MedicationRequest": "dosageInstruction", "MedicationDispense": "dosageInstruction"}.get(kind, "dosage")
    plain = {
        "resourceType": kind, "status": "active", "subject": {"reference": "Patient/p"},
        "medicationCodeableConcept": {"text": name}, dosage: [{"text": text}],
    }  # fmt: skip
    return plain | more


def observation(code: str, value: float, unit: str, **more: Any) -> Json:
    return {
        "resourceType": "Observation", "status": "final", "code": {"coding": [{"system": LOINC, "code": code}]},
        "valueQuantity": {"value": value, "unit": unit}, **more,
    }  # fmt: skip


def condition(text: str = "", **more: Any) -> Json:
    return {"resourceType": "Condition", "code": {"text": text}, **more}


def bundle(*resources: Json, **more: Any) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources], **more}


def post(client: FlaskClient, document: Any, accept: str = "", query: str = "") -> Any:
    headers = {"Accept": accept} if accept else {}
    return client.post(CHECK + query, data=json.dumps(document), content_type=FHIR, headers=headers)


def report(client: FlaskClient, *resources: Json, **more: Any) -> Json:
    answer: Json = post(client, bundle(*resources, **more), "application/json").get_json()
    return answer


def outcome(client: FlaskClient, *resources: Json, **more: Any) -> list[Json]:
    answer = post(client, bundle(*resources, **more)).get_json()
    issues: list[Json] = answer["entry"][-1]["resource"]["issue"]
    return issues


def said_of(issues: list[Json], number: int) -> str:
    return " ".join(i["details"]["text"] for i in issues if f"Bundle.entry[{number}].resource" in i.get("expression", ()))


def essence(answer: Json) -> list[tuple[Any, ...]]:
    """The notes without the numbers of lines, which two ways of writing cannot share."""
    parts = ("id", "rule", "kind", "tier", "severity", "interruptive", "drugs", "effects", "summary", "actions", "evidence")
    return [tuple(map(str, (note[part] for part in parts))) for note in answer["notes"]]


def test_the_same_list_in_fhir_and_in_words_gives_the_same_notes(real_client: FlaskClient) -> None:
    by_fhir = report(
        real_client, PATIENT,
        drug("simvastatin 40 mg tablet", "1 tablet at night"),
        drug("amlodipine", kind="MedicationStatement", dosage=[{
            "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}], "route": {"text": "oral"},
            "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}]),
        drug("furosemide 40 mg", kind="MedicationDispense", status="completed", dosageInstruction=[{
            "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            "timing": {"code": {"coding": [{"code": "BID"}]}}}]),
        drug("digoxin", kind="MedicationAdministration", status="completed", dosage={
            "dose": {"value": 125, "unit": "mcg"}, "text": "daily"}),
        drug("quinine 300 mg", "at night", status="stopped"),
        condition(code={"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "E87.6"}]}),
        condition("cramps in both calves", onsetDateTime="2024-04-17"),
        condition("hypothyroidism"),
        observation("2823-3", 3.1, "mmol/L"), observation("62238-1", 25, "mL/min/{1.73_m2}"),
        timestamp="2024-05-01T10:00:00Z",
    )  # fmt: skip
    text = (
        "simvastatin 40 mg tablet 1 tablet at night\namlodipine 5 mg oral once a day\nfurosemide 40 mg 1 tablet twice a day\n"
        "digoxin 125 mcg daily\nstopped: quinine 300 mg at night\n\n68 year old woman\nlow potassium\n"
        "cramps in both calves for 14 days\nhypothyroidism\nK 3.1 mmol/L\neGFR 25 mL/min/1.73m2"
    )
    by_text = real_client.post(CHECK, json={"text": text}).get_json()
    assert essence(by_fhir) == essence(by_text)
    assert len(by_fhir["notes"]) > 6
    assert by_fhir["patient"] == by_text["patient"]
    assert by_fhir["contributors"] == by_text["contributors"]
    assert [line["daily_dose"] for line in by_fhir["lines"]] == [line["daily_dose"] for line in by_text["lines"][:5]]


def test_fhir_is_answered_with_one_detected_issue_for_each_note(real_client: FlaskClient) -> None:
    resources = (PATIENT, drug("simvastatin 40 mg", "daily", id="a"), drug("amlodipine 5 mg", "daily", id="b"), drug("zzqqy"))
    response = post(real_client, bundle(*resources))
    assert response.mimetype == FHIR
    Contract(real_client).hold("post", CHECK, response)
    found = [entry["resource"] for entry in response.get_json()["entry"]]
    notes = report(real_client, *resources)["notes"]
    assert [r["resourceType"] for r in found] == ["DetectedIssue"] * len(notes) + ["OperationOutcome"]
    pair = found[[note["rule"] for note in notes].index("simvastatin-amlodipine-20mg")]
    assert pair["severity"] == "high"
    assert pair["status"] == "preliminary"
    assert pair["patient"] == {"reference": "Patient/p"}
    assert pair["implicated"] == [{"reference": "MedicationRequest/a"}, {"reference": "MedicationRequest/b"}]
    assert "MedicationRequest/a: simvastatin, 40 mg a day" in pair["detail"]
    assert pair["mitigation"] and pair["evidence"]
    assert real_client.get(pair["reference"]).get_json()["id"] == "simvastatin-amlodipine-20mg"
    assert "not checked" in said_of(found[-1]["issue"], 3)


def test_every_reference_of_an_answer_leads_to_an_entry(real_client: FlaskClient) -> None:
    names = ("simvastatin 40 mg", "amlodipine", "furosemide", "digoxin", "ibuprofen", "lisinopril", "clarithromycin", "quinine")
    answer = post(real_client, bundle(*(drug(n) for n in names), condition("dark urine"), condition("muscle pain"))).get_json()
    for entry in answer["entry"][:-1]:
        assert real_client.get(entry["resource"]["reference"]).status_code == 200
    assert len({entry["fullUrl"] for entry in answer["entry"]}) == len(answer["entry"])


def test_the_same_document_gives_the_same_answer(real_client: FlaskClient) -> None:
    document = bundle(PATIENT, drug("simvastatin"), drug("amlodipine"))
    assert post(real_client, document).data == post(real_client, document).data


@pytest.mark.parametrize(
    ("kind", "status", "context"),
    [
        ("MedicationRequest", "active", "active"), ("MedicationRequest", "completed", "stopped"),
        ("MedicationRequest", "stopped", "stopped"), ("MedicationRequest", "draft", "planned"),
        ("MedicationRequest", "on-hold", "planned"), ("MedicationRequest", "cancelled", None),
        ("MedicationRequest", "entered-in-error", None), ("MedicationRequest", "unknown", "active"),
        ("MedicationRequest", "blorb", "active"), ("MedicationRequest", None, "active"),
        ("MedicationStatement", "intended", "planned"), ("MedicationStatement", "not-taken", None),
        ("MedicationStatement", "completed", "stopped"), ("MedicationAdministration", "completed", "active"),
        ("MedicationAdministration", "not-done", None), ("MedicationDispense", "completed", "active"),
        ("MedicationDispense", "preparation", "planned"), ("MedicationDispense", "declined", None),
    ],
)  # fmt: skip
def test_the_status_says_whether_a_drug_is_taken(
    real_client: FlaskClient, kind: str, status: str | None, context: str | None
) -> None:
    resource = drug("simvastatin 40 mg", "daily", kind, status=status)
    assert [line["context"] for line in report(real_client, resource)["lines"]] == ([context] if context else [])
    words = said_of(outcome(real_client, resource), 0)
    assert bool(words) == (context in {None, "planned"} or status in {None, "unknown", "blorb"})


@pytest.mark.parametrize("fields", [{"intent": "proposal"}, {"intent": "plan"}])
def test_what_is_only_proposed_is_planned(real_client: FlaskClient, fields: Json) -> None:
    assert report(real_client, drug("simvastatin", **fields))["lines"][0]["context"] == "planned"


def test_what_is_not_to_be_given_is_left_out(real_client: FlaskClient) -> None:
    resource = drug("simvastatin", doNotPerform=True)
    assert report(real_client, resource)["lines"] == []
    assert "not to be given" in said_of(outcome(real_client, resource), 0)


@pytest.mark.parametrize(
    "medication",
    [
        {"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "36567"}]}},
        {"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "36567"}], "text": "zzqqy"}},
        {"medicationCodeableConcept": {"coding": [{"system": "x", "code": "1"}, {"display": "Zocor"}]}},
        {"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "1"}], "text": "simvastatin"}},
        {"medicationReference": {"reference": "Medication/m"}},
        {"medicationReference": {"reference": "https://ehr.example/fhir/Medication/m/_history/2"}},
        {"medicationReference": {"reference": "urn:uuid:7"}},
        {"medicationReference": {"reference": "#c"},
         "contained": [{"resourceType": "Medication", "id": "c", "code": {"text": "simvastatin"}}]},
        {"medicationReference": {"display": "simvastatin"}},
    ],
)  # fmt: skip
def test_a_drug_is_found_however_it_is_named(real_client: FlaskClient, medication: Json) -> None:
    resource = {"resourceType": "MedicationRequest", "status": "active", **medication}
    medications = [{"resourceType": "Medication", "id": "m", "code": {"text": "simvastatin"}}]
    document = bundle(resource, *medications)
    document["entry"].append({
        "fullUrl": "urn:uuid:7",
        "resource": {"resourceType": "Medication", "ingredient": [{"itemCodeableConcept": {"text": "simvastatin"}}]},
    })  # fmt: skip
    lines = post(real_client, document, "application/json").get_json()["lines"]
    assert [line["ingredients"][0]["name"] for line in lines] == ["simvastatin"]


def test_code_and_words_that_disagree_are_told(real_client: FlaskClient) -> None:
    concept = {"coding": [{"system": RXNORM, "code": "36567"}], "text": "furosemide"}
    resource = drug("", medicationCodeableConcept=concept)
    assert report(real_client, resource)["lines"][0]["ingredients"][0]["name"] == "furosemide"
    assert "please confirm" in said_of(outcome(real_client, resource), 0)


@pytest.mark.parametrize(
    ("dosage", "amount", "per_day"),
    [
        ({"text": "1 tablet twice a day"}, "80 mg", 2),
        ({"text": "as directed", "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}],
          "timing": {"repeat": {"frequency": 3, "period": 1, "periodUnit": "d"}}}, "240 mg", 3),
        ({"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
          "timing": {"repeat": {"period": 12, "periodUnit": "h"}}}, "80 mg", 2),
        ({"doseAndRate": [{"doseQuantity": {"value": "1", "unit": "tablet"}}],
          "timing": {"code": {"coding": [{"code": "TID"}]}}}, "120 mg", 3),
        ({"doseAndRate": [{"doseRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "tablets"}}}],
          "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}, "40-80 mg", 1),
        ({"doseQuantity": {"value": 1, "unit": "tablet"}, "timing": {"repeat": {"when": ["HS"]}}}, "40 mg", 1),
        ({"doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
          "timing": {"repeat": {"frequency": 2, "period": 8, "periodUnit": "h"}}}, "240 mg", 6),
        ({"doseQuantity": {"value": 1, "unit": "tablet"},
          "timing": {"repeat": {"frequency": 6, "period": 1, "periodUnit": "d"}}}, "240 mg", 6),
        ({"doseQuantity": {"value": 7, "unit": "tablet"},
          "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}}, "40 mg", 1 / 7),
        ({"doseQuantity": {"value": 1, "unit": "tablet"},
          "timing": {"repeat": {"frequency": 3, "period": 6, "periodUnit": "d"}}}, "20 mg", 0.5),
    ],
)  # fmt: skip
def test_directions_are_read_from_their_text_and_their_structure(
    real_client: FlaskClient, dosage: Json, amount: str, per_day: float
) -> None:
    line = report(real_client, drug("simvastatin 40 mg", dosageInstruction=[dosage]))["lines"][0]
    assert line["daily_dose"][0]["text"] == amount
    assert line["frequency"]["per_day"] == pytest.approx(per_day)


def test_a_dispense_of_a_prescription_that_is_here_counts_once(real_client: FlaskClient) -> None:
    request = drug("simvastatin 40 mg", "daily", id="r")
    dispense = drug(
        "simvastatin 40 mg", kind="MedicationDispense", authorizingPrescription=[{"reference": "MedicationRequest/r"}]
    )
    assert len(report(real_client, request, dispense)["lines"]) == 1
    assert "second time" in said_of(outcome(real_client, request, dispense), 1)


@pytest.mark.parametrize(
    ("born", "more", "query", "age"),
    [
        ("1956-05-02", {"timestamp": "2024-05-01T10:00:00Z"}, "", 67),
        ("1956-05-01", {"timestamp": "2024-05-01T10:00:00Z"}, "", 68),
        ("1956-05-01", {"timestamp": "2024-05-01T10:00:00Z"}, "?date=2020-01-01", 63),
        ("1956", {}, "?date=2024-01-01", 68),
        ("1956-05-01", {}, "", None), ("2030-01-01", {}, "?date=2024-01-01", None), ("blorb", {}, "?date=2024-01-01", None),
    ],
)  # fmt: skip
def test_the_age_is_that_of_the_day_given(
    real_client: FlaskClient, born: str, more: Json, query: str, age: float | None
) -> None:
    document = bundle(PATIENT | {"birthDate": born}, drug("simvastatin"), **more)
    assert post(real_client, document, "application/json", query).get_json()["patient"]["age"] == age
    if age is None and born != "blorb":
        issues = post(real_client, document, query=query).get_json()["entry"][-1]["resource"]["issue"]
        assert "age" in said_of(issues, 0)


def test_a_faulty_date_is_refused(real_client: FlaskClient) -> None:
    response = post(real_client, bundle(drug("simvastatin")), query="?date=Kanarie")
    assert (response.status_code, json.loads(response.data)["field"]) == (400, "date")
    assert "Kanarie" not in response.text


@pytest.mark.parametrize(
    ("fields", "negated", "hypothetical", "historical"),
    [
        ({}, False, False, False),
        ({"verificationStatus": {"coding": [{"code": "refuted"}]}}, True, False, False),
        ({"verificationStatus": {"coding": [{"code": "provisional"}]}}, False, True, False),
        ({"clinicalStatus": {"coding": [{"code": "resolved"}]}}, False, False, True),
    ],
)
def test_a_condition_keeps_how_sure_it_is(
    real_client: FlaskClient, fields: Json, negated: bool, hypothetical: bool, historical: bool
) -> None:
    found = report(real_client, drug("simvastatin"), condition("hypothyroidism", **fields))["conditions"]
    assert [(c["id"], c["negated"], c["hypothetical"], c["historical"]) for c in found] == [
        ("hypothyroidism", negated, hypothetical, historical)
    ]


def test_what_is_not_read_is_told(real_client: FlaskClient) -> None:
    issues = outcome(
        real_client, drug("simvastatin"), condition("blorbitis"), condition(""), {"resourceType": "AllergyIntolerance"},
        {"resourceType": "Procedure"}, observation("99999-9", 3, "mmol/L"), {"resourceType": "Observation"}, {"resourceType": 5},
        condition("gout", verificationStatus={"coding": [{"code": "entered-in-error"}]}),
    )  # fmt: skip
    for number in (1, 2, 3, 4, 5, 6, 8):
        assert said_of(issues, number), number
    assert any(issue.get("expression") == ["Bundle.entry[7]"] for issue in issues)


def test_the_loinc_codes_cover_every_lab_and_every_one_is_read(real_client: FlaskClient, service: Medrisk) -> None:
    assert set(LAB_OF_LOINC.values()) == set(service.knowledge.labs)
    entries = {str(entry["id"]): entry for entry in service.knowledge.clinical["labs"]}
    for code, lab in LAB_OF_LOINC.items():
        low, high = entries[lab]["plausible"]  # type: ignore[misc]  # plain data
        unit = "U/L" if lab == "creatine_kinase" else str(entries[lab]["unit"])
        value = 900 if lab == "creatine_kinase" else round(low + (high - low) / 4, 2)
        found = report(real_client, drug("simvastatin"), observation(code, value, unit))["labs"]
        assert lab in {result["id"] for result in found}, code


@pytest.mark.parametrize(
    ("unit", "read"), [("meq/L", 3.1), ("mmol/L", 3.1), ("mEq/L", 3.1), ("blorb", None), ("", 3.1)]
)
def test_units_are_read_as_ucum_writes_them(real_client: FlaskClient, unit: str, read: float | None) -> None:
    labs = report(real_client, observation("2823-3", 3.1, unit))["labs"]
    assert [lab["canonical_value"] for lab in labs] == ([read] if read else [])
    if read is None:
        assert "no value that is read" in said_of(outcome(real_client, observation("2823-3", 3.1, unit)), 0)


def test_a_later_result_replaces_an_earlier_one(real_client: FlaskClient) -> None:
    old = observation("2823-3", 5.9, "mmol/L", effectiveDateTime="2023-05-01")
    new = observation("2823-3", 3.1, "mmol/L", effectiveDateTime="2024-05-01T08:00:00Z")
    assert [lab["value"] for lab in report(real_client, new, old)["labs"]] == [3.1]
    assert "replaces" in said_of(outcome(real_client, new, old), 1)


def test_pregnancy_status_is_read(real_client: FlaskClient) -> None:
    status = {
        "resourceType": "Observation", "status": "final", "code": {"coding": [{"system": LOINC, "code": "82810-3"}]},
        "valueCodeableConcept": {"coding": [{"code": "77386006"}]},
    }  # fmt: skip
    answer = report(real_client, drug("atorvastatin 20 mg"), status)
    assert answer["patient"]["pregnant"] is True
    assert answer["notes"] == real_client.post(CHECK, json={"text": "atorvastatin 20 mg", "pregnant": True}).get_json()["notes"]


def test_a_list_with_its_resources_contained_is_read(real_client: FlaskClient) -> None:
    document = {
        "resourceType": "List", "entry": [{"item": {"reference": "#a"}}, {"item": {"reference": "#b"}, "deleted": True},
                                          {"item": {"reference": "MedicationRequest/elsewhere"}}],
        "contained": [drug("simvastatin", id="a"), drug("furosemide", id="b")],
    }  # fmt: skip
    answer = post(real_client, document, "application/json").get_json()
    assert [line["ingredients"][0]["name"] for line in answer["lines"]] == ["simvastatin"]
    assert any(words.startswith("List.entry[2]") for words in answer["not_assessed"])


def test_two_patients_in_one_document_are_refused(real_client: FlaskClient) -> None:
    other = drug("amlodipine", subject={"reference": "Patient/other"})
    for document in (bundle(PATIENT, PATIENT | {"id": "q"}), bundle(drug("simvastatin"), other)):
        response = post(real_client, document)
        assert response.status_code == 400
        assert "more than one patient" in json.loads(response.data)["detail"]


@pytest.mark.parametrize("document", [{}, {"resourceType": "Kanarie"}, {"resourceType": ["Bundle"]}, {"resourceType": None}])
def test_what_is_no_fhir_list_is_refused_and_not_quoted(real_client: FlaskClient, document: Json) -> None:
    response = post(real_client, document)
    assert (response.status_code, json.loads(response.data)["field"]) == (400, "resourceType")
    assert "Kanarie" not in response.text


def test_an_empty_bundle_is_answered_with_nothing_assessed(real_client: FlaskClient) -> None:
    answer = post(real_client, {"resourceType": "Bundle"}).get_json()
    assert [entry["resource"]["resourceType"] for entry in answer["entry"]] == ["OperationOutcome"]


@pytest.mark.parametrize(
    "name",
    ["Stopped:", "Allergies:", "Allergies", "Discontinued", "x. Stopped:", "Family history:\nfoo", "name\tdose", "|name|dose|",
     "Take 1 tablet daily", "-----", "Page 1 of 2", "Planned medications:"],
)  # fmt: skip
def test_no_name_governs_the_resources_after_it(real_client: FlaskClient, name: str) -> None:
    pair = (drug("simvastatin 40 mg", "daily"), drug("amlodipine 5 mg", "daily"))
    rules = {note["rule"] for note in report(real_client, drug(name), *pair)["notes"]}
    assert {note["rule"] for note in report(real_client, *pair)["notes"]} <= rules


def test_a_list_in_words_can_be_answered_in_fhir(real_client: FlaskClient) -> None:
    response = real_client.post(CHECK, json={"text": "simvastatin 40 mg\namlodipine 5 mg\nzzqqy"}, headers={"Accept": FHIR})
    Contract(real_client).hold("post", CHECK, response)
    assert "DetectedIssue" in response.text
    assert "not checked" in response.text


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.sampled_from([
    "status", "intent", "medicationCodeableConcept", "medicationReference", "dosageInstruction", "dosage", "contained", "code",
    "clinicalStatus", "verificationStatus", "onsetDateTime", "valueQuantity", "component", "effectiveDateTime", "interpretation",
    "birthDate", "gender", "subject", "id", "reasonCode", "authorizingPrescription",
])  # fmt: skip
_SHAPES = st.recursive(
    _JSON,
    lambda inner: st.dictionaries(st.sampled_from([
        "coding", "text", "system", "code", "display", "reference", "value", "unit", "comparator", "timing", "repeat", "period",
        "periodUnit", "frequency", "when", "doseAndRate", "doseQuantity", "doseRange", "low", "high", "route", "asNeededBoolean",
        "maxDosePerPeriod", "numerator", "denominator",
    ]), inner | st.lists(inner, max_size=2), max_size=4),
    max_leaves=6,
)  # fmt: skip
_RESOURCES = st.builds(
    lambda kind, fields: {"resourceType": kind} | fields,
    st.sampled_from(["MedicationRequest", "MedicationDispense", "Medication", "Condition", "Observation", "Patient", "Blorb"]),
    st.dictionaries(_FIELDS, _SHAPES, max_size=5),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(resources=st.lists(_RESOURCES | _JSON, max_size=4), timestamp=_JSON)
def test_no_resource_however_broken_stops_the_others(real_client: FlaskClient, resources: list[Any], timestamp: Any) -> None:
    document = {"resourceType": "Bundle", "timestamp": timestamp, "entry": [{"resource": r} for r in resources]}
    document["entry"].append({"resource": drug("simvastatin 40 mg", subject={})})
    body = json.dumps(document)
    response = real_client.post(CHECK, data=body, content_type=FHIR, headers={"Accept": "application/json"})
    assert response.status_code in {200, 400}
    if response.status_code == 200:
        assert "simvastatin" in {i["name"] for line in response.get_json()["lines"] for i in line["ingredients"]}
    else:
        assert "NaN" in body or "Infinity" in body or "more than one patient" in response.text or "JSON" in response.text
