"""A site's table as rows of text: whether the file is CSV at all, has its columns, and every row a cell for each."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

REQUIRED = ("drug_a", "drug_b", "severity", "interruptive", "summary", "action", "source")
OPTIONAL = ("route_a", "route_b")


class CellFault(NamedTuple):
    """What is wrong, and where. Never what stands there: a wrong file may hold anything."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One pair as written. ``line`` is the line of the file on which it begins, counted from 1."""

    line: int
    cells: dict[str, str]


def read_rows(content: bytes) -> tuple[list[Row], list[CellFault]]:
    """The rows of a table, and every fault of its form. Rows of the wrong length are left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return [], [CellFault(line, "", "the file is not UTF-8 text: save it as CSV UTF-8")]
    faults: list[CellFault] = []
    records = [(line, cells) for line, cells in _records(text, faults) if any(cell.strip() for cell in cells)]
    if not records:
        return [], faults or [CellFault(1, "", f"the table is empty: a header is expected ({', '.join(REQUIRED)})")]
    columns = [cell.strip().lower() for cell in records[0][1]]
    header_faults = list(_check_header(records[0][0], columns))
    if header_faults:
        return [], [*header_faults, *faults]
    if len(records) == 1 and not faults:
        faults.append(CellFault(records[0][0], "", "no pair follows the header"))
    return list(_rows(columns, records[1:], faults)), faults


def _records(text: str, faults: list[CellFault]) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins. What cannot be parsed ends the table and is a fault."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        message = "not valid CSV from here on: a quotation mark is not closed or not doubled, or a cell is too long"
        faults.append(CellFault(line, "", message))


def _check_header(line: int, columns: Sequence[str]) -> Iterator[CellFault]:
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t"):
        yield CellFault(line, "", "the columns are parted by commas in CSV; here they seem to be parted otherwise")
        return
    for column in REQUIRED:
        if column not in columns:
            yield CellFault(line, column, "the column is missing")
    for number, (column, count) in enumerate(Counter(columns).items(), start=1):
        if column not in (*REQUIRED, *OPTIONAL):
            yield CellFault(line, f"column {number}", f"unknown: only {', '.join((*REQUIRED, *OPTIONAL))} are read")
        elif count > 1:
            yield CellFault(line, column, "the column stands twice")


def _rows(columns: Sequence[str], records: Sequence[tuple[int, list[str]]], faults: list[CellFault]) -> Iterator[Row]:
    for line, cells in records:
        if len(cells) == len(columns):
            yield Row(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))
        else:
            message = f"{len(cells)} cells stand here and {len(columns)} are expected: is a comma not within quotes?"
            faults.append(CellFault(line, "", message))
