"""Which subjects may find something of which patients: those of whose slots none stays empty. A superset, found with bits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from medrisk.audit.subjects import Subjects

Bits = NDArray[np.uint8]


class Candidates:
    """One bit for each subject and patient, eight patients to the byte."""

    def __init__(
        self, subjects: Subjects, slots: NDArray[np.int64], persons: NDArray[np.int64], flagged: NDArray[np.bool_]
    ) -> None:  # fmt: skip
        """``slots`` and ``persons``: which slot a drug of which patient fills. ``flagged``: of whom something is known that a red
        flag could turn on, drugs or none.
        """
        count = len(flagged)
        held = _bits(slots, persons, subjects.slot_count, count)
        some: NDArray[np.bool_] = np.any(held, axis=1)
        self._bits = np.zeros((len(subjects.all), held.shape[1]), dtype=np.uint8)
        for numbers, slots_of_each in subjects.needing_each:
            met = some[slots_of_each].all(axis=1)
            self._bits[numbers[met]] = np.bitwise_and.reduce(held[slots_of_each[met]], axis=1)
        for number, slots_of_one in subjects.needing_any:
            self._bits[number] = np.bitwise_or.reduce(held[slots_of_one], axis=0)
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
