"""What is missing from a call: fetched where the site permits, else said in the way that CDS Hooks has for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask.testing import FlaskClient

from .conftest import ClientOf
from .samples import (
    PATIENT,
    PATIENT_VIEW,
    SIMVASTATIN_AMLODIPINE,
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
SECRET = "a-borrowed-token"  # noqa: S105 - made up
Answer = tuple[int, dict[str, str], Any]


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_args: object) -> None:
        """medrisk hangs up on what is too long or too slow; that is what is tested."""


class StandIn:
    """A FHIR server on this machine: answers what a test gives it for a kind of resource, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answers: dict[str, Callable[[str], Answer]] = {}
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                stand_in.asked.append((self.path, self.headers.get("Authorization", "")))
                kind = self.path.split("/fhir/", 1)[-1].split("?")[0].split("/")[0]
                status, headers, body = stand_in.answers.get(kind, lambda _path: (200, {}, bundle()))(self.path)
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(content))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_args: object) -> None:
                pass

        self.server = QuietServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}/fhir"

    def gives(self, kind: str, *resources: Json, **more: Any) -> None:
        self.answers[kind] = lambda _path: (200, {}, bundle(*resources, **more))

    def paths(self, kind: str) -> list[str]:
        return [path for path, _ in self.asked if path.startswith(f"/fhir/{kind}")]


@pytest.fixture
def ehr() -> Iterator[StandIn]:
    stand_in = StandIn()
    thread = threading.Thread(target=stand_in.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()
    thread.join()


@pytest.fixture
def allowed(client_of: ClientOf, ehr: StandIn) -> FlaskClient:
    return client_of(cds_fhir_servers=(ehr.base,))


def unfilled(ehr: StandIn | None = None, **more: Any) -> Json:
    """A call with nothing prefetched, and with leave to fetch where there is a server."""
    body = order_sign(SIMVASTATIN) | {"prefetch": {}}
    if ehr is not None:
        body |= {"fhirServer": ehr.base, "fhirAuthorization": {
            "access_token": SECRET, "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "medrisk"}}  # fmt: skip
    return body | more


def outcome(client: FlaskClient, body: Json, service: str = "medrisk-order-sign") -> Json:
    response = call(client, body, service)
    assert response.status_code == 412
    assert response.mimetype == "application/fhir+json"
    answer: Json = response.get_json()
    assert answer["resourceType"] == "OperationOutcome"
    (issue,) = answer["issue"]
    assert (issue["severity"], issue["code"], issue["expression"]) == ("error", "required", ["prefetch.medications"])
    assert "prefetch key medications" in issue["details"]["text"]
    assert SECRET not in response.text
    return issue


@pytest.mark.parametrize(
    ("prefetch", "is_enough"),
    [
        (None, False), ({}, False), ({"patient": PATIENT}, False), ({"patientToGreet": PATIENT}, False), ([], False), ("x", False),
        ({"medications": {"resourceType": "OperationOutcome", "issue": []}}, False),
        ({"medications": bundle({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]})}, False),
        ({"medications": bundle({"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "value"}]})}, True),
        ({"medications": ""}, False), ({"medications": {}}, False), ({"medications": "Bundle/1"}, False), ({"medications": False}, False),
        ({"statements": bundle(AMLODIPINE)}, False),
        ({"medications": None}, True), ({"medications": bundle()}, True), ({"medications": bundle(AMLODIPINE)}, True),
        ({"meds": bundle(AMLODIPINE)}, True), ({"item1": bundle(drug("digoxin", kind="MedicationDispense"))}, True),
        ({"item2": bundle(link=[{"relation": "self", "url": "http://ehr.example/MedicationRequest?patient=p1"}])}, True),
        ({"item2": bundle(link=[{"relation": "self", "url": "http://ehr.example/Condition?patient=p1"}])}, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("asked", ["medrisk-order-sign", PATIENT_VIEW])
def test_without_the_list_nothing_is_checked_and_the_key_is_named(
    client: FlaskClient, prefetch: Any, is_enough: bool, asked: str
) -> None:
    body = unfilled(prefetch=prefetch, hook="order-sign" if asked != PATIENT_VIEW else "patient-view")
    if is_enough:
        cards(client, body, asked)
    else:
        assert outcome(client, body, asked)


def test_the_rest_may_be_missing(client: FlaskClient) -> None:
    assert rules(cards(client, unfilled(prefetch={"medications": bundle(AMLODIPINE)}))) == [SIMVASTATIN_AMLODIPINE]


def test_what_is_missing_is_fetched_with_the_token_that_was_lent(allowed: FlaskClient, ehr: StandIn) -> None:
    ehr.gives("MedicationRequest", AMLODIPINE)
    ehr.answers["Patient"] = lambda _path: (200, {}, PATIENT)
    assert rules(cards(allowed, unfilled(ehr))) == [SIMVASTATIN_AMLODIPINE]
    assert {authorization for _, authorization in ehr.asked} == {f"Bearer {SECRET}"}
    assert len(ehr.asked) == 5
    assert ehr.paths("Patient") == ["/fhir/Patient/p1"]
    (asked,) = ehr.paths("MedicationRequest?")
    assert "patient=p1&status=active" in asked and "{{" not in asked


def test_what_was_sent_or_could_not_be_read_by_the_ehr_is_not_fetched(allowed: FlaskClient, ehr: StandIn) -> None:
    failed = {"resourceType": "OperationOutcome", "issue": []}
    sent = {
        "medications": bundle(AMLODIPINE),
        "patient": None,
        "conditions": failed,
        "labs": failed,
        "statements": bundle(),
    }
    assert rules(cards(allowed, unfilled(ehr, prefetch=sent))) == [SIMVASTATIN_AMLODIPINE]
    assert ehr.asked == []
    assert (
        "could not read it"
        in outcome(allowed, unfilled(ehr, prefetch=sent | {"medications": failed}))["details"]["text"]
    )


def test_no_server_is_asked_unless_the_site_permits_it(client_of: ClientOf, ehr: StandIn) -> None:
    ehr.gives("MedicationRequest", AMLODIPINE)
    for servers in ((), ("https://ehr.example.org/fhir",), (f"{ehr.base}/other",), (ehr.base[:-2],)):
        issue = outcome(client_of(cds_fhir_servers=servers), unfilled(ehr))
        assert "MEDRISK_CDS_FHIR_SERVERS" in issue["details"]["text"]
    assert ehr.asked == []


@pytest.mark.parametrize(
    "change", [{"fhirAuthorization": None}, {"fhirAuthorization": {}}, {"fhirServer": ""}, {"fhirServer": None}]
)
def test_without_a_token_or_a_server_nothing_is_asked(allowed: FlaskClient, ehr: StandIn, change: Json) -> None:
    assert "no leave" in outcome(allowed, unfilled(ehr) | change)["details"]["text"]
    assert ehr.asked == []


@pytest.mark.parametrize(
    "patient", ["../Practitioner", "p1?x=1", "p1/../..", "", None, 7, "a" * 65, "p 1", "p1\r\nX: y"]
)
def test_no_address_is_made_of_what_is_no_id(allowed: FlaskClient, ehr: StandIn, patient: Any) -> None:
    body = unfilled(ehr)
    body["context"]["patientId"] = patient
    assert "no patient" in outcome(allowed, body)["details"]["text"]
    assert ehr.asked == []


def test_pages_are_followed(allowed: FlaskClient, ehr: StandIn) -> None:
    following = [{"relation": "next", "url": f"{ehr.base}/MedicationRequest?page=2"}]
    ehr.answers["MedicationRequest"] = lambda path: (
        (200, {}, bundle(AMLODIPINE)) if "page=2" in path else (200, {}, bundle(drug("digoxin"), link=following))
    )
    assert rules(cards(allowed, unfilled(ehr))) == [SIMVASTATIN_AMLODIPINE]
    sent = {"orders": bundle(drug("digoxin"), link=following)}
    assert rules(cards(allowed, unfilled(ehr, prefetch=sent))) == [SIMVASTATIN_AMLODIPINE]


def test_results_are_read_from_the_first_page_alone(allowed: FlaskClient, ehr: StandIn) -> None:
    ehr.gives("Observation", link=[{"relation": "next", "url": f"{ehr.base}/Observation?page=2"}])
    cards(allowed, unfilled(ehr))
    assert len(ehr.paths("Observation")) == 1


def test_a_list_of_which_pages_are_missing_is_told_at_every_loudness(client_of: ClientOf) -> None:
    sent = {
        "orders": bundle(
            AMLODIPINE, link=[{"relation": "next", "url": "https://ehr.example.org/fhir/MedicationRequest?page=2"}]
        )
    }
    for level in ("interruptive", "all"):
        client = client_of(cds_loudness=level)
        assert SIMVASTATIN_AMLODIPINE in rules(cards(client, unfilled(prefetch=sent)))
        harmless = unfilled(prefetch=sent) | {"context": order_sign(draft("paracetamol 500 mg"))["context"]}
        for body in (unfilled(prefetch=sent), harmless):
            assert sum("Only a part of the medication list" in card["summary"] for card in cards(client, body)) == 1


@pytest.mark.parametrize(
    "next_page",
    ["http://127.0.0.1:1/fhir/MedicationRequest", "{base}/../admin", "{base}/%2e%2e/admin", "{base}x/MedicationRequest", "file:///etc/passwd", "/fhir/x", "{base}"],
)  # fmt: skip
def test_a_next_page_outside_of_the_server_is_not_read(allowed: FlaskClient, ehr: StandIn, next_page: str) -> None:
    ehr.gives(
        "MedicationRequest", AMLODIPINE, link=[{"relation": "next", "url": next_page.replace("{base}", ehr.base)}]
    )
    found = cards(allowed, unfilled(ehr))
    assert SIMVASTATIN_AMLODIPINE in rules(found)
    assert "Only a part" in found[-1]["summary"]
    assert len(ehr.paths("MedicationRequest")) == 1
    assert not [path for path, _ in ehr.asked if "admin" in path]


def test_pages_without_end_are_left(allowed: FlaskClient, ehr: StandIn) -> None:
    ehr.gives(
        "MedicationRequest", AMLODIPINE, link=[{"relation": "next", "url": f"{ehr.base}/MedicationRequest?again"}]
    )
    found = cards(allowed, unfilled(ehr))
    assert "Only a part" in found[-1]["summary"]
    assert len(ehr.paths("MedicationRequest")) == 10


TROUBLES: dict[str, tuple[Answer, str]] = {
    "a redirect": ((302, {"Location": "http://127.0.0.1:1/elsewhere"}, b""), "another address"),
    "not authorised": ((401, {}, b""), "access token"),
    "a fault": ((500, {}, b""), "reported a fault"),
    "not there": ((404, {}, {"resourceType": "OperationOutcome"}), "reported a fault"),
    "no JSON": ((200, {}, b"<html>"), "could not be read"),
    "no resource": ((200, {}, {}), "no resource"),
    "an outcome": ((200, {}, {"resourceType": "OperationOutcome"}), "no resource"),
    "too much": ((200, {}, b"[" + b"1," * 2_100_000), "too long"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_with_the_server_is_said_without_its_words(allowed: FlaskClient, ehr: StandIn, trouble: str) -> None:
    answer, words = TROUBLES[trouble]
    ehr.answers["MedicationRequest"] = lambda _path: answer
    assert words in outcome(allowed, unfilled(ehr))["details"]["text"]


def test_a_server_that_is_down_or_slow_is_left(
    client_of: ClientOf, ehr: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = unfilled(ehr, fhirServer="http://127.0.0.1:9/fhir")
    assert (
        "could not be reached"
        in outcome(client_of(cds_fhir_servers=("http://127.0.0.1:9/fhir",)), body)["details"]["text"]
    )
    monkeypatch.setattr("medrisk.web.cds_hooks.fhir_server._SECONDS", 0.3)
    go_on = threading.Event()
    ehr.answers["MedicationRequest"] = lambda _path: (go_on.wait(5), (200, {}, bundle()))[1]
    try:
        assert "in time" in outcome(client_of(cds_fhir_servers=(ehr.base,)), unfilled(ehr))["details"]["text"]
    finally:
        go_on.set()


def test_trouble_with_what_is_not_needed_costs_nothing(allowed: FlaskClient, ehr: StandIn) -> None:
    ehr.gives("MedicationRequest", AMLODIPINE)
    for kind in ("Patient", "Condition", "Observation", "MedicationStatement"):
        ehr.answers[kind] = lambda _path: (500, {}, b"")
    assert rules(cards(allowed, unfilled(ehr))) == [SIMVASTATIN_AMLODIPINE]
