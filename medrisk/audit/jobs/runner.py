"""The process that works on one job: the same run that ``medrisk audit`` makes, with its progress written down."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from medrisk.audit.aliases import read_aliases
from medrisk.audit.inputs import open_sources
from medrisk.audit.jobs.model import Job, Status, Upload
from medrisk.audit.jobs.starting import store_of
from medrisk.audit.jobs.store import JobStore
from medrisk.audit.options import AuditOptions
from medrisk.audit.progress import whole_share
from medrisk.audit.pseudonyms import read_key
from medrisk.audit.rows import ReadOptions, Source
from medrisk.audit.run import run_audit
from medrisk.audit.tables import MANIFEST
from medrisk.errors import AuditError, MedriskError
from medrisk.service import build_service
from medrisk.settings import Settings
from medrisk.vocabulary.rxnorm.current import installed

# A job whose process died this often ends the next one too: mostly for want of memory.
_MOST_STARTS = 5
_SECONDS_BETWEEN_LOOKS = 0.5
_SECONDS_BETWEEN_WORDS = 0.5
_NICE = 10  # who waits for an answer goes first
_OPTION = re.compile(r"--([a-z-]+) (?=[a-zA-Z]+(?:=|\b))")
_BARE_OPTION = re.compile(r"--([a-z]+)")


class _WritingError(AuditError):
    """What comes out cannot be written."""

    http_status = 507


class _DiedError(AuditError):
    """Each process that worked on it came to an end by itself."""

    http_status = 500


class _UnexpectedError(AuditError):
    """A mistake of medrisk's own."""

    http_status = 500


def main(job_id: str) -> None:
    """Work on a job until it is done, has failed or was removed."""
    log = _quiet()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # a run that is stopped is not one that failed: it is taken up again
    os.umask(0o077)
    with suppress(OSError):
        os.nice(_NICE)
    settings = Settings.from_env()
    store = store_of(settings)
    job = store.read(job_id)
    if job is None:
        return
    threading.Thread(target=_end_when_removed, args=(store, job_id), daemon=True).start()
    # A job that is removed takes the ground from under its process.
    with suppress(FileNotFoundError):
        place = work_on(store, job, settings)
        if place:
            os.write(log, f"audit failed with unexpected {place}\n".encode())


def work_on(store: JobStore, job: Job, settings: Settings) -> str:
    """Run the audit and write down how it ended. Gives the place of a mistake of medrisk's own, else nothing.

    Raises FileNotFoundError where the job was removed meanwhile.
    """
    status = store.begin(job.id)
    place = ""
    try:
        if status.starts > _MOST_STARTS:
            raise _DiedError("The audit was begun several times and never came to an end.", hint="Most often the memory was too little. Send the files in parts.")  # fmt: skip
        manifest = _audit(store, job, settings, status)
        status = replace(
            status, state="done", step=None, share=1.0, rows=manifest["counts"]["rows_in"], counts=manifest["counts"],
            results=_results(store.path(job.id) / "out", manifest),
        )  # fmt: skip
    except BaseException as error:  # noqa: BLE001 - a panic of polars is no Exception
        if not store.is_there(job.id):
            raise FileNotFoundError from None
        known = _known(error)
        place = _place_of(error) if isinstance(known, _UnexpectedError) else ""
        status = replace(store.status(job.id), state="failed", step=None, problem=_problem(known, store, job))
    store.end(job.id, status)
    return place


def _audit(store: JobStore, job: Job, settings: Settings, status: Status) -> dict[str, Any]:
    inputs, out, chosen = store.path(job.id) / "inputs", store.path(job.id) / "out", job.options
    reading = ReadOptions(
        chosen["mapped"],
        chosen["delimiter"],
        chosen["encoding"],
        chosen["dates"],
        codes=installed(settings.data_dir) is not None,
    )
    files = {
        role: [inputs / upload.stored for upload in job.uploads if upload.role == role]
        for role in ("file", "patients", "aliases")
    }
    sources = [
        _named(source, inputs, job.uploads)
        for source in open_sources(files["file"], reading, next(iter(files["patients"]), None))
    ]
    aliases = read_aliases(files["aliases"][0]) if files["aliases"] else {}
    options = AuditOptions(
        chosen["mode"], chosen["mapped"], aliases, chosen["pseudonymise"], chosen["detected_issues"],
        reading.dates, reading.delimiter, reading.encoding,
    )  # fmt: skip
    key = read_key(settings.pseudonym_key) if options.pseudonymise else None
    service = build_service(settings)
    told = _Told(store, job.id, status)
    try:
        return run_audit(service, sources, out, options, pseudonyms=key, progress=told)
    except AuditError as error:
        if status.starts == 1 or error.field != "out":
            raise
    # The knowledge or the drug names changed since an earlier process began with it.
    return run_audit(service, sources, out, options, pseudonyms=key, restart=True, progress=told)


class _Told:
    """Writes down how far the run is, not more often than somebody would look."""

    def __init__(self, store: JobStore, job_id: str, status: Status) -> None:
        self._store, self._id, self._status = store, job_id, status
        self._last, self._step = 0.0, ""

    def __call__(self, step: str, share: float, rows: int) -> None:
        if step == self._step and time.monotonic() - self._last < _SECONDS_BETWEEN_WORDS:
            return
        self._last, self._step = time.monotonic(), step
        self._store.keep(
            self._id, replace(self._status, step=step, share=round(whole_share(step, share), 3), rows=rows)
        )


def _named(source: Source, inputs: Path, uploads: tuple[Upload, ...]) -> Source:
    """The source under the sender's name for its file."""
    shown: Source = replace(source, name=_with_senders_names(source.name, inputs, uploads))  # type: ignore[type-var]  # each reader is a dataclass
    return shown


def _with_senders_names(text: str, inputs: Path, uploads: tuple[Upload, ...]) -> str:
    # The longest first: file-1.csv.gz holds file-1.csv.
    for upload in sorted(uploads, key=lambda upload: -len(upload.stored)):
        text = text.replace(str(inputs / upload.stored), upload.name)
    return text


def _results(out: Path, manifest: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    hashes = {**manifest["outputs"], MANIFEST: None}
    return tuple(
        {"name": name, "bytes": (out / name).stat().st_size, "sha256": digest} for name, digest in hashes.items()
    )


def _known(error: BaseException) -> MedriskError:
    """Any error as one that can be told."""
    if isinstance(error, MedriskError):
        return error
    if isinstance(error, OSError):
        return _WritingError(
            f"The audit could not be written: {(error.strerror or 'unknown reason').lower()}.",
            hint="Whoever runs this server must see to the room in MEDRISK_DATA_DIR.",
        )
    return _UnexpectedError(
        "medrisk failed while it worked on this audit: there is no answer to it.",
        hint="Whoever runs this server finds the place in its log.",
    )


def _problem(error: MedriskError, store: JobStore, job: Job) -> dict[str, Any]:
    """The words of the command line, with the sender's file names and the form's fields in them."""

    def told(text: str) -> str:
        return _BARE_OPTION.sub(
            r"\1", _OPTION.sub(r"\1=", _with_senders_names(text, store.path(job.id) / "inputs", job.uploads))
        )

    kind = AuditError if isinstance(error, _WritingError | _DiedError | _UnexpectedError) else type(error)
    return {
        "kind": kind.__name__, "status": error.http_status, "title": error.title, "detail": told(error.message), "hint": told(error.hint),
        "field": error.field,
    }  # fmt: skip


def _end_when_removed(store: JobStore, job_id: str) -> None:
    wait = threading.Event()
    while store.is_there(job_id):
        wait.wait(_SECONDS_BETWEEN_LOOKS)
    for child in multiprocessing.active_children():
        child.kill()
    os._exit(0)


def _quiet() -> int:
    """Send what libraries write on standard error nowhere, for it may hold what was in a file; a way for our own words stays."""
    log = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return log


def _place_of(error: BaseException) -> str:
    """The kind of error and where it was raised, without a value of any variable."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at " + " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames[-4:])
