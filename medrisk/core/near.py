"""An index that meets misspelt names: every name with one letter left out, and its sound skeleton likewise.

Half a million short strings would fill a worker's memory, so the index holds no strings: each form is a 32-bit
checksum beside the number of its name, sorted in one array that can be kept in a file and shared by processes.
Two forms that share a checksum cost one more comparison and nothing else, because every candidate is looked at.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from zlib import crc32

# Spellings that sound alike, in this order; then all vowels as one, and doubled letters as single.
_SPELLINGS = (
    ("rn", "m"), ("ph", "f"), ("th", "t"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("c", "k"),
    ("x", "ks"), ("z", "s"),
)  # fmt: skip
_LETTERS = str.maketrans({**dict.fromkeys("eiouy", "a"), "h": None, "j": "g", "v": "f"})
_DOUBLED = re.compile(r"(.)\1+")
_SOUND_MARK = "~"


def sound_skeleton(word: str) -> str:
    """What is left of a word when its vowels and its spelling variants are levelled ("ibuprophen" -> "abaprafan")."""
    for spelling, sound in _SPELLINGS:
        if spelling in word:
            word = word.replace(spelling, sound)
    return _DOUBLED.sub(r"\1", word.translate(_LETTERS))


def deletions(word: str) -> set[str]:
    """The word and every form of it with one letter left out."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _forms(word: str) -> Iterator[str]:
    yield from deletions(word)
    for form in deletions(sound_skeleton(word)):
        yield _SOUND_MARK + form


class NearIndex:
    """Names reachable from a misspelt word. ``names`` must be the same, in the same order, as when it was built."""

    def __init__(self, names: Sequence[str], entries: Sequence[int]) -> None:
        self._names = names
        self._entries = entries

    @classmethod
    def build(cls, names: Sequence[str]) -> NearIndex:
        """Index the names. Takes about a second for 20,000 of them; keep ``content`` to read it back at once."""
        found = {crc32(form.encode()) << 32 | number for number, name in enumerate(names) for form in _forms(name)}
        return cls(names, array("Q", sorted(found)))

    @classmethod
    def read(cls, names: Sequence[str], content: bytes | memoryview) -> NearIndex:
        """The index kept as ``content``. Raises ValueError when it cannot be one."""
        if len(content) % 8:
            raise ValueError("not a whole number of entries")
        entries = memoryview(content).cast("Q")
        if len(entries) and max(entry & 0xFFFFFFFF for entry in entries[-64:]) >= len(names):
            raise ValueError("built for other names")
        return cls(names, entries)

    @property
    def content(self) -> bytes:
        """The index as bytes, in this machine's byte order."""
        return array("Q", self._entries).tobytes()

    def candidates(self, word: str) -> set[str]:
        """Every name that shares a form with the word; near ones and a few that are not."""
        found: set[str] = set()
        entries, count = self._entries, len(self._entries)
        for form in _forms(word):
            checksum = crc32(form.encode())
            position = bisect_left(entries, checksum << 32)
            while position < count and entries[position] >> 32 == checksum:
                found.add(self._names[entries[position] & 0xFFFFFFFF])
                position += 1
        return found
