"""The values of knowledge in words: who takes part in a rule, and what must hold for it to fire."""

from __future__ import annotations

from enum import Enum
from functools import singledispatch
from typing import Any

from medrisk.core.routes import LOCAL_ROUTES, SYSTEMIC_ROUTES
from medrisk.core.rules import BurdenLevel, Claim, DoseBound, Grade, Modifier, Onset, Selector, Slot, SourceRef, Test
from medrisk.core.units import Quantity

# Longer texts are taken for sentences.
_LONGEST_NAME = 40
_COMPARISONS = {"over": "over", "at_least": "at least", "under": "under", "at_most": "at most"}


@singledispatch
def in_words(value: Any) -> str | None:
    """One sentence for the value, or None where it takes more than one."""
    return None


@in_words.register
def _(value: str) -> str:
    return value


@in_words.register
def _(value: bool) -> str:
    return "yes" if value else "no"


@in_words.register(int)
@in_words.register(float)
def _(value: float) -> str:
    return f"{value:g}"


@in_words.register
def _(value: Enum) -> str:
    return str(value.value)


@in_words.register
def _(value: Quantity) -> str:
    return str(value)


@in_words.register
def _(value: frozenset) -> str:  # type: ignore[type-arg]  # singledispatch takes the bare class only
    return _routes(value) if value >= SYSTEMIC_ROUTES else ", ".join(sorted(value))


@in_words.register
def _(value: tuple) -> str | None:  # type: ignore[type-arg]  # singledispatch takes the bare class only
    """Names stand in one line; sentences and larger values are listed."""
    return ", ".join(value) if all(isinstance(item, str) and len(item) <= _LONGEST_NAME for item in value) else None


@in_words.register
def _(value: SourceRef) -> str:
    return f"{value.id}, {value.where} ({'read' if value.verified else 'unverified'})"


@in_words.register
def _(value: Claim) -> str:
    return value.text if value.verified else f"{value.text} (unverified)"


@in_words.register
def _(value: Onset) -> str:
    return value.text if value.verified else f"{value.text} (unverified)"


@in_words.register
def _(value: Selector) -> str:
    if value.ingredient:
        return value.ingredient
    if value.drug_class:
        return f"any of class {value.drug_class}"
    floor = "" if value.grade is Grade.POSSIBLE else f", {value.grade.value} or better"
    return f"any drug known for {value.effect}{floor}"


@in_words.register
def _(value: DoseBound) -> str:
    return f"{_COMPARISONS[value.op]} {value.amount} a day"


@in_words.register
def _(value: Slot) -> str:
    words = " or ".join(in_words(selector) or "" for selector in value.any_of)
    words += f" {in_words(value.dose)}" if value.dose else ""
    words += f", except {', '.join(sorted(value.excluded))}" if value.excluded else ""
    words += ", recently stopped" if value.status == "stopped" else ""
    return words if value.routes == SYSTEMIC_ROUTES else f"{words} ({_routes(value.routes)})"


@in_words.register
def _(value: Test) -> str:
    """The tree of conditions as one sentence."""
    if value.kind in {"all", "any"}:
        joint = " and " if value.kind == "all" else " or "
        return "(" + joint.join(in_words(part) or "" for part in value.parts) + ")"
    if value.kind == "not":
        return f"not {in_words(value.parts[0])}"
    if value.kind == "drug":
        return f"takes {in_words(value.slot)}"
    name = value.kind if value.kind == "age" else " or ".join(value.ids)
    bound = f" {_COMPARISONS[value.op]} {_amount(value)}" if value.op else ""
    return f"{name}{bound}" if value.kind in {"lab", "age"} else f"{value.kind} {name}"


@in_words.register
def _(value: Modifier) -> str:
    changes = {"severity": value.severity, "interruptive": value.interruptive, "tier": value.tier}
    listed = ", ".join(f"{name} {in_words(change)}" for name, change in changes.items() if change is not None)
    return f"if {in_words(value.when)}: {listed or 'no change'} ({value.why})"


@in_words.register
def _(value: BurdenLevel) -> str:
    severity = value.severity.value if value.severity else "no severity"
    interruptive = ", interruptive" if value.interruptive else ""
    return f"{value.mechanisms} classes or more: {severity}, {value.tier.value}{interruptive}"


def _amount(test: Test) -> str:
    if test.amount is None:
        return ""
    return f"{test.amount.value:g}" if test.kind == "age" else str(test.amount)


def _routes(routes: frozenset[str]) -> str:
    """The routes with the groups named as groups."""
    words: list[str] = []
    for name, group in (("systemic", SYSTEMIC_ROUTES), ("local", LOCAL_ROUTES)):
        if routes >= group:
            words.append(name)
            routes -= group
    return ", ".join([*words, *sorted(routes)])
