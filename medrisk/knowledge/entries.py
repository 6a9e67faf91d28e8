"""An entry: one class, rule, source, ... as read from a file, and all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from medrisk.errors import Fault
from medrisk.knowledge.documents import Document


@dataclass(frozen=True, slots=True)
class Entry:
    """One class, rule, source, ...: where it stands, what it is called and, when it is well formed, what it holds."""

    kind: str
    id: str
    file: str
    prefix: str
    document: Document | None

    def fault(self, path: str, message: str) -> Fault:
        return Fault(self.file, join(self.prefix, path), message)


@dataclass(frozen=True, slots=True)
class Entries:
    """Everything that was read. ``unreadable`` are the kinds of which a file could not be parsed at all."""

    by_kind: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    unreadable: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def of(self, kind: str) -> list[Entry]:
        return self.by_kind.get(kind, [])

    def valid(self, *kinds: str) -> Iterator[tuple[Entry, Document]]:
        for kind in kinds or tuple(self.by_kind):
            for entry in self.of(kind):
                if entry.document is not None:
                    yield entry, entry.document


def join(prefix: str, path: str) -> str:
    """``participants`` and ``[1]`` -> ``participants[1]``; ``evidence`` and ``grade`` -> ``evidence.grade``."""
    separator = "." if prefix and path and not path.startswith("[") else ""
    return f"{prefix}{separator}{path}"
