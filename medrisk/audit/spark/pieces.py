"""Files cut into pieces that can be read at the same time, with the rows that reading from start to end would give.

Where a large file is cut is a guess: behind a line feed, which may stand inside a quoted field. A piece is read to where
its last record ends; only where that is the place at which the next piece began, the guess was right. Else that piece is
read again from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from medrisk.audit.inputs.csv_source import CsvSource
from medrisk.audit.inputs.streams import PlainStream, open_text
from medrisk.audit.rows import RowBlock, Source

_LOOK = 1 << 16
# Enough pieces for some tens of cores, and none so small that starting a task costs more than reading it.
_SMALLEST, _LARGEST, _PIECES = 8 << 20, 128 << 20, 64


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a source. ``offset`` is its first byte, None for a source that is read in one; ``stop`` the first of the next."""

    number: int
    source: int
    offset: int | None = None
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class PieceRead:
    """What came of a piece. ``end`` is where its last record ended; ``lines`` how many lines it holds.

    ``rows_in`` rows were read, ``rejects`` of them refused (in the file ``refused``, their lines counted from the start of
    the piece); the others are in the files ``parts``. ``with_days``: how many tell the first day and the last.
    """

    piece: int
    offset: int | None
    end: int | None
    lines: int
    rows_in: int
    rejects: int
    dated: bool
    with_days: int
    parts: tuple[str, ...]
    refused: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> PieceRead:
        return cls(**{**told, "parts": tuple(told["parts"])})


def cut(sources: Sequence[Source], piece_bytes: int) -> list[Piece]:
    """All pieces, in the order of the rows. Only CSV files that are not packed are cut."""
    pieces: list[Piece] = []
    for number, source in enumerate(sources):
        starts: list[int | None] = (
            [*_places(source, piece_bytes)] if isinstance(source, CsvSource) and _is_plain(source) else [None]
        )
        for start, stop in zip(starts, [*starts[1:], None], strict=True):
            pieces.append(Piece(len(pieces), number, start, stop))
    return pieces


def usual_piece_bytes(sources: Sequence[Source]) -> int:
    """It depends on the files alone, so that a run that goes on finds the pieces it left."""
    return min(max(sum(source.size for source in sources) // _PIECES, _SMALLEST), _LARGEST)


def blocks_of(source: Source, piece: Piece) -> Iterator[RowBlock]:
    """The blocks of a piece. Lines are counted from the start of the piece, in the first of a file from that of the file."""
    if piece.offset is None or not isinstance(source, CsvSource):
        yield from source.blocks()
        return
    is_first = piece.offset == source.layout.first
    at = {"offset": piece.offset, "line": source.layout.line if is_first else 0}
    if piece.stop is None:
        yield from source.blocks(at)
        return
    while at["offset"] < piece.stop:
        # A block that ends where the piece should, so that no row of the next is read.
        size = min(source.block_bytes, piece.stop - at["offset"])
        blocks = replace(source, block_bytes=size, reads_ahead=False).blocks(at)
        block = next(blocks, None)
        blocks.close()  # type: ignore[attr-defined]  # blocks are made by a generator, which can be closed
        if block is None:
            return
        yield block
        at = dict(block.next)


def first_wrong(pieces: Sequence[Piece], read: Mapping[int, PieceRead]) -> Piece | None:
    """The first piece that did not begin where the one before it ended, with its true start; None where all is well."""
    for before, piece in pairwise(pieces):
        if before.source == piece.source and read[piece.number].offset != read[before.number].end:
            return replace(piece, offset=read[before.number].end)
    return None


def added_lines(pieces: Sequence[Piece], read: Mapping[int, PieceRead]) -> list[int]:
    """For each piece, how much is to be added to the lines of its rejects."""
    added = [0]
    for before, piece in pairwise(pieces):
        added.append(added[-1] + read[before.number].lines if before.source == piece.source else 0)
    return added[: len(pieces)]


def _is_plain(source: CsvSource) -> bool:
    stream = open_text(source.path)
    stream.close()
    return isinstance(stream, PlainStream)


def _places(source: CsvSource, piece_bytes: int) -> Iterator[int]:
    """The first byte of the rows, then behind a line feed about every ``piece_bytes``."""
    last = source.layout.first
    yield last
    with source.path.open("rb") as file:
        while last + piece_bytes < source.size:
            at = last + piece_bytes
            file.seek(at)
            while (found := (looked := file.read(_LOOK)).find(b"\n")) < 0 and looked:
                at += len(looked)
            if not looked or at + found + 1 >= source.size:
                return
            last = at + found + 1
            yield last
