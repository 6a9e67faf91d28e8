"""What all workers of one medrisk share about RxNav: the pace, the pause after failures, and the answers of the last day.

One SQLite file in the cache folder. It is opened anew for each use, so that forks and threads need no care, and every
change is one transaction. Answers lie under a checksum of the question: what was typed is not written down. A damaged
file is thrown away; a folder that cannot be written means that RxNav is not asked, because the pace could not be kept.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from medrisk import __version__
from medrisk.vocabulary.rxnav.limits import Limits

FILE_NAME = "rxnav-1.sqlite"  # another number when the tables change
_BUSY_SECONDS = 2.0
_TABLES = """
    CREATE TABLE IF NOT EXISTS answers (question TEXT PRIMARY KEY, until REAL NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS answers_until ON answers (until);
    CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), due REAL, failures INTEGER, until REAL);
    INSERT OR IGNORE INTO state VALUES (1, 0, 0, 0);
"""

STORE_ERRORS = (sqlite3.Error, OSError)


class Store:
    """Every method may raise one of STORE_ERRORS. ``now`` is always the time of day, which all workers share."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._path = folder / FILE_NAME
        self._limits = limits

    def kept(self, question: str, now: float) -> dict[str, Any] | None:
        """The part of an answer that was kept for this question, if it is not too old."""
        with closing(self._open()) as database:
            row = database.execute(
                "SELECT answer FROM answers WHERE question = ? AND until > ? AND until <= ?",
                (_mark(question), now, now + self._limits.keep),
            ).fetchone()
        with suppress(ValueError):
            found = json.loads(row[0]) if row else None
            return found if isinstance(found, dict) else None
        return None

    def keep(self, question: str, answer: dict[str, Any], now: float, seconds: float) -> None:
        with self._changing() as database:
            database.execute("DELETE FROM answers WHERE until <= ?", (now,))
            database.execute(
                "INSERT OR REPLACE INTO answers VALUES (?, ?, ?)",
                (_mark(question), now + seconds, json.dumps(answer)),
            )
            database.execute(
                "DELETE FROM answers WHERE question IN (SELECT question FROM answers ORDER BY until DESC LIMIT -1 OFFSET ?)",
                (self._limits.most_kept,),
            )

    def turn(self, now: float, latest: float) -> float | None:
        """When the next request may go out, which is then taken; None, and nothing taken, if that is after ``latest``.

        ``due`` is when a bucket that empties at ``rate`` would be empty; ``burst`` requests fit in it.
        """
        step = 1 / self._limits.rate
        slack = (self._limits.burst - 1) * step
        with self._changing() as database:
            due = float(database.execute("SELECT due FROM state").fetchone()[0])
            if due > now + slack + self._limits.longest_hold + self._limits.total:
                due = now  # the clock was set back
            start = max(now, due - slack)
            if start > latest:
                return None
            database.execute("UPDATE state SET due = ?", (max(due, start) + step,))
        return start

    def hold(self, until: float) -> None:
        """Nobody asks before then, and then one by one."""
        slack = (self._limits.burst - 1) / self._limits.rate
        with self._changing() as database:
            database.execute("UPDATE state SET due = max(due, ?)", (until + slack,))

    def may_ask(self, now: float) -> bool:
        """Whether RxNav may be asked. After a pause one request is let through; the others wait for how it ends."""
        with self._changing() as database:
            failures, until = database.execute("SELECT failures, until FROM state").fetchone()
            if failures < self._limits.failures:
                return True
            if now < until <= now + self._limits.pause:
                return False
            database.execute("UPDATE state SET until = ?", (now + self._limits.pause,))
        return True

    def worked(self) -> None:
        with self._changing() as database:
            database.execute("UPDATE state SET failures = 0, until = 0")

    def failed(self, now: float) -> None:
        with self._changing() as database:
            database.execute("UPDATE state SET failures = failures + 1, until = ?", (now + self._limits.pause,))

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._open()) as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # not a database, or a broken one
            self._path.unlink(missing_ok=True)
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)  # answers name drugs that somebody here looked up
        database = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous = OFF")  # all of it may be lost without harm
            if not database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'state'").fetchone()[0]:
                database.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
        except BaseException:
            database.close()
            raise
        return database


def _mark(question: str) -> str:
    return hashlib.sha256(f"{__version__}\n{question}".encode()).hexdigest()
