"""A text cut into words, each with its place, and the ends of its sentences.

A full stop after an abbreviation or inside "b.i.d." ends nothing, and a wrapped line of prose goes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from medrisk.core.word_sets import word_set

SENTENCE_ENDS = frozenset(".;!?\n")
TOKEN = re.compile(r"\d+(?:[.,/]\d+)*[a-z%]*|[cwhsor]/o\b|w/out\b|[+-]ve\b|[^\W\d_]\w*(?:'\w+)*|[.;:!?,()\n]")
_ABBREVIATIONS = word_set(
    "pt pts dr mr mrs ms vs approx hx st tab tabs cap caps e.g i.e eg ie incl inc esp poss prev bilat prox pos neg resp"
)
_FOLLOWS_ON = word_set(", and or nor no with of to the denies denied without in for")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a text in the form the phrases use, with where each stands. Sentence ends are kept as
    words.
    """

    words: list[str]
    starts: list[int]
    ends: list[int]

    def sentence(self, first: int, last: int, reach: int = 40) -> tuple[int, int]:
        """Bounds of the sentence round ``first..last``, never further than ``reach`` words: work stays
        linear.
        """
        left = first
        while left > 0 and first - left < reach and self.words[left - 1] not in SENTENCE_ENDS:
            left -= 1
        right = last
        limit = min(len(self.words), last + reach)
        while right < limit and self.words[right] not in SENTENCE_ENDS:
            right += 1
        return left, right


def same_length_lower(text: str) -> str:
    """Lower case with every character in its place, so that offsets hold for the text as typed."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lowered if lowered.isascii() else lowered.translate({0x2019: "'", 0x2018: "'", 0xB4: "'", 0x2205: "ø"})


def ends_sentence(mark: str, text: str, at: int, words: list[str]) -> bool:
    previous = words[-1] if words else ""
    if mark == ".":
        following = text[at + 1 : at + 2]
        return (not following or following.isspace() or following in ")\"'") and not (
            (len(previous) == 1 and previous.isalpha()) or previous in _ABBREVIATIONS
        )
    if mark == "\n":
        # A wrapped line of prose goes on; an entry of a list does not.
        following = text[at + 1 : at + 2]
        return not (previous in _FOLLOWS_ON and following.isalpha())
    return True
