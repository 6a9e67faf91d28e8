"""``detected_issues.ndjson``: each finding as a FHIR R4 DetectedIssue on a line of its own, as bulk data is exchanged.

The same words, codes and severities as over HTTP. A prescription file names no resources, so the drugs stand by name; the
patient is referred to by id where the identifier can be one, and by identifier otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, uuid5

import orjson
import polars as pl

from medrisk.audit import tables
from medrisk.core.rules import KnowledgeBase, SourceRef
from medrisk.fhir.detected_issue import URN, begin_issue, evidence_of, mitigations_of

Json = dict[str, Any]

_ROWS_AT_ONCE = 50_000
_FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
_ACTIONS_OF = frozenset({"drug_class", "missing_information", "symptom"})


def write_issues(file: BinaryIO, out: Path, knowledge: KnowledgeBase) -> None:
    """Write every finding of the folder, in the order of its table. ``knowledge`` is that of the run."""
    writer = _Writer(knowledge)
    findings = pl.scan_parquet(out / tables.FINDINGS)
    for rows in findings.collect_batches(chunk_size=_ROWS_AT_ONCE, maintain_order=True, engine="streaming"):
        for row in rows.iter_rows(named=True):
            file.write(orjson.dumps(writer.issue(row), option=orjson.OPT_APPEND_NEWLINE))


class _Writer:
    """What depends on knowledge alone is worked out once for each rule."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._flags = {flag.id: flag for flag in knowledge.red_flags}
        self._known: dict[tuple[str, str, str | None, str], Json] = {}

    def issue(self, row: Mapping[str, Any]) -> Json:
        issue = begin_issue(row["tier"], row["interruptive"], row["kind"], row["summary"], row["severity"])
        issue = {"resourceType": issue.pop("resourceType"), "id": self._id(row), **issue, "patient": _patient(row["patient_id"])}
        if row["first_date"] is not None:
            issue["extension"].append({"url": f"{URN}:held", "valuePeriod": _period(row)})
        if row["drugs"]:
            issue["implicated"] = [{"display": drug} for drug in row["drugs"].split("; ")]
        issue["detail"] = "\n".join(filter(None, (row["summary"], row["why"])))
        return issue | self._of_rule(row["kind"], row["rule"], row["evidence"], row["drugs"] or "")

    def _id(self, row: Mapping[str, Any]) -> str:
        """The same for the same finding on the same patient by the same knowledge."""
        return str(uuid5(NAMESPACE_URL, f"{URN}:{self._knowledge.version}:{row['patient_id']}:note:{row['note_id']}"))

    def _of_rule(self, kind: str, rule: str, graded: str | None, drugs: str) -> Json:
        # What a class is known for may hold for some of its members only.
        key = (kind, rule, graded, drugs if kind == "drug_class" else "")
        if key not in self._known:
            made: Json = {}
            if evidence := list(self._evidence(*key)):
                made["evidence"] = evidence
            if actions := self._actions(kind, rule):
                made["mitigation"] = mitigations_of(actions)
            self._known[key] = made
        return self._known[key]

    def _evidence(self, kind: str, rule: str, graded: str | None, drugs: str) -> Iterator[Json]:
        cited: dict[tuple[str, str], SourceRef] = {(ref.id, ref.where): ref for ref in self._references(kind, rule, drugs)}
        for ref in cited.values():
            if source := self._knowledge.sources.get(ref.id):
                yield evidence_of(graded, source.citation, ref.where, ref.verified)

    def _references(self, kind: str, rule: str, drugs: str) -> Iterator[SourceRef]:
        knowledge = self._knowledge
        if kind == "drug_class" and (held := knowledge.classes.get(rule)):
            yield from held.evidence.sources
            yield from (ref for drug in drugs.split("; ") for effect in held.effects_of(drug) for ref in effect.sources)
        elif kind == "symptom":
            yield from (ref for one in knowledge.conditions.values() if rule in one.explains for ref in one.sources)
        elif entry := self._flags.get(rule) if kind == "red_flag" else knowledge.rules.get(rule):
            yield from entry.evidence.sources

    def _actions(self, kind: str, rule: str) -> tuple[str, ...]:
        """What the entry offers. A note that something was missing, or of a class, offers nothing that a table of findings holds."""
        if kind in _ACTIONS_OF:
            return ()
        if kind == "red_flag":
            return self._flags[rule].action if rule in self._flags else ()
        entry = self._knowledge.rules.get(rule)
        return (*entry.action, *([entry.do_not_stop] if entry.do_not_stop else [])) if entry else ()


def _patient(identifier: str) -> Json:
    return {"reference": f"Patient/{identifier}"} if _FHIR_ID.fullmatch(identifier) else {"type": "Patient", "identifier": {"value": identifier}}


def _period(row: Mapping[str, Any]) -> Json:
    """The days on which it held."""
    end = {"end": row["last_date"].isoformat()} if row["last_date"] is not None else {}
    return {"start": row["first_date"].isoformat(), **end}
