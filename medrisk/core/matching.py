"""A typed name -> exact, corrected, ambiguous or unknown, against an index of names.

Correction generates few candidates and looks at them closely: an index of every name with one letter left out
(which meets one-letter slips from either side) and of its sound skeleton (which meets wrong vowels, ph/f, doubled
letters and scanner slips), reranked by rapidfuzz. A correction is accepted only when it is near enough for its
length, clearly nearer than any other drug, and not inside a published look-alike pair. Otherwise both are offered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from medrisk.core.name_keys import Token, name_key
from medrisk.core.name_table import NameTable, Term
from medrisk.core.near import NearIndex, sound_skeleton
from medrisk.core.words import EVERYDAY_SUBSTANCES, NON_DRUG_WORDS


class Correction(NamedTuple):
    """A near name: the term, its edit distance, its likeness (0 to 100), and the form in which it was compared."""

    term: Term
    distance: int
    score: float
    key: str


class Match(NamedTuple):
    """What a name was understood as. ``terms`` holds one for a match and all that may be meant otherwise."""

    status: Literal["exact", "corrected", "ambiguous", "unknown"]
    terms: tuple[Term, ...] = ()
    candidates: tuple[Correction, ...] = ()
    score: float = 100.0
    reason: str = ""


_UNKNOWN = Match("unknown", score=0.0)

# How far a typed word of that many letters may be from a name: short words are too easily another drug.
_REACH = (0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 3, 4)
_MIN_SCORE = 80.0
# Two slips in a short word, or three in any, are more often another name that is not known than a misspelt one, so that
# they must be the likelier in sound and beginning: both figures were chosen on brand names held back from the vocabulary.
_SHORT, _MIN_SCORE_TWO_IN_SHORT, _MIN_SCORE_THREE = 8, 82.0, 86.0
_SHORTEST_CORRECTED, _LONGEST_CORRECTED = 5, 60
# Up to this length a slip may change vowels, double, drop or swap letters, but not one consonant for another:
# "lassix" is Lasix, "arycor" is not Amycor.
_LONGEST_STRICT = 7
# From this length on one slip may stand in the first letter, which people nearly always get right.
_SHORTEST_OTHER_INITIAL = 9
# A second drug within this many edits of the best one, or this many points of likeness, makes the word ambiguous.
_MARGIN_EDITS = 1
_MARGIN_SCORE = 2.5
# A look-alike of the best drug that is itself this near is offered beside it, however clear the best one is.
LOOK_ALIKE_REACH = 2
# First words of names whose longest name is remembered.
_MOST_FIRST_WORDS = 50_000


def consonants(word: str) -> str:
    """The skeleton without its vowels: what must agree in a short word."""
    return sound_skeleton(word).replace("a", "")


def _likeness(word: str, key: str, distance: int, sounds_alike: bool) -> float:
    """0 to 100: half edits, half Jaro-Winkler (which trusts beginnings), and a little for sounding the same."""
    score = 50.0 * JaroWinkler.similarity(word, key) + 50.0 * (1 - distance / max(len(word), len(key)))
    return round(min(score + (3.0 if sounds_alike else 0.0), 99.9), 1)

def _is_name(key: str) -> bool:
    """Whether a key has a word that is not an ordinary one: "3" and "at 10" would match in every line."""
    words = [word for word in key.split() if word.isalpha() and word not in NON_DRUG_WORDS]
    return (bool(words) and len(key) > 2) or key in EVERYDAY_SUBSTANCES or key.startswith("vitamin ")


def _is_given_name(key: str, term: Term) -> bool:
    """Abbreviations are guarded where they are met, and an ingredient of several words is its own guard ("green tea extract")."""
    return term.kind == "abbreviation" or (term.kind == "ingredient" and " " in key)


class NameIndex:
    """All names a list may use, exact and misspelt. Safe to share between threads."""

    def __init__(self, table: NameTable, look_alikes: Mapping[str, frozenset[str]], near: NearIndex | None = None) -> None:
        """``look_alikes`` as ``pair_look_alikes`` gives them; without ``near`` the index is built when first needed."""
        self._table = table
        self._look_alikes = look_alikes
        self._near = near
        self._longest_from: dict[str, int] = {}

    @classmethod
    def build(cls, terms: Iterable[Term], look_alikes: Iterable[tuple[str, ...]] = ()) -> NameIndex:
        return cls(NameTable.build(names_of(terms)), pair_look_alikes(look_alikes))

    @property
    def table(self) -> NameTable:
        return self._table

    @property
    def near(self) -> NearIndex:
        if self._near is None:
            self._near = NearIndex.build(key for key in self._table if _may_be_meant(key))
        return self._near

    @property
    def look_alikes(self) -> Mapping[str, frozenset[str]]:
        return self._look_alikes

    def __len__(self) -> int:
        return len(self._table)

    def lookup(self, name: str) -> tuple[Term, ...]:
        """The terms of exactly this name, compared without case, accents and punctuation."""
        return self._table.get(name) or self._table.get(name_key(name))

    def longest_at(self, tokens: list[Token], start: int) -> tuple[int, tuple[Term, ...]] | None:
        """The longest name that begins at a token: how many tokens it takes, and its terms."""
        first = tokens[start].text
        longest = self._longest_from.get(first)
        if longest is None:
            longest = self._measure(first)
        for count in range(min(longest, len(tokens) - start), 0, -1):
            terms = self._table.get(" ".join(token.text for token in tokens[start : start + count]))
            if terms:
                return count, terms
        return None

    def match(self, word: str) -> Match:
        """Understand one typed name that is not on the line in an exact form."""
        terms = self.lookup(word)
        if terms:
            return Match("exact" if len(terms) == 1 else "ambiguous", terms)
        return self.correct(word)

    def correct(self, word: str) -> Match:
        """The nearest drug to a misspelt name, if one is near enough and clearly nearer than every other."""
        word = name_key(word)
        if len(word) < _SHORTEST_CORRECTED:
            return _UNKNOWN
        scanned = self.lookup(word.replace("rn", "m", 1)) if "rn" in word else ()
        if len(scanned) == 1:
            return Match("corrected", scanned, (Correction(scanned[0], 2, 95.0, word.replace("rn", "m", 1)),), 95.0)
        skeleton = sound_skeleton(word)
        names = self.near.one_slip_away(word, skeleton)
        nearest = self._ranked(word, names)
        best = next((c for c in nearest if _is_acceptable(word, c)), None)
        # A name one slip away that was not believed leaves no room for one further away.
        if not nearest or nearest[0].distance > 1:
            names |= self.near.sounding_near(skeleton)
            nearest = self._ranked(word, names)
            best = next((c for c in nearest if _is_acceptable(word, c)), None)
            if best is None:
                nearest = self._ranked(word, {name: names.get(name, False) for name in self._names_like(word)})
                best = next((c for c in nearest if _is_acceptable(word, c)), None)
        if best is None:
            return Match("unknown", candidates=nearest[:4], score=nearest[0].score if nearest else 0.0)
        rivals = [
            c for c in self._with_look_alikes(word, best, nearest) if c.term != best.term and self._rivals(word, best, c)
        ]
        is_sure = best.score >= _least_score(word, best.distance)
        if not is_sure and not any(self.are_look_alikes(best.term, rival.term) for rival in rivals):
            return Match("unknown", candidates=nearest[:4], score=best.score)
        if rivals:
            offered = (best, *rivals)
            return Match(
                "ambiguous", tuple(c.term for c in offered), offered, best.score, "more than one drug is as near"
            )
        return Match("corrected", (best.term,), nearest[:4], best.score)

    def nearest(self, word: str, limit: int = 8) -> tuple[Correction, ...]:
        """Names near to a word, nearest first, one for each drug."""
        skeleton = sound_skeleton(word)
        return self._ranked(word, self.near.one_slip_away(word, skeleton) | self.near.sounding_near(skeleton), limit)

    def beginning_with(self, word: str, limit: int = 20) -> tuple[Term, ...]:
        """One term for each drug of which a name begins with the word: what a truncated name may stand for."""
        drugs: dict[frozenset[str], Term] = {}
        for key in sorted(self._table.beginning_with(word)):
            for term in self._table.get(key):
                if " " not in key and term.kind in {"ingredient", "synonym", "brand"}:
                    drugs.setdefault(frozenset(term.ingredients), term)
        return tuple(drugs.values())[:limit]

    def are_look_alikes(self, a: Term, b: Term) -> bool:
        """Whether a published list names the two as easily mistaken for one another, and they are not the same drug."""
        if set(a.ingredients) == set(b.ingredients):
            return False
        names_a = {name_key(a.name), *a.ingredients}
        names_b = {name_key(b.name), *b.ingredients}
        return any(not names_b.isdisjoint(self._look_alikes.get(name, frozenset())) for name in names_a)

    def _measure(self, first: str) -> int:
        """How many words the longest name has that begins with this one; 0 for a word that begins none."""
        if len(self._longest_from) >= _MOST_FIRST_WORDS:
            self._longest_from.clear()
        longest = max((key.count(" ") + 1 for key in self._table.beginning_with(first + " ")), default=int(first in self._table))
        self._longest_from[first] = longest
        return longest

    def _ranked(self, word: str, names: Mapping[str, bool], limit: int = 8) -> tuple[Correction, ...]:
        """One correction for each drug, nearest first. Names beyond every rivalry are left out."""
        widest = reach_of(word) + LOOK_ALIKE_REACH
        scored = []
        for key, sounds_alike in names.items():
            distance = OSA.distance(word, key, score_cutoff=widest)
            if distance <= widest:
                scored.append((-_likeness(word, key, distance, sounds_alike), distance, key))
        scored.sort()
        found: dict[frozenset[str], Correction] = {}
        for likeness, distance, key in scored:
            for term in self._table.get(key):
                found.setdefault(frozenset(term.ingredients), Correction(term, distance, -likeness, key))
            if len(found) >= limit:
                break
        return tuple(found.values())[:limit]

    def _with_look_alikes(self, word: str, best: Correction, nearest: Sequence[Correction]) -> list[Correction]:
        """The near names, and those that published lists set beside the best one, however far the search looked."""
        others: set[str] = set()
        for name in (best.key, *best.term.ingredients):
            others |= self._look_alikes.get(name, frozenset())
        widest = reach_of(word) + LOOK_ALIKE_REACH
        others = {name for name in others if OSA.distance(word, name, score_cutoff=widest) <= widest}
        if not others:
            return list(nearest)
        near = {frozenset(c.term.ingredients) for c in nearest}
        skeleton = sound_skeleton(word)
        beside = self._ranked(word, {name: sound_skeleton(name) == skeleton for name in others})
        return [*nearest, *(c for c in beside if frozenset(c.term.ingredients) not in near)]

    def _names_like(self, word: str) -> list[str]:
        """Names with the same first letter within the widest reach: the slow look, for words with several slips."""
        reach = reach_of(word)
        if reach < 2:
            return []
        names = self.near.beginning_alike(word[0], len(word) - reach, len(word) + reach)
        return [found[0] for found in process.extract(word, names, scorer=OSA.distance, score_cutoff=reach, limit=12)]

    def _rivals(self, word: str, best: Correction, other: Correction) -> bool:
        if set(other.term.ingredients) & set(best.term.ingredients) and len(best.term.ingredients) == 1:
            # "hydrochlorothiazde" also lies near combination names that contain it; those are no other drug.
            return False
        gap = other.distance - best.distance
        if self.are_look_alikes(best.term, other.term):
            if best.distance > 1:
                return gap <= LOOK_ALIKE_REACH
            # One slip from a name is that name, unless its look-alike begins alike and is only one slip further, or two
            # where the letter that is wrong is the look-alike's: "trazadol" is one slip from tramadol, but has the z.
            key, other_key = best.key, other.key
            strange = set(consonants(word)) - set(consonants(key))
            reach = 2 if strange and strange <= set(consonants(other_key)) else 1
            return gap <= reach and key[0] == other_key[0]
        return (gap < _MARGIN_EDITS and best.score - other.score < 2 * _MARGIN_SCORE) or (
            gap <= _MARGIN_EDITS and best.score - other.score < _MARGIN_SCORE
        )


def reach_of(word: str) -> int:
    return _REACH[min(len(word), len(_REACH) - 1)]


def _least_score(word: str, distance: int) -> float:
    if distance > 2:
        return _MIN_SCORE_THREE
    return _MIN_SCORE_TWO_IN_SHORT if distance == 2 and len(word) <= _SHORT else _MIN_SCORE


def _is_acceptable(word: str, candidate: Correction) -> bool:
    if candidate.score < _MIN_SCORE or candidate.distance > reach_of(word):
        return False
    key = candidate.key
    if (
        word[0] != key[0]
        and word[:2] != key[1::-1]
        and (len(word) < _SHORTEST_OTHER_INITIAL or candidate.distance > 1)
    ):
        return False
    return len(word) > _LONGEST_STRICT or sorted(consonants(word)) == sorted(consonants(key))


def _may_be_meant(key: str) -> bool:
    """Whether a misspelling of this name is worth meeting: not of a short name, nor of a sentence."""
    return _SHORTEST_CORRECTED - 1 <= len(key) <= _LONGEST_CORRECTED and not key[0].isdigit()


def names_of(terms: Iterable[Term]) -> dict[str, list[Term]]:
    """The terms by the form under which they are compared, each drug once; the first of several spellings stands."""
    names: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        known = names[name_key(term.name)]
        if all(set(term.ingredients) != set(other.ingredients) for other in known):
            known.append(term)
    _drop_strengths(names)
    return {key: found for key, found in names.items() if _is_name(key) or _is_given_name(key, found[0])}


def _drop_strengths(names: dict[str, list[Term]]) -> None:
    """ "K-Dur 20" beside "K-Dur": the number is a strength, which must stay with the directions."""
    for key in [key for key in names if key.rsplit(" ", 1)[-1].isdigit()]:
        shorter = names.get(key.rsplit(" ", 1)[0], [])
        if [set(t.ingredients) for t in shorter] == [set(t.ingredients) for t in names[key]]:
            del names[key]


def pair_look_alikes(groups: Iterable[tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Each name of the published groups with those easily mistaken for it."""
    pairs: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        names = [name_key(name) for name in group]
        for name in names:
            pairs[name].update(other for other in names if other != name)
    return {name: frozenset(others) for name, others in pairs.items()}
