"""The picture of a list, and the text for the chart: nothing that the notes do not say."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from medrisk.presentation import report_to_dict
from medrisk.service import Medrisk
from medrisk.web.chart_text import write_chart_text
from medrisk.web.picture import Picture, draw

from .test_page import post, words

LIST = "furosemide 40 mg\nhydrochlorothiazide 25 mg\nspironolactone 25 mg\nparacetamol 1 g\nstopped: omeprazole 20 mg\nK 3.1"


def checked(service: Medrisk, text: str) -> dict[str, Any]:
    return report_to_dict(service.check(text))


def picture_of(service: Medrisk, text: str) -> Picture:
    drawn = draw(checked(service, text), service.knowledge)
    assert drawn
    return drawn


def test_drugs_that_push_the_same_way_are_added_up(service: Medrisk) -> None:
    picture = picture_of(service, LIST)
    totals = {total.direction: total for total in picture.totals[picture.columns.index("Potassium")]}
    assert (totals["low"].drugs, totals["low"].adds_up) == (2, True)
    assert (totals["high"].drugs, totals["high"].adds_up) == (1, False)
    assert [row.drug for row in picture.rows] == ["furosemide", "hydrochlorothiazide", "spironolactone"]
    assert picture.values[0] == ("3.1: low",)


def test_every_mark_is_an_effect_of_a_note(service: Medrisk) -> None:
    report = checked(service, LIST)
    said = {(drug, effect) for note in report["notes"] for drug in note["drugs"] for effect in note["effects"]}
    names = {service.knowledge.effects[effect].name.lower(): effect for _, effect in said}
    for row in picture_of(service, LIST).rows:
        for mark in (mark for marks in row.cells for mark in marks):
            assert {(row.drug, names[effect]) for effect in mark.effects} <= said


def test_a_mark_has_its_word_beside_its_sign(real_client: FlaskClient) -> None:
    text = words(post(real_client, LIST))
    assert "Together ▼ 2 low ▲ 1 high" in text
    assert "No effect of these kinds is known here, which does not mean that there is none: acetaminophen." in text


def test_a_list_without_such_effects_has_no_picture(client: FlaskClient) -> None:
    assert 'id="picture"' not in post(client)


def test_the_text_for_the_chart_holds_what_presses_and_nothing_typed(service: Medrisk) -> None:
    report = checked(service, "Mary Miller\nsimvastatin 40 mg nightly\namlodipine 5 mg\nzzqqy 5 mg\ncramps at night")
    text = write_chart_text(report, "All is a draft.")
    assert "All is a draft." in text
    assert "[major] Simvastatin above 20 mg a day with amlodipine" in text
    assert "NOT CHECKED: line" in text
    assert f"knowledge {service.versions.knowledge}" in text
    assert "zzqqy" not in text and "Miller" not in text


def test_the_text_for_the_chart_does_not_call_a_list_without_notes_safe(service: Medrisk) -> None:
    report = checked(service, "zzqqy 5 mg") | {"notes": []}
    assert "No note does not mean safe." in write_chart_text(report, "")


def test_many_pressing_notes_are_listed_in_short_first(real_client: FlaskClient) -> None:
    text = "furosemide 40 mg\nhydrochlorothiazide 25 mg\nomeprazole\nsimvastatin 40 mg\namlodipine 5 mg\nK 3.1\ncramps at night"
    page = post(real_client, text)
    assert page.index('class="glance"') < page.index('id="note-1"')
    assert 'class="glance"' not in post(real_client, "simvastatin 40 mg\namlodipine 5 mg")
