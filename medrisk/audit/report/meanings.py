"""What a rule that was found means: why, what can be done, on what sources it rests."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medrisk.audit.summary import RuleCount
from medrisk.core.rules import Evidence, KnowledgeBase
from medrisk.core.wording import sentence

_DOI = re.compile(r"doi:\s*(10\.[0-9]{4,9}/[^\s;,]+)", re.IGNORECASE)
_PMID = re.compile(r"PMID\s*([0-9]{4,9})\b")
_ADDRESS = re.compile(r"https?://[^\s;,()<>\"']+")


@dataclass(frozen=True, slots=True)
class Read:
    """A source with the place in it. ``address`` leads there and is empty where the locator is no address."""

    citation: str
    where: str
    locator: str
    address: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Meaning:
    why: str
    actions: tuple[str, ...]
    grade: str
    verified: bool
    sources: tuple[Read, ...]


def meaning_of(rule: RuleCount, knowledge: KnowledgeBase) -> Meaning | None:
    """None for what has no entry of its own, such as another explanation of a symptom."""
    if entry := knowledge.rules.get(rule.id):
        actions = (*entry.action, *([entry.do_not_stop] if entry.do_not_stop else []))
        return _meaning(entry.mechanism, actions, entry.evidence, knowledge)
    flag = next((flag for flag in knowledge.red_flags if flag.id == rule.id), None)
    return _meaning(flag.why, flag.action, flag.evidence, knowledge) if flag else None


def address_of(locator: str) -> str:
    """Where a locator leads: a DOI or PMID at its resolver, or the first address in it."""
    if doi := _DOI.search(locator):
        return f"https://doi.org/{doi[1].rstrip('.')}"
    if pmid := _PMID.search(locator):
        return f"https://pubmed.ncbi.nlm.nih.gov/{pmid[1]}/"
    address = _ADDRESS.search(locator)
    return address[0].rstrip(".") if address else ""


def _meaning(why: str, actions: tuple[str, ...], evidence: Evidence, knowledge: KnowledgeBase) -> Meaning:
    sources = []
    for ref in evidence.sources:
        if source := knowledge.sources.get(ref.id):
            locator = "" if source.locator == "none" else source.locator
            sources.append(Read(source.citation, ref.where, locator, address_of(locator), ref.verified))
    return Meaning(sentence(why), actions, evidence.grade.value, evidence.is_verified, tuple(sources))
