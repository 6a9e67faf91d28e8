"""Which drugs take part in a rule: each set of them, with whether a dose it turns on is unknown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations, product

from medrisk.core.model import Medication
from medrisk.core.rules import Slot
from medrisk.core.units import Quantity, convert

Filled = list[tuple[Medication, bool]]
Participants = list[tuple[tuple[Medication, ...], bool]]


def each_ingredient(filled: Filled) -> Participants:
    """One finding for each ingredient, however many lines it stands on."""
    by_name: dict[str, Filled] = defaultdict(list)
    for medication, unknown in filled:
        by_name[medication.ingredient.name].append((medication, unknown))
    return [(tuple(m for m, _ in group), all(unknown for _, unknown in group)) for group in by_name.values()]


def all_of_them(filled: Filled) -> Participants:
    """A patient's condition concerns every drug of a rule at once: one finding with all of them."""
    certain = [m for m, unknown in filled if not unknown]
    return [(tuple(certain or [m for m, _ in filled]), not certain)]


def pairs(first: Filled, second: Filled) -> Participants:
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


def cascades(promoters: Filled, treatments: Filled) -> Participants:
    """One finding for each treatment, with every promoter that it may have been given for."""
    found: dict[str, dict[tuple[str, int], Medication]] = {}
    for (a, b), _ in pairs(promoters, treatments):
        drugs = found.setdefault(b.ingredient.name, {})
        drugs[a.ingredient.name, a.line] = a
        drugs[b.ingredient.name, b.line] = b
    return [(tuple(drugs[key] for key in sorted(drugs)), False) for _, drugs in sorted(found.items())]


def together(fillings: list[Filled]) -> Participants:
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


def duplicates(filled: Filled) -> Participants:
    """Different ingredients of one class on different lines."""
    has_two = any(
        a.ingredient.name != b.ingredient.name and a.line != b.line for (a, _), (b, _) in combinations(filled, 2)
    )
    return [(tuple(m for m, _ in filled), False)] if has_two else []


def dose_holds(medication: Medication, slot: Slot) -> bool | None:
    """Whether one drug's daily dose is within the slot's bound; None when the dose is not known."""
    return total_dose_holds(medication, [medication], slot)


def total_dose_holds(medication: Medication, drugs: Sequence[Medication], slot: Slot) -> bool | None:
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
