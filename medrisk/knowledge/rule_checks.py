"""What each kind of rule must have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from medrisk.errors import Fault
from medrisk.knowledge.documents import Document
from medrisk.knowledge.entries import Entries, Entry
from medrisk.knowledge.rule_schemas import DOSE_BOUNDS

# Fewest and most participants; None where any number above is allowed.
_SLOTS: dict[str, tuple[int, int | None]] = {
    "pair": (2, None),
    "dose_cap": (1, None),
    "burden": (0, 0),
    "duplicate": (1, 1),
    "cascade": (2, 2),
    "drug_condition": (1, 1),
    "drug_lab": (1, 1),
    "drug_patient": (1, 1),
}


def check_rule(entry: Entry, document: Document) -> Iterator[Fault]:
    """Faults in the shape of one rule."""
    for check in (_check_slots, _check_severity, _check_when, _check_dose_cap, _check_burden, _check_verified):
        yield from check(entry, document)


def _check_slots(entry: Entry, document: Document) -> Iterator[Fault]:
    least, most = _SLOTS[document["kind"]]
    count = len(document["participants"])
    if count < least or (most is not None and count > most):
        expected = f"{least}" if least == most else f"{least} or more"
        yield entry.fault("participants", f"{document['kind']} takes {expected} participants, not {count}")


def _check_severity(entry: Entry, document: Document) -> Iterator[Fault]:
    is_burden = document["kind"] == "burden"
    if is_burden and document["severity"] is not None:
        yield entry.fault("severity", "a burden has its severity in its levels")
    if not is_burden and document["severity"] is None:
        yield entry.fault("severity", "is missing")


def _check_when(entry: Entry, document: Document) -> Iterator[Fault]:
    if document["kind"] in ("drug_condition", "drug_lab", "drug_patient") and "when" not in document:
        yield entry.fault("when", f"is missing: {document['kind']} says when it holds")


def _check_dose_cap(entry: Entry, document: Document) -> Iterator[Fault]:
    if document["kind"] != "dose_cap":
        return
    slots = document["participants"]
    if slots and not any(bound in slots[0] for bound in DOSE_BOUNDS):
        yield entry.fault("participants[0]", "the first participant of a dose_cap carries a dose bound")
    if "dose" not in document["unchecked_without"]:
        yield entry.fault("unchecked_without", "a dose_cap names dose here: without a dose it cannot be checked")


def _check_burden(entry: Entry, document: Document) -> Iterator[Fault]:
    burden = document.get("burden")
    if (document["kind"] == "burden") != (burden is not None):
        yield entry.fault("burden", "stands in a rule of kind burden and only there")
    if burden is not None:
        counts = [level["mechanisms"] for level in burden["levels"]]
        if counts != sorted(set(counts)) or counts[0] < 1:
            yield entry.fault("burden.levels", "mechanisms must rise from level to level")


def _check_verified(entry: Entry, document: Document) -> Iterator[Fault]:
    """A rule that stops people in their work has been read somewhere."""
    if any(ref["verified"] for ref in document["evidence"]["sources"]):
        return
    if document["interruptive"]:
        yield entry.fault("interruptive", "an interruptive rule needs at least one verified source")
    if document["severity"] == "contraindicated":
        yield entry.fault("severity", "a contraindicated rule needs at least one verified source")


def check_supersedes(entries: Entries) -> Iterator[Fault]:
    """Rules that supersede each other in a ring would fold one another away, and nothing would be said."""
    below = {entry.id: document["supersedes"] for entry, document in entries.valid("rules")}
    for entry, document in entries.valid("rules"):
        if document["supersedes"] and entry.id in _reachable(entry.id, below):
            yield entry.fault("supersedes", "the rule supersedes itself, directly or through others")


def _reachable(start: str, below: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(below[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(below.get(name, ()))
    return found
