"""The API: the contract object out, problem documents when something is wrong."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from medrisk.errors import InputTooLargeError
from medrisk.presentation import report_to_dict
from medrisk.service import Medrisk

from .fakes import REPORT, FakeService

CHECK = "/api/v1/check"


def problem_of(response: TestResponse) -> dict[str, object]:
    assert response.mimetype == "application/problem+json"
    problem: dict[str, object] = json.loads(response.data)
    assert problem["status"] == response.status_code
    assert {"type", "title", "status", "detail"} <= set(problem)
    return problem


def test_json_is_answered_with_the_contract(client: FlaskClient, fake: FakeService) -> None:
    response = client.post(CHECK, json={"text": "a list"})
    assert response.status_code == 200
    assert response.get_json() == json.loads(json.dumps(report_to_dict(REPORT)))
    assert fake.texts == ["a list"]


def test_plain_text_is_the_list_itself(client: FlaskClient, fake: FakeService) -> None:
    response = client.post(CHECK, data="\ufeff40 µg\n".encode(), content_type="text/plain; charset=utf-8")
    assert response.status_code == 200
    assert fake.texts == ["40 µg\n"]


def test_the_page_and_the_api_ask_the_service_the_same(client: FlaskClient, fake: FakeService) -> None:
    client.post("/", data={"text": "one\r\ntwo"})
    client.post(CHECK, json={"text": "one\ntwo"})
    assert fake.texts[0] == fake.texts[1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", None), (b"", None), (b"[]", None), (b'"text"', None), (b"\xff\xfe", None), (b"[" * 1_500, None),
        (b"{}", "text"), (b'{"text": 1}', "text"), (b'{"text": null}', "text"), (b'{"text": ["a"]}', "text"),
        (b'{"text": "a", "patient": "b"}', None), (b'{"text": "a", "text": "b"}', None),
        (b'{"text": "\\ud800"}', "text"),
    ],
)  # fmt: skip
def test_a_body_that_could_be_misread_is_refused(
    client: FlaskClient, fake: FakeService, body: bytes, field: str | None
) -> None:
    response = client.post(CHECK, data=body, content_type="application/json")
    problem = problem_of(response)
    assert response.status_code == 400
    assert problem["type"] == "urn:problem-type:medrisk:input"
    assert problem.get("field") == field
    assert problem["hint"]
    assert fake.texts == []


@pytest.mark.parametrize("content_type", ["application/xml", "application/x-www-form-urlencoded", "text/html", ""])
def test_other_kinds_of_content_are_refused(client: FlaskClient, content_type: str) -> None:
    response = client.post(CHECK, data="text=a", content_type=content_type)
    assert response.status_code == 415
    assert "text/plain" in str(problem_of(response)["hint"])


def test_an_error_of_the_service_keeps_its_status_title_hint_and_field(client: FlaskClient, fake: FakeService) -> None:
    def refuse(_text: str) -> None:
        raise InputTooLargeError("Too long.", hint="Send less.", field="text")

    fake.answer = refuse  # type: ignore[assignment]  # it never answers
    response = client.post(CHECK, json={"text": "a"})
    assert problem_of(response) == {
        "type": "urn:problem-type:medrisk:input-too-large", "title": "The text is too long", "status": 413,
        "detail": "Too long.", "hint": "Send less.", "field": "text",
    }  # fmt: skip


def test_a_body_over_any_permitted_size_is_refused_unread(client: FlaskClient, fake: FakeService) -> None:
    response = client.post(CHECK, json={"text": "a" * 20_000})
    assert response.status_code == 413
    assert problem_of(response)["type"] == "about:blank"
    assert fake.texts == []


def test_a_text_of_the_permitted_size_gets_through_however_it_is_encoded(
    client: FlaskClient, fake: FakeService
) -> None:
    text = "µ" * 1_000
    assert client.post(CHECK, json={"text": text}).status_code == 200
    assert client.post("/", data={"text": text}).status_code == 200
    assert fake.texts == [text, text]


def test_a_wrong_method_is_told_the_right_one(client: FlaskClient) -> None:
    response = client.get(CHECK)
    problem_of(response)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_an_unknown_address_of_the_api_is_a_problem_document(client: FlaskClient) -> None:
    assert problem_of(client.get("/api/v2/check"))["status"] == 404


def test_health_names_the_versions(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert response.get_json() == {
        "status": "ok",
        "versions": {
            "program": "9.9.9",
            "knowledge": "abc123",
            "vocabulary": "a small vocabulary",
            "vocabulary_release": None,
            "site_table": None,
        },
    }


def test_the_real_service_answers_alike_through_both_doors(real_client: FlaskClient, service: Medrisk) -> None:
    text = "simvastatin 40 mg nightly\namlodipine 5 mg daily\nzzqqy 5 mg\naching thighs"
    expected = json.loads(json.dumps(report_to_dict(service.check(text))))
    assert real_client.post(CHECK, json={"text": text}).get_json() == expected
    page = real_client.post("/", data={"text": text}).text
    assert page.count("<article") == len(expected["notes"])


def test_the_real_service_refuses_an_empty_list_at_both_doors(real_client: FlaskClient) -> None:
    assert real_client.post(CHECK, json={"text": " \n"}).status_code == 400
    assert real_client.post("/", data={"text": " \n"}).status_code == 400
