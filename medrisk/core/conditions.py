"""Conditions of rules over one patient, in three values: True, False, and None for "not known".

Unknown is never taken as normal: a rule whose condition is unknown does not fire, and what would have decided it
is collected so that it can be asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from medrisk.core.clinical import LabResult
from medrisk.core.model import Patient
from medrisk.core.rules import Slot, Test
from medrisk.core.units import Quantity, convert

_OPS: dict[str, Callable[[float, float], bool]] = {
    "over": lambda a, b: a > b,
    "at_least": lambda a, b: a >= b,
    "under": lambda a, b: a < b,
    "at_most": lambda a, b: a <= b,
}


@dataclass(slots=True)
class PatientFacts:
    """A patient's facts keyed for look-up. ``has_drug`` answers a slot from the patient's medications."""

    patient: Patient
    has_drug: Callable[[Slot], bool]
    symptoms: dict[str, bool] = field(default_factory=dict)
    conditions: dict[str, bool] = field(default_factory=dict)
    labs: dict[str, list[LabResult]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for symptom in self.patient.symptoms:
            if symptom.experiencer == "patient" and not symptom.hypothetical and not symptom.historical:
                self.symptoms[symptom.id] = self.symptoms.get(symptom.id, False) or not symptom.negated
        for condition in self.patient.conditions:
            if condition.experiencer == "patient" and not condition.hypothetical:
                self.conditions[condition.id] = self.conditions.get(condition.id, False) or not condition.negated
        for lab in self.patient.labs:
            if lab.superseded:
                continue
            self.labs.setdefault(lab.id, []).append(lab)

    @property
    def named(self) -> set[str]:
        """The ids of all that is said of the patient."""
        return {*self.symptoms, *self.conditions, *self.labs, *self.patient.indications}

    def holds(self, test: Test) -> bool | None:
        """Whether a condition holds: True, False, or None when the patient's facts do not say."""
        if test.kind == "all":
            return self._combined(test.parts, False)
        if test.kind == "any":
            return self._combined(test.parts, True)
        if test.kind == "not":
            return _not(self.holds(test.parts[0]))
        if test.kind == "drug":
            return test.slot is not None and self.has_drug(test.slot)
        return self._leaf(test)

    def _combined(self, parts: tuple[Test, ...], deciding: bool) -> bool | None:
        """One part that is ``deciding`` decides; else one unknown leaves it unknown."""
        answer: bool | None = not deciding
        for part in parts:
            holds = self.holds(part)
            if holds is deciding:
                return deciding
            if holds is None:
                answer = None
        return answer

    def unknowns(self, test: Test) -> set[str]:
        """Labs, and "age" or "sex", whose values would help to decide the condition."""
        if self.holds(test) is not None:
            return set()
        if test.parts:
            return set().union(*(self.unknowns(part) for part in test.parts))
        if test.kind == "lab":
            return set(test.ids)
        return {test.kind} if test.kind in {"age", "sex"} else set()

    def _leaf(self, test: Test) -> bool | None:
        if test.kind == "symptom":
            return _any_known(self.symptoms, test.ids)
        if test.kind == "condition":
            return _any_known(self.conditions, test.ids)
        if test.kind == "indication":
            return True if self.patient.indications.intersection(test.ids) else None
        if test.kind == "sex":
            return None if self.patient.sex is None else self.patient.sex == test.ids[0]
        if test.kind == "age" and test.amount is not None:
            return None if self.patient.age is None else _OPS[test.op](self.patient.age, test.amount.value)
        return self._compare_labs(test)

    def _compare_labs(self, test: Test) -> bool | None:
        """A lab given several times counts when any of its values does, save those that a later one replaces."""
        answers = [_compare_lab(lab, test) for lab in self.labs.get(test.ids[0], ())]
        if True in answers:
            return True
        return None if not answers or None in answers else False


def ids_needed(test: Test) -> frozenset[str] | None:
    """Ids of which at least one must be said of a patient for whom the condition holds; None where it may hold without any."""
    if test.kind in {"symptom", "condition", "indication", "lab"}:
        return frozenset(test.ids)
    needed = [ids_needed(part) for part in test.parts]
    if test.kind == "all":
        return min((ids for ids in needed if ids is not None), key=len, default=None)
    if test.kind == "any" and None not in needed:
        return frozenset().union(*(ids for ids in needed if ids is not None))
    return None


def _compare_lab(lab: LabResult, test: Test) -> bool | None:
    amount = test.amount
    if amount is None or lab.canonical_value is None:
        return None
    value = lab.canonical_value
    if amount.unit != lab.canonical_unit:
        converted = convert(Quantity(value, lab.canonical_unit), amount.unit)
        if converted is None:
            return None
        value = converted.value
    return compare(lab.comparator, value, test.op, amount.value)


def compare(comparator: str, value: float, op: str, limit: float) -> bool | None:
    """Whether a value stands so to a limit; None where only a bound of the value is known and does not tell."""
    return _compare_bound(comparator, value, op, limit) if comparator else _OPS[op](value, limit)


def _compare_bound(comparator: str, value: float, op: str, limit: float) -> bool | None:
    """ "eGFR > 60" is not under 60 and surely over 45; of 90 it says nothing."""
    if comparator == ">":
        return None if value < limit else op in {"over", "at_least"}
    return None if value > limit else op in {"under", "at_most"}


def _any_known(known: dict[str, bool], ids: tuple[str, ...]) -> bool | None:
    answers = [known[name] for name in ids if name in known]
    if any(answers):
        return True
    return False if len(answers) == len(ids) else None


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
