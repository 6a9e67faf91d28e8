"""The tables of an audit's output folder: their names and columns, in their order. docs/audit-report.md says what each holds."""

from __future__ import annotations

import polars as pl

FINDINGS, PATIENTS, UNMATCHED, REJECTS, MANIFEST = (
    "findings.parquet", "patients.parquet", "unmatched.csv", "rejects.csv", "manifest.json",
)  # fmt: skip
FINDINGS_CSV, REPORT, WORKBOOK, ISSUES = "findings.csv", "report.html", "report.xlsx", "detected_issues.ndjson"

# One row a note of a patient.
FINDINGS_SCHEMA: dict[str, pl.DataType] = {
    "patient_id": pl.String(), "note_id": pl.String(), "rule": pl.String(), "kind": pl.String(), "tier": pl.String(),
    "severity": pl.String(), "interruptive": pl.Boolean(), "drugs": pl.String(), "effects": pl.String(), "evidence": pl.String(),
    "verified": pl.Boolean(), "summary": pl.String(), "why": pl.String(), "first_date": pl.Date(), "last_date": pl.Date(),
    "days": pl.Int32(),
}  # fmt: skip
# One row a patient. The two hashes tell whether what was read of the patient is the same in two runs.
PATIENTS_SCHEMA: dict[str, pl.DataType] = {
    "patient_id": pl.String(), "lines": pl.Int32(), "matched": pl.Int32(), "ambiguous": pl.Int32(), "unknown": pl.Int32(),
    "ignored": pl.Int32(), "promoters": pl.Int32(), "urgent": pl.Int32(), "review": pl.Int32(), "monitor": pl.Int32(),
    "info": pl.Int32(), "highest_tier": pl.String(), "age": pl.Float64(), "sex": pl.String(), "first_date": pl.Date(),
    "last_date": pl.Date(), "lines_hash": pl.String(), "facts_hash": pl.String(),
}  # fmt: skip
UNMATCHED_SCHEMA: dict[str, pl.DataType] = {
    "text": pl.String(), "status": pl.String(), "reason": pl.String(), "rows": pl.Int64(), "candidates": pl.String(),
    "meant": pl.String(),
}  # fmt: skip
REJECTS_SCHEMA: dict[str, pl.DataType] = {"file": pl.String(), "line": pl.Int64(), "reason": pl.String()}
TIERS = ("urgent", "review", "monitor", "info")
SEVERITIES = ("contraindicated", "major", "moderate", "minor", None)
