"""A report as FHIR R4: a Bundle with one DetectedIssue for each note, and an OperationOutcome for what was not assessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from medrisk.core.model import Line, Note, Report
from medrisk.fhir.detected_issue import URN, begin_issue, entry_of, evidence_of, mitigations_of
from medrisk.fhir.tree import Json
from medrisk.service import Medrisk
from medrisk.status import review_notice
from medrisk.web.api.fhir.bundle import FhirList, Place
from medrisk.web.api.operations import PREFIX

_LINE = re.compile(r"\bline (\d+)\b", re.IGNORECASE)


def write_fhir(report: Report, read: FhirList, service: Medrisk) -> Json:
    """The same report in the same order always gives the same Bundle: no clock, no chance."""
    issues = [write_issue(note, read, service) for note in report.notes]
    outcome = {"resourceType": "OperationOutcome", "issue": list(_issues(report, read, service))}
    whose = f"{URN}:{report.versions.knowledge}:{read.patient}"
    entries = [(f"{whose}:note:{note.id}", issue) for note, issue in zip(report.notes, issues, strict=True)]
    entries.append((f"{whose}:outcome", outcome))
    bundle: Json = {"resourceType": "Bundle", "type": "collection"}
    if read.timestamp:
        bundle["timestamp"] = read.timestamp
    bundle["entry"] = [{"fullUrl": uuid5(NAMESPACE_URL, name).urn, "resource": resource} for name, resource in entries]
    return bundle


def write_issue(note: Note, read: FhirList, service: Medrisk, base: str = "") -> Json:
    """One note as a DetectedIssue. ``base`` stands before the address of its entry, for a resource that leaves this server."""
    places = {place.reference: place for number in note.lines for place in _places(number, read) if place.reference}
    severity = note.severity.value if note.severity else None
    issue = begin_issue(note.tier.value, note.interruptive, note.kind, note.summary, severity)
    if read.patient:
        issue["patient"] = {"reference": read.patient}
    if places:
        issue["implicated"] = [{"reference": reference} for reference in places]
    issue["detail"] = _by_place("\n".join((note.summary, *note.why, *note.would_change)), read)
    if note.sources:
        issue["evidence"] = [evidence_of(note.evidence, cited.citation, cited.where, cited.verified) for cited in note.sources]
    if entry := entry_of(service.knowledge, note.kind, note.rule):
        # Where the entry that the note rests on is shown by this server.
        issue["reference"] = f"{base}{PREFIX}/knowledge/{entry}"
    if note.actions:
        issue["mitigation"] = mitigations_of(_by_place(action, read) for action in note.actions)
    return issue


def _issues(report: Report, read: FhirList, service: Medrisk) -> Iterator[Json]:
    """What was not assessed: resources that were not used, lines and facts that were not understood, and the limits."""
    for issue in read.issues:
        yield _issue("warning", "incomplete", issue.text, issue.place)
    for line in report.lines:
        if (said := _left_out(line)) is not None:
            yield _issue("warning", "not-found", said, next(_places(line.number, read), None))
    for words in report.not_assessed:
        place = read.places.get(words.split(" ", 1)[0])
        if not words.startswith("Line "):
            yield _issue("warning" if place else "information", "incomplete", words, place)
    for question in report.questions:
        if not question.startswith("Line "):
            yield _issue("information", "informational", f"To ask: {question}", None)
    yield _issue("information", "informational", review_notice(service.knowledge), None)


def _left_out(line: Line) -> str | None:
    """What to say of a line that was not checked as taken; None for one that was."""
    if line.status == "matched":
        return "It is planned and was not checked as taken." if line.context == "planned" else None
    names = " or ".join(dict.fromkeys(candidate.name for candidate in line.candidates))
    meant = f" It may be {names}." if names else ""
    return f"It was not checked: {line.reason.rstrip('?.')}.{meant}"


def _issue(severity: str, code: str, text: str, place: Place | None) -> Json:
    issue: Json = {"severity": severity, "code": code, "details": {"text": text}}
    return issue | ({"expression": [place.expression]} if place else {})


def _places(number: int, read: FhirList) -> Iterator[Place]:
    if number in read.lines:
        yield read.lines[number]


def _by_place(text: str, read: FhirList) -> str:
    """Numbers of lines mean nothing to who sent resources: their places stand instead."""

    def named(found: re.Match[str]) -> str:
        return next((place.reference or place.expression for place in _places(int(found[1]), read)), found[0])

    return _LINE.sub(named, text)
