"""How much a set of rules asks of its readers: which rules fire over many lists, and how many notes interrupt.

Counts only. Nothing of a list comes out: neither a drug nor a line, and no patient by themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from medrisk.core.model import Note, Report
from medrisk.core.rules import KnowledgeBase

# Another explanation of a symptom is no rule, and no note that anybody has to act on.
_NOT_OF_A_RULE = frozenset({"symptom"})
_ELSEWHERE = ":elsewhere"


@dataclass(frozen=True, slots=True)
class RuleBurden:
    """One rule, red flag or class over all lists.

    ``unchecked`` are notes that it could not be decided, ``elsewhere`` those of what only other authorities hold;
    ``notes``, ``patients`` and ``interruptive`` count neither.
    """

    id: str
    kind: str
    patients: int
    notes: int
    interruptive: int
    unchecked: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How a number is spread over the patients."""

    least: int
    median: float
    most: int


@dataclass(frozen=True, slots=True)
class Burden:
    """The counts over all lists, the rules that interrupt most first."""

    patients: int
    interrupted: int
    interruptive: Spread
    notes: Spread
    rules: tuple[RuleBurden, ...]
    silent: int


def count_burden(reports: Iterable[Report], knowledge: KnowledgeBase) -> Burden:
    """Count over one report a patient. At least one report is expected."""
    kinds = _kinds(knowledge)
    counts: Counter[tuple[str, str]] = Counter()
    per_patient: list[tuple[int, int]] = []
    for report in reports:
        notes = [note for note in report.notes if note.kind not in _NOT_OF_A_RULE]
        for note in notes:
            counts.update((note.rule, what) for what in _what(note))
        counts.update((rule, "patients") for rule in {note.rule for note in notes if "notes" in _what(note)})
        per_patient.append((sum(note.interruptive for note in notes), len(notes)))
    fired = sorted({rule for rule, _ in counts})
    rules = [_rule(rule, kinds.get(rule, "rule"), counts) for rule in fired]
    interruptive = [number for number, _ in per_patient]
    return Burden(
        patients=len(per_patient),
        interrupted=sum(number > 0 for number in interruptive),
        interruptive=_spread(interruptive),
        notes=_spread([number for _, number in per_patient]),
        rules=tuple(sorted(rules, key=lambda r: (-r.interruptive, -r.patients, -r.notes, r.id))),
        silent=len(kinds.keys() - knowledge.classes.keys() - {r.id for r in rules if r.notes}),
    )


def _what(note: Note) -> Sequence[str]:
    """What a note counts as."""
    if note.kind == "missing_information":
        return ("unchecked",)
    if note.id.endswith(_ELSEWHERE):
        return ("elsewhere",)
    return ("notes", "interruptive") if note.interruptive else ("notes",)


def _kinds(knowledge: KnowledgeBase) -> dict[str, str]:
    """What every id that a note can name is."""
    return {
        **dict.fromkeys(knowledge.classes, "drug_class"),
        **{rule.id: rule.kind for rule in knowledge.rules.values()},
        **{flag.id: "red_flag" for flag in knowledge.red_flags},
    }


def _rule(rule: str, kind: str, counts: Counter[tuple[str, str]]) -> RuleBurden:
    names = ("patients", "notes", "interruptive", "unchecked", "elsewhere")
    return RuleBurden(rule, kind, *(counts[rule, name] for name in names))


def _spread(numbers: Sequence[int]) -> Spread:
    return Spread(min(numbers), median(numbers), max(numbers))
