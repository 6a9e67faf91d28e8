"""One pass over rules for one patient: which of them apply, to which drugs, and what was missing to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from medrisk.core.compiled import CompiledSlot, Present
from medrisk.core.conditions import PatientFacts
from medrisk.core.model import Finding, FindingKind, Medication
from medrisk.core.participants import (
    all_of_them,
    cascades,
    duplicates,
    each_ingredient,
    pairs,
    together,
    total_dose_holds,
)
from medrisk.core.rules import BurdenLevel, DrugClass, RedFlag, Rule, Severity, Slot, Test, Tier

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
class CompiledRule:
    """A rule, the slots of its participants, and whether it holds in this jurisdiction."""

    rule: Rule
    slots: tuple[CompiledSlot, ...]
    is_home: bool


class Compiled(Protocol):
    """What a search asks of the engine."""

    def compiled(self, slot: Slot) -> CompiledSlot:
        """The compiled form of a slot."""

    def burden_members(self, rule: Rule, present: Present) -> list[tuple[Medication, DrugClass]]:
        """The drugs that add to a burden, each with the class through which it does."""


class Search:
    """One pass over the rules for one patient."""

    def __init__(self, engine: Compiled, present: Present, facts: PatientFacts) -> None:
        self._engine = engine
        self._present = present
        self._facts = facts
        self.findings: list[Finding] = []
        self.elsewhere: list[Finding] = []
        self.asks: dict[str, set[str]] = defaultdict(set)
        self.would_change: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def apply(self, compiled: CompiledRule) -> None:
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

    def red_flags(self, flags: Iterable[RedFlag]) -> list[Finding]:
        """Red flags come first and are never set aside."""
        found = []
        for flag in flags:
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

    def _participants(self, compiled: CompiledRule) -> list[tuple[tuple[Medication, ...], bool]]:
        """Each set of drugs that a rule is about, with whether a dose it turns on is unknown."""
        fillings = [self._bounded(slot) for slot in compiled.slots]
        if not all(fillings):
            return []
        if compiled.rule.kind == "duplicate":
            return duplicates(fillings[0])
        if len(fillings) == 1:
            return each_ingredient(fillings[0]) if compiled.rule.kind == "dose_cap" else all_of_them(fillings[0])
        if compiled.rule.kind == "cascade":
            return cascades(fillings[0], fillings[1])
        if len(fillings) == 2:
            return pairs(fillings[0], fillings[1])
        return together(fillings)

    def _bounded(self, compiled: CompiledSlot) -> list[tuple[Medication, bool]]:
        """Drugs of a slot whose dose is within its bound (False) or not known (True)."""
        drugs = self._present.filling(compiled)
        if compiled.slot.dose is None:
            return [(medication, False) for medication in drugs]
        found = []
        for medication in drugs:
            holds = total_dose_holds(medication, drugs, compiled.slot)
            if holds is not False:
                found.append((medication, holds is None))
        return found

    def _apply_burden(self, compiled: CompiledRule) -> None:
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
        compiled: CompiledRule,
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

    def _ask(self, compiled: CompiledRule, missing: Iterable[str], drugs: Iterable[Medication]) -> None:
        if compiled.is_home:
            for what in set(missing) - {"dose"}:
                self.asks[what].update(m.ingredient.name for m in drugs)


Ranking = tuple[Severity | None, bool, Tier | None]


def _higher(level: Ranking, modified: Ranking) -> Ranking:
    """A modifier never lowers the severity and tier that the number of mechanisms has reached; it may keep from interrupting."""
    severity = max(level[0], modified[0], key=lambda s: s.rank if s else 0)
    tier = max(level[2], modified[2], key=lambda t: t.rank if t else 0)
    return severity, modified[1], tier
