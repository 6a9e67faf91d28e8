"""Which subjects may find something of which patients: those of whose slots none stays empty. A superset, found with bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from medrisk.audit.subjects import Subjects

Bits = NDArray[np.uint8]


class Candidates:
    """One bit for each subject and patient, eight patients to the byte."""

    def __init__(self, subjects: Subjects, slots: NDArray[np.int64], persons: NDArray[np.int64], flagged: NDArray[np.bool_]) -> None:
        """``slots`` and ``persons``: which slot a drug of which patient fills. ``flagged``: of whom something is known that a red
        flag could turn on, drugs or none.
        """
        count = len(flagged)
        held = _bits(slots, persons, subjects.slot_count, count)
        some: NDArray[np.bool_] = np.any(held, axis=1)
        self._bits = np.zeros((len(subjects.all), held.shape[1]), dtype=np.uint8)
        for subject, needs in enumerate(subjects.needs):
            if needs and all(some[list(slots)].any() for slots in needs):
                self._bits[subject] = _all_of(held, needs)
        self._bits[subjects.red_flags] |= np.packbits(flagged, bitorder="little")

    def among(self, subjects: NDArray[np.int64], persons: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each subject may find something of the person beside it."""
        found = self._bits.ravel()[subjects * self._bits.shape[1] + (persons >> 3)] >> (persons & 7).astype(np.uint8)
        return (found & 1).astype(bool)


def _bits(slots: NDArray[np.int64], persons: NDArray[np.int64], slot_count: int, person_count: int) -> Bits:
    held = np.zeros((slot_count, -(-person_count // 8)), dtype=np.uint8)
    flat, place = held.ravel(), slots * held.shape[1] + (persons >> 3)
    for bit in range(8):
        # Places that stand here twice are given the same value twice.
        here = place[(persons & 7) == bit]
        flat[here] |= np.uint8(1 << bit)
    return held


def _all_of(held: Bits, needs: tuple[tuple[int, ...], ...]) -> Bits:
    holds = _any_of(held, needs[0])
    for slots in needs[1:]:
        holds = holds & _any_of(held, slots)
    return holds


def _any_of(held: Bits, slots: tuple[int, ...]) -> Bits:
    if len(slots) == 1:
        one: Bits = held[slots[0]]
        return one
    filled: Bits = np.bitwise_or.reduce(held[list(slots)], axis=0)
    return filled
