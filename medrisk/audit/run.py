"""One audit, top to bottom: the file to read first.

    files -> rows in buckets -> distinct texts read -> each bucket's patients and findings -> tables and a report

A run can be interrupted at any point: what was gathered and each bucket that was worked out stay in the work folder until
it is done.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from medrisk.audit.buckets import bucket_parts
from medrisk.audit.checkpoint import State, WorkFolder, write_whole
from medrisk.audit.engines import Engine, LocalEngine, RowChange
from medrisk.audit.gather import bucket_count
from medrisk.audit.options import AuditOptions, Mode
from medrisk.audit.output import join_parquet, join_text, write_unmatched
from medrisk.audit.outputs import write_outputs
from medrisk.audit.pseudonyms import Pseudonyms
from medrisk.audit.readings import Reading
from medrisk.audit.rows import Source
from medrisk.audit.tables import (
    FINDINGS,
    FINDINGS_SCHEMA,
    MANIFEST,
    PATIENTS,
    PATIENTS_SCHEMA,
    REJECTS,
    REJECTS_SCHEMA,
    TIERS,
    UNMATCHED,
)
from medrisk.errors import AuditError
from medrisk.service import Medrisk

# Of the input to each bucket: some hundred thousand rows, a few hundred MB while they are worked on.
_BUCKET_BYTES = 48 << 20
_CHUNK = 1 << 20


class Progress(Protocol):
    """Who is told how far a run is. ``share`` goes from 0 to 1 within a step."""

    def __call__(self, step: str, share: float, rows: int) -> None: ...


def _silent(step: str, share: float, rows: int) -> None:
    """Tells nobody."""


def run_audit(
    service: Medrisk,
    sources: Sequence[Source],
    out: Path,
    options: AuditOptions,
    *,
    pseudonyms: Pseudonyms | None = None,
    restart: bool = False,
    progress: Progress = _silent,
    started: datetime | None = None,
    engine: Engine | None = None,
) -> dict[str, Any]:
    """Audit the files into the folder ``out`` and give its manifest, which is written last. Goes on with a run of the same that
    was interrupted. The folder that ``out`` lies in must be there: where it is taken away, the run ends.

    Raises AuditError where the folder holds another unfinished run, or the files or the knowledge changed meanwhile.
    """
    began = time.monotonic()
    engine = engine or LocalEngine()
    out.mkdir(exist_ok=True)
    work = WorkFolder(out)
    identity = {"engine": engine.name, **_identity(service, sources, options, pseudonyms)}
    fresh = State(identity, bucket_count(sources, _BUCKET_BYTES), (started or datetime.now(UTC)).isoformat(timespec="seconds"))
    state = work.begin(fresh, restart=restart)
    with ThreadPoolExecutor(1) as hashing:
        # Beside the reading of the rows, for a hash is worked out without holding up Python.
        hashes = [hashing.submit(sha256_of, source.path) for source in sources]
        change = RowChange(dict(options.aliases), pseudonyms)
        gathered = engine.gather(service, work, state, sources, change, lambda rows, share: progress("reading", share, rows))
        mode = options.mode or _usual_mode(state)
        texts, rows = gathered.texts, sum(state.rows_in)
        readings = _timed(
            state, "texts",
            lambda: engine.read(service, texts["text"].to_list(), lambda done: progress("texts", done / max(1, texts.height), rows)),
        )  # fmt: skip
        _timed(
            state, "findings",
            lambda: engine.work_out(service, gathered, readings, work, mode, state, lambda share: progress("findings", share, rows)),
        )  # fmt: skip
        progress("reports", 0.0, rows)
        counts = _timed(state, "tables", lambda: _tables(out, work, state, texts, readings))
        inputs = _inputs(sources, state, hashes)
    if {**identity, **_identity(service, sources, options, pseudonyms)} != identity:
        raise AuditError("An input file changed while it was read.", hint="Start again with --restart.", field="file")
    return _finish(out, work, service, options, {
        "made_on": state.started[:10],
        "versions": asdict(service.versions),
        "options": {**_told(options), "mode": mode, "key_name": pseudonyms.key_name if pseudonyms else None, "jurisdiction": service.settings.jurisdiction},
        "inputs": inputs,
        "counts": counts,
        "seconds": state.seconds,
    }, began)  # fmt: skip


def _finish(
    out: Path, work: WorkFolder, service: Medrisk, options: AuditOptions, manifest: dict[str, Any], began: float
) -> dict[str, Any]:
    """Write the reports, then the manifest with a hash of every output, and remove the work folder: now the run is done."""
    manifest["outputs"] = write_outputs(out, manifest, service.knowledge, detected_issues=options.detected_issues)
    manifest["seconds"] = {**manifest["seconds"], "whole": round(time.monotonic() - began, 1)}
    write_whole(out / MANIFEST, (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
    work.remove()
    return manifest


def sha256_of(path: Path) -> str:
    """The hash of a file, or of all files of a folder with their names."""
    digest = hashlib.sha256()
    for part in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        if part != path:
            digest.update(str(part.relative_to(path)).encode())
        with part.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def _identity(service: Medrisk, sources: Sequence[Source], options: AuditOptions, key: Pseudonyms | None) -> dict[str, Any]:
    """What must be the same all through one run."""
    files = [[s.name, s.size, s.path.stat().st_mtime_ns, dict(s.taken_for)] for s in sources]
    chosen = {**options.as_json(), "key": key.key_name if key else None, "jurisdiction": service.settings.jurisdiction}
    return {"input files": files, "options": chosen, "knowledge or drug names": asdict(service.versions)}


def _usual_mode(state: State) -> Mode:
    """By days of overlap where most rows tell the first day and the last."""
    return "overlap" if state.dated and 2 * state.with_days >= sum(state.rows_in) else "ever"


def _tables(out: Path, work: WorkFolder, state: State, texts: pl.DataFrame, readings: Sequence[Reading]) -> dict[str, Any]:
    """Put the parts of all buckets together, and count."""
    with ThreadPoolExecutor(1) as pool:
        joined = pool.submit(join_parquet, bucket_parts(work.path, state.buckets, "findings"), out / FINDINGS, FINDINGS_SCHEMA)
        patients = join_parquet(bucket_parts(work.path, state.buckets, "patients"), out / PATIENTS, PATIENTS_SCHEMA)
        join_text([work.path / f"rejects-{n:06}.csv" for n in range(state.flushes)], out / REJECTS, list(REJECTS_SCHEMA))
        statuses = pl.Series("status", [reading.status for reading in readings], dtype=pl.String)
        told = texts.with_columns(statuses)
        rows_by = dict(told.group_by("status").agg(pl.col("rows").sum()).iter_rows())
        write_unmatched(_unmatched(told, readings), out / UNMATCHED)
        findings = joined.result()
    counted = pl.scan_parquet(out / FINDINGS)
    by_tier = dict(counted.group_by("tier").len().collect(engine="streaming").iter_rows())
    by_rule = dict(counted.group_by("rule").len().collect(engine="streaming").sort("rule").iter_rows())
    return {
        "rows_in": sum(state.rows_in), "rows_used": sum(state.rows_in) - state.rejects, "rejects": state.rejects,
        "patients": patients, "distinct_texts": texts.height,
        **{f"{status}_rows": int(rows_by.get(status, 0)) for status in ("matched", "ambiguous", "unknown", "ignored")},
        "findings": findings, "findings_by_tier": {tier: by_tier.get(tier, 0) for tier in TIERS}, "findings_by_rule": by_rule,
    }  # fmt: skip


def _unmatched(told: pl.DataFrame, readings: Sequence[Reading]) -> pl.DataFrame:
    some = told.filter(pl.col("status").is_in(["unknown", "ambiguous"]))
    chosen = [readings[number] for number in some["number"]]
    return some.select(
        "text", "status", pl.Series("reason", [r.reason for r in chosen], dtype=pl.String), "rows",
        pl.Series("candidates", ["; ".join(f"{name} {score:.0f}" for name, score in r.candidates) for r in chosen], dtype=pl.String),
    )  # fmt: skip


def _inputs(sources: Sequence[Source], state: State, hashes: Sequence[Future[str]]) -> list[dict[str, Any]]:
    return [
        {"file": source.name, "bytes": source.size, "sha256": digest.result(), "rows": rows, "taken_for": dict(source.taken_for)}
        for source, rows, digest in zip(sources, state.rows_in, hashes, strict=True)
    ]


def _told(options: AuditOptions) -> dict[str, Any]:
    """The options as the manifest tells them: of the aliases only how many and a hash, for they hold what was typed."""
    return {**replace(options, aliases={}).as_json(), "aliases": len(options.aliases), "aliases_sha256": options.aliases_sha256}


def _timed(state: State, step: str, work: Callable[[], Any]) -> Any:
    began = time.monotonic()
    answer = work()
    state.seconds[step] = round(state.seconds.get(step, 0.0) + time.monotonic() - began, 2)
    return answer
