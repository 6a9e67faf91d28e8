"""Choosing among the phrases that were found: which hold where they stand, and which of two that overlap is
meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from medrisk.core.phrases import STOPS, Match, PhraseIndex, has_context
from medrisk.core.tokens import Tokens
from medrisk.core.word_sets import WORD_GROUPS

# No paste holds as many; text that does is noise, and must not hold up a server.
_MOST_CANDIDATES = 20_000
_MOST_MENTIONS = 2_000
_LIMBS = frozenset(WORD_GROUPS["<limb>"].split())


@dataclass(frozen=True, slots=True)
class Entry:
    """A symptom or condition as far as finding it goes. ``not_with``: words beside it that make it something
    else.
    """

    id: str
    name: str
    not_with: frozenset[str]
    looks_always: bool


def select_mentions(
    index: PhraseIndex, entries: Mapping[str, tuple[Entry, ...]], tokens: Tokens, text: str
) -> list[Match]:
    """The matches that hold: in their context, not something else by a word beside, not part of a longer one.

    Kinds that have no ``entries`` (laboratory names) are only kept from overlapping one another.
    """
    candidates = islice(index.find(tokens), _MOST_CANDIDATES)
    found = [match for match in candidates if _holds(entries, match, tokens, text)]
    found.sort(key=lambda match: (-len(match.matched), not match.phrase.needs, match.first))
    taken: dict[tuple[str, int], list[Match]] = {}
    accepted: list[Match] = []
    for match in found:
        kind = match.phrase.kind
        rivals = [rival for i in match.matched for rival in taken.get((kind, i), ())]
        if any(_covers(rival, match) for rival in rivals):
            # Another wording of what is already found still keeps less exact readings of its words away.
            if all(rival.phrase.entry != match.phrase.entry for rival in rivals):
                continue
        else:
            accepted.append(match)
        for i in match.matched:
            taken.setdefault((kind, i), []).append(match)
    accepted.sort(key=lambda match: (match.first, match.end))
    return accepted[:_MOST_MENTIONS]


def _covers(rival: Match, match: Match) -> bool:
    if rival.phrase.entry == match.phrase.entry:
        return True
    if not set(match.matched) <= set(rival.matched):
        return False
    return len(rival.matched) > len(match.matched) or bool(rival.phrase.needs and not match.phrase.needs)


def _holds(entries: Mapping[str, tuple[Entry, ...]], match: Match, tokens: Tokens, text: str) -> bool:
    phrase = match.phrase
    if phrase.kind not in entries:
        return True
    if phrase.capitals and not _typed_in_capitals(match, tokens, text):
        return False
    entry = entries[phrase.kind][phrase.entry]
    # A phrase of several words ("leg cramp") has said what it means, unless its entry asks for a look
    # every time.
    looks = phrase.single or phrase.needs or entry.looks_always
    if looks and entry.not_with and _is_something_else(entry.not_with, match, tokens):
        return False
    return not phrase.needs or has_context(phrase.needs, match, tokens)


def _typed_in_capitals(match: Match, tokens: Tokens, text: str) -> bool:
    """ "MS" is a disease in capitals and without a number after it; "MS 15 mg" is a drug and "Ms" a title."""
    start, end = tokens.starts[match.first], tokens.ends[match.end - 1]
    following = tokens.words[match.end : match.end + 2]
    return text[start:end].isupper() and not any(
        word[0].isdigit() or word in ("contin", "ir") for word in following[:1]
    )


def _is_something_else(not_with: frozenset[str], match: Match, tokens: Tokens) -> bool:
    """A word beside the mention that changes its meaning, within its clause: "cramps in my stomach"."""
    words = tokens.words
    for i in range(match.first - 1, max(-1, match.first - 3), -1):
        if words[i] in STOPS or words[i] in ("and", "or"):
            break
        if words[i] in not_with:
            return True
    for i in range(match.end, min(len(words), match.end + 5)):
        if (
            words[i] in STOPS
            or words[i] in ("and", "or")
            or (words[i] in _LIMBS and words[i] not in not_with)
        ):
            break
        if words[i] in not_with:
            return True
    return False
