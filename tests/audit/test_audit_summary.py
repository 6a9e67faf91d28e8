"""The figures of an audit against the same counted row by row in plain Python."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from audit_folders import Audit, some_patients, write_folder

from medrisk.audit import summary as module
from medrisk.audit import tables
from medrisk.audit.summary import MANY_PROMOTERS, summarise
from medrisk.service import Medrisk


def test_findings_are_counted_by_tier_rule_and_class(audit: Audit) -> None:
    rows = audit.folder.findings.to_dicts()
    summary = audit.summary
    assert {tier.tier: tier.findings for tier in summary.tiers} == Counter(row["tier"] for row in rows)
    for found, is_class in ((summary.rules, False), (summary.classes, True)):
        mine = [row for row in rows if (row["kind"] == "drug_class") is is_class]
        assert {one.id: one.findings for one in found} == Counter(row["rule"] for row in mine)
        assert {one.id: one.patients for one in found} == Counter(rule for rule, _ in {(row["rule"], row["patient_id"]) for row in mine})
        assert [one.findings for one in found] == sorted((one.findings for one in found), reverse=True)
    assert summary.interruptive == sum(row["interruptive"] for row in rows)
    assert summary.interrupted == len({row["patient_id"] for row in rows if row["interruptive"]})


def test_a_rule_shows_its_highest_tier_and_severity(audit: Audit) -> None:
    rank = {tier: place for place, tier in enumerate(tables.TIERS)}
    rows = [row for row in audit.folder.findings.to_dicts() if row["kind"] != "drug_class"]
    for rule in audit.summary.rules:
        assert rule.tier == min((row["tier"] for row in rows if row["rule"] == rule.id), key=rank.__getitem__)
        severities = {row["severity"] for row in rows if row["rule"] == rule.id}
        assert rule.severity == next((s for s in tables.SEVERITIES if s in severities), None)


def test_patients_are_counted(audit: Audit, service: Medrisk) -> None:
    people = audit.folder.patients.to_dicts()
    summary = audit.summary
    assert summary.patients == len(people)
    assert summary.without_finding == sum(row["highest_tier"] is None for row in people) > 0
    assert {tier.tier: tier.patients for tier in summary.tiers} == {tier: sum(row[tier] > 0 for row in people) for tier in tables.TIERS}
    assert sum(tier.highest for tier in summary.tiers) + summary.without_finding == len(people)
    promoters = Counter(min(row["promoters"], MANY_PROMOTERS) for row in people)
    assert list(summary.promoters) == [promoters[number] for number in range(MANY_PROMOTERS + 1)]


def test_months_are_those_in_which_findings_began(audit: Audit) -> None:
    expected = Counter((row["first_date"].strftime("%Y-%m"), row["tier"]) for row in audit.folder.findings.to_dicts())
    assert {(month, tier): count for month, counts in audit.summary.months for tier, count in counts.items()} == expected


def test_the_worklist_holds_the_texts_as_they_were(audit: Audit) -> None:
    assert [(u.text, u.status, u.rows) for u in audit.summary.unmatched] == [(row[0], row[1], row[3]) for row in audit.folder.unmatched]
    assert "=zzqxw 5 mg" in {u.text for u in audit.summary.unmatched}
    assert "'=zzqxw 5 mg" in (audit.path / tables.UNMATCHED).read_text(encoding="utf-8")
    assert audit.summary.rejects == (("the patient is missing", 1),)


@pytest.mark.parametrize("rows_held", [1, 3, 100])
def test_parts_of_the_findings_count_what_the_whole_does(audit: Audit, service: Medrisk, monkeypatch: pytest.MonkeyPatch, rows_held: int) -> None:
    total = audit.folder.findings.height
    monkeypatch.setattr(module, "_ROWS_HELD", max(rows_held, total // 200))
    assert summarise(audit.path, audit.folder.manifest, service.knowledge) == audit.summary


def test_an_audit_that_found_nothing_can_be_summed_up(service: Medrisk, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, service, [], rejects=[])
    summary = summarise(tmp_path, folder.manifest, service.knowledge)
    assert (summary.findings, summary.patients, summary.months, summary.rules, summary.unmatched, summary.rejects) == (0, 0, (), (), (), ())


def test_files_without_dates_have_no_months(service: Medrisk, tmp_path: Path) -> None:
    folder = write_folder(tmp_path, service, some_patients(10, dated=False), mode="ever")
    assert folder.findings["first_date"].null_count() == folder.findings.height > 0
    assert summarise(tmp_path, folder.manifest, service.knowledge).months == ()


def test_tables_may_hold_categories_for_text(audit: Audit, service: Medrisk, tmp_path: Path) -> None:
    """Whoever writes the tables may store repeated words as categories: the figures are the same."""
    for name in (tables.UNMATCHED, tables.REJECTS, tables.PATIENTS):
        (tmp_path / name).write_bytes((audit.path / name).read_bytes())
    kinds = [pl.col(name).cast(pl.Categorical()) for name in ("tier", "severity", "kind", "rule")]
    audit.folder.findings.with_columns(kinds).write_parquet(tmp_path / tables.FINDINGS)
    assert summarise(tmp_path, audit.folder.manifest, service.knowledge) == audit.summary
