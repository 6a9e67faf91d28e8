"""Every resource of the API answers what its OpenAPI document says, and refuses in words that name the field."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from medrisk.service import Medrisk

from .api_contract import API, FHIR, Contract

LIST = "simvastatin 40 mg nightly\namlodipine 5 mg daily\nfurosemide 40 mg bid\nhydralazine/hydroxyzine\nzzqqy 5 mg\nstopped: quinine"
FACTS = "68 year old woman, cramps in both calves for 14 days\nK 3.1 mmol/L, CK 900 U/L\nhypothyroidism\nno dark urine"
POSTS: dict[str, list[dict[str, Any]]] = {
    "/check": [
        {"text": LIST}, {"text": f"{LIST}\n\n{FACTS}"},
        {"text": LIST, "age": 70, "sex": "male", "egfr": 25.5, "symptoms": [{"name": "muscle_cramp"}, {"name": "zzz"}]},
        {"text": "", "labs": [{"name": "potassium", "value": 2.1, "unit": "mmol/L", "comparator": "<"}]},
    ],
    "/check/batch": [{"lists": [{"text": LIST}, {"text": " "}, 7, {"text": 7}, None, {"text": LIST, "pregnant": True}]}],
    "/normalize": [{"lines": ["Zocor 40mg nocte", "", "sinemet 25/100 tid", "hydralazine/hydroxyzine", "furosemid 40"]}],
    "/classify": [{"names": ["HCTZ", "zzqqy", "hydralazine/hydroxyzine", "water", "co-amoxiclav"]}],
    "/drugs/search": [{"prefix": "furos"}, {"prefix": "zzzzz"}, {"prefix": "--"}, {"prefix": "Ad", "limit": 50}],
}  # fmt: skip
GETS = ["/versions", *(f"/knowledge/{kind}" for kind in (
    "classes", "rules", "red_flags", "sources", "symptoms", "conditions", "labs", "effects"))]  # fmt: skip


@pytest.fixture(scope="module")
def contract(real_client: FlaskClient) -> Contract:
    return Contract(real_client)


@pytest.mark.parametrize(("path", "body"), [(path, body) for path, bodies in POSTS.items() for body in bodies])
def test_an_answer_is_what_the_document_says(
    real_client: FlaskClient, contract: Contract, path: str, body: dict[str, Any]
) -> None:
    response = real_client.post(API + path, json=body)
    assert response.status_code == 200
    contract.hold("post", API + path, response)


@pytest.mark.parametrize("path", GETS)
def test_what_is_listed_can_be_fetched(real_client: FlaskClient, contract: Contract, path: str) -> None:
    response = real_client.get(API + path)
    contract.hold("get", API + path, response)
    for item in response.get_json().get("items", [])[:12]:
        entry = real_client.get(item["href"])
        assert entry.get_json()["id"] == item["id"]
        contract.hold("get", item["href"], entry)


def test_pages_follow_one_another_and_hold_everything_once(real_client: FlaskClient, service: Medrisk) -> None:
    found, following = [], f"{API}/knowledge/rules?limit=250"
    while following:
        page = real_client.get(following).get_json()
        assert page["total"] == len(service.knowledge.rules)
        found += [item["id"] for item in page["items"]]
        following = page["next"]
    assert found == sorted(service.knowledge.rules)


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/check", {}, 400, "text"),
        ("/check", {"text": "a", "age": "70"}, 400, "age"),
        ("/check", {"text": "a", "age": 900}, 400, "age"),
        ("/check", {"text": "a", "age": True}, 400, "age"),
        ("/check", {"text": "a", "sex": "Kanarie"}, 400, "sex"),
        ("/check", {"text": "a", "pregnant": "Kanarie"}, 400, "pregnant"),
        ("/check", {"text": "a", "Kanarie": 1}, 400, None),
        ("/check", {"text": "a", "labs": [{"name": "K", "value": 3, "Kanarie": 1}]}, 400, "labs[0]"),
        ("/check", {"text": "a", "labs": [{"name": "K", "value": 3}, {"name": "K", "value": "Kanarie"}]}, 400, "labs[1].value"),
        ("/check", {"text": "a", "symptoms": ["Kanarie"]}, 400, "symptoms[0]"),
        ("/check", {"text": "a", "symptoms": "Kanarie"}, 400, "symptoms"),
        ("/check", {"text": "Kanarie" * 70_000}, 413, "text"),
        ("/check/batch", {"lists": []}, 400, "lists"),
        ("/check/batch", {"lists": [{"text": "a"}] * 1_001}, 400, "lists"),
        ("/check/batch", {"lists": "Kanarie"}, 400, "lists"),
        ("/normalize", {"lines": [1]}, 400, "lines[0]"),
        ("/normalize", {"lines": ["Kanarie" * 1_000]}, 400, "lines[0]"),
        ("/normalize", {"lines": ["\ud800"]}, 400, "lines[0]"),
        ("/classify", {"names": None}, 400, "names"),
        ("/drugs/search", {"prefix": "K"}, 400, "prefix"),
        ("/drugs/search", {"prefix": "Kanarie", "limit": 0}, 400, "limit"),
        ("/drugs/search", {"prefix": "Kanarie", "limit": "5"}, 400, "limit"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_how_to_mend_it(
    real_client: FlaskClient, contract: Contract, path: str, body: dict[str, Any], status: int, field: str | None
) -> None:
    response = real_client.post(API + path, data=json.dumps(body), content_type="application/json")
    problem = json.loads(response.data)
    assert (response.status_code, problem.get("field")) == (status, field)
    assert problem["hint"]
    assert "kanarie" not in response.text.lower()
    contract.hold("post", API + path, response)


@pytest.mark.parametrize("path", ["/knowledge/rules?limit=x", "/knowledge/rules?limit=0", "/knowledge/rules?Kanarie=1"])
def test_a_faulty_query_is_refused(real_client: FlaskClient, contract: Contract, path: str) -> None:
    response = real_client.get(API + path)
    assert response.status_code == 400
    assert "Kanarie" not in response.text
    contract.hold("get", API + path, response)


@pytest.mark.parametrize("kind", ["classes", "rules", "red_flags", "sources", "labs"])
def test_an_unknown_id_is_not_repeated(real_client: FlaskClient, contract: Contract, kind: str) -> None:
    path = f"{API}/knowledge/{kind}/Kanarie"
    response = real_client.get(path)
    assert response.status_code == 404
    assert "Kanarie" not in response.text
    contract.hold("get", path, response)


@pytest.mark.parametrize("path", [*POSTS, "/knowledge/rules", "/versions", "/docs", "/openapi.json"])
def test_a_wrong_method_is_told_the_right_ones(real_client: FlaskClient, path: str) -> None:
    response = real_client.delete(API + path)
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert ("POST" if path in POSTS else "GET") in response.headers["Allow"]


def test_options_tells_the_methods(real_client: FlaskClient) -> None:
    response = real_client.options(f"{API}/check")
    assert (response.status_code, set(response.headers["Allow"].split(", "))) == (200, {"OPTIONS", "POST"})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    path=st.sampled_from(list(POSTS)),
    kind=st.sampled_from(["application/json", "text/plain", FHIR, "application/json; charset=utf-16", "", "a;b=", "\xff"]),
    body=st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | st.sampled_from([
        b"[" * 5_000, b'{"text":' * 3_000, b'{"text": 1e999}', b'{"text": NaN}', b'{"lists": [' + b"[" * 900 + b"]" * 900 + b"]}",
        b'{"text": "a", "age": ' + b"9" * 5_000 + b"}", b'{"text": "a", "age": 1e400}', b'{"text": "a", "age": 0.0000000001}',
        b'{"prefix": "aa", "limit": 1e9}', b'{"prefix": "\\u0000\\u0000"}', b'{"lines": ["\\u0000"]}', b'{"names": ["\\ufeff"]}',
    ]),
)  # fmt: skip
def test_no_body_brings_the_api_down(real_client: FlaskClient, path: str, kind: str, body: bytes) -> None:
    response = real_client.post(API + path, data=body, content_type=kind)
    assert response.status_code in {200, 400, 413, 415}
    assert response.status_code == 200 or response.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", [*POSTS, "/versions", "/knowledge/rules", "/docs"])
def test_an_answer_that_nobody_wants_is_not_given(real_client: FlaskClient, contract: Contract, path: str) -> None:
    method = "post" if path in POSTS else "get"
    body = {"json": POSTS[path][0]} if path in POSTS else {}
    response = real_client.open(API + path, method=method, headers={"Accept": "image/png"}, **body)
    assert response.status_code == 406
    contract.hold(method, API + path, response)


@pytest.mark.parametrize("accept", ["*/*", "application/*", "application/json;q=0.1, text/html;q=0.05", "text/html, */*;q=0.1"])
def test_any_fitting_accept_header_gets_json(real_client: FlaskClient, accept: str) -> None:
    response = real_client.post(f"{API}/check", json={"text": "simvastatin"}, headers={"Accept": accept})
    assert (response.status_code, response.mimetype) == (200, "application/json")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "GZIP"])
def test_a_compressed_body_is_refused_unread(real_client: FlaskClient, path: str, encoding: str) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    response = real_client.post(
        API + path, data=bomb, content_type="application/json", headers={"Content-Encoding": encoding}
    )
    assert response.status_code == 415
    assert response.headers["Accept-Encoding"] == "identity"
    assert "Content-Encoding" in json.loads(response.data)["hint"]


@pytest.mark.parametrize("path", [path for path in POSTS if path != "/check"])
@pytest.mark.parametrize("kind", ["text/plain", FHIR, "text/json", ""])
def test_only_json_is_read_where_only_json_is_taken(real_client: FlaskClient, path: str, kind: str) -> None:
    assert real_client.post(API + path, data="{}", content_type=kind).status_code == 415


def test_a_long_answer_is_compressed_when_asked_for(real_client: FlaskClient) -> None:
    plain = real_client.get(f"{API}/openapi.json")
    short = real_client.get(f"{API}/openapi.json", headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert short.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in short.headers["Vary"]
    assert gzip.decompress(short.data) == plain.data
    assert len(short.data) < len(plain.data) / 4


def test_each_list_of_a_batch_stands_for_itself(real_client: FlaskClient) -> None:
    lists = [{"text": LIST}, {"text": 5}, {"text": "furosemide 40 mg", "age": 80}, [], {"text": " "}]
    answer = real_client.post(f"{API}/check/batch", json={"lists": lists}).get_json()
    assert [result["index"] for result in answer["results"]] == [0, 1, 2, 3, 4]
    assert [result["problem"] and result["problem"]["field"] for result in answer["results"]] == [
        None, "lists[1].text", None, "lists[3]", "lists[4].text",
    ]  # fmt: skip
    assert (answer["checked"], answer["refused"]) == (2, 3)
    assert answer["results"][0]["report"] == real_client.post(f"{API}/check", json={"text": LIST}).get_json()


def test_a_full_batch_is_answered(real_client: FlaskClient) -> None:
    answer = real_client.post(f"{API}/check/batch", json={"lists": [{"text": "simvastatin 40 mg"}] * 1_000}).get_json()
    assert answer["checked"] == 1_000


def test_the_fields_say_the_same_as_the_text(real_client: FlaskClient) -> None:
    fields = {
        "text": LIST, "age": 68, "sex": "female",
        "symptoms": [{"name": "cramps in both calves", "onset_days": 14}, {"name": "dark_urine", "denied": True}],
        "conditions": [{"name": "hypothyroidism"}], "egfr": 25, "creatinine_clearance": 28,
        "labs": [{"name": "potassium", "value": 3.1, "unit": "mmol/L"}, {"name": "CK", "value": 900, "unit": "U/L"}],
    }  # fmt: skip
    by_fields = real_client.post(f"{API}/check", json=fields).get_json()
    text = f"{LIST}\n\n{FACTS}\neGFR 25 mL/min/1.73m2\ncreatinine clearance 28 mL/min"
    by_text = real_client.post(f"{API}/check", json={"text": text}).get_json()
    for part in ("notes", "contributors", "questions", "patient"):
        assert by_fields[part] == by_text[part]
    assert len(by_fields["notes"]) > 5


@pytest.mark.parametrize("pregnant", [True, False])
def test_pregnancy_in_its_field_is_pregnancy_in_the_text(real_client: FlaskClient, pregnant: bool) -> None:
    words = "pregnant" if pregnant else "not pregnant"
    by_field = real_client.post(f"{API}/check", json={"text": "atorvastatin 20 mg", "pregnant": pregnant}).get_json()
    by_text = real_client.post(f"{API}/check", json={"text": f"atorvastatin 20 mg\n\n{words}"}).get_json()
    assert by_field["notes"] == by_text["notes"]
    assert by_field["patient"]["pregnant"] is pregnant


def test_calcium_and_albumin_meet_across_text_and_fields(real_client: FlaskClient) -> None:
    body = {"text": "furosemide 40 mg\nCa 1.9 mmol/L", "labs": [{"name": "albumin", "value": 25, "unit": "g/L"}]}
    labs = {lab["id"]: lab for lab in real_client.post(f"{API}/check", json=body).get_json()["labs"]}
    assert labs["calcium_corrected"]["canonical_value"] == pytest.approx(2.2)


def test_a_fact_that_nobody_recognises_is_told_and_not_quoted(real_client: FlaskClient) -> None:
    body = {"text": "simvastatin", "conditions": [{"name": "hypothyroidism"}, {"name": "Kanarie"}]}
    answer = real_client.post(f"{API}/check", json=body).get_json()
    assert answer["not_assessed"][0] == "conditions[1] was not recognised and was not taken into account."
    assert "Kanarie" not in json.dumps(answer)


def test_a_result_in_a_strange_unit_is_not_used(real_client: FlaskClient) -> None:
    body = {"text": "furosemide", "labs": [{"name": "potassium", "value": 3.1, "unit": "Kanarie"}]}
    answer = real_client.post(f"{API}/check", json=body).get_json()
    assert answer["labs"] == []
    assert answer["not_assessed"][0].startswith("labs[0] was not recognised")


def test_no_heading_of_the_list_governs_the_fields(real_client: FlaskClient) -> None:
    body = {"text": "simvastatin 40 mg\nFamily history:", "conditions": [{"name": "hypothyroidism"}]}
    answer = real_client.post(f"{API}/check", json=body).get_json()
    assert [condition["experiencer"] for condition in answer["conditions"]] == ["patient"]


def test_every_symptom_condition_and_lab_is_known_by_its_id(real_client: FlaskClient) -> None:
    for kind, fields in (("symptoms", {}), ("conditions", {}), ("labs", {"value": 4, "unit": "mmol/L"})):
        ids = [item["id"] for item in real_client.get(f"{API}/knowledge/{kind}?limit=500").get_json()["items"]]
        for start in range(0, len(ids), 100):
            body = {"text": "simvastatin", kind: [{"name": name, **fields} for name in ids[start : start + 100]]}
            answer = real_client.post(f"{API}/check", json=body).get_json()
            assert set(ids[start : start + 100]) <= {found["id"] for found in answer[kind]}


def test_search_gives_names_that_begin_so(real_client: FlaskClient) -> None:
    drugs = real_client.post(f"{API}/drugs/search", json={"prefix": "FUROS", "limit": 50}).get_json()["drugs"]
    assert {"name": "furosemide", "rxcui": "4603"} in [drug["ingredients"][0] for drug in drugs]
    assert all(drug["name"].lower().startswith("furos") for drug in drugs)


def test_the_page_of_the_api_loads_nothing_and_names_every_address(real_client: FlaskClient, contract: Contract) -> None:
    page = real_client.get(f"{API}/docs")
    assert page.mimetype == "text/html"
    assert "<script" not in page.text
    assert " style=" not in page.text
    assert "//" not in page.text.replace("https://json-schema.org", "")
    for path in contract.document["paths"]:
        assert path in page.text


def test_the_document_is_openapi_3_1_and_names_every_route(real_client: FlaskClient, contract: Contract) -> None:
    assert contract.document["openapi"] == "3.1.0"
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in real_client.application.url_map.iter_rules()
        if rule.rule.startswith(API)
    }
    assert routes == set(contract.document["paths"])
    for schema in contract.document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


