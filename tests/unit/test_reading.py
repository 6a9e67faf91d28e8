"""Entries become lines: which drug, with which status, and whether the patient takes it."""

from __future__ import annotations

import pytest

from medrisk.core.model import Line
from medrisk.core.names import Vocabulary
from medrisk.core.reading import read_lines, read_one


def _names(line: Line) -> list[str]:
    return [ingredient.name for ingredient in line.ingredients]


def _read(text: str, vocabulary: Vocabulary) -> list[tuple[str, str, list[str]]]:
    return [(line.status, line.context, _names(line)) for line in read_lines(text, vocabulary)]


def _drugs(text: str, vocabulary: Vocabulary, context: str = "active") -> list[str]:
    """The ingredients that were recognised as taken (or in another context)."""
    lines = read_lines(text, vocabulary)
    return [name for line in lines if line.status == "matched" and line.context == context for name in _names(line)]


@pytest.mark.parametrize(
    ("text", "drugs", "method"),
    [
        ("simvastatin 40 mg nightly", ["simvastatin"], "exact"),
        ("ZOCOR 40MG TAB", ["simvastatin"], "exact"),
        ("Salbutamol inhaler 2 puffs prn", ["albuterol"], "exact"),
        ("frusemide 40 mg mane", ["furosemide"], "exact"),
        ("metoprolol succinate 50 mg", ["metoprolol"], "exact"),
        ("HCTZ 25", ["hydrochlorothiazide"], "abbreviation"),
        ("Zestoretic 20/12.5", ["lisinopril", "hydrochlorothiazide"], "exact"),
        ("lisinopril/hydrochlorothiazide 20/12.5 mg", ["lisinopril", "hydrochlorothiazide"], "exact"),
        ("warfarin (Coumadin) 5 mg", ["warfarin"], "exact"),
        ("Lipitor (atorvastatin) 20 mg", ["atorvastatin"], "exact"),
        ("simvastatine 40 mg", ["simvastatin"], "corrected"),
        ("fur0semide 40 mg", ["furosemide"], "exact"),
        ("furosernide 40 mg", ["furosemide"], "corrected"),
        ("hydrochlorothiaz 25 mg", ["hydrochlorothiazide"], "corrected"),
        ("RxCUI 36567 40 mg nightly", ["simvastatin"], "rxcui"),
        ("lisinopril20mgdaily", ["lisinopril"], "exact"),
        ("for blood pressure: lisinopril 10 mg", ["lisinopril"], "exact"),
        ("5 mg warfarin at 6 pm", ["warfarin"], "exact"),
    ],
)
def test_a_line_that_names_a_drug(text: str, drugs: list[str], method: str, vocabulary: Vocabulary) -> None:
    (line,) = read_lines(text, vocabulary)
    assert (line.status, line.context, _names(line), line.method) == ("matched", "active", drugs, method)


@pytest.mark.parametrize(
    "text",
    [
        "alcohol swabs", "alcohol swabs, use as directed 4 times daily", "PCP: Dr Example", "PCP Dr Jane Example", "2 puffs inh q4h",
        "insulin pump", "insulin syringes 0.5 mL", "lithium level 0.6 mmol/L", "digoxin level pending", "vitamin D deficiency",
        "potassium 4.1", "potassium level", "magnesium 1.9 mg/dL", "insulin resistance", "alcohol abuse", "drinks alcohol socially",
        "Insurance: none", "TED stockings", "glucose test strips", "smokes 1 ppd", "follow up with Dr Example in 2 weeks",
        "avoid naproxen", "no known drug allergies", "NKDA",
        "alcohol pads", "alcohol wipes 70%", "alcohol 70 %", "alcohol gel", "no alcohol", "Alcohol: none", "Alcohol:", "alcohol: social",
        "alcohol occasionally", "denies alcohol", "drinks 2 beers", "avoid alcohol", "takes alcohol", "ethanol 120 mg/dL", "drinks alchohol daily",
        "Social history: alcohol", "Social history: alcohol daily", "alcohol withdrawal",
    ],
)  # fmt: skip
def test_never_a_drug(text: str, vocabulary: Vocabulary) -> None:
    (line,) = read_lines(text, vocabulary)
    assert line.status in {"ignored", "unknown"}
    assert (_names(line), bool(line.reason)) == ([], True)


@pytest.mark.parametrize("text", ["alcohol", "- alcohol", "Ethanol", "Medications: alcohol", "alcohol daily", "lisinopril 10 mg\nalcohol"])
def test_alcohol_is_taken_where_it_is_an_entry_of_its_own(text: str, vocabulary: Vocabulary) -> None:
    assert _drugs(text, vocabulary)[-1:] == ["ethanol"]


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("albuterol 2 puffs inh q4h", ["albuterol"]),
        ("Take 1 cap of naproxen daily", ["naproxen"]),
        ("simvastatin 40 mg 1 cap nightly", ["simvastatin"]),
        ("lisinopril 10 mg, take with alcohol swab", ["lisinopril"]),
        ("naproxen 500 mg bid, do not take with alcohol", ["naproxen"]),
    ],
)
def test_words_of_the_directions_add_no_drug(text: str, drugs: list[str], vocabulary: Vocabulary) -> None:
    assert _drugs(text, vocabulary) == drugs


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("potassium 20 mEq daily", "potassium"), ("takes magnesium", "magnesium"), ("magnesium", "magnesium"),
        ("lithium 300 mg bid", "lithium"), ("INH 300 mg daily", "isoniazid"), ("chloramphenicol eye ointment", "chloramphenicol"),
        ("insulin 10 units qhs", "insulin"), ("digoxin 0.125 mg", "digoxin"),
    ],
)  # fmt: skip
def test_the_same_words_are_drugs_where_they_are_taken(text: str, drug: str, vocabulary: Vocabulary) -> None:
    assert _drugs(text, vocabulary) == [drug]


@pytest.mark.parametrize(
    "text",
    [
        "stopped naproxen last week", "naproxen - discontinued", "naproxen (stopped in May)", "no longer takes naproxen",
        "naproxen on hold", "hold naproxen", "d/c naproxen", "~~naproxen 250 mg~~", "Discontinued: naproxen", "used to take naproxen",
        "was on naproxen until last week", "STOP taking these medications:\nnaproxen",
        "Medication\tStatus\nnaproxen\tDiscontinued",
    ],
)  # fmt: skip
def test_stopped(text: str, vocabulary: Vocabulary) -> None:
    assert _drugs(text, vocabulary, "stopped") == ["naproxen"]
    assert _drugs(text, vocabulary, "active") == []


@pytest.mark.parametrize(
    "text",
    [
        "consider adding lisinopril", "will start lisinopril tomorrow", "lisinopril to be started next week", "Plan: lisinopril 5 mg",
        "Plan: start lisinopril 5 mg", "we recommend lisinopril", "may add lisinopril if pressure stays high",
    ],
)  # fmt: skip
def test_planned(text: str, vocabulary: Vocabulary) -> None:
    assert _drugs(text, vocabulary, "planned") == ["lisinopril"]
    assert _drugs(text, vocabulary, "active") == []


@pytest.mark.parametrize(
    "text",
    [
        "Allergies: naproxen", "ALLERGIES\nnaproxen", "allergic to naproxen", "naproxen (rash)", "naproxen allergy",
        "intolerant of naproxen", "cannot take naproxen, anaphylaxis",
    ],
)  # fmt: skip
def test_allergy_is_never_taken(text: str, vocabulary: Vocabulary) -> None:
    lines = [line for line in read_lines(text, vocabulary) if line.reason != "a heading"]
    assert [(line.status, line.context) for line in lines] == [("ignored", "allergy")]


@pytest.mark.parametrize(
    "text",
    [
        "mother takes warfarin", "Family history: father on warfarin", "denies warfarin", "never took warfarin", "does not use warfarin",
        "her husband is on warfarin",
    ],
)  # fmt: skip
def test_a_drug_that_is_only_spoken_of_is_not_taken(text: str, vocabulary: Vocabulary) -> None:
    lines = read_lines(text, vocabulary)
    assert {(line.status, line.context) for line in lines} == {("ignored", "none")}


@pytest.mark.parametrize(
    ("text", "stopped", "active"),
    [
        ("switched from lisinopril to warfarin", ["lisinopril"], ["warfarin"]),
        ("changed from simvastatin 40 mg to atorvastatin 20 mg", ["simvastatin"], ["atorvastatin"]),
        ("stopped naproxen, now takes warfarin 5 mg", ["naproxen"], ["warfarin"]),
        ("stopped naproxen and quinine", ["naproxen", "quinine"], []),
        ("no changes to lisinopril 10 mg", [], ["lisinopril"]),
        ("was told not to stop warfarin", [], ["warfarin"]),
    ],
)
def test_sentences_tell_what_is_taken_now(text: str, stopped: list[str], active: list[str], vocabulary: Vocabulary) -> None:
    assert _drugs(text, vocabulary, "stopped") == stopped
    assert _drugs(text, vocabulary, "active") == active


@pytest.mark.parametrize(
    "text",
    [
        "simvastatin, amlodipine, hctz and kcl 20 meq",
        "SIMVASTATIN, AMLODIPINE, HCTZ AND KCL 20 MEQ",
        "takes simvastatin 40 mg, amlodipine 10 mg, HCTZ 25 mg and KCl 20 mEq",
        "simvastatin; amlodipine; hctz; kcl",
    ],
)
def test_several_drugs_on_one_line_are_all_read(text: str, vocabulary: Vocabulary) -> None:
    assert _drugs(text, vocabulary) == ["simvastatin", "amlodipine", "hydrochlorothiazide", "potassium chloride"]


def test_two_drugs_with_a_slash_that_are_no_product_stay_two(vocabulary: Vocabulary) -> None:
    assert len(read_lines("simvastatin / warfarin", vocabulary)) == 2


def test_two_columns_are_two_drugs_each_with_its_dose(vocabulary: Vocabulary) -> None:
    lines = read_lines("simvastatin 40 mg nightly        lisinopril 10 mg twice daily", vocabulary)
    assert [_names(line) for line in lines] == [["simvastatin"], ["lisinopril"]]
    assert [str(line.daily_doses[0].amount) for line in lines if line.daily_doses[0]] == ["40 mg", "20 mg"]


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("hydroxazine 25 mg", {"hydroxyzine", "hydralazine"}), ("quinine/quinidine 300 mg", {"quinine", "quinidine"}),
        ("predniso 5 mg", {"prednisone", "prednisolone"}), ("PRED 5 mg daily", {"prednisone", "prednisolone"}),
    ],
)  # fmt: skip
def test_two_possible_drugs_are_both_offered_and_none_is_taken(text: str, candidates: set[str], vocabulary: Vocabulary) -> None:
    (line,) = read_lines(text, vocabulary)
    assert (line.status, _names(line)) == ("ambiguous", [])
    assert {candidate.name for candidate in line.candidates} == candidates
    assert line.reason


@pytest.mark.parametrize("text", ["Foozol 10 mg daily", "zzyqlimab 40 mg sc weekly", "blood thinner", "little white pill", "water pill 1 daily"])
def test_an_unknown_drug_is_said_to_be_unknown(text: str, vocabulary: Vocabulary) -> None:
    (line,) = read_lines(text, vocabulary)
    assert (line.status, line.context, _names(line)) == ("unknown", "active", [])
    assert line.reason


def test_a_correction_is_shown_with_its_score(vocabulary: Vocabulary) -> None:
    (line,) = read_lines("simvastatine 40 mg", vocabulary)
    assert line.method == "corrected"
    assert line.score is not None
    assert line.score < 100
    assert line.candidates[0].name == "simvastatin"


def test_an_error_prone_abbreviation_is_said(vocabulary: Vocabulary) -> None:
    (line,) = read_lines("MSO4 10 mg prn", vocabulary)
    assert _names(line) == ["morphine"]
    assert any("error-prone" in warning for warning in line.warnings)


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("Timoptic 0.5% bd", "ophthalmic"), ("timolol 10 mg po bd", "oral"), ("salbutamol prn", "inhaled"),
        ("insulin lispro 10 units with meals", "subcutaneous"), ("simvastatin 40 mg", "unknown"), ("INH 300 mg daily", "unknown"),
        ("simvastatin 40 mg tablet nightly", "oral"),
    ],
)  # fmt: skip
def test_route(text: str, route: str, vocabulary: Vocabulary) -> None:
    (line,) = read_lines(text, vocabulary)
    assert line.route == route


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        ("simvastatin 40 mg nightly", ["40 mg"]),
        ("Zestoretic 20/12.5 daily", ["20 mg", "12.5 mg"]),
        ("simvastatin 40 mg\nTake one tablet by mouth twice daily", ["80 mg"]),
        ("simvastatin 20 mg tablet\n  Sig: take 2 tablets at bedtime", ["40 mg"]),
        ("1. simvastatin 20 mg\n   take 2 tablets at bedtime", ["40 mg"]),
        ("simvastatin 20 mg take 1/2 tab nightly", ["10 mg"]),
        ("simvastatin ½ x 20 mg tablet nightly", ["10 mg"]),
        ("simvastatin nightly", [None]),
        ("RxCUI: 36567", [None]),
    ],
)
def test_daily_dose_of_a_line(text: str, doses: list[str | None], vocabulary: Vocabulary) -> None:
    (line,) = read_lines(text, vocabulary)
    assert [None if dose is None else str(dose.amount) for dose in line.daily_doses] == doses


def test_directions_below_belong_to_the_line_above_and_not_to_the_next(vocabulary: Vocabulary) -> None:
    lines = read_lines("simvastatin 20 mg\nTake 2 tablets nightly\nlisinopril 10 mg\nTake 1 tablet daily", vocabulary)
    assert [(line.number, _names(line)) for line in lines] == [(1, ["simvastatin"]), (3, ["lisinopril"])]
    assert "Take 2 tablets nightly" in lines[0].text


def test_words_already_read_as_clinical_are_no_drugs(vocabulary: Vocabulary) -> None:
    text = "simvastatin 40 mg\nlow potassium"
    (_, last) = read_lines(text, vocabulary, [(text.index("low"), len(text))])
    assert last.status == "ignored"


@pytest.mark.parametrize("text", ["simvastatin 40, amlodipine 10", "Allergies: naproxen", "", "Labs:", "stopped naproxen, takes warfarin"])
def test_one_line_by_itself_is_exactly_one_line(text: str, vocabulary: Vocabulary) -> None:
    line = read_one(text, vocabulary, 4)
    assert (line.number, line.text) == (4, text)


def test_one_line_by_itself_holds_what_is_taken_now(vocabulary: Vocabulary) -> None:
    line = read_one("stopped naproxen, takes warfarin 5 mg", vocabulary, 1)
    assert (line.status, line.context, _names(line)) == ("matched", "active", ["warfarin"])


def test_every_line_has_its_number_and_none_is_lost(vocabulary: Vocabulary) -> None:
    paste = "Medications:\n\nsimvastatin 40\n=====\n???\nFoozol 10 mg\nAllergies: quinine\nhello there everybody how are you\n"
    assert [line.number for line in read_lines(paste, vocabulary)] == [1, 3, 4, 5, 6, 7, 8]
