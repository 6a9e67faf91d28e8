"""What is kept of a job: what was asked for, which never changes, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

JobState = Literal["waiting", "running", "done", "failed"]
ENDED = frozenset({"done", "failed"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent. ``stored`` is our own name for it, ``name`` the sender's, which is only shown."""

    role: Literal["file", "patients", "aliases"]
    stored: str
    name: str


@dataclass(frozen=True, slots=True)
class Job:
    """``owner``: who may see it. ``made``: when all had arrived, in ISO 8601 (UTC). ``options`` as the form's fields have them."""

    id: str
    owner: str
    made: str
    uploads: tuple[Upload, ...]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Status:
    """``starts``: how often a process began with it. ``results``: name, bytes and sha256 of each file. ``problem``: why it failed."""

    state: JobState = "waiting"
    starts: int = 0
    step: str | None = None
    share: float = 0.0
    rows: int = 0
    started: str | None = None
    ended: str | None = None
    counts: dict[str, Any] | None = None
    results: tuple[dict[str, Any], ...] = field(default_factory=tuple)
    problem: dict[str, Any] | None = None
