"""When the patients of a second file were born, to work out their age on the day on which a drug is taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from medrisk.audit.inputs.csv_source import CsvSource
from medrisk.audit.inputs.dates import days_of
from medrisk.audit.inputs.excel import SheetSource
from medrisk.audit.inputs.fhir import FhirSource
from medrisk.audit.inputs.ndjson import NdjsonSource
from medrisk.audit.inputs.parquet import ParquetSource
from medrisk.audit.inputs.shaping import births
from medrisk.audit.rows import Source

_SCHEMA = {"patient": pl.String(), "born": pl.Int32()}
_Table = CsvSource | SheetSource | NdjsonSource | ParquetSource


def births_of(sources: Sequence[Source]) -> pl.DataFrame | None:
    """``patient`` and ``born`` in days since 1970, one row for each patient; None where no birth date is given."""
    found = [frame for source in sources for frame in _births(source)]
    known = pl.concat(found).drop_nulls().unique("patient", keep="first", maintain_order=True) if found else None
    return known if known is not None and known.height else None


def _births(source: Source) -> list[pl.DataFrame]:
    if isinstance(source, FhirSource):
        patients = source.index.patients
        born = days_of(pl.Series([birth or None for birth, _ in patients.values()], dtype=pl.String), None)
        return [pl.DataFrame({"patient": list(patients), "born": born}, schema=_SCHEMA)]
    if not isinstance(source, _Table) or not {"birth_date", "birth_year"} & set(source.taken_for):
        return []
    found: list[pl.DataFrame] = []
    plan = source.plan

    def collect(cells: pl.DataFrame) -> pl.DataFrame:
        found.append(births(cells, plan))
        return cells

    for _ in replace(source, plan=replace(plan, enrich=collect)).blocks():
        pass
    return found
