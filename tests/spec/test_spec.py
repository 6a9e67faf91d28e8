"""Scenarios that a pharmacist can read and write: ``tests/spec/*.yaml``, one paste and what is expected of it.

``expect`` holds any of the keys of ``_CHECKS`` below; a key that is not there is refused, so that a typing error cannot
pass for a check. Besides, every scenario is held to what is promised of every answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from medrisk.core.model import Note, Report
from medrisk.core.text import split_lines
from medrisk.service import Medrisk

Scenario = dict[str, Any]
_KEYS = {"name", "paste", "jurisdiction", "expect"}


def _scenarios() -> Iterator[Any]:
    for path in sorted(Path(__file__).parent.glob("*.yaml")):
        for scenario in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(scenario, id=f"{path.stem}: {scenario['name']}")


def _drugs(report: Report, context: str) -> list[str]:
    lines = [line for line in report.lines if line.status == "matched" and line.context == context]
    return sorted({ingredient.name for line in lines for ingredient in line.ingredients})


def _count(status: str) -> Callable[[Report, int], bool]:
    return lambda report, expected: sum(line.status == status for line in report.lines) == expected


def _in(context: str) -> Callable[[Report, list[str]], bool]:
    return lambda report, expected: _drugs(report, context) == sorted(expected)


def _is_like(note: Note, expected: Scenario) -> bool:
    facts = {
        "rule": note.rule, "kind": note.kind, "tier": note.tier.value, "severity": note.severity and note.severity.value,
        "interruptive": note.interruptive, "drugs": sorted(note.drugs),
    }  # fmt: skip
    return all(facts[key] == (sorted(value) if key == "drugs" else value) for key, value in expected.items())


def _has_notes(report: Report, expected: list[Scenario]) -> bool:
    return all(any(_is_like(note, one) for note in report.notes) for one in expected)


def _has_no_notes(report: Report, expected: list[str]) -> bool:
    return not {note.rule for note in report.notes} & set(expected)


def _is_silent(report: Report, expected: bool) -> bool:
    loud = [note for note in report.notes if note.severity or note.interruptive or note.kind == "red_flag"]
    return (not loud) is expected


def _is_first(report: Report, expected: str) -> bool:
    return bool(report.notes) and report.notes[0].rule == expected


def _is_ordered(report: Report, expected: list[list[str]]) -> bool:
    """The first of each pair has more points than the second, for every symptom for which both are ranked."""
    points = {(c.symptom, c.ingredient.name): c.points for c in report.contributors}
    symptoms = {symptom for symptom, _ in points}
    return bool(symptoms) and all(points[s, more] > points[s, less] for s in symptoms for more, less in expected)


def _has_contributors(report: Report, expected: list[str]) -> bool:
    return sorted({c.ingredient.name for c in report.contributors}) == sorted(expected)


def _has_no_tier(report: Report, expected: list[str]) -> bool:
    return bool(report.contributors) and not {c.tier for c in report.contributors} & set(expected)


def _questions_mention(report: Report, expected: list[str]) -> bool:
    questions = " ".join(report.questions).lower()
    return all(word.lower() in questions for word in expected)


def _no_action_contains(report: Report, expected: list[str]) -> bool:
    """No action says so, other than to say that it must not be done."""
    actions = [action.lower() for note in report.notes for action in note.actions]
    told = [action for action in actions if "do not" not in action and "not stop" not in action]
    return not any(words.lower() in action for action in told for words in expected)


def _has_symptoms(report: Report, expected: list[str]) -> bool:
    return sorted({s.id for s in report.patient.symptoms if not s.negated}) == sorted(expected)


_CHECKS: dict[str, Callable[[Report, Any], bool]] = {
    "active": _in("active"), "stopped": _in("stopped"), "planned": _in("planned"),
    "ignored_lines": _count("ignored"), "unknown_lines": _count("unknown"), "ambiguous_lines": _count("ambiguous"),
    "notes": _has_notes, "no_notes": _has_no_notes, "first_note": _is_first, "silent": _is_silent,
    "contributors": _has_contributors, "contributors_order": _is_ordered, "no_tier": _has_no_tier,
    "questions_mention": _questions_mention, "no_action_contains": _no_action_contains, "symptoms": _has_symptoms,
}  # fmt: skip


def _seen(report: Report) -> str:
    """The answer in short, for whoever reads a failure."""
    lines = [f"  {x.number} {x.status}/{x.context}: {', '.join(i.name for i in x.ingredients) or x.reason}" for x in report.lines]
    notes = [
        f"  {n.rule} ({n.kind}, {n.tier.value}, {n.severity and n.severity.value}, interruptive={n.interruptive}): {', '.join(n.drugs)}"
        for n in report.notes
    ]
    ranked = [f"  {c.symptom}: {c.ingredient.name} {c.tier} {c.points}" for c in report.contributors]
    questions = [f"  {question}" for question in report.questions]
    return "\n".join(["lines", *lines, "notes", *notes, "contributors", *ranked, "questions", *questions])


@pytest.mark.parametrize("scenario", list(_scenarios()))
def test_scenario(scenario: Scenario, services: dict[str, Medrisk]) -> None:
    assert scenario.keys() <= _KEYS
    assert scenario["expect"].keys() <= _CHECKS.keys(), "an expectation that this test does not know"
    report = services[scenario.get("jurisdiction", "US")].check(scenario["paste"])
    missed = {key: value for key, value in scenario["expect"].items() if not _CHECKS[key](report, value)}
    assert not missed, f"\nexpected {missed}\n{_seen(report)}"


@pytest.mark.parametrize("scenario", list(_scenarios()))
def test_what_is_promised_of_every_answer(scenario: Scenario, service: Medrisk) -> None:
    report = service.check(scenario["paste"])
    _accounts_for_every_line(scenario["paste"], report)
    flags = [note.kind == "red_flag" for note in report.notes]
    assert flags == sorted(flags, reverse=True), "red flags come first"
    for note in report.notes:
        assert note.summary
        assert note.why
        assert note.sources, f"{note.rule} cites nothing"
        assert [action for action in note.actions if re.match(r"stop\b", action, re.IGNORECASE)] == []
        if note.kind == "drug_class":
            assert (note.severity, note.interruptive) == (None, False)


def _accounts_for_every_line(paste: str, report: Report) -> None:
    typed = [number for number, raw in enumerate(split_lines(paste), start=1) if raw.strip()]
    told = {line.number + offset for line in report.lines for offset in range(line.text.count("\n") + 1)}
    assert set(typed) <= told


def test_names_of_scenarios_are_unique() -> None:
    names = [param.id for param in _scenarios()]
    assert len(set(names)) == len(names) >= 25
