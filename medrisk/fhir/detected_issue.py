"""A note as a FHIR R4 DetectedIssue: status, codes, severity and evidence, the same over HTTP and in an audit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from medrisk.core.rules import KnowledgeBase

Json = dict[str, Any]

URN = "urn:medrisk"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
# Drafts that nobody has reviewed are never final.
STATUS = "preliminary"
_SEVERITIES = {"contraindicated": "high", "major": "high", "moderate": "moderate", "minor": "low"}
# Codes of v3-ActCode for alerts. A note of another kind has only our own code.
_ALERTS = {
    "interaction": ("DRUG", "Drug Interaction Alert"),
    "duplicate": ("DUPTHPY", "Duplicate Therapy Alert"),
    "dose_cap": ("DOSEH", "High Dose Alert"),
}
# The kind of entry that a note of this kind rests on, as the API names it; any other rests on a rule.
_ENTRIES = {"drug_class": "classes", "red_flag": "red_flags", "symptom": "symptoms"}


def begin_issue(tier: str, interruptive: bool, kind: str, summary: str, severity: str | None) -> Json:
    """The resource as far as it does not depend on where the note came from."""
    issue: Json = {
        "resourceType": "DetectedIssue",
        "extension": [
            {"url": f"{URN}:tier", "valueCode": tier},
            {"url": f"{URN}:interruptive", "valueBoolean": interruptive},
        ],
        "status": STATUS,
        "code": _code(kind, summary),
    }
    if level := _severity(tier, severity):
        issue["severity"] = level
    return issue


def evidence_of(graded: str | None, citation: str, where: str, verified: bool) -> Json:
    """One source as an entry of ``evidence``."""
    place = f", {where}" if where else ""
    return {"code": [{"text": f"{graded or 'not graded'}: {citation}{place}{'' if verified else ' (unverified)'}"}]}


def mitigations_of(actions: Iterable[str]) -> list[Json]:
    return [{"action": {"text": action}} for action in actions]


def entry_of(knowledge: KnowledgeBase, kind: str, rule: str) -> str:
    """The entry of knowledge that a note rests on, as "rules/ID"; empty where there is none."""
    held: dict[str, Iterable[str]] = {
        "rules": knowledge.rules,
        "classes": knowledge.classes,
        "red_flags": (flag.id for flag in knowledge.red_flags),
        "symptoms": knowledge.symptoms,
    }
    entries = _ENTRIES.get(kind, "rules")
    return f"{entries}/{rule}" if rule in held[entries] else ""


def _severity(tier: str, severity: str | None) -> str:
    """Notes of drug classes have none, since they never interrupt; what is urgent is high."""
    return _SEVERITIES[severity] if severity else "high" if tier == "urgent" else ""


def _code(kind: str, summary: str) -> Json:
    own = {"system": f"{URN}:note-kind", "code": kind}
    alert = _ALERTS.get(kind)
    coding = [{"system": ACT_CODE, "code": alert[0], "display": alert[1]}, own] if alert else [own]
    return {"coding": coding, "text": summary}
