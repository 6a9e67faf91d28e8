"""``report.xlsx``: the summary, a sheet of findings for each tier, the unmatched texts, the rejects and the versions.

A sheet holds the first rows only, the most severe before the others, and says how many more stand in the tables: nobody
reads a million rows in a spreadsheet, and no program opens many times that. The same tables give the same file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from medrisk.audit import tables
from medrisk.audit.harmless import harmless, harmless_column, restored
from medrisk.audit.report.method import limits_of, method_of, other_options
from medrisk.audit.summary import Summary

EXCEL_ROWS = 1_048_576
MOST_ROWS = 5_000
_LONGEST_CELL = 32_767
# Excel has no earlier dates.
_FIRST_YEAR = 1900
# Rows above the table of a sheet: what it is and what is left out, the notice; then the head.
_HEAD = 2
_ALL_FINDINGS = f"{tables.FINDINGS_CSV} and {tables.FINDINGS}"
_NOTICE = "Draft knowledge, for pharmacist review; no clinician has reviewed it. No finding does not mean safe."
# The columns of a sheet of findings: name, title, width in letters.
_FINDING = (
    ("patient_id", "Patient", 20), ("severity", "Severity", 16), ("interruptive", "Interrupts", 11), ("summary", "Finding", 60),
    ("drugs", "Drugs", 36), ("why", "Why", 60), ("first_date", "First day", 12), ("last_date", "Last day", 12), ("days", "Days", 8),
    ("effects", "Effects", 30), ("evidence", "Evidence", 12), ("verified", "Read in a source", 16), ("kind", "Kind", 20), ("rule", "Rule", 36),
)  # fmt: skip
_UNMATCHED = (("text", "text", 50), ("status", "status", 12), ("reason", "reason", 44), ("rows", "rows", 10),
              ("candidates", "candidates", 44), ("meant", "meant", 30))  # fmt: skip
_REJECTS = (("file", "File", 36), ("line", "Line", 12), ("reason", "Reason", 80))

Columns = Sequence[tuple[str, str, int]]


def write_workbook(path: Path, summary: Summary, out: Path, most_rows: int = MOST_ROWS) -> None:
    """Write the workbook. ``most_rows``: at most so many rows of a table on its sheet, and never more than Excel holds."""
    # Each distinct text is written once; the rows that a workbook holds at most need some tens of MB.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    made_on = date.fromisoformat(summary.manifest["made_on"])
    with xlsxwriter.Workbook(path, options) as book:
        # Without this the file would hold the time of its making.
        book.set_properties({"title": "medrisk audit", "comments": _NOTICE, "created": datetime.combine(made_on, time())})
        _Book(book, summary, out, min(most_rows, EXCEL_ROWS - _HEAD - 2)).write()


class _Book:
    def __init__(self, book: Any, summary: Summary, out: Path, most_rows: int) -> None:
        self._book, self._summary, self._out, self._most = book, summary, out, most_rows
        self._bold = book.add_format({"bold": True})
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#F3F5F7"})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._count = book.add_format({"num_format": "#,##0"})

    def write(self) -> None:
        self._summary_sheet()
        findings = pl.scan_parquet(self._out / tables.FINDINGS)
        for tier in self._summary.tiers:
            rows = _most_severe(findings.filter(pl.col("tier") == tier.tier), self._most)
            self._table(tier.tier.capitalize(), _FINDING, rows, tier.findings, _ALL_FINDINGS, f"Findings of the tier {tier.tier}.")
        unmatched = _restored(pl.scan_csv(self._out / tables.UNMATCHED, schema=tables.UNMATCHED_SCHEMA).head(self._most))
        how = 'In "meant", write the drug\'s name, or "ignore"; save this sheet as CSV without the two lines above the head, for --aliases.'
        self._table("Unmatched", _UNMATCHED, unmatched, self._summary.unmatched_texts, tables.UNMATCHED, how)
        rejects = _restored(pl.scan_csv(self._out / tables.REJECTS, schema=tables.REJECTS_SCHEMA).head(self._most))
        self._table("Rejects", _REJECTS, rejects, self._summary.rejected, tables.REJECTS, "Rows that were not used, and why.")
        self._versions_sheet()

    def _summary_sheet(self) -> None:
        summary, counts = self._summary, self._summary.counts
        sheet = self._sheet("Summary", (60, 16, 16, 16, 16, 24))
        lines: list[Sequence[Any]] = [
            ("medrisk audit", summary.manifest["made_on"]), (_NOTICE,), *((words,) for words in self._left_out()), (),
            ("Patients", summary.patients), ("Patients without any finding", summary.without_finding),
            ("Patients with a finding that would interrupt", summary.interrupted), ("Findings", summary.findings),
            ("Findings that would interrupt", summary.interruptive), (),
            ("Rows read", counts["rows_in"]), ("Rows used", counts["rows_used"]), ("Rows rejected", counts["rejects"]),
            ("Rows matched", counts["matched_rows"]), ("Rows ambiguous, not checked", counts["ambiguous_rows"]),
            ("Rows unknown, not checked", counts["unknown_rows"]), ("Rows that name no medication", counts["ignored_rows"]),
            ("Distinct texts", counts["distinct_texts"]), ("Distinct texts that could not be matched", summary.unmatched_texts), (),
            ("Tier", "Findings", "Patients", "On its sheet"),
            *((tier.tier, tier.findings, tier.patients, min(tier.findings, self._most)) for tier in summary.tiers), (),
        ]  # fmt: skip
        for title, found in (("Rule or red flag", summary.rules), ("Drug class", summary.classes)):
            lines.append((title, "Findings", "Patients", "Highest tier", "Severity", "Id"))
            lines += [(one.name, one.findings, one.patients, one.tier, one.severity, one.id) for one in found]
            lines.append(())
        for number, line in enumerate(lines):
            is_head = len(line) > 1 and isinstance(line[1], str) and line[1] == "Findings"
            for column, value in enumerate(line):
                self._cell(sheet, number, column, value, self._bold if is_head or number == 0 else None)

    def _left_out(self) -> list[str]:
        """A line for each sheet that does not hold all rows."""
        tiers = [(tier.tier.capitalize(), tier.findings, _ALL_FINDINGS) for tier in self._summary.tiers]
        others = [("Unmatched", self._summary.unmatched_texts, tables.UNMATCHED), ("Rejects", self._summary.rejected, tables.REJECTS)]
        return [f"Sheet {name}: {_left_out(total, self._most, files)}" for name, total, files in (*tiers, *others) if total > self._most]

    def _versions_sheet(self) -> None:
        summary = self._summary
        options = summary.manifest["options"]
        sheet = self._sheet("Versions", (36, 100))
        lines = [
            *((name, value) for name, value in summary.manifest["versions"].items()),
            *(("input", f"{one['file']}: {one['rows']:,} rows, SHA-256 {one['sha256']}") for one in summary.manifest["inputs"]),
            *other_options(options),
            *(("method", words) for words in method_of(options)), *(("limit", words) for words in limits_of(summary)),
        ]  # fmt: skip
        for number, (name, value) in enumerate(lines):
            self._cell(sheet, number, 0, str(name).replace("_", " "), self._bold)
            self._cell(sheet, number, 1, value, self._wrap)

    def _table(self, name: str, columns: Columns, rows: pl.DataFrame, total: int, files: str, what: str) -> None:
        sheet = self._sheet(name, [width for _, _, width in columns])
        shown = min(total, self._most)
        more = f" {_left_out(total, shown, files)}" if total > shown else f" {total:,} rows, all of them."
        self._cell(sheet, 0, 0, f"{what}{more}", self._bold if total > shown else None)
        self._cell(sheet, 1, 0, _NOTICE, None)
        sheet.freeze_panes(_HEAD + 1, 1)
        for column, (_, title, _) in enumerate(columns):
            sheet.write_string(_HEAD, column, title, self._head)
        cells = _cells(rows.select(key for key, _, _ in columns))
        write = [self._writer(sheet, kind) for kind in cells.dtypes]
        for number, row in enumerate(cells.iter_rows(), start=_HEAD + 1):
            for column, value in enumerate(row):
                if value is not None:
                    write[column](number, column, value)
        sheet.autofilter(_HEAD, 0, _HEAD + max(shown, 1), len(columns) - 1)
        sheet.repeat_rows(_HEAD)

    def _sheet(self, name: str, widths: Sequence[int]) -> Worksheet:
        sheet: Worksheet = self._book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def _writer(self, sheet: Worksheet, kind: pl.DataType) -> Callable[[int, int, Any], object]:
        """How cells of a column of ``_cells`` are written."""
        if kind == pl.String:
            return partial(_write_text, sheet)
        if kind == pl.Date:
            return lambda row, column, day: _write_day(sheet, row, column, day, self._day)
        return lambda row, column, number: sheet.write_number(row, column, number, self._count)

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Any, look: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "no", look)
        elif isinstance(value, date):
            _write_day(sheet, row, column, value, self._day)
        elif isinstance(value, int | float):
            sheet.write_number(row, column, value, look or self._count)
        else:
            _write_text(sheet, row, column, harmless(str(value))[:_LONGEST_CELL], look)


def _left_out(total: int, shown: int, files: str) -> str:
    return f"Only {shown:,} of {total:,} rows are here and {total - shown:,} are left out; all {total:,} are in {files}, in the folder of this workbook."


def _write_text(sheet: Worksheet, row: int, column: int, text: str, look: Any = None) -> None:
    if text.startswith("<r>"):
        # XlsxWriter takes such a text for marks of its own; in three parts, which it asks for, it is written as it stands.
        sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:], *([look] if look else []))
    else:
        sheet.write_string(row, column, text, look)


def _write_day(sheet: Worksheet, row: int, column: int, day: date, look: Any) -> None:
    if day.year < _FIRST_YEAR:
        sheet.write_string(row, column, day.isoformat())
    else:
        sheet.write_datetime(row, column, day, look)


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    """What stands in the cells: texts that are harmless and fit, yes and no, days, numbers."""
    ready = []
    for name, kind in rows.schema.items():
        if kind == pl.Boolean:
            ready.append(pl.when(pl.col(name)).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no")).alias(name))
        elif kind == pl.Date or kind.is_numeric():
            ready.append(pl.col(name))
        else:
            ready.append(harmless_column(name).str.head(_LONGEST_CELL))
    # Columns of categories are text to a reader.
    texts = [pl.col(name).cast(pl.String) for name, kind in rows.schema.items() if kind in (pl.Categorical, pl.Enum)]
    return rows.with_columns(texts).select(ready)


def _most_severe(rows: pl.LazyFrame, most: int) -> pl.DataFrame:
    """At most so many rows, the most severe first, else in their order."""
    found = [rows.head(0).collect()]
    left = most
    for severity in tables.SEVERITIES:
        if left > 0:
            alike = rows.filter(pl.col("severity").is_null() if severity is None else pl.col("severity") == severity)
            found.append(alike.head(left).collect(engine="streaming"))
            left -= found[-1].height
    return pl.concat(found)


def _restored(rows: pl.LazyFrame) -> pl.DataFrame:
    """Rows of a CSV as they were before its cells were made harmless, as each writer does by itself."""
    return rows.with_columns(pl.col(pl.String).map_elements(restored, pl.String)).collect(engine="streaming")
