"""Audits of files as jobs: sent, followed, fetched, removed. There only where MEDRISK_AUDITS is on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, request, send_file, url_for
from flask.typing import ResponseReturnValue

from medrisk.audit.jobs.model import Job, Status
from medrisk.audit.jobs.starting import store_of, take_up
from medrisk.audit.jobs.store import JobStore
from medrisk.errors import MedriskError, UnknownIdError
from medrisk.settings import Settings
from medrisk.status import review_notice
from medrisk.web.access import current_caller
from medrisk.web.api import audit_shapes as shapes
from medrisk.web.api.bodies import JSON, load
from medrisk.web.api.operations import AUDIT_OPERATIONS, PREFIX, Operation, View, resource
from medrisk.web.api.uploads import CSV, FORM, OCTETS, read_uploads
from medrisk.web.problems import Problem, type_of
from medrisk.web.wiring import current_service

blueprint = Blueprint("audits", __name__, url_prefix=PREFIX)
_KEY = "medrisk.audits"
_REQUEST = shapes.AuditRequest()
# So many of one token or user are kept at a time, whatever their state.
_MOST_KEPT = 20
_FILE = {"type": "string", "format": "binary"}


class TooManyAuditsError(MedriskError):
    """Another audit would be one too many."""

    http_status = 409
    title = "Too many audits are kept"


class NotDoneError(MedriskError):
    """There are no results yet, or there will be none."""

    http_status = 409
    title = "The audit has no results"


def offer(app: Flask, settings: Settings) -> None:
    """Bring the resources into an application."""
    app.extensions[_KEY] = (store_of(settings), settings)
    app.register_blueprint(blueprint)


def _resource(operation: Operation) -> Callable[[View], View]:
    return resource(operation, blueprint, AUDIT_OPERATIONS)


@_resource(Operation(
    "make_audit", "POST", "/audits", "Audits", "Audit prescription files",
    gives={JSON: shapes.AuditJob}, takes={FORM: shapes.AuditRequest, OCTETS: _FILE, CSV: _FILE}, status=202, refusals=(409, 507),
    headers={"Location": "The address of the job, to be asked how far it is."},
    text="Send files as `medrisk audit` takes them. They are kept until the audit is done, its results until they expire. One file may "
    "also be the whole body; then its name stands in Content-Disposition.",
))  # fmt: skip
def make_audit() -> ResponseReturnValue:
    store, settings = _kept()
    owner = _owner()
    with store.receive() as draft:
        sent = read_uploads(request, draft / "inputs", settings.audit_max_bytes)
        options = shapes.read_options(load(_REQUEST, shapes.as_document(sent.uploads, sent.fields)))
        if len(store.of_owner(owner)) >= _MOST_KEPT:
            raise TooManyAuditsError(
                f"{_MOST_KEPT} audits of yours are kept here.", hint="Remove one: DELETE /api/v1/audits/ID."
            )
        job = store.add(draft, owner, sent.uploads, options)
    with suppress(OSError):  # then it waits, and is tried again every few seconds
        take_up(store, settings)
    response = jsonify(_shown(store, job, store.status(job.id)))
    response.status_code = 202
    response.headers["Location"] = _address(job.id)
    return response


@_resource(Operation(
    "list_audits", "GET", "/audits", "Audits", "Your audits", gives={JSON: shapes.AuditJobs},
    text="Those of the same token or user, the oldest first.",
))  # fmt: skip
def list_audits() -> ResponseReturnValue:
    store, _ = _kept()
    return jsonify(audits=[_shown(store, job, status) for job, status in store.of_owner(_owner())])


@_resource(Operation(
    "get_audit", "GET", "/audits/<audit_id>", "Audits", "How far an audit is", gives={JSON: shapes.AuditJob}, refusals=(404,),
    text="Ask every few seconds. When it is done, results holds the address of each file.",
))  # fmt: skip
def get_audit(audit_id: str) -> ResponseReturnValue:
    store, _ = _kept()
    return jsonify(_shown(store, *store.find(audit_id, _owner())))


@_resource(Operation(
    "remove_audit", "DELETE", "/audits/<audit_id>", "Audits", "Cancel an audit, or remove its results", gives={}, status=204, refusals=(404,),
))  # fmt: skip
def remove_audit(audit_id: str) -> ResponseReturnValue:
    store, _ = _kept()
    job, _ = store.find(audit_id, _owner())
    store.remove(job.id)
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


@_resource(Operation(
    "get_audit_result", "GET", "/audits/<audit_id>/results/<name>", "Audits", "One file of an audit's results",
    gives={OCTETS: _FILE}, refusals=(404, 409), text="As a download, whatever its kind: the files that `medrisk audit` writes, byte for byte.",
))  # fmt: skip
def get_audit_result(audit_id: str, name: str) -> ResponseReturnValue:
    store, _ = _kept()
    job, status = store.find(audit_id, _owner())
    if status.problem is not None:
        raise NotDoneError(status.problem["detail"], hint=status.problem["hint"], field=status.problem["field"])
    if status.state != "done":
        raise NotDoneError("The audit is not done yet.", hint="Ask for the job until its state is done.")
    if name not in {result["name"] for result in status.results}:
        raise UnknownIdError("The audit has no result of this name.", hint="The job lists its results.", field="name")
    try:
        return _download(store, job, name)
    except FileNotFoundError:  # removed in this moment
        raise UnknownIdError("No audit has this id.", field="id") from None


def _download(store: JobStore, job: Job, name: str) -> Response:
    response = send_file(store.path(job.id) / "out" / name, OCTETS, as_attachment=True, download_name=name, max_age=0)
    response.headers["Cache-Control"] = "no-store"
    return response


def _kept() -> tuple[JobStore, Settings]:
    kept: tuple[JobStore, Settings] = current_app.extensions[_KEY]
    return kept


def _owner() -> str:
    caller = current_caller()
    return f"{caller.kind} {caller.name}" if caller else ""


def _address(job_id: str) -> str:
    return url_for("audits.get_audit", audit_id=job_id)


def _shown(store: JobStore, job: Job, status: Status) -> dict[str, Any]:
    expires = store.expires(status)
    return {
        "id": job.id,
        "href": _address(job.id),
        "state": status.state,
        "progress": {"step": status.step, "share": status.share, "rows": status.rows},
        "made": _seconds(job.made),
        "started": _seconds(status.started),
        "ended": _seconds(status.ended),
        "expires": expires.isoformat(timespec="seconds") if expires else None,
        "counts": status.counts,
        "results": [
            result | {"href": url_for("audits.get_audit_result", audit_id=job.id, name=result["name"])}
            for result in status.results
        ],
        "problem": _problem(status.problem) if status.problem else None,
        "review_notice": review_notice(current_service().knowledge),
    }


def _seconds(moment: str | None) -> str | None:
    """Without the fractions that keep jobs in their order."""
    return f"{moment[:19]}{moment[26:]}" if moment else None


def _problem(kept: dict[str, Any]) -> dict[str, Any]:
    return Problem(
        kept["status"], kept["title"], kept["detail"], kept["hint"], kept["field"], type_of(kept["kind"])
    ).members()
