"""What the knowledge is worth: how much there is, how much was read in a source, and who has reviewed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from medrisk.core.rules import DrugClass, KnowledgeBase, RedFlag, Rule
from medrisk.core.site import SITE_STATUS


@dataclass(frozen=True, slots=True)
class KindStatus:
    """One kind of knowledge, counted."""

    name: str
    total: int
    reviewed: int
    verified: int


def count_knowledge(knowledge: KnowledgeBase) -> list[KindStatus]:
    """How many classes, rules and red flags there are, and how many of them were reviewed or read in a source."""
    return [
        _count("Drug classes", knowledge.classes.values()),
        _count("Rules", knowledge.rules.values()),
        _count("Red flags", knowledge.red_flags),
    ]


def count_sources(knowledge: KnowledgeBase) -> Counter[str]:
    """How the sources were checked: seen, read in a page that quotes them, or from memory."""
    return Counter(source.checked for source in knowledge.sources.values())


def review_notice(knowledge: KnowledgeBase) -> str:
    """The sentence that stands on every answer."""
    listed: Iterable[DrugClass | Rule | RedFlag] = chain(knowledge.classes.values(), knowledge.rules.values(), knowledge.red_flags)
    counted = Counter(entry.status for entry in listed)
    reviewed, total = counted["reviewed"], counted.total() - counted[SITE_STATUS]
    if reviewed == 0:
        return "All of this knowledge is a draft: no clinician has reviewed it yet."
    return f"{reviewed} of {total} entries of this knowledge have been reviewed by a clinician; the rest are drafts."


def _count(name: str, entries: Iterable[DrugClass | Rule | RedFlag]) -> KindStatus:
    # What a site brought is neither a draft of ours nor ours to review.
    listed = [entry for entry in entries if entry.status != SITE_STATUS]
    reviewed = sum(entry.status == "reviewed" for entry in listed)
    return KindStatus(name, len(listed), reviewed, sum(entry.evidence.is_verified for entry in listed))
