"""From the paths that a user gave to sources of rows: folders and globs opened up, the format of each file found."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path

from medrisk.audit.inputs.csv_layout import find_csv_layout
from medrisk.audit.inputs.csv_source import CsvSource
from medrisk.audit.inputs.dates import DayOrder, day_order
from medrisk.audit.inputs.fields import check_fields, find_columns
from medrisk.audit.inputs.shaping import Plan
from medrisk.audit.rows import ReadOptions, Source
from medrisk.errors import InputError

_PACKED = (".gz", ".zst")
_CSV = (".csv", ".tsv", ".txt", ".tab", ".psv", ".dat")
DATE_FIELDS = ("start", "end", "birth_date")


def open_sources(paths: Sequence[Path], options: ReadOptions, patients: Path | None = None) -> list[Source]:
    """All files under ``paths`` in a stable order, their columns found; ``patients`` says more of the same patients.

    Raises InputError where a file is missing, of an unknown format, or lacks a needed column.
    """
    check_fields(options.columns)
    files = list(dict.fromkeys(file for path in paths for file in _files(path)))
    if not files:
        raise InputError(
            "No file was found.", hint="Give files, folders or patterns of CSV, xlsx, Parquet or NDJSON.", field="file"
        )
    return [_open(file, options) for file in files]


def _files(path: Path) -> Iterator[Path]:
    name = str(path)
    if path.is_dir():
        found = sorted(
            file for file in path.rglob("*") if file.is_file() and not _is_hidden(file, path) and _format(file)
        )
        if not found:
            raise InputError(
                f"{name}: the folder holds no file that is read here.",
                hint="Formats are CSV, xlsx, Parquet and NDJSON.",
                field="file",
            )
        yield from found
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


def _is_hidden(file: Path, folder: Path) -> bool:
    """Files like .part or _SUCCESS, which programs leave beside the data."""
    return any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)


def _format(file: Path) -> str:
    """The format by the ending, with or without that of a packed file; empty where it is not known."""
    endings = [ending.lower() for ending in file.suffixes]
    if endings and endings[-1] in _PACKED:
        endings.pop()
    last = endings[-1] if endings else ""
    return "csv" if last in _CSV else ""


def _open(file: Path, options: ReadOptions) -> Source:
    name = str(file)
    try:
        if _format(file) == "csv":
            return _open_csv(file, name, options)
    except OSError as error:
        raise InputError(
            f"{name}: the file cannot be read: {error.strerror}.",
            hint="Look at the path and who may read it.",
            field="file",
        ) from None
    raise InputError(
        f"{name}: this format is not known.",
        hint="Formats are .csv, .tsv, .xlsx, .parquet, .ndjson and .json, also as .gz or .zst.",
        field="file",
    )


def _open_csv(file: Path, name: str, options: ReadOptions) -> CsvSource:
    layout = find_csv_layout(file, name, options)
    columns = find_columns(layout.header, name, options.columns)
    orders: dict[str, DayOrder | None] = {}
    for field in DATE_FIELDS:
        if field in columns:
            place = layout.header.index(columns[field])
            values = (row[place] for row in layout.samples)
            orders[field] = day_order(values, columns[field], name, options.dates)
    return CsvSource(file, name, layout, columns, Plan(orders, with_codes=options.codes))
