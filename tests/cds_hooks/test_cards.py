"""What stands on a card, which notes make one, and how loud it gets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from web.fakes import make_note

from medrisk.core.model import Note
from medrisk.core.rules import Severity, Tier
from medrisk.web.cds_hooks.card_ids import new_id, rule_of
from medrisk.web.cds_hooks.cards import cut, group_notes
from medrisk.web.cds_hooks.loudness import LEVELS, notes_to_tell, quieter
from medrisk.web.cds_hooks.override_reasons import SYSTEM

from .conftest import ClientOf
from .samples import (
    ORDER_SELECT,
    PATIENT_VIEW,
    SIMVASTATIN_AMLODIPINE,
    Json,
    bundle,
    call,
    cards,
    draft,
    drug,
    order_sign,
    rules,
)

PAIR = order_sign(
    draft("simvastatin 40 mg daily"), meds=[drug("amlodipine 5 mg daily"), drug("furosemide 40 mg daily")]
)


def test_a_card_says_why_what_to_consider_on_what_and_what_it_is_worth(client: FlaskClient) -> None:
    (card,) = cards(client, PAIR)
    for words in ("**Why**", "**Consider**", "**Sources (major, evidence established)**", "- this order: simvastatin, 40 mg a day",
                  "- on the list: amlodipine", "Draft knowledge, for pharmacist review", "no clinician has reviewed it yet",
                  f"medrisk {client.get('/api/v1/versions').get_json()['versions']['program']}", "knowledge ", "Rules of US."):  # fmt: skip
        assert words in card["detail"]
    assert "line 1" not in card["detail"].lower()
    assert card["source"]["label"] == "medrisk: draft knowledge, for pharmacist review"
    assert card["source"]["topic"]["system"] == "urn:medrisk:note-kind"


def test_a_card_offers_reasons_of_hl7s_code_system_to_pass_it_over(client: FlaskClient) -> None:
    (card,) = cards(client, PAIR)
    assert {reason["system"] for reason in card["overrideReasons"]} == {SYSTEM}
    codes = [reason["code"] for reason in card["overrideReasons"]]
    assert len(set(codes)) == len(codes)
    assert {"risk-benefit-ratio", "patient-contraindication", "cds-not-applicable"} <= set(codes)


def test_nothing_is_suggested_unless_the_client_asks(client: FlaskClient) -> None:
    (card,) = cards(client, PAIR)
    assert "suggestions" not in card


@pytest.mark.parametrize("field", ["configuration-items", "pddi-configuration-items"])
def test_a_detected_issue_is_offered_when_the_client_asks(client: FlaskClient, field: str) -> None:
    (card,) = cards(client, PAIR | {"extension": {field: {"detected-issue": True}}})
    (suggestion,) = card["suggestions"]
    (action,) = suggestion["actions"]
    issue = action["resource"]
    assert (issue["resourceType"], issue["status"], issue["severity"]) == ("DetectedIssue", "preliminary", "high")
    assert issue["patient"] == {"reference": "Patient/p1"}
    assert {"reference": "MedicationRequest/draft-1"} in issue["implicated"]
    assert issue["reference"].startswith("http://localhost/api/v1/knowledge/rules/")
    assert client.get(issue["reference"]).status_code == 200
    for other in ({"detected-issue": False}, {"detected-issue": "yes"}, {}, None, [True]):
        assert "suggestions" not in cards(client, PAIR | {"extension": {field: other}})[0]


def test_the_address_of_links_is_the_sites_own(client_of: ClientOf) -> None:
    (card,) = cards(client_of(public_url="https://medrisk.example.org"), PAIR)
    assert card["source"]["url"] == f"https://medrisk.example.org/knowledge/rules/{SIMVASTATIN_AMLODIPINE}"


def test_the_louder_a_site_wants_it_the_more_is_told(client_of: ClientOf) -> None:
    """Each level tells what the one before it tells, and the last tells every note that concerns the order."""
    body = order_sign(
        draft("furosemide 40 mg daily"),
        meds=[
            drug(n)
            for n in (
                "simvastatin 40 mg",
                "amlodipine 5 mg",
                "ibuprofen 400 mg tds",
                "digoxin 125 mcg",
                "lisinopril 10 mg",
            )
        ],
    )
    told = [rules(cards(client_of(cds_loudness=level), body)) for level in LEVELS]
    for quiet, louder in pairwise(told):
        assert set(quiet) <= set(louder)
    assert len(told[-1]) > len(told[1])
    assert SIMVASTATIN_AMLODIPINE not in told[-1], "it concerns no drug that is being ordered"


def test_a_client_can_make_it_quieter_and_never_louder(client_of: ClientOf, loud: FlaskClient) -> None:
    def with_option(value: bool) -> Json:
        return PAIR | {"extension": {"configuration-items": {"alert-non-serious": value}}}

    assert rules(cards(loud, with_option(False))) == [SIMVASTATIN_AMLODIPINE]
    assert len(cards(loud, with_option(True))) == len(cards(loud, PAIR)) > 1
    assert len(cards(client_of(), with_option(True))) == 1
    assert quieter("interruptive", only_serious=True) == "interruptive"


def test_unread_medications_are_told_at_a_loud_setting_alone_and_nothing_is_called_safe(client_of: ClientOf) -> None:
    body = order_sign(draft("zzqqy 5 mg"), meds=[drug("hydralazine/hydroxyzine 25 mg", "two")])
    assert cards(client_of(), body) == []
    (card,) = cards(client_of(cds_loudness="review"), body)
    assert card["indicator"] == "info"
    assert card["summary"] == "2 medications were not recognised and not checked"
    assert card["detail"].index("this order: zzqqy") < card["detail"].index("on the list: hydralazine")
    for response in (call(client_of(cds_loudness="all"), body), call(client_of(), body)):
        assert not re.search(r"no (known )?interaction|\bsafe\b|no risk", response.text, re.IGNORECASE)


def test_one_thing_to_do_is_one_card(client_of: ClientOf) -> None:
    """Every note that is told stands on exactly one card, and its own words are on it."""
    client = client_of(cds_loudness="all")
    body = {"hook": "patient-view", "context": {"patientId": "p1"}, "prefetch": {"medications": bundle(
        *(drug(name) for name in ("furosemide 40 mg", "hydrochlorothiazide 25 mg", "simvastatin 40 mg", "amlodipine 5 mg", "digoxin 125 mcg", "omeprazole 20 mg")))}}  # fmt: skip
    found = cards(client, body, PATIENT_VIEW)
    listed = rules(found)
    assert len(set(listed)) == len(listed)
    text = "furosemide 40 mg\nhydrochlorothiazide 25 mg\nsimvastatin 40 mg\namlodipine 5 mg\ndigoxin 125 mcg\nomeprazole 20 mg"
    notes = client.post("/api/v1/check", json={"text": text}).get_json()["notes"]
    assert set(listed) == {note["rule"] for note in notes if note["kind"] != "symptom"}
    assert len(found) < len(notes)


def note(rule: str, drugs: Iterable[str] = ("a",), actions: tuple[str, ...] = ("do",), **fields: object) -> Note:
    return make_note(
        rule,
        fields.pop("tier", Tier.REVIEW),
        fields.pop("severity", None),
        drugs=tuple(drugs),
        actions=actions,
        **fields,
    )  # type: ignore[arg-type]


def test_notes_are_put_together_by_drugs_or_by_what_to_do_about_shared_drugs() -> None:
    same_drugs = [note("one", ("a", "b"), ("x",)), note("two", ("b", "a"), ("y",))]
    same_action = [note("three", ("c", "d"), ("z",)), note("four", ("c", "e"), ("z",))]
    others = [note("five", ("f",), ("z",)), note("six", (), ("x",)), note("seven", (), ("x",))]
    groups = group_notes([*same_drugs, *same_action, *others])
    assert [[n.rule for n in group] for group in groups] == [
        ["one", "two"],
        ["three", "four"],
        ["five"],
        ["six"],
        ["seven"],
    ]


@pytest.mark.parametrize(
    ("fields", "least"),
    [
        ({"tier": Tier.URGENT, "kind": "red_flag"}, "interruptive"), ({"interruptive": True}, "interruptive"),
        ({"severity": Severity.CONTRAINDICATED}, "major"), ({"severity": Severity.MAJOR}, "major"),
        ({"severity": Severity.MODERATE}, "review"), ({"tier": Tier.MONITOR, "severity": Severity.MODERATE}, "all"),
        ({"tier": Tier.INFO}, "all"),
    ],
)  # fmt: skip
def test_which_level_a_note_is_told_from(fields: dict[str, object], least: str) -> None:
    one = note("r", lines=(1,), **fields)
    for level in LEVELS:
        assert bool(notes_to_tell([one], level, None)) is (LEVELS.index(level) >= LEVELS.index(least))
    is_flag = fields.get("kind") == "red_flag"
    assert bool(notes_to_tell([one], "all", {2})) is is_flag
    assert notes_to_tell([one], "all", {1}) == [one]


@given(
    st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=300).map(lambda text: " ".join(text.split())),
    st.integers(20, 139),
)
def test_a_summary_is_cut_at_a_word(text: str, longest: int) -> None:
    short = cut(text, longest)
    assert len(short) <= longest
    if len(text) <= longest:
        assert short == text
    elif " " in text[: longest - 1].rstrip(" ,;:("):
        kept = short.removesuffix("…")
        assert text.startswith(kept)
        assert not kept or text[len(kept)] in " ,;:("


def test_a_long_summary_stands_in_full_on_the_card(client_of: ClientOf) -> None:
    many = [
        drug(name)
        for name in (
            "amitriptyline 10 mg",
            "citalopram 20 mg",
            "ondansetron 8 mg",
            "haloperidol 5 mg",
            "amiodarone 200 mg",
        )
    ]
    for card in cards(client_of(cds_loudness="all"), order_sign(draft("clarithromycin 500 mg bd"), meds=many)):
        if "…" in card["summary"]:
            assert "### " in card["detail"]


def test_ids_lead_back_to_their_rule_and_to_nothing_else() -> None:
    known = [f"rule-{number}" for number in range(1_000)]
    assert [rule_of(new_id(rule), known) for rule in known] == known
    assert rule_of(new_id("another"), known) == ""
    assert rule_of("not a uuid", known) == rule_of("4e0a3a1e-3283-4575-ab82-028d55fe2719", known) == ""
    assert len({new_id("rule-1") for _ in range(100)}) == 100


def test_text_that_was_sent_stays_text(client_of: ClientOf) -> None:
    body = order_sign(draft("zzq <img src=x> [a](http://evil.example) **b** `c`"), hook="order-select")
    (card,) = cards(client_of(cds_loudness="all"), body, ORDER_SELECT)
    assert re.search(r"(?<!\\)(<img|\]\(|\*\*b|`c)", card["detail"]) is None
    assert "\\<img" in card["detail"]
