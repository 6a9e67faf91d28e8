"""The engine again, slow and obvious: loops over rules and sets of drugs, nothing compiled, nothing remembered.

It says what the rules mean. The real engine must find the same on every list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

from medrisk.core.conditions import PatientFacts
from medrisk.core.model import Medication, Patient
from medrisk.core.routes import SYSTEMIC_ROUTES
from medrisk.core.rules import DrugClass, KnowledgeBase, Modifier, Rule, Selector, Severity, Slot, Tier
from medrisk.core.units import convert

AUTHORITIES = {"FR": {"FR", "EU"}, "EU": {"EU"}, "UK": {"UK"}, "US": {"US"}, "CA": {"CA"}, "AU": {"AU"}}
TIERS = {"contraindicated": Tier.URGENT, "major": Tier.REVIEW, "moderate": Tier.MONITOR, "minor": Tier.INFO}


class Seen(NamedTuple):
    """What matters of a finding."""

    rule: str
    drugs: frozenset[str]
    severity: Severity | None
    tier: Tier
    interruptive: bool
    unchecked: tuple[str, ...]


class Answer(NamedTuple):
    home: set[Seen]
    elsewhere: set[Seen]
    asks: dict[str, set[str]]


class Group(NamedTuple):
    """Drugs that a rule is about, with whether a dose it turns on is not known."""

    drugs: list[Medication]
    is_dose_unknown: bool


def reference_find(
    knowledge: KnowledgeBase, jurisdiction: str, medications: Sequence[Medication], patient: Patient
) -> Answer:
    """All that applies, by the words of the knowledge guide."""
    facts = PatientFacts(patient, lambda slot: bool(_certain(knowledge, slot, medications)))
    answer = Answer(set(), set(), {})
    for rule in knowledge.rules.values():
        is_home = bool(rule.jurisdiction & (AUTHORITIES[jurisdiction] | {"any"}))
        for group in _groups(knowledge, rule, medications):
            seen = _judge(rule, group, facts, answer.asks if is_home else {}, knowledge, medications)
            if seen is not None:
                (answer.home if is_home else answer.elsewhere).add(seen)
    for flag in knowledge.red_flags:
        if facts.holds(flag.when) is True:
            answer.home.add(Seen(flag.id, frozenset(), None, Tier.URGENT, flag.interruptive, ()))
    for drug_class in knowledge.classes.values():
        members = _of_class(drug_class, drug_class.members, medications)
        if members and drug_class.role != "grouping":
            answer.home.add(Seen(drug_class.id, _names(members), None, Tier.INFO, False, ()))
    return answer._replace(home=_without_superseded(knowledge, answer.home))


# Which drugs fill a slot


def _fills(knowledge: KnowledgeBase, slot: Slot, medication: Medication) -> bool:
    name = medication.ingredient.name
    if medication.status != slot.status or name in slot.excluded:
        return False
    return any(_names_it(knowledge, selector, slot, medication) for selector in slot.any_of)


def _names_it(knowledge: KnowledgeBase, selector: Selector, slot: Slot, medication: Medication) -> bool:
    name = medication.ingredient.name
    if selector.ingredient is not None:
        return name == selector.ingredient and medication.route in slot.routes
    if selector.drug_class is not None:
        return _is_of(knowledge.classes[selector.drug_class], slot, medication)
    return any(
        any(e.effect == selector.effect and e.grade.rank >= selector.grade.rank for e in drug_class.effects_of(name))
        for drug_class in knowledge.classes.values()
        if _is_of(drug_class, slot, medication)
    )


def _is_of(drug_class: DrugClass, slot: Slot, medication: Medication) -> bool:
    """Whether a drug is a member of a class, by a route that the slot means."""
    routes = drug_class.routes if slot.routes == SYSTEMIC_ROUTES else slot.routes
    return medication.route in routes and medication.ingredient.name in drug_class.members


def _filling(knowledge: KnowledgeBase, slot: Slot, medications: Sequence[Medication]) -> list[tuple[Medication, bool]]:
    """The drugs of a slot that its dose bound does not rule out, each with whether its dose is not known."""
    drugs = [m for m in medications if _fills(knowledge, slot, m)]
    judged = [(m, _dose_holds(slot, [d for d in drugs if d.ingredient == m.ingredient])) for m in drugs]
    return [(m, holds is None) for m, holds in judged if holds is not False]


def _certain(knowledge: KnowledgeBase, slot: Slot, medications: Sequence[Medication]) -> list[Medication]:
    """For a condition: each drug by itself, its dose known to hold."""
    return [m for m in medications if _fills(knowledge, slot, m) and _dose_holds(slot, [m]) is True]


def _dose_holds(slot: Slot, same: Sequence[Medication]) -> bool | None:
    """Whether the amount of one ingredient over all its lines is within the bound; None when that is not known."""
    if slot.dose is None:
        return True
    amounts = [None if m.daily_dose is None else convert(m.daily_dose.amount, slot.dose.amount.unit) for m in same]
    known = [amount.upper for amount in amounts if amount is not None]
    total, bound, all_known = sum(known), slot.dose.amount.value, len(known) == len(amounts)
    if slot.dose.op == "under":
        return total < bound if all_known else None
    reached = total > bound + 1e-9 if slot.dose.op == "over" else total >= bound - 1e-9
    return True if reached else (False if all_known else None)


def _of_class(drug_class: DrugClass, members: Iterable[str], medications: Sequence[Medication]) -> list[Medication]:
    return [m for m in medications if m.status == "active" and m.ingredient.name in members and m.route in drug_class.routes]


# Which sets of drugs a rule is about


def _groups(knowledge: KnowledgeBase, rule: Rule, medications: Sequence[Medication]) -> list[Group]:
    if rule.kind == "burden":
        drugs = [m for m, _ in _burden_members(knowledge, rule, medications)]
        return [Group(drugs, False)] if len({m.line for m in drugs}) >= 2 else []
    filled = [_filling(knowledge, slot, medications) for slot in rule.participants]
    if not all(filled):
        return []
    if rule.kind == "duplicate":
        drugs = [m for m, _ in filled[0]]
        return [Group(drugs, False)] if any(_are_two(a, b) for a in drugs for b in drugs) else []
    if len(filled) == 1 and rule.kind == "dose_cap":
        return [_chosen([[d] for d in filled[0] if d[0].ingredient.name == name]) for name in {m.ingredient.name for m, _ in filled[0]}]
    if len(filled) == 1:
        return [_chosen([[drug] for drug in filled[0]])]
    combinations = [list(c) for c in product(*filled) if _are_apart([m for m, _ in c])]
    return _grouped(rule, combinations)


def _grouped(rule: Rule, combinations: list[list[tuple[Medication, bool]]]) -> list[Group]:
    """Pairs one by one; cascades by the second drug; three drugs or more all together."""
    together: dict[object, list[list[tuple[Medication, bool]]]] = {}
    for combination in combinations:
        names = [m.ingredient.name for m, _ in combination]
        key = names[1] if rule.kind == "cascade" else frozenset(names) if len(names) == 2 else "all"
        together.setdefault(key, []).append(combination)
    groups = [_chosen(found) for found in together.values()]
    return [Group(group.drugs, False) for group in groups] if rule.kind == "cascade" else groups


def _chosen(combinations: list[list[tuple[Medication, bool]]]) -> Group:
    """Combinations whose doses are known go before those where one is not."""
    certain = [c for c in combinations if not any(unknown for _, unknown in c)]
    return Group([m for c in certain or combinations for m, _ in c], not certain)


def _are_two(a: Medication, b: Medication) -> bool:
    return a.ingredient.name != b.ingredient.name and a.line != b.line


def _are_apart(drugs: Sequence[Medication]) -> bool:
    """Different ingredients, and not all from one product."""
    return len({m.ingredient.name for m in drugs}) == len(drugs) and len({m.line for m in drugs}) > 1


def _burden_members(
    knowledge: KnowledgeBase, rule: Rule, medications: Sequence[Medication]
) -> list[tuple[Medication, DrugClass]]:
    burden = rule.burden
    assert burden is not None
    return [
        (medication, drug_class)
        for drug_class in knowledge.classes.values()
        for medication in _of_class(drug_class, drug_class.members, medications)
        if any(
            e.effect == burden.effect and e.grade.rank >= burden.floor.rank
            for e in drug_class.effects_of(medication.ingredient.name)
        )
    ]


# What is made of it


def _judge(
    rule: Rule, group: Group, facts: PatientFacts, asks: dict[str, set[str]], knowledge: KnowledgeBase, medications: Sequence[Medication]
) -> Seen | None:
    """One rule on one group of drugs; what is missing is asked for on the way."""
    holds = True if rule.when is None else facts.holds(rule.when)
    if holds is False:
        return None
    missing = facts.unknowns(rule.when) if rule.when is not None and holds is None else set()
    _ask(asks, missing, group.drugs)
    if group.is_dose_unknown:
        missing = missing | {"dose"}
    if (missing or holds is None) and not missing & set(rule.unchecked_without):
        return None
    start = (rule.severity, rule.interruptive, None)
    if rule.kind == "burden":
        level = _level(knowledge, rule, medications)
        if level is None:
            return None
        start = level
    severity, interruptive, tier = _modified(rule.modifiers, facts, start, asks, group.drugs)
    if rule.kind == "burden":
        severity = max(severity, start[0], key=lambda s: s.rank if s else 0)
        tier = max(tier, start[2], key=lambda t: t.rank if t else 0)
        interruptive = interruptive or start[1]
    tier = tier or (TIERS[severity.value] if severity else Tier.MONITOR)
    ordered = (("dose",) if group.is_dose_unknown else ()) + tuple(sorted(missing - {"dose"}))
    return Seen(rule.id, _names(group.drugs), severity, tier, interruptive, ordered)


def _level(knowledge: KnowledgeBase, rule: Rule, medications: Sequence[Medication]) -> tuple[Severity | None, bool, Tier | None] | None:
    members = _burden_members(knowledge, rule, medications)
    count = min(len({c.id for _, c in members}), len({m.ingredient.name for m, _ in members}))
    assert rule.burden is not None
    reached = [level for level in rule.burden.levels if level.mechanisms <= count]
    return (reached[-1].severity, reached[-1].interruptive, reached[-1].tier) if reached else None


def _modified(
    modifiers: Sequence[Modifier], facts: PatientFacts, start: tuple[Severity | None, bool, Tier | None],
    asks: dict[str, set[str]], drugs: Sequence[Medication],
) -> tuple[Severity | None, bool, Tier | None]:  # fmt: skip
    severity, interruptive, tier = start
    for modifier in modifiers:
        holds = facts.holds(modifier.when)
        if holds is None:
            _ask(asks, facts.unknowns(modifier.when), drugs)
        if holds:
            if modifier.severity is not None:
                severity, tier = modifier.severity, TIERS[modifier.severity.value]
            if modifier.tier is not None:
                tier = modifier.tier
            if modifier.interruptive is not None:
                interruptive = modifier.interruptive
    return severity, interruptive, tier


def _ask(asks: dict[str, set[str]], missing: Iterable[str], drugs: Sequence[Medication]) -> None:
    for what in missing:
        asks.setdefault(what, set()).update(m.ingredient.name for m in drugs)


def _without_superseded(knowledge: KnowledgeBase, home: set[Seen]) -> set[Seen]:
    def is_folded(seen: Seen) -> bool:
        return any(
            seen.rule in knowledge.rules[other.rule].supersedes and seen.drugs <= other.drugs
            for other in home
            if other.rule in knowledge.rules and not other.unchecked
        )

    return {seen for seen in home if not is_folded(seen)}


def _names(drugs: Iterable[Medication]) -> frozenset[str]:
    return frozenset(m.ingredient.name for m in drugs)
