"""Who works on waiting jobs: processes of their own, at most so many at a time, started by whichever server sees the need.

A place and a job are locked before the process starts, and it inherits both locks. So no job is worked on twice, no more
processes run than there are places, and a job whose process died is free at once for the next one.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading

from medrisk.audit.jobs.locks import try_lock
from medrisk.audit.jobs.model import ENDED
from medrisk.audit.jobs.store import JobStore
from medrisk.settings import Settings, environment_for

_LOG = logging.getLogger(__name__)
_SECONDS = 2.0
_started: list[subprocess.Popen[bytes]] = []


def store_of(settings: Settings) -> JobStore:
    return JobStore(settings.data_dir / "audits", settings.audit_hours)


def take_up(store: JobStore, settings: Settings) -> int:
    """Start a process for each waiting job that there is a free place for; how many were started. Raises OSError."""
    _started[:] = [process for process in _started if process.poll() is None]  # and let go of those that ended
    count = 0
    if not store.jobs():
        return 0
    for number in range(settings.audit_jobs):
        place = try_lock(store.folder / f"place-{number}.lock")
        if place is None:
            continue
        try:
            if not _start_next(store, settings, place):
                return count
            count += 1
        finally:
            os.close(place)
    return count


def _start_next(store: JobStore, settings: Settings, place: int) -> bool:
    """Start a process for the oldest job that nobody works on; False where there is none."""
    for job in store.jobs():
        if store.status(job.id).state in ENDED:
            continue
        try:
            lock = try_lock(store.path(job.id) / "lock")
        except FileNotFoundError:  # removed meanwhile
            continue
        if lock is None:
            continue
        try:
            # Between the look at its state and the lock, another process may have ended it.
            if store.status(job.id).state not in ENDED and store.is_there(job.id):
                start_process(settings, job.id, (place, lock))
                return True
        finally:
            os.close(lock)
    return False


def start_process(settings: Settings, job_id: str, locks: tuple[int, ...]) -> None:
    """The process holds the locks until it ends. Of its output nothing is kept but what it logs itself."""
    command = [sys.executable, "-m", "medrisk.audit.jobs", job_id]
    nothing, env = subprocess.DEVNULL, environment_for(settings)
    process = subprocess.Popen(command, stdin=nothing, stdout=nothing, pass_fds=locks, env=env)  # noqa: S603 - our own program, with no shell
    _started.append(process)


def watch(store: JobStore, settings: Settings) -> None:
    """Go on with jobs and delete what has expired, from a thread that ends with the process."""
    threading.Thread(target=_watch, args=(store, settings), name="audits", daemon=True).start()


def _watch(store: JobStore, settings: Settings) -> None:
    wait = threading.Event()
    told = ""
    while True:
        fault = ""
        try:
            store.sweep()
            take_up(store, settings)
        except Exception as error:  # noqa: BLE001 - whatever it is, it may be mended by the next time
            fault = type(error).__name__
        if fault and fault != told:
            _LOG.error("audits cannot be gone on with: %s", fault)
        told = fault
        wait.wait(_SECONDS)
