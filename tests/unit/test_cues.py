"""The words beside a drug that tell whether it is taken, stopped, planned, an allergy or only spoken of."""

from __future__ import annotations

import pytest

from medrisk.core.cues import cue_after, cue_before, is_list_glue


@pytest.mark.parametrize(
    "before",
    [
        "stopped ", "She stopped taking the ", "no longer on ", "used to take ", "previously on ", "d/c ", "d/c'd ", "dc'd ",
        "discontinued ", "hold ", "held ", "came off ", "quit ", "switched from ", "could not tolerate ", "tried and failed ",
        "instead of ", "weaned off ", "not taking ",
    ],
)
def test_stopped_before_the_drug(before: str) -> None:
    assert cue_before(before) == "stopped"


@pytest.mark.parametrize(
    "before",
    [
        "will start ", "plan to start ", "planning to begin ", "consider adding ", "consider ", "we recommend ", "may add ",
        "discuss switching to ", "should try ", "suggest ",
    ],
)
def test_planned_before_the_drug(before: str) -> None:
    assert cue_before(before) == "planned"


@pytest.mark.parametrize("before", ["allergic to ", "allergy: ", "intolerance to ", "anaphylaxis with ", "adverse reaction to "])
def test_allergy_before_the_drug(before: str) -> None:
    assert cue_before(before) == "allergy"


@pytest.mark.parametrize("before", ["denies ", "never took ", "mother takes ", "his wife is on ", "without ", "does not use ", "refuses "])
def test_not_the_patients_drug(before: str) -> None:
    assert cue_before(before) == "none"


@pytest.mark.parametrize(
    "before",
    [
        "takes ", "is on ", "continues ", "restarted ", "increased ", "was switched from lisinopril to ", "currently on ",
        "do not stop ", "no changes to ", "started on ", "new: ",
    ],
)
def test_taken(before: str) -> None:
    assert cue_before(before) == "active"


@pytest.mark.parametrize("before", ["", "   ", "1. ", "for gout: ", "morning "])
def test_words_without_a_cue_say_nothing(before: str) -> None:
    assert cue_before(before) is None


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ("she stopped naproxen and now takes ", "active"),
        ("takes lisinopril, stopped ", "stopped"),
        ("allergic to penicillin, takes ", "active"),
        ("denies cramps but takes ", "active"),
        ("stopped naproxen. ", None),
        ("stopped naproxen; ", None),
    ],
)
def test_the_nearest_cue_decides_and_a_clause_ends_its_reach(before: str, kind: str | None) -> None:
    assert cue_before(before) == kind


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (" - discontinued", "stopped"), (" (stopped in May)", "stopped"), (" was stopped last week", "stopped"),
        (" (on hold)", "stopped"), (" on hold", "stopped"), (" - held", "stopped"), (": no longer taking", "stopped"),
        (" 250 mg in the past", "stopped"), (" (finished course)", "stopped"),
        (" 500 mg bid finished last month", "stopped"), (" completed 3 weeks ago", "stopped"), (", course finished", "stopped"),
        (" to be started on Monday", "planned"), (" if cramps persist", "planned"), (" not yet started", "planned"),
        (" allergy", "allergy"), (" (rash)", "allergy"), (" intolerance", "allergy"),
        (": none", "none"), (" refused", "none"),
    ],
)  # fmt: skip
def test_after_the_drug(after: str, kind: str) -> None:
    assert cue_after(after) == kind


@pytest.mark.parametrize("after", [" 40 mg nightly", " 10 mg daily for blood pressure", " prn", "", " 5 mg stop date 1/1", " do not stop"])
def test_plain_directions_say_nothing(after: str) -> None:
    assert cue_after(after) is None


@pytest.mark.parametrize("between", [", ", " and ", " / ", ", and the ", " 40 mg, ", " + ", " or "])
def test_a_list_carries_one_cue(between: str) -> None:
    assert is_list_glue(between)


@pytest.mark.parametrize("between", [" and she takes ", ". Now on ", " but not ", " was replaced by "])
def test_a_new_clause_does_not(between: str) -> None:
    assert not is_list_glue(between)
