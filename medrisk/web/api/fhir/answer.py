"""A report as FHIR R4: a Bundle with one DetectedIssue for each note, and an OperationOutcome for what was not assessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from medrisk.core.model import Line, Note, Report
from medrisk.core.rules import Severity, Tier
from medrisk.service import Medrisk
from medrisk.status import review_notice
from medrisk.web.api.fhir.bundle import FhirList, Place
from medrisk.web.api.fhir.codes import ACT_CODE
from medrisk.web.api.fhir.tree import Json
from medrisk.web.api.operations import PREFIX

_URN = "urn:medrisk"
_SEVERITIES = {
    Severity.CONTRAINDICATED: "high", Severity.MAJOR: "high", Severity.MODERATE: "moderate", Severity.MINOR: "low",
}  # fmt: skip
# Codes of v3-ActCode for alerts. A note of another kind has only our own code.
_ALERTS = {
    "interaction": ("DRUG", "Drug Interaction Alert"),
    "duplicate": ("DUPTHPY", "Duplicate Therapy Alert"),
    "dose_cap": ("DOSEH", "High Dose Alert"),
}
_LINE = re.compile(r"\bline (\d+)\b", re.IGNORECASE)


def write_fhir(report: Report, read: FhirList, service: Medrisk) -> Json:
    """The same report in the same order always gives the same Bundle: no clock, no chance."""
    issues = [_detected(note, report, read, service) for note in report.notes]
    outcome = {"resourceType": "OperationOutcome", "issue": list(_issues(report, read, service))}
    whose = f"{_URN}:{report.versions.knowledge}:{read.patient}"
    entries = [(f"{whose}:note:{note.id}", issue) for note, issue in zip(report.notes, issues, strict=True)]
    entries.append((f"{whose}:outcome", outcome))
    bundle: Json = {"resourceType": "Bundle", "type": "collection"}
    if read.timestamp:
        bundle["timestamp"] = read.timestamp
    bundle["entry"] = [{"fullUrl": uuid5(NAMESPACE_URL, name).urn, "resource": resource} for name, resource in entries]
    return bundle


def _detected(note: Note, report: Report, read: FhirList, service: Medrisk) -> Json:
    places = {place.reference: place for number in note.lines for place in _places(number, read) if place.reference}
    issue: Json = {
        "resourceType": "DetectedIssue",
        "extension": [
            {"url": f"{_URN}:tier", "valueCode": note.tier.value},
            {"url": f"{_URN}:interruptive", "valueBoolean": note.interruptive},
        ],
        # Drafts that nobody has reviewed are never final.
        "status": "preliminary",
        "code": _code(note),
    }
    if severity := _severity(note):
        issue["severity"] = severity
    if read.patient:
        issue["patient"] = {"reference": read.patient}
    if places:
        issue["implicated"] = [{"reference": reference} for reference in places]
    issue["detail"] = _by_place("\n".join((note.summary, *note.why, *note.would_change)), read)
    if evidence := [{"code": [{"text": _source(note, number)}]} for number in range(len(note.sources))]:
        issue["evidence"] = evidence
    if href := _reference(note, service):
        issue["reference"] = href
    if note.actions:
        issue["mitigation"] = [{"action": {"text": _by_place(action, read)}} for action in note.actions]
    return issue


def _severity(note: Note) -> str:
    """Notes of drug classes have none, since they never interrupt; what is urgent is high."""
    if note.severity is not None:
        return _SEVERITIES[note.severity]
    return "high" if note.tier is Tier.URGENT else ""


def _code(note: Note) -> Json:
    own = {"system": f"{_URN}:note-kind", "code": note.kind}
    alert = _ALERTS.get(note.kind)
    coding = [{"system": ACT_CODE, "code": alert[0], "display": alert[1]}, own] if alert else [own]
    return {"coding": coding, "text": note.summary}


def _source(note: Note, number: int) -> str:
    cited = note.sources[number]
    where = f", {cited.where}" if cited.where else ""
    return f"{note.evidence or 'not graded'}: {cited.citation}{where}{'' if cited.verified else ' (unverified)'}"


def _reference(note: Note, service: Medrisk) -> str:
    """Where the entry that the note rests on is shown by this server."""
    knowledge = service.knowledge
    flags = {flag.id for flag in knowledge.red_flags}
    kinds = (("rules", knowledge.rules), ("classes", knowledge.classes), ("red_flags", flags), ("symptoms", knowledge.symptoms))
    wanted = {"drug_class": "classes", "red_flag": "red_flags", "symptom": "symptoms"}.get(note.kind, "rules")
    return next((f"{PREFIX}/knowledge/{kind}/{note.rule}" for kind, ids in kinds if kind == wanted and note.rule in ids), "")


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
