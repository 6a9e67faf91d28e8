"""What each distinct text of a file says: read once, by the same reader as every other door."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from medrisk.core.assess import medications_of
from medrisk.core.model import Line, Medication, Patient
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

    ``candidates`` are the nearest names of a text nobody could match, with their scores. ``patient`` is what the text says of
    the patient ("at night for leg cramps"), the places of the words left out; None where it says nothing.
    """

    items: tuple[Item, ...]
    counts: tuple[int, int, int, int]
    reason: str = ""
    candidates: tuple[tuple[str, float], ...] = ()
    patient: Patient | None = None

    @property
    def status(self) -> str:
        """The worst that became of it, for the worklist: a text with one unknown drug is not matched."""
        matched, ambiguous, unknown, _ = self.counts
        return "unknown" if unknown else "ambiguous" if ambiguous else "matched" if matched else "ignored"


    @property
    def mark(self) -> str:
        """Stands for what the text says of the patient among facts in words; the same for texts that say the same."""
        if self.patient is None:
            return ""
        # A set has no order of its own: each process would write it in another.
        said = (replace(self.patient, indications=frozenset()), sorted(self.patient.indications))
        return MARK + hashlib.blake2b(repr(said).encode(), digest_size=8).hexdigest()


# No fact in words begins with it.
MARK = "\x00"
_STATUSES = ("matched", "ambiguous", "unknown", "ignored")


def read_text(service: Medrisk, text: str) -> Reading:
    """Read one text as a list by itself. A text of the audit is one line; a row that holds several is read as they stand."""
    lines, patient = service.read(text)
    counts = [sum(line.status == status for line in lines) for status in _STATUSES]
    unmatched = [line for line in lines if line.status in {"unknown", "ambiguous"}]
    return Reading(
        items=tuple(item for line in lines if (item := _item_of(line)).medications),
        counts=(counts[0], counts[1], counts[2], counts[3]) if any(counts) else (0, 0, 0, 1),
        reason="; ".join(dict.fromkeys(line.reason for line in unmatched)),
        candidates=tuple(dict.fromkeys((c.name, c.score) for line in unmatched for c in line.candidates)),
        patient=None if patient == Patient() else _without_places(patient),
    )


def _without_places(patient: Patient) -> Patient:
    return replace(
        patient,
        symptoms=tuple(replace(found, text="", start=0, end=0) for found in patient.symptoms),
        conditions=tuple(replace(found, text="", start=0, end=0) for found in patient.conditions),
        labs=tuple(replace(found, text="", start=0, end=0) for found in patient.labs),
    )


def _item_of(line: Line) -> Item:
    return Item(tuple(sorted(i.name for i in line.ingredients)), tuple(medications_of([line])))


def read_texts(service: Medrisk, texts: Sequence[str]) -> list[Reading]:
    return [read_text(service, text) for text in texts]
