"""What holds of every paste: nothing is lost, nothing raises, and only what matters changes the answer."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medrisk.core.model import Report
from medrisk.errors import InputError
from medrisk.service import Medrisk

_DRUGS = [
    "simvastatin 40 mg nightly", "Norvasc 10 mg", "HCTZ 25", "omeprazole 20 mg daily", "Serevent inhaler", "digoxin 125 mcg od",
    "ibuprofen 400 mg tds prn", "Zestoretic 20/12.5 daily", "clarithromycin 500 mg bd", "prednisone 10 mg daily", "furosemide 40 mg bd",
    "spironolactone 25 mg daily", "lisinopril", "quinine 200 mg nocte", "baclofen 10 mg tid", "timolol eye drops bd",
    "hydroxazine 25 mg", "Foozol 10 mg daily", "stopped naproxen", "allergic to codeine", "K 3.1", "Mg 1.5 mg/dL", "eGFR 25",
    "c/o leg cramps at night", "no dark urine", "72 yo woman", "rosuvastatin 20 mg", "ciclosporin 100 mg bd",
]  # fmt: skip
_HEADINGS = ["Medications:", "STOP taking:", "Allergies", "PRN", "Drug\tDose\tStatus", "=====", "Take one tablet at bedtime", "\t\t", "1.", "~~x~~"]
_lists = st.lists(st.sampled_from(_DRUGS), min_size=1, max_size=9, unique=True)
_pastes = st.lists(st.one_of(st.sampled_from(_DRUGS), st.sampled_from(_HEADINGS), st.text(max_size=40)), max_size=10).map("\n".join)


def _note_ids(report: Report) -> set[str]:
    return {note.id for note in report.notes}


def _rules(service: Medrisk, text: str) -> set[str]:
    return {note.rule for note in service.check(text).notes}


def _is_visible(raw: str) -> bool:
    """A line of blanks and control characters shows nothing and counts as blank."""
    return any(character.isprintable() and not character.isspace() for character in raw)


@given(paste=_pastes)
def test_every_line_is_accounted_for_and_nothing_raises(paste: str, service: Medrisk) -> None:
    try:
        report = service.check(paste)
    except InputError as error:
        assert error.hint
        assert not any(character.isalnum() for character in paste)
        return
    typed = {number for number, raw in enumerate(re.split(r"\r\n|\r|\n", paste), start=1) if _is_visible(raw)}
    told = {line.number + offset for line in report.lines for offset in range(line.text.count("\n") + 1)}
    assert typed <= told
    for line in report.lines:
        assert line.ingredients or line.status != "matched"
        assert line.reason or line.status == "matched"
        assert line.candidates or line.status != "ambiguous"


@given(text=st.text())
@settings(max_examples=300)
def test_any_text_is_read(text: str, service: Medrisk) -> None:
    try:
        report = service.check(text)
    except InputError:
        return
    assert report.lines
    assert report.versions.knowledge


@given(text=st.text(max_size=80))
def test_any_single_line_is_one_line(text: str, service: Medrisk) -> None:
    assert service.normalize(text, 3).number == 3


@given(lines=_lists, data=st.data())
def test_the_order_of_the_lines_does_not_change_the_notes(lines: list[str], data: st.DataObject, service: Medrisk) -> None:
    shuffled = data.draw(st.permutations(lines))
    assert _note_ids(service.check("\n".join(shuffled))) == _note_ids(service.check("\n".join(lines)))


@given(lines=_lists, data=st.data())
def test_repeated_lines_do_not_change_the_notes(lines: list[str], data: st.DataObject, service: Medrisk) -> None:
    repeated = [*lines, *data.draw(st.lists(st.sampled_from(lines), min_size=1, max_size=3))]
    assert _note_ids(service.check("\n".join(repeated))) == _note_ids(service.check("\n".join(lines)))


@given(lines=_lists, unknown=st.sampled_from(["Brabozol 5 mg daily", "zzyqlimab 40 mg sc weekly", "little pink pill"]), data=st.data())
def test_an_unknown_line_takes_no_note_away(lines: list[str], unknown: str, data: st.DataObject, service: Medrisk) -> None:
    place = data.draw(st.integers(0, len(lines)))
    more = service.check("\n".join([*lines[:place], unknown, *lines[place:]]))
    assert _note_ids(more) == _note_ids(service.check("\n".join(lines)))
    assert any(line.status == "unknown" and line.text == unknown for line in more.lines)


@given(lines=_lists)
def test_the_same_paste_gives_the_same_answer(lines: list[str], service: Medrisk) -> None:
    assert service.check("\n".join(lines)) == service.check("\n".join(lines))


@given(lines=_lists, change=st.sampled_from([lambda i, t: f"{i}. {t}", lambda i, t: f"• {t}", lambda i, t: f"  {t}  ", lambda i, t: f"- {t}"]))
def test_numbers_and_bullets_do_not_change_the_notes(lines: list[str], change: object, service: Medrisk) -> None:
    listed = "\n".join(change(i, text) for i, text in enumerate(lines, start=1))  # type: ignore[operator]
    assert _note_ids(service.check(listed)) == _note_ids(service.check("\n".join(lines)))


_NAMES_OF_ONE_DRUG = [
    ("simvastatin 40 mg", "Zocor 40 mg", "SIMVASTATIN 40MG TAB"),
    ("amlodipine 10 mg", "Norvasc 10 mg", "amlodipine besylate 10 mg", "amlodipine besilate 10mg"),
    ("hydrochlorothiazide 25 mg", "HCTZ 25 mg", "Microzide 25 mg"),
    ("furosemide 40 mg", "Lasix 40 mg", "frusemide 40 mg"),
    ("omeprazole 20 mg", "Prilosec 20 mg", "Losec 20 mg", "omeprazole magnesium 20 mg"),
    ("cyclosporine 100 mg", "ciclosporin 100 mg", "Neoral 100 mg"),
    ("metoprolol 50 mg", "metoprolol succinate 50 mg", "Toprol XL 50 mg", "metoprolol tartrate 50 mg"),
    ("lisinopril 20 mg\nhydrochlorothiazide 12.5 mg", "lisinopril 20 mg\nHCTZ 12.5"),
    ("potassium chloride 20 mEq", "KCl 20 mEq", "K-Dur 20 mEq"),
    ("atorvastatin 80 mg", "Lipitor 80 mg", "atorvastatin calcium 80 mg"),
    ("digoxin 125 mcg", "Lanoxin 0.125 mg", "digoxin 125 micrograms"),
    ("prednisone 10 mg", "Deltasone 10 mg"),
]
_COMPANIONS = "clarithromycin 500 mg bd\nverapamil 240 mg\namlodipine 10 mg\nibuprofen 400 mg\nindapamide 2.5 mg\nK 3.1\nleg cramps"


@pytest.mark.parametrize("names", _NAMES_OF_ONE_DRUG, ids=lambda names: names[0])
def test_brand_generic_and_salt_give_the_same_rules(names: tuple[str, ...], service: Medrisk) -> None:
    alone = {name: frozenset(_rules(service, name)) for name in names}
    assert len(set(alone.values())) == 1, alone
    beside = {name: frozenset(_rules(service, f"{name}\n{_COMPANIONS}")) for name in names}
    assert len(set(beside.values())) == 1, beside


_ON_LABS = "denosumab 60 mg sc\nomeprazole 20 mg\nfurosemide 40 mg\ndigoxin 125 mcg\nmagnesium oxide 400 mg\nleg cramps\n"


@pytest.mark.parametrize("lab", ["magnesium", "calcium", "glucose"])
@given(tenths=st.integers(2, 140))
@settings(max_examples=60)
def test_units_of_a_lab_do_not_change_the_notes(lab: str, tenths: int, service: Medrisk) -> None:
    """mg/dL against mmol/L, by the factor of data/labs.yaml."""
    factor = next(entry["units"]["mg/dL"] for entry in service.knowledge.clinical["labs"] if entry["id"] == lab)
    mg = tenths / 4 if lab == "magnesium" else tenths * 3 if lab == "glucose" else tenths / 10
    conventional = service.check(f"{_ON_LABS}{lab} {mg:g} mg/dL")
    molar = service.check(f"{_ON_LABS}{lab} {mg * factor:.6f} mmol/L")  # type: ignore[operator]
    values = [[result.canonical_value for result in report.patient.labs] for report in (conventional, molar)]
    assert values[0] == pytest.approx(values[1], abs=2e-4)
    assert _note_ids(conventional) == _note_ids(molar)


@given(grams=st.sampled_from([10, 20, 40, 80]))
def test_units_of_a_dose_do_not_change_the_notes(grams: int, service: Medrisk) -> None:
    spellings = [f"{grams} mg", f"{grams / 1000} g", f"{grams * 1000} mcg", f"{grams}mg", f"{grams} milligrams"]
    notes = {spelling: frozenset(_note_ids(service.check(f"simvastatin {spelling}\namlodipine 5 mg"))) for spelling in spellings}
    assert len(set(notes.values())) == 1, notes
