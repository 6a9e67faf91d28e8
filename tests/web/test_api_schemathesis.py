"""Requests that schemathesis makes up from the OpenAPI document: no fault, no answer beside the document."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from medrisk.web.api.operations import OPERATIONS, PREFIX, Operation

from .api_contract import API


@pytest.fixture(scope="module")
def document(real_client: FlaskClient) -> schemathesis.BaseSchema:
    app = real_client.application

    def from_here(environ: dict[str, Any], start_response: Any) -> Any:
        return app(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)

    return schemathesis.openapi.from_wsgi(f"{API}/openapi.json", from_here)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_made_up_requests_are_answered_as_documented(
    document: schemathesis.BaseSchema, operation: Operation, mode: GenerationMode
) -> None:
    path = (PREFIX + operation.path).replace("<", "{").replace(">", "}")
    described = document[path][operation.method]
    if mode is GenerationMode.NEGATIVE and not (described.body or described.query):
        return

    # What a schema cannot say of a check: some letter must be there, and resources must be of one patient.
    excluded = [positive_data_acceptance] if operation.name == "check" else []

    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(case=described.as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Accept-Encoding": "identity"}, excluded_checks=excluded)

    check()
