"""Holds answers of the API to its own OpenAPI document, closed against fields that the document does not name."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

API = "/api/v1"
FHIR = "application/fhir+json"


class Contract:
    def __init__(self, client: FlaskClient) -> None:
        self.document: dict[str, Any] = client.get(f"{API}/openapi.json").get_json()
        self._closed = _closed(self.document)

    def hold(self, method: str, path: str, response: TestResponse) -> None:
        """Fails where the answer is not what the document says of this method and address."""
        described = self._operation(method, path)["responses"][str(response.status_code)]
        schema = described["content"][response.mimetype]["schema"]
        Draft202012Validator(schema | {"components": self._closed["components"]}).validate(response.get_json())
        for name, header in described.get("headers", {}).items():
            assert name in response.headers or not header.get("required"), f"{name} is missing"

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        for pattern, methods in self._closed["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path.split("?")[0]):
                found: dict[str, Any] = methods[method.lower()]
                return found
        raise AssertionError(f"{path} is not in the document")


def _closed(node: Any) -> Any:
    """Objects whose fields are named may have no other, so that a forgotten field is found."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if node.get("type") == "object" and "properties" in node and "resourceType" not in node["properties"]:
        closed["additionalProperties"] = False
    return closed
