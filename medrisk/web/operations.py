"""For whoever runs the server: whether it is ready, and what it counts."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from medrisk.presentation import versions_to_dict
from medrisk.web.access import NotAllowedError, current_caller
from medrisk.web.metrics import current_metrics
from medrisk.web.wiring import current_service

blueprint = Blueprint("operations", __name__)


@blueprint.get("/readyz")
def ready() -> Response:
    """Whether knowledge and names are loaded, and which. ``/healthz`` says no more than that the process lives."""
    service = current_service()
    loaded = bool(service.knowledge.classes and service.knowledge.rules and service.vocabulary.ingredients)
    response = jsonify(status="ready" if loaded else "not ready", versions=versions_to_dict(service.versions))
    response.status_code = HTTPStatus.OK if loaded else HTTPStatus.SERVICE_UNAVAILABLE
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts and times in the text format of Prometheus, of all workers."""
    caller = current_caller()
    if caller is None or caller.kind == "user":
        raise NotAllowedError("Metrics are shown for a token.", hint="Make one with `medrisk token add NAME`.")
    body, content_type = current_metrics().written()
    return Response(body, content_type=content_type)
