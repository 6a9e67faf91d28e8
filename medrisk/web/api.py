"""The JSON API: the same check as the page, for programs. Its answers are the contract that other doors share."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from medrisk.presentation import report_to_dict, versions_to_dict
from medrisk.web.inputs import read_api_text
from medrisk.web.wiring import current_service

blueprint = Blueprint("api", __name__)


@blueprint.post("/api/v1/check")
def check() -> Response:
    """Checks one list, sent as JSON (``{"text": "..."}``) or as plain text."""
    report = current_service().check(read_api_text(request))
    return jsonify(report_to_dict(report))


@blueprint.get("/healthz")
def health() -> Response:
    """Whether this server can answer, and with which program, knowledge and vocabulary."""
    return jsonify(status="ok", versions=versions_to_dict(current_service().versions))
