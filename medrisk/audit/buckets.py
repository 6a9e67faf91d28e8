"""The buckets of a run worked out one after the other, each leaving its part of the tables in the work folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from medrisk.audit.checkpoint import State
from medrisk.audit.gather import read_bucket
from medrisk.audit.numbers import mixed
from medrisk.audit.options import Mode
from medrisk.audit.output import FindingWriter, patient_table
from medrisk.audit.patients import Auditor
from medrisk.audit.readings import Reading
from medrisk.service import Medrisk

# In the order in which they are put in place: with the last the bucket is done.
_TABLES = ("findings", "patients")
# Buckets that are held in memory at a time.
_AT_A_TIME = 4
# Before every day that a file may tell.
_NO_DAY = -(1 << 31)


class BucketWorker:
    """Works out buckets. A bucket whose patients' table is there is done."""

    def __init__(
        self, service: Medrisk, readings: Sequence[Reading], texts: pl.DataFrame, facts: pl.DataFrame, work: Path, mode: Mode, state: State
    ) -> None:  # fmt: skip
        self._auditor = Auditor(service, readings, mode, dated=state.dated)
        self._writer = FindingWriter(self._auditor.cases)
        self._work = work
        self._state = state
        self._facts = facts["text"].alias("facts")
        told = [(number, reading.mark) for number, reading in enumerate(readings) if reading.patient is not None]
        self._told_in_text = pl.DataFrame(told, schema={"text": pl.Int32, "words": pl.String}, orient="row")
        self._text_hashes = np.array([_hash_of(text) for text in texts["text"]], dtype=np.uint64)

    def work(self, tell: Callable[[float], None]) -> None:
        """Work out every bucket that is not done, some of them at the same time: most of the work holds up no other thread."""
        buckets = self._state.buckets
        with ThreadPoolExecutor(min(os.cpu_count() or 1, _AT_A_TIME)) as pool:
            done = [pool.submit(self._work_out, bucket) for bucket in range(buckets)]
            try:
                for number, bucket in enumerate(done):
                    bucket.result()
                    tell((number + 1) / buckets)
            finally:
                pool.shutdown(cancel_futures=True)

    def _work_out(self, bucket: int) -> None:
        rows = None if is_done(self._work, bucket) else read_bucket(self._work, bucket, self._state.flushes)
        if rows is not None:
            self.write(bucket, rows.with_columns(self._facts.gather(rows["facts"].cast(pl.UInt32))))

    def write(self, bucket: int, rows: pl.DataFrame) -> None:
        """Work out the rows of a bucket (see ``tables_of``) and leave its parts of the tables."""
        for name, table in zip(_TABLES, self.tables_of(rows), strict=True):
            part = _part(self._work, bucket, name)
            new = part.with_name(part.name + ".new")
            table.write_ipc(new, compression="lz4")
            new.replace(part)

    def tables_of(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The findings and the patients of some rows.

        ``rows``: hash, patient, text as a number, start, end, age, sex, facts in words. All rows of a patient are among them.
        """
        rows, names = _numbered(rows)
        people, found = self._auditor.findings(self._with_facts(rows))
        findings = self._writer.table(found, names, dated=self._state.dated)
        patients = patient_table(people, findings, names, self._hashes(rows), self._auditor.contexts.patients)
        return findings.drop("person"), patients

    def _with_facts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows, and one more for each text that also says something of the patient."""
        telling = rows.filter(pl.col("text").is_in(self._told_in_text["text"].implode()))
        if telling.is_empty():
            return rows
        extra = telling.join(self._told_in_text, on="text").select("person", "words").unique()
        extra = extra.select(
            "person", pl.lit(None, pl.Int32).alias("text"), pl.lit(None, pl.Int32).alias("start"), pl.lit(None, pl.Int32).alias("end"),
            pl.lit(None, pl.Float64).alias("age"), pl.lit(None, pl.String).alias("sex"), pl.col("words").alias("facts"),
        )  # fmt: skip
        return pl.concat([rows.select(extra.columns), extra])

    def _hashes(self, rows: pl.DataFrame) -> pl.DataFrame:
        """person, lines_hash: the same for the same texts and days, in whatever order and however often."""
        lines = rows.filter(pl.col("text").is_not_null()).sort("person")
        person = lines["person"].to_numpy().astype(np.int64)
        marks = self._text_hashes[lines["text"].to_numpy()]
        for name, salt in (("start", 1), ("end", 2)):
            days = lines[name].fill_null(_NO_DAY).to_numpy().astype(np.int64)
            marks = mixed(marks + (days << 2).astype(np.uint64) + np.uint64(salt))
        once = _first_of_each(mixed(marks + mixed(person + _NO_DAY)))
        person, marks = person[once], marks[once]
        begins = np.flatnonzero(np.diff(person, prepend=-1))
        sums = np.add.reduceat(marks, begins) if len(begins) else marks
        return pl.DataFrame({"person": person[begins].astype(np.uint32), "lines_hash": sums}).with_columns(
            pl.col("lines_hash").cast(pl.String)
        )


def _numbered(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with persons for patients, numbered and sorted in the order of the output; and person, patient_id."""
    ordered = rows[np.argsort(rows["hash"].to_numpy())]
    new_hash, new_patient = _changes(ordered)
    if (new_patient & ~new_hash).any():
        # Two patients of one hash.
        ordered = rows.sort("hash", "patient")
        new_hash, new_patient = _changes(ordered)
    person = np.cumsum(new_patient | new_hash) - 1
    names = ordered.filter(pl.Series(new_patient | new_hash)).select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("person"), pl.col("patient").alias("patient_id")
    )
    return ordered.drop("hash", "patient").with_columns(pl.Series("person", person.astype(np.uint32))), names


def _changes(ordered: pl.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where the hash differs from that of the row before, and where the patient does."""
    changed = ordered.select((pl.col(name) != pl.col(name).shift(1)).fill_null(True) for name in ("hash", "patient"))
    return changed["hash"].to_numpy(), changed["patient"].to_numpy()


def _first_of_each(numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """True for one place of each distinct number."""
    order = np.argsort(numbers)
    ordered = numbers[order]
    once = np.zeros(len(numbers), bool)
    once[order[np.flatnonzero(np.concatenate((np.ones(min(1, len(ordered)), bool), ordered[1:] != ordered[:-1])))]] = True
    return once


def is_done(work: Path, bucket: int) -> bool:
    return _part(work, bucket, _TABLES[-1]).exists()


def bucket_parts(work: Path, buckets: int, name: str) -> list[Path]:
    """The parts of a table, in the order of the buckets."""
    return [path for bucket in range(buckets) if (path := _part(work, bucket, name)).exists()]


def _part(work: Path, bucket: int, name: str) -> Path:
    return work / f"{name}-{bucket:05}.arrow"


def _hash_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
