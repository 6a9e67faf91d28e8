"""CSV and TSV files of any size: read in blocks, parsed by polars, and row by row only where a block has broken rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from polars.exceptions import PolarsError

from medrisk.audit.inputs.csv_layout import CsvLayout
from medrisk.audit.inputs.mending import LONGEST_ROW, Shape, mend
from medrisk.audit.inputs.quotes import find_layout
from medrisk.audit.inputs.shaping import EMPTY_CELLS, Plan, shape
from medrisk.audit.inputs.streams import ByteStream, open_text
from medrisk.audit.rows import Reject, RowBlock

BLOCK_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class _Parsed:
    """The cells of a block; ``consumed`` bytes and lines of it were read. ``messy``: a cell may hold a line break."""

    cells: pl.DataFrame
    rejects: list[Reject]
    consumed: int
    lines: int
    messy: bool


@dataclass(frozen=True, slots=True)
class CsvSource:
    """One CSV file with its columns found. ``columns``: field -> column of the file."""

    path: Path
    name: str
    layout: CsvLayout
    columns: Mapping[str, str]
    plan: Plan
    block_bytes: int = BLOCK_BYTES

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    @property
    def taken_for(self) -> Mapping[str, str]:
        return self.columns

    def blocks(self, at: Mapping[str, int] | None = None) -> Iterator[RowBlock]:
        stream = open_text(self.path)
        offset, line = (at["offset"], at["line"]) if at else (self.layout.first, self.layout.line)
        try:
            stream.skip(offset)
            buffer, final = b"", False
            while not final or buffer:
                wanted = self.block_bytes if len(buffer) < self.block_bytes else len(buffer) + self.block_bytes
                buffer, final = _fill(buffer, wanted, stream, final)
                if not buffer and not stream.fault:
                    return
                parsed = self._parse(buffer, line, final and not stream.fault)
                if not parsed.consumed and not final:
                    continue
                rest = buffer[parsed.consumed :]
                rejects = parsed.rejects
                if final and stream.fault:
                    rejects = [*rejects, Reject(line + parsed.lines, stream.fault)]
                    rest, parsed = b"", _with_consumed(parsed, len(buffer))
                offset, line, buffer = offset + parsed.consumed, line + parsed.lines, rest
                rows, refused = shape(parsed.cells, self.plan, messy=parsed.messy)
                told = tuple(sorted((*rejects, *refused), key=lambda reject: reject.line))
                yield RowBlock(rows, told, rows.height + len(told), {"offset": offset, "line": line})
        finally:
            stream.close()

    def _parse(self, block: bytes, line: int, final: bool) -> _Parsed:
        return self._parse_fast(block, line, final) or self._parse_slow(block, line, final)

    def _parse_fast(self, block: bytes, line: int, final: bool) -> _Parsed | None:
        """None where something is wrong with some row, or no row ends in this block though it is longer than any may be."""
        if final and not block.endswith(b"\n"):
            block += b"\n"
            added = 1
        else:
            added = 0
        layout = None if b"\0" in block else find_layout(block, ord(self.layout.delimiter))
        if layout is None:
            return None
        if not len(layout.ends):
            return None if final or len(block) > LONGEST_ROW else self._nothing()
        starts = np.concatenate((np.zeros(1, np.int64), layout.ends[:-1] + 1))
        lengths = layout.ends - starts
        consumed = int(layout.ends[-1]) + 1
        if final and consumed < len(block):
            return None
        blank = (lengths == 0) | ((lengths == 1) & (np.frombuffer(block, np.uint8)[starts] == ord("\r")))
        count = len(starts) - int(np.count_nonzero(blank))
        if layout.delimiters != count * (len(self.layout.header) - 1) or int(lengths.max()) > LONGEST_ROW:
            return None
        whole = block if consumed == len(block) else block[:consumed]
        cells = self._read(whole)
        if cells is None or cells.height != len(starts):
            return None
        before = np.arange(len(starts)) if layout.line_feeds is None else np.searchsorted(layout.line_feeds, starts)
        cells = cells.with_columns(line=pl.Series(before + line, dtype=pl.Int64))
        if count < len(starts):
            cells = cells.filter(pl.Series(~blank))
        lines = len(starts) if layout.line_feeds is None else int(np.searchsorted(layout.line_feeds, consumed))
        return _Parsed(cells, [], consumed - added, lines, self._is_messy(whole, layout.line_feeds is not None))

    def _parse_slow(self, block: bytes, line: int, final: bool) -> _Parsed:
        layout = self.layout
        done = mend(block, line, Shape(layout.delimiter, len(layout.header), layout.encoding), final=final)
        content = done.content.getvalue()
        cells = self._read(content.encode()) if content else self._empty()
        if cells is None or cells.height != len(done.lines):
            cells = self._read_plainly(content)
        cells = cells.with_columns(line=pl.Series(done.lines, dtype=pl.Int64))
        return _Parsed(cells, done.rejects, done.consumed, done.consumed_lines, messy=True)

    def _read(self, content: bytes) -> pl.DataFrame | None:
        """The needed columns under the names of their fields; None where polars finds fault."""
        try:
            if self.layout.encoding == "cp1252" and not content.isascii():
                content = content.decode("cp1252").encode()
            cells = pl.read_csv(
                content,
                has_header=False,
                schema={str(number): pl.String for number in range(len(self.layout.header))},
                columns=sorted(self._places().values()),
                separator=self.layout.delimiter,
                null_values=list(EMPTY_CELLS),
                quote_char='"' if b'"' in content else None,
            )
        except (PolarsError, UnicodeDecodeError):
            return None
        return cells.select(pl.col(str(place)).alias(field) for field, place in self._places().items())

    def _read_plainly(self, content: str) -> pl.DataFrame:
        rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=self.layout.delimiter))
        data = {
            field: [row[place] if row[place] not in EMPTY_CELLS else None for row in rows]
            for field, place in self._places().items()
        }
        return pl.DataFrame(data, schema=dict.fromkeys(data, pl.String))

    def _places(self) -> dict[str, int]:
        return {field: self.layout.header.index(column) for field, column in self.columns.items()}

    def _is_messy(self, block: bytes, breaks: bool) -> bool:
        return breaks or any(mark in block for mark in (b"|", b"\t") if mark != self.layout.delimiter.encode())

    def _empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=dict.fromkeys(self.columns, pl.String))

    def _nothing(self) -> _Parsed:
        return _Parsed(self._empty(), [], 0, 0, messy=False)


def _fill(buffer: bytes, wanted: int, stream: ByteStream, final: bool) -> tuple[bytes, bool]:
    if final:
        return buffer, True
    more = stream.read(wanted - len(buffer))
    return (buffer + more if buffer else more), len(buffer) + len(more) < wanted


def _with_consumed(parsed: _Parsed, consumed: int) -> _Parsed:
    return _Parsed(parsed.cells, parsed.rejects, consumed, parsed.lines, parsed.messy)
