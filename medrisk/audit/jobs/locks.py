"""Locks that the kernel holds for a process, and lets go when it ends in whatever way."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from medrisk.errors import SettingsError


def try_lock(path: Path) -> int | None:
    """The open file that holds the lock, or None where another holds it. Closing the file in every process lets go.

    Raises OSError where the file cannot be opened, and SettingsError where the system has no such locks.
    """
    if sys.platform == "win32":
        raise SettingsError(
            "Audits over the API need a Unix system.", hint="Use `medrisk audit` here.", field="MEDRISK_AUDITS"
        )
    import fcntl

    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    except BaseException:
        os.close(handle)
        raise
    return handle
