"""The shape of knowledge as the engine uses it: drug classes, rules and red flags, already checked.

The files under ``data/`` are read, checked and turned into these values by ``medrisk.knowledge``; nothing
here reads a file. ``docs/knowledge-guide.md`` says what each field means to the person who writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from medrisk.core.units import Quantity

if TYPE_CHECKING:
    from medrisk.core.scale_model import Scale


class Grade(StrEnum):
    """How well a drug's effect is supported; ordered by ``rank``."""

    ESTABLISHED = "established"
    PROBABLE = "probable"
    POSSIBLE = "possible"

    @property
    def rank(self) -> int:
        return _RANKS[self]


class Severity(StrEnum):
    CONTRAINDICATED = "contraindicated"
    MAJOR = "major"
    MODERATE = "moderate"
    MINOR = "minor"

    @property
    def rank(self) -> int:
        return _RANKS[self]


class Tier(StrEnum):
    """The order in which notes are read. ``urgent`` is kept for red flags and what must be acted on now."""

    URGENT = "urgent"
    REVIEW = "review"
    MONITOR = "monitor"
    INFO = "info"

    @property
    def rank(self) -> int:
        return _RANKS[self]


# One table for the three scales, whose words do not overlap.
_RANKS: dict[str, int] = {
    "possible": 1, "probable": 2, "established": 3,
    "minor": 1, "moderate": 2, "major": 3, "contraindicated": 4,
    "info": 1, "monitor": 2, "review": 3, "urgent": 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a claim stands: the source, the place in it, and whether the claim was read there."""

    id: str
    where: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    citation: str
    kind: str
    locator: str
    checked: str
    read_on: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    grade: Grade
    sources: tuple[SourceRef, ...]

    @property
    def is_verified(self) -> bool:
        return any(ref.verified for ref in self.sources)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with whether it was read in a source. Figures are shown only when verified."""

    text: str
    sources: tuple[SourceRef, ...] = ()
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Onset:
    text: str
    verified: bool
    days: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ClassEffect:
    """One effect a class is known for. ``members`` is empty when it holds for the whole class."""

    effect: str
    grade: Grade
    sources: tuple[SourceRef, ...]
    figures: tuple[Claim, ...] = ()
    mechanism: str = ""
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Examples:
    notes: tuple[str, ...]
    silent: tuple[str, ...]
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DrugClass:
    id: str
    status: str
    name: str
    role: str
    members: tuple[str, ...]
    routes: frozenset[str]
    duplicate: bool
    mechanism: str
    effects: tuple[ClassEffect, ...]
    evidence: Evidence
    examples: Examples
    onset: Onset | None = None
    dose_dependence: Claim | None = None
    monitoring: tuple[Claim, ...] = ()
    options: tuple[Claim, ...] = ()
    questions: tuple[str, ...] = ()
    context: tuple[Claim, ...] = ()
    do_not_stop: str | None = None
    asks_for: tuple[str, ...] = ()
    authored_by: str = "medrisk"
    checked_by: str | None = None

    def effects_of(self, ingredient: str) -> tuple[ClassEffect, ...]:
        """The effects that hold for this member."""
        return tuple(e for e in self.effects if not e.members or ingredient in e.members)


@dataclass(frozen=True, slots=True)
class Selector:
    """Names drugs: exactly one of ``ingredient``, ``drug_class`` and ``effect`` is set."""

    ingredient: str | None = None
    drug_class: str | None = None
    effect: str | None = None
    grade: Grade = Grade.POSSIBLE


@dataclass(frozen=True, slots=True)
class DoseBound:
    """A bound on the daily dose. ``op`` is ``over`` (>), ``at_least`` (>=) or ``under`` (<)."""

    op: Literal["over", "at_least", "under"]
    amount: Quantity


@dataclass(frozen=True, slots=True)
class Slot:
    """One participant of a rule: any drug that a selector names, given by one of ``routes``."""

    any_of: tuple[Selector, ...]
    routes: frozenset[str]
    excluded: frozenset[str] = frozenset()
    dose: DoseBound | None = None
    status: Literal["active", "stopped"] = "active"


@dataclass(frozen=True, slots=True)
class Test:
    """A condition over the patient, as a small tree.

    ``kind`` is ``all``, ``any`` or ``not`` (over ``parts``), or one of ``symptom``, ``condition``, ``indication`` (any of ``ids``),
    ``lab`` (``ids[0]`` compared by ``op`` with ``amount``), ``age`` (in years), ``sex`` (``ids[0]``) or ``drug``
    (``slot``).
    Comparison operators: ``over`` >, ``at_least`` >=, ``under`` <, ``at_most`` <=.
    """

    __test__ = False  # not a test case for pytest

    kind: Literal["all", "any", "not", "symptom", "indication", "condition", "lab", "age", "sex", "drug"]
    parts: tuple[Test, ...] = ()
    ids: tuple[str, ...] = ()
    op: str = ""
    amount: Quantity | None = None
    slot: Slot | None = None


def leaves_of(test: Test) -> Iterator[Test]:
    """The conditions at the ends of a tree of conditions."""
    if not test.parts:
        yield test
    for part in test.parts:
        yield from leaves_of(part)


def drug_slots(test: Test) -> list[Slot]:
    """The drugs that a condition asks for."""
    return [leaf.slot for leaf in leaves_of(test) if leaf.slot is not None]


@dataclass(frozen=True, slots=True)
class Modifier:
    """Changes a finding when its condition holds. None leaves a value as it is."""

    when: Test
    why: str
    severity: Severity | None = None
    interruptive: bool | None = None
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class BurdenLevel:
    mechanisms: int
    severity: Severity | None
    interruptive: bool
    tier: Tier


@dataclass(frozen=True, slots=True)
class Burden:
    effect: str
    levels: tuple[BurdenLevel, ...]
    floor: Grade = Grade.PROBABLE


RuleKind = Literal["pair", "dose_cap", "burden", "duplicate", "cascade", "drug_condition", "drug_lab", "drug_patient"]


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    status: str
    kind: RuleKind
    name: str
    participants: tuple[Slot, ...]
    severity: Severity | None
    interruptive: bool
    effects: tuple[str, ...]
    mechanism: str
    action: tuple[str, ...]
    jurisdiction: frozenset[str]
    evidence: Evidence
    examples: Examples
    burden: Burden | None = None
    when: Test | None = None
    modifiers: tuple[Modifier, ...] = ()
    unchecked_without: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    do_not_stop: str | None = None
    authored_by: str = "medrisk"
    checked_by: str | None = None


@dataclass(frozen=True, slots=True)
class RedFlag:
    id: str
    status: str
    name: str
    when: Test
    interruptive: bool
    why: str
    action: tuple[str, ...]
    evidence: Evidence
    examples: Examples


@dataclass(frozen=True, slots=True)
class EffectName:
    id: str
    name: str
    group: str
    lay: str


@dataclass(frozen=True, slots=True)
class SymptomInfo:
    """What the engine needs of a symptom; its words for finding it in text stay with the clinical reader."""

    id: str
    name: str
    explained_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConditionInfo:
    id: str
    name: str
    category: str
    explains: tuple[str, ...]
    note: str
    sources: tuple[SourceRef, ...]


@dataclass(frozen=True, slots=True)
class LabInfo:
    id: str
    name: str
    unit: str
    low: float | None
    high: float | None
    low_effect: str | None
    high_effect: str | None


@dataclass(frozen=True, slots=True)
class LookAlike:
    names: tuple[str, ...]
    sources: tuple[SourceRef, ...] = ()


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """Everything the engine and the notes draw on. ``version`` is a hash of the files it came from.

    ``site_table`` is the hash of a site's own interaction table, whose rules then stand among ``rules``.
    """

    version: str
    classes: Mapping[str, DrugClass]
    rules: Mapping[str, Rule]
    red_flags: tuple[RedFlag, ...]
    sources: Mapping[str, Source]
    effects: Mapping[str, EffectName]
    symptoms: Mapping[str, SymptomInfo]
    conditions: Mapping[str, ConditionInfo]
    labs: Mapping[str, LabInfo]
    look_alikes: tuple[LookAlike, ...] = ()
    site_table: str | None = None
    scales: Mapping[str, Scale] = field(default_factory=dict)
    # Kept as plain data for medrisk.core.clinical.build_clinical_terms.
    clinical: Mapping[str, list[dict[str, object]]] = field(default_factory=dict)
