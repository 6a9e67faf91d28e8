"""One mistake in a scale at a time: the loader names the field and says what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Break = Callable[[str, str, str], list[tuple[str, str, str]]]

# what stands there, what is written instead, field of the fault, part of its message
MISTAKES = [
    ("kind: points", "kind: marks", "scales[0].kind", "marks is not one of points, criteria"),
    ("id: tiny_points", "id: Tiny", "scales[0].id", "lower_snake_case"),
    ("id: tiny_criteria", "id: tiny_points", "scales[1]", "stands in scales.yaml already"),
    ('{id: "no", points: 0}', '{id: "yes", points: 0}', "scales[0].items[0].answers", "an id stands twice"),
    ('{id: "no", points: 0}', '"no"', "scales[0].items[0].answers[1].points", "is missing"),
    ('{id: "no", points: 0}', '{id: "no", points: 0.5}', "scales[0].items[0].answers[1].points", "a whole number"),
    ("at_least: 1}", "at_least: 2}", "scales[0].result.bands", "without gap or overlap"),
    ("at_most: 0}", "at_most: 0, at_least: -3}", "scales[0].result.bands", "open at both ends"),
    ("at_least: 1}", "at_least: 1, when: {item: first, is: unknown}}", "scales[0].result.bands[0].when", "stands only in"),
    ("label: low", "label: high", "scales[0].result.bands", "a label stands twice"),
    ("[{id: label-zocor, where: bands, verified: true}]", "[]", "scales[0].result.sources", "bands need at least one verified source"),
    ("where: points, verified: true", "where: points, verified: false", "scales[0].sources", "at least one verified source"),
    ("{id: label-zocor, where: points", "{id: background, where: points", "scales[0].sources[0]", "was not read by anyone"),
    ("{id: label-zocor, where: points", "{id: label-x, where: points", "scales[0].sources[0].id", "unknown source label-x"),
    ("result:", "result:\n      unread: Not read.", "scales[0].result", "exactly one of bands, unread"),
    ("is: unwell}", "is: ill}", "scales[1].items[1].only_when", "ill is no answer to state"),
    ("only_when: {item: state", "only_when: {item: kinase", "scales[1].items[1].only_when", "kinase is no item above this"),
    ("over: 10 xULN", "over: 10 U/L", "scales[1].result.bands[0].when", "the amount is counted in xULN"),
    ("over: 10 xULN", "is: unwell", "scales[1].result.bands[0].when", "a lab is compared with an amount"),
    ("over: 10 xULN", "over: 10 xULN, under: 20 xULN", "scales[1].result.bands[0].when", "exactly one of is"),
    ("when: {item: kinase, over: 10 xULN}", "meaning: all else", "scales[1].result.bands[0].when", "only the last band"),
    ("lab: kinase", "lab: potassium", "scales[1].items[1].lab", "only a lab counted in xULN"),
    ("lab: kinase", "lab: troponin", "scales[1].items[1].lab", "unknown lab troponin"),
    ("lab: kinase", "answers: []", "scales[1].items[1]", "exactly one of answers, lab"),
    ("checked_by: null", "checked_by: A. Person", "scales[0].checked_by", "must be null"),
]


def test_the_minimal_scales_have_no_fault(break_data: Break) -> None:
    assert break_data("scales.yaml", "name: Tiny points", "name: Small points") == []


@pytest.mark.parametrize(("old", "new", "field", "message"), MISTAKES)
def test_a_mistake_is_reported(break_data: Break, old: str, new: str, field: str, message: str) -> None:
    faults = break_data("scales.yaml", old, new)
    assert any(file == "scales.yaml" and at == field and message in text for file, at, text in faults), faults
