"""RxNav as the vocabulary's online part: names and codes become drugs, called as the vocabulary calls them, within what one
check may spend.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import urlsplit

from medrisk.core.given_names import is_in_reach
from medrisk.core.model import Ingredient
from medrisk.core.name_keys import name_key
from medrisk.core.names import CodeSystem, OnlineAnswer, OnlineClasses, OnlineDrug, Vocabulary
from medrisk.vocabulary.codes import Codes
from medrisk.vocabulary.release_terms import NO_MEDICINE, is_otherwise_meant, our_name, plain_name
from medrisk.vocabulary.rxnav import (
    ConceptStatus,
    History,
    Lookup,
    NdcState,
    NearName,
    RxClass,
    RxNav,
    Status,
    why_not_sent,
)
from medrisk.vocabulary.rxnav.sendable import NO_NDC, NO_RXCUI, is_ndc, is_rxcui

MOST_NAMES = 10
"""Names and codes that one check looks up."""
MOST_CLASSES = 10
"""Drugs of one check whose classes are looked up."""
MOST_SECONDS = 10.0
"""A check asks nothing more after so long; a look-up under way may take its own time beyond that."""
# Concepts of one name, or near to it, whose ingredients are asked for; near ones without a name whose name is.
_MOST_CONCEPTS = 8
_MOST_NAMELESS = 3
# Kinds of RxClass classes that say what a drug is, and how many of them are shown.
_CLASS_KINDS = ("ATC1-4", "EPC", "MOA", "CHEM")
_MOST_SHOWN = 3

FAILED = "an earlier look-up of this check failed, and RxNav was not asked again"
SPENT_NAMES = f"only {MOST_NAMES} names and codes are looked up in one check"
SPENT_CLASSES = f"only {MOST_CLASSES} drugs of one check are looked up"
SPENT_TIME = "the look-ups of this check took too long, and RxNav was not asked again"
OTHERWISE_MEANT = "this word is nearly always something else than a drug, so it was not sent"

T = TypeVar("T")


class _NotCheckedError(Exception):
    """A look-up gave no answer. Its text is the reason."""


@dataclass(slots=True)
class _Spent:
    """What one check has spent."""

    end: float
    names: int = 0
    classes: int = 0
    failed: bool = False


class RxNavNames:
    """Asks RxNav for one check; ``for_one_check`` begins the next. ``clock`` counts seconds and never goes back."""

    def __init__(self, rxnav: RxNav, vocabulary: Vocabulary, label: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._rxnav = rxnav
        self._vocabulary = vocabulary
        self._label = label
        self._clock = clock
        self._spent = _Spent(clock() + MOST_SECONDS)

    @property
    def label(self) -> str:
        return self._label

    def for_one_check(self) -> RxNavNames:
        return RxNavNames(self._rxnav, self._vocabulary, self._label, self._clock)

    def named(self, name: str) -> OnlineAnswer:
        """The drugs of exactly this name, beside case, order and salts."""
        why_not = why_not_sent(name) or (OTHERWISE_MEANT if is_otherwise_meant(name_key(name)) else "")
        return self._within_names(lambda: self._named(name), why_not)

    def near(self, name: str) -> OnlineAnswer:
        """Drugs whose names lie within reach of this one. Counts with the exact look-up of the name, which came before."""
        why_not = why_not_sent(name) or (OTHERWISE_MEANT if is_otherwise_meant(name_key(name)) else "")
        return self._guarded(lambda: self._near(name), why_not)

    def by_code(self, system: CodeSystem, code: str) -> OnlineAnswer:
        """The drug of an RxCUI or NDC, also of one that is no longer in use, which is said."""
        if system == "ndc":
            return self._within_names(lambda: self._ndc(code), "" if is_ndc(code) else NO_NDC)
        return self._within_names(lambda: self._rxcui(code), "" if is_rxcui(code) else NO_RXCUI)

    def classes_of(self, rxcui: str) -> OnlineClasses:
        """What RxClass lists this ingredient as: its kind of class, name and number."""
        if not is_rxcui(rxcui):
            return OnlineClasses(not_checked=NO_RXCUI)
        if self._spent.classes >= MOST_CLASSES:
            return OnlineClasses(not_checked=SPENT_CLASSES)
        self._spent.classes += 1
        try:
            found = self._ask(self._rxnav.classes, rxcui) or ()
        except _NotCheckedError as error:
            return OnlineClasses(not_checked=str(error))
        return OnlineClasses(tuple(dict.fromkeys(f"{one.kind} {one.name} ({one.id})" for one in _telling(found))))

    def _within_names(self, look_up: Callable[[], OnlineAnswer], why_not: str) -> OnlineAnswer:
        if not why_not and self._spent.names >= MOST_NAMES:
            why_not = SPENT_NAMES
        if not why_not:
            self._spent.names += 1
        return self._guarded(look_up, why_not)

    def _guarded(self, look_up: Callable[[], OnlineAnswer], why_not: str) -> OnlineAnswer:
        if why_not:
            return OnlineAnswer(not_checked=why_not)
        try:
            return look_up()
        except _NotCheckedError as error:
            return OnlineAnswer(not_checked=str(error))

    def _ask(self, question: Callable[[str], Lookup[T]], what: str) -> T | None:
        """The answer, None where RxNav knows nothing. Raises _NotCheckedError."""
        if self._spent.failed:
            raise _NotCheckedError(FAILED)
        if self._clock() >= self._spent.end:
            raise _NotCheckedError(SPENT_TIME)
        lookup = question(what)
        if lookup.status is Status.NOT_CHECKED:
            self._spent.failed = True
            raise _NotCheckedError(lookup.reason)
        return lookup.value

    def _named(self, name: str) -> OnlineAnswer:
        rxcuis = self._ask(self._rxnav.find, name) or ()
        return self._answer([(name, rxcui) for rxcui in rxcuis])

    def _near(self, name: str) -> OnlineAnswer:
        found = self._ask(self._rxnav.approximate, name) or ()
        return self._answer([(called, rxcui) for called, rxcui in self._called(found) if is_in_reach(name, called)])

    def _called(self, found: Sequence[NearName]) -> list[tuple[str, str]]:
        """Names and RxCUIs; the nearest of those that came without a name are asked for theirs."""
        nameless = [near.rxcui for near in found if near.name is None][:_MOST_NAMELESS]
        names = {rxcui: self._ask(self._rxnav.name, rxcui) for rxcui in nameless}
        return [(name, near.rxcui) for near in found if (name := near.name or names.get(near.rxcui))]

    def _answer(self, concepts: Sequence[tuple[str, str]]) -> OnlineAnswer:
        drugs = [self._drug(name, rxcui) for name, rxcui in concepts[:_MOST_CONCEPTS]]
        return OnlineAnswer(tuple(drug for drug in drugs if drug.ingredients), len(concepts) > _MOST_CONCEPTS)

    def _drug(self, name: str, rxcui: str) -> OnlineDrug:
        """A concept with its ingredients; of a retired one those that its history has."""
        ingredients = self._ask(self._rxnav.ingredients, rxcui)
        if ingredients is None:
            history = self._ask(self._rxnav.history, rxcui)
            ingredients = _contents(history) if history else ()
        return OnlineDrug(name, rxcui, self._ours(ingredients))

    def _rxcui(self, code: str) -> OnlineAnswer:
        history = self._ask(self._rxnav.history, code)
        if history is None:
            return OnlineAnswer()
        if history.status is ConceptStatus.ACTIVE:
            return self._answer([(history.name, code)])
        trail = (f"RxCUI {code} is {_words_of(history.status)} at RxNav",)
        if history.remapped_to:
            named = "; ".join(f"RxCUI {one.rxcui}" + (f" ({one.name})" if one.name else "") for one in history.remapped_to)
            answer = self._answer([(one.name or f"RxCUI {one.rxcui}", one.rxcui) for one in history.remapped_to])
            if answer.drugs:
                return replace(answer, trail=(f"{trail[0]}: now {named}",))
        drug = OnlineDrug(history.name or f"RxCUI {code}", code, self._ours(_contents(history)))
        return OnlineAnswer((drug,) if drug.ingredients else (), trail=trail)

    def _ndc(self, code: str) -> OnlineAnswer:
        found = self._ask(self._rxnav.ndc, code)
        if found is None:
            return OnlineAnswer()
        trail = () if found.status is NdcState.ACTIVE else (f"this NDC is {found.status.lower()} at RxNav",)
        answer = self._rxcui(found.rxcui) if found.rxcui else OnlineAnswer()
        return replace(answer, trail=(*trail, *answer.trail))

    def _ours(self, ingredients: Iterable[Ingredient]) -> tuple[Ingredient, ...]:
        """The ingredients as the vocabulary calls them, so that rules fire: by RxCUI, or else by name."""
        names = cast("Codes", self._vocabulary.codes).names
        found: dict[str, Ingredient] = {}
        for ingredient in ingredients:
            if ingredient.name == NO_MEDICINE:
                continue
            name = names.get(ingredient.rxcui or "") or our_name(self._vocabulary.index.lookup(ingredient.name))
            name = name or plain_name(ingredient.name)
            found.setdefault(name, replace(ingredient, name=name))
        return tuple(found.values())


def _contents(history: History) -> tuple[Ingredient, ...]:
    is_itself = history.tty == "IN" and not history.ingredients and history.name
    return (Ingredient(history.name, history.rxcui),) if is_itself else history.ingredients


def _words_of(status: ConceptStatus) -> str:
    return {"NotCurrent": "no longer current"}.get(status.value, status.value.lower())


def _telling(classes: Sequence[RxClass]) -> list[RxClass]:
    """The classes that say what a drug is, not what it is given for, the most telling kinds first."""
    known = [one for one in classes if one.kind in _CLASS_KINDS]
    return sorted(known, key=lambda one: (_CLASS_KINDS.index(one.kind), one.id))[:_MOST_SHOWN]


def with_rxnav(vocabulary: Vocabulary, url: str, folder: Path) -> Vocabulary:
    """The vocabulary with RxNav behind it. ``folder`` is where answers and the shared pace are kept."""
    is_public = str(urlsplit(url).hostname).endswith("nlm.nih.gov")
    label = "RxNav" if is_public else "RxNav (a service of this site)"
    return replace(vocabulary, online=RxNavNames(RxNav(url, folder), vocabulary, label))
