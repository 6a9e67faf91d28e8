"""What each distinct text of a file says: read once, by the same reader as every other door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medrisk.core.assess import medications_of
from medrisk.core.model import Line, Medication
from medrisk.service import Medrisk


@dataclass(frozen=True, slots=True)
class Item:
    """What one line holds: the ingredients of its product, and its medications, all on line 0.

    Two texts that mean the same give the same item.
    """

    product: tuple[str, ...]
    medications: tuple[Medication, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One text understood. ``counts`` are its lines that were matched, ambiguous, unknown and ignored.

    ``candidates`` are the nearest names of a text nobody could match, with their scores. ``has_facts``: it also names a
    symptom, a condition or a lab ("at night for leg cramps"), so that it is read again as a fact of the patient.
    """

    items: tuple[Item, ...]
    counts: tuple[int, int, int, int]
    reason: str = ""
    candidates: tuple[tuple[str, float], ...] = ()
    has_facts: bool = False

    @property
    def status(self) -> str:
        """The worst that became of it, for the worklist: a text with one unknown drug is not matched."""
        matched, ambiguous, unknown, _ = self.counts
        return "unknown" if unknown else "ambiguous" if ambiguous else "matched" if matched else "ignored"


_STATUSES = ("matched", "ambiguous", "unknown", "ignored")


def read_text(service: Medrisk, text: str) -> Reading:
    """Read one text as a list by itself. A text of the audit is one line; a row that holds several is read as they stand."""
    lines, has_facts = service.read(text)
    counts = [sum(line.status == status for line in lines) for status in _STATUSES]
    unmatched = [line for line in lines if line.status in {"unknown", "ambiguous"}]
    return Reading(
        items=tuple(item for line in lines if (item := _item_of(line)).medications),
        counts=(counts[0], counts[1], counts[2], counts[3]) if any(counts) else (0, 0, 0, 1),
        reason="; ".join(dict.fromkeys(line.reason for line in unmatched)),
        candidates=tuple(dict.fromkeys((c.name, c.score) for line in unmatched for c in line.candidates)),
        has_facts=has_facts,
    )


def _item_of(line: Line) -> Item:
    return Item(tuple(sorted(i.name for i in line.ingredients)), tuple(medications_of([line])))


def read_texts(service: Medrisk, texts: Sequence[str]) -> list[Reading]:
    return [read_text(service, text) for text in texts]
