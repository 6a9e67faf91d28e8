"""The addresses of CDS Hooks: which services there are, calling one, and telling it what became of its cards."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request

from medrisk.errors import MedriskError, UnknownIdError
from medrisk.service import Medrisk
from medrisk.web.access import current_access
from medrisk.web.api.bodies import FHIR, JSON, load, read_media_type, read_object
from medrisk.web.api.fhir import FhirList, read_fhir
from medrisk.web.cds_hooks.call import Call, read_call
from medrisk.web.cds_hooks.cards import Card, Json, Scope, not_complete_card, not_read_card, write_cards
from medrisk.web.cds_hooks.feedback import FeedbackRequest, keep_comments, read_outcomes
from medrisk.web.cds_hooks.loudness import notes_to_tell, quieter
from medrisk.web.cds_hooks.prefetch import Gathered, gather
from medrisk.web.cds_hooks.resources import as_bundle
from medrisk.web.cds_hooks.services import PREFETCH, REQUIRED_KEY, SERVICES, Service, describe
from medrisk.web.metrics import current_metrics
from medrisk.web.wiring import current_service

blueprint = Blueprint("cds_hooks", __name__, url_prefix="/cds-services")
# A list with a year of results; a check itself is bounded by the settings.
_MOST_BYTES = 4_000_000
_FEEDBACK = FeedbackRequest()


class CommentError(MedriskError):
    """A site keeps comments, and this one could not be written."""

    http_status = 500
    title = "The comments were not kept"


@blueprint.get("")
def discover() -> Response:
    """Which services there are, for which hooks, and what they ask to be sent."""
    return jsonify(describe())


@blueprint.post("/<service_id>")
def call(service_id: str) -> Response:
    """Cards for one call; none where nothing matters."""
    offered = _find(service_id)
    asked = read_call(_body(), offered)
    if asked.has_nothing_to_check:
        return jsonify(cards=[])
    got = gather(asked, current_access().settings.cds_fhir_servers)
    if REQUIRED_KEY in got.lacking:
        return _precondition_failed(got.lacking[REQUIRED_KEY])
    cards = _cards(asked, got, current_service())
    for card in cards:
        current_metrics().cds_cards.labels(offered.id, card.rule, card.content["indicator"]).inc()
    return jsonify(cards=[card.content for card in cards])


@blueprint.post("/<service_id>/feedback")
def take_feedback(service_id: str) -> Response:
    """Counts what became of cards."""
    offered = _find(service_id)
    service = current_service()
    outcomes = read_outcomes(load(_FEEDBACK, _body()), service.knowledge)
    settings = current_access().settings
    if settings.cds_feedback_comments:
        try:
            keep_comments(settings.data_dir / "cds-feedback.jsonl", offered.id, outcomes)
        except OSError:
            raise CommentError(
                "The file of comments cannot be written.", hint="Tell whoever runs this server, and send it again."
            ) from None
    for outcome in outcomes:
        current_metrics().cds_feedback.labels(offered.id, outcome.rule, outcome.outcome, outcome.reason).inc()
    return jsonify({})


def _find(service_id: str) -> Service:
    if service_id not in SERVICES:
        raise UnknownIdError("There is no CDS service of this id.", hint="GET /cds-services lists them.", field="id")
    return SERVICES[service_id]


def _body() -> Json:
    request.max_content_length = _MOST_BYTES
    read_media_type(request, (JSON, FHIR))
    return read_object(request)


def _cards(asked: Call, got: Gathered, service: Medrisk) -> list[Card]:
    """The check that every door asks for, and what of its answer is told here."""
    ordered = {order.name for order in asked.orders if order.name}
    others = [found for found in got.resources if not found.name or found.name not in ordered]
    read = read_fhir(as_bundle([*asked.orders, *asked.beside, *others]), service, datetime.now(UTC).date())
    if not read.patient and asked.patient_id:
        read.patient = f"Patient/{asked.patient_id}"
    report = service.check(read.text, read.stated)
    focus = _focus_lines(asked, read) if asked.is_about_orders else None
    settings = current_access().settings
    level = quieter(settings.cds_loudness, asked.only_serious)
    scope = Scope(read, focus, settings.public_url or request.host_url.rstrip("/"), asked.wants_issues)
    cards = write_cards(notes_to_tell(report.notes, level, scope.focus), report, scope, service)
    if got.incomplete:
        cards.append(not_complete_card(report))
    if level in {"review", "all"} and (card := not_read_card(report, scope)):
        cards.append(card)
    return cards


def _focus_lines(asked: Call, read: FhirList) -> frozenset[int]:
    """The orders stand first in the Bundle, so that their places there are their places in the call."""
    places = {f"Bundle.entry[{place}].resource" for place in asked.focus}
    return frozenset(number for number, place in read.lines.items() if place.expression in places)


def _precondition_failed(why: str) -> Response:
    """As the specification has it where a service cannot work with what it got. The key is named, with how to fill it."""
    text = f"The prefetch key {REQUIRED_KEY} is missing, and nothing was checked. {why} Its template is {PREFETCH[REQUIRED_KEY]}"
    issue: dict[str, Any] = {
        "severity": "error",
        "code": "required",
        "details": {"text": text},
        "expression": [f"prefetch.{REQUIRED_KEY}"],
    }
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    response = current_app.response_class(current_app.json.dumps(outcome), content_type=f"{FHIR}; charset=utf-8")
    response.status_code = HTTPStatus.PRECONDITION_FAILED
    return response
