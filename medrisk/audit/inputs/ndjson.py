"""NDJSON of flat records: one object a line, its keys the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from medrisk.audit.inputs.fields import CODES, find_columns
from medrisk.audit.inputs.planning import plan_for
from medrisk.audit.inputs.records import read_lines
from medrisk.audit.inputs.shaping import EMPTY_CELLS, Plan, shape
from medrisk.audit.rows import ReadOptions, RowBlock
from medrisk.errors import InputError

_LOOKED_AT = 10_000


@dataclass(frozen=True, slots=True)
class NdjsonSource:
    path: Path
    name: str
    taken_for: Mapping[str, str]
    plan: Plan
    size: int

    def blocks(self, at: Mapping[str, int] | None = None) -> Iterator[RowBlock]:
        for records in read_lines(self.path, at):
            rows, refused = shape(_cells(records.found, self.taken_for), self.plan)
            told = tuple(sorted((*records.rejects, *refused), key=lambda reject: reject.line))
            yield RowBlock(rows, told, rows.height + len(told), records.next)


def open_ndjson(path: Path, name: str, options: ReadOptions, *, of_patients: bool = False) -> NdjsonSource:
    """The columns are the keys of the first records together. Raises InputError for no record, and where a needed one is missing."""
    first = next((records.found[:_LOOKED_AT] for records in read_lines(path) if records.found), [])
    if not first:
        raise InputError(f"{name}: there is no record in the file.", hint="It needs one JSON object on each line.", field="file")
    header = list(dict.fromkeys(key for _, record in first for key in record))
    columns = find_columns(header, name, options.columns, of_patients=of_patients)
    start = _cells(first, columns)
    plan = plan_for(columns, name, options, lambda field: start[field].to_list(), of_patients=of_patients)
    return NdjsonSource(path, name, columns, plan, path.stat().st_size)


def _cells(found: list[tuple[int, dict[str, Any]]], columns: Mapping[str, str]) -> pl.DataFrame:
    data: dict[str, list[Any]] = {"line": [line for line, _ in found]}
    for field, column in columns.items():
        data[field] = [_text(record.get(column), field) for _, record in found]
    return pl.DataFrame(data, schema={"line": pl.Int64, **dict.fromkeys(columns, pl.String)})


def _text(value: Any, field: str) -> str | None:
    """Numbers as text; a code that is a number with a decimal point keeps it, and is then refused."""
    if isinstance(value, list):
        return "; ".join(text for item in value if (text := _text(item, field))) or None
    if value is None or isinstance(value, dict | bool):
        return None
    if isinstance(value, float) and value.is_integer() and field not in CODES:
        value = int(value)
    text = str(value)
    return None if text in EMPTY_CELLS else text
