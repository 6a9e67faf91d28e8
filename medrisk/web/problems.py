"""Errors in words: problem documents (RFC 9457) for programs, a plain page for people.

Whatever went wrong, nothing that was typed may come out: neither in the answer nor in the log. Messages of
``MedriskError`` are written with that in mind; those of any other exception are not (a ``KeyError`` carries its
key), so of those only the type and the place in the code are told, and only to the log.
"""

from __future__ import annotations

import logging
import re
import traceback
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from medrisk.errors import MedriskError

_LOG = logging.getLogger(__name__)
PROGRAM_PATHS = ("/api/", "/cds-services", "/healthz", "/readyz", "/metrics")
# Ours, not werkzeug's: some of its sentences quote the request.
_DETAILS = {
    400: "The request is malformed.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request is larger than this server reads. Send one list at a time.",
    415: "This kind of content is not read here.",
    429: "More requests came from here than this server takes in a minute. Wait, then send it again: it was not checked.",
}
_UNEXPECTED = (
    "medrisk failed while it worked on this request. Nothing was checked: do not take this for an answer. "
    "What was sent has been neither stored nor logged."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong, as RFC 9457 names its parts. ``hint`` says what to do, ``field`` where it is."""

    status: int
    title: str
    detail: str
    hint: str = ""
    field: str = ""
    type: str = "about:blank"

    def members(self) -> dict[str, str | int]:
        core: dict[str, str | int] = {
            "type": self.type, "title": self.title, "status": self.status, "detail": self.detail,
        }  # fmt: skip
        return core | {name: value for name, value in (("hint", self.hint), ("field", self.field)) if value}


def register(app: Flask) -> None:
    app.register_error_handler(MedriskError, _on_known_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_unexpected_error)


def problem_of(error: MedriskError) -> Problem:
    """An error that medrisk can explain, as a problem."""
    return Problem(error.http_status, error.title, error.message, error.hint, error.field, type_of(type(error).__name__))


def _on_known_error(error: MedriskError) -> Response:
    return _answer(problem_of(error))


def _on_http_error(error: HTTPException) -> Response:
    """An error of HTTP itself. Its headers stay: a 405 must say what is allowed."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    response = _answer(Problem(status, error.name, _DETAILS.get(status, "The request was refused.")))
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _on_unexpected_error(error: Exception) -> Response:
    _LOG.error("unexpected %s at %s", type(error).__name__, _place_of(error))
    phrase = HTTPStatus.INTERNAL_SERVER_ERROR.phrase
    return _answer(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, phrase, _UNEXPECTED))


def _answer(problem: Problem) -> Response:
    if request.path.startswith(PROGRAM_PATHS):
        response = jsonify(problem.members())
        response.mimetype = "application/problem+json"
    else:
        response = make_response(render_template("error.html", problem=problem))
    response.status_code = problem.status
    return response


def _place_of(error: Exception) -> str:
    """Where it was raised, as module lines: enough to mend it, without a value of any variable."""
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames[-4:])


def type_of(kind: str) -> str:
    """A stable name that programs can compare: ``InputTooLargeError`` -> ``...:input-too-large``."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.removesuffix("Error")).lower()
    return f"urn:problem-type:medrisk:{name}"
