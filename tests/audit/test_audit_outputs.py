"""All files that are made from an audit's tables: complete, harmless, and the same bytes every time."""

from __future__ import annotations

import csv
import json
import shutil
import time
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from audit_folders import Audit, Patient, some_patients, write_folder

from medrisk.audit import tables
from medrisk.audit.outputs import write_outputs
from medrisk.audit.summary import summarise
from medrisk.audit.workbook import write_workbook
from medrisk.service import Medrisk

SHEETS = ["Summary", "Urgent", "Review", "Monitor", "Info", "Unmatched", "Rejects", "Versions"]


def sheet(path: Path, name: str, head: int = 2) -> pl.DataFrame:
    return pl.read_excel(path, sheet_name=name, engine="calamine", read_options={"header_row": head}, infer_schema_length=0)


def test_the_same_tables_give_the_same_bytes(audit: Audit, service: Medrisk, tmp_path: Path) -> None:
    for name in (tables.FINDINGS, tables.PATIENTS, tables.UNMATCHED, tables.REJECTS):
        shutil.copy(audit.path / name, tmp_path / name)
    time.sleep(1.1)  # a clock inside any file would show
    assert write_outputs(tmp_path, audit.folder.manifest, service.knowledge, detected_issues=True) == audit.hashes
    assert sorted(audit.hashes) == sorted(path.name for path in audit.path.iterdir())


def test_findings_as_csv_hold_every_row(audit: Audit) -> None:
    with (audit.path / tables.FINDINGS_CSV).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(tables.FINDINGS_SCHEMA)
    assert [(row["patient_id"], row["note_id"], row["summary"], row["first_date"]) for row in rows] == [
        (row["patient_id"], row["note_id"], row["summary"], str(row["first_date"])) for row in audit.folder.findings.to_dicts()
    ]


def test_no_cell_of_csv_or_xlsx_is_a_formula(service: Medrisk, tmp_path: Path) -> None:
    patients = [Patient('=HYPERLINK("x")', "simvastatin 40 mg\namlodipine 5 mg\n=zzqxw 5 mg"), Patient("@12", "simvastatin 40 mg\n+zzqxw")]
    folder = write_folder(tmp_path, service, patients, rejects=[("=evil.csv", 3, "-reason")])
    write_outputs(tmp_path, folder.manifest, service.knowledge)
    findings = pl.read_csv(tmp_path / tables.FINDINGS_CSV, infer_schema=False)
    assert set(findings["patient_id"]) == {"'=HYPERLINK(\"x\")", "'@12"}
    assert sheet(tmp_path / tables.WORKBOOK, "Unmatched")["text"].to_list() == ["'+zzqxw", "'=zzqxw 5 mg"]
    assert sheet(tmp_path / tables.WORKBOOK, "Rejects").row(0) == ("'=evil.csv", "3", "'-reason")
    with zipfile.ZipFile(tmp_path / tables.WORKBOOK) as book:
        parts = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
    assert not any("<f>" in part or "<hyperlink" in part for part in parts)


def test_the_workbook_has_a_sheet_for_each_tier(audit: Audit) -> None:
    path = audit.path / tables.WORKBOOK
    assert list(pl.read_excel(path, sheet_id=0, engine="calamine", read_options={"header_row": None})) == SHEETS
    for tier in tables.TIERS:
        shown = sheet(path, tier.capitalize())
        expected = audit.folder.findings.filter(pl.col("tier") == tier)
        assert shown.height == expected.height
        assert sorted(shown["Finding"]) == sorted(expected["summary"])
        severities = [tables.SEVERITIES.index(severity) for severity in shown["Severity"].to_list()]
        assert severities == sorted(severities)
    first = dict(sheet(path, "Summary", 0).select(pl.nth(0), pl.nth(1)).rows())
    assert first["Findings"] == str(audit.folder.findings.height)


def test_sheets_have_filters_a_frozen_head_and_widths(audit: Audit) -> None:
    with zipfile.ZipFile(audit.path / tables.WORKBOOK) as book:
        review = book.read("xl/worksheets/sheet3.xml").decode()
    assert '<autoFilter ref="A3:' in review
    assert 'ySplit="3"' in review and 'state="frozen"' in review
    assert '<col min="4" max="4" width="60' in review


def test_texts_and_days_that_a_workbook_cannot_hold_as_they_are_come_through(service: Medrisk, tmp_path: Path) -> None:
    """Marks of XML and of XlsxWriter's own, letters that XML forbids, and days before Excel's calendar."""
    texts = ["<r><t>zzqxw</r>", "<r>zzqxv & </t></is></r>", "zzqxy \x01 <b>", "_x0041_ zzqxu"]
    patients = [Patient(f"p{n}", f"simvastatin 40 mg\namlodipine 5 mg\n{text}", date(1850 + 100 * (n % 2), 1, 2)) for n, text in enumerate(texts)]
    folder = write_folder(tmp_path, service, patients, rejects=[(text, 1, "-") for text in texts])
    write_outputs(tmp_path, folder.manifest, service.knowledge)
    assert sheet(tmp_path / tables.WORKBOOK, "Rejects")["File"].to_list() == texts
    review = sheet(tmp_path / tables.WORKBOOK, "Review")
    assert {day[:10] for day in review["First day"]} == {"1850-01-02", "1950-01-02"}


def test_what_does_not_fit_on_a_sheet_is_said(audit: Audit, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_workbook(path, audit.summary, audit.path, most_rows=7)
    shown, total = sheet(path, "Review"), audit.summary.tiers[1].findings
    assert shown.height == 7
    words = f"Only 7 of {total:,} rows are here and {total - 7:,} are left out; all {total:,} are in findings.csv and findings.parquet"
    assert words in sheet(path, "Review", 0).columns[0]
    summary = [row[0] for row in sheet(path, "Summary", 0).rows()]
    assert any(str(line).startswith(f"Sheet Review: {words}") for line in summary)
    assert not any(str(line).startswith("Sheet Rejects") for line in summary)
    assert "left out" not in sheet(audit.path / tables.WORKBOOK, "Review", 0).columns[0]
    severe = audit.folder.findings.filter(pl.col("tier") == "review")["severity"].drop_nulls()
    best = min(tables.SEVERITIES.index(severity) for severity in severe)
    assert shown["Severity"][0] == tables.SEVERITIES[best]


def test_each_finding_is_a_detected_issue(audit: Audit, service: Medrisk) -> None:
    with (audit.path / tables.ISSUES).open(encoding="utf-8") as file:
        issues: list[dict[str, Any]] = [json.loads(line) for line in file]
    rows = audit.folder.findings.to_dicts()
    assert len(issues) == len(rows)
    assert len({issue["id"] for issue in issues}) == len(issues)
    for issue, row in zip(issues, rows, strict=True):
        assert (issue["resourceType"], issue["status"]) == ("DetectedIssue", "preliminary")
        assert issue["patient"] == {"reference": f"Patient/{row['patient_id']}"}
        assert [drug["display"] for drug in issue.get("implicated", [])] == list(filter(None, row["drugs"].split("; ")))
        assert issue["extension"][0]["valueCode"] == row["tier"]
        assert issue["extension"][2]["valuePeriod"]["start"] == row["first_date"].isoformat()
        assert issue["detail"].startswith(row["summary"])
    dose = next(issue for issue in issues if "Simvastatin above 20 mg" in issue["code"]["text"])
    assert (dose["code"]["coding"][0]["code"], dose["severity"]) == ("DOSEH", "high")
    assert [one["action"]["text"] for one in dose["mitigation"]][:1] == list(service.knowledge.rules["simvastatin-amlodipine-20mg"].action[:1])


def test_an_identifier_that_is_no_fhir_id_stays_an_identifier(service: Medrisk, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, service, [Patient("12/34 Ü", "simvastatin 40 mg\namlodipine 5 mg", start=None)])
    write_outputs(tmp_path, folder.manifest, service.knowledge, detected_issues=True)
    issue = json.loads((tmp_path / tables.ISSUES).read_text(encoding="utf-8").splitlines()[0])
    assert issue["patient"] == {"type": "Patient", "identifier": {"value": "12/34 Ü"}}
    assert len(issue["extension"]) == 2


def test_the_same_note_says_the_same_over_http_and_in_an_audit(service: Medrisk, tmp_path: Path) -> None:
    """The two writers share their mapping: codes, severity, status and evidence are equal, note for note."""
    from medrisk.web.api.fhir import read_fhir, write_fhir

    drugs = ("simvastatin 40 mg daily", "clarithromycin 500 mg twice daily", "amlodipine 5 mg daily")
    entries = [{"resource": {"resourceType": "MedicationRequest", "status": "active", "medicationCodeableConcept": {"text": drug}}} for drug in drugs]
    read = read_fhir({"resourceType": "Bundle", "entry": entries}, service, None)
    bundle = write_fhir(service.check(read.text, read.stated), read, service)
    by_http = {r["code"]["text"]: r for e in bundle["entry"] if (r := e["resource"])["resourceType"] == "DetectedIssue"}
    folder = write_folder(tmp_path, service, [Patient("1", "\n\n".join(drugs))])
    write_outputs(tmp_path, folder.manifest, service.knowledge, detected_issues=True)
    lines = (tmp_path / tables.ISSUES).read_text(encoding="utf-8").splitlines()
    in_audit = {issue["code"]["text"]: issue for issue in map(json.loads, lines)}
    assert by_http.keys() == in_audit.keys()
    for text, issue in in_audit.items():
        for part in ("status", "code", "severity"):
            assert issue.get(part) == by_http[text].get(part), text
        if not text.startswith("Cannot be checked") and "drug_class" not in str(issue["code"]):
            assert issue.get("evidence") == by_http[text].get("evidence"), text


@pytest.mark.parametrize("asked", [True, False])
def test_detected_issues_are_written_only_when_asked_for(service: Medrisk, tmp_path: Path, asked: bool) -> None:
    folder = write_folder(tmp_path, service, some_patients(3))
    hashes = write_outputs(tmp_path, folder.manifest, service.knowledge, detected_issues=asked)
    assert (tables.ISSUES in hashes) is asked is (tmp_path / tables.ISSUES).exists()
    assert summarise(tmp_path, folder.manifest, service.knowledge).patients == 3
