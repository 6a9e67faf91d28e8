"""What is kept of the rows between reading and working out: files of rows that say the same only once.

A row that repeats another (the same patient, text and days) adds nothing to what is found, but is counted. So a patient
with a million rows is as large as what they say, and no larger.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from medrisk.audit.gather import bucket_of
from medrisk.audit.rows import Reject, Source
from medrisk.audit.spark.pieces import Piece, PieceRead, blocks_of

# As Spark reads it, which has no unsigned numbers: the hash as the signed number of the same bits.
STAGED_SCHEMA: dict[str, pl.DataType] = {
    "bucket": pl.Int32(), "hash": pl.Int64(), "patient": pl.String(), "text": pl.String(), "start": pl.Int32(), "end": pl.Int32(),
    "age": pl.Float64(), "sex": pl.String(), "facts": pl.String(), "rows": pl.Int64(),
}  # fmt: skip
STAGED_IN_SPARK = "bucket int, hash long, patient string, text string, start int, end int, age double, sex string, facts string, rows long"
REFUSED_SCHEMA: dict[str, pl.DataType] = {"line": pl.Int64(), "reason": pl.String()}
# Rows held before they are written.
_MOST_HELD = 2_000_000


def read_piece(
    source: Source, piece: Piece, change: Callable[[pl.DataFrame], pl.DataFrame], folder: Path, buckets: int
) -> PieceRead:
    """Read a piece and stage its rows as files in ``folder``, under names that no other reading of it uses."""
    name = f"{piece.number:06}-{uuid.uuid4().hex}"
    held: list[pl.DataFrame] = []
    parts: list[str] = []
    rejects: list[Reject] = []
    place = {"offset": piece.offset or 0, "line": 0}
    rows_in = with_days = 0
    dated = False

    def write() -> None:
        if held:
            parts.append(f"rows-{name}-{len(parts):04}.parquet")
            distinct(pl.concat(held)).write_parquet(folder / parts[-1], compression="zstd", compression_level=1)
            held.clear()

    for block in blocks_of(source, piece):
        rejects += block.rejects
        rows_in += block.read
        place = dict(block.next)
        if block.rows.height:
            rows = change(block.rows)
            dated = dated or rows["start"].null_count() < rows.height
            with_days += rows.height - max(rows["start"].null_count(), rows["end"].null_count())
            held.append(_staged(rows, buckets))
        if sum(frame.height for frame in held) >= _MOST_HELD:
            write()
    write()
    refused = f"refused-{name}.parquet"
    table = [(reject.line, reject.reason) for reject in rejects]
    pl.DataFrame(table, schema=REFUSED_SCHEMA, orient="row").write_parquet(folder / refused)
    end = None if piece.offset is None else place["offset"]
    return PieceRead(
        piece.number,
        piece.offset,
        end,
        place.get("line", 0),
        rows_in,
        len(rejects),
        dated,
        with_days,
        tuple(parts),
        refused,
    )


def distinct(staged: pl.DataFrame) -> pl.DataFrame:
    """Rows that say the same as one, with their number in ``rows``."""
    said = [name for name in staged.columns if name != "rows"]
    return staged.group_by(said).agg(pl.col("rows").sum()).select(staged.columns)


def read_refused(path: Path, name: str, added_lines: int) -> Sequence[tuple[str, Reject]]:
    """The rejects of a piece, by the lines of the whole file."""
    return [(name, Reject(line + added_lines, reason)) for line, reason in pl.read_parquet(path).iter_rows()]


def _staged(rows: pl.DataFrame, buckets: int) -> pl.DataFrame:
    hashed = rows.with_columns(pl.col("patient").hash().alias("hash"), pl.lit(1, pl.Int64).alias("rows"))
    hashed = hashed.with_columns(bucket_of(pl.col("hash"), buckets).alias("bucket"))
    return distinct(
        hashed.with_columns(pl.col("hash").reinterpret(signed=True)).select(
            pl.col(name).cast(kind) for name, kind in STAGED_SCHEMA.items()
        )
    )
