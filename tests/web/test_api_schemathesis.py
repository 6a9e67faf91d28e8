"""Requests that schemathesis makes up from the OpenAPI document: no fault, no answer beside the document."""

from __future__ import annotations

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from .api_contract import API


@pytest.fixture(scope="module")
def api_schema(real_client: FlaskClient) -> object:
    return schemathesis.openapi.from_wsgi(f"{API}/openapi.json", real_client.application)


schema = schemathesis.pytest.from_fixture("api_schema")


@schema.parametrize()
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_made_up_requests_are_answered_as_documented(case: schemathesis.Case) -> None:
    case.call_and_validate()
