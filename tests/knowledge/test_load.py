"""What the engine gets from the files, on the minimal data and on the real ones."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from medrisk.core.routes import LOCAL_ROUTES, SYSTEMIC_ROUTES
from medrisk.core.rules import Claim, Grade, KnowledgeBase, Selector, Severity, Slot, SourceRef, Test, Tier
from medrisk.core.units import Quantity
from medrisk.knowledge import check_knowledge, load_documents, load_knowledge

REAL_DATA = Path(__file__).parents[2] / "data"
RULE = "interactions/simvastatin-amlodipine.yaml"


@pytest.fixture
def knowledge(data_dir: Path) -> KnowledgeBase:
    return load_knowledge(data_dir)


def test_the_real_data_has_no_fault() -> None:
    assert [str(fault) for fault in check_knowledge(REAL_DATA)] == []


def test_a_class_keeps_what_was_written(knowledge: KnowledgeBase) -> None:
    statin = knowledge.classes["statin"]
    assert statin.members == ("simvastatin", "atorvastatin")
    assert statin.routes == SYSTEMIC_ROUTES
    assert statin.duplicate
    assert statin.onset is not None
    assert statin.onset.days == (1, 365)
    assert statin.effects_of("atorvastatin") == ()
    assert [effect.grade for effect in statin.effects_of("simvastatin")] == [Grade.ESTABLISHED]


def test_a_figure_that_nobody_read_is_dropped(knowledge: KnowledgeBase) -> None:
    figures = knowledge.classes["statin"].effects[0].figures
    assert figures == (Claim("a figure that was read", (SourceRef("label-zocor", "5.1", True),), verified=True),)


def test_participants_become_slots(knowledge: KnowledgeBase) -> None:
    first, second = knowledge.rules["simvastatin-amlodipine"].participants
    assert first.any_of == (Selector(ingredient="simvastatin"),)
    assert first.dose is not None
    assert (first.dose.op, first.dose.amount) == ("over", Quantity(20.0, "mg"))
    assert second == Slot(
        any_of=(Selector(ingredient="amlodipine"), Selector(effect="hypokalaemia", grade=Grade.PROBABLE)),
        routes=LOCAL_ROUTES | {"oral"},
        excluded=frozenset({"atorvastatin"}),
    )


def test_conditions_become_a_tree(knowledge: KnowledgeBase) -> None:
    rule = knowledge.rules["simvastatin-amlodipine"]
    assert rule.when is not None
    assert rule.when.kind == "any"
    symptom, age, sex, drug = rule.when.parts
    assert symptom == Test("symptom", ids=("cramp",))
    assert age == Test("age", op="at_least", amount=Quantity(65, "years"))
    assert sex == Test("sex", ids=("female",))
    assert drug.slot == Slot((Selector(drug_class="statin"),), SYSTEMIC_ROUTES, status="stopped")


def test_modifiers_and_single_values_are_read(knowledge: KnowledgeBase) -> None:
    rule = knowledge.rules["simvastatin-amlodipine"]
    (modifier,) = rule.modifiers
    assert (modifier.severity, modifier.interruptive, modifier.tier) == (Severity.CONTRAINDICATED, None, None)
    assert modifier.when == Test("lab", ids=("potassium",), op="over", amount=Quantity(10.0, "mmol/L"))
    assert rule.jurisdiction == {"US"}


def test_a_lab_is_compared_in_its_canonical_unit(data_dir: Path) -> None:
    path = data_dir / "red_flags.yaml"
    path.write_text(path.read_text().replace("under: 2.5 mmol/L", "under: 10 mg/dL, over: 1 mmol/L"))
    both, negated = load_knowledge(data_dir).red_flags[0].when.parts
    assert [(part.op, part.amount) for part in both.parts] == [
        ("over", Quantity(1.0, "mmol/L")),
        ("under", Quantity(2.558, "mmol/L")),
    ]
    assert negated == Test("not", parts=(Test("condition", ids=("hypothyroidism",)),))


def test_a_burden_has_its_levels(knowledge: KnowledgeBase) -> None:
    burden = knowledge.rules["burden-potassium"].burden
    assert burden is not None
    assert burden.floor == Grade.PROBABLE
    assert [(level.mechanisms, level.severity, level.tier) for level in burden.levels] == [
        (2, None, Tier.MONITOR),
        (3, Severity.MODERATE, Tier.REVIEW),
    ]


def test_the_lists_are_there(knowledge: KnowledgeBase) -> None:
    assert knowledge.symptoms["cramp"].explained_by == ("muscle_cramp", "hypokalaemia")
    assert knowledge.conditions["hypothyroidism"].category == "article"
    assert knowledge.labs["egfr"].low is None
    assert knowledge.look_alikes[0].names == ("hydralazine", "hydroxyzine")
    assert knowledge.sources["background"].read_on is None
    assert knowledge.sources["label-zocor"].read_on == "2026-11-22"


def test_the_clinical_reader_gets_every_field(knowledge: KnowledgeBase) -> None:
    (symptom,) = knowledge.clinical["symptoms"]
    assert symptom["not_with"] == ["menstrual"]
    assert symptom["codes"] == {"icd10cm": ["R25.2"], "snomed_ct": ["55300003"]}
    assert [lab["id"] for lab in knowledge.clinical["labs"]] == ["potassium", "egfr", "kinase"]


def test_what_is_retired_stays_on_file_and_out_of_force(data_dir: Path) -> None:
    path = data_dir / RULE
    path.write_text(path.read_text().replace("status: draft", "status: retired\nretired_because: the label changed"))
    assert "simvastatin-amlodipine" not in load_knowledge(data_dir).rules
    assert load_documents(data_dir).rules["simvastatin-amlodipine"]["retired_because"] == "the label changed"


def test_what_is_in_force_cannot_name_what_is_retired(data_dir: Path) -> None:
    path = data_dir / "drug_classes/statin.yaml"
    path.write_text(path.read_text().replace("status: draft", "status: retired\nretired_because: split in two"))
    assert [(fault.file, fault.field) for fault in check_knowledge(data_dir)] == [(RULE, "when.any[3].drug.class")]


def test_the_formulary_comes_along(data_dir: Path) -> None:
    documents = load_documents(data_dir)
    (formulary,) = documents.formulary
    assert formulary["area"] == "all"
    assert formulary["ingredients"]["simvastatin"]["brands"] == ["Zocor"]
    assert formulary["products"]["Caduet"]["ingredients"] == ["amlodipine", "atorvastatin"]
    assert documents.abbreviations["SIM"]["means"] == [["simvastatin"]]
    assert documents.class_words == ["water pill"]


def test_an_ingredient_may_stand_without_facts(data_dir: Path) -> None:
    path = data_dir / "formulary/all.yaml"
    path.write_text(path.read_text().replace("  atorvastatin:", "  digoxin:\n  atorvastatin:"))
    (formulary,) = load_documents(data_dir).formulary
    assert formulary["ingredients"]["digoxin"]["brands"] == []


def test_importing_the_loader_needs_neither_yaml_nor_marshmallow() -> None:
    code = "import sys, medrisk.knowledge; print({'yaml', 'marshmallow'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
