"""Knowledge compiled to bit masks; medications and patient in, findings out.

Every ingredient that knowledge names has a bit, and a patient's drugs are one integer. Rules are filed by the drugs of
their rarest participant; of those that a patient's drugs pick, most are dismissed with an AND for each participant, and
only a rule all of whose participants are there is looked at drug by drug.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from medrisk.core.compiled import CompiledSlot, Present, bits_of
from medrisk.core.conditions import PatientFacts, ids_needed
from medrisk.core.model import Finding, Medication, Patient
from medrisk.core.participants import dose_holds
from medrisk.core.routes import SYSTEMIC_ROUTES
from medrisk.core.rules import (
    DrugClass,
    Grade,
    KnowledgeBase,
    RedFlag,
    Rule,
    Selector,
    Slot,
    Tier,
    drug_slots,
)
from medrisk.core.search import CompiledRule, Search

# Authorities that a site also follows.
_FOLLOWS = {"FR": {"FR", "EU"}, "EU": {"EU"}, "UK": {"UK"}, "US": {"US"}, "CA": {"CA"}, "AU": {"AU"}}
JURISDICTIONS = tuple(_FOLLOWS)
# What can apply to a patient by itself.
Subject = DrugClass | Rule | RedFlag


@dataclass(frozen=True, slots=True)
class _CompiledClass:
    drug_class: DrugClass
    members: CompiledSlot


@dataclass(frozen=True, slots=True)
class Findings:
    """What applies to a patient, and what was missing: each lab (or "age", "sex") with the drugs for which it matters."""

    findings: tuple[Finding, ...]
    elsewhere: tuple[Finding, ...]
    asks: dict[str, tuple[str, ...]]
    would_change: dict[tuple[str, tuple[str, ...]], tuple[str, ...]]


class Engine:
    """Compiled knowledge for one jurisdiction. Build once, use for every list."""

    def __init__(self, knowledge: KnowledgeBase, jurisdiction: str = "US") -> None:
        self.knowledge = knowledge
        self.jurisdiction = jurisdiction
        home = _FOLLOWS[jurisdiction] | {"any"}
        self._bits: dict[str, int] = {}
        self._slots: dict[Slot, CompiledSlot] = {}
        self._by_identity: dict[int, CompiledSlot] = {}
        self._kept: list[Slot] = []  # keeps what is found by identity alive, so that no identity is given out twice
        self._classes = [
            _CompiledClass(c, self._compile(Slot((Selector(drug_class=c.id),), SYSTEMIC_ROUTES)))
            for c in knowledge.classes.values()
        ]
        # Where to look for the few classes and rules that a patient's drugs can touch, among hundreds.
        self._classes_by_bit = _by_bit(c.members.union for c in self._classes)
        self._class_numbers = {c.drug_class.id: number for number, c in enumerate(self._classes)}
        self._rules = [
            CompiledRule(rule, tuple(self._compile(slot) for slot in rule.participants), bool(rule.jurisdiction & home))
            for rule in knowledge.rules.values()
        ]
        self._rule_numbers = {r.rule.id: number for number, r in enumerate(self._rules)}
        self._rules_by_bit = _by_bit(_rarest(compiled.slots) for compiled in self._rules)
        self._rules_of_all = [number for number, compiled in enumerate(self._rules) if not compiled.slots]
        self._red_flags = [(flag, ids_needed(flag.when)) for flag in knowledge.red_flags]
        self._burden_members = {rule.id: self._effect_members(rule) for rule in knowledge.rules.values() if rule.burden}

    def find(self, medications: Sequence[Medication], patient: Patient) -> Findings:
        """Every rule, class and red flag that applies. The order of ``medications`` does not matter."""
        ordered = sorted(medications, key=lambda m: (m.ingredient.name, m.line))
        present = Present(self._bits, ordered)
        facts = PatientFacts(patient, lambda slot: bool(self._known_filling(present, slot)))
        search = Search(self, present, facts)
        for number in sorted({*self._rules_of_all, *present.pick(self._rules_by_bit)}):
            compiled = self._rules[number]
            for slot in compiled.slots:
                if not slot.union & present.union:
                    break
            else:
                search.apply(compiled)
        flags = search.red_flags(self.red_flags_of(facts))
        findings = [*flags, *search.findings, *self._class_findings(present)]
        return Findings(
            _without_superseded(findings, self.knowledge),
            tuple(search.elsewhere),
            {what: tuple(sorted(drugs)) for what, drugs in sorted(search.asks.items())},
            search.would_change,
        )

    def find_one(self, subject: Subject, medications: Sequence[Medication], patient: Patient) -> Findings:
        """What one class, rule or red flag finds by itself. Which finding takes another's place is left to the caller."""
        ordered = sorted(medications, key=lambda m: (m.ingredient.name, m.line))
        present = Present(self._bits, ordered)
        search = Search(self, present, PatientFacts(patient, lambda slot: bool(self._known_filling(present, slot))))
        if isinstance(subject, DrugClass):
            found = self._class_findings_of(present, [self._class_numbers[subject.id]])
            return Findings(tuple(found), (), {}, {})
        if isinstance(subject, RedFlag):
            return Findings(tuple(search.red_flags([subject])), (), {}, {})
        compiled = self._rules[self._rule_numbers[subject.id]]
        if all(slot.union & present.union for slot in compiled.slots):
            search.apply(compiled)
        return Findings(tuple(search.findings), tuple(search.elsewhere), {}, search.would_change)

    def slots_of(self, subject: Subject) -> tuple[tuple[CompiledSlot, ...], tuple[CompiledSlot, ...]]:
        """The slots that must all be filled before a class, rule or red flag can apply, and all that it looks at."""
        if isinstance(subject, DrugClass):
            members = self._classes[self._class_numbers[subject.id]].members
            return (members,), (members,)
        if isinstance(subject, RedFlag):
            return (), tuple(self.compiled(slot) for slot in drug_slots(subject.when))
        compiled = self._rules[self._rule_numbers[subject.id]]
        tests = [test for test in (subject.when, *(m.when for m in subject.modifiers)) if test is not None]
        named = tuple(self.compiled(slot) for test in tests for slot in drug_slots(test))
        burden = tuple(slot for slot, _ in self._burden_members.get(subject.id, ()))
        return compiled.slots, (*compiled.slots, *burden, *named)

    def bit_of(self, ingredient: str) -> int | None:
        """The number by which slots know an ingredient; None for one that no class or rule names."""
        return self._bits.get(ingredient)

    def classes_of(self, ingredient: str, route: str = "unknown") -> list[DrugClass]:
        """The classes an ingredient belongs to when given by this route."""
        bit = self._bits.get(ingredient)
        if bit is None:
            return []
        found = (self._classes[number].drug_class for number in self._classes_by_bit.get(bit, ()))
        return [drug_class for drug_class in found if route in drug_class.routes]

    def red_flags_of(self, facts: PatientFacts) -> list[RedFlag]:
        """The red flags that what is said of the patient can raise."""
        named = facts.named
        return [flag for flag, needed in self._red_flags if needed is None or not needed.isdisjoint(named)]

    def burden_members(self, rule: Rule, present: Present) -> list[tuple[Medication, DrugClass]]:
        """The drugs that add to a burden, each with the class through which it does."""
        return [
            (medication, drug_class)
            for slot, drug_class in self._burden_members[rule.id]
            if slot.union & present.union
            for medication in present.filling(slot)
        ]

    def compiled(self, slot: Slot) -> CompiledSlot:
        """The compiled form of a slot of this knowledge, found by identity: hashing its selectors each time costs more."""
        known = self._by_identity.get(id(slot))
        if known is None:
            known = self._by_identity[id(slot)] = self._compile(slot)
            self._kept.append(slot)
        return known

    def _known_filling(self, present: Present, slot: Slot) -> list[Medication]:
        """Drugs that fill a slot named in a condition; a dose bound must be known to hold."""
        return [m for m in present.filling(self.compiled(slot)) if slot.dose is None or dose_holds(m, slot) is True]

    def _compile(self, slot: Slot) -> CompiledSlot:
        known = self._slots.get(slot)
        if known is not None:
            return known
        excluded = self._mask(slot.excluded)
        by_routes: dict[frozenset[str], int] = defaultdict(int)
        for selector in slot.any_of:
            for mask, routes in self._parts(selector, slot):
                by_routes[routes] |= mask & ~excluded
        union = 0
        for mask in by_routes.values():
            union |= mask
        self._slots[slot] = CompiledSlot(tuple((mask, routes) for routes, mask in by_routes.items()), union, slot)
        return self._slots[slot]

    def _parts(self, selector: Selector, slot: Slot) -> list[tuple[int, frozenset[str]]]:
        """A class counts by its own routes (inhalers among them) unless the rule names routes of its own."""
        if selector.ingredient is not None:
            return [(self._mask((selector.ingredient,)), slot.routes)]
        by_class = slot.routes == SYSTEMIC_ROUTES
        if selector.drug_class is not None:
            drug_class = self.knowledge.classes[selector.drug_class]
            return [(self._mask(drug_class.members), drug_class.routes if by_class else slot.routes)]
        return [
            (self._mask(members), drug_class.routes if by_class else slot.routes)
            for drug_class, members in self._members_with(selector.effect or "", selector.grade)
        ]

    def _members_with(self, effect: str, floor: Grade) -> list[tuple[DrugClass, tuple[str, ...]]]:
        found = []
        for drug_class in self.knowledge.classes.values():
            members = tuple(
                name for name in drug_class.members
                if any(e.effect == effect and e.grade.rank >= floor.rank for e in drug_class.effects_of(name))
            )  # fmt: skip
            if members:
                found.append((drug_class, members))
        return found

    def _effect_members(self, rule: Rule) -> list[tuple[CompiledSlot, DrugClass]]:
        if rule.burden is None:
            return []
        found = []
        for drug_class, members in self._members_with(rule.burden.effect, rule.burden.floor):
            slot = Slot(tuple(Selector(ingredient=name) for name in members), drug_class.routes)
            found.append((self._compile(slot), drug_class))
        return found

    def _class_findings(self, present: Present) -> list[Finding]:
        return self._class_findings_of(present, sorted(present.pick(self._classes_by_bit)))

    def _class_findings_of(self, present: Present, numbers: Iterable[int]) -> list[Finding]:
        found = []
        for number in numbers:
            compiled = self._classes[number]
            drug_class = compiled.drug_class
            members = () if drug_class.role == "grouping" else tuple(present.filling(compiled.members))
            if members:
                found.append(Finding("drug_class", drug_class.id, members, Tier.INFO))
        return found

    def _mask(self, names: Iterable[str]) -> int:
        mask = 0
        for name in names:
            mask |= 1 << self._bits.setdefault(name, len(self._bits))
        return mask


def _rarest(slots: Sequence[CompiledSlot]) -> int:
    """The mask of the slot that the fewest drugs fill; 0 without slots."""
    return min((slot.union for slot in slots), key=int.bit_count, default=0)


def _by_bit(masks: Iterable[int]) -> dict[int, list[int]]:
    """For each bit, the numbers of the masks that have it."""
    found: dict[int, list[int]] = defaultdict(list)
    for number, mask in enumerate(masks):
        for bit in bits_of(mask):
            found[bit].append(number)
    return dict(found)


def _without_superseded(findings: Sequence[Finding], knowledge: KnowledgeBase) -> tuple[Finding, ...]:
    """Fold a finding into one of a rule that says it takes its place, when that one is decided and about all its drugs."""
    taken: dict[str, list[frozenset[str]]] = defaultdict(list)
    for finding in findings:
        rule = knowledge.rules.get(finding.rule)
        if rule is not None and not finding.unchecked:
            for other in rule.supersedes:
                taken[other].append(_drug_names(finding))
    return tuple(f for f in findings if not any(_drug_names(f) <= names for names in taken.get(f.rule, ())))


def _drug_names(finding: Finding) -> frozenset[str]:
    return frozenset(m.ingredient.name for m in finding.medications)
