"""What a note says and leaves unsaid: figures, marks, order, wording and questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tiny import (
    NOT_READ,
    READ,
    cramp,
    drug_class,
    effect,
    knowledge,
    med,
    meds,
    potassium,
    red_flag,
    rule,
    slot,
)

from medrisk.core.conditions import PatientFacts
from medrisk.core.engine import Engine, Findings
from medrisk.core.model import Line, Medication, Note, Patient
from medrisk.core.notes import NoteWriter
from medrisk.core.questions import ask
from medrisk.core.rules import (
    Burden,
    BurdenLevel,
    Claim,
    Evidence,
    Grade,
    KnowledgeBase,
    Modifier,
    Onset,
    Severity,
    Test,
    Tier,
)
from medrisk.core.units import Quantity

_LOW_POTASSIUM = Test("lab", ids=("potassium",), op="under", amount=Quantity(3.5, "mmol/L"))
_PAIR = rule("statin-ibuprofen", slot("class:statin"), slot("ibuprofen"))
_CAP = rule("cap", slot("simvastatin", dose="over 20 mg"), slot("amlodipine"), kind="dose_cap", unchecked_without=("dose",))
_READ_FIGURE = Claim("12 of 100 in the label", (READ,), verified=True)
_GUESSED_FIGURE = Claim("99 of 100 from memory", (NOT_READ,), verified=False)


def _lines(medications: list[Medication]) -> list[Line]:
    last = max((m.line for m in medications), default=-1)
    texts: list[list[Medication]] = [[m for m in medications if m.line == i] for i in range(last + 1)]
    return [
        Line(i + 1, " / ".join(m.ingredient.name for m in group), "matched", "active", tuple(m.ingredient for m in group), method="exact")
        for i, group in enumerate(texts)
    ]


def _found(base: KnowledgeBase, medications: list[Medication], **facts: Any) -> tuple[Findings, PatientFacts]:
    patient = Patient(**facts)
    return Engine(base).find(medications, patient), PatientFacts(patient, lambda slot: False)


def _notes(base: KnowledgeBase, medications: list[Medication], **facts: Any) -> tuple[Note, ...]:
    found, known = _found(base, medications, **facts)
    return NoteWriter(base).write(found, _lines(medications), known)


def _note(name: str, base: KnowledgeBase, medications: list[Medication], **facts: Any) -> Note:
    (note,) = [note for note in _notes(base, medications, **facts) if note.rule == name]
    return note


def _questions(base: KnowledgeBase, medications: list[Medication], **facts: Any) -> tuple[str, ...]:
    found, known = _found(base, medications, **facts)
    return ask(found, NoteWriter(base).write(found, _lines(medications), known), base, known)


def _words(note: Note) -> str:
    return " ".join((note.summary, *note.why, *note.actions, *note.would_change))


# What was read and what was not


def test_a_figure_is_shown_only_when_it_was_read() -> None:
    classes = (drug_class("statin", ["simvastatin"], effect("myopathy", figures=(_READ_FIGURE, _GUESSED_FIGURE))),)
    words = _words(_note("statin", knowledge(classes=classes), meds("simvastatin")))
    assert _READ_FIGURE.text in words
    assert "99" not in words


def test_what_was_not_read_is_called_unverified() -> None:
    statin = drug_class(
        "statin", ["simvastatin"], effect("myopathy", sources=(NOT_READ,)), context=(Claim("said by many", (NOT_READ,)),),
        onset=Onset("within weeks", verified=False), dose_dependence=Claim("more with more", (), False),
        monitoring=(Claim("creatine kinase", (), False),), options=(Claim("ask about the dose", (), False),),
        evidence=Evidence(Grade.PROBABLE, (NOT_READ,)),
    )  # fmt: skip
    note = _note("statin", knowledge(classes=(statin,)), meds("simvastatin"))
    unmarked = [text for text in (*note.why, *note.actions) if "unverified" not in text]
    assert not note.verified
    assert unmarked == ["line 1: simvastatin", "Statin acts so."]
    assert [source.verified for source in note.sources] == [False]


def test_what_was_read_is_not_called_unverified() -> None:
    statin = drug_class("statin", ["simvastatin"], effect("myopathy"), options=(Claim("ask about the dose", (READ,), True),))
    note = _note("statin", knowledge(classes=(statin,)), meds("simvastatin"))
    assert note.verified
    assert "unverified" not in _words(note)


@pytest.mark.parametrize(("source", "verified"), [(READ, True), (NOT_READ, False)])
def test_a_rule_says_whether_its_evidence_was_read(source: Any, verified: bool) -> None:
    pair = replace(_PAIR, evidence=Evidence(Grade.PROBABLE, (source,)))
    note = _note(pair.id, knowledge(pair), meds("simvastatin", "ibuprofen"))
    assert (note.verified, note.evidence) == (verified, "probable")
    assert [(citation.id, citation.verified) for citation in note.sources] == [(source.id, verified)]
    assert all(citation.citation and citation.where for citation in note.sources)


# What a note holds


def test_a_note_names_lines_drugs_mechanism_and_actions() -> None:
    note = _note(_PAIR.id, knowledge(_PAIR), meds("simvastatin", "ibuprofen"))
    assert note.drugs == ("simvastatin", "ibuprofen")
    assert note.lines == (1, 2)
    assert note.actions == ("ask the prescriber",)
    assert any("line 2: ibuprofen" in why for why in note.why)
    assert any(why.startswith("It is so") for why in note.why)
    assert (note.severity, note.tier, note.interruptive) == (Severity.MAJOR, Tier.REVIEW, True)


def test_a_cap_says_which_dose_it_went_by() -> None:
    note = _note("cap", knowledge(_CAP), meds("simvastatin 40 mg", "amlodipine"))
    assert any("40 mg a day" in why for why in note.why)


def test_a_cap_without_a_dose_is_said_not_to_be_checked() -> None:
    note = _note("cap", knowledge(_CAP), meds("simvastatin", "amlodipine"))
    assert (note.kind, note.interruptive) == ("missing_information", False)
    assert note.summary.startswith("Cannot be checked without the dose")
    assert "simvastatin" in " ".join(note.actions)


def test_a_cap_without_a_dose_keeps_the_severity_of_its_pair() -> None:
    assert _note("cap", knowledge(_CAP), meds("simvastatin", "amlodipine")).severity is _CAP.severity


def test_a_dose_that_no_one_should_take_has_no_severity_until_it_is_known() -> None:
    alone = rule("alone", slot("simvastatin", dose="over 20 mg"), kind="dose_cap", unchecked_without=("dose",))
    note = _note("alone", knowledge(alone), meds("simvastatin"))
    assert (note.kind, note.severity, note.interruptive) == ("missing_information", None, False)


def test_a_burden_names_every_drug_and_its_mechanism() -> None:
    burden = rule("burden", kind="burden", severity=None, burden=Burden("hypokalaemia", (BurdenLevel(2, None, False, Tier.MONITOR),)))
    note = _note("burden", knowledge(burden), meds("furosemide", "hydrochlorothiazide", "prednisone"))
    assert set(note.drugs) == {"furosemide", "hydrochlorothiazide", "prednisone"}
    for drug in note.drugs:
        assert any(why.startswith(f"{drug}: through") for why in note.why)


def test_what_would_change_a_note_is_said() -> None:
    pair = replace(_PAIR, modifiers=(Modifier(_LOW_POTASSIUM, "Potassium is low", Severity.CONTRAINDICATED),))
    open_note = _note(pair.id, knowledge(pair), meds("simvastatin", "ibuprofen"))
    assert open_note.would_change == ("not known whether potassium is low",)
    known = _note(pair.id, knowledge(pair), meds("simvastatin", "ibuprofen"), labs=(potassium(3.0),))
    assert known.would_change == ()
    assert known.severity is Severity.CONTRAINDICATED


def test_a_class_note_has_no_severity_and_never_interrupts() -> None:
    for note in _notes(knowledge(), meds("simvastatin", "furosemide"), symptoms=(cramp(),), labs=(potassium(2.9),)):
        assert (note.kind, note.severity, note.interruptive) == ("drug_class", None, False)


def test_a_class_is_background_until_it_may_explain_a_symptom() -> None:
    assert _note("thiazide", knowledge(), meds("indapamide")).tier is Tier.INFO
    assert _note("thiazide", knowledge(), meds("indapamide"), symptoms=(cramp(),)).tier is Tier.MONITOR
    both = _note("thiazide", knowledge(), meds("indapamide"), symptoms=(cramp(),), labs=(potassium(3.0),))
    assert both.tier is Tier.REVIEW
    assert "muscle cramp" in both.summary


def test_what_only_another_authority_holds_is_for_information() -> None:
    elsewhere = replace(_PAIR, jurisdiction=frozenset({"UK"}), severity=Severity.CONTRAINDICATED)
    note = _note(_PAIR.id, knowledge(elsewhere), meds("simvastatin", "ibuprofen"))
    assert (note.tier, note.severity, note.interruptive) == (Tier.INFO, None, False)
    assert "UK" in note.summary


def test_another_authority_on_the_same_drugs_is_mentioned_in_the_note_of_home() -> None:
    uk = replace(_PAIR, id="uk-pair", name="Stricter in the kingdom", jurisdiction=frozenset({"UK"}))
    notes = _notes(knowledge(_PAIR, uk), meds("simvastatin", "ibuprofen"))
    (note,) = [n for n in notes if n.kind == "interaction"]
    assert any("Elsewhere (UK)" in why for why in note.why)


# Order and identity


def test_red_flags_come_first_then_tier_and_severity() -> None:
    flag = red_flag("weak", Test("symptom", ids=("muscle_cramp",)))
    worst = rule("worst", slot("simvastatin"), slot("clarithromycin"), severity=Severity.CONTRAINDICATED)
    minor = rule("minor", slot("simvastatin"), slot("naproxen"), severity=Severity.MINOR, interruptive=False)
    base = knowledge(minor, _PAIR, worst, red_flags=[flag])
    notes = _notes(base, meds("naproxen", "simvastatin", "ibuprofen", "clarithromycin"), symptoms=(cramp(),))
    assert [note.rule for note in notes if note.kind != "drug_class"] == ["weak", "worst", _PAIR.id, "minor"]
    assert notes[0].tier is Tier.URGENT


def test_a_red_flag_without_drugs_is_still_a_note() -> None:
    base = knowledge(red_flags=[red_flag("weak", Test("symptom", ids=("muscle_cramp",)))])
    (note,) = _notes(base, [], symptoms=(cramp(),))
    assert (note.kind, note.drugs, note.interruptive) == ("red_flag", (), True)


def test_notes_have_ids_of_their_own_that_do_not_change_with_the_order() -> None:
    texts = ["simvastatin 40 mg", "rosuvastatin", "ibuprofen", "amlodipine"]
    base = knowledge(_PAIR, _CAP)
    there, back = ([note.id for note in _notes(base, meds(*order))] for order in (texts, texts[::-1]))
    assert sorted(there) == sorted(back)
    assert len(set(there)) == len(there)


# Wording


def test_no_action_of_the_program_itself_tells_anyone_to_stop() -> None:
    base = knowledge(_PAIR, _CAP, red_flags=[red_flag("weak", Test("symptom", ids=("muscle_cramp",)))])
    for note in _notes(base, meds("simvastatin", "ibuprofen", "amlodipine", "furosemide"), symptoms=(cramp(),)):
        assert [action for action in note.actions if action.lower().startswith("stop")] == []


def test_a_warning_against_stopping_stands_among_the_actions() -> None:
    statin = drug_class("statin", ["simvastatin"], effect("myopathy"), do_not_stop="do not stop it abruptly")
    pair = replace(_PAIR, do_not_stop="do not stop either")
    base = knowledge(pair, classes=(statin,))
    assert "do not stop it abruptly" in _note("statin", base, meds("simvastatin")).actions
    assert "do not stop either" in _note(_PAIR.id, base, meds("simvastatin", "ibuprofen")).actions


def test_a_drug_read_from_a_misspelt_name_is_said_to_be() -> None:
    found, known = _found(knowledge(), [med("simvastatin")])
    lines = [replace(_lines([med("simvastatin")])[0], method="corrected")]
    (note,) = NoteWriter(knowledge()).write(found, lines, known)
    assert any("misspelt" in why for why in note.why)


# Questions


def test_a_missing_lab_is_asked_for_with_the_drugs_it_matters_for() -> None:
    base = knowledge(rule("thiazide-low", slot("class:thiazide"), kind="drug_lab", when=_LOW_POTASSIUM))
    assert any("potassium" in q and "indapamide" in q for q in _questions(base, meds("indapamide")))
    assert _questions(base, meds("indapamide"), labs=(potassium(4.0),)) == ()


def test_the_labs_of_a_class_are_asked_for_only_when_there_is_a_symptom() -> None:
    classes = (drug_class("loop", ["furosemide"], effect("hypokalaemia"), asks_for=("potassium",), questions=("Since when?",)),)
    base = knowledge(classes=classes)
    assert _questions(base, meds("furosemide")) == ()
    with_symptom = _questions(base, meds("furosemide"), symptoms=(cramp(),))
    assert any("potassium" in q for q in with_symptom)
    assert any("Since when?" in q for q in with_symptom)


def test_the_lab_that_matters_for_most_drugs_is_asked_for_first() -> None:
    age = Test("age", op="at_least", amount=Quantity(65, "years"))
    base = knowledge(
        rule("one", slot("furosemide"), kind="drug_patient", when=age),
        rule("two", slot("class:thiazide", "class:loop"), kind="drug_lab", when=_LOW_POTASSIUM),
    )
    first, second = _questions(base, meds("furosemide", "indapamide"))
    assert "potassium" in first
    assert "age" in second
