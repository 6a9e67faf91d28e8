"""The buckets of a run worked out one after the other, each leaving its part of the tables in the work folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

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
        self._facts = facts.select(pl.col("number").alias("facts"), pl.col("text").alias("words"))
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
            self.write(bucket, rows.join(self._facts, on="facts", how="left").drop("facts").rename({"words": "facts"}))

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
        if self._told_in_text.is_empty():
            return rows
        extra = rows.join(self._told_in_text, on="text").select("person", "words").unique()
        extra = extra.select(
            "person", pl.lit(None, pl.Int32).alias("text"), pl.lit(None, pl.Int32).alias("start"), pl.lit(None, pl.Int32).alias("end"),
            pl.lit(None, pl.Float64).alias("age"), pl.lit(None, pl.String).alias("sex"), pl.col("words").alias("facts"),
        )  # fmt: skip
        return pl.concat([rows.select(extra.columns), extra])

    def _hashes(self, rows: pl.DataFrame) -> pl.DataFrame:
        """person, lines_hash: the same for the same texts and days, in whatever order and however often."""
        lines = rows.filter(pl.col("text").is_not_null())
        person = lines["person"].to_numpy()
        marks = self._text_hashes[lines["text"].to_numpy()]
        for name, salt in (("start", 1), ("end", 2)):
            days = lines[name].fill_null(_NO_DAY).to_numpy().astype(np.int64)
            marks = mixed(marks + (days << 2).astype(np.uint64) + np.uint64(salt))
        own = pl.Series("own", mixed(marks + mixed(person.astype(np.int64) + _NO_DAY)))
        once = pl.DataFrame([own, pl.Series("person", person), pl.Series("mark", marks)]).unique("own")
        return once.group_by("person").agg(pl.col("mark").sum()).select("person", pl.col("mark").cast(pl.String).alias("lines_hash"))


def _numbered(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows with persons for patients, numbered in the order of the output; and person, patient_id."""
    encoded = pa.chunked_array([rows["patient"].to_arrow()]).cast(pa.large_string()).combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    first = np.empty(len(encoded.dictionary), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    distinct = rows.select("hash", "patient")[first].with_row_index("code").sort("hash", "patient")
    person = np.empty(len(first), np.uint32)
    person[distinct["code"].to_numpy()] = np.arange(len(first), dtype=np.uint32)
    names = distinct.select(pl.Series("person", np.arange(len(first), dtype=np.uint32)), pl.col("patient").alias("patient_id"))
    return rows.drop("hash", "patient").with_columns(pl.Series("person", person[codes])), names


def is_done(work: Path, bucket: int) -> bool:
    return _part(work, bucket, _TABLES[-1]).exists()


def bucket_parts(work: Path, buckets: int, name: str) -> list[Path]:
    """The parts of a table, in the order of the buckets."""
    return [path for bucket in range(buckets) if (path := _part(work, bucket, name)).exists()]


def _part(work: Path, bucket: int, name: str) -> Path:
    return work / f"{name}-{bucket:05}.arrow"


def _hash_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
