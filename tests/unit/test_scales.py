"""Published scales: what case reports scored, what is missing for a result, and that a settled result stays settled."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrisk.core.clinical import LabResult
from medrisk.core.scale_answers import answers_from_labs
from medrisk.core.scale_model import Item, Scale
from medrisk.core.scales import score, total_range
from medrisk.errors import InputError
from medrisk.knowledge.build_scales import build_scale
from medrisk.knowledge.scale_schemas import ScaleSchema
from medrisk.knowledge.strict_yaml import parse_yaml

_FILE = Path(__file__).parents[2] / "data" / "scales.yaml"
# Multiples on both sides of every limit of the creatine kinase table.
_MULTIPLES = ("0.5 xULN", "1xULN", "3 xULN", "4 xULN", ">4 xULN", "10xULN", "39 xULN", "40 xULN", "41 xULN", ">40xULN", "<4 xULN")


def _scales() -> dict[str, Scale]:
    document = parse_yaml(_FILE.read_bytes()).document
    assert isinstance(document, dict)
    return {entry["id"]: build_scale(ScaleSchema().load(entry)) for entry in document["scales"]}


SCALES = _scales()
NARANJO, WHO_UMC, SAMS_CI, DIPS = (SCALES[name] for name in ("naranjo", "who_umc", "sams_ci", "dips"))
HUNTER, EAS = SCALES["hunter"], SCALES["eas_creatine_kinase"]


def choices(item: Item) -> tuple[str, ...]:
    return tuple(answer.id for answer in item.answers) or _MULTIPLES


def filled(scale: Scale, answer: str, **others: str) -> dict[str, str]:
    return {item.id: answer for item in scale.items} | others


# Naranjo: tables of published case reports.
@pytest.mark.parametrize(
    ("yes", "no", "total", "band"),
    [
        ("after_drug better_without objective", "other_causes", 6, "probable"),  # PMC6136411, table 1
        ("known_reaction after_drug better_without back_with_drug", "other_causes", 8, "probable"),  # doi:10.1186/s13256-019-2244-z
        ("known_reaction after_drug other_causes objective", "", 3, "possible"),  # doi:10.12998/wjcc.v12.i7.1371
    ],
)
def test_naranjo_scores_what_case_reports_scored(yes: str, no: str, total: int, band: str) -> None:
    answers = filled(NARANJO, "unknown", **dict.fromkeys(yes.split(), "yes"), **dict.fromkeys(no.split(), "no"))
    result = score(NARANJO, answers)
    assert (result.total, result.band, result.missing) == (total, band, ())


def test_the_totals_reach_as_far_as_published() -> None:
    assert total_range(NARANJO) == (-4, 13)
    assert total_range(DIPS) == (-9, 11)
    assert total_range(SAMS_CI) is None
    assert total_range(HUNTER) is None


@pytest.mark.parametrize(("total", "band"), [(13, "definite"), (9, "definite"), (8, "probable"), (5, "probable"), (4, "possible"), (1, "possible"), (0, "doubtful"), (-4, "doubtful")])
def test_naranjo_bands_end_where_published(total: int, band: str) -> None:
    assert [one.label for one in NARANJO.bands if one.holds_total(total)] == [band]


def test_an_unanswered_item_is_not_an_item_answered_unknown() -> None:
    answers = filled(NARANJO, "unknown", after_drug="yes")
    assert score(NARANJO, answers).total == 2
    del answers["objective"]
    result = score(NARANJO, answers)
    assert (result.total, result.between, result.missing) == (None, (2, 3), ("objective",))
    assert result.band == "possible"
    assert "Settled" in result.note


def test_a_band_that_an_answer_may_change_is_not_said() -> None:
    answers = filled(NARANJO, "unknown", after_drug="yes", better_without="yes", back_with_drug="unknown", known_reaction="yes")
    del answers["objective"]
    result = score(NARANJO, answers)
    assert (result.total, result.band, result.open_bands) == (None, None, ("probable", "possible"))
    assert "Incomplete" in result.note


def test_nothing_answered_says_that_everything_is_missing() -> None:
    for scale in SCALES.values():
        result = score(scale, {})
        assert (result.total, result.band) == (None, None)
        assert result.missing[0] == scale.items[0].id


# SAMS-CI and DIPS: points, but no names of results.
def test_sams_ci_gives_a_total_without_a_band() -> None:
    result = score(SAMS_CI, {"location": "hip_or_thigh", "onset": "under_4_weeks", "withdrawal": "under_2_weeks", "rechallenge": "under_4_weeks"})
    assert (result.total, result.band) == (11, None)
    assert "not been read" in result.note


@pytest.mark.parametrize("absent", ["withdrawal", "rechallenge"])
def test_sams_ci_is_incomplete_without_dechallenge_and_rechallenge(absent: str) -> None:
    answers = {"location": "calves", "onset": "under_4_weeks", "withdrawal": "under_2_weeks", "rechallenge": "under_4_weeks"}
    del answers[absent]
    result = score(SAMS_CI, answers)
    assert (result.total, result.band, result.missing) == (None, None, (absent,))


def test_points_that_were_not_read_give_no_total() -> None:
    result = score(SAMS_CI, {"location": "calves", "onset": "under_4_weeks", "withdrawal": "under_2_weeks", "rechallenge": "not_back"})
    assert (result.total, result.missing) == (None, ())
    assert "rechallenge were not read" in result.note


def test_dips_leaves_item_six_out_without_a_dechallenge() -> None:
    answers = filled(DIPS, "yes", better_without="unknown", other_causes="no")
    result = score(DIPS, answers)
    assert (result.total, result.band) == (8, None)
    assert "Not counted" in result.note
    assert "back_with_precipitant" in result.note
    del answers["back_with_precipitant"]
    assert score(DIPS, answers).missing == ()
    assert score(DIPS, answers | {"better_without": "yes"}).missing == ("back_with_precipitant",)


# Hunter: each rule of the table, and each of its parts alone.
@pytest.mark.parametrize(
    ("signs", "is_met"),
    [
        ("spontaneous_clonus", True),
        ("inducible_clonus agitation", True),
        ("inducible_clonus diaphoresis", True),
        ("ocular_clonus agitation", True),
        ("ocular_clonus diaphoresis", True),
        ("tremor hyperreflexia", True),
        ("hypertonia temperature_over_38 ocular_clonus", True),
        ("hypertonia temperature_over_38 inducible_clonus", True),
        ("inducible_clonus ocular_clonus", False),
        ("agitation diaphoresis tremor", False),
        ("hypertonia temperature_over_38", False),
        ("hyperreflexia agitation diaphoresis", False),
        ("hypertonia inducible_clonus", False),
        ("", False),
    ],
)
def test_hunter_follows_the_table(signs: str, is_met: bool) -> None:
    present = dict.fromkeys(signs.split(), "yes")
    result = score(HUNTER, filled(HUNTER, "no", serotonergic_drug="yes", **present))
    assert (result.band, result.missing) == ("criteria met" if is_met else "criteria not met", ())
    asked = score(HUNTER, {"serotonergic_drug": "yes", **present})
    assert asked.band == ("criteria met" if is_met else None)


def test_hunter_is_for_serotonergic_drugs_only() -> None:
    result = score(HUNTER, {"serotonergic_drug": "no", "spontaneous_clonus": "yes"})
    assert (result.band, result.missing) == ("does not apply", ())
    assert "Not counted" in result.note
    assert score(HUNTER, {"spontaneous_clonus": "yes"}).open_bands == ("does not apply", "criteria met", "criteria not met")


def test_hunter_never_takes_what_was_not_examined_for_absent() -> None:
    answers = filled(HUNTER, "no", serotonergic_drug="yes", tremor="yes")
    del answers["hyperreflexia"]
    assert score(HUNTER, answers).band is None
    assert score(HUNTER, answers | {"tremor": "no"}).band == "criteria not met"


# WHO-UMC
CERTAIN = {"information": "enough", "timing": "plausible", "other_causes": "excluded", "withdrawal": "plausible", "definitive": "yes", "rechallenge": "satisfactory"}


@pytest.mark.parametrize(
    ("changes", "band"),
    [
        ({}, "certain"),
        ({"rechallenge": "not_needed"}, "certain"),
        ({"rechallenge": "not_done"}, "probable"),
        ({"definitive": "no"}, "probable"),
        ({"other_causes": "unlikely"}, "probable"),
        ({"timing": "reasonable", "other_causes": "unlikely", "withdrawal": "reasonable", "rechallenge": "not_done"}, "probable"),
        ({"other_causes": "could_explain"}, "possible"),
        ({"withdrawal": "unclear", "rechallenge": "not_done"}, "possible"),
        ({"timing": "improbable", "other_causes": "could_explain"}, "unlikely"),
        ({"information": "awaited"}, "conditional"),
        ({"information": "not_available"}, "unassessable"),
        ({"withdrawal": "no_response"}, None),
        ({"timing": "improbable"}, None),
    ],
)
def test_who_umc_follows_the_table(changes: dict[str, str], band: str | None) -> None:
    result = score(WHO_UMC, CERTAIN | changes)
    assert (result.band, result.missing, result.open_bands) == (band, (), ())
    assert ("takes a judgement" in result.note) == (band is None)


# Creatine kinase
@pytest.mark.parametrize(
    ("symptoms", "kinase", "kidney", "band"),
    [
        ("yes", "0.8xULN", None, "symptoms, normal creatine kinase"),
        ("yes", "1xULN", None, "symptoms, normal creatine kinase"),
        ("yes", "1.1 x ULN", None, "symptoms, 1 to 4 times"),
        ("yes", "3.99xULN", None, "symptoms, 1 to 4 times"),
        ("yes", "4xULN", None, "symptoms, 4 to 10 times"),
        ("yes", "2000/200", None, "symptoms, 10 to 40 times"),
        ("yes", "40xULN", None, "symptoms, 10 to 40 times"),
        ("yes", "41xULN", None, None),
        ("yes", ">40xULN", "yes", "symptoms, over 40 times, with kidney impairment or myoglobinuria"),
        ("yes", "41xULN", "no", "symptoms, over 40 times"),
        ("yes", ">10xULN", None, None),
        ("no", "3xULN", None, "no symptoms, 1 to 4 times"),
        ("no", "45xULN", None, "no symptoms, over 4 times"),
        ("no", "0.5xULN", None, "no symptoms, normal creatine kinase"),
        (None, "12xULN", None, None),
    ],
)
def test_creatine_kinase_follows_the_table(symptoms: str | None, kinase: str, kidney: str | None, band: str | None) -> None:
    given_answers = {"muscle_symptoms": symptoms, "creatine_kinase": kinase, "kidney_or_myoglobin": kidney}
    result = score(EAS, {name: answer for name, answer in given_answers.items() if answer})
    assert result.band == band
    assert bool(result.missing) == (band is None)


def test_a_result_with_its_upper_limit_is_an_answer() -> None:
    def lab(value: float | None, comparator: str = "") -> LabResult:
        return LabResult("creatine_kinase", "Creatine kinase", "", 0, 0, 2400, comparator, "U/L", value, "xULN", None, None, None)

    assert answers_from_labs(EAS, [lab(None)]) == {}
    found = answers_from_labs(EAS, [lab(3.0), lab(12.0), lab(None)])
    assert score(EAS, found | {"muscle_symptoms": "yes"}).band == "symptoms, 10 to 40 times"
    assert answers_from_labs(EAS, [lab(40.0, ">")])["creatine_kinase"].startswith(">40")
    assert answers_from_labs(NARANJO, [lab(12.0)]) == {}


@pytest.mark.parametrize("text", ["900", "2400 U/L", "12", "2400/0", "high", "-3xULN", "", "1e9xULN"])
def test_a_creatine_kinase_without_its_limit_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        score(EAS, {"creatine_kinase": text})
    assert caught.value.field == "creatine_kinase"


def test_what_was_typed_is_not_repeated() -> None:
    for answers in ({"zzcanaryzz": "yes"}, {"after_drug": "zzcanaryzz"}):
        with pytest.raises(InputError) as caught:
            score(NARANJO, answers)
        assert "zzcanaryzz" not in caught.value.message + caught.value.hint + caught.value.field


# Properties
def partial(scale: Scale) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({}, optional={item.id: st.sampled_from(choices(item)) for item in scale.items})


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_settled_band_stays_whatever_is_answered_next(scale: Scale, data: st.DataObject) -> None:
    answers = data.draw(partial(scale))
    before = score(scale, answers)
    unanswered = [item for item in scale.items if item.id not in answers]
    for item in unanswered:
        for answer in choices(item):
            after = score(scale, answers | {item.id: answer})
            if before.band is not None:
                assert after.band == before.band
            elif after.band is not None and before.open_bands:
                assert after.band in before.open_bands


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_band_is_said_when_every_completion_gives_it(scale: Scale, data: st.DataObject) -> None:
    """Against the slow and obvious way: answer all that is missing in every way."""
    answers = data.draw(st.fixed_dictionaries({item.id: st.sampled_from(choices(item)) for item in scale.items}))
    for name in data.draw(st.sets(st.sampled_from(sorted(answers)), max_size=3)):
        del answers[name]
    open_items = [item for item in scale.items if item.id not in answers]
    ways = product(*(choices(item) for item in open_items))
    bands = {score(scale, answers | dict(zip([i.id for i in open_items], way, strict=True))).band for way in ways}
    result = score(scale, answers)
    if result.band is not None:
        assert bands == {result.band}
    elif scale.kind == "points" and scale.bands:
        assert len(bands) > 1


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_total_lies_between_its_bounds(data: st.DataObject) -> None:
    for scale in (NARANJO, DIPS):
        answers = data.draw(partial(scale))
        bounds = score(scale, answers).between
        total = score(scale, filled(scale, "unknown") | answers).total
        assert total is not None
        assert bounds is None or bounds[0] <= total <= bounds[1]
