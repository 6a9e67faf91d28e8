"""The answers that were given to a scale: checked, and asked in three values (True, False, None for "not known")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from medrisk.core.clinical import LabResult
from medrisk.core.conditions import compare
from medrisk.core.scale_model import Condition, Item, Scale
from medrisk.errors import InputError

_MULTIPLE_UNIT = "xULN"
_NUMBER = r"[0-9]{1,7}(?:\.[0-9]{1,4})?"
# "12 xULN", "> 40 xULN", or a value over the laboratory's upper limit: "2400/200". A number alone may be U/L.
_TIMES = re.compile(rf"([<>]?)\s*({_NUMBER})\s*(?:x|×|times)?\s*ULN", re.IGNORECASE)
_OF_LIMIT = re.compile(rf"([<>]?)\s*({_NUMBER})\s*/\s*({_NUMBER})")


@dataclass(frozen=True, slots=True)
class Multiple:
    """How many times its upper limit a value is; ``>`` or ``<`` where only a bound was given."""

    comparator: str
    value: float


class Answers:
    """Answers to the items of one scale. Raises InputError for an item or answer that the scale does not have."""

    def __init__(self, scale: Scale, answers: Mapping[str, str]) -> None:
        self._items = {item.id: item for item in scale.items}
        if not answers.keys() <= self._items.keys():
            raise InputError(
                f"The scale {scale.id} has no item of this name.", hint=f"Its items: {', '.join(self._items)}.", field="answers"
            )
        self._given = {name: _read(self._items[name], text) for name, text in answers.items()}

    def answer(self, item: Item) -> str | Multiple | None:
        return self._given.get(item.id)

    def applies(self, item: Item) -> bool | None:
        """Whether the item is asked at all after the other answers."""
        return True if item.only_when is None else self.holds(item.only_when)

    def holds(self, condition: Condition) -> bool | None:
        """Whether a condition holds, whatever the answers still missing."""
        if condition.kind == "all":
            return self._combined(condition.parts, False)
        if condition.kind == "any":
            return self._combined(condition.parts, True)
        if condition.kind == "not":
            holds = self.holds(condition.parts[0])
            return None if holds is None else not holds
        item = self._items[condition.item]
        applies, fits = self.applies(item), self._fits(item, condition)
        if applies is False or fits is False:
            return False
        return None if applies is None else fits

    def _combined(self, parts: tuple[Condition, ...], deciding: bool) -> bool | None:
        """One part that is ``deciding`` decides; else one unknown leaves it unknown."""
        values = [self.holds(part) for part in parts]
        if deciding in values:
            return deciding
        return None if None in values else not deciding

    def _fits(self, item: Item, condition: Condition) -> bool | None:
        given = self._given.get(item.id)
        if given is None:
            return None
        if isinstance(given, Multiple):
            return compare(given.comparator, given.value, condition.op, condition.limit)
        return given in condition.answers


def answers_from_labs(scale: Scale, labs: Iterable[LabResult]) -> dict[str, str]:
    """The answers that laboratory results give. Only a result known as a multiple of its upper limit gives one; of several
    results of one test the highest counts.
    """
    values: dict[str, LabResult] = {}
    for lab in labs:
        if lab.canonical_value is not None and lab.canonical_unit == _MULTIPLE_UNIT:
            held = values.get(lab.id)
            if held is None or (held.canonical_value or 0) < lab.canonical_value:
                values[lab.id] = lab
    found = {item.id: values[item.lab] for item in scale.items if item.lab in values}
    return {name: f"{lab.comparator}{lab.canonical_value:.4f} {_MULTIPLE_UNIT}" for name, lab in found.items()}


def _read(item: Item, text: str) -> str | Multiple:
    if item.lab is not None:
        return _read_multiple(item, text.strip())
    choices = [answer.id for answer in item.answers]
    word = text.strip().lower()
    if word not in choices:
        raise InputError(
            f"The item {item.id} has no such answer.", hint=f"Its answers: {', '.join(choices)}. Leave it out when not known.", field=item.id
        )
    return word


def _read_multiple(item: Item, text: str) -> Multiple:
    if match := _TIMES.fullmatch(text):
        return Multiple(match[1], float(match[2]))
    match = _OF_LIMIT.fullmatch(text)
    if match is None or float(match[3]) == 0:
        raise InputError(
            f"The item {item.id} takes a multiple of the upper limit, or a value with that limit.",
            hint="Write 12xULN, or 2400/200 for 2400 U/L where the upper limit is 200. A number alone says too little.",
            field=item.id,
        )
    return Multiple(match[1], round(float(match[2]) / float(match[3]), 4))
