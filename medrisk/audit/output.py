"""The tables of an audit: findings and patients of a bucket in words, and the parts put together at the end.

The order is fixed: patients by the hash of their identifier, a patient's findings as the notes of a list are read. So the
same input gives the same bytes, whatever the number of buckets and however often the run was interrupted.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from medrisk.audit.ahead import ahead
from medrisk.audit.cases import Cases, Result
from medrisk.audit.harmless import harmless
from medrisk.audit.numbers import Packing
from medrisk.audit.tables import FINDINGS_SCHEMA, PATIENTS_SCHEMA, TIERS, UNMATCHED_SCHEMA
from medrisk.core.model import Patient

# Rows held at a time by whoever writes the table or reads it.
ROW_GROUP = 100_000


def finding_words(result: Result) -> dict[str, str | bool | None]:
    """The columns of a finding that are the same for every patient who has it."""
    note = result.note
    return {
        "note_id": note.id, "rule": note.rule, "kind": note.kind, "tier": note.tier.value,
        "severity": note.severity.value if note.severity else None, "interruptive": note.interruptive,
        "drugs": "; ".join(note.drugs), "effects": "; ".join(note.effects), "evidence": note.evidence, "verified": note.verified,
        "summary": note.summary, "why": result.why,
    }  # fmt: skip


class FindingWriter:
    """Puts findings into words. Each result is put into words once; of a patient's row only the patient and the days differ."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases
        self._learning = Lock()
        self._words = pl.DataFrame(schema=_WORD_TYPES)
        self._orders: list[tuple[object, ...]] = []

    def table(self, found: pl.DataFrame, names: pl.DataFrame, *, dated: bool) -> pl.DataFrame:
        """``found``: person, result, start, end, one or several stretches of days. ``names``: person, patient_id, person n in row n."""
        words = self._learn()
        packing = Packing(names.height, words.height)
        days = _days(found, packing, dated=dated)
        person, result = packing.unpack(days["key"].to_numpy())
        places = np.argsort(packing.pack(person, self._in_order(result)))
        person, result = person[places], result[places]
        of_person = pl.DataFrame([pl.Series("person", person.astype(np.uint32)), names["patient_id"].gather(person)])
        return pl.concat([of_person, days[places].drop("key"), words[result]], how="horizontal").select("person", *FINDINGS_SCHEMA)

    def _learn(self) -> pl.DataFrame:
        """The words of each result, by its number."""
        with self._learning:
            fresh = self._cases.results[self._words.height :]
            if fresh:
                self._words = pl.concat([self._words, pl.DataFrame([finding_words(result) for result in fresh], schema=_WORD_TYPES)])
                self._orders += [result.order for result in fresh]
            return self._words

    def _in_order(self, results: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each result its place in the order in which a patient's findings are read."""
        distinct, which = np.unique(results, return_inverse=True)
        places = np.empty(len(distinct), np.int64)
        places[sorted(range(len(distinct)), key=lambda n: self._orders[distinct[n]])] = np.arange(len(distinct))
        return places[which]


_OWN_COLUMNS = {"patient_id", "first_date", "last_date", "days"}
_WORD_TYPES = {name: kind for name, kind in FINDINGS_SCHEMA.items() if name not in _OWN_COLUMNS}


def _days(found: pl.DataFrame, packing: Packing, *, dated: bool) -> pl.DataFrame:
    """One row a person and result (packed in ``key``), with the first and last day and how many days it held."""
    held = pl.when(pl.col("start").is_not_null().any()).then((pl.col("end") - pl.col("start") + 1).sum())
    days = held if dated else pl.lit(None, pl.Int32)
    keys = pl.Series("key", packing.pack(found["person"].to_numpy(), found["result"].to_numpy()))
    return found.with_columns(keys).group_by("key").agg(
        pl.col("start").min().cast(pl.Date).alias("first_date"), pl.col("end").max().cast(pl.Date).alias("last_date"),
        days.cast(pl.Int32).alias("days"),
    )  # fmt: skip


def csv_line(cells: Sequence[object]) -> str:
    """One row of CSV without its line end. None is an empty cell, truth is true or false."""
    words = ["" if cell is None else str(cell).lower() if isinstance(cell, bool) else harmless(str(cell)) for cell in cells]
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(words)
    return line.getvalue()


def patient_table(
    people: pl.DataFrame, findings: pl.DataFrame, names: pl.DataFrame, hashes: pl.DataFrame, patients: Sequence[Patient]
) -> pl.DataFrame:
    """One row a patient, whether or not anything was found."""
    tiers = findings.group_by("person").agg(*((pl.col("tier") == tier).sum().cast(pl.Int32).alias(tier) for tier in TIERS))
    known = pl.DataFrame(
        {"context": range(len(patients)), "own_age": [p.age for p in patients], "own_sex": [p.sex for p in patients]},
        schema={"context": pl.Int32, "own_age": pl.Float64, "own_sex": pl.String},
    )
    table = (
        people.join(names, on="person").join(tiers, on="person", how="left").join(hashes, on="person", how="left")
        .join(known, on="context", how="left")
        .with_columns(
            pl.col(*TIERS).fill_null(0), pl.col("promoters").fill_null(0), pl.coalesce("sex", "own_sex").alias("sex"),
            pl.col("first").cast(pl.Date).alias("first_date"), pl.col("last").cast(pl.Date).alias("last_date"),
        )
    )  # fmt: skip
    highest = pl.coalesce(*(pl.when(pl.col(tier) > 0).then(pl.lit(tier)) for tier in TIERS)).alias("highest_tier")
    return table.with_columns(highest).sort("person").select(pl.col(name).cast(kind) for name, kind in PATIENTS_SCHEMA.items())


def join_parquet(parts: Iterable[Path], to: Path, schema: pl.Schema | dict[str, pl.DataType]) -> int:
    """One file of the parts, in their order, with row groups of a fixed size, so that the bytes do not depend on the parts."""
    arrow = _arrow(pl.DataFrame(schema=schema)).schema
    rows = 0
    with pq.ParquetWriter(to, arrow, compression="zstd", compression_level=1) as writer:
        for group in ahead(_row_groups(parts, arrow)):
            writer.write_table(group, row_group_size=ROW_GROUP)
            rows += group.num_rows
    return rows


def _row_groups(parts: Iterable[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    held: list[pa.Table] = []
    count = 0
    for part in parts:
        table = _arrow(pl.read_ipc(part)).cast(schema)
        while count + table.num_rows >= ROW_GROUP:
            room = ROW_GROUP - count
            yield pa.concat_tables([*held, table.slice(0, room)])
            table, held, count = table.slice(room), [], 0
        held.append(table)
        count += table.num_rows
    if count:
        yield pa.concat_tables(held)


def _arrow(table: pl.DataFrame) -> pa.Table:
    return table.to_arrow(compat_level=pl.CompatLevel.oldest())


def join_text(parts: Iterable[Path], to: Path, header: Sequence[str]) -> None:
    with to.open("wb") as joined:
        joined.write((",".join(header) + "\n").encode())
        for part in parts:
            with part.open("rb") as opened:
                shutil.copyfileobj(opened, joined, 1 << 20)


def write_unmatched(table: pl.DataFrame, to: Path) -> None:
    """The worklist: each text nobody could match, the commonest first. ``meant`` is for the user to fill in."""
    with to.open("w", encoding="utf-8", newline="") as opened:
        opened.write(",".join(UNMATCHED_SCHEMA) + "\n")
        for row in table.sort(["rows", "text"], descending=[True, False]).iter_rows():
            opened.write(csv_line([*row, ""]) + "\n")
