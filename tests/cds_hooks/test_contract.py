"""One answer: the same list gives the same notes over CDS Hooks as through the API, whatever the order of its resources."""

from __future__ import annotations

import random

import pytest
from flask.testing import FlaskClient

from medrisk.web.cds_hooks.loudness import LEVELS

from .conftest import ClientOf
from .samples import ORDER_SIGN, PATIENT_VIEW, Json, bundle, call, cards, draft, drug, order_sign, rules

LISTS = {
    "statin and burden": ["simvastatin 40 mg at night", "amlodipine 5 mg daily", "hydrochlorothiazide 25 mg daily", "omeprazole 20 mg daily",
                          "furosemide 40 mg daily", "digoxin 125 mcg daily"],
    "bleeding": ["warfarin 3 mg daily", "ibuprofen 400 mg three times a day", "citalopram 20 mg daily", "prednisolone 5 mg daily"],
    "kidney": ["lisinopril 10 mg daily", "spironolactone 50 mg daily", "naproxen 500 mg twice a day", "lithium carbonate 400 mg daily"],
    "nothing to say": ["paracetamol 500 mg"],
}  # fmt: skip


def by_api(client: FlaskClient, names: list[str]) -> list[Json]:
    notes: list[Json] = client.post("/api/v1/check", json={"text": "\n\n".join(names)}).get_json()["notes"]
    return [note for note in notes if note["kind"] != "symptom"]


def is_told(note: Json, level: str) -> bool:
    """What docs/cds-hooks.md says of each level."""
    if level == "all" or note["interruptive"] or note["tier"] == "urgent":
        return True
    is_serious = note["severity"] in {"major", "contraindicated"}
    return (level == "major" and is_serious) or (level == "review" and (is_serious or note["tier"] == "review"))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("names", LISTS.values(), ids=LISTS)
def test_viewing_a_patient_tells_what_the_api_tells(client_of: ClientOf, names: list[str], level: str) -> None:
    client = client_of(cds_loudness=level)
    expected = {note["rule"] for note in by_api(client, names) if is_told(note, level)}
    shuffled = random.Random(7).sample(names, len(names))
    for listed in (names, shuffled):
        meds = bundle(*(drug(name) for name in listed))
        body = {"hook": "patient-view", "context": {"patientId": "p1"}, "prefetch": {"medications": meds}}
        assert set(rules(cards(client, body, PATIENT_VIEW))) == expected


@pytest.mark.parametrize("names", LISTS.values(), ids=LISTS)
def test_signing_an_order_tells_what_the_api_tells_of_it(client_of: ClientOf, names: list[str]) -> None:
    """Each drug of the list in turn is the one that is ordered."""
    client = client_of(cds_loudness="all")
    notes = by_api(client, names)
    for number, name in enumerate(names):
        body = order_sign(draft(name, "o1"), meds=[drug(other) for other in names if other != name])
        expected = {note["rule"] for note in notes if 2 * number + 1 in note["lines"] or note["kind"] == "red_flag"}
        assert set(rules(cards(client, body))) == expected, name


def test_the_words_of_a_note_stand_on_its_card(client_of: ClientOf) -> None:
    client = client_of(cds_loudness="all")
    names = LISTS["statin and burden"]
    body = {"hook": "patient-view", "context": {}, "prefetch": {"medications": bundle(*(drug(name) for name in names))}}
    found = cards(client, body, PATIENT_VIEW)
    everything = "\n".join(card["summary"] + card["detail"] for card in found).replace("\\", "")
    for note in by_api(client, names):
        for words in (*note["actions"], *(source["citation"] for source in note["sources"])):
            assert words in everything


def test_the_same_call_is_answered_in_the_same_way_but_for_its_ids(client: FlaskClient) -> None:
    body = order_sign(
        draft(LISTS["bleeding"][1]), meds=[drug(name) for name in LISTS["bleeding"] if "ibuprofen" not in name]
    )
    answers = [call(client, body, ORDER_SIGN).get_json()["cards"] for _ in range(2)]
    assert {card["uuid"] for card in answers[0]}.isdisjoint(card["uuid"] for card in answers[1])
    for answer in answers:
        for card in answer:
            del card["uuid"]
    assert answers[0] == answers[1] != []
