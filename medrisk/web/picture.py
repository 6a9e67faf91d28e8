"""The list as a picture: drugs against what they are known to do, so that one look shows where it adds up.

Drawn from the notes about drug classes, and so from nothing that the notes do not say in words. A column is a group of
effects (``group`` in ``data/effects.yaml``); a mark says in which direction, and by its shape how well it is supported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medrisk.core.rules import Grade, KnowledgeBase

Json = Mapping[str, Any]

# Groups that bear on cramp; bleeding, heart rhythm and the like are told by the notes alone.
_COLUMNS = ("potassium", "magnesium", "calcium", "sodium", "volume", "muscle", "nerve")
_LOW, _HIGH, _KNOWN = "low", "high", "known"
_FULL = {_LOW: "▼", _HIGH: "▲", _KNOWN: "◆"}
_HOLLOW = {_LOW: "▽", _HIGH: "△", _KNOWN: "◇"}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a drug is known to do in one direction. ``words`` are shown, ``effects`` name all that is meant."""

    direction: str
    sign: str
    words: str
    grade: str
    effects: tuple[str, ...]

    @property
    def is_established(self) -> bool:
        return self.grade == Grade.ESTABLISHED


@dataclass(frozen=True, slots=True)
class Total:
    """How many drugs push the same way."""

    direction: str
    sign: str
    words: str
    drugs: int

    @property
    def adds_up(self) -> bool:
        return self.drugs > 1


@dataclass(frozen=True, slots=True)
class Row:
    """One drug: its marks column by column, and in how many columns it has any."""

    drug: str
    cells: tuple[tuple[Mark, ...], ...]

    @property
    def columns_marked(self) -> int:
        return sum(bool(marks) for marks in self.cells)


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows, columns and totals. ``values`` are the measured values under the columns that they belong to."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[tuple[Total, ...], ...]
    values: tuple[tuple[str, ...], ...]
    without_marks: tuple[str, ...]

    @property
    def has_values(self) -> bool:
        return any(self.values)


def draw(report: Json, knowledge: KnowledgeBase) -> Picture | None:
    """The picture of a report; None where no drug on it has an effect of these groups."""
    taken = _drugs_taken(report["lines"])
    effects = _effects_by_drug(report["notes"], knowledge)
    rows = [Row(drug, tuple(_marks(effects.get(drug, {}), column, knowledge) for column in _COLUMNS)) for drug in taken]
    marked = tuple(row for row in rows if row.columns_marked)
    if not marked:
        return None
    return Picture(
        columns=tuple(column.capitalize() for column in _COLUMNS),
        rows=marked,
        totals=tuple(_totals([row.cells[at] for row in marked]) for at in range(len(_COLUMNS))),
        values=tuple(_values(report["labs"], column, knowledge) for column in _COLUMNS),
        without_marks=tuple(row.drug for row in rows if not row.columns_marked),
    )


def _drugs_taken(lines: Sequence[Json]) -> list[str]:
    """Every drug that is taken, once, in the order of the list."""
    active = [line for line in lines if line["status"] == "matched" and line["context"] == "active"]
    return list(dict.fromkeys(one["name"] for line in active for one in line["ingredients"]))


def _effects_by_drug(notes: Sequence[Json], knowledge: KnowledgeBase) -> dict[str, dict[str, Grade]]:
    """The effects that the notes about classes ascribe to each drug, with the better of several grades."""
    found: dict[str, dict[str, Grade]] = {}
    for note in notes:
        known = knowledge.classes.get(note["rule"]) if note["kind"] == "drug_class" else None
        for drug in note["drugs"] if known else ():
            held = found.setdefault(drug, {})
            for effect in known.effects_of(drug) if known else ():
                if effect.effect in note["effects"]:
                    held[effect.effect] = max(held.get(effect.effect, effect.grade), effect.grade, key=lambda g: g.rank)
    return found


def _marks(effects: Mapping[str, Grade], column: str, knowledge: KnowledgeBase) -> tuple[Mark, ...]:
    by_direction: dict[str, list[str]] = {}
    for effect in effects:
        named = knowledge.effects.get(effect)
        if named is not None and named.group == column:
            by_direction.setdefault(_direction(effect), []).append(effect)
    return tuple(_mark(way, found, effects, knowledge) for way, found in by_direction.items())


def _mark(way: str, found: Sequence[str], grades: Mapping[str, Grade], knowledge: KnowledgeBase) -> Mark:
    ranked = sorted(found, key=lambda effect: -grades[effect].rank)
    grade = grades[ranked[0]]
    names = tuple(knowledge.effects[effect].name.lower() for effect in ranked)
    words = way if way != _KNOWN else names[0]
    sign = _FULL[way] if grade is Grade.ESTABLISHED else _HOLLOW[way]
    return Mark(way, sign, words, grade.value, names)


def _direction(effect: str) -> str:
    if effect.startswith("hypo") or effect == "volume_depletion":
        return _LOW
    return _HIGH if effect.startswith("hyper") else _KNOWN


def _totals(cells: Sequence[tuple[Mark, ...]]) -> tuple[Total, ...]:
    counts: dict[str, int] = {}
    for marks in cells:
        for mark in marks:
            counts[mark.direction] = counts.get(mark.direction, 0) + 1
    return tuple(Total(way, _FULL[way], way, counts[way]) for way in (_LOW, _HIGH, _KNOWN) if way in counts)


def _values(labs: Sequence[Json], column: str, knowledge: KnowledgeBase) -> tuple[str, ...]:
    """Measured values of the tests whose low or high result is an effect of this column."""
    return tuple(
        f"{lab['value']:g}{': ' + lab['interpretation'] if lab['interpretation'] else ''}"
        for lab in labs if not lab["superseded"] and column in _groups_of(lab["id"], knowledge)
    )  # fmt: skip


def _groups_of(lab: str, knowledge: KnowledgeBase) -> set[str]:
    known = knowledge.labs.get(lab)
    effects = (known.low_effect, known.high_effect) if known else ()
    return {knowledge.effects[effect].group for effect in effects if effect and effect in knowledge.effects}
