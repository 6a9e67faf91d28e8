"""Whether the patient takes the drug of an entry: taken, planned, stopped, an allergy, or only spoken of."""

from __future__ import annotations

import re

from medrisk.core.cues import CueKind
from medrisk.core.listing import Entry
from medrisk.core.model import LineContext
from medrisk.core.not_drugs import ALLERGY_EXCEPTION, ALLERGY_LINE
from medrisk.core.sig import parse_sig

_REPLACED = re.compile(
    r"(?:\b(?:changed|switched|converted|swapped)(?: over)? (?:to|for)|\breplaced (?:by|with)|-+>|→|=>)\s*(?:the|a)?\s*$",
    re.IGNORECASE,
)


def replaced(following: str, is_followed: bool) -> CueKind | None:
    """ "simvastatin 40 mg changed to rosuvastatin": the first is no longer taken."""
    return "stopped" if is_followed and _REPLACED.search(following) else None


_START = re.compile(r"\b(?:start|begin|add|initiate)\s*$", re.IGNORECASE)
_IF = re.compile(
    r"\b(?:if|once|when)\b(?! (?:needed|required|necessary))|\b(?:next|tomorrow|on) (?:week|month|visit|mon|tue|wed|thu|fri)",
    re.IGNORECASE,
)


def is_start(before: str) -> bool:
    """ "start", "add": what follows is to be taken from now on."""
    return _START.search(before) is not None


def conditional_start(before: str, after: str) -> CueKind | None:
    """ "start amlodipine if BP stays up": not taken yet."""
    return "planned" if is_start(before) and _IF.search(after) else None


def carried(cue: CueKind | None, between: str) -> CueKind | None:
    """A cue reaches the next drug of a sentence only across a list; a new clause begins afresh."""
    return cue if cue in {"allergy"} else None


def context_of(entry: Entry, before: CueKind | None, after: CueKind | None, text: str) -> LineContext:
    if after == "allergy" or before == "allergy":
        return "allergy"
    if entry.section == "allergy" and not _has_directions(text):
        return "allergy"
    if (
        ALLERGY_LINE.search(text)
        and not ALLERGY_EXCEPTION.search(text)
        and before not in {"active", "stopped", "planned"}
    ):
        return "allergy"
    if entry.is_stopped or after == "stopped" or before == "stopped":
        return "stopped"
    if before == "none" or after == "none":
        return "none"
    if entry.section == "stopped":
        return "stopped"
    if after == "planned" or before == "planned" or (entry.section == "plan" and before != "active"):
        return "planned"
    return "active"


def _has_directions(text: str) -> bool:
    sig = parse_sig(text)
    return bool(sig.strengths) and sig.frequency is not None and sig.frequency.per_day is not None
