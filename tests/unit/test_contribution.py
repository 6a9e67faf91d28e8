"""The ranking of drugs that may explain a symptom: what speaks for a drug, what against, and what says nothing."""

from __future__ import annotations

from typing import Any

import pytest
from tiny import CLASSES, cramp, drug_class, effect, knowledge, med, meds, potassium, rule, slot

from medrisk.core.clinical import ConditionMention
from medrisk.core.conditions import PatientFacts
from medrisk.core.contribution import rank_contributors
from medrisk.core.engine import Engine
from medrisk.core.model import Contribution, Medication, Patient
from medrisk.core.rules import Grade, KnowledgeBase

_CIRRHOSIS = ConditionMention("cirrhosis", "Cirrhosis", "cirrhosis", 0, 9, False, "patient", False, False)
_CAP = rule("cap", slot("simvastatin", dose="over 20 mg"), slot("amlodipine"), kind="dose_cap", unchecked_without=("dose",))


def _rank(base: KnowledgeBase, medications: list[Medication], **facts: Any) -> list[Contribution]:
    patient = Patient(symptoms=facts.pop("symptoms", (cramp(),)), **facts)
    engine = Engine(base)
    found = engine.find(medications, patient)
    return list(rank_contributors(engine, medications, PatientFacts(patient, lambda slot: False), found.findings))


def _points(base: KnowledgeBase, medications: list[Medication], **facts: Any) -> dict[str, int]:
    return {c.ingredient.name: c.points for c in _rank(base, medications, **facts)}


def test_a_better_supported_link_ranks_higher() -> None:
    assert [c.ingredient.name for c in _rank(knowledge(), meds("simvastatin", "salmeterol"))] == ["salmeterol", "simvastatin"]


def test_a_direct_effect_counts_for_more_than_one_that_brings_the_symptom_about() -> None:
    points = _points(knowledge(), meds("salmeterol", "furosemide"))
    assert points["salmeterol"] > points["furosemide"] > 0


def test_a_drug_that_no_class_links_to_the_symptom_is_not_listed() -> None:
    assert _rank(knowledge(), meds("metoprolol", "unheard-of")) == []


@pytest.mark.parametrize("symptoms", [(), (cramp(negated=True),), (cramp(experiencer="other"),), (cramp(historical=True),)])
def test_without_a_present_symptom_of_the_patient_nobody_is_ranked(symptoms: Any) -> None:
    assert _rank(knowledge(), meds("salmeterol"), symptoms=symptoms) == []


def test_a_stopped_drug_is_not_ranked() -> None:
    assert _rank(knowledge(), [med("salmeterol", status="stopped")]) == []


def test_a_drug_by_a_route_that_does_not_reach_is_not_ranked() -> None:
    assert _rank(knowledge(), [med("prednisone", route="ophthalmic")]) == []


def test_a_lab_that_shows_the_effect_speaks_for_the_drug() -> None:
    alone = _points(knowledge(), meds("furosemide"))["furosemide"]
    assert _points(knowledge(), meds("furosemide"), labs=(potassium(3.0),))["furosemide"] > alone


def test_a_normal_lab_speaks_against_a_purely_electrolyte_mechanism() -> None:
    alone = _points(knowledge(), meds("furosemide"))["furosemide"]
    assert _points(knowledge(), meds("furosemide"), labs=(potassium(4.2),))["furosemide"] < alone


def test_a_normal_lab_says_nothing_of_a_drug_that_cramps_by_itself() -> None:
    alone = _points(knowledge(), meds("salmeterol"))
    assert _points(knowledge(), meds("salmeterol"), labs=(potassium(4.2),)) == alone


def test_a_dose_above_a_cap_speaks_for_the_drug_and_not_for_its_partner() -> None:
    with_cap, without = knowledge(_CAP), knowledge()
    high, low = meds("simvastatin 40 mg", "amlodipine"), meds("simvastatin 20 mg", "amlodipine")
    assert _points(with_cap, high)["simvastatin"] > _points(without, high)["simvastatin"]
    assert _points(with_cap, low) == _points(without, low)


def test_a_dose_that_is_not_known_adds_nothing() -> None:
    unknown = meds("simvastatin", "amlodipine")
    assert _points(knowledge(_CAP), unknown) == _points(knowledge(), unknown)


def test_another_explanation_lowers_every_drug_and_is_said() -> None:
    alone = _points(knowledge(), meds("salmeterol", "furosemide"))
    ranked = _rank(knowledge(), meds("salmeterol", "furosemide"), conditions=(_CIRRHOSIS,))
    assert all(c.points < alone[c.ingredient.name] for c in ranked)
    assert all(any("Cirrhosis" in part.why for part in c.components) for c in ranked)


def test_the_points_are_the_sum_of_the_components() -> None:
    ranked = _rank(
        knowledge(_CAP), meds("simvastatin 40 mg", "amlodipine", "furosemide", "salmeterol"), labs=(potassium(3.0),), conditions=(_CIRRHOSIS,)
    )
    assert len(ranked) == 3
    for contribution in ranked:
        assert contribution.points == sum(part.points for part in contribution.components)
        assert all(part.why for part in contribution.components)


def test_tiers_follow_the_points() -> None:
    strong = (*CLASSES, drug_class("other", ["quinagolide"], effect("muscle_cramp", Grade.POSSIBLE)))
    ranked = _rank(knowledge(_CAP, classes=strong), meds("salmeterol", "quinagolide", "furosemide"), labs=(potassium(3.0),))
    order = ["likely", "possible", "listed", "not_suggested"]
    assert [order.index(c.tier) for c in ranked] == sorted(order.index(c.tier) for c in ranked)
    assert len({c.tier for c in ranked}) > 1


def test_equal_points_are_in_alphabetical_order_whatever_the_list() -> None:
    names = ["salmeterol", "formoterol"]
    assert [c.ingredient.name for c in _rank(knowledge(), meds(*names))] == sorted(names)
    assert _rank(knowledge(), meds(*names)) == _rank(knowledge(), list(reversed(meds(*names))))


def test_a_drug_on_two_lines_is_ranked_once() -> None:
    assert len(_rank(knowledge(), meds("salmeterol", "salmeterol"))) == 1
