"""An index that meets misspelt names: every name with one letter left out, and its sound skeleton likewise.

Millions of short strings would fill a worker's memory, so the index holds none: each form is a 32-bit checksum beside
the number of its name, in a hash table that can be kept in a file and shared by processes. Two forms that share a
checksum cost one more comparison and nothing else, because every candidate is looked at.

The names lie sorted by first letter and length, so that those near in both are one stretch of bytes.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby
from zlib import crc32

# Spellings that sound alike, in this order; then all vowels as one, and doubled letters as single.
_SPELLINGS = (
    ("rn", "m"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("c", "k"),
    ("x", "ks"), ("z", "s"),
)  # fmt: skip
_SPELLED = re.compile("|".join(spelling for spelling, _ in _SPELLINGS))
_LETTERS = str.maketrans({**dict.fromkeys("eiouy", "a"), "h": None, "j": "g", "v": "f"})
_DOUBLED = re.compile(r"(.)\1+")
# Skeletons are summed up behind this, so that they do not meet names.
_SOUND_HEAD = crc32(b"~")

# An entry is a checksum, whether the form is a whole skeleton, and the number of the name counted from 1 (0 is a free slot).
_WHOLE_SKELETON = 1 << 31
_NUMBER = _WHOLE_SKELETON - 1
# Free slots keep the chains short that are looked through for a form.
_SLOTS_PER_FORM = 2.6
# Count of names, of buckets and of slots, each of 8 bytes; then buckets, offsets of names, slots, and the names themselves.
_HEADER_NUMBERS = 3


def sound_skeleton(word: str) -> str:
    """What is left of a word when its vowels and its spelling variants are levelled ("ibuprophen" -> "abaprafan")."""
    if _SPELLED.search(word):
        for spelling, sound in _SPELLINGS:
            if spelling in word:
                word = word.replace(spelling, sound)
    return _DOUBLED.sub(r"\1", word.translate(_LETTERS))


def _checksums(word: bytes, head: int = 0) -> list[int]:
    """The checksums of a word and of every form of it with one letter left out, each behind what ``head`` summed up.

    A double letter gives a form twice.
    """
    found = [crc32(word, head)]
    for place in range(1, len(word) + 1):
        found.append(crc32(word[place:], head))
        head = crc32(word[place - 1 : place], head)
    return found


class NearIndex:
    """Names reachable from a misspelt word, over buffers that may be a mapped file.

    Only names of ASCII letters, digits and blanks can be met, which all keys of medicines are once folded.
    """

    def __init__(self, content: bytes | memoryview) -> None:
        """The index kept as ``content``. Raises ValueError when it cannot be one."""
        view = memoryview(content)
        if len(view) < 8 * _HEADER_NUMBERS:
            raise ValueError("shorter than its header")
        names, buckets, slots = view[: 8 * _HEADER_NUMBERS].cast("Q")
        ends = [8 * _HEADER_NUMBERS]
        for size in (8 * 2 * buckets, 8 * (names + 1), 8 * slots):
            ends.append(ends[-1] + size)
        if ends[-1] > len(view) or not slots or slots & (slots - 1):
            raise ValueError("not the size that its header says")
        self._starts = view[ends[1] : ends[2]].cast("Q")
        self._slots = view[ends[2] : ends[3]].cast("Q")
        self._names = view[ends[3] :]
        if self._starts[names] != len(self._names):
            raise ValueError("not the size that its header says")
        table = view[ends[0] : ends[1]].cast("Q").tolist()
        self._buckets = {(key >> 32, key & 0xFFFFFFFF): first for key, first in zip(table[::2], table[1::2], strict=True)}
        self._firsts = [*table[1::2], names]
        self._mask = slots - 1

    @classmethod
    def build(cls, names: Iterable[str]) -> NearIndex:
        """Index the names. Takes about 50 microseconds a name; keep ``content`` to read it back at once."""
        ordered = sorted({name for name in names if name and name.isascii()}, key=lambda name: (name[0], len(name), name))
        buckets, position = array("Q"), 0
        for (initial, length), group in groupby(ordered, key=lambda name: (name[0], len(name))):
            buckets.extend((ord(initial) << 32 | length, position))
            position += sum(1 for _ in group)
        starts, total = array("Q", [0]), 0
        for name in ordered:
            total += len(name) + 1
            starts.append(total)
        slots = _fill(ordered)
        header = array("Q", [len(ordered), len(buckets) // 2, len(slots)])
        blob = "".join(f"{name}\n" for name in ordered).encode()
        return cls(b"".join((header.tobytes(), buckets.tobytes(), starts.tobytes(), slots.tobytes(), blob)))

    @property
    def content(self) -> bytes:
        """The index as bytes, in this machine's byte order."""
        buckets = array("Q")
        for (initial, length), first in self._buckets.items():
            buckets.extend((initial << 32 | length, first))
        header = array("Q", [len(self._starts) - 1, len(buckets) // 2, len(self._slots)])
        return b"".join((header.tobytes(), buckets.tobytes(), self._starts, self._slots, self._names))

    def one_slip_away(self, word: str, skeleton: str) -> dict[str, bool]:
        """Every name that is the word with one slip, or sounds like it; True for those that do. And a few that do not."""
        return self._sharing([*_checksums(word.encode()), crc32(skeleton.encode(), _SOUND_HEAD)], skeleton)

    def sounding_near(self, skeleton: str) -> dict[str, bool]:
        """Every name whose skeleton is this one with one slip; True for those that have this very one."""
        return self._sharing(_checksums(skeleton.encode(), _SOUND_HEAD), skeleton)

    def _sharing(self, checksums: Iterable[int], skeleton: str) -> dict[str, bool]:
        """The names that have a form of one of these checksums."""
        numbers: set[int] = set()
        alike: set[int] = set()
        slots, mask = self._slots, self._mask
        whole = crc32(skeleton.encode(), _SOUND_HEAD)
        for checksum in checksums:
            place = checksum & mask
            while entry := slots[place]:
                if entry >> 32 == checksum:
                    number = entry & _NUMBER
                    numbers.add(number)
                    if checksum == whole and entry & _WHOLE_SKELETON:
                        alike.add(number)
                place = place + 1 & mask
        return {self._name(number - 1): number in alike for number in numbers}

    def beginning_alike(self, initial: str, shortest: int, longest: int) -> list[str]:
        """Names of these lengths (in letters) with this first letter, shortest first."""
        names: list[str] = []
        for length in range(max(shortest, 1), longest + 1):
            first = self._buckets.get((ord(initial), length))
            if first is not None:
                after = self._firsts[bisect_left(self._firsts, first + 1)]
                names += str(self._names[self._starts[first] : self._starts[after] - 1], "ascii").split("\n")
        return names

    def _name(self, number: int) -> str:
        return str(self._names[self._starts[number] : self._starts[number + 1] - 1], "ascii")


def _fill(names: Sequence[str]) -> array[int]:
    """The hash table of all forms of the names, by their numbers."""
    forms = sum(2 * len(name) + 2 for name in names)
    size = 1 << max(int(forms * _SLOTS_PER_FORM) - 1, 1).bit_length()
    slots, mask = array("Q", bytes(8 * size)), size - 1
    for number, name in enumerate(names, 1):
        sounds = _checksums(sound_skeleton(name).encode(), _SOUND_HEAD)
        whole = sounds[0]
        for checksum in {*_checksums(name.encode()), *sounds}:
            entry = checksum << 32 | number | (_WHOLE_SKELETON if checksum == whole else 0)
            place = checksum & mask
            while slots[place]:
                place = place + 1 & mask
            slots[place] = entry
    return slots
