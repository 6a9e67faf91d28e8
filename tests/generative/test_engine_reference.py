"""The engine finds what the slow reference finds, on random patients drawn from the real knowledge."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from real_knowledge import KNOWLEDGE as _KNOWLEDGE
from reference_engine import Answer, Seen, reference_find

from medrisk.core.clinical import ConditionMention, LabResult, SymptomMention
from medrisk.core.engine import JURISDICTIONS, Engine, Findings
from medrisk.core.model import DailyDose, Finding, Ingredient, Medication, Patient
from medrisk.core.rules import KnowledgeBase, Rule, Selector, Slot, Test
from medrisk.core.units import Quantity

_ENGINES = {name: Engine(_KNOWLEDGE, name) for name in JURISDICTIONS}
_ROUTES = ["unknown", "unknown", "oral", "oral", "inhaled", "topical", "ophthalmic", "intravenous", "nebulised"]
_MEMBERS = sorted({name for drug_class in _KNOWLEDGE.classes.values() for name in drug_class.members})


def _tests(test: Test | None) -> list[Test]:
    """A condition and all its parts."""
    return [] if test is None else [test, *(inner for part in test.parts for inner in _tests(part))]


def _conditions(rule: Rule) -> list[Test]:
    return [t for root in (rule.when, *(m.when for m in rule.modifiers)) for t in _tests(root)]


_ALL_TESTS = [t for rule in _KNOWLEDGE.rules.values() for t in _conditions(rule)] + [
    t for flag in _KNOWLEDGE.red_flags for t in _tests(flag.when)
]
_BOUNDS = sorted({(t.ids[0], t.amount.value, t.amount.unit) for t in _ALL_TESTS if t.kind == "lab" and t.amount})
_SYMPTOMS = sorted({name for t in _ALL_TESTS if t.kind == "symptom" for name in t.ids})
_CONDITIONS = sorted({name for t in _ALL_TESTS if t.kind == "condition" for name in t.ids})


def _named_by(selector: Selector, knowledge: KnowledgeBase) -> list[str]:
    if selector.ingredient is not None:
        return [selector.ingredient]
    if selector.drug_class is not None:
        return list(knowledge.classes[selector.drug_class].members)
    return [n for c in knowledge.classes.values() for n in c.members if any(e.effect == selector.effect for e in c.effects_of(n))]


@st.composite
def _medication(draw: st.DrawFn, slot: Slot | None, line: int) -> Medication:
    """A drug that may fill the slot, with a dose about the slot's bound; or any drug."""
    names = sorted({n for s in slot.any_of for n in _named_by(s, _KNOWLEDGE)}) if slot else _MEMBERS
    bound = slot.dose.amount if slot and slot.dose else Quantity(20.0, "mg")
    amount = draw(st.sampled_from([None, Quantity(bound.value / 2, bound.unit), bound, Quantity(bound.value * 2, bound.unit), Quantity(1, "mEq")]))
    status = draw(st.sampled_from(["active"] * 6 + ["stopped"])) if slot is None else slot.status
    return Medication(
        Ingredient(draw(st.sampled_from(names))), line, draw(st.sampled_from(_ROUTES)), status, DailyDose(amount) if amount else None
    )


@st.composite
def _medications(draw: st.DrawFn) -> list[Medication]:
    """The drugs of one or two rules, a few others, and now and then two drugs in one product."""
    rules = draw(st.lists(st.sampled_from(sorted(_KNOWLEDGE.rules)), min_size=1, max_size=2))
    slots: list[Slot | None] = [slot for name in rules for slot in _own_slots(_KNOWLEDGE.rules[name])]
    slots += [None] * draw(st.integers(0, 6))
    drugs: list[Medication] = []
    for slot in slots:
        line = draw(st.integers(0, len(slots))) if draw(st.integers(0, 5)) == 0 else len(slots) + len(drugs)
        drug = draw(_medication(slot, line))
        if all((d.ingredient, d.line) != (drug.ingredient, drug.line) for d in drugs):
            drugs.append(drug)
    return drugs


def _lab(bound: tuple[str, float, str], factor: float, comparator: str | None) -> LabResult:
    name, value, unit = bound
    number = round(value * factor, 6)
    return LabResult(name, name, "", 0, 1, number, comparator, unit, number, unit, None, None, None)


_labs = st.builds(_lab, st.sampled_from(_BOUNDS), st.sampled_from([0.5, 0.99, 1.0, 1.01, 2.0, 5.0]), st.sampled_from([None, None, None, "<", ">"]))
_patients = st.builds(
    Patient,
    symptoms=st.lists(
        st.builds(lambda n, no: SymptomMention(n, n, n, 0, 1, no, "patient", False, False), st.sampled_from(_SYMPTOMS), st.booleans()), max_size=3
    ).map(tuple),
    conditions=st.lists(
        st.builds(lambda n, no: ConditionMention(n, n, n, 0, 1, no, "patient", False, False), st.sampled_from(_CONDITIONS), st.booleans()),
        max_size=3,
    ).map(tuple),
    labs=st.lists(_labs, max_size=4).map(tuple),
    age=st.sampled_from([None, 17.0, 40.0, 64.0, 65.0, 80.0]),
    sex=st.sampled_from([None, "female", "male"]),
)


def _seen(found: Finding) -> Seen:
    drugs = frozenset() if found.kind == "red_flag" else frozenset(m.ingredient.name for m in found.medications)
    return Seen(found.rule, drugs, found.severity, found.tier, found.interruptive, found.unchecked)


def _answer(found: Findings) -> Answer:
    asks = {what: set(drugs) for what, drugs in found.asks.items()}
    return Answer(set(map(_seen, found.findings)), set(map(_seen, found.elsewhere)), asks)


@given(medications=_medications(), patient=_patients, jurisdiction=st.sampled_from(JURISDICTIONS))
def test_the_engine_equals_the_reference(medications: list[Medication], patient: Patient, jurisdiction: str) -> None:
    expected = reference_find(_KNOWLEDGE, jurisdiction, medications, patient)
    assert _answer(_ENGINES[jurisdiction].find(medications, patient)) == expected


@given(medications=_medications(), patient=_patients, data=st.data())
def test_the_order_of_the_drugs_does_not_matter(medications: list[Medication], patient: Patient, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(medications))
    engine = _ENGINES["US"]
    assert _answer(engine.find(shuffled, patient)) == _answer(engine.find(medications, patient))


@given(medications=_medications().filter(bool), patient=_patients)
def test_no_drug_takes_a_finding_away(medications: list[Medication], patient: Patient) -> None:
    """Adding a drug removes a finding only where a rule says so, or where the same rule now names more drugs."""
    engine = _ENGINES["US"]
    before = _answer(engine.find(medications[:-1], patient)).home
    after = _answer(engine.find(medications, patient)).home
    folded = {other for seen in after if seen.rule in _KNOWLEDGE.rules for other in _KNOWLEDGE.rules[seen.rule].supersedes}
    kept = {seen.rule for seen in after}
    added = medications[-1].ingredient
    is_repeat = any(m.ingredient == added for m in medications[:-1])
    lost = {seen.rule for seen in before if not seen.unchecked} - kept - folded
    assert not lost or is_repeat


@pytest.mark.parametrize("rule", sorted(_KNOWLEDGE.rules))
@pytest.mark.parametrize("factor", [None, 2.0], ids=["no dose", "twice the bound"])
def test_each_rule_on_its_own_drugs(rule: str, factor: float | None) -> None:
    """The first drug of each participant (two for a duplicate), so that no rule is left to chance."""
    drugs = []
    for slot in _own_slots(_KNOWLEDGE.rules[rule]):
        bound = slot.dose.amount if slot.dose else Quantity(20.0, "mg")
        dose = None if factor is None else DailyDose(bound.times(factor))
        names = [n for s in slot.any_of for n in _named_by(s, _KNOWLEDGE) if n not in slot.excluded]
        name = next(n for n in names if n not in {d.ingredient.name for d in drugs})
        drugs.append(Medication(Ingredient(name), len(drugs), min(slot.routes & {"unknown", "inhaled"} or slot.routes), slot.status, dose))
    engine = _ENGINES["US"]
    assert _answer(engine.find(drugs, Patient())) == reference_find(_KNOWLEDGE, "US", drugs, Patient())


def _own_slots(rule: Rule) -> list[Slot]:
    if rule.burden is not None:
        return [Slot((Selector(effect=rule.burden.effect),), frozenset({"unknown"}))] * 3
    return list(rule.participants) * (2 if rule.kind == "duplicate" else 1)


def test_the_reference_tells_right_from_wrong() -> None:
    """A list on which the answer is plain."""
    drugs = [_plain("simvastatin", 0, 40), _plain("amlodipine", 1, 5)]
    answer = reference_find(_KNOWLEDGE, "US", drugs, Patient())
    assert "simvastatin-amlodipine-20mg" in {seen.rule for seen in answer.home}
    answer = reference_find(_KNOWLEDGE, "US", [_plain("simvastatin", 0, 20), drugs[1]], Patient())
    assert "simvastatin-amlodipine-20mg" not in {seen.rule for seen in answer.home}


def _plain(name: str, line: int, dose: float) -> Medication:
    return Medication(Ingredient(name), line, "oral", "active", DailyDose(Quantity(dose, "mg")))


