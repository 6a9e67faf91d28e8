"""Tables of small numbers, fast: several numbers packed into one of 64 bits, mixed numbers, and lists by number.

Grouping and joining by one number is several times as fast as by two or three.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]
# SplitMix64's finaliser.
_GOLDEN, _MIX_1, _MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mixed(numbers: NDArray[Any]) -> Numbers:
    """Each number mixed into 64 bits, so that the sum of several stands for their set."""
    mix = numbers.astype(np.uint64) * _GOLDEN
    mix = (mix ^ (mix >> np.uint64(30))) * _MIX_1
    mix = (mix ^ (mix >> np.uint64(27))) * _MIX_2
    return mix ^ (mix >> np.uint64(31))


class Packing:
    """Several numbers in one, the first in the highest bits. ``sizes``: each number is less than its size."""

    def __init__(self, *sizes: int) -> None:
        self._bits = [max(1, size - 1).bit_length() for size in sizes]
        if sum(self._bits) > 64:
            raise OverflowError("more numbers than 64 bits can tell apart")

    def pack(self, *columns: NDArray[Any]) -> Numbers:
        packed = columns[0].astype(np.uint64)
        for column, bits in zip(columns[1:], self._bits[1:], strict=True):
            packed = (packed << np.uint64(bits)) | column.astype(np.uint64)
        return packed

    def unpack(self, packed: Numbers) -> list[NDArray[np.int64]]:
        columns: list[NDArray[np.int64]] = []
        for bits in reversed(self._bits):
            columns.append((packed & np.uint64((1 << bits) - 1)).astype(np.int64))
            packed = packed >> np.uint64(bits)
        return columns[::-1]


class Lists:
    """For each number from 0 a list of values, each value one number or several: ``lists.of`` is a join without a search."""

    def __init__(self, keys: Sequence[int] | NDArray[Any], *values: Sequence[int] | NDArray[Any], size: int) -> None:
        self._keys = np.asarray(keys, dtype=np.int64)
        order = np.argsort(self._keys, kind="stable")
        self._values = tuple(np.asarray(column, dtype=np.int64)[order] for column in values)
        self._counts = np.bincount(self._keys, minlength=size)
        self._starts = np.cumsum(self._counts) - self._counts

    def of(self, numbers: NDArray[Any]) -> tuple[NDArray[np.int64], ...]:
        """The place in ``numbers`` and the values, for each value of each of the numbers."""
        counts = self._counts[numbers]
        places = np.repeat(np.arange(len(numbers)), counts)
        before = np.cumsum(counts) - counts
        at = np.arange(len(places)) + np.repeat(self._starts[numbers] - before, counts)
        return places, *(column[at] for column in self._values)
