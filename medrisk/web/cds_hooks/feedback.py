"""What became of the cards: counted by rule and outcome. What a clinician wrote about one is kept only where a site says so."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from medrisk.core.rules import KnowledgeBase
from medrisk.web.cds_hooks.card_ids import rule_of
from medrisk.web.cds_hooks.cards import NOT_COMPLETE, NOT_READ
from medrisk.web.cds_hooks.override_reasons import label_of

UNKNOWN_RULE = "unknown"
_MOST = 1_000
_LONGEST_COMMENT = 4_000


class _Open(Schema):
    """What the specification may add later is passed over."""

    class Meta:
        unknown = EXCLUDE


class _Reason(_Open):
    system, code = fields.String(allow_none=True), fields.String(allow_none=True)


class _Override(_Open):
    reason = fields.Nested(_Reason, allow_none=True)
    userComment = fields.String(allow_none=True)  # noqa: N815 - the name that CDS Hooks gives it


class _Suggestion(_Open):
    id = fields.String(required=True)


class _Item(_Open):
    card = fields.UUID(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(("accepted", "overridden")))
    acceptedSuggestions = fields.List(fields.Nested(_Suggestion), allow_none=True)  # noqa: N815
    overrideReason = fields.Nested(_Override, allow_none=True)  # noqa: N815
    outcomeTimestamp = fields.AwareDateTime(required=True, format="iso", default_timezone=UTC)  # noqa: N815

    @validates_schema
    def _hold_together(self, data: dict[str, Any], **_options: Any) -> None:
        if data["outcome"] == "accepted" and not data.get("acceptedSuggestions"):
            raise ValidationError("An accepted card names the suggestions that were accepted.", "acceptedSuggestions")


class FeedbackRequest(_Open):
    """The body of a feedback call."""

    feedback = fields.List(fields.Nested(_Item), required=True, validate=validate.Length(1, _MOST))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One card's outcome, in words that are this program's own; ``comment`` alone is the clinician's."""

    rule: str
    outcome: str
    reason: str
    comment: str
    when: str


def read_outcomes(body: dict[str, Any], knowledge: KnowledgeBase) -> list[Outcome]:
    """``body`` is what FeedbackRequest has loaded."""
    rules = [
        *knowledge.rules,
        *knowledge.classes,
        *(flag.id for flag in knowledge.red_flags),
        *knowledge.symptoms,
        NOT_READ,
        NOT_COMPLETE,
    ]
    return [_outcome(item, rules) for item in body["feedback"]]


def _outcome(item: dict[str, Any], rules: Iterable[str]) -> Outcome:
    override = item.get("overrideReason") or {}
    reason = override.get("reason") or {}
    return Outcome(
        rule=rule_of(str(item["card"]), rules) or UNKNOWN_RULE,
        outcome=item["outcome"],
        reason=label_of(reason.get("system"), reason.get("code")) if reason else "none",
        comment=(override.get("userComment") or "")[:_LONGEST_COMMENT],
        when=item["outcomeTimestamp"].astimezone(UTC).isoformat(timespec="seconds"),
    )


def keep_comments(path: Path, service: str, outcomes: Iterable[Outcome]) -> None:
    """Adds a line of JSON for each comment. Raises OSError. One write for each line, so that workers do not mix theirs."""
    received = datetime.now(UTC).isoformat(timespec="seconds")
    lines = [
        json.dumps({"received": received, "when": o.when, "service": service, "rule": o.rule, "outcome": o.outcome,
                    "reason": o.reason, "comment": o.comment}, ensure_ascii=False)
        for o in outcomes if o.comment.strip()
    ]  # fmt: skip
    if not lines:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for line in lines:
            os.write(handle, f"{line}\n".encode())
    finally:
        os.close(handle)
