"""Texts read by other processes: the same readings in the same order, and workers that watch whether the run still lives."""

from __future__ import annotations

import os

import pytest

from medrisk.audit import resolve
from medrisk.audit.readings import read_texts
from medrisk.service import Medrisk

TEXTS = [f"{name} {dose} mg daily" for name in ("furosemide", "simvastatin", "zzqxw") for dose in (10, 20, 40, 80)]


def test_workers_read_what_one_process_reads_and_watch_it(service: Medrisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "_FEW", 4)
    monkeypatch.setattr(resolve, "_CHUNK", 3)
    reader = resolve.TextReader(service, processes=2)
    reader.add(TEXTS[:5])
    reader.add(TEXTS[5:])
    try:
        assert reader._pool is not None
        assert reader.all(lambda done: None) == read_texts(service, TEXTS)
        assert reader._pool.submit(os.getpid).result() != os.getpid()
        assert "_end_with_parent" in reader._pool.submit(_threads).result()
    finally:
        reader.close()


def _threads() -> str:
    """The names of the threads of a worker, which Python makes of what they run."""
    import threading

    return " ".join(thread.name for thread in threading.enumerate())
