"""Which signed requests were used already, for all workers of one data folder.

A client's token holds for one request. What is kept of it is a checksum of its issuer and id, until it ends by itself. It
lies in SQLite, since a store of each worker's own would let a token be used once at every worker.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from pathlib import Path

from medrisk.errors import SettingsError

# A worker waits so long for another that is writing; a write takes a fraction of a millisecond.
_SECONDS_TO_WAIT = 2.0
_SWEEP_EVERY = 500


class Replays:
    """Safe to share between threads. Raises SettingsError where nothing can be kept."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / "cds-tokens.sqlite3"
        self._lock = threading.Lock()
        self._used = 0
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            self._store = sqlite3.connect(
                self._path, timeout=_SECONDS_TO_WAIT, check_same_thread=False, isolation_level=None
            )
            self._path.chmod(0o600)
            self._store.execute("PRAGMA journal_mode=WAL")
            # What a crash of the machine loses is the last moment, and tokens end within minutes.
            self._store.execute("PRAGMA synchronous=OFF")
            self._store.execute(
                "CREATE TABLE IF NOT EXISTS used (mark BLOB PRIMARY KEY, ends REAL NOT NULL) WITHOUT ROWID"
            )
        except (sqlite3.Error, OSError):
            raise SettingsError(
                "The store of used client tokens cannot be opened.",
                hint=f"Let medrisk write {self._path}, or delete it if it is damaged.",
                field="MEDRISK_DATA_DIR",
            ) from None

    def is_new(self, issuer: str, token_id: str, ends: float) -> bool:
        """Whether this token is used for the first time; from now on it is not. ``ends`` is in seconds of the epoch.

        A store that cannot be written makes every token an old one.
        """
        mark = hashlib.sha256(f"{issuer}\0{token_id}".encode("utf-8", "replace")).digest()
        with self._lock:
            self._used += 1
            try:
                if self._used % _SWEEP_EVERY == 1:
                    self._store.execute("DELETE FROM used WHERE ends < ?", (time.time(),))
                changed = self._store.execute("INSERT OR IGNORE INTO used VALUES (?, ?)", (mark, ends)).rowcount
            except sqlite3.Error:
                return False
        return changed == 1
