"""Who is let in and what any resource may refuse with, as the OpenAPI document says it: beside the answers themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from schemathesis.specs.openapi.checks import ignored_auth

from medrisk.service import Medrisk
from medrisk.settings import Settings
from medrisk.tokens import Tokens
from medrisk.web import create_app
from medrisk.web.api.operations import OPERATIONS, PREFIX, Operation

from .api_contract import API, Contract
from .fakes import FakeService

HOST = "medrisk.example.org"
EACH = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


@pytest.fixture
def far(settings: Settings) -> Settings:
    """Settings of a server that others can reach under one name."""
    return replace(settings, allowed_hosts=(HOST,))


@pytest.fixture
def secret(far: Settings) -> str:
    return Tokens(far.data_dir).add("desk")


def client_of(fake: FakeService, settings: Settings) -> FlaskClient:
    app = create_app(fake, settings)  # type: ignore[arg-type]  # the fake has what the doors use
    return app.test_client()


def address_of(operation: Operation) -> str:
    return (PREFIX + operation.path).replace("<entry_id>", "none")


def send(client: FlaskClient, operation: Operation, **more: Any) -> Any:
    return client.open(address_of(operation), method=operation.method, base_url=f"https://{HOST}", **more)


@EACH
def test_every_resource_refuses_as_the_document_says(
    fake: FakeService, settings: Settings, far: Settings, secret: str, operation: Operation
) -> None:
    contract = Contract(client_of(fake, settings))
    client = client_of(fake, replace(far, rate_limit=5))
    let_in = {"Authorization": f"Bearer {secret}"}
    provoked = {
        401: send(client, operation),
        403: send(
            client_of(fake, settings),
            operation,
            environ_base={"REMOTE_ADDR": "10.0.0.7"},
            headers={"Host": "localhost"},
        ),
        421: send(client, operation, headers=let_in | {"Host": "other.example.org"}),
        406: send(client, operation, headers=let_in | {"Accept": "image/png"}, json={"lists": [{}]}),
        400: send(client, operation, headers=let_in, query_string="Kanarie=1", json={}),
    }
    if operation.takes:
        provoked[415] = send(client, operation, headers=let_in | {"Content-Encoding": "gzip"}, json={})
        provoked[413] = send(client, operation, headers=let_in, data="9" * 17_000_000, content_type="application/json")
    for _ in range(5):
        provoked[429] = send(client, operation, headers=let_in)
    for status, response in provoked.items():
        assert response.status_code == status
        contract.hold(operation.method, address_of(operation), response)


@EACH
def test_a_failure_inside_is_answered_as_the_document_says(
    fake: FakeService, settings: Settings, monkeypatch: pytest.MonkeyPatch, operation: Operation
) -> None:
    client = client_of(fake, settings)
    contract = Contract(client)
    monkeypatch.setattr("medrisk.web.api.operations.choose_answer", lambda *_: 1 / 0)
    response = client.open(address_of(operation), method=operation.method)
    assert response.status_code == 500
    contract.hold(operation.method, address_of(operation), response)


def test_the_document_says_whether_a_sign_in_is_needed(
    fake: FakeService, settings: Settings, far: Settings, secret: str
) -> None:
    here = client_of(fake, settings).get(f"{API}/openapi.json").get_json()
    there = (
        client_of(fake, far)
        .get(f"{API}/openapi.json", headers={"Authorization": f"Bearer {secret}", "Host": HOST})
        .get_json()
    )
    schemes = {"token": "http", "session": "apiKey"}
    for document in (here, there):
        assert {name: scheme["type"] for name, scheme in document["components"]["securitySchemes"].items()} == schemes
    assert {} in here["security"]
    assert there["security"] == [{"token": []}, {"session": []}]
    assert "needs no sign-in" in here["info"]["description"]
    assert "proxy" in there["info"]["description"]
    assert here["paths"] == there["paths"]


@EACH
def test_no_answer_without_what_the_document_asks_for(
    service: Medrisk, far: Settings, secret: str, operation: Operation
) -> None:
    """schemathesis leaves out the token, sends a wrong one and a wrong cookie, and expects to be refused."""
    app: Flask = create_app(service, replace(far, rate_limit=0, max_text_bytes=200_000))
    let_in = {"Authorization": f"Bearer {secret}", "Host": HOST}
    document = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app, headers=let_in)
    described = document[(PREFIX + operation.path).replace("<", "{").replace(">", "}")][operation.method]

    @examples(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(case=described.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE))
    def check(case: schemathesis.Case) -> None:
        response = case.call_and_validate(headers=let_in | {"Accept-Encoding": "identity"}, checks=[ignored_auth])
        assert response.status_code not in {401, 403, 429}

    check()
