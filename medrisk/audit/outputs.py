"""All that is made from a finished audit's tables: findings.csv, report.html, report.xlsx and, where it is asked for, FHIR.

The last step of a run, and one that can be repeated: the same tables, manifest and knowledge give the same bytes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl

from medrisk.audit import tables
from medrisk.audit.ahead import ahead
from medrisk.audit.harmless import harmless_frame
from medrisk.audit.output import ROW_GROUP
from medrisk.core.rules import KnowledgeBase

_PART = ".part"


def write_outputs(out: Path, manifest: Mapping[str, Any], knowledge: KnowledgeBase, *, detected_issues: bool = False) -> dict[str, str]:
    """Write what is made from the tables in ``out`` and return the SHA-256 of every file there but the manifest.

    ``manifest`` holds "made_on" (the day on which the run began, as 2026-11-22), "versions", "options", "inputs" and
    "counts"; ``knowledge`` is that of the run. A file is there whole or not at all.
    Raises OSError when the folder cannot be written.
    """
    from medrisk.audit.detected_issues import write_issues
    from medrisk.audit.report import write_report
    from medrisk.audit.summary import summarise
    from medrisk.audit.workbook import write_workbook

    with ThreadPoolExecutor(1) as pool:
        # Beside the reports, for it is written without holding up Python.
        csv_file = pool.submit(_write, out / tables.FINDINGS_CSV, lambda part: write_findings_csv(out, part))
        summary = summarise(out, manifest, knowledge)
        _write(out / tables.REPORT, lambda part: part.write_bytes(write_report(summary, knowledge).encode("utf-8")))
        _write(out / tables.WORKBOOK, lambda part: write_workbook(part, summary, out))
        csv_file.result()
    if detected_issues:
        _write(out / tables.ISSUES, lambda part: _issues(part, lambda file: write_issues(file, out, knowledge)))
    return hashes_of(out)


def write_findings_csv(out: Path, path: Path) -> None:
    """findings.parquet as CSV with harmless cells, row for row."""
    findings = harmless_frame(pl.scan_parquet(out / tables.FINDINGS))
    count = findings.select(pl.len()).collect().item()
    parts = (findings.slice(start, ROW_GROUP).collect() for start in range(0, max(1, count), ROW_GROUP))
    with path.open("wb") as file:
        for number, part in enumerate(ahead(parts)):
            part.write_csv(file, include_header=number == 0)


def hashes_of(out: Path) -> dict[str, str]:
    """The SHA-256 of every file of the folder, by its name; the manifest, which holds them, is left out."""
    names = (
        tables.FINDINGS, tables.FINDINGS_CSV, tables.PATIENTS, tables.UNMATCHED, tables.REJECTS, tables.REPORT, tables.WORKBOOK,
        tables.ISSUES,
    )  # fmt: skip
    return {name: _hash(out / name) for name in sorted(names) if (out / name).is_file()}


def _write(path: Path, write: Callable[[Path], object]) -> None:
    part = path.with_name(path.name + _PART)
    write(part)
    os.replace(part, path)  # noqa: PTH105 - the atomic call, named in full


def _issues(part: Path, write: Callable[[Any], None]) -> None:
    with part.open("wb") as file:
        write(file)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
