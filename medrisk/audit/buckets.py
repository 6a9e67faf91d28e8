"""The buckets of a run worked out one after the other, each leaving its part of the tables in the work folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from medrisk.audit.checkpoint import State
from medrisk.audit.gather import read_bucket
from medrisk.audit.options import Mode
from medrisk.audit.output import FindingWriter, patient_table
from medrisk.audit.patients import Auditor
from medrisk.audit.readings import Reading
from medrisk.service import Medrisk

# In the order in which they are put in place: with the last the bucket is done.
_TABLES = ("findings", "patients")


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
        has_facts = [number for number, reading in enumerate(readings) if reading.has_facts]
        self._told_in_text = texts.filter(pl.col("number").is_in(has_facts)).select(pl.col("number").alias("text"), pl.col("text").alias("words"))
        self._text_hashes = np.array([_hash_of(text) for text in texts["text"]], dtype=np.uint64)

    def work(self, tell: Callable[[float], None]) -> None:
        for bucket in range(self._state.buckets):
            rows = None if is_done(self._work, bucket) else read_bucket(self._work, bucket, self._state.flushes)
            if rows is not None:
                self.write(bucket, rows.join(self._facts, on="facts", how="left").drop("facts").rename({"words": "facts"}))
            tell((bucket + 1) / self._state.buckets)

    def write(self, bucket: int, rows: pl.DataFrame) -> None:
        """Work out the rows of a bucket (see ``tables_of``) and leave its parts of the tables."""
        for name, table in zip(_TABLES, self.tables_of(rows), strict=True):
            part = _part(self._work, bucket, name)
            new = part.with_name(part.name + ".new")
            table.write_parquet(new, compression="zstd", compression_level=1, statistics=False)
            new.replace(part)

    def tables_of(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The findings and the patients of some rows.

        ``rows``: hash, patient, text as a number, start, end, age, sex, facts in words. All rows of a patient are among them.
        """
        names = rows.select("hash", "patient").unique().sort("hash", "patient").with_row_index("person")
        rows = rows.join(names, on=["hash", "patient"]).drop("hash", "patient")
        names = names.select("person", pl.col("patient").alias("patient_id"))
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
        lines = rows.filter(pl.col("text").is_not_null()).select("person", "text", "start", "end").unique()
        of_text = pl.Series("of_text", self._text_hashes[lines["text"].to_numpy()])
        lines = lines.with_columns(of_text)
        mixed = lines.select("person", pl.struct("of_text", "start", "end").hash().alias("mark"))
        return mixed.group_by("person").agg(pl.col("mark").sum()).select("person", _hex("mark").alias("lines_hash"))


def is_done(work: Path, bucket: int) -> bool:
    return _part(work, bucket, _TABLES[-1]).exists()


def bucket_parts(work: Path, buckets: int, name: str) -> list[Path]:
    """The parts of a table, in the order of the buckets."""
    return [path for bucket in range(buckets) if (path := _part(work, bucket, name)).exists()]


def _part(work: Path, bucket: int, name: str) -> Path:
    return work / f"{name}-{bucket:05}.parquet"


def _hash_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _hex(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String)
