"""One page for each rule, drug class and red flag: where the source of a card or a note leads.

It says what the entry says of itself: when it holds, why, what can be done, on which sources, and that nobody reviewed it.
Nothing of any patient is on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, render_template

from medrisk.core.rules import KnowledgeBase, Rule
from medrisk.core.site import SITE_STATUS
from medrisk.errors import UnknownIdError
from medrisk.knowledge_words import in_words
from medrisk.report.cards import Card, CardMaker
from medrisk.web.wiring import current_service

blueprint = Blueprint("entries", __name__)

# Under the same names as in the API.
_KINDS: Mapping[str, tuple[str, Callable[[KnowledgeBase], Mapping[str, Any]], Callable[[CardMaker, Any], Card]]] = {
    "rules": ("Rule", lambda base: base.rules, CardMaker.rule),
    "classes": ("Drug class", lambda base: base.classes, CardMaker.drug_class),
    "red_flags": ("Red flag", lambda base: {flag.id: flag for flag in base.red_flags}, CardMaker.red_flag),
}


@blueprint.get("/knowledge/<any(rules, classes, red_flags):kind>/<entry_id>")
def show(kind: str, entry_id: str) -> str:
    """The page of one entry."""
    knowledge = current_service().knowledge
    word, entries_of, card_of = _KINDS[kind]
    entry = entries_of(knowledge).get(entry_id)
    if entry is None:
        raise UnknownIdError(
            "The knowledge of this server has no such entry.", hint="It may have been renamed or retired."
        )
    card = card_of(CardMaker(knowledge, in_words), entry)
    locators = {source.id: source.locator for source in knowledge.sources.values() if source.locator != "none"}
    return render_template(
        "entry.html", kind=kind, word=word, card=card, locators=locators, is_site=card.status == SITE_STATUS,
        classes=[knowledge.classes[name] for name in _classes_in(entry) if name in knowledge.classes],
    )  # fmt: skip


def _classes_in(entry: Any) -> list[str]:
    """The drug classes that a rule names as its participants, whose members stand on their own pages."""
    slots = entry.participants if isinstance(entry, Rule) else ()
    return list(dict.fromkeys(selector.drug_class for slot in slots for selector in slot.any_of if selector.drug_class))
