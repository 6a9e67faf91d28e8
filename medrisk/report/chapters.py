"""The order of the page: red flags first, then rules by kind, the most severe first, then classes by what they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from medrisk.core.rules import KnowledgeBase
from medrisk.report.cards import Card, CardMaker

_KINDS = {
    "pair": "Pairs and groups of drugs", "dose_cap": "Dose caps", "burden": "Several drugs, one effect",
    "duplicate": "Duplicate therapy", "cascade": "Prescribing cascades", "drug_condition": "Drugs with a condition",
    "drug_lab": "Drugs with a laboratory value", "drug_patient": "Drugs with an age or sex",
}  # fmt: skip
_ROLES = {
    "promoter": "Drug classes that promote muscle cramp or its causes",
    "weak_promoter": "Drug classes that promote it weakly",
    "look_alike": "Drug classes whose effects can look like cramp",
    "treatment": "Drug classes given for cramp",
    "grouping": "Drug classes that only group drugs for rules",
}


@dataclass(frozen=True, slots=True)
class Retired:
    """An entry that no longer holds: listed, so that it does not vanish."""

    kind: str
    id: str
    name: str
    because: str


@dataclass(frozen=True, slots=True)
class Chapter:
    id: str
    title: str
    cards: tuple[Card, ...]


def build_chapters(knowledge: KnowledgeBase, maker: CardMaker) -> list[Chapter]:
    """Every class, rule and red flag, each in one chapter; chapters without an entry are left out."""
    return [chapter for chapter in _chapters(knowledge, maker) if chapter.cards]


def _chapters(knowledge: KnowledgeBase, maker: CardMaker) -> Iterator[Chapter]:
    yield Chapter("red-flags", "Red flags", tuple(maker.red_flag(flag) for flag in knowledge.red_flags))
    rules = sorted(knowledge.rules.values(), key=lambda r: (-(r.severity.rank if r.severity else 0), r.id))
    for kind, title in _names(_KINDS, [rule.kind for rule in rules]):
        yield Chapter(f"kind-{kind}", title, tuple(maker.rule(rule) for rule in rules if rule.kind == kind))
    classes = sorted(knowledge.classes.values(), key=lambda c: c.name.lower())
    for role, title in _names(_ROLES, [drug_class.role for drug_class in classes]):
        yield Chapter(f"role-{role}", title, tuple(maker.drug_class(c) for c in classes if c.role == role))
    yield Chapter("scales", "Published scales", tuple(maker.scale(scale) for scale in knowledge.scales.values()))


def _names(titles: dict[str, str], used: list[str]) -> Iterator[tuple[str, str]]:
    """The kinds in their order, then whatever kind has no title yet, under its own name."""
    yield from titles.items()
    yield from ((kind, kind.replace("_", " ").capitalize()) for kind in dict.fromkeys(used) if kind not in titles)
