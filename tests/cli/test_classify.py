"""``medrisk classify``: classes and effects of names; a name that is not known is never silent."""

from __future__ import annotations

import json
from typing import Any

from .conftest import Run


def _answers(run: Run, *names: str) -> list[dict[str, Any]]:
    result = run("classify", *names)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_name_has_its_classes_effects_and_evidence(run: Run) -> None:
    (answer,) = _answers(run, "Hydrochlorothiazide")
    assert (answer["query"], answer["ingredient"]) == ("Hydrochlorothiazide", "hydrochlorothiazide")
    thiazide = next(c for c in answer["classes"] if c["id"] == "thiazide_diuretic")
    assert "hypokalaemia" in thiazide["effects"]
    assert thiazide["evidence"]["hypokalaemia"] == "established"
    assert answer["evidence"]["hypokalaemia"] == "established"
    assert set(answer["effects"]) == {effect for c in answer["classes"] for effect in c["effects"]}


def test_the_best_grade_of_an_effect_counts(run: Run) -> None:
    rank = {"possible": 1, "probable": 2, "established": 3}
    for answer in _answers(run, "simvastatin", "omeprazole", "salmeterol"):
        for effect, grade in answer["evidence"].items():
            grades = [c["evidence"][effect] for c in answer["classes"] if effect in c["evidence"]]
            assert rank[grade] == max(rank[g] for g in grades)


def test_a_corrected_name_says_so(run: Run) -> None:
    (answer,) = _answers(run, "hydroclorothiazide")
    assert (answer["ingredient"], answer["method"]) == ("hydrochlorothiazide", "corrected")


def test_a_name_that_is_not_known_is_not_called_safe(run: Run) -> None:
    unknown, ambiguous = _answers(run, "zzqxv", "hydralazine/hydroxyzine")
    assert (unknown["query"], unknown["ingredient"], unknown["status"]) == ("zzqxv", None, "unknown")
    assert ambiguous["status"] == "ambiguous"
    assert set(ambiguous["candidates"]) == {"hydralazine", "hydroxyzine"}
    assert unknown["message"] == ambiguous["message"] == "not known, which does not mean safe"


def test_a_drug_in_no_class_is_not_called_safe(run: Run) -> None:
    (answer,) = _answers(run, "amlodipine")
    if not answer["classes"]:
        assert answer["message"].endswith("does not mean safe")


def test_answers_keep_the_order_of_the_names(run: Run) -> None:
    names = ["omeprazole", "simvastatin", "amlodipine"]
    assert [answer["query"] for answer in _answers(run, *names)] == names


def test_a_name_is_required(run: Run) -> None:
    assert run("classify").exit_code == 2
