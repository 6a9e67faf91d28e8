"""How far a run is as a whole."""

from __future__ import annotations

# Each step's part of the whole; about what each takes.
_STEPS = {"reading": (0.0, 0.35), "texts": (0.35, 0.55), "findings": (0.55, 0.95), "reports": (0.95, 1.0)}


def whole_share(step: str, share: float) -> float:
    """How much of the whole run is done, from 0 to 1, when a step is done up to ``share``."""
    begin, end = _STEPS.get(step, (0.0, 1.0))
    return begin + (end - begin) * min(1.0, share)
