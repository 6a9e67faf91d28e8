"""Taking new knowledge or names into a running server without ending it.

``medrisk reload`` builds the service once, which finds faults and warms the cache, and then touches a stamp in the data
folder. Every worker looks at the stamp once a second, builds its own service beside the one that answers, and changes
over between two requests. No connection is closed and no request waits for another process; a worker that cannot build
keeps what it has.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from medrisk.files import write_whole
from medrisk.service import Medrisk

_LOG = logging.getLogger(__name__)
_SECONDS = 1.0
Mark = tuple[int, int] | None


def stamp_of(data_dir: Path) -> Path:
    return data_dir / "reload"


def ask_for_reload(data_dir: Path) -> None:
    """Tell the running servers of this data folder. Raises OSError where it cannot be written."""
    write_whole(stamp_of(data_dir), b"")


def build_unwatched(build: Callable[[], Medrisk]) -> Medrisk:
    """Build with the garbage collector off: of the hundred thousand objects it would look at, all stay."""
    gc.disable()
    try:
        return build()
    finally:
        gc.enable()


def follow(data_dir: Path, build: Callable[[], Medrisk], take: Callable[[Medrisk], None]) -> None:
    """Watch the stamp from a thread that ends with the process."""
    stamp = stamp_of(data_dir)
    threading.Thread(target=_follow, args=(stamp, _mark(stamp), build, take), name="reload", daemon=True).start()


def _follow(stamp: Path, seen: Mark, build: Callable[[], Medrisk], take: Callable[[Medrisk], None]) -> None:
    wait = threading.Event()
    while True:
        wait.wait(_SECONDS)
        now = _mark(stamp)
        if now == seen or now is None:
            continue
        seen = now
        try:
            take(build_unwatched(build))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the new, the old goes on
            _LOG.error("reload failed with %s: what was loaded before goes on; `medrisk reload` says why", type(error).__name__)
        else:
            freeze()


def freeze() -> None:
    """Keep what there is now out of the collector's sight; what was there before it may go."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _mark(stamp: Path) -> Mark:
    try:
        stat = stamp.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino
