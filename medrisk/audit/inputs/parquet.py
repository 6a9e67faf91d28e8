"""Parquet files: read by row groups and batches, so that memory does not grow with the file. Lines are numbers of records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from polars.exceptions import PolarsError

from medrisk.audit.inputs.fields import CODES, find_columns
from medrisk.audit.inputs.planning import plan_for
from medrisk.audit.inputs.shaping import EMPTY_CELLS, Plan, shape
from medrisk.audit.rows import ReadOptions, RowBlock
from medrisk.errors import InputError

_BATCH = 1 << 18
_LOOKED_AT = 10_000


@dataclass(frozen=True, slots=True)
class ParquetSource:
    path: Path
    name: str
    taken_for: Mapping[str, str]
    plan: Plan
    size: int

    def blocks(self, at: Mapping[str, int] | None = None) -> Iterator[RowBlock]:
        done = at["record"] if at else 0
        with pq.ParquetFile(self.path) as file:
            before = 0
            for group in range(file.num_row_groups):
                size = file.metadata.row_group(group).num_rows
                if before + size > done:
                    for batch in file.iter_batches(
                        _BATCH, row_groups=[group], columns=sorted(set(self.taken_for.values()))
                    ):
                        if before >= done:
                            rows, rejects = shape(
                                cells_of(pl.DataFrame(pl.from_arrow(batch)), self.taken_for, before + 1), self.plan
                            )
                            yield RowBlock(rows, rejects, batch.num_rows, {"record": before + batch.num_rows})
                        before += batch.num_rows
                else:
                    before += size


def open_parquet(path: Path, name: str, options: ReadOptions, *, of_patients: bool = False) -> ParquetSource:
    """Raises InputError for a file that is no Parquet or cut short, or lacks columns."""
    try:
        with pq.ParquetFile(path) as file:
            columns = find_columns(file.schema_arrow.names, name, options.columns, of_patients=of_patients)
            _refuse_records(file.schema_arrow, columns, name)
            batch = next(file.iter_batches(_LOOKED_AT, columns=sorted(set(columns.values()))), None)
    except pa.ArrowException:
        raise InputError(
            f"{name}: this is no Parquet file, or it is cut short.", hint="Copy or export it again.", field="file"
        ) from None
    start = (
        cells_of(pl.DataFrame(pl.from_arrow(batch)), columns, 1)
        if batch is not None
        else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    )
    plan = plan_for(columns, name, options, lambda field: start[field].to_list(), of_patients=of_patients)
    return ParquetSource(path, name, columns, plan, path.stat().st_size)


def _read_bytes(column: pl.Series) -> pl.Series:
    """Text that a program stored as bytes, read as that of a CSV file is; what is no text is an empty cell."""
    try:
        return column.cast(pl.String)
    except PolarsError:
        return pl.Series(column.name, [_read(value) for value in column], pl.String)


def _read(value: bytes | None) -> str | None:
    for encoding in ("utf-8", "cp1252"):
        try:
            return value.decode(encoding) if value is not None else None
        except UnicodeDecodeError:
            continue
    return None


def _refuse_records(schema: pa.Schema, columns: Mapping[str, str], name: str) -> None:
    """A list of texts is read as one text; what names are given inside a record is not known."""
    for column in columns.values():
        kind = schema.field(column).type
        if pa.types.is_nested(kind.value_type if _is_list(kind) else kind):
            hint = "Export it with a column of text for the name, or name another column with --map FIELD=COLUMN."
            raise InputError(f"{name}: the column {column} holds records, not text.", hint=hint, field="file")


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def cells_of(frame: pl.DataFrame, columns: Mapping[str, str], line: int) -> pl.DataFrame:
    """Values of any type as text. Whole numbers lose the decimal point that a missing value beside them gave them; codes
    keep it, since a code with one has lost its zeros and must not be read.
    """
    cells = []
    for field, column in columns.items():
        kind = frame.schema[column]
        text = pl.col(column)
        if kind == pl.Binary:
            text = pl.lit(_read_bytes(frame[column]))
        elif isinstance(kind, pl.List | pl.Array):
            text = text.cast(pl.List(kind.inner)).list.eval(pl.element().cast(pl.String)).list.join("; ")
        elif kind.is_float() and field not in CODES:
            text = text.cast(pl.String).str.strip_suffix(".0")
        else:
            text = text.cast(pl.String)
        cells.append(text.replace(list(EMPTY_CELLS), None).alias(field))
    return frame.select(pl.int_range(line, line + pl.len(), dtype=pl.Int64).alias("line"), *cells)
