"""What RxNav answers, read into checked values.

Numbers come as strings; a field that would be empty may be null or left out; nothing found is an empty group. Whatever
has another shape is no answer: it is never taken for "nothing found".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from medrisk.core.model import Ingredient
from medrisk.vocabulary.rxnav.sendable import is_rxcui

T = TypeVar("T")
Kind = TypeVar("Kind", bound=StrEnum)


class Status(StrEnum):
    FOUND = "found"
    NOTHING = "nothing"
    """RxNav answered, and knows nothing of it."""
    NOT_CHECKED = "not checked online"
    """RxNav was not asked or gave no answer. It says nothing about the drug."""


@dataclass(frozen=True, slots=True)
class Lookup(Generic[T]):
    """How a look-up ended. ``value`` is there if and only if something was found; ``reason`` if it was not checked."""

    status: Status
    value: T | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NearName:
    """A concept whose name lies near the one asked for: one for each RxCUI, the best of its rows.

    ``name`` is None where NLM may not show the only name that it has. ``score`` has no fixed top; ``rank`` 1 is nearest.
    """

    rxcui: str
    name: str | None
    score: float
    rank: int


class ConceptStatus(StrEnum):
    ACTIVE = "Active"
    REMAPPED = "Remapped"
    OBSOLETE = "Obsolete"
    QUANTIFIED = "Quantified"
    NOT_CURRENT = "NotCurrent"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class Successor:
    """A concept that took the place of another. It may be retired itself."""

    rxcui: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class History:
    """What became of a concept. ``ingredients`` are those NLM derives, also for a retired concept; for an ingredient
    itself there are none."""

    rxcui: str
    status: ConceptStatus
    name: str
    tty: str
    ingredients: tuple[Ingredient, ...]
    remapped_to: tuple[Successor, ...]


class NdcState(StrEnum):
    ACTIVE = "ACTIVE"
    OBSOLETE = "OBSOLETE"
    ALIEN = "ALIEN"
    """Known to another source of RxNorm's only."""
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class NdcStatus:
    """What a National Drug Code stands for, or stood for last."""

    ndc: str
    status: NdcState
    rxcui: str
    name: str


@dataclass(frozen=True, slots=True)
class RxClass:
    """A class that the ingredient itself belongs to. ``kind`` is RxClass's own type: ATC1-4, EPC, MOA, PE, CHEM, ..."""

    id: str
    name: str
    kind: str
    relation: str
    source: str


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """One request: where, with what, which part of the answer counts, and how it is read.

    Only ``parts`` of the ``group`` are read and kept, so what RxNav repeats of the question is kept nowhere. ``bare``: RxNav
    leaves out the whole group when it finds nothing.
    """

    path: str
    params: tuple[tuple[str, str], ...]
    group: str
    parts: tuple[str, ...]
    read: Callable[[Mapping[str, Any]], T | None]
    bare: bool = False

    def part(self, payload: object) -> dict[str, Any]:
        """The part of an answer that counts; empty when nothing was found. Raises UnreadableError."""
        if not isinstance(payload, Mapping):
            raise UnreadableError
        whole: Mapping[str, Any] = payload
        if self.group not in whole and (not self.bare or whole.keys() - {"userInput"}):
            raise UnreadableError
        group = _mapping(whole.get(self.group))
        return {part: group[part] for part in self.parts if group.get(part) is not None}


class UnreadableError(Exception):
    """The answer does not have the shape it should have. Carries nothing of it."""


def near_names(group: Mapping[str, Any]) -> tuple[NearName, ...] | None:
    best: dict[str, NearName] = {}
    for row in _rows(group, "candidate"):
        found = NearName(_rxcui(row, "rxcui"), _text(row, "name") or None, _number(row, "score"), int(_number(row, "rank")))
        other = best.get(found.rxcui)
        if other is None:
            best[found.rxcui] = found
            continue
        # RxNorm's own name before that of another source.
        named = found if found.name and (other.name is None or _text(row, "source") == "RXNORM") else other
        best[found.rxcui] = NearName(
            found.rxcui, named.name, max(found.score, other.score), min(found.rank, other.rank)
        )
    return tuple(sorted(best.values(), key=lambda near: (near.rank, -near.score))) or None


def rxcuis(group: Mapping[str, Any]) -> tuple[str, ...] | None:
    found = group.get("rxnormId", [])
    if not isinstance(found, list) or not all(isinstance(each, str) and is_rxcui(each) for each in found):
        raise UnreadableError
    return tuple(dict.fromkeys(found)) or None


def ingredients(group: Mapping[str, Any]) -> tuple[Ingredient, ...] | None:
    rows = [row for kind in _rows(group, "conceptGroup") if _text(kind, "tty") == "IN" for row in _rows(kind, "conceptProperties")]
    return _unique(Ingredient(_must(row, "name"), _rxcui(row, "rxcui")) for row in rows) or None


def concept_name(group: Mapping[str, Any]) -> str | None:
    return _text(group, "name") or None


def history_of(rxcui: str) -> Callable[[Mapping[str, Any]], History | None]:
    """Reads what became of this concept. Little but the status may be left of one that is no longer current."""

    def read(group: Mapping[str, Any]) -> History | None:
        attributes, derived = _mapping(group.get("attributes")), _mapping(group.get("derivedConcepts"))
        status = _one_of(ConceptStatus, _must(_mapping(group.get("metaData")), "status"))
        if status is ConceptStatus.UNKNOWN:
            return None
        return History(
            rxcui=rxcui,
            status=status,
            name=_must(attributes, "name") if status is ConceptStatus.ACTIVE else _text(attributes, "name"),
            tty=_text(attributes, "tty"),
            ingredients=_derived(derived, _mapping(group.get("definitionalFeatures"))),
            remapped_to=_unique(
                Successor(_rxcui(row, code), _text(row, f"{how}Name"), _text(row, f"{how}Active") != "NO")
                for how, code in (("remapped", "remappedRxCui"), ("quantified", "quantifiedRxcui"))
                for row in _rows(derived, f"{how}Concept")
            ),
        )

    return read


def _derived(derived: Mapping[str, Any], features: Mapping[str, Any]) -> tuple[Ingredient, ...]:
    """The ingredients NLM derives; else those that the strengths of a product are given for."""
    rows = [(row, "ingredient") for row in _rows(derived, "ingredientConcept")]
    if not rows:
        rows = [(row, "base") for row in _rows(features, "ingredientAndStrength") if _text(row, "baseRxcui")]
    return _unique(Ingredient(_must(row, f"{how}Name"), _rxcui(row, f"{how}Rxcui")) for row, how in rows)


def ndc_status(group: Mapping[str, Any]) -> NdcStatus | None:
    status = _one_of(NdcState, _must(group, "status").upper())
    if status is NdcState.UNKNOWN:
        return None
    code, name = _text(group, "rxcui"), _text(group, "conceptName")
    if not code:
        # The last row of an obsolete code's history, or what the other source says, if it says one thing only.
        past = [_text(row, "activeRxcui") or _text(row, "originalRxcui") for row in _rows(group, "ndcHistory")][-1:]
        alien = {(_text(row, "ndcRxcui"), _text(row, "ndcConceptName")) for row in _rows(group, "ndcSourceMapping")}
        if past:
            code = past[0]
        elif len(alien) == 1:
            code, name = alien.pop()
    if code and not is_rxcui(code):
        raise UnreadableError
    return NdcStatus(_text(group, "ndc11"), status, code, name)


def classes_of(rxcui: str) -> Callable[[Mapping[str, Any]], tuple[RxClass, ...] | None]:
    """Reads the classes of this very concept: the answer also holds those of every product and ingredient related to it."""

    def read(group: Mapping[str, Any]) -> tuple[RxClass, ...] | None:
        own = [row for row in _rows(group, "rxclassDrugInfo") if _rxcui(_mapping(row.get("minConcept")), "rxcui") == rxcui]
        return _unique(_rx_class(row) for row in own) or None

    return read


def _rx_class(row: Mapping[str, Any]) -> RxClass:
    item = _mapping(row.get("rxclassMinConceptItem"))
    return RxClass(
        _must(item, "classId"), _must(item, "className"), _must(item, "classType"), _text(row, "rela"), _text(row, "relaSource")
    )


def _mapping(value: object) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise UnreadableError
    return value


def _rows(group: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = group.get(key)
    if rows is None:
        return []
    if not isinstance(rows, list):
        raise UnreadableError
    return [_mapping(row) for row in rows]


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or any("\ud800" <= sign <= "\udfff" for sign in value):  # half a character
        raise UnreadableError
    return " ".join(value.split())


def _must(row: Mapping[str, Any], key: str) -> str:
    text = _text(row, key)
    if not text:
        raise UnreadableError
    return text


def _rxcui(row: Mapping[str, Any], key: str) -> str:
    code = _text(row, key)
    if not is_rxcui(code):
        raise UnreadableError
    return code


def _number(row: Mapping[str, Any], key: str) -> float:
    value = row.get(key)
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise UnreadableError
    return number


def _one_of(kind: type[Kind], text: str) -> Kind:
    try:
        return kind(text)
    except ValueError:
        raise UnreadableError from None


def _unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
