"""Rules, red flags and their conditions as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from medrisk.core.rules import (
    Burden,
    BurdenLevel,
    DoseBound,
    Grade,
    Modifier,
    RedFlag,
    Rule,
    Selector,
    Severity,
    Slot,
    Test,
    Tier,
)
from medrisk.core.units import Quantity, parse_quantity
from medrisk.knowledge.build_parts import build_evidence, build_examples, build_routes
from medrisk.knowledge.documents import Document
from medrisk.knowledge.lab_units import lab_factors

_DOSE_OPS: tuple[Literal["over", "at_least", "under"], ...] = ("over", "at_least", "under")
_COMPARISONS = ("over", "at_least", "under", "at_most")


class RuleBuilder:
    """Builds rules and red flags. Holds the labs, whose units the conditions are brought to."""

    def __init__(self, labs: Mapping[str, Document]) -> None:
        self._labs = labs

    def rule(self, entry: Document) -> Rule:
        return Rule(
            id=entry["id"],
            status=entry["status"],
            kind=entry["kind"],
            name=entry["name"],
            participants=tuple(build_slot(slot) for slot in entry["participants"]),
            severity=_severity(entry),
            interruptive=entry["interruptive"],
            effects=tuple(entry["effects"]),
            mechanism=entry["mechanism"],
            action=tuple(entry["action"]),
            jurisdiction=frozenset(entry["jurisdiction"]),
            evidence=build_evidence(entry["evidence"]),
            examples=build_examples(entry["examples"]),
            burden=_build_burden(entry["burden"]) if "burden" in entry else None,
            when=self.test(entry["when"]) if "when" in entry else None,
            modifiers=tuple(self._modifier(modifier) for modifier in entry["modifiers"]),
            unchecked_without=tuple(entry["unchecked_without"]),
            supersedes=tuple(entry["supersedes"]),
            do_not_stop=entry.get("do_not_stop"),
            authored_by=entry["authored_by"],
            checked_by=entry["checked_by"],
        )

    def red_flag(self, entry: Document) -> RedFlag:
        return RedFlag(
            id=entry["id"],
            status=entry["status"],
            name=entry["name"],
            when=self.test(entry["when"]),
            interruptive=entry["interruptive"],
            why=entry["why"],
            action=tuple(entry["action"]),
            evidence=build_evidence(entry["evidence"]),
            examples=build_examples(entry["examples"]),
        )

    def test(self, entry: Document) -> Test:
        """One condition. The schema has made sure that it is of exactly one kind."""
        if "all" in entry:
            return Test("all", parts=tuple(self.test(part) for part in entry["all"]))
        if "any" in entry:
            return Test("any", parts=tuple(self.test(part) for part in entry["any"]))
        if "not" in entry:
            return Test("not", parts=(self.test(entry["not"]),))
        return self._leaf(entry)

    def _leaf(self, entry: Document) -> Test:
        if "lab" in entry:
            return _all_of([self._compare_lab(entry, op) for op in _COMPARISONS if op in entry])
        if "age" in entry:
            age = entry["age"]
            return _all_of([Test("age", op=op, amount=Quantity(age[op], "years")) for op in _COMPARISONS if op in age])
        if "sex" in entry:
            return Test("sex", ids=(entry["sex"],))
        if "drug" in entry:
            return Test("drug", slot=build_slot(entry["drug"]))
        if "symptom" in entry:
            return Test("symptom", ids=tuple(entry["symptom"]))
        if "indication" in entry:
            return Test("indication", ids=tuple(entry["indication"]))
        return Test("condition", ids=tuple(entry["condition"]))

    def _compare_lab(self, entry: Document, op: str) -> Test:
        """The amount is brought to the lab's canonical unit, in which the engine compares."""
        lab = self._labs[entry["lab"]]
        amount = parse_quantity(entry[op])
        value = _tidy(amount.value * lab_factors(lab)[amount.unit])
        return Test("lab", ids=(entry["lab"],), op=op, amount=Quantity(value, lab["unit"]))

    def _modifier(self, entry: Document) -> Modifier:
        return Modifier(
            when=self.test(entry["when"]),
            why=entry["why"],
            severity=_severity(entry),
            interruptive=entry.get("interruptive"),
            tier=Tier(entry["tier"]) if "tier" in entry else None,
        )


def build_slot(entry: Document) -> Slot:
    """A participant, whichever of its forms was written."""
    forms = entry.get("any_of", [entry])
    return Slot(
        any_of=tuple(selector for form in forms for selector in _build_selectors(form)),
        routes=build_routes(entry["routes"]),
        excluded=frozenset(entry["except"]),
        dose=_build_dose(entry),
        status=entry["status"],
    )


def _build_selectors(form: Document) -> list[Selector]:
    grade = Grade(form.get("grade", Grade.POSSIBLE))
    return [
        *(Selector(ingredient=name) for name in form.get("ingredient", ())),
        *(Selector(drug_class=name) for name in form.get("class", ())),
        *(Selector(effect=name, grade=grade) for name in form.get("effect", ())),
    ]


def _build_dose(entry: Document) -> DoseBound | None:
    for op in _DOSE_OPS:
        if f"daily_dose_{op}" in entry:
            return DoseBound(op, parse_quantity(entry[f"daily_dose_{op}"]))
    return None


def _build_burden(entry: Document) -> Burden:
    levels = tuple(
        BurdenLevel(level["mechanisms"], _severity(level), level["interruptive"], Tier(level["tier"]))
        for level in entry["levels"]
    )
    return Burden(effect=entry["effect"], levels=levels, floor=Grade(entry["floor"]))


def _severity(entry: Document) -> Severity | None:
    return Severity(entry["severity"]) if entry.get("severity") else None


def _tidy(number: float) -> float:
    """Without the last digits that multiplying adds: 2.5580000000000003 is 2.558."""
    return float(f"{number:.9g}")


def _all_of(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else Test("all", parts=tuple(tests))
