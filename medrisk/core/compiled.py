"""Slots of rules as bit masks, and a patient's drugs as masks to lay against them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from medrisk.core.model import Medication
from medrisk.core.rules import Slot


@dataclass(frozen=True, slots=True)
class CompiledSlot:
    """Ingredient masks by the routes for which they count, and the union of all as a quick test."""

    parts: tuple[tuple[int, frozenset[str]], ...]
    union: int
    slot: Slot

    def takes(self, bit: int, medication: Medication) -> bool:
        """Whether one drug, known by its bit, fills the slot, its dose bound aside."""
        return medication.status == self.slot.status and any(
            mask >> bit & 1 and medication.route in routes for mask, routes in self.parts
        )


class Present:
    """A patient's drugs as one mask, and by bit; status and route are looked at for the few that a slot names."""

    def __init__(self, bits: dict[str, int], medications: Sequence[Medication]) -> None:
        self.bits = bits
        self.union = 0
        self.by_bit: dict[int, list[Medication]] = defaultdict(list)
        # By the identity of compiled slots, which live as long as the engine; the same slot stands in many rules.
        self._filled: dict[int, list[Medication]] = {}
        for medication in medications:
            bit = bits.get(medication.ingredient.name)
            if bit is not None:
                self.union |= 1 << bit
                self.by_bit[bit].append(medication)

    def filling(self, compiled: CompiledSlot) -> list[Medication]:
        """The drugs that fill a slot, its dose bound aside."""
        if not compiled.union & self.union:
            return []
        known = self._filled.get(id(compiled))
        if known is None:
            known = self._filled[id(compiled)] = self._look(compiled)
        return known

    def _look(self, compiled: CompiledSlot) -> list[Medication]:
        status = compiled.slot.status
        found: dict[tuple[str, int], Medication] = {}
        for mask, routes in compiled.parts:
            for bit in bits_of(mask & self.union):
                for medication in self.by_bit[bit]:
                    if medication.status == status and medication.route in routes:
                        found[medication.ingredient.name, medication.line] = medication
        return [found[key] for key in sorted(found)] if len(found) > 1 else list(found.values())

    def pick(self, by_bit: Mapping[int, Sequence[int]]) -> set[int]:
        """Whatever is filed under one of the patient's drugs."""
        return {number for bit in self.by_bit for number in by_bit.get(bit, ())}

def bits_of(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
