"""Excel workbooks: every sheet that has the columns. Rows carry the numbers that Excel shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import fastexcel
import polars as pl

from medrisk.audit.inputs.fields import find_columns, known_columns
from medrisk.audit.inputs.planning import plan_for
from medrisk.audit.inputs.shaping import EMPTY_CELLS, Plan, shape
from medrisk.audit.rows import ReadOptions, RowBlock
from medrisk.errors import InputError

_EXCEL_DAY_0 = pl.date(1899, 12, 30)
_SERIAL = r"^[2-8]\d{4}(?:\.\d+)?$"
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class SheetSource:
    """One sheet. It is read whole: a sheet has at most 1,048,576 rows."""

    path: Path
    name: str
    sheet: str
    header_row: int
    places: Mapping[str, int]
    taken_for: Mapping[str, str]
    plan: Plan
    size: int

    def blocks(self, at: Mapping[str, int] | None = None) -> Iterator[RowBlock]:
        if at and at.get("done"):
            return
        cells = _cells(_load(self.path, self.sheet)[self.header_row + 1 :], self.places, self.header_row + 2)
        rows, rejects = shape(cells, self.plan)
        yield RowBlock(rows, rejects, rows.height + len(rejects), {"done": 1})


def open_workbook(path: Path, name: str, options: ReadOptions, *, of_patients: bool = False) -> list[SheetSource]:
    """Raises InputError for a file that is no workbook, and where no sheet has the columns: then with what the first lacks."""
    try:
        sheets = fastexcel.read_excel(path).sheet_names
    except fastexcel.FastExcelError:
        raise InputError(
            f"{name}: this is no workbook that can be read.",
            hint="Save it as .xlsx without a password, or as CSV.",
            field="file",
        ) from None
    found: list[SheetSource] = []
    fault: InputError | None = None
    for sheet in sheets:
        whole = f"{name}[{sheet}]"
        frame = _load(path, sheet)
        if not frame.height:
            continue
        row = _header_row(frame)
        header = [cell or "" for cell in frame.row(row)]
        try:
            columns = find_columns(header, whole, options.columns, of_patients=of_patients)
        except InputError as error:
            fault = fault or error
            continue
        places = {field: header.index(column) for field, column in columns.items()}
        cells = _cells(frame[row + 1 :], places, row + 2)
        plan = plan_for(columns, whole, options, partial(_values, cells), of_patients=of_patients)
        found.append(SheetSource(path, whole, sheet, row, places, columns, plan, path.stat().st_size // len(sheets)))
    if not found:
        raise fault or InputError(
            f"{name}: the workbook is empty.", hint="It needs a row with the names of the columns.", field="file"
        )
    return found


def _values(cells: pl.DataFrame, field: str) -> list[str | None]:
    return cells[field].to_list()


def _load(path: Path, sheet: str) -> pl.DataFrame:
    return fastexcel.read_excel(path).load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()


def _header_row(frame: pl.DataFrame) -> int:
    """The row with most names of columns among the first: titles may stand above it."""
    return max(
        range(min(frame.height, _LOOKED_AT)),
        key=lambda number: (known_columns([c or "" for c in frame.row(number)]), -number),
    )


def _cells(frame: pl.DataFrame, places: Mapping[str, int], line: int) -> pl.DataFrame:
    """Text of the needed columns; a date that has lost its format is a number of days. Rows without any cell are none."""
    is_row = frame.select(pl.any_horizontal(pl.all().is_not_null()).alias("is"))["is"]
    columns = []
    for field, place in places.items():
        text = pl.col(frame.columns[place]).replace(list(EMPTY_CELLS), None)
        if field in ("start", "end", "birth_date"):
            serial = pl.when(text.str.contains(_SERIAL)).then(
                text.cast(pl.Float64, strict=False).cast(pl.Int32, strict=False)
            )
            text = pl.coalesce((_EXCEL_DAY_0 + pl.duration(days=serial)).cast(pl.String), text)
        columns.append(text.alias(field))
    numbers = pl.int_range(line, line + pl.len(), dtype=pl.Int64).alias("line")
    return frame.select(numbers, *columns).filter(is_row)
