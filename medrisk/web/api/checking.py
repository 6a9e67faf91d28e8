"""Checks of one list or of many: as JSON, as plain text, as FHIR R4."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from medrisk.core.model import Report
from medrisk.errors import InputError, MedriskError
from medrisk.presentation import report_to_dict
from medrisk.service import Medrisk
from medrisk.web.api import answers, asked
from medrisk.web.api.bodies import (
    FHIR,
    JSON,
    TEXT,
    choose_answer,
    load,
    read_json,
    read_media_type,
    read_object,
    read_text,
)
from medrisk.web.api.fhir import FhirList, read_fhir, write_fhir
from medrisk.web.api.operations import Operation, resource
from medrisk.web.api.stated import read_stated
from medrisk.web.problems import problem_of
from medrisk.web.wiring import current_service

# Built once: a schema copies its fields when it is made.
_CHECK_QUERY = asked.CheckQuery()
_CHECK_REQUEST = asked.CheckRequest()
_BATCH_REQUEST = asked.BatchRequest()
# A thousand lists of sixteen kilobytes each, which no real list reaches.
_MOST_BATCH_BYTES = 16_000_000
_FHIR_IN = {
    "type": "object",
    "description": "A Bundle of one patient's resources, a List with them contained, or one resource. Other fields are not read.",
    "required": ["resourceType"],
    "properties": {"resourceType": {"enum": [
        "Bundle", "List", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense",
        "Patient", "Condition", "Observation",
    ]}},
}  # fmt: skip
_FHIR_OUT = {
    "type": "object",
    "description": "A Bundle of one DetectedIssue for each note, and an OperationOutcome for what was not assessed.",
    "required": ["resourceType", "type", "entry"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "type": {"const": "collection"},
        "timestamp": {"type": "string"},
        "entry": {"type": "array", "minItems": 1, "items": {
            "type": "object",
            "required": ["fullUrl", "resource"],
            "properties": {
                "fullUrl": {"type": "string"},
                "resource": {
                    "type": "object",
                    "required": ["resourceType"],
                    "properties": {"resourceType": {"enum": ["DetectedIssue", "OperationOutcome"]}},
                },
            },
        }},
    },
}  # fmt: skip


@resource(Operation(
    "check", "POST", "/check", "Checking", "Check one patient's list",
    gives={JSON: answers.Report, FHIR: _FHIR_OUT},
    takes={JSON: asked.CheckRequest, TEXT: {"type": "string", "minLength": 1}, FHIR: _FHIR_IN},
    query=asked.CheckQuery,
    text="Send the list as JSON, as plain text or as FHIR R4. A FHIR list is answered in FHIR unless Accept says otherwise; "
    "both kinds of answer come from the same check.",
))  # fmt: skip
def check() -> ResponseReturnValue:
    query = load(_CHECK_QUERY, request.args.to_dict())
    sent = read_media_type(request, (JSON, TEXT, FHIR))
    kind = choose_answer(request, (FHIR, JSON) if sent == FHIR else (JSON, FHIR))
    service = current_service()
    read = FhirList()
    if sent == FHIR:
        read = read_fhir(read_object(request), service, query.get("date"))
        report = service.check(read.text, read.stated)
    elif sent == JSON:
        report = check_body(load(_CHECK_REQUEST, read_object(request)), service)
    else:
        report = service.check(read_text(request))
    return _fhir(report, read, service) if kind == FHIR else jsonify(_json(report, read))


def check_body(body: dict[str, Any], service: Medrisk) -> Report:
    """The check that a valid request asks for."""
    stated = read_stated(body, service.knowledge)
    return service.check(body["text"]) if stated is None else service.check(body["text"], stated)


def _json(report: Report, read: FhirList) -> dict[str, Any]:
    answer = report_to_dict(report)
    unused = [f"{issue.place.expression}: {issue.text}" if issue.place else issue.text for issue in read.issues]
    return answer | {"not_assessed": [*unused, *answer["not_assessed"]]} if unused else answer


def _fhir(report: Report, read: FhirList, service: Medrisk) -> Response:
    return current_app.response_class(
        current_app.json.dumps(write_fhir(report, read, service)), content_type=f"{FHIR}; charset=utf-8; fhirVersion=4.0"
    )


@resource(Operation(
    "check_batch", "POST", "/check/batch", "Checking", "Check many lists, each by itself",
    gives={JSON: answers.Batch},
    takes={JSON: asked.BatchRequest},
    text="Up to 1,000 lists. Each is answered or refused by itself, in order, with its index.",
))  # fmt: skip
def check_batch() -> ResponseReturnValue:
    request.max_content_length = _MOST_BATCH_BYTES
    lists = read_json(request, _BATCH_REQUEST)["lists"]
    service = current_service()
    results = [_one_of_many(index, body, service) for index, body in enumerate(lists)]
    refused = sum(result["report"] is None for result in results)
    return jsonify(results=results, checked=len(results) - refused, refused=refused)


def _one_of_many(index: int, body: object, service: Medrisk) -> dict[str, Any]:
    place = f"lists[{index}]"
    try:
        if not isinstance(body, dict):
            raise InputError("The list is no JSON object.", hint="Send an object as /api/v1/check takes it.")
        report = report_to_dict(check_body(load(_CHECK_REQUEST, body), service))
    except MedriskError as error:
        problem = problem_of(error).members()
        return {"index": index, "report": None, "problem": problem | {"field": f"{place}.{error.field}".rstrip(".")}}
    return {"index": index, "report": report, "problem": None}
