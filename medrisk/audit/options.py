"""What the user chose for a run. It stands in the manifest, and a run that goes on must have been started with the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Mode = Literal["overlap", "ever"]


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """``mode`` None: overlap where the files give days, else ever. ``aliases``: a text of the files -> what was meant by it.

    ``dates``, ``delimiter`` and ``encoding`` are those of ``ReadOptions``, which the files were opened with.
    """

    mode: Mode | None = None
    mapped: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    pseudonymise: bool = False
    detected_issues: bool = False
    dates: Literal["dmy", "mdy"] | None = None
    delimiter: str | None = None
    encoding: str | None = None

    @property
    def aliases_sha256(self) -> str | None:
        """A hash that is the same for the same answers in any order; None where there are none."""
        if not self.aliases:
            return None
        return hashlib.sha256(json.dumps(sorted(self.aliases.items())).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        return {key: dict(value) if isinstance(value, Mapping) else value for key, value in asdict(self).items()}
