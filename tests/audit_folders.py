"""Output folders of audits as a run leaves them, made from lists that the real service read."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from medrisk.audit import tables
from medrisk.audit.harmless import harmless_frame
from medrisk.audit.summary import Summary
from medrisk.core.model import Note, Report
from medrisk.presentation import versions_to_dict
from medrisk.service import Medrisk

# Lists of imagined patients: promoters, interactions, a red flag, typing errors, names that nobody can read.
LISTS = (
    "simvastatin 40 mg nightly\namlodipine 5 mg daily\nhydrochlorothiazide 25 mg daily\nomeprazole 20 mg daily",
    "simvastatin 40 mg nightly\nclarithromycin 500 mg bd\nzzqxv tablets 10 mg",
    "lisinopril 10 mg\nspironolactone 25 mg daily\nibuprofen 400 mg tds\nfurosemide 40 mg\nK 6.4",
    "hydralazine/hydroxyzine 25 mg\nsalmeterol 50 mcg inhaled twice daily\nbaclofen 10 mg tds",
    "warfarin 5 mg daily\nfluconazole 150 mg\n=zzqxw 5 mg\ngabapentin 300 mg tds",
    "paracetamol 500 mg\nvitamin D 1000 IU daily",
    "metformin 500 mg bd\natorvastatin 20 mg nightly\nfurosemide 40 mg daily\nsertraline 50 mg daily\nquinine 200 mg at night",
    "the small white pill\nlevothyroxine 50 mcg daily",
    "digoxin 125 mcg daily\nfurosemide 80 mg daily\nindapamide 2.5 mg daily\nesomeprazole 40 mg daily\nK 3.1",
    "azathioprine 50 mg\nallopurinol 100 mg daily\nsimvastatin 20 mg nightly",
)
_LINE_NUMBER = re.compile(r"^line \d+: ")
_FIRST_DAY = date(2026, 1, 5)


@dataclass
class Patient:
    """One patient: an identifier, and the list that stands for the rows."""

    id: str
    text: str
    start: date | None = _FIRST_DAY
    age: float | None = None


@dataclass
class Folder:
    path: Path
    manifest: dict[str, Any]
    findings: pl.DataFrame
    patients: pl.DataFrame
    unmatched: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass
class Audit:
    """A finished audit: its folder, its figures, and the hashes of all that was made from it."""

    folder: Folder
    summary: Summary
    hashes: dict[str, str]

    @property
    def path(self) -> Path:
        return self.folder.path


def some_patients(count: int, *, dated: bool = True) -> list[Patient]:
    """``count`` patients that take turns at the lists, some weeks apart."""
    return [
        Patient(f"MRN-{number:06}", LISTS[number % len(LISTS)], _FIRST_DAY + timedelta(days=number % 300) if dated else None,
                40 + number % 50)
        for number in range(count)
    ]  # fmt: skip


def write_folder(path: Path, service: Medrisk, patients: Sequence[Patient], *, mode: str = "overlap",
                 rejects: Sequence[tuple[str, int, str]] = (("rx.csv", 12, "the patient is missing"),),
                 input_hash: str = "a" * 64, knowledge: str | None = None) -> Folder:  # fmt: skip
    """What a run leaves before its reports are made. ``input_hash`` and ``knowledge`` stand in the manifest as they are given."""
    path.mkdir(parents=True, exist_ok=True)
    reports = {text: service.check(text) for text in dict.fromkeys(patient.text for patient in patients)}
    findings = pl.DataFrame([_finding(patient, note) for patient in patients for note in reports[patient.text].notes],
                            schema=tables.FINDINGS_SCHEMA, orient="row")  # fmt: skip
    people = pl.DataFrame([_patient(patient, reports[patient.text], service) for patient in patients],
                          schema=tables.PATIENTS_SCHEMA, orient="row")  # fmt: skip
    unmatched = _unmatched(patients, reports)
    findings.write_parquet(path / tables.FINDINGS)
    people.write_parquet(path / tables.PATIENTS)
    for name, rows, schema in ((tables.UNMATCHED, unmatched, tables.UNMATCHED_SCHEMA), (tables.REJECTS, rejects, tables.REJECTS_SCHEMA)):
        harmless_frame(pl.LazyFrame(list(rows), schema=schema, orient="row")).sink_csv(path / name)
    manifest = _manifest(service, people, findings, rejects, mode, input_hash)
    if knowledge is not None:
        manifest["versions"]["knowledge"] = knowledge
    return Folder(path, manifest, findings, people, unmatched)


def _finding(patient: Patient, note: Note) -> tuple[Any, ...]:
    last = patient.start + timedelta(days=29) if patient.start else None
    why = "; ".join(_LINE_NUMBER.sub("", words) for words in note.why[: len(note.lines)])
    return (
        patient.id, note.id, note.rule, note.kind, note.tier.value, note.severity.value if note.severity else None, note.interruptive,
        "; ".join(note.drugs), "; ".join(note.effects), note.evidence, note.verified, note.summary, why, patient.start, last,
        30 if last else None,
    )  # fmt: skip


def _patient(patient: Patient, report: Report, service: Medrisk) -> tuple[Any, ...]:
    states = Counter(line.status for line in report.lines)
    tiers = Counter(note.tier.value for note in report.notes)
    promoting = {name for c in service.knowledge.classes.values() if c.role == "promoter" for name in c.members}
    taken = {i.name for line in report.lines if line.status == "matched" for i in line.ingredients}
    lines = hashlib.sha256(f"{sorted(taken)} {patient.start}".encode()).hexdigest()
    facts = hashlib.sha256(f"{patient.age} {[lab.text for lab in report.patient.labs]}".encode()).hexdigest()
    return (
        patient.id, len(report.lines), states["matched"], states["ambiguous"], states["unknown"], states["ignored"], len(taken & promoting),
        *(tiers[tier] for tier in tables.TIERS), next((tier for tier in tables.TIERS if tiers[tier]), None), patient.age, "female",
        patient.start, patient.start + timedelta(days=29) if patient.start else None, lines, facts,
    )  # fmt: skip


def _unmatched(patients: Sequence[Patient], reports: dict[str, Report]) -> list[tuple[Any, ...]]:
    rows: Counter[tuple[str, str, str, str]] = Counter()
    for patient in patients:
        for line in reports[patient.text].lines:
            if line.status in {"unknown", "ambiguous"}:
                candidates = "; ".join(f"{c.name} {c.score:.0f}" for c in line.candidates)
                rows[line.text, line.status, line.reason, candidates] += 1
    ordered = sorted(rows.items(), key=lambda item: (-item[1], item[0][0]))
    return [(text, status, reason, count, candidates, "") for (text, status, reason, candidates), count in ordered]


def _manifest(service: Medrisk, people: pl.DataFrame, findings: pl.DataFrame, rejects: Sequence[Any], mode: str,
              input_hash: str) -> dict[str, Any]:  # fmt: skip
    lines = {state: int(people[state].sum()) for state in ("matched", "ambiguous", "unknown", "ignored")}
    used = sum(lines.values())
    by_rule = findings.group_by("rule").len().sort("rule")
    return {
        "made_on": "2026-11-22",
        "versions": versions_to_dict(service.versions),
        "options": {"mode": mode, "mapped": {"patient": "member_id"}, "pseudonymise": False, "jurisdiction": service.settings.jurisdiction},
        "inputs": [{
            "file": "rx.csv", "bytes": 1_234_567, "sha256": input_hash, "rows": used + len(rejects),
            "taken_for": {"patient": "member_id", "drug": "drug_name", "start": "fill_date", "days_supply": "days_supply"},
        }],
        "counts": {
            "rows_in": used + len(rejects), "rows_used": used, "rejects": len(rejects), "patients": people.height, "distinct_texts": 30,
            **{f"{state}_rows": count for state, count in lines.items()}, "findings": findings.height,
            "findings_by_tier": dict(findings.group_by("tier").len().rows()), "findings_by_rule": dict(by_rule.rows()),
        },
        "seconds": {"total": 12.5},
    }  # fmt: skip
