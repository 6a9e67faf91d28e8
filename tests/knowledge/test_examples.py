"""The examples inside every knowledge file, run as a user would paste them: one test for each file."""

from __future__ import annotations

import pytest
from real_knowledge import KNOWLEDGE as _KNOWLEDGE

from medrisk.core.engine import JURISDICTIONS
from medrisk.core.model import Note
from medrisk.core.rules import DrugClass, Examples, RedFlag, Rule
from medrisk.service import Medrisk


def _notes(service: Medrisk, example: str, rule: str) -> list[Note]:
    """The notes of one rule on an example, whose lines are parted by " + "."""
    return [note for note in service.check(example.replace(" + ", "\n")).notes if note.rule == rule]


def _home_of(rule: Rule) -> str:
    return "US" if rule.jurisdiction & {"any", "US"} else next(j for j in JURISDICTIONS if j in rule.jurisdiction)


def _failures(service: Medrisk, rule: str, examples: Examples) -> list[str]:
    found = [f"no note: {text}" for text in examples.notes if not _fires(service, text, rule)]
    found += [f"not silent: {text}" for text in examples.silent if _notes(service, text, rule)]
    found += [f"not unchecked: {text}" for text in examples.unchecked if not _is_unchecked(service, text, rule)]
    return found


def _fires(service: Medrisk, text: str, rule: str) -> bool:
    return any(note.kind != "missing_information" for note in _notes(service, text, rule))


def _is_unchecked(service: Medrisk, text: str, rule: str) -> bool:
    return any(note.kind == "missing_information" for note in _notes(service, text, rule))


@pytest.mark.parametrize("rule", _KNOWLEDGE.rules.values(), ids=lambda rule: rule.id)
def test_rule_examples(rule: Rule, services: dict[str, Medrisk]) -> None:
    assert _failures(services[_home_of(rule)], rule.id, rule.examples) == []


@pytest.mark.parametrize("flag", _KNOWLEDGE.red_flags, ids=lambda flag: flag.id)
def test_red_flag_examples(flag: RedFlag, services: dict[str, Medrisk]) -> None:
    assert _failures(services["US"], flag.id, flag.examples) == []


@pytest.mark.parametrize("drug_class", _KNOWLEDGE.classes.values(), ids=lambda drug_class: drug_class.id)
def test_class_examples(drug_class: DrugClass, services: dict[str, Medrisk]) -> None:
    service = services["US"]
    if drug_class.role != "grouping":
        assert _failures(service, drug_class.id, drug_class.examples) == []
        return
    # A grouping makes no note of its own; its examples say which lines hold a member.
    assert [t for t in drug_class.examples.notes if not _holds_member(service, t, drug_class)] == []
    assert [t for t in drug_class.examples.silent if _holds_member(service, t, drug_class)] == []


def _holds_member(service: Medrisk, text: str, drug_class: DrugClass) -> bool:
    lines = [line for line in service.check(text.replace(" + ", "\n")).lines if line.status == "matched" and line.context == "active"]
    return any(drug_class in service.engine.classes_of(i.name, line.route or "unknown") for line in lines for i in line.ingredients)
