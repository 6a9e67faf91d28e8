"""Many patients at once against the slow, obvious way: each patient's list assessed by itself, day by day."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrisk.audit.patients import Auditor
from medrisk.audit.readings import Reading, read_text
from medrisk.core.assess import assess_lines
from medrisk.core.model import Note
from medrisk.core.stated import Stated
from medrisk.service import Medrisk

Told = tuple[object, ...]
_DOSES = ("", "10 mg daily", "20 mg bid", "40 mg daily", "80 mg nightly", "(stopped last week)", "5 mg prn for leg cramps", "cream apply daily")
_COMMON = (
    "simvastatin", "amlodipine", "furosemide", "hydrochlorothiazide", "omeprazole", "warfarin", "digoxin", "clarithromycin",
    "itraconazole", "quinine", "prednisone", "albuterol", "lisinopril", "potassium chloride", "cyclosporine", "gemfibrozil",
)  # fmt: skip
_WHOLE = (
    "losartan/hydrochlorothiazide 50/12.5 mg daily", "losartan/hydrochlorothiazide 100/25 mg daily", "foozzol 10 mg",
    "ezetimibe/simvastatin 10/40 mg daily", "aspirin 81 mg daily; ibuprofen 400 mg tid", "hydralzine 25 mg", "ibuprofen gel",
)  # fmt: skip
_FACTS = (
    None, None, "leg cramps\npotassium 3.0 mmol/L", "hypertension, diabetes", "CK 8000 U/L, dark urine, muscle pain", "eGFR 25 mL/min",
    "pregnant", "hypothyroidism, cramps at night",
)  # fmt: skip
_AGES = (None, 0.5, 11, 12, 30, 60, 61, 65, 80)


@dataclass(frozen=True)
class Person:
    """``lines``: text, first day, last day."""

    lines: tuple[tuple[str, int, int], ...]
    age: float | None = None
    sex: Literal["female", "male"] | None = None
    facts: str | None = None


@pytest.fixture(scope="session")
def texts(service: Medrisk) -> dict[str, Reading]:
    """The texts that the made-up patients have, over many rules of the knowledge, each read."""
    chance = random.Random(7)
    rules = [slot for rule in service.knowledge.rules.values() for slot in rule.participants]
    named = {s.ingredient or service.knowledge.classes[s.drug_class].members[0] for slot in rules for s in slot.any_of if s.ingredient or s.drug_class}
    some = chance.sample(sorted(named), 250)
    listed = [f"{name} {dose}".strip() for name in _COMMON for dose in _DOSES] + [f"{n} {chance.choice(_DOSES)}".strip() for n in some]
    return {text: read_text(service, text) for text in dict.fromkeys((*listed, *_WHOLE))}


def _rows(people: Sequence[Person], texts: dict[str, Reading]) -> pl.DataFrame:
    numbers = {text: number for number, text in enumerate(texts)}
    rows: list[tuple[object, ...]] = []
    for number, person in enumerate(people):
        for text, first, last in person.lines:
            rows.append((number, numbers[text], first, last, person.age, person.sex, person.facts))
            if texts[text].patient:
                rows.append((number, None, None, None, None, None, texts[text].mark))
    schema = {"person": pl.UInt32, "text": pl.Int32, "start": pl.Int32, "end": pl.Int32, "age": pl.Float64, "sex": pl.String, "facts": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _told(note: Note) -> Told:
    return (note.id, note.kind, note.tier, note.severity, note.interruptive, note.summary, note.drugs, note.effects, note.evidence)


def _assess(service: Medrisk, texts: dict[str, Reading], person: Person, taken: Iterable[str]) -> set[Told]:
    """The notes of one list, by the way of every other door."""
    lines = [line for text in sorted(set(taken)) for line in service.read(text)[0]]
    facts = {text for text, _, _ in person.lines if texts[text].patient} | ({person.facts} if person.facts else set())
    patient = service.patient("\n".join(sorted(facts)), Stated(person.age, person.sex))
    return {_told(note) for note in assess_lines(lines, patient, service._tools, service.versions).notes}


def _some_people(texts: dict[str, Reading], seed: int, count: int) -> list[Person]:
    chance = random.Random(seed)
    people = []
    for _ in range(count):
        lines = []
        for _ in range(chance.randint(1, 8)):
            text = chance.choice(list(texts)) if chance.random() < 0.5 else f"{chance.choice(_COMMON)} {chance.choice(_DOSES)}".strip()
            first = chance.randint(0, 40)
            lines.append((text, first, first + chance.randint(0, 20)))
            if chance.random() < 0.3:  # a refill that comes early
                lines.append((text, lines[-1][2] - 2, lines[-1][2] + 15))
        people.append(Person(tuple(lines), chance.choice(_AGES), chance.choice((None, "female", "male")), chance.choice(_FACTS)))
    return people


@pytest.mark.parametrize("seed", [1, 2])
def test_all_drugs_of_a_patient_together_give_the_notes_of_their_list(service: Medrisk, texts: dict[str, Reading], seed: int) -> None:
    people = _some_people(texts, seed, 250)
    auditor = Auditor(service, list(texts.values()), "ever", dated=False)
    _, found = auditor.findings(_rows(people, texts))
    told: dict[int, set[Told]] = defaultdict(set)
    for person, result in found.select("person", "result").iter_rows():
        told[person].add(_told(auditor.cases.results[result].note))
    for number, person in enumerate(people):
        assert told[number] == _assess(service, texts, person, [text for text, _, _ in person.lines])


def test_on_every_day_the_notes_are_those_of_what_is_taken_on_it(service: Medrisk, texts: dict[str, Reading]) -> None:
    people = _some_people(texts, 3, 80)
    auditor = Auditor(service, list(texts.values()), "overlap", dated=True)
    _, found = auditor.findings(_rows(people, texts))
    told: dict[tuple[int, int], set[Told]] = defaultdict(set)
    for person, result, first, last in found.select("person", "result", "start", "end").iter_rows():
        for day in range(first, last + 1):
            assert _told(auditor.cases.results[result].note) not in told[person, day]
            told[person, day].add(_told(auditor.cases.results[result].note))
    assert told
    for number, person in enumerate(people):
        first, last = min(line[1] for line in person.lines), max(line[2] for line in person.lines)
        of_list: dict[frozenset[str], set[Told]] = {}
        for day in range(first, last + 1):
            taken = frozenset(text for text, begins, ends in person.lines if begins <= day <= ends)
            if taken not in of_list:
                of_list[taken] = _assess(service, texts, person, taken)
            assert told[number, day] == of_list[taken]


def test_rows_in_any_order_and_repeated_give_the_same(service: Medrisk, texts: dict[str, Reading]) -> None:
    rows = _rows(_some_people(texts, 4, 60), texts)
    mixed = pl.concat([rows, rows.sample(fraction=0.3, seed=1)]).sample(fraction=1.0, shuffle=True, seed=2)
    for mode in ("ever", "overlap"):
        once, again = (_found(Auditor(service, list(texts.values()), mode, dated=True), of) for of in (rows, mixed))
        assert once == again


def _found(auditor: Auditor, rows: pl.DataFrame) -> set[tuple[object, ...]]:
    _, found = auditor.findings(rows)
    return {(person, auditor.cases.results[result], first, last) for person, result, first, last in found.select("person", "result", "start", "end").iter_rows()}


def test_a_dose_that_was_changed_is_not_added_up_where_days_do_not_count(service: Medrisk) -> None:
    texts = {text: read_text(service, text) for text in ("simvastatin 20 mg nightly", "simvastatin 40 mg nightly", "simvastatin 10 mg nightly", "amlodipine 5 mg daily")}
    low = Person((("simvastatin 10 mg nightly", 0, 9), ("simvastatin 20 mg nightly", 20, 29), ("amlodipine 5 mg daily", 0, 9)))
    high = Person((("simvastatin 10 mg nightly", 0, 9), ("simvastatin 40 mg nightly", 20, 29), ("amlodipine 5 mg daily", 0, 9)))
    auditor = Auditor(service, list(texts.values()), "ever", dated=True)
    _, found = auditor.findings(_rows([low, high], texts))
    rules = {(person, auditor.cases.results[result].note.rule) for person, result in found.select("person", "result").iter_rows()}
    assert (0, "simvastatin-amlodipine-20mg") not in rules
    assert (1, "simvastatin-amlodipine-20mg") in rules


@given(days=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 30), st.integers(0, 12)), min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_stretches_of_days_are_those_of_a_set_of_days(days: list[tuple[int, int, int]]) -> None:
    from medrisk.audit.spans import merged

    table = pl.DataFrame([(who, first, first + length) for who, first, length in days], schema={"key": pl.UInt64, "start": pl.Int32, "end": pl.Int32}, orient="row")
    found = merged(table)
    held = {(who, day) for who, first, length in days for day in range(first, first + length + 1)}
    stretches = [(who, first, last) for who, first, last in found.iter_rows()]
    assert {(who, day) for who, first, last in stretches for day in range(first, last + 1)} == held
    for who, first, last in stretches:
        assert (who, first - 1) not in held
        assert (who, last + 1) not in held
