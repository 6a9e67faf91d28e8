"""A misspelt name against a few given ones, by the guards that stand before every correction."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from medrisk.core.matching import LOOK_ALIKE_REACH, Match, NameIndex, names_of, reach_of
from medrisk.core.name_keys import name_key
from medrisk.core.name_table import NameTable, Term


def correct_among(word: str, given: Sequence[Term], index: NameIndex) -> Match:
    """The one of the given names that a misspelt name means, if one is near enough and clearly nearer than every other drug.

    The names of ``index`` stand against them: those near to the word, and those that published lists set beside a given one.
    """
    beside = [found.term for found in index.nearest(name_key(word))]
    for term in given:
        for name in (name_key(term.name), *term.ingredients):
            beside += [other for key in sorted(index.look_alikes.get(name, ())) for other in index.lookup(key)]
    match = NameIndex(NameTable.build(names_of([*given, *beside])), index.look_alikes).correct(word)
    drugs = [frozenset(term.ingredients) for term in given]
    if match.status == "corrected" and frozenset(match.terms[0].ingredients) in drugs:
        return match
    return Match("unknown", candidates=match.candidates, score=match.score, reason=match.reason)


def is_in_reach(word: str, name: str) -> bool:
    """Whether a name is near enough to a word to be its correction, or to stand against one."""
    word = name_key(word)
    widest = reach_of(word) + LOOK_ALIKE_REACH
    return OSA.distance(word, name_key(name), score_cutoff=widest) <= widest
