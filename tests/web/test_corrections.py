"""Choices for single lines, and fields about the patient: both become words of the text that is checked."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from medrisk.presentation import report_to_dict
from medrisk.service import Medrisk
from medrisk.web.corrections import Change, Choice, apply_choices, fingerprint
from medrisk.web.form import CheckForm
from medrisk.web.patient_line import PatientFields, with_patient

from .fakes import FakeService
from .test_page import words

BOX = re.compile(r"<textarea id=\"text\".*?>\n(.*?)</textarea>", re.DOTALL)


def box(page: str) -> str:
    found = BOX.search(page)
    assert found
    return html.unescape(found[1])


def choose(service: Medrisk, typed: str, name: str) -> tuple[str, Change]:
    """A choice for the last row of a text of one line, as the page sends it."""
    line = service.check(typed).lines[-1] if any(c.isalnum() for c in typed) else None
    drugs = {one.name for one in (*line.ingredients, *line.candidates)} if line else set()
    text, changes = apply_choices(typed, [Choice(1, fingerprint(typed), name, frozenset(drugs))], service)
    return text, changes[0]


@pytest.mark.parametrize(
    ("typed", "name", "written"),
    [
        ("lasix 40 mg and gabapentn 300 mg", "gabapentin", "lasix 40 mg and gabapentin 300 mg"),
        ("gabapentn am, gabapentin pm", "gabapentin", None),
        ("hydralazine/hydroxyzine 25 mg", "hydralazine", "hydralazine 25 mg"),
        ("hydroxizine or hydralizine 25", "hydroxyzine", "hydroxyzine 25"),
        ("- stopped: baclofn 10 mg tds", "baclofen", "- stopped: baclofen 10 mg tds"),
        ("2) Stopped last month: quinin 300 mg at night", "quinine", "2) Stopped last month: quinine 300 mg at night"),
        ("lamictil 100 mg and lasixx 40 mg daily", "lamotrigine", "lamotrigine 100 mg and lasixx 40 mg daily"),
        ("Zocor 40 mg nocte", "Zoloft", "Zoloft 40 mg nocte"),
        ("(gabapentn) 300 mg tid", "gabapentin", "(gabapentin) 300 mg tid"),
        ("zzqqy xyz 5 mg bd", "carvedilol", "carvedilol 5 mg bd"),
        ("the small white pill for sleep", "zolpidem 5 mg", "zolpidem 5 mg"),
        ("gabapentn 300 mg tid", "gabapentin 100 mg", None),
        ("???", "baclofen", "baclofen"),
        ("- CKD stage 3", "baclofen 10 mg", "- baclofen 10 mg"),
    ],
)
def test_a_name_takes_the_place_of_the_name(service: Medrisk, typed: str, name: str, written: str | None) -> None:
    assert choose(service, typed, name)[0] == (written or typed)
    assert bool(choose(service, typed, name)[1].problem) == (written is None)


def test_another_drug_on_the_line_is_never_overwritten(service: Medrisk) -> None:
    """Not even where a row speaks of no drug, or of one that cannot be found on the line."""
    typed = "lasix 40 mg, zzqqy 5 mg"
    for drugs in (frozenset[str](), frozenset({"simvastatin"})):
        text, changes = apply_choices(typed, [Choice(1, fingerprint(typed), "carvedilol", drugs)], service)
        assert text == typed
        assert changes[0].problem


def test_only_the_chosen_lines_change(service: Medrisk) -> None:
    text = "  gabapentn 300 mg\r\n\r\nlasix 40 mg\fzzz\nprednis 5 mg"
    choices = [
        Choice(1, fingerprint("gabapentn 300 mg"), "gabapentin", frozenset({"gabapentin"})),
        Choice(4, fingerprint("prednis 5 mg"), "prednisone", frozenset({"prednisone", "prednisolone"})),
    ]
    written, changes = apply_choices(text, choices, service)
    assert written == "  gabapentin 300 mg\r\n\r\nlasix 40 mg\fzzz\nprednisone 5 mg"
    assert [change.line for change in changes] == ["gabapentin 300 mg", "prednisone 5 mg"]


def test_a_line_that_moved_is_found_and_one_that_was_edited_is_left_alone(service: Medrisk) -> None:
    choice = Choice(1, fingerprint("prednis 5 mg"), "prednisone", frozenset({"prednisone", "prednisolone"}))
    assert apply_choices("new\nprednis 5 mg", [choice], service)[0] == "new\nprednisone 5 mg"
    for text in ("prednis 10 mg", "new\nprednis 5 mg\nprednis 5 mg", ""):
        written, changes = apply_choices(text, [choice], service)
        assert written == text
        assert changes[0].problem


def test_an_ambiguous_line_is_settled_on_the_page(real_client: FlaskClient) -> None:
    text = "lasix 40 mg\nhydralazine/hydroxyzine 25 mg"
    first = real_client.post("/", data={"text": text}).text
    assert "Ambiguous: not checked" in first
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', first))
    second = real_client.post("/", data={"text": text, "pick-2": "hydroxyzine", **fields}).text
    assert box(second) == "lasix 40 mg\nhydroxyzine 25 mg"
    assert "Line 2 now reads “hydroxyzine 25 mg”" in words(second)
    assert "Ambiguous: not checked" not in second


def test_a_typed_name_counts_for_more_than_a_picked_one(client: FlaskClient, fake: FakeService) -> None:
    fields = {"line-1": "1", "seen-1": fingerprint("simvastatin 40 mg"), "drugs-1": "simvastatin", "pick-1": "a", "name-1": "  b\tc "}
    client.post("/", data={"text": "simvastatin 40 mg", **fields})
    assert fake.texts == ["b c 40 mg"]


@pytest.mark.parametrize(
    "fields",
    [
        {"line-1": "x", "name-1": "a"}, {"name-1": "a"}, {"line-1": "1", "name-1": "a" * 121},
        {"line-1": "1", "pick-1": "a\x00b"}, {"line-x": "1"}, {"colour": "red"},
    ],
)  # fmt: skip
def test_a_form_that_the_page_cannot_have_sent_is_refused(
    client: FlaskClient, fake: FakeService, fields: dict[str, str]
) -> None:
    assert client.post("/", data={"text": "a", **fields}).status_code == 400
    assert fake.texts == []


FIELDS = PatientFields("72", "female", "44", "no", ("Leg cramps for 2 weeks",))
LINE = "Patient: 72-year-old woman. eGFR 44. Leg cramps for 2 weeks. Not pregnant."
SENT = {
    "age": "72", "sex": "female", "egfr": " 44 ", "pregnant": "no", "symptom": "leg cramps", "onset": "2", "onset_unit": "weeks",
}  # fmt: skip


def test_fields_are_a_line_and_the_line_is_the_fields() -> None:
    assert FIELDS.line() == LINE
    assert PatientFields.from_line(LINE) == FIELDS
    assert PatientFields.from_line("Patient: eGFR 33.5. Pregnant.") == PatientFields(egfr="33.5", pregnant="yes")
    for line in ("", "simvastatin", "Patient: 68 yo woman.", "Patient: 72-year-old woman"):
        assert PatientFields.from_line(line) is None


def test_fields_filled_in_later_bring_the_line_up_to_date() -> None:
    text = with_patient("lasix 40 mg", FIELDS)
    assert with_patient(text, PatientFields()) == text
    later = with_patient(text, PatientFields(egfr="30", symptoms=("Thighs ache",)))
    assert later == "Patient: 72-year-old woman. eGFR 30. Leg cramps for 2 weeks. Thighs ache. Not pregnant.\nlasix 40 mg"


def test_the_line_is_read_as_what_the_fields_say(service: Medrisk) -> None:
    patient = service.check(f"{LINE}\nsimvastatin 40 mg").patient
    assert (patient.age, patient.sex, patient.pregnant) == (72, "female", False)
    assert [(symptom.onset, symptom.negated) for symptom in patient.symptoms] == [("2 weeks", False)]
    assert [(lab.id, lab.value) for lab in patient.labs] == [("egfr", 44)]
    assert service.check(f"{PatientFields(sex='male').line()}\nlasix").patient.sex == "male"
    assert service.check(f"{PatientFields(pregnant='yes').line()}\nlasix").patient.pregnant is True


def test_fields_and_typed_words_give_the_same_notes(real_client: FlaskClient, service: Medrisk) -> None:
    text = "simvastatin 40 mg\nmetformin 1 g bd\nfurosemide 40 mg"
    by_fields = real_client.post("/", data={"text": text, **SENT}).text
    by_words = real_client.post("/", data={"text": f"{LINE}\n{text}"}).text
    assert box(by_fields) == f"{LINE}\n{text}"
    assert by_fields == by_words
    without = json.dumps(report_to_dict(replace(service.check(text))))
    assert without != json.dumps(report_to_dict(service.check(f"{LINE}\n{text}"))), "the fields change nothing"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("age", "121"), ("age", "-1"), ("age", "7.5"), ("sex", "x"), ("egfr", "normal"), ("egfr", "4444"), ("pregnant", "perhaps"),
        ("symptom", "a" * 81), ("symptom", "a\nb"), ("onset", "soon"), ("onset_unit", "moons"), ("onset", "2"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_used_is_named_and_nothing_is_lost(
    client: FlaskClient, fake: FakeService, field: str, value: str
) -> None:
    response = client.post("/", data={"text": "my list", "age": "72", field: value})
    assert response.status_code == 400
    assert fake.texts == []
    assert box(response.text) == "my list"
    assert 'role="alert"' in response.text
    assert "<details class=\"patient\" open>" in response.text


def test_empty_fields_say_nothing(client: FlaskClient, fake: FakeService) -> None:
    client.post("/", data={"text": "my list", **CheckForm().fields})
    assert fake.texts == ["my list"]
