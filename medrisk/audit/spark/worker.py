"""What runs in the Python processes of the executors. Each loads knowledge and names once, and what was sent to it once.

Every function takes the batches of a partition and yields others. Nothing of a row goes into an error or a log.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from medrisk.audit.buckets import BucketWorker
from medrisk.audit.checkpoint import State, write_whole
from medrisk.audit.options import Mode
from medrisk.audit.readings import Reading, read_texts
from medrisk.audit.rows import Source
from medrisk.audit.spark.pieces import Piece
from medrisk.audit.spark.staging import read_piece
from medrisk.core.model import Versions
from medrisk.service import Medrisk, build_service
from medrisk.settings import Settings

Batches = Iterator[pa.RecordBatch]
# The columns that come back, in Spark's words.
DONE = "number int, fault string"
READ = "readings binary, fault string"
OTHER_VERSIONS = "other versions"
# Facts come in words with their rows.
NO_FACTS = pl.DataFrame(schema={"number": pl.Int32, "text": pl.String, "rows": pl.Int64})
# Rows of a bucket held before those that say the same become one.
_MOST_HELD = 1_000_000


@dataclass(frozen=True, slots=True)
class ReadingJob:
    """Reading pieces. ``home`` is the folder that relative paths are meant from; ``staged`` where the rows are kept."""

    home: Path
    sources: Sequence[Source]
    pieces: Sequence[Piece]
    change: Callable[[pl.DataFrame], pl.DataFrame]
    staged: Path
    buckets: int


@dataclass(frozen=True, slots=True)
class TextJob:
    """Reading texts, with the settings and the versions of the driver."""

    settings: Settings
    versions: Versions


@dataclass(frozen=True, slots=True)
class BucketJob:
    """Working out buckets. ``readings``, packed, are those of ``texts`` (number, text)."""

    texts_job: TextJob
    readings: bytes
    texts: pl.DataFrame
    work: Path
    mode: Mode
    state: State


def read_pieces(sent: Any, batches: Batches) -> Batches:
    """For each place in the list of pieces: the rows of the piece staged, and then told of in a file beside them."""
    job: ReadingJob = _opened(sent)
    for place in (place for batch in batches for place in batch.column(0).to_pylist()):
        piece = job.pieces[place]
        # Relative paths are meant from where the driver was started; it need not exist here where all paths are whole.
        with contextlib.chdir(job.home) if job.home.is_dir() else contextlib.nullcontext():
            done = read_piece(job.sources[piece.source], piece, job.change, job.staged, job.buckets)
        write_whole(piece_file(job.staged, piece), json.dumps(done.as_json()).encode())
        yield _batch(DONE, number=[piece.number], fault=[""])


def piece_file(staged: Path, piece: Piece) -> Path:
    """It is there when the piece has been read."""
    return staged / f"piece-{piece.number:06}.json"


def read_some_texts(sent: Any, batches: Batches) -> Batches:
    """For numbers and texts: what the texts say."""
    job: TextJob = _opened(sent)
    for batch in batches:
        service = service_like(job)
        if service is None:
            yield _batch(READ, readings=[pack_readings({})], fault=[OTHER_VERSIONS])
            return
        readings = read_texts(service, batch.column("text").to_pylist())
        packed = pack_readings(dict(zip(batch.column("number").to_pylist(), readings, strict=True)))
        yield _batch(READ, readings=[packed], fault=[""])


def pack_readings(readings: object) -> bytes:
    """Readings as bytes, to be sent between the driver and the executors of one run."""
    return zlib.compress(pickle.dumps(readings), 1)


def unpack_readings(packed: bytes) -> Any:
    return pickle.loads(zlib.decompress(packed))  # noqa: S301 - made by a process of this run


def work_out_bucket(sent: Any, batches: Batches) -> Batches:
    """A partition holds the rows of one bucket: its findings and patients are written into the work folder."""
    rows, bucket = _gathered(batches)
    if rows is None:
        return
    worker = _bucket_worker(sent)
    if worker is None:
        yield _batch(DONE, number=[bucket], fault=[OTHER_VERSIONS])
        return
    worker.write(bucket, rows)
    yield _batch(DONE, number=[bucket], fault=[""])


@lru_cache(maxsize=1)
def service_like(job: TextJob) -> Medrisk | None:
    """The service of this process; None where it holds other knowledge or names than the driver's.

    Folders that do not exist here are those of this machine's own settings.
    """
    settings, own = job.settings, Settings.from_env()
    service = build_service(
        replace(
            settings,
            knowledge_dir=settings.knowledge_dir if settings.knowledge_dir.exists() else own.knowledge_dir,
            data_dir=settings.data_dir if settings.data_dir.exists() else own.data_dir,
        )
    )
    return service if service.versions == job.versions else None


_job: tuple[bytes, Any] | None = None


def _opened(sent: Any) -> Any:
    """The job that was sent, opened once in each process."""
    global _job
    packed: bytes = sent.value
    if _job is None or _job[0] is not packed:
        _job = packed, pickle.loads(packed)  # noqa: S301 - made by the driver of this run
    return _job[1]


_worker: tuple[BucketJob, BucketWorker] | None = None


def _bucket_worker(sent: Any) -> BucketWorker | None:
    """The worker for this broadcast. What it has learnt from one bucket helps with the next."""
    global _worker
    job: BucketJob = _opened(sent)
    if _worker is None or _worker[0] is not job:
        service = service_like(job.texts_job)
        if service is None:
            return None
        readings: list[Reading] = unpack_readings(job.readings)
        _worker = job, BucketWorker(service, readings, job.texts, NO_FACTS, job.work, job.mode, job.state)
    return _worker[1]


def _gathered(batches: Batches) -> tuple[pl.DataFrame | None, int]:
    """All rows of a bucket, those that say the same as one, as the worker takes them."""
    whole: pl.DataFrame | None = None
    held: list[pl.DataFrame] = []

    def join() -> pl.DataFrame:
        return pl.concat([*([whole] if whole is not None else []), *held]).unique()

    for batch in batches:
        held.append(pl.DataFrame(pl.from_arrow(batch)))
        if sum(frame.height for frame in held) >= _MOST_HELD:
            whole, held = join(), []
    if held:
        whole = join()
    if whole is None or whole.is_empty():
        return None, -1
    rows = whole.with_columns(pl.col("hash").reinterpret(signed=False))
    return rows.drop("bucket"), int(whole["bucket"][0])


_KINDS = {"int": pa.int32(), "string": pa.string(), "binary": pa.binary()}


def _batch(schema: str, **columns: list[Any]) -> pa.RecordBatch:
    fields = [pa.field(name, _KINDS[kind]) for name, kind in (column.split(" ") for column in schema.split(", "))]
    return pa.RecordBatch.from_pydict(columns, schema=pa.schema(fields))
