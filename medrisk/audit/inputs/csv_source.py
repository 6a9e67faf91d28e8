"""CSV and TSV files of any size: read in blocks, each a table of rows and the rows that were refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import polars as pl

from medrisk.audit.ahead import ahead
from medrisk.audit.inputs.csv_layout import CsvLayout
from medrisk.audit.inputs.csv_parsing import CsvParser
from medrisk.audit.inputs.shaping import Plan, shape
from medrisk.audit.inputs.streams import ByteStream, open_text
from medrisk.audit.rows import Reject, RowBlock

BLOCK_BYTES = 32 << 20


class _Block(NamedTuple):
    """A block parsed: its cells, what was refused of it, and where the next one begins. ``messy``: see ``Parsed``."""

    cells: pl.DataFrame
    rejects: list[Reject]
    messy: bool
    place: dict[str, int]


@dataclass(frozen=True, slots=True)
class CsvSource:
    """One CSV file with its columns found. ``columns``: field -> column of the file.

    ``reads_ahead``: whether the next block is read while one is worked on.
    """

    path: Path
    name: str
    layout: CsvLayout
    columns: Mapping[str, str]
    plan: Plan
    block_bytes: int = BLOCK_BYTES
    reads_ahead: bool = True

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    @property
    def taken_for(self) -> Mapping[str, str]:
        return self.columns

    def blocks(self, at: Mapping[str, int] | None = None) -> Iterator[RowBlock]:
        parsed = self._parsed(at)
        for cells, rejects, messy, place in ahead(parsed) if self.reads_ahead else parsed:
            rows, refused = shape(cells, self.plan, messy=messy)
            told = tuple(sorted((*rejects, *refused), key=lambda reject: reject.line))
            yield RowBlock(rows, told, rows.height + len(told), place)

    def _parsed(self, at: Mapping[str, int] | None) -> Iterator[_Block]:
        stream, parser = open_text(self.path), CsvParser(self.layout, self.columns)
        offset, line = (at["offset"], at["line"]) if at else (self.layout.first, self.layout.line)
        try:
            stream.skip(offset)
            buffer, final = b"", False
            while not final or buffer:
                wanted = self.block_bytes if len(buffer) < self.block_bytes else len(buffer) + self.block_bytes
                buffer, final = _fill(buffer, wanted, stream, final)
                if not buffer and not stream.fault:
                    return
                parsed = parser.parse(buffer, line, final=final and not stream.fault)
                if not parsed.consumed and not final:
                    continue
                rest = buffer[parsed.consumed :]
                rejects = parsed.rejects
                if final and stream.fault:
                    rejects = [*rejects, Reject(line + parsed.lines, stream.fault)]
                    rest, parsed = b"", replace(parsed, consumed=len(buffer))
                offset, line, buffer = offset + parsed.consumed, line + parsed.lines, rest
                yield _Block(parsed.cells, rejects, parsed.messy, {"offset": offset, "line": line})
        finally:
            stream.close()


def _fill(buffer: bytes, wanted: int, stream: ByteStream, final: bool) -> tuple[bytes, bool]:
    if final:
        return buffer, True
    more = stream.read(wanted - len(buffer))
    return (buffer + more if buffer else more), len(buffer) + len(more) < wanted
