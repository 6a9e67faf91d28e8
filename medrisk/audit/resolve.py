"""Distinct texts read by all cores. Each worker builds the service for itself, from the same files."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor

from medrisk.audit.readings import Reading, read_texts
from medrisk.errors import AuditError
from medrisk.service import Medrisk, build_service
from medrisk.settings import Settings

# Fewer texts are read before another process has loaded the knowledge.
_FEW = 3_000
_CHUNK = 500

_worker: Medrisk | None = None


def resolve(service: Medrisk, texts: Sequence[str], tell: Callable[[int], None], processes: int | None = None) -> list[Reading]:
    """What each text says, in order. ``tell`` is called with how many are done.

    Raises AuditError where a worker found other knowledge or names than this process.
    """
    chunks = [texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK)]
    count = min(processes or os.cpu_count() or 1, len(chunks))
    if count <= 1 or len(texts) < _FEW:
        return _all((read_texts(service, chunk) for chunk in chunks), tell)
    # A fresh interpreter for each: threads of polars do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(service.settings,)) as pool:
        if pool.submit(_versions).result() != repr(service.versions):
            raise AuditError("The knowledge or the drug names changed while the audit began.", hint="Start it again.")
        return _all(pool.map(_read, chunks), tell)


def _all(answers: Iterable[list[Reading]], tell: Callable[[int], None]) -> list[Reading]:
    found: list[Reading] = []
    for answer in answers:
        found += answer
        tell(len(found))
    return found


def _begin(settings: Settings) -> None:
    global _worker
    _worker = build_service(settings)


def _versions() -> str:
    return repr(_worker.versions) if _worker else ""


def _read(texts: Sequence[str]) -> list[Reading]:
    return read_texts(_worker, texts) if _worker else []
