"""The folders of jobs: made, found, changed, removed. All servers and processes of one data folder share them.

audits/ID/job.json      what was asked for; the job is there from the moment this folder has its name
audits/ID/status.json   how far it is; only the process that holds the lock writes it
audits/ID/lock          held by that process for as long as it lives
audits/ID/inputs, out   what was sent, until the job has ended; what came out
audits/new-*, gone-*    files that still arrive; what is being deleted
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from medrisk.audit.jobs.locks import try_lock
from medrisk.audit.jobs.model import Job, Status, Upload
from medrisk.errors import UnknownIdError
from medrisk.files import write_whole

_ID = re.compile(r"[0-9a-f]{32}")
_NEW, _GONE = "new-", "gone-"
# What is newer than this may be in the making by somebody who has not locked it yet.
_SECONDS_TO_BEGIN = 60.0


def utc_now() -> datetime:
    return datetime.now(UTC)


class JobStore:
    """``hours``: how long results are kept after a job has ended."""

    def __init__(self, folder: Path, hours: int, now: Callable[[], datetime] = utc_now) -> None:
        self.folder = folder
        self._kept = timedelta(hours=hours)
        self.now = now

    @contextmanager
    def receive(self) -> Iterator[Path]:
        """A folder with ``inputs`` for files to arrive in. What ``add`` has not made a job of is deleted at the end."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / (_NEW + secrets.token_hex(16))
        draft.mkdir(mode=0o700)
        lock = try_lock(draft / "lock")
        try:
            (draft / "inputs").mkdir(mode=0o700)
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            if lock is not None:
                os.close(lock)

    def add(self, draft: Path, owner: str, uploads: tuple[Upload, ...], options: dict[str, Any]) -> Job:
        """Make a job of what has arrived; from now on it waits. The folder stays locked until ``receive`` ends."""
        job = Job(secrets.token_hex(16), owner, self._time(), uploads, options)
        write_whole(draft / "job.json", json.dumps(asdict(job)).encode())
        draft.rename(self.path(job.id))
        return job

    def path(self, job_id: str) -> Path:
        return self.folder / job_id

    def find(self, job_id: str, owner: str) -> tuple[Job, Status]:
        """Raises UnknownIdError for a job that is not there, has expired or is somebody else's: nobody learns which."""
        job = self.read(job_id) if _ID.fullmatch(job_id) else None
        if job is not None and job.owner == owner:
            status = self.status(job_id)
            if not self._has_expired(status):
                return job, status
        raise UnknownIdError(
            "No audit has this id.", hint="It may have expired. GET /api/v1/audits lists yours.", field="id"
        )

    def jobs(self) -> list[Job]:
        """All jobs in the order in which they came."""
        found = [job for name in self._names() if _ID.fullmatch(name) and (job := self.read(name))]
        return sorted(found, key=lambda job: (job.made, job.id))

    def of_owner(self, owner: str) -> list[tuple[Job, Status]]:
        mine = [(job, self.status(job.id)) for job in self.jobs() if job.owner == owner]
        return [(job, status) for job, status in mine if not self._has_expired(status)]

    def read(self, job_id: str) -> Job | None:
        """None for one that is not there, or was kept by another version of medrisk in another form."""
        plain = _read(self.path(job_id) / "job.json")
        try:
            return Job(**plain | {"uploads": tuple(Upload(**upload) for upload in plain["uploads"])})
        except (TypeError, KeyError):
            return None

    def status(self, job_id: str) -> Status:
        plain = _read(self.path(job_id) / "status.json")
        return Status(**plain | {"results": tuple(plain.get("results", ()))})

    def is_there(self, job_id: str) -> bool:
        """Whether nobody has removed it."""
        return (self.path(job_id) / "job.json").exists()

    def keep(self, job_id: str, status: Status) -> None:
        """Raises FileNotFoundError where the job was removed."""
        if not self.is_there(job_id):
            raise FileNotFoundError
        write_whole(self.path(job_id) / "status.json", json.dumps(asdict(status)).encode())

    def begin(self, job_id: str) -> Status:
        old = self.status(job_id)
        status = replace(old, state="running", starts=old.starts + 1, started=old.started or self._time())
        self.keep(job_id, status)
        return status

    def end(self, job_id: str, status: Status) -> None:
        """The job is done or has failed: what was sent is deleted, and of a failed one all that it left."""
        self.keep(job_id, replace(status, ended=self._time()))
        self._clear(job_id, status)

    def expires(self, status: Status) -> datetime | None:
        """When the results are removed; None before the job has ended."""
        return datetime.fromisoformat(status.ended) + self._kept if status.ended else None

    def remove(self, job_id: str) -> None:
        """Gone at once for everybody. A process that works on it sees that and ends."""
        gone = self.folder / (_GONE + secrets.token_hex(16))
        with suppress(FileNotFoundError):
            self.path(job_id).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def sweep(self) -> None:
        """Delete what has expired, and what a process that died left half made or half deleted."""
        for name in self._names():
            if name.startswith(_GONE):
                shutil.rmtree(self.folder / name, ignore_errors=True)
            elif _ID.fullmatch(name) and self.is_there(name):
                status = self.status(name)
                if self._has_expired(status):
                    self.remove(name)
                else:
                    self._clear(name, status)
            elif name.startswith(_NEW) or _ID.fullmatch(name):
                self._remove_abandoned(self.folder / name)

    def _clear(self, job_id: str, status: Status) -> None:
        unwanted = {"done": ["inputs"], "failed": ["inputs", "out"]}.get(status.state, [])
        for name in unwanted:
            shutil.rmtree(self.path(job_id) / name, ignore_errors=True)

    def _remove_abandoned(self, path: Path) -> None:
        with suppress(OSError):
            if time.time() - path.stat().st_mtime < _SECONDS_TO_BEGIN:
                return
            lock = try_lock(path / "lock")
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)

    def _has_expired(self, status: Status) -> bool:
        expires = self.expires(status)
        return expires is not None and expires <= self.now()

    def _names(self) -> list[str]:
        try:
            return os.listdir(self.folder)  # noqa: PTH208 - names are all that is needed
        except OSError:
            return []

    def _time(self) -> str:
        return self.now().isoformat(timespec="microseconds")


def _read(path: Path) -> dict[str, Any]:
    """Empty where the file is not there."""
    try:
        plain: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return plain
