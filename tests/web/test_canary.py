"""Nothing that was typed may reach a log, an address or an error text: a made-up patient is looked for everywhere."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from medrisk.core.model import Report
from medrisk.errors import InputError
from medrisk.service import Medrisk
from medrisk.settings import Settings
from medrisk.tokens import Tokens
from medrisk.web import create_app

from .fakes import FakeService

PATIENT, DRUG = "Wilhelmina Quackenbush", "canarimycin"
TYPED = f"{PATIENT}, born 1951\n{DRUG} 40 mg"
BOX = re.compile(r"<textarea.*?</textarea>", re.DOTALL)


@pytest.fixture(autouse=True)
def nothing_is_logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    out, err = capfd.readouterr()
    records = caplog.get_records("call")  # by now caplog.text holds only what is logged while tearing down
    logged = [logging.Formatter().format(record) + repr(vars(record)) for record in records]
    assert_clean(" ".join((*logged, out, err)))


def assert_clean(text: str) -> None:
    for word in (*PATIENT.split(), DRUG):
        assert word.lower() not in text.lower()


def assert_clean_answer(response: TestResponse) -> None:
    """The list may come back into the box that it was typed in, and nowhere else."""
    assert_clean(BOX.sub("", response.text))
    assert_clean(str(response.headers))


def fail(text: str) -> NoReturn:
    """An error as careless code raises it: with the data in its message, its cause and its notes."""
    try:
        {}[text]
    except KeyError as error:
        error.add_note(text)
        raise RuntimeError(f"cannot handle {text}") from error


def refuse(_text: str) -> Report:
    raise InputError("This list cannot be read.", hint="Send another.", field="text")


def send(client: FlaskClient, kind: str) -> TestResponse:
    """The made-up patient through each door, well or badly."""
    if kind == "form":
        return client.post("/", data={"text": TYPED})
    if kind == "json":
        return client.post("/api/v1/check", json={"text": TYPED})
    return client.post("/api/v1/check", data=TYPED, content_type="text/plain")


@pytest.mark.parametrize("kind", ["form", "json", "text"])
def test_a_good_list_leaves_no_trace(client: FlaskClient, kind: str) -> None:
    response = send(client, kind)
    assert response.status_code == 200
    assert_clean_answer(response)


@pytest.mark.parametrize("kind", ["form", "json", "text"])
def test_a_failure_inside_leaves_no_trace(
    client: FlaskClient, fake: FakeService, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    fake.answer = fail
    response = send(client, kind)
    assert response.status_code == 500
    assert "Nothing was checked" in response.text
    assert_clean_answer(response)
    assert "unexpected RuntimeError at" in caplog.text, "whoever mends it must learn where it broke"
    assert "fail:" in caplog.text


@pytest.mark.parametrize("kind", ["form", "json", "text"])
def test_a_refusal_leaves_no_trace(client: FlaskClient, fake: FakeService, kind: str) -> None:
    fake.answer = refuse
    response = send(client, kind)
    assert response.status_code == 400
    assert_clean_answer(response)


@pytest.mark.parametrize(
    "body",
    [
        TYPED, f'{{"text": "{PATIENT}', json.dumps([TYPED]), json.dumps({"text": [TYPED]}), json.dumps({TYPED: TYPED}),
        json.dumps({"text": "a", PATIENT: DRUG}), f'{{"{DRUG}": 1, "{DRUG}": 2}}',
    ],
)  # fmt: skip
def test_a_bad_body_is_not_quoted(client: FlaskClient, body: str) -> None:
    response = client.post("/api/v1/check", data=body, content_type="application/json")
    assert response.status_code == 400
    assert_clean_answer(response)


@pytest.mark.parametrize("path", ["/", "/api/v1/check"])
def test_other_content_and_other_fields_are_not_quoted(client: FlaskClient, path: str) -> None:
    for content_type in ("application/xml", f"text/{DRUG}", "multipart/form-data; boundary=x", "image/png"):
        response = client.post(path, data=TYPED, content_type=content_type)
        assert response.status_code in {400, 415}
        assert_clean_answer(response)
    response = client.post("/", data={"text": "a", DRUG: PATIENT})
    assert response.status_code == 400
    assert_clean_answer(response)


@pytest.mark.parametrize("path", ["/", "/api/v1/check"])
def test_too_large_a_body_is_not_quoted(client: FlaskClient, path: str) -> None:
    for body in ({"data": {"text": TYPED * 500}}, {"json": {"text": TYPED * 500}}):
        response = client.post(path, **body)
        assert response.status_code in {400, 413, 415}
        assert_clean_answer(response)


@pytest.mark.parametrize("path", ["/", "/about", "/healthz", "/api/v1/check", f"/{DRUG}", f"/api/{DRUG}"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_an_address_with_the_list_in_it_is_not_answered_with_it(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method, query_string={"text": TYPED, "example": DRUG})
    assert_clean_answer(response)


@pytest.mark.parametrize("path", ["/", "/api/v1/check"])
def test_a_refused_site_is_not_quoted(client: FlaskClient, path: str) -> None:
    response = client.post(path, data={"text": TYPED}, headers={"Origin": f"https://{DRUG}.example"})
    assert response.status_code == 403
    assert_clean_answer(response)


FHIR_PATIENT = {
    "resourceType": "Bundle", "timestamp": PATIENT, "entry": [
        {"fullUrl": PATIENT, "resource": {"resourceType": "Patient", "id": PATIENT, "name": [{"text": PATIENT}], "birthDate": PATIENT, "gender": PATIENT}},
        {"resource": {"resourceType": "MedicationRequest", "status": PATIENT, "note": [{"text": PATIENT}],
                      "medicationCodeableConcept": {"text": DRUG}}},
        {"resource": {"resourceType": "Condition", "code": {"text": PATIENT}}},
        {"resource": {"resourceType": "Observation", "code": {"text": PATIENT}, "valueQuantity": {"value": 1, "unit": DRUG}}},
        {"resource": {"resourceType": PATIENT}}, PATIENT,
    ],
}  # fmt: skip


@pytest.mark.parametrize("accept", ["application/fhir+json", "application/json"])
def test_a_patient_in_fhir_leaves_no_trace(real_client: FlaskClient, accept: str) -> None:
    body = {**FHIR_PATIENT, "timestamp": "2026-01-01"}
    response = real_client.post(
        "/api/v1/check", data=json.dumps(body), content_type="application/fhir+json", headers={"Accept": accept}
    )
    assert response.status_code == 200
    answer = response.get_json()
    for line in answer.get("lines", ()):
        line["text"] = ""  # a line is shown as it was sent
    assert_clean(json.dumps(answer) + str(response.headers))


@pytest.mark.parametrize("path", ["check", "check/batch", "normalize", "classify", "drugs/search"])
@pytest.mark.parametrize(
    "body", [TYPED, {"text": [TYPED]}, {"text": "a", "labs": [{PATIENT: DRUG}]}, {"lists": TYPED}, {"lists": [TYPED]},
             {"lists": [{"text": "a", PATIENT: 1}]}, {"lines": TYPED}, {"names": {DRUG: 1}}, {"prefix": [DRUG]}, FHIR_PATIENT],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["application/json", "application/fhir+json"])
def test_no_resource_quotes_what_it_refuses(real_client: FlaskClient, path: str, body: object, kind: str) -> None:
    response = real_client.post(f"/api/v1/{path}", data=json.dumps(body), content_type=kind)
    assert_clean_answer(response)


@pytest.mark.parametrize("path", [f"knowledge/rules/{DRUG}", f"knowledge/{DRUG}", f"knowledge/rules?offset={DRUG}", f"check?date={DRUG}"])
def test_an_address_under_the_api_is_not_repeated(real_client: FlaskClient, path: str) -> None:
    for method in ("GET", "POST"):
        assert_clean_answer(real_client.open(f"/api/v1/{path}", method=method, json={"text": "a"} if method == "POST" else None))


CDS_PATIENT = {
    "hook": "order-sign", "hookInstance": PATIENT, "fhirServer": f"https://{DRUG}.example/fhir",
    "fhirAuthorization": {"access_token": DRUG}, "extension": {"configuration-items": {"detected-issue": True, PATIENT: DRUG}},
    "context": {"userId": PATIENT, "patientId": PATIENT, "encounterId": DRUG, "draftOrders": {"resourceType": "Bundle", "entry": [
        {"fullUrl": PATIENT, "resource": {"resourceType": "MedicationRequest", "id": PATIENT, "status": "draft", "note": [{"text": PATIENT}],
                                          "medicationCodeableConcept": {"text": "simvastatin 40 mg"}, "subject": {"display": PATIENT}}},
        {"resource": {"resourceType": "MedicationRequest", "id": "d", "medicationCodeableConcept": {"text": DRUG}}}]}},
    "prefetch": {
        "medications": {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "MedicationRequest", "status": "active", "id": "m",
                                                                          "medicationCodeableConcept": {"text": "amlodipine 5 mg"}}}]},
        "patient": FHIR_PATIENT["entry"][0]["resource"], "conditions": {"resourceType": "Condition", "code": {"text": PATIENT}}, PATIENT: DRUG,
    },
}  # fmt: skip


def test_a_patient_over_cds_hooks_leaves_no_trace(real_client: FlaskClient) -> None:
    response = real_client.post("/cds-services/medrisk-order-sign", json=CDS_PATIENT)
    assert response.status_code == 200
    assert len(response.get_json()["cards"]) == 1
    assert_clean_answer(response)
    for broken in ({**CDS_PATIENT, "prefetch": {PATIENT: DRUG}}, {**CDS_PATIENT, "hook": PATIENT}, {**CDS_PATIENT, "context": PATIENT}, [CDS_PATIENT]):
        response = real_client.post("/cds-services/medrisk-order-sign", json=broken)
        assert response.status_code in {400, 412}
        assert_clean_answer(response)
    assert_clean(real_client.get("/metrics").text)


def test_fetching_from_an_ehr_leaves_no_trace(service: Medrisk, tmp_path: Path) -> None:
    """The address asked for holds the patient's id, and the token was lent: neither may reach a log, whatever its level."""
    settings = replace(service.settings, data_dir=tmp_path, cds_fhir_servers=("http://127.0.0.1:9/fhir",))
    body = json.loads(json.dumps(CDS_PATIENT)) | {"fhirServer": "http://127.0.0.1:9/fhir", "prefetch": {}}
    body["context"]["patientId"] = DRUG
    response = create_app(service, settings).test_client().post("/cds-services/medrisk-order-sign", json=body)
    assert response.status_code == 412
    assert_clean_answer(response)


def test_feedback_leaves_no_trace(real_client: FlaskClient) -> None:
    override = {"reason": {"system": PATIENT, "code": DRUG, "display": PATIENT}, "userComment": TYPED}
    item = {"card": "4e0a3a1e-3283-4575-ab82-028d55fe2719", "outcome": "overridden", "outcomeTimestamp": "2026-11-22T10:00:00Z", "overrideReason": override}
    for sent in (item, item | {"outcome": PATIENT}, item | {"card": PATIENT}, item | {"outcomeTimestamp": DRUG}, item | {"overrideReason": PATIENT}, PATIENT):
        assert_clean_answer(real_client.post("/cds-services/medrisk-order-sign/feedback", json={"feedback": [sent]}))
    assert_clean(real_client.get("/metrics").text)


@pytest.mark.parametrize("path", [f"/cds-services/{DRUG}", f"/cds-services/{DRUG}/feedback", f"/cds-services?patient={DRUG}", f"/knowledge/rules/{DRUG}", f"/knowledge/{DRUG}/x"])
def test_an_address_of_cds_hooks_is_not_repeated(real_client: FlaskClient, path: str) -> None:
    for method in ("GET", "POST"):
        assert_clean_answer(real_client.open(path, method=method, json={} if method == "POST" else None))


@pytest.fixture
def far(fake: FakeService, settings: Settings) -> FlaskClient:
    """A server that asks for a sign-in, named hosts, a proxy's header, and few requests a minute."""
    Tokens(settings.data_dir).add("front-desk")
    settings = replace(
        settings, allowed_hosts=("medrisk.example.org",), trusted_user_header="X-Remote-User", trusted_proxies=("10.0.0.1",),
        cors_origins=("chrome-extension://abc",), rate_limit=20,
    )  # fmt: skip
    return create_app(fake, settings).test_client()  # type: ignore[arg-type]  # the fake has what the doors use


HEADERS = [
    {"Authorization": f"Bearer {DRUG}"}, {"Authorization": f"Basic {DRUG}"}, {"Authorization": f"{DRUG}"}, {"X-Remote-User": PATIENT},
    {"X-Remote-User": f"{PATIENT}, {DRUG}"}, {"Cookie": f"medrisk={DRUG}"}, {"Cookie": f"{DRUG}={PATIENT}"}, {"Cookie": f"__Host-medrisk={DRUG}"},
    {"Host": f"{DRUG}.example"}, {"Origin": f"chrome-extension://{DRUG}"}, {"Referer": f"http://localhost/{DRUG}"}, {"User-Agent": DRUG},
    {"X-Forwarded-For": DRUG}, {"Content-Type": f"text/plain; charset={DRUG}"}, {"Content-Length": DRUG}, {"Sec-Fetch-Site": DRUG},
    {"Access-Control-Request-Headers": DRUG, "Origin": "chrome-extension://abc"}, {"Accept": f"text/{DRUG}"}, {"If-None-Match": DRUG},
    {"X-Request-Id": DRUG}, {"Traceparent": DRUG},
]  # fmt: skip


@pytest.mark.parametrize("address", ["10.0.0.1", "10.9.9.9", "127.0.0.1"])
@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: " ".join(headers))
def test_a_header_with_the_patient_in_it_leaves_no_trace(
    client: FlaskClient, far: FlaskClient, headers: dict[str, str], address: str
) -> None:
    for server in (client, far):
        for method, path in (("GET", "/"), ("POST", "/"), ("POST", "/api/v1/check"), ("OPTIONS", "/api/v1/check"), ("GET", f"/{DRUG}")):
            response = server.open(path, method=method, data=TYPED, headers=headers, environ_base={"REMOTE_ADDR": address})
            assert_clean_answer(response)


@pytest.mark.parametrize("data", [{"token": TYPED}, {"token": DRUG, PATIENT: DRUG}, {DRUG: PATIENT}, TYPED, {"token": DRUG * 1_000}])
def test_the_sign_in_field_is_never_repeated(client: FlaskClient, far: FlaskClient, data: object) -> None:
    for server in (client, far):
        assert_clean_answer(server.post("/sign-in", data=data))
        assert_clean_answer(server.get("/sign-in", query_string={"token": DRUG}))
        assert_clean_answer(server.post("/sign-out", data=data))


def test_a_refusal_for_too_many_requests_leaves_no_trace(far: FlaskClient) -> None:
    responses = [far.post("/sign-in", data={"token": TYPED}, headers={"User-Agent": DRUG}) for _ in range(25)]
    assert responses[-1].status_code == 429
    for response in responses:
        assert_clean_answer(response)


@pytest.mark.parametrize("method", ["GET", "POST", "PROPFIND", DRUG.upper()])
def test_no_metric_holds_what_was_sent(client: FlaskClient, fake: FakeService, method: str) -> None:
    for path in ("/", f"/{DRUG}", f"/api/{DRUG}", f"/static/{DRUG}", "/api/v1/check", f"/?{DRUG}={PATIENT}"):
        client.open(path, method=method, data=TYPED, content_type="text/plain", headers={"User-Agent": DRUG})
    fake.answer = fail
    client.post("/api/v1/check", data=TYPED, content_type="text/plain")
    metrics = client.get("/metrics").text
    assert 'status="500"' in metrics
    assert_clean(metrics)


@pytest.fixture
def audits(fake: FakeService, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Takes files in; nothing works on them."""
    monkeypatch.setattr("medrisk.audit.jobs.starting.start_process", lambda *_: None)
    return create_app(fake, replace(settings, audits=True, audit_max_bytes=5_000)).test_client()  # type: ignore[arg-type]  # the fake has what the doors use


def test_a_file_leaves_no_trace(audits: FlaskClient) -> None:
    fields = {"map": f"patient={PATIENT}", "aliases": (io.BytesIO(TYPED.encode()), f"{DRUG}.csv")}
    response = audits.post("/api/v1/audits", data=fields | {"file": (io.BytesIO(TYPED.encode()), f"{PATIENT}.csv")})
    assert response.status_code == 202
    for answer in (response, audits.get("/api/v1/audits"), audits.get(response.location), audits.get(f"{response.location}/results/{DRUG}"),
                   audits.get(f"/api/v1/audits/{DRUG}"), audits.delete(response.location)):  # fmt: skip
        assert_clean_answer(answer)
    assert_clean(audits.get("/metrics").text)


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"file": TYPED}, {DRUG: TYPED}, {"mode": TYPED}, {"map": TYPED}, {"dates": DRUG}, {"delimiter": TYPED}, {"encoding": TYPED},
        {"pseudonymise": DRUG}, {"mode": [DRUG, PATIENT]}, {"file": TYPED * 500},
    ],
)  # fmt: skip
def test_a_refused_file_leaves_no_trace(audits: FlaskClient, fields: dict[str, object]) -> None:
    sent = io.BytesIO((TYPED * (1 if fields else 500)).encode())
    response = audits.post("/api/v1/audits", data={"patients": (sent, f"{PATIENT}.csv"), **fields}, content_type="multipart/form-data")
    assert response.status_code in {400, 413}
    assert_clean_answer(response)


def test_a_file_that_cannot_be_kept_leaves_no_trace(audits: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medrisk.web.api.uploads._take", lambda *_: fail(TYPED))
    response = audits.post("/api/v1/audits", data={"file": (io.BytesIO(TYPED.encode()), f"{PATIENT}.csv")})
    assert response.status_code == 500
    assert_clean_answer(response)
