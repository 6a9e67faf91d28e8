"""From the paths that a user gave to sources of rows: folders and globs opened up, the format of each file found."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import polars as pl
import pyarrow.parquet as pq

from medrisk.audit.chosen import checked
from medrisk.audit.inputs.births import births_of
from medrisk.audit.inputs.csv_layout import CsvLayout, find_csv_layout
from medrisk.audit.inputs.csv_source import CsvSource
from medrisk.audit.inputs.excel import SheetSource, open_workbook
from medrisk.audit.inputs.fhir import FhirSource, open_fhir
from medrisk.audit.inputs.fields import check_fields, find_columns
from medrisk.audit.inputs.ndjson import NdjsonSource, open_ndjson
from medrisk.audit.inputs.omop import is_drug_exposure, is_table_beside, omop_columns, omop_enrich
from medrisk.audit.inputs.parquet import ParquetSource, open_parquet
from medrisk.audit.inputs.planning import plan_for
from medrisk.audit.inputs.records import read_document, read_lines
from medrisk.audit.inputs.shaping import Plan
from medrisk.audit.rows import ReadOptions, Source
from medrisk.errors import InputError

_PACKED = (".gz", ".zst")
_FORMATS = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".tab", ".psv", ".dat"), "csv"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "excel"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".ndjson", ".jsonl"), "lines"),
    ".json": "json",
}
_KNOWN = "Formats are .csv, .tsv, .xlsx, .parquet, .ndjson and .json; text also as .gz or .zst."

_WHO_MAY_READ = "Look at the path and who may read it."
_HIDDEN = (".", "_")


def open_sources(paths: Sequence[Path], options: ReadOptions, patients: Path | None = None) -> list[Source]:
    """All files under ``paths`` in a stable order, their columns found; ``patients`` says more of the same patients.

    Raises InputError where a file is missing, of an unknown format, or lacks a needed column, and where an option has no
    usable value.
    """
    options = checked(options)
    check_fields(options.columns)
    files = list(dict.fromkeys(file for path in paths for file in _files(path)))
    exposures = [file for file in files if is_drug_exposure(file)]
    files = [file for file in files if not any(is_table_beside(file, exposure) for exposure in exposures)]
    if not files:
        raise InputError(
            "No file was found.", hint="Give files, folders or patterns of CSV, xlsx, Parquet or NDJSON.", field="file"
        )
    sources = [source for file in files for source in _open(file, options, of_patients=False)]
    if patients is None:
        return sources
    of_patients = [
        source for file in _files(patients) for source in _open(file, replace(options, columns={}), of_patients=True)
    ]
    births = births_of(of_patients)
    return [*of_patients, *(_with_births(source, births) for source in sources)]


def _with_births(source: Source, births: pl.DataFrame | None) -> Source:
    if births is None or not isinstance(source, CsvSource | SheetSource | NdjsonSource | ParquetSource | FhirSource):
        return source
    return source if "birth_date" in source.plan.orders else replace(source, plan=replace(source.plan, births=births))


def _files(path: Path) -> Iterator[Path]:
    try:
        yield from _found(path)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise InputError(f"{error.filename or path}: this cannot be read: {reason}.", hint=_WHO_MAY_READ, field="file") from None


def _found(path: Path) -> Iterator[Path]:
    name = str(path)
    if path.is_dir():
        found = sorted(file for file in _inside(path) if file.is_file() and _format(file))
        if not found:
            raise InputError(f"{name}: the folder holds no file that is read here.", hint=_KNOWN, field="file")
        exposures = [file for file in found if is_drug_exposure(file)]
        yield from (file for file in found if not any(is_table_beside(file, exposure) for exposure in exposures))
    elif path.exists():
        yield path
    elif any(mark in name for mark in "*?["):
        matches = sorted(Path(match) for match in glob.glob(name, recursive=True))  # noqa: PTH207 - the pattern may be absolute
        if not matches:
            raise InputError(
                f"{name}: no file is like this pattern.", hint="Look at the folder and the ending.", field="file"
            )
        for match in matches:
            yield from _files(match)
    else:
        raise InputError(f"{name}: there is no such file.", hint="Look at the path.", field="file")


def _inside(folder: Path) -> Iterator[Path]:
    """Whatever lies in a folder and those in it, but .part, _SUCCESS and the like, which programs leave beside the data.

    Raises OSError for a folder that cannot be read: what it holds must not be missing in silence.
    """

    def refuse(error: OSError) -> NoReturn:
        raise error

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        yield from (Path(place, name) for name in names if not name.startswith(_HIDDEN))


def _format(file: Path) -> str:
    """The format by the ending, with or without that of a packed file; empty where it is not known."""
    endings = [ending.lower() for ending in file.suffixes]
    if endings and endings[-1] in _PACKED:
        endings.pop()
    return _FORMATS.get(endings[-1], "") if endings else ""


def _open(file: Path, options: ReadOptions, *, of_patients: bool) -> Sequence[Source]:
    name = str(file)
    openers: dict[str, Callable[[], Sequence[Source]]] = {
        "csv": lambda: [_open_csv(file, name, options, of_patients)],
        "excel": lambda: open_workbook(file, name, options, of_patients=of_patients),
        "parquet": lambda: [_open_parquet(file, name, options, of_patients)],
        "lines": lambda: [_open_lines(file, name, options, of_patients)],
        "json": lambda: [_open_json(file, name, options, of_patients)],
    }
    opener = openers.get(_format(file))
    if opener is None:
        raise InputError(f"{name}: this format is not known.", hint=_KNOWN, field="file")
    try:
        return opener()
    except OSError as error:
        raise InputError(
            f"{name}: the file cannot be read: {error.strerror}.",
            hint=_WHO_MAY_READ,
            field="file",
        ) from None


def _open_csv(file: Path, name: str, options: ReadOptions, of_patients: bool) -> CsvSource:
    layout = find_csv_layout(file, name, options)
    if is_drug_exposure(file):
        columns = omop_columns(layout.header, name)
        plan = replace(_csv_plan(layout, columns, name, options, of_patients), enrich=omop_enrich(file, name, options))
    else:
        columns = find_columns(layout.header, name, options.columns, of_patients=of_patients)
        plan = _csv_plan(layout, columns, name, options, of_patients)
    return CsvSource(file, name, layout, columns, plan)


def _csv_plan(
    layout: CsvLayout, columns: Mapping[str, str], name: str, options: ReadOptions, of_patients: bool
) -> Plan:
    def cells(field: str) -> Iterator[str]:
        place = layout.header.index(columns[field])
        return (row[place] for row in layout.samples)

    return plan_for(columns, name, options, cells, of_patients=of_patients)


def _open_parquet(file: Path, name: str, options: ReadOptions, of_patients: bool) -> ParquetSource:
    if not is_drug_exposure(file):
        return open_parquet(file, name, options, of_patients=of_patients)
    columns = omop_columns(pq.read_schema(file).names, name)
    return ParquetSource(
        file,
        name,
        columns,
        Plan(with_codes=options.codes, enrich=omop_enrich(file, name, options)),
        file.stat().st_size,
    )


def _open_lines(file: Path, name: str, options: ReadOptions, of_patients: bool) -> Source:
    first = next((resource for records in read_lines(file) for _, resource in records.found), {})
    if "resourceType" in first:
        return open_fhir(file, name, options, is_document=False)
    return open_ndjson(file, name, options, of_patients=of_patients)


def _open_json(file: Path, name: str, options: ReadOptions, of_patients: bool) -> Source:
    """A document of FHIR, or lines of records in a file that is called .json."""
    document = read_document(file)
    if document is None or (isinstance(document, dict) and "resourceType" not in document):
        return _open_lines(file, name, options, of_patients)
    return open_fhir(file, name, options, is_document=True)
