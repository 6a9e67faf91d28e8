"""One class, rule or red flag as a card: what it says in labelled points, each with the sources it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from medrisk.core.rules import (
    Burden,
    Claim,
    ClassEffect,
    DrugClass,
    Evidence,
    Examples,
    KnowledgeBase,
    RedFlag,
    Rule,
    SourceRef,
)
from medrisk.core.scale_model import Band, Item, Scale

# Puts a participant, a condition, a modifier or a set of routes into words; None where it has none.
Say = Callable[[Any], str | None]


@dataclass(frozen=True, slots=True)
class Cited:
    """A source at one claim. ``citation`` is None when the knowledge has no such source."""

    id: str
    citation: str | None
    where: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Point:
    """One statement. ``verified`` is None where the entry's own evidence stands for it."""

    text: str
    verified: bool | None = None
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    label: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Card:
    anchor: str
    id: str
    name: str
    status: str
    severity: str | None
    interruptive: bool | None
    parts: tuple[Part, ...]
    grade: str | None
    verified: bool
    cited: tuple[Cited, ...]
    examples: Examples | None
    authored_by: str
    checked_by: str | None


class CardMaker:
    """Makes cards, and keeps count of how often each source is cited on them."""

    def __init__(self, knowledge: KnowledgeBase, say: Say) -> None:
        self._knowledge = knowledge
        self._say = say
        self._used: Counter[str] = Counter()

    def red_flag(self, flag: RedFlag) -> Card:
        parts = (
            ("Holds when", self._said([flag.when])),
            ("Why", _plain([flag.why])),
            ("What the pharmacist can do", _plain(flag.action)),
        )
        return self._card("red-flag", flag, flag.evidence, parts, interruptive=flag.interruptive)

    def rule(self, rule: Rule) -> Card:
        parts = (
            ("Participants", self._said(rule.participants)),
            ("Counts", _plain([self._burden(rule.burden)] if rule.burden else [])),
            ("Levels", self._said(rule.burden.levels if rule.burden else ())),
            ("Only when", self._said([rule.when] if rule.when else [])),
            ("Effects", _plain([self.effect_names(rule.effects)] if rule.effects else [])),
            ("Mechanism", _plain([rule.mechanism])),
            ("What the pharmacist can do", _plain(rule.action)),
            ("Do not stop", _plain([rule.do_not_stop] if rule.do_not_stop else [])),
            ("Modifiers, in order; the last that holds wins", self._said(rule.modifiers)),
            (
                "Cannot be checked without",
                _plain([", ".join(rule.unchecked_without)] if rule.unchecked_without else []),
            ),
            ("Takes the place of", _plain(rule.supersedes)),
            ("Jurisdiction", _plain([", ".join(sorted(rule.jurisdiction))])),
        )
        severity = rule.severity.value if rule.severity else None
        return self._card("rule", rule, rule.evidence, parts, severity=severity, interruptive=rule.interruptive)

    def drug_class(self, drug_class: DrugClass) -> Card:
        onset, dose = drug_class.onset, drug_class.dose_dependence
        window = f" (days {onset.days[0]} to {onset.days[1]})" if onset and onset.days else ""
        parts = (
            ("Members", _plain([", ".join(drug_class.members)])),
            ("Routes", self._said([drug_class.routes])),
            (
                "Duplicates",
                _plain(["two different members together are duplicate therapy"] if drug_class.duplicate else []),
            ),
            ("Mechanism", _plain([drug_class.mechanism])),
            ("Known for", tuple(point for effect in drug_class.effects for point in self._effect(effect))),
            ("Onset", (Point(onset.text + window, onset.verified),) if onset else ()),
            ("Dose", self._claims([dose] if dose else [])),
            ("Must stand beside it", self._claims(drug_class.context)),
            ("What the pharmacist can do", self._claims(drug_class.options)),
            ("Monitoring", self._claims(drug_class.monitoring)),
            ("Do not stop", _plain([drug_class.do_not_stop] if drug_class.do_not_stop else [])),
            ("Questions", _plain(drug_class.questions)),
            ("Asks for", _plain([", ".join(drug_class.asks_for)] if drug_class.asks_for else [])),
        )
        return self._card("class", drug_class, drug_class.evidence, parts)

    def scale(self, scale: Scale) -> Card:
        parts = (
            ("Asks", _plain([scale.asks])),
            ("Questions", _plain([_question(item) for item in scale.items])),
            ("Results", tuple(Point(_band(band)) for band in scale.bands)),
            ("Results were read in", (Point("", None, self.cite(scale.band_sources)),) if scale.band_sources else ()),
            ("Not read", _plain([scale.unread] if scale.unread else [])),
            ("Cautions", self._claims(scale.cautions)),
        )
        return Card(
            anchor=f"scale-{scale.id}",
            id=scale.id,
            name=scale.name,
            status=scale.status,
            severity=None,
            interruptive=None,
            parts=tuple(Part(label, points) for label, points in parts if points),
            grade=None,
            verified=any(ref.verified for ref in scale.sources),
            cited=self.cite(scale.sources),
            examples=None,
            authored_by=scale.authored_by,
            checked_by=scale.checked_by,
        )

    def cite(self, refs: Iterable[SourceRef]) -> tuple[Cited, ...]:
        """The sources of a claim, counted as used."""
        return tuple(self._cited(ref) for ref in refs)

    def effect_names(self, effects: Iterable[str]) -> str:
        known = self._knowledge.effects
        return ", ".join(known[effect].name.lower() if effect in known else effect for effect in effects)

    def where_used(self) -> Counter[str]:
        """How often each source was cited so far. Live: it grows while the page is written."""
        return self._used

    def _card(
        self,
        kind: str,
        entry: DrugClass | Rule | RedFlag,
        evidence: Evidence,
        parts: Iterable[tuple[str, tuple[Point, ...]]],
        severity: str | None = None,
        interruptive: bool | None = None,
    ) -> Card:
        return Card(
            anchor=f"{kind}-{entry.id}",
            id=entry.id,
            name=entry.name,
            status=entry.status,
            severity=severity,
            interruptive=interruptive,
            parts=tuple(Part(label, points) for label, points in parts if points),
            grade=evidence.grade.value,
            verified=evidence.is_verified,
            cited=self.cite(evidence.sources),
            examples=entry.examples,
            # Red flags stand together in one file and have no author of their own.
            authored_by=getattr(entry, "authored_by", "medrisk"),
            checked_by=getattr(entry, "checked_by", None),
        )

    def _effect(self, effect: ClassEffect) -> Iterator[Point]:
        """The effect with its grade, then its figures. Figures that nobody read are not in the knowledge at all."""
        text = f"{self.effect_names([effect.effect])}: {effect.grade.value}"
        text += f"; {effect.mechanism}" if effect.mechanism else ""
        text += f" (only {', '.join(sorted(effect.members))})" if effect.members else ""
        yield Point(text, any(ref.verified for ref in effect.sources), self.cite(effect.sources))
        yield from (
            Point(f"figure: {figure.text}", figure.verified, self.cite(figure.sources)) for figure in effect.figures
        )

    def _claims(self, claims: Iterable[Claim]) -> tuple[Point, ...]:
        return tuple(Point(claim.text, claim.verified, self.cite(claim.sources)) for claim in claims)

    def _said(self, values: Iterable[Any]) -> tuple[Point, ...]:
        return tuple(Point(self._say(value) or "") for value in values)

    def _burden(self, burden: Burden) -> str:
        return f"distinct classes known for {self.effect_names([burden.effect])}, {burden.floor.value} or better"

    def _cited(self, ref: SourceRef) -> Cited:
        self._used[ref.id] += 1
        source = self._knowledge.sources.get(ref.id)
        return Cited(ref.id, source.citation if source else None, ref.where, ref.verified)


def _question(item: Item) -> str:
    """The question with what each answer counts; which answers open it is left to the file."""
    answers = [answer.id if answer.points is None else f"{answer.id} {answer.points:+d}" for answer in item.answers]
    given = ", ".join(answers) if answers else f"a multiple of the upper limit of {item.lab}"
    return f"{item.ask} ({given}{'; not always asked' if item.only_when else ''})"


def _band(band: Band) -> str:
    bounds = [("at least", band.at_least), ("at most", band.at_most)]
    words = " and ".join(f"{name} {bound}" for name, bound in bounds if bound is not None)
    words = words or ("by the answers" if band.when else "all else")
    return f"{band.label}: {words}" + (f" ({band.meaning})" if band.meaning else "")


def _plain(texts: Iterable[str]) -> tuple[Point, ...]:
    return tuple(Point(text) for text in texts)
