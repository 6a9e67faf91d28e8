"""What the resources of audits take and give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from medrisk.audit.chosen import (
    DELIMITER_HINT,
    ENCODING_HINT,
    NO_DELIMITER,
    NO_ENCODING,
    delimiter_meant,
    encoding_named,
)
from medrisk.audit.jobs.model import Upload
from medrisk.errors import InputError
from medrisk.web.api.answers import Problem
from medrisk.web.api.asked import StrictSchema, Words

_BINARY = {"type": "string", "format": "binary"}
# Fields that may be sent more than once.
_MANY = frozenset({"map"})


def _file(description: str) -> fields.Raw:
    return fields.Raw(metadata=_BINARY | {"description": description})


def _flag(description: str) -> fields.Boolean:
    return fields.Boolean(truthy={"true", "on"}, falsy={"false", "off"}, load_default=False, metadata={"description": description},
                          error_messages={"invalid": "It must be true or false."})  # fmt: skip


def _is_mapping(text: str) -> None:
    name, sign, column = text.partition("=")
    if not sign or not name.strip() or not column.strip():
        raise ValidationError("It is given as NAME=COLUMN, such as patient=mrn.")


def _is_encoding(text: str) -> None:
    if encoding_named(text) is None:
        raise ValidationError(f"{NO_ENCODING} {ENCODING_HINT}")


def _is_delimiter(text: str) -> None:
    if delimiter_meant(text) is None:
        raise ValidationError(f"{NO_DELIMITER} {DELIMITER_HINT}")


class AuditRequest(StrictSchema):
    """Files, and the options of `medrisk audit`."""

    file = fields.List(
        _file("CSV, TSV, xlsx, Parquet, NDJSON, FHIR or OMOP, packed or not."),
        required=True,
        validate=validate.Length(min=1),
    )
    patients = _file("More about the same patients: age, sex, conditions, labs, symptoms.")
    aliases = _file("unmatched.csv of an earlier audit with its column meant filled in.")
    mode = fields.String(load_default=None, validate=validate.OneOf(("overlap", "ever")), metadata={
        "description": "Whether drugs count together on the days on which both are taken (the usual way where the files give days) or whenever they were taken."
    })  # fmt: skip
    map = fields.List(
        Words(validate=_is_mapping), load_default=list,
        metadata={"description": "Which column holds what, as NAME=COLUMN. It may be sent several times."},
    )  # fmt: skip
    dates = fields.String(load_default=None, validate=validate.OneOf(("dmy", "mdy")), metadata={
        "description": "Whether the day or the month comes first in 03/04/2026."
    })  # fmt: skip
    delimiter = Words(
        load_default=None, validate=_is_delimiter, metadata={"description": "One ASCII character, or \\t for a tab, where it is found wrongly."}
    )
    encoding = Words(
        load_default=None,
        validate=_is_encoding,
        metadata={"description": "Such as cp1252, where it is found wrongly."},
    )
    pseudonymise = _flag("A keyed hash in place of every patient's identifier, with this server's key.")
    detected_issues = _flag("Also give FHIR R4 DetectedIssue resources.")


class AuditProgress(Schema):
    step = fields.String(
        required=True, allow_none=True, metadata={"description": "reading, texts, findings or reports."}
    )
    share = fields.Float(required=True, metadata={"description": "Of the whole, from 0 to 1."})
    rows = fields.Integer(required=True, metadata={"description": "Read so far."})


class AuditResult(Schema):
    name = fields.String(required=True)
    bytes = fields.Integer(required=True)
    sha256 = fields.String(
        required=True, allow_none=True, metadata={"description": "Null for manifest.json, which holds the others."}
    )
    href = fields.String(required=True)


class AuditJob(Schema):
    """An audit and how far it is. Only who made it can see it."""

    id = fields.String(required=True)
    href = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("waiting", "running", "done", "failed")))
    progress = fields.Nested(AuditProgress, required=True)
    made = fields.String(required=True)
    started = fields.String(required=True, allow_none=True)
    ended = fields.String(required=True, allow_none=True)
    expires = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "When it is removed with its results; null until it has ended."},
    )
    counts = fields.Dict(
        required=True, allow_none=True, metadata={"description": "Those of manifest.json, when it is done."}
    )
    results = fields.List(fields.Nested(AuditResult), required=True)
    problem = fields.Nested(Problem, required=True, allow_none=True, metadata={
        "description": "Why it failed, in the words of `medrisk audit`. It names files and columns as they were sent, and nothing that stands in a row."
    })  # fmt: skip
    review_notice = fields.String(required=True)


class AuditJobs(Schema):
    audits = fields.List(fields.Nested(AuditJob), required=True)


def as_document(uploads: Sequence[Upload], sent: Mapping[str, list[str]]) -> dict[str, Any]:
    """A form as the object that the schema checks. Raises InputError for a field that is sent twice, or is a file and was sent as words."""
    document: dict[str, Any] = {}
    for name, values in sent.items():
        if name in {"file", "patients", "aliases"}:
            raise InputError("The field takes a file.", hint=f"With curl: -F {name}=@FILE.", field=name)
        if name in _MANY:
            document[name] = values
        elif len(values) == 1:
            document[name] = values[0]
        else:
            raise InputError(
                "A field was sent twice.", hint="Send each field once; only file and map may be sent several times."
            )
    for upload in uploads:
        if upload.role == "file":
            document.setdefault("file", []).append(upload.stored)
        else:
            document[upload.role] = upload.stored
    return document


def read_options(form: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a run, as the job keeps them."""
    pairs = (text.partition("=") for text in form["map"])
    names = ("mode", "dates", "delimiter", "encoding", "pseudonymise", "detected_issues")
    return {name: form[name] for name in names} | {
        "mapped": {field.strip().lower(): column.strip() for field, _, column in pairs}
    }
