"""Which notes become cards.

A card takes a prescriber out of the work, so that one too many costs the next one its reader. At an order only what
concerns that order is told, for the rest of the list was there before it and is the pharmacist's to look through; red flags
are told wherever they are found, since nothing may hide them. How loud a site wants it is a setting.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from medrisk.core.model import Note
from medrisk.core.rules import Severity, Tier

_SERIOUS = frozenset({Severity.MAJOR, Severity.CONTRAINDICATED})
# From quiet to loud; each tells what those before it tell.
LEVELS = ("interruptive", "major", "review", "all")


def notes_to_tell(notes: Iterable[Note], level: str, focus: Set[int] | None) -> list[Note]:
    """``focus`` holds the numbers of the lines that are being ordered; None where the whole list is looked at."""
    return [note for note in notes if _is_loud(note, level) and _concerns(note, focus)]


def quieter(level: str, only_serious: bool) -> str:
    """A client may ask for less than its site has set, never for more."""
    return min(level, "major", key=LEVELS.index) if only_serious else level


def _is_loud(note: Note, level: str) -> bool:
    if level == "all" or note.interruptive or note.tier is Tier.URGENT:
        return True
    if level == "interruptive":
        return False
    return note.severity in _SERIOUS or (level == "review" and note.tier is Tier.REVIEW)


def _concerns(note: Note, focus: Set[int] | None) -> bool:
    return focus is None or note.kind == "red_flag" or not focus.isdisjoint(note.lines)
