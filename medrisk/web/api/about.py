"""What answers here: versions, the OpenAPI document, its page for people, and a sign of life."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue

from medrisk.presentation import versions_to_dict
from medrisk.status import review_notice
from medrisk.web.access import asks_sign_in
from medrisk.web.api import answers
from medrisk.web.api.bodies import JSON
from medrisk.web.api.openapi import build_document
from medrisk.web.api.operations import Operation, resource
from medrisk.web.api.reference import arrange
from medrisk.web.wiring import current_service

health_blueprint = Blueprint("health", __name__)


@health_blueprint.get("/healthz")
def health() -> Response:
    """Whether this server can answer, and with which program, knowledge and vocabulary."""
    return jsonify(status="ok", versions=versions_to_dict(current_service().versions))


@resource(Operation(
    "versions", "GET", "/versions", "About", "What answers here, and what it is worth", gives={JSON: answers.ServiceVersions},
))  # fmt: skip
def versions() -> ResponseReturnValue:
    service = current_service()
    return jsonify(
        versions=versions_to_dict(service.versions),
        jurisdiction=service.settings.jurisdiction,
        review_notice=review_notice(service.knowledge),
        vocabulary_notice=service.vocabulary_notice,
    )


@resource(Operation(
    "openapi", "GET", "/openapi.json", "About", "This API as an OpenAPI 3.1 document", gives={JSON: {"type": "object"}},
))  # fmt: skip
def openapi() -> ResponseReturnValue:
    return jsonify(document())


@resource(Operation(
    "docs", "GET", "/docs", "About", "This API as a page for people", gives={"text/html": {"type": "string"}},
))  # fmt: skip
def docs() -> ResponseReturnValue:
    return render_template("api_docs.html", api=arrange(document()))


def document() -> dict[str, Any]:
    """The document of this server."""
    return _written(asks_sign_in(), "audits" in current_app.blueprints)


@cache
def _written(is_far: bool, audits: bool) -> dict[str, Any]:
    """Written once; by then every resource is known."""
    return build_document(asks_sign_in=is_far, audits=audits)
