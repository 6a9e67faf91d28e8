"""Conditions over a patient in three values: what is not known is None, never False and never normal."""

from __future__ import annotations

from typing import Any

import pytest

from medrisk.core.clinical import ConditionMention, LabResult, SymptomMention
from medrisk.core.conditions import PatientFacts
from medrisk.core.model import Patient
from medrisk.core.rules import Selector, Slot, Test
from medrisk.core.units import Quantity

_SLOT = Slot((Selector(ingredient="digoxin"),), frozenset({"oral"}))


def _symptom(name: str, **changes: Any) -> SymptomMention:
    plain = {"negated": False, "experiencer": "patient", "hypothetical": False, "historical": False}
    return SymptomMention(name, name, name, 0, 1, **{**plain, **changes})


def _condition(name: str, **changes: Any) -> ConditionMention:
    plain = {"negated": False, "experiencer": "patient", "hypothetical": False, "historical": False}
    return ConditionMention(name, name, name, 0, 1, **{**plain, **changes})


@pytest.fixture
def lab(service: Any) -> Any:
    """Reads one result as a paste would hold it, so that the test does not depend on how results are stored."""

    def read(text: str) -> LabResult:
        (result,) = service.check(text).patient.labs
        return result

    return read


def _facts(has_digoxin: bool = False, **fields: Any) -> PatientFacts:
    return PatientFacts(Patient(**fields), lambda slot: has_digoxin and slot == _SLOT)


def _age(op: str, years: float) -> Test:
    return Test("age", op=op, amount=Quantity(years, "years"))


def _potassium(op: str, amount: float) -> Test:
    return Test("lab", ids=("potassium",), op=op, amount=Quantity(amount, "mmol/L"))


TRUE, FALSE, UNKNOWN = Test("sex", ids=("female",)), Test("sex", ids=("male",)), _age("at_least", 65)


@pytest.mark.parametrize(
    ("kind", "parts", "expected"),
    [
        ("all", (TRUE, TRUE), True), ("all", (TRUE, FALSE), False), ("all", (TRUE, UNKNOWN), None), ("all", (FALSE, UNKNOWN), False),
        ("all", (UNKNOWN, FALSE), False), ("any", (FALSE, FALSE), False), ("any", (FALSE, TRUE), True),
        ("any", (UNKNOWN, TRUE), True), ("any", (TRUE, UNKNOWN), True), ("any", (FALSE, UNKNOWN), None),
        ("not", (TRUE,), False), ("not", (FALSE,), True), ("not", (UNKNOWN,), None),
    ],
)  # fmt: skip
def test_parts_are_combined_as_kleene_has_it(kind: Any, parts: tuple[Test, ...], expected: bool | None) -> None:
    assert _facts(sex="female").holds(Test(kind, parts=parts)) is expected


@pytest.mark.parametrize(
    ("age", "test", "expected"),
    [
        (65, _age("at_least", 65), True), (64, _age("at_least", 65), False), (17, _age("under", 18), True), (18, _age("under", 18), False),
        (None, _age("under", 18), None),
    ],
)  # fmt: skip
def test_age(age: float | None, test: Test, expected: bool | None) -> None:
    assert _facts(age=age).holds(test) is expected


def test_sex_that_is_not_written_is_unknown() -> None:
    assert _facts().holds(TRUE) is None


@pytest.mark.parametrize(
    ("mentions", "expected"),
    [
        ([_symptom("cramp")], True),
        ([_symptom("cramp", negated=True)], False),
        ([_symptom("cramp", negated=True), _symptom("cramp")], True),
        ([], None),
        ([_symptom("cramp", experiencer="other")], None),
        ([_symptom("cramp", hypothetical=True)], None),
        ([_symptom("cramp", historical=True)], None),
    ],
)
def test_only_the_patients_own_present_symptom_counts(mentions: list[SymptomMention], expected: bool | None) -> None:
    assert _facts(symptoms=tuple(mentions)).holds(Test("symptom", ids=("cramp",))) is expected


def test_any_of_several_symptoms_is_enough_and_all_must_be_denied() -> None:
    test = Test("symptom", ids=("cramp", "weakness"))
    assert _facts(symptoms=(_symptom("weakness"),)).holds(test) is True
    assert _facts(symptoms=(_symptom("cramp", negated=True),)).holds(test) is None
    assert _facts(symptoms=(_symptom("cramp", negated=True), _symptom("weakness", negated=True))).holds(test) is False


@pytest.mark.parametrize(
    ("mentions", "expected"),
    [([_condition("gout")], True), ([_condition("gout", negated=True)], False), ([], None), ([_condition("gout", experiencer="family")], None)],
)
def test_condition(mentions: list[ConditionMention], expected: bool | None) -> None:
    assert _facts(conditions=tuple(mentions)).holds(Test("condition", ids=("gout",))) is expected


@pytest.mark.parametrize(
    ("text", "test", "expected"),
    [
        ("potassium 3.4 mmol/L", _potassium("under", 3.5), True),
        ("potassium 3.5 mmol/L", _potassium("under", 3.5), False),
        ("potassium 3.5 mmol/L", _potassium("at_most", 3.5), True),
        ("potassium 5.5 mmol/L", _potassium("over", 5.5), False),
        ("potassium 5.5 mmol/L", _potassium("at_least", 5.5), True),
        ("potassium 3.4 mEq/L", _potassium("under", 3.5), True),
        # a bound decides only what it decides
        ("eGFR > 60", Test("lab", ids=("egfr",), op="under", amount=Quantity(30, "mL/min")), False),
        ("eGFR > 60", Test("lab", ids=("egfr",), op="at_least", amount=Quantity(90, "mL/min")), None),
        ("eGFR < 15", Test("lab", ids=("egfr",), op="under", amount=Quantity(30, "mL/min")), True),
    ],
)
def test_lab(text: str, test: Test, expected: bool | None, lab: Any) -> None:
    result = lab(text)
    test = Test(test.kind, ids=test.ids, op=test.op, amount=Quantity(test.amount.value, result.canonical_unit))  # type: ignore[union-attr]
    assert _facts(labs=(result,)).holds(test) is expected


def test_a_bound_inside_the_compared_range_decides_nothing(lab: Any) -> None:
    """An eGFR below 60 may be 20 or 50."""
    result = lab("eGFR < 60")
    test = Test("lab", ids=("egfr",), op="under", amount=Quantity(30, result.canonical_unit))
    assert _facts(labs=(result,)).holds(test) is None


def test_a_lab_that_was_not_given_or_not_read_is_unknown(lab: Any) -> None:
    assert _facts().holds(_potassium("under", 3.5)) is None
    unreadable = lab("magnesium 1.6 furlongs")
    assert unreadable.canonical_value is None
    test = Test("lab", ids=("magnesium",), op="under", amount=Quantity(0.7, "mmol/L"))
    assert _facts(labs=(unreadable,)).holds(test) is None


def test_units_that_cannot_be_compared_leave_it_unknown(lab: Any) -> None:
    test = Test("lab", ids=("potassium",), op="under", amount=Quantity(3.5, "furlongs"))
    assert _facts(labs=(lab("potassium 3.0 mmol/L"),)).holds(test) is None


def test_one_of_several_values_is_enough(lab: Any) -> None:
    labs = (lab("potassium 4.2 mmol/L"), lab("potassium 3.1 mmol/L"))
    assert _facts(labs=labs).holds(_potassium("under", 3.5)) is True


def test_a_drug_is_there_or_not() -> None:
    test = Test("drug", slot=_SLOT)
    assert _facts(has_digoxin=True).holds(test) is True
    assert _facts(has_digoxin=False).holds(test) is False


@pytest.mark.parametrize(
    ("test", "wanted"),
    [
        (_potassium("under", 3.5), {"potassium"}),
        (_age("at_least", 65), {"age"}),
        (Test("all", parts=(_potassium("under", 3.5), _age("at_least", 65))), {"potassium", "age"}),
        (Test("not", parts=(_potassium("under", 3.5),)), {"potassium"}),
        (Test("any", parts=(TRUE, _potassium("under", 3.5))), set()),  # decided already: nothing to ask for
        (Test("all", parts=(FALSE, _potassium("under", 3.5))), set()),
        (Test("symptom", ids=("cramp",)), set()),
    ],
)
def test_what_would_decide_an_open_condition_is_collected(test: Test, wanted: set[str]) -> None:
    assert _facts(sex="female").unknowns(test) == wanted
