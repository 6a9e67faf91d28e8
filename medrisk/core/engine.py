"""Knowledge compiled to bit masks; medications and patient in, findings out.

Every ingredient that knowledge names has a bit. A patient's drugs are one integer for each route, so that most rules
are dismissed with two ANDs; only a rule all of whose participants are there is looked at drug by drug.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from medrisk.core.conditions import PatientFacts
from medrisk.core.model import Finding, FindingKind, Medication, Patient
from medrisk.core.routes import SYSTEMIC_ROUTES
from medrisk.core.rules import BurdenLevel, DrugClass, Grade, KnowledgeBase, Rule, Selector, Severity, Slot, Test, Tier
from medrisk.core.units import Quantity, convert

# Authorities that a site also follows.
_FOLLOWS = {"FR": {"FR", "EU"}, "EU": {"EU"}, "UK": {"UK"}, "US": {"US"}, "CA": {"CA"}, "AU": {"AU"}}
JURISDICTIONS = tuple(_FOLLOWS)

_TIER_OF_SEVERITY = {
    Severity.CONTRAINDICATED: Tier.URGENT,
    Severity.MAJOR: Tier.REVIEW,
    Severity.MODERATE: Tier.MONITOR,
    Severity.MINOR: Tier.INFO,
}
_KIND_OF_RULE: dict[str, FindingKind] = {
    "dose_cap": "dose_cap", "duplicate": "duplicate", "burden": "burden", "cascade": "cascade",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _CompiledSlot:
    """Ingredient masks by the routes for which they count, and the union of all as a quick test."""

    parts: tuple[tuple[int, frozenset[str]], ...]
    union: int
    slot: Slot


@dataclass(frozen=True, slots=True)
class _CompiledRule:
    rule: Rule
    slots: tuple[_CompiledSlot, ...]
    is_home: bool


@dataclass(frozen=True, slots=True)
class _CompiledClass:
    drug_class: DrugClass
    mask: int
    members: _CompiledSlot


@dataclass(frozen=True, slots=True)
class Findings:
    """What applies to a patient, and what was missing: each lab (or "age", "sex") with the drugs for which it matters."""

    findings: tuple[Finding, ...]
    elsewhere: tuple[Finding, ...]
    asks: dict[str, tuple[str, ...]]
    would_change: dict[tuple[str, tuple[str, ...]], tuple[str, ...]]


class _Present:
    """A patient's drugs as masks, one for each status and route."""

    def __init__(self, bits: dict[str, int], medications: Sequence[Medication]) -> None:
        self.bits = bits
        self.masks: dict[tuple[str, str], int] = defaultdict(int)
        self.union = 0
        self.by_bit: dict[int, list[Medication]] = defaultdict(list)
        # By the identity of compiled slots, which live as long as the engine; the same slot stands in many rules.
        self._filled: dict[int, list[Medication]] = {}
        for medication in medications:
            bit = bits.get(medication.ingredient.name)
            if bit is not None:
                self.masks[medication.status, medication.route] |= 1 << bit
                self.union |= 1 << bit
                self.by_bit[bit].append(medication)

    def filling(self, compiled: _CompiledSlot) -> list[Medication]:
        """The drugs that fill a slot, its dose bound aside."""
        if not compiled.union & self.union:
            return []
        known = self._filled.get(id(compiled))
        if known is None:
            known = self._filled[id(compiled)] = self._look(compiled)
        return known

    def _look(self, compiled: _CompiledSlot) -> list[Medication]:
        status = compiled.slot.status
        found: dict[tuple[str, int], Medication] = {}
        for mask, routes in compiled.parts:
            for (drug_status, route), present in self.masks.items():
                if drug_status == status and route in routes and mask & present:
                    for medication in self._of(mask & present):
                        if medication.status == status and medication.route in routes:
                            found[medication.ingredient.name, medication.line] = medication
        return [found[key] for key in sorted(found)]

    def _of(self, mask: int) -> Iterable[Medication]:
        while mask:
            low = mask & -mask
            yield from self.by_bit[low.bit_length() - 1]
            mask ^= low


class Engine:
    """Compiled knowledge for one jurisdiction. Build once, use for every list."""

    def __init__(self, knowledge: KnowledgeBase, jurisdiction: str = "US") -> None:
        self.knowledge = knowledge
        self.jurisdiction = jurisdiction
        home = _FOLLOWS[jurisdiction] | {"any"}
        self._bits: dict[str, int] = {}
        self._slots: dict[Slot, _CompiledSlot] = {}
        self._by_identity: dict[int, _CompiledSlot] = {}
        self._kept: list[Slot] = []  # keeps what is found by identity alive, so that no identity is given out twice
        self._classes = [
            _CompiledClass(c, self._mask(c.members), self._compile(Slot((Selector(drug_class=c.id),), SYSTEMIC_ROUTES)))
            for c in knowledge.classes.values()
        ]
        self._rules = [
            _CompiledRule(
                rule, tuple(self._compile(slot) for slot in rule.participants), bool(rule.jurisdiction & home)
            )
            for rule in knowledge.rules.values()
        ]
        self._burden_members = {rule.id: self._effect_members(rule) for rule in knowledge.rules.values() if rule.burden}

    def find(self, medications: Sequence[Medication], patient: Patient) -> Findings:
        """Every rule, class and red flag that applies. The order of ``medications`` does not matter."""
        ordered = sorted(medications, key=lambda m: (m.ingredient.name, m.line))
        present = _Present(self._bits, ordered)
        facts = PatientFacts(patient, lambda slot: bool(self._known_filling(present, slot)))
        search = _Search(self, present, facts)
        for compiled in self._rules:
            if all(slot.union & present.union for slot in compiled.slots):
                search.apply(compiled)
        findings = [*search.red_flags(), *search.findings, *self._class_findings(present)]
        return Findings(
            _without_superseded(findings, self.knowledge),
            tuple(search.elsewhere),
            {what: tuple(sorted(drugs)) for what, drugs in sorted(search.asks.items())},
            search.would_change,
        )

    def classes_of(self, ingredient: str, route: str = "unknown") -> list[DrugClass]:
        """The classes an ingredient belongs to when given by this route."""
        bit = self._bits.get(ingredient)
        if bit is None:
            return []
        return [c.drug_class for c in self._classes if c.mask >> bit & 1 and route in c.drug_class.routes]

    def burden_members(self, rule: Rule, present: _Present) -> list[tuple[Medication, DrugClass]]:
        """The drugs that add to a burden, each with the class through which it does."""
        return [
            (medication, drug_class)
            for slot, drug_class in self._burden_members[rule.id]
            for medication in present.filling(slot)
        ]

    def compiled(self, slot: Slot) -> _CompiledSlot:
        """The compiled form of a slot of this knowledge, found by identity: hashing its selectors each time costs more."""
        known = self._by_identity.get(id(slot))
        if known is None:
            known = self._by_identity[id(slot)] = self._compile(slot)
            self._kept.append(slot)
        return known

    def _known_filling(self, present: _Present, slot: Slot) -> list[Medication]:
        """Drugs that fill a slot named in a condition; a dose bound must be known to hold."""
        return [m for m in present.filling(self.compiled(slot)) if slot.dose is None or dose_holds(m, slot) is True]

    def _compile(self, slot: Slot) -> _CompiledSlot:
        known = self._slots.get(slot)
        if known is not None:
            return known
        excluded = self._mask(slot.excluded)
        parts = tuple(
            (mask & ~excluded, routes) for selector in slot.any_of for mask, routes in self._parts(selector, slot)
        )
        union = 0
        for mask, _ in parts:
            union |= mask
        self._slots[slot] = _CompiledSlot(parts, union, slot)
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

    def _effect_members(self, rule: Rule) -> list[tuple[_CompiledSlot, DrugClass]]:
        if rule.burden is None:
            return []
        found = []
        for drug_class, members in self._members_with(rule.burden.effect, rule.burden.floor):
            slot = Slot(tuple(Selector(ingredient=name) for name in members), drug_class.routes)
            found.append((self._compile(slot), drug_class))
        return found

    def _class_findings(self, present: _Present) -> list[Finding]:
        found = []
        for compiled in self._classes:
            drug_class = compiled.drug_class
            if drug_class.role == "grouping" or not compiled.mask & present.union:
                continue
            members = tuple(present.filling(compiled.members))
            if members:
                found.append(Finding("drug_class", drug_class.id, members, Tier.INFO))
        return found

    def _mask(self, names: Iterable[str]) -> int:
        mask = 0
        for name in names:
            mask |= 1 << self._bits.setdefault(name, len(self._bits))
        return mask


class _Search:
    """One pass over the rules for one patient."""

    def __init__(self, engine: Engine, present: _Present, facts: PatientFacts) -> None:
        self._engine = engine
        self._present = present
        self._facts = facts
        self.findings: list[Finding] = []
        self.elsewhere: list[Finding] = []
        self.asks: dict[str, set[str]] = defaultdict(set)
        self.would_change: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def apply(self, compiled: _CompiledRule) -> None:
        rule = compiled.rule
        when = True if rule.when is None else self._facts.holds(rule.when)
        if when is False:
            return
        if rule.kind == "burden":
            self._apply_burden(compiled)
            return
        for drugs, unknown_dose in self._participants(compiled):
            missing = (["dose"] if unknown_dose else []) + (
                sorted(self._facts.unknowns(rule.when)) if rule.when and when is None else []
            )
            if when is None:
                self._ask(compiled, missing, drugs)
            if missing and not set(missing) & set(rule.unchecked_without):
                continue
            if when is None and not missing:
                continue
            self._add(compiled, drugs, rule.severity, rule.interruptive, None, tuple(missing))

    def red_flags(self) -> list[Finding]:
        """Red flags come first and are never set aside."""
        found = []
        for flag in self._engine.knowledge.red_flags:
            if self._facts.holds(flag.when) is True:
                drugs = self._drugs_in(flag.when)
                found.append(
                    Finding("red_flag", flag.id, tuple(drugs), Tier.URGENT, None, flag.interruptive, (flag.why,))
                )
        return found

    def _drugs_in(self, test: Test) -> list[Medication]:
        """The drugs by which a condition holds."""
        if test.kind == "drug" and test.slot is not None:
            return self._present.filling(self._engine.compiled(test.slot))
        if test.kind in {"all", "any"}:
            found = [m for part in test.parts if self._facts.holds(part) for m in self._drugs_in(part)]
            return list({(m.ingredient.name, m.line): m for m in found}.values())
        return []

    def _participants(self, compiled: _CompiledRule) -> list[tuple[tuple[Medication, ...], bool]]:
        """Each set of drugs that a rule is about, with whether a dose it turns on is unknown."""
        fillings = [self._bounded(slot) for slot in compiled.slots]
        if not all(fillings):
            return []
        if compiled.rule.kind == "duplicate":
            return _duplicates(fillings[0])
        if len(fillings) == 1:
            return _each_ingredient(fillings[0]) if compiled.rule.kind == "dose_cap" else _all_of_them(fillings[0])
        if compiled.rule.kind == "cascade":
            return _cascades(fillings[0], fillings[1])
        if len(fillings) == 2:
            return _pairs(fillings[0], fillings[1])
        return _together(fillings)

    def _bounded(self, compiled: _CompiledSlot) -> list[tuple[Medication, bool]]:
        """Drugs of a slot whose dose is within its bound (False) or not known (True)."""
        found = []
        drugs = self._present.filling(compiled)
        for medication in drugs:
            holds = _total_dose_holds(medication, drugs, compiled.slot)
            if holds is not False:
                found.append((medication, holds is None))
        return found

    def _apply_burden(self, compiled: _CompiledRule) -> None:
        rule = compiled.rule
        if rule.burden is None:
            return
        members = self._engine.burden_members(rule, self._present)
        drugs = tuple({(m.ingredient.name, m.line): m for m, _ in members}.values())
        if len({m.line for m in drugs}) < 2:
            return
        count = min(len({c.id for _, c in members}), len({m.ingredient.name for m in drugs}))
        reached = [level for level in rule.burden.levels if count >= level.mechanisms]
        if reached:
            level: BurdenLevel = reached[-1]
            mechanisms = tuple(sorted({(m.ingredient.name, c.name) for m, c in members}))
            self._add(
                compiled,
                tuple(sorted(drugs, key=lambda m: (m.ingredient.name, m.line))),
                level.severity,
                level.interruptive,
                level.tier,
                (),
                mechanisms,
            )

    def _add(
        self,
        compiled: _CompiledRule,
        drugs: tuple[Medication, ...],
        severity: Severity | None,
        interruptive: bool,
        tier: Tier | None,
        missing: tuple[str, ...],
        mechanisms: tuple[tuple[str, str], ...] = (),
    ) -> None:
        rule, why, open_modifiers = compiled.rule, [], []
        reached = (severity, interruptive, tier)
        for modifier in rule.modifiers:
            holds = self._facts.holds(modifier.when)
            if holds is None:
                open_modifiers.append(modifier.why)
                self._ask(compiled, self._facts.unknowns(modifier.when), drugs)
            elif holds:
                why.append(modifier.why)
                severity = modifier.severity or severity
                interruptive = interruptive if modifier.interruptive is None else modifier.interruptive
                tier = modifier.tier or (_TIER_OF_SEVERITY[modifier.severity] if modifier.severity else tier)
        if rule.kind == "burden":
            severity, interruptive, tier = _higher(reached, (severity, interruptive, tier))
        found = Finding(
            _KIND_OF_RULE.get(rule.kind, "interaction"), rule.id, drugs,
            tier or (_TIER_OF_SEVERITY[severity] if severity else Tier.MONITOR),
            severity, interruptive, tuple(why), missing, rule.jurisdiction, mechanisms,
        )  # fmt: skip
        self.would_change[rule.id, tuple(m.ingredient.name for m in drugs)] = tuple(open_modifiers)
        (self.findings if compiled.is_home else self.elsewhere).append(found)

    def _ask(self, compiled: _CompiledRule, missing: Iterable[str], drugs: Iterable[Medication]) -> None:
        if compiled.is_home:
            for what in set(missing) - {"dose"}:
                self.asks[what].update(m.ingredient.name for m in drugs)


Ranking = tuple[Severity | None, bool, Tier | None]


def _higher(level: Ranking, modified: Ranking) -> Ranking:
    """A modifier never lowers what the number of mechanisms has reached."""
    severity = max(level[0], modified[0], key=lambda s: s.rank if s else 0)
    tier = max(level[2], modified[2], key=lambda t: t.rank if t else 0)
    return severity, level[1] or modified[1], tier


Filled = list[tuple[Medication, bool]]
Participants = list[tuple[tuple[Medication, ...], bool]]


def _each_ingredient(filled: Filled) -> Participants:
    """One finding for each ingredient, however many lines it stands on."""
    by_name: dict[str, Filled] = defaultdict(list)
    for medication, unknown in filled:
        by_name[medication.ingredient.name].append((medication, unknown))
    return [(tuple(m for m, _ in group), all(unknown for _, unknown in group)) for group in by_name.values()]


def _all_of_them(filled: Filled) -> Participants:
    """A patient's condition concerns every drug of a rule at once: one finding with all of them."""
    certain = [m for m, unknown in filled if not unknown]
    return [(tuple(certain or [m for m, _ in filled]), not certain)]


def _pairs(first: Filled, second: Filled) -> Participants:
    """Pairs of two drugs that are not one product, each pair once; a known dose goes before an unknown one."""
    found: dict[frozenset[str], tuple[tuple[Medication, ...], bool]] = {}
    for (a, unknown_a), (b, unknown_b) in product(first, second):
        if a.ingredient.name == b.ingredient.name or a.line == b.line:
            continue
        key = frozenset((a.ingredient.name, b.ingredient.name))
        unknown = unknown_a or unknown_b
        if key not in found or (found[key][1] and not unknown):
            found[key] = ((a, b), unknown)
    return list(found.values())


def _cascades(promoters: Filled, treatments: Filled) -> Participants:
    """One finding for each treatment, with every promoter that it may have been given for."""
    found: dict[str, dict[tuple[str, int], Medication]] = {}
    for (a, b), _ in _pairs(promoters, treatments):
        drugs = found.setdefault(b.ingredient.name, {})
        drugs[a.ingredient.name, a.line] = a
        drugs[b.ingredient.name, b.line] = b
    return [(tuple(drugs[key] for key in sorted(drugs)), False) for _, drugs in sorted(found.items())]


def _together(fillings: list[Filled]) -> Participants:
    """A rule of three or more drugs: one finding with every drug that takes part in it."""
    known = [combination for combination in product(*fillings) if _are_distinct(combination)]
    if not known:
        return []
    certain = [c for c in known if not any(unknown for _, unknown in c)]
    chosen = certain or known
    drugs = {(m.ingredient.name, m.line): m for combination in chosen for m, _ in combination}
    return [(tuple(drugs[key] for key in sorted(drugs)), not certain)]


def _are_distinct(combination: tuple[tuple[Medication, bool], ...]) -> bool:
    names = {m.ingredient.name for m, _ in combination}
    lines = {m.line for m, _ in combination}
    return len(names) == len(combination) and len(lines) > 1


def _duplicates(filled: Filled) -> Participants:
    """Different ingredients of one class on different lines."""
    has_two = any(
        a.ingredient.name != b.ingredient.name and a.line != b.line for (a, _), (b, _) in combinations(filled, 2)
    )
    return [(tuple(m for m, _ in filled), False)] if has_two else []


def dose_holds(medication: Medication, slot: Slot) -> bool | None:
    """Whether one drug's daily dose is within the slot's bound; None when the dose is not known."""
    return _total_dose_holds(medication, [medication], slot)


def _total_dose_holds(medication: Medication, drugs: Sequence[Medication], slot: Slot) -> bool | None:
    if slot.dose is None:
        return True
    same = [m for m in drugs if m.ingredient.name == medication.ingredient.name]
    amounts = [_in_unit(m, slot.dose.amount.unit) for m in same]
    known = [amount for amount in amounts if amount is not None]
    total, bound = sum(known), slot.dose.amount.value
    if slot.dose.op == "under":
        return None if len(known) < len(amounts) else total < bound
    exceeds = total > bound + 1e-9 if slot.dose.op == "over" else total >= bound - 1e-9
    if exceeds:
        return True
    return None if len(known) < len(amounts) else False


def _in_unit(medication: Medication, unit: str) -> float | None:
    if medication.daily_dose is None:
        return None
    converted: Quantity | None = convert(medication.daily_dose.amount, unit)
    return None if converted is None else converted.upper


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
