"""A block of CSV as a table: polars parses it at once, and the rows it could stumble over are told one by one.

Rows with too few or too many fields are picked out of a block by counting. Where a quote stands wrong, where a byte is zero
or no letter, only the piece around it goes the slow way (``mending``), and the fast way goes on behind it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.exceptions import PolarsError

from medrisk.audit.inputs.csv_layout import CsvLayout
from medrisk.audit.inputs.mending import LONGEST_ROW, MOST_LINES, Shape, mend
from medrisk.audit.inputs.quotes import find_layout
from medrisk.audit.inputs.shaping import EMPTY_CELLS
from medrisk.audit.rows import Reject

# How much is read the slow way around a place that the fast way cannot pass.
_SLOW_BYTES = 1 << 14


@dataclass(frozen=True, slots=True)
class Parsed:
    """``cells`` has the line of each row and its fields as text; ``consumed`` bytes and ``lines`` lines were read.

    ``messy``: a cell may hold a line break, a tab or a bar.
    """

    cells: pl.DataFrame
    rejects: list[Reject]
    consumed: int
    lines: int
    messy: bool


@dataclass(frozen=True, slots=True)
class _Records:
    """The records of a block: where each begins and where its line feed stands, all but the ``wrong`` ones worth parsing."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    wrong: NDArray[np.bool_]
    line_feeds: NDArray[np.int64] | None

    @property
    def consumed(self) -> int:
        return int(self.ends[-1]) + 1

    def lines_before(self, place: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many line feeds stand before the place where some record begins."""
        all_feeds = self.ends if self.line_feeds is None else self.line_feeds
        return np.searchsorted(all_feeds, place)


@dataclass(frozen=True, slots=True)
class CsvParser:
    """Parses blocks of one file. ``columns``: field -> column of the file. ``slow_bytes``: see ``_SLOW_BYTES``."""

    layout: CsvLayout
    columns: Mapping[str, str]
    slow_bytes: int = field(default=_SLOW_BYTES)

    def parse(self, block: bytes, line: int, *, final: bool) -> Parsed:
        """Parse ``block``, which begins where a record begins, on ``line``. A record open at its end is left, unless the block is
        the ``final`` one of its file.
        """
        done: list[Parsed] = []
        at, size, least = 0, len(block), self.slow_bytes
        while at < len(block):
            piece = block[at : at + size] if at or size < len(block) else block
            is_last = at + size >= len(block)
            parsed = self._parse_fast(piece, line, final=final and is_last)
            if parsed is None and len(piece) > least:
                size = max(len(piece) // 4, least)
                continue
            parsed = parsed or self._parse_slow(piece, line, final=final and is_last)
            if not parsed.consumed and is_last:
                break
            done.append(parsed)
            at, line = at + parsed.consumed, line + parsed.lines
            size = len(piece) * 4
            least = self.slow_bytes if parsed.consumed else size
        return done[0] if len(done) == 1 else self._joined(done)

    def _parse_fast(self, block: bytes, line: int, *, final: bool) -> Parsed | None:
        """None where the whole block cannot be parsed at once."""
        added = int(final and not block.endswith(b"\n"))
        if added:
            block += b"\n"
        records = None if b"\0" in block else self._records(block)
        if records is None or (final and len(records.ends) and records.consumed < len(block)):
            return None
        if not len(records.ends):
            return None if final or len(block) > LONGEST_ROW else self._joined([])
        blank = records.starts == records.ends
        blank |= (records.ends - records.starts == 1) & (np.frombuffer(block, np.uint8)[records.starts] == ord("\r"))
        numbers = line + (
            np.arange(len(records.starts)) if records.line_feeds is None else records.lines_before(records.starts)
        )
        rejects: list[Reject] = []
        wrong = records.wrong & ~blank
        whole = block if records.consumed == len(block) else block[: records.consumed]
        if wrong.any():
            rejects = self._refused(block, records, np.flatnonzero(wrong), numbers)
            whole = _without(block, records, np.flatnonzero(wrong))
            numbers, blank = numbers[~wrong], blank[~wrong]
        cells = self._read(whole) if whole else self._empty()
        if cells is None or cells.height != len(numbers):
            return None
        cells = cells.with_columns(line=pl.Series(numbers, dtype=pl.Int64))
        if blank.any():
            cells = cells.filter(pl.Series(~blank))
        lines = (
            len(records.ends)
            if records.line_feeds is None
            else int(np.searchsorted(records.line_feeds, records.consumed))
        )
        return Parsed(
            cells, rejects, records.consumed - added, lines, self._is_messy(whole, records.line_feeds is not None)
        )

    def _records(self, block: bytes) -> _Records | None:
        layout = find_layout(block, ord(self.layout.delimiter))
        if layout is None:
            return None
        starts = np.concatenate((np.zeros(min(1, len(layout.ends)), np.int64), layout.ends[:-1] + 1))
        records = _Records(starts, layout.ends, layout.delimiters != len(self.layout.header) - 1, layout.line_feeds)
        if not len(starts):
            return records
        if int((layout.ends - starts).max()) > LONGEST_ROW:
            return None
        if layout.line_feeds is not None:
            before = records.lines_before(np.append(starts, records.consumed))
            if int(np.diff(before).max()) > MOST_LINES:
                return None
        return records

    def _refused(
        self, block: bytes, records: _Records, wrong: NDArray[np.int64], numbers: NDArray[np.int64]
    ) -> list[Reject]:
        told: list[Reject] = []
        for number in wrong.tolist():
            record = block[records.starts[number] : records.ends[number] + 1]
            told += mend(record, int(numbers[number]), self._shape, final=True).rejects
        return told

    def _parse_slow(self, block: bytes, line: int, *, final: bool) -> Parsed:
        done = mend(block, line, self._shape, final=final)
        content = done.content.getvalue()
        cells = self._read(content.encode()) if content else self._empty()
        if cells is None or cells.height != len(done.lines):
            cells = self._read_plainly(content)
        cells = cells.with_columns(line=pl.Series(done.lines, dtype=pl.Int64))
        return Parsed(cells, done.rejects, done.consumed, done.consumed_lines, messy=True)

    @property
    def _shape(self) -> Shape:
        return Shape(self.layout.delimiter, len(self.layout.header), self.layout.encoding)

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

    def _joined(self, parts: list[Parsed]) -> Parsed:
        return Parsed(
            pl.concat(
                [self._empty().with_columns(line=pl.Series([], dtype=pl.Int64)), *(part.cells for part in parts)]
            ),
            [reject for part in parts for reject in part.rejects],
            sum(part.consumed for part in parts),
            sum(part.lines for part in parts),
            any(part.messy for part in parts),
        )


def _without(block: bytes, records: _Records, wrong: NDArray[np.int64]) -> bytes:
    """The records of a block less the wrong ones."""
    begins = [0, *(records.ends[wrong] + 1).tolist()]
    ends = [*records.starts[wrong].tolist(), records.consumed]
    return b"".join(block[begin:end] for begin, end in zip(begins, ends, strict=True) if begin < end)
