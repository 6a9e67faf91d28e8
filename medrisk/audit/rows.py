"""What every reader of prescription files gives: rows in one form, in blocks, and what had to be refused.

A block is what is held in memory at a time. Where the blocks of a file end depends on the file alone, so that a run
that was stopped goes on at the same place and gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import polars as pl

# One row of a file.
#   line     where it stands in its file: the line, counted from 1 with the header, or the number of the record
#   patient  the patient's identifier, as text
#   text     what is read as one line of a list: drug, strength, form, route, directions and codes, as `medrisk check` reads them;
#            null for a row that says something of the patient alone
#   start    first day on which it is taken, in days since 1970-01-01; null when the file gives no date
#   end      last day on which it is taken, that day included; null when the file does not say
#   age      years; sex  "female" or "male"; facts  conditions, labs and symptoms in words, as a paste holds them
ROW_SCHEMA: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "patient": pl.String(),
    "text": pl.String(),
    "start": pl.Int32(),
    "end": pl.Int32(),
    "age": pl.Float64(),
    "sex": pl.String(),
    "facts": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not used. ``reason`` says what is wrong and how to mend it, and quotes nothing of the row."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Some rows of one file, in their order.

    ``read`` is how many rows of the file were read for it: those in ``rows`` and those in ``rejects``.
    ``next`` is where to go on, to be handed to ``Source.blocks``; it can be written as JSON.
    """

    rows: pl.DataFrame
    rejects: tuple[Reject, ...]
    read: int
    next: Mapping[str, int]


class Source(Protocol):
    """One input file (or table), its columns already found."""

    @property
    def name(self) -> str:
        """The file as the user named it, for rejects and the report."""

    @property
    def path(self) -> Path:
        """The file or folder on disk."""

    @property
    def size(self) -> int:
        """Bytes on disk, for the progress bar."""

    @property
    def taken_for(self) -> Mapping[str, str]:
        """What was taken for what: the field of medrisk -> the column of the file."""

    def blocks(self, at: Mapping[str, int] | None = None) -> Iterator[RowBlock]:
        """The rows, from the start or from a place that an earlier block named."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user said of the files: ``columns`` names a column for a field (``--map``).

    ``dates`` says in which order day and month stand, where a file does not prove it. ``codes``: whether a code stands
    on the line also where a name does; without a release it adds nothing but distinct lines.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    encoding: str | None = None
    dates: Literal["dmy", "mdy"] | None = None
    codes: bool = True
