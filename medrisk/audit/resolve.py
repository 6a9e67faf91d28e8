"""Distinct texts read by all cores, from the moment they are met. Each worker builds the service for itself, from the same files."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from threading import Thread

from medrisk.audit.readings import Reading, read_texts
from medrisk.errors import AuditError
from medrisk.service import Medrisk, build_service
from medrisk.settings import Settings

# Fewer texts are read before another process has loaded the knowledge.
_FEW = 3_000
_CHUNK = 500

_worker: Medrisk | None = None


class TextReader:
    """Reads texts in the order in which they are given. To be closed, with whatever became of the run."""

    def __init__(self, service: Medrisk, processes: int | None = None) -> None:
        self._service = service
        self._processes = processes or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None
        self._versions: Future[str] | None = None
        self._waiting: list[str] = []
        self._reading: list[Future[list[Reading]]] = []
        self.count = 0

    def add(self, texts: Sequence[str]) -> None:
        """More texts: where there are many, other processes begin to read them at once."""
        self._waiting += texts
        self.count += len(texts)
        if self._pool is None and self._processes > 1 and len(self._waiting) >= _FEW:
            # A fresh interpreter for each: threads of polars do not survive a fork.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._processes, context, _begin, (self._service.settings,))
            self._versions = self._pool.submit(_versions)
        if self._pool is not None:
            whole = len(self._waiting) - len(self._waiting) % _CHUNK
            self._reading += [self._pool.submit(_read, chunk) for chunk in _chunks(self._waiting[:whole])]
            self._waiting = self._waiting[whole:]

    def all(self, tell: Callable[[int], None]) -> list[Reading]:
        """What each text says, in order. ``tell`` is called with how many are done.

        Raises AuditError where a worker found other knowledge or names than this process.
        """
        if self._versions is not None and self._versions.result() != repr(self._service.versions):
            raise AuditError("The knowledge or the drug names changed while the audit began.", hint="Start it again.")
        found: list[Reading] = []
        for reading in self._reading:
            found += reading.result()
            tell(len(found))
        for chunk in _chunks(self._waiting):
            found += read_texts(self._service, chunk)
            tell(len(found))
        return found

    def close(self) -> None:
        """End the workers; what nobody asked for any more is not read."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _chunks(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK)]


def _begin(settings: Settings) -> None:
    global _worker
    Thread(target=_end_with_parent, daemon=True).start()
    _worker = build_service(settings)


def _end_with_parent() -> None:
    """A run that is killed leaves no workers: they would wait for ever for work from a pipe that they hold open themselves."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _versions() -> str:
    return repr(_worker.versions) if _worker else ""


def _read(texts: Sequence[str]) -> list[Reading]:
    return read_texts(_worker, texts) if _worker else []
