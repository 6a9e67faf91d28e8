"""An audit in figures: what every report of it shows, counted from the tables of its output folder.

Every table is read as a stream, however many rows it has; what is held in memory grows with the number of rules, months
and classes and not with that of findings or patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from medrisk.audit import tables
from medrisk.audit.harmless import restored
from medrisk.core.rules import KnowledgeBase

# Findings held at a time while those of each patient are counted.
_ROWS_HELD = 500_000
_MOST_UNMATCHED = 50
_MOST_REASONS = 20
# Patients with this many promoters or more stand together.
MANY_PROMOTERS = 8
_CLASS = "drug_class"
_IS_CLASS = (pl.col("kind") == _CLASS).alias("is_class")


@dataclass(frozen=True, slots=True)
class TierCount:
    """``patients``: those with at least one finding of this tier. ``highest``: those with none of a higher tier."""

    tier: str
    findings: int
    patients: int
    highest: int


@dataclass(frozen=True, slots=True)
class RuleCount:
    """One rule, red flag or class: how often it was found, and in how many patients.

    ``tier`` and ``severity`` are the highest that it had, ``interruptive`` how many of its findings interrupt,
    ``unchecked`` how many say only that something was missing to decide it.
    """

    id: str
    kind: str
    name: str
    tier: str
    severity: str | None
    findings: int
    patients: int
    interruptive: int
    unchecked: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A text that nobody could match: the worklist for the next run."""

    text: str
    status: str
    reason: str
    rows: int
    candidates: str


@dataclass(frozen=True, slots=True)
class Summary:
    """``months``: the findings that began in each month, by tier; empty when the files had no dates."""

    manifest: Mapping[str, Any]
    findings: int
    patients: int
    tiers: tuple[TierCount, ...]
    rules: tuple[RuleCount, ...]
    classes: tuple[RuleCount, ...]
    without_finding: int
    interrupted: int
    interruptive: int
    promoters: tuple[int, ...]
    months: tuple[tuple[str, Mapping[str, int]], ...]
    unmatched: tuple[Unmatched, ...]
    unmatched_texts: int
    rejects: tuple[tuple[str, int], ...]
    rejected: int

    @property
    def counts(self) -> Mapping[str, int]:
        """The counts of the manifest, among them those of rows."""
        counts: Mapping[str, int] = self.manifest["counts"]
        return counts


def summarise(out: Path, manifest: Mapping[str, Any], knowledge: KnowledgeBase) -> Summary:
    """Count the tables of the folder. ``knowledge`` gives rules and classes their names."""
    findings = pl.scan_parquet(out / tables.FINDINGS)
    patients = pl.scan_parquet(out / tables.PATIENTS)
    total = _number(findings.select(pl.len()))
    patients_of, interrupted = _distinct(findings, total)
    rules = _rules(findings, patients_of, knowledge)
    unmatched = _csv(out / tables.UNMATCHED, tables.UNMATCHED_SCHEMA)
    rejects = _csv(out / tables.REJECTS, tables.REJECTS_SCHEMA)
    reasons = _collect(rejects.group_by("reason").len()).sort(["len", "reason"], descending=[True, False])
    people = _collect(patients.select(
        pl.len().alias("patients"), pl.col("highest_tier").is_null().sum().alias("without"),
        *[(pl.col(tier) > 0).sum().alias(tier) for tier in tables.TIERS],
        *[(pl.col("highest_tier") == tier).sum().alias(f"highest_{tier}") for tier in tables.TIERS],
    )).row(0, named=True)  # fmt: skip
    by_tier = dict(_collect(findings.group_by("tier").len()).rows())
    return Summary(
        manifest=manifest,
        findings=total,
        patients=people["patients"],
        tiers=tuple(TierCount(tier, by_tier.get(tier, 0), people[tier], people[f"highest_{tier}"]) for tier in tables.TIERS),
        rules=tuple(rule for rule in rules if rule.kind != _CLASS),
        classes=tuple(rule for rule in rules if rule.kind == _CLASS),
        without_finding=people["without"],
        interrupted=interrupted,
        interruptive=sum(rule.interruptive for rule in rules),
        promoters=_promoters(patients),
        months=_months(findings),
        unmatched=tuple(_unmatched(row) for row in _collect(unmatched.head(_MOST_UNMATCHED)).iter_rows(named=True)),
        unmatched_texts=_number(unmatched.select(pl.len())),
        rejects=tuple(reasons.head(_MOST_REASONS).rows()),
        rejected=int(reasons["len"].sum()),
    )


def _rules(findings: pl.LazyFrame, patients: Mapping[tuple[str, bool], int], knowledge: KnowledgeBase) -> list[RuleCount]:
    """Every rule that was found, the most frequent first. A class and a rule of one name are two entries."""
    counted = _collect(findings.group_by("rule", _IS_CLASS).agg(
        pl.len().alias("findings"), pl.col("interruptive").sum(), (pl.col("kind") == "missing_information").sum().alias("unchecked"),
        *[(pl.col("tier") == tier).any().alias(f"tier_{tier}") for tier in tables.TIERS],
        *[(pl.col("severity") == severity).any().alias(f"severity_{severity}") for severity in tables.SEVERITIES if severity],
        pl.col("kind").filter(pl.col("kind") != "missing_information").min().alias("kind"),
    ))  # fmt: skip
    names = _names(knowledge)
    rules = [
        RuleCount(
            id=row["rule"], kind=row["kind"] or "missing_information", name=names.get((row["rule"], row["is_class"]), row["rule"]),
            tier=next(tier for tier in tables.TIERS if row[f"tier_{tier}"]),
            severity=next((s for s in tables.SEVERITIES if s and row[f"severity_{s}"]), None), findings=row["findings"],
            patients=patients[row["rule"], row["is_class"]], interruptive=row["interruptive"], unchecked=row["unchecked"],
        )
        for row in counted.iter_rows(named=True)
    ]  # fmt: skip
    return sorted(rules, key=lambda rule: (-rule.findings, rule.id, rule.kind))


def _distinct(findings: pl.LazyFrame, total: int) -> tuple[dict[tuple[str, bool], int], int]:
    """How many distinct patients each rule (or class) has, and how many have a finding that interrupts.

    The findings of a patient stand together, so that no more than a part of the table is held at a time.
    """
    columns = findings.select("patient_id", "rule", _IS_CLASS, "interruptive")
    rules: dict[tuple[str, bool], int] = {}
    interrupted = 0
    held = columns.head(0).collect()
    for start in range(0, total, _ROWS_HELD):
        held = pl.concat([held, columns.slice(start, _ROWS_HELD).collect()])
        # The last patient may go on in the next part.
        goes_on = held["patient_id"] == held["patient_id"][-1] if start + _ROWS_HELD < total else pl.repeat(False, held.height, eager=True)
        pairs = held.filter(~goes_on).group_by("rule", "is_class", "patient_id").agg(pl.col("interruptive").any())
        for rule, is_class, count in pairs.group_by("rule", "is_class").len().iter_rows():
            rules[rule, is_class] = rules.get((rule, is_class), 0) + count
        interrupted += pairs.filter("interruptive")["patient_id"].n_unique()
        held = held.filter(goes_on)
    return rules, interrupted


def _names(knowledge: KnowledgeBase) -> dict[tuple[str, bool], str]:
    names = {(rule.id, False): rule.name for rule in knowledge.rules.values()}
    names |= {(flag.id, False): flag.name for flag in knowledge.red_flags}
    names |= {(symptom.id, False): f"Other explanations of {symptom.name.lower()}" for symptom in knowledge.symptoms.values()}
    return names | {(found.id, True): found.name for found in knowledge.classes.values()}


def _promoters(patients: pl.LazyFrame) -> tuple[int, ...]:
    """How many patients have 0, 1, 2 ... promoters; the last number is that of MANY_PROMOTERS and more."""
    counts = [0] * (MANY_PROMOTERS + 1)
    for number, count in _collect(patients.group_by(pl.col("promoters").clip(0, MANY_PROMOTERS)).len()).iter_rows():
        counts[number or 0] += count
    return tuple(counts)


def _months(findings: pl.LazyFrame) -> tuple[tuple[str, Mapping[str, int]], ...]:
    month = pl.col("first_date").dt.strftime("%Y-%m").alias("month")
    counted = _collect(findings.filter(pl.col("first_date").is_not_null()).group_by(month, "tier").len()).sort("month")
    months: dict[str, dict[str, int]] = {}
    for name, tier, count in counted.iter_rows():
        months.setdefault(name, {})[tier] = count
    return tuple(months.items())


def _unmatched(row: Mapping[str, Any]) -> Unmatched:
    texts = {name: restored(row[name] or "") for name in ("text", "status", "reason", "candidates")}
    return Unmatched(rows=row["rows"], **texts)


def _csv(path: Path, schema: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    return pl.scan_csv(path, schema=dict(schema))


def _collect(rows: pl.LazyFrame) -> pl.DataFrame:
    return rows.collect(engine="streaming")


def _number(rows: pl.LazyFrame) -> int:
    return int(_collect(rows).item())
