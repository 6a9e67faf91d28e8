"""How a CSV file is written: encoding, delimiter, and the names of its columns, found from its start and from samples."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from medrisk.audit.inputs.fields import known_columns
from medrisk.audit.inputs.streams import open_text, packing_of
from medrisk.audit.rows import ReadOptions
from medrisk.errors import InputError

_DELIMITERS = (",", ";", "\t", "|")
_MARK = b"\xef\xbb\xbf"
_START = 1 << 20
_SAMPLES, _SAMPLE = 16, 1 << 16
_ROWS_LOOKED_AT = 50
_SEP_LINE = 6
# How many lines may be looked at for the header, and how many known names make a line one.
_LINES_LOOKED_AT, _SURELY_COLUMNS = 20, 2


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """``first`` is the place of the first byte behind the header, and ``line`` the number of that line."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    first: int
    line: int
    samples: tuple[tuple[str, ...], ...]


def find_csv_layout(path: Path, name: str, options: ReadOptions) -> CsvLayout:
    """Raises InputError for a file that is empty or no text."""
    stream = open_text(path)
    start = stream.read(_START)
    stream.close()
    if not start.strip(b" \r\n\t\xef\xbb\xbf"):
        raise InputError(
            f"{name}: the file is empty.", hint="It needs a line with the names of the columns.", field="file"
        )
    if b"\0" in start.partition(b"\n")[0]:
        raise InputError(f"{name}: the file is not text.", hint="Give CSV, xlsx, Parquet or NDJSON.", field="file")
    pieces = [start, *_pieces(path)]
    encoding = options.encoding or _encoding_of(pieces)
    mark = len(_MARK) if start.startswith(_MARK) else 0
    skipped, line, told = _before_header(start, mark)
    delimiter = options.delimiter or told
    above = _lines_above(start[skipped:], encoding, (delimiter,) if delimiter else _DELIMITERS, options.columns.values())
    skipped, line = skipped + sum(map(len, above)), line + len(above)
    text = start[skipped:].decode(encoding, "replace")
    delimiter = delimiter or _delimiter_of(text)
    header, size, lines = _read_header(text, delimiter, name)
    first = skipped + len(text[:size].encode(encoding, "replace"))
    samples = _rows_of(text[size:], delimiter)
    for piece in pieces[1:]:
        samples += _rows_of(piece.decode(encoding, "replace").partition("\n")[2], delimiter)
    whole = tuple(tuple(row) for row in samples if len(row) == len(header))
    return CsvLayout(encoding, delimiter, tuple(cell.strip() for cell in header), first, line + lines, whole)


def _pieces(path: Path) -> list[bytes]:
    """Some of a file that is not packed, from places spread over it."""
    size = path.stat().st_size
    if packing_of(path) or size <= _START:
        return []
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return []
        found = []
        for number in range(_SAMPLES):
            file.seek(_START + (size - _START) * number // _SAMPLES)
            found.append(file.read(_SAMPLE))
    return found


def _encoding_of(pieces: Sequence[bytes]) -> str:
    """UTF-8, unless some of the letters that are not ASCII can only be read as Windows-1252 and most of them are such."""
    good = bad = 0
    for piece in pieces:
        for line in piece.split(b"\n")[:-1] if b"\n" in piece else [piece]:
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                bad += 1
            else:
                good += 1
    return "cp1252" if bad > good else "utf-8"


def _before_header(start: bytes, at: int) -> tuple[int, int, str]:
    """Where the header begins, on which line, and the delimiter where Excel's ``sep=;`` names it."""
    line, told = 1, ""
    while (end := start.find(b"\n", at)) >= 0:
        words = start[at:end].strip()
        if words.lower().startswith(b"sep=") and len(words) < _SEP_LINE:
            told = words[4:].decode("ascii", "replace") or "\t"
        elif words:
            break
        at, line = end + 1, line + 1
    return at, line, told


def _lines_above(start: bytes, encoding: str, delimiters: Sequence[str], chosen: Collection[str]) -> list[bytes]:
    """Titles above the table: the lines before the first that names several known columns, where the first names none."""
    lines = start.splitlines(keepends=True)[:_LINES_LOOKED_AT]
    for number, line in enumerate(lines):
        rows = [line.decode(encoding, "replace").strip().split(delimiter) for delimiter in delimiters]
        if number == 0 and any(known_columns(row) or not set(chosen).isdisjoint(cell.strip(' "') for cell in row) for row in rows):
            return []
        if any(known_columns(row) >= _SURELY_COLUMNS for row in rows):
            return lines[:number]
    return []


def _delimiter_of(text: str) -> str:
    """The one that parts the header into most columns of known names, and all rows into the same number."""

    def fit(delimiter: str) -> tuple[int, float, int]:
        rows = _rows_of(text[: 1 << 16], delimiter)[:_ROWS_LOOKED_AT]
        width = len(rows[0]) if rows else 0
        same = sum(len(row) == width for row in rows) / max(len(rows), 1)
        return known_columns(rows[0]) if rows else 0, same if width > 1 else 0.0, width

    return max(_DELIMITERS, key=fit)


def _rows_of(text: str, delimiter: str) -> list[list[str]]:
    """Rows of a sample, the last one left out, since it may be cut. A quote that never closes ends the sample."""
    text = text.replace("\0", "")
    if len(text) >= _SAMPLE and not text.endswith("\n"):
        text = text[: text.rfind("\n") + 1]
    rows: list[list[str]] = []
    try:
        rows.extend(row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)
    except csv.Error:
        pass
    return rows


def _read_header(text: str, delimiter: str, name: str) -> tuple[list[str], int, int]:
    """The names, how many characters the header takes, and how many lines."""
    lines = (
        text.splitlines(keepends=True)
        if "\r" not in text.replace("\r\n", "")
        else [line + "\n" for line in text.split("\n")]
    )
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        header = next(reader)
    except (csv.Error, StopIteration):
        raise InputError(
            f"{name}: the names of the columns cannot be read.",
            hint="Look for a quote in the first line that is not closed.",
            field="file",
        ) from None
    return header, min(sum(len(line) for line in lines[: reader.line_num]), len(text)), reader.line_num
