"""The pace, the pause and the kept answers that workers share through one file."""

from __future__ import annotations

import multiprocessing
import sqlite3
from pathlib import Path

from medrisk.vocabulary.rxnav import Limits
from medrisk.vocabulary.rxnav.store import FILE_NAME, Store

NOW = 1_800_000_000.0


def _take_turns(folder: Path, count: int) -> list[float | None]:
    store = Store(folder, Limits())
    return [store.turn(NOW, NOW + 100) for _ in range(count)]


def test_processes_share_one_pace(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        taken = pool.starmap(_take_turns, [(tmp_path, 20)] * 3)
    times = sorted(start for each in taken for start in each if start is not None)
    assert len(times) == 60
    assert times[:8] == [NOW] * 8
    assert max(sum(start <= other < start + 1 - 1e-6 for other in times) for start in times) <= 20
    assert times[-1] - NOW >= 5


def test_a_turn_that_comes_too_late_is_not_taken(tmp_path: Path) -> None:
    store = Store(tmp_path, Limits())
    assert all(store.turn(NOW, NOW) == NOW for _ in range(8))
    assert store.turn(NOW, NOW) is None
    assert store.turn(NOW, NOW + 0.05) is None
    assert store.turn(NOW + 0.2, NOW + 0.2) == NOW + 0.2


def test_a_clock_set_back_does_not_stop_everything(tmp_path: Path) -> None:
    store = Store(tmp_path, Limits(failures=1))
    store.turn(NOW, NOW)
    store.failed(NOW)
    store.keep("question", {"a": 1}, NOW, 60)
    earlier = NOW - 30 * 24 * 3600
    assert store.turn(earlier, earlier) == earlier
    assert store.may_ask(earlier)
    assert store.kept("question", earlier) is None


def test_one_request_is_let_through_after_the_pause(tmp_path: Path) -> None:
    store, other = Store(tmp_path, Limits(failures=2)), Store(tmp_path, Limits(failures=2))
    store.failed(NOW)
    assert store.may_ask(NOW)
    other.failed(NOW)
    assert not store.may_ask(NOW + 59)
    assert store.may_ask(NOW + 60)
    assert not other.may_ask(NOW + 60)
    store.worked()
    assert other.may_ask(NOW + 60)


def test_the_file_does_not_grow_without_end(tmp_path: Path) -> None:
    store = Store(tmp_path, Limits(most_kept=5))
    for number in range(20):
        store.keep(str(number), {"n": number}, NOW + number, 1000)
    assert [number for number in range(20) if store.kept(str(number), NOW + 20)] == [15, 16, 17, 18, 19]
    store.keep("last", {}, NOW + 5000, 10)
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        assert database.execute("SELECT count(*) FROM answers").fetchone() == (1,)
    database.close()


def test_a_file_that_was_deleted_is_made_anew(tmp_path: Path) -> None:
    store = Store(tmp_path, Limits())
    store.keep("question", {"a": 1}, NOW, 60)
    (tmp_path / FILE_NAME).unlink()
    assert store.kept("question", NOW) is None
    store.keep("question", {"a": 2}, NOW, 60)
    assert store.kept("question", NOW) == {"a": 2}
