"""Where a run is, so that one that was killed goes on there.

``OUT/.work`` holds what was gathered so far and ``state.json``, which is replaced in one step after everything it speaks
of is on disk. What is newer than it is left over from a step that was cut short, and is made again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from medrisk.errors import AuditError

_STATE = "state.json"


@dataclass(slots=True)
class State:
    """``identity`` is what the whole run must agree in: inputs, options and versions.

    ``source`` and ``at`` say where reading goes on; ``flushes`` how many parts were written; ``gathered``: all was read. ``dated``: some row has a
    day; ``with_days``: how many rows tell the first day and the last.
    """

    identity: dict[str, Any]
    buckets: int
    started: str
    source: int = 0
    at: dict[str, int] | None = None
    flushes: int = 0
    texts: int = 0
    facts: int = 0
    gathered: bool = False
    dated: bool = False
    with_days: int = 0
    rows_in: list[int] = field(default_factory=list)
    rejects: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


class WorkFolder:
    """The folder of one run in the making."""

    def __init__(self, out: Path) -> None:
        self.path = out / ".work"

    def begin(self, state: State, *, restart: bool) -> State:
        """The state to go on from: the given one for a new run. Raises AuditError where another run was left unfinished here."""
        if restart:
            self.remove()
        kept = self._read()
        if kept is None:
            self.remove()
            self.path.mkdir(mode=0o700)
            self.keep(state)
            return state
        if kept.identity != json.loads(json.dumps(state.identity)):
            raise AuditError(
                f"A run was left unfinished in this folder, and {_difference(kept.identity, state.identity)} changed since.",
                hint="Give --restart to begin anew, or another folder with -o.",
                field="out",
            )
        return kept

    def keep(self, state: State) -> None:
        new = self.path / (_STATE + ".new")
        with new.open("w", encoding="utf-8") as opened:
            json.dump(asdict(state), opened)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(self.path / _STATE)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def _read(self) -> State | None:
        try:
            return State(**json.loads((self.path / _STATE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    changed = [key for key in new if old.get(key) != json.loads(json.dumps(new[key]))]
    return " and ".join(f"the {key}" for key in changed) or "something"


def write_whole(path: Path, content: bytes) -> None:
    """A file that is there whole or not at all."""
    new = path.with_name(path.name + ".new")
    new.write_bytes(content)
    new.replace(path)
