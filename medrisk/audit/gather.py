"""From files to buckets: every row read, its texts numbered, and written where the rows of its patient are kept together.

A bucket holds some of the patients, all rows of each, so that the files may be in any order and larger than memory.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from medrisk.audit.checkpoint import State, WorkFolder
from medrisk.audit.inputs.distinct import distinct_rows
from medrisk.audit.rows import Reject, RowBlock, Source

# Rows held before they are written to the buckets.
_MOST_HELD = 2_000_000
# The first bits of a patient's hash are the number of the bucket, so that the order of the output is that of the hash
# however many buckets there are.
_HASH_BITS = 64
REJECT_COLUMNS = ("file", "line", "reason")


class Gatherer:
    """Reads sources into the work folder. ``tell`` is called with the rows and bytes read so far."""

    def __init__(self, work: WorkFolder, state: State, sources: Sequence[Source]) -> None:
        self._work = work
        self._state = state
        self._sources = sources
        self.texts = Numbered(work.path, "texts", state.flushes)
        self.facts = Numbered(work.path, "facts", state.flushes)
        self._held: list[pl.DataFrame] = []
        self._rejects: list[tuple[str, Reject]] = []
        if not state.rows_in:
            state.rows_in = [0] * len(sources)

    def gather(
        self, change: Callable[[pl.DataFrame], pl.DataFrame], tell: Callable[[int, float], None], met: Callable[[list[str]], None]
    ) -> None:  # fmt: skip
        """Read what is not read yet. ``change`` has a word on the rows (aliases, pseudonyms) before they are numbered; ``met`` is
        called with the texts in the order of their numbers, as they are met.
        """
        state = self._state
        met(self.texts.since(0))
        began = time.monotonic()
        earlier = state.seconds.get("read", 0.0)
        while state.source < len(self._sources):
            source = self._sources[state.source]
            for block in source.blocks(state.at):
                before = len(self.texts)
                self._take(source, block, change)
                met(self.texts.since(before))
                state.rows_in[state.source] += block.read
                state.at = dict(block.next)
                tell(sum(state.rows_in), _share(self._sources, state))
                if sum(frame.height for frame in self._held) >= _MOST_HELD:
                    state.seconds["read"] = earlier + time.monotonic() - began
                    self._flush()
            state.source, state.at = state.source + 1, None
        state.gathered = True
        state.seconds["read"] = earlier + time.monotonic() - began
        self._flush()

    def _take(self, source: Source, block: RowBlock, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        self._rejects += [(source.name, reject) for reject in block.rejects]
        if block.rows.is_empty():
            return
        rows = change(block.rows)
        self._state.dated = self._state.dated or rows["start"].null_count() < rows.height
        self._state.with_days += rows.height - max(rows["start"].null_count(), rows["end"].null_count())
        self._held.append(
            rows.select(
                pl.col("patient").hash().alias("hash"), "patient", self.texts.number(rows["text"]), "start", "end", "age", "sex",
                self.facts.number(rows["facts"]),
            )
        )  # fmt: skip

    def _flush(self) -> None:
        """Write what is held and keep the place: from here a killed run goes on."""
        state, number = self._state, self._state.flushes
        if self._held:
            rows = pl.concat(self._held)
            for (name,), part in rows.group_by(bucket_of(pl.col("hash"), state.buckets).alias("bucket")):
                part.write_ipc(bucket_folder(self._work.path, int(name)) / f"{number:06}.arrow")
        self.texts.write(number)
        self.facts.write(number)
        write_rejects(self._work.path / f"rejects-{number:06}.csv", self._rejects)
        state.rejects += len(self._rejects)
        state.texts, state.facts = len(self.texts), len(self.facts)
        state.flushes += 1
        self._held, self._rejects = [], []
        self._work.keep(state)


class Numbered:
    """Distinct texts and their numbers, in the order in which they were met; how many rows have each."""

    def __init__(self, folder: Path, name: str, flushes: int) -> None:
        self._folder, self._name = folder, name
        parts = [pl.read_ipc(folder / f"{name}-{number:06}.arrow") for number in range(flushes)]
        counts = pl.concat(parts) if parts else pl.DataFrame(schema={"number": pl.Int32, "text": pl.String, "rows": pl.Int64})
        self._known = counts.filter(pl.col("text").is_not_null()).select("text", "number")
        self._counts = [counts.select("number", "rows")]
        self._written = len(self._known)
        self._fresh_counts: list[pl.DataFrame] = []

    def __len__(self) -> int:
        return len(self._known)

    def since(self, number: int) -> list[str]:
        """The texts from this number on."""
        return self._known["text"][number:].to_list()

    def number(self, column: pl.Series) -> pl.Series:
        """The number of each text; null stays null."""
        if column.null_count() == len(column):
            return pl.Series(column.name, [None] * len(column), dtype=pl.Int32)
        first, codes = distinct_rows(column.to_frame("text"))
        rows = pl.Series("rows", np.bincount(codes), dtype=pl.Int64)
        distinct = column.gather(first).alias("text").to_frame().with_columns(rows)
        found = distinct.join(self._known, on="text", how="left", maintain_order="left")
        is_fresh = found["number"].is_null() & found["text"].is_not_null()
        fresh = found.filter(is_fresh).select("text").with_row_index("number", len(self._known))
        self._known = pl.concat([self._known, fresh.select("text", pl.col("number").cast(pl.Int32))])
        numbers = found.select(pl.when(is_fresh).then(is_fresh.cum_sum() - 1 + len(self._known) - fresh.height).otherwise("number"))
        number = numbers.to_series().cast(pl.Int32).alias("number")
        self._fresh_counts.append(found.select(number, "rows").drop_nulls("number"))
        return number.gather(codes).alias(column.name)

    def write(self, flush: int) -> None:
        """Keep what is new since the last flush: the new texts, and the rows of each that was met."""
        fresh = self._known[self._written :]
        empty = pl.DataFrame(schema={"number": pl.Int32, "rows": pl.Int64})
        counts = pl.concat([empty, *self._fresh_counts]).group_by("number").agg(pl.col("rows").sum()).sort("number")
        part = counts.join(fresh, on="number", how="left", maintain_order="left").select("number", "text", "rows")
        part.write_ipc(self._folder / f"{self._name}-{flush:06}.arrow")
        self._counts.append(counts)
        self._written, self._fresh_counts = len(self._known), []

    def table(self) -> pl.DataFrame:
        """number, text, rows; number n in row n."""
        rows = pl.concat(self._counts).group_by("number").agg(pl.col("rows").sum())
        return self._known.join(rows, on="number").sort("number").select("number", "text", "rows")


def bucket_of(hashed: pl.Expr, buckets: int) -> pl.Expr:
    """The bucket of a patient by the hash of the identifier; ``buckets`` is a power of two."""
    shift = _HASH_BITS - buckets.bit_length() + 1
    return hashed // (1 << shift) if buckets > 1 else pl.lit(0, pl.UInt64)


def bucket_folder(work: Path, bucket: int) -> Path:
    folder = work / f"bucket-{bucket:05}"
    folder.mkdir(exist_ok=True)
    return folder


def read_bucket(work: Path, bucket: int, flushes: int) -> pl.DataFrame | None:
    """The rows of a bucket, in the order in which they were read; None where no patient fell into it."""
    parts = [path for number in range(flushes) if (path := bucket_folder(work, bucket) / f"{number:06}.arrow").exists()]
    return pl.concat([pl.read_ipc(path) for path in parts]) if parts else None


def bucket_count(sources: Iterable[Source], bytes_each: int) -> int:
    """A power of two, so that about ``bytes_each`` of the input fall into a bucket. It depends on the files alone."""
    wanted = max(1, sum(source.size for source in sources) // bytes_each)
    return 1 << (wanted - 1).bit_length()


def _share(sources: Sequence[Source], state: State) -> float:
    """The part of the input that was read, from 0 to 1; within a file by the place, where it is one of bytes."""
    whole = sum(source.size for source in sources) or 1
    done = sum(source.size for source in sources[: state.source])
    return min(1.0, (done + (state.at or {}).get("offset", 0)) / whole)


def write_rejects(path: Path, rejects: Iterable[tuple[str, Reject]]) -> None:
    """A part of the rejects: the file as the user named it, and what was refused of it."""
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows((file, reject.line, reject.reason) for file, reject in rejects)
