"""Each distinct case (a subject, what it sees of a patient's drugs, the patient's context) worked out once by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from medrisk.audit.contexts import Contexts
from medrisk.audit.readings import Item
from medrisk.audit.subjects import Subjects
from medrisk.core.assess import facts_of
from medrisk.core.conditions import PatientFacts
from medrisk.core.engine import Findings
from medrisk.core.model import Finding, Line, Medication, Note
from medrisk.core.notes import NoteWriter, reading_order
from medrisk.core.rules import Rule
from medrisk.core.units import convert

# The engine's notes name the lines they rest on; here a note is shared by many patients, and the drugs stand for them.
_NO_LINE = Line(0, "", "matched", "active")


@dataclass(frozen=True, slots=True)
class Result:
    """One finding of a case in words, as every patient of the case gets it.

    ``takes`` are the rules whose place it takes when it is about all their drugs. ``is_elsewhere``: only authorities
    elsewhere hold it, and it is not told where a finding here is about the same drugs (``stands_here``).
    """

    note: Note
    why: str
    takes: frozenset[str]
    is_elsewhere: bool
    stands_here: bool

    @property
    def order(self) -> tuple[object, ...]:
        return (*reading_order(self.note), self.note.id, self.why)


class Cases:
    """Works out cases and numbers their results, so that equal ones are one."""

    def __init__(self, subjects: Subjects, contexts: Contexts, writer: NoteWriter, *, highest_dose_only: bool = False) -> None:
        self._subjects = subjects
        self._contexts = contexts
        self._writer = writer
        self._highest_dose_only = highest_dose_only
        self.results: list[Result] = []
        self._numbers: dict[Result, int] = {}
        self._facts: dict[int, PatientFacts] = {}
        self._sorted_by: dict[int, str] = {}
        self._lines: dict[tuple[int, int], list[tuple[tuple[object, ...], Medication]]] = {}
        taken = {other for rule in subjects.engine.knowledge.rules.values() for other in rule.supersedes}
        self._taken = frozenset(taken)

    def work_out(self, subject: int, views: Sequence[int], context: int) -> list[int]:
        """The numbers of the results of one case."""
        medications = self._medications(views)
        patient = self._contexts.patients[context]
        found = self._subjects.engine.find_one(self._subjects.all[subject], medications, patient)
        facts = self._facts_of(context)
        notes = [self._result(finding, found, facts, is_elsewhere=False) for finding in found.findings]
        notes += [
            self._result(finding, found, facts, is_elsewhere=True) for finding in found.elsewhere if not finding.unchecked
        ]
        return [self._number(result) for result in notes]

    def other_explanations(self, context: int) -> list[int]:
        """What a patient has that may explain a symptom without any drug."""
        facts = self._facts_of(context)
        notes = self._writer.write(Findings((), (), {}, {}), (), facts)
        return [self._number(Result(note, "; ".join(note.why), frozenset(), False, False)) for note in notes]

    def _facts_of(self, context: int) -> PatientFacts:
        known = self._facts.get(context)
        if known is None:
            known = self._facts[context] = facts_of(self._contexts.patients[context])
        return known

    def _medications(self, views: Sequence[int]) -> list[Medication]:
        """The drugs of a case, each view on a line of its own; a drug that only repeats another counts once."""
        found: dict[tuple[object, ...], Medication] = {}
        for line, view in enumerate(sorted(views, key=self._words) if len(views) > 1 else views):
            for key, medication in self._on_line(view, line):
                found.setdefault(key, medication)
        return _highest(list(found.values())) if self._highest_dose_only else list(found.values())

    def _words(self, view: int) -> str:
        """What a view is sorted by, the same in every run."""
        known = self._sorted_by.get(view)
        if known is None:
            known = self._sorted_by[view] = repr(self._subjects.views[view])
        return known

    def _on_line(self, view: int, line: int) -> list[tuple[tuple[object, ...], Medication]]:
        """The medications of a view on a line, each with what tells it from a repetition."""
        known = self._lines.get((view, line))
        if known is None:
            item = self._subjects.views[view]
            known = self._lines[view, line] = [(_told_apart(item, m), replace(m, line=line)) for m in item.medications]
        return known

    def _result(self, finding: Finding, found: Findings, facts: PatientFacts, *, is_elsewhere: bool) -> Result:
        lines = (_NO_LINE,) * (1 + max((m.line for m in finding.medications), default=0))
        here, elsewhere = ((), (finding,)) if is_elsewhere else ((finding,), ())
        notes = self._writer.write(Findings(here, elsewhere, {}, found.would_change), lines, facts)
        note = next(note for note in notes if note.kind != "symptom")
        rule = self._subjects.engine.knowledge.rules.get(finding.rule)
        decided = isinstance(rule, Rule) and finding.kind not in {"drug_class", "red_flag"} and not finding.unchecked
        why = [f"{drug}: through {mechanism}" for drug, mechanism in finding.mechanisms] + list(finding.why)
        return Result(
            replace(note, why=(), lines=(), sources=(), actions=(), would_change=()),
            "; ".join(why),
            frozenset(rule.supersedes) if rule is not None and decided and not is_elsewhere else frozenset(),
            is_elsewhere,
            decided and not is_elsewhere,
        )

    def can_be_taken(self, result: Result) -> bool:
        return not result.is_elsewhere and result.note.kind != "red_flag" and result.note.rule in self._taken

    def _number(self, result: Result) -> int:
        number = self._numbers.setdefault(result, len(self.results))
        if number == len(self.results):
            self.results.append(result)
        return number


def _told_apart(item: Item, medication: Medication) -> tuple[object, ...]:
    dose = medication.daily_dose.amount if medication.daily_dose else None
    return (medication.ingredient.name, item.product, medication.status, medication.route, dose)


def _highest(medications: list[Medication]) -> list[Medication]:
    """Of several doses of one drug only the highest: on different days they are steps of one treatment, not a sum."""
    best: dict[tuple[str, str, str, str], Medication] = {}
    others = []
    for medication in medications:
        if medication.daily_dose is None:
            others.append(medication)
            continue
        amount = medication.daily_dose.amount
        unit = "mg" if convert(amount, "mg") else amount.unit
        key = (medication.ingredient.name, medication.route, medication.status, unit)
        if key not in best or _size(medication, unit) > _size(best[key], unit):
            best[key] = medication
    return [*others, *best.values()]


def _size(medication: Medication, unit: str) -> float:
    converted = convert(medication.daily_dose.amount, unit) if medication.daily_dose else None
    return converted.upper if converted else 0.0
