"""What CDS Hooks 2.0.1 (and the 3.0 ballot in its optional fields) wants of a discovery document and of an answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

Json = dict[str, Any]
_CARD = {
    "uuid",
    "summary",
    "detail",
    "indicator",
    "source",
    "suggestions",
    "selectionBehavior",
    "overrideReasons",
    "links",
}
_SUGGESTION = {"label", "uuid", "isRecommended", "actions", "actionSelectionBehavior"}


def hold(answer: Json) -> None:
    """Fails where an answer breaks the specification, or carries what it does not know."""
    assert set(answer) <= {"cards", "systemActions"}
    # Nothing here is ever done without somebody who decides it.
    assert "systemActions" not in answer
    ids = [card["uuid"] for card in answer["cards"]]
    assert len(set(ids)) == len(ids)
    for card in answer["cards"]:
        _hold_card(card)


def _hold_card(card: Json) -> None:
    assert set(card) <= _CARD
    assert UUID(card["uuid"])
    assert 0 < len(card["summary"]) < 140
    assert card["summary"] == " ".join(card["summary"].split())
    assert card["indicator"] in {"info", "warning", "critical"}
    assert isinstance(card["detail"], str)
    assert card["source"]["label"]
    assert set(card["source"]) <= {"label", "url", "icon", "topic"}
    if "url" in card["source"]:
        _hold_address(card["source"]["url"])
    if "topic" in card["source"]:
        _hold_coding(card["source"]["topic"])
    for reason in card.get("overrideReasons", ()):
        _hold_coding(reason)
        assert reason["display"]
    for link in card.get("links", ()):
        assert link["label"] and link["type"] == "absolute" and "appContext" not in link
        _hold_address(link["url"])
    _hold_suggestions(card)


def _hold_suggestions(card: Json) -> None:
    suggestions = card.get("suggestions", [])
    if suggestions:
        assert card["selectionBehavior"] in {"at-most-one", "any"}
    recommended = [suggestion for suggestion in suggestions if suggestion.get("isRecommended")]
    assert card.get("selectionBehavior") != "at-most-one" or len(recommended) <= 1
    for suggestion in suggestions:
        assert set(suggestion) <= _SUGGESTION
        assert suggestion["label"] and UUID(suggestion["uuid"])
        for action in suggestion["actions"]:
            # "update" and "delete" would change an order.
            assert action["type"] == "create"
            assert action["description"] and action["resource"]["resourceType"] == "DetectedIssue"
            assert "resourceId" not in action


def _hold_coding(coding: Json) -> None:
    assert set(coding) <= {"system", "code", "display"}
    assert coding["system"] and coding["code"]


def _hold_address(url: str) -> None:
    parts = urlsplit(url)
    assert parts.scheme in {"http", "https"} and parts.netloc and parts.path.startswith("/")


def hold_discovery(document: Json) -> None:
    assert set(document) == {"services"}
    pairs = [(service["id"], service["hook"]) for service in document["services"]]
    assert len(set(pairs)) == len(pairs)
    for service in document["services"]:
        for name in ("hook", "title", "description", "id", "usageRequirements", "version"):
            assert isinstance(service[name], str) and service[name]
        assert all(isinstance(query, str) and query for query in service["prefetch"].values())
