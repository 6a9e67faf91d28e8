"""The words on an entry that stand as a drug's name, without strength, directions and whatever else was written.

This is all of an entry that may be looked up elsewhere, so what is not surely part of a name stays out of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from medrisk.core.name_keys import Token
from medrisk.core.names import Vocabulary
from medrisk.core.not_drugs import is_unusual
from medrisk.core.words import EVERYDAY_SUBSTANCES, NON_DRUG_WORDS, NOT_TAKEN_AFTER, PLAIN_DIRECTIONS, SALT_WORDS

# More words in a row than this are a sentence.
_MOST_WORDS = 4
# Ordinary words up to this length, and known names, are part of a name that a hyphen joins them to ("Neo-Polycin").
_SHORT = 3
_WITHIN_A_NAME = re.compile(r"\s?[-/+&]?\s?")
_AMOUNT_AFTER = re.compile(r"[\s,:(-]*(?:[a-z.]+[\s,]+){0,3}\(?\d", re.IGNORECASE)


class BareName(NamedTuple):
    """A name as it was typed, and where it stands: its place in the text, and among the tokens."""

    text: str
    start: int
    end: int
    position: int


def bare_names(
    text: str, tokens: Sequence[Token], vocabulary: Vocabulary, taken_words: Set[str] = frozenset()
) -> list[BareName]:
    """Every run of words that may be a drug's name, those with an amount behind them first. A sentence is none."""
    found: list[BareName] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if not token.text.isalpha() or token.text in taken_words or not is_unusual(token.text, vocabulary):
            position += 1
            continue
        start, end = _run_around(position, tokens, text, vocabulary, taken_words)
        if end - start <= _MOST_WORDS:
            place = tokens[start].start, tokens[end - 1].end
            found.append(BareName(" ".join(text[slice(*place)].split()), *place, position))
        position = max(end, position + 1)
    return sorted(found, key=lambda name: not _is_before_amount(name, text, found))


def _is_before_amount(name: BareName, text: str, names: Sequence[BareName]) -> bool:
    match = _AMOUNT_AFTER.match(text, name.end)
    return match is not None and not any(name.end <= other.start < match.end() for other in names)


def _run_around(
    position: int, tokens: Sequence[Token], text: str, vocabulary: Vocabulary, taken_words: Set[str]
) -> tuple[int, int]:
    """The tokens of the name that an unusual word is part of: what stands before it ("sodium ...", "Neo-...") and behind it."""
    start, end = position, position + 1
    while start and _are_joined(start - 1, tokens, text) and (
        _is_substance(tokens[start - 1].text) or _may_belong(start - 1, tokens, text, vocabulary, taken_words)
    ):
        start -= 1
    while end < len(tokens) and _are_joined(end - 1, tokens, text) and _may_belong(end, tokens, text, vocabulary, taken_words):
        end += 1
    while end - 1 > position and tokens[end - 1].text in SALT_WORDS:
        end -= 1
    return start, end


def _are_joined(first: int, tokens: Sequence[Token], text: str) -> bool:
    return _WITHIN_A_NAME.fullmatch(text, tokens[first].end, tokens[first + 1].start) is not None


def _is_substance(word: str) -> bool:
    return word in SALT_WORDS or word in EVERYDAY_SUBSTANCES


def _may_belong(
    position: int, tokens: Sequence[Token], text: str, vocabulary: Vocabulary, taken_words: Set[str]
) -> bool:
    """Whether a word beside an unusual one may be part of its name: no word of the language, no direction, no other drug."""
    word = tokens[position].text
    if not word.isalpha() or word in taken_words or word in PLAIN_DIRECTIONS or word in NOT_TAKEN_AFTER:
        return False
    if len(word) <= _SHORT and "-" in (text[tokens[position].start - 1 : tokens[position].start], text[tokens[position].end :][:1]):
        return True
    return word not in NON_DRUG_WORDS and (word in SALT_WORDS or not vocabulary.index.lookup(word))
