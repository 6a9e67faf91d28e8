"""The engine of an audit on Spark: what ``LocalEngine`` does, with the work spread over executors.

    pieces of files --mapInArrow--> staged rows --group by text--> distinct texts --mapInArrow--> readings, broadcast
    staged rows with the numbers of their texts --partitioned by patient, mapInArrow--> the parts of the tables

Rows, and the parts of the tables, are files in the work folder, which the driver and all executors must see.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyspark import cloudpickle
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession, functions

from medrisk.audit.buckets import is_done
from medrisk.audit.checkpoint import State, WorkFolder
from medrisk.audit.engines import Gathered, RowChange
from medrisk.audit.gather import write_rejects
from medrisk.audit.inputs.csv_source import CsvSource
from medrisk.audit.options import Mode
from medrisk.audit.readings import Item, Reading
from medrisk.audit.rows import Source
from medrisk.audit.spark.pieces import Piece, PieceRead, added_lines, cut, first_wrong, usual_piece_bytes
from medrisk.audit.spark.staging import STAGED_IN_SPARK, read_refused
from medrisk.audit.spark.worker import (
    DONE,
    NO_FACTS,
    OTHER_VERSIONS,
    READ,
    Batches,
    BucketJob,
    ReadingJob,
    TextJob,
    pack_readings,
    piece_file,
    read_pieces,
    read_some_texts,
    unpack_readings,
    work_out_bucket,
)
from medrisk.errors import AuditError
from medrisk.service import Medrisk

_TEXTS_A_TASK = 2_000
_SECONDS_BETWEEN_LOOKS = 1.0


class SparkEngine:
    """A cluster, or the cores of this machine, through a Spark session."""

    name = "spark"

    def __init__(self, session: SparkSession, piece_bytes: int | None = None) -> None:
        self._session = session
        self._piece_bytes = piece_bytes
        self._rows: DataFrame

    def gather(
        self,
        service: Medrisk,
        work: WorkFolder,
        state: State,
        sources: Sequence[Source],
        change: RowChange,
        tell: Callable[[int, float], None],
    ) -> Gathered:
        began = time.monotonic()
        staged = work.path.resolve() / "staged"
        staged.mkdir(exist_ok=True)
        pieces = cut(sources, self._piece_bytes or usual_piece_bytes(sources))

        def read(some: Sequence[Piece]) -> None:
            job = ReadingJob(Path.cwd(), [_light(source) for source in sources], some, change, staged, state.buckets)
            numbers = self._session.range(0, len(some), 1, numPartitions=len(some))
            self._do(
                numbers, read_pieces, DONE, job, lambda: tell(0, len(list(staged.glob("piece-*.json"))) / len(pieces))
            )

        if todo := [piece for piece in pieces if not piece_file(staged, piece).exists()]:
            read(todo)
        done = {piece.number: _told(staged, piece) for piece in pieces}
        while (wrong := first_wrong(pieces, done)) is not None:
            read([wrong])
            done[wrong.number] = _told(staged, wrong)
        state.seconds["read"] = round(state.seconds.get("read", 0.0) + time.monotonic() - began, 2)
        _sum_up(state, work, sources, pieces, done)
        tell(sum(state.rows_in), 1.0)
        self._rows = self._staged_rows([staged / part for piece in pieces for part in done[piece.number].parts])
        return Gathered(self._distinct_texts(), NO_FACTS)

    def read(self, service: Medrisk, texts: Sequence[str], tell: Callable[[int], None]) -> list[Reading]:
        if not texts:
            return []
        numbered = self._session.createDataFrame(_arrow(range(len(texts)), texts))
        frame = numbered.repartition(1 + len(texts) // _TEXTS_A_TASK)
        answer = self._do(frame, read_some_texts, READ, TextJob(service.settings, service.versions), lambda: None)
        read: dict[int, Reading] = {}
        for packed in answer.column("readings").to_pylist():
            read.update(unpack_readings(packed))
            tell(len(read))
        return [read[number] for number in range(len(texts))]

    def work_out(
        self, service: Medrisk, gathered: Gathered, readings: Sequence[Reading], work: WorkFolder, mode: Mode, state: State,
        tell: Callable[[float], None],
    ) -> None:  # fmt: skip
        folder = work.path.resolve()
        texts = gathered.texts.select("number", "text")
        job = BucketJob(
            TextJob(service.settings, service.versions), pack_readings(_slim(readings)), texts, folder, mode, state
        )
        done = [bucket for bucket in range(state.buckets) if is_done(folder, bucket)]
        rows = self._numbered(texts)
        by_bucket = rows.where(~rows.bucket.isin(done)).repartitionById(state.buckets, rows.bucket)
        share = 1 / state.buckets
        self._do(
            by_bucket, work_out_bucket, DONE, job, lambda: tell(share * len(list(folder.glob("patients-*.arrow"))))
        )
        tell(1.0)

    def _staged_rows(self, files: Sequence[Path]) -> DataFrame:
        if not files:
            return self._session.createDataFrame([], STAGED_IN_SPARK)
        return self._session.read.schema(STAGED_IN_SPARK).parquet(*(f"file://{file}" for file in files))

    def _distinct_texts(self) -> pl.DataFrame:
        rows = self._rows
        counted = rows.where(rows.text.isNotNull()).groupBy("text").agg(functions.sum("rows").alias("rows"))
        texts = pl.DataFrame(pl.from_arrow(self._watched(counted, lambda: None)))
        return texts.sort("text").with_row_index("number").select(pl.col("number").cast(pl.Int32), "text", "rows")

    def _numbered(self, texts: pl.DataFrame) -> DataFrame:
        """The staged rows with the numbers of their texts; without the counts, which are summed already."""
        numbers = self._session.createDataFrame(_arrow(texts["number"], texts["text"])).withColumnRenamed(
            "text", "words"
        )
        rows = self._rows.join(functions.broadcast(numbers), self._rows.text == numbers.words, "left")
        return rows.select(
            "bucket", "hash", "patient", functions.col("number").alias("text"), "start", "end", "age", "sex", "facts"
        )

    def _do(
        self, frame: DataFrame, work: Callable[..., Batches], answer: str, job: object, look: Callable[[], None]
    ) -> pa.Table:
        """``work`` done on every partition, with ``job`` sent to all executors once."""
        # Some readers hold functions, which only cloudpickle can send.
        sent = self._session.sparkContext.broadcast(cloudpickle.dumps(job))  # type: ignore[no-untyped-call]  # cloudpickle has no type hints
        try:
            done = self._watched(frame.mapInArrow(partial(work, sent), answer), look)
        finally:
            sent.destroy()
        if OTHER_VERSIONS in done.column("fault").unique().to_pylist():
            raise AuditError(
                "An executor has other knowledge, drug names or settings than the driver.",
                hint="Give all machines the same medrisk, MEDRISK_KNOWLEDGE_DIR and MEDRISK_DATA_DIR: docs/spark.md.", field="engine",
            )  # fmt: skip
        return done

    def _watched(self, frame: DataFrame, look: Callable[[], None]) -> pa.Table:
        """What comes of a frame, with a look at how far it is every second."""
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(frame.toArrow)
            try:
                while wait([running], _SECONDS_BETWEEN_LOOKS).not_done:
                    look()
                return running.result()
            except PySparkException:
                raise AuditError(
                    "Spark gave up on a part of the audit: the log of Spark says why.",
                    hint="When that is mended, start it again in the same way: it goes on where it was.", field="engine",
                ) from None  # fmt: skip
            finally:
                if not running.done():
                    self._session.sparkContext.cancelAllJobs()


def _arrow(numbers: Iterable[int], texts: Iterable[str]) -> pa.Table:
    return pa.table({"number": pa.array(numbers, pa.int32()), "text": pa.array(texts, pa.string())})


def _light(source: Source) -> Source:
    """A source without the samples that only finding its columns needed: there may be thousands to send."""
    return replace(source, layout=replace(source.layout, samples=())) if isinstance(source, CsvSource) else source


def _told(staged: Path, piece: Piece) -> PieceRead:
    return PieceRead.from_json(json.loads(piece_file(staged, piece).read_text(encoding="utf-8")))


def _sum_up(
    state: State, work: WorkFolder, sources: Sequence[Source], pieces: Sequence[Piece], done: Mapping[int, PieceRead]
) -> None:
    """What the state says of the rows once all are read, and the rejects, in the order of the files."""
    read = [done[piece.number] for piece in pieces]
    state.rows_in = [
        sum(one.rows_in for piece, one in zip(pieces, read, strict=True) if piece.source == n)
        for n in range(len(sources))
    ]
    state.rejects = sum(one.rejects for one in read)
    state.dated = any(one.dated for one in read)
    state.with_days = sum(one.with_days for one in read)
    for number, (piece, one, lines) in enumerate(zip(pieces, read, added_lines(pieces, done), strict=True)):
        refused = read_refused(work.path / "staged" / one.refused, sources[piece.source].name, lines)
        write_rejects(work.path / f"rejects-{number:06}.csv", refused)
    state.flushes, state.gathered = len(pieces), True
    work.keep(state)


def _slim(readings: Sequence[Reading]) -> list[Reading]:
    """The readings without what only the worklist needs, equal items as one, so that little has to be sent."""
    items: dict[Item, Item] = {}
    return [
        Reading(
            tuple(items.setdefault(item, item) for item in reading.items), reading.counts, patient=reading.patient
        )
        for reading in readings
    ]
