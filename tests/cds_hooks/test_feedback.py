"""What became of cards is counted by rule; what somebody wrote about one is kept only where a site says so."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from medrisk.web.cds_hooks.card_ids import new_id
from medrisk.web.cds_hooks.override_reasons import SYSTEM

from .conftest import ClientOf
from .samples import SIMVASTATIN_AMLODIPINE, Json, cards, draft, drug, order_sign

WHEN = "2026-11-22T10:05:31Z"
COMMENT = "Frau Quackenbush verträgt es seit Jahren"
BODY = order_sign(draft("simvastatin 40 mg daily"), meds=[drug("amlodipine 5 mg daily")])


def send(client: FlaskClient, *items: Any, service: str = "medrisk-order-sign") -> TestResponse:
    return client.post(f"/cds-services/{service}/feedback", json={"feedback": list(items)})


def overridden(card: str, reason: Json | None = None, comment: str = "") -> Json:
    override: Json = ({"reason": reason} if reason else {}) | ({"userComment": comment} if comment else {})
    return {"card": card, "outcome": "overridden", "outcomeTimestamp": WHEN} | (
        {"overrideReason": override} if override else {}
    )


def accepted(card: str, *suggestions: str) -> Json:
    return {
        "card": card,
        "outcome": "accepted",
        "outcomeTimestamp": WHEN,
        "acceptedSuggestions": [{"id": s} for s in suggestions],
    }


def counts(client: FlaskClient, name: str) -> dict[tuple[str, ...], float]:
    """The labels of each count in the order of their names, and the count."""
    found = re.findall(rf"^{name}_total{{(.+)}} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    return {tuple(re.findall(r'"([^"]*)"', labels)): float(value) for labels, value in found}


def test_cards_and_what_became_of_them_are_counted_by_rule(client: FlaskClient) -> None:
    (card,) = cards(client, BODY | {"extension": {"configuration-items": {"detected-issue": True}}})
    reason = {"system": SYSTEM, "code": "risk-benefit-ratio", "display": "whatever the EHR shows"}
    response = send(
        client,
        overridden(card["uuid"], reason),
        overridden(card["uuid"]),
        accepted(card["uuid"], card["suggestions"][0]["uuid"]),
    )
    assert (response.status_code, response.get_json()) == (200, {})
    assert counts(client, "medrisk_cds_cards") == {("warning", SIMVASTATIN_AMLODIPINE, "medrisk-order-sign"): 1}
    assert counts(client, "medrisk_cds_feedback") == {
        ("overridden", "risk-benefit-ratio", SIMVASTATIN_AMLODIPINE, "medrisk-order-sign"): 1,
        ("overridden", "none", SIMVASTATIN_AMLODIPINE, "medrisk-order-sign"): 1,
        ("accepted", "none", SIMVASTATIN_AMLODIPINE, "medrisk-order-sign"): 1,
    }


def test_no_word_that_was_sent_becomes_a_label(client: FlaskClient) -> None:
    for reason in (
        {"system": "urn:x", "code": "Quackenbush"},
        {"system": SYSTEM, "code": "Quackenbush"},
        {"code": "risk-benefit-ratio"},
    ):
        assert send(client, overridden(new_id("no rule of ours"), reason, COMMENT)).status_code == 200
    assert set(counts(client, "medrisk_cds_feedback")) == {("overridden", "other", "unknown", "medrisk-order-sign")}
    assert "Quackenbush" not in client.get("/metrics").text


def test_a_card_of_another_server_is_counted_as_unknown(client: FlaskClient) -> None:
    assert send(client, overridden("4e0a3a1e-3283-4575-ab82-028d55fe2719")).status_code == 200
    assert set(counts(client, "medrisk_cds_feedback")) == {("overridden", "none", "unknown", "medrisk-order-sign")}


GOOD = overridden("4e0a3a1e-3283-4575-ab82-028d55fe2719")


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (GOOD | {"card": "no uuid"}, "feedback[0].card"), ({k: v for k, v in GOOD.items() if k != "card"}, "feedback[0].card"),
        (GOOD | {"outcome": "ignored"}, "feedback[0].outcome"), (GOOD | {"outcome": None}, "feedback[0].outcome"),
        (GOOD | {"outcome": "accepted"}, "feedback[0].acceptedSuggestions"), (accepted(GOOD["card"]), "feedback[0].acceptedSuggestions"),
        (GOOD | {"outcomeTimestamp": "yesterday"}, "feedback[0].outcomeTimestamp"),
        ({k: v for k, v in GOOD.items() if k != "outcomeTimestamp"}, "feedback[0].outcomeTimestamp"),
        (GOOD | {"overrideReason": {"reason": "x"}}, "feedback[0].overrideReason.reason"),
        (GOOD | {"overrideReason": {"userComment": [COMMENT]}}, "feedback[0].overrideReason.userComment"), ("x", "feedback[0]"),
    ],
)  # fmt: skip
def test_what_is_no_feedback_is_refused_and_not_counted(client: FlaskClient, item: Any, field: str) -> None:
    response = send(client, item)
    assert response.status_code == 400
    assert response.get_json()["field"] == field
    assert "Quackenbush" not in response.text
    assert counts(client, "medrisk_cds_feedback") == {}


@pytest.mark.parametrize("body", [{}, {"feedback": []}, {"feedback": GOOD}, {"feedback": [GOOD] * 1_001}, [GOOD]])
def test_a_body_without_a_list_of_feedback_is_refused(client: FlaskClient, body: Any) -> None:
    assert client.post("/cds-services/medrisk-order-sign/feedback", json=body).status_code == 400
    assert send(client, GOOD, service="nothing").status_code == 404


def test_what_the_specification_may_add_is_passed_over(client: FlaskClient) -> None:
    item = GOOD | {"extension": {"x": 1}, "overrideReason": {"reason": {"code": "a", "version": "2"}, "new": True}}
    assert send(client, item, GOOD | {"overrideReason": None}).status_code == 200


def test_comments_are_not_kept(client: FlaskClient, tmp_path: Path) -> None:
    assert send(client, overridden(GOOD["card"], None, COMMENT)).status_code == 200
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"Quackenbush" not in path.read_bytes()


def test_comments_are_kept_where_the_site_says_so(client_of: ClientOf, tmp_path: Path) -> None:
    client = client_of(cds_feedback_comments=True)
    (card,) = cards(client, BODY)
    reason = {"system": SYSTEM, "code": "need-more-info"}
    assert (
        send(
            client,
            overridden(card["uuid"], reason, COMMENT),
            overridden(card["uuid"], reason),
            overridden(card["uuid"], None, "  "),
        ).status_code
        == 200
    )
    assert send(client, overridden(card["uuid"], None, "a second\nline")).status_code == 200
    path = tmp_path / "cds-feedback.jsonl"
    first, second = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert first.pop("received") > "2026"
    assert first == {
        "when": "2026-11-22T10:05:31+00:00", "service": "medrisk-order-sign", "rule": SIMVASTATIN_AMLODIPINE,
        "outcome": "overridden", "reason": "need-more-info", "comment": COMMENT,
    }  # fmt: skip
    assert second["comment"] == "a second\nline"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_said(client_of: ClientOf, tmp_path: Path) -> None:
    (tmp_path / "cds-feedback.jsonl").mkdir()
    client = client_of(cds_feedback_comments=True)
    response = send(client, overridden(GOOD["card"], None, COMMENT))
    assert response.status_code == 500
    assert "Quackenbush" not in response.text
    assert counts(client, "medrisk_cds_feedback") == {}, "the EHR will send it again"
