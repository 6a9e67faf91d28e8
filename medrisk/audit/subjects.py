"""What each class, rule and red flag sees of a drug, so that an audit works out each distinct case once.

A *subject* is a class, a rule or a red flag. What it finds depends on the drugs that fill one of its slots, and on
nothing else of the list. So of each drug a subject gets a *view*: what it can tell apart. A rule that knows no dose sees
furosemide 20 mg and 40 mg as one. Patients whose drugs look the same to a subject are one case.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from medrisk.audit.readings import Item
from medrisk.core.compiled import CompiledSlot, bits_of
from medrisk.core.engine import Engine, Subject
from medrisk.core.model import Medication
from medrisk.core.rules import DrugClass, RedFlag, Rule, Test, drug_slots, leaves_of


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is seen of one medication, its dose aside: the slots it fills, the view of each subject that knows no dose, and the
    subjects that turn on one.
    """

    slots: tuple[int, ...]
    plain: dict[int, int]
    by_dose: tuple[int, ...]


class Subjects:
    """All subjects of an engine, numbered; and for each drug that was met, which of them see it, and as what."""

    def __init__(self, engine: Engine) -> None:
        knowledge = engine.knowledge
        self.engine = engine
        classes = [c for c in knowledge.classes.values() if c.role != "grouping"]
        self.all: list[Subject] = [*knowledge.red_flags, *knowledge.rules.values(), *classes]
        self.by_dose = np.array([_turns_on_dose(subject) for subject in self.all])
        self.by_facts = np.array([_turns_on_facts(subject) for subject in self.all])
        self.is_class = np.array([isinstance(subject, DrugClass) for subject in self.all])
        self.red_flags = np.arange(len(knowledge.red_flags))
        # What an item looks like to a subject, as an item that holds less.
        self.views: list[Item] = []
        self._view_numbers: dict[Item, int] = {}
        self._slots: list[CompiledSlot] = []
        self._slot_numbers: dict[int, int] = {}
        self._seen: list[tuple[int, ...]] = []
        # Subjects that need each of so many slots filled, beside those slots; and those that need any of theirs, as a burden does.
        each: dict[int, list[tuple[int, list[int]]]] = {}
        self.needing_any: list[tuple[int, list[int]]] = []
        for number, subject in enumerate(self.all):
            needed, seen = engine.slots_of(subject)
            self._seen.append(tuple(dict.fromkeys(self._number(slot) for slot in seen)))
            if needed:
                each.setdefault(len(needed), []).append((number, [self._number(slot) for slot in needed]))
            elif isinstance(subject, Rule):
                self.needing_any.append((number, list(self._seen[-1])))
        self.needing_each = [
            (np.array([number for number, _ in alike]), np.array([slots for _, slots in alike])) for alike in each.values()
        ]
        self._seen_by: dict[int, list[int]] = {}
        for number, slots in enumerate(self._seen):
            for slot in slots:
                self._seen_by.setdefault(slot, []).append(number)
        self._slots_by_bit: dict[int, list[int]] = {}
        for number, compiled in enumerate(self._slots):
            for bit in bits_of(compiled.union):
                self._slots_by_bit.setdefault(bit, []).append(number)
        self._sights: dict[tuple[str, str, str], _Sight] = {}

    @property
    def slot_count(self) -> int:
        return len(self._slots)

    def seen(self, item: Item) -> tuple[tuple[int, ...], dict[int, int]]:
        """The slots that a drug fills, and for each subject that sees it the number of the view it gets."""
        by_medication = [self._sight_of(medication) for medication in item.medications]
        if len(item.medications) == 1:
            sight = by_medication[0]
            return sight.slots, {**sight.plain, **dict.fromkeys(sight.by_dose, self._view(item))}
        slots = {slot for sight in by_medication for slot in sight.slots}
        visible: dict[int, list[int]] = {}
        for index, sight in enumerate(by_medication):
            for subject in (*sight.plain, *sight.by_dose):
                visible.setdefault(subject, []).append(index)
        return tuple(sorted(slots)), {s: self._view_of_some(s, indexes, item, by_medication) for s, indexes in visible.items()}

    def _sight_of(self, medication: Medication) -> _Sight:
        key = (medication.ingredient.name, medication.route, medication.status)
        known = self._sights.get(key)
        if known is None:
            known = self._sights[key] = self._new_sight(medication)
        return known

    def _new_sight(self, medication: Medication) -> _Sight:
        bit = self.engine.bit_of(medication.ingredient.name)
        slots = [] if bit is None else [n for n in self._slots_by_bit.get(bit, ()) if self._slots[n].takes(bit, medication)]
        subjects = sorted({subject for slot in slots for subject in self._seen_by[slot]})
        view = self._view(Item((), (replace(medication, daily_dose=None),))) if subjects else -1
        plain = {subject: view for subject in subjects if not self.by_dose[subject]}
        return _Sight(tuple(slots), plain, tuple(subject for subject in subjects if self.by_dose[subject]))

    def _view_of_some(self, subject: int, indexes: list[int], item: Item, sights: list[_Sight]) -> int:
        if self.by_dose[subject]:
            return self._view(Item(item.product, tuple(item.medications[index] for index in indexes)))
        # Where two of its ingredients count, which lines they stand on does with it.
        return sights[indexes[0]].plain[subject] if len(indexes) == 1 else self._view(item)

    def _view(self, item: Item) -> int:
        number = self._view_numbers.setdefault(item, len(self.views))
        if number == len(self.views):
            self.views.append(item)
        return number

    def _number(self, slot: CompiledSlot) -> int:
        number = self._slot_numbers.setdefault(id(slot), len(self._slots))
        if number == len(self._slots):
            self._slots.append(slot)
        return number

    @cached_property
    def ages(self) -> NDArray[np.float64]:
        """The ages, in years, at which any condition of the knowledge turns."""
        tests = [test for subject in self.all for test in _tests_of(subject)]
        found = {leaf.amount.value for test in tests for leaf in leaves_of(test) if leaf.kind == "age" and leaf.amount}
        return np.array(sorted(found))


def _tests_of(subject: Subject) -> list[Test]:
    if isinstance(subject, RedFlag):
        return [subject.when]
    if isinstance(subject, Rule):
        return [test for test in (subject.when, *(m.when for m in subject.modifiers)) if test is not None]
    return []


def _turns_on_dose(subject: Subject) -> bool:
    participants = subject.participants if isinstance(subject, Rule) else ()
    named = [slot for test in _tests_of(subject) for slot in drug_slots(test)]
    return any(slot.dose is not None for slot in (*participants, *named))


def _turns_on_facts(subject: Subject) -> bool:
    """Classes do too, where symptoms or labs are known; that is the caller's to see."""
    return any(leaf.kind != "drug" for test in _tests_of(subject) for leaf in leaves_of(test))
