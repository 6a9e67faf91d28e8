"""Published scales as values: questions, the points or rules of their answers, and what the results are called.

The words and numbers are data (``data/scales.yaml``); how they are put together is in ``medrisk.core.scales``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from medrisk.core.rules import Claim, SourceRef


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition over the answers, as a small tree.

    ``kind`` is ``all``, ``any`` or ``not`` (over ``parts``), ``is`` (``item`` has one of ``answers``) or ``amount``
    (the multiple given for ``item``, compared by ``op`` with ``limit``).
    """

    kind: Literal["all", "any", "not", "is", "amount"]
    parts: tuple[Condition, ...] = ()
    item: str = ""
    answers: frozenset[str] = frozenset()
    op: str = ""
    limit: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to choose. ``points`` is None where a scale counts none, or where they were not read."""

    id: str
    text: str
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question: answers to choose from, or the laboratory test whose multiple of the upper limit is the answer.

    It is asked, and counts, only when ``only_when`` holds.
    """

    id: str
    ask: str
    answers: tuple[Answer, ...] = ()
    lab: str | None = None
    only_when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """What a result is called: totals from ``at_least`` to ``at_most``, or whatever ``when`` (None: all else) holds for."""

    label: str
    meaning: str = ""
    at_least: int | None = None
    at_most: int | None = None
    when: Condition | None = None

    def holds_total(self, total: int) -> bool:
        is_high_enough = self.at_least is None or total >= self.at_least
        return is_high_enough and (self.at_most is None or total <= self.at_most)


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale. Without ``bands``, ``unread`` says why its results have no names."""

    id: str
    status: str
    name: str
    kind: Literal["points", "criteria"]
    asks: str
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    unread: str
    sources: tuple[SourceRef, ...]
    band_sources: tuple[SourceRef, ...] = ()
    cautions: tuple[Claim, ...] = ()
    authored_by: str = "medrisk"
    checked_by: str | None = None


@dataclass(frozen=True, slots=True)
class ScaleResult:
    """What the answers come to.

    ``total`` is None unless every item that applies was answered, and for scales without points. ``band`` is the
    name of the result when no answer that is still missing can change it. ``open_bands`` are those still possible
    when it is not settled, and ``between`` the bounds of the total.
    """

    total: int | None
    band: str | None
    missing: tuple[str, ...]
    note: str
    meaning: str = ""
    open_bands: tuple[str, ...] = ()
    between: tuple[int, int] | None = None
